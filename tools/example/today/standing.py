"""What households and persons are, from a day to a day: who left poverty and when, who is watched and why, who gets 低保 or 特困,
and how those who left poverty were assessed in 2026. Each watch is a case with its steps, its notice, its judgement and its help."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from example.today.households import conditions, incomes
from example.today.places import AS_OF, LINES, town_unit
from example.world import Row, World

NEW_WORD = date(2026, 2, 3)
"""Since then there is one kind of watched household."""

RISKS = ("因病", "因学", "因残", "因自然灾害", "因意外事故", "因务工就业不稳", "缺劳动力", "因产业项目失败")
HELP = {
    "因病": ("健康帮扶", "医疗救助", "U005"), "因学": ("教育帮扶", "教育资助", "U004"), "因残": ("综合保障", "临时救助", "U003"),
    "因自然灾害": ("综合保障", "临时救助", "U003"), "因意外事故": ("综合保障", "临时救助", "U003"), "因务工就业不稳": ("就业帮扶", "劳务输出", "U006"),
    "缺劳动力": ("社会帮扶", "消费帮扶", "U002"), "因产业项目失败": ("产业帮扶", "庭院经济", "U002"),
}  # fmt: skip
BEGUN = (
    ("风险线索", "户", 0),
    ("入户核实", "村", 2),
    ("信息比对", "县", 4),
    ("村级评议", "村", 5),
    ("村内公示", "村", 11),
    ("乡镇审核", "乡镇", 12),
    ("县级审批", "县", 13),
    ("系统标注", "县", 14),
)
ENDED = (
    ("入户核实", "村", 0),
    ("村级评议", "村", 2),
    ("村内公示", "村", 9),
    ("乡镇审核", "乡镇", 10),
    ("县级审批", "县", 12),
    ("系统标注", "县", 13),
)
CLUES = ("大额支出", "收入骤减", "因病支出")


def fill_standing(world: World) -> None:
    """Add memberships, cases, notices, monitoring, clues, measures, incomes and conditions."""
    people: dict[str, list[Row]] = defaultdict(list)
    for row in world.rows["members"]:
        people[row["household_no"]].append(row)
    for home in world.rows["households"]:
        rng = world.rng(f"today standing {home['household_no']}")
        Household(world, home, people[home["household_no"]], rng).fill()


class Household:
    """One household on its way through the years."""

    def __init__(self, world: World, home: Row, members: list[Row], rng: random.Random) -> None:
        self.rows, self.world, self.home, self.members, self.rng = world.rows, world, home, members, rng
        self.number = home["household_no"]

    def fill(self) -> None:
        """Everything that it is and was."""
        rng = self.rng
        left_poverty = rng.random() < 0.55
        watched = rng.random() < (0.12 if self.home["whole_no_labour"] == "否" else 0.05)
        given = self.persons(left_poverty or watched)
        if left_poverty:
            self.exited()
        elif not watched and rng.random() < 0.16:
            kind = rng.choice(("低保边缘", "刚性支出困难"))
            self.membership(kind, date(rng.randrange(2023, 2026), rng.randrange(11, 13), 8))
        still = self.watch(left_poverty) if watched else False
        if left_poverty and not watched:
            self.assessed()
        if left_poverty or watched:
            self.home |= {"informed_on": "2026-03-25", "plan_doc": "2026"}
            conditions(self.world, self.home)
            incomes(self.world, self.home, self.members, given, still)

    def membership(self, kind: str, started: date, ended: date | None = None, **cells: str) -> None:
        """From a day to a day."""
        until = {"ended_on": ended.isoformat()} if ended else {}
        number = f"R{len(self.rows['memberships']) + 1:07}"
        self.rows["memberships"].append(
            {
                "membership_id": number,
                "household_no": self.number,
                "kind": kind,
                "started_on": started.isoformat(),
                **until,
                **cells,
            }
        )

    def persons(self, helped: bool) -> dict[str, Decimal]:
        """低保 and 特困 of persons, of all where nobody can work and the household is helped; gives the incomes of it."""
        rng, alone = self.rng, len(self.members) == 1
        if alone and rng.random() < 0.4:
            self.membership("农村特困", date(2021, 7, 1), member_no=self.members[0]["member_no"])
            self.measure("综合保障", "特困供养", "U003", Decimal(9600), date(2021, 7, 1))
            return {"tekun_income": Decimal(9600)}
        if self.home["whole_no_labour"] == "是" and (helped or rng.random() < 0.4):
            for row in self.members:
                self.membership("农村低保", date(2022, 1, 1), member_no=row["member_no"])
            self.measure("综合保障", "低保", "U003", Decimal(4560 * len(self.members)), date(2022, 1, 1))
            return {"dibao_income": Decimal(4560 * len(self.members))}
        return {}

    def exited(self) -> None:
        """Registered in 2014 and out of poverty before 2021."""
        out = date(self.rng.randrange(2016, 2021), 12, 10)
        reason = self.rng.choice(("缺资金", "缺技术", "交通条件落后", "缺资金"))
        self.membership("建档立卡贫困户", date(2014, 5, 27), out, end_reason="脱贫", reason=reason)
        self.membership("脱贫户", out, reason=reason)

    def assessed(self) -> None:
        """In 2026 all who left poverty are assessed once more: most leave, some are helped on."""
        day = date(2026, self.rng.randrange(5, 9), self.rng.randrange(8, 26))
        if self.rng.random() < 0.7:
            self.membership("继续帮扶" if self.home["whole_no_labour"] == "是" else "有序退出帮扶", day)

    def watch(self, left_poverty: bool) -> bool:
        """One watch from a clue to, mostly, the end of the risk; gives whether it goes on."""
        rng = self.rng
        clue = date(2021, 6, 1) + timedelta(rng.randrange((date(2026, 9, 10) - date(2021, 6, 1)).days))
        day = clue + timedelta(14)
        ill = any(row["health"] != "健康" for row in self.members)
        able, pupils = self.home["whole_no_labour"] == "否", any(row.get("school_code") for row in self.members)
        fits = {
            "缺劳动力": not able,
            "因病": ill,
            "因残": False,
            "因学": pupils,
            "因务工就业不稳": self.away(),
            "因产业项目失败": able,
        }
        risks = [risk for risk in RISKS if fits.get(risk, True)]
        sudden, risk = rng.random() < 0.3, rng.choice(risks)
        kind = "突发严重困难户" if sudden else "脱贫不稳定户" if left_poverty else "边缘易致贫户"
        kind = "防止返贫致贫对象" if day >= NEW_WORD else kind
        case = self.case("纳入监测", clue, BEGUN, "监测公示")
        ends = day + timedelta(rng.randrange(200, 700))
        over = ends + timedelta(20) < AS_OF and self.home["whole_no_labour"] == "否"
        line = LINES[day.year]
        income = Decimal(line + rng.randrange(200, 3000) if sudden else line - rng.randrange(100, 2500))
        number = f"W{len(self.rows['monitoring']) + 1:06}"
        row = {
            "monitoring_id": number, "household_no": self.number, "identified_on": day.isoformat(),
            "clue_source": rng.choice(("农户自主申报", "干部排查", "部门筛查预警")), "per_capita": f"{income:.2f}",
            "self_paid_medical": f"{rng.randrange(6, 40) * 1000 if risk == '因病' else 0}.00", "dev_measures_state": "已实施" if self.help(risk, day, ends if over else None) else "未实施",
            "contact_helper": "B00001",
        }  # fmt: skip
        self.clue(row, clue)
        last = None
        if over:
            last = ends + timedelta(13)
            row |= {
                "removed_by": rng.choice(("帮扶消除", "帮扶消除", "自然消除")),
                "removal_case": self.case("风险消除", ends, ENDED, "风险消除公示"),
            }
            row["removed_per_capita"] = f"{LINES[last.year] + rng.randrange(1500, 6000)}.00"
        self.membership(kind, day, last, case_id=case, risk_1=risk, **({"end_reason": "风险消除"} if last else {}))
        self.rows["monitoring"].append(row)
        return not over and not sudden

    def case(self, procedure: str, first: date, steps: tuple[tuple[str, str, int], ...], notice: str) -> str:
        """A case with its steps and the notice that hung five days."""
        number = f"Z{first.year}-{sum(row['case_id'][1:5] == str(first.year) for row in self.rows['cases']) + 1:05}"
        village, last = self.home["village_code"], first + timedelta(steps[-1][2])
        hung = first + timedelta(next(after for name, _, after in steps if name == "村内公示"))
        notice_id = add_notice(
            self.world, notice, village, hung - timedelta(5), hung - timedelta(1), case_id=number, items="1"
        )
        for at, (name, level, after) in enumerate(steps, 1):
            votes = {"attendees": "21", "votes_for": "21"} if name.endswith("评议") else {}
            hangs = {"notice_id": notice_id} if name == "村内公示" else {}
            self.rows["case-steps"].append(
                {
                    "case_id": number,
                    "step_no": str(at),
                    "step": name,
                    "level": level,
                    "done_on": (first + timedelta(after)).isoformat(),
                    **votes,
                    **hangs,
                }
            )
        self.rows["cases"].append({"case_id": number, "procedure": procedure, "village_code": village, "opened_on": first.isoformat(),
                                   "closed_on": last.isoformat(), "doc_no": f"今防返贫组〔{last.year}〕{last.month + 10}号", "result": "通过"})  # fmt: skip
        self.rows["case-households"].append({"case_id": number, "household_no": self.number})
        return number

    def away(self) -> bool:
        """Whether somebody works outside of the township."""
        return any(row.get("work_region", "乡(镇)内务工") != "乡(镇)内务工" for row in self.members)

    def help(self, risk: str, day: date, ended: date | None) -> bool:
        """What was done against the risk; where somebody can, work or a yard's produce as well: gives whether that was done."""
        kinds = [HELP[risk]]
        if self.home["whole_no_labour"] == "否" and risk not in ("因务工就业不稳", "因产业项目失败"):
            kinds.append(("就业帮扶", "劳务输出", "U006") if self.away() else ("产业帮扶", "庭院经济", "U002"))
        for category, item, unit in kinds:
            self.measure(category, item, unit, Decimal(self.rng.randrange(8, 60) * 100), day + timedelta(6), ended)
        return any(category in ("就业帮扶", "产业帮扶") for category, _, _ in kinds)

    def measure(
        self, category: str, item: str, unit: str, cost: Decimal, started: date, ended: date | None = None
    ) -> None:
        """What the household gets from a day to a day."""
        self.rows["measures"].append({
            "measure_id": f"C{len(self.rows['measures']) + 1:07}", "household_no": self.number, "category": category, "item": item,
            "support_kind": "技术" if category == "就业帮扶" else "资金", "provider_unit": unit, "cost": f"{cost:.2f}", "started_on": started.isoformat(), "signed": "是",
            **({"ended_on": ended.isoformat()} if ended else {}),
        })  # fmt: skip

    def clue(self, watched: Row, day: date) -> None:
        """What another department found, where that is where the word came from."""
        if watched["clue_source"] == "部门筛查预警":
            number = f"Y{len(self.rows['clues']) + 1:06}"
            self.rows["clues"].append({
                "clue_id": number, "household_no": self.number, "clue_kind": self.rng.choice(CLUES), "source_unit": self.rng.choice(("U003", "U005")),
                "found_on": day.isoformat(), "verify_by": (day + timedelta(10)).isoformat(), "verified_on": (day + timedelta(2)).isoformat(), "outcome": "纳入监测",
            })  # fmt: skip


def add_notice(world: World, kind: str, place: str, starts: date, ends: date, **cells: str) -> str:
    """A notice that is closed without an objection once it is over; gives its number."""
    notices = world.rows["notices"]
    number = f"G{starts.year}-{sum(row['notice_id'][1:5] == str(starts.year) for row in notices) + 1:05}"
    name = next(row["name"] for row in world.rows["divisions"] if row["division_code"] == place)
    over = {"result": "无异议", "closed_on": (ends + timedelta(1)).isoformat()} if ends < AS_OF else {}
    where = "政府网站" if place.endswith("000000") else "村公示栏"
    notices.append({
        "notice_id": number, "notice_kind": kind, "title": f"{name}{starts.year}年{kind}", "division_code": place, "place": where,
        "starts_on": starts.isoformat(), "ends_on": ends.isoformat(), "publisher_unit": town_unit(place) if place[7:] != "00000" else "U002", **over, **cells,
    })  # fmt: skip
    return number
