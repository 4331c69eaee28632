"""Tables as one SQLite file, the same bytes for the same content."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

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
