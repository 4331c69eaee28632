"""The policies and what they say today, as the public may see it: counts, and small counts of people withheld.

No finding is here, and no record: a reader learns how many rows each rule looked at and how many break it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from gongshi.checks.phrases import is_personal
from gongshi.disclosure.suppression import Withheld, primary
from gongshi.model import Severity
from gongshi.package import Descriptor
from gongshi.policy import Outcome, Policy, Rule, State, Verdict, show

SEVERITIES = {Severity.ERROR: "错误", Severity.WARNING: "警告", Severity.NOTICE: "提示"}
STATES = {
    State.RAN: "已检查",
    State.NOT_CONFIGURED: "未配置",
    State.ELSEWHERE: "不适用本县",
    State.SEALING: "有密钥时检查",
    State.NOT_IN_FORCE: "未施行",
    State.NO_BASE: "与上次发布比较时检查",
    State.BROKEN: "没能检查",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A standard: its value on the day and, if it changed, since when."""

    title: str
    value: str
    unit: str
    clause: str
    since: date | None


@dataclass(frozen=True, slots=True)
class Ruling:
    """A rule and its result today. ``looked`` and ``broke`` count rows; None where it did not run."""

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
    looked: int | Withheld | None = None
    broke: int | Withheld | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """A plan or a rule book with its figures, rulings and duties of disclosure."""

    policy: str
    title: str
    plan: int | None
    place: str
    year: str
    here: bool
    figures: tuple[Figure, ...]
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


def books(verdict: Verdict, descriptor: Descriptor, day: date, threshold: int) -> tuple[Book, ...]:
    """Every policy file in order, with what it says on ``day``."""
    outcomes = {outcome.rule.id: outcome for outcome in verdict.outcomes}
    return tuple(_book(policy, outcomes, descriptor, day, threshold) for policy in verdict.policies.policies)


def exemptions(verdict: Verdict, day: date) -> tuple[Exemption, ...]:
    """The waivers in force on ``day``."""
    return tuple(
        Exemption(waiver.rule, waiver.reason, waiver.approved_by, waiver.until)
        for waiver in verdict.policies.waivers
        if day <= waiver.until
    )


def _book(policy: Policy, outcomes: dict[str, Outcome], descriptor: Descriptor, day: date, threshold: int) -> Book:
    source = f"方案{policy.plan}" if policy.plan else policy.title
    rulings = tuple(_ruling(rule, outcomes.get(rule.id), source, descriptor, threshold) for rule in policy.rules)
    figures = tuple(_figures(policy, day))
    here = not policy.elsewhere
    return Book(
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


def _figures(policy: Policy, day: date) -> Iterator[Figure]:
    for standard in policy.standards.values():
        since = max((first for first, _ in standard.values if first <= day), default=None)
        yield Figure(standard.title, show(standard.at(day)), standard.unit, standard.clause, since)


def _ruling(rule: Rule, outcome: Outcome | None, source: str, descriptor: Descriptor, threshold: int) -> Ruling:
    ran = outcome is not None and outcome.state == State.RAN
    resource = descriptor.resources.get(rule.resource)
    guard = threshold if resource and is_personal(resource) else 0
    looked, broke = (_count(outcome.looked, guard), _count(outcome.broke, guard)) if ran else (None, None)
    if isinstance(looked, int) and isinstance(broke, int) and 0 < looked - broke < guard:
        broke = primary(threshold) if broke else broke  # the rest would be a small count
    state = STATES[outcome.state] if outcome else STATES[State.BROKEN]
    message = rule.message.translate(str.maketrans("", "", "{}"))
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
        looked,
        broke,
    )


def _count(count: int, threshold: int) -> int | Withheld:
    return primary(threshold) if 0 < count < threshold else count
