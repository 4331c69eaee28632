"""Records of 2026 that are right are taken: incomes without a poverty line, a household that never was poor, today's meals."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from exchange.books import xlsx
from gongshi.checks import check_records
from gongshi.exchange import Request, plan_import
from gongshi.model import Finding, Severity
from gongshi.package import load
from gongshi.policy import run
from gongshi.repository import MemoryTree, WorkTree
from today.county import (
    Rows,
    condition,
    county_descriptor,
    county_files,
    county_policies,
    income,
    made,
    member,
    membership,
    pairing,
    rows,
    village,
)

DAY = date(2026, 11, 28)
CASE = "Z2026-00020"
STEPS = (
    ("风险线索", "户", "01"), ("入户核实", "村", "03"), ("信息比对", "县", "05"), ("村级评议", "村", "06"),
    ("村内公示", "村", "12"), ("乡镇审核", "乡镇", "13"), ("县级审批", "县", "14"), ("系统标注", "县", "15"),
)  # fmt: skip


def found(given: Rows, day: date = DAY, *only: str) -> list[Finding]:
    """What checks and rules (``only`` some) say of the county, notices apart."""
    tree = MemoryTree(county_files(given))
    with load(tree, descriptor=county_descriptor()) as database:
        findings = check_records(database)
        for outcome in run(county_policies(), database, day, only=only or None):
            findings += outcome.findings
    return [finding for finding in findings if finding.severity is not Severity.NOTICE]


def errors(given: Rows, day: date = DAY, *only: str) -> list[str]:
    return [f"{one.rule or one.code} {one.key}" for one in found(given, day, *only) if one.severity is Severity.ERROR]


def never_poor() -> Rows:
    """A household that never was poor, found by its own word, compared, discussed, posted and taken up: its rows alone."""
    number = "H0000061"
    notice = {"notice_id": "G2026-00001", "notice_kind": "监测公示", "place": "村公示栏", "division_code": village(61)}
    notice |= {"starts_on": "2026-06-07", "ends_on": "2026-06-11", "case_id": CASE, "title": "监测对象公示"}
    notice |= {"publisher_unit": "U100", "items": "1", "result": "无异议", "closed_on": "2026-06-12"}
    steps = [
        {"case_id": CASE, "step_no": str(n), "step": name, "level": level, "done_on": f"2026-06-{day}"}
        | ({"attendees": "12", "votes_for": "12"} if name.endswith("评议") else {})
        | ({"notice_id": "G2026-00001"} if name == "村内公示" else {})
        for n, (name, level, day) in enumerate(STEPS, 1)
    ]
    watched = {
        "monitoring_id": "W000001",
        "household_no": number,
        "identified_on": "2026-06-15",
    }
    watched |= {
        "clue_source": "农户自主申报",
        "per_capita": "8000.00",
        "self_paid_medical": "20000.00",
    }
    measure = {
        "measure_id": "C0000200",
        "household_no": number,
        "category": "健康帮扶",
        "item": "医疗救助",
        "support_kind": "资金",
    }
    bare = {"household_no": number, "village_code": village(61), "group_name": "1组", "population": "1"}
    return {
        "households": [bare | {"whole_no_labour": "否", "cadre_relative": "否", "relocated": "否"}],
        "members": [member(181, 61, health="长期慢性病", birth_ym="1975-03")],
        "cases": [{"case_id": CASE, "procedure": "纳入监测", "village_code": village(61), "opened_on": "2026-06-01",
                   "closed_on": "2026-06-15", "doc_no": "测防返贫〔2026〕1号", "result": "通过"}],
        "case-steps": steps,
        "case-households": [{"case_id": CASE, "household_no": number}],
        "notices": [notice],
        "monitoring": [watched | {"dev_measures_state": "未实施", "contact_helper": "B00010"}],
        "memberships": [membership(61, 61, "边缘易致贫户", "2026-06-15", case_id=CASE, risk_1="因病")],
        "measures": [measure | {"provider_unit": "U003", "cost": "3000.00", "started_on": "2026-06-25", "signed": "是"}],
        "incomes": [income(61, 2025, 1)],
        "conditions": [condition(61)],
        "pairings": [pairing(121, 61, "帮扶责任人", "B00010"), pairing(122, 61, "联系人", "B00011")],
    }  # fmt: skip


def joined(*parts: Rows) -> Rows:
    names = dict.fromkeys(name for part in parts for name in part)
    return {name: [row for part in parts for row in part.get(name, [])] for name in names}


def test_a_county_of_today_stands_without_an_error() -> None:
    assert errors(rows(12)) == []


@pytest.mark.parametrize("year", [2021, 2024, 2026, 2031])
def test_an_income_after_2020_needs_no_poverty_line(year: int) -> None:
    given = rows(4)
    given["incomes"] = [income(n, year) for n in range(1, 5)]
    assert errors(given, date(year, 11, 28), "l-income-year", "q20a", "q21") == []


def test_a_household_that_never_was_poor_is_watched() -> None:
    given = joined(rows(4), never_poor())
    assert errors(given) == []
    told = {one.rule for one in found(given)}
    assert "l-monitor-year" in told and "s-fifteen-days" not in told
    asked = {(one.field, one.key) for one in found(given)}
    assert not asked & {(name, ("H0000061",)) for name in ("household_class", "poverty_status", "main_cause")}
    assert not any(given["households"][-1].get(name) for name in ("household_class", "poverty_status", "main_cause"))


def test_a_watched_household_is_judged_by_the_line_that_the_county_gives() -> None:
    line = {
        "line_kind": "监测线",
        "place": "全县",
        "year": "2026",
        "amount": "7900.00",
        "income_measure": "人均纯收入",
        "verified": "否",
    }
    told = {
        one.rule
        for one in found(joined(rows(4), never_poor(), {"lines": [line]}), DAY, "l-monitor-above", "l-monitor-year")
    }
    assert "l-monitor-above" in told and "l-monitor-year" not in told


@pytest.mark.parametrize("lost", ["入户核实", "村内公示", "县级审批"])
def test_a_step_that_is_missing_is_told_all_the_same(lost: str) -> None:
    given = joined(rows(4), never_poor())
    given["case-steps"] = [step for step in given["case-steps"] if step["step"] != lost]
    assert errors(given, DAY, "s-monitor") == [f"s-monitor ('{CASE}',)"]


@pytest.mark.parametrize(
    ("table", "cells", "rule"),
    [
        ("case-steps", {"done_on": "2026-06-16"}, "m-case-watch"),  # the county approves after the household is taken up
        ("cases", {"result": "不通过"}, "m-case-watch"),
        ("case-households", {"household_no": "H0000001"}, "m-case-home"),
        ("memberships", {"case_id": "Z2026-00099"}, "foreign-key"),
    ],
)  # fmt: skip
def test_what_a_case_decides_is_its_own_and_not_before_it(table: str, cells: dict[str, str], rule: str) -> None:
    given = joined(rows(4), never_poor())
    last = [row for row in given[table] if row.get("step") in (None, "县级审批")][-1]
    last |= cells
    told = [line.partition(" ")[0] for line in errors(given, DAY, "m-case-watch", "m-case-home")]
    assert told == [rule], "one fault, one error"


def test_a_watched_household_has_an_episode() -> None:
    given = joined(rows(4), never_poor())
    given["monitoring"] = []
    assert "m-watch-episode" in {one.rule for one in found(given, DAY, "m-watch-episode")}


def meals(days: str, rate: str, period: str, paid: str) -> Rows:
    amount = f"{float(days) * float(rate):.2f}"
    batch = {"payment_id": "F0000001", "paid_on": paid, "payment_stage": "直补", "amount": amount}
    batch |= {"payee_kind": "一卡通批次", "pay_channel": "一卡通", "purpose": "助学", "persons": "1"}
    cells = {"subsidy_id": "D0000001", "household_no": "H0000001", "member_no": "M00000003", "benefit": "营养膳食补助"}
    cells |= {
        "period": period,
        "units": days,
        "standard": rate,
        "amount": amount,
        "paid_on": paid,
        "payment_id": "F0000001",
    }
    return {"subsidies": [cells | {"pay_channel": "一卡通"}], "payments": [batch]}


@pytest.mark.parametrize(
    ("rate", "period", "paid", "broken"),
    [
        ("5", "2026-S1", "2026-04-10", False), ("4", "2026-S1", "2026-04-10", True),
        ("4", "2020-S1", "2020-04-10", False), ("5", "2020-S1", "2020-04-10", True), ("5", "2021-S2", "2021-10-10", False),
    ],
)  # fmt: skip
def test_meals_are_judged_by_the_standard_of_their_day(rate: str, period: str, paid: str, broken: bool) -> None:
    told = errors(joined(rows(4), meals("100", rate, period, paid)), DAY, "f18a", "f10a")
    said = [one for one in told if one[:4] in ("f18a", "f10a")]
    assert bool(said) == broken


def test_visits_of_all_townships_come_in_one_sheet(tmp_path: Path) -> None:
    root = made(tmp_path / "测县", rows(12))
    lines = [["结对编号", "日期", "方式"]]
    lines += [[f"J{n:07}", f"2026-{month:02}-10", "走访"] for n in range(1, 25) for month in range(4, 11)]
    result = plan_import(WorkTree(root), "走访.xlsx", xlsx(lines), Request(DAY))
    (sheet,) = result.sheets
    assert Counter(row.kind.value for row in sheet.rows) == {"created": 168}
    assert {path.split("/")[2] for path in result.files} == {"dong"} or len(result.files) > 1


def test_a_village_may_be_of_the_classes_of_today() -> None:
    schema = county_descriptor().resources["villages"].schema
    assert {"脱贫村", "重点帮扶村", "示范村"} <= set(schema.field("village_class").enum)


def test_benefits_of_today_go_together() -> None:
    """What one person or household may have in one term or quarter of 2026, at today's amounts."""
    given = rows(4)
    given["members"][2] |= {"enrolment": "中职二年级", "birth_ym": "2009-05"}
    paid = (
        ("M00000003", "雨露计划补助", "1500.00"), ("M00000003", "中职助学金", "1150.00"), ("M00000006", "营养膳食补助", "500.00"),
        ("M00000006", "寄宿生生活补助", "750.00"), ("M00000007", "公益岗补贴", "5400.00"), ("", "产业奖补", "8000.00"), ("", "小额信贷贴息", "3500.00"),
    )  # fmt: skip
    given["subsidies"] = [
        {"subsidy_id": f"D{n:07}", "household_no": "H0000001" if who == "M00000003" else "H0000002" if who == "M00000006" else "H0000003", "member_no": who,
         "benefit": benefit, "period": "2026", "amount": amount, "paid_on": "2026-10-20"}
        for n, (who, benefit, amount) in enumerate(paid, 1)
    ]  # fmt: skip
    told = {
        line.partition(" ")[0] for line in errors(given, DAY, "f10a", "f10b", "f10c", "f10d", "f10i", "f16a", "f18d")
    }
    assert not any(name.startswith("f") and name[1:3].isdigit() for name in told), "nothing of it excludes the other"
    given["subsidies"][0]["amount"] = "3000.00"
    assert "f10a ('D0000002',)" not in errors(given, DAY, "f10a"), "of 2026 nobody knows the amount yet"
    for row in given["subsidies"][:2]:
        row |= {"period": "2025-S2", "paid_on": "2025-10-20"}
    assert "f10a ('D0000002',)" in errors(given, DAY, "f10a"), "a year's for a term"
