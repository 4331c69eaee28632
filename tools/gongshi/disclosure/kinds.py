"""The kinds of notices and their rules, read from ``notice_kinds.yaml`` beside this file."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from gongshi.disclosure.clock import NoticeState, WorkingDays, state
from gongshi.model import Finding, GongshiError, Severity
from gongshi.package.yamlfile import parse, plain

HOUSEHOLDS = "户"
"""What a notice carries that lists households: its list is for the village board, never for the site."""


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """The rules of one kind of notice; days include the first and the last. ``asked_by`` are the rules whose findings say
    that one is due, each with the place it asks for ("" for the usual one)."""

    kind: str
    carries: str
    places: tuple[str, ...]
    least_days: int
    result_days: int
    sources: tuple[tuple[datetime.date, str], ...]
    category: str = ""
    procedure: str = ""
    asked_by: Mapping[str, str] = field(default_factory=dict)

    def cited(self, day: datetime.date) -> str:
        """The documents in force on a day; before the first the first."""
        return next((words for begins, words in reversed(self.sources) if begins <= day), self.sources[0][1])


@cache
def kinds() -> Mapping[str, NoticeKind]:
    """Every kind by its name."""
    found: dict[str, list[dict[str, Any]]] = plain(parse((Path(__file__).parent / "notice_kinds.yaml").read_bytes()))
    rows = [
        {name: cell for name, cell in row.items() if name != "source"}
        | {name: int(row[name]) for name in ("least_days", "result_days")}
        | {"places": tuple(row["places"]), "sources": _sources(row["source"])}
        for row in found["kinds"]
    ]
    return {row["kind"]: NoticeKind(**row) for row in rows}


def _sources(source: str | Mapping[str, str]) -> tuple[tuple[datetime.date, str], ...]:
    """Documents by the first day they are in force."""
    if isinstance(source, str):
        return ((datetime.date.min, source),)
    return tuple((datetime.date.fromisoformat(begins), words) for begins, words in source.items())


def carries_households(notice_kind: str) -> bool:
    """Whether a notice of this kind has a list of households behind it; one of an unknown kind might."""
    return notice_kind not in kinds() or kinds()[notice_kind].carries == HOUSEHOLDS


def problems(notice: Any, day: datetime.date, calendar: WorkingDays) -> list[Finding]:
    """What is wrong with one notice on ``day``: its length, its place, a result that is overdue."""
    rule, span = kinds().get(notice.notice_kind), (notice.ends_on - notice.starts_on).days + 1
    if rule is None:
        return [_finding(notice, "notice-kind", "notice_kind", f"没有“{notice.notice_kind}”这种公示，请核对类别")]
    if span < 1:
        return [_finding(notice, "notice-dates", "ends_on", "结束日期早于开始日期，请改正日期")]
    found = []
    if span < rule.least_days:
        text = f"{rule.kind}至少要 {rule.least_days} 天，只有 {span} 天，请延长公示期（{rule.cited(notice.starts_on)}）"
        found.append(_finding(notice, "notice-days", "ends_on", text))
    if notice.place not in rule.places:
        text = f"{rule.kind}不能放在{notice.place}，只能放在{'、'.join(rule.places)}（{rule.cited(notice.starts_on)}）"
        found.append(_finding(notice, "notice-place", "place", text))
    if state(notice, day) == NoticeState.WAITING:
        found += _overdue(notice, day, rule, calendar)
    return found


def _overdue(notice: Any, day: datetime.date, rule: NoticeKind, calendar: WorkingDays) -> list[Finding]:
    try:
        last = calendar.after(notice.ends_on, rule.result_days)
    except GongshiError as error:
        return [replace(_finding(notice, "calendar", "ends_on", str(error)), severity=Severity.NOTICE)]
    if day <= last:
        return []
    text = f"公示期满后 {rule.result_days} 个工作日（{last}）内要有结果，请用 gongshi notice close 登记"
    return [_finding(notice, "notice-overdue", "result", text)]


def _finding(notice: Any, code: str, field: str, message: str) -> Finding:
    return Finding(code, Severity.ERROR, message, resource="notices", field=field, key=(notice.notice_id,))
