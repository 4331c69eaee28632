"""Which notices the ledger knew on a day, and which were only entered, or dated, afterwards: history against what is typed."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gongshi.changes.commits import commit_at
from gongshi.changes.past import history
from gongshi.disclosure.clock import NoticeState, state
from gongshi.disclosure.notices import listed
from gongshi.model import GongshiError
from gongshi.package import county_day, load
from gongshi.repository import Git, RevisionTree

NOTICES = "notices"


@dataclass(frozen=True, slots=True)
class Then:
    """The notices of ``commit``, each with its state on ``day``.

    ``late`` are those entered after their first day: (day of entry, days). ``since`` are sentences on what says today that it
    ran on the day, and was not so on record.
    """

    commit: str
    day: datetime.date
    notices: tuple[tuple[Any, NoticeState], ...]
    late: Mapping[str, tuple[str, int]]
    since: tuple[str, ...]

    def of(self, wanted: NoticeState) -> list[Any]:
        return [notice for notice, now in self.notices if now is wanted]


def notices_then(git: Git, day: datetime.date, today: datetime.date, commit: str = "") -> Then:
    """The notices as the ledger stood at the end of ``day``, or at ``commit``; GongshiError where nobody can know."""
    if not git.exists() or git.head() is None:
        raise GongshiError("这里不在 Git 仓库里，或还没有提交，没有历史可查。")
    tip = git.commit("HEAD")
    now = _listed(git, tip)
    # The ledger of a county with a day of its own (the example) is of that day, however late its commits are.
    if day > max(today, now.when or today):
        raise GongshiError(f"{day} 还没到，请核对日期。")
    then = commit or (tip if now.when == day else commit_at(git, tip, day))
    if then is None and git.shallow():
        raise GongshiError(f"这个仓库是浅克隆，没有 {day} 的历史；请运行 git fetch --unshallow 后再查。")
    if then is None:
        raise GongshiError(f"{day} 之前还没有任何版本，请换一个日期。")
    known = now if then == tip else _listed(git, then)
    entered = _entered(git, tip)
    late = {
        notice.notice_id: (entry.isoformat(), (entry - notice.starts_on).days)
        for notice in known.notices
        if (entry := entered.get(notice.notice_id)) and entry > notice.starts_on
    }
    notices = tuple((notice, state(notice, day)) for notice in known.notices)
    ran = {notice.notice_id for notice, stood in notices if stood is NoticeState.RUNNING}
    dates = {notice.notice_id: notice for notice, _ in notices}
    since = tuple(
        _since(notice, dates.get(notice.notice_id), entered)
        for notice in now.notices
        if state(notice, day) is NoticeState.RUNNING and notice.notice_id not in ran
    )
    return Then(then, day, notices, late, since)


@dataclass(frozen=True, slots=True)
class _Known:
    notices: tuple[Any, ...]
    when: datetime.date | None


def _listed(git: Git, commit: str) -> _Known:
    with load(RevisionTree(git, commit), ("county", "divisions", NOTICES)) as database:
        there = NOTICES in database.descriptor.resources and "divisions" in database.descriptor.resources
        return _Known(tuple(listed(database)) if there else (), county_day(database))


def _entered(git: Git, tip: str) -> dict[str, datetime.date]:
    """The day on which each notice came into the ledger; of those of the first import nobody can say."""
    with history(git, tip) as past:
        if NOTICES not in past.descriptor.resources:
            return {}
        found = past.entries(NOTICES)
        return {key[0]: datetime.date.fromisoformat(revision.when[:10]) for key, revision in found.items()}


def _since(notice: Any, before: Any, entered: Mapping[str, datetime.date]) -> str:
    code, claimed = notice.notice_id, f"现在写的是 {notice.starts_on} 至 {notice.ends_on}"
    if before is not None:
        return f"{code} {claimed}，当时登记的是 {before.starts_on} 至 {before.ends_on}，日期是后来改的"
    day = entered.get(code)
    return f"{code} {claimed}，当时还没有登记" + (
        f"，{day} 才补登（晚 {(day - notice.starts_on).days} 天）" if day else ""
    )
