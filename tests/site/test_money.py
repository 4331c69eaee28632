"""Where each yuan of an allocation is: parts of one yuan, of what is told alone."""

from __future__ import annotations

import random
from decimal import Decimal
from types import SimpleNamespace

import pytest

from gongshi.disclosure import WITHHELD
from gongshi.site.money import one_yuan

YUAN = Decimal("1.00")


def parts(amount, budgeted, units=(), persons=(), paid=None) -> list[tuple[str, Decimal]]:
    rows = [[SimpleNamespace(amount=value) for value in values] for values in (units, persons)]
    total = sum((*units, *persons), Decimal(0)) if paid is None else paid
    return one_yuan(SimpleNamespace(amount=amount, budgeted=budgeted, paid=total), *rows)


def test_each_part_is_told_and_they_make_one_yuan() -> None:
    told = parts(Decimal(700), Decimal(600), [Decimal(60), Decimal(40)], [Decimal(200)])
    assert dict(told) == {
        "付给了单位": Decimal("0.14"),
        "发给了个人": Decimal("0.29"),
        "安排好、还没付": Decimal("0.43"),
        "还没安排": Decimal("0.14"),
    }
    draw = random.Random(19)
    for _ in range(300):
        units, persons, rest, free = (Decimal(draw.randrange(10**7)) / 100 for _ in range(4))
        told = parts(units + persons + rest + free, units + persons + rest, [units], [persons])
        assert sum(part for _, part in told) == YUAN
        assert all(abs(part * (units + persons + rest + free) - value) <= (units + persons + rest + free) / 100
                   for (_, part), value in zip(told, [v for v in (units, persons, rest, free) if v], strict=True))  # fmt: skip


def test_nothing_spent_is_not_planned() -> None:
    assert parts(Decimal(10), None) == [("还没安排", YUAN)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": Decimal(10), "budgeted": Decimal(5), "persons": [WITHHELD], "paid": Decimal(5)},
        {"amount": Decimal(10), "budgeted": WITHHELD},
        {"amount": Decimal(10), "budgeted": Decimal(5), "units": [Decimal(6)]},
        {"amount": Decimal(10), "budgeted": Decimal(11)},
        {"amount": Decimal(10), "budgeted": Decimal(5), "units": [Decimal(1)], "paid": Decimal(2)},
        {"amount": Decimal(0), "budgeted": Decimal(0)},
        {"amount": None, "budgeted": None},
    ],
)
def test_what_is_withheld_or_does_not_agree_is_not_told(wrong) -> None:
    assert parts(**wrong) == []
