"""What a record was at any time, and who made it so: questions to the index of the history."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

from gongshi.changes.branches import Branches
from gongshi.changes.commits import logged
from gongshi.changes.index import SEPARATOR, opened, revision_of, split_or_merged
from gongshi.changes.lines import cells_of
from gongshi.changes.lives import lives
from gongshi.changes.places import LinePlaces
from gongshi.changes.tables import ABSENT, Deltas, Side, TableDelta, descriptor_of, table_deltas
from gongshi.changes.totals import totals
from gongshi.changes.values import FieldVersion, RecordVersion, Revision, Total
from gongshi.checks.showing import shower, shown_key
from gongshi.model import GongshiError
from gongshi.package import Descriptor, Resource, document_of
from gongshi.package.subjects import subjects
from gongshi.repository import Git, MemoryTree, RevisionTree, Tree

_BY_RECORD = "r.key, r.seq, r.sign, r.rowid"
_PARTS = 100  # numbers that are looked for at once
_ROWS = "SELECT r.seq, r.key, r.sign, r.path, r.names, r.line FROM row r WHERE r.resource = (SELECT id FROM text WHERE value = ?)"


@dataclass(eq=False)  # there are as many as there are rows: neither frozen nor compared
class Stored:
    """One row that came or went, as the index holds it; its cells are taken apart when they are asked for."""

    seq: int
    revision: Revision
    key: tuple[str, ...]
    sign: int
    path: str
    names: Sequence[str]
    line: str

    @cached_property
    def cells(self) -> Mapping[str, str]:
        """The filled cells by today's names."""
        cells = zip(self.names, cells_of(self.line, len(self.names)), strict=True)
        return {name: cell for name, cell in cells if cell}


