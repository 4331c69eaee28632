"""Two thousand drawn sheets: nothing wrong is written. ``make nightly``; ``make test`` has three hundred and twenty."""

from __future__ import annotations

import os
import random

import pytest

from exchange.test_meaning import drawn_sheets, wrong_values

pytest_plugins = ("exchange.conftest",)
SEED = int(os.environ.get("GONGSHI_SEED") or random.SystemRandom().randrange(10**6))


@pytest.mark.parametrize("night", range(7))
def test_no_drawn_sheet_brings_a_wrong_amount(night: int, plan) -> None:
    wrong, whole = wrong_values(plan, drawn_sheets(SEED + night, 320))
    print(f"GONGSHI_SEED={SEED + night}: {whole} of 320 sheets came in whole, {len(wrong)} wrong values")
    assert not wrong, "\n".join(wrong[:5])
