"""What of the counted figures is published: a number, the number of the last publication, or nothing.

Withheld is every number that fewer than k households or persons stand behind, and as many others as it takes that
nobody can work one back: over all figures at once, with known prices, and with what was published before. A number that
would move by fewer than k against the last publication keeps its old value, else the difference would tell of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from gongshi.disclosure.auditing import LARGEST, PERSONS, Audit
from gongshi.disclosure.counting import Cell, Count, Counted, Sum, chain, item_of
from gongshi.disclosure.crowded import crowded
from gongshi.disclosure.figures import FLOOR, declaration
from gongshi.disclosure.pinned import Number, flow, pinned, thin
from gongshi.model import GongshiError, Progress

Publication = Mapping[Cell, Number | None]
"""What was published: None stands for withheld."""


class CellState(StrEnum):
    """How a cell is published."""

    FRESH = "fresh"
    KEPT = "kept"
    HIDDEN = "hidden"


class WithheldGroup(NamedTuple):
    """Cells that are withheld together: ``measure`` is empty but for figures whose measures stand apart."""

    figure: str
    place: str
    item: str
    measure: str


def entry_of(cell: Cell) -> WithheldGroup:
    """The entry that a cell belongs to."""
    return WithheldGroup(*cell[:3], cell.measure if cell.measure in declaration().figures[cell.figure].apart else "")


def distance(count: Count, last: Number, k: int) -> Decimal:
    """How many households or persons a number would move by against the last one; ``k`` if nobody can say of how few."""
    difference = abs(Decimal(count.value) - Decimal(last))
    if count.scale is None or not difference:
        return Decimal(k if difference else 0)
    return max(difference * count.scale, Decimal(1))


def publish(
    counted: Counted,
    k: int,
    last: Publication | None = None,
    before: Counted | None = None,
    progress: Progress = lambda _: None,
) -> dict[Cell, Number | None]:
    """What is published of ``counted``; ``last`` is the last publication, ``before`` what it was counted from."""
    if k < FLOOR:
        raise GongshiError(f"人数不足几就不公布，至少是 {FLOOR}，不能设成 {k}；请改县文件里的公布下限。")
    chosen = _Choice(counted, k, last or {}, _moved(counted, before))
    told = [counted, flow(counted, before, last or {})] if before else [counted]
    for one in told:
        for cell in pinned(one, shown := chosen.published() & one.cells.keys(), k) | crowded(one, shown, k):
            chosen.hide(cell)
    progress("核对能不能倒算")
    while True:
        chosen.widen(told)
        chosen.hide_zeros()
        narrow = Audit(counted, chosen.known, k).narrow()
        if not narrow:
            return chosen.publication()
        chosen.cover(narrow)


class _Choice:
    """The states of all entries while they are being chosen."""

    def __init__(self, counted: Counted, k: int, last: Publication, moved: Mapping[Cell, int]) -> None:
        self._counted, self._k, self._last, self._moved = counted, k, last, moved
        self._near: dict[Cell, list[Sum]] = defaultdict(list)
        for relation in counted.sums:
            for cell in (relation.total, *relation.parts):
                self._near[cell].append(relation)
        self._tied = tied(counted)
        self._entries: dict[WithheldGroup, list[Cell]] = defaultdict(list)
        for cell in counted.cells:
            self._entries[entry_of(cell)].append(cell)
        self._twins = twins(counted)
        self.states = {entry: self._first(cells) for entry, cells in self._entries.items()}
        for entry, state in list(self.states.items()):
            if state == CellState.HIDDEN:
                self.hide(self._entries[entry][0])
        self._hide_again()

    def _hide_again(self) -> None:
        """What was withheld last time for the sake of others stays so while they are: shown now, it would tell of then."""
        again = [cell for cell, value in self._last.items() if value is None and cell in self._counted.cells]
        while found := [cell for cell in again if not self._hidden(cell) and self._beside_hidden(cell)]:
            for cell in found:
                self.hide(cell)

    def _beside_hidden(self, cell: Cell) -> bool:
        return any(self._hidden(other) for relation in self._near[cell] for other in (relation.total, *relation.parts))

    def _first(self, cells: Sequence[Cell]) -> CellState:
        few = self._k - 1 if any(cell in self._near for cell in cells) else self._k
        if any(0 < self._counted.cells[cell].units <= few for cell in cells):
            return CellState.HIDDEN  # of a number in no sum the label itself says 1 to k, which are k values
        if all(self._last.get(cell) is not None for cell in cells) and self._moves_by_few(cells):
            return CellState.KEPT
        return CellState.FRESH

    def _moves_by_few(self, cells: Sequence[Cell]) -> bool:
        """Whether cells that are published together would tell of fewer than k households or persons by what they move.

        An amount whose recipients nobody compares tells of as few as the count beside it.
        """
        far = [self._distance(cell) for cell in cells]
        counts = [distance for cell, distance in zip(cells, far, strict=True) if not self._silent(cell)]
        if any(0 < distance < self._k for distance in counts):
            return True
        return bool(counts) and not any(counts) and any(far)

    def _silent(self, cell: Cell) -> bool:
        return cell not in self._moved and self._counted.cells[cell].scale is None

    def _distance(self, cell: Cell) -> Decimal:
        """How many households or persons a number would move by."""
        if cell in self._moved:
            return Decimal(self._moved[cell])
        last = self._last[cell]
        return Decimal(self._k) if last is None else distance(self._counted.cells[cell], last, self._k)

    def known(self, cell: Cell) -> tuple[Number, Number] | None:
        """The range in which a reader knows the cell: None if it is withheld, one value if it is fresh."""
        state, count = self.states[entry_of(cell)], self._counted.cells[cell]
        if state == CellState.HIDDEN:
            return None
        last = self._last.get(cell)
        if last is None or (state == CellState.FRESH and last != count.value):
            return count.value, count.value
        reach = self._reach(cell)
        return last - reach, last + reach

    def _reach(self, cell: Cell) -> Number:
        """By how much an unchanged number may have moved all the same."""
        scale = self._counted.cells[cell].scale
        if scale is None:
            return self._dearest * (self._k - 1)
        return (self._k - 1) * (LARGEST if cell.measure in PERSONS else 1)

    @property
    def _dearest(self) -> Decimal:
        return Decimal(max((share.cents for share in self._counted.money), default=0)) / 100

    def published(self) -> set[Cell]:
        """The cells that have a number."""
        return {cell for cell in self._counted.cells if self.states[entry_of(cell)] != CellState.HIDDEN}

    def hide(self, cell: Cell) -> None:
        """Withhold a cell, with those that are withheld together and those that say the same."""
        entry = entry_of(cell)
        self.states[entry] = CellState.HIDDEN
        for twin in (twin for other in self._entries[entry] for twin in self._twins.get(other, ())):
            if self.states[entry_of(twin)] != CellState.HIDDEN:
                self.hide(twin)

    def widen(self, told: Sequence[Counted]) -> None:
        """Withhold more of the sums whose withheld parts together tell too much."""
        while found := [
            relation for one in told for relation in thin(one, self.published() & one.cells.keys(), self._k)
        ]:
            for relation in found:
                victim = self._victim(relation)
                if victim is not None:
                    self.hide(victim)

    def hide_zeros(self) -> None:
        """Withhold the zeros of a table too, else 不公布 would say "not zero" there; of few in all the whole table.

        All of them: which one was chosen would tell by itself, and from quarter to quarter.
        """
        while found := [
            cell for relation in self._counted.sums for cell in self._blank(relation) if not self._hidden(cell)
        ]:
            for cell in found:
                self.hide(cell)

    def _blank(self, relation: Sum) -> Sequence[Cell]:
        """The parts of a sum that must be withheld: all below a withheld total of few, the zeros beside a withheld one."""
        count = self._counted.cells
        if self._hidden(relation.total) and count[relation.total].units < self._k:
            return relation.parts
        table = {cell.place for cell in relation.parts} == {relation.total.place}
        if table and any(map(self._hidden, relation.parts)):
            return [cell for cell in relation.parts if not count[cell].value]
        return ()

    def cover(self, narrow: Sequence[Cell]) -> None:
        """Withhold one more cell beside each that is known too well; a published one goes itself."""
        done: set[WithheldGroup] = set()
        for cell in narrow:
            if entry_of(cell) not in done:
                done |= self._cover(cell)
        if not done and not self._cover_afar(narrow):
            raise GongshiError("人数太少，怎样隐去都能倒算出来；请把乡镇合并统计，再冻结数字。")

    def _cover(self, cell: Cell) -> set[WithheldGroup]:
        """Withhold one more cell because of this one; the entries that may be better hidden by it."""
        if self.states[entry_of(cell)] == CellState.FRESH:
            self.hide(cell)
            return {entry_of(cell)}
        for relation in self._relations(cell):
            victim = self._victim(relation)
            if victim is not None:
                self.hide(victim)
                return {entry_of(cell), *map(entry_of, (relation.total, *relation.parts))}
        if self._kept(cell):
            self.hide(cell)
            return {entry_of(cell)}
        return set()

    def _cover_afar(self, narrow: Sequence[Cell]) -> bool:
        """Withhold the smallest of the nearest numbers that withheld ones lead to; False if all that is tied is withheld."""
        seen, layer = set(narrow), list(narrow)
        while layer:
            beside = {other for cell in layer for other in self._tied.get(cell, ())} - seen
            shown = [cell for cell in beside if not self._hidden(cell)]
            if shown:
                self.hide(min(shown, key=lambda cell: (self._counted.cells[cell].value, cell)))
                return True
            seen, layer = seen | beside, sorted(beside)
        return False

    def _relations(self, cell: Cell) -> list[Sum]:
        """Sums that a cell of the same entry is in, those first that have the fewest unknowns: they say the most."""
        found = [relation for other in self._entries[entry_of(cell)] for relation in self._near[other]]
        return sorted(found, key=lambda relation: sum(map(self._hidden, (relation.total, *relation.parts))))

    def _hidden(self, cell: Cell) -> bool:
        return self.states[entry_of(cell)] == CellState.HIDDEN

    def _victim(self, relation: Sum) -> Cell | None:
        """The published cell of a sum that is missed least: one that was withheld last time, or helps another sum too.

        Empty cells come after all that say something, the total comes last. An empty cell of an empty total hides
        nothing, so it stays.
        """
        values = {cell: self._counted.cells[cell].value for cell in (relation.total, *relation.parts)}
        open_ = [cell for cell in relation.parts if not self._hidden(cell)]
        parts = [cell for cell in open_ if values[cell] > 0 or values[relation.total]]
        if parts:
            return min(parts, key=lambda cell: (*self._missed(cell, relation), values[cell], cell))
        return None if self._hidden(relation.total) else relation.total

    def _missed(self, cell: Cell, relation: Sum) -> tuple[bool, bool, bool]:
        withheld_before = self._last.get(cell, 0) is None
        return not withheld_before, self._counted.cells[cell].value == 0, not self._helps(cell, relation)

    def _helps(self, cell: Cell, relation: Sum) -> bool:
        return any(self._hidden(part) for other in self._near[cell] if other is not relation for part in other.parts)

    def publication(self) -> dict[Cell, Number | None]:
        """The numbers as they are published; of an indicator that repeats a figure what that figure says."""
        found: dict[Cell, Number | None] = {}
        for cell, count in self._counted.cells.items():
            state = self.states[entry_of(cell)]
            if state == CellState.HIDDEN:
                found[cell] = None
                continue
            kept = (twin for twin in (cell, *self._twins.get(cell, ())) if self._kept(twin))
            source = next(kept, cell)
            found[cell] = self._last[source] if self._kept(source) else count.value
        for first, cells in self._counted.alike:
            leader = first or min(cells, key=lambda cell: (self._last.get(cell) is None, cell), default=None)
            found |= {cell: leader and found[leader] for cell in cells if found[cell] is not None}
        return found

    def _kept(self, cell: Cell) -> bool:
        return self.states[entry_of(cell)] == CellState.KEPT


def tied(counted: Counted) -> dict[Cell, set[Cell]]:
    """The cells beside each in a sum, or in what a project pays: its amount and the county's of the benefits it pays."""
    found: dict[Cell, set[Cell]] = defaultdict(set)
    together = [{relation.total, *relation.parts} for relation in counted.sums]
    for (project, allocation), parts in counted.routes.items():
        paid = {Cell("benefits", counted.county, f"{benefit}/{year}", "amount") for benefit, year in parts}
        together.append({Cell("project-persons", project, allocation, "amount"), *paid} & counted.cells.keys())
    for cells in together:
        for cell in cells:
            found[cell] |= cells - {cell}
    return found


