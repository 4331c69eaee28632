"""Frames: what the site generator made of the hand-written pages, with marks where each build says of which commit it is.

The generator takes a second, and gives the same for the same pages, settings and county; so a frame is kept, and stamped anew.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from gongshi.model import GongshiError
from gongshi.site.output import Content, finish
from gongshi.site.shell import Shell

_MARKS = {name: f"gongshi-frame-{number}-" for number, name in enumerate(("commit", "commit_text", "print_text"))}
"""What stands for the facts that differ from commit to commit, in text and in attribute values alike; none begins another."""


def marked(facts: Mapping[str, object]) -> dict[str, object]:
    """``facts`` with a mark for each that a frame does not depend on."""
    return {**facts, **_MARKS}


class Frames(NamedTuple):
    """By path the hand-written pages and the files beside them; by folder the page that is stamped for each record, with its own
    address if the site has one."""

    pages: Mapping[str, str]
    shells: Mapping[str, tuple[str, str]]
    files: Mapping[str, bytes]
    site_url: str

    def encode(self) -> bytes:
        """As it is kept."""
        files = {path: base64.b64encode(content).decode("ascii") for path, content in self.files.items()}
        return json.dumps([self.pages, self.shells, files, self.site_url]).encode("ascii")

    @classmethod
    def decode(cls, data: bytes) -> Frames:
        """From what was kept."""
        pages, shells, files, site_url = json.loads(data)
        named = {folder: (source, url) for folder, (source, url) in shells.items()}
        return cls(pages, named, {path: base64.b64decode(text) for path, text in files.items()}, site_url)


def assemble(content: Content, frames: Frames, out: Path, wrote: Callable[[str], None] = lambda _: None) -> None:
    """The whole site in ``out``: the frames stamped, the record pages, the files; ``wrote`` is told each that is whole."""
    facts = content.facts()

    def said(source: str) -> str:
        for name, mark in _MARKS.items():
            source = source.replace(mark, str(facts[name]))
        return source

    for path, data in frames.files.items():
        _write(out / path, data)
        wrote(path)
    for path, source in frames.pages.items():
        text, part = said(source), content.section(path)
        try:
            whole = Shell.parse(text).stamp(part) if part else text.encode("utf-8", "xmlcharrefreplace")
        except GongshiError as error:
            raise GongshiError(f"docs/{path.removesuffix('.html')}.md：{error}") from None
        _write(out / path, whole)
        wrote(path)
    shells = {folder: Shell.parse(said(source), url) for folder, (source, url) in frames.shells.items()}
    finish(content, shells, out, frames.site_url, wrote)


def _write(place: Path, data: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
