"""The records as they stood at a quarter's end: what the history of main says was on record that day."""

from __future__ import annotations

import datetime
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from gongshi.changes.commits import commit_at
from gongshi.model import GongshiError, Severity
from gongshi.package import RECORDS, county_day, load
from gongshi.package.descriptor import PACKAGE_FILE
from gongshi.repository import Git, RevisionTree


def standing(database: Any, end: datetime.date, git: Git | None) -> AbstractContextManager[Any | None]:
    """The Database as it stood on ``end``: itself, an older commit, or None where nobody knows.

    A county with its own day (``as_of``, as the example has) is a ledger of that day.
    """
    if county_day(database) == end:
        return nullcontext(database)
    commit = git.head() if git else None
    if not (git and commit):
        return nullcontext(None)
    found = commit_at(git, commit, end)
    if found is None and git.shallow():
        raise GongshiError(
            f"人数要按 {end} 的版本统计，这个仓库是浅克隆，没有那时的历史；请运行 git fetch --unshallow 后再试。"
        )
    return nullcontext(None) if found is None else _read(git, found)


def _read(git: Git, commit: str) -> AbstractContextManager[Any | None]:
    """The Database of an older commit, or None if there was no ledger yet, or none that can be read."""
    tree = RevisionTree(git, commit)
    if not tree.exists(PACKAGE_FILE):
        return nullcontext(None)
    tree.prefetch(path for path in tree.paths() if path.startswith((f"{RECORDS}/", "policies/")))
    database = load(tree)
    if any(finding.severity == Severity.ERROR for finding in database.findings):
        database.close()
        return nullcontext(None)
    return database
