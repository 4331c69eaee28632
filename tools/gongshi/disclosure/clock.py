"""The clock of a notice: its state follows from its dates and the day, never from what somebody typed.

Working days are the calendar's; a day beyond the calendar's years is refused, not guessed.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gongshi.model import GongshiError

_ONE = datetime.timedelta(days=1)


class NoticeState(StrEnum):
    """Where a notice stands on a day."""

    PENDING = "待公示"
    RUNNING = "公示中"
    WAITING = "期满待结果"
    CLOSED = "已办结"
    WITHDRAWN = "已撤回"


def state(notice: Any, day: datetime.date) -> NoticeState:
    """The state on ``day`` of anything with starts_on, ends_on, result, closed_on and, perhaps, withdrawn_on."""
    withdrawn = getattr(notice, "withdrawn_on", None)
    if withdrawn and withdrawn <= day:
        return NoticeState.WITHDRAWN
    if day < notice.starts_on:
        return NoticeState.PENDING
    if day <= notice.ends_on:
        return NoticeState.RUNNING
    closed = notice.result and (notice.closed_on is None or notice.closed_on <= day)
    return NoticeState.CLOSED if closed else NoticeState.WAITING


def _longest_run(years: set[int]) -> range:
    """The longest run of years without a gap, the latest of several."""
    runs: list[range] = []
    for year in sorted(years):
        joined = runs and runs[-1].stop == year
        runs.append(range(runs.pop().start if joined else year, year + 1))
    return max(reversed(runs), key=len, default=range(0))


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The county's calendar: what differs from the usual week, and for which years that is known."""

    off: frozenset[datetime.date]
    on: frozenset[datetime.date]
    years: range

    @classmethod
    def of(cls, rows: Iterable[tuple[datetime.date, str]]) -> WorkingDays:
        """From (date, 放假 or 上班); the longest run of years that it has is known."""
        rows = list(rows)
        return cls(
            frozenset(day for day, kind in rows if kind == "放假"),
            frozenset(day for day, kind in rows if kind == "上班"),
            _longest_run({day.year for day, _ in rows}),
        )

    def working(self, day: datetime.date) -> bool:
        """Whether people work on ``day``; GongshiError if the calendar does not reach it."""
        if day.year not in self.years:
            known = f"只有 {self.years[0]}—{self.years[-1]} 年" if self.years else "是空的"
            raise GongshiError(
                f"算不出 {day.year} 年的工作日：日历 records/county/calendar.csv {known}，请补上 {day.year} 年的节假日。"
            )
        return day in self.on or (day.weekday() < 5 and day not in self.off)

    def after(self, day: datetime.date, number: int) -> datetime.date:
        """The ``number``-th working day after ``day``."""
        while number > 0:
            day += _ONE
            number -= self.working(day)
        return day
