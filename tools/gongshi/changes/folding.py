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
from gongshi.package import Field

SAME = 5  # so many records with one change are told together
_BATCH = 20  # so many changes of one procedure are told together
_OF_END = ("ended_on", "end_reason")
_OF_EXIT = ("poverty_status", "exit_year", "return_year", "planned_exit_year", "not_exit_reason", "management_class")


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
    """What new cases of one procedure brought, if it is much: cases, steps, notices, events, memberships, and the expected in households."""
    procedures = {
        change.key[0]: fields.cell(change, "procedure")
        for change in changes
        if change.resource == "cases" and change.kind is ChangeKind.ADDED
    }
    if not procedures:
        return [], changes
    of_case = _owners(changes, fields, procedures)
    groups: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        if case := of_case(change):
            groups[procedures[case]].append(change)
    batches = {name: _expected(group, fields) for name, group in groups.items() if len(group) >= _BATCH}
    taken = {id(change) for group in batches.values() for change in group}
    found = [
        Fold(Shape.BATCH, Weight.STATUS, "cases", "procedure", tuple(group), name) for name, group in batches.items()
    ]
    return found, [change for change in changes if id(change) not in taken]


def _owners(changes: Iterable[Change], fields: Fields, cases: Mapping[str, str]) -> Callable[[Change], str]:
    """change → the new case that it belongs to, "" for none."""
    households: dict[str, str] = {}
    notices: dict[str, str] = {}
    for change in changes:
        if change.kind is ChangeKind.ADDED and change.resource == "case-households" and change.key[0] in cases:
            households[change.key[-1]] = change.key[0]
        if change.kind is ChangeKind.ADDED and change.resource == "notices" and fields.cell(change, "case_id") in cases:
            notices[change.key[0]] = fields.cell(change, "case_id")

    def owner(change: Change) -> str:
        if change.kind is ChangeKind.CHANGED and change.resource == "households":
            expected = all(item.field in _OF_EXIT for item in change.fields)
            return households.get(change.key[0], "") if expected else ""
        if change.kind is ChangeKind.CHANGED and change.resource == "memberships":
            ended = all(item.field in _OF_END for item in change.fields)
            return households.get(fields.cell(change, "household_no"), "") if ended else ""
        if change.kind is not ChangeKind.ADDED:
            return ""
        if change.resource in ("cases", "case-steps", "case-households"):
            return change.key[0] if change.key[0] in cases else ""
        if change.resource in ("notices", "notice-commitments"):
            return notices.get(change.key[0], "")
        of_case = change.resource in ("status-events", "monitoring", "memberships")
        case = fields.cell(change, "case_id") if of_case else ""
        return case if households.get(fields.cell(change, "household_no")) == case and case else ""

    return owner


def _expected(group: Sequence[Change], fields: Fields) -> list[Change]:
    """The group without households, events and memberships that did not go the way of the others."""
    ways = {id(change): _way(change, fields) for change in group}
    counts = Counter(way for way in ways.values() if way)
    most: dict[object, int] = {}
    for way, count in counts.items():
        most[way[0]] = max(count, most.get(way[0], 0))
    return [c for c in group if not (way := ways[id(c)]) or counts[way] == most[way[0]]]


def _way(change: Change, fields: Fields) -> tuple[object, ...]:
    if change.resource == "households":
        states = [(item.before, item.after) for item in change.fields if item.field in ("poverty_status", "exit_year")]
        return "households", tuple(states)
    if change.resource == "memberships":
        return f"memberships {change.kind}", fields.cell(change, "kind"), fields.cell(change, "end_reason")
    return ("events", fields.cell(change, "event")) if change.resource == "status-events" else ()
