"""Canonical form: rows sorted by key, YAML documents in their one spelling. Bytes and numbers are checked elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from gongshi.model import Finding, Severity
from gongshi.package import Database, Resource, canonical_document, identifier

MESSAGE = "不是规范写法，请运行 gongshi format"


def check_order(database: Database, resource: Resource) -> list[Finding]:
    """The first row of each file that does not follow the one before it by primary key."""
    if not resource.schema.primary_key:
        return []
    key = f"({', '.join(map(identifier, resource.schema.primary_key))})"
    rows = database.sql(
        f"SELECT row FROM (SELECT rowid AS row, {key} < lag({key}) OVER () AS stop FROM raw.{identifier(resource.name)}) "
        "WHERE stop ORDER BY row"
    )
    starts = {part.first for part in database.loaded[resource.name].parts}
    findings: dict[str, Finding] = {}
    for (row,) in rows:
        if row not in starts:
            path, line = database.locate(resource.name, row)
            message = f"行没有按主键排序，{MESSAGE}"
            findings.setdefault(path, Finding("not-canonical", Severity.ERROR, message, path, line, resource.name))
    return list(findings.values())


def check_documents(database: Database) -> Iterator[Finding]:
    """YAML documents whose bytes are not their canonical form."""
    broken = {finding.path for finding in database.findings}
    for path, document in database.documents.items():
        if path in broken:
            continue
        data = database.tree.read(path)
        wanted = canonical_document(database.descriptor, document, data)
        if wanted != data:
            line = next(
                (n for n, (a, b) in enumerate(zip(data.split(b"\n"), wanted.split(b"\n"), strict=False), 1) if a != b),
                1,
            )
            yield Finding("not-canonical", Severity.ERROR, MESSAGE, path, line, document.resource)
