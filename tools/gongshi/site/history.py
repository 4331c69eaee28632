"""变更: what changed in the public ledger, as lists for the pages: latest, by month, by table, by project."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from gongshi.disclosure import Disclosure
from gongshi.disclosure.changed import GONE, NEW, TEXT
from gongshi.site.render import show

HOME, LATEST, MONTH, TABLE = 8, 30, 300, 300
"""How many records a list shows; all of them are in the download."""

_PAGES = {
    "projects": ("projects", "project_id", "name", "projects/{}.html"),
    "allocations": ("allocations", "allocation_id", "name", "funds/{}.html"),
    "villages": ("villages", "village_code", "name", "villages/{}.html"),
    "notices": ("notices", "notice_id", "title", "notices/{}.html"),
}
"""Tables whose records have a page: view, key, what the record is called, address."""

_LABELS = {"project-stages": "stage", "project-changes": "changed_on", "project-villages": "village_code"}
"""Fields that the label of a record says already, as they are of its key."""


class Value(NamedTuple):
    """A field before and after as a reader sees it; both None where only the fact is told."""

    title: str
    before: Any
    after: Any
    unit: str


class Record(NamedTuple):
    """One record that changed in a commit. ``link`` is its page, else its project's, "" for none."""

    kind: str
    table: str
    label: str
    link: str
    project: str
    values: Sequence[Value]


class Commit(NamedTuple):
    """The records of one commit."""

    changed_on: date
    commit: str
    doc_no: str
    records: Sequence[Record]


class HistoryGroup(NamedTuple):
    """A line of the overview, which has a page of its own."""

    name: str
    title: str
    path: str
    commits: Sequence[Commit]
    records: int


class Changes:
    """The view ``changes`` in the shapes that pages want, newest first."""

    def __init__(self, views: Disclosure) -> None:
        self._views = views
        self._rows = views.rows("changes")
        self._pages = {name: _page(views, *page) for name, page in _PAGES.items()}
        self.by_project: Mapping[str, Sequence[Commit]] = {
            project: self._commits(rows) for project, rows in _grouped(self._rows, "project_id").items() if project
        }

    def overview(self, commit: str, clean: bool) -> dict[str, Any]:
        """What the page 变更 shows; ``commit`` is "" for a ledger outside of Git."""
        return {
            "since": self._views.since,
            "commit": commit,
            "clean": clean,
            "latest": self.latest(LATEST),
            "months": list(self.months()),
            "tables": list(self.tables()),
        }

    def latest(self, count: int) -> list[Commit]:
        """The last ``count`` records."""
        return _cut(self._commits(self._rows), count)

    def months(self) -> Iterator[HistoryGroup]:
        """Every month with changes."""
        for month, rows in _grouped(self._rows, "changed_on", lambda day: f"{day:%Y-%m}").items():
            title = f"{month[:4]}年{int(month[5:])}月的变更"
            yield self._group(month, title, rows, MONTH)

    def tables(self) -> Iterator[HistoryGroup]:
        """Every table with changes, in the order of the views."""
        found = _grouped(self._rows, "resource")
        for name, title in self._views.views.items():
            if name in found:
                yield self._group(name, f"{title}的变更", found[name], TABLE)

    def _group(self, name: str, title: str, rows: Sequence[Any], limit: int) -> HistoryGroup:
        commits = self._commits(rows)
        count = sum(len(commit.records) for commit in commits)
        return HistoryGroup(name, title, f"changes/{name}.html", _cut(commits, limit), count)

    def _commits(self, rows: Iterable[Any]) -> list[Commit]:
        found = []
        for (day, commit, doc_no), lines in groupby(rows, lambda row: (row.changed_on, row.commit, row.doc_no)):
            records = [self._record(list(group)) for _, group in groupby(lines, lambda row: (row.resource, row.record))]
            found.append(Commit(day, commit, doc_no, records))
        return found

    def _record(self, rows: Sequence[Any]) -> Record:
        row = rows[0]
        label, link = self._pages.get(row.resource, {}).get(row.record, (row.record, ""))
        project, at = self._pages["projects"].get(row.project_id, ("", ""))
        if row.resource == "projects":
            project = ""
        elif row.project_id:
            label = self._named(row.resource, label.removeprefix(f"{row.project_id}/"))
        kind = next((line.kind for line in rows if line.kind != TEXT), row.kind)
        said = ("project_id", _LABELS.get(row.resource)) if kind in (NEW, GONE) else ()
        values = [_value(line) for line in rows if line.field not in said]
        return Record(kind, row.table, label, link or at, project, values)

    def _named(self, resource: str, code: str) -> str:
        """What a reader calls one of a project's records: a village by its name, a line of the budget as a line."""
        if resource == "project-villages":
            return self._pages["villages"].get(code, (code, ""))[0]
        return f"第 {code} 行" if resource == "project-budget" else code


def _page(views: Disclosure, view: str, key: str, name: str, address: str) -> dict[str, tuple[str, str]]:
    """What each record with a page is called, and its address."""
    return {getattr(row, key): (getattr(row, name), address.format(getattr(row, key))) for row in views.rows(view)}


def _grouped(rows: Iterable[Any], column: str, name: Callable[[Any], str] = str) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        groups[name(getattr(row, column))].append(row)
    return groups


def _cut(commits: Iterable[Commit], count: int) -> list[Commit]:
    """As many commits as hold the first ``count`` records; the last one may be short of some."""
    found = []
    for commit in commits:
        if count <= 0:
            break
        found.append(commit._replace(records=commit.records[:count]))
        count -= len(commit.records)
    return found


def _value(row: Any) -> Value:
    if row.kind == TEXT:
        return Value(row.title, None, None, "")
    before, after = (_figure(text, row.unit) for text in (row.before, row.after))
    one_sided = {NEW: (None, after), GONE: (None, before)}
    was, now = one_sided.get(row.kind, (before, after))
    return Value(row.title, was, now, row.unit)


def _figure(text: str, unit: str) -> Any:
    """A date or an amount in the site's spelling; anything else as it is."""
    if not text:
        return "未填"
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            return show(date.fromisoformat(text))
        except ValueError:
            return text
    if unit and (match := re.fullmatch(r"(-?)([0-9]+)((?:\.[0-9]+)?)", text)):
        digits = match[3].rstrip("0").rstrip(".") if unit == "%" else match[3]
        return f"{match[1]}{int(match[2]):,}{digits}"
    return text
