"""How much a change matters to a reviewer, by what its fields are: money and whom it goes to first, wording last.

Nothing is left out by it: the weight only says what stands where there is room for little.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from gongshi.changes.values import Change, ChangeKind, FieldChange
from gongshi.package import Field, pack


@dataclass(frozen=True, slots=True)
class Weighing:
    """See the comments in ``pack/weighing.yaml``."""

    funds: frozenset[str]
    money: frozenset[str]
    party: tuple[str, ...]
    parties: frozenset[str]
    status: frozenset[str]
    status_ends: tuple[str, ...]
    figures: str


def weighing() -> Weighing:
    """What fields and tables weigh; read once."""
    return pack("weighing", Weighing)


class Weight(IntEnum):
    """The smaller, the sooner it is told."""

    MONEY = 0
    PARTY = 1
    GONE = 2
    STATUS = 3
    NUMBER = 4
    DATE = 5
    NEW_MONEY = 6
    TEXT = 7
    NEW = 8
    FIGURE = 9
    MOVED = 10


def weight_of(resource: str, field: Field, refers: str = "") -> Weight:
    """What a changed cell weighs; ``refers`` is the resource that its field names a record of, if any."""
    known = weighing()
    if resource == known.figures:
        return Weight.FIGURE
    if field.unit.startswith("元"):
        return Weight.MONEY if resource in known.funds else Weight.NUMBER
    if refers in known.parties or any(part in field.name for part in known.party):
        return Weight.PARTY
    if field.name in known.status or field.name.endswith(known.status_ends) or refers:
        return Weight.STATUS
    if field.type in ("integer", "number", "year"):
        return Weight.NUMBER
    return Weight.DATE if field.type in ("date", "yearmonth", "datetime") else Weight.TEXT


def heaviest(change: Change, fields: Mapping[str, Field], refers: Mapping[tuple[str, str], str]) -> tuple[Weight, str]:
    """(the weight of a change, the name of the field that gives it, "" where the whole record came, went or moved)."""
    if change.kind is ChangeKind.REMOVED:
        return (Weight.FIGURE if change.resource == weighing().figures else Weight.GONE), ""
    if change.kind is ChangeKind.ADDED:
        return _of_new(change, fields), ""
    cells = [
        (weight_of(change.resource, fields[item.field], _refers(change, item, refers)), item.field)
        for item in change.fields
    ]
    return min(cells, key=lambda cell: cell[0], default=(Weight.MOVED, ""))


def _refers(change: Change, item: FieldChange, refers: Mapping[tuple[str, str], str]) -> str:
    return refers.get((change.resource, item.field), "")


def _of_new(change: Change, fields: Mapping[str, Field]) -> Weight:
    if change.resource == weighing().figures:
        return Weight.FIGURE
    money = change.resource in weighing().funds and any(field.unit.startswith("元") for field in fields.values())
    return Weight.NEW_MONEY if money else Weight.NEW
