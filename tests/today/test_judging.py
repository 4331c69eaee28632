"""A rule says how many rows it judged, which it could not and why; a standard past its last known day gives no verdict."""

from __future__ import annotations

from datetime import date

import pytest

from gongshi.model import Severity
from gongshi.policy import Outcome, RuleState, load_policies, run, told
from policy.cases import descriptor, ledger, policies_of, policy_tree

HEAD = "policy: test\ntitle: 试\neffective: {from: 2014-01-01}\n"
DAY = date(2026, 11, 28)


def outcome(rule: str, rows: dict[str, list[dict[str, str]]], day: date = DAY, standards: str = "") -> Outcome:
    common = "severity: error, clause: 一, message: 不对，请改正"
    text = f"{HEAD}{standards}rules:\n  - {{id: t, title: 试验, {common}, {rule}}}\n"
    policies = policies_of(text)
    assert not policies.findings, [one.message for one in policies.findings]
    with ledger(rows) as database:
        (found,) = run(policies, database, day, only={"t"})
    return found


def measure(number: int, started: str, ended: str) -> dict[str, str]:
    return {"measure_id": f"C{number:07}", "started_on": started, "ended_on": ended}


LASTS = "kind: duration, resource: measures, from: started_on, to: ended_on, at_least: 0"


def test_rows_that_lack_a_date_are_not_called_judged() -> None:
    given = {"measures": [measure(1, "2026-01-01", "2026-02-01"), measure(2, "2026-01-01", ""), measure(3, "", "")]}
    found = outcome(LASTS, given)
    assert (found.looked, found.judged, found.broke, found.blank) == (3, 1, 0, 2)
    assert dict(found.gaps) == {"开始日期": 1, "结束日期": 2}
    assert told(found) == "判了 1 行，违反 0 处，2 行无法判断（空着：“开始日期”1 行、“结束日期”2 行）"


@pytest.mark.parametrize(
    "kind",
    [
        "duration, from: started_on, to: ended_on",
        "no_overlap, key: [member_no], from: started_on, to: ended_on",
        "unique, key: [member_no]",
    ],
)
def test_where_no_row_is_chosen_none_is_judged(kind: str) -> None:
    limit = ", at_least: 0" if kind.startswith("duration") else ""
    found = outcome(
        f"kind: {kind}{limit}, resource: measures, where: [{{field: item, is: 低保}}]",
        {"measures": [measure(1, "2026-01-01", "")]},
    )
    assert (found.looked, found.judged, found.undated) == (0, 0, 0) and told(found) == "没有要判的行"


def test_a_rule_that_could_judge_nothing_says_so_as_a_notice() -> None:
    found = outcome(LASTS, {"measures": [measure(1, "2026-01-01", "")]})
    (notice,) = found.findings
    assert (notice.code, notice.severity) == ("unjudged", Severity.NOTICE) and "结束日期" in notice.message
    assert told(outcome(LASTS, {"measures": []})) == "没有要判的行"


@pytest.mark.parametrize(
    ("rule", "rows", "gap"),
    [
        ("kind: classification, resource: villages, when: [{field: poverty_rate, more_than: 2}], then: [{field: village_class, is: 贫困村}]",
         {"villages": [{"village_code": "990101100001", "village_class": "贫困村"}]}, "条件里用到的字段"),
        ("kind: product, resource: subsidies, factors: [units, standard], result: amount",
         {"subsidies": [{"subsidy_id": "D0000001", "units": "1", "standard": "2"}]}, "金额"),
        ("kind: graded, resource: subsidies, by: benefit, amount: standard, table: [{value: 低保金, exactly: 1}]",
         {"subsidies": [{"subsidy_id": "D0000001", "benefit": "低保金"}]}, "补助标准"),
        ("kind: stop, resource: subsidies, date: paid_on, event_date: member_no.life_status_ym",
         {"subsidies": [{"subsidy_id": "D0000001", "paid_on": "2026-01-01"}]}, "状态变更年月"),
        ("kind: frequency, resource: pairings, other: contacts, other_date: contacted_on, from: started_on, per: month, at_least: 1",
         {"pairings": [{"pairing_id": "J0000001"}]}, "开始日期"),
    ],
)  # fmt: skip
def test_each_kind_names_the_field_it_lacks(rule: str, rows: dict[str, list[dict[str, str]]], gap: str) -> None:
    found = outcome(rule, rows)
    assert (found.looked, found.judged, [title for title, _ in found.gaps]) == (1, 0, [gap])


