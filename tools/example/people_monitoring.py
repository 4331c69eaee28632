"""Monitoring against falling back: clue to decision in fifteen days; the risk removed after six months at the earliest."""

from __future__ import annotations

import random
from datetime import date

from example.people_docket import Docket, plus
from example.people_helpers import Staff
from example.people_income import yuan
from example.people_model import Household
from example.plan import VillagePlan, committee_code, villages
from example.world import World

_SOURCES = ("农户自主申报", "干部排查", "干部排查", "部门筛查预警")
_OPEN_VILLAGES = ("张郢村", "云岭村")  # a notice hangs there on the day of the example


def monitor(world: World, docket: Docket, homes: dict[str, list[Household]], staff: Staff) -> None:
    rng = world.rng("monitoring")
    for village in villages():
        for state in ("已消除", "在册"):
            mine = [home for home in homes[village.code] if home.monitored == state]
            if not mine:
                continue
            start = (
                plus(date(2019, 9, 3), rng.randrange(50))
                if state == "已消除"
                else plus(date(2019, 12, 2), rng.randrange(160))
            )
            case_id, decided = _take_in(rng, docket, village, mine, start)
            rows = [_row(rng, world, home, staff, case_id, decided) for home in mine]
            if state == "已消除":
                _remove(rng, docket, village, mine, rows, decided)
    _still_open(rng, docket, homes)


def _take_in(rng: random.Random, docket: Docket, village: VillagePlan, homes: list, start: date) -> tuple[str, date]:
    case = docket.case("纳入监测", village, f"{start:%Y}", homes)
    case.step("风险线索", "村", start)
    case.step("入户核实", "村", plus(start, 2), 3)
    case.step("信息比对", "县", plus(start, 4))
    present = rng.randint(18, 40)
    case.step("民主评议", "村", plus(start, 5), present, present - rng.randint(0, 3))
    title = f"{village.name}{start:%Y}年{start.month}月监测对象"
    shown = case.notice_step("村内公示", "村", "监测公示", title + "公示", plus(start, 6), 5, len(homes))
    case.step("乡镇审核", "乡镇", plus(shown, 1))
    decided = case.step("县级审批", "县", plus(shown, 3))
    announced = case.notice_step("公告", "村", "监测公告", title + "公告", plus(decided, 1), 5, len(homes))
    case.step("建档录入", "乡镇", plus(announced, 1))
    case.close(docket.document(f"{decided:%Y}", "纳入监测", "防返贫监测对象认定", decided))
    for home in homes:
        docket.event(home, decided, "纳入监测", case.case_id)
    return case.case_id, decided


def _row(rng: random.Random, world: World, home: Household, staff: Staff, case_id: str, decided: date) -> dict:
    risks = _risks(rng, home)
    ill = "因病" in risks
    low = home.per_capita if home.monitored == "在册" else rng.randint(4600, 5800) * 100
    row = {"monitoring_id": f"W{len(world.rows['monitoring']) + 1:06d}", "household_no": home.no}
    row |= {"category": "脱贫不稳定户", "identified_on": decided.isoformat(), "clue_source": rng.choice(_SOURCES)}
    row |= {"risk_1": risks[0], "risk_2": risks[1] if len(risks) > 1 else "", "per_capita": yuan(low)}
    row |= {"self_paid_medical": f"{rng.randint(60, 240) * 100 if ill else 0}.00", "dev_measures_state": "已实施"}
    row |= {"contact_helper": staff.responsible[home.no].supporter["helper_no"], "case_id": case_id}
    world.rows["monitoring"].append(row)
    return row


def _risks(rng: random.Random, home: Household) -> list[str]:
    """Risks that the members bear out."""
    risks = []
    if any(p.health in ("长期慢性病", "患有大病") for p in home.live):
        risks.append("因病")
    if any(p.health == "残疾" for p in home.live):
        risks.append("因残")
    if any(p.enrolment and p.enrolment[:2] not in ("学龄", "学前") for p in home.live):
        risks.append("因学")
    if len(risks) < 2:
        risks.append("因务工就业不稳" if any(p.months for p in home.live) else "因产业项目失败")
    return risks[:2] if rng.random() < 0.5 else risks[:1]


def _remove(rng: random.Random, docket: Docket, village: VillagePlan, homes: list, rows: list, decided: date) -> None:
    start = plus(decided, 188 + rng.randrange(12))
    case = docket.case("风险消除", village, "2020", homes)
    case.step("入户核实", "村", start, 3)
    present = rng.randint(18, 40)
    case.step("民主评议", "村", plus(start, 2), present, present)
    title = f"{village.name}2020年{start.month}月风险消除"
    shown = case.notice_step("村内公示", "村", "风险消除公示", title + "公示", plus(start, 3), 5, len(homes))
    case.step("乡镇审核", "乡镇", plus(shown, 1))
    removed = case.step("县级审批", "县", plus(shown, 2))
    announced = case.notice_step("公告", "村", "其他公告", title + "公告", plus(removed, 1), 5, len(homes))
    case.step("系统标注", "县", plus(announced, 1))
    case.close(docket.document("2020", "风险消除", "监测对象风险消除", removed))
    for home, row in zip(homes, rows, strict=True):
        row |= {"removed_on": removed.isoformat(), "removed_by": "帮扶消除", "removal_case": case.case_id}
        row["removed_per_capita"] = yuan(home.per_capita)
        docket.event(home, removed, "风险消除", case.case_id)


def _still_open(rng: random.Random, docket: Docket, homes: dict[str, list[Household]]) -> None:
    """Two cases that are under way: their notices hang until after the day of the example."""
    for village in villages():
        if village.name not in _OPEN_VILLAGES:
            continue
        stable = [h for h in homes[village.code] if h.exited and not h.monitored and h.able and h.size > 2]
        chosen = sorted(rng.sample(stable, 2), key=lambda home: home.no)
        start = date(2020, 6, 20)
        case = docket.case("纳入监测", village, "2020", chosen)
        case.step("风险线索", "村", start)
        case.step("入户核实", "村", plus(start, 2), 3)
        case.step("信息比对", "县", plus(start, 4))
        case.step("民主评议", "村", plus(start, 6), 27, 26)
        cells = {"publisher_unit": committee_code(village.code), "case_id": case.case_id}
        title = f"{village.name}2020年6月监测对象公示"
        docket.notice("监测公示", title, village.code, plus(start, 8), 6, 2, **cells)
        case.leave_open()
