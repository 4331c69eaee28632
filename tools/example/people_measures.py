"""What each household is helped with. A measure follows from what the household is: fields, wages, illness, pupils, relief."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

from example.people_helpers import Staff
from example.people_model import Household, Person
from example.unit_names import COLLEGE, COOPERATIVES, UNIT
from example.world import Row, World

_CROPS = ("粮油", "蔬菜", "茶叶", "油茶", "毛竹", "果树", "中药材", "烤烟", "食用菌")
_COMPULSORY = ("小学", "七年级", "八年级", "九年级")
_RISK_MEASURES = {
    "因病": ("健康帮扶", "医疗救助", "资金", "医保局"),
    "因学": ("教育帮扶", "教育资助", "资金", "教育局"),
    "因残": ("综合保障", "残疾人补贴", "资金", "残联"),
    "因务工就业不稳": ("就业帮扶", "劳务输出", "项目", "就业中心"),
    "因产业项目失败": ("产业帮扶", "合作社带动", "技术", "农业农村局"),
}
_OF_AGE = 2003 * 12 + 2  # born in March 2003: sixteen in March 2019
YULU = ("中职", "高职高专")

Draft = tuple[str, str, str, str, str, int, str, str]  # member, category, item, kind, unit, yuan, start, end


def fill_measures(world: World, homes: list[Household], staff: Staff, banks: dict[str, tuple[str, str]]) -> None:
    """``banks``: household -> bank and day of its loan."""
    rng = world.rng("measures")
    episodes = {row["household_no"]: row for row in world.rows["monitoring"]}
    for home in homes:
        drafts = [*_household(rng, home, staff, banks), *_members(rng, home), *_risk(rng, home, episodes.get(home.no))]
        for draft in drafts:
            world.rows["measures"].append(_row(len(world.rows["measures"]) + 1, home, draft))


def _row(number: int, home: Household, draft: Draft) -> Row:
    member, category, item, kind, unit, cost, start, end = draft
    row = {"measure_id": f"C{number:07d}", "household_no": home.no, "member_no": member, "category": category}
    row |= {"item": item, "support_kind": kind, "provider_unit": unit, "cost": f"{cost}.00"}
    return row | {"started_on": start, "ended_on": end, "signed": "是"}


def _day(rng: random.Random, year: int, first: int, last: int) -> str:
    return f"{year}-{rng.randint(first, last):02d}-{rng.randint(2, 27):02d}"


def _household(rng: random.Random, home: Household, staff: Staff, banks: dict) -> Iterator[Draft]:
    if home.able:
        yield _farming(rng, home)
    if home.no in banks:
        bank, day = banks[home.no]
        yield "", "金融帮扶", "小额信贷", "资金", bank, 0, day, ""
    if any(p.dibao for p in home.live):
        yield "", "综合保障", "低保", "资金", UNIT["民政局"], 0, "2019-01-01", ""
    if any(p.tekun for p in home.live):
        yield "", "综合保障", "特困供养", "资金", UNIT["民政局"], 0, "2019-01-01", ""
    if home.relocated:
        yield "", "搬迁", "易地搬迁", "项目", UNIT["发改委"], 20000 * home.size, "2018-04-10", "2019-12-20"
    if home.unsafe:
        yield "", "住房安全保障", "危房改造", "资金", UNIT["住建局"], 21000, "2020-04-20", ""
    yield from _gifts(home, staff)


def _farming(rng: random.Random, home: Household) -> Draft:
    crops = home.industries[0] in _CROPS
    item = rng.choice(("种植扶持" if crops else "养殖扶持", "种植扶持" if crops else "养殖扶持", "合作社带动"))
    unit = UNIT["农业农村局"]
    if item == "合作社带动":
        unit = f"U3{rng.randint(1, len(COOPERATIVES)):02d}"
    kind = rng.choice(("物资", "资金", "技术"))
    return "", "产业帮扶", item, kind, unit, rng.randrange(500, 3200, 100), _day(rng, 2019, 2, 5), ""


def _gifts(home: Household, staff: Staff) -> Iterator[Draft]:
    """Plan 20: goods of 1,000 a household and 300 a person, each year; plan 9: money of the college, each year."""
    if home.village.slug == "changle":
        unit = staff.village_unit[home.village.code]
        for year, day in ((2019, "01-30"), (2020, "01-19")):
            yield "", "社会帮扶", "慰问", "物资", unit, 1000, f"{year}-{day}", f"{year}-{day}"
            yield "", "社会帮扶", "其他", "物资", unit, 300 * home.size, f"{year}-{day}", f"{year}-{day}"
    if home.village.role == "college":
        for day in ("2018-04-20", "2019-04-20", "2020-04-20"):
            yield "", "社会帮扶", "慰问", "资金", COLLEGE, 2000, day, day


def _members(rng: random.Random, home: Household) -> Iterator[Draft]:
    doctor = UNIT["卫健委"]
    everybody = home.village.slug == "guzhen"  # plan 16: a measure for each person
    for person in home.live:
        if everybody or person.health in ("长期慢性病", "患有大病"):
            yield person.no, "健康帮扶", "家庭医生签约", "技术", doctor, 0, _signed_on(rng, person), ""
        if person.health == "残疾" and not person.tekun:
            yield person.no, "综合保障", "残疾人补贴", "资金", UNIT["残联"], 0, "2019-01-01", ""
        if person.enrolment.startswith(YULU):
            yield person.no, "教育帮扶", "雨露计划", "资金", UNIT["扶贫办"], 3000, "2019-09-01", ""
        elif person.enrolment in _COMPULSORY or person.enrolment.startswith("普通高中"):
            yield person.no, "教育帮扶", "教育资助", "资金", UNIT["教育局"], 1000, "2019-09-01", ""
        if person.public_job:
            pay = person.months * person.wage
            yield person.no, "公益性岗位帮扶", "公益性岗位", "资金", UNIT["人社局"], pay, "2019-01-01", ""
        elif person.born > _OF_AGE:
            continue  # not yet sixteen when last year's measures for work began
        elif person.channel == "帮扶车间":
            yield person.no, "就业帮扶", "扶贫车间", "项目", UNIT["人社局"], 0, "2019-03-01", ""
        elif person.region == "省外务工":
            yield person.no, "就业帮扶", "外出务工补贴", "资金", UNIT["人社局"], 500, "2019-03-01", "2019-12-20"


def _signed_on(rng: random.Random, person: Person) -> str:
    return "2020-06-15" if person.change == "新生儿" else _day(rng, 2020, 1, 3)


def _risk(rng: random.Random, home: Household, episode: Row | None) -> Iterator[Draft]:
    """Each risk is met within a month, and a measure of development begins besides."""
    if episode is None:
        return
    begun = _after(episode["identified_on"], rng.randint(3, 9))
    for risk in (episode["risk_1"], episode.get("risk_2")):
        if risk:
            category, item, kind, short = _RISK_MEASURES[risk]
            yield "", category, item, kind, UNIT[short], rng.randrange(600, 3000, 100), begun, ""
    unit = UNIT["农业农村局"]
    yield "", "产业帮扶", "合作社带动", "项目", unit, rng.randrange(1000, 3000, 100), _after(begun, 8), ""


def _after(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
