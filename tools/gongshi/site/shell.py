"""Shells: a page rendered once by the site generator, stamped into any number of pages.

A shell is HTML with markers in it. Whatever generator made it, stamping is joining the pieces between the
markers with a page's own text, so ten thousand pages cost little more than writing ten thousand files.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from gongshi.model import GongshiError

TITLE = "gongshi-shell-title"
"""Stands for the page's title, in text and in attribute values alike."""

ABOUT = "gongshi-shell-about"
"""Stands for the sentence that says what is on the page, for whoever shares or looks for it."""

BODY = "<!-- gongshi -->"
"""Stands for the page's content."""

_PATH = re.compile(r"(?:[a-z0-9][a-z0-9_-]*/)*\w[\w.-]*")


@dataclass(frozen=True, slots=True)
class Page:
    """One generated page: where it goes from the site's root, what it is called, its content as HTML.

    ``about`` is one sentence of what is on it, with its figures.
    """

    path: str
    title: str
    body: str
    about: str = ""

    def __post_init__(self) -> None:
        if not _PATH.fullmatch(self.path):
            raise GongshiError(f"页面路径“{self.path}”不合规：编号只能用字母、数字、汉字、点、短横线和下划线。")

    @property
    def folder(self) -> str:
        """The folder the page lies in, which is also the name of its shell."""
        return self.path.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Shell:
    """A parsed shell: literal pieces, and between them the slots to fill."""

    pieces: tuple[bytes, ...]
    slots: tuple[str, ...]

    @classmethod
    def parse(cls, source: str, url: str = "") -> Shell:
        """Cut ``source`` at its markers; ``url`` is the shell's own canonical address, if it has one."""
        marks = {TITLE: "title", ABOUT: "about", BODY: "body"} | ({html.escape(url): "url"} if url else {})
        parts = re.split("(" + "|".join(map(re.escape, marks)) + ")", source)
        if parts.count(BODY) != 1:
            raise GongshiError(f"页面模板里应当正好有一处“{BODY}”，现有 {parts.count(BODY)} 处。")
        return cls(
            tuple(part.encode() for part in parts[0::2]),
            tuple(marks[part] for part in parts[1::2]),
        )

    def stamp(self, page: Page, site_url: str = "") -> bytes:
        """The bytes of ``page`` in this shell."""
        fill = {
            "title": html.escape(page.title).encode(),
            "about": html.escape(page.about).encode(),
            "body": page.body.encode(),
            "url": html.escape(site_url + page.path).encode(),
        }
        out = [self.pieces[0]]
        for slot, piece in zip(self.slots, self.pieces[1:], strict=True):
            out += (fill[slot], piece)
        return b"".join(out)
