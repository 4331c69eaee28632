"""The questions an auditor asks first, each one table: of what happened, and of how the records stand at the end."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from itertools import groupby
from typing import Any

from gongshi.changes.audit import Approvals, AuditTable, Cell, as_value, days_late
from gongshi.changes.commits import commit_at
from gongshi.changes.dates import business_dates
from gongshi.changes.past import History, Stored, rows_in
from gongshi.changes.phrases import LARGEST, TOO_LARGE
from gongshi.changes.rereading import Turn, turns
from gongshi.changes.values import RecordVersion, Revision
from gongshi.checks.showing import shown_cell, shown_text
from gongshi.package import FieldPlace, pack, query
from gongshi.package.subjects import subjects
from gongshi.repository import RevisionTree

Rows = Iterator[tuple[Cell, ...]]
_WHO = ("提交", "时间", "作者", "自称审批", "文号", "依据")
OVER = 10_000  # yuan
_COMMIT = re.compile("[0-9a-f]{40}")


class AnsweredBy(StrEnum):
    """What answers a question that no query answers."""

    TURNED = "turned"
    ALTERED = "altered"
    DELETED = "deleted"
    REPLANNED = "replanned"
    RETURNED = "returned"
    BELATED = "belated"
    SELF_APPROVED = "self-approved"


@dataclass(frozen=True, slots=True)
class AuditQuestion:
    """What a question is called, the columns of its table, and what answers it."""

    title: str
    columns: tuple[str, ...]
    answered: AnsweredBy | None = None
    on_day: bool = False


@dataclass(frozen=True, slots=True)
class StatusFields:
    """What a household's status says, and what says why."""

    field: str
    left: str
    back: frozenset[str]
    left_in: str
    back_in: str
    said_by: tuple[str, ...]
    ground: str


@dataclass(frozen=True, slots=True)
class PaidFields:
    """What was paid."""

    table: str
    sum: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuditPack:
    """See the comments in the file."""

    questions: Mapping[str, AuditQuestion]
    status: StatusFields
    paid: PaidFields
    listed: str
    planned: tuple[FieldPlace, ...]


def audit_pack() -> AuditPack:
    """What an auditor asks; read once."""
    return pack("questions", AuditPack)


@dataclass(frozen=True, slots=True)
class AuditScope:
    """What the questions are asked of: the commits after ``start``, signatures, an amount and a day."""

    past: History
    start: int
    approvals: Approvals
    over: int
    day: date

    def state(self, resource: str, names: Sequence[str], commit: str = "") -> Iterator[tuple[str, ...]]:
        """Fields of all records at the end, or at a commit, codes as they may be shown; none where there is no such table."""
        described = self.past.descriptor.resources.get(resource)
        if described is None:
            return
        known = self.past.descriptor if commit in ("", self.past.tip) else None
        coded = {field.name: field for field in described.schema.fields if field.pattern or field.enum}
        for row in rows_in(RevisionTree(self.past.git, commit or self.past.tip), resource, known):
            cells = ((coded.get(name), row.get(name, "")) for name in names)
            yield tuple(shown_cell(field, text) if field and text else text for field, text in cells)

    def changed(self, resource: str) -> Iterator[tuple[Stored | None, Stored | None]]:
        """Records that changed after ``start``, as they were and are; one that only moved is none."""
        if resource not in self.past.descriptor.resources:
            return
        for _, group in groupby(self.past.stored(resource, after=self.start), key=lambda row: (row.key, row.seq)):
            rows = list(group)
            gone, come = ([row for row in rows if (row.sign > 0) is new] for new in (False, True))
            if [r.cells for r in gone] != [r.cells for r in come]:
                yield gone[-1] if gone else None, come[-1] if come else None

    def who(self, row: Stored) -> tuple[Cell, ...]:
        """Who did it, when and on what ground."""
        origin = self.past.origin(RecordVersion(row.revision, row.path, {}), row.path)
        papers = (origin.trailer(name) or row.revision.trailer(name) for name in ("Approved-by", "Doc-No", "依据"))
        said = map(shown_text, (origin.author, *papers))
        return row.revision.commit, row.revision.when, *said

    def key(self, resource: str, row: Stored) -> str:
        return "/".join(self.past.shown(resource, row.key))

    def cell(self, resource: str, name: str, text: str) -> Cell:
        return as_value(self.past.resource(resource).schema.field(name), text) if text else ""


def _status(asked: AuditScope) -> Rows:
    cases: dict[int, Mapping[str, str]] = {}
    for row, key, before, after in _turns(asked):
        if row.seq > asked.start and before is not None and after is not None:
            if row.seq not in cases:
                cases[row.seq] = _cases(asked, row.seq)
            yield _number_of(asked, key), before, after, *asked.who(row), cases[row.seq].get(key[0], "")


