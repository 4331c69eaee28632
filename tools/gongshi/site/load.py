"""From a folder with records to its site."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from functools import partial
from pathlib import Path, PurePosixPath

from gongshi.changes.judging import judging, ruled
from gongshi.changes.steps import walk
from gongshi.checks import check_public
from gongshi.checks.free_text import check_titles
from gongshi.checks.outlines import PATH as OUTLINES
from gongshi.checks.outlines import read_outlines
from gongshi.disclosure import Disclosure, Earlier
from gongshi.disclosure.changed import FIELDS
from gongshi.disclosure.notices import blob_id
from gongshi.disclosure.rulings import books, exemptions
from gongshi.model import Finding, GongshiError, Severity
from gongshi.package import RECORDS, Database, Recall, county_day
from gongshi.package import load as load_tables
from gongshi.repository import Cache, Git, Reused, Tree, WorkTree, digest
from gongshi.site.gone import removed
from gongshi.site.outlines import Drawing, draw
from gongshi.site.pages import Site
from gongshi.site.quality import Quality

NOTHING = Reused()
PARTS = (RECORDS, "policies", "docs", "mkdocs.yml")
"""What of the repository a site is made of."""


def load(root: Path, on: datetime.date | None, today: datetime.date) -> Site:
    """The site of the records below ``root`` on the day ``on``: else on the county's own day, else ``today``."""
    return of_tree(root, on, today, *_here(root))


def _here(root: Path) -> tuple[Git | None, str, bool]:
    """The repository around ``root``, its commit, and whether the files are that commit's own."""
    git = Git(root)
    commit = git.head() if git.exists() else None
    clean = bool(commit) and not git.run("status", "--porcelain", "--", *PARTS).strip()
    return git if commit else None, commit or "", clean


def of_tree(
    root: Path,
    on: datetime.date | None,
    today: datetime.date,
    git: Git | None,
    commit: str,
    clean: bool,
    past: Sequence[Quality] = (),
) -> Site:
    """The same, where the commit is known: ``clean`` says that the files are its own, ``git`` has its history."""
    database = load_tables(WorkTree(root))
    _refuse_unread(database)
    day = on or county_day(database) or today
    with judging(root, lambda _: None) as judges:  # what a check has just found out is not asked again
        kept = Recall(judges.known, database)
        named = [*check_public(database, kept), *check_titles(database)]
        ruled(kept, day)
        kept.settle()
    _refuse_named(named)
    return _of(kept, day, git, commit, clean, past)


def of_examined(
    root: Path,
    kept: Recall,
    day: datetime.date,
    draft: bool,
    past: Sequence[Quality] = (),
    reused: Reused = NOTHING,
) -> Site:
    """The site of tables that were just examined and in which, but for a ``draft``, nothing is wrong; a table is read once a view
    needs it, so ask ``still`` when all is made. ``past`` is what the rules found when it was published before, ``reused`` what
    earlier builds made."""
    if draft:
        kept.database.need(kept.database.descriptor.resources)
        _refuse_unread(kept.database)
        _refuse_named([*check_public(kept.database, kept), *check_titles(kept.database)])
    still(kept)
    found = _of(kept, day, *_here(root), past, Cache(root), Earlier(kept.digests, reused, kept.database.need))
    found.reused = reused
    return found


def still(kept: Recall) -> None:
    """GongshiError if a file of the records is no longer what it was when they were examined."""
    if not kept.digests.still():
        raise GongshiError("生成网站时台账的文件又变了，没有生成，请等别的程序写完再运行一次。")


def _refuse_unread(database: Database) -> None:
    errors = [finding for finding in database.findings if finding.severity == Severity.ERROR]
    if errors:
        first = errors[0]
        place = f"{first.path} 第 {first.line} 行" if first.line else first.path
        raise GongshiError(f"台账有 {len(errors)} 处读不出来，先运行 gongshi check。第一处：{place}，{first.message}")


def _refuse_named(named: list[Finding]) -> None:
    if named:
        raise GongshiError(
            f"公开的文字里有 {len(named)} 处像人名或不该有的话，没有生成网站，请先运行 gongshi check 逐处改好。"
        )


def _of(
    kept: Recall,
    day: datetime.date,
    git: Git | None,
    commit: str,
    clean: bool,
    past: Sequence[Quality] = (),
    cache: Cache | None = None,
    earlier: Earlier | None = None,
) -> Site:
    database, tree, verdict = kept.database, kept.database.tree, ruled(kept, day)
    history = walk(git, commit, tuple(FIELDS), cache) if git else None
    if earlier and history:
        newest = [step.revision.commit for step in history.steps[-1:]]
        earlier = earlier._replace(tip=repr((history.first.commit, history.complete, len(history.steps), newest)))
    views = Disclosure(database, day, history, earlier)
    _refuse_dates(views)
    shown = books(verdict, database.descriptor, day, partial(views.figure, "rules"))
    changed, rules = _changed(views, tree), digest(tree, "policies/")
    gone = removed(git, commit) if git and commit else []
    waivers, drawing = exemptions(verdict, day), _outlines(tree)
    return Site(views, day, commit, clean, changed, shown, waivers, rules, gone, drawing, past)


def _outlines(tree: Tree) -> Drawing | None:
    outlines, problems = read_outlines(tree)
    if problems:
        raise GongshiError(f"村的轮廓 {OUTLINES} 有 {len(problems)} 处不对，没有生成网站。第一处：{problems[0]}。")
    return draw(outlines)


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
