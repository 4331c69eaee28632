"""Made-up counties of small villages as ledgers of two quarters: the second has new households, exits and payments."""

from __future__ import annotations

import random
from copy import deepcopy

COUNTY = "990100000000"
CLASSES = ("扶贫户", "扶贫低保户", "纯低保户", "五保户")
CAUSES = ("因病", "因残", "因学", "缺技术", "缺劳力", "自身发展动力不足")
QUARTERS = {"2020-Q1": "2020-03-31", "2020-Q2": "2020-06-30"}
HOUSES = (5, 35)
Rows = dict[str, list[dict[str, str]]]
# Standard, units a head, and how many households in 1,000 have it.
QUARTERLY = {
    "低保金": [("260.00", 3, 400)], "特困供养金": [("520.00", 3, 90)], "残疾人补贴": [("80.00", 3, 120), ("60.00", 3, 150)],
    "公益岗补贴": [("500.00", 3, 120)], "水库移民直补": [("150.00", 1, 250)],
}  # fmt: skip
YEARLY = {
    "产业奖补": [("800.00", 1, 150), ("1200.00", 1, 150), ("2000.00", 1, 150)], "外出务工补贴": [("300.00", 1, 300)],
    "慰问物资": [("300.00", 1, 200), ("1000.00", 1, 60)], "危房改造补助": [("14000.00", 1, 15)],
}  # fmt: skip
TERMLY = {
    "寄宿生生活补助": [("625.00", 1, 180), ("500.00", 1, 120)], "营养膳食补助": [("4.00", 100, 500)],
    "学前教育资助": [("500.00", 1, 160)], "普高助学金": [("500.00", 1, 60), ("1500.00", 1, 60)],
    "中职助学金": [("1000.00", 1, 50)], "雨露计划补助": [("1500.00", 1, 40)],
}  # fmt: skip
SCHOOLS = {"S001": "小学", "S002": "小学", "S003": "初中", "S004": "普通高中", "S005": "中职"}
AT = {
    "学前教育资助": ("S001", "S002"), "普高助学金": ("S004",), "中职助学金": ("S005", ""), "雨露计划补助": ("S005", ""),
    "营养膳食补助": ("S001", "S002", "S003"),
}  # fmt: skip


def county(seed: int, townships: int = 0, villages: int = 0) -> list[Rows]:
    """The ledgers at the ends of the two quarters."""
    chance = random.Random(seed)
    rows: Rows = {name: [] for name in RESOURCES}
    _places(rows, chance, townships or chance.randint(2, 4), villages)
    for village in [row["village_code"] for row in rows["villages"]]:
        for _ in range(chance.randint(*HOUSES)):
            _household(rows, chance, village)
    _grants(rows, chance, rows["households"], ("2019-S2", "2019-11-15"), TERMLY)
    _grants(rows, chance, rows["households"], ("2019", "2019-09-11"), {"慰问物资": YEARLY["慰问物资"]})
    _grants(rows, chance, rows["households"], ("2020-Q1", "2020-03-25"), QUARTERLY)
    _loans(rows, chance, "2019-05-10", 40)
    first = deepcopy(rows)
    _next_quarter(rows, chance)
    return [first, rows]


RESOURCES = (
    "county", "divisions", "villages", "households", "members", "subsidies", "payments", "allocations", "projects",
    "pairings", "contacts", "loans", "schools",
)  # fmt: skip


def _places(rows: Rows, chance: random.Random, townships: int, villages: int) -> None:
    rows["county"].append(
        {"county_code": COUNTY, "name": "示例县", "example": "是", "as_of": "2020-06-30", "licence": "CC-BY-4.0"}
    )
    rows["divisions"].append({"division_code": COUNTY, "name": "示例县", "level": "县"})
    for t in range(townships):
        town = f"990100{100 + t}000"
        rows["divisions"].append(
            {"division_code": town, "name": f"第{t + 1}镇", "level": "乡镇", "parent_code": COUNTY, "slug": f"t{t + 1}"}
        )
        for v in range(villages or chance.randint(2, 5)):
            code = f"990100{100 + t}{200 + v}"
            rows["divisions"].append(
                {"division_code": code, "name": f"第{t + 1}{v + 1}村", "level": "村", "parent_code": town}
            )
            many = chance.randint(60, 400)
            rows["villages"].append(
                {"village_code": code, "households": str(many), "population": str(many * 3 + chance.randint(0, 300))}
            )
    for code, level in SCHOOLS.items():
        pupils = chance.randint(3, 400)
        rows["schools"].append(
            {
                "school_code": code, "name": f"第{code[-1]}学校", "school_level": level, "pupils": str(pupils),
                "township_code": "990100100000", "boarders": str(chance.randint(0, pupils)),
            }
        )  # fmt: skip


