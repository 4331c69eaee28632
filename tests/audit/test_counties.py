"""The real publisher on counties of few small villages: a stranger reads both quarters and finds nothing out.

``make nightly`` has fifty larger ones.
"""

from __future__ import annotations

from functools import cache

import pytest
from auditing import Case, audit
from labels import not_zero
from publishing import published

from support import rounds

fresh, published = published, cache(published)


SIZES = [(4, 1, 1), (7, 1, 2), (8, 2, 1), (9, 1, 1)]


@pytest.mark.parametrize(("seed", "townships", "villages"), SIZES[: rounds(2, 4)])
def test_no_number_comes_back(seed, townships, villages):
    case = published(seed, townships, villages)
    assert Case.of(*case).questions
    assert audit(*case) == {}


@pytest.mark.parametrize(("houses", "townships", "villages"), [((1, 1), 1, 1), ((1, 1), 2, 1), ((2, 6), 1, 2)])
def test_few_households_are_not_told_by_what_is_zero(monkeypatch, houses, townships, villages):
    """Of one household the causes that are zero would say the one that is not."""
    monkeypatch.setattr("small_counties.HOUSES", houses)
    files, ledgers, common = fresh(6, townships, villages)
    if sum(len(ledger.poor) for ledger in ledgers[:1]) < common.k:
        assert {value for key, value in files[0].items() if key[0].startswith(("people", "benefit"))} == {None}
    case = Case.of(files, ledgers, common)
    assert (not_zero(case.stranger, case.truth), case.by_fractions()) == (set(), {})


def test_without_the_zeros_the_label_tells(monkeypatch):
    """The same publisher, but for what it withholds of zeros."""
    monkeypatch.setattr("gongshi.disclosure.withholding._Choice.hide_zeros", lambda self: None)
    monkeypatch.setattr("small_counties.HOUSES", (1, 1))
    case = Case.of(*fresh(6, 1, 1))
    told = {name[2][:2] for name in not_zero(case.stranger, case.truth)}
    assert {figure for figure, _ in told} >= {"people-cause", "people-class"}


def test_a_number_put_back_is_found():
    """Numbers of classes that the publisher withheld are told: the audit, which reads the same file, finds the small ones."""
    (first, _), ledgers, common = published(7, 1, 2)
    asked = Case.of([first], ledgers[:1], common)
    few = {
        name[1:]: asked.questions[name]
        for name in asked.stranger.withheld()
        if name[1] == "people-class" and name[4] == "households"
    }
    told = {key: sum(weight * asked.truth[cell] for cell, weight in parts.items()) for key, parts in few.items()}
    small = {(0, "few", *key) for key, value in told.items() if 0 < value < common.k}
    assert small and small <= audit([{**first, **told}], ledgers[:1], common).keys()
