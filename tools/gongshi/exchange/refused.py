"""The workbook of refused rows: every cell of the row, the reason beside and as a comment in each cell that is wrong, and
what the first sheet knew: units that stood elsewhere, what it was exported from.

It holds what the rows hold, names included. So it lies neither in a repository nor in a folder that is synchronised.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from gongshi.checks.showing import shown_path
from gongshi.exchange.columns import SheetColumn
from gongshi.exchange.convert import Converter
from gongshi.exchange.mapping import REASON
from gongshi.exchange.memory import META, Origin, written
from gongshi.exchange.sheets import Damaged, Raw, address
from gongshi.exchange.styles import Book, display_width, fitting
from gongshi.exchange.units import split_unit
from gongshi.exchange.values import Fate, ImportResult, RowResult, SheetResult
from gongshi.repository import data_folder, exposed

if TYPE_CHECKING:
    from gongshi.exchange.styles import Worksheet

PLACE = "原位置"
MARK = "-退回-含个人信息"
REASON_WIDTH, LINE_HEIGHT = 60, 15  # a program that does not fit rows by itself must still show all of a reason


def refused_place(workbook: Path, environ: Mapping[str, str]) -> Path:
    """Where the refused rows of a workbook go: a free name beside it, or in the user's data folder if others could see
    it there (a repository, a synchronised folder)."""
    folder = workbook.resolve().parent
    if exposed(folder):
        folder = data_folder(environ, "退回")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stem = re.sub(rf"{MARK}[0-9]*$", "", workbook.stem)
    number, place = 1, folder / f"{stem}{MARK}.xlsx"
    while place.exists():
        number += 1
        place = folder / f"{stem}{MARK}{number}.xlsx"
    return place


def refused_workbook(result: ImportResult) -> bytes | None:
    """The workbook to give back; None if nothing was refused."""
    sheets = [sheet for sheet in result.sheets if sheet.counts[Fate.REFUSED]]
    if not sheets:
        return None
    book = Book("退回的行")
    origins: dict[str, Origin] = {}
    for sheet in sheets:
        name = _write(book, sheet) if sheet.columns else _copy(book, sheet)
        if sheet.origin:
            origins[name] = sheet.origin
    if origins:
        meta = book.sheet(META)
        for line, texts in enumerate(written(origins)):
            for place, text in enumerate(texts):
                meta.write_string(line, place, text)
        meta.very_hidden()
    return book.close()


def _write(book: Book, result: SheetResult) -> str:
    """The refused rows of a table under its header; gives the sheet's name."""
    sheet = book.sheet(shown_path(result.sheet.name))
    header = book.style(bold=True, text_wrap=True, border=1, bg_color="#DDE8F0", num_format="@")
    for place, label in enumerate((PLACE, REASON, *map(_header, result.columns))):
        sheet.write_string(0, place, label, header)
        sheet.set_column(place, place, REASON_WIDTH if label == REASON else fitting(label, ["0" * 12]))
    rows = [row for row in result.rows if row.kind is Fate.REFUSED]
    for line, row in enumerate(rows, 1):
        where = address(row.row, min(problem.column for problem in row.problems))
        sheet.write_string(line, 0, f"{shown_path(result.sheet.name)}!{where}")
        reason = "；".join(problem.message for problem in row.problems)
        sheet.write_string(line, 1, reason, book.style(text_wrap=True, valign="top"))
        sheet.set_row(line, LINE_HEIGHT * (1 + display_width(reason) // (REASON_WIDTH - 4)))
        for place, column in enumerate(result.columns, 2):
            _cell(book, sheet, (line, place), result, row, column)
    sheet.freeze_panes(1, 2)
    return str(sheet.get_name())


def _header(column: SheetColumn) -> str:
    """The header, with a unit that stood elsewhere on the sheet; that of a group is put before its part."""
    text = column.header or "".join(column.texts[:1])
    known = column.unit and not split_unit("".join(text.split()))[1]
    return f"{text}({column.unit})" if known else text


def _copy(book: Book, result: SheetResult) -> str:
    """A sheet that was not understood, as it stands; why not is said behind its first row."""
    sheet = book.sheet(shown_path(result.sheet.name))
    for row, cells in enumerate(result.sheet.cells):
        for place, raw in enumerate(cells):
            sheet.write_string(
                row, place, _text(raw, (row, place) in result.sheet.percents), book.style(num_format="@")
            )
    for (top, left), (bottom, right) in result.sheet.merged:
        if bottom < len(result.sheet.cells) and (top, left) != (bottom, right):
            sheet.merge_range(
                top, left, bottom, right, _text(result.sheet.cell(top, left), False), book.style(num_format="@")
            )
    first = result.rows[0]
    width = max(map(len, result.sheet.cells), default=0)
    why = first.problems[0].message
    sheet.write_string(first.row, width, f"{REASON}：{why}", book.style(text_wrap=True, bg_color="#FFD9D9"))
    sheet.write_comment(first.row, first.problems[0].column, why, {"author": "gongshi", "x_scale": 2})
    sheet.set_column(width, width, REASON_WIDTH)
    return str(sheet.get_name())


def _cell(
    book: Book, sheet: Worksheet, at: tuple[int, int], result: SheetResult, row: RowResult, column: SheetColumn
) -> None:
    wrong = [problem.message for problem in row.problems if problem.column == column.place]
    raw = result.sheet.cell(row.row, column.place)
    colours = {"bg_color": "#FFD9D9"} if wrong else {}
    text = _dated(raw, result, column) or _text(raw, (row.row, column.place) in result.sheet.percents)
    unit = result.row_units.get(row.row, "")
    money = column.meaning.field and column.meaning.field.unit.startswith("元") and not column.unit
    sheet.write_string(*at, f"{text}{unit}" if text and unit and money else text, book.style(num_format="@", **colours))
    if wrong:
        sheet.write_comment(*at, "；".join(wrong), {"author": "gongshi", "x_scale": 2})


def _dated(raw: Raw, result: SheetResult, column: SheetColumn) -> str:
    """A day that the sheet keeps as a number, written out: the copy may count days from another year."""
    field = column.meaning.field
    if (
        not field
        or field.type not in ("date", "yearmonth")
        or isinstance(raw, bool)
        or not isinstance(raw, int | float)
    ):
        return ""
    found = Converter(field, from_1904=result.sheet.from_1904)(raw)
    return found if isinstance(found, str) else ""


def _text(raw: Raw, percent: bool) -> str:
    if isinstance(raw, Damaged):
        return ""
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, int | float):
        number = Decimal(format(raw, ".15g"))
        return f"{number * 100:f}%" if percent else format(number, "f")
    if isinstance(raw, datetime):
        return raw.isoformat(" ")
    return raw.isoformat() if isinstance(raw, date | time) else str(raw)
