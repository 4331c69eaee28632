"""A report as a workbook: the sheet that is handed on, and behind it what each figure is made of. No cell is a formula."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from gongshi.exchange.reports import Cell, MadeReport, ReportColumn
from gongshi.exchange.styles import MOST_ROWS, StyledBook, fitting
from gongshi.model import GongshiError
from gongshi.package import Descriptor

if TYPE_CHECKING:
    from gongshi.exchange.styles import Format, Worksheet

INTERNAL = "内部资料：有个人或很小的人数，不得公开、不得转发到群"
_MOST_DIGITS = 15


def report_workbook(made: MadeReport, descriptor: Descriptor) -> bytes:
    """The workbook's bytes."""
    if max(len(made.lines), len(made.traces)) + 10 > MOST_ROWS:
        raise GongshiError(
            f"“{made.report.title}”的明细多于 {MOST_ROWS:,} 行，Excel 放不下，请用 --township 按乡镇做。"
        )
    book = StyledBook(made.report.title)
    _sheet(book, made)
    _traces(book, made, descriptor)
    return book.close()


def text_of(cell: Cell) -> str:
    """A cell as people read it."""
    if isinstance(cell, Decimal):
        text = f"{cell.normalize():f}"
        return "0" if text == "-0" else text
    return cell.isoformat() if isinstance(cell, date) else "" if cell is None else str(cell)


def headers_of(made: MadeReport) -> list[str]:
    """Each column's header with its unit; levels parted by ``/``."""
    return [_with_unit(column) for column in made.report.columns]


def _with_unit(column: ReportColumn) -> str:
    return f"{column.header}（{column.unit}）" if column.unit else column.header


def _sheet(book: StyledBook, made: MadeReport) -> None:
    sheet, plain = book.sheet(made.report.title), book.style(num_format="@", border=1)
    head = book.style(
        bold=True, text_wrap=True, border=1, bg_color="#DDE8F0", align="center", valign="vcenter", num_format="@"
    )
    columns = ["序号", *headers_of(made)]
    last = len(columns) - 1
    sheet.merge_range(0, 0, 0, last, made.report.title, book.style(bold=True, align="center", num_format="@"))
    notes = [
        f"{made.place}　截至 {made.day.isoformat()}　报：{made.report.asks}",
        *([INTERNAL] if made.report.internal else []),
    ]
    for row, note in enumerate(notes, 1):
        sheet.write_string(row, 0, note, book.style(num_format="@", bold=row > 1))
    top = 1 + len(notes)
    levels = [header.split("/") for header in columns]
    depth = max(map(len, levels))
    _header(sheet, head, levels, top, depth)
    first = top + depth
    for number, line in enumerate(made.lines, 1):
        sheet.write_number(first + number - 1, 0, number, book.style(num_format="0", border=1))
        for place, cell in enumerate(line, 1):
            _write(book, sheet, first + number - 1, place, cell)
    if made.lines:
        sheet.write_string(first + len(made.lines), 0, "合计", plain)
        for place, cell in enumerate(made.totals, 1):
            _write(book, sheet, first + len(made.lines), place, cell)
    for place, levels_of in enumerate(levels):
        sample = [text_of(line[place - 1]) for line in made.lines[:200]] if place else ["0" * 6]
        sheet.set_column(place, place, fitting(levels_of[-1], sample))
    sheet.freeze_panes(first, 0)


def _header(sheet: Worksheet, head: Format, levels: list[list[str]], top: int, depth: int) -> None:
    """The header's levels: what columns beside each other share stands once over them, what has fewer levels reaches down."""
    for place, words in enumerate(levels):
        row = top + len(words) - 1
        if row < top + depth - 1:
            sheet.merge_range(row, place, top + depth - 1, place, words[-1], head)
        else:
            sheet.write_string(row, place, words[-1], head)
    for level in range(depth - 1):
        groups = groupby(enumerate(levels), key=lambda one: one[1][: level + 1] if len(one[1]) > level + 1 else None)
        for shared, group in groups:
            places = [place for place, _ in group]
            if shared and len(places) > 1:
                sheet.merge_range(top + level, places[0], top + level, places[-1], shared[-1], head)
            elif shared:
                sheet.write_string(top + level, places[0], shared[-1], head)


def _write(book: StyledBook, sheet: Worksheet, row: int, place: int, cell: Cell) -> None:
    """Figures as numbers as long as Excel keeps all their digits, everything else as text."""
    text = text_of(cell)
    if isinstance(cell, Decimal) and sum(char.isdigit() for char in text) <= _MOST_DIGITS:
        decimals = len(text.partition(".")[2])
        sheet.write_number(
            row, place, float(text), book.style(num_format="0" + ("." + "0" * decimals if decimals else ""), border=1)
        )
    else:
        sheet.write_string(row, place, text[:32_767], book.style(num_format="@", border=1))


def _traces(book: StyledBook, made: MadeReport, descriptor: Descriptor) -> None:
    """Of each figure the records it is made of: the sum over one line and column is the figure."""
    sheet, plain, bold = book.sheet("明细"), book.style(num_format="@"), book.style(bold=True, num_format="@")
    for place, title in enumerate(("序号", "计入的列", "记录所在的表", "记录编号", "计入的数")):
        sheet.write_string(0, place, title, bold)
        sheet.set_column(place, place, 20 if place else 8)
    for row, (number, header, resource, key, share) in enumerate(made.traces, 1):
        sheet.write_number(row, 0, number)
        for place, text in enumerate((header, descriptor.resources[resource].title, key), 1):
            sheet.write_string(row, place, text, plain)
        sheet.write_number(row, 4, float(share))
    sheet.freeze_panes(1, 0)
