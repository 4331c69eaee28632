"""Withheld counts stay withheld: checked against an attacker who tries every possible table."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongshi.disclosure.suppression import SECONDARY, Sum, determined, primary, suppress
from gongshi.model import GongshiError


def table(rows: list[list[int]]) -> tuple[dict, list[Sum]]:
    """A table with its margins as cells, ("t", "t") the grand total, and the sums that tie them."""
    height, width = range(len(rows)), range(len(rows[0]))
    cells = {(r, c): rows[r][c] for r in height for c in width}
    cells |= {(r, "t"): sum(rows[r]) for r in height} | {("t", c): sum(row[c] for row in rows) for c in width}
    cells["t", "t"] = sum(map(sum, rows))
    sums = [Sum((r, "t"), tuple((r, c) for c in width)) for r in (*height, "t")]
    sums += [Sum(("t", c), tuple((r, c) for r in height)) for c in (*width, "t")]
    return cells, sums


def possible(cells: dict, sums: list[Sum], hidden: dict, k: int, most: int) -> dict:
    """Every value each withheld inner cell can have, as an attacker with patience sees it."""
    inner = [cell for cell in cells if "t" not in cell]
    choices = []
    for cell in inner:
        if cell not in hidden:
            choices.append([cells[cell]])
        else:
            choices.append(range(1, k) if hidden[cell] == primary(k) else range(most + 1))
    seen: dict = {cell: set() for cell in hidden}
    for values in product(*choices):
        guess = dict(zip(inner, values, strict=True))
        for relation in sums:
            guess[relation.total] = sum(guess[cell] for cell in relation.parts if cell in guess)
        if all(_fits(cells, hidden, cell, guess[cell], k) for cell in cells):
            for cell in hidden:
                seen[cell].add(guess[cell])
    return seen


def _fits(cells: dict, hidden: dict, cell: tuple, value: int, k: int) -> bool:
    if cell not in hidden:
        return cells[cell] == value
    return hidden[cell] == SECONDARY or 0 < value < k


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 6), min_size=2, max_size=2), min_size=2, max_size=3))
def test_no_attacker_finds_a_withheld_count(rows):
    cells, sums = table(rows)
    hidden = suppress(cells, sums, 3)
    assert {cell for cell, count in cells.items() if 0 < count < 3} <= set(hidden)
    for cell, values in possible(cells, sums, hidden, 3, 9).items():
        assert cells[cell] in values
        assert len(values) > 1, (rows, cell, hidden)


def test_the_attacker_wins_without_complementary_suppression():
    """The check of the check: small cells alone withheld are given back by the totals."""
    cells, sums = table([[1, 9], [8, 7]])
    naive = {(0, 0): primary(3)}
    assert possible(cells, sums, naive, 3, 12)[0, 0] == {1}
    assert determined(sums, naive) == {(0, 0)}


def test_a_cycle_of_unknowns_is_not_determined_but_a_bridge_is():
    """Each sum has two unknowns or more, and one is known all the same: only algebra over all sums sees it."""
    _, sums = table([[9, 9, 9, 9]] * 4)
    block = {(r, c): SECONDARY for r in (0, 1) for c in (0, 1)} | {(r, c): SECONDARY for r in (2, 3) for c in (2, 3)}
    assert determined(sums, block) == set()
    assert determined(sums, block | {(1, 2): SECONDARY}) == {(1, 2)}


def test_large_tables_publish_what_they_can():
    cells, sums = table([[20, 30, 40], [25, 4, 60], [10, 8, 9]])
    hidden = suppress(cells, sums)
    assert hidden[1, 1] == primary(5)
    assert len(hidden) == 4
    assert ("t", "t") not in hidden


def test_a_single_village_hides_its_township_total_too():
    cells = {"town": 3, "village": 3, "county": 100, "other": 97}
    sums = [Sum("town", ("village",)), Sum("county", ("town", "other"))]
    hidden = suppress(cells, sums)
    assert set(hidden) == {"town", "village", "other"}


def test_labels_do_not_tell_either():
    """Four small parts in a small total would each be 1; so the page says less about why."""
    cells = {"t": 4, 1: 1, 2: 1, 3: 1, 4: 1}
    hidden = suppress(cells, [Sum("t", (1, 2, 3, 4))])
    assert set(hidden) == set(cells)
    assert SECONDARY in hidden.values()


def test_zero_is_published_where_nothing_is_hidden():
    cells, sums = table([[0, 10], [10, 20]])
    assert suppress(cells, sums) == {}


def test_the_threshold_has_a_floor():
    with pytest.raises(GongshiError, match="至少是 3"):
        suppress({}, [], 2)
