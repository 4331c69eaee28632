"""The policy room: plans, standards, rule kinds, waivers. A rule is data; its kind is one SQL file; values are bound."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gongshi.model import Finding, Progress
from gongshi.package import Database, Recall
from gongshi.policy.explaining import Explanation, explain
from gongshi.policy.kinds import kinds
from gongshi.policy.loading import FOLDER, WAIVERS, load_policies
from gongshi.policy.release import Figures, asked
from gongshi.policy.release import figures as figures  # named here, not in the list: it is a table's name, too
from gongshi.policy.running import check_scopes, run
from gongshi.policy.scope import scope_tables
from gongshi.policy.standards import show
from gongshi.policy.telling import told, unjudged
from gongshi.policy.values import Outcome, Policies, Policy, Rule, RuleState, Standard, Waiver
from gongshi.policy.waivers import waive


@dataclass(frozen=True, slots=True)
class Verdict:
    """All rules on one Database: an Outcome per rule, and every finding with waivers applied, in order of place."""

    policies: Policies
    outcomes: tuple[Outcome, ...]
    findings: tuple[Finding, ...]


def judge(
    database: Database,
    day: date,
    progress: Progress = lambda _: None,
    base: Figures | None = None,
    kept: Recall | None = None,
) -> Verdict:
    """Load the policies of the Database's Tree, run them, apply the waivers; ``base`` and ``kept`` as for ``run``."""
    policies = load_policies(database.tree, database.descriptor, day)
    database.need(scope_tables())
    scopes = check_scopes(policies, database)
    outcomes = run(policies, database, day, progress, base=base, kept=kept)
    findings = [*policies.findings, *scopes, *waive(policies, outcomes, database, day)]
    return Verdict(policies, tuple(outcomes), tuple(sorted(findings, key=lambda finding: finding.order)))


__all__ = [
    "FOLDER",
    "WAIVERS",
    "Explanation",
    "Figures",
    "Outcome",
    "Policies",
    "Policy",
    "Rule",
    "RuleState",
    "Standard",
    "Verdict",
    "Waiver",
    "asked",
    "check_scopes",
    "explain",
    "judge",
    "kinds",
    "load_policies",
    "run",
    "show",
    "told",
    "unjudged",
    "waive",
]
