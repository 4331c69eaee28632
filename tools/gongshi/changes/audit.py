"""For the auditor: every change between two commits with who, when and on what ground; and draws nobody can steer."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from gongshi.changes.past import History, Stored, keys_in
from gongshi.changes.phrases import KINDS, plain_cell
from gongshi.changes.places import Places
from gongshi.changes.tables import Side, descriptor_of
from gongshi.changes.values import Kind, RecordVersion, Revision
from gongshi.checks.showing import shown_key, shown_path, shown_text, shows, told
from gongshi.model import SEVERITIES, Finding, GongshiError
from gongshi.package import Field
from gongshi.repository import RevisionTree


@dataclass(frozen=True, slots=True)
class AuditTable:
    """A table of text: name, title, column titles, rows; ``indexes`` are columns to look things up by.

    ``key`` is the column that names each row; ``refers`` (column, table) is one that names a row of another table.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
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


class ChangeRow(NamedTuple):
    """One field of one record that a commit changed."""

    commit: str
    when: str
    author: str
    reviewer: str
    doc_no: str
    resource: str
    record: str
    kind: str
    field: str
    before: str
    after: str
    unit: str
    path: str
    findings: str
    waivers: str
    origin: str


COMMITS = ("提交", "时间", "作者", "合并人", "说明", "文号", "审批", "依据", "原提交")
CHANGES = (
    *("提交", "时间", "作者", "审核", "文号", "表", "编号", "变化", "字段", "原值", "新值", "单位", "文件"),
    *("问题", "豁免", "原提交"),
)
FINDINGS = ("变化", "严重程度", "代码", "规则", "条款", "表", "编号", "字段", "文件", "行", "内容")
Notes = Mapping[tuple[str, str], Sequence[str]]  # (resource, record) → sentences


def audit_tables(
    past: History,
    base: str,
    new: Sequence[Finding] = (),
    resolved: Sequence[Finding] = (),
    waivers: Sequence[tuple[str, str, str]] = (),
) -> tuple[AuditTable, ...]:
    """Commits, changes and findings after the commit ``base``; ``waivers`` are (the rule's resource, record, text).

    GongshiError if ``base`` is not in the official history.
    """
    start = past.at(past.git.commit(base))
    noted = [(word, told(item)) for word, group in (("新问题", new), ("已解决", resolved)) for item in group]
    troubled = _noted(
        (item.resource, "/".join(item.key), f"{word}：{item.message} [{item.rule or item.code}]")
        for word, item in noted
    )
    changes, commits = _all_changes(
        past, start, troubled, _noted((*place, shown_text(words)) for *place, words in waivers)
    )
    changes.sort(key=lambda row: (row.when, row.commit, row.resource, row.record, row.kind, row.field, row))
    commits.sort(key=lambda row: (row.when, row.commit, row.origin))
    findings = tuple(_finding(word, item) for word, item in noted)
    return (
        AuditTable("commits", "提交", COMMITS, tuple(commits), ("提交",), "原提交"),
        AuditTable("changes", "变化", CHANGES, tuple(changes), ("提交", "编号"), refers=("原提交", "commits")),
        AuditTable("findings", "问题", FINDINGS, findings, ("编号",)),
    )


def _noted(told: Iterable[tuple[str, str, str]]) -> Notes:
    notes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for resource, record, words in told:
        notes[resource, record].append(words)
    return notes


def _all_changes(past: History, start: int, troubled: Notes, waived: Notes) -> tuple[list[ChangeRow], list[CommitRow]]:
    """Rows of the changes, and of the commits, quiet ones too; in no order."""
    changes: list[ChangeRow] = []
    commits: dict[tuple[str, str], CommitRow] = {}
    origins: dict[tuple[str, str], Revision] = {}
    records: dict[tuple[str, tuple[str, ...]], str] = {}
    for name in sorted(past.descriptor.resources):
        for revision, key, path, cells in _changes(past, name, start):
            if (revision.commit, path) not in origins:
                origins[revision.commit, path] = past.origin(RecordVersion(revision, path, {}), path)
            origin = origins[revision.commit, path]
            commits[revision.commit, origin.commit] = _commit(revision, origin)
            people = map(shown_text, (origin.author, _reviewer(revision, origin), _trailer("Doc-No", revision, origin)))
            if (name, key) not in records:
                records[name, key] = "/".join(past.shown(name, key))
            record = records[name, key]
            notes = ("；".join(notes.get((name, record), ())) for notes in (troubled, waived))
            head, tail = (
                (revision.commit, revision.when, *people, name, record),
                (shown_path(path), *notes, origin.commit),
            )
            changes.extend(ChangeRow(*head, *cell, *tail) for cell in cells)
    known = {commit for commit, _ in commits}
    quiet = [_commit(revision, revision) for revision in past.revisions(start) if revision.commit not in known]
    return changes, [*commits.values(), *quiet]


