"""What one number tells beside another: amounts over prices, rates times what they are of, parts beside their whole.

Each finding is a number of people between 1 and k - 1 that is certain to be one of few.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from math import ceil, floor
from typing import NamedTuple

from stranger import TOTAL, Key

Numbers = Mapping[Key, Decimal | None]
HEADS = re.compile("[户人名口家位]")
PAIRS = (
    ("projects", "benef_poor_households", "benef_households"), ("projects", "benef_poor_persons", "benef_persons"),
    ("schools", "boarders", "pupils"),
)  # fmt: skip
RATES = ("pension_rate", "med_ins_rate")


class Told(NamedTuple):
    """Few people who are told, of what, and between which numbers."""

    what: str
    place: str
    low: int
    high: int


def told(numbers: Numbers, k: int) -> list[Told]:
    """Small numbers of the figures themselves, of what is left of a whole, and of a rate."""
    found = [
        Told("/".join(key), key[1], int(value), int(value))
        for key, value in numbers.items()
        if value is not None and 0 < value < k and key[3] in COUNTED
    ]
    for figure, part, whole in PAIRS:
        for key, value in numbers.items():
            other = numbers.get((*key[:3], whole)) if key[0] == figure and key[3] == part else None
            if value is not None and other is not None and 0 < other - value < k:
                found.append(Told(f"{whole} - {part}", key[1], int(other - value), int(other - value)))
    return [*found, *_rates(numbers, k), *_means(numbers, k)]


COUNTED = {
    "households", "persons", "population", "water_households", "unsafe_house_households", "pupils", "boarders",
    "benef_households", "benef_persons", "benef_poor_households", "benef_poor_persons", "sample_size", "loans", "pairings",
}  # fmt: skip


def _rates(numbers: Numbers, k: int) -> Iterator[Told]:
    """A rate of a known number of people, or the rest of it, is so many of them."""
    for key, rate in numbers.items():
        people = numbers.get(("residents", key[1], TOTAL, "population"))
        if key[3] not in RATES or rate is None or not people:
            continue
        for share in (rate, 100 - rate):
            low = ceil((share - Decimal("0.005")) * people / 100)
            high = floor((share + Decimal("0.005")) * people / 100)
            if 0 < low <= high < k:
                yield Told(key[3], key[1], low, high)


def _means(numbers: Numbers, k: int) -> Iterator[Told]:
    """A mean of few is theirs."""
    for key, mean in numbers.items():
        base = {"net_income_pc": ("residents", "population"), "per_household": ("people", "households")}.get(key[3])
        if base and mean is not None:
            of = numbers.get((base[0], key[1], TOTAL, base[1]))
            if of is None or of < k:
                yield Told(key[3], key[1], int(of or 0), int(of or 0))


def divided(projects: Iterable[Mapping], numbers: Numbers, prices: Sequence[Decimal], k: int) -> list[Told]:
    """Quantities of people that a project's money gives back, over its own price or over one that everybody knows."""
    found = []
    for row in projects:
        if not HEADS.search(row["quantity_unit"] or ""):
            continue
        own = numbers.get(("projects", row["project_id"], TOTAL, "unit_price"))
        for money in ("budget_total", "final_cost", "paid"):
            text = str(row.get(money) or "")
            amount = Decimal(text) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) else None
            for price in (own,) if own else prices:
                if amount and 0 < amount < k * price and amount % price == 0:
                    found.append(
                        Told(f"{money} / {price}", row["project_id"], int(amount / price), int(amount / price))
                    )
    return found


def batches(payments: Iterable[Mapping], projects: Iterable[Mapping], k: int) -> list[Told]:
    """Rows of payments to persons: over the price of their project they are so many persons of a township."""
    price = {row["project_id"]: row["unit_price"] for row in projects}
    found = []
    for row in payments:
        if row["payee_kind"] == "一卡通批次":
            each = Decimal(price.get(row["project_id"]) or 0)
            heads = Decimal(row["amount"]) / each if each else Decimal(k)
            if heads < k and heads == int(heads):
                found.append(Told("payments / unit_price", row["payment_id"], int(heads), int(heads)))
    return found
