"""Facts of the day of each row, and rules that only hint where what they rest on is not verified."""

from __future__ import annotations

from datetime import date

import pytest

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


STANDARD = "standards: [{id: s, title: 标准, unit: 元, clause: 一, values: [{from: 2014-11-01, value: 4}, {from: 2021-09-01, to: 2026-12-31, value: 5}]}]\n"
BY_PERIOD = "kind: graded, resource: subsidies, date_field: period, by: benefit, amount: standard, table: [{value: 营养膳食补助, exactly: {standard: s}}]"
ONE_VALUE = "kind: condition, resource: subsidies, date_field: period, demand: [{field: standard, is: {standard: s}}]"


PERIODS = {
    "2021-S1": "4", "2021-07": "4", "2021-Q2": "4", "2020": "4", "2014-11": "4",
    "2021-S2": "5", "2021-09": "5", "2021-Q4": "5", "2022": "5", "2026-S2": "5",
    "2021": "45", "2021-Q3": "45",  # it changed within
    "2014-10": "3456", "2027-01": "3456", "2027": "3456",  # nothing is known of then
}  # fmt: skip


@pytest.mark.parametrize("rule", [BY_PERIOD, ONE_VALUE])
def test_what_is_paid_late_is_judged_by_the_standard_of_its_period(rule: str) -> None:
    """Payments of spring that arrive in autumn are no overpayment because the standard rose in between."""
    cells = [(period, standard) for period in PERIODS for standard in "3456"]
    rows = [
        {"subsidy_id": f"D{n:07}", "benefit": "营养膳食补助", "period": period, "standard": standard, "paid_on": "2021-11-20"}
        for n, (period, standard) in enumerate(cells)
    ]  # fmt: skip
    unjudged = {period for period, right in PERIODS.items() if rule == ONE_VALUE and len(right) > 1}
    wrong = [
        (period, standard) for period, standard in cells if standard not in PERIODS[period] and period not in unjudged
    ]
    for day in (date(2021, 12, 1), date(2026, 11, 27)):
        found = outcome(TOP + STANDARD + RULE % rule, {"subsidies": rows}, day)
        assert [cells[int(one.key[0][1:])] for one in found.findings if one.code == "rule"] == wrong
        assert found.undated == 4 * len(unjudged)
