"""Making workbooks: the one door to xlsxwriter. The same content gives the same bytes, and no text is ever a formula."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from gongshi.model import GongshiError

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

__all__ = ["MOST_ROWS", "Format", "StyledBook", "TextTable", "Worksheet", "display_width", "fitting", "plain_workbook"]

_CREATED = datetime(2020, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_OPTIONS = {
    "in_memory": True,  # no temporary files: a workbook may hold names
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
WIDEST, NARROWEST = 42, 6
MOST_ROWS = 1_048_576  # of a sheet


class StyledBook:
    """A workbook in memory; ``close`` gives its bytes."""

    def __init__(self, title: str) -> None:
        import xlsxwriter  # an import that refuses no row makes no workbook

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


class TextTable(NamedTuple):
    """A title, column titles and rows, all text."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def plain_workbook(title: str, tables: Sequence[TextTable]) -> bytes:
    """Tables as a workbook, one sheet each, all cells as text: nothing is a formula, no number loses a digit."""
    if any(len(table.rows) >= MOST_ROWS for table in tables):
        raise GongshiError(f"“{title}”多于 {MOST_ROWS:,} 行，Excel 放不下，请改用 .sqlite 文件或缩小版本范围")
    book = StyledBook(title)
    plain, bold = book.style(num_format="@"), book.style(bold=True)
    for table in tables:
        sheet = book.sheet(table.title)
        sheet.freeze_panes(1, 0)
        for line, cells in enumerate((table.columns, *table.rows)):
            for column, text in enumerate(cells):
                sheet.write_string(line, column, text[:32_767], plain if line else bold)
    return book.close()


def display_width(text: str) -> int:
    """Columns of a terminal or half characters of a cell."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def fitting(header: str, cells: Sequence[str]) -> float:
    """A column's width that shows header and cells, within reason."""
    widest = max([display_width(header) + 2, *(display_width(cell) + 1 for cell in cells)])
    return max(NARROWEST, min(widest, WIDEST))
