"""The policies and what they say today, as the public may see it: counts, and of tables of people the frozen figures.

No finding is here, and no record: a reader learns how many rows each rule looked at and how many break it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from gongshi.checks.phrases import is_personal
from gongshi.disclosure.frozen import Value
from gongshi.model import SEVERITIES
from gongshi.package import Descriptor
from gongshi.policy import Outcome, Policy, Rule, RuleState, Verdict, show, unjudged

STATES = {
    RuleState.RAN: "已检查",
    RuleState.NOT_CONFIGURED: "未配置",
    RuleState.ELSEWHERE: "不适用本县",
    RuleState.SEALING: "有密钥时检查",
    RuleState.NOT_IN_FORCE: "未施行",
    RuleState.NO_BASE: "与上次发布比较时检查",
    RuleState.BROKEN: "没能检查",
}
WORDS = {
    "actual": "实际数",
    "wanted": "应有数",
    "group": "哪一项",
    "step": "哪一步",
    "missed": "缺少数",
    "period": "哪一期",
}
"""What stands in a rule's message until it is known of which record it speaks."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class RuledFigure:
    """A standard: its value on the day and, if it changed, since when."""

    title: str
    value: str
    unit: str
    clause: str
    since: date | None


@dataclass(frozen=True, slots=True)
class Ruling:
    """A rule and its result today. ``looked`` and ``broke`` count rows; None where it did not run. ``note`` says what could not be
    judged; of rows about persons (``personal``) it says nothing, since how many lack something is a number of people."""

    rule: str
    title: str
    kind: str
    severity: str
    clause: str
    message: str
    policy: str
    basis: str
    covers: tuple[str, ...]
    state: str
    looked: Value | None = None
    broke: Value | None = None
    note: str = ""
    personal: bool = False


@dataclass(frozen=True, slots=True)
class RuleBook:
    """A plan or a rule book with its figures, rulings and duties of disclosure."""

    policy: str
    title: str
    plan: int | None
    place: str
    year: str
    here: bool
    figures: tuple[RuledFigure, ...]
    rulings: tuple[Ruling, ...]
    duties: tuple[object, ...]
    notes: str


@dataclass(frozen=True, slots=True)
class Exemption:
    """A waiver in force; the record it is for is not named."""

    rule: str
    reason: str
    approved_by: str
    until: date


def books(
    verdict: Verdict, descriptor: Descriptor, day: date, figure: Callable[[str, str], Value]
) -> tuple[RuleBook, ...]:
    """Every policy file in order, with what it says on ``day``; ``figure`` gives the frozen measures of a rule."""
    outcomes = {outcome.rule.id: outcome for outcome in verdict.outcomes}
    personal = {name for name, resource in descriptor.resources.items() if is_personal(resource)}

    def ruled(rule: Rule, source: str) -> Ruling:
        outcome = outcomes.get(rule.id)
        numbers: tuple[Value | None, Value | None] = (None, None)
        note = ""
        if outcome is not None and outcome.state == RuleState.RAN:
            numbers = (outcome.looked, outcome.broke)
            if rule.resource not in personal:
                note = unjudged(outcome) if outcome.looked or outcome.undated else "没有要判的行"
            else:
                numbers = (figure(rule.id, "looked"), figure(rule.id, "broke"))
        return _ruling(rule, outcome, source, numbers, note, rule.resource in personal)

    return tuple(_book(policy, ruled, day) for policy in verdict.policies.policies)


def exemptions(verdict: Verdict, day: date) -> tuple[Exemption, ...]:
    """The waivers in force on ``day``."""
    return tuple(
        Exemption(waiver.rule, waiver.reason, waiver.approved_by, waiver.until)
        for waiver in verdict.policies.waivers
        if day <= waiver.until
    )


def _book(policy: Policy, ruled: Callable[[Rule, str], Ruling], day: date) -> RuleBook:
    source = f"方案{policy.plan}" if policy.plan else policy.title
    rulings = tuple(ruled(rule, source) for rule in policy.rules)
    figures = tuple(_figures(policy, day))
    here = not policy.elsewhere
    return RuleBook(
        policy.stem,
        policy.title,
        policy.plan,
        policy.place,
        policy.year,
        here,
        figures,
        rulings,
        policy.duties,
        policy.notes,
    )


def _figures(policy: Policy, day: date) -> Iterator[RuledFigure]:
    for standard in policy.standards.values():
        since = max((first for first, _ in standard.values if first <= day), default=None)
        yield RuledFigure(standard.title, show(standard.at(day)), standard.unit, standard.clause, since)


def _ruling(
    rule: Rule,
    outcome: Outcome | None,
    source: str,
    numbers: tuple[Value | None, Value | None],
    note: str,
    personal: bool,
) -> Ruling:
    state = STATES[outcome.state] if outcome else STATES[RuleState.BROKEN]
    message = _PLACEHOLDER.sub(lambda match: f"〔{WORDS.get(match[1], '数')}〕", rule.message)
    return Ruling(
        rule.id,
        rule.title,
        rule.kind,
        SEVERITIES[rule.severity],
        rule.clause,
        message,
        rule.policy,
        source,
        rule.covers,
        state,
        *numbers,
        note,
        personal,
    )
