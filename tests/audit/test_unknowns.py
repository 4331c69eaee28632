"""The solver's answers, against every table there is."""

from __future__ import annotations

import random

import pytest
from unknowns import System, total


def small(seed: int) -> tuple[System, dict]:
    """A few unknowns, a few sums that were published, sometimes rounded; and a table that fits."""
    chance = random.Random(seed)
    system, truth = System(), {}
    for number in range(chance.randint(3, 5)):
        truth[system.unknown(f"x{number}", 6)] = chance.randint(0, 6)
    for number in range(chance.randint(1, 3)):
        parts = {cell: chance.choice((1, 1, 2, 3)) for cell in truth if chance.random() < 0.6}
        if parts:
            value, blur = total(parts, truth), chance.choice((0, 0, 1))
            system.tie(parts, value - blur, value + blur, f"sum {number}")
    return system, truth


@pytest.mark.parametrize("seed", range(60))
def test_ranges_are_those_of_all_tables(seed):
    """By whole numbers exactly; by linear programming never narrower."""
    system, truth = small(seed)
    assert system.broken(truth) == []
    questions = {cell: {cell: 1.0} for cell in truth} | {"two": {"x0": 1.0, "x1": 1.0}}
    tables = list(system.tables())
    values = {name: {total(parts, table) for table in tables} for name, parts in questions.items()}
    for k in (2, 3, 5):
        whole, linear = system.narrow_whole(questions, truth, k), system.narrow(questions, truth, k)
        assert {name for name in questions if len(values[name]) < k} == set(whole)
        assert {name: len(values[name]) for name in whole} == {name: answer.values for name, answer in whole.items()}
        assert set(linear) <= {name for name in questions if max(values[name]) - min(values[name]) < k - 1}
        for name, answer in linear.items():
            assert answer.low <= min(values[name]) + 1e-6 and max(values[name]) - 1e-6 <= answer.high


@pytest.mark.parametrize("seed", range(0, 60, 3))
def test_what_stays_as_it_is_only_makes_ranges_narrower(seed: int) -> None:
    """A table beside which all other unknowns keep their true values is one of all tables."""
    system, truth = small(seed)
    own = [*truth][:2]
    part = system.beside(own, truth)
    assert part.broken(truth) == [] and set(part.bounds) == set(own)
    assert all(system.broken(truth | table) == [] for table in part.tables())


@pytest.mark.parametrize("seed", range(0, 30, 3))
def test_parts_that_share_nothing_are_asked_apart(seed: int) -> None:
    """Two systems in one give the answers of both, each from a part of its own."""
    both, questions, truth = System(), {}, {}
    for number, (system, table) in enumerate((small(seed), small(seed + 1))):
        for cell, (low, high) in system.bounds.items():
            truth[both.unknown((number, cell), high, low)] = table[cell]
            questions[number, cell] = {(number, cell): 1.0}
        for tie in system.ties:
            both.tie({(number, cell): weight for cell, weight in tie.parts.items()}, tie.low, tie.high)
    parts = both.apart(questions)
    assert sum(len(part.bounds) for part, _ in parts) == len(truth) and len(parts) > 1
    alone = {
        (number, cell)
        for number, (system, table) in enumerate((small(seed), small(seed + 1)))
        for cell in system.narrow({cell: {cell: 1.0} for cell in table}, table, 5)
    }
    assert set(both.narrow(questions, truth, 5)) == alone


def test_a_true_table_that_does_not_fit_is_told():
    system, truth = small(3)
    cell = next(iter(system.ties[0].parts))
    assert system.broken(truth | {cell: truth[cell] + 9})


def test_what_is_not_found_in_time_counts_as_found_out(monkeypatch):
    system = System()
    for number in range(40):
        system.unknown(number, 1000)
    system.tie({number: 900 + 7 * number for number in range(40)}, 90_001 * 40)
    truth = dict.fromkeys(range(40), 0)
    monkeypatch.setattr("unknowns._Solver.run", lambda self, seconds=0: False)
    assert set(system.narrow({"first": {0: 1.0}}, truth, 5)) == {"first"}
    assert set(system.narrow_whole({"first": {0: 1.0}}, truth, 5)) == {"first"}
