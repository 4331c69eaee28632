"""Money of 2021 to 2026 from the document that hands it down to the work that is done: funds, projects of today's types, payments,
money to households, assets with titles and incomes, and their notices."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from example.money_works import PROGRESS
from example.today.places import (
    AS_OF,
    BANK,
    COUNTY,
    NAME,
    TOWNS,
    YEARS,
    town_code,
    town_unit,
    village_codes,
    village_unit,
)
from example.today.standing import add_notice
from example.today.support import PAY, helped
from example.world import Row, World

STEPS = (
    ("乡镇申报", "乡镇"),
    ("县级审批", "县"),
    ("招标", "县"),
    ("开工", "乡镇"),
    ("竣工", "乡镇"),
    ("乡镇初检", "乡镇"),
    ("县级验收", "县"),
    ("决算", "县"),
    ("移交", "乡镇"),
)


class Work(NamedTuple):
    """A kind of project: its type of two levels, what is built of it and what a unit costs."""

    kind: str
    second: str
    code: str
    name: str
    unit: str
    price: int
    sizes: tuple[int, int]
    owner: str
    builder: str
    link: str = ""
    asset: str = ""


WORKS = (
    Work("产业发展", "生产项目", "CY", "茶园提质", "亩", 2400, (120, 400), "U002", "U203", "带动生产", "经营性"),
    Work("产业发展", "加工流通项目", "CY", "食用菌烘干房", "座", 260000, (1, 4), "U002", "U204", "收益分红", "经营性"),
    Work("产业发展", "新型农村集体经济发展项目", "CY", "村集体冷库", "座", 420000, (1, 3), "U002", "U201", "资产入股", "经营性"),
    Work("就业项目", "就业", "JY", "帮扶车间改造", "处", 180000, (1, 3), "U006", "U201", "就业务工", "经营性"),
    Work("乡村建设行动", "农村基础设施", "JS", "产业路硬化", "公里", 450000, (1, 6), "U007", "U201", "", "公益性"),
    Work("乡村建设行动", "农村基础设施", "JS", "供水管网改造", "公里", 160000, (2, 9), "U008", "U202", "", "公益性"),
    Work("乡村建设行动", "人居环境整治", "JS", "污水处理设施", "处", 210000, (1, 4), "U002", "U202", "", "公益性"),
)  # fmt: skip


def fill_funds(world: World) -> None:
    """Add everything about money, year by year."""
    money = Money(world)
    for year in YEARS:
        for at, slug in enumerate(TOWNS):
            for number in range(3):
                money.project(year, slug, WORKS[(year + at * 3 + number * 2) % len(WORKS)])
        money.posts(year)
        money.schooling(year)
        money.handed_down(year)
    money.assets()
    for slug, name in TOWNS.items():
        title = f"{name}2026年防止返贫集中排查公告"
        add_notice(world, "其他公告", town_code(slug), date(2026, 9, 21), date(2026, 10, 9), title=title, items="0")


class Money:
    """What was planned so far, and what the funds of a year must hold."""

    def __init__(self, world: World) -> None:
        self.world, self.rows = world, world.rows
        self.names = {row["division_code"]: row["name"] for row in world.rows["divisions"]}
        self.needed: dict[tuple[int, str, str], Decimal] = defaultdict(Decimal)
        self.made: list[tuple[Row, str]] = []
        self.count: dict[str, int] = defaultdict(int)
        homes: dict[str, list[Row]] = defaultdict(list)
        for row in helped(world):
            homes[row["village_code"]].append(row)
        self.homes = homes

    def fund(self, year: int, level: str, kind: str) -> str:
        """The number of the money of a year, level and purpose."""
        purposes = [*dict.fromkeys(work.kind for work in WORKS), "巩固三保障成果"]
        return f"N{year}-{('中央', '省', '县').index(level) * 10 + purposes.index(kind) + 1:03}"

    def project(self, year: int, slug: str, work: Work) -> None:
        """A project in a village, to its end or as far as it is."""
        rng = self.world.rng(f"today project {year} {slug} {work.name}")
        town = town_code(slug)
        village = rng.choice([code for code in village_codes() if code[:9] == town[:9]])
        size = rng.randrange(*work.sizes)
        budget = Decimal(size * work.price)
        self.count[f"{year}{work.code}"] += 1
        number = f"{COUNTY[:6]}-{year}-{work.code}-{self.count[f'{year}{work.code}']:04}"
        first, last = date(year, 3, rng.randrange(14, 23)), date(year, rng.randrange(8, 11), 20)
        mine = self.homes[village]
        homes, persons = len(mine) + rng.randrange(20, 60), sum(int(home["population"]) for home in mine)
        row = {
            "project_id": number, "name": f"{year}年{self.names[village]}{work.name}项目", "year": str(year), "category": work.kind, "type_1": work.kind,
            "type_2": work.second, "build_kind": "新建", "township_code": town, "owner_unit": work.owner, "owner_post": "局长", "approval_level": "县",
            "approval_doc": f"今农发〔{year}〕12号", "planned_start": first.isoformat(), "planned_end": last.isoformat(),
            "content": f"在{self.names[village]}实施{work.name}，共{size}{work.unit}。", "quantity": str(size), "quantity_unit": work.unit,
            "budget_total": f"{budget:.2f}", "funding_mode": "财政投入", "benef_households": str(homes), "benef_persons": str(persons + homes * 3),
            "benef_poor_households": str(max(len(mine), 1)), "benef_poor_persons": str(max(persons, 1)), "goal_output": f"完成{work.name}{size}{work.unit}",
            "goal_benefit": "受益户生产生活条件得到改善", "goal_satisfaction": "95.00", "in_plan": "是", "benefit_link": work.link,
        }  # fmt: skip
        level = self._level(year, work.kind, budget)
        self._budget(row, level, budget, work.kind)
        self.rows["project-villages"].append({"project_id": number, "village_code": village})
        if work.link:
            self.rows["project-links"].append({"project_id": number, "link_kind": work.link, "households": str(max(len(mine), 1)), "persons": str(max(persons, 1)),
                                               "yearly_amount": f"{max(len(mine), 1) * 900}.00"})  # fmt: skip
        done = self._stages(row, work, first, last)
        self._notices(row, village, done)
        self._pay(row, work, budget, level, done)
        self.rows["projects"].append(row)
        if work.asset and "移交" in done:
            self.made.append((row, work.asset))

    def _level(self, year: int, kind: str, budget: Decimal) -> str:
        """Whose money: the state's for industry, and for other works as far as industry keeps its share of that."""
        mine = {other: amount for (on, level, other), amount in self.needed.items() if (on, level) == (year, "中央")}
        industry = mine.pop("产业发展", Decimal(0))
        fits = industry * 4 >= (sum(mine.values(), Decimal(0)) + budget) * 6
        return "中央" if kind == "产业发展" or fits else "省"

    def _budget(self, row: Row, level: str, budget: Decimal, kind: str) -> None:
        year = int(row["year"])
        self.needed[year, level, kind] += budget
        self.rows["project-budget"].append({"project_id": row["project_id"], "line_no": "1", "source_level": level, "allocation_id": self.fund(year, level, kind),
                                            "amount": f"{budget:.2f}", "fund": _fund_name(year)})  # fmt: skip

    def _stages(self, row: Row, work: Work, first: date, last: date) -> dict[str, date]:
        """The steps that lie before the county's day."""
        year = first.year
        days = (
            date(year - 1, 10, 15),
            date(year, 1, 20),
            first - timedelta(20),
            first,
            last,
            last + timedelta(8),
            last + timedelta(20),
            last + timedelta(32),
            last + timedelta(38),
        )
        done = {name: day for (name, _), day in zip(STEPS, days, strict=True) if day < AS_OF}
        for name, level in STEPS:
            if name in done:
                unit = town_unit(row["township_code"]) if level == "乡镇" else work.owner
                doc = {"doc_no": row["approval_doc"]} if name == "县级审批" else {}
                self.rows["project-stages"].append(
                    {
                        "project_id": row["project_id"],
                        "stage": name,
                        "level": level,
                        "done_on": done[name].isoformat(),
                        "by_unit": unit,
                        **doc,
                    }
                )
        row["stage"] = PROGRESS[list(done)[-1]]
        if "招标" in done:
            row["procurement_doc"] = f"今采招〔{year}〕{len(self.rows['projects']) + 1}号"
        if "县级验收" in done:
            row |= {
                "accepted_on": done["县级验收"].isoformat(),
                "accepted_quantity": row["quantity"],
                "actual_satisfaction": "97.00",
            }
        if "决算" in done:
            row["final_cost"] = row["budget_total"]
        return done

    def _notices(self, row: Row, village: str, done: dict[str, date]) -> None:
        if "开工" in done:
            starts = done["开工"] - timedelta(14)
            row["notice_before"] = add_notice(
                self.world, "实施前公示", village, starts, starts + timedelta(9), items="1"
            )
            self.rows["notice-projects"].append({"notice_id": row["notice_before"], "project_id": row["project_id"]})
        if "县级验收" in done:
            starts = done["竣工"] + timedelta(2)
            row["notice_after"] = add_notice(
                self.world, "竣工后公示", village, starts, starts + timedelta(9), items="1"
            )
            self.rows["notice-projects"].append({"notice_id": row["notice_after"], "project_id": row["project_id"]})

    def _pay(self, row: Row, work: Work, budget: Decimal, level: str, done: dict[str, date]) -> None:
        kind = "合作社" if work.builder in ("U203", "U204") else "施工单位"
        for after, stage, share in (("开工", "预拨", 30), ("竣工", "进度款", 40), ("决算", "结算款", 30)):
            if after in done:
                self._payment(row, level, done[after] + timedelta(4), stage, budget * share / 100, work.kind, payee_kind=kind, payee_unit=work.builder,
                              pay_channel="国库直接支付", purpose="工程款")  # fmt: skip

    def _payment(self, row: Row, level: str, day: date, stage: str, amount: Decimal, kind: str, **cells: str) -> str:
        number = f"F{len(self.rows['payments']) + 1:07}"
        self.rows["payments"].append({
            "payment_id": number, "project_id": row["project_id"], "allocation_id": self.fund(int(row["year"]), level, kind), "paid_on": day.isoformat(),
            "payment_stage": stage, "amount": f"{amount:.2f}", "claim_doc": f"今报〔{day.year}〕{len(self.rows['payments']) + 1}号", **cells,
        })  # fmt: skip
        return number

    def posts(self, year: int) -> None:
        """The pay of the posts of a year, a quarter at a time, to the households' cards."""
        held = [row for row in self.rows["posts"] if row["started_on"] <= f"{year}-01-01"]
        if not held:
            return
        amount, homes = Decimal(len(held) * PAY * 12), {row["household_no"] for row in held}
        row = self._plain(year, "JY", "乡村公益性岗位补贴", "就业项目", "公益性岗位", "U006", amount, len(held), "人")
        size = {home["household_no"]: int(home["population"]) for home in self.rows["households"]}
        persons = str(sum(size[number] for number in homes))
        row |= {
            "unit_price": f"{PAY * 12}.00",
            "benefit_link": "就业务工",
            "goal_benefit": "人均年增收 4800 元",
            "benef_persons": persons,
            "benef_poor_persons": persons,
        }
        row |= {"benef_households": str(len(homes)), "benef_poor_households": str(len(homes))}
        for quarter in range(1, 5):
            self._quarter(row, held, year, quarter)

    def schooling(self, year: int) -> None:
        """Aid to pupils who board, by term; they are as old as the ledger says now, so only the last two years are there."""
        pupils = [row for row in self.rows["members"] if row.get("boarding") == "是"]
        if year < 2025 or not pupils:
            return
        amount = sum((Decimal(_aid(row)[1] * 2) for row in pupils), Decimal(0))
        row = self._plain(
            year, "BZ", "家庭经济困难学生资助", "巩固三保障成果", "教育", "U004", amount, len(pupils), "人"
        )
        for term, paid in ((1, date(year, 4, 6)), (2, date(year, 10, 28))):
            for slug in TOWNS if paid < AS_OF else ():
                notice = add_notice(
                    self.world, "补助发放公示", town_code(slug), paid - timedelta(14), paid - timedelta(5), items="1"
                )
                self.rows["notice-projects"].append({"notice_id": notice, "project_id": row["project_id"]})
            for benefit in ("寄宿生生活补助", "普高助学金"):
                mine = [pupil for pupil in pupils if _aid(pupil)[0] == benefit]
                if not mine or paid >= AS_OF:
                    continue
                number = self._payment(row, "省", paid, "直补", Decimal(sum(_aid(pupil)[1] for pupil in mine)), "巩固三保障成果", payee_kind="一卡通批次",
                                       payee_unit=BANK, persons=str(len(mine)), pay_channel="一卡通", purpose="助学")  # fmt: skip
                for pupil in mine:
                    self._subsidy(pupil, benefit, f"{year}-S{term}", 1, _aid(pupil)[1], paid, number)

    def _subsidy(
        self, who: Row, benefit: str, period: str, units: int, standard: int, paid: date, payment: str
    ) -> None:
        self.rows["subsidies"].append({
            "subsidy_id": f"D{len(self.rows['subsidies']) + 1:07}", "household_no": who["household_no"], "member_no": who["member_no"], "benefit": benefit, "period": period,
            "units": str(units), "standard": f"{standard}.00", "amount": f"{standard * units}.00", "paid_on": paid.isoformat(), "pay_channel": "一卡通", "payment_id": payment,
        })  # fmt: skip

    def _plain(
        self, year: int, code: str, name: str, kind: str, second: str, owner: str, amount: Decimal, size: int, unit: str
    ) -> Row:
        """A project of the whole county that is paid to persons."""
        self.count[f"{year}{code}"] += 1
        number = f"{COUNTY[:6]}-{year}-{code}-{self.count[f'{year}{code}']:04}"
        row = {
            "project_id": number, "name": f"{year}年{name}", "year": str(year), "category": kind, "type_1": kind, "type_2": second, "build_kind": "新建",
            "owner_unit": owner, "owner_post": "局长", "approval_level": "县", "approval_doc": f"今农发〔{year}〕12号", "planned_start": f"{year}-01-01",
            "planned_end": f"{year}-12-31", "content": f"{name}，共{size}{unit}。", "quantity": str(size), "quantity_unit": unit, "budget_total": f"{amount:.2f}",
            "funding_mode": "财政投入", "benef_households": str(size), "benef_persons": str(size), "benef_poor_households": str(size), "benef_poor_persons": str(size),
            "goal_output": f"惠及{size}{unit}", "goal_benefit": "按时足额发放", "goal_satisfaction": "95.00", "in_plan": "是", "stage": "下达",
        }  # fmt: skip
        row["notice_before"] = add_notice(
            self.world, "实施前公示", COUNTY, date(year, 1, 22), date(year, 2, 2), items="1"
        )
        self.rows["notice-projects"].append({"notice_id": row["notice_before"], "project_id": number})
        self._budget(row, "省", amount, kind)
        for step, level, day in (("乡镇申报", "乡镇", date(year - 1, 10, 15)), ("县级审批", "县", date(year, 1, 4))):
            self.rows["project-stages"].append(
                {
                    "project_id": number,
                    "stage": step,
                    "level": level,
                    "done_on": day.isoformat(),
                    "by_unit": owner if level == "县" else "U100",
                }
            )
        self.rows["projects"].append(row)
        return row

    def _quarter(self, row: Row, held: list[Row], year: int, quarter: int) -> None:
        paid = date(year + quarter // 4, quarter * 3 % 12 + 1, 8)
        if paid >= AS_OF:
            return
        towns: dict[str, list[Row]] = defaultdict(list)
        for post in held:
            towns[town_code_of(post["village_code"])].append(post)
        for town, mine in sorted(towns.items()):
            number = self._payment(row, "省", paid, "直补", Decimal(len(mine) * PAY * 3), "就业项目", payee_kind="一卡通批次", payee_unit=BANK,
                                   persons=str(len(mine)), pay_channel="一卡通", purpose="补助到户")  # fmt: skip
            for post in mine:
                self._subsidy(post, "公益岗补贴", f"{year}-Q{quarter}", 3, PAY, paid, number)
            starts = paid - timedelta(14)
            add_notice(
                self.world, "补助发放公示", town, starts, starts + timedelta(9), payment_id=number, items=str(len(mine))
            )

    def handed_down(self, year: int) -> None:
        """The money of a year, by level and purpose, each with its document and notice."""
        documents = self.rows["documents"]
        documents.append({"doc_no": f"今农发〔{year}〕12号", "title": f"{year}年{_pool(year)}项目计划的批复", "doc_kind": "项目批复", "issued_on": f"{year}-01-18",
                          "effective_from": f"{year}-01-18", "published_on": f"{year}-01-24", "issuer_unit": "U002", "level": "县"})  # fmt: skip
        for (at, level, kind), amount in sorted(self.needed.items()):
            if at != year:
                continue
            doc, came = f"今财农〔{year}〕{int(self.fund(year, level, kind)[-3:])}号", date(year, 3, 10)
            documents.append({"doc_no": doc, "title": f"下达{year}年{level}{_fund_name(year)}（{kind}）", "doc_kind": "资金下达", "issued_on": came.isoformat(),
                              "effective_from": came.isoformat(), "published_on": f"{year}-03-18", "issuer_unit": "U001", "level": "县"})  # fmt: skip
            self.rows["allocations"].append({
                "allocation_id": self.fund(year, level, kind), "name": f"{year}年{level}{_fund_name(year)}（{kind}）", "year": str(year), "source_level": level, "programme": kind,
                "amount": f"{amount:.2f}", "doc_no": doc, "received_on": came.isoformat(), "published_on": f"{year}-03-18", "using_unit": "U002", "fund": _fund_name(year),
            })  # fmt: skip
            add_notice(self.world, "资金分配公告", COUNTY, date(year, 3, 18), date(year, 3, 29), doc_no=doc, items="1")
        plan = add_notice(
            self.world,
            "年度计划公告",
            COUNTY,
            date(year, 1, 20),
            date(year, 2, 3),
            items="0",
            doc_no=f"今农发〔{year}〕12号",
        )
        mine = [row for row in self.rows["projects"] if row["year"] == str(year)]
        self.rows["notice-projects"] += [{"notice_id": plan, "project_id": row["project_id"]} for row in mine]
        next(row for row in self.rows["notices"] if row["notice_id"] == plan)["items"] = str(len(mine))
        pool = add_notice(
            self.world, "项目库公示", COUNTY, date(year - 1, 11, 5), date(year - 1, 11, 16), items=str(len(mine))
        )
        self.rows["notice-projects"] += [{"notice_id": pool, "project_id": row["project_id"]} for row in mine]

    def assets(self) -> None:
        """What the works left behind: whose it is since when, who runs it, what it earned and where that went."""
        handed = {
            row["project_id"]: date.fromisoformat(row["done_on"])
            for row in self.rows["project-stages"]
            if row["stage"] == "移交"
        }
        where = {row["project_id"]: row["village_code"] for row in self.rows["project-villages"]}
        for number, (row, kind) in enumerate(self.made, 1):
            rng, day, village = (
                self.world.rng(f"today asset {number}"),
                handed[row["project_id"]],
                where[row["project_id"]],
            )
            asset = f"A{number:04}"
            cells = {
                "asset_no": asset, "name": row["name"].removesuffix("项目")[5:], "asset_kind": kind, "village_code": village, "project_id": row["project_id"],
                "value": row["final_cost"], "handed_over_on": day.isoformat(), "keeper_unit": village_unit(village), "checked_on": "2026-06-20", "state": "在用",
            }  # fmt: skip
            runs = (
                {"use_mode": "租赁", "operator_unit": "U203", "contract_to": f"{day.year + 6}-12-31"}
                if kind == "经营性"
                else {"use_mode": "公益使用"}
            )
            self.rows["asset-rights"].append({"asset_no": asset, "titled_on": (day + timedelta(40)).isoformat(), "owner_level": "村", "owner_unit": village_unit(village),
                                              "title_doc": f"今确权〔{day.year}〕{number}号", **runs})  # fmt: skip
            if kind == "经营性":
                for year in range(day.year + (day.month > 6), 2026):
                    cells |= self._income(
                        asset, village, year, rng.randrange(40, 70) * (int(Decimal(row["final_cost"])) // 1000)
                    )
            self.rows["assets"].append(cells)

    def _income(self, asset: str, village: str, year: int, earned: int) -> Row:
        """An income that goes to posts, small works, awards and aid; what is left stays with the village."""
        parts = {
            "to_posts": earned * 3 // 10,
            "to_works": earned * 2 // 10,
            "to_awards": earned // 10,
            "to_aid": earned // 10,
        }
        starts = date(year + 1, 2, 10)
        notice = add_notice(self.world, "收益分配公示", village, starts, starts + timedelta(9), items="0")
        rest = {"retained": earned - sum(parts.values())}
        self.rows["asset-incomes"].append({"asset_no": asset, "year": str(year), "income": f"{earned}.00", "notice_id": notice,
                                           **{name: f"{part}.00" for name, part in (parts | rest).items()}})  # fmt: skip
        return {
            "income_year": str(year),
            "income": f"{earned}.00",
            "distributed": f"{sum(parts.values())}.00",
            "retained": f"{rest['retained']}.00",
        }


def _aid(pupil: Row) -> tuple[str, int]:
    """What a pupil who boards gets for a term."""
    return ("普高助学金", 1000) if pupil["enrolment"].startswith("普通高中") else ("寄宿生生活补助", 750)


def town_code_of(village: str) -> str:
    """The township of a village."""
    return f"{village[:9]}000"


def _fund_name(year: int) -> str:
    return "财政衔接推进乡村振兴补助资金" if year < 2026 else "财政常态化帮扶资金"


def _pool(year: int) -> str:
    return f"{NAME}巩固拓展脱贫攻坚成果和乡村振兴" if year < 2026 else f"{NAME}常态化帮扶"
