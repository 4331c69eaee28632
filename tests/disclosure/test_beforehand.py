"""What is known of an amount beforehand: how many households there are, what all of them had, what a project paid there."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import product

import pytest

from disclosure.small_ledger import ledger, rows, town, village
from disclosure.test_pinned import AID, GRANT, POST, K, counted_of, shares, total
from gongshi.disclosure.counting import Cell, Count, Share
from gongshi.disclosure.freezing import WITHHELD, Period, freeze
from gongshi.disclosure.pinned import beside, pinned, thin

Q2 = Period.of("2020-Q2")
HOMES = [[12, 15, 11], [20, 13, 14]]
FIRST = {0: range(12), 1: range(12, 27), 2: range(27, 38)}


def grant(home: int, benefit: str, amount: int) -> dict[str, object]:
    return {"home": home, "benefit": benefit, "amount": amount}


def totals(homes: Sequence[Sequence[int]], grants: list[dict[str, object]]) -> dict[str, str]:
    cells = freeze(ledger(rows(homes, grants)), None, Q2)
    return {
        cell.place: text for cell, text in cells.items() if cell[0] == "benefit-totals" and cell.measure == "amount"
    }


@pytest.mark.parametrize("without", [0, 1, 4])
def test_what_all_households_had_is_known_of_each_village(without: int) -> None:
    """38 gifts in a township of 38 households; the village's 14,000 beside its 12 gifts of 1,000 are two awards of 1,000."""
    gifts = [grant(home, "慰问物资", 1000) for home in range(38 - without)]
    awards = [grant(home, "产业奖补", 1000) for home in (0, 1, *range(12, 18), *range(27, 34), *range(38, 85, 2))]
    told = totals(HOMES, gifts + awards)
    assert told[village(0, 0)] == WITHHELD and told[town(0)] == f"{53 - without}000.00"
    few = [
        grant(home, "慰问物资", 1000) for home in (*range(0, 12, 2), *range(12, 18), *range(27, 33), *range(38, 85, 5))
    ]
    assert totals(HOMES, few + awards)[village(0, 0)] == "8000.00", "six of twelve: nobody knows which"


def test_a_village_has_no_more_recipients_than_households() -> None:
    """12,000 of 2,000s and 500s to six households: six awards, or five and four gifts; 24 gifts there cannot be."""
    homes = [[6, 15, 11], [20, 13, 14]]
    awards = [grant(home, "产业奖补", 2000) for home in (*range(5), *range(6, 26, 2), *range(32, 79, 3))]
    gifts = [grant(home, "慰问物资", 500) for home in (*range(4), *range(6, 32), *range(33, 79, 2))]
    assert totals(homes, awards + gifts)[village(0, 0)] == WITHHELD
    counted = counted_of([*shares("V1", POST, 2000, 5), *shares("V1", GRANT, 500, 4), *shares("V2", POST, 2000, 20)])
    shown = counted.cells.keys() - {cell for cell in counted.cells if cell[0] == "benefit-groups"}
    assert total("V1") not in pinned(counted, shown, K), "of how many households nobody knows"
    counted.homes = {"V1": 6, "V2": 30, "V3": 30}
    assert total("V1") in pinned(counted, shown, K)
    counted.homes["V1"] = 19
    assert total("V1") not in pinned(counted, shown, K)
    counted.homes["V1"] = 3
    assert total("V1") in pinned(counted, shown, K), "more recipients than people: a household that was struck off"


@pytest.mark.parametrize(("place", "units", "narrow"), [("V1", 30, True), ("T", 30, False), ("V1", 4, False)])
def test_what_a_project_of_one_village_paid_is_known(place: str, units: int, narrow: bool) -> None:
    """Its page says 30,000 in this village: 32,000 are two more households at 1,000."""
    money = [
        *shares("V1", POST, 1000, 30),
        *shares("V1", AID, 1000, 2),
        *shares("V2", POST, 1000, 50),
        *shares("V2", AID, 1000, 9),
    ]
    counted = counted_of(money)
    counted.cells[Cell("project-persons", "P", "N", "amount")] = Count(30_000, units, None)
    shown = counted.cells.keys() - {cell for cell in counted.cells if cell[0] == "benefit-groups"}
    assert total("V1") not in pinned(counted, shown, K)
    counted.own = [Share(place, POST, 2020, "P", 30_000_00)]
    assert (total("V1") in pinned(counted, shown, K)) == narrow


def test_what_is_left_of_a_sum_is_known_less_what_all_had() -> None:
    money = [
        *shares("V1", POST, 300, 40),
        *shares("V2", GRANT, 1000, 20),
        *shares("V2", AID, 1000, 1),
        *shares("V3", AID, 1000, 1),
    ]
    counted = counted_of([*money, *shares("V1", GRANT, 1000, 40), *shares("V3", GRANT, 1000, 20)])
    shown = counted.cells.keys() - {total("V2"), total("V3")} - {c for c in counted.cells if c[0] == "benefit-groups"}
    assert thin(counted, shown, K) == []
    counted.homes = {"T": 80, "V1": 40, "V2": 20, "V3": 20}
    assert [relation.total for relation in thin(counted, shown, K)] == [total("T")]


def test_sums_of_so_many_at_most_are_all_the_ways() -> None:
    """Against counting them one by one."""
    draw = random.Random(12)
    for _ in range(40):
        names = [POST, GRANT, AID]
        prices = {name: frozenset(draw.sample(range(1, 9), draw.randrange(1, 3))) for name in names}
        times, most = draw.randrange(1, 4), draw.randrange(1, 30)
        bound = [("其他", draw.randrange(0, 12))] if draw.random() < 0.5 else []
        each = {
            name: {sum(some) for n in range(times + 1) for some in product(prices[name], repeat=n)}
            for name in names[1:]
        }
        ways = {a + b for a in each[GRANT] for b in each[AID] if not bound or a <= bound[0][1] or bound[0][1] >= most}
        sums = beside(prices, POST, names, bound, most, times)
        assert {n for n in range(most + 1) if sums.has(n)} == {n for n in ways if n <= most}
