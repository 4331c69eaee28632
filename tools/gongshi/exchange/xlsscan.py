"""What an old .xls (BIFF8 or BIFF5 in an OLE file) says and calamine does not tell: errors, which it gives as empty cells, hidden
rows and columns, formats that show something else than is kept. [MS-CFB], [MS-XLS]."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gongshi.exchange.filekinds import WORD
from gongshi.exchange.formats import BUILT_IN, DATES, is_partial, is_percent, is_plain, sections
from gongshi.exchange.xlsxscan import ERROR, SheetFacts
from gongshi.model import GongshiError

_LAST = 0xFFFFFFFA  # sector numbers from here on are marks
BOF, EOF, SHEET = 0x809, 0x0A, 0x85
_FORMAT, _XF, _DATES = 0x41E, 0xE0, 0x22
_BIFF8, _BIFF5 = 0x0600, 0x0500
_PASSWORD, _ONE_SHEET = 0x2F, 0x10
_ROW, _COLUMNS, _BOOLERR, _FORMULA, _RK, _MULRK, _NUMBER = 0x208, 0x7D, 0x205, 0x06, 0x27E, 0xBD, 0x203


LOCKED = "工作簿设了打开密码，请去掉密码后另存再导入。"
DAMAGED = "工作簿损坏，或是很旧的格式，请用 Excel 或 WPS 打开后另存为 .xlsx 再导入。"


class _Damaged(Exception):
    """The file does not follow its own tables."""


@dataclass(frozen=True, slots=True)
class OldBook:
    """The stream of a workbook: where its sheets begin, the number and the code of each style's format, whether days count from 1904,
    and whether calamine spoils its text (all before Excel 97)."""

    stream: bytes
    offsets: list[int]
    styles: list[tuple[int, str]]
    from_1904: bool
    old_text: bool

    def facts(self) -> list[SheetFacts]:
        """What calamine does not tell of each sheet, in workbook order; GongshiError for what is not readable."""
        codes = {place: code for place, (_, code) in enumerate(self.styles)}
        try:
            return [_scan_sheet(self.stream, offset, codes, self.from_1904) for offset in self.offsets]
        except (struct.error, IndexError):
            raise GongshiError(DAMAGED) from None


def is_bare(data: bytes) -> bool:
    """Whether these are the records of a workbook without the OLE file around them."""
    return data[:2] == struct.pack("<H", BOF) and data[2:4] in (b"\x08\0", b"\x10\0")


def scan_old_workbook(data: bytes) -> OldBook:
    """The workbook's stream and what is true of all of it; GongshiError for what is not readable, or locked."""
    try:
        stream = data if is_bare(data) else _workbook_stream(data)
        kind, _, version, of = struct.unpack_from("<HHHH", stream)
        if kind != BOF or (version not in (_BIFF8, _BIFF5) and not (is_bare(data) and version == 0)):
            raise _Damaged
        old_text = version != _BIFF8
        if old_text and of == _ONE_SHEET:
            return OldBook(stream, [0], [], False, old_text)
        return OldBook(stream, *_globals(stream, version), old_text)
    except (_Damaged, struct.error, IndexError):
        raise GongshiError(DAMAGED) from None


def styles_of(book: OldBook) -> list[bool]:
    """Of each style whether numbers show as dates or times."""
    return [number in DATES or bool(code and sections(code) is None) for number, code in book.styles]


def with_usual_name(data: bytes) -> bytes:
    """The file with its stream called as calamine looks for it, whatever the case."""
    for usual in ("Workbook", "Book"):
        name = usual.encode("utf-16-le") + b"\0\0"
        for at in range(512, len(data), 128):
            found = data[at : at + len(name)]
            if found != name and found.lower() == name.lower():
                data = data[:at] + name + data[at + len(name) :]
    return data


