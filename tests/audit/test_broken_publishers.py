"""Publishers that are broken in one way each: the audit finds what they give away."""

from __future__ import annotations

import pytest
from auditing import Case
from labels import not_zero
from ledger import Ledger
from naive import count, kept, small_alone
from small_counties import CAUSES, CLASSES, QUARTERS, county
from stranger import FEW, Common
from unknowns import System

K = 5


@pytest.fixture(scope="module")
def case():
    """A county of two townships with two villages each, in two quarters."""
    ledgers = [Ledger(rows, end) for rows, end in zip(county(5, 2, 2), QUARTERS.values(), strict=True)]
    return ledgers, Common.of(ledgers, CLASSES, CAUSES, K)


def audit(files, ledgers, common):
    """Fractions alone are enough to beat these."""
    return Case.of(files, ledgers, common).by_fractions()


def kinds(found) -> set[tuple[str, str]]:
    """What was found out, by why it was asked and the figure."""
    return {(name[1], name[2]) if name[1] == "moved" else (name[1], "") for name in found}


def test_small_numbers_alone_withheld_are_given_back(case):
    """Without complementary suppression."""
    ledgers, common = case
    values, units = count(ledgers, common)[0]
    found = audit([small_alone(values, units, K)], ledgers[:1], common)
    assert {name for name, answer in found.items() if answer.low == answer.high}


def test_a_label_that_no_zero_has_is_read(case):
    """Small numbers withheld beside zeros that are shown; with the zeros withheld too the label says nothing."""
    ledgers, common = case
    values, units = count(ledgers, common)[0]

    def told(file) -> set[str]:
        one = Case.of([file], ledgers[:1], common)
        return {key[0] for _, _, key in not_zero(one.stranger, one.truth)}

    hidden = small_alone(values, units, K)
    assert told(hidden) & {"people-class", "people-cause", "benefit-groups"}
    assert told({key: value or None for key, value in hidden.items()}) == set()


@pytest.mark.parametrize("figure", ["benefits", "people-class"])
def test_finer_levels_give_small_numbers_back(case, figure):
    """Benefits by township (as payments by township told), and classes of villages."""
    ledgers, common = case
    values, units = count(ledgers, common, [figure])[0]
    few = {key for key, value in units.items() if key[0] == figure and 0 < value < K and value}
    found = audit([values], ledgers[:1], common)
    told = {name[2:5] if figure == "people-class" else (name[2], f"{name[3]}/{name[4]}") for name in found}
    assert few and {key[:3] if figure == "people-class" else key[1:3] for key in few} <= told


def test_two_labels_give_numbers_back():
    """A village of six households in two classes, one of them few, the other none or many: only 1 and 5 are left."""
    system, label = System(), {"few": (1, K - 1), "other": (0, 6)}
    truth = {system.unknown(cell, high, low): {"few": 1, "other": 5}[cell] for cell, (low, high) in label.items()}
    system.tie({"few": 1, "other": 1}, 6)
    questions = {cell: {cell: 1.0} for cell in ("few", "other")}
    assert len(system.narrow_whole(questions, truth, 3)) == 0
    truth[system.unknown("many", 1)] = 1
    system.tie({"other": 1, "many": -K}, 0, 6, "none or many")
    system.tie({"other": 1, "many": -6}, -6, 0, "none or many")
    assert system.narrow_whole(questions, truth, 3)["few"].values == 1


def test_a_second_label_is_read(case):
    """In a county it narrows what one label left wide."""
    ledgers, common = case
    values, units = count(ledgers, common)[0]
    hidden = small_alone(values, units, K)
    two = {
        key: FEW if value is None and key[3] in ("households", "persons") and 0 < units[key] < K else value
        for key, value in hidden.items()
    }
    assert FEW in two.values()
    assert len(audit([two], ledgers[:1], common)) > len(audit([hidden], ledgers[:1], common))


def test_numbers_that_follow_each_quarter_are_subtracted(case):
    """New households and exits show, unless old values are kept."""
    ledgers, common = case
    (first, _), (second, _) = count(ledgers, common)
    moved = {key: value - first.get(key, 0) for key, value in second.items()}
    found = kinds(audit([first, second], ledgers, common))
    still = kinds(audit([first, kept(second, first, moved, K)], ledgers, common))
    assert ("moved", "people-status") in found and ("moved", "people-cause") in found
    assert ("moved", "people-cause") not in still
