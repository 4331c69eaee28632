"""Cells that cannot be read: a rule that reads one says nothing about the rows that depend on it, for the cell is told already.

A number, day or month that is none reads as missing, and a word that is not on its field's list as none of them: a rule would
then find a second, false fault. What depends on the row of such a cell is found by the keys that the rule itself reads: the row,
the rows that lead to it or that it leads to, and those that belong to the same record. Where no key leads there, nothing that
the rule found is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from gongshi.package import Database, Field, LookedAt, Resource, identifier, literal, typed, with_sources
from gongshi.package.subjects import subjects
from gongshi.policy.paths import Schemas
from gongshi.policy.tables import always

Rows = frozenset[int]
MONTH = "[0-9]{4}-(0[1-9]|1[0-2])"


class Blind(NamedTuple):
    """Of one rule: the rows that depend on a cell that cannot be read; ``all`` where no key tells which."""

    rows: Rows
    all: bool

    def hides(self, row: int | None) -> bool:
        """Whether nothing can be said of a row; of no row in particular only if there is no such cell."""
        return self.all or row is None or row in self.rows


class Unread:
    """The cells that cannot be read of the tables that rules read, looked for when a rule finds something."""

    def __init__(self, database: Database, schemas: Schemas) -> None:
        self._database, self._schemas = database, schemas
        self._cells: dict[tuple[str, str], Rows] = {}

    def of(self, resource: str, looked: LookedAt) -> Blind | None:
        """What a rule over ``resource`` that looks at these columns cannot say; None if it reads no such cell."""
        looked = with_sources(self._database.descriptor, looked)
        found, lost = frozenset[int](), False
        for table in looked.keys() - always():  # which every rule may ask for, and hardly one does
            for rows in self._unread(table, looked):
                more = self._reached(table, rows, resource, looked)
                found, lost = found | (more or frozenset()), lost or more is None
        return Blind(found, lost) if found or lost else None

    def _unread(self, table: str, looked: LookedAt) -> list[Rows]:
        """The rows of each column of a table that is looked at and holds such cells."""
        there = self._database.descriptor.resources.get(table)
        if there is None or not self._database.loaded[table].rows:
            return []
        names = [*self._of(table, looked)]
        new = [there.schema.field(name) for name in names if (table, name) not in self._cells]
        self._cells |= {**{(table, field.name): frozenset() for field in new}, **_unread(self._database, there, new)}
        return [rows for name in names if (rows := self._cells[table, name])]

    def _reached(self, table: str, rows: Rows, wanted: str, looked: LookedAt) -> Rows | None:
        """The rows of ``wanted`` that keys tie to these of ``table``, over the tables that are looked at; None if none does."""
        known = {table: rows}
        waiting = [table]
        while waiting:
            here = waiting.pop(0)
            for there in sorted(looked.keys() - known.keys()):
                if pairs := self._ties(here, there, looked):
                    known[there] = self._tied(here, known[here], there, pairs)
                    waiting.append(there)
        if table == wanted and (pairs := self._ties(table, table, looked)):
            return rows | self._tied(table, rows, table, pairs)
        return known.get(wanted)

    def _ties(self, here: str, there: str, looked: LookedAt) -> list[tuple[str, str]]:
        """The pairs of fields by which rows of two tables belong together, of those that are looked at."""
        names = {
            (table, field): self._means(table, field) for table in (here, there) for field in self._of(table, looked)
        }
        keyed = {place: meant for place, meant in names.items() if meant}
        pairs = [
            (mine, theirs)
            for (one, mine), meant in keyed.items()
            for (other, theirs), same in keyed.items()
            if one == here and other == there and meant == same
        ]
        if here == there:
            pairs = [pair for pair in pairs if keyed[here, pair[0]] != here]
        people = {one.table for one in (subjects().household, subjects().member)}
        for close in (
            {here, there} if here != there else set[str](),
            people,
        ):  # else whole villages would depend on a cell
            if found := [(mine, theirs) for mine, theirs in pairs if keyed[here, mine] in close]:
                return found
        return pairs

    def _of(self, table: str, looked: LookedAt) -> Iterable[str]:
        columns = looked.get(table)
        names = self._database.descriptor.resources[table].schema.names
        return names if columns is None else [name for name in names if name in columns]

    def _means(self, table: str, field: str) -> str:
        """The table whose records a field names: its own key, or a key into another."""
        if self._database.descriptor.resources[table].schema.primary_key == (field,):
            return table
        return next((key.reference for key in self._schemas.keys.get(table, ()) if key.fields == (field,)), "")

    def _tied(self, here: str, rows: Rows, there: str, pairs: Iterable[tuple[str, str]]) -> Rows:
        on = " OR ".join(
            f"(a.{identifier(mine)} <> '' AND a.{identifier(mine)} = b.{identifier(theirs)})" for mine, theirs in pairs
        )
        query = f"SELECT DISTINCT b.rowid FROM raw.{identifier(here)} a JOIN raw.{identifier(there)} b ON {on} WHERE a.rowid IN (SELECT unnest($1::BIGINT[]))"
        return frozenset(row for (row,) in self._database.sql(query, [sorted(rows)]))


def _unread(database: Database, resource: Resource, fields: Iterable[Field]) -> Mapping[tuple[str, str], Rows]:
    """The fields of a table that hold such cells, with their rows."""
    tests = {field.name: test for field in fields if (test := _test(field))}
    if not tests:
        return {}
    table = f"raw.{identifier(resource.name)}"
    ((*counts,),) = database.sql(f"SELECT {', '.join(f'count_if({test})' for test in tests.values())} FROM {table}")
    bad = [name for name, count in zip(tests, counts, strict=True) if count]
    return {
        (resource.name, name): frozenset(
            row for (row,) in database.sql(f"SELECT rowid FROM {table} WHERE {tests[name]}")
        )
        for name in bad
    }


def _test(field: Field) -> str:
    """That a cell holds something that is no value of its field, as SQL; "" for a field that holds any text."""
    name = identifier(field.name)
    if field.type in ("integer", "number", "boolean", "date", "year"):
        return f"{name} <> '' AND {typed(field)} IS NULL"
    if field.type == "yearmonth":
        return f"{name} <> '' AND NOT regexp_full_match({name}, '{MONTH}')"
    return f"{name} <> '' AND {name} NOT IN ({', '.join(map(literal, field.enum))})" if field.enum else ""
