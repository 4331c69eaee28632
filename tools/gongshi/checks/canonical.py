"""Canonical form: rows sorted by key, YAML documents in their one spelling. Bytes and numbers are checked elsewhere."""

from __future__ import annotations

import re

from gongshi.model import Finding, Severity
from gongshi.package import Database, Resource, identifier

MESSAGE = "不是规范写法，请运行 gongshi format"


def check_order(database: Database, resource: Resource) -> list[Finding]:
    """The first row of each file that does not follow the one before it by primary key."""
    if not resource.schema.primary_key or not resource.is_csv:
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


def check_documents(database: Database, pattern: re.Pattern[str]) -> list[Finding]:
    """YAML documents, of those whose paths are like this, that read well but are not spelled canonically."""
    return [
        Finding("not-canonical", Severity.ERROR, MESSAGE, path, line)
        for path, line in database.uncanonical.items()
        if pattern.fullmatch(path)
    ]
