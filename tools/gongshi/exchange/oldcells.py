"""The cells of old workbooks that calamine spoils: Excel 5.0 and 95 (BIFF5), whose Chinese text it takes for wide characters, and the
bare streams that web programs send as .xls. Dates come as dates, text by the code page that is declared, else as Chinese. [MS-XLS]."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from gongshi.exchange.xlsscan import DAMAGED, EOF, SHEET, OldBook, records, styles_of
from gongshi.exchange.xlsxscan import LIMIT_CELLS
from gongshi.model import GongshiError

Cell = str | int | float | bool | date | datetime | time
OldCells = list[list[Cell]]

_PAGES = {
    950: "big5",
    65001: "utf-8",
    1252: "gb2312",
    32769: "gb2312",
}  # what calls itself Western is taken for Chinese or refused
_CODE_PAGE = 0x42
_NUMBER, _RK, _MULRK, _LABEL, _RICH, _BOOLERR, _STRING = 0x203, 0x27E, 0xBD, 0x204, 0xD6, 0x205, 0x207
_FORMULAS = (0x06, 0x206, 0x406)
_TEXT = (_LABEL, _RICH)
UNKNOWN = "文件的文字编码认不出来，请用 Excel 或 WPS 打开后另存为 .xlsx 再导入。"
WIDE = "工作表的范围太大，请删去数据以外的行和列后另存再导入。"


def old_sheets(book: OldBook) -> list[tuple[str, bool, OldCells]]:
    """(name, whether it shows, cells) of each sheet, in workbook order; a chart or a macro has no cells and does not show."""
    encoding = "gb18030"
    found: list[tuple[int, str, bool, bool]] = []
    for kind, at, _ in records(book.stream, 0) if book.offsets != [0] else ():
        if kind == _CODE_PAGE:
            encoding = _PAGES.get(struct.unpack_from("<H", book.stream, at)[0], encoding)
        elif kind == SHEET:
            place, state, of, size = struct.unpack_from("<IBBB", book.stream, at)
            name = book.stream[at + 7 : at + 7 + size].decode(encoding, "replace")
            found.append((place, name, state & 3 == 0, of == 0))
    if not found:
        found = [(offset, f"表{number}", True, True) for number, offset in enumerate(book.offsets, 1)]
    reader = _Reader(book, encoding)
    try:
        return [(name, shows and cells, reader.cells(place) if cells else []) for place, name, shows, cells in found]
    except (struct.error, IndexError):
        raise GongshiError(DAMAGED) from None


class _Reader:
    """The cells of a stream whose number formats and code page are known."""

    def __init__(self, book: OldBook, encoding: str) -> None:
        self.stream, self.encoding = book.stream, encoding
        self.days = {place for place, is_day in enumerate(styles_of(book)) if is_day}
        self.first = datetime(1904, 1, 1) if book.from_1904 else datetime(1899, 12, 30)

    def cells(self, offset: int) -> OldCells:
        found: dict[tuple[int, int], Cell] = {}
        waiting: tuple[int, int] | None = None  # a formula whose text comes in the next record
        kind = -1
        for kind, at, length in records(self.stream, offset):
            if kind == _STRING and waiting:
                found[waiting] = self._text(at, length)
            if kind in _FORMULAS:
                waiting = struct.unpack_from("<HH", self.stream, at)
            for place, cell in self._told(kind, at, length):
                found[place] = cell
            if len(found) > LIMIT_CELLS:
                raise GongshiError(WIDE)
        if kind != EOF:
            raise GongshiError(DAMAGED)  # it ends in the middle, or begins nowhere
        return _lines(found)

    def _told(self, kind: int, at: int, length: int) -> Iterator[tuple[tuple[int, int], Cell]]:
        """(row and column, cell) of what one record holds."""
        if kind not in (_NUMBER, _RK, _MULRK, _BOOLERR, *_TEXT, *_FORMULAS):
            return
        row, column, style = struct.unpack_from("<HHH", self.stream, at)
        if kind in _TEXT:
            yield (row, column), self._text(at + 6, length - 6)
        elif kind == _BOOLERR:
            value, is_error = struct.unpack_from("<BB", self.stream, at + 6)
            yield (row, column), "" if is_error else bool(value)
        elif kind == _MULRK:
            for number in range((length - 6) // 6):
                style, packed = struct.unpack_from("<HI", self.stream, at + 4 + 6 * number)
                yield (row, column + number), self._number(_unpacked(packed), style)
        elif kind == _RK:
            yield (row, column), self._number(_unpacked(struct.unpack_from("<I", self.stream, at + 6)[0]), style)
        elif kind in _FORMULAS and self.stream[at + 12 : at + 14] == b"\xff\xff":
            yield (row, column), bool(self.stream[at + 8]) if self.stream[at + 6] == 1 else ""
        else:
            yield (row, column), self._number(struct.unpack_from("<d", self.stream, at + 6)[0], style)

    def _text(self, at: int, length: int) -> str:
        (size,) = struct.unpack_from("<H", self.stream, at)
        if size > length - 2:
            raise GongshiError(UNKNOWN)  # longer than a record: what is continued is not pieced together
        try:
            return self.stream[at + 2 : at + 2 + size].decode(self.encoding)
        except UnicodeDecodeError:
            raise GongshiError(UNKNOWN) from None

    def _number(self, value: float, style: int) -> Cell:
        if style not in self.days:
            return value
        try:
            moment = self.first + timedelta(milliseconds=round(value * 86_400_000))
        except (OverflowError, ValueError):
            return value
        if 0 <= value < 1:
            return moment.time()
        return moment.date() if value == int(value) else moment


def _unpacked(packed: int) -> float:
    """The number that 32 bits stand for: whole or with a fraction, perhaps of a hundredth."""
    whole = struct.unpack("<i", struct.pack("<I", packed))[0] >> 2
    (fraction,) = struct.unpack("<d", struct.pack("<II", 0, packed & ~3))
    value = float(whole) if packed & 2 else fraction
    return value / 100 if packed & 1 else value


def _lines(found: dict[tuple[int, int], Cell]) -> OldCells:
    """The cells as rows from the top."""
    lines: OldCells = []
    widths: dict[int, int] = {}
    for row, column in found:
        widths[row] = max(widths.get(row, 0), column + 1)
    if sum(widths.values()) + max(widths, default=0) > LIMIT_CELLS:
        raise GongshiError(WIDE)
    for row in range(max(widths, default=-1) + 1):
        lines.append([found.get((row, column), "") for column in range(widths.get(row, 0))])
    return lines
