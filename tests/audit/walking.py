"""A walk from the true table to others that fit as well: so many values of a question are shown without a solver.

A step moves a few unknowns at once so that the sums stay: so much less of one benefit and as much more of another at the
same money in one village, and the other way round in a second one. Each step is checked against the whole system.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import lcm

from unknowns import NEAR, Cell, Sum, System, total

PATIENCE = 6000
"""Steps that show nothing new, after which no more are tried."""


class Walk:
    """A table that fits, and the values of the questions in all tables so far."""

    def __init__(self, system: System, truth: Mapping[Cell, float], questions: Mapping[Cell, Sum]) -> None:
        self.table = {cell: truth[cell] for cell in system.bounds}
        self.bounds, self.ties = system.bounds, system.ties
        self.sums = [total(tie.parts, truth) for tie in system.ties]
        self.columns: dict[Cell, list[tuple[int, float]]] = defaultdict(list)
        for number, tie in enumerate(system.ties):
            for cell, weight in tie.parts.items():
                self.columns[cell].append((number, weight))
        self.asked: dict[Cell, list[tuple[Cell, float]]] = defaultdict(list)
        for name, parts in questions.items():
            for cell, weight in parts.items():
                self.asked[cell].append((name, weight))
        self.now = {name: round(total(parts, truth)) for name, parts in questions.items()}
        self.seen = {name: {value} for name, value in self.now.items()}

    def step(self, move: Mapping[Cell, int]) -> bool:
        """Go there, if the table that comes out fits too."""
        sums: dict[int, float] = defaultdict(float)
        for cell, by in move.items():
            low, high = self.bounds[cell]
            if not low <= self.table[cell] + by <= high:
                return False
            for number, weight in self.columns[cell]:
                sums[number] += weight * by
        for number, by in sums.items():
            if not self.ties[number].low - NEAR <= self.sums[number] + by <= self.ties[number].high + NEAR:
                return False
        for number, by in sums.items():
            self.sums[number] += by
        for cell, by in move.items():
            self.table[cell] += by
            for name, weight in self.asked[cell]:
                self.now[name] += round(weight * by)
        for cell in move:
            for name, _ in self.asked[cell]:
                self.seen[name].add(self.now[name])
        return True


def walk_money(
    system: System, truth: Mapping[Cell, float], questions: Mapping[Cell, Sum], k: int
) -> dict[Cell, set[int]]:
    """The values that were seen of each question about payments."""
    walk, chance = Walk(system, truth, questions), random.Random(1)
    prices: dict[tuple, list[Cell]] = defaultdict(list)
    years: dict[str, list[Cell]] = defaultdict(list)
    for cell in system.bounds:
        prices[cell[1], cell[2], cell[4]].append(cell)
        years[cell[4]].append(cell)
    left, idle, shown = list(questions), 0, 0
    while left and idle < PATIENCE:
        idle += 1
        if idle % 500 == 0:
            left = [name for name in left if len(walk.seen[name]) < k]
            values = sum(min(len(walk.seen[name]), k) for name in questions)
            idle, shown = (0 if values > shown else idle), values
            if not left:
                break
        first = chance.choice(list(questions[chance.choice(left)]))
        move: dict[Cell, int] = {}
        for _ in range(chance.choice((1, 1, 2))):
            second = chance.choice(prices[first[1], first[2], first[4]])
            other = chance.choice(years[first[4]])[2]
            swap = _swap(first, second, other if chance.random() < 0.7 else "", chance.choice((-1, 1)))
            move = {cell: move.get(cell, 0) + swap.get(cell, 0) for cell in move.keys() | swap.keys()}
        periods = chance.choice(((0,), (1,), (0, 1), (0, 1)))
        walk.step({cell: by for cell, by in _at(move, periods).items() if cell in walk.table})
    return walk.seen


def _swap(first: Cell, second: Cell, other: str, sign: int) -> dict[Cell, int]:
    """As much money of one benefit for that of another in a village; the other way round in the other one, if any."""
    if first == second:
        return {}
    money = lcm(first[5], second[5])
    move = {first: sign * money // first[5], second: -sign * money // second[5]}
    if other and other != first[2]:
        move |= {(*cell[:2], other, *cell[3:]): -by for cell, by in move.items()}
    return move


def _at(move: Mapping[Cell, int], periods: Sequence[int]) -> dict[Cell, int]:
    return {(cell[0], period, *cell[2:]): by for cell, by in move.items() for period in periods}
