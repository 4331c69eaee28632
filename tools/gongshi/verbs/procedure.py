"""The steps of procedures, as the rules in force say them: which one is next, and by which day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from gongshi.package.yamlfile import plain
from gongshi.policy import Policies, Rule

NOTICE_STEPS = ("第一次公示", "第二次公示", "村内公示", "公告")


@dataclass(frozen=True, slots=True)
class ProcedureStep:
    """A step of a procedure: its name, and another that it may go by; where it is done, and within how many days of the one before,
    None for any time."""

    name: str
    also: str
    level: str
    optional: bool
    within: int | None
    policy: str
    rule: str

    def of(self, done: Mapping[str, str]) -> str:
        """The day on which it was done, by either name; "" if it was not."""
        return done.get(self.name) or (done.get(self.also, "") if self.also else "")


def procedures(policies: Policies, day: date) -> dict[str, tuple[ProcedureStep, ...]]:
    """The steps of each procedure of cases by the rules in force on ``day``."""
    found: dict[str, tuple[ProcedureStep, ...]] = {}
    for policy, rule in policies.rules():
        body = plain(rule.body)
        if rule.kind == "steps" and body.get("other") == "case-steps" and rule.effective.holds(day):
            for name in _procedure(body):
                found[name] = tuple(_step(policies, policy.stem, rule, one, day) for one in body["steps"])
    return found


def next_step(steps: Iterable[ProcedureStep], done: Mapping[str, str]) -> tuple[ProcedureStep | None, str]:
    """(the first step that must still be done, by which day); ``done`` maps steps to their days. None at the end, "" for no day."""
    steps, latest = tuple(steps), max(done.values(), default="")
    reached = max((place for place, step in enumerate(steps) if step.of(done)), default=-1)
    for step in steps[reached + 1 :]:
        if not step.optional:
            by = date.fromisoformat(latest) + timedelta(step.within) if step.within is not None and latest else None
            return step, by.isoformat() if by else ""
    return None, ""


def _procedure(body: Mapping[str, Any]) -> list[str]:
    """Of which procedures a rule speaks."""
    terms = [term for term in body.get("where", ()) if term.get("field") == "procedure"]
    return [name for term in terms for name in ([term["is"]] if "is" in term else term.get("in", ()))]


def _step(policies: Policies, stem: str, rule: Rule, one: Mapping[str, Any], day: date) -> ProcedureStep:
    limit = one.get("max_days")
    if isinstance(limit, Mapping):
        standard = policies.standard(limit["standard"], stem)
        limit = standard.at(day) if standard else None
    within = int(limit) if isinstance(limit, str | Decimal) else None
    return ProcedureStep(
        one["name"], one.get("also", ""), one.get("level", ""), one.get("optional") == "是", within, stem, rule.id
    )