class History:
    """The official history up to one commit; made by ``history``."""

    def __init__(self, git: Git, tip: str, connection: sqlite3.Connection) -> None:
        self.git = git
        self.tip = tip
        self.descriptor = descriptor_of(RevisionTree(git, tip))
        self._connection = connection
        self._lines = LinePlaces()
        self._sides: dict[str, Side] = {}
        self._showers: dict[str, Callable[[tuple[str, ...]], bool]] = {}

    def resource(self, name: str) -> Resource:
        """GongshiError if there is no such resource."""
        if name not in self.descriptor.resources:
            names = "、".join(sorted(self.descriptor.resources))
            raise GongshiError(f"没有“{name[:40]}”这张表，可用的有：{names}")
        return self.descriptor.resources[name]

    def keys(self, resource: str, text: str) -> list[tuple[str, ...]]:
        """Keys that ever were and equal, or begin with, ``text`` (parts joined by ``/``); GongshiError if none."""
        parts = tuple(text.split("/", len(self.resource(resource).schema.primary_key) - 1))
        begin = SEPARATOR.join(parts)
        found = self._connection.execute(
            "SELECT DISTINCT r.key FROM row r JOIN text t ON t.id = r.resource WHERE t.value = ? "
            "AND (r.key = ? OR (r.key >= ? AND r.key < ?)) ORDER BY r.key",
            [resource, begin, begin + SEPARATOR, begin + "\x20"],
        ).fetchall()
        if not found:
            raise GongshiError(f"“{resource}”的历史里没有编号是“{text[:80]}”的记录，请核对编号")
        return [tuple(key.split(SEPARATOR)) for (key,) in found]

    def stored(
        self, resource: str, key: tuple[str, ...] | None = None, after: int = 0, until: int = 1 << 60
    ) -> Iterator[Stored]:
        """Rows that came and went, oldest commit first, gone rows of a commit first; cells by today's names."""
        condition = " AND r.seq > ? AND r.seq <= ?"
        values: list[str | int] = [resource, after, until]
        if key is not None:
            condition, values = f"{condition} AND r.key = ?", [*values, SEPARATOR.join(key)]
        return self._read(resource, condition, values)

    def in_time(self, resource: str) -> Iterator[tuple[str, Stored]]:
        """(resource, row) of all that came and went, commit by commit, gone rows of a commit first."""
        return ((resource, row) for row in self._read(resource, "", [resource], "r.seq, r.sign, r.rowid"))

    def _read(
        self, resource: str, condition: str, values: list[str | int], order: str = _BY_RECORD
    ) -> Iterator[Stored]:
        schema = self.resource(resource).schema
        names: dict[int, list[str]] = {}
        paths: dict[int, str] = {}
        revisions: dict[int, Revision] = {}
        found = self._connection.execute(f"{_ROWS}{condition} ORDER BY {order}", values)
        for seq, text, sign, path, named, line in found:
            if named not in names:
                names[named] = schema.today(json.loads(self._text(named)))
            if path not in paths:
                paths[path] = self._text(path)
            if seq not in revisions:
                about = self._connection.execute("SELECT id, about FROM revision WHERE seq = ?", [seq])
                revisions[seq] = revision_of(*about.fetchone())
            yield Stored(seq, revisions[seq], tuple(text.split(SEPARATOR)), sign, paths[path], names[named], line)

    def _text(self, number: int) -> str:
        (text,) = self._connection.execute("SELECT value FROM text WHERE id = ?", [number]).fetchone()
        return str(text)

    def changed(self, after: int) -> Iterator[tuple[str, Iterator[Stored]]]:
        """(resource, its rows as ``stored`` gives them) of each commit after a place that changed it, by commit and resource."""
        found = self._connection.execute(
            "SELECT DISTINCT r.seq, t.value FROM row r JOIN text t ON t.id = r.resource WHERE r.seq > ? ORDER BY 1, 2",
            [after],
        )
        for seq, name in found.fetchall():
            if name in self.descriptor.resources:
                yield name, self.of(seq, name)

    def of(self, seq: int, resource: str) -> Iterator[Stored]:
        """The rows of a resource that came and went with one commit, record by record."""
        return self._read(resource, " AND r.seq = ?", [resource, seq], "r.key, r.sign, r.rowid")

    def places(self, after: int) -> Iterator[tuple[Revision, str]]:
        """(commit, file) of all that commits after a place changed in the records."""
        found = self._connection.execute(
            "SELECT v.id, v.about, p.value FROM (SELECT DISTINCT seq, path FROM row WHERE seq > ?) r "
            "JOIN revision v USING (seq) JOIN text p ON p.id = r.path ORDER BY r.seq, p.value",
            [after],
        )
        return ((revision_of(commit, about), path) for commit, about, path in found)

    def first(self, resource: str) -> int:
        """The place of the commit with which a resource got its first records, 0 without any."""
        found = self._connection.execute(
            "SELECT min(r.seq) FROM row r JOIN text t ON t.id = r.resource WHERE t.value = ?", [resource]
        ).fetchone()
        return found[0] or 0

    def naming(self, resource: str, field: str, numbers: Set[str]) -> list[Stored]:
        """All rows of the records that named one of ``numbers`` in a field at any time, in the order of ``stored``."""
        holes = " OR ".join(["instr(r.line, ?) > 0"] * min(len(numbers), _PARTS))
        found: set[tuple[str, ...]] = set()
        for at in range(0, len(numbers), _PARTS):
            part = sorted(numbers)[at : at + _PARTS]
            given = [*part, *[part[-1]] * (min(len(numbers), _PARTS) - len(part))]  # as many as there are holes
            rows = self._read(resource, f" AND ({holes})", [resource, *given])
            found.update(row.key for row in rows if row.cells.get(field) in numbers)
        return [row for key in sorted(found) for row in self.stored(resource, key)]

    def entries(self, resource: str) -> dict[tuple[str, ...], Revision]:
        """The commit with which each record came that was not of the resource's first import."""
        found = self._connection.execute(
            "SELECT r.key, v.id, v.about FROM (SELECT o.key AS key, min(o.seq) AS seq FROM row o JOIN text t ON t.id = o.resource "
            "WHERE t.value = ? AND o.sign = 1 GROUP BY o.key) r JOIN revision v USING (seq) WHERE r.seq > ?",
            [resource, self.first(resource)],
        )
        return {tuple(key.split(SEPARATOR)): revision_of(commit, about) for key, commit, about in found}

    def masses(self, resource: str, sign: int, least: int) -> frozenset[int]:
        """The places of the commits by which at least so many rows came (``sign`` 1) or went (-1)."""
        found = self._connection.execute(
            "SELECT r.seq FROM row r JOIN text t ON t.id = r.resource WHERE t.value = ? AND r.sign = ? "
            "GROUP BY r.seq HAVING count(*) >= ?",
            [resource, sign, least],
        )
        return frozenset(seq for (seq,) in found)

    def alone(self, resource: str, sign: int, after: int = 0) -> Iterator[Stored]:
        """Rows whose record only came (``sign`` 1), or only went (-1), with a commit."""
        other = "SELECT 1 FROM row o WHERE o.resource = r.resource AND o.key = r.key AND o.seq = r.seq AND o.sign = ?"
        condition = f" AND r.seq > ? AND r.sign = ? AND NOT EXISTS ({other})"
        return self._read(resource, condition, [resource, after, sign, -sign])

    def links(self, resource: str, key: tuple[str, ...]) -> list[Mapping[str, str]]:
        """The standing events by which a household was split from, or merged with, another: their cells, oldest first."""
        home, link = subjects().household, lives().links
        events = self.descriptor.resources.get(link.table)
        if resource != home.table or events is None or link.other not in events.schema.names:
            return []
        found = self._read(link.table, f" AND {split_or_merged()}", [link.table])
        there: dict[tuple[str, ...], dict[tuple[object, ...], Mapping[str, str]]] = {}
        for row in found:
            state = there.setdefault(row.key, {})
            mark = (row.path, *sorted(row.cells.items()))
            if row.sign > 0:
                state[mark] = row.cells
            else:
                state.pop(mark, None)
        cells = (cells for state in there.values() for cells in state.values() if cells.get(link.other))
        mine = (each for each in cells if key[0] in (each.get(home.key), each[link.other]))
        return sorted(mine, key=lambda each: (each.get(link.day, ""), each.get(home.key, "")))

    def versions(self, resource: str, key: tuple[str, ...], until: int = 1 << 60) -> list[RecordVersion]:
        """Every state of one record. Where rows share the key, the state is the last that came and is still there."""
        present: list[tuple[str, Mapping[str, str]]] = []
        versions: list[RecordVersion] = []
        for _, rows in groupby(self.stored(resource, key, until=until), lambda row: row.seq):
            for row in rows:
                place = (row.path, row.cells)
                if row.sign > 0:
                    present.append(place)
                elif place in present:
                    present.remove(place)
            path, cells = present[-1] if present else ("", {})
            if not versions or (versions[-1].path, versions[-1].cells) != (path, cells):
                versions.append(RecordVersion(row.revision, path, cells))
        return versions

    def shown(self, resource: str, key: tuple[str, ...]) -> tuple[str, ...]:
        """A record's key, or the line it last stood on where the key may be a person's data."""
        described = self.resource(resource)
        if resource not in self._showers:
            self._showers[resource] = shower(described)
        if self._showers[resource](key):
            return key
        last = [version for version in self.versions(resource, key) if version.path][-1]
        commit = last.revision.commit
        if commit not in self._sides:
            tree = RevisionTree(self.git, commit)
            self._sides[commit] = Side(tree, descriptor_of(tree))
        return shown_key(described, key, self._lines.line(self._sides[commit], last.path, resource, key))

    def at(self, revision: str) -> int:
        """The place of a commit in the official history; GongshiError if it is not in it."""
        found = self._connection.execute("SELECT seq FROM revision WHERE id = ?", [revision]).fetchone()
        if not found:
            raise GongshiError("这个版本不在当前分支的正式历史（第一父提交）里，请换一个版本或日期")
        return int(found[0])

    def revisions(self, after: int = 0) -> list[Revision]:
        """The commits after a place."""
        found = self._connection.execute("SELECT id, about FROM revision WHERE seq > ? ORDER BY seq", [after])
        return [revision_of(*row) for row in found]

    @cached_property
    def branches(self) -> Branches:
        """What each merge brought, read at once; for who asks of all of them."""
        return Branches(self.git, self.tip)

    def authors(self, revision: Revision) -> set[str]:
        """Who made what a commit brought."""
        return self.branches.authors(revision.commit) if revision.merge else {revision.author}

    def origin(self, version: RecordVersion, path: str) -> Revision:
        """Who really made a version that came by a merge: the last commit of the merged branch that touched the file."""
        revision = version.revision
        if not revision.merge:
            return revision
        if "branches" in vars(self) and (known := self.branches.origin(revision.commit, version.path or path)):
            return known
        merged = f"{revision.parents[0]}..{revision.commit}"
        try:
            found = logged(self.git, "-1", "--no-merges", "--end-of-options", merged, "--", version.path or path)
        except GongshiError:
            return revision
        return found[0] if found else revision


