"""The real publisher on counties of few small villages: a stranger reads both quarters and finds nothing out.

``make nightly`` has fifty larger ones.
"""

from __future__ import annotations

from functools import cache

import pytest
from auditing import Case, audit
from publishing import published

published = cache(published)


@pytest.mark.parametrize(("seed", "townships", "villages"), [(4, 1, 1), (7, 1, 2), (8, 2, 1), (9, 1, 1)])
def test_no_number_comes_back(seed, townships, villages):
    case = published(seed, townships, villages)
    assert Case.of(*case).questions
    assert audit(*case) == {}


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
