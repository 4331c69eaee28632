"""Everything that ``gongshi check`` looks for in a folder, in one go: records, rules, figures, keys, programs, personal data."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from gongshi.changes.judging import judging
from gongshi.model import Finding, Progress, Severity
from gongshi.repository import RevisionTree, WorkTree

if TYPE_CHECKING:
    from pathlib import Path

    from gongshi.changes.judging import Judge
    from gongshi.checks.guard_again import GuardAgain
    from gongshi.package import Database, Digests, LookedAt, Recall, Seen


@dataclass(frozen=True, slots=True)
class Examined:
    """All findings in order of place, and the day that they are about."""

    findings: list[Finding]
    when: date


def examine(
    tree: WorkTree,
    base: RevisionTree | None,
    on: date | None,
    today: date,
    show: Progress = lambda _: None,
    engine: str = "duckdb",
) -> Examined:
    """Look at the working directory on the day ``on``, else the county's own, else ``today``; what ``base`` had already is a
    notice."""
    with examining(tree, base, on, today, show, engine) as (seen, _):
        return seen


@contextmanager
def examining(
    tree: WorkTree,
    base: RevisionTree | None,
    on: date | None,
    today: date,
    show: Progress = lambda _: None,
    engine: str = "duckdb",
) -> Iterator[tuple[Examined, Recall]]:
    """The same, for who goes on with the tables that were read: they are closed at the end of the context."""
    from gongshi.package import Recall, load
    from gongshi.package.subjects import subjects

    show("读取记录")
    with load(tree, [subjects().county.table]) as database:
        with judging(tree.root, show, engine) as judge:
            kept = Recall(judge.known, database, None, judge.held)
            seen = _examined(tree, base, on, today, judge, kept)
        yield seen, kept


class Watch:
    """Who looks at one folder again and again: the tables stay, and only those whose files differ are read anew."""

    def __init__(self, root: Path) -> None:
        from gongshi.checks.guard_again import GuardAgain
        from gongshi.package import Remembered

        self._root = root
        self._database: Database | None = None
        self._digests: Digests | None = None
        self._seen: Seen = {}
        self._held = Remembered()
        self._guard = GuardAgain()
        self._looking = threading.Lock()
        self._over = False

    def examine(self, today: date) -> list[Finding]:
        """All that ``gongshi check`` finds in the folder as it lies now."""
        from gongshi.package import Digests, Recall, Remembered, load, read_descriptor
        from gongshi.package.subjects import subjects

        with self._looking:
            tree = WorkTree(self._root)
            descriptor = read_descriptor(tree)
            digests = Digests(tree, descriptor, self._seen)
            if self._database is None or self._digests is None or self._database.descriptor != descriptor:
                self._drop()
                self._held = Remembered()
                self._database = load(tree, [subjects().county.table], descriptor)
            else:
                old = self._digests
                self._database.renew(
                    tree, [name for name in descriptor.resources if old.of([name]) != digests.of([name])]
                )
            self._digests = digests
            database = self._database
            try:
                if self._over:  # closed while the tables were read
                    raise KeyboardInterrupt
                with judging(self._root, lambda _: None) as judge:
                    database.need([subjects().county.table])
                    recall = Recall(judge.known, database, digests, self._held)
                    found = _examined(tree, None, None, today, judge, recall, self._guard).findings
            except BaseException:
                self._drop()
                raise
            if not digests.still():  # what was read may be of no one moment
                self._drop()
            return found

    def close(self) -> None:
        """Let go of the tables for good; who is asking them is interrupted."""
        self._over = True
        self._drop()

    def _drop(self) -> None:
        database, self._database = self._database, None
        if database:
            database.close()


def _examined(
    tree: WorkTree,
    base: RevisionTree | None,
    on: date | None,
    today: date,
    judge: Judge,
    recall: Recall,
    again: GuardAgain | None = None,
) -> Examined:
    from gongshi.checks import check_public
    from gongshi.checks.guard_again import looking_once
    from gongshi.checks.guard_files import check_file_waivers, reading
    from gongshi.founding.pin import own_wheel
    from gongshi.package import county_day
    from gongshi.sealing import check_keys

    show, database = judge.show, recall.database
    looking = again.looking if again else looking_once
    with looking(tree, own_wheel(tree)) as guard:
        when = on or county_day(database) or today
        findings = judge.since(base, database, when, recall) if base else judge.database(database, when, None, recall)
        show("核对公布的数字")
        findings += _recounted(tree, base, recall, when) if _sound(findings) else []
        findings += check_public(database, recall)
        recall.settle()
        findings += _brought(tree, base)
        findings += check_file_waivers(reading(tree.read, tree.exists), when)
        findings += check_keys(tree)  # who may sign and read is no old sin either
        show("查找个人信息")
        findings += guard()  # personal data in the clear is never an old sin
    show("")
    return Examined(sorted(findings, key=lambda finding: finding.order), when)


def _sound(findings: list[Finding]) -> bool:
    """Whether the table of figures can be read as it should be; what is wrong with it is told already."""
    from gongshi.disclosure.figures import RESOURCE

    return not any(finding.resource == RESOURCE and finding.severity is Severity.ERROR for finding in findings)


def _recounted(tree: WorkTree, base: RevisionTree | None, kept: Recall, when: date) -> list[Finding]:
    """The newest figures, counted again, and if they are new or edited judged again; older ones must be as they were."""
    from gongshi.disclosure.counting import counted_columns, counted_tables
    from gongshi.disclosure.figures import RESOURCE
    from gongshi.disclosure.freezing import frozen, path_of
    from gongshi.disclosure.recounting import altered, misplaced, recount
    from gongshi.disclosure.standing import standing
    from gongshi.package import county_day, forgetful
    from gongshi.policy import judge
    from gongshi.repository import Git, digest

    database = kept.database
    database.need([RESOURCE])
    every = kept.held("all files of figures", lambda: {RESOURCE: None}, lambda: frozen(database))
    files = [file for file in every if file.period.end <= when]
    git = Git(tree.root)
    head = git.head() if git.exists() else None
    before = base or (RevisionTree(git, head) if head else None)
    found = misplaced(database) + (altered(tree, before) if before else [])
    if found or not files:
        return found
    end = files[-1].period.end
    own = county_day(database) == end
    reads = {RESOURCE, *(counted_tables(database.descriptor) if own else ())}
    fresh = _differs(tree, before, path_of(files[-1].period))

    def work() -> list[Finding]:
        with standing(database, end, git if git.exists() else None) as then:
            verdict = judge(then, end, kept=kept if own else None) if fresh and then else None
            return recount(database, then, files[-1], files, kept.held if own and not fresh else forgetful, verdict)

    if fresh:
        database.need(reads)
        return work()

    more = ("", digest(tree, "policies/")) if own else (head or "", str(git.exists() and git.shallow()))

    def columns() -> LookedAt:
        return {RESOURCE: None, **counted_columns(database.descriptor)}

    periods = (str(file.period) for file in files)
    return kept.findings("recount", reads, work, *more, *periods, columns=columns if own else None)


def _differs(tree: WorkTree, before: RevisionTree | None, path: str) -> bool:
    """Whether a file is another than it was, or is new."""
    return not (before and before.exists(path) and before.read(path) == tree.read(path))


def _brought(tree: WorkTree, base: RevisionTree | None) -> list[Finding]:
    """Code and settings that came with the data: of a change what it brings, else what is there."""
    from gongshi.checks.programs import check_programs
    from gongshi.checks.settings import check_settings
    from gongshi.review.pinning import check_brought, check_pin

    here = {*tree.paths(), *tree.links()}
    brought = check_brought(base, tree) if base else check_programs(here)
    return [*brought, *check_pin(tree), *check_settings(tree)]
