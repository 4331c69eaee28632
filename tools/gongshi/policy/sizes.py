"""Why a rule could not be computed: numbers so large that no ledger has any, told at their rows and never shown."""

from __future__ import annotations

from collections.abc import Iterator

from gongshi.checks.showing import keys_of
from gongshi.model import Finding, Severity
from gongshi.package import Database, identifier
from gongshi.policy.paths import NUMBERS
from gongshi.policy.values import Rule

TOO_LARGE = "1e12"
LIMIT = 1000  # findings per field


def too_large(database: Database, rule: Rule) -> Iterator[Finding]:
    """Findings on such numbers in the table that a rule is about."""
    resource = database.descriptor.resources[rule.resource]
    message = f"大得离谱（一万亿以上），规则“{rule.title}”没能算：请对照原件改正"
    for field in (field for field in resource.schema.fields if field.type in NUMBERS):
        query = f"SELECT _row FROM {identifier(resource.name)} WHERE abs({identifier(field.name)}::DOUBLE) >= {TOO_LARGE} LIMIT {LIMIT}"
        rows = [row for (row,) in database.sql(query)]
        keys = keys_of(database, resource, rows)
        for row in rows:
            place = (*database.locate(resource.name, row), resource.name, field.name, keys[row])
            said = f"“{field.title}”{message}"
            yield Finding("rule", Severity.ERROR, said, *place, rule.policy, rule.id, rule.clause)
