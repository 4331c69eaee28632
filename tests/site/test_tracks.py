"""Where a project stands: two tracks, one sentence; and the three figures of a village, which are never one."""

from __future__ import annotations

import datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from made_up import COMMIT, DAY, Example

from gongshi.disclosure import NOT_YET, WITHHELD, Disclosure
from gongshi.site import Site, money, receipts, tracks
from gongshi.site.numbers import in_wan, percent
from gongshi.site.receipts import in_words, median, per_head
from gongshi.site.render import wan

STEPS = ("乡镇申报", "县级审批", "开工", "竣工", "县级验收", "移交")


def project(**changes) -> SimpleNamespace:
    values = {"category": "村基础设施", "sub_category": "道路", "quantity_unit": "米", "budget_total": Decimal(100000),
              "paid": Decimal(40000), "stage": "开工", "planned_end": datetime.date(2020, 9, 25)}  # fmt: skip
    return SimpleNamespace(**values | changes)


def done(*names: str) -> list[SimpleNamespace]:
    day = datetime.date(2020, 6, 16)
    return [SimpleNamespace(stage=name, done_on=day, unit="古镇", doc_no=None) for name in names]


def paid(stage: str) -> SimpleNamespace:
    return SimpleNamespace(payment_stage=stage, paid_on=datetime.date(2020, 6, 1))


@pytest.mark.parametrize(
    ("stages", "word", "said"),
    [
        (STEPS[:2], "还没开工", "还没有开工。"),
        (STEPS[:3], "正在做", "正在做"),
        (STEPS[:4], "做完，待验收", "比计划早 101 天；还没有验收"),
        (STEPS[:5], "已验收", "已经验收"),
        (STEPS, "已移交", "移交给村里了"),
    ],
)
def test_a_work_is_built_accepted_and_handed_over(stages, word, said):
    way = tracks.way(project(stage=""), done(*stages), [paid("预拨")], [])
    assert (way.word, way.benefit) == (word, False) and said in way.sentence
    assert [step.name for step in way.steps if step.state == "done"][-1:] == [
        tracks._CALLED.get(stages[-1], stages[-1])
    ]


def test_a_benefit_has_no_building_works_steps():
    row = project(category="综合保障", sub_category="农村低保", quantity_unit="人月")
    for persons in ([object()], []):
        way = tracks.way(row, done(*STEPS[:3]), [], persons)
        names = {step.name for step in way.steps}
        assert way.benefit and way.word == "在发" and not names & {"验收", "竣工", "移交到村", "决算", "开工"}
    full = tracks.way(project(**vars(row) | {"paid": row.budget_total}), done(*STEPS[:3]), [], [object()])
    assert full.word == "已发完" and full.steps[-1].state == "done" and "付清" in full.sentence


def test_a_water_pipe_measured_in_households_is_a_work():
    row = project(category="生活条件改善", sub_category="饮水", quantity_unit="户")
    assert not tracks.way(row, done("乡镇申报"), [], []).benefit


@pytest.mark.parametrize(
    ("amount", "said"),
    [(Decimal(90000), "质保金"), (Decimal(100000), "已经付清"), (None, "钱还没有付"), (WITHHELD, "付了多少不公布"), (NOT_YET, "付了多少季末公布")],
)  # fmt: skip
def test_the_sentence_says_what_is_left_to_pay(amount, said):
    way = tracks.way(project(paid=amount, stage="移交"), done(*STEPS), [paid("结算款")], [])
    assert said in way.sentence
    assert way.steps[-1].name == "付清"
    held = tracks.way(project(paid=amount, stage="移交"), done(*STEPS), [paid("质保金")], [])
    assert held.steps[-1].name == "付质保金" and held.steps[-1].state == "done"


@pytest.mark.parametrize(
    ("amount", "said"),
    [("99960", "付了 99.9%，还有 40.00 元没有付"), ("40", "付了 不到 0.1%，还有 9.00 万元没有付"), ("12350", "付了 12.4%，还有 8.77 万元没有付")],
)  # fmt: skip
def test_no_rounding_says_that_all_or_nothing_is_paid(amount, said):
    budget = Decimal("100000") if amount != "40" else Decimal("90005")
    way = tracks.way(
        project(budget_total=budget, paid=Decimal(amount), stage="开工"), done(*STEPS[:3]), [paid("预拨")], []
    )
    assert said in way.sentence


@pytest.mark.parametrize(
    ("yuan", "said"),
    [("123450", "12.35 万元"), ("123350", "12.34 万元"), ("0", "0.00 万元"), ("49.99", "49.99 元"), ("50", "0.01 万元"), ("12345678900", "1,234,567.89 万元")],
)  # fmt: skip
def test_a_sentence_rounds_as_the_tables_do(yuan, said):
    assert in_wan(Decimal(yuan)) == said
    assert said.endswith(" 元") or wan(Decimal(yuan)).striptags() + " 万元" == said


@pytest.mark.parametrize(
    ("ratio", "said"),
    [("1", "100.0%"), ("0", "0.0%"), ("0.9999", "99.9%"), ("1.0001", "100.1%"), ("0.0001", "不到 0.1%"), ("0.0005", "0.1%"), ("2.5", "250.0%"), ("0.4555", "45.6%")],
)  # fmt: skip
def test_a_share_never_says_all_where_something_is_left(ratio, said):
    assert percent(Decimal(ratio)) == said


