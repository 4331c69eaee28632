"""Which rules judge nothing in either example county, and why: a rule that falls silent is found, and one that wakes leaves the list.

``make nightly``: both counties are judged by every rule, those of other places as well. Each rule fires in its own case all the same
(``tests/policy/test_cases.py``).
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from gongshi.package import load
from gongshi.policy import Outcome, RuleState, load_policies, run
from gongshi.repository import WorkTree
from support import ROOT

sys.path.append(str(ROOT / "tools"))
from example.today.county import AS_OF, generate

EACH = 8  # households of a village of today's county
BY_STATE = {
    RuleState.NOT_CONFIGURED: "the plan masks or lost the figure",
    RuleState.SEALING: "judged where there is a key, `tests/policy/test_mutations.py`",
    RuleState.NO_BASE: "compares with the last release, judged with a made one",
}
WHY = {
    "paid though dead, struck off, gone or no longer entitled: no such payment": {"f11a", "f12", "f16b", "p05-direct-stop", "t-job-alive", "t-post-alive"},
    "no benefit in cash, no retention money, no insurance premium": {"f19a", "f28a", "f28b", "p02-premium"},
    "no line of a place below the county, and one county line only": {"l-monitor-above-town", "l-poverty", "q21d", "q27d"},
    "no pupil out of school, none with a clue of it": {"q09a", "q09b", "q37c"},
    "no household with those measures or risks": {"q37d", "q37e", "q38g"},
    "nobody returned to poverty by a case": {"s-event-return", "s-return"},
    "no pairing, fund or term of that kind has ended": {"p09-keep", "p11-keep", "p14-keep", "p22-head-term", "p22-teacher-term", "p22-recovered"},
    "targets, parks and works of a place elsewhere, by names that no indicator or project here has": {
        "p03-handbook", "p01-category-villages", "p01-move", "p01-paired", "p01-reduction", "p01-reduction-towns", "p01-renovation",
        "p02-assessment", "p02-parks", "p02-targets", "p15-parks", "p22-college-share", "p22-direct-intake", "p22-doctors", "p22-double-skilled",
        "p22-employment", "p22-fee-share", "p22-gap", "p22-kindergarten", "p22-network", "p22-own-intake", "p22-student-loan", "p22-teachers",
        "p22-training", "p22-upgrade", "p22-vocational",
    },
    "no household of the plan's village has one of the eight hardships": {
        f"p13-hard-{name}" for name in ("doctor", "house", "income", "school", "service", "skill", "travel", "water")
    },
    "no unsafe house, mentor, aided school or college, and no travel subsidy since 2021": {
        "p16-house", "p18-mentor", "p18-review", "p19-school", "p22-colleges", "p22-counties", "t-travel-job",
    },
    "no clue was found true and is not yet mended": {"f13b", "f14b"},
    "incomes of 2020, which nobody has before the year is over": {"p16-income"},
    "of a time before 2021-05-14, when today's county was not, and incomes of the other are above the line": {"q21", "q21b"},
    "no work, post or workshop of today's county has ended": {"t-job-order", "t-post-order", "t-post-term", "t-shop-order"},
}  # fmt: skip


def outcomes(root: Path, day: date) -> dict[str, Outcome]:
    with load(WorkTree(root)) as database:
        policies = load_policies(WorkTree(ROOT), database.descriptor)
        return {one.rule.id: one for one in run(policies, database, day, everywhere=True)}


def test_every_rule_judges_in_one_of_the_examples_or_it_is_known_why_not(tmp_path: Path) -> None:
    generate(tmp_path / "今", EACH)
    old, new = outcomes(ROOT, date(2020, 6, 30)), outcomes(tmp_path / "今", AS_OF)
    silent = {name for name, one in old.items() if not one.judged and not new[name].judged}
    by_state = {name for name in silent if {old[name].state, new[name].state} & {*BY_STATE}}
    listed = [name for names in WHY.values() for name in names]
    assert len(listed) == len(set(listed)) and not set(listed) & by_state
    odd = sorted((silent - by_state) ^ set(listed))
    assert not odd, f"neither judged nor listed, or both: {' '.join(odd)}"
    assert len(silent) < len(old) / 7
