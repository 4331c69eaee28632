"""Columns that follow from the rows of another table: worked out for who writes them, and checked by the very same query.

Which they are says ``pack/following.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gongshi.checks.showing import keys_of
from gongshi.model import Finding, Severity
from gongshi.package import Database, QueryError, identifier, pack, query, quoted

LIMIT = 1000  # findings per check


@dataclass(frozen=True, slots=True)
class Following:
    """One thing that must follow: ``breaks`` is true of a record that says other, ``field`` is what to look at."""

    code: str
    field: str
    breaks: str
    message: str


@dataclass(frozen=True, slots=True)
class FollowingTable:
    """The columns of one table that follow; ``gives`` are those that are written."""

    table: str
    gives: tuple[str, ...]
    checked: tuple[Following, ...]

    @property
    def now(self) -> str:
        """The query of what follows, by the table's key."""
        return query(f"following-{self.table}").sql

    @property
    def reads(self) -> frozenset[str]:
        """The tables that are looked at."""
        return frozenset({self.table, *query(f"following-{self.table}").reads})


@dataclass(frozen=True, slots=True)
class _Pack:
    tables: tuple[FollowingTable, ...]


def following() -> tuple[FollowingTable, ...]:
    """All tables with columns that follow."""
    return pack("following", _Pack).tables


def derived(database: Database, resource: str, keys: Iterable[str]) -> dict[str, dict[str, str]]:
    """Of the records with these keys, the cells that follow; only columns that the schema has."""
    about = next((one for one in following() if one.table == resource), None)
    if about is None:
        return {}
    schema = database.descriptor.resources[resource].schema
    there = [field for field in about.gives if field in schema.names]
    if not there:
        return {}
    (key,) = schema.primary_key
    chosen = f"SELECT {quoted([key, *there])} FROM ({about.now}) WHERE {quoted([key])} IN (SELECT unnest($1))"
    rows = database.sql(chosen, [list(keys)])
    return {row[0]: {f: "" if v is None else str(v) for f, v in zip(there, row[1:], strict=True)} for row in rows}


def check_following(database: Database, about: FollowingTable, one: Following) -> Iterator[Finding]:
    """Findings on records that say other than what follows; a ledger that lacks a table says nothing, one that lacks a field
    says that it cannot be looked for."""
    resource = database.descriptor.resources.get(about.table)
    if resource is None:
        return
    name, key = identifier(about.table), identifier(resource.schema.primary_key[0])
    wrong = (
        f"WITH now AS ({about.now}) SELECT h._row FROM {name} h JOIN raw.{name} r ON r.rowid = h._row "
        f"LEFT JOIN now ON now.{key} = h.{key} WHERE {one.breaks} ORDER BY h._row LIMIT {LIMIT}"
    )
    try:
        rows = [row for (row,) in database.sql(wrong)]
    except QueryError as error:
        if not error.missing_table:
            message = f"核对“{one.code}”用到的字段不在数据字典里，请恢复字段（{one.message}）"
            yield Finding("descriptor", Severity.ERROR, message, resource.schema.path, 1, about.table, one.field)
        return
    keys = keys_of(database, resource, rows)
    for row in rows:
        place = database.locate(about.table, row)
        yield Finding(one.code, Severity.ERROR, one.message, *place, about.table, one.field, keys[row])
