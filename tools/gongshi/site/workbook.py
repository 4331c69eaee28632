"""A public view as an Excel file, the same bytes every time. Text is written as text, so nothing in it is a formula."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from gongshi.disclosure import ViewColumn, Withheld
from gongshi.exchange.styles import StyledBook
from gongshi.site.downloads import places


def workbook(title: str, columns: Sequence[ViewColumn], rows: Sequence[Any], day: datetime.date, note: str) -> bytes:
    """One sheet: titles in the first row, a withheld count as its words."""
    book = StyledBook(title)
    book.book.set_properties(
        {"title": title, "comments": note, "created": datetime.datetime(day.year, day.month, day.day)}
    )
    head, dates = book.style(bold=True), book.style(num_format="yyyy-mm-dd")
    sheet = book.sheet(title)
    sheet.freeze_panes(1, 1)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, f"{column.title}（{column.unit}）" if column.unit else column.title, head)
    for number, row in enumerate(rows, 1):
        for place, value in enumerate(row):
            if isinstance(value, Decimal):
                shape = book.style(num_format=f"#,##0.{'0' * places(value, columns[place])}".rstrip("."))
                sheet.write_number(number, place, float(value), shape)
            else:
                _write(sheet, number, place, value, dates)
    return book.close()


def _write(sheet: Any, row: int, column: int, value: Any, dates: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_string(row, column, "是" if value else "否")
    elif isinstance(value, int):
        sheet.write_number(row, column, value)
    elif isinstance(value, datetime.date):
        sheet.write_datetime(row, column, datetime.datetime(value.year, value.month, value.day), dates)
    else:
        text = str(value) if isinstance(value, Withheld) else " ".join(value.split())
        sheet.write_string(row, column, text[:32767])
