"""Identification and exit of households, exit of villages: one case for each village and year."""

from __future__ import annotations

import random
from datetime import date

from example.people_docket import OFFICE, Docket, plus
from example.people_model import Household
from example.places import TOWNSHIPS
from example.plan import VillagePlan, by_township, township_unit
from example.world import World

_LATE = ("changle", "yunshan", "qingxi")  # registered a year after the others
_OBJECTIONS = 7
_TOPICS = ("收入不符", "人口不符", "应纳未纳", "程序问题")


def identify(world: World, docket: Docket, homes: dict[str, list[Household]]) -> None:
    """识别 in every village; the second notice and the announcement are one for the whole township."""
    rng = world.rng("identification")
    names = {line[0]: line[1] for line in TOWNSHIPS}
    for index, (slug, plans) in enumerate(by_township().items()):
        year = 2015 if slug in _LATE else 2014
        start = plus(date(year, 4, 8), 2 * index)
        total = sum(len(homes[v.code]) for v in plans)
        cells = {"publisher_unit": township_unit(plans[0].township_code)}
        reviewed = plus(start, 23, office=True)
        second = docket.notice("识别公示", f"{names[slug]}{year}年贫困户识别第二次公示", plans[0].township_code,
                               plus(reviewed, 2), 8, total, **cells)  # fmt: skip
        approved = plus(date.fromisoformat(second["ends_on"]), 5, office=True)
        cells["publisher_unit"] = OFFICE
        result = docket.notice("识别公告", f"{names[slug]}{year}年贫困户识别结果公告", plans[0].township_code,
                               plus(approved, 3), 10, total, **cells)  # fmt: skip
        doc = docket.document(str(year), "识别", "贫困户识别", approved)
        for village in plans:
            _identify_village(
                rng, docket, village, homes[village.code], start, (reviewed, second, approved, result), doc
            )


def _identify_village(
    rng, docket: Docket, village: VillagePlan, homes: list, start: date, town: tuple, doc: str
) -> None:
    reviewed, second, approved, result = town
    case = docket.case("识别", village, f"{start:%Y}", homes)
    case.step("农户申请", "户", start)
    present = rng.randint(32, 70)
    case.step("民主评议", "村", plus(start, rng.randint(4, 6)), present, present - rng.randint(0, 6))
    case.step("村级核实", "村", plus(start, 9), rng.randint(4, 8))
    title = f"{village.name}{start:%Y}年贫困户识别第一次公示"
    case.notice_step("第一次公示", "村", "识别公示", title, plus(start, 12), 8, len(homes))
    case.step("乡镇审核", "乡镇", reviewed)
    case.step("第二次公示", "村", date.fromisoformat(second["ends_on"]), notice=second["notice_id"])
    case.step("县级审批", "县", approved)
    announced = case.step("公告", "村", date.fromisoformat(result["ends_on"]), notice=result["notice_id"])
    case.step("建档录入", "乡镇", plus(announced, 4, office=True))
    case.close(doc)
    for home in homes:
        home.identified = announced.isoformat()
        docket.event(home, announced, "识别", case.case_id)


def exit_households(world: World, docket: Docket, homes: dict[str, list[Household]], poor: set[str]) -> None:
    """退出 in every village, in one year or in two."""
    rng = world.rng("exits")
    plans = [v for group in by_township().values() for v in group]
    for index, village in enumerate(plans):
        leaving = [home for home in homes[village.code] if home.exited]
        years = _years(rng, village, leaving, village.code in poor)
        parts = [leaving] if len(years) == 1 else _halves(rng, leaving)
        for year, part in zip(years, parts, strict=True):
            _exit_village(rng, docket, village, part, plus(date(year, 10, 18), index % 19))
    _objections(rng, docket)


def _years(rng: random.Random, village: VillagePlan, leaving: list[Household], poor: bool) -> tuple[int, ...]:
    if village.slug == "guzhen":
        return (2017, 2018) if not village.community else (2018,)
    if poor or any(home.monitored for home in leaving):
        return (2018,) if rng.random() < 0.6 else (2017,)
    if village.households > 60 and rng.random() < 0.5:
        return (2017, 2019)
    return (rng.choice((2016, 2017, 2018, 2019, 2019)),)


