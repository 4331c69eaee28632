"""The suppression is attacked with everything that is published; broken in several ways, it gives way.

The attack on the example county is with its built site, in test_example.
"""

from __future__ import annotations

import json

import pytest
from attack import read
from attack_lab import beaten, certain, naive, published, suppressed_by, truth_of
from made_up import Example

from gongshi.disclosure import Disclosure, counts
from gongshi.disclosure.suppression import SECONDARY


@pytest.mark.parametrize(("townships", "villages", "seed"), [(1, 1, 1), (1, 3, 2), (2, 1, 3), (2, 2, 4), (3, 2, 5)])
def test_no_withheld_count_of_a_small_county_can_be_worked_out(townships, villages, seed):
    """So small that nearly everything in it is a small count."""
    example = Example(townships, villages, projects=9, seed=seed).open()
    puzzle, truth = read(published(Disclosure(example))), truth_of(example)
    assert puzzle.unknown()
    assert beaten(puzzle, truth) == set()
    assert certain(puzzle, truth) == set()


@pytest.fixture(scope="module")
def county():
    """Three townships with two villages each, and schools of two levels."""
    example = Example(3, 2)
    example.rows["schools"][1]["school_level"] = "初中"
    for row, member in zip(example.rows["subsidies"], example.rows["members"], strict=True):
        row["amount"] = {"S002": 625}.get(member["school_code"], 500)
    example.open()
    return example, truth_of(example)


def test_the_attack_works_where_only_small_counts_are_withheld(county):
    example, truth = county
    with suppressed_by(naive):
        files = published(Disclosure(example))
    assert {cell[0] for cell in beaten(read(files), truth)} >= {"h", "p", "loans"}


def test_it_works_where_contacts_stand_beside_few_pairings(county, monkeypatch):
    """One contact is one pairing."""
    example, _ = county
    monkeypatch.setattr(counts, "_pair", lambda key, contacts, pairings, hidden: (*key, contacts, hidden or pairings))
    example.sql("DELETE FROM contacts WHERE contacted_on < '2020-04-01' AND pairing_id <> 'J0000001'")
    found = beaten(read(published(Disclosure(example))), truth_of(example))
    assert {cell[0] for cell in found} == {"q"}


def test_it_works_where_schools_of_two_levels_hide_each_other(county, monkeypatch):
    """People and money are two equations."""
    example, truth = county

    def hide(schools, threshold):
        return {row[0]: SECONDARY for row in schools if row[6]}

    assert beaten(read(published(Disclosure(example))), truth) == set()
    monkeypatch.setattr(counts, "_hidden_schools", hide)
    files = published(Disclosure(example))
    rows = json.loads(files["data/school-aid.json"])
    assert sum(row["persons"] is None for row in rows) == 3
    puzzle = read(files)
    for pair in {(row["benefit"], row["period"]) for row in rows}:
        for school, cents in (("S001", 50000), ("S003", 50000), ("S002", 62500)):  # the standards are public, too
            puzzle.tie([("aid", school, *pair)], ("money", school, *pair), [cents])
        puzzle.learn(("aid", "S003", *pair), truth["aid", "S003", *pair])
    assert {cell[:2] for cell in beaten(puzzle, truth)} >= {("aid", "S001"), ("aid", "S002")}


def test_it_works_where_one_withheld_count_stands_somewhere_else(county):
    """A place's own report beside its plan is enough to open others, too."""
    example, truth = county
    files = published(Disclosure(example))
    puzzle = read(files)
    assert beaten(puzzle, truth) == set()
    hidden = [cell for cell in sorted(puzzle.unknown(), key=str) if cell[0] == "h" and cell[2] == "贫困户类别"]
    row = {"subject": hidden[0][1], "indicator": f"{hidden[0][3]}户数", "actual": truth[hidden[0]]}
    rows = [*json.loads(files["data/indicators.json"]), row]
    found = beaten(read(files | {"data/indicators.json": json.dumps(rows).encode()}), truth)
    assert found and hidden[0] not in found, "it is known now, and so are others"


def test_a_project_of_few_households_is_not_given_back_by_its_money():
    """What was planned beside the budget is the price; over the price, the cost is what was accepted."""
    example = Example(3, 2)
    example.rows["projects"][0] |= {
        "quantity": 10, "quantity_unit": "户/栋", "unit_price": 14000, "budget_total": 140000,
        "accepted_quantity": 3, "final_cost": 42000,
    }  # fmt: skip
    truth, files = truth_of(example.open()), published(Disclosure(example))
    accepted = ("accepted_quantity", example.rows["projects"][0]["project_id"])
    puzzle = read(files)
    assert accepted in puzzle.unknown() and beaten(puzzle, truth) == set()
    rows = json.loads(files["data/projects.json"])
    rows = [row | ({"quantity": "10"} if row["project_id"] == accepted[1] else {}) for row in rows]
    assert beaten(read(files | {"data/projects.json": json.dumps(rows).encode()}), truth) == {accepted}


def test_a_page_that_says_more_than_the_downloads_is_read(county):
    example, truth = county
    files = published(Disclosure(example))
    puzzle = read(files)
    hidden = next(cell for cell in sorted(puzzle.unknown(), key=str) if cell[0] == "h" and cell[2] == "贫困户类别")
    head = "<table><tr><th>贫困户类别</th><th>户数</th></tr>"
    page = f"{head}<tr><th>{hidden[3]}</th><td>{truth[hidden]:,}</td></tr></table>"
    assert read(files | {f"villages/{hidden[1]}.html": page.encode()}).known[hidden] == truth[hidden]


def test_the_pages_are_read(county):
    """Without the downloads the pages alone say most of it."""
    example, _ = county
    files = published(Disclosure(example))
    people = json.loads(files["data/people.json"])
    blind = [row | {"households": None, "persons": None} for row in people]
    seen = read(files | {"data/people.json": json.dumps(blind).encode()}).known
    shown = [row for row in people if row["households"] is not None]
    told = [
        row
        for row in shown
        if seen.get(("h", row["division_code"], row["dimension"], row["value"])) == row["households"]
    ]
    assert len(told) > 0.9 * len(shown)


def test_two_builds_of_a_quarter_are_one_puzzle(county):
    """What is known of either is known of both: they say the same of people, so together they say no more."""
    from made_up import DAY

    from gongshi.disclosure import Standing

    example, truth = county
    before = published(Disclosure(example, standing=Standing(DAY, example)))
    later = Example(3, 2)
    later.rows["households"].pop(0)
    after = published(Disclosure(later.open(), standing=Standing(DAY, example)))
    puzzle, second = read(before), read(after)
    assert {cell: second.known.get(cell) for cell in puzzle.known} == puzzle.known
    for cell, value in second.known.items():
        puzzle.learn(cell, value)
    assert beaten(puzzle, truth) == set()


def test_two_builds_could_be_subtracted_if_people_were_counted_daily(county):
    """The check of the check."""
    example, _ = county
    later = Example(3, 2)
    gone = later.rows["households"].pop(0)["village_code"]
    one, two = (read(published(Disclosure(database))) for database in (example, later.open()))
    county_total = ("h", "990100000000", "合计", "合计")
    assert one.known[county_total] - two.known[county_total] == 1 and gone
