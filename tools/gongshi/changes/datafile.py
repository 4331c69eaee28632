"""Tables as one SQLite file, the same bytes for the same content."""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from io import BytesIO
from typing import NamedTuple

from gongshi.package.canonical import csv_cell

Cell = str | int | float | None
_WRITER, _FIXED = slice(96, 100), (3_040_000).to_bytes(4, "big")
"""Where the file says which version of SQLite wrote it last, and what is put there instead."""


class FileTable(NamedTuple):
    """A table: its columns with the type that SQLite is told."""

    name: str
    columns: Sequence[tuple[str, str]]
    rows: Iterable[Sequence[Cell]]


def datafile(tables: Iterable[FileTable]) -> bytes:
    """The file. Names are ours, cells are anybody's."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.execute("PRAGMA page_size = 4096")
        for table in tables:
            shape = ", ".join(f'"{name}" {kind}' for name, kind in table.columns)
            connection.execute(f'CREATE TABLE "{table.name}" ({shape})')
            places = ", ".join("?" * len(table.columns))
            connection.execute("BEGIN")
            connection.executemany(f'INSERT INTO "{table.name}" VALUES ({places})', table.rows)
            connection.execute("COMMIT")
        made = bytearray(connection.serialize())
    finally:
        connection.close()
    made[_WRITER] = _FIXED
    return bytes(made)


def as_archive(made: bytes) -> bytes:
    """The same tables as CSV files in an archive, for whoever looks for something in the cells: in the file one begins where the one
    before ends, and the code of a county with a date behind it looks like the number of an account."""
    out = BytesIO()
    with closing(sqlite3.connect(":memory:")) as connection, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        connection.deserialize(made)
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        for (name,) in names:
            entry = zipfile.ZipInfo(f"{name}.csv")
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, "".join(_lines(connection, name)))
    return out.getvalue()


def _lines(connection: sqlite3.Connection, name: str) -> Iterator[str]:
    found = connection.execute(f'SELECT * FROM "{name}"')
    yield ",".join(csv_cell(column[0]) for column in found.description) + "\n"
    for row in found:
        yield ",".join("" if cell is None else csv_cell(" ".join(str(cell).split())) for cell in row) + "\n"
