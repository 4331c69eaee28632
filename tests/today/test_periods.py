"""Periods that may not overlap, wherever records have periods: by one kind of rule, which each mutation makes fire."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations

import pytest
import yaml

from gongshi.policy import run
from policy.cases import descriptor, ledger, project_policies
from support import ROOT

POLICIES = project_policies()
RULES = {rule.id: rule for _, rule in POLICIES.rules() if rule.kind == "no_overlap"}
APART = {
    "conditions": "one row a year, by its key", "incomes": "twelve months that roll", "helpers": "one row a person, by its key",
    "workshops": "one row a workshop, by its key",
    "trainings": "a person may attend two courses at a time",
}  # fmt: skip
DAY = date(2026, 6, 30)


def found(rule: str, rows: dict) -> list[tuple[str, ...]]:
    with ledger(rows) as database:
        (outcome,) = run(POLICIES, database, DAY, only={rule}, everywhere=True)
    return [finding.key for finding in outcome.findings]


@pytest.mark.parametrize("name", RULES)
def test_every_rule_fires_by_a_day_and_is_silent_where_one_ends_as_the_next_begins(name: str) -> None:
    rule = RULES[name]
    start, end = (rule.body.items[part].value for part in ("from", "to"))
    case = yaml.load((ROOT / f"tests/cases/policy/{name}.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)
    keys = descriptor().resources[rule.resource].schema.primary_key
    first, second = (
        {**row, start: day}
        for row, day in zip(case["breaks"][rule.resource], ("2022-01-01", "2023-03-01"), strict=True)
    )

    later_one = tuple(second[name] for name in keys)

    def told(ends: str, later: str = "") -> list[tuple[str, ...]]:
        pairs = [[{**first, end: ends}, {**second, end: later}][place] for place in (0, 1)]
        seen = [found(name, {**case["breaks"], rule.resource: list(order)}) for order in permutations(pairs)]
        assert seen[0] == seen[1], "the order of the lines says nothing"
        return seen[0]

    assert told("2023-03-01") == [], "ends as the next begins"
    assert told((date(2023, 3, 1) + timedelta(1)).isoformat()) == [later_one]
    assert told("") == [later_one], "without an end it still runs"
    assert told("2024-12-31", "2023-04-01") == [later_one], "one within the other"


def test_wherever_records_have_periods_there_is_such_a_rule() -> None:
    held = {rule.resource for rule in RULES.values()}
    ends = ("ended_on", "removed_on", "repaid_on", "left_on", "period_end")
    spans = {r.name for r in descriptor().resources.values() if {f.name for f in r.schema.fields} & {*ends}}
    assert (
        spans - held == {*APART} & spans
        and {"pairings", "loans", "monitoring", "memberships", "measures", "posts", "jobs"} <= held
    )
