"""Every rule fires on its smallest breaking case, at the right record, and is silent on the nearest case that holds."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gongshi.policy import RuleState, run

from .cases import case_of, check_case, ledger, project_policies, read_case

CASES = Path(__file__).parent.parent / "cases" / "policy"
POLICIES = project_policies()


DAY = date(2020, 6, 30)  # of the example county
NAMES = sorted(path.stem for path in CASES.glob("*.yaml"))


def test_policies_load_without_a_finding() -> None:
    assert [f"{one.path}:{one.line} {one.rule} {one.message}" for one in POLICIES.findings] == []


def test_every_rule_has_a_case_and_every_case_a_rule() -> None:
    rules = {rule.id for _, rule in POLICIES.rules()}
    assert len(rules) > 600
    assert sorted(rules - set(NAMES)) == [], "rules without a case"
    assert sorted(set(NAMES) - rules) == [], "cases without a rule"


def test_a_rule_whose_figure_is_masked_says_so_and_does_not_run() -> None:
    with ledger({}) as database:
        outcomes = run(POLICIES, database, DAY, everywhere=True)
    waiting = {one.rule.id for one in outcomes if one.state == RuleState.NOT_CONFIGURED}
    assert waiting
    for name in waiting:  # its case brings the figure, or is of a day when the figure was known
        case = read_case(CASES / f"{name}.yaml")
        assert case.get("figures") or case["day"] != DAY.isoformat(), name


@pytest.mark.parametrize("name", NAMES)
def test_breaks_and_holds(name: str) -> None:
    check_case(POLICIES, name, case_of(read_case(CASES / f"{name}.yaml")))
