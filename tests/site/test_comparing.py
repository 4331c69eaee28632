"""Villages side by side say what their own pages say; a unit of the same kind of work has a middle, and what is far is named."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import pytest
from made_up import DAY

from gongshi.disclosure import NOT_YET
from gongshi.disclosure.frozen import WITHHELD
from gongshi.site import comparing
from gongshi.site.tracks import Way

WORK, BENEFIT = Way("正在做", "", (), False), Way("在发", "", (), True)


def project(code: str, amount: str, quantity: object, unit: str = "米", **more: object) -> SimpleNamespace:
    values = {"accepted_quantity": None, "final_cost": None, "sub_category": "道路", "category": "村基础设施"} | more
    return SimpleNamespace(
        project_id=code, name=code, budget_total=Decimal(amount), quantity=quantity, quantity_unit=unit, **values
    )


def costs(*projects: SimpleNamespace, ways: dict[str, Way] | None = None) -> list[comparing.WorkKind]:
    return comparing.unit_costs(projects, dict.fromkeys((row.project_id for row in projects), WORK) | (ways or {}))


def test_a_unit_s_cost_and_what_is_far_from_the_middle():
    closed = {"accepted_quantity": Decimal(200), "final_cost": Decimal(30000)}
    (kind,) = costs(
        project("a", "10000", Decimal(100)), project("b", "99", Decimal(100), **closed), project("c", "600", Decimal(10)),
        project("d", "200", Decimal(2)),
    )  # fmt: skip
    assert (kind.title, kind.unit, kind.middle) == ("村基础设施：道路", "米", Decimal("100.00"))
    assert [(cost.project.project_id, cost.each, cost.times, cost.closed) for cost in kind.costs] == [
        ("b", Decimal("150.00"), Decimal("1.50"), True), ("a", Decimal("100.00"), Decimal("1.00"), False),
        ("d", Decimal("100.00"), Decimal("1.00"), False), ("c", Decimal("60.00"), Decimal("0.60"), False),
    ]  # fmt: skip
    assert [cost.project.project_id for cost in kind.far] == ["b", "c"]


@pytest.mark.parametrize("unit", ["户", "人", "名", "床位", "口"])
def test_what_counts_people_has_no_price(unit):
    assert costs(*(project(name, "1000", Decimal(10), unit) for name in "abc")) == []


@pytest.mark.parametrize("quantity", [None, Decimal(0), WITHHELD, NOT_YET])
def test_without_a_quantity_a_work_is_left_out(quantity):
    good = [project(name, "1000", Decimal(10)) for name in "abc"]
    (kind,) = costs(*good, project("d", "1000", quantity))
    assert [cost.project.project_id for cost in kind.costs] == ["a", "b", "c"]


def test_a_programme_is_no_kind_of_work():
    assert costs(*(project(name, "1000", Decimal(10), sub_category="整村推进") for name in "abc")) == []


def test_two_of_a_kind_or_benefits_have_no_middle():
    assert costs(*(project(name, "1000", Decimal(10)) for name in "ab")) == []
    assert (
        costs(*(project(name, "1000", Decimal(10), "笔") for name in "abc"), ways=dict.fromkeys("abc", BENEFIT)) == []
    )
    assert (
        costs(project("a", "1", Decimal(1)), project("b", "1", Decimal(1)), project("c", "1", Decimal(1), "公里")) == []
    )


def test_villages_are_compared_by_what_their_pages_say(content):
    table = comparing.villages(content._views, content._people, content._reach, content._map, DAY)
    titles = [column.name for column in table.columns]
    assert len(table.places) == len(content._views.rows("villages")) and titles[:2] == ["乡镇", "总户数"]
    pages = {page.path: page for page in content.pages()}
    for at, place in enumerate(table.places):
        text = pages[place.path].body
        cells = {column.name: column.cells[at] for column in table.columns}
        assert place.name in text
        if cells["只给本村的项目"] > 1:
            assert str(cells["它们的预算"]) in pages["compare/villages.html"].body
    page = pages["compare/villages.html"].body
    assert all(f'data-slug="{place.key}"' in page for place in table.places)
    assert all(f'href="../{place.path}"' in page for place in table.places)
