"""A notice's state follows from its dates and the day; its rules are data; working days end with the calendar."""

from __future__ import annotations

import datetime
from types import SimpleNamespace

import pytest
from made_up import DAY, ROOT, Example

from gongshi.disclosure.clock import NoticeState, WorkingDays, state
from gongshi.disclosure.kinds import carries_households, kinds, problems
from gongshi.disclosure.notices import _once, past_their_day
from gongshi.model import GongshiError, Severity

START, END = datetime.date(2020, 6, 1), datetime.date(2020, 6, 10)
CALENDAR = WorkingDays.of([(datetime.date(2020, 6, 25), "放假"), (datetime.date(2020, 6, 28), "上班")])


def notice(**changes) -> SimpleNamespace:
    values = {
        "notice_id": "G2020-00001", "notice_kind": "实施前公示", "place": "村公示栏", "starts_on": START, "ends_on": END,
        "result": None, "closed_on": None, "withdrawn_on": None,
    }  # fmt: skip
    return SimpleNamespace(**values | changes)


def day(number: int, month: int = 6) -> datetime.date:
    return datetime.date(2020, month, number)


@pytest.mark.parametrize(
    ("on", "changes", "wanted"),
    [
        (datetime.date(2020, 5, 31), {}, NoticeState.PENDING),
        (START, {}, NoticeState.RUNNING),
        (END, {}, NoticeState.RUNNING),
        (day(11), {}, NoticeState.WAITING),
        (day(11), {"result": "无异议", "closed_on": day(11)}, NoticeState.CLOSED),
        (day(11), {"result": "无异议", "closed_on": day(12)}, NoticeState.WAITING),
        (day(5), {"withdrawn_on": day(5)}, NoticeState.WITHDRAWN),
        (day(4), {"withdrawn_on": day(5)}, NoticeState.RUNNING),
        (day(9), {"result": "无异议", "closed_on": day(9)}, NoticeState.RUNNING),
    ],
)
def test_the_state_follows_from_the_day(on, changes, wanted):
    assert state(notice(**changes), on) == wanted


def test_the_states_are_the_five_words():
    assert list(NoticeState) == ["待公示", "公示中", "期满待结果", "已办结", "已撤回"]


def test_every_kind_of_the_schema_has_its_rules_and_source():
    enum = Example().descriptor.resources["notices"].schema.field("notice_kind").enum
    assert set(kinds()) == set(enum)
    places = Example().descriptor.resources["notices"].schema.field("place").enum
    for rule in kinds().values():
        assert (
            all(words for _, words in rule.sources)
            and rule.sources
            and rule.least_days >= 5
            and set(rule.places) <= set(places)
        ), rule
        assert bool(rule.category) == (rule.carries == "户"), rule
    least = {name: kinds()[name].least_days for name in ("监测公示", "退出公示", "实施前公示", "资金分配公告")}
    assert least == {"监测公示": 5, "退出公示": 7, "实施前公示": 10, "资金分配公告": 10}
    assert kinds()["监测公示"].places == ("村公示栏",), "a list of households hangs in the village only"


def test_the_views_know_the_same_kinds_of_lists():
    """The catalogue counts households for the kinds that list them, and withholds objections to those."""
    example = Example()
    example.rows["notices"].clear()
    for number, kind in enumerate(kinds()):
        example.add(
            "notices", notice_id=f"G2020-{number:05}", notice_kind=kind, items=9, withdrawn_on=None,
            starts_on=START, ends_on=END,
        )  # fmt: skip
        example.add("notice-objections", notice_id=f"G2020-{number:05}", raised_on=START, topic="其他")
    from gongshi.disclosure import Disclosure

    views = Disclosure(example.open(), DAY)
    lists = {row.notice_kind for row in views.rows("notices") if row.project_count is None}
    assert lists == {name for name in kinds() if carries_households(name)}
    kinds_of = {row.notice_id: row.notice_kind for row in views.rows("notices")}
    shown = {kinds_of[row.notice_id] for row in views.rows("notice-objections")}
    assert shown == {name for name in kinds() if not carries_households(name)}
    assert carries_households("没听说过的公示"), "what is not known is treated as a list"


def test_a_good_notice_has_no_problem():
    assert problems(notice(), START, CALENDAR) == []


@pytest.mark.parametrize(
    ("changes", "on", "code"),
    [
        ({"ends_on": day(9)}, START, "notice-days"),
        ({"ends_on": datetime.date(2020, 5, 1)}, START, "notice-dates"),
        ({"notice_kind": "退出公示", "place": "政府网站"}, START, "notice-place"),
        ({"notice_kind": "口头公示"}, START, "notice-kind"),
        ({}, day(10, 7), "notice-overdue"),
        ({}, datetime.date(2021, 7, 1), "notice-overdue"),
    ],
)
def test_each_rule_broken_is_found(changes, on, code):
    found = problems(notice(**changes), on, CALENDAR)
    assert [finding.code for finding in found] == [code]
    assert found[0].key == ("G2020-00001",)


def test_a_result_has_twenty_working_days():
    last = CALENDAR.after(END, 20)
    assert last == day(8, 7), "a holiday on a Thursday, and a Sunday at work"
    assert problems(notice(), last, CALENDAR) == []
    assert problems(notice(), last + datetime.timedelta(1), CALENDAR) != []


def test_the_calendar_ends_clearly():
    with pytest.raises(GongshiError, match=r"2021 年.*只有 2020—2020 年.*请补上"):
        CALENDAR.after(datetime.date(2020, 12, 20), 20)
    with pytest.raises(GongshiError, match="是空的"):
        WorkingDays.of([]).working(START)
    late = notice(starts_on=datetime.date(2020, 12, 10), ends_on=datetime.date(2020, 12, 25))
    (told,) = problems(late, datetime.date(2021, 1, 4), CALENDAR)
    assert (told.code, told.severity) == ("calendar", Severity.NOTICE)
    other = problems(
        notice(starts_on=datetime.date(2020, 12, 11), ends_on=datetime.date(2020, 12, 26)),
        datetime.date(2021, 1, 5),
        CALENDAR,
    )
    wrong = problems(notice(ends_on=START - datetime.timedelta(1)), START, CALENDAR)
    assert len(_once([told, *wrong, *other])) == 2 and "2 份" in _once([told, *wrong, *other])[-1].message


def test_a_year_that_is_missing_between_others_is_not_guessed():
    holidays = [(datetime.date(year, 1, 1), "放假") for year in (2018, 2020, 2021, 2023)]
    assert WorkingDays.of(holidays).years == range(2020, 2022)
    with pytest.raises(GongshiError, match="2022 年"):
        WorkingDays.of(holidays).after(datetime.date(2021, 12, 30), 20)


def test_a_page_that_shows_a_notice_past_its_day_is_named():
    page = '<span data-notice="G2020-00001" data-until="2020-06-10">公示中</span>'
    assert past_their_day([("a.html", page)], END) == []
    (finding,) = past_their_day([("a.html", page), ("b.html", "")], day(11))
    assert (finding.path, finding.code, finding.key) == ("a.html", "notice-past-its-day", ("G2020-00001",))


def test_the_templates_mark_what_that_check_looks_for():
    assert 'data-notice="{{' in (ROOT / "tools/gongshi/site/templates/macros.html").read_text("utf-8")
