"""The rules of one day as queries: compiled once, for who checks the books and for who then runs them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import NamedTuple

from gongshi.model import Finding, Severity
from gongshi.package import Descriptor
from gongshi.package.latest import Latest
from gongshi.policy.compiling import Query, compile_rule
from gongshi.policy.facts import World
from gongshi.policy.knowing import Readings
from gongshi.policy.release import Figures
from gongshi.policy.telling import lapse
from gongshi.policy.values import Outcome, Policies, Policy, Rule, RuleState


class CompiledRules(NamedTuple):
    """The rules of one day: the queries of those that run, what there is to say of the others, what each reads."""

    world: World
    queries: tuple[Query, ...]
    others: Mapping[str, Outcome]
    readings: Readings

    def with_base(self, base: Figures) -> tuple[list[Query], dict[str, Outcome]]:
        """(what runs, what there is to say of the rest) where the last release says ``base``."""
        lacking = [query.rule for query in self.queries if query.base_sql and query.rule.id not in base]
        queries = [query for query in self.queries if not query.base_sql or query.rule.id in base]
        return queries, {**self.others, **{rule.id: Outcome(rule, RuleState.NO_BASE) for rule in lacking}}


_Question = tuple[Policies, Descriptor, date, bool, bool]
_KEPT: Latest[tuple[_Question, CompiledRules]] = Latest()


def compile_rules(
    policies: Policies,
    descriptor: Descriptor,
    day: date,
    only: Collection[str] | None,
    everywhere: bool,
    unsealed: bool,
) -> CompiledRules:
    """What these rules come to; all of them are compiled once for the same files under the same descriptor."""
    asked = (policies, descriptor, day, everywhere, unsealed)
    if only is None and (
        known := _KEPT.find(lambda one: one[0][0] is policies and one[0][1] is descriptor and one[0][2:] == asked[2:])
    ):
        return known[1]
    world, found = World(policies, descriptor, day), []
    for policy, rule in policies.rules():
        if only is None or rule.id in only:
            state = _state(policies, policy, rule, day, everywhere, unsealed)
            found.append((rule, state, compile_rule(world, rule)[0] if state == RuleState.RAN else None))
    compiled = _sorted(world, found)
    if only is None:
        _KEPT.keep((asked, compiled))
    return compiled


def check_rules(policies: Policies, descriptor: Descriptor, day: date) -> tuple[list[list[Finding]], CompiledRules]:
    """What compiling every rule finds wrong, and what those that run on the day come to; the others are compiled apart, so that
    nothing is read for their sake."""
    world, aside = World(policies, descriptor, day), World(policies, descriptor, day)
    problems, found = [], []
    for policy, rule in policies.rules():
        state = _state(policies, policy, rule, day, False, False)
        query, wrong = compile_rule(world if state == RuleState.RAN else aside, rule)
        problems.append(wrong)
        found.append((rule, state, query if state == RuleState.RAN else None))
    return problems, _sorted(world, found)


def remember(policies: Policies, descriptor: Descriptor, day: date, compiled: CompiledRules) -> None:
    """Let ``compile_rules`` know what was compiled already."""
    _KEPT.keep(((policies, descriptor, day, False, False), compiled))


def _sorted(world: World, found: Iterable[tuple[Rule, RuleState, Query | None]]) -> CompiledRules:
    """The queries, and what there is to say of rules without one."""
    queries, others = [], {}
    for rule, state, query in found:
        if query and query.missing:
            others[rule.id] = _not_configured(query, world.day)
        elif query:
            queries.append(query)
        else:
            others[rule.id] = Outcome(rule, RuleState.BROKEN if state == RuleState.RAN else state)
    return CompiledRules(world, tuple(queries), others, Readings(world))


def _state(policies: Policies, policy: Policy, rule: Rule, day: date, everywhere: bool, unsealed: bool) -> RuleState:
    """Whether a rule runs, before its query is made."""
    if rule.id in policies.broken:
        return RuleState.BROKEN
    if policy.elsewhere and not everywhere:
        return RuleState.ELSEWHERE
    if rule.sealing and not unsealed:
        return RuleState.SEALING
    if "date_field" in rule.body.items:
        return RuleState.NOT_IN_FORCE if rule.effective.first and day < rule.effective.first else RuleState.RAN
    return RuleState.RAN if rule.effective.holds(day) else RuleState.NOT_IN_FORCE


def _not_configured(query: Query, day: date) -> Outcome:
    """One notice that names the standards without a value."""
    rule = query.rule
    past = [words for standard in query.missing.values() if (words := lapse(standard, day))]
    names = "、".join(f"“{standard.title}”" for standard in query.missing.values() if not lapse(standard, day))
    message = f"未配置：标准{names}在 {day.isoformat()} 没有数值，规则“{rule.title}”不运行；查到原文的数后请填写"
    if not names:
        message = f"{'、'.join(past)}，规则“{rule.title}”未判；请对照现行文件核对，填上新的数和核实日期"
    return Outcome(
        rule, RuleState.NOT_CONFIGURED, findings=(at_rule(rule, "not-configured", Severity.NOTICE, message),)
    )


def at_rule(rule: Rule, code: str, severity: Severity, message: str, key: tuple[str, ...] = ()) -> Finding:
    """A finding that blames no record: it stands at the rule."""
    return Finding(
        code, severity, message, rule.path, rule.line, rule.resource, "", key, rule.policy, rule.id, rule.clause
    )
