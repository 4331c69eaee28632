"""What is said of people is in the frozen file, or is not said."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from figures_of import figures
from made_up import COUNTY, DAY, Example

from gongshi.disclosure import NOT_YET, WITHHELD, Disclosure, add
from gongshi.disclosure.frozen import Frozen
from gongshi.disclosure.made import MADE, PEOPLE
from gongshi.model import GongshiError

LATER = datetime.date(2020, 9, 30)
VILLAGE = "990100100200"


def of(rows: list[tuple[str, ...]], day: datetime.date = DAY) -> Frozen:
    """The figures of rows (period, figure, place, item, measure, value)."""
    example = Example(townships=1, villages=1, projects=1)
    names = ("period", "figure", "place", "item", "measure", "value")
    example.rows["figures"] = [dict(zip(names, row, strict=True)) for row in rows]
    return Frozen.of(example.open(), day)


def people(period: str, value: str) -> tuple[str, ...]:
    return period, "people", COUNTY, "合计", "households", value


@pytest.mark.parametrize(
    ("day", "shown"),
    [("2020-03-30", None), ("2020-03-31", 90), ("2020-06-29", 90), ("2020-06-30", 100), ("2021-01-01", 100)],
)
def test_the_newest_period_that_has_ended_is_shown(day, shown):
    frozen = of([people("2020-Q1", "90"), people("2020-Q2", "100")], datetime.date.fromisoformat(day))
    assert frozen.get("people", COUNTY, "合计", "households") == shown
    assert frozen.pending == (shown is None) and (frozen.on is None) == (shown is None)


def test_a_yearly_figure_is_of_the_newest_period_that_has_it():
    cause = ("2020-Q1", "people-cause", COUNTY, "因病", "households", "44")
    frozen = of([cause, people("2020-Q1", "90"), people("2020-Q2", "100")])
    assert frozen.get("people-cause", COUNTY, "因病", "households") == 44
    assert frozen.day("people-cause") == datetime.date(2020, 3, 31) and frozen.day("people") == DAY
    assert frozen.period("people-cause") == "2020-Q1"


def test_a_quarterly_figure_of_an_older_period_is_not_shown():
    loans = ("2020-Q1", "loans", COUNTY, "种植", "loans", "44")
    assert of([loans, people("2020-Q2", "100")]).rows("loans") == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (people("2020-6", "90"), "写成 2020-Q2"),
        (people("2020-Q5", "90"), "写成 2020-Q2"),
        (people("2020-Q2", "不足5"), "既不是数也不是"),
        (people("2020-Q2", "约90"), "既不是数也不是"),
        (people("2020-Q2", "90户"), "既不是数也不是"),
        (people("2020-Q2", "1e9"), "既不是数也不是"),
        (people("2020-Q2", "NaN"), "既不是数也不是"),
        (("2020-Q2", "patients", COUNTY, "合计", "persons", "90"), "没有声明过的数"),
        (("2020-Q2", "people", COUNTY, "合计", "sick", "90"), "没有声明过的数"),
    ],
)
def test_a_file_that_somebody_edited_stops_the_build_in_one_sentence(row, said):
    with pytest.raises(GongshiError, match=said) as error:
        of([row])
    assert str(error.value).count("。") == 1


def test_two_numbers_for_one_cell_stop_the_build():
    with pytest.raises(GongshiError, match="有两行"):
        of([people("2020-Q2", "90"), people("2020-Q2", "91")])


# -- sums --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "total"),
    [
        ([], 0),
        ([1, 2], 3),
        ([Decimal("1.10"), None, Decimal("2.20")], Decimal("3.30")),
        ([1, WITHHELD], WITHHELD),
        ([WITHHELD, NOT_YET, 3], WITHHELD),
        ([NOT_YET, WITHHELD], WITHHELD),
        ([NOT_YET, 3], NOT_YET),
        ([-3, 1], -2),
    ],
)
def test_a_sum_with_a_withheld_part_is_withheld(parts, total):
    assert add(parts) == total


def test_a_withheld_payment_to_persons_makes_the_whole_sum_withheld():
    example = Example()
    example.rows["figures"] = figures(example.rows)
    cell = next(row for row in example.rows["figures"] if row["figure"] == "project-persons")
    cell["value"] = "不公布"
    views = Disclosure(example.open(), DAY)
    paid = {row.project_id: row.paid for row in views.rows("projects")}
    assert paid[cell["place"]] == WITHHELD and sum(value == WITHHELD for value in paid.values()) == 1
    assert WITHHELD in {row.paid for row in views.rows("allocations") if row.allocation_id == cell["item"]}


def test_what_units_and_persons_were_paid_adds_up_to_all_payments():
    example = Example()
    total = sum(row["amount"] for row in example.rows["payments"])
    views = Disclosure(example.open(), DAY)
    for name in ("projects", "allocations"):
        assert add(row.paid for row in views.rows(name)) == total
    assert add(row.amount for row in views.rows("payments")) < total


# -- views -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", [PEOPLE, *MADE], ids=lambda view: view.name)
def test_a_view_of_figures_has_rows_and_no_number_of_a_person(view):
    rows = Disclosure(Example().open(), DAY).rows(view.name)
    assert rows, "the example must have a row for every view, or this proves nothing"
    keys = [tuple(getattr(row, name) for name in view.key) for row in rows]
    assert len(keys) == len(set(keys))
    for row in rows:
        assert not any(str(value).startswith(("H0", "M0", "J0")) for value in row), row
        assert row.as_of == DAY


def test_people_are_what_the_file_says():
    example = Example()
    there = [row for row in example.rows["households"] if row["village_code"] == VILLAGE]
    for row in there[3:]:
        row["village_code"] = "990100100201"
    rows = {(r.division_code, r.dimension, r.value): r for r in Disclosure(example.open(), DAY).rows("people")}
    county = rows[COUNTY, "合计", "合计"]
    assert county.households == len(example.rows["households"])
    assert county.persons == sum(row["population"] for row in example.rows["households"])
    levels = {}
    for row in rows.values():
        levels.setdefault(row.dimension, set()).add(row.level)
    assert levels["主要致贫原因"] == {"县"} and levels["贫困户类别"] == {"县", "乡镇"} and "村" in levels["合计"]
    assert rows[VILLAGE, "合计", "合计"].households == rows[VILLAGE, "合计", "合计"].persons == WITHHELD


def test_a_county_without_figures_says_that_they_come():
    example = Example()
    example.frozen = False
    views = Disclosure(example.open(), DAY)
    assert views.pending and views.counted_on is None
    assert {row.households for row in views.rows("people")} == {NOT_YET}
    for view in MADE:
        assert views.rows(view.name) == [], view.name
    for name in ("villages", "townships", "schools", "inspections"):
        for row in views.rows(name):
            for column, value in zip(views.columns(name), row, strict=True):
                assert value == NOT_YET or column.mark != "%", (name, column.name)
    assert {row.paid for row in views.rows("projects")} == {NOT_YET}, "what persons were paid is not known"
    assert all(isinstance(row.amount, Decimal) for row in views.rows("payments"))


def test_what_the_register_says_today_is_not_shown_before_it_is_frozen():
    example = Example()
    example.rows["figures"] = figures(example.rows)
    example.rows["villages"][0] |= {"water_households": 777, "population": 88888}
    example.rows["figures"] = [
        row for row in example.rows["figures"] if (row["place"], row["measure"]) != (VILLAGE, "pension_rate")
    ]
    example.rows["villages"][1]["net_income_pc"] = None
    example.rows["figures"] = [
        row for row in example.rows["figures"] if (row["place"], row["measure"]) != ("990100100201", "net_income_pc")
    ]
    first, second, *_ = Disclosure(example.open(), DAY).rows("villages")
    assert first.water_households != 777 and first.population != 88888
    assert first.pension_rate == NOT_YET, "filled in since then"
    assert second.net_income_pc is None, "nobody has filled it in"


def test_a_village_that_is_new_has_no_figures_yet_and_one_that_is_gone_keeps_its_own():
    example = Example()
    example.rows["figures"] = figures(example.rows)
    example.rows["divisions"][-1]["valid_to"] = DAY
    gone = example.rows["divisions"][-1]["division_code"]
    example.add(
        "divisions", division_code="990100100299", name="新村", level="村", parent_code="990100100000", valid_to=None
    )
    cells = {r.division_code: r for r in Disclosure(example.open(), DAY).rows("people") if r.dimension == "合计"}
    assert cells["990100100299"].households == NOT_YET and cells["990100100299"].name == "新村"
    assert isinstance(cells[gone].households, int) and cells[gone].name
