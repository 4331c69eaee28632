"""What was entered long after its own day: told beside a Diff, never a finding, since an honest correction looks the same."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date

from gongshi.changes.commits import clock, patches, revisions
from gongshi.changes.dates import LATE, business_dates
from gongshi.changes.events import Folder
from gongshi.changes.tables import descriptor_of
from gongshi.changes.values import ChangeKind, Diff
from gongshi.repository import Git, RevisionTree, Tree

Record = tuple[str, tuple[str, ...]]  # resource, key


def with_late(diff: Diff, git: Git, before: RevisionTree, after: Tree, today: date) -> Diff:
    """The Diff with the days by which each record came late. Of a resource that ``before`` has no records of nothing is late:
    it was taken over from elsewhere. What no commit brought was entered ``today``."""
    committed = after.commit if isinstance(after, RevisionTree) else ""
    tip = committed or git.head() or ""
    last = date.fromisoformat(clock(git, tip)[:10]) if committed else today
    days = {record: day for record, day in _days(diff).items() if (last - day).days > LATE}
    known = {name for name in {name for name, _ in days} if _had(before, name)}
    days = {record: day for record, day in days.items() if record[0] in known}
    entered = _entered(git, before.commit, tip, days) if days and tip else {}
    late = {record: (entered.get(record, last) - day).days for record, day in days.items()}
    return replace(diff, late={record: count for record, count in late.items() if count > LATE})


def _days(diff: Diff) -> dict[Record, date]:
    """The own day of each new record that has one."""
    found = {}
    for change in diff.changes:
        names = [field.name for field in diff.fields[change.resource]]
        name = business_dates().get(change.resource, "")
        if change.kind is ChangeKind.ADDED and change.after and name in names:
            try:
                found[change.resource, change.key] = date.fromisoformat(change.after[names.index(name)])
            except ValueError:
                continue
    return found


def _had(before: RevisionTree, name: str) -> bool:
    from gongshi.changes.past import keys_in  # brings the whole history, which few diffs ask for

    return name in descriptor_of(before).resources and bool(keys_in(before, name))


def _entered(git: Git, base: str, tip: str, wanted: Mapping[Record, date]) -> dict[Record, date]:
    """The day of the commit after ``base`` that first brought each record."""
    found: dict[Record, date] = {}
    fresh = {revision.commit: revision for revision in revisions(git, tip, base)}
    with closing(Folder(git, base, set())) as folder:
        for commit, files in patches(git, tip, base):
            parent = fresh[commit].parents[0] if fresh[commit].parents else ""
            for event in folder.events(commit, parent, files):
                if event.sign > 0 and (event.resource, event.key) in wanted:
                    found.setdefault((event.resource, event.key), date.fromisoformat(fresh[commit].when[:10]))
    return found
