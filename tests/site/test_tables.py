"""Tables whose rows become cards, and the calendar of notices."""

from __future__ import annotations

import datetime
from types import SimpleNamespace

from gongshi.site import noticing, topics
from gongshi.site.tables import frame

HEAD = "<thead><tr><th>项目</th><th>来源 <b>（元）</b></th><th>甲&#34;乙</th><th>丁</th></tr></thead>\n"


def test_each_cell_of_a_wide_table_says_its_column():
    made = frame("去向", HEAD + "<tbody><tr><th>茶园</th><td>省</td><td class='gs-num'>1</td><td>2</td></tr></tbody>")
    assert 'class="gs-table gs-cards"' in made and made.count("data-th=") == 3
    assert '<td data-th="来源 （元）">省</td>' in made and "<td data-th=\"甲&#34;乙\" class='gs-num'>1</td>" in made
    assert "&lt;" not in made, "the table is not escaped a second time"


def test_a_cell_over_several_columns_counts_as_several():
    made = frame("合计", HEAD + '<tfoot><tr><th colspan="2">合计</th><td>1</td><td>2</td></tr></tfoot>')
    assert '<td data-th="甲&#34;乙">1</td><td data-th="丁">2</td>' in made


def test_a_table_of_few_columns_stays_a_table():
    made = frame("<b>", "<thead><tr><th>甲</th><th>乙</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody>")
    assert "gs-cards" not in made and "data-th" not in made and 'aria-label="&lt;b&gt;"' in made


def test_a_table_of_figures_stays_a_table():
    made = frame("去向", HEAD + "<tbody><tr><th>茶园</th><td>1</td><td>2</td><td>3</td></tr></tbody>", figures=True)
    assert 'class="gs-table gs-figures"' in made and "data-th" not in made


def test_a_table_of_long_names_has_as_many_columns_below_them_as_figures():
    made = frame("去向", HEAD + "<tbody><tr><th>茶园</th><td>1</td><td>2</td><td>3</td></tr></tbody>", two=True)
    assert 'class="gs-table gs-two" style="--n:3"' in made and "data-th" not in made


def notice(kind: str, first: str, last: str) -> SimpleNamespace:
    days = (datetime.date.fromisoformat(day) for day in (first, last))
    return SimpleNamespace(**dict(zip(("starts_on", "ends_on"), days, strict=True)), notice_kind=kind, result=None)


ROWS = [notice("监测公示", "2020-06-28", "2020-07-03"), notice("退出公示", "2019-12-30", "2020-01-06")]


def test_a_notice_is_in_every_month_it_runs_in():
    months = noticing.by_month(ROWS)
    assert [month.path for month in months] == [
        "notices/2020-07.html", "notices/2020-06.html", "notices/2020-01.html", "notices/2019-12.html",
    ]  # fmt: skip
    assert months[noticing.NoticeMonth(2020, 6)] == [ROWS[0]]


def test_the_weeks_of_a_month_say_what_runs_on_each_day():
    month = noticing.NoticeMonth(2020, 6)
    days = [day for week in noticing.weeks(month, ROWS) for day in week]
    assert len(days) % 7 == 0 and days[0].date == datetime.date(2020, 6, 1), "the first of June 2020 was a Monday"
    assert [day.date.day for day in days if day and day.kinds] == [28, 29, 30]
    assert days[27].kinds == {"监测公示": 1} and days[30] is None
    assert noticing.weeks(noticing.NoticeMonth(2020, 7), ROWS)[0][:2] == [None, None], "July began on a Wednesday"


def test_kinds_are_counted_by_state_and_by_year():
    found = noticing.by_kind(ROWS, datetime.date(2020, 6, 30))
    assert [(kind, states.total(), dict(years)) for kind, states, years in found] == [
        ("监测公示", 1, {2020: 1}), ("退出公示", 1, {2019: 1}),
    ]  # fmt: skip
    assert found[0][1][noticing.NoticeState.RUNNING] == 1 and found[1][1][noticing.NoticeState.WAITING] == 1


def test_what_the_ledger_does_not_say_a_village_is_not_said_to_lack():
    fields = {name: None for fields in topics.EIGHT.values() for name in fields}
    village = SimpleNamespace(**fields | {"industry_1": "茶叶", "hard_road": False})
    assert [item.has for item in topics.eight(village)] == [True, False, None, None, None, None, None, None]


def test_a_project_in_no_village_or_in_all_is_found_under_every_village():
    rows = [SimpleNamespace(village_code=f"99010110020{n}", village=f"村{n}") for n in range(4)]
    assert topics._where([], ["省"], 9).codes == "*" and topics._where(rows, [], 4).codes == "*"
    some = topics._where(rows, ["省"], 9)
    assert some.text == "4 个村" and some.codes.split() == [row.village_code for row in rows]
    assert topics._where(rows[:2], [], 9).text == "村0、村1"
