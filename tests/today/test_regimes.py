"""What changes with the years is dated data of the county: funds' names, credit, the share for industry, the base of the fee."""

from __future__ import annotations

from datetime import date

import pytest

from gongshi.founding.pack import Pack, program_files
from gongshi.model import Finding, Severity
from gongshi.package import load
from gongshi.package.words import _editions
from gongshi.package.yamlfile import parse, plain
from gongshi.policy import run
from gongshi.repository import MemoryTree
from today.county import Rows, county_descriptor, county_files, county_policies, rows

DAY = date(2026, 11, 28)
PLACE = "records/county/regimes.csv"
SHARE = {"regime": "产业占比", "name": "中央", "valid_from": "2026-01-01", "retired_on": "2027-01-01", "place": "全县", "amount": "50.00", "unit": "%", "basis": "测防返贫组〔2026〕3号", "verified": "是"}  # fmt: skip
BANK = {"unit_code": "U300", "name": "测县银行", "unit_kind": "银行", "unit_level": "县"}


def loan(number: int, lent_on: str, amount: int, due_on: str) -> dict[str, str]:
    return {
        "loan_id": f"K{number:06}", "household_no": f"H{number:07}", "member_no": f"M{number * 3 - 2:08}", "bank_unit": "U300", "amount": f"{amount}.00",
        "annual_rate": "3.50", "lent_on": lent_on, "due_on": due_on, "purpose": "养殖", "subsidised": "是",
    }  # fmt: skip


def said(given: Rows, *wanted: str) -> list[Finding]:
    base = rows(4)
    with load(
        MemoryTree(county_files({**base, **given, "units": [*base["units"], BANK]})), descriptor=county_descriptor()
    ) as database:
        assert [one.message for one in database.findings] == []
        outcomes = run(county_policies(), database, DAY, only=set(wanted))
    return [finding for outcome in outcomes for finding in outcome.findings]


def begun() -> list[dict[str, str]]:
    names, *lines = Pack(program_files()).begun()[PLACE].decode().splitlines()
    return [dict(zip(names.split(","), line.split(","), strict=True)) for line in lines]


def test_a_loan_is_judged_by_the_product_of_its_day() -> None:
    loans = [
        loan(1, "2025-12-31", 50000, "2028-12-31"), loan(2, "2025-12-31", 50001, "2029-01-31"),
        loan(3, "2026-03-01", 100000, "2031-03-01"), loan(4, "2026-06-01", 100001, "2028-06-01"),
    ]  # fmt: skip
    found = said({"loans": loans}, "f26b", "f26e", "f26i")
    assert [(one.rule, one.key[0][-1], one.severity) for one in found] == [
        ("f26b", "2", Severity.ERROR), ("f26b", "4", Severity.ERROR), ("f26e", "2", Severity.ERROR),
    ]  # fmt: skip


def test_a_county_that_keeps_no_product_is_told_and_not_judged() -> None:
    (found,) = said({"loans": [loan(1, "2014-11-30", 900000, "2034-06-01")]}, "f26b", "f26e", "f26i")
    assert (found.rule, found.severity) == ("f26i", Severity.NOTICE) and "历年口径" in found.message


def plan(year: int, industry: int, other: int) -> Rows:
    projects = [
        {"project_id": f"990202-{year}-{code}-0001", "year": str(year), "category": category, "in_plan": "是"}
        for code, category in (("CY", "产业发展"), ("JS", "乡村建设行动"))
    ]
    budget = [
        {"project_id": one["project_id"], "line_no": "1", "source_level": "中央", "amount": f"{amount}.00"}
        for one, amount in zip(projects, (industry, other), strict=True)
    ]
    return {"projects": projects, "project-budget": budget}


@pytest.mark.parametrize(
    ("year", "industry", "more", "told"),
    [
        (2026, 10, [], []),  # nothing is known of 2026
        (2026, 49, [SHARE], [Severity.WARNING]), (2026, 50, [SHARE], []),  # what the county wrote
        (2023, 59, [], [Severity.WARNING]), (2023, 60, [], []),  # of the whole country, verified
        (2024, 59, [], [Severity.NOTICE]), (2021, 49, [], [Severity.NOTICE]), (2021, 50, [], []),  # not verified
    ],
)  # fmt: skip
def test_the_share_for_industry_is_of_county_and_year(year: int, industry: int, more: list, told: list) -> None:
    found = said({**plan(year, industry, 100 - industry), "regimes": more}, "t-share-plan", "t-share-paid")
    assert [one.severity for one in found] == told
    assert all(("没有核实" in one.message) == (one.severity is Severity.NOTICE) for one in found)


def test_two_rows_of_one_thing_on_one_day_are_an_error() -> None:
    again = {**SHARE, "valid_from": "2025-06-01", "retired_on": "2026-01-01"}
    found = said({"regimes": [SHARE, again]}, "t-regime-overlap")
    assert [(one.rule, one.severity) for one in found] == [("t-regime-overlap", Severity.ERROR)]


def test_what_was_not_read_anywhere_is_not_verified_and_says_so() -> None:
    known = begun()
    assert {row["regime"] for row in known} == {"资金", "小额信贷", "产业占比", "项目管理费", "管理费不计提", "程序"}
    assert all(row["verified"] == "否" for row in known if "没有查到" in row["basis"] or "一个" in row["basis"])


def test_the_words_of_an_edition_name_no_fund_or_credit_that_the_regimes_lack() -> None:
    names = {row["name"]: row["valid_from"] for row in begun() if row["regime"] in ("资金", "小额信贷")}
    for begins, words in _editions():
        for old in ("财政专项扶贫资金", "扶贫小额信贷"):
            assert old in names and date.fromisoformat(names[words[old]]).year == begins.year, (begins, words[old])


def test_no_book_of_the_pack_has_a_limit_that_the_regimes_hold() -> None:
    held = {"loan-cap", "loan-months", "fee-share"}
    books = [policy for policy in county_policies().policies if policy.plan is None]
    assert not held & {name for policy in books for name in policy.standards}
    text = plain(parse(Pack(program_files()).read("policies/since-2021.yaml")))
    assert "财政专项扶贫资金" not in str(text), "names of funds with their years lie in the regimes"
