"""What amounts tell by themselves, by what is left beside others, between two publications, and by their township."""

from __future__ import annotations

import datetime
import random
from decimal import Decimal

from gongshi.disclosure.counting import Cell, Count, Counted, Share, Sum, chain, item_of
from gongshi.disclosure.crowded import crowded
from gongshi.disclosure.figures import declaration
from gongshi.disclosure.pinned import PriceSums, flow, pinned, thin

K = 5
GRANT, POST, AID, LOWEST = "水库移民直补", "公益岗补贴", "中职助学金", "普高助学金"


def shares(village: str, benefit: str, yuan: int, many: int) -> list[Share]:
    """So many households of a village had so much of a benefit in 2020."""
    return [Share(village, benefit, 2020, f"{village}-{benefit}-{at}", yuan * 100) for at in range(many)]


def counted_of(money: list[Share]) -> Counted:
    """A county of one township and three villages in which the money was paid."""
    counted = Counted(datetime.date(2020, 6, 30), "C", {"T": "C", "V1": "T", "V2": "T", "V3": "T"}, money=money)
    for figure in declaration().figures.values():
        if figure.money not in ("group", "total"):
            continue
        for share in money:
            for place in chain(counted, share.village, len(figure.levels)):
                cell = Cell(figure.figure, place, item_of(figure, share), "amount")
                before = counted.cells.get(cell, Count(Decimal(0), 0))
                counted.cells[cell] = Count(before.value + Decimal(share.cents) / 100, before.units + 1)
    for total in list(counted.cells):
        below = [total._replace(place=code) for code, parent in counted.parents.items() if parent == total.place]
        parts = tuple(cell for cell in below if cell in counted.cells)
        if parts:
            counted.sums.append(Sum(total, parts))
    return counted


def total(village: str) -> Cell:
    return Cell("benefit-totals", village, "2020", "amount")


def test_a_township_of_few_leaves_its_villages_less_room():
    """9 households at 150 in the township, of which each village needs one: a total of 300s and 150s explains odd numbers
    alone, and not more than 7."""
    money = [*shares("V1", GRANT, 150, 3), *shares("V2", GRANT, 150, 3), *shares("V3", GRANT, 150, 3)]
    counted = counted_of(money + [share for at in "123" for share in shares(f"V{at}", POST, 300, 20)])
    town = Cell("benefit-groups", "T", f"其他/{2020}", "amount")
    assert town in counted.cells and pinned(counted, counted.cells, K) == set()
    assert crowded(counted, counted.cells, K) == {total("V1"), total("V2"), total("V3")}
    assert crowded(counted, counted.cells.keys() - {town}, K) == set()


def test_what_is_left_beside_published_villages_tells_too():
    money = [*shares("V1", POST, 300, 40), *shares("V2", AID, 1000, 1), *shares("V3", AID, 1000, 1)]
    counted = counted_of(money)
    shown = counted.cells.keys() - {total("V2"), total("V3")}
    assert [relation.total for relation in thin(counted, shown, K)] == [total("T")]
    assert thin(counted, shown - {total("T")}, K) == []
    more = counted_of([*money, *shares("V3", POST, 1000, 20)])
    assert thin(more, more.cells.keys() - {total("V2"), total("V3")}, K) == []


def test_two_publications_tell_what_was_paid_between():
    first = [*shares("V1", POST, 100, 250), *shares("V1", GRANT, 7000, 2)]
    grants = [*shares("V1", GRANT, 7000, 2), Share("V1", GRANT, 2020, "new", 700000)]
    before, now = counted_of(first), counted_of(shares("V1", POST, 100, 250) + grants)
    published = {cell: count.value for cell, count in before.cells.items()}
    since = flow(now, before, published)
    assert since.cells[total("V1")].value == 7000 and since.money == grants[-1:]
    assert total("V1") in pinned(since, since.cells, K) and total("V1") not in pinned(now, {total("V1")}, K)
    assert flow(now, before, {**published, total("V1"): None}).cells.get(total("V1")) is None
    back = counted_of([share._replace(cents=share.cents - 100) for share in first])
    assert flow(back, before, published).cells == {}


