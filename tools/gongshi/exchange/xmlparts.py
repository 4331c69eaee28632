"""Parts of an .xlsx in one spelling. XML may be spelled in many ways (quotes, order, blanks, prefixes, cells without an
address); what is not spelled plainly is read with expat and written again, so that patterns find it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from xml.parsers import expat

_SPELLED = (
    *(bytes((blank, 61)) for blank in b" \t\n\r\f\v"),
    *(bytes((61, blank)) for blank in b" \t\n\r\f\v'"),
    b"<!",
    b"&#",
)
_ODD = (re.compile(rb'="[^"<>]*[>&]'), re.compile(rb"""<(?:\w+:)?(?:c|row)(?:\s+(?!r=)[\w:]+="[^"]*")*\s*/?>"""))
_KEPT = {
    *("v", "f", "oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"),
    *("t", "text", "author"),
}
_PLACED = re.compile(r"([A-Za-z]+)([0-9]+)")


class UnreadableXml(Exception):
    """A part that is no XML, or declares entities."""


def walk(
    part: bytes,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> None:
    """Tell of each element of a part and its text, in order; Unreadable if it is no XML or declares entities."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(part, True)
    except expat.ExpatError:
        raise UnreadableXml from None


def _refuse(*_: object) -> None:
    raise UnreadableXml


def plainly(part: bytes) -> bytes:
    """The part as patterns read it: UTF-8, double quotes, no prefixes, every cell and row with its address."""
    head = part[:200].lstrip(b"\xef\xbb\xbf")
    declared = head.startswith(b"<?xml")
    start = part.find(b"?>") + 2 if declared else 0
    usual = b"\0" not in head and (b"utf-8" in head[:start].lower() or (not declared and head.startswith(b"<")))
    return part if usual and not _is_odd(part, start) else _Writer().written(part)


def _is_odd(part: bytes, start: int) -> bool:
    """Whether it is spelled otherwise than patterns expect; plain words are looked for first, which is quicker."""
    if any(part.find(word, start) >= 0 for word in _SPELLED):
        return True
    return any(pattern.search(part, start) for pattern in _ODD)


def unprefixed(part: bytes) -> bytes:
    """The same without prefixes, for parts that are small."""
    return _Writer().written(part) if part else part


class _Writer:
    def __init__(self) -> None:
        self.out: list[str] = []
        self.row = self.column = 0
        self.open: list[str] = []

    def written(self, part: bytes) -> bytes:
        walk(part, self._start, self._end, self._text)
        return "".join(self.out).encode()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "row":
            self.row = int(attributes["r"]) if attributes.get("r", "").isdecimal() else self.row + 1
            self.column = 0
            attributes = attributes | {"r": str(self.row)}
        elif local == "c":
            place = _PLACED.fullmatch(attributes.get("r", ""))
            self.column = _number(place[1].upper()) if place else self.column + 1
            attributes = attributes | {"r": f"{_letters(self.column)}{place[2] if place else self.row}"}
        self.open.append(local)
        said = "".join(
            f' {key}="{html.escape(value)}"' for key, value in attributes.items() if not key.startswith("xmlns")
        )
        self.out.append(f"<{local}{said}>")

    def _end(self, name: str) -> None:
        self.out.append(f"</{self.open.pop()}>")

    def _text(self, text: str) -> None:
        if self.open and self.open[-1] in _KEPT:
            self.out.append(html.escape(text))


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
