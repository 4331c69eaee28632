"""The history of cells as they are read: what rows said in an empty cell, commit by commit (``reading.py`` for one Tree)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from itertools import groupby
from typing import NamedTuple

from gongshi.changes.past import History, Stored, rows_in
from gongshi.changes.values import RecordVersion
from gongshi.package import Field, derived_fields
from gongshi.package.deriving import Said, behind, paths
from gongshi.package.schema import Derive
from gongshi.repository import RevisionTree

Cells = Mapping[str, str]
Through = Mapping[str, Cells]


class Turn(NamedTuple):
    """A commit with which a cell of a record reads otherwise; None where the record is not there."""

    row: Stored
    key: tuple[str, ...]
    before: str | None
    after: str | None


def read_versions(past: History, resource: str, key: tuple[str, ...]) -> list[RecordVersion]:
    """Every state of one record, its empty cells filled; what other rows change in it is a state of its own."""
    versions = past.versions(resource, key)
    fields = _fields(past, resource)
    if not fields:
        return versions
    states = [(past.at(version.revision.commit), version) for version in versions]
    rows = {derive: _about(past, derive, [version.cells for version in versions]) for _, derive in fields}
    revisions = {row.seq: row.revision for found in rows.values() for row in found}
    through = {derive: _through(past, derive) for _, derive in fields}
    found: list[RecordVersion] = []
    for seq in sorted({*(seq for seq, _ in states), *revisions}):
        standing = [(since, version) for since, version in states if since <= seq]
        if not standing:
            continue
        since, last = standing[-1]
        cells = dict(last.cells)
        for field, derive in fields if last.path else ():
            if not cells.get(field.name):
                there = _present(row for row in rows[derive] if row.seq <= seq)
                said = Said(field, derive, there, through[derive]).of(last.cells)
                cells |= {field.name: said} if said else {}
        if not found or (found[-1].path, found[-1].cells) != (last.path, cells):
            found.append(RecordVersion(last.revision if since == seq else revisions[seq], last.path, cells))
    return found


def _fields(past: History, resource: str) -> list[tuple[Field, Derive]]:
    return [(field, derive) for one, field, derive in derived_fields(past.descriptor) if one.name == resource]


def _about(past: History, derive: Derive, cells: list[Cells]) -> list[Stored]:
    """All rows that a record's cell was ever read from."""
    theirs, own = derive.match[0]
    marks = {one[own] for one in cells if one.get(own)}
    return past.naming(derive.rows, theirs, marks) if marks else []


def _present(rows: Iterable[Stored]) -> list[Cells]:
    """What is there after rows came and went."""
    there: dict[tuple[object, ...], Cells] = {}
    for row in rows:
        mark = (row.key, row.path, row.line)
        if row.sign > 0:
            there[mark] = row.cells
        else:
            there.pop(mark, None)
    return list(there.values())


def _through(past: History, derive: Derive) -> Through:
    key = behind(past.descriptor, derive)
    if key is None:
        return {}
    tree = RevisionTree(past.git, past.tip)
    return {row.get(key.reference_fields[0], ""): row for row in rows_in(tree, key.reference, past.descriptor)}


def turns(past: History, resource: str, name: str) -> Iterator[Turn]:
    """Each change of one field of all records, oldest first, as the field is read."""
    said = next(((field, derive) for field, derive in _fields(past, resource) if field.name == name), None)
    streams = [past.in_time(resource), *([past.in_time(said[1].rows)] if said else [])]
    state = _State(name, said, _through(past, said[1]) if said else {})
    for _, rows in groupby(merge(*streams, key=lambda row: row[1].seq), key=lambda row: row[1].seq):
        touched: dict[tuple[str, ...], Stored] = {}
        for where, row in rows:
            for key in state.take(where == resource, row):
                touched[key] = row
        for key, row in touched.items():
            before, after = state.turned(key)
            if before != after:
                yield Turn(row, key, before, after)


class _State:
    """The records, and the rows that say what an empty cell of theirs is, as they stand after so many commits."""

    def __init__(self, name: str, said: tuple[Field, Derive] | None, through: Through) -> None:
        self.name, self.said, self.through = name, said, through
        self.pairs = said[1].match if said else ()
        self.records: dict[tuple[str, ...], dict[tuple[object, ...], Cells]] = {}
        self.marks: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
        self.rows: dict[tuple[str, ...], dict[tuple[object, ...], Cells]] = {}
        self.told: dict[tuple[str, ...], str | None] = {}

    def take(self, own: bool, row: Stored) -> Iterator[tuple[str, ...]]:
        """Put a row in or take it out; gives the keys of the records that it is about."""
        kept = {mine for _, mine in self.pairs} | {self.name} if own else self._read()
        cells = {name: text for name, text in row.cells.items() if name in kept}
        mark = tuple(cells.get(mine if own else theirs, "") for theirs, mine in self.pairs)
        place = self.records.setdefault(row.key, {}) if own else self.rows.setdefault(mark, {})
        at = (row.key, row.path, tuple(sorted(cells.items())))
        if row.sign > 0:
            place[at] = cells
        else:
            place.pop(at, None)
        if own:
            self.marks.setdefault(mark, set()).add(row.key)
            yield row.key
        else:
            yield from self.marks.get(mark, ())

    def _read(self) -> set[str]:
        """The fields of the other rows that decide."""
        if not self.said:
            return set()
        derive = self.said[1]
        names = {name for name, _ in (*derive.ended, *derive.match)}
        return names | {path.partition(".")[0] for path in paths(derive)} | {derive.latest}

    def turned(self, key: tuple[str, ...]) -> tuple[str | None, str | None]:
        """How the record's cell was read, and how it is now."""
        before, after = self.told.get(key), None
        states = list(self.records.get(key, {}).values())
        if states:
            after = states[-1].get(self.name, "")
            if not after and self.said:
                mark = tuple(states[-1].get(mine, "") for _, mine in self.pairs)
                after = Said(*self.said, self.rows.get(mark, {}).values(), self.through).of(states[-1])
        self.told[key] = after
        return before, after
