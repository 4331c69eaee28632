"""Look into workbooks, zip and gzip files, never taking out more than is safe."""

from __future__ import annotations

import gzip
import html
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator

LARGEST = 256 << 20
RATIO = 200  # times the packed size; a workbook of repeated rows stays under it
SMALL = 4 << 20  # below this the ratio says nothing
DEEPEST = 3

_PREFIX = re.compile(r"<(/?)\w+:(?=(?:si|is|t|row|c|v)\b)")
# Elements are split at their start tags: a lazy ".*?</row>" takes quadratic time on tags that never close.
_STRING = re.compile(r"<si\b")
_TEXT = re.compile(r"<t\b[^<>/]*>([^<]*)</t>")
_ROW = re.compile(r"<row\b")
_LAST_ROW = 1 << 20
_ROW_NUMBER = re.compile(r'\br="(\d+)"')
_CELL = re.compile(r"<c\b")
_VALUE = re.compile(r"<v\b[^<>]*>([^<]*)</v>")
_PARAGRAPH = re.compile(r"</(?:w|a|text):p>")
_TAG = re.compile(r"<[^<>]*>")


# What zipfile raises for damage, encryption and unknown methods; NotImplementedError is a RuntimeError.
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError)


class Unreadable(Exception):
    """An archive that cannot be looked into; the message says in Chinese why."""


def is_archive(data: bytes) -> bool:
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b"))


def members(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) of what an archive holds; a sheet becomes lines of cells with tabs between."""
    if data.startswith(b"\x1f\x8b"):
        yield "", _inflate(data)
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = dict(_unpack(archive))
    except _BROKEN as error:
        raise Unreadable("压缩包损坏、加密，或者用了不认识的压缩方法") from error
    strings = _shared_strings(parts.get("xl/sharedStrings.xml", b""))
    used: set[int] = set()
    for name, part in parts.items():
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            yield name, _sheet(part.decode("utf-8", "replace"), strings, used)
        elif name.startswith(("word/", "ppt/slides/")) and name.endswith(".xml"):
            yield name, _TAG.sub("", _PARAGRAPH.sub("\n", part.decode("utf-8", "replace"))).encode()
        elif name != "xl/sharedStrings.xml":
            yield name, part
    left = [text for number, text in enumerate(strings) if number not in used]
    yield "xl/sharedStrings.xml", "\n".join(left).encode("utf-8", "replace")


def _unpack(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """Read every member, counting what really comes out, not what the directory promises."""
    left = LARGEST
    for entry in archive.infolist():
        if entry.is_dir():
            continue
        limit = min(left, max(SMALL, entry.compress_size * RATIO))
        with archive.open(entry) as member:
            part = member.read(limit + 1)
        if len(part) > limit:
            raise Unreadable("解压后的内容太大，像是压缩炸弹")
        left -= len(part)
        yield entry.filename, part


def _inflate(data: bytes) -> bytes:
    """All members of a gzip file: ``cat a.gz b.gz`` is one."""
    limit = min(LARGEST, max(SMALL, len(data) * RATIO))
    try:
        with gzip.open(io.BytesIO(data)) as file:
            part = file.read(limit + 1)
    except _BROKEN as error:
        raise Unreadable("压缩文件损坏") from error
    if len(part) > limit:
        raise Unreadable("解压后的内容太大，像是压缩炸弹")
    return part


def _shared_strings(xml: bytes) -> list[str]:
    text = _PREFIX.sub(r"<\1", xml.decode("utf-8", "replace"))
    return [_inner_text(part.partition("</si>")[0]) for part in _STRING.split(text)[1:]]


def _inner_text(xml: str) -> str:
    return html.unescape("".join(_TEXT.findall(xml))).replace("\n", " ")


def _sheet(xml: str, strings: list[str], used: set[int]) -> bytes:
    """Turn a worksheet into text: row 7 becomes line 7, whatever rows are missing before it."""
    xml = _PREFIX.sub(r"<\1", xml)
    lines: dict[int, str] = {}
    row = 0
    before, *parts = _ROW.split(xml)
    rest = [before]  # what stands outside the rows: links, validations, headers and footers
    for part in parts:
        attributes, _, content = part.partition(">")
        content, _, outside = ("", "", content) if attributes.endswith("/") else content.partition("</row>")
        rest.append(outside)
        number = _ROW_NUMBER.search(attributes)
        row = int(number[1]) if number and len(number[1]) < 8 else row + 1
        cells = [_cell(cell, strings, used) for cell in _CELL.split(content)[1:]]
        lines[min(row, _LAST_ROW)] = "\t".join(cells).replace("\n", " ")
    text = [lines.get(number, "") for number in range(1, max(lines, default=0) + 1)]
    return "\n".join([*text, "".join(rest)]).encode("utf-8", "replace")


def _cell(xml: str, strings: list[str], used: set[int]) -> str:
    attributes, _, content = xml.partition(">")
    value = _VALUE.search(content)
    if 't="s"' in attributes and value and value[1].isdecimal():
        index = int(value[1]) if len(value[1]) < 9 else len(strings)
        used.add(index)
        return strings[index] if index < len(strings) else ""
    return html.unescape(value[1]) if value else _inner_text(content)
