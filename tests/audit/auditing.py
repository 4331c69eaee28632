"""All questions to a stranger, over everything with fractions, and with whole numbers over counts and each township."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from math import inf
from typing import NamedTuple

from labels import not_zero
from ledger import Ledger
from stranger import Common, Published, Stranger, truth_of
from unknowns import Cell, Range, Sum
from walking import walk_money, walk_people

Found = dict[Cell, Range]
Questions = dict[Cell, Sum]
MOST = 12
"""Questions about the money of a township in a year that the solver is asked by whole numbers."""

NOT_ZERO = Range(1, inf, 0)


class Case(NamedTuple):
    """What a stranger reads, the true table, and what is asked: withheld cells, unpublished small numbers, small moves."""

    stranger: Stranger
    truth: dict[Cell, float]
    questions: Questions

    @classmethod
    def of(cls, files: Sequence[Published], ledgers: Sequence[Ledger], common: Common) -> Case:
        """AssertionError if the true table does not fit what was published: then the audit would mean nothing."""
        stranger = Stranger(files, common)
        stranger.tie_terms(ledgers[-1].terms())
        stranger.later()
        truth: dict[Cell, float] = {}
        for number, ledger in enumerate(ledgers):
            truth |= truth_of(ledger, stranger, number)
        broken = stranger.system.broken(truth)
        assert not broken, f"the true table does not fit what was published: {broken[:5]}"
        return cls(stranger, truth, {**stranger.withheld(), **stranger.few(ledgers), **stranger.moves(truth)})

    def by_fractions(self) -> Found:
        """Too narrow ranges by linear programming over everything."""
        return self.stranger.system.narrow(self.questions, self.truth, self.stranger.common.k)

    def by_whole_numbers(self, asked: Iterable[Cell], most: int = MOST) -> Found:
        """Too narrow ranges by whole numbers: of counts over everything, of money within each township and year."""
        names, system = list(asked), self.stranger.system
        cells, found = system.bounds, Found()
        for kinds in (("h", "p", "many"), ("s",), ("loans", "lent")):
            part = {cell for cell in cells if cell[0] in kinds}
            found |= self._counted(part, self._about(part, names))
        for part in self._money():
            found |= self._money_within(part, self._about(part, names), most)
        return found

    def _about(self, part: set[Cell], names: Iterable[Cell]) -> Questions:
        return {name: self.questions[name] for name in names if part.issuperset(self.questions[name])}

    def _counted(self, part: set[Cell], asked: Questions) -> Found:
        """Tables that differ in one township alone show most answers wide, a walk most others, then tables that differ
        besides in the commonest class of all villages; the rest is asked of everything."""
        whole, left = self.stranger.system.about(part), self._near(part, asked, set())
        if left and any(cell[0] == "h" for cell in part):
            seen = walk_people(whole, self.truth, left, self.stranger.common.k)
            left = {name: parts for name, parts in left.items() if len(seen[name]) < self.stranger.common.k}
            left = self._near(part, left, self._commonest(part))
        return whole.narrow_whole(left, self.truth, self.stranger.common.k) if left else {}

    def _near(self, part: set[Cell], asked: Questions, besides: set[Cell]) -> Questions:
        """What tables do not show that differ in the villages of one township, and in ``besides``, alone."""
        left, towns = dict(asked), self._towns()
        for town in towns if len(towns) > 1 else ():
            villages = set(self.stranger.within[town])
            own = {cell for cell in part if cell[2] in villages}
            inside = self._about(own, left)
            if inside:
                system = self.stranger.system.beside(own | besides, self.truth)
                narrow = system.narrow_whole(inside, self.truth, self.stranger.common.k)
                left = {name: parts for name, parts in left.items() if name not in inside or name in narrow}
        return left

    def _commonest(self, part: set[Cell]) -> set[Cell]:
        """The households and persons of the class that has most, in all villages."""
        homes: Counter[str] = Counter()
        for cell in part:
            if cell[0] == "h" and len(cell) == 5:
                homes[cell[3]] += self.truth[cell]
        return {cell for cell in part if len(cell) == 5 and cell[3] == max(homes, key=lambda name: (homes[name], name))}

    def _money_within(self, part: set[Cell], inside: Questions, most: int) -> Found:
        """A walk shows most answers wide; of what is left the solver is asked ``most``, chosen by chance."""
        system, k = self.stranger.system.about(part), self.stranger.common.k
        seen = walk_money(system, self.truth, inside, k) if inside else {}
        left = sorted((name for name in inside if len(seen[name]) < k), key=str)
        chosen = random.Random(1).sample(left, min(most, len(left)))
        return system.narrow_whole({name: inside[name] for name in chosen}, self.truth, k) if chosen else {}

    def _towns(self) -> list[str]:
        common = self.stranger.common
        return sorted(code for code, above in common.above.items() if above == common.county)

    def _money(self) -> Iterable[set[Cell]]:
        """The money of each township in each year."""
        years = sorted({year for _, year in self.stranger.common.prices})
        for town in self._towns():
            inside = set(self.stranger.within[town])
            for year in years:
                cells = self.stranger.system.bounds
                yield {cell for cell in cells if cell[0] == "n" and cell[2] in inside and cell[4] == year}


def audit(files: Sequence[Published], ledgers: Sequence[Ledger], common: Common, most: int = MOST) -> Found:
    """What a stranger finds out: too narrow ranges by the name of the question. ``most``: see ``MOST``."""
    case = Case.of(files, ledgers, common)
    found = dict.fromkeys(not_zero(case.stranger, case.truth), NOT_ZERO) | case.by_fractions()
    return found | case.by_whole_numbers((name for name in case.questions if name not in found), most)
