"""What a stranger can work out: whole numbers that nobody published, tied by everything that was, and a solver.

The system holds bounds and linear ties. A question is a sum of unknowns; it is answered by other tables that would have
been published just so. They are looked for many at a time, then one by one, and an answer that does not come within the
time counts as found out. Every question is asked with the true table at hand, which must fit, or the audit is wrong.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import product
from math import ceil, floor, gcd
from typing import NamedTuple

import highspy
import numpy

Cell = Hashable
Sum = Mapping[Cell, float]
SECONDS = 240.0
"""No answer within this time is an answer that an attacker may have found."""
TOGETHER = 0.1
"""What each of many questions at once may take by whole numbers, for one by one it would take little more."""
NEAR = 1e-6
PRIMAL = 4
"""How the solver goes from one question to the next: the last table still fits, so it needs a few steps and no new start."""
FITS = 2
"""What the solver calls a table that satisfies everything."""


class Tie(NamedTuple):
    """A sum of unknowns lies between two numbers, and why."""

    parts: Sum
    low: float
    high: float
    why: str


class Range(NamedTuple):
    """What is left of a number: the least, the most, how many values between were shown to be possible."""

    low: float
    high: float
    values: int


class System:
    """Unknown whole numbers with natural bounds, and ties between them."""

    def __init__(self) -> None:
        self.bounds: dict[Cell, tuple[float, float]] = {}
        self.ties: list[Tie] = []

    def unknown(self, cell: Cell, high: float, low: float = 0) -> Cell:
        """An unknown between ``low`` and ``high``, or what it was already, if that is narrower."""
        before = self.bounds.get(cell, (low, high))
        self.bounds[cell] = (max(low, before[0]), min(high, before[1]))
        return cell

    def tie(self, parts: Sum, low: float, high: float | None = None, why: str = "") -> None:
        """The sum is ``low``, or lies between ``low`` and ``high``; the solver is shown small numbers."""
        scale = gcd(*map(int, parts.values()))
        scale = scale if scale > 1 else 1
        ends = (low / scale, (low if high is None else high) / scale)
        self.ties.append(Tie({cell: weight / scale for cell, weight in parts.items()}, *ends, why))

    def broken(self, truth: Mapping[Cell, float]) -> list[str]:
        """The ties and bounds that the true table does not keep: faults of the audit, or of what was published."""
        found = [
            f"{cell}: {truth[cell]} not in {low}..{high}"
            for cell, (low, high) in self.bounds.items()
            if not low <= truth[cell] <= high
        ]
        for tie in self.ties:
            value = total(tie.parts, truth)
            if not tie.low - NEAR <= value <= tie.high + NEAR:
                found.append(f"{tie.why}: {value} not in {tie.low}..{tie.high}")
        return found

    def about(self, cells: Iterable[Cell]) -> System:
        """The part of the system that speaks of these cells alone."""
        part, wanted = System(), set(cells)
        part.bounds = {cell: self.bounds[cell] for cell in self.bounds if cell in wanted}
        part.ties = [tie for tie in self.ties if wanted.issuperset(tie.parts)]
        return part

    def beside(self, cells: Iterable[Cell], truth: Mapping[Cell, float]) -> System:
        """The system of these cells while all others are what they are: a table that fits it fits all, if others may differ."""
        part, wanted = System(), set(cells)
        part.bounds = {cell: self.bounds[cell] for cell in self.bounds if cell in wanted}
        for tie in self.ties:
            inside = {cell: weight for cell, weight in tie.parts.items() if cell in wanted}
            if inside:
                rest = total(tie.parts, truth) - total(inside, truth)
                part.ties.append(Tie(inside, tie.low - rest, tie.high - rest, tie.why))
        return part

    def apart(self, questions: Mapping[Cell, Sum]) -> list[tuple[System, dict[Cell, Sum]]]:
        """Parts of the system that share no unknown, each with its questions: what no question is about is left out."""
        first = {cell: cell for cell in self.bounds}

        def top(cell: Cell) -> Cell:
            while first[cell] != cell:
                first[cell] = cell = first[first[cell]]
            return cell

        for parts in filter(None, (*(tie.parts for tie in self.ties), *questions.values())):
            one, *others = map(top, parts)
            first.update(dict.fromkeys(others, one))
        asked: dict[Cell, dict[Cell, Sum]] = defaultdict(dict)
        for name, parts in questions.items():
            if parts:
                asked[top(next(iter(parts)))][name] = parts
        inside: dict[Cell, list[Cell]] = defaultdict(list)
        for cell in self.bounds:
            inside[top(cell)].append(cell)
        return [(self.about(inside[cell]), names) for cell, names in asked.items()]

    def narrow(self, questions: Mapping[Cell, Sum], truth: Mapping[Cell, float], k: int) -> dict[Cell, Range]:
        """The questions whose answer has fewer than ``k`` values, by linear programming."""
        found = {name: Range(0, 0, 1) for name, parts in questions.items() if not parts}
        for part, asked in self.apart(questions):
            found |= _Linear(part, truth, k).narrow(asked)
        return found

    def narrow_whole(self, questions: Mapping[Cell, Sum], truth: Mapping[Cell, float], k: int) -> dict[Cell, Range]:
        """The same by whole numbers: ``k`` values were each seen in a table, or the answer is too narrow."""
        return _Whole(self, truth, k).narrow(questions)

    def tables(self) -> Iterable[dict[Cell, int]]:
        """Every table that fits: for small systems."""
        cells = list(self.bounds)
        spans = [range(int(low), int(high) + 1) for low, high in self.bounds.values()]
        for values in product(*spans):
            table = dict(zip(cells, values, strict=True))
            if all(tie.low - NEAR <= total(tie.parts, table) <= tie.high + NEAR for tie in self.ties):
                yield table


def total(parts: Sum, table: Mapping[Cell, float]) -> float:
    """The sum in a table."""
    return sum(weight * table[cell] for cell, weight in parts.items())


class _Solver:
    """The system in HiGHS: asks for the largest value of a sum."""

    def __init__(self, system: System, truth: Mapping[Cell, float], k: int, whole: bool) -> None:
        self.truth, self.k, self.whole = truth, k, whole
        self.place = {cell: number for number, cell in enumerate(system.bounds)}
        self.cells = list(system.bounds)
        self.model = highspy.Highs()
        for option, value in (("output_flag", False), ("threads", 1)):
            self.model.setOptionValue(option, value)
        lows = numpy.array([low for low, _ in system.bounds.values()], float)
        highs = numpy.array([high for _, high in system.bounds.values()], float)
        self.model.addVars(len(lows), lows, highs)
        if whole:
            kinds = numpy.full(len(lows), highspy.HighsVarType.kInteger)
            self.model.changeColsIntegrality(len(lows), numpy.arange(len(lows), dtype=numpy.int32), kinds)
        for tie in system.ties:
            self.row(tie.parts, tie.low, tie.high)

    def row(self, parts: Sum, low: float, high: float, more: Mapping[int, float] | None = None) -> None:
        row = {self.place[cell]: weight for cell, weight in parts.items()} | dict(more or {})
        places = numpy.array(list(row), numpy.int32)
        self.model.addRow(low, high, len(row), places, numpy.array(list(row.values()), float))

    def aim(self, parts: Mapping[int, float]) -> None:
        """What is to be as large as possible."""
        size = self.model.getNumCol()
        costs = numpy.zeros(size)
        for place, weight in parts.items():
            costs[place] = -weight
        self.model.changeColsCost(size, numpy.arange(size, dtype=numpy.int32), costs)

    def run(self, seconds: float = SECONDS) -> bool:
        """Whether the best was found in time; what fails on the way from the last answer is begun afresh once."""
        for _ in range(2):
            self.model.setOptionValue("time_limit", self.model.getRunTime() + seconds)
            self.model.run()
            if self.model.getModelStatus() == highspy.HighsModelStatus.kOptimal:
                return True
            if self.whole or self.model.getModelStatus() == highspy.HighsModelStatus.kTimeLimit:
                return False
            self.model.clearSolver()
        return False

    def values(self) -> numpy.ndarray:
        """The table that was found."""
        return numpy.array(self.model.getSolution().col_value)


class _Linear(_Solver):
    """Between two possible tables all between are possible: so a question is answered by its least and its most."""

    def __init__(self, system: System, truth: Mapping[Cell, float], k: int) -> None:
        super().__init__(system, truth, k, whole=False)
        self.model.setOptionValue("simplex_strategy", PRIMAL)
        self.system = system

    def narrow(self, questions: Mapping[Cell, Sum]) -> dict[Cell, Range]:
        known = {name: total(parts, self.truth) for name, parts in questions.items()}
        ends = {name: (value, value) for name, value in known.items()}
        self._together(questions, ends)
        found = {}
        self.sums = self._sums(questions, self._left(ends))
        for name in self.sums:
            if self._is_narrow(ends[name]):
                self._alone(name, ends)
                low, high = ends[name]
                if self._is_narrow(ends[name]):
                    found[name] = Range(low, high, floor(high + NEAR) - ceil(low - NEAR) + 1)
        return found

    def _is_narrow(self, ends: tuple[float, float]) -> bool:
        return ends[1] - ends[0] < self.k - 1 - NEAR

    def _left(self, ends: Mapping[Cell, tuple[float, float]]) -> list[Cell]:
        return [name for name, span in ends.items() if self._is_narrow(span)]

    def _together(self, questions: Mapping[Cell, Sum], ends: dict[Cell, tuple[float, float]]) -> None:
        """Tables in which as many sums as can be are larger or smaller at once, until that shows no more."""
        chance, idle, left = random.Random(1), 0, self._left(ends)
        while left and idle < 2:
            one = _Solver(self.system, self.truth, self.k, whole=False)
            first, size = one.model.getNumCol(), len(left)
            one.model.addVars(size, numpy.zeros(size), numpy.full(size, float(self.k - 1)))
            for number, name in enumerate(left):
                sign = chance.choice((-1, 1))
                signed = {cell: sign * weight for cell, weight in questions[name].items()}
                one.row(signed, total(signed, self.truth), highspy.kHighsInf, {first + number: -1.0})
            one.aim({first + number: chance.uniform(0.5, 1) for number in range(size)})
            if not one.run():
                return
            table = one.values()
            for name in left:
                value = float(sum(weight * table[self.place[cell]] for cell, weight in questions[name].items()))
                ends[name] = (min(value, ends[name][0]), max(value, ends[name][1]))
            before, left = len(left), self._left(ends)
            idle = 0 if len(left) < 0.9 * before else idle + 1

    def _sums(self, questions: Mapping[Cell, Sum], left: Sequence[Cell]) -> dict[Cell, int]:
        """A column for the value of each question that is left, so that a bound of it moves nothing else."""
        first, size = self.model.getNumCol(), len(left)
        self.model.addVars(size, numpy.full(size, -highspy.kHighsInf), numpy.full(size, highspy.kHighsInf))
        for number, name in enumerate(left):
            self.row(questions[name], 0, 0, {first + number: -1.0})
        return {name: first + number for number, name in enumerate(left)}

    def _alone(self, name: Cell, ends: dict[Cell, tuple[float, float]]) -> None:
        """The most and then the least, no farther than is enough; what a table shows of other questions is kept.

        An end that is not found in time stays where it was: nothing was shown beyond it.
        """
        for sign in (1, -1):
            low, high = ends[name]
            enough = (-highspy.kHighsInf, low + self.k - 1) if sign > 0 else (high - self.k + 1, highspy.kHighsInf)
            self.model.changeColBounds(self.sums[name], *enough)
            self.aim({self.sums[name]: sign})
            if self._is_narrow(ends[name]) and self.run():
                table = self.values()
                for other, place in self.sums.items():
                    ends[other] = (min(ends[other][0], float(table[place])), max(ends[other][1], float(table[place])))
            self.model.changeColBounds(self.sums[name], -highspy.kHighsInf, highspy.kHighsInf)


class _Whole(_Solver):
    """Tables of whole numbers one after the other, none of them the best of anything; each shows a value of every question."""

    def __init__(self, system: System, truth: Mapping[Cell, float], k: int) -> None:
        super().__init__(system, truth, k, whole=True)
        self.system, self.chance = system, random.Random(1)
        self.model.setOptionValue("mip_rel_gap", highspy.kHighsInf)

    def narrow(self, questions: Mapping[Cell, Sum]) -> dict[Cell, Range]:
        self.questions = {
            name: {self.place[cell]: weight for cell, weight in parts.items()} for name, parts in questions.items()
        }
        self.seen = {name: {round(total(parts, self.truth))} for name, parts in questions.items()}
        self._together(questions)
        found = {}
        for name, parts in questions.items():
            if len(self.seen[name]) < self.k:
                self._alone(name, parts)
            if len(self.seen[name]) < self.k:
                seen = self.seen[name]
                found[name] = Range(min(seen), max(seen), len(seen))
        return found

    def _together(self, questions: Mapping[Cell, Sum]) -> None:
        """Tables in which many sums differ at once by as much as chance says, until that shows little more."""
        idle = 0
        while idle < 2 and (left := [name for name, seen in self.seen.items() if len(seen) < self.k]):
            one = _Solver(self.system, self.truth, self.k, whole=True)
            one.model.setOptionValue("mip_rel_gap", 0.5)
            first, size = one.model.getNumCol(), len(left)
            far = [float(self.chance.randint(1, self.k)) for _ in left]
            one.model.addVars(size, numpy.zeros(size), numpy.array(far))
            for number, name in enumerate(left):
                sign = self.chance.choice((-1, 1))
                signed = {cell: sign * weight for cell, weight in questions[name].items()}
                one.row(signed, total(signed, self.truth), highspy.kHighsInf, {first + number: -1.0})
            one.aim({first + number: self.chance.uniform(0.5, 1) for number in range(size)})
            one.run(max(5.0, TOGETHER * size))
            before = sum(map(len, self.seen.values()))
            if one.model.getInfo().primal_solution_status == FITS:
                self._see(numpy.rint(one.values()))
            idle += sum(map(len, self.seen.values())) - before < max(1, size // 4)

    def _see(self, table: numpy.ndarray) -> None:
        """Every question's value in a table."""
        for name, parts in self.questions.items():
            self.seen[name].add(round(sum(weight * table[place] for place, weight in parts.items())))

    def _alone(self, name: Cell, parts: Sum) -> None:
        """More than was seen, less than was seen, and what is between: until k values were seen or no more are there."""
        seen, row = self.seen[name], self.model.getNumRow()
        self.row(parts, -highspy.kHighsInf, highspy.kHighsInf)
        while len(seen) < self.k and self._shown(row, max(seen) + 1, highspy.kHighsInf):
            pass
        while len(seen) < self.k and self._shown(row, -highspy.kHighsInf, min(seen) - 1):
            pass
        for value in range(min(seen), max(seen)):
            if len(seen) < self.k and value not in seen:
                self._shown(row, value, value)
        self.model.deleteRows(1, numpy.array([row], numpy.int32))

    def _shown(self, row: int, low: float, high: float) -> bool:
        """Whether a table was found in which the sum is between; every question's value in it is seen."""
        self.model.changeRowBounds(row, low, high)
        self.aim({place: self.chance.uniform(-1, 1) for place in range(len(self.cells))})
        self.run()
        if self.model.getInfo().primal_solution_status != FITS:
            return False
        self._see(numpy.rint(self.values()))
        return True
