"""The records as they stood at a quarter's end, from which people are counted all the next quarter.

A build is a function of commit and day, and so is this: the history of the commit says what was on record at the last
quarter's end before the day. Where the history does not reach back so far nothing is guessed: the counts of people
come with the first quarter's end that it has seen. A county with its own day (``as_of``, as the example has) is a
ledger of that day; if that is the quarter's end, its records are what is asked for.
"""

from __future__ import annotations

import datetime
from typing import Any

from gongshi.changes import commit_at
from gongshi.disclosure import Standing
from gongshi.model import GongshiError, Severity
from gongshi.package import RECORDS, county_day, load
from gongshi.package.descriptor import PACKAGE_FILE
from gongshi.repository import Git, RevisionTree


def quarter_end(day: datetime.date) -> datetime.date:
    """The last day of a quarter on or before ``day``."""
    tomorrow = day + datetime.timedelta(days=1)
    first = tomorrow.replace(month=(tomorrow.month - 1) // 3 * 3 + 1, day=1)
    return first - datetime.timedelta(days=1)


def standing(database: Any, day: datetime.date, git: Git | None, commit: str, clean: bool) -> Standing:
    """What people are counted from on ``day``: ``database`` itself, an older commit, or not known."""
    end = quarter_end(day)
    if county_day(database) == end:
        return Standing(end, database)
    if not (git and commit):
        return Standing(end, None)
    found = commit_at(git, commit, end)
    if found is None and git.shallow():
        raise GongshiError(
            f"人数要按 {end} 的版本统计，这个仓库是浅克隆，没有那时的历史；请运行 git fetch --unshallow 后再生成网站。"
        )
    if found is None:
        return Standing(end, None)
    return Standing(end, database if found == commit and clean else _read(git, found))


def _read(git: Git, commit: str) -> Any:
    """The Database of an older commit, or None if there was no ledger yet, or none that can be read."""
    tree = RevisionTree(git, commit)
    if not tree.exists(PACKAGE_FILE):
        return None
    tree.prefetch(path for path in tree.paths() if path.startswith((f"{RECORDS}/", "policies/")))
    database = load(tree)
    if any(finding.severity == Severity.ERROR for finding in database.findings):
        database.close()
        return None
    return database
