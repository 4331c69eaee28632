"""Cells that say other than the rows they follow from: a field has one home, and what is typed beside it must agree."""

from __future__ import annotations

from gongshi.checks.showing import keys_of
from gongshi.model import Finding, Severity
from gongshi.package import Database, derived_fields, home, identifier

LIMIT = 1000  # findings per field


def check_derived(database: Database, table: str) -> list[Finding]:
    """Findings on typed cells of one table that differ from what the rows say."""
    findings = []
    for resource, field, derive in derived_fields(database.descriptor):
        if resource.name != table or not database.loaded[table].rows:
            continue
        name, source = identifier(resource.name), home(database.descriptor, resource, field, derive)
        query = (
            f"SELECT d._row FROM derived.{identifier(f'{resource.name}.{field.name}')} d JOIN raw.{name} r ON r.rowid = d._row "
            f"WHERE r.{identifier(field.name)} NOT IN ('', d.value) ORDER BY d._row LIMIT {LIMIT}"
        )
        rows = [row for (row,) in database.sql(query)]
        keys = keys_of(database, resource, rows)
        message = f"“{field.title}”与“{source}”登记的不同；它只由“{source}”定，请清空这一格，或改正“{source}”"
        for row in rows:
            place = database.locate(resource.name, row)
            findings.append(Finding("derived", Severity.ERROR, message, *place, resource.name, field.name, keys[row]))
    return findings
