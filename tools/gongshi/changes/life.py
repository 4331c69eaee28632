"""The whole life of one record: every commit that changed it or what hangs on it, each with who, when and on what ground."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from gongshi.changes.audit import Cell, Pair, days_late, paired
from gongshi.changes.dates import business_dates
from gongshi.changes.lives import lives
from gongshi.changes.past import History, Stored
from gongshi.changes.phrases import KINDS, cell
from gongshi.changes.rereading import read_versions
from gongshi.changes.values import ChangeKind, RecordVersion, Revision
from gongshi.checks.showing import shown_cell, shown_path, shown_text
from gongshi.package import Resource
from gongshi.package.subjects import subjects


@dataclass(frozen=True, slots=True)
class ToldChange:
    """What a commit did to one record: (field, before, after, unit) of each cell, "" for none."""

    resource: str
    key: str
    kind: str
    happened: str
    late: Cell
    cells: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class LifeStep:
    """One commit in the life of a record."""

    revision: Revision
    author: str
    merger: str
    subject: str
    papers: tuple[tuple[str, str], ...]
    told: tuple[ToldChange, ...]


@dataclass(frozen=True, slots=True)
class Life:
    """A record: how it is now (field, text, unit), nothing if it is gone; what happened by its own day (day, resource, key,
    words), and the commits that say so, both the oldest first."""

    title: str
    key: str
    now: tuple[tuple[str, str, str], ...]
    days: tuple[tuple[str, str, str, str], ...]
    steps: tuple[LifeStep, ...]


def life(past: History, name: str, key: tuple[str, ...]) -> Life:
    """The life of the record ``key`` of a resource."""
    resource, number = past.resource(name), key[0]
    rows: dict[str, list[Stored]] = {name: list(past.stored(name, key))}
    for other, field in _referring(past, name):
        found = past.naming(other, field, {number})
        rows[other] = _merged(rows.get(other, []), found)
    for other, through in lives().further.items():
        numbers = {row.cells[through.by] for row in rows.get(other, ()) if row.cells.get(through.by)}
        for target in through.tables if numbers else ():
            if target in past.descriptor.resources:
                rows[target] = _merged(rows.get(target, []), past.naming(target, through.by, numbers))
    homes, people = subjects().people
    members = {row.key[0] for row in rows.get(people, ())} if name == homes else set()
    for other, field in _referring(past, people) if members else ():
        rows[other] = _merged(rows.get(other, []), past.naming(other, field, members))
    now = read_versions(past, name, key)[-1]
    shown = tuple(
        (field.title, cell(field, now.cells[field.name]), field.unit)
        for field in resource.schema.fields
        if now.path and now.cells.get(field.name)
    )
    days = tuple(sorted(day for other, stored in rows.items() for day in _days(past, other, stored)))
    return Life(resource.title, "/".join(past.shown(name, key)), shown, days, tuple(_steps(past, rows)))


def _days(past: History, name: str, stored: list[Stored]) -> Iterator[tuple[str, str, str, str]]:
    """What is on record now of a resource whose records have a day of their own."""
    resource, day = past.resource(name), business_dates().get(name, "")
    for key, group in groupby(stored if day else (), key=lambda row: row.key):
        last = list(group)[-1]
        if last.sign > 0 and last.cells.get(day):
            fields = [field for field in resource.schema.fields if last.cells.get(field.name)]
            words = [field for field in fields if field.enum][:2] + [field for field in fields if field.unit == "元"][
                :1
            ]
            said = " ".join(
                f"{cell(field, last.cells[field.name])}{field.unit and f' {field.unit}'}" for field in words
            )
            when = shown_cell(resource.schema.field(day), last.cells[day])
            yield when, resource.title, "/".join(past.shown(name, key)), said


def _referring(past: History, name: str) -> Iterator[tuple[str, str]]:
    """(resource, field) of all that names records of a resource by one field."""
    for key in past.descriptor.foreign_keys:
        if key.reference == name and len(key.fields) == 1 and key.resource not in (subjects().boxes.table, name):
            yield key.resource, key.fields[0]


def _merged(one: list[Stored], other: Iterable[Stored]) -> list[Stored]:
    """Both without repeating the rows of a record."""
    known = {row.key for row in one}
    return [*one, *(row for row in other if row.key not in known)]


def _steps(past: History, rows: dict[str, list[Stored]]) -> Iterator[LifeStep]:
    by_commit: dict[int, list[tuple[str, Pair]]] = defaultdict(list)
    for name, stored in rows.items():
        for _, group in groupby(stored, key=lambda row: (row.key, row.seq)):
            for pair in paired(list(group)):
                by_commit[pair[0].seq].append((name, pair))
    for seq in sorted(by_commit):
        changes = by_commit[seq]
        row = changes[0][1][0]
        revision = row.revision
        origin = past.origin(RecordVersion(revision, row.path, {}), row.path)
        papers = tuple((name, shown_text(text)) for name, text in dict.fromkeys((*origin.trailers, *revision.trailers)))
        merger = shown_text(revision.author) if revision.merge else ""
        told = tuple(_told(past, name, *pair) for name, pair in changes)
        yield LifeStep(revision, shown_text(origin.author), merger, shown_text(origin.subject), papers, told)


def _told(past: History, name: str, row: Stored, old: Stored | None, new: Stored | None) -> ToldChange:
    resource = past.resource(name)
    kind = ChangeKind.CHANGED if old and new else ChangeKind.ADDED if new else ChangeKind.REMOVED
    late = days_late(resource, new, row.revision) if old is None and new and row.seq != past.first(name) else ""
    day = business_dates().get(name, "")
    happened = shown_cell(resource.schema.field(day), row.cells[day]) if row.cells.get(day) else ""
    cells = tuple(_cells(resource, old, new))
    if old and new and old.path != new.path:
        cells = (("所在文件", shown_path(old.path), shown_path(new.path), ""), *cells)
    return ToldChange(resource.title, "/".join(past.shown(name, row.key)), KINDS[kind], happened, late, cells)


def _cells(resource: Resource, old: Stored | None, new: Stored | None) -> Iterator[tuple[str, str, str, str]]:
    for field in resource.schema.fields:
        before, after = (row.cells.get(field.name, "") if row else "" for row in (old, new))
        if before != after and (field.name not in resource.schema.primary_key or (old and new)):
            was, now = (cell(field, text) if text else "" for text in (before, after))
            yield field.title, was, now, field.unit
