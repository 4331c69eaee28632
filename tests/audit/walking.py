"""A walk from the true table to others that fit as well: so many values of a question are shown without a solver.

A step moves a few unknowns at once so that the sums stay: so much less of one benefit and as much more of another at the
same money in one village, and the other way round in a second one. Each step is checked against the whole system.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import lcm

from unknowns import NEAR, Cell, Sum, System, total

PATIENCE = 6000
"""Steps that show nothing new, after which no more are tried; of people, whose steps are tied more closely, more."""
OF_PEOPLE = 30_000


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
        self.cells = {name: list(parts) for name, parts in questions.items()}
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

    def values(
        self, move: Callable[[random.Random, Cell, Cell], Mapping[Cell, int]], k: int, patience: int
    ) -> dict[Cell, set[int]]:
        """The values seen of each question, while steps from the cells of two that are not wide yet show new ones."""
        chance, left, idle, shown = random.Random(1), [name for name in self.seen if self.cells[name]], 0, 0
        while left and idle < patience:
            idle += 1
            if idle % 500 == 0:
                left = [name for name in left if len(self.seen[name]) < k]
                values = sum(min(len(seen), k) for seen in self.seen.values())
                idle, shown = (0 if values > shown else idle), values
            if left:
                first, second = (chance.choice(self.cells[chance.choice(left)]) for _ in range(2))
                self.step(move(chance, first, second))
        return self.seen


def walk_money(
    system: System, truth: Mapping[Cell, float], questions: Mapping[Cell, Sum], k: int
) -> dict[Cell, set[int]]:
    """The values that were seen of each question about payments."""
    walk = Walk(system, truth, questions)
    prices: dict[tuple, list[Cell]] = defaultdict(list)
    years: dict[str, list[Cell]] = defaultdict(list)
    for cell in system.bounds:
        prices[cell[1], cell[2], cell[4]].append(cell)
        years[cell[4]].append(cell)

    def move(chance: random.Random, first: Cell, _: Cell) -> dict[Cell, int]:
        moved: dict[Cell, int] = {}
        for _ in range(chance.choice((1, 1, 2))):
            second = chance.choice(prices[first[1], first[2], first[4]])
            other = chance.choice(years[first[4]])[2]
            swap = _swap(first, second, other if chance.random() < 0.7 else "", chance.choice((-1, 1)))
            moved = {cell: moved.get(cell, 0) + swap.get(cell, 0) for cell in moved.keys() | swap.keys()}
        periods = chance.choice(((0,), (1,), (0, 1), (0, 1)))
        return {cell: by for cell, by in _at(moved, periods).items() if cell in walk.table}

    return walk.values(move, k, PATIENCE)


def walk_people(
    system: System, truth: Mapping[Cell, float], questions: Mapping[Cell, Sum], k: int
) -> dict[Cell, set[int]]:
    """The same about households and persons: one that is of another class or status here, and the other way round elsewhere."""
    walk = Walk(system, truth, questions)
    villages = sorted({cell[2] for cell in system.bounds if len(cell) == 5})
    classes = sorted({cell[3:] for cell in system.bounds if len(cell) == 5})
    items: dict[str, list[str]] = defaultdict(list)
    there: dict[tuple, list[Cell]] = defaultdict(list)
    for cell in system.bounds:
        if cell[:2] == ("h", 0) and len(cell) == 4:
            items[cell[2]].append(cell[3])
        if cell[0] == "h" and len(cell) == 5 and truth[cell]:
            there[cell[1], cell[3]].append(cell[2:])
            there[cell[1], cell[4]].append(cell[2:])

    def move(chance: random.Random, first: Cell, second: Cell) -> dict[Cell, int]:
        sign, heads = chance.choice((-1, 1)), chance.randint(1, 6)
        if len(first) == 4:
            corners = [(first[2:], sign), ((first[2], chance.choice(items[first[2]])), -sign)]
        else:
            how = moved_over if chance.random() < 0.5 else turned
            corners = [*how(chance, first, sign, second)]
        several = {"h": 1, "p": heads} if first[0] == "h" or chance.random() < 0.3 else {"p": heads}
        moved: dict[Cell, int] = defaultdict(int)
        for place, by in corners:
            for kind, size in several.items():
                moved[kind, first[1], *place] += by * size
        return moved

    def moved_over(chance: random.Random, first: Cell, sign: int, _: Cell) -> Iterator[tuple[tuple, int]]:
        """More here and fewer in another village; another class the other way round in both."""
        place = first[2:]
        near = [village for village in villages if village[:9] == place[0][:9]]
        second, other = chance.choice(near if chance.random() < 0.5 else villages), chance.choice(classes)
        yield place, sign
        for corner, by in (((second, *place[1:]), -sign), ((place[0], *other), -sign), ((second, *other), sign)):
            if chance.random() < 0.85:
                yield corner, by

    def turned(chance: random.Random, first: Cell, sign: int, second: Cell) -> Iterator[tuple[tuple, int]]:
        """Another class or another status here, and back in another village."""
        at, other = chance.choice((1, 2)), chance.choice(classes)
        place, turn = first[2:], _with(first[2:], other, at)
        more, fewer = (place, turn) if sign > 0 else (turn, place)
        homes = there[first[1], more[at]] or [place]
        several = len(second) == 5 and chance.random() < 0.5
        back = _with(second[2:], more[1:], at) if several else chance.choice(homes)
        yield from ((more, 1), (fewer, -1), (back, -1), (_with(back, fewer[1:], at), 1))

    return walk.values(move, k, OF_PEOPLE)


def _with(place: tuple, other: tuple, at: int) -> tuple:
    """The place with the other's class (1) or status (2)."""
    return (place[0], other[0], place[2]) if at == 1 else (place[0], place[1], other[1])


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
