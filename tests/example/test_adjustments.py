"""The undoing of the example's last adjustments takes no step that is not there; the states between are looked at by night."""

from __future__ import annotations

import pytest

from example.adjustments import LAST, PAYMENT, PROJECT, rewind
from example.world import World


def test_there_are_no_other_steps() -> None:
    for step in (-1, LAST + 1):
        with pytest.raises(ValueError, match="steps are 0 to 8"):
            rewind(World(), step)


def test_an_undoing_that_finds_nothing_to_undo_says_so() -> None:
    world = World()
    world.rows["payments"] = [{"payment_id": PAYMENT, "project_id": PROJECT, "payment_stage": "结算款"}]
    world.rows["projects"] = [{"project_id": PROJECT}]
    with pytest.raises(ValueError, match="assets has no project_id"):
        rewind(world, LAST - 2)
