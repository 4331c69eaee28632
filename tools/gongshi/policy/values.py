"""What policy files say, as frozen values: policies, standards, facts, rules, disclosure duties, waivers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from gongshi.model import Finding, Severity
from gongshi.package.yamlfile import Mapping as Node

Value = Decimal | date | str
"""What a standard may be: a number, a day, a text or a month and day as MM-DD."""


class PolicyProblem(Exception):
    """What is wrong at one line of a policy file, as a Chinese sentence."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(frozen=True, slots=True)
class Span:
    """From a day to a day, both included; None is open."""

    first: date | None = None
    last: date | None = None

    def holds(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a policy or rule applies; empty in every part is the whole county."""

    townships: tuple[str, ...] = ()
    villages: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    line: int = 0

    def __bool__(self) -> bool:
        return bool(self.townships or self.villages or self.units or self.programmes)


class Checked(NamedTuple):
    """Whence a figure is known, and on what day somebody compared it; empty is not compared."""

    source: str = ""
    verified: str = ""


@dataclass(frozen=True, slots=True)
class Standard:
    """A figure of a plan: dated values, oldest first; None is a figure that the plan masks or lost.

    ``last`` is the last day for which the newest value is known to hold, ``source`` and ``verified`` say whence that is known
    and on what day somebody compared it; empty is not compared."""

    id: str
    title: str
    unit: str
    clause: str
    type: str
    values: tuple[tuple[date, Value | None], ...]
    policy: str
    path: str
    line: int
    last: date | None = None
    source: str = ""
    verified: str = ""

    def at(self, day: date) -> Value | None:
        """The value in force on ``day``."""
        return next((value for first, value in reversed(self.values) if first <= day), None)


@dataclass(frozen=True, slots=True)
class Fact:
    """A named figure per row of one resource, gathered from the rows of another."""

    name: str
    policy: str
    path: str
    body: Node


@dataclass(frozen=True, slots=True)
class Pair:
    """One line of a matrix: may the two items go together, and up to which sum."""

    first: str
    second: str
    verdict: str
    cap: Value | None
    basis: str
    line: int


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``body`` is its node: the kind's parameters are read from it when it is compiled."""

    id: str
    title: str
    kind: str
    severity: Severity
    clause: str
    message: str
    resource: str
    field: str
    policy: str
    path: str
    line: int
    body: Node
    scope: Scope = Scope()
    effective: Span = Span()
    sealing: bool = False
    covers: tuple[str, ...] = ()
    notes: str = ""
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Duty:
    """What must be published, by whom, where, how soon and how long."""

    id: str
    what: str
    who: str
    where: tuple[str, ...]
    clause: str
    policy: str
    line: int
    notice_kind: str = ""
    after: str = ""
    within_days: int | None = None
    within_workdays: int | None = None
    min_days: int | None = None
    long_term: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """One file of ``policies/``: a plan, or a rule book without a plan number."""

    stem: str
    title: str
    path: str
    plan: int | None = None
    place: str = ""
    year: str = ""
    elsewhere: bool = False
    same_as: int | None = None
    scope: Scope = Scope()
    effective: Span = Span()
    standards: Mapping[str, Standard] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    matrices: Mapping[str, tuple[Pair, ...]] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    duties: tuple[Duty, ...] = ()
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Waiver:
    """One record that a rule does not hold against, until a day; all but ``path`` and ``line`` is what an entry says."""

    rule: str
    record: str
    reason: str
    approved_by: str
    until: date
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Policies:
    """All policy files of a Tree. ``findings`` are what was wrong in them; ``broken`` rules do not run."""

    policies: tuple[Policy, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    findings: tuple[Finding, ...] = ()
    broken: frozenset[str] = frozenset()

    def rules(self) -> Iterator[tuple[Policy, Rule]]:
        """Every rule with its policy, in file order."""
        return ((policy, rule) for policy in self.policies for rule in policy.rules)

    def rule(self, rule_id: str) -> tuple[Policy, Rule] | None:
        return next((pair for pair in self.rules() if pair[1].id == rule_id), None)

    def policy(self, stem: str) -> Policy | None:
        return next((policy for policy in self.policies if policy.stem == stem), None)

    def standard(self, reference: str, here: str) -> Standard | None:
        """A standard by ``id`` within the policy ``here``, or by ``policy/id``."""
        policy, name = self._home(reference, here)
        return policy.standards.get(name) if policy else None

    def fact(self, reference: str, here: str) -> Fact | None:
        """A fact, named in the same ways."""
        policy, name = self._home(reference, here)
        return policy.facts.get(name) if policy else None

    def matrix(self, reference: str, here: str) -> tuple[Pair, ...] | None:
        """A matrix, named in the same ways."""
        policy, name = self._home(reference, here)
        return policy.matrices.get(name) if policy else None

    def _home(self, reference: str, here: str) -> tuple[Policy | None, str]:
        stem, _, name = reference.rpartition("/")
        return self.policy(stem or here), name


class RuleState(StrEnum):
    """What became of a rule on a day."""

    RAN = "ran"
    NOT_CONFIGURED = "not-configured"
    ELSEWHERE = "elsewhere"
    SEALING = "sealing"
    NOT_IN_FORCE = "not-in-force"
    NO_BASE = "no-base"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one rule said: how many rows it looked at, how many break it, and the findings (at most a thousand).

    ``gaps`` are rows looked at that lack what the rule asks of a row, by field; ``blank`` how many such rows there are, and
    ``undated`` how many more were not looked at because no standard has a value on their date; ``beyond`` are those whose days the calendar of
    holidays does not reach, ``unread`` those that depend on a cell which cannot be read."""

    rule: Rule
    state: RuleState
    looked: int = 0
    broke: int = 0
    findings: tuple[Finding, ...] = ()
    gaps: tuple[tuple[str, int], ...] = ()
    blank: int = 0
    undated: int = 0
    beyond: int = 0
    unread: int = 0

    @property
    def judged(self) -> int:
        """How many rows it really judged."""
        return self.looked - self.blank - self.beyond - self.unread