LIMIT = "standards: [{id: cap, title: 上限, unit: 元, clause: 一, values: [{from: 2014-01-01, to: 2021-08-31, value: 4}%s]}]\n"
UNDER = "kind: condition, resource: subsidies, %sdemand: [{field: standard, at_most: {standard: cap}}]"


def paid(number: int, day: str, standard: str = "5") -> dict[str, str]:
    return {"subsidy_id": f"D{number:07}", "paid_on": day, "standard": standard}


@pytest.mark.parametrize(
    ("day", "past"),
    [("2021-09-01", "期"), ("2022-08-31", " 1 年"), ("2026-08-30", " 4 年"), ("2026-08-31", " 5 年")],
)
def test_a_standard_past_its_last_day_gives_a_notice_and_no_verdict(day: str, past: str) -> None:
    found = outcome(UNDER % "", {"subsidies": [paid(1, day)]}, date.fromisoformat(day), LIMIT % "")
    (notice,) = found.findings
    assert found.state == RuleState.NOT_CONFIGURED and notice.severity is Severity.NOTICE
    assert f"已过{past}未核" in notice.message and "未判" in notice.message


def test_on_its_last_day_a_standard_still_judges() -> None:
    found = outcome(UNDER % "", {"subsidies": [paid(1, "2021-08-31")]}, date(2021, 8, 31), LIMIT % "")
    assert (found.state, found.broke) == (RuleState.RAN, 1)


def test_rows_are_judged_by_the_standard_of_their_day_and_others_are_counted() -> None:
    rows = {"subsidies": [paid(1, "2020-01-01"), paid(2, "2022-01-01"), paid(3, "2025-01-01", "7")]}
    found = outcome(UNDER % "date_field: paid_on, ", rows, DAY, LIMIT % ", {from: 2024-01-01, value: 6}")
    assert (found.looked, found.broke, found.undated) == (2, 2, 1)
    assert "1 行的日期没有标准，未判" in told(found)


@pytest.mark.parametrize(
    "values",
    [
        "[{from: 2020-01-01, to: 2019-01-01, value: 4}]",
        "[{from: 2014-01-01, to: 2020-06-01, value: 4}, {from: 2020-06-01, value: 5}]",
    ],
)
def test_days_that_contradict_are_told(values: str) -> None:
    text = f"{HEAD}standards: [{{id: cap, title: 上限, unit: 元, clause: 一, values: {values}}}]\n"
    assert load_policies(policy_tree({"test.yaml": text}), descriptor()).findings


def test_a_rule_that_asks_for_several_fields_names_the_empty_one() -> None:
    rule = "kind: condition, resource: villages, demand: [{field: clinic, filled: 是}, {field: doctors, filled: 是}, {field: bus, filled: 是}]"
    (finding,) = outcome(rule, {"villages": [{"village_code": "990101100001", "clinic": "是"}]}).findings
    assert finding.message.endswith("（空着的是：执业医师数、通客运班车）")


def county(**cells: str) -> list[dict[str, str]]:
    return [{"county_code": "990101000000", "name": "示例县", **cells}]


@pytest.mark.parametrize(
    ("until", "severity"), [("2026-11-29", Severity.NOTICE), ("2026-11-28", Severity.ERROR), ("", Severity.ERROR)]
)
def test_until_its_day_of_completeness_what_is_missing_is_only_told(until: str, severity: Severity) -> None:
    rows = {"members": [{"member_no": "M00000001"}], "county": county(complete_from=until)}
    rule = "kind: condition, resource: members, %sdemand: [{field: ethnicity, filled: 是}]"
    (finding,) = outcome(rule % "complete: 是, ", rows).findings
    assert finding.severity is severity
    (wrong,) = outcome(rule % "", rows).findings
    assert wrong.severity is Severity.ERROR


@pytest.mark.parametrize(("began", "missed"), [("", 3), ("2025-06-01", 1), ("2026-03-01", 1), ("2026-03-02", 0)])
def test_nothing_is_asked_of_the_time_before_the_county_began(began: str, missed: int) -> None:
    rule = "kind: windows, resource: ledgers, date: entered_on, since: 2024-01-01, windows: [{name: 三月捐助, from: 03-01, to: 03-31}]"
    assert outcome(rule, {"county": county(began_on=began)}).broke == missed
