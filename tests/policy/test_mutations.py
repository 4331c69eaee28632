"""One thing broken in the example county at a time: exactly the expected rules fire, at the expected records and lines.

Each entry of ``tests/cases/mutations.yaml`` names a kind, a row of the records, the field and its wrong value, and every
rule that must speak about it with the record it must name. All rules run each time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date

import pytest
import yaml

from gongshi.model import Finding
from gongshi.package import Database, identifier, load
from gongshi.policy import Policies, figures, judge, kinds, load_policies, run
from gongshi.repository import WorkTree
from gongshi.sealing import DEMO_IDENTITY, read_identity, unseal
from support import ROOT, rounds

from .cases import made_id

MUTATIONS = yaml.load((ROOT / "tests/cases/mutations.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
DAY = date(2020, 6, 30)
SLUG = "guzhen"


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with load(WorkTree(ROOT)) as loaded:
        yield loaded


@pytest.fixture(scope="module")
def release() -> Iterator[Database]:
    """The last release: the same county."""
    with load(WorkTree(ROOT)) as loaded:
        yield loaded


@pytest.fixture(scope="module")
def before(database: Database, release: Database) -> set:
    return said(database, release)


def said(database: Database, release: Database | None = None) -> set[tuple[str, str]]:
    """(rule, record) of every finding of a rule."""
    descriptor = database.descriptor
    last = release and figures(load_policies(database.tree, descriptor), descriptor, release, DAY)
    return spoken(judge(database, DAY, base=last).findings)


def spoken(findings: Iterable[Finding]) -> set[tuple[str, str]]:
    return {(finding.rule, "/".join(finding.key)) for finding in findings if finding.code == "rule"}


@contextmanager
def cell(database: Database, mutation: dict, becomes: str) -> Iterator[None]:
    """One cell with another value for a while."""
    table, column = f"raw.{identifier(mutation['resource'])}", identifier(mutation["field"])
    key = database.descriptor.resources[mutation["resource"]].schema.primary_key
    where = " AND ".join(f"{identifier(name)} = ?" for name in key)
    ((row, good),) = database.sql(f"SELECT rowid, {column} FROM {table} WHERE {where}", mutation["record"].split("|"))
    assert good == mutation["was"]
    database.sql(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", [becomes, row])
    try:
        yield
    finally:
        database.sql(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", [good, row])


def test_every_kind_has_a_mutation() -> None:
    assert {mutation["kind"] for mutation in MUTATIONS} | {"identifier"} == set(kinds())


GROUPS = rounds(3, len(MUTATIONS))
"""In how many groups things are broken together: at night each by itself."""


@pytest.mark.parametrize("broken", [MUTATIONS[at::GROUPS] for at in range(GROUPS)])
def test_exactly_the_expected_rules_fire(
    database: Database, release: Database, before: set, broken: list[dict]
) -> None:
    """``last`` is what the last release says in that cell, for the kinds that compare with it."""
    assert len({(one["resource"], one["record"]) for one in broken}) == len(broken)
    with ExitStack() as stack:
        for one in broken:
            stack.enter_context(cell(database, one, one["becomes"]))
            if "last" in one:
                stack.enter_context(cell(release, one, one["last"]))
        after = said(database, release)
    fired = sorted(f"{rule} {record}".strip() for rule, record in after - before)
    assert fired == sorted(line for one in broken for line in one["fires"])
    for one in broken:
        assert one["rule"] in {line.split(" ")[0] for line in fired}


@pytest.fixture(scope="module")
def people(database: Database) -> list[dict[str, str]]:
    """The members of one township, unsealed with the demo key, each with a number and a telephone made here and now."""
    rows = list(unseal(WorkTree(ROOT), SLUG, read_identity(ROOT / DEMO_IDENTITY, ROOT)))
    about = {
        member: (sex, birth, household)
        for member, sex, birth, household in database.sql(
            "SELECT member_no, sex, birth_ym, household_no FROM raw.members"
        )
    }
    born: Counter[str] = Counter()
    for row in rows:
        sex, birth, household = about[row["member_no"]]
        born[birth] += 1
        row["id_no"] = number(birth, born[birth], sex == "男")
        row["phone"] = f"199{household.removeprefix('H'):>08}"
    return rows


def number(birth: str, place: int, male: bool) -> str:
    """A whole number of the region 999999 that nobody has; ``place`` is at most 99 within a month of birth."""
    return made_id(f"999999{birth.replace('-', '')}01{place:02}{1 if male else 2}")


def test_a_wrong_number_in_the_county_fires_its_rule_alone(database: Database, people: list[dict[str, str]]) -> None:
    policies, wrong = load_policies(database.tree, database.descriptor), people[7]
    good, before = wrong["id_no"], everything(policies, database, people)
    wrong["id_no"] = made_id(good[:16] + str(int(good[16]) % 2 + 1))
    try:
        assert everything(policies, database, people) - before == {("q03a", wrong["member_no"])}
    finally:
        wrong["id_no"] = good


def everything(policies: Policies, database: Database, people: list[dict[str, str]]) -> set[tuple[str, str]]:
    return spoken(found(policies, database, people, [rule.id for _, rule in policies.rules()]))


def found(policies: Policies, database: Database, people: list[dict[str, str]], rules: list[str]) -> list[Finding]:
    outcomes = run(policies, database, DAY, only=rules, identities=people)
    return [finding for outcome in outcomes for finding in outcome.findings]


@pytest.mark.parametrize(
    ("rules", "field", "change"),
    [
        (["q01"], "id_no", lambda mine, _: mine[:17] + ("0" if mine[17] != "0" else "1")),
        (["q01"], "id_no", lambda mine, _: ""),
        (["q02", "q03a", "q03b"], "id_no", lambda _, other: other),
        (["q03b"], "id_no", lambda mine, _: made_id(mine[:6] + "1900" + mine[10:17])),
        (["q16a"], "phone", lambda mine, _: "12" + mine[2:]),
        (["q16b"], "phone", lambda _, other: other),
    ],
)
def test_each_check_of_numbers_fires_alone(
    database: Database, people: list[dict[str, str]], rules: list[str], field: str, change: Callable
) -> None:
    first, wrong = people[0], next(row for row in people[1:] if row["id_no"][16] != people[0]["id_no"][16])
    policies, good = load_policies(database.tree, database.descriptor), wrong[field]
    sealing = [rule.id for _, rule in policies.rules() if rule.sealing]
    assert found(policies, database, people, sealing) == []
    wrong[field] = change(good, first[field])
    try:
        findings = found(policies, database, people, sealing)
    finally:
        wrong[field] = good
    assert {finding.rule for finding in findings} == set(rules)
    assert {finding.key for finding in findings} == {(wrong["member_no"],)}
    assert not any(good in finding.message or first[field] in finding.message for finding in findings)


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
