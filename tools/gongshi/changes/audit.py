"""For the auditor: every change between two commits with who, when and on what ground; and draws nobody can steer."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby, zip_longest
from pathlib import Path
from typing import NamedTuple

from gongshi.changes.dates import LATE, business_dates
from gongshi.changes.lines import cells_of
from gongshi.changes.past import History, Stored, keys_in
from gongshi.changes.phrases import KINDS, plain_cell
from gongshi.changes.places import LinePlaces
from gongshi.changes.tables import Side, descriptor_of
from gongshi.changes.values import ChangeKind, RecordVersion, Revision
from gongshi.checks.showing import shown_key, shown_path, shown_text, shows, told
from gongshi.model import SEVERITIES, Finding, GongshiError
from gongshi.package import Field, Resource
from gongshi.repository import RevisionTree

Cell = str | int | float
Approvals = Mapping[str, tuple[str, str]]  # commit → (who signed it as a reviewer, "" or why nobody did)
FIRST = "首次录入"
MANY = 500
"""Records that come or go with one commit are told as wholes, those that change in one row beside their money."""


@dataclass(frozen=True, slots=True)
class AuditTable:
    """A table of text and numbers: name, title, column titles, rows; ``indexes`` are columns to look things up by.

    ``key`` is the column that names each row; ``refers`` (column, table) is one that names a row of another table.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: Iterable[tuple[Cell, ...]]
    indexes: tuple[str, ...] = ()
    key: str = ""
    refers: tuple[str, str] = ("", "")


class CommitRow(NamedTuple):
    """A commit of the official history; one that merged the work of several has a row for each."""

    commit: str
    when: str
    author: str
    merger: str
    subject: str
    doc_no: str
    approved_by: str
    basis: str
    origin: str


COMMITS = ("提交", "时间", "作者", "合并人", "说明", "文号", "自称审批", "依据", "原提交")
SIGNED = ("提交", "时间", "自称时间", "签名合并人", "签名情况")
CHANGES = (
    *("提交", "时间", "作者", "审核", "文号", "表", "编号", "变化", "字段", "原值", "新值", "单位", "文件"),
    *("问题", "豁免", "原提交", "补录天数"),
)
FINDINGS = ("变化", "严重程度", "代码", "规则", "条款", "表", "编号", "字段", "文件", "行", "内容")
Notes = Mapping[tuple[str, str], Sequence[str]]  # (resource, record) → sentences

Pair = tuple[Stored, Stored | None, Stored | None]  # the row, as it was before and is after


def audit_tables(
    past: History,
    base: str,
    new: Sequence[Finding] = (),
    resolved: Sequence[Finding] = (),
    waivers: Sequence[tuple[str, str, str]] = (),
) -> tuple[AuditTable, ...]:
    """Commits, changes and findings after the commit ``base``, all of them for ""; a record of a first import, or of many that come or go at once, is one row, and so is what is no money of many that change at once. ``waivers`` are (the rule's resource, record, text).

    The changes are read as they are asked for, while ``past`` is open. GongshiError if ``base`` is not in the official history.
    """
    start = past.at(past.git.commit(base)) if base else 0
    noted = [(word, told(item)) for word, group in (("新问题", new), ("已解决", resolved)) for item in group]
    troubled = _noted(
        (item.resource, "/".join(item.key), f"{word}：{item.message} [{item.rule or item.code}]")
        for word, item in noted
    )
    waived = _noted((resource, record, shown_text(words)) for resource, record, words in waivers)
    origins = _origins(past, start)
    changes = Rows(lambda: _all_changes(past, start, origins, troubled, waived))
    findings = tuple(_finding(word, item) for word, item in noted)
    return (
        AuditTable("commits", "提交", COMMITS, _commits(past, start, origins), ("提交",), "原提交"),
        AuditTable("changes", "变化", CHANGES, changes, ("提交", "编号"), refers=("原提交", "commits")),
        AuditTable("findings", "问题", FINDINGS, findings, ("编号",)),
    )


class Rows:
    """Rows that are made each time somebody goes through them: there may be millions."""

    def __init__(self, make: Callable[[], Iterator[tuple[Cell, ...]]]) -> None:
        self._make = make

    def __iter__(self) -> Iterator[tuple[Cell, ...]]:
        return self._make()


def signed_table(past: History, base: str, approvals: Approvals) -> AuditTable:
    """Of each commit of the official history who signed it as a reviewer, and its own date where that is not believed."""
    start = past.at(past.git.commit(base)) if base else 0
    rows = ((one.commit, one.when, one.claimed, *approvals.get(one.commit, ("", ""))) for one in past.revisions(start))
    return AuditTable("merges", "合并与签名", SIGNED, tuple(rows), key="提交")


def _noted(told: Iterable[tuple[str, str, str]]) -> Notes:
    notes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for resource, record, words in told:
        notes[resource, record].append(words)
    return notes


Origins = Mapping[tuple[str, str], Revision]  # (commit of the official history, file) → who really made it


