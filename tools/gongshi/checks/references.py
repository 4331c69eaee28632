"""Keys: each primary key once in the whole ledger, each foreign key pointing at a record, across CSV files and YAML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gongshi.checks.showing import keys_of
from gongshi.model import Finding, Severity
from gongshi.package import Database, Descriptor, ForeignKey, Resource, identifier, quoted

LIMIT = 1000  # findings per key


def check_primary_keys(database: Database, resource: Resource) -> list[Finding]:
    """Rows whose key an earlier row has already."""
    table, key = f"raw.{identifier(resource.name)}", quoted(resource.schema.primary_key)
    if not resource.schema.primary_key or _all_differ(database, table, key):
        return []
    repeated = database.sql(
        f"SELECT rowid, first FROM (SELECT rowid, min(rowid) OVER (PARTITION BY {key}) AS first FROM {table}) "
        f"WHERE rowid <> first ORDER BY rowid LIMIT {LIMIT}"
    )
    keys = keys_of(database, resource, [row for row, _ in repeated])
    findings = []
    for row, first in repeated:
        path, line = database.locate(resource.name, row)
        other, other_line = database.locate(resource.name, first)
        title = "、".join(resource.schema.field(name).title for name in resource.schema.primary_key)
        message = f"“{title}”与 {other} 第 {other_line} 行重复，请删去一行或改正编号"
        findings.append(Finding("primary-key", Severity.ERROR, message, path, line, resource.name, key=keys[row]))
    return findings


def _all_differ(database: Database, table: str, key: str) -> bool:
    """Whether no two keys have the same hash: then no key stands twice. A third of the work of comparing the keys."""
    ((differ,),) = database.sql(f"SELECT count(*) = count(DISTINCT hash({key})) FROM {table}")
    return bool(differ)


def check_foreign_key(database: Database, key: ForeignKey, limit: int = LIMIT) -> list[Finding]:
    """The first ``limit`` rows whose reference names no record; an empty reference names nothing and is fine, but one of
    several fields must not be filled in part."""
    here, there = f"raw.{identifier(key.resource)}", f"raw.{identifier(key.reference)}"
    filled = " OR ".join(f"h.{identifier(name)} <> ''" for name in key.fields)
    whole = " AND ".join(f"h.{identifier(name)} <> ''" for name in key.fields)
    same = " AND ".join(
        f"h.{identifier(mine)} = t.{identifier(theirs)}"
        for mine, theirs in zip(key.fields, key.reference_fields, strict=True)
    )
    rows = database.sql(
        f"SELECT h.rowid, {whole} FROM {here} h ANTI JOIN {there} t ON {same} AND {whole} WHERE {filled} "
        f"ORDER BY h.rowid LIMIT {limit}"
    )
    return list(_dangling(database, key, rows))


def dangling(descriptor: Descriptor, key: ForeignKey, whole: bool) -> str:
    """What is wrong with a reference that names no record, or (not ``whole``) is filled in part."""
    resource, target = descriptor.resources[key.resource], descriptor.resources[key.reference]
    title = "、".join(resource.schema.field(name).title for name in key.fields)
    if whole:
        return f"“{title}”在“{target.title}”里找不到，请改正编号，或先补上那条记录"
    return f"“{title}”只填了一部分，认不出是“{target.title}”的哪一条：请都填上，或都空着"


def _dangling(database: Database, key: ForeignKey, rows: Sequence[tuple[int, bool]]) -> Iterator[Finding]:
    keys = keys_of(database, database.descriptor.resources[key.resource], [row for row, _ in rows])
    for row, whole in rows:
        path, line = database.locate(key.resource, row)
        message = dangling(database.descriptor, key, whole)
        yield Finding("foreign-key", Severity.ERROR, message, path, line, key.resource, key.fields[0], keys[row])