def _changes(
    past: History, resource: str, start: int
) -> Iterator[tuple[Revision, tuple[str, ...], str, list[tuple[str, ...]]]]:
    """(revision, key, path, [(kind, field, before, after, unit)…]) for each record that a commit changed."""
    groups: dict[tuple, tuple[list[Stored], list[Stored]]] = {}
    for row in past.stored(resource, after=start):
        groups.setdefault((row.seq, row.key), ([], []))[row.sign > 0].append(row)
    for gone, come in groups.values():
        both = [row for row in gone if any(row.cells == other.cells and row.path == other.path for other in come)]
        kept = [(row.cells, row.path) for row in both]
        gone = [row for row in gone if (row.cells, row.path) not in kept]
        come = [row for row in come if (row.cells, row.path) not in kept]
        for old, new in zip_longest(gone, come):
            row = new or old
            yield row.revision, row.key, row.path, list(_cells(past.resource(resource).schema.fields, old, new))


def _cells(fields: Sequence[Field], old: Stored | None, new: Stored | None) -> Iterator[tuple[str, ...]]:
    kind = Kind.CHANGED if old and new else Kind.ADDED if new else Kind.REMOVED
    if old and new and old.path != new.path:
        yield KINDS[Kind.MOVED], "", shown_path(old.path), shown_path(new.path), ""
    known = {field.name: field for field in fields}
    names = dict.fromkeys((*known, *(old.cells if old else ()), *(new.cells if new else ())))
    for name in names:
        before, after = (row.cells.get(name, "") if row else "" for row in (old, new))
        if before != after:
            field = known.get(name)
            shown = (plain_cell(field, text) if field else shown_text(text) for text in (before, after))
            yield KINDS[kind], field.title if field else name, *shown, field.unit if field else ""


def _reviewer(revision: Revision, origin: Revision) -> str:
    return _trailer("Approved-by", revision, origin) or (revision.author if revision.merge else "")


def _trailer(name: str, revision: Revision, origin: Revision) -> str:
    return origin.trailer(name) or revision.trailer(name)


def _commit(revision: Revision, origin: Revision) -> CommitRow:
    merger = revision.author if revision.merge else ""
    papers = (_trailer(name, revision, origin) for name in ("Doc-No", "Approved-by", "依据"))
    said = map(shown_text, (origin.author, merger, origin.subject, *papers))
    return CommitRow(revision.commit, revision.when, *said, origin.commit)


def _finding(word: str, item: Finding) -> tuple[str, ...]:
    place = (item.resource, "/".join(item.key), item.field, item.path, str(item.line))
    return (word, SEVERITIES[item.severity], item.code, item.rule, item.clause, *place, item.message)


def write_sqlite(place: Path, tables: Sequence[AuditTable]) -> None:
    """The tables as an SQLite file that Datasette opens as it is; ``place`` must not exist yet."""
    connection = sqlite3.connect(place)
    try:
        for table in tables:
            columns = [
                f"{_name(column)} TEXT NOT NULL{' PRIMARY KEY' if column == table.key else ''}"
                + (f" REFERENCES {_name(table.refers[1])} ({_name(column)})" if column == table.refers[0] else "")
                for column in table.columns
            ]
            connection.execute(f"CREATE TABLE {_name(table.name)} ({', '.join(columns)})")
            holes = ", ".join("?" * len(table.columns))
            connection.executemany(f"INSERT INTO {_name(table.name)} VALUES ({holes})", table.rows)
            for column in table.indexes:
                connection.execute(
                    f"CREATE INDEX {_name(f'{table.name}_{column}')} ON {_name(table.name)} ({_name(column)})"
                )
        connection.commit()
    finally:
        connection.close()


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

    side, lines = Side(tree, descriptor_of(tree)), Places()
    described = side.descriptor.resources[resource]
    drawn = sorted(keys, key=rank)[:count]
    return [
        key
        if shows(described, key)
        else (paths[key], *shown_key(described, key, lines.line(side, paths[key], resource, key)))
        for key in drawn
    ]