@contextmanager
def history(git: Git, revision: str = "HEAD") -> Iterator[History]:
    """The history up to ``revision``, from the index, which is brought up to date first."""
    tip = git.commit(revision)
    with opened(git, tip) as connection:
        yield History(git, tip, connection)


def field_versions(versions: list[RecordVersion], field: str) -> list[FieldVersion]:
    """Every value one field had, oldest first; the last one is the current."""
    found: list[FieldVersion] = []
    for version in versions:
        value = version.cells.get(field, "") if version.path else None
        if found and found[-1].value == value:
            continue
        if found:
            found[-1] = replace(found[-1], until=version.revision)
        found.append(FieldVersion(field, value, version.revision, None))
    return found


def record_in(tree: Tree, resource: str, text: str) -> list[tuple[str, Mapping[str, str]]]:
    """(path, filled cells) of the records of a Tree whose key equals, or begins with, ``text``."""
    descriptor, table = _read(tree, resource)
    if table is None:
        return []
    names = [field.name for field in table.fields]
    schema = descriptor.resources[resource].schema
    parts = text.split("/", len(schema.primary_key) - 1)
    places = [names.index(name) for name in schema.primary_key][: len(parts)]
    rows = ((path, row) for path, row in table.come if [row[place] for place in places] == parts)
    return [(path, {name: cell for name, cell in zip(names, row, strict=True) if cell}) for path, row in rows]


