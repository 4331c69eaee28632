"""Figures: counted right, small ones withheld, the same bytes again, and nothing that moves by a few."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from collections.abc import Mapping
from decimal import Decimal
from types import SimpleNamespace

import pytest

from disclosure.small_ledger import COUNTY, ledger, rows, town, village
from gongshi.disclosure import counting
from gongshi.disclosure.auditing import Audit
from gongshi.disclosure.counting import Cell, count
from gongshi.disclosure.counting import _read_money as real_money
from gongshi.disclosure.figures import Period, declaration, declared
from gongshi.disclosure.freezing import WITHHELD, FrozenFile, files_of, freeze, frozen
from gongshi.disclosure.pinned import pinned
from gongshi.disclosure.recounting import altered, recount
from gongshi.disclosure.solver import Question, System, _Model
from gongshi.disclosure.withholding import publish
from gongshi.model import GongshiError, Severity
from gongshi.package import Recall, Remembered, forgetful
from gongshi.policy import load_policies
from gongshi.repository import Known, WorkTree
from support import ROOT, DictTree, project_descriptor, tree_of

Q2 = Period.of("2020-Q2")
K = 5
HOMES = [[12, 9, 30], [25, 14, 3], [18, 22, 16]]


def grants(seed: int = 1) -> list[dict]:
    """Money to households: the two standard benefits to many, the others to some."""
    chance, found = random.Random(seed), []
    for home in range(sum(map(sum, HOMES))):
        if chance.random() < 0.8:
            found.append({"home": home, "benefit": "低保金", "amount": chance.choice((780, 1020, 1560))})
        if chance.random() < 0.3:
            found.append({"home": home, "benefit": "慰问物资", "amount": chance.choice((300, 500))})
        if chance.random() < 0.2:
            found.append({"home": home, "benefit": "产业奖补", "amount": 1200})
    return found


@pytest.fixture(scope="module")
def cells() -> Mapping[Cell, str]:
    return freeze(ledger(rows(HOMES, grants())), None, Q2)


def people(cells: Mapping[Cell, str], place: str, measure: str = "households") -> str:
    return cells[Cell("people", place, "合计", measure)]


def test_numbers_are_the_ledgers_own(cells):
    assert people(cells, COUNTY) == str(sum(map(sum, HOMES)))
    assert people(cells, village(0, 2)) == "30"
    money = sum(grant["amount"] for grant in grants())
    assert cells[Cell("benefit-totals", COUNTY, "2020", "amount")] == f"{money}.00"
    benefits = [Decimal(text) for cell, text in cells.items() if cell.figure == "benefits"]
    assert sum(benefits) == money


def test_small_counts_are_withheld_and_not_alone(cells):
    assert people(cells, village(1, 2)) == WITHHELD  # three households
    assert people(cells, village(1, 2), "persons") == WITHHELD
    hidden = [v for v in range(3) if people(cells, village(1, v)) == WITHHELD]
    assert len(hidden) > 1, "one alone follows from the township"


def test_published_and_rest_add_up(cells):
    for cell, text in cells.items():
        if cell.measure == "amount" and cell._replace(measure="rest") in cells and text != WITHHELD:
            below = [other for other in cells if other.figure == cell.figure and other.item == cell.item]
            inside = [c for c in below if c.measure == "amount" and _parent(c.place) == cell.place]
            named = sum(Decimal(cells[c]) for c in inside if cells[c] != WITHHELD)
            assert Decimal(text) == named + Decimal(cells[cell._replace(measure="rest")]), cell


def _parent(place: str) -> str:
    if place.endswith("000000"):
        return ""
    return COUNTY if place.endswith("000") else place[:9] + "000"


def test_same_input_same_bytes(cells):
    again = freeze(ledger(rows(HOMES, grants())), None, Q2)
    tree = tree_of(rows(HOMES))
    assert files_of(tree, Q2, cells) == files_of(tree, Q2, again)


@pytest.mark.parametrize("k", [3, 5, 8])
def test_no_published_number_has_fewer_than_k_behind_it(k):
    database = ledger(rows(HOMES, grants()))
    counted = count(database, None, Q2.end, list(declaration().figures.values()))
    published = publish(counted, k)
    assert published
    assert [cell for cell, value in published.items() if value is not None and 0 < counted.cells[cell].units < k] == []


def test_the_county_chooses_k_but_not_below_three():
    table = rows(HOMES)
    table["county"][0]["threshold"] = "13"
    high = freeze(ledger(table), None, Q2)
    assert people(high, village(0, 0)) == WITHHELD
    with pytest.raises(GongshiError, match="至少是 3"):
        publish(count(ledger(table), None, Q2.end, [declaration().figures["people"]]), 2)


def test_without_the_audit_a_small_count_follows(monkeypatch):
    """What the audit is for: with it switched off one village is withheld alone, and its township gives it back."""
    monkeypatch.setattr(Audit, "narrow", lambda self: [])
    cells = freeze(ledger(rows(HOMES, grants())), None, Q2)
    hidden = [v for v in range(3) if people(cells, village(1, v)) == WITHHELD]
    assert hidden == [2]
    left = int(people(cells, town(1))) - sum(int(people(cells, village(1, v))) for v in (0, 1))
    assert left == HOMES[1][2]


# -- from one period to the next ------------------------------------------------------------------------------------


def two_periods(change) -> tuple[Mapping[Cell, str], Mapping[Cell, str]]:
    """Two files: of the ledger, and of the ledger after ``change`` of its rows."""
    first, second = rows(HOMES, grants()), rows(HOMES, grants())
    first["county"][0]["as_of"] = "2020-03-31"
    change(second)
    before, now = ledger(first), ledger(second)
    q1 = Period.of("2020-Q1")
    old = freeze(before, None, q1)
    return old, freeze(now, None, Q2, [FrozenFile(q1, old)], before)


def new_homes(table: dict, many: int, place: str, cause: str = "因残") -> None:
    for _ in range(many):
        number = len(table["households"])
        table["households"].append({
            "household_no": f"H{number:07}", "village_code": place, "household_class": "扶贫户", "poverty_status": "未脱贫",
            "main_cause": cause, "population": "3",
        })  # fmt: skip


def test_one_new_household_moves_no_number():
    old, new = two_periods(lambda table: new_homes(table, 1, village(0, 2)))
    moved = {
        cell for cell in old.keys() & new.keys() if old[cell] != new[cell] and WITHHELD not in (old[cell], new[cell])
    }
    assert moved == set()
    assert not any(cell.figure == "people-cause" for cell in new), "causes are told once a year"


def test_many_new_households_move_the_numbers():
    _, new = two_periods(lambda table: new_homes(table, 9, village(0, 2)))
    assert people(new, village(0, 2)) == "39"


def test_a_payment_to_one_household_moves_no_amount():
    def pay(table: dict) -> None:
        one = dict(table["subsidies"][0]) | {"subsidy_id": "D9999999", "amount": "14000.00", "paid_on": "2020-05-01"}
        table["subsidies"].append(one)

    old, new = two_periods(pay)
    moved = [cell for cell in old.keys() & new.keys() if cell.measure == "amount" and old[cell] != new[cell]]
    assert [cell for cell in moved if new[cell] != WITHHELD] == []


def test_small_moves_would_be_seen_if_the_old_value_were_not_kept():
    """The same ledgers without the last publication: then the one new household shows."""
    first, second = rows(HOMES, grants()), rows(HOMES, grants())
    new_homes(second, 1, village(0, 2))
    old, new = freeze(ledger(first), None, Q2), freeze(ledger(second), None, Q2)
    assert int(people(new, village(0, 2))) - int(people(old, village(0, 2))) == 1


# -- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "homes", [[[30]], [[3]], [[0]], [[2, 2]], [[2], [2]], [[40, 40]], [[40], [40]], [[1, 1, 1]] * 3]
)
def test_tiny_counties_publish_nothing_small(homes):
    cells = freeze(ledger(rows(homes)), None, Q2)
    for cell, text in cells.items():
        if cell.figure.startswith("people") and text != WITHHELD:
            assert int(text) == 0 or int(text) >= 5, (homes, cell, text)


@pytest.mark.parametrize("homes", [[[1]], [[1], [0]], [[2, 2]], [[1, 0], [0, 1]], [[0, 0, 4], [0]]])
def test_of_few_households_nothing_is_told_not_even_zeros(homes):
    cells = freeze(ledger(rows(homes, [{"home": 0, "benefit": "特困供养金", "amount": 780}])), None, Q2)
    tables = [cell for cell in cells if cell.figure.startswith(("people", "benefit"))]
    assert len(tables) > 60 and {cells[cell] for cell in tables} == {WITHHELD}


@pytest.mark.parametrize("homes", [[[12, 3], [20]], [[6], [2], [9]], [[7]], [[5, 5], [1]]])
def test_no_table_withholds_and_shows_its_zeros(homes):
    """The same for a county's causes as for a township's classes."""
    cells = freeze(ledger(rows(homes)), None, Q2)
    tables: dict[tuple, set[str]] = {}
    for cell, text in cells.items():
        if cell.figure.startswith("people-"):
            tables.setdefault((cell.figure, cell.place, cell.measure), set()).add(text)
    assert [name for name, texts in tables.items() if texts >= {WITHHELD, "0"}] == []
    assert any(WITHHELD in texts for texts in tables.values())


@pytest.mark.parametrize(
    "first", [[1, 3, 0, 12, 30], [2, 2, 0, 12, 30], [2, 3, 0, 0], [1, 4, 0, 9, 9], [1, 1, 1, 0, 40]]
)
def test_a_village_without_households_says_nothing_of_the_withheld_ones(first):
    """Its zero is shown, so what is withheld beside it is not zero to a reader."""
    cells = freeze(ledger(rows([first, [20, 13, 14]])), None, Q2)
    told = [people(cells, village(0, place)) for place in range(len(first))]
    hidden = [many for many, text in zip(first, told, strict=True) if text == WITHHELD]
    least = int("0" in told)
    assert hidden and sum(hidden) - least * len(hidden) >= K - 1


def test_a_withheld_zero_stays_withheld_while_the_small_number_is():
    table = rows([[12, 3], [20]])
    table["households"][0]["main_cause"] = "因丧"
    table["county"][0]["as_of"] = "2020-03-31"
    q1, last = Period.of("2020-Q1"), table | {"county": [table["county"][0] | {"as_of": "2020-06-30"}]}
    old = freeze(ledger(table), None, q1)
    new = freeze(ledger(last), None, Q2, [FrozenFile(q1, old)], ledger(table))
    assert old[Cell("people-cause", COUNTY, "因婚", "households")] == WITHHELD
    quarterly = [cell for cell in old if cell.figure in ("people-class", "people-status")]
    assert [cell for cell in quarterly if (old[cell] == WITHHELD) != (new[cell] == WITHHELD)] == []


def test_a_benefit_of_one_household_is_withheld_everywhere():
    cells = freeze(ledger(rows(HOMES, [*grants(), {"home": 5, "benefit": "危房改造补助", "amount": 14000}])), None, Q2)
    assert cells[Cell("benefits", COUNTY, "危房改造补助/2020", "amount")] == WITHHELD
    assert cells[Cell("project-persons", "990100-2020-BZ-0005", "N2020-001", "amount")] == WITHHELD
    hidden = [cell for cell, text in cells.items() if cell.figure == "benefits" and text == WITHHELD]
    assert len(hidden) > 1, "alone it would follow from the sum"


@pytest.mark.parametrize("cents", ["437.53", "1234.56"])
def test_odd_cents_of_one_household_do_not_stop_the_county(cents):
    """All amounts are then counted in single cents: what is natural as their bound is not a number of households."""
    homes = [[30, 12, 9], [14, 11, 3]]
    paid = [{"home": h, "benefit": "低保金", "amount": 780 + 240 * (h % 3)} for h in range(79) if h % 5]
    paid += [{"home": h, "benefit": "慰问物资", "amount": 300} for h in range(0, 79, 3)]
    table = rows(homes, [*paid, {"home": 5, "benefit": "危房改造补助", "amount": 14000}])
    table["subsidies"][3]["amount"] = cents
    cells = freeze(ledger(table), None, Q2)
    told = {cell.item: text for cell, text in cells.items() if cell.figure == "benefits"}
    assert told["危房改造补助/2020"] == WITHHELD and told["慰问物资/2020"] == "8100.00"


def test_money_paid_back_is_refused_in_one_sentence():
    table = rows(HOMES, grants())
    table["subsidies"][0]["amount"] = "-780.00"
    with pytest.raises(GongshiError, match="负数"):
        freeze(ledger(table), None, Q2)


@pytest.mark.parametrize("place", ["", "990199999999", town(0), COUNTY])
def test_a_household_of_no_village_is_refused_in_one_sentence(place):
    """Else what is left of the county beside its townships is this household, and what it had."""
    table = rows(HOMES, grants())
    table["households"][0]["village_code"] = place
    with pytest.raises(GongshiError, match="任何一个村"):
        freeze(ledger(table), None, Q2)


@pytest.mark.parametrize(("cells", "says"), [({"household_no": "H9999999"}, "任何一个村"), ({"amount": ""}, "没填")])
def test_money_of_nobody_or_of_no_amount_is_refused_in_one_sentence(cells, says):
    table = rows(HOMES, grants())
    table["subsidies"][0] |= cells
    with pytest.raises(GongshiError, match=says):
        freeze(ledger(table), None, Q2)


def test_no_county_no_figures():
    table = rows(HOMES)
    table["divisions"] = [row for row in table["divisions"] if row["level"] != "县"]
    with pytest.raises(GongshiError, match="区划表里没有县"):
        freeze(ledger(table), None, Q2)


@pytest.mark.parametrize(
    "text", ["2020", "2020-Q5", "2020-Q0", "20-Q1", "２０２０-Q1", "0000-Q1", "2020-Q", "../../x", "2020-Q1\n"]
)
def test_a_period_is_a_quarter(text):
    with pytest.raises(GongshiError, match="不是季度"):
        Period.of(text)


def test_what_is_not_declared_is_refused():
    with pytest.raises(GongshiError, match="没有在公开数字的声明里"):
        declared("people", "phones")
    assert declared("people", "households").title == "扶贫对象"


# -- counted again ---------------------------------------------------------------------------------------------------


def findings(cells: Mapping[Cell, str]) -> list:
    table = rows(HOMES, grants())
    table["figures"] = [
        dict(zip(("period", "figure", "place", "item", "measure", "value"), ("2020-Q2", *cell, text), strict=True))
        for cell, text in cells.items()
    ]
    database = ledger(table)
    (file,) = frozen(database)
    return recount(database, database, file, [file])


def test_a_file_as_it_was_written_has_no_findings(cells):
    assert findings(cells) == []


@pytest.mark.parametrize(
    "cell, text, says",
    [
        (Cell("people", village(0, 2), "合计", "households"), "31", "不一致"),
        (Cell("people", village(1, 2), "合计", "households"), "3", "太少"),
        (Cell("benefit-totals", town(0), "2020", "rest"), "0.01", "不一致"),
        (Cell("people", village(0, 2), "合计", "phones"), "9", "没有声明过"),
        (Cell("salaries", village(0, 2), "合计", "households"), "9", "没有声明过"),
    ],
)
def test_a_file_edited_by_hand_is_found(cells, cell, text, says):
    found = findings(dict(cells) | {cell: text})
    assert any(says in finding.message for finding in found)
    assert {finding.severity for finding in found} == {Severity.ERROR}
    assert not any(
        re.search(rf"(?<![\d-]){re.escape(text)}(?![\d])", finding.message) for finding in found if says == "太少"
    )


@pytest.mark.parametrize(
    "places, measures",
    [([COUNTY], ("households", "persons")), ([COUNTY], ("persons",)), ([village(0, 0)], ("households",))],
)
def test_a_number_withheld_without_need_is_found(cells, places, measures):
    """Alone it would follow from the others, and what stands together is withheld together."""
    hidden = {
        cell: WITHHELD
        for cell in cells
        if cell.figure == "people" and cell.place in places and cell.measure in measures
    }
    assert hidden and all(cells[cell] != WITHHELD for cell in hidden)
    found = findings(dict(cells) | hidden)
    assert {finding.key[1:] for finding in found} == set(hidden)
    assert all("该公布的数" in finding.message for finding in found)


def test_a_total_of_money_withheld_without_need_is_found(cells):
    cell = Cell("benefit-totals", COUNTY, "2020", "amount")
    found = findings(dict(cells) | {cell: WITHHELD})
    assert tuple(cell) in {finding.key[1:] for finding in found}


def test_a_later_file_has_no_findings():
    """Numbers that kept their old value hide others: none of that is needless."""
    first, second = rows(HOMES, grants()), rows(HOMES, grants())
    first["county"][0]["as_of"] = "2020-03-31"
    new_homes(second, 1, village(0, 2))
    new_homes(second, 9, village(1, 0), "因病")
    q1 = Period.of("2020-Q1")
    old = FrozenFile(q1, freeze(ledger(first), None, q1))
    new = FrozenFile(Q2, freeze(ledger(second), None, Q2, [old], ledger(first)))
    assert recounted(second, old, new) == []


def recounted(table: dict, *files: FrozenFile) -> list:
    """What is found in the last of the files, beside the records as they stand."""
    names = ("period", "figure", "place", "item", "measure", "value")
    lines = [
        dict(zip(names, (str(file.period), *cell, text), strict=True))
        for file in files
        for cell, text in file.cells.items()
    ]
    database = ledger(table | {"figures": lines})
    return recount(database, database, files[-1], files)


@pytest.mark.parametrize("persons", ["1", "3", "9"])
def test_households_keep_their_old_value_together_with_their_persons(persons):
    """A household that comes moves its village by one, and its persons by as many as it has: both keep what they were."""
    first, second = rows(HOMES, grants()), rows(HOMES, grants())
    first["county"][0]["as_of"] = "2020-03-31"
    new_homes(second, 2, village(0, 2))
    for row in second["households"][-2:]:
        row["population"] = persons
    q1 = Period.of("2020-Q1")
    old = FrozenFile(q1, freeze(ledger(first), None, q1))
    new = FrozenFile(Q2, freeze(ledger(second), None, Q2, [old], ledger(first)))
    assert (
        new.cells[Cell("people", village(0, 2), "合计", "persons")]
        == old.cells[Cell("people", village(0, 2), "合计", "persons")]
    )
    assert recounted(second, old, new) == []
    cell = Cell("people", village(0, 2), "合计", "persons")
    split = FrozenFile(Q2, dict(new.cells) | {cell: str(int(new.cells[cell]) + 2 * int(persons))})
    assert any("不一致" in one.message for one in recounted(second, old, split))


def test_what_was_published_before_the_newest_stays_as_it_was():
    files = {f"records/county/figures/{name}.csv": name.encode() for name in ("2020-Q1", "2020-Q2", "2020-Q3")}
    before, (first, second, third) = DictTree(files), files
    assert altered(DictTree(dict(files)), before) == []
    assert altered(DictTree(files | {third: b"x"}), before) == []  # the newest is counted again instead
    for now in (files | {first: b"x"}, {path: data for path, data in files.items() if path != first}):
        assert [(one.path, one.severity) for one in altered(DictTree(now), before)] == [(first, Severity.ERROR)]
    added = "records/county/figures/2020-Q4.csv"
    assert [one.path for one in altered(DictTree(files | {added: b"", third: b"x", second: b"y"}), before)] == [
        second,
        third,
    ]


@pytest.mark.parametrize(
    ("place", "item", "looked", "broke", "says"),
    [
        ("f10a", "合计", "185", "3", "太少"), ("f10a", "合计", "185", "182", "太少"), ("f10a", "合计", "4", "0", "太少"), ("f10a", "合计", "20", "30", "还多"),
        ("zz-made-up", "合计", "50", "20", "规则册"), ("f10a", "低保户在本村", "50", "20", "规则册"),
        ("f10a", "合计", "185", "20", ""), ("f10a", "合计", "185", "0", ""), ("f10a", "合计", "185", "185", ""), ("f10a", "合计", "不公布", "不公布", ""),
    ],
)  # fmt: skip
def test_what_a_rule_looked_at_is_of_a_known_rule_and_not_of_few(cells, monkeypatch, place, item, looked, broke, says):
    (rule,) = (rule for _, rule in load_policies(WorkTree(ROOT), project_descriptor()).rules() if rule.id == "f10a")
    policies = SimpleNamespace(rules=lambda: [(None, rule)])
    monkeypatch.setattr("gongshi.disclosure.recounting.load_policies", lambda *_: policies)
    found = findings(
        dict(cells) | {Cell("rules", place, item, "looked"): looked, Cell("rules", place, item, "broke"): broke}
    )
    assert bool(found) == bool(says) and all(says in one.message for one in found), [one.message for one in found]


def test_a_line_taken_out_is_found(cells):
    left = {cell: text for cell, text in cells.items() if cell != Cell("people", village(0, 2), "合计", "households")}
    assert any("少了 1 格" in finding.message for finding in findings(left))


def test_without_the_history_it_says_so(cells):
    table = rows(HOMES) | {
        "figures": [
            {
                "period": "2020-Q2",
                "figure": "people",
                "place": COUNTY,
                "item": "合计",
                "measure": "households",
                "value": "1",
            }
        ]
    }
    database = ledger(table)
    (file,) = frozen(database)
    (finding,) = recount(database, None, file, [file])
    assert finding.severity == Severity.NOTICE and "历史" in finding.message


# -- the parts -------------------------------------------------------------------------------------------------------


def test_ranges_are_those_of_brute_force():
    """Small random systems: the range of each unknown as the solver has it and as trying every table gives it."""
    chance = random.Random(5)
    for _ in range(40):
        truth = [chance.randint(0, 4) for _ in range(4)]
        lines = [[chance.randint(0, 1) for _ in truth] for _ in range(2)]
        system = System()
        for value in truth:
            system.unknown(value, 0, 6)
        totals = [sum(a * b for a, b in zip(line, truth, strict=True)) for line in lines]
        for line, total in zip(lines, totals, strict=True):
            system.equal({n: 1 for n, weight in enumerate(line) if weight}, total)
        system.prove()
        tables = [
            (a, b, c, d) for a in range(7) for b in range(7) for c in range(7) for d in range(7)
            if all(sum(x * y for x, y in zip(line, (a, b, c, d), strict=True)) == t for line, t in zip(lines, totals, strict=True))
        ]  # fmt: skip
        for n in range(4):
            values = [table[n] for table in tables]
            width = max(values) - min(values)
            asked = [Question({n: 1}, width), Question({n: 1}, width + 1)]
            assert system.narrow(asked, True) == [1]
            assert 0 not in system.narrow(asked, False)


def test_each_question_has_the_whole_time(monkeypatch):
    """The solver's clock goes on from question to question: the hundredth would have none left."""
    chance, system = random.Random(1), System()
    numbers = [system.unknown(50, 0, 100) for _ in range(200)]
    for _ in range(100):
        row = {number: chance.randint(1, 9) for number in chance.sample(numbers, 20)}
        system.at_most(row, 60 * sum(row.values()))
    model = _Model(system, [Question({number: 1}, 4) for number in numbers], False)
    monkeypatch.setattr("gongshi.disclosure.solver.SECONDS", 1.0)
    asked = 0
    while model._solver.getRunTime() < 1.5:
        asked += 1
        assert model.reach([asked % 200], 1) == {asked % 200: 4}
    assert asked > 1


