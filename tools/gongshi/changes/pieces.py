"""A Diff in pieces for a page, the weightiest first: each says what became of one record, or of many alike, cell by cell."""

from __future__ import annotations

from typing import NamedTuple

from gongshi.changes import phrases
from gongshi.changes.digest import rises
from gongshi.changes.folding import Fold, Shape, entries
from gongshi.changes.telling import Teller
from gongshi.changes.text import clean
from gongshi.changes.values import Change, ChangeKind, Diff, FieldChange

MARKS = {
    ChangeKind.ADDED: ("＋", "new"),
    ChangeKind.REMOVED: ("✕", "bad"),
    ChangeKind.CHANGED: ("△", "mod"),
}
"""Of any other kind the record stays what it is."""


class ShownCell(NamedTuple):
    """A field, what stood there and what stands there now."""

    title: str
    before: str
    after: str


class Piece(NamedTuple):
    """What is told together. ``table`` and ``key`` name the one record that it is about, "" where there are many; ``text`` says what
    is no cell; ``late`` how long after it was entered."""

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


class Pieces(NamedTuple):
    """``alarms`` concern more than records: files, definitions, rules; ``totals`` are sums that differ; ``rises`` where money rose
    most, one sentence each."""

    alarms: tuple[str, ...]
    totals: tuple[tuple[str, str, str, str], ...]
    late: str
    rises: tuple[str, ...]
    pieces: tuple[Piece, ...]


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
        tuple(map(clean, largest)) if len(largest) > 1 else (), found,
    )  # fmt: skip


def _piece(teller: Teller, entry: Fold) -> Piece:
    if entry.shape is not Shape.ONE:
        table = teller.diff.resources[entry.resource].title if entry.shape is Shape.SAME else entry.title
        return Piece(
            "△", "mod", f"{len(entry.changes)} 条", clean(table), "", "", "", (), clean(teller.line(entry)), ""
        )
    change = entry.changes[0]
    mark, tone = MARKS.get(change.kind, ("＝", "same"))
    cells = tuple(_cell(teller, change, item) for item in change.fields)
    return Piece(
        mark, tone, phrases.KINDS[change.kind], teller.diff.resources[change.resource].title, change.resource,
        clean("/".join(change.key)), clean(teller.about(change)), cells, "" if cells else clean(_whole(teller, change)),
        clean(teller.late([change])),
    )  # fmt: skip


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