def keys_in(tree: Tree, resource: str) -> dict[tuple[str, ...], str]:
    """The keys of all records of a resource in a Tree, and the file of each."""
    descriptor, table = _read(tree, resource)
    if table is None:
        return {}
    names = [field.name for field in table.fields]
    places = [names.index(name) for name in descriptor.resources[resource].schema.primary_key]
    return {tuple(row[place] for place in places): path for path, row in table.come}


def rows_in(tree: Tree, resource: str, descriptor: Descriptor | None = None) -> Iterator[Mapping[str, str]]:
    """The filled cells of every record of a resource in a Tree, whose ``descriptor`` may be known already."""
    _, table = _read(tree, resource, descriptor)
    if table is not None:
        names = [field.name for field in table.fields]
        for _, row in table.come:
            yield {name: cell for name, cell in zip(names, row, strict=True) if cell}


def totals_in(tree: Tree, resource: str) -> list[Total]:
    """The totals of one resource in a Tree, as if all of it were new."""
    deltas = Deltas(Side(tree, ABSENT), Side(tree, descriptor_of(tree)))
    _, table = _read(tree, resource)
    if table is not None:
        deltas[resource] = table
    return list(totals(deltas))


def _read(tree: Tree, resource: str, descriptor: Descriptor | None = None) -> tuple[Descriptor, TableDelta | None]:
    descriptor = descriptor or descriptor_of(tree)
    if resource not in descriptor.resources:
        raise GongshiError(f"“{tree.label}”里没有“{resource[:40]}”这张表，请核对表名")
    after = Side(tree, descriptor)
    paths = [path for path, name in after.owners.items() if name == resource]
    if not descriptor.resources[resource].is_csv:
        paths = [path for path in tree.paths("records/") if _holds(descriptor, path, resource)]
    if isinstance(tree, RevisionTree):
        tree.prefetch(path for path in paths if tree.exists(path))
    return descriptor, table_deltas(Side(MemoryTree({}), ABSENT), after, paths, []).get(resource)


def _holds(descriptor: Descriptor, path: str, resource: str) -> bool:
    document = document_of(descriptor, path)
    return document is not None and resource in (document.resource, *document.lists.values())