def _household(rows: Rows, chance: random.Random, village: str) -> dict[str, str]:
    number, size = len(rows["households"]) + 1, chance.randint(1, 6)
    home = {
        "household_no": f"H{number:07}", "village_code": village, "population": str(size),
        "household_class": chance.choices(CLASSES, (50, 30, 12, 8))[0], "main_cause": chance.choice(CAUSES),
        "poverty_status": chance.choices(("已脱贫", "未脱贫"), (88, 12))[0], "identified_on": "2014-06-01",
    }  # fmt: skip
    rows["households"].append(home)
    for n in range(size):
        rows["members"].append({"member_no": f"M{number:06}{n:02}", "household_no": home["household_no"]})
    if chance.random() < 0.97:
        pairing = f"J{number:07}"
        rows["pairings"].append(
            {
                "pairing_id": pairing,
                "role": "帮扶责任人",
                "household_no": home["household_no"],
                "started_on": "2016-01-01",
            }
        )
        for month in range(chance.randint(0, 3)):
            rows["contacts"].append(
                {"pairing_id": pairing, "contacted_on": f"2020-0{month + 1}-15", "contact_kind": "走访"}
            )
    return home


def _grants(rows: Rows, chance: random.Random, homes: list, when: tuple[str, str], benefits: dict) -> None:
    """Each household draws which of the benefits it has; the draw depends on the household, so that most go on."""
    people: dict[str, list[str]] = {}
    for member in rows["members"]:
        people.setdefault(member["household_no"], []).append(member["member_no"])
    for home in homes:
        if home["poverty_status"] == "已销号":
            continue
        for benefit, choices in benefits.items():
            steady = random.Random(f"{home['household_no']} {benefit}").randrange(1000)
            for standard, units, often in choices:
                if 0 <= steady < often and chance.random() < 0.96:
                    _grant(rows, home, people, benefit, standard, units, when)
                steady -= often


def _grant(rows, home, people, benefit, standard, units, when) -> None:
    head = "" if benefit in ("低保金", "产业奖补", "慰问物资", "危房改造补助") else people[home["household_no"]][0]
    if benefit == "低保金":
        units *= random.Random(home["household_no"]).randint(1, int(home["population"]))
    if head and benefit in TERMLY:
        member = next(row for row in rows["members"] if row["member_no"] == head)
        boards = {"625.00": ("S003",), "500.00": ("S001", "S002")}.get(standard, ("S001",))
        member.setdefault("school_code", random.Random(head).choice(AT.get(benefit, boards)))
    batch = f"{benefit}/{when[1]}"
    payment = next((row["payment_id"] for row in rows["payments"] if row["claim_doc"] == batch), "")
    amount = f"{float(standard) * units:.2f}"
    payment = payment or _payment(rows, benefit, when[1], batch)
    rows["subsidies"].append(
        {
            "subsidy_id": f"D{len(rows['subsidies']) + 1:07}", "household_no": home["household_no"], "member_no": head,
            "benefit": benefit, "period": when[0], "units": f"{units}.00", "standard": standard, "amount": amount,
            "paid_on": when[1], "pay_channel": "一卡通", "payment_id": payment,
        }
    )  # fmt: skip
    paid = next(row for row in rows["payments"] if row["payment_id"] == payment)
    paid["amount"] = f"{float(paid['amount']) + float(amount):.2f}"


def _payment(rows: Rows, benefit: str, day: str, batch: str) -> str:
    year = day[:4]
    name = f"{year}年示例县{benefit}"
    project = next((row["project_id"] for row in rows["projects"] if row["name"] == name), "")
    if not project:
        project = f"990100-{year}-BZ-{len(rows['projects']) + 1:04}"
        rows["projects"].append({"project_id": project, "name": name, "year": year})
        rows["allocations"].append({"allocation_id": f"N{year}-{len(rows['projects']):03}", "name": name, "year": year})
    number = f"F{len(rows['payments']) + 1:07}"
    rows["payments"].append(
        {
            "payment_id": number, "project_id": project, "allocation_id": f"N{year}-{int(project[-4:]):03}",
            "paid_on": day, "payment_stage": "直补", "amount": "0.00", "payee_kind": "一卡通批次", "purpose": "补助到户",
            "pay_channel": "一卡通", "claim_doc": batch,
        }
    )  # fmt: skip
    return number


def _loans(rows: Rows, chance: random.Random, day: str, often: int) -> None:
    for home in rows["households"]:
        if chance.randrange(1000) < often * 3:
            rows["loans"].append(
                {
                    "loan_id": f"K{len(rows['loans']) + 1:06}", "household_no": home["household_no"],
                    "amount": f"{chance.randint(2, 10) * 5000}.00", "annual_rate": chance.choice(("3.85", "4.35")),
                    "lent_on": day, "due_on": "2023-05-10", "purpose": chance.choice(("种植", "养殖", "加工")),
                }
            )  # fmt: skip


def _next_quarter(rows: Rows, chance: random.Random) -> None:
    """New households (more often one in a village than several), exits, and what was paid."""
    for village in [row["village_code"] for row in rows["villages"]]:
        for _ in range(chance.choices((0, 1, 2, 7), (50, 35, 10, 5))[0]):
            _household(rows, chance, village)
    for home in rows["households"]:
        if home["poverty_status"] == "未脱贫" and chance.random() < 0.3:
            home["poverty_status"] = "已脱贫"
        elif chance.random() < 0.02:
            home["poverty_status"] = "已销号"
    homes = rows["households"]
    _grants(rows, chance, homes, ("2020-Q2", "2020-06-24"), QUARTERLY)
    _grants(rows, chance, homes, ("2020", "2020-06-10"), YEARLY)
    _grants(rows, chance, homes, ("2020-S1", "2020-05-20"), TERMLY)
    _loans(rows, chance, "2020-05-06", 10)