def _halves(rng: random.Random, leaving: list[Household]) -> list[list[Household]]:
    order = list(leaving)
    rng.shuffle(order)
    cut = len(order) * rng.randint(45, 65) // 100
    return [sorted(part, key=lambda home: home.no) for part in (order[:cut], order[cut:])]


def _exit_village(rng: random.Random, docket: Docket, village: VillagePlan, homes: list, start: date) -> None:
    case = docket.case("退出", village, f"{start:%Y}", homes)
    present = rng.randint(30, 64)
    case.step("民主评议", "村", start, present, present - rng.randint(0, 5))
    case.step("村级核实", "村", plus(start, rng.randint(3, 5)), rng.randint(4, 8))
    case.step("农户认可", "户", plus(start, 7))
    title = f"{village.name}{start:%Y}年度贫困户退出"
    shown = case.notice_step("村内公示", "村", "退出公示", title + "公示", plus(start, 9), 8, len(homes))
    reviewed = case.step("乡镇审核", "乡镇", plus(shown, 3, office=True))
    approved = case.step("县级审批", "县", plus(reviewed, 6, office=True))
    announced = case.notice_step("公告", "村", "退出公告", title + "公告", plus(approved, 2), 10, len(homes))
    marked = case.step("系统标注", "县", plus(announced, 3, office=True))
    case.close(docket.document(f"{start:%Y}", "退出", "贫困户退出", approved))
    for home in homes:
        home.exited_on = marked.isoformat()
        docket.event(home, marked, "脱贫", case.case_id)


def _objections(rng: random.Random, docket: Docket) -> None:
    """A few objections, raised while the notice hung and answered before it was closed."""
    shown = [row for row in docket.world.rows["notices"] if row["notice_kind"] == "退出公示"]
    for row in sorted(rng.sample(shown, _OBJECTIONS), key=lambda r: r["notice_id"]):
        raised = plus(date.fromisoformat(row["starts_on"]), rng.randint(1, 3))
        cells = {"notice_id": row["notice_id"], "raised_on": raised.isoformat(), "topic": rng.choice(_TOPICS)}
        cells["objection_no"] = "1"
        cells |= {"answered_on": plus(raised, rng.randint(1, 3)).isoformat(), "outcome": "维持"}
        docket.world.rows["notice-objections"].append(cells)
        row["result"] = "有异议已处理"


def exit_villages(world: World, docket: Docket, homes: dict[str, list[Household]], poor: set[str]) -> None:
    """贫困村退出, in the year in which the last of the village's exited households left."""
    rng = world.rng("village exits")
    rows = {row["village_code"]: row for row in world.rows["villages"]}
    for group in by_township().values():
        for village in group:
            if village.code in poor:
                last = max(home.exited_on for home in homes[village.code] if home.exited)
                rows[village.code]["exited_on"] = _leave_list(rng, docket, village, int(last[:4])).isoformat()


def _leave_list(rng: random.Random, docket: Docket, village: VillagePlan, year: int) -> date:
    case = docket.case("贫困村退出", village, str(year))
    start = date(year, 11, 20)
    present = rng.randint(36, 70)
    case.step("民主评议", "村", start, present, present - rng.randint(0, 4))
    case.step("村级核实", "村", plus(start, 4), rng.randint(5, 9))
    title = f"{village.name}{year}年度贫困村退出"
    shown = case.notice_step("村内公示", "村", "贫困村退出公示", title + "公示", plus(start, 7), 10, 1)
    reviewed = case.step("乡镇审核", "乡镇", plus(shown, 3, office=True))
    approved = case.step("县级审批", "县", plus(reviewed, 4, office=True))
    announced = case.notice_step("公告", "村", "其他公告", title + "公告", plus(approved, 2), 10, 1)
    case.step("系统标注", "县", plus(announced, 1, office=True))
    case.close(docket.document(str(year), "贫困村退出", "贫困村退出", approved))
    return announced