def _turns(asked: AuditScope) -> Iterator[Turn]:
    """How the status of each household changed, as it is read."""
    table, field = subjects().household.table, audit_pack().status.field
    described = asked.past.descriptor.resources.get(table)
    if described and field in described.schema.names:
        yield from turns(asked.past, table, field)


def _number_of(asked: AuditScope, key: tuple[str, ...]) -> str:
    return "/".join(asked.past.shown(subjects().household.table, key))


def _cases(asked: AuditScope, seq: int) -> Mapping[str, str]:
    """Household → the case of the first status event or membership that a commit entered for it."""
    found: dict[str, str] = {}
    status, household = audit_pack().status, subjects().household.key
    for name in status.said_by:
        rows = list(asked.past.of(seq, name)) if name in asked.past.descriptor.resources else []
        known = {row.key for row in rows if row.sign < 0}
        for row in rows:
            if row.sign > 0 and row.key not in known and row.cells.get(status.ground):
                found.setdefault(row.cells.get(household, ""), row.cells[status.ground])
    return found


def _payments(asked: AuditScope) -> Rows:
    paid = audit_pack().paid
    for old, new in asked.changed(paid.table):
        row = new or old
        if old is None or row is None:
            continue
        if max(_number(side.cells.get(paid.sum, "")) for side in (old, new) if side) < asked.over:
            continue
        for name in paid.fields:
            before, after = (side.cells.get(name, "") if side else "" for side in (old, new))
            if before != after:
                title = asked.past.resource(paid.table).schema.field(name).title
                values = (asked.cell(paid.table, name, text) for text in (before, after))
                yield asked.key(paid.table, row), title, *values, *asked.who(row)


def _deletions(asked: AuditScope) -> Rows:
    for name, resource in asked.past.descriptor.resources.items():
        for row in asked.past.alone(name, -1, asked.start):
            yield name, resource.title, asked.key(name, row), *asked.who(row)


def _budgets(asked: AuditScope) -> Rows:
    """Budgets that changed in a commit after the one that listed the project in a notice."""
    known, listed = audit_pack(), dict[str, tuple[int, str]]()
    if known.listed in asked.past.descriptor.resources:
        for row in asked.past.stored(known.listed):
            if row.sign > 0 and (row.key[-1] not in listed or row.seq < listed[row.key[-1]][0]):
                listed[row.key[-1]] = row.seq, row.key[0]
    for resource, name in known.planned:
        for old, new in asked.changed(resource):
            now = new or old
            if now is None or now.key[0] not in listed or now.seq <= listed[now.key[0]][0]:
                continue
            before, after = (side.cells.get(name, "") if side else "" for side in (old, new))
            if before != after:
                values = (asked.cell(resource, name, text) for text in (before, after))
                yield now.key[0], listed[now.key[0]][1], asked.key(resource, now), *values, *asked.who(now)


def _returned(asked: AuditScope) -> Rows:
    known, household = audit_pack().status, subjects().household
    exited: dict[tuple[str, ...], str] = {}
    told: set[tuple[str, ...]] = set()
    for row, key, _, status in _turns(asked):
        if status == known.left:
            exited.setdefault(key, row.revision.when[:10])
        elif status in known.back and key in exited and key not in told:
            told.add(key)
            yield _number_of(asked, key), exited[key], row.revision.when[:10], status, *asked.who(row)
    for cells in asked.state(household.table, (household.key, known.left_in, known.back_in, known.field)):
        if cells[2] and cells[:1] not in told:
            yield (*cells, *[""] * len(_WHO))


def _late(asked: AuditScope) -> Rows:
    for name in sorted(business_dates().keys() & asked.past.descriptor.resources.keys()):
        resource, first = asked.past.resource(name), asked.past.first(name)
        for row in asked.past.alone(name, 1, max(asked.start, first)):
            if days := days_late(resource, row, row.revision):
                yield "补录", name, asked.key(name, row), days, *asked.who(row)
    for revision in asked.past.revisions(asked.start):
        if revision.claimed:
            days = (date.fromisoformat(revision.when[:10]) - date.fromisoformat(revision.claimed[:10])).days
            who = (revision.commit, revision.when, shown_text(revision.author), *map(shown_text, _papers(revision)))
            yield f"提交日期自称 {revision.claimed[:10]}", "", "", days, *who


def _papers(revision: Revision) -> Iterator[str]:
    return (revision.trailer(name) for name in ("Approved-by", "Doc-No", "依据"))


def _own(asked: AuditScope) -> Rows:
    """Who approved the own change: the author is the merger, the signer, or whom the message names; or nobody signed."""
    for revision in asked.past.revisions(asked.start):
        signer, why = asked.approvals.get(revision.commit, ("", ""))
        authors = asked.past.authors(revision)
        named = [name for name in revision.trailer("Approved-by").split("、") if name]
        reasons = []
        if revision.merge and revision.author in authors:
            reasons.append("作者自己合并")
        if signer and signer in authors:
            reasons.append("作者自己签名")
        if authors & set(named):
            reasons.append("作者自称自己审批")
        if why:
            reasons.append(why)
        if reasons:
            who = (revision.commit, revision.when, shown_text("、".join(sorted(authors))), shown_text(revision.author))
            yield "；".join(reasons), *who, signer, shown_text(revision.trailer("Approved-by"))


