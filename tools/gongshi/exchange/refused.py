"""The workbook of refused rows: the same columns, the reason beside and as a comment in each cell that is wrong.

Identifiers, and anything that looks like one, are not copied: the clerk fills them in from the table at hand.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

from gongshi.checks.showing import personal, shown_path
from gongshi.exchange.identifiers import BY_NAME
from gongshi.exchange.sheets import Damaged, Raw, address
from gongshi.exchange.styles import Book, display_width, fitting
from gongshi.exchange.tables import Column
from gongshi.exchange.values import ImportResult, Kind, RowResult, SheetResult
from gongshi.package import fits

PLACE, REASON = "原位置", "退回原因"
REASON_WIDTH, LINE_HEIGHT = 60, 15  # a program that does not fit rows by itself must still show all of a reason
HIDDEN = "为保护个人信息没有抄出，请照原表 {} 填写"


def refused_workbook(result: ImportResult) -> bytes | None:
    """The workbook to give back; None if nothing was refused."""
    sheets = [sheet for sheet in result.sheets if sheet.counts[Kind.REFUSED]]
    if not sheets:
        return None
    book = Book("退回的行")
    for sheet in sheets:
        _write(book, sheet)
    return book.close()


def _write(book: Book, result: SheetResult) -> None:
    sheet = book.sheet(shown_path(result.sheet.name))
    columns = [column for column in result.columns if column.meaning.field]
    header = book.style(bold=True, text_wrap=True, border=1, bg_color="#DDE8F0", num_format="@")
    for place, label in enumerate((PLACE, REASON, *(column.header for column in columns))):
        sheet.write_string(0, place, label, header)
        sheet.set_column(place, place, REASON_WIDTH if label == REASON else fitting(label, ["0" * 12]))
    rows = [row for row in result.rows if row.kind is Kind.REFUSED]
    for line, row in enumerate(rows, 1):
        where = address(row.row, min(problem.column for problem in row.problems))
        sheet.write_string(line, 0, f"{shown_path(result.sheet.name)}!{where}")
        reason = "；".join(problem.message for problem in row.problems)
        sheet.write_string(line, 1, reason, book.style(text_wrap=True, valign="top"))
        sheet.set_row(line, LINE_HEIGHT * (1 + display_width(reason) // (REASON_WIDTH - 4)))
        for place, column in enumerate(columns, 2):
            _cell(book, sheet, (line, place), result, row, column)
    sheet.freeze_panes(1, 2)


def _cell(book: Book, sheet, at: tuple[int, int], result: SheetResult, row: RowResult, column: Column) -> None:
    wrong = [problem.message for problem in row.problems if problem.column == column.place]
    text, hidden = _shown(result.sheet.cell(row.row, column.place), column)
    if hidden:
        wrong.append(HIDDEN.format(address(row.row, column.place)))
    colours = {"bg_color": "#FFD9D9"} if wrong else {}
    sheet.write_string(*at, text, book.style(num_format="@", **colours))
    if wrong:
        sheet.write_comment(*at, "；".join(wrong), {"author": "gongshi", "x_scale": 2})


def _shown(raw: Raw, column: Column) -> tuple[str, bool]:
    """(text to copy, whether something was left out)."""
    if isinstance(raw, Damaged) or raw == "":
        return "", False
    field, text = column.meaning.field, _text(raw)
    if field and (field.name in BY_NAME or (field.pattern and not fits(field, text.strip()))):
        return "", True
    return ("", True) if personal(text) else (text, False)


def _text(raw: Raw) -> str:
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, int | float):
        return format(Decimal(format(raw, ".15g")), "f")
    if isinstance(raw, datetime):
        return raw.isoformat(" ")
    return raw.isoformat() if isinstance(raw, date | time) else str(raw)
