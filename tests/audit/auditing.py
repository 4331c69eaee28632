"""All questions to a stranger, over everything with fractions, and with whole numbers over counts and each township."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from math import inf
from typing import NamedTuple

from labels import not_zero
from ledger import Ledger
from stranger import Common, Published, Stranger, truth_of
from unknowns import Cell, Range, Sum
from walking import walk_money

Found = dict[Cell, Range]
MOST = 12
"""Questions about the money of a township in a year that the solver is asked by whole numbers."""

NOT_ZERO = Range(1, inf, 0)


class Case(NamedTuple):
    """What a stranger reads, the true table, and what is asked: withheld cells, unpublished small numbers, small moves."""

    stranger: Stranger
    truth: dict[Cell, float]
    questions: dict[Cell, Sum]

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

    def by_whole_numbers(self, asked: Iterable[Cell]) -> Found:
        """Too narrow ranges by whole numbers, of counts and within each township.

        Of a township's money in a year a walk shows most answers wide; of what is left the solver is asked ``MOST``.
        """
        found: Found = {}
        k, names = self.stranger.common.k, list(asked)
        for part in self._parts():
            system = self.stranger.system.about(part)
            inside = {name: self.questions[name] for name in names if part.issuperset(self.questions[name])}
            if inside and any(cell[0] == "n" for cell in part):
                seen = walk_money(system, self.truth, inside, k)
                left = sorted((name for name in inside if len(seen[name]) < k), key=str)
                inside = {name: inside[name] for name in random.Random(1).sample(left, min(MOST, len(left)))}
            if inside:
                found |= system.narrow_whole(inside, self.truth, k)
        return found

    def _parts(self) -> Iterable[set[Cell]]:
        """People, schools and loans, and the money of each township in each year."""
        cells, common = self.stranger.system.bounds, self.stranger.common
        for kinds in (("h", "many"), ("h", "p"), ("s",), ("loans", "lent")):
            yield {cell for cell in cells if cell[0] in kinds}
        for town in sorted(code for code, above in common.above.items() if above == common.county):
            inside = set(self.stranger.within[town])
            for year in sorted({year for _, year in common.prices}):
                yield {cell for cell in cells if cell[0] == "n" and cell[2] in inside and cell[4] == year}


def audit(files: Sequence[Published], ledgers: Sequence[Ledger], common: Common) -> Found:
    """What a stranger finds out: too narrow ranges by the name of the question."""
    case = Case.of(files, ledgers, common)
    found = dict.fromkeys(not_zero(case.stranger, case.truth), NOT_ZERO) | case.by_fractions()
    return found | case.by_whole_numbers(name for name in case.questions if name not in found)