def test_what_a_township_publishes_of_a_group_bounds_its_villages():
    """3,100 of 400s, 500s and 300s may be many things; where the township publishes that nothing is paid in 300s, there are four of
    400."""
    money = [
        *shares("V1", AID, 400, 4),
        *shares("V1", LOWEST, 500, 3),
        *shares("V2", AID, 400, 40),
        *shares("V2", LOWEST, 500, 40),
    ]
    gifts = [Share("W1", GRANT, 2020, f"far-{at}", 30_000) for at in range(40)]
    town = Cell("benefit-groups", "T", "其他/2020", "amount")
    for extra, narrow in ((0, True), (1, False), (40, False)):  # one alone is withheld, and bounds nothing
        counted = counted_of([*money, *gifts, *shares("V2", GRANT, 300, extra)])
        counted.cells.setdefault(town, Count(Decimal(0), 0))
        shown = counted.cells.keys() - {Cell("benefit-groups", "T", "教育资助/2020", "amount")}
        assert (total("V1") in pinned(counted, shown, K)) == narrow, extra
        assert total("V1") not in pinned(counted, shown - {town}, K), extra


def test_sums_within_limits_are_all_the_ways() -> None:
    """Against counting them one by one."""
    draw = random.Random(12)
    for _ in range(60):
        free, tight = ([draw.randrange(1, 9) for _ in range(draw.randrange(3))] for _ in range(2))
        most, bound = draw.randrange(1, 40), draw.randrange(0, 12)
        ways = {0}
        for prices, limit in ((free, most), (tight, bound)):
            own = {0}
            while more := {n + price for n in own for price in prices if n + price <= limit} - own:
                own |= more
            ways = {a + b for a in ways for b in own if a + b <= most}
        sums = PriceSums(free, most, [(tight, bound)])
        assert {n for n in range(most + 1) if sums.has(n)} == ways


def test_payments_are_counted_as_households_are() -> None:
    """5,100 of 400s and 500s are 4 or 9 of 400, though two to nine households may have had them."""
    homes = [*shares("V1", AID, 400, 2), Share("V1", AID, 2020, "two children", 80_000), *shares("V1", LOWEST, 500, 7)]
    counted = counted_of([*homes, *shares("V2", AID, 400, 40), *shares("V2", LOWEST, 500, 40)])
    shown = counted.cells.keys() - {Cell("benefit-groups", place, "教育资助/2020", "amount") for place in "CT"}
    assert total("V1") not in pinned(counted, shown, K)
    counted.recipients.update({(share.household, share.benefit, 2020): share.cents // 40_000 for share in homes})
    counted.paid.update({(AID, 2020): {40_000}, (LOWEST, 2020): {50_000}})
    assert total("V1") in pinned(counted, shown, K)
    counted.recipients["two children", AID, 2020] = 4  # five of them: not few
    assert total("V1") not in pinned(counted, shown, K)
    counted.recipients["two children", AID, 2020] = 2
    assert [relation.total for relation in thin(counted, shown - {total("V1")}, K)] == [total("T")]


def test_odd_cents_take_no_time_and_a_published_zero_still_counts() -> None:
    """In units of a cent the sums of a village are too many to follow one by one."""
    homes = [*shares("V1", AID, 4000, 4), *shares("V1", LOWEST, 5000, 3), Share("W1", GRANT, 2020, "odd", 1)]
    counted = counted_of([*homes, *shares("V2", AID, 4000, 40), *shares("V2", LOWEST, 5000, 40)])
    town = Cell("benefit-groups", "T", "其他/2020", "amount")
    counted.cells.setdefault(town, Count(Decimal(0), 0))
    shown = counted.cells.keys() - {Cell("benefit-groups", "T", "教育资助/2020", "amount")}
    assert total("V1") in pinned(counted, shown, K) and total("V1") not in pinned(counted, shown - {town}, K)