def test_a_false_system_is_never_asked():
    system = System()
    number = system.unknown(3, 0, 5)
    system.equal({number: 1}, 4)
    with pytest.raises(GongshiError, match="与台账不符"):
        system.prove()


def test_an_amount_that_only_one_household_explains_is_pinned():
    few = [{"home": home, "benefit": "低保金", "amount": 780} for home in range(12)]
    few.append({"home": 3, "benefit": "慰问物资", "amount": 333})
    counted = count(ledger(rows(HOMES, few)), None, Q2.end, list(declaration().figures.values()))
    assert Cell("benefit-totals", village(0, 0), "2020", "amount") in pinned(counted, counted.cells, 5)
    assert pinned(counted, (), 5) == set()


def test_check_and_build_need_no_solver():
    code = "import gongshi.cli.check, gongshi.cli.build, gongshi.disclosure.recounting, sys; print('highspy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "False"


def test_who_stays_counts_only_figures_whose_columns_changed(monkeypatch) -> None:
    """Any one cell changed gives what counting everything gives; the money is read again only where it may differ."""
    table, figures, held, read = rows(HOMES, grants()), list(declaration().figures.values()), Remembered(), []
    monkeypatch.setattr(counting, "_read_money", lambda *given: read.append(1) or real_money(*given))

    def counted(found, remember: bool):
        with ledger(found) as database:
            recall = Recall(Known(), database, held=held) if remember else None
            made = count(database, None, Q2.end, figures, recall.held if recall else forgetful)
            assert recall is None or recall.settle()
            return (
                made.cells,
                {(one.total, frozenset(one.parts)) for one in made.sums},
                sorted(made.money),
                made.homes,
                made.pupils,
                made.routes,
            )

    other = table["payments"][1]["project_id"]
    changes = [
        ("households", "group_name", "9组"), ("households", "main_cause", "因灾"), ("households", "population", "9"),
        ("households", "village_code", village(1, 1)), ("subsidies", "amount", "17.00"), ("payments", "project_id", other),
        ("villages", "population", "7"), ("divisions", "name", "别县"),
    ]  # fmt: skip
    assert counted(table, True) == counted(table, True) == counted(table, False)
    first = len(read)
    for name, column, text in changes:
        changed = table | {name: [table[name][0] | {column: text}, *table[name][1:]]}
        assert counted(changed, True) == counted(changed, False), (name, column)
    assert first == 2 and len(changes) + 2 < len(read) - first < 2 * len(changes), "forgetful ones, and four or so"