@pytest.mark.parametrize(
    ("amount", "said"),
    [(WITHHELD, "各户的钱不公布。"), (NOT_YET, "各户的钱季末公布。"), (Decimal(1200000), "各户 120.00 万元。")],
)
def test_what_came_to_the_households_is_a_sentence_also_where_it_is_withheld(amount, said):
    values = {"reach": SimpleNamespace(of=lambda _: []), "year": 2020, "ways": {}, "head": WITHHELD}
    values["benefits"] = {2020: SimpleNamespace(amount=amount)}
    assert receipts.sentence(values, DAY).endswith("发到各家" + said)


def test_a_whole_is_never_a_villages_own():
    """Own and shared projects and those that name no village; the own ones alone are added up."""
    example = Example()
    rows = example.rows["project-villages"]
    first, second = example.rows["projects"][0]["project_id"], example.rows["projects"][1]["project_id"]
    for row in rows[:]:
        if row["project_id"] in (first, second):
            rows.remove(row)
    for code in ("990100100200", "990100100201", "990100100202"):
        example.add("project-villages", project_id=first, village_code=code)
    example.add("project-villages", project_id=second, village_code="990100100200")
    for row in example.rows["projects"]:
        row["quantity_unit"] = "米"
    views = Disclosure(example.open(), DAY)
    reach = receipts.by_village(views)
    mine = reach["990100100200"]
    assert (first, 3) in [(row.project_id, number) for row, number in mine.shared]
    assert second in [row.project_id for row in mine.own] and first not in [row.project_id for row in mine.own]
    whole = {row.project_id: row.budget_total for row in views.rows("projects")}
    assert mine.sums.budget == sum(whole[row.project_id] for row in mine.own)
    everywhere = [row.project_id for found in reach.values() for row in found.own]
    assert len(everywhere) == len(set(everywhere)), "no project is two villages' own"
    body = next(p.body for p in Site(views, DAY, COMMIT).pages() if p.path == "villages/990100100200.html")
    assert "3 个村共有" in body and "不能算成本村的钱" in body


@pytest.mark.parametrize(
    ("amount", "words"),
    [("520415", "伍拾贰万零肆佰壹拾伍元整"), ("10000", "壹万元整"), ("100000101", "壹亿零壹佰零壹元整"),
     ("20030", "贰万零叁拾元整"), ("1001000.05", "壹佰万壹仟元零伍分"), ("37575.30", "叁万柒仟伍佰柒拾伍元叁角整"), ("0", "零元整")],
)  # fmt: skip
def test_an_amount_in_words(amount, words):
    assert in_words(Decimal(amount)) == words


def test_money_per_head_is_withheld_where_either_is():
    assert per_head(Decimal(520415), 4499) == 116
    assert per_head(WITHHELD, 10) is WITHHELD and per_head(Decimal(1), NOT_YET) is NOT_YET
    assert per_head(None, 1) is None and per_head(Decimal(1), 0) is None
    assert median([Decimal(1), WITHHELD, None, Decimal(5)]) == 3 and median([WITHHELD]) is None


def test_the_money_of_a_year_is_of_that_year_alone():
    example = Example()
    example.rows["allocations"][0]["year"] = 2019
    for row in example.rows["allocations"][1:]:
        row["year"] = 2020
    views = Disclosure(example.open(), DAY)
    assert money.years(views) == [2020, 2019]
    both = [money.values(views, year) for year in (2020, 2019)]
    for year, found in zip((2020, 2019), both, strict=True):
        mine = {row.allocation_id for row in views.rows("allocations") if row.year == year}
        assert found["flows"][-1].amount == sum(r.amount for r in views.rows("allocations") if r.year == year)
        assert {route.allocation for route in found["routes"]} - {None} <= mine
        drawn = sum((share.amount for share in found["uses"]), Decimal(0))
        assert drawn == sum((route.amount for route in found["routes"] if route.allocation), Decimal(0))
    assert sum(len(found["routes"]) for found in both) == len(views.rows("project-budget"))
    paid_in = sum((month.same + month.other for month in both[0]["months"]), Decimal(0))
    assert paid_in == sum((row.amount for row in views.rows("payments") if row.paid_on.year == 2020), Decimal(0))


def test_only_a_unit_with_a_code_has_a_page_and_no_owner_is_named():
    example = Example()
    units = {row["payee_unit"] for row in example.rows["payments"] if row["payee_kind"] != "一卡通批次"}
    code = sorted(filter(None, units))[0]
    for row in example.rows["units"]:
        row["credit_code"] = None
    unit = next(row for row in example.rows["units"] if row["unit_code"] == code)
    for given, pages in ((None, 0), ("92" + "990101MA0000015C", 0), ("91" + "990101MA0000015C", 1)):
        unit["credit_code"] = given
        views = Disclosure(example.open(), DAY)
        known, rest = money.payees(views)
        assert len(known) == pages
        assert sum((payee.total for payee in known), Decimal(0)) + sum((row.amount for row in rest), Decimal(0)) == sum(
            row.amount for row in views.rows("payments")
        )
        if given and given.startswith("92"):
            shown = [row.payee for row in views.rows("payments")]
            assert unit["name"] not in shown and "其他收款人（个体工商户）" in shown
