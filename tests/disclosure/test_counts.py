"""Counts of people: what is published, what is withheld, and that totals do not give it back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from made_up import Example

from gongshi.disclosure import Disclosure, Withheld
from gongshi.disclosure.counts import COUNTS, JOINS, _aid, _contacts, _loans
from gongshi.disclosure.people import DIMENSIONS, HELPED, Place, count
from gongshi.disclosure.views import COUNTED, expand


@pytest.fixture(scope="module")
def views():
    return Disclosure(Example().open())


@pytest.mark.parametrize("count", COUNTS, ids=lambda count: count.name)
def test_a_count_has_rows_and_no_number_of_a_person(count, views):
    rows = views.rows(count.name)
    assert rows, "the example must have a row for every count, or this proves nothing"
    keys = [tuple(getattr(row, name) for name in count.key) for row in rows]
    assert len(keys) == len(set(keys))
    assert not {column.name for column in count.columns} & JOINS
    for row in rows:
        assert not any(str(value).startswith(("H0", "M0", "J0")) for value in row), row


def test_aid_adds_up_and_small_schools_are_withheld_with_their_money(views):
    rows = views.rows("school-aid")
    assert any(isinstance(row.persons, Withheld) for row in rows)
    for row in rows:
        assert isinstance(row.persons, Withheld) == isinstance(row.amount, Withheld), "the amount would give the count"
        assert isinstance(row.persons, Withheld) or row.persons == 0 or row.persons >= 5
    hidden = [row for row in rows if isinstance(row.persons, Withheld)]
    assert len(hidden) >= 2


def test_a_single_small_school_takes_another_with_it():
    rows = [
        ("S1", "甲", "助学金", "2020", 20, 1, "小学"),
        ("S2", "乙", "助学金", "2020", 3, 1, "小学"),
        ("S3", "丙", "助学金", "2020", 9, 1, "小学"),
    ]
    found = {row[0]: row[4] for row in _aid(rows, 5)}
    assert isinstance(found["S2"], Withheld) and isinstance(found["S3"], Withheld)
    assert found["S1"] == 20 and found["合计"] == 32


def test_a_small_school_hides_among_those_of_its_own_level():
    """500 yuan a pupil here, 625 there: one withheld school of each level would be two equations for two numbers."""
    rows = [(f"P{n}", "村小", "寄宿", "2020", count, 500 * count, "小学") for n, count in enumerate((3, 9, 20))]
    rows += [(f"M{n}", "中学", "寄宿", "2020", count, 625 * count, "初中") for n, count in enumerate((6, 30))]
    found = {row[0]: row[4] for row in _aid(rows, 5)}
    assert [isinstance(found[code], Withheld) for code in ("P0", "P1", "P2", "M0", "M1")] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_a_level_that_cannot_hide_its_small_school_names_no_school():
    rows = [("P0", "村小", "寄宿", "2020", 3, 1500, "小学"), ("M0", "中学", "寄宿", "2020", 60, 37500, "初中")]
    assert _aid(rows, 5) == [("合计", "合计", "寄宿", "2020", 63, 39000)]
    assert _aid(rows[:1], 5) == [], "of three pupils in all nothing is said: what was paid for them is public"


def test_schools_elsewhere_hide_among_the_most():
    rows = [(f"P{n}", "村小", "寄宿", "2020", 20, 1, "小学") for n in range(3)] + [
        ("", "县外", "寄宿", "2020", 2, 1, "")
    ]
    found = {row[0]: row[4] for row in _aid(rows, 5)}
    assert isinstance(found[""], Withheld) and sum(isinstance(value, Withheld) for value in found.values()) == 2


def test_loans_of_a_rare_purpose_do_not_follow_from_the_total():
    rate = Decimal("4.35")
    rows = [("种植", 8, 1, rate, rate), ("养殖", 3, 1, rate, rate), ("加工", 6, 1, rate, rate)]
    found = {row[0]: row[1] for row in _loans(rows, 5)}
    assert isinstance(found["养殖"], Withheld) and isinstance(found["加工"], Withheld) and found["合计"] == 17
    assert _loans([], 5) == []


def test_who_is_not_helped_does_not_follow_from_who_is():
    """One household of thirty without a helper: its township's coverage is withheld, and another's, and no total."""
    places = [Place("c", "县", None)]
    groups, values = [], {dimension.field: (dimension.field, ("甲",)) for dimension in DIMENSIONS} | {"helped": HELPED}
    for town, covered, left in (("t1", 29, 1), ("t2", 40, 0), ("t3", 30, 20)):
        places.append(Place(town, "乡镇", "c"))
        groups += [(town, "甲", "甲", "甲", word, n, 3 * n) for word, n in zip(HELPED[1], (covered, left), strict=True)]
    cells = {cell[:1] + cell[2:4]: cell.households for cell in count(groups, places, values, 5)}
    helped = [cells[town, HELPED[0], "有"] for town in ("t1", "t2", "t3")]
    assert cells["t1", "合计", "合计"] == 30 and isinstance(helped[0], Withheld)
    assert sum(isinstance(covered, Withheld) for covered in helped) >= 2
    assert cells["c", HELPED[0], "有"] == 99


def test_help_counts_the_households_that_the_table_of_people_counts(views):
    """One township, withheld there for what its villages would tell, is withheld here, too."""
    totals = {row.division_code: row.households for row in views.rows("people") if row.dimension == "合计"}
    rows = views.rows("help")
    assert rows[-1].township_code == "合计" and rows[-1].households == totals["990100000000"]
    assert [row.households for row in rows[:-1]] == [totals[row.township_code] for row in rows[:-1]]
    assert any(isinstance(row.covered, Withheld) for row in rows), "one household has no helper"


def test_the_contacts_of_few_pairings_are_withheld_with_them():
    """A single contact was made by a single pairing."""
    rows = [("t1", "包保教师", "家访", "2020-Q1", 1, 1), ("t2", "包保教师", "家访", "2020-Q1", 90, 30)]
    rows += [("t3", "包保教师", "家访", "2020-Q1", 70, 31)]
    found = {row[0]: row[4:] for row in _contacts(rows, 5)}
    assert all(isinstance(value, Withheld) for value in (*found["t1"], *found["t2"]))
    assert found["t3"] == (70, 31) and found["合计"] == (161, 62)


def test_joins_are_for_counts_only():
    example = Example()
    plain = expand("SELECT * FROM {households}", example.descriptor, COUNTED)
    assert "household_no" not in plain
    assert "household_no" in expand("SELECT * FROM {households}", example.descriptor, COUNTED, JOINS)
    assert "second_cause" not in expand("SELECT * FROM {households}", example.descriptor, COUNTED, JOINS)
