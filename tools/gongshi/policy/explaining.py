"""What a rule demands, where that is written, which figures it uses on a day, and the SQL it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gongshi.model import GongshiError
from gongshi.package import Descriptor
from gongshi.policy.compiling import compile_rule
from gongshi.policy.facts import World
from gongshi.policy.kinds import kinds
from gongshi.policy.standards import show
from gongshi.policy.values import Policies, Policy, Rule


@dataclass(frozen=True, slots=True)
class StandardLine:
    """One standard as it stands on the day."""

    id: str
    title: str
    value: str
    unit: str
    clause: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything there is to say about a rule without running it."""

    policy: Policy
    rule: Rule
    demands: str
    violates: str
    standards: tuple[StandardLine, ...]
    facts: tuple[tuple[str, str], ...]
    sql: str
    values: tuple[str, ...]
    problems: tuple[str, ...]


def explain(policies: Policies, rule_id: str, descriptor: Descriptor, day: date) -> Explanation:
    """The explanation of a rule; GongshiError if there is no such rule."""
    found = policies.rule(rule_id)
    if found is None:
        raise GongshiError(f"没有“{rule_id[:40]}”这条规则，请用 gongshi policy list 查看全部规则号")
    policy, rule = found
    world = World(policies, descriptor, day)
    query, findings = compile_rule(world, rule)
    kind = kinds().get(rule.kind)
    return Explanation(
        policy=policy,
        rule=rule,
        demands=kind.demands if kind else "",
        violates=kind.violates if kind else "",
        standards=tuple(
            StandardLine(key, one.title, show(one.at(day)), one.unit, one.clause)
            for key, one in (query.standards if query else {}).items()
        ),
        facts=tuple(("、".join(group.aggregates), group.statement()[0]) for group in world.groups.values())
        if query
        else (),
        sql=query.sql if query else "",
        values=tuple(str(value) for value in query.values) if query else (),
        problems=tuple(finding.message for finding in findings),
    )