def _origins(past: History, start: int) -> Origins:
    _ = past.branches  # for all merges at once, not one by one
    return {
        (revision.commit, path): past.origin(RecordVersion(revision, path, {}), path)
        for revision, path in past.places(start)
    }


def _commits(past: History, start: int, origins: Origins) -> tuple[CommitRow, ...]:
    """A row for each commit and who made it, quiet commits too."""
    made: dict[str, dict[str, Revision]] = defaultdict(dict)
    for (commit, _), origin in origins.items():
        made[commit][origin.commit] = origin
    rows = []
    for revision in past.revisions(start):
        rows += [_commit(revision, made[revision.commit][name]) for name in sorted(made[revision.commit])]
        rows += [] if made.get(revision.commit) else [_commit(revision, revision)]
    return tuple(rows)


def _all_changes(
    past: History, start: int, origins: Origins, troubled: Notes, waived: Notes
) -> Iterator[tuple[Cell, ...]]:
    """Rows of the changes, by commit, table and record."""
    heads: dict[tuple[str, str], tuple[tuple[Cell, ...], tuple[Cell, ...]]] = {}
    firsts, noted = dict[str, int](), (troubled, waived)
    masses: dict[str, list[frozenset[int]]] = {}
    for name, rows in past.changed(start):
        if name not in firsts:
            firsts[name], masses[name] = past.first(name), [past.masses(name, sign, MANY) for sign in (-1, 1)]
        first, resource = firsts[name], past.resource(name)
        for row, old, new in _paired(rows):
            place = row.revision.commit, row.path
            if place not in heads:
                heads[place] = _frame(row, origins[place])
            head, tail = heads[place]
            record = "/".join(past.shown(name, row.key))
            notes = ["；".join(notes[name, record]) if (name, record) in notes else "" for notes in noted]
            late = days_late(resource, new, row.revision) if old is None and new and row.seq != first else ""
            mass = [row.seq in places for places in masses[name]]
            if not (old and new) and (row.seq == first or mass[new is not None]):
                kind = FIRST if row.seq == first and new else KINDS[ChangeKind.ADDED if new else ChangeKind.REMOVED]
                cells = [_whole(kind, row, new is None)]
            else:
                cells = sorted(_cells(resource.schema.fields, old, new), key=lambda cell: cell[:2])
                cells = _together(cells) if old and new and all(mass) else cells
            for cell in cells:
                yield (*head, name, record, *cell, tail[0], *notes, tail[1], late)


def _frame(row: Stored, origin: Revision) -> tuple[tuple[Cell, ...], tuple[Cell, ...]]:
    """What rows of one file and commit begin and end with."""
    revision = row.revision
    people = map(shown_text, (origin.author, _reviewer(revision, origin), _trailer("Doc-No", revision, origin)))
    return (revision.commit, revision.when, *people), (shown_path(row.path), origin.commit)


def days_late(resource: Resource, row: Stored, revision: Revision) -> Cell:
    """How many days after its own day a record was entered, "" where it is not long or it has no day."""
    text = row.cells.get(business_dates().get(resource.name, ""), "")
    try:
        days = (date.fromisoformat(revision.when[:10]) - date.fromisoformat(text)).days
    except ValueError:
        return ""
    return days if days > LATE else ""


def _whole(kind: str, row: Stored, gone: bool) -> tuple[Cell, ...]:
    filled = f"{len([*filter(None, cells_of(row.line, len(row.names)))])} 项"
    return kind, "", filled if gone else "", "" if gone else filled, ""


def _together(cells: list[tuple[Cell, ...]]) -> list[tuple[Cell, ...]]:
    """The changed cells of one record among many: money each by itself, the others in one row, with all their values."""
    apart = [cell for cell in cells if cell[0] != KINDS[ChangeKind.CHANGED] or str(cell[4]).startswith("元")]
    others = [cell for cell in cells if cell not in apart] if len(apart) < len(cells) - 1 else []
    if not others:
        return cells
    fields, before, after = ("；".join(str(cell[place]) for cell in others) for place in (1, 2, 3))
    return [*apart, (KINDS[ChangeKind.CHANGED], fields, before, after, "")]


def _paired(rows: Iterable[Stored]) -> Iterator[Pair]:
    """(the row, before, after) for each record among the rows of one commit, which come record by record."""
    for _, group in groupby(rows, key=lambda row: row.key):
        yield from paired(group)


def paired(rows: Iterable[Stored]) -> Iterator[Pair]:
    """The rows of one record that went and came with one commit; those that only stayed are none."""
    rows = list(rows)
    if len(rows) == 1:
        yield (rows[0], None, rows[0]) if rows[0].sign > 0 else (rows[0], rows[0], None)
        return
    sides: tuple[list[Stored], list[Stored]] = [], []
    for row in rows:
        sides[row.sign > 0].append(row)
    gone, come = sides
    if gone and come:
        kept = [(r.cells, r.path) for r in gone if any(r.cells == o.cells and r.path == o.path for o in come)]
        gone = [row for row in gone if (row.cells, row.path) not in kept]
        come = [row for row in come if (row.cells, row.path) not in kept]
    for old, new in zip_longest(gone, come):
        yield new or old, old, new


