"""The workbook of refused rows: every cell of the row, the reason beside and as a comment in each cell that is wrong, and
what the first sheet knew: units that stood elsewhere, what it was exported from.

It holds what the rows hold, names included. So it lies neither in a repository nor in a folder that is synchronised.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from gongshi.checks.showing import shown_path
from gongshi.exchange.around import texts_of
from gongshi.exchange.columns import SheetColumn
from gongshi.exchange.convert import Converter
from gongshi.exchange.mapping import REASON
from gongshi.exchange.memory import META, Origin, written
from gongshi.exchange.numbering import NEW
from gongshi.exchange.sheets import Damaged, Raw, address
from gongshi.exchange.styles import StyledBook, display_width, fitting
from gongshi.exchange.tables import DEEPEST_HEADER
from gongshi.exchange.units import split_unit
from gongshi.exchange.values import Fate, ImportResult, RowProblem, SheetResult
from gongshi.repository import data_folder, exposed

if TYPE_CHECKING:
    from gongshi.exchange.styles import Worksheet

PLACE = "原位置"
_UNITS = re.compile(r"[(（]?(?:金额|货币|计量|资金|面积)*单\s*位(?!名)[^\u3400-\u9fff]")
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
    book = StyledBook("退回的行")
    origins: dict[str, Origin] = {}
    for _, tables in groupby(sheets, key=lambda one: id(one.sheet)):
        parts = [*tables]
        name = _write(book, parts) if parts[0].columns else _copy(book, parts[0])
        if parts[0].origin:
            origins[name] = parts[0].origin
    if origins:
        meta = book.sheet(META)
        for line, texts in enumerate(written(origins)):
            for place, text in enumerate(texts):
                meta.write_string(line, place, text)
        meta.very_hidden()
    return book.close()


def _write(book: StyledBook, parts: Sequence[SheetResult]) -> str:
    """The refused rows of a sheet under its titles and header, each once, whatever tables it feeds, with a column for each field
    that they lack; gives the new sheet's name. Lines that say whose the rows below them are stand before those."""
    first = parts[0]
    sheet = book.sheet(shown_path(first.sheet.name))
    rows: dict[int, list[RowProblem]] = {}
    for one in (one for part in parts for one in part.rows if one.kind is Fate.REFUSED):
        rows.setdefault(one.row, []).extend(one.problems)
    lacking = list(dict.fromkeys(p.lacking for problems in rows.values() for p in problems if p.lacking))
    columns = [_column(parts, place) for place in range(len(first.columns))]
    line = _head(book, sheet, first, columns, lacking, _titles(book, sheet, first))
    heads = [row for row, what in first.skipped.items() if what == "小标题"]
    for row in sorted({*rows, *(head for head in heads if any(head < other for other in rows))}):
        line += 1
        if row not in rows:
            sheet.write_string(line, 2, next(iter(texts_of(first.sheet.cells[row])), ""))
            continue
        _reason(book, sheet, line, first, row, rows[row])
        for place, (part, column) in enumerate(columns, 2):
            _cell(book, sheet, (line, place), part, row, rows[row], column)
        for place, label in enumerate(lacking, len(columns) + 2):
            if wrong := [problem.message for problem in rows[row] if problem.lacking == label]:
                sheet.write_blank(line, place, None, book.style(num_format="@", bg_color="#FFD9D9"))
                sheet.write_comment(line, place, "；".join(wrong), {"author": "gongshi", "x_scale": 2})
    return str(sheet.get_name())


def _column(parts: Sequence[SheetResult], place: int) -> tuple[SheetResult, SheetColumn]:
    """The table that takes a column, and how it does."""
    pairs = [(part, part.columns[place]) for part in parts]
    return next((pair for pair in pairs if pair[1].meaning.field), pairs[0])


def _titles(book: StyledBook, sheet: Worksheet, result: SheetResult) -> int:
    """Write what stood above the table, but for the units, which the header has; gives the row below."""
    line = 0
    for row, what in sorted(result.skipped.items()):
        texts = [text for text in texts_of(result.sheet.cells[row]) if what == "标题" and not _UNITS.match(text)]
        if texts and result.rows and row < result.rows[0].row:
            sheet.write_string(line, 0, " ".join(texts), book.style(num_format="@"))
            line += 1
    return line


