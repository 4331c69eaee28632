"""Publishers that are broken in one way or another, and an honest count without any: the audit must tell them apart."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ledger import Ledger
from stranger import Common, Published, Stranger, truth_of

Figures = dict[tuple[str, str, str, str], Decimal | None]
LEVELS = {"people": 3, "people-class": 2, "people-status": 2, "people-cause": 1, "people-helped": 1, "school-aid": 3,
          "benefits": 1, "benefit-groups": 2, "benefit-totals": 3, "loans": 1, "residents": 3}  # fmt: skip


def count(ledgers: Sequence[Ledger], common: Common, finer: Sequence[str] = ()) -> list[tuple[Figures, Figures]]:
    """Each period's figures without anything withheld, and how many heads or households stand behind each.

    ``finer`` names figures that go one level below what is safe.
    """
    blank = Stranger([{} for _ in ledgers], common)
    depth = {common.county: 1} | {code: 2 for code, above in common.above.items() if above == common.county}
    found = []
    for number, ledger in enumerate(ledgers):
        truth, values, units = truth_of(ledger, blank, number), {}, {}
        for (period, key), parts in blank.cells.items():
            level = depth.get(key[1], 3) - (key[0] in finer)
            if period != number or level > LEVELS[key[0]] or (key[0] == "people-helped" and key[3] == "persons"):
                continue
            total = Decimal(sum(int(weight) * int(truth[cell]) for cell, weight in parts.items()))
            values[key] = total / 100 if key[3] == "amount" else total
            units[key] = Decimal(sum(int(truth[cell]) for cell in parts))
            if key[0] == "loans" and key[3] == "amount":
                units[key] = values[key] / 1000
        found.append((values, units))
    return found


def small_alone(values: Figures, units: Figures, k: int) -> Figures:
    """Small numbers withheld, and nothing that would hide them."""
    return {key: None if 0 < units[key] < k else value for key, value in values.items()}


def kept(now: Figures, before: Published, moved: Figures, k: int) -> Figures:
    """A number that would move by fewer than k keeps its old value."""
    return {
        key: before[key] if value is not None and before.get(key) is not None and 0 < abs(moved[key]) < k else value
        for key, value in now.items()
    }
