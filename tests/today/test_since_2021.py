"""What is kept since 2021: posts, work, land by kind, links with farmers, types and names of funds, titles and shares of assets."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from click.testing import CliRunner

from exchange.books import xlsx
from gongshi.checks.agreeing import check_derived
from gongshi.cli.importing import import_
from gongshi.cli.template import template
from gongshi.model import Severity
from gongshi.package import load
from gongshi.policy import run
from gongshi.repository import MemoryTree, WorkTree
from today.county import county_descriptor, county_files, county_policies, made, rows

DAY = date(2026, 6, 30)
VILLAGE = "990202100201"
PROJECT = {
    "project_id": "990202-2026-CY-0001", "name": "2026年东一村菌棚", "year": "2026", "category": "产业发展", "build_kind": "新建",
    "township_code": "990202100000", "owner_unit": "U002", "type_1": "产业发展", "type_2": "高质量庭院经济",
}  # fmt: skip
POST = {
    "post_id": "E000001", "household_no": "H0000001", "member_no": "M00000001", "post": "保洁员", "village_code": VILLAGE,
    "started_on": "2025-01-01", "contract_to": "2026-12-31", "monthly_pay": "400.00", "fund": "衔接资金",
}  # fmt: skip
JOB = {
    "job_id": "V0000001", "household_no": "H0000001", "member_no": "M00000002", "place": "省外", "place_code": "999999", "started_on": "2025-03-01",
    "monthly_wage": "4200.00",
}  # fmt: skip
KEPT = {
    "posts": [POST], "jobs": [JOB], "projects": [PROJECT],
    "land": [{"household_no": "H0000001", "record_year": "2026", "land_kind": kind, "area_mu": area} for kind, area in (("耕地", "3.00"), ("林果", "1.50"), ("退耕还林", "0.00"), ("牧草地", "0.00"), ("水面", "0.00"))],
    "workshops": [{"workshop_no": "Q0001", "name": "东一村车间", "village_code": VILLAGE, "started_on": "2023-01-01", "workers": "12", "helped_workers": "7"}],
    "project-links": [{"project_id": PROJECT["project_id"], "link_kind": kind, "households": "6", "persons": "15", "yearly_amount": "9000.00"} for kind in ("就业务工", "消费帮扶")],
    "project-budget": [{"project_id": PROJECT["project_id"], "source_level": "中央", "fund": "财政衔接推进乡村振兴补助资金", "amount": "300000.00"}],
    "assets": [{"asset_no": "A0001", "name": "菌棚", "asset_kind": "经营性", "village_code": VILLAGE, "value": "300000.00", "state": "在用", "handed_over_on": "2025-01-10"}],
    "asset-rights": [{"asset_no": "A0001", "titled_on": "2025-02-01", "owner_level": "村", "title_doc": "东证1号", "use_mode": "租赁"}],
    "asset-incomes": [{"asset_no": "A0001", "year": "2025", "income": "8000.00", "to_posts": "5000.00", "to_works": "0.00", "to_awards": "0.00", "to_aid": "1000.00", "retained": "2000.00", "notice_id": "G2026-00001"}],
}  # fmt: skip
NEW = ("posts", "jobs", "land", "workshops", "asset-rights", "asset-incomes")
RULES = {rule.id for policy, rule in county_policies().rules() if policy.stem == "since-2021"}


def said(**more) -> dict[str, list]:
    """What the book says of the county with all of it, or with something else in its place."""
    with load(MemoryTree(county_files({**rows(1), **KEPT, **more})), descriptor=county_descriptor()) as database:
        assert [finding for finding in database.findings] == []
        outcomes = run(county_policies(), database, DAY, only=RULES)
    return {outcome.rule.id: outcome for outcome in outcomes}


def test_a_county_that_keeps_all_of_it_is_judged_and_right() -> None:
    outcomes = said()
    wrong = {name: [one.message for one in outcome.findings] for name, outcome in outcomes.items() if outcome.findings}
    assert list(wrong) == ["t-income-notice"], wrong
    assert {name for name, outcome in outcomes.items() if not outcome.looked} <= {
        "t-fund-name",
        "t-share-known",
        "t-job-alive",
        "t-post-alive",
        "t-skilled-idle",
        "t-travel-job",
        "t-share-plan",
        "t-share-paid",
        "t-fund-words",
        "t-post-term",
        "t-post-order",
        "t-job-order",
        "t-shop-order",
    }


@pytest.mark.parametrize(
    ("rule", "resource", "changed"),
    [
        ("t-post-home", "posts", {"household_no": "H0000009"}), ("t-post-order", "posts", {"ended_on": "2024-12-31"}),
        ("t-job-age", "jobs", {"started_on": "1998-03-31"}), ("t-land-farm", "land", {"area_mu": "2.00"}),
        ("t-link-counts", "project-links", {"persons": "5"}), ("t-income-sum", "asset-incomes", {"to_aid": "1001.00"}),
        ("t-asset-titled", "asset-rights", {"asset_no": "A0002"}), ("t-type-pair", "projects", {"type_1": "就业项目"}),
        ("t-type-some", "projects", {"type_1": "", "type_2": "", "category": "产业扶贫"}), ("t-shop-helped", "workshops", {"workers": "6"}),
    ],
)  # fmt: skip
def test_one_thing_wrong_is_seen(rule: str, resource: str, changed: dict[str, str]) -> None:
    first, *others = KEPT[resource]
    assert said()[rule].findings == () and said(**{resource: [first | changed, *others]})[rule].findings


def test_a_project_of_today_has_its_type_once() -> None:
    alone = {**PROJECT, "category": ""}
    assert said(projects=[alone])["t-link-some"].looked == said()["t-link-some"].looked == 1
    for category, told in (("产业发展", []), ("乡村建设行动", ["category"]), ("产业扶贫", ["category"])):
        files = county_files({**rows(1), **KEPT, "projects": [{**PROJECT, "category": category}]})
        with load(MemoryTree(files), descriptor=county_descriptor()) as database:
            found = check_derived(database, "projects")
        assert [one.field for one in found] == told
        assert all("项目类型（2021 起）" in one.message for one in found)


def test_what_is_not_verified_is_a_notice() -> None:
    rule = next(rule for _, rule in county_policies().rules() if rule.id == "t-type-pair")
    assert rule.severity is Severity.NOTICE and replace(rule, severity=Severity.ERROR) != rule


def test_of_persons_nothing_is_public() -> None:
    resources = county_descriptor().resources
    for name in ("posts", "jobs", "land"):
        assert {field.disclosure for field in resources[name].schema.fields} <= {"internal", "aggregate"}, name
        assert all(resources[name].schema.field(key).disclosure == "internal" for key in ("household_no",))
    links = resources["project-links"].schema
    assert {links.field(name).disclosure for name in ("households", "persons", "yearly_amount")} == {"aggregate"}
    assert {resources["workshops"].schema.field(name).disclosure for name in ("workers", "helped_workers")} == {
        "aggregate"
    }


def test_the_template_asks_for_them_and_a_workbook_comes_in(tmp_path) -> None:
    root = made(tmp_path / "县", rows(1))
    out = tmp_path / "填报.xlsx"
    done = CliRunner().invoke(template, [*NEW, "-o", str(out)], obj=root)
    assert done.exit_code == 0, done.exception
    book = openpyxl.load_workbook(io.BytesIO(out.read_bytes()))
    heads = {re.split("[（(]", str(cell.value))[0] for sheet in book for cell in sheet[1]}
    assert {"岗位", "合同期满", "月补贴", "补贴来源", "务工地", "地类", "其中帮扶对象", "确权日期", "公益岗位"} <= heads
    titles = [field.title for field in county_descriptor().resources["jobs"].schema.fields]
    sheet = [titles, ["", "H0000001", "M00000002", "省外", "", "外出务工", "2025-03-01", "", "4200"]]
    (tmp_path / "务工.xlsx").write_bytes(xlsx(sheet))
    taken = CliRunner().invoke(import_, [str(tmp_path / "务工.xlsx")], obj=root)
    assert taken.exit_code == 0, (taken.output, taken.exception)
    with load(WorkTree(root), ["jobs"]) as database:
        assert database.sql("SELECT job_id, place, monthly_wage FROM jobs")[0][:2] == ("V0000001", "省外")
