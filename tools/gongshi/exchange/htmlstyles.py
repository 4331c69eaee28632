"""The number formats that spreadsheet programs write into the styles of a web page (``mso-number-format``)."""

from __future__ import annotations

import re
from collections.abc import Mapping

NAMED = {
    "general": "General",
    "text": "@",
    "fixed": "0.00",
    "standard": "#,##0.00",
    "percent": "0.00%",
    "scientific": "0.00E+00",
    "currency": '"¥"#,##0.00',
}
"""Formats that have a name there; dates have, too, and are no numbers."""

_COMMENT = re.compile(r"<!--|-->|/\*[^*]*\*/")
_SAID = re.compile(r"""(?i)mso-number-format\s*:\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^;"'}]+))""")
_CODE_POINT = re.compile(r"\\([0-9A-Fa-f]{4,6}) ?|\\(.)", re.DOTALL)


class Styles:
    """The number formats of a page's style sheets, by element and by class."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def read(self, sheet: str) -> None:
        """Take in a style sheet: simple selectors, ``td`` or ``.xl65`` or ``td.xl65``; the later wins, as in a browser."""
        for rule in _COMMENT.sub(" ", sheet).split("}"):
            selectors, _, body = rule.rpartition("{")
            code = _declared(body)
            for selector in selectors.split(",") if code else ():
                name = selector.strip().split()[-1] if selector.strip() else ""
                self._known[name[name.find(".") :] if "." in name else name.lower()] = code

    def code(self, tag: str, attributes: Mapping[str, str | None]) -> str:
        """The format code of a cell, "" if none is declared: its own style before its class before its element."""
        if own := _declared(attributes.get("style") or ""):
            return own
        for name in reversed((attributes.get("class") or "").split()):
            if found := self._known.get(f".{name}"):
                return found
        return self._known.get(tag, "")


def _declared(style: str) -> str:
    """What a style says of numbers, as a format code; "" for nothing."""
    match = _SAID.search(style)
    if not match:
        return ""
    text = _CODE_POINT.sub(_character, next(part for part in match.groups() if part is not None)).strip()
    return NAMED.get(text.lower(), text)


def _character(match: re.Match[str]) -> str:
    """A code point by its number, or the character behind a backslash."""
    point, character = match.groups()
    if not point:
        return character
    return chr(int(point, 16)) if int(point, 16) < 0x110000 else "\ufffd"
