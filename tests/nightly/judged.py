"""Every rule of every plan judges rows of a county: of an example, or of the third, which has what those have no row for
(``tests/policy/third.py``); there each fires when its row is broken. What judges nowhere is listed by its reason.

``make nightly``: the counties are judged by every rule, those of other places as well. Each rule fires in its own case all the same
(``tests/policy/test_cases.py``), and a mutation of each kind in the example (``tests/policy/test_mutations.py``).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from gongshi.checks import check_records
from gongshi.package import Database, load
from gongshi.policy import Outcome, RuleState, load_policies, run
from gongshi.policy.coverage import read_coverage
from gongshi.repository import WorkTree
from policy import third
from policy.cases import project_policies
from support import ROOT

sys.path.append(str(ROOT / "tools"))
from example.today.county import AS_OF, generate

POLICIES = project_policies()
EACH = 8  # households of a village of today's county
BY_STATE = {
    RuleState.NOT_CONFIGURED: "the plan masks or lost the figure; its case brings one",
    RuleState.SEALING: "judged where there is a key, `tests/policy/test_mutations.py`",
    RuleState.NO_BASE: "compares with the last release, judged with a made one",
}
LIVES_BY = ("01", "02", "12", "15", "21", "22")
"""The plans of places elsewhere that the third county lives by."""
WHOLE = {"p02-donor-projects", "p02-donor-funds", "p22-evaluation"}
"""Of those, what counts all works of the county or wants more of one evaluation than another rule does: judged in the examples."""
SHARE = {"l-monitor-share"}
"""A share of all households, of which the third county has too many for the few of its case."""


def outcomes(root: Path, day: date) -> dict[str, Outcome]:
    with load(WorkTree(root)) as database:
        policies = load_policies(WorkTree(ROOT), database.descriptor)
        return {one.rule.id: one for one in run(policies, database, day, everywhere=True)}


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Outcome], dict[str, Outcome]]:
    """What every rule says of both."""
    today = tmp_path_factory.mktemp("今") / "县"
    generate(today, EACH)
    return outcomes(ROOT, date(2020, 6, 30)), outcomes(today, AS_OF)


@pytest.fixture(scope="module")
def silent(examples: tuple[dict[str, Outcome], dict[str, Outcome]]) -> list[str]:
    """The rules that find nothing to judge in either, but for those that have a reason."""
    old, new = examples
    none = {name for name, one in old.items() if not one.judged and not new[name].judged}
    assert len(none) < len(old) / 7
    return sorted(name for name in none if not {old[name].state, new[name].state} & {*BY_STATE})


@pytest.fixture(scope="module")
def rules(examples: tuple[dict[str, Outcome], dict[str, Outcome]], silent: list[str]) -> list[str]:
    """What the third county is made for."""
    known = {name for found in examples for name, one in found.items() if one.state in BY_STATE}
    plans = {rule.id for plan, rule in POLICIES.rules() if plan.stem[:2] in LIVES_BY}
    assert len(plans) > 90
    return sorted({*silent} | plans - known - WHOLE)


@pytest.fixture(scope="module")
def lived(rules: list[str]) -> Iterator[Database]:
    """The third county."""
    with load(third.tree(third.third(rules))) as database:
        yield database


def test_the_third_county_is_whole(lived: Database) -> None:
    assert [
        (one.code, one.path, one.line, one.field, one.message) for one in [*lived.findings, *check_records(lived)]
    ] == []


def test_every_rule_that_is_silent_in_the_examples_judges_in_the_third(rules: list[str], lived: Database) -> None:
    told = {}
    for day in sorted({third.case(rule).day for rule in rules}):
        mine = {rule for rule in rules if third.case(rule).day == day}
        for one in run(POLICIES, lived, day, only=mine, everywhere=True):
            said = third.key_of(rules, one.rule.id)
            if one.state != RuleState.RAN or not one.judged or any(finding.key == said for finding in one.findings):
                told[one.rule.id] = (one.state, one.judged, [finding.message for finding in one.findings])
    assert told == {}


def test_every_rule_fires_in_a_whole_county_when_its_row_is_broken(rules: list[str], lived: Database) -> None:
    """All rules of all plans and books, each by itself, all others beside it as they were; what many rows of the county add to is
    broken in the county as it is without the rows of other rules."""
    there, left, alone = third.third(rules), set(), set()
    for _, rule in POLICIES.rules():
        case = third.case(rule.id)
        if case.figures or case.identities or case.base is not None:
            left.add(rule.id)
            continue
        broken = third.third(rules, rule.id)
        changed = {name for name in {*there, *broken} if there.get(name) != broken.get(name)}
        lived.renew(third.tree(broken), changed)
        lived.need(changed)
        fired = spoken(lived, rule.id) & {third.key_of(rules, rule.id)}
        lived.renew(third.tree(there), changed)
        lived.need(changed)
        if not fired:
            with load(third.tree(third.third((), rule.id))) as database:
                alone.add(rule.id)
                fired = spoken(database, rule.id) & {third.key_of((), rule.id)}
        assert fired or rule.id in SHARE, rule.id
    assert len(left) < 30 and len(alone) < 20, (sorted(left), sorted(alone))


def spoken(database: Database, rule: str) -> set[tuple[str, ...]]:
    """The records at which a rule speaks on its day."""
    (one,) = run(POLICIES, database, third.case(rule).day, only={rule}, everywhere=True)
    return {finding.key for finding in one.findings if finding.code == "rule"}


def test_every_requirement_is_answered_by_a_rule_that_judges(
    examples: tuple[dict[str, Outcome], dict[str, Outcome]], silent: list[str]
) -> None:
    """Of the 199 rows of the plans: a rule of each judges rows of a county, or its figure is masked, or the row says why there is none."""
    judging = {name for found in examples for name, one in found.items() if one.judged} | {*silent}
    masked = {name for found in examples for name, one in found.items() if one.state in BY_STATE}
    answers = [one for one in read_coverage(WorkTree(ROOT)) if one.row[0].isdigit()]
    assert len(answers) == 199
    left = {one.row: one.explanation for one in answers if not {*one.rules} & judging}
    assert all(left.values()), left
    assert {row for row in left if next(one for one in answers if one.row == row).rules} <= {
        one.row for one in answers if {*one.rules} <= masked
    }