def _workbook_stream(data: bytes) -> bytes:
    """The stream ``Workbook`` of an OLE file."""
    shift, small_shift = struct.unpack_from("<HH", data, 30)
    first_folder, _, cutoff, first_small, _, first_more, more = struct.unpack_from("<7I", data, 48)
    if shift not in (9, 12) or small_shift != 6:
        raise _Damaged
    size = 1 << shift
    tables = list(struct.unpack_from("<109I", data, 76))
    for _ in range(min(more, len(data) // size)):
        block = struct.unpack_from(f"<{size // 4}I", data, (first_more + 1) * size)
        tables.extend(block[:-1])
        first_more = block[-1]
    numbers: list[int] = []
    for table in tables:
        if table < _LAST:
            numbers.extend(struct.unpack_from(f"<{size // 4}I", data, (table + 1) * size))
    read = _Chains(data, numbers, size, size)
    entries = read.chain(first_folder)
    found: dict[str, tuple[int, int]] = {}
    for at in range(0, len(entries) - 127, 128):
        length, kind = struct.unpack_from("<HB", entries, at + 64)
        name = entries[at : at + max(0, length - 2)].decode("utf-16-le", "replace") if length <= 64 else ""
        found["root" if kind == 5 else name.lower()] = struct.unpack_from("<II", entries, at + 116)
    if {"encryptedpackage", "encryptioninfo"} & set(found):
        raise GongshiError(LOCKED)
    if {"worddocument", "powerpoint document"} & set(found):
        raise GongshiError(WORD)
    if not {"workbook", "book"} & set(found) or "root" not in found:
        raise _Damaged
    start, length = found["workbook"] if "workbook" in found else found["book"]
    if length >= cutoff:
        return read.chain(start)[:length]
    small = _numbers(read.chain(first_small))
    return _Chains(read.chain(found["root"][0]), small, 1 << small_shift, 0).chain(start)[:length]


def _numbers(block: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(block) // 4}I", block[: len(block) // 4 * 4]))


class _Chains:
    """Sectors of one size, linked by a table of the next one; ``before`` bytes come first."""

    def __init__(self, data: bytes, following: list[int], size: int, before: int) -> None:
        self.data, self.following, self.size, self.before = data, following, size, before

    def chain(self, sector: int) -> bytes:
        parts: list[bytes] = []
        while sector < _LAST:
            if len(parts) > len(self.following):
                raise _Damaged  # a ring
            start = self.before + sector * self.size
            parts.append(self.data[start : start + self.size])
            sector = self.following[sector]
        return b"".join(parts)


def records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """(kind, where its body begins, length) up to the end of this sheet, which is told, too; what is embedded in it is passed over."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        depth += (kind == BOF) - (kind == EOF)
        if depth == 1 or (depth == 0 and kind == EOF):
            yield kind, at + 4, length
        if depth <= 0:
            return
        at += 4 + length


def _globals(stream: bytes, version: int) -> tuple[list[int], list[tuple[int, str]], bool]:
    """Where the sheets begin, number and code of each cell style's format, and whether days count from 1904."""
    offsets: list[int] = []
    codes = dict(BUILT_IN)
    styles: list[int] = []
    from_1904 = False
    for kind, at, length in records(stream, 0):
        if kind == SHEET:
            offsets.append(struct.unpack_from("<I", stream, at)[0])
        elif kind == _PASSWORD:
            raise GongshiError(LOCKED)
        elif kind == _FORMAT and version == _BIFF5:
            codes[struct.unpack_from("<H", stream, at)[0]] = stream[at + 3 : at + length].decode("gb18030", "replace")
        elif kind == _FORMAT:
            number, count, flags = struct.unpack_from("<HHB", stream, at)
            raw = stream[at + 5 : at + length]
            codes[number] = raw[: 2 * count].decode("utf-16-le", "replace") if flags & 1 else raw.decode("latin-1")
        elif kind == _XF:
            styles.append(struct.unpack_from("<H", stream, at + 2)[0])
        elif kind == _DATES:
            from_1904 = stream[at] == 1
    return offsets, [(code, codes.get(code, "" if code in DATES else "?")) for code in styles], from_1904


def _scan_sheet(stream: bytes, offset: int, styles: Mapping[int, str], from_1904: bool) -> SheetFacts:
    rows: set[int] = set()
    columns: set[int] = set()
    damage: dict[tuple[int, int], str] = {}
    formats: dict[tuple[int, int], str] = {}
    codes = {place: code for place, code in styles.items() if not is_plain(code) or is_partial(code)}
    for kind, at, length in records(stream, offset):
        if kind == _ROW and stream[at + 12] & 0x20:
            rows.add(struct.unpack_from("<H", stream, at)[0])
        elif kind == _COLUMNS:
            first, last, _, _, flags = struct.unpack_from("<5H", stream, at)
            columns |= set(range(first, min(last, 255) + 1)) if flags & 1 else set()
        elif kind == _BOOLERR and stream[at + 7]:
            damage[struct.unpack_from("<HH", stream, at)] = ERROR
        elif kind == _FORMULA and stream[at + 12 : at + 14] == b"\xff\xff":
            if stream[at + 6] == 2:
                damage[struct.unpack_from("<HH", stream, at)] = ERROR
        elif kind in (_FORMULA, _RK, _NUMBER, _MULRK):
            for place, style in _numeric_cells(stream, kind, at, length):
                if style in codes:
                    formats[place] = codes[style]
    percents = frozenset(place for place, code in formats.items() if is_percent(code))
    return SheetFacts(frozenset(rows), frozenset(columns), damage, percents, from_1904, formats)


def _numeric_cells(stream: bytes, kind: int, at: int, length: int) -> list[tuple[tuple[int, int], int]]:
    """(row and column, style) of the numbers in a record; one record may hold a whole stretch of a row."""
    row, column, style = struct.unpack_from("<HHH", stream, at)
    if kind != _MULRK:
        return [((row, column), style)]
    return [
        ((row, column + number), struct.unpack_from("<H", stream, at + 4 + 6 * number)[0])
        for number in range((length - 6) // 6)
    ]