def _cells(fields: Sequence[Field], old: Stored | None, new: Stored | None) -> Iterator[tuple[Cell, ...]]:
    kind = ChangeKind.CHANGED if old and new else ChangeKind.ADDED if new else ChangeKind.REMOVED
    if old and new and old.path != new.path:
        yield KINDS[ChangeKind.MOVED], "", shown_path(old.path), shown_path(new.path), ""
    known = {field.name: field for field in fields}
    names = dict.fromkeys((*known, *(old.cells if old else ()), *(new.cells if new else ())))
    for name in names:
        before, after = (row.cells.get(name, "") if row else "" for row in (old, new))
        if before != after:
            field = known.get(name)
            shown = (as_value(field, text) if field else shown_text(text) for text in (before, after))
            yield KINDS[kind], field.title if field else name, *shown, field.unit if field else ""


@lru_cache(maxsize=1 << 16)
def as_value(field: Field, text: str) -> Cell:
    """A cell as it may be shown: a number as a number, where one of Python's is exact enough to be written back."""
    shown = plain_cell(field, text)
    if field.type not in ("integer", "number") or not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,4})?", shown):
        return shown
    return float(shown) if "." in shown else int(shown)


def _reviewer(revision: Revision, origin: Revision) -> str:
    return _trailer("Approved-by", revision, origin) or (revision.author if revision.merge else "")


def _trailer(name: str, revision: Revision, origin: Revision) -> str:
    return origin.trailer(name) or revision.trailer(name)


def _commit(revision: Revision, origin: Revision) -> CommitRow:
    merger = revision.author if revision.merge else ""
    papers = (_trailer(name, revision, origin) for name in ("Doc-No", "Approved-by", "依据"))
    said = [shown_text(text) for text in (origin.author, merger, origin.subject, *papers)]
    return CommitRow._make((revision.commit, revision.when, *said, origin.commit))


def _finding(word: str, item: Finding) -> tuple[str, ...]:
    place = (item.resource, "/".join(item.key), item.field, item.path, str(item.line))
    return (word, SEVERITIES[item.severity], item.code, item.rule, item.clause, *place, item.message)


NUMBERS = frozenset(("原值", "新值", "补录天数", "金额", "原金额", "新金额", "笔数", "天数"))
"""Columns that have no type, so that a number stays one."""


def write_sqlite(place: Path, tables: Sequence[AuditTable]) -> list[int]:
    """The tables as an SQLite file that Datasette opens as it is, and how many rows each has; ``place`` must not exist yet."""
    connection = sqlite3.connect(place)
    counts = []
    try:
        for setting in ("journal_mode = OFF", "synchronous = OFF"):  # what is left half-way is thrown away
            connection.execute(f"PRAGMA {setting}")
        for table in tables:
            columns = [
                f"{_name(column)}{'' if column in NUMBERS else ' TEXT'} NOT NULL{' PRIMARY KEY' if column == table.key else ''}"
                + (f" REFERENCES {_name(table.refers[1])} ({_name(column)})" if column == table.refers[0] else "")
                for column in table.columns
            ]
            connection.execute(f"CREATE TABLE {_name(table.name)} ({', '.join(columns)})")
            holes = ", ".join("?" * len(table.columns))
            done = connection.executemany(f"INSERT INTO {_name(table.name)} VALUES ({holes})", table.rows)
            counts.append(max(done.rowcount, 0))
            if table.name.startswith("q"):
                number, _, words = table.title.partition(" ")
                view = _name(f"问{number}_{words}")
                connection.execute(f"CREATE VIEW {view} AS SELECT * FROM {_name(table.name)}")
            for column in table.indexes:
                connection.execute(
                    f"CREATE INDEX {_name(f'{table.name}_{column}')} ON {_name(table.name)} ({_name(column)})"
                )
        connection.commit()
    finally:
        connection.close()
    return counts


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def sample(tree: RevisionTree, resource: str, count: int) -> list[tuple[str, ...]]:
    """``count`` keys of a resource, drawn by the digest of commit and key: whoever has the commit gets the same draw.

    Keys are ranked by SHA-256 of ``commit NUL resource NUL key``, the smallest first; a key drawn for a small sample is
    in every larger one. GongshiError if there are fewer records than asked for.
    """
    paths = keys_in(tree, resource)
    keys = sorted(paths)
    if count > len(keys):
        raise GongshiError(f"“{resource}”只有 {len(keys)} 条记录，抽不出 {count} 条")

    def rank(key: tuple[str, ...]) -> bytes:
        return hashlib.sha256("\0".join((tree.commit, resource, *key)).encode()).digest()

    side, lines = Side(tree, descriptor_of(tree)), LinePlaces()
    described = side.descriptor.resources[resource]
    drawn = sorted(keys, key=rank)[:count]
    return [
        key
        if shows(described, key)
        else (paths[key], *shown_key(described, key, lines.line(side, paths[key], resource, key)))
        for key in drawn
    ]
