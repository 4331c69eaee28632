"""Making workbooks: the one door to xlsxwriter. The same content gives the same bytes, and no text is ever a formula."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

_CREATED = datetime(2020, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_OPTIONS = {
    "in_memory": True,  # no temporary files: a workbook may hold names
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
WIDEST, NARROWEST = 42, 6


class Book:
    """A workbook in memory; ``close`` gives its bytes."""

    def __init__(self, title: str) -> None:
        self._buffer = io.BytesIO()
        self.book: Workbook = xlsxwriter.Workbook(self._buffer, _OPTIONS)
        self.book.set_properties({"title": title, "created": _CREATED})
        self.book.set_size(2400, 1200)
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}
        self._names: set[str] = set()

    def sheet(self, title: str) -> Worksheet:
        """A new sheet; its name is ``title`` made fit for Excel and unlike the others."""
        clean = "".join("·" if char in "[]:*?/\\'" else char for char in title)[:28] or "表"
        name, number = clean, 2
        while name.lower() in self._names:
            name, number = f"{clean}{number}", number + 1
        self._names.add(name.lower())
        return self.book.add_worksheet(name)

    def style(self, **properties: object) -> Format:
        """The format with these properties, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format({"font_name": "宋体", "font_size": 11, **properties})
        return self._formats[key]

    def close(self) -> bytes:
        """The finished workbook."""
        self.book.close()
        return self._buffer.getvalue()


def display_width(text: str) -> int:
    """Columns of a terminal or half characters of a cell."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def fitting(header: str, cells: Sequence[str]) -> float:
    """A column's width that shows header and cells, within reason."""
    widest = max([display_width(header) + 2, *(display_width(cell) + 1 for cell in cells)])
    return max(NARROWEST, min(widest, WIDEST))
