"""Workbooks as clerks have them, made at run time."""

from __future__ import annotations

import html
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time

import xlsxwriter

Cell = object
KEYS = ("户编号", "村民小组", "家庭人口", "识别日期", "脱贫年度", "易地搬迁户", "主要致贫原因")
GOOD = ("H0000001", "4组", 2, date(2014, 5, 27), None, "否", "因病")


class Formula(str):
    """A formula; ``=A1|5`` has the cached value 5."""


class Shown(tuple):
    """(number, number format)."""


def xlsx(
    *sheets: Sequence[Sequence[Cell]],
    names: Sequence[str] = (),
    after: Callable[..., None] | None = None,
) -> bytes:
    """A workbook with these rows; ``after(book, worksheets)`` may merge and hide."""
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    made = []
    for number, rows in enumerate(sheets):
        sheet = book.add_worksheet(names[number] if number < len(names) else f"Sheet{number + 1}")
        made.append(sheet)
        for line, row in enumerate(rows):
            for place, cell in enumerate(row):
                _write(book, sheet, line, place, cell)
    if after:
        after(book, made)
    book.close()
    return data.getvalue()


def _write(book, sheet, line: int, place: int, cell: Cell) -> None:
    if cell is None:
        return
    if isinstance(cell, Formula):
        text, _, value = cell.partition("|")
        sheet.write_formula(line, place, text, None, value)
    elif isinstance(cell, Shown):
        sheet.write_number(line, place, cell[0], book.add_format({"num_format": cell[1]}))
    elif isinstance(cell, bool):
        sheet.write_boolean(line, place, cell)
    elif isinstance(cell, datetime):
        sheet.write_datetime(line, place, cell, book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))
    elif isinstance(cell, date):
        sheet.write_datetime(line, place, cell, book.add_format({"num_format": "yyyy-mm-dd"}))
    elif isinstance(cell, time):
        sheet.write_datetime(line, place, cell, book.add_format({"num_format": "hh:mm"}))
    elif isinstance(cell, int | float):
        sheet.write_number(line, place, cell)
    else:
        sheet.write_string(line, place, str(cell))


def ods(rows: Sequence[Sequence[Cell]], extra: str = "", styles: str = "") -> bytes:
    """The same as an OpenDocument spreadsheet, in the way of LibreOffice: repeated cells and rows, what each cell shows.
    ``extra`` is more XML behind the rows; a cell that is a ``Raw`` is put in as it stands."""
    lines = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style", "draw")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} xmlns:calcext="urn:x"><office:automatic-styles>{styles}'
        f'</office:automatic-styles><office:body><office:spreadsheet><table:table table:name="表一">'
        f'<table:table-column table:number-columns-repeated="3"/>{lines}<table:table-row table:number-rows-repeated="1048000">'
        f'<table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>{extra}'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        target.writestr("content.xml", content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


class Raw(str):
    """XML of a cell."""


def _ods_cell(cell: Cell) -> str:
    if isinstance(cell, Raw):
        return str(cell)
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, date):
        return f'<table:table-cell office:value-type="date" office:date-value="{cell}"><text:p>{cell}</text:p></table:table-cell>'
    if isinstance(cell, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{cell}"><text:p>{cell}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="string"><text:p>{html.escape(str(cell))}</text:p></table:table-cell>'


def xls(rows: Sequence[Sequence[Cell]]) -> bytes:
    """The same as an old .xls."""
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    style = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for line, row in enumerate(rows):
        for place, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write(line, place, cell, style)
            elif cell is not None:
                sheet.write(line, place, cell)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def csv(rows: Sequence[Sequence[Cell]], encoding: str = "utf-8", delimiter: str = ",", end: str = "\r\n") -> bytes:
    """The same as text."""
    import csv as module

    text = io.StringIO(newline="")
    writer = module.writer(text, delimiter=delimiter, lineterminator=end)
    for row in rows:
        writer.writerow(["" if cell is None else cell for cell in row])
    return text.getvalue().encode(encoding)


def table(**cells: Cell) -> list[list[Cell]]:
    """Header and one household, with these cells other than in the ledger; a key is a header of KEYS or a new one."""
    header = [*KEYS, *(name for name in cells if name not in KEYS)]
    row = dict(zip(KEYS, GOOD, strict=True)) | cells
    return [header, [row[name] for name in header]]


def patched(data: bytes, changes: Mapping[str, Callable[[bytes], bytes]]) -> bytes:
    """A workbook with some of its parts rewritten."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, changes[name](content) if name in changes else content)
    return out.getvalue()


def filled_rows(rows: Sequence[Sequence[Cell]]) -> int:
    """How many rows hold anything, counted independently."""
    return sum(any(cell is not None and str(cell).strip() for cell in row) for row in rows)
