"""From a folder with records to its site."""

from __future__ import annotations

import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from gongshi.changes import walk
from gongshi.checks import check_public, check_titles
from gongshi.disclosure import Disclosure, Standing, Withheld
from gongshi.disclosure.changed import FIELDS
from gongshi.disclosure.notices import blob_id
from gongshi.disclosure.rulings import Counted, books, exemptions
from gongshi.model import GongshiError, Severity
from gongshi.package import RECORDS, county_day
from gongshi.package import load as load_tables
from gongshi.policy import Verdict, judge
from gongshi.repository import Git, Tree, WorkTree, digest
from gongshi.site.gone import removed
from gongshi.site.pages import Site
from gongshi.site.quarter import standing

PARTS = (RECORDS, "policies", "docs", "mkdocs.yml")
"""What of the repository a site is made of."""


def load(root: Path, on: datetime.date | None, today: datetime.date) -> Site:
    """The site of the records below ``root`` on the day ``on``: else on the county's own day, else ``today``."""
    git = Git(root)
    commit = git.head() if git.exists() else None
    clean = bool(commit) and not git.run("status", "--porcelain", "--", *PARTS).strip()
    return of_tree(root, on, today, git if commit else None, commit or "", clean)


def of_tree(
    root: Path, on: datetime.date | None, today: datetime.date, git: Git | None, commit: str, clean: bool
) -> Site:
    """The same, where the commit is known: ``clean`` says that the files are its own, ``git`` has its history."""
    tree = WorkTree(root)
    database = load_tables(tree)
    errors = [finding for finding in database.findings if finding.severity == Severity.ERROR]
    if errors:
        first = errors[0]
        place = f"{first.path} 第 {first.line} 行" if first.line else first.path
        raise GongshiError(f"台账有 {len(errors)} 处读不出来，先运行 gongshi check。第一处：{place}，{first.message}")
    if named := [*check_public(database), *check_titles(database)]:
        raise GongshiError(
            f"公开的文字里有 {len(named)} 处像人名或不该有的话，没有生成网站，请先运行 gongshi check 逐处改好。"
        )
    day = on or county_day(database) or today
    then = standing(database, day, git, commit, clean)
    views = Disclosure(database, standing=then, history=walk(git, commit, tuple(FIELDS)) if git else None)
    _refuse_dates(views)
    verdict = judge(database, day)
    shown = books(verdict, database.descriptor, day, views.threshold, _counted(views, database, verdict, then))
    changed, rules = _changed(views, tree), digest(tree, "policies/")
    gone = removed(git, commit) if git and commit else []
    return Site(views, day, commit, clean, changed, shown, exemptions(verdict, day), rules, gone)


def _counted(views: Disclosure, database: Any, verdict: Verdict, then: Standing) -> Counted:
    """What the rules of then said of people then."""
    if then.database is None:
        return Counted(None)
    whole = [row for row in views.rows("people") if row.level == "县"]
    whole += [row for name in ("help", "loans", "school-aid") for row in views.rows(name) if row[0] == "合计"]
    withheld = any(isinstance(value, Withheld) for row in whole for value in row)
    return Counted(verdict if then.database is database else judge(then.database, then.on), not withheld)


def _refuse_dates(views: Disclosure) -> None:
    """A notice without a term has no state: the site stops rather than show something about it."""
    for row in views.rows("notices"):
        if row.starts_on is None or row.ends_on is None or row.ends_on < row.starts_on:
            raise GongshiError(f"公示“{row.notice_id}”的日期没有填好（结束要不早于开始），先运行 gongshi check 改好。")


def _changed(views: Disclosure, tree: Tree) -> frozenset[tuple[str, str]]:
    """The (notice, project) whose file is no longer what the notice froze, or gone."""
    frozen = [row for row in views.rows("notice-projects") if row.frozen]
    if not frozen:
        return frozenset()
    files = {PurePosixPath(path).stem: path for path in tree.paths(f"{RECORDS}/projects/")}
    now = {code: blob_id(tree.read(files[code])) for code in {row.project_id for row in frozen} if code in files}
    return frozenset((row.notice_id, row.project_id) for row in frozen if now.get(row.project_id) != row.frozen)