def _head(
    book: StyledBook,
    sheet: Worksheet,
    result: SheetResult,
    columns: Sequence[tuple[SheetResult, SheetColumn]],
    lacking: Sequence[str],
    top: int,
) -> int:
    """Write the header in as many rows as it has, with the groups of its columns; gives its last row."""
    style = book.style(bold=True, text_wrap=True, border=1, bg_color="#DDE8F0", num_format="@")
    rows = _header_rows(result)
    last = top + len(rows) - 1
    covered: set[tuple[int, int]] = set()
    for (a, left), (b, right) in result.sheet.merged if len(rows) > 1 else ():
        if a in rows and b in rows and right < len(columns):
            text = str(result.sheet.cell(a, left)).strip()
            text = _header(columns[left][1], text) if b == rows[-1] and left == right else text
            sheet.merge_range(top + a - rows[0], left + 2, top + b - rows[0], right + 2, text, style)
            covered |= {(row, place) for row in range(a, b + 1) for place in range(left, right + 1)}
    for place, (_, column) in enumerate(columns):
        for row in rows:
            text = str(result.sheet.cell(row, place)).strip() if len(rows) > 1 else column.header
            text = _header(column, text) if row == rows[-1] else text
            if (row, place) not in covered and text:
                sheet.write_string(top + row - rows[0], place + 2, text, style)
        sheet.set_column(place + 2, place + 2, fitting(column.header, ["0" * 12]))
    beside = {0: PLACE, 1: REASON, **dict(enumerate(lacking, len(columns) + 2))}
    for place, label in beside.items():
        if len(rows) > 1:
            sheet.merge_range(top, place, last, place, label, style)
        else:
            sheet.write_string(top, place, label, style)
        sheet.set_column(place, place, REASON_WIDTH if label == REASON else fitting(label, ["0" * 12]))
    sheet.freeze_panes(last + 1, 2)
    return last


def _header_rows(result: SheetResult) -> range:
    """The rows of the sheet that its header is made of."""
    rows = sorted(row for row, what in result.skipped.items() if what == "表头")
    if not rows:
        return range(1)
    stop = next((at for at, row in enumerate(rows) if row != rows[0] + at), len(rows))
    return range(rows[0], rows[0] + min(stop, DEEPEST_HEADER))


def _reason(
    book: StyledBook, sheet: Worksheet, line: int, result: SheetResult, row: int, problems: Sequence[RowProblem]
) -> None:
    where = address(row, min(problem.column for problem in problems))
    sheet.write_string(line, 0, f"{shown_path(result.sheet.name)}!{where}")
    reason = "；".join(dict.fromkeys(problem.message for problem in problems))
    sheet.write_string(line, 1, reason, book.style(text_wrap=True, valign="top"))
    sheet.set_row(line, LINE_HEIGHT * (1 + display_width(reason) // (REASON_WIDTH - 4)))


def _header(column: SheetColumn, text: str) -> str:
    """The header, with a unit that stood elsewhere on the sheet; that of a group is put before its part."""
    text = text or column.header or "".join(column.texts[:1])
    known = column.unit and not any(split_unit("".join(level.split()))[1] for level in (text, *column.texts))
    return f"{text}({column.unit})" if known else text


def _copy(book: StyledBook, result: SheetResult) -> str:
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
    book: StyledBook,
    sheet: Worksheet,
    at: tuple[int, int],
    result: SheetResult,
    row: int,
    problems: Sequence[RowProblem],
    column: SheetColumn,
) -> None:
    wrong = [problem.message for problem in problems if problem.column == column.place and not problem.lacking]
    raw = result.sheet.cell(row, column.place)
    colours = {"bg_color": "#FFD9D9"} if wrong else {}
    text = (
        _dated(raw, result, column)
        or _renamed(raw, result, column)
        or _text(raw, (row, column.place) in result.sheet.percents)
    )
    unit = result.row_units.get(row, "")
    money = column.meaning.field and column.meaning.field.unit.startswith("元") and not column.unit
    sheet.write_string(*at, f"{text}{unit}" if text and unit and money else text, book.style(num_format="@", **colours))
    if wrong:
        sheet.write_comment(*at, "；".join(wrong), {"author": "gongshi", "x_scale": 2})


def _renamed(raw: Raw, result: SheetResult, column: SheetColumn) -> str:
    """The number that a record got which the sheet calls 新1; "" for any other cell."""
    field = column.meaning.field
    match = NEW.fullmatch("".join(raw.split())) if field and isinstance(raw, str) else None
    return result.renamed.get(f"{field.name} {match[1]}", "") if field and match else ""


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
