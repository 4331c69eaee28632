"""What people write beside the cells of an .xlsx: comments and text boxes. They may say in which unit a sheet is."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Callable

_RELATION = re.compile(rb"<Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
_KINDS = (b"/comments", b"/drawing", b"/threadedComment")
_COMMENT = re.compile(
    rb"<comment\b([^>]*)>(.*?)</comment>|<threadedComment\b([^>]*)>(.*?)</threadedComment>", re.DOTALL
)
_AUTHOR = re.compile(rb"<author>([^<]*)</author>")
_PARAGRAPH = re.compile(rb"<p\b[^>]*>(.*?)</p>", re.DOTALL)
_TEXT = re.compile(rb"<(?:t|text)\b[^>]*>([^<]*)")
_OURS = "gongshi"  # whose comments explain the columns of a template, or say why a row was refused


def notes_of(read: Callable[[str], bytes], path: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(texts of the text boxes, of the comments) of the sheet whose part is ``path``; ``read`` gives parts without prefixes."""
    folder, name = posixpath.split(path)
    boxes: list[str] = []
    comments: list[str] = []
    for tag in _RELATION.findall(read(f"{folder}/_rels/{name}.rels")):
        entry = dict(_ATTRIBUTE.findall(tag))
        if not entry.get(b"Type", b"").endswith(_KINDS) or entry.get(b"TargetMode") == b"External":
            continue
        target = html.unescape(entry.get(b"Target", b"").decode("utf-8", "replace"))
        place = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        part = read(place)
        if entry[b"Type"].endswith(b"/drawing"):
            boxes += _boxes(part)
        else:
            comments += _comments(part)
    return tuple(boxes), tuple(comments)


def _comments(part: bytes) -> list[str]:
    authors = [name.decode("utf-8", "replace") for name in _AUTHOR.findall(part)]
    found = []
    for attributes, old, _, new in _COMMENT.findall(part):
        number = dict(_ATTRIBUTE.findall(attributes)).get(b"authorId", b"")
        ours = number.isdigit() and int(number) < len(authors) and authors[int(number)] == _OURS
        found += [] if ours else [_joined(old or new)]
    return found


def _boxes(part: bytes) -> list[str]:
    return [text for text in map(_joined, _PARAGRAPH.findall(part)) if text]


def _joined(part: bytes) -> str:
    return html.unescape(b"".join(_TEXT.findall(part)).decode("utf-8", "replace"))
