"""The door to the solver: what range a number keeps, given everything that is known of the others.

A System has unknowns (zero or more, with a natural bound), equations and inequalities with whole coefficients. It is
told the truth beside them, so that it can show that the truth satisfies it before anything is asked.
"""

from __future__ import annotations

from collections.abc import Mapping

from gongshi.model import GongshiError

OPTIONS = {"output_flag": False, "threads": 1, "random_seed": 0, "mip_max_nodes": 500, "time_limit": 10.0}
"""A question that is not answered to the end counts as a range that is too narrow. The number of nodes is reached long
before the time, so that the answer is the same on any machine."""

SLACK = 1e-6

Row = Mapping[int, int]


class System:
    """Unknowns with the true value of each, and what ties them."""

    def __init__(self) -> None:
        self.low: list[int] = []
        self.high: list[int] = []
        self.truth: list[int] = []
        self.rows: list[tuple[dict[int, int], int | None, int]] = []
        self._models: dict[bool, _Model] = {}

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

    def spread(self, row: Row, need: int, whole: bool) -> bool:
        """Whether the weighted sum may have values at least ``need`` apart, the truth among them.

        ``whole`` asks for whole numbers; else fractions are allowed, which is never narrower.
        """
        truth = sum(weight * self.truth[number] for number, weight in row.items())
        up = self._extreme(row, truth, need, 1, whole)
        return up >= need or up + self._extreme(row, truth, need - up, -1, whole) >= need

    def _extreme(self, row: Row, truth: int, need: int, sign: int, whole: bool) -> int:
        """How far from the truth the sum can go in one direction, ``need`` at most; 0 if nobody knows in time."""
        if whole not in self._models:
            self._models[whole] = _Model(self, whole)
        return self._models[whole].reach({number: sign * weight for number, weight in row.items()}, sign * truth, need)


class _Model:
    """A System as the solver has it, with one more unknown, the distance, and one more row that ties it to a question."""

    def __init__(self, system: System, whole: bool) -> None:
        import highspy

        class Quiet(highspy.Highs):
            """Without callbacks, which nobody asks for here: enabling them prints a banner before it can be silenced."""

            def enableCallbacks(self) -> None:
                return

        self._solver = solver = Quiet()
        for option, value in OPTIONS.items():
            solver.setOptionValue(option, value)
        self._distance, self._question = len(system.truth), len(system.rows)
        for low, high in zip(system.low, system.high, strict=True):
            solver.addVar(float(low), float(high))
        solver.addVar(0.0, 0.0)
        for row, low, high in system.rows:
            bottom = -highspy.kHighsInf if low is None else float(low)
            solver.addRow(bottom, float(high), len(row), list(row), [float(weight) for weight in row.values()])
        solver.addRow(-highspy.kHighsInf, 0.0, 1, [self._distance], [1.0])
        solver.changeColCost(self._distance, -1.0)
        for number in range(self._distance if whole else 0):
            solver.changeColIntegrality(number, highspy.HighsVarType.kInteger)
        self._endless, self._optimal = highspy.kHighsInf, highspy.HighsModelStatus.kOptimal

    def reach(self, row: Row, truth: int, need: int) -> int:
        """How far above ``truth`` the weighted sum can be, ``need`` at most."""
        solver = self._solver
        solver.changeColBounds(self._distance, 0.0, float(need))
        solver.changeRowBounds(self._question, -self._endless, float(-truth))
        for number, weight in row.items():
            solver.changeCoeff(self._question, number, float(-weight))
        solver.run()
        found = 0
        if solver.getModelStatus() == self._optimal:
            found = int(-solver.getObjectiveValue() + SLACK)
        for number in row:
            solver.changeCoeff(self._question, number, 0.0)
        return max(0, min(need, found))
