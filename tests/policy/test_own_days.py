"""Facts of the day of each row, and rules that only hint where what they rest on is not verified."""

from __future__ import annotations

from datetime import date

from gongshi.model import Severity
from gongshi.policy import run

from .cases import ledger, policies_of

TOP = "policy: test\ntitle: 试\n"
RULE = "rules: [{id: r, title: 试, severity: warning, clause: 一, message: 请改, %s}]\n"


def outcome(text: str, rows: dict, day: date):
    policies = policies_of(text)
    assert [finding.message for finding in policies.findings] == []
    with ledger(rows) as database:
        (found,) = run(policies, database, day)
    return found


LIMITS = [
    {"regime": "小额信贷", "name": "旧产品", "valid_from": "2014-12-01", "retired_on": "2021-01-01", "amount": "5", "verified": "是"},
    {"regime": "小额信贷", "name": "新产品", "valid_from": "2021-01-01", "amount": "10", "verified": "否"},
]  # fmt: skip
LOANS = [
    {"loan_id": f"K{n:06}", "household_no": f"H{n:07}", "lent_on": day, "amount": amount}
    for n, (day, amount) in enumerate(
        [("2014-11-30", "99"), ("2014-12-01", "6"), ("2020-12-31", "6"), ("2021-01-01", "10"), ("2023-01-01", "11"), ("", "99")], 1
    )
]  # fmt: skip
CAP = """facts:
  cap: {of: loans, from: regimes, max: amount, active: {from: valid_from, to: retired_on, on: lent_on}}
  kinds: {of: loans, from: regimes, count: rows, active: {from: valid_from, to: retired_on, on: lent_on}, where: [{field: verified, is: 否}]}
"""


def test_a_fact_may_gather_what_was_in_force_on_the_days_of_its_rows() -> None:
    over = "kind: condition, resource: loans, where: [{field: fact.cap, filled: 是}], demand: [{field: amount, at_most: {field: fact.cap}}]"
    rule = RULE % (over + ", unverified: [{field: fact.kinds, at_least: 1}]")
    for day in (date(2020, 6, 30), date(2026, 6, 30)):  # whatever day the check is of
        found = outcome(TOP + CAP + rule, {"loans": LOANS, "regimes": LIMITS}, day)
        told = [(one.key[0][-1], one.severity, "没有核实" in one.message) for one in found.findings]
        assert told == [("2", Severity.WARNING, False), ("3", Severity.WARNING, False), ("5", Severity.NOTICE, True)]
        assert found.looked == 4, "no row of the table was in force on the other days"


def test_an_active_with_a_day_needs_all_three() -> None:
    rule = RULE % "kind: condition, resource: loans, demand: [{field: fact.cap, filled: 是}]"
    for wrong in (
        "{on: lent_on}",
        "{from: valid_from, on: lent_on}",
        "{from: valid_from, to: retired_on, on: nothing}",
    ):
        text = TOP + CAP.replace("{from: valid_from, to: retired_on, on: lent_on}", wrong) + rule
        policies = policies_of(text)
        assert any("active" in one.message or "nothing" in one.message for one in policies.findings), wrong
