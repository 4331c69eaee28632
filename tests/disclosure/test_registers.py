"""What rules looked at beside the figures: a register that is a little longer than what is published tells of few."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from disclosure.small_ledger import ledger, rows
from gongshi.disclosure.freezing import FrozenFile, Period, freeze
from gongshi.policy import RuleState

FIRST, SECOND = Period.of("2020-Q1"), Period.of("2020-Q2")


def verdict(resource: str, outcomes: dict[str, tuple[int, int]]) -> SimpleNamespace:
    """What rules say that look at all of a resource."""
    body = SimpleNamespace(items={})
    return SimpleNamespace(outcomes=[
        SimpleNamespace(rule=SimpleNamespace(id=name, resource=resource, scope=(), body=body), state=RuleState.RAN,
                        looked=looked, broke=broke)
        for name, (looked, broke) in outcomes.items()
    ])  # fmt: skip


def frozen(gone: int, outcomes: dict[str, tuple[int, int]], resource: str = "households") -> dict[tuple[str, str], str]:
    """What is published of rules, of a county of 110 households of which some are struck off; and of its people."""
    table = rows([[30, 20, 12], [25, 14, 9]])
    for home in table["households"][:gone]:
        home["poverty_status"] = "已销号"
    cells = freeze(ledger(table), verdict(resource, outcomes), FIRST)
    people = next(text for cell, text in cells.items() if cell[:2] == ("people", "990100000000"))
    return {(cell.place, cell.measure): text for cell, text in cells.items() if cell.figure == "rules"} | {
        ("people", ""): people
    }


@pytest.mark.parametrize("gone", [0, 1, 4, 7])
def test_a_rule_over_all_households_says_no_more_than_the_figure(gone: int) -> None:
    told = frozen(gone, {"a": (110, 0), "b": (110, 110), "c": (108, 9), "d": (0, 0)})
    assert told["people", ""] == str(110 - gone)
    looked = {name: told.get((name, "looked")) for name in "abcd"}
    assert looked == {"a": "110" if not gone else None, "b": "110" if not gone else None,
                      "c": None if 110 - gone != 108 else "108", "d": "0"}  # fmt: skip
    assert told["b", "broke"] == ("不公布" if gone in (1, 4) else "110")


def test_of_a_register_without_a_figure_the_parts_are_not_told() -> None:
    told = frozen(0, {"a": (300, 0), "b": (298, 0), "c": (300, 300), "d": (40, 0)}, "members")
    assert {name for name, measure in told if measure == "looked"} == {"a", "c"}


def test_a_new_rule_does_not_tell_what_the_kept_figure_hides() -> None:
    """Two new households: the people and the old rule stay as they were, and so does the rule that is new."""
    before = rows([[30, 20, 12], [25, 14, 9]])
    after = rows([[32, 20, 12], [25, 14, 9]])
    first = freeze(ledger(before), verdict("households", {"old": (110, 0)}), FIRST)
    now = verdict("households", {"a new one": (112, 0), "old": (112, 0)})
    second = freeze(ledger(after), now, SECOND, [FrozenFile(FIRST, first)], ledger(before))
    rules = {cell.place: text for cell, text in second.items() if cell.measure == "looked"}
    assert rules == {"a new one": "110", "old": "110"}
    apart = freeze(ledger(before), verdict("members", {"old": (310, 0)}), FIRST)
    now = verdict("members", {"a new one": (312, 0), "old": (312, 0)})
    second = freeze(ledger(after), now, SECOND, [FrozenFile(FIRST, apart)], ledger(before))
    assert {text for cell, text in second.items() if cell.measure == "looked"} == {"310"}
