"""Rows of CSV resources as text, read without a database: for who looks records up by their keys and asks nothing else.

Only files that the byte pass found clean and in which Python's reader finds the same rows, each of the schema's width; of any other the
caller asks the Database, which also tells what is wrong."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from gongshi.model import GongshiError
from gongshi.package.database import identifier, load, quoted
from gongshi.package.parts import Part, byte_pass
from gongshi.package.schema import RECORDS, Descriptor, Resource
from gongshi.repository import Tree

TextRow = tuple[str, ...]


def text_rows(tree: Tree, resource: Resource) -> list[tuple[Part, list[TextRow]]] | None:
    """The rows of each file of a resource, in the files' order; None if one of them needs a closer look."""
    if not resource.is_csv:
        return None
    found, first = [], 0
    for path in resource.paths:
        rows = _rows(tree, f"{RECORDS}/{path}", resource)
        if rows is None:
            return None
        rows[0].first = first
        first += rows[0].rows
        found.append(rows)
    return found


class TextTables:
    """Some tables of a tree as text."""

    def __init__(self, tree: Tree, descriptor: Descriptor, names: Iterable[str]) -> None:
        self.descriptor = descriptor
        self._rows: dict[str, list[TextRow]] = {}
        wanted = sorted({*names} & set(descriptor.resources))
        for name in wanted:
            if (files := text_rows(tree, descriptor.resources[name])) is not None:
                self._rows[name] = [row for _, rows in files for row in rows]
        left = [name for name in wanted if name not in self._rows]
        if left:
            with load(tree, left, descriptor, as_text=True) as database:
                for name in left:
                    names = quoted(descriptor.resources[name].schema.names)
                    self._rows[name] = database.sql(f"SELECT {names} FROM raw.{identifier(name)} ORDER BY rowid")

    def pick(self, name: str, fields: Sequence[str]) -> list[TextRow]:
        """These fields of each row of a table, in the files' order: none of a table that there is not, "" of such a field."""
        if name not in self._rows:
            return []
        names = self.descriptor.resources[name].schema.names
        places = [names.index(field) if field in names else len(names) for field in fields]
        return [tuple((*row, "")[place] for place in places) for row in self._rows[name]]


def _rows(tree: Tree, path: str, resource: Resource) -> tuple[Part, list[TextRow]] | None:
    try:
        data = tree.read(path) if tree.exists(path) else b""
        part, findings = byte_pass(path, data, resource)
        if findings or not part.clean:
            return None
        rows = [tuple(row) for row in csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True)][1:]
    except (GongshiError, UnicodeDecodeError, csv.Error):
        return None
    width = len(resource.schema.names)
    return (part, rows) if len(rows) == part.rows and all(len(row) == width for row in rows) else None
