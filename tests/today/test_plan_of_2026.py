"""The plan that policies/README.md shows to who writes one is a plan: it loads in a new county, and each of its rules fires and holds."""

from __future__ import annotations

import re
from datetime import date

import pytest

from gongshi.package import load
from gongshi.policy import Policies, RuleState, load_policies, run
from gongshi.repository import MemoryTree
from support import ROOT
from today.county import Rows, county_descriptor, county_files, placed, rows

DAY = date(2026, 11, 28)
PLAN = re.search(r"### 从头写一个.*?```yaml\n(.*?)```", (ROOT / "policies/README.md").read_text("utf-8"), re.DOTALL)[1]
RULES = ("p26-kinds", "p26-range", "p26-industry", "p26-yulu", "p26-yulu-rate", "p26-post-pay", "p26-post-home")


@pytest.fixture(scope="module")
def policies() -> Policies:
    tree = MemoryTree({**placed(), "policies/2026-plan.yaml": PLAN.encode()})
    return load_policies(tree, county_descriptor())


def watched(number: int, kind: str, income: str) -> dict[str, str]:
    who = {"monitoring_id": f"W{number:06}", "household_no": f"H{number:07}", "category": kind}
    return who | {"identified_on": "2026-06-15", "per_capita": income}


def given(right: bool) -> Rows:
    """A county in which each rule has something to judge."""
    projects = [
        {"project_id": f"990202-2026-{code}-0001", "year": "2026", "type_1": kind}
        for code, kind in (("CY", "产业发展"), ("JS", "乡村建设行动"))
    ]
    budget = [
        {"project_id": one["project_id"], "line_no": "1", "source_level": "中央", "amount": amount}
        for one, amount in zip(projects, ("60.00", "40.00" if right else "40.01"), strict=True)
    ]
    base = rows(4)
    base["members"][5] |= {"enrolment": "中职二年级", "birth_ym": "2009-05"}
    paid = {
        "subsidy_id": "D0000001",
        "household_no": "H0000002",
        "member_no": "M00000006",
        "benefit": "雨露计划补助",
        "period": "2026-S2",
        "paid_on": "2026-10-20",
    }
    late = {
        "subsidy_id": "D0000002",
        "household_no": "H0000002",
        "member_no": "M00000006",
        "benefit": "雨露计划补助",
        "period": "2025-S2",
        "paid_on": "2025-10-20",
        "standard": "1.00",
    }
    post = {
        "post_id": "E000001",
        "household_no": "H0000003",
        "member_no": "M00000007",
        "started_on": "2026-01-01",
        "monthly_pay": "400.00",
    }
    if not right:
        base["memberships"] = [row for row in base["memberships"] if row["household_no"] != "H0000003"]
        post["monthly_pay"] = "399.99"
    return base | {
        "lines": [{"line_kind": "监测线", "place": "全县", "year": "2026", "amount": "9600.00"}],
        "monitoring": [watched(1, "脱贫不稳定户" if right else "防止返贫致贫对象", "1.00"), watched(4, "脱贫不稳定户", "9599.99" if right else "9600.00")],
        "projects": projects, "project-budget": budget, "posts": [post],
        "subsidies": [paid | {"standard": "1500.00"}] if right else [late, paid | {"member_no": "M00000009", "standard": "3000.00"}],
    }  # fmt: skip


def test_it_loads_in_a_new_county_without_a_word(policies: Policies) -> None:
    assert [one.message for one in policies.findings] == []
    plan = policies.policy("2026-plan")
    assert plan and tuple(rule.id for rule in plan.rules) == RULES and len(plan.duties) == 1


@pytest.mark.parametrize("right", [True, False])
def test_each_of_its_rules_judges(policies: Policies, right: bool) -> None:
    with load(MemoryTree(county_files(given(right))), descriptor=county_descriptor()) as database:
        outcomes = {one.rule.id: one for one in run(policies, database, DAY, only=RULES)}
    assert {one.state for one in outcomes.values()} == {RuleState.RAN} and all(one.looked for one in outcomes.values())
    fired = {name for name, one in outcomes.items() if one.broke}
    assert fired == (set() if right else set(RULES))
