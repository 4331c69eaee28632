"""A Diff in pieces for a page, the weightiest first: each says what became of one record, or of many alike, cell by cell."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from gongshi.changes import phrases
from gongshi.changes.digest import rises
from gongshi.changes.folding import Fold, Shape, entries, rise_of
from gongshi.changes.telling import Teller
from gongshi.changes.text import clean
from gongshi.changes.values import Change, ChangeKind, Diff, FieldChange
from gongshi.changes.weighing import Weight, weight_of
from gongshi.checks.showing import told
from gongshi.model import SEVERITIES, Finding, Severity

MARKS = {
    ChangeKind.ADDED: ("＋", "new"),
    ChangeKind.REMOVED: ("✕", "bad"),
    ChangeKind.CHANGED: ("△", "mod"),
}
"""Of any other kind the record stays what it is."""
FIRST = (Weight.MONEY, Weight.PARTY, Weight.GONE)
SECOND = (Weight.STATUS, Weight.NUMBER, Weight.NEW_MONEY)
CONTEXT = (Weight.MONEY, Weight.PARTY, Weight.STATUS, Weight.DATE)
MOST = 6
"""Cells that stay and are told of one record."""


class ShownCell(NamedTuple):
    """A field, what stood there and what stands there now."""

    title: str
    before: str
    after: str


class Piece(NamedTuple):
    """What is told together. ``table`` and ``key`` name the one record that it is about, "" where there are many; ``text`` says what
    is no cell; ``late`` how long after it was entered. ``context`` are cells that stay and say what is at stake; ``records`` all that
    it is about, ``refers`` what those name, ``risk`` how soon to look: 0, 1, 2."""

    mark: str
    tone: str
    word: str
    table: str
    resource: str
    key: str
    about: str
    cells: tuple[ShownCell, ...]
    text: str
    late: str
    records: tuple[tuple[str, str], ...] = ()
    context: tuple[ShownCell, ...] = ()
    refers: frozenset[tuple[str, str]] = frozenset()
    risk: int = 2

    @property
    def name(self) -> str:
        """The same for as long as it says the very same."""
        return hashlib.sha256(repr((self.word, self.records, self.cells, self.text)).encode()).hexdigest()[:16]


class Pieces(NamedTuple):
    """``alarms`` concern more than records: files, definitions, rules; ``totals`` are sums that differ; ``rises`` where money rose
    most, one sentence each; ``money`` by how much it went up, down, and both together, () where none moved."""

    alarms: tuple[str, ...]
    totals: tuple[tuple[str, str, str, str], ...]
    late: str
    rises: tuple[str, ...]
    pieces: tuple[Piece, ...]
    money: tuple[str, ...] = ()


class Beside(NamedTuple):
    """Findings beside the pieces: of each those about its own records, or about what they name where no other is nearer; ``rest`` are
    new ones about neither; ``new`` counts what is new, by severity."""

    at: tuple[tuple[Finding, ...], ...]
    rest: tuple[Finding, ...]
    new: tuple[tuple[str, int], ...]


def beside(told_of: Sequence[Piece], findings: Iterable[Finding]) -> Beside:
    """What a change brings, each finding at the piece that it is about, in their order."""
    own: dict[tuple[str, str], int] = {}
    named: dict[tuple[str, str], int] = {}
    for place, piece in enumerate(told_of):
        for record in piece.records:
            own.setdefault(record, place)
        for record in piece.refers:
            named.setdefault(record, place)
    at: list[list[Finding]] = [[] for _ in told_of]
    rest, new = [], {severity: 0 for severity in Severity}
    for one in map(told, findings):
        record = one.resource, "/".join(one.key)
        near = own.get(record) if one.standing or record in own else named.get(record)
        if near is not None:
            at[near].append(one)
        elif not one.standing:
            rest.append(one)
        new[one.severity] += not one.standing
    return Beside(tuple(map(tuple, at)), tuple(rest), tuple((SEVERITIES[name], n) for name, n in new.items() if n))


def pieces(diff: Diff) -> Pieces:
    """All of it."""
    teller = Teller(diff)
    alarms = [phrases.trouble_sentence(one) for one in diff.troubles]
    alarms += [phrases.schema_sentence(one) for one in sorted(diff.schema, key=phrases.schema_order)]
    alarms += [sentence for _, sentence in phrases.setting_sentences(diff.settings)]
    totals = [
        (
            clean(f"{one.group} {one.measure}".strip()),
            phrases.counted(one.before),
            phrases.counted(one.after),
            f"{phrases.counted(one.after - one.before, '+')} {one.unit}",
        )
        for one in diff.totals
    ]
    largest = rises(diff)
    found = tuple(_piece(teller, entry) for entry in entries(diff))
    return Pieces(
        tuple(map(clean, alarms)), tuple(totals), clean(phrases.late_words(diff) or ""),
        tuple(map(clean, largest)) if len(largest) > 1 else (), found, _money(teller),
    )  # fmt: skip


def _money(teller: Teller) -> tuple[str, ...]:
    rises = [rise for change in teller.diff.changes if (rise := rise_of(change, teller.fields))]
    up, down = (
        sum((rise for rise in rises if rise > 0), Decimal(0)),
        sum((rise for rise in rises if rise < 0), Decimal(0)),
    )
    return (
        tuple(phrases.counted(amount, sign) for amount, sign in ((up, "+"), (down, ""), (up + down, "+")))
        if rises
        else ()
    )


def _piece(teller: Teller, entry: Fold) -> Piece:
    records = tuple((change.resource, clean("/".join(change.key))) for change in entry.changes)
    risk = 0 if entry.weight in FIRST else 1 if entry.weight in SECOND else 2
    refers = frozenset(pair for change in entry.changes for pair in _refers(teller, change))
    if entry.shape is not Shape.ONE:
        table = teller.diff.resources[entry.resource].title if entry.shape is Shape.SAME else entry.title
        return Piece(
            "△", "mod", f"{len(entry.changes)} 条", clean(table), "", "", "", (), clean(teller.line(entry)), "", records,
            (), refers, risk,
        )  # fmt: skip
    change = entry.changes[0]
    mark, tone = MARKS.get(change.kind, ("＝", "same"))
    cells = tuple(_cell(teller, change, item) for item in change.fields)
    return Piece(
        mark, tone, phrases.KINDS[change.kind], teller.diff.resources[change.resource].title, change.resource,
        records[0][1], clean(teller.about(change)), cells, "" if cells else clean(_whole(teller, change)),
        clean(teller.late([change])), records, _context(teller, change) if cells else (), refers, risk,
    )  # fmt: skip


def _refers(teller: Teller, change: Change) -> list[tuple[str, str]]:
    """The records that a record names."""
    names, known = teller.fields[change.resource], teller.fields.refers
    found = ((known.get((change.resource, name), ""), teller.fields.cell(change, name)) for name in names)
    return [(resource, code) for resource, code in found if resource and code]


def _context(teller: Teller, change: Change) -> tuple[ShownCell, ...]:
    """What money, whose, of what and when: the cells of a changed record that stay, the weightiest first."""
    moved = {item.field for item in change.fields} | {*teller.diff.resources[change.resource].schema.primary_key}
    found = []
    for name, field in teller.fields[change.resource].items():
        weight = weight_of(change.resource, field, teller.fields.refers.get((change.resource, name), ""))
        text = teller.fields.cell(change, name)
        if text and name not in moved and weight in CONTEXT:
            unit = f" {field.unit}" if field.unit else ""
            told = f"{phrases.with_name(field, text, teller.namer(change))}{unit}"
            found.append((CONTEXT.index(weight), ShownCell(field.title, "", clean(told))))
    return tuple(cell for _, cell in sorted(found, key=lambda pair: pair[0])[:MOST])


def _whole(teller: Teller, change: Change) -> str:
    """A record that came, went or moved, in one sentence."""
    if change.kind not in (ChangeKind.ADDED, ChangeKind.REMOVED):
        return phrases.place_sentence(change)
    key = teller.diff.resources[change.resource].schema.primary_key
    row = change.after or change.before or ()
    return phrases.facts(teller.diff.fields[change.resource], row, key, teller.namer(change))


def _cell(teller: Teller, change: Change, item: FieldChange) -> ShownCell:
    sentence = teller.cell(change, item)
    title = teller.fields[change.resource][item.field].title
    before, _, after = sentence.removeprefix(title).strip().partition(" → ")
    return ShownCell(title, clean(before if after else ""), clean(after or before))
