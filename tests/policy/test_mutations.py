"""One thing broken in the example county at a time: exactly the expected rules fire, at the expected records and lines.

Each entry of ``tests/cases/mutations.yaml`` names a kind, a row of the records, the field and its wrong value, and every
rule that must speak about it with the record it must name. All rules run each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import yaml

from gongshi.package import Database, identifier, load
from gongshi.policy import judge, kinds
from gongshi.repository import WorkTree
from support import ROOT

MUTATIONS = yaml.load((ROOT / "tests/cases/mutations.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
DAY = date(2020, 6, 30)
# These need something that one Database does not have: a last release, unsealed numbers; no rule here uses gap.
ELSEWHERE = {"change", "unchanged", "identifier", "gap"}


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with load(WorkTree(ROOT)) as loaded:
        yield loaded


@pytest.fixture(scope="module")
def before(database: Database) -> set:
    return said(database)


def said(database: Database) -> set[tuple[str, str]]:
    """(rule, record) of every finding of a rule; a line that does not hold the record's key fails at once."""
    findings = [finding for finding in judge(database, DAY).findings if finding.code == "rule"]
    return {(finding.rule, "/".join(finding.key)) for finding in findings}


def test_every_kind_that_runs_has_a_mutation() -> None:
    assert {mutation["kind"] for mutation in MUTATIONS} == set(kinds()) - ELSEWHERE


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation["kind"])
def test_exactly_the_expected_rules_fire(database: Database, before: set, mutation: dict) -> None:
    table = f"raw.{identifier(mutation['resource'])}"
    column = identifier(mutation["field"])
    key = database.descriptor.resources[mutation["resource"]].schema.primary_key
    where = " AND ".join(f"{identifier(name)} = ?" for name in key)
    values = mutation["record"].split("|")
    ((row, good),) = database.sql(f"SELECT rowid, {column} FROM {table} WHERE {where}", values)
    assert good == mutation["was"]
    database.sql(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", [mutation["becomes"], row])
    try:
        after = said(database)
    finally:
        database.sql(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", [good, row])
    fired = sorted(f"{rule} {record}".strip() for rule, record in after - before)
    assert fired == sorted(mutation["fires"])
    assert mutation["rule"] in {line.split(" ")[0] for line in fired}


def test_a_finding_stands_at_the_line_of_its_record(database: Database) -> None:
    table = "raw.payments"
    ((row, good),) = database.sql(f"SELECT rowid, purpose FROM {table} WHERE payment_stage <> '管理费' LIMIT 1")
    database.sql(f"UPDATE {table} SET purpose = '项目管理' WHERE rowid = ?", [row])
    try:
        (finding,) = [finding for finding in judge(database, DAY).findings if finding.rule == "f05b"]
    finally:
        database.sql(f"UPDATE {table} SET purpose = ? WHERE rowid = ?", [good, row])
    assert (finding.path, finding.line) == database.locate("payments", row)
    assert finding.policy == "funds" and finding.clause and finding.key[0] in (ROOT / finding.path).read_text("utf-8")
