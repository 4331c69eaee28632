"""The door to the solver: what range a number keeps, given everything that is known of the others.

A System has unknowns (zero or more, with a natural bound), equations and inequalities with whole coefficients. It is
told the truth beside them, so that it can show that the truth satisfies it before anything is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from gongshi.model import GongshiError

OPTIONS = {"output_flag": False, "threads": 1, "random_seed": 0, "mip_max_nodes": 500}
SECONDS = 10.0
"""What is not shown by then counts as a range that is too narrow. The number of nodes is reached long before the time, so
that the answer is the same on any machine."""

SLACK = 1e-6

FEASIBLE = 2
"""What the solver calls a solution that satisfies everything."""

Row = Mapping[int, int]


class Question(NamedTuple):
    """A weighted sum of unknowns that must be able to have values ``need`` apart."""

    row: Row
    need: int


class System:
    """Unknowns with the true value of each, and what ties them."""

    def __init__(self) -> None:
        self.low: list[int] = []
        self.high: list[int] = []
        self.truth: list[int] = []
        self.rows: list[tuple[dict[int, int], int | None, int]] = []

    def unknown(self, truth: int, low: int, high: int) -> int:
        """One more unknown; gives its number."""
        self.low.append(low)
        self.high.append(high)
        self.truth.append(truth)
        return len(self.truth) - 1

    def equal(self, row: Row, value: int) -> None:
        """The weighted sum of unknowns is ``value``."""
        if row:
            self.rows.append((dict(row), value, value))

    def at_most(self, row: Row, value: int) -> None:
        """The weighted sum of unknowns is ``value`` at most."""
        if row:
            self.rows.append((dict(row), None, value))

    def prove(self) -> None:
        """GongshiError unless the truth satisfies everything: what is asked of a false system means nothing."""
        bounds = zip(self.low, self.truth, self.high, strict=True)
        sound = all(low <= value <= high for low, value, high in bounds)
        for row, low, high in self.rows:
            value = sum(weight * self.truth[number] for number, weight in row.items())
            sound = sound and value <= high and (low is None or value >= low)
        if not sound:
            raise GongshiError("审计公开数字的方程与台账不符，没有写出任何数字；请把台账和这句话交给程序的维护者。")

    def narrow(self, questions: Sequence[Question], whole: bool) -> list[int]:
        """The numbers of the questions whose sum has no values ``need`` apart, the truth among them.

        ``whole`` asks for whole numbers; else fractions are allowed, which is never narrower. One table that is not the
        true one answers many questions at once, so all are asked together first, and what is left one by one.
        """
        model = _Model(self, questions, whole)
        left = list(range(len(questions)))
        for sign in (1, -1):
            while left and (reached := model.reach(left, sign)):
                far = {n for n in left if reached[n] >= questions[n].need}
                left = [n for n in left if n not in far]
                if not far:
                    break
        return [n for n in left if sum(model.reach([n], sign)[n] for sign in (1, -1)) < questions[n].need]


class _Model:
    """A System as the solver has it; each question has a distance from the truth, and a row for each direction."""

    def __init__(self, system: System, questions: Sequence[Question], whole: bool) -> None:
        import highspy

        class Quiet(highspy.Highs):
            """Without callbacks, which nobody asks for here: enabling them prints a banner before it can be silenced."""

            def enableCallbacks(self) -> None:
                return

        make: Callable[[], highspy.Highs] = Quiet  # the library's constructor says nothing of types
        self._solver = solver = make()
        self._endless, self._questions = highspy.kHighsInf, questions
        for option, value in OPTIONS.items():
            solver.setOptionValue(option, value)
        for low, high in zip(system.low, system.high, strict=True):
            solver.addVar(float(low), float(high))
        for row, least, most in system.rows:
            bottom = -self._endless if least is None else float(least)
            solver.addRow(bottom, float(most), len(row), list(row), [float(weight) for weight in row.values()])
        self._first, self._rows = len(system.truth), len(system.rows)
        self._truth = [sum(w * system.truth[n] for n, w in question.row.items()) for question in questions]
        for number, question in enumerate(questions):
            self._add(self._first + number, question)
        for number in range(self._first if whole else 0):
            solver.changeColIntegrality(number, highspy.HighsVarType.kInteger)

    def _add(self, distance: int, question: Question) -> None:
        """The distance of a question, and that it lies above or below the truth by it; both sleep until they are asked."""
        self._solver.addVar(0.0, 0.0)
        self._solver.changeColCost(distance, -1.0)
        for sign in (1, -1):
            weights = [1.0, *(float(-sign * weight) for weight in question.row.values())]
            columns = [distance, *question.row]
            self._solver.addRow(-self._endless, self._endless, len(columns), columns, weights)

    def reach(self, asked: Sequence[int], sign: int) -> dict[int, int]:
        """How far from the truth the sums of these questions go together, each as far as it needs; 0 if nobody knows."""
        solver = self._solver
        for number in asked:
            solver.changeColBounds(self._first + number, 0.0, float(self._questions[number].need))
            solver.changeRowBounds(self._row(number, sign), -self._endless, float(-sign * self._truth[number]))
        solver.setOptionValue("time_limit", solver.getRunTime() + SECONDS)  # its clock goes on from one run to the next
        solver.run()
        values = solver.getSolution().col_value if solver.getInfo().primal_solution_status == FEASIBLE else []
        found = {number: int(values[self._first + number] + SLACK) if values else 0 for number in asked}
        for number in asked:
            solver.changeColBounds(self._first + number, 0.0, 0.0)
            solver.changeRowBounds(self._row(number, sign), -self._endless, self._endless)
        return found

    def _row(self, number: int, sign: int) -> int:
        return self._rows + 2 * number + (sign < 0)
