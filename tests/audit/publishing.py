"""What the real publisher makes of a made-up county in two quarters, and what is known of it besides."""

from __future__ import annotations

from decimal import Decimal

from ledger import Ledger
from small_counties import CAUSES, CLASSES, QUARTERS, county
from stranger import HIDDEN, Common, Published

from gongshi.disclosure.freezing import FrozenFile, Period, freeze
from gongshi.package import load
from support import tree_of

K = 5


def published(seed: int, townships: int = 0, villages: int = 0) -> tuple[list[Published], list[Ledger], Common]:
    """The figures files of both quarters, the second frozen after the first."""
    rows = county(seed, townships, villages)
    databases = [load(tree_of(one)) for one in rows]
    first, second = map(Period.of, QUARTERS)
    before = freeze(databases[0], None, first)
    after = freeze(databases[1], None, second, [FrozenFile(first, before)], databases[0])
    files = [
        {tuple(cell): None if text == HIDDEN else Decimal(text) for cell, text in cells.items()}
        for cells in (before, after)
    ]
    ledgers = [Ledger(one, end) for one, end in zip(rows, QUARTERS.values(), strict=True)]
    return files, ledgers, Common.of(ledgers, CLASSES, CAUSES, K)
