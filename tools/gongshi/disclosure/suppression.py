"""Small counts are withheld, and as many others as it takes that the totals do not give them back.

A table of counts is a set of cells and the sums that tie them: a township is its villages, a place is its classes.
Whoever reads the published cells knows all the sums, too. So withholding goes on until no withheld cell is

- the only unknown of a sum, or one of so few people that the sum of the unknowns is itself a small count;
- determined by several sums together (linear algebra over all of them);
- pinned to one value by what "fewer than k" says of its neighbours (bounds, carried along the sums).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from gongshi.model import GongshiError

FLOOR = 3
"""No configuration may publish counts below this."""

_PRIME = (1 << 61) - 1
_UNBOUNDED = 1 << 40

Cell = Hashable
Cells = Mapping[Cell, int]
Near = Mapping[Cell, "list[Sum]"]


@dataclass(frozen=True, slots=True)
class Withheld:
    """What stands in a cell that is not published."""

    text: str

    def __str__(self) -> str:
        return self.text


SECONDARY = Withheld("不公布")
"""Withheld only because it would give a small count back."""


NOT_YET = Withheld("季末公布")
"""Withheld until a quarter's end: how the records stood at the last one is not known."""


def primary(threshold: int) -> Withheld:
    """Withheld because the count is small."""
    return Withheld(f"不足{threshold}")


@dataclass(frozen=True, slots=True)
class Sum:
    """``total`` is the sum of ``parts``."""

    total: Cell
    parts: tuple[Cell, ...]


def suppress(cells: Cells, sums: Sequence[Sum], threshold: int = 5) -> dict[Cell, Withheld]:
    """Which cells are withheld, and why; every other cell may be published."""
    if threshold < FLOOR:
        raise GongshiError(f"人数不足几就不公布，至少是 {FLOOR}，不能设成 {threshold}。")
    small = primary(threshold)
    hidden = {cell: small for cell, count in cells.items() if 0 < count < threshold}
    near = _near(sums)
    while True:
        before = len(hidden)
        for relation in sums:
            if _thin(cells, relation, hidden, threshold):
                hidden[_victim(cells, relation, hidden, near)] = SECONDARY
        if len(hidden) > before:
            continue
        known = determined(sums, hidden) or _pinned(cells, sums, hidden, threshold)
        if not known:
            return hidden
        _cover(cells, hidden, known, near)


def _near(sums: Sequence[Sum]) -> Near:
    """The sums that each cell is in."""
    near: dict[Cell, list[Sum]] = {}
    for relation in sums:
        for cell in (relation.total, *relation.parts):
            near.setdefault(cell, []).append(relation)
    return near


def _cover(cells: Cells, hidden: dict[Cell, Withheld], known: set[Cell], near: Near) -> None:
    """Withhold a cell beside each one that is known; if all are withheld already, say less about why."""
    done: set[Cell] = set()
    for cell in sorted(known, key=str):
        if cell in done:
            continue
        for relation in near[cell]:
            victim = _victim(cells, relation, hidden, near)
            if victim is not None:
                hidden[victim] = SECONDARY
                done |= {relation.total, *relation.parts}
                break
    if done:
        return
    if all(hidden[cell] == SECONDARY for cell in known):
        raise GongshiError("人数表的合计会倒算出不公布的数，请改用更粗的分组。")
    hidden |= dict.fromkeys(known, SECONDARY)


def _victim(cells: Cells, relation: Sum, hidden: Mapping[Cell, Withheld], near: Near) -> Cell | None:
    """The published cell of a sum that is missed least: one that helps another sum too, then the smallest.

    Empty cells come after all that say something, the total comes last. An empty cell of an empty total hides
    nothing, so it stays.
    """

    def helps(cell: Cell) -> bool:
        return any(part in hidden for other in near[cell] if other is not relation for part in other.parts)

    def covers(cell: Cell) -> bool:
        return cells[cell] > 0 or all(cells[other.total] for other in near[cell])

    parts = [cell for cell in relation.parts if cell not in hidden and covers(cell)]
    if parts:
        return min(parts, key=lambda cell: (cells[cell] == 0, not helps(cell), cells[cell]))
    return None if relation.total in hidden else relation.total


def _thin(cells: Cells, relation: Sum, hidden: Mapping[Cell, Withheld], threshold: int) -> bool:
    """Whether this sum alone says too much of its withheld cells."""
    parts = [cell for cell in relation.parts if cell in hidden]
    if relation.total in hidden:
        return not parts and bool(relation.parts)
    return len(parts) == 1 or 0 < sum(cells[cell] for cell in parts) < threshold


def determined(sums: Sequence[Sum], hidden: Mapping[Cell, object]) -> set[Cell]:
    """Withheld cells whose value follows from the sums and the published cells by linear algebra."""
    rows: dict[Cell, dict[Cell, int]] = {}
    for relation in sums:
        row = {cell: _PRIME - 1 for cell in relation.parts if cell in hidden}
        if relation.total in hidden:
            row[relation.total] = 1
        _reduce(row, rows)
    return {pivot for pivot, row in rows.items() if len(row) == 1}


def _reduce(row: dict[Cell, int], rows: dict[Cell, dict[Cell, int]]) -> None:
    """Add one equation to a reduced system, which stays reduced."""
    for pivot in [cell for cell in row if cell in rows]:
        _subtract(row, rows[pivot], row[pivot])
    if not row:
        return
    pivot = next(iter(row))
    inverse = pow(row[pivot], -1, _PRIME)
    for cell in row:
        row[cell] = row[cell] * inverse % _PRIME
    for other in rows.values():
        if pivot in other:
            _subtract(other, row, other[pivot])
    rows[pivot] = row


def _subtract(row: dict[Cell, int], other: Mapping[Cell, int], factor: int) -> None:
    for cell, value in other.items():
        left = (row.get(cell, 0) - factor * value) % _PRIME
        if left:
            row[cell] = left
        else:
            row.pop(cell, None)


def _pinned(cells: Cells, sums: Sequence[Sum], hidden: Mapping[Cell, Withheld], threshold: int) -> set[Cell]:
    """Withheld cells that have one possible value left, given what "fewer than ``threshold``" tells."""
    low, high = dict(cells), dict(cells)
    for cell, why in hidden.items():
        low[cell], high[cell] = (0, _UNBOUNDED) if why == SECONDARY else (1, threshold - 1)
    while any([_tighten(relation, low, high) for relation in sums]):
        pass
    return {cell for cell in hidden if low[cell] == high[cell]}


def _tighten(relation: Sum, low: dict[Cell, int], high: dict[Cell, int]) -> bool:
    """Carry bounds along one sum; true if any became narrower."""
    total = relation.total
    floor, ceiling = sum(low[c] for c in relation.parts), sum(high[c] for c in relation.parts)
    before = (low[total], high[total])
    low[total], high[total] = max(low[total], floor), min(high[total], ceiling)
    moved = before != (low[total], high[total])
    for cell in relation.parts:
        before = (low[cell], high[cell])
        low[cell] = max(low[cell], low[total] - (ceiling - before[1]))
        high[cell] = min(high[cell], high[total] - (floor - before[0]))
        moved = moved or before != (low[cell], high[cell])
    return moved