def twins(counted: Counted) -> dict[Cell, list[Cell]]:
    """Indicators of the county that repeat a figure, and the figures they repeat."""
    found: dict[Cell, list[Cell]] = defaultdict(list)
    for cell, count in counted.cells.items():
        name = cell.item.rpartition("/")[0]
        if cell.figure == "indicators" and name in declaration().same:
            figure, item, measure = declaration().same[name]
            twin = Cell(figure, counted.county, item, measure)
            if twin in counted.cells and counted.cells[twin].value == count.value:
                found[cell].append(twin)
                found[twin].append(cell)
    return found


def _moved(counted: Counted, before: Counted | None) -> dict[Cell, int]:
    """How many households' money differs from what was counted before, by amount."""
    now, then = _households(counted), _households(before) if before else {}
    if before is None:
        return {}
    return {
        cell: sum(
            now.get(cell, {}).get(household) != then.get(cell, {}).get(household)
            for household in now.get(cell, {}).keys() | then.get(cell, {}).keys()
        )
        for cell in now.keys() | then.keys()
    }


def _households(counted: Counted) -> dict[Cell, dict[str, int]]:
    """For each amount what each household had of it; for a project what it had of the benefits that the project pays."""
    found: dict[Cell, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for figure in declaration().figures.values():
        for share in counted.money if figure.money in ("benefit", "group", "total") else ():
            for place in chain(counted, share.village, len(figure.levels)):
                cell = Cell(figure.figure, place, item_of(figure, share), "amount")
                found[cell][share.household] += share.cents
    for (project, allocation), parts in counted.routes.items():
        for benefit, year in parts:
            paid = found[Cell("benefits", counted.county, f"{benefit}/{year}", "amount")]
            for household, cents in paid.items():
                found[Cell("project-persons", project, allocation, "amount")][household] += cents
    return found
