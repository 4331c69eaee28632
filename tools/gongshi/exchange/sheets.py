"""Workbooks and CSV files as raw sheets: every cell at its own address, as it was stored. The door to calamine.

A cell is text, a number, a boolean, a date or time, or ``Damaged`` where the file itself says that the value is lost.
Rows and columns count from 0 here; ``address`` gives Excel's ``B7``.
"""

from __future__ import annotations

import csv
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import python_calamine as calamine

from gongshi.exchange.filekinds import OLE, RESAVE, ZIP, beginning, unreadable
from gongshi.exchange.formats import NO_YEAR, ROUNDED, SHOWN, date_parts, hides, is_percent
from gongshi.exchange.htmltables import read_tables
from gongshi.exchange.oldcells import old_sheets
from gongshi.exchange.opendocument import OpenSheet, is_flat, is_open_document, read_flat_document, read_open_document
from gongshi.exchange.xlsscan import LOCKED, OldBook, is_bare, scan_old_workbook, with_usual_name
from gongshi.exchange.xlsxscan import LIMIT_CELLS, SheetFacts, scan_workbook
from gongshi.model import GongshiError

LIMIT_BYTES = 128 * 1024 * 1024
_BROKEN = (
    *(calamine.CalamineError, zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(EOFError, OSError, KeyError, ValueError, RuntimeError),
)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Damaged:
    """A cell whose true value is not in the file; ``reason`` says why and what to do."""

    reason: str


Raw = str | int | float | bool | date | datetime | time | timedelta | Damaged
Range = tuple[tuple[int, int], tuple[int, int]]


@dataclass(slots=True)
class Sheet:
    """One sheet. ``cells`` are rows from the top, ragged; "" is an empty cell."""

    name: str
    cells: list[list[Raw]]
    merged: tuple[Range, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    visible: bool = True
    from_1904: bool = False
    percents: frozenset[tuple[int, int]] = field(default_factory=frozenset)
    months: frozenset[tuple[int, int]] = field(default_factory=frozenset)  # dates of which the day does not show
    beside: tuple[str, ...] = ()  # what a printed page has above and below it, and what stands in text boxes
    comments: tuple[str, ...] = ()

    def cell(self, row: int, column: int) -> Raw:
        """The cell there, "" beyond the edges."""
        if row < len(self.cells) and column < len(self.cells[row]):
            return self.cells[row][column]
        return ""


def address(row: int, column: int) -> str:
    """Excel's name of a cell: (6, 1) is ``B7``."""
    return f"{column_letters(column)}{row + 1}"


def column_letters(column: int) -> str:
    """Excel's name of a column: 0 is ``A``, 26 is ``AA``."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_sheets(name: str, data: bytes) -> list[Sheet]:
    """The sheets of the file called ``name``; GongshiError, one line, for what cannot be read.

    The kind of file is told by its first bytes, since exports are often named .xls without being one.
    """
    if len(data) > LIMIT_BYTES:
        raise GongshiError(f"文件超过 {LIMIT_BYTES >> 20} MB，请按乡镇拆成几份再导入。")
    if not data.strip():
        raise GongshiError("文件是空的，请核对是不是选错了文件。")
    if data.startswith(ZIP) and is_open_document(data):
        return _opened(lambda: read_open_document(data))
    if why := unreadable(name, data):
        raise GongshiError(why)
    if data.startswith((ZIP, OLE)) or is_bare(data):
        return _read_workbook(data)
    start = beginning(data)
    if is_flat(start):
        return _opened(lambda: read_flat_document(data))
    if start.startswith(b"<") and (
        b"<table" in data.lower() or b"<html" in start or start.startswith((b"<!doctype", b"<?xml"))
    ):
        return _read_page(data)
    return [_read_text(name, data)]


def _opened(read: Callable[[], list[OpenSheet]]) -> list[Sheet]:
    try:
        found = read()
    except _BROKEN:
        raise GongshiError(f"工作簿损坏、加密，或其实不是 Excel 文件，{RESAVE}。") from None
    if not found:
        raise GongshiError(f"文件里没有表格，{RESAVE}。")
    sheets = []
    for one in found:
        sheet = Sheet(
            one.name,
            [[*row] for row in one.cells],
            tuple(one.merged),
            frozenset(one.hidden_rows),
            frozenset(one.hidden_columns),
        )
        sheet.visible, sheet.percents = one.visible, frozenset(one.percents)
        for (row, column), reason in one.damage.items():
            _put(sheet.cells, row, column, Damaged(reason))
        sheets.append(sheet)
    return sheets


def _read_page(data: bytes) -> list[Sheet]:
    """A page's cells are text. Where a spreadsheet program would show a number otherwise than it stands there, it is asked about."""
    found = []
    for number, table in enumerate(read_tables(_decode(data)), 1):
        sheet = Sheet(f"表{number}", [[*row] for row in table.cells], tuple(table.merged), frozenset(table.hidden_rows))
        for place in {*table.formats, *table.kept}:
            value, code, kept = _number_at(sheet, place), table.formats.get(place, ""), table.kept.get(place, "")
            if value is None:
                continue
            reason = SHOWN if is_percent(code) else hides(code, value)
            if not reason and _NUMBER.fullmatch(kept) and float(kept) != value:
                reason = ROUNDED if abs(float(kept) - value) < 1 else SHOWN
            if reason:
                _put(sheet.cells, *place, Damaged(reason))
        found.append(sheet)
    return found


def _number_at(sheet: Sheet, place: tuple[int, int]) -> float | None:
    """The number that a cell's text spells, None for other texts, also for those that begin with a zero of no value."""
    text = str(sheet.cell(*place)).replace(",", "").strip()
    return float(text) if len(text) < 16 and _NUMBER.fullmatch(text) else None


def _read_workbook(data: bytes) -> list[Sheet]:
    try:
        old = None if data.startswith(ZIP) else scan_old_workbook(data)
        facts = old.facts() if old else scan_workbook(data)
        if old and old.old_text:
            return _read_old(old, facts)
        data = with_usual_name(data) if old else data
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            return [_sheet(book, place, facts) for place in range(len(book.sheet_names))]
    except calamine.PasswordError:
        raise GongshiError(LOCKED) from None
    except _BROKEN:
        raise GongshiError(f"工作簿损坏、加密，或其实不是 Excel 文件，{RESAVE}。") from None
    except BaseException as error:  # calamine is Rust: its panics are BaseException, named so only there
        if type(error).__name__ != "PanicException":
            raise
        raise GongshiError(f"工作簿损坏得读不下去，{RESAVE}。") from None


def _read_old(book: OldBook, facts: list[SheetFacts]) -> list[Sheet]:
    sheets = []
    for (name, visible, cells), fact in zip(old_sheets(book), facts, strict=True):
        sheet = Sheet(name, [[*row] for row in cells], visible=visible)
        _add_facts(sheet, fact)
        sheets.append(sheet)
    return sheets


def _sheet(book: calamine.CalamineWorkbook, place: int, facts: list[SheetFacts]) -> Sheet:
    about = book.sheets_metadata[place]
    if about.typ != calamine.SheetTypeEnum.WorkSheet:
        return Sheet(about.name, [], visible=False)
    source = book.get_sheet_by_index(place)
    if source.total_height * source.total_width > LIMIT_CELLS:
        raise GongshiError(f"工作表“{about.name}”的范围太大，请删去数据以外的行和列后另存再导入。")
    cells: list[list[Raw]] = [[*row] for row in source.to_python(skip_empty_area=False)]
    sheet = Sheet(about.name, cells, tuple(source.merged_cell_ranges or ()))
    sheet.visible = about.visible == calamine.SheetVisibleEnum.Visible
    filled = any(cell != "" for cells in sheet.cells for cell in cells)
    if _differ(filled, facts[place] if place < len(facts) else None):
        raise GongshiError(f"工作表“{about.name}”的写法读不全（看不到错误、格式和隐藏的行），{RESAVE}。")
    if place < len(facts):
        _add_facts(sheet, facts[place])
    return sheet


def _differ(filled: bool, fact: SheetFacts | None) -> bool:
    """Whether the reader finds cells and the scan none, or the other way round."""
    return (filled and not (fact and fact.cells)) or (not filled and fact is not None and fact.values)


def _add_facts(sheet: Sheet, fact: SheetFacts) -> None:
    sheet.hidden_rows, sheet.hidden_columns = fact.hidden_rows, fact.hidden_columns
    sheet.from_1904, sheet.percents = fact.from_1904, fact.percents
    sheet.beside, sheet.comments = fact.margins, fact.comments
    months = set()
    for (row, column), code in fact.formats.items():
        value = sheet.cell(row, column)
        if isinstance(value, int | float) and not isinstance(value, bool) and (reason := hides(code, value)):
            _put(sheet.cells, row, column, Damaged(reason))
        if isinstance(value, date) and (parts := date_parts(code)) not in ("", "ymd"):
            months.add((row, column))
            _put(sheet.cells, row, column, value if "y" in parts else Damaged(NO_YEAR))
    sheet.months = frozenset(months)
    for (row, column), reason in fact.damage.items():
        _put(sheet.cells, row, column, Damaged(reason))


def _put(cells: list[list[Raw]], row: int, column: int, value: Raw) -> None:
    while len(cells) <= row:
        cells.append([])
    line = cells[row]
    line.extend([""] * (column + 1 - len(line)))
    line[column] = value


def _read_text(name: str, data: bytes) -> Sheet:
    text = _decode(data)
    head = text[:10_000]
    delimiter = max(",\t;", key=head.count)
    previous = csv.field_size_limit(max(131_072, len(text) + 1))
    try:
        rows: Iterable[list[str]] = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        cells: list[list[Raw]] = [[*row] for row in rows]
    except csv.Error:
        raise GongshiError("CSV 的引号不配对，分不清各格，请用 Excel 打开核对后另存为 .xlsx 再导入。") from None
    finally:
        csv.field_size_limit(previous)
    return Sheet(name.rsplit("/", 1)[-1], cells)


def _decode(data: bytes) -> str:
    """UTF-16 by its mark or its zero bytes, UTF-8, else GB18030; each strict."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _strict(data, encoding)
    if b"\0" in data[:2000]:
        even, odd = data[:2000:2].count(0), data[1:2000:2].count(0)
        if max(even, odd) < len(data[:2000]) // 8:
            raise GongshiError(f"这不是文本表格，读不了，{RESAVE}。")
        return _strict(data, "utf-16-le" if odd > even else "utf-16-be")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _strict(data, "gb18030")


def _strict(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = None
    if text is None or "\0" in text:
        raise GongshiError("文件的文字编码认不出来，请在 Excel 里另存为“CSV UTF-8”或 .xlsx 再导入。")
    return text