class _Gathered:
    """An aggregate of SQL: ``made`` of the values in the order of their places."""

    def __init__(self, made: Callable[[list[str]], Cell]) -> None:
        self.made = made
        self.found: list[tuple[int, str]] = []

    def step(self, place: int, text: str) -> None:
        self.found.append((place, text))

    def finalize(self) -> Cell:
        return self.made([text for _, text in sorted(self.found)])


_AGGREGATES: Mapping[str, Callable[[list[str]], Cell]] = {
    "added": lambda texts: sum(map(_number, texts)),
    "words": lambda texts: "、".join(sorted({*texts})),
    "numbers": lambda texts: "、".join(texts[:20]),
}


def _queried(asked: AuditScope, name: str, on_day: bool) -> Rows:
    """What a query of the pack says of the records as they stand, in tables of text."""
    past, asks = asked.past, query(f"asked-{name}")
    commit = (on_day and commit_at(past.git, past.tip, asked.day)) or past.tip
    with closing(sqlite3.connect(":memory:")) as book:
        book.create_function("number", 1, _number)
        book.create_function("cents", 1, lambda amount: round(amount, 2))
        for called, made in _AGGREGATES.items():
            gathered: Any = partial(_Gathered, made)
            book.create_aggregate(called, 2, gathered)
        for table, names in asks.reads.items():
            book.execute(f'CREATE TABLE "{table}" ({", ".join(f"{one} TEXT" for one in names)})')
            holes = ", ".join("?" * len(names))
            book.executemany(f'INSERT INTO "{table}" VALUES ({holes})', asked.state(table, names, commit))
        for row in book.execute(asks.sql, {"day": asked.day.isoformat(), "commit": commit}):
            yield tuple(shown_text(cell) if isinstance(cell, str) and cell != commit else cell for cell in row)


def _number(text: str) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


_ANSWERS: Mapping[AnsweredBy, Callable[[AuditScope], Rows]] = {
    AnsweredBy.TURNED: _status,
    AnsweredBy.ALTERED: _payments,
    AnsweredBy.DELETED: _deletions,
    AnsweredBy.REPLANNED: _budgets,
    AnsweredBy.RETURNED: _returned,
    AnsweredBy.BELATED: _late,
    AnsweredBy.SELF_APPROVED: _own,
}


def _shown(cell: Cell) -> Cell:
    """A cell without what may be a person: in texts, and where an amount should be."""
    if isinstance(cell, str):
        return cell if _COMMIT.fullmatch(cell) else shown_text(cell)
    return TOO_LARGE if abs(cell) >= LARGEST else cell


def question_tables(
    past: History, base: str, approvals: Approvals, day: date, over: int = OVER, names: Iterable[str] = ()
) -> tuple[AuditTable, ...]:
    """A table for each question, all of them where none are named, by its place among them."""
    start = past.at(past.git.commit(base)) if base else 0
    asked = AuditScope(past, start, approvals, over, day)
    questions = audit_pack().questions
    tables = []
    for number, (name, one) in enumerate(questions.items(), 1):
        if name in (names or questions):
            rows = _ANSWERS[one.answered](asked) if one.answered else _queried(asked, name, one.on_day)
            shown = tuple(tuple(map(_shown, row)) for row in rows)
            columns = (column for told in one.columns for column in (_WHO if told == "{who}" else (told,)))
            tables.append(AuditTable(f"q{number:02}_{name}", f"{number:02} {one.title}", tuple(columns), shown))
    return tuple(tables)


def datasette(tables: Iterable[AuditTable], stem: str) -> Mapping[str, object]:
    """Metadata for Datasette: what each table is, and on its front page a link to each question."""
    told = {table.name: {"title": table.title, "description": "、".join(table.columns)} for table in tables}
    views = {
        table.name: {"title": table.title, "sql": f"select * from {table.name}"}
        for table in tables
        if table.name.startswith("q")
    }
    links = (f'<li><a href="{_in_address(stem)}/{name}">{view["title"]}</a></li>' for name, view in views.items())
    return {
        "title": "公示台账审计",
        "description_html": f"<ul>{''.join(links)}</ul>" if views else "",
        "databases": {stem: {"tables": told, "queries": {f"问{n[1:]}": v for n, v in views.items()}}},
    }


def _in_address(name: str) -> str:
    """A database's name in Datasette's addresses."""
    plain = (
        chr(byte) if (chr(byte).isalnum() and byte < 128) or byte in b"_-" else f"~{byte:02X}" for byte in name.encode()
    )
    return "".join(plain).replace("~20", "+")
