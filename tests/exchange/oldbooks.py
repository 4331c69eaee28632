"""Workbooks of Excel 5.0 and 95, and bare streams as web programs send them, byte by byte. [MS-XLS], [MS-CFB]."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence

from xlwt import CompoundDoc

BOF, EOF = 0x809, 0x0A
GBK, BIG5, WESTERN, NONE = 936, 950, 1252, 0
Cell = str | float | bool | tuple | None


def record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def packed(number: int) -> int:
    """A whole number as the 32 bits of an RK record."""
    return (number << 2 | 2) & 0xFFFFFFFF


def cell_record(row: int, column: int, cell: Cell, encoding: str, kind: int = 0x204) -> bytes:
    """``(number, style)``; ``("rk", number)``; ``("mul", numbers)``; ``("f", text or number or True)``; ``("err",)``."""
    place = struct.pack("<HH", row, column)
    if isinstance(cell, bool):
        return record(0x205, place + struct.pack("<HBB", 0, cell, 0))
    if isinstance(cell, str):
        text = cell.encode(encoding)
        return record(kind, place + struct.pack("<HH", 0, len(text)) + text + (b"\0" if kind == 0xD6 else b""))
    if isinstance(cell, int | float):
        return record(0x203, place + struct.pack("<Hd", 0, cell))
    how, *rest = cell
    if how == "rk":
        return record(0x27E, place + struct.pack("<HI", 0, packed(rest[0])))
    if how == "mul":
        body = b"".join(struct.pack("<HI", 0, packed(number)) for number in rest[0])
        return record(0xBD, place + body + struct.pack("<H", column + len(rest[0]) - 1))
    if how == "err":
        return record(0x205, place + struct.pack("<HBB", 0, 0x07, 1))
    if how == "f":
        return _formula(place, rest[0], encoding)
    return record(0x203, place + struct.pack("<Hd", rest[0], how))


def _formula(place: bytes, value: str | float | bool, encoding: str) -> bytes:
    if isinstance(value, str):
        text = value.encode(encoding)
        said = record(0x207, struct.pack("<H", len(text)) + text)
        return record(0x06, place + struct.pack("<HB5xHHIH", 0, 0, 0xFFFF, 0, 0, 0)) + said
    held = struct.pack("<BxB3xH", 1, value, 0xFFFF) if isinstance(value, bool) else struct.pack("<d", value)
    return record(0x06, place + struct.pack("<H", 0) + held + struct.pack("<HIH", 0, 0, 0))


def sheet_stream(rows: Sequence[Sequence[Cell]], encoding: str, version: int = 0x500, label: int = 0x204) -> bytes:
    out = record(BOF, struct.pack("<4H", version, 0x10, 0x096C, 0x07C9))
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            out += b"" if cell is None else cell_record(row, column, cell, encoding, label)
    return out + record(EOF)


def book_stream(
    *sheets: Sequence[Sequence[Cell]],
    page: int = GBK,
    encoding: str = "gbk",
    locked: bool = False,
    states: Sequence[int] = (),
    label: int = 0x204,
    from_1904: bool = False,
) -> bytes:
    """The stream of a BIFF5 workbook: styles 0 plain, 1 a date, 2 per cent, 3 yyyy"年"m"月"d"日"."""
    parts = [sheet_stream(rows, encoding, label=label) for rows in sheets]
    own = 'yyyy"年"m"月"d"日"'.encode("gbk")

    def head(offsets: Sequence[int]) -> bytes:
        out = record(BOF, struct.pack("<4H", 0x500, 5, 0x096C, 0x07C9))
        out += record(0x2F, b"\x01\x02\x03\x04") if locked else b""
        out += record(0x42, struct.pack("<H", page)) if page else b""
        out += record(0x22, struct.pack("<H", from_1904)) + record(0x41E, struct.pack("<HB", 170, len(own)) + own)
        for number in (0, 14, 10, 170):
            out += record(0xE0, struct.pack("<8H", 0, number, 1, 0x20, 0, 0, 0, 0))
        for place, offset in enumerate(offsets):
            name = f"表{place + 1}".encode("gbk" if encoding == "cp1252" else encoding)
            out += record(0x85, struct.pack("<IBBB", offset, states[place] if states else 0, 0, len(name)) + name)
        return out + record(EOF)

    start = len(head([0] * len(parts)))
    offsets = [start + sum(map(len, parts[:place])) for place in range(len(parts))]
    return head(offsets) + b"".join(parts)


def in_ole(stream: bytes, name: str = "Book") -> bytes:
    """The stream in an OLE file, called so."""
    file = io.BytesIO()
    CompoundDoc.XlsDoc().save(file, stream)
    data, usual, called = file.getvalue(), "Workbook".encode("utf-16-le"), name.encode("utf-16-le")
    at = data.index(usual)
    return data[:at] + called.ljust(64, b"\0") + struct.pack("<H", len(called) + 2) + data[at + 66 :]


def web_stream(rows: Sequence[Sequence[Cell]], encoding: str = "gbk") -> bytes:
    """What a well-known snippet of PHP sends: no globals, version 0, everything behind one beginning."""
    return sheet_stream(rows, encoding, version=0)
