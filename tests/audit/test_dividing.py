"""One number beside another: the attacks by division and subtraction, on what was published before and on made-up cases."""

from __future__ import annotations

from decimal import Decimal

from dividing import batches, divided, told

K = 5
PLACE = "990100100200"


def numbers(**values: str) -> dict:
    """Figures of one place, as figure__measure."""
    return {_name(name): Decimal(value) for name, value in values.items()}


def _name(name: str) -> tuple[str, str, str, str]:
    figure, _, measure = name.partition("__")
    return (figure, PLACE, "合计", measure)


def whats(found) -> list[tuple[str, int, int]]:
    return [(one.what.rpartition("/")[2].strip(), one.low, one.high) for one in found]


def test_payments_by_township_over_the_price_are_persons():
    """One pupil of a vocational school, two houses; a payment of many is none of these."""
    projects = [{"project_id": "A", "unit_price": "1000.00"}, {"project_id": "B", "unit_price": None}]
    rows = [("A", "1000.00"), ("A", "4000.00"), ("A", "5000.00"), ("A", "1500.00"), ("B", "28000.00")]
    payments = [
        {"payment_id": f"F{n}", "project_id": project, "amount": amount, "payee_kind": "一卡通批次"}
        for n, (project, amount) in enumerate(rows)
    ]
    assert [(one.place, one.low) for one in batches(payments, projects, K)] == [("F0", 1), ("F1", 4)]
    assert batches([row | {"payee_kind": "施工单位"} for row in payments], projects, K) == []


def test_a_quantity_is_given_back_by_its_price():
    """By its own price, or, where that is withheld, by a standard that everybody knows."""
    project = {
        "project_id": PLACE,
        "quantity_unit": "户",
        "budget_total": "28000.00",
        "final_cost": None,
        "paid": "不公布",
    }
    own = numbers(projects__unit_price="14000.00")
    assert whats(divided([project], own, [], K)) == [("14000.00", 2, 2)]
    assert whats(divided([project], {}, [Decimal(14000)], K)) == [("14000", 2, 2)]
    assert divided([project], {}, [Decimal(3000)], K) == []
    assert divided([project | {"quantity_unit": "亩"}], own, [], K) == []


def test_rates_of_tiny_bases_are_counted_back():
    """99.82 % of 1,114 leaves two; rounding to whole per cent leaves two to thirteen."""
    base = {"residents__population": "1114"}
    assert whats(told(numbers(**base, villages__pension_rate="99.82"), K)) == [("pension_rate", 2, 2)]
    assert whats(told(numbers(**base, villages__med_ins_rate="0.27"), K)) == [("med_ins_rate", 3, 3)]
    assert told(numbers(**base, villages__pension_rate="91.74"), K) == []
    assert told(numbers(**base, villages__pension_rate="100.00"), K) == []


def test_what_is_left_of_a_whole_is_told():
    found = told(numbers(projects__benef_poor_households="38", projects__benef_households="40"), K)
    assert whats(found) == [("benef_households - benef_poor_households", 2, 2)]
    assert whats(told(numbers(schools__boarders="3", schools__pupils="90"), K)) == [("boarders", 3, 3)]


def test_a_mean_of_few_is_theirs():
    assert whats(told(numbers(villages__net_income_pc="7345.00", residents__population="4"), K))
    assert told(numbers(villages__net_income_pc="7345.00", residents__population="400"), K) == []
    assert whats(told(numbers(visits__per_household="3.0"), K)) == [("per_household", 0, 0)]
