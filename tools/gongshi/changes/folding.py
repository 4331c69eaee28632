"""Changes as a reviewer reads them: what is the same in many records is one entry, a folder that moved is one, and so is
what one procedure did to many households. Nothing gets lost by it: each change of meaning is in just one entry, but for a
record that moved with its folder and changed besides, which is in two.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from gongshi.changes.phrases import risen
from gongshi.changes.values import Change, ChangeKind, Diff, FieldChange
from gongshi.changes.weighing import Weight, heaviest, weighing, weight_of
from gongshi.package import Field, pack
from gongshi.package.subjects import subjects

SAME = 5  # so many records with one change are told together
_BATCH = 20  # so many changes of one procedure are told together


class Shape(StrEnum):
    """``one`` record; the ``same`` change of many; a ``folder`` that moved; a ``batch`` of one procedure."""

    ONE = "one"
    SAME = "same"
    FOLDER = "folder"
    BATCH = "batch"


@dataclass(frozen=True, slots=True)
class Fold:
    """What is told together. ``field`` is what gives it its weight, ``title`` what a batch or folder is called."""

    shape: Shape
    weight: Weight
    resource: str
    field: str
    changes: tuple[Change, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class _Way:
    table: str
    turn: tuple[str, ...] = ()
    say: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Procedures:
    """See the comments in ``pack/folding.yaml``."""

    cases: str
    key: str
    procedure: str
    village: str
    listed: str
    steps: tuple[str, ...]
    notices: str
    hung: tuple[str, ...]
    named: frozenset[str]
    changed: Mapping[str, tuple[str, ...]]
    ways: tuple[_Way, ...]
    states: frozenset[str]


def procedures() -> Procedures:
    """What comes with the cases of a procedure; read once."""
    return pack("folding", Procedures)


class Fields:
    """Fields of a Diff by resource and name, and what they refer to."""

    def __init__(self, diff: Diff) -> None:
        self._fields = {name: {field.name: field for field in fields} for name, fields in diff.fields.items()}
        self._places = {
            name: {field.name: at for at, field in enumerate(fields)} for name, fields in diff.fields.items()
        }
        self.refers = diff.names.refers
        self.renumbered = {
            (change.resource, item.before, item.after)
            for change in diff.changes
            if change.kind is ChangeKind.REKEYED and len(change.key) == 1
            for item in change.fields
        }

    def __getitem__(self, resource: str) -> Mapping[str, Field]:
        return self._fields[resource]

    def places(self, resource: str) -> Mapping[str, int]:
        """Where each field stands in the rows."""
        return self._places[resource]

    def cell(self, change: Change, name: str) -> str:
        """A cell of the record as it is, or was if it is gone."""
        row, place = change.after or change.before, self._places[change.resource].get(name)
        return row[place] if row and place is not None else ""


def entries(diff: Diff, each: bool = False) -> list[Fold]:
    """All changes of meaning, the weightiest first; ``each`` folds nothing."""
    fields = Fields(diff)
    left = [change for change in diff.changes if change.kind is not ChangeKind.RESPELLED]
    found: list[Fold] = []
    if not each:
        found, left = _batches(left, fields)
        folders, left = _folders(left)
        found += folders
    groups: dict[object, list[Change]] = defaultdict(list)
    for number, change in enumerate(left):
        groups[number if each else _sameness(change, fields) or number].append(change)
    for group in groups.values():
        if len(group) >= SAME and not each:
            found.append(_entry(Shape.SAME, group, fields))
        else:
            found.extend(_entry(Shape.ONE, [change], fields) for change in group)
    return sorted(found, key=lambda entry: _order(entry, fields))


def _entry(shape: Shape, changes: Sequence[Change], fields: Fields) -> Fold:
    first = changes[0]
    weight, name = heaviest(first, fields[first.resource], fields.refers)
    if first.kind is ChangeKind.REKEYED and shape is Shape.ONE:
        weight = min(weight, Weight.STATUS)
    return Fold(shape, weight, first.resource, name, tuple(changes))


def _order(entry: Fold, fields: Fields) -> tuple[object, ...]:
    """Weight first; of one weight the funds, what moves most money, what is rare."""
    rise = sum((abs(rise_of(change, fields)) for change in entry.changes), start=Decimal(0))
    other, count = entry.resource not in weighing().funds, len(entry.changes)
    return entry.weight, other, -rise, count, entry.resource, entry.changes[0].key


def rise_of(change: Change, fields: Fields) -> Decimal:
    """By how much the money of one record rose: of its changed cells, or of all that came or went."""
    total = Decimal(0)
    if change.resource not in weighing().funds:
        return total
    known = fields[change.resource]
    if change.before is None or change.after is None:
        sign = 1 if change.before is None else -1
        money = [name for name, field in known.items() if field.unit == "元" and name in weighing().money]
        cells = (FieldChange(name, "0", fields.cell(change, name)) for name in money)
        return sum((sign * (risen(known[cell.field], cell) or Decimal(0)) for cell in cells), start=total)
    for item in change.fields:
        if known[item.field].unit == "元":
            filled = replace(item, before=item.before or "0", after=item.after or "0")
            total += risen(known[item.field], filled) or 0
    return total


def _sameness(change: Change, fields: Fields) -> object:
    """What two changes have in common that may be told as one; None for a record that came or went."""
    if change.kind in (ChangeKind.ADDED, ChangeKind.REMOVED):
        return None
    known = fields[change.resource]
    cells = tuple(sorted(_token(change.resource, known[item.field], item, fields) for item in change.fields))
    return change.resource, change.kind, _folder_pair(change) if change.kind is ChangeKind.MOVED else "", cells


def _token(resource: str, field: Field, item: FieldChange, fields: Fields) -> tuple[str, object, str]:
    refers = fields.refers.get((resource, item.field), "")
    own = (resource, item.before, item.after) in fields.renumbered
    if own or (refers, item.before, item.after) in fields.renumbered:
        return item.field, True, "renumbered"
    filled = bool(item.before), bool(item.after)
    weight = weight_of(resource, field, refers)
    if weight is Weight.MONEY:
        rise = risen(field, item)
        return item.field, filled, f"{item.before} {item.after}" if rise is None else str(rise)
    if weight in (Weight.PARTY, Weight.STATUS):
        return item.field, filled, f"{item.before} {item.after}"
    return item.field, filled, f"{item.before[:4]} {item.after[:4]}" if weight is Weight.DATE else ""


def _folder_pair(change: Change) -> tuple[str, str]:
    """The folders between which a record moved, without the end that both paths have in common."""
    before, after = change.path_before.split("/"), change.path_after.split("/")
    while before and after and before[-1] == after[-1]:
        del before[-1], after[-1]
    return "/".join(before), "/".join(after)


def _folders(changes: Iterable[Change]) -> tuple[list[Fold], list[Change]]:
    groups: dict[tuple[str, str], list[Change]] = defaultdict(list)
    left: list[Change] = []
    for change in changes:
        (groups[_folder_pair(change)] if change.kind is ChangeKind.MOVED else left).append(change)
    found = []
    for (before, after), moved in groups.items():
        if len(moved) < SAME:
            left.extend(moved)
            continue
        title = f"{before} → {after}"
        found.append(Fold(Shape.FOLDER, Weight.MOVED, moved[0].resource, "", tuple(moved), title))
        left.extend(replace(change, kind=ChangeKind.CHANGED) for change in moved if change.fields)
    return found, left


def _batches(changes: list[Change], fields: Fields) -> tuple[list[Fold], list[Change]]:
    """What new cases of one procedure brought, if it is much: cases, what is new with them, and the expected in what was there."""
    known = procedures()
    cases = {
        change.key[0]: fields.cell(change, known.procedure)
        for change in changes
        if change.resource == known.cases and change.kind is ChangeKind.ADDED
    }
    if not cases:
        return [], changes
    of_case = _owners(changes, fields, cases)
    groups: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        if case := of_case(change):
            groups[cases[case]].append(change)
    batches = {name: _expected(group, fields) for name, group in groups.items() if len(group) >= _BATCH}
    taken = {id(change) for group in batches.values() for change in group}
    found = [
        Fold(Shape.BATCH, Weight.STATUS, known.cases, known.procedure, tuple(group), name)
        for name, group in batches.items()
    ]
    return found, [change for change in changes if id(change) not in taken]


def _owners(changes: Iterable[Change], fields: Fields, cases: Mapping[str, str]) -> Callable[[Change], str]:
    """change → the new case that it belongs to, "" for none."""
    known = procedures()
    households: dict[str, str] = {}
    notices: dict[str, str] = {}
    of_cases, of_notices = (known.cases, known.listed, *known.steps), (known.notices, *known.hung)
    for change in changes:
        if change.kind is ChangeKind.ADDED and change.resource == known.listed and change.key[0] in cases:
            households[change.key[-1]] = change.key[0]
        if change.kind is ChangeKind.ADDED and change.resource == known.notices:
            notices[change.key[0]] = fields.cell(change, known.key)

    def owner(change: Change) -> str:
        if change.kind is ChangeKind.CHANGED:
            expected = known.changed.get(change.resource, ())
            fitting = expected and all(item.field in expected for item in change.fields)
            return households.get(_household(change, fields), "") if fitting else ""
        if change.kind is not ChangeKind.ADDED:
            return ""
        if change.resource in of_cases:
            return change.key[0] if change.key[0] in cases else ""
        if change.resource in of_notices:
            case = notices.get(change.key[0], "")
            return case if case in cases else ""
        case = fields.cell(change, known.key) if change.resource in known.named else ""
        return case if case and households.get(_household(change, fields)) == case else ""

    return owner


def _household(change: Change, fields: Fields) -> str:
    """The number of the household that a record is, or is about."""
    home = subjects().household
    return change.key[0] if change.resource == home.table else fields.cell(change, home.key)


def _expected(group: Sequence[Change], fields: Fields) -> list[Change]:
    """The group without the records that did not go the way of the others."""
    ways = {id(change): _way(change, fields) for change in group}
    counts = Counter(way for way in ways.values() if way)
    most: dict[object, int] = {}
    for way, count in counts.items():
        most[way[0]] = max(count, most.get(way[0], 0))
    return [c for c in group if not (way := ways[id(c)]) or counts[way] == most[way[0]]]


def _way(change: Change, fields: Fields) -> tuple[object, ...]:
    """What went one way: (the kind of change, how); () for what goes none."""
    for way in procedures().ways:
        if way.table == change.resource:
            turned = tuple((item.before, item.after) for item in change.fields if item.field in way.turn)
            return (way.table, change.kind), turned, tuple(fields.cell(change, name) for name in way.say)
    return ()
