"""Columns that follow from other records, worked out by the very queries that ``identities.py`` checks them by."""

from __future__ import annotations

from collections.abc import Iterable

from gongshi.checks.identities import PROJECT_STAGE, STATUS
from gongshi.package import Database, quoted

_DERIVED = {
    "households": (STATUS, {"poverty_status": "status", "exit_year": "exit_year", "return_year": "return_year"}),
    "projects": (PROJECT_STAGE, {"stage": "stage", "accepted_on": "accepted_on"}),
}


def derived(database: Database, resource: str, keys: Iterable[str]) -> dict[str, dict[str, str]]:
    """Of the records with these keys, the cells that their events or stages say; only columns that the schema has."""
    if resource not in _DERIVED:
        return {}
    start, columns = _DERIVED[resource]
    schema = database.descriptor.resources[resource].schema
    there = {field: column for field, column in columns.items() if field in schema.names}
    if not there:
        return {}
    (key,) = schema.primary_key
    query = f"{start} SELECT {quoted([key, *there.values()])} FROM now WHERE {quoted([key])} IN (SELECT unnest($1))"
    rows = database.sql(query, [list(keys)])
    return {row[0]: {f: "" if v is None else str(v) for f, v in zip(there, row[1:], strict=True)} for row in rows}
