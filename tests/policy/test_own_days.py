"""Facts of the day of each row, and rules that only hint where what they rest on is not verified."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest

from gongshi.model import Severity
from gongshi.policy import run

from .cases import ledger, policies_of, project_policies

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
    unjudged = {period for period, right in PERIODS.items() if len(right) > 2 or (rule == ONE_VALUE and len(right) > 1)}
    wrong = [
        (period, standard) for period, standard in cells if standard not in PERIODS[period] and period not in unjudged
    ]
    for day in (date(2021, 12, 1), date(2026, 11, 27)):
        found = outcome(TOP + STANDARD + RULE % rule, {"subsidies": rows}, day)
        assert [cells[int(one.key[0][1:])] for one in found.findings if one.code == "rule"] == wrong
        assert found.undated == 4 * len(unjudged)


TWO = "standards: [{id: s, title: 甲, unit: 元, clause: 一, values: [{from: 2014-01-01, to: 2020-12-31, value: 4}]}, {id: t, title: 乙, unit: 元, clause: 一, values: [{from: 2014-01-01, value: 4}]}]\n"
LAPSED = {
    "graded": "by: benefit, amount: standard, table: [{value: 低保金, exactly: {standard: s}}, {value: 残疾人补贴, at_least: {standard: t}}]",
    "graded, where: [{field: benefit, is: 低保金}]": "by: benefit, amount: standard, table: [{value: 低保金, at_least: {standard: t}, at_most: {standard: s}}]",
    "condition": "demand: [{any: [{field: benefit, is: 残疾人补贴}, {field: standard, at_most: {standard: s}}]}]",
    "product": "factors: [units, {standard: s}], result: amount, compare: at_least",
    "choose": "among: [{field: standard, at_most: {standard: s}}, {field: amount, filled: 是}], exactly: 2",
    "classification": "when: [{field: standard, more_than: {standard: s}}], then: [{field: pay_channel, is: 现金}]",
}  # fmt: skip


@pytest.mark.parametrize("kind", LAPSED)
def test_a_row_after_the_last_day_of_its_standard_is_not_called_judged(kind: str) -> None:
    name, comma, where = kind.partition(", ")
    rule = f"kind: {name}, resource: subsidies, date_field: paid_on, {where}{comma}{LAPSED[kind]}"
    rows = [
        {
            "subsidy_id": "D0000001",
            "benefit": "低保金",
            "paid_on": "2022-03-01",
            "standard": "9",
            "units": "1",
            "amount": "9",
        }
    ]
    found = outcome(TOP + TWO + RULE % rule, {"subsidies": rows}, date(2024, 6, 30))
    assert (found.looked, found.judged, found.broke, found.undated) == (0, 0, 0, 1)
    (notice,) = found.findings
    assert notice.code == "unjudged" and "标准“甲”已过 3 年未核" in notice.message


MATRIX = (
    "matrices: {m: [{first: 低保金, second: 低保金, verdict: capped, cap: {standard: s}, basis: 办法},"
    " {first: 低保金, second: 特困供养金, verdict: forbidden, basis: 办法}]}\n"
)
CAPPED = "kind: combination, resource: subsidies, holder: household_no, item: benefit, amount: amount, matrix: m"


def cash(number: int, year: int, amount: str, benefit: str = "低保金") -> dict[str, str]:
    row = {"subsidy_id": f"D{number:07}", "household_no": f"H{year:07}", "benefit": benefit, "amount": amount}
    return row | {"paid_on": f"{year}-03-01"}


@pytest.mark.parametrize("dated", ["", ", date_field: paid_on"])
def test_a_cap_that_has_ended_judges_nothing_and_what_is_forbidden_stays_so(dated: str) -> None:
    rows = [
        cash(1, 2019, "4"),
        cash(2, 2020, "9"),
        cash(3, 2022, "9"),
        cash(4, 2023, "9"),
        cash(5, 2023, "1", "特困供养金"),
    ]
    found = outcome(TOP + TWO + MATRIX + RULE % (CAPPED + dated), {"subsidies": rows}, date(2024, 6, 30))
    wrong = [one.key[0] for one in found.findings if one.code == "rule"]
    assert wrong == (["D0000002", "D0000005"] if dated else ["D0000005"])
    assert (found.looked, found.undated) == ((3, 2) if dated else (1, 4))
    assert any("已过 3 年未核" in one.message for one in found.findings)


books = cache(project_policies)


BOOKS = ("funds", "lines", "procedures", "quality", "since-2021", "disclosure")


def test_every_amount_of_the_national_books_has_a_last_day_or_was_compared() -> None:
    standards = {(one.stem, s.id): s for one in books().policies if one.stem in BOOKS for s in one.standards.values()}
    money = [one for one in standards.values() if one.unit.startswith("元")]
    assert len(money) > 15 and [one.id for one in money if not (one.last or one.verified)] == []
    assert standards["funds", "cap-meal"].last <= standards["funds", "meal"].last
    assert standards["funds", "cap-yulu"].last <= standards["funds", "yulu"].last


@pytest.mark.parametrize(
    ("rule", "benefit"),
    [("f18a", "营养膳食补助"), ("f10a", "营养膳食补助"), ("f10a", "公益岗补贴"), ("p05-direct-amount", "水库移民直补")],
)
def test_after_the_last_known_day_no_amount_is_called_wrong(rule: str, benefit: str) -> None:
    row = {
        "household_no": "H0000001",
        "member_no": "M00000001",
        "benefit": benefit,
        "units": "1",
        "standard": "99999",
        "amount": "99999",
    }
    rows = [row | {"subsidy_id": f"D{n:07}", "period": "2027-S1", "paid_on": "2027-06-01"} for n in range(2)]
    with ledger({"subsidies": rows}) as database:
        (found,) = run(books(), database, date(2027, 6, 30), only={rule}, everywhere=True)
    assert found.broke == 0 and [one.severity for one in found.findings] == [Severity.NOTICE]
    assert "未核" in found.findings[0].message and "未判" in found.findings[0].message


HOME = {
    "m-household": ("memberships", "membership_id", "R0000001", "started_on"),
    "t-post-home": ("posts", "post_id", "E000001", "started_on"),
    "t-job-home": ("jobs", "job_id", "W0000001", "started_on"),
    "f10i": ("subsidies", "subsidy_id", "D0000001", "paid_on"),
    "f26j": ("loans", "loan_id", "K000001", "lent_on"),
    "q-measure-home": ("measures", "measure_id", "C0000001", "started_on"),
}


@pytest.mark.parametrize("rule", HOME)
@pytest.mark.parametrize(("moved", "broke"), [("2024-03", 0), ("2022-05", 0), ("2022-04", 1), ("", 1)])
def test_what_a_person_had_before_moving_stays_with_the_old_household(rule: str, moved: str, broke: int) -> None:
    """A person's household is today's: a row of before the month of the move names the one of then."""
    table, key, number, day = HOME[rule]
    person = {"member_no": "M00000001", "household_no": "H0000002", "life_status_ym": moved}
    row = {key: number, "household_no": "H0000001", "member_no": "M00000001", day: "2022-05-01"}
    with ledger({"members": [person], table: [row]}) as database:
        (found,) = run(books(), database, date(2026, 6, 30), only={rule}, everywhere=True)
    assert (found.looked, found.broke) == (1, broke)


OLD = [
    ("q17a", {"households": [{"main_cause": "因病"}]}),
    ("q17b", {"households": [{"main_cause": "因残"}]}),
    ("q18a", {"households": [{"main_cause": "缺劳力", "population": "2"}]}),
    ("q27b", {"households": [{}], "monitoring": [{"removed_by": "帮扶消除", "removed_on": "2022-06-01"}]}),
    ("q25c", {"households": [{"whole_no_labour": "是"}], "monitoring": [{"removed_by": "帮扶消除", "removed_on": "2022-06-01"}]}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "rows"), OLD)
def test_what_was_true_then_is_not_judged_by_what_is_true_now(rule: str, rows: dict) -> None:
    known = {"household_no": "H0000001", "poverty_status": "已脱贫"}
    given = {
        name: [(known if name == "households" else {"household_no": "H0000001"}) | row for row in mine]
        for name, mine in rows.items()
    }
    given["members"] = [
        {
            "member_no": "M00000001",
            "household_no": "H0000001",
            "life_status": "正常",
            "health": "健康",
            "labour": "普通劳动力",
        }
    ]
    with ledger(given) as database:
        (found,) = run(books(), database, date(2026, 6, 30), only={rule}, everywhere=True)
    assert (found.looked, found.broke) == (0, 0)
