"""What somebody meant to fill in later: it must not be published as if it were so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gongshi.checks.showing import keys_of
from gongshi.model import Finding, Severity
from gongshi.package import Database, Field, Resource, identifier

LIMIT = 1000  # findings per table
_PLACEHOLDER = r"待填|待补|(^|[^0-9-])[(（]?0{3,4}[)）]?[-－—\s]*0{7,8}($|[^0-9])"
_SAMPLES = ("待填", "0000-0000000", "000-00000000")


def check_placeholders(database: Database, resource: Resource) -> Iterator[Finding]:
    """Cells of text of one table that hold none, such as 待填 or a phone number of zeros."""
    fields = [field for field in resource.schema.fields if _may_hold(field)]
    if fields and database.loaded[resource.name].rows:
        yield from _in(database, resource, fields)


def _may_hold(field: Field) -> bool:
    """Where pattern or list would not let one pass, that says it."""
    free = field.type == "string" and not field.enum and field.disclosure != "sealed"
    return free and (not field.pattern or any(re.fullmatch(field.pattern, sample) for sample in _SAMPLES))


def _in(database: Database, resource: Resource, fields: list[Field]) -> Iterator[Finding]:
    table = f"raw.{identifier(resource.name)}"
    hits = ", ".join(f"regexp_matches({identifier(field.name)}, $1)" for field in fields)
    query = f"SELECT * FROM (SELECT rowid AS row, [{hits}] AS hits FROM {table}) WHERE list_contains(hits, true) LIMIT {LIMIT}"
    found = database.sql(query, [_PLACEHOLDER])
    keys = keys_of(database, resource, [row for row, _ in found])
    for row, hit in found:
        path, line = database.locate(resource.name, row)
        for field in (field for field, yes in zip(fields, hit, strict=True) if yes):
            message = f"“{field.title}”还是占位的，没有填：请填上真的，没有的留空"
            yield Finding("placeholder", Severity.ERROR, message, path, line, resource.name, field.name, keys[row])
