"""Households and members of every kind, how they live and what they earn."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import NamedTuple

from example.today.places import LINES, town_code, village_codes
from example.world import Row, World

_GRADES = {2012: "九年级", 2013: "八年级", 2014: "七年级"}
ZERO = Decimal("0.00")


class Family(NamedTuple):
    """A household's members as they are listed: relation, sex, year and month of birth."""

    members: tuple[tuple[str, str, int, int], ...]


def fill_households(world: World, households: int) -> None:
    """Add households, members, conditions, land, jobs and three years of incomes."""
    number, person = 0, 0
    for village in village_codes():
        for _ in range(households):
            number += 1
            rng = world.rng(f"today household {number}")
            family = _family(rng)
            home = {
                "household_no": f"H{number:07}", "village_code": village, "group_name": f"{rng.randrange(1, 7)}组", "population": str(len(family.members)),
                "cadre_relative": "否", "relocated": "否",
            }  # fmt: skip
            members = [_member(rng, person + at, home, *who) for at, who in enumerate(family.members, 1)]
            person += len(members)
            able = any(row["labour"] in ("普通劳动力", "技能劳动力") for row in members)
            home["whole_no_labour"] = "否" if able else "是"
            world.rows["households"].append(home)
            world.rows["members"] += members
            _jobs(world, home, members)


def _family(rng: random.Random) -> Family:
    kind = rng.choices(("alone", "elders", "young", "three"), (8, 14, 42, 36))[0]
    if kind == "alone":
        return Family((("户主", rng.choice("男女"), rng.randrange(1942, 1956), rng.randrange(1, 13)),))
    if kind == "elders":
        born = rng.randrange(1945, 1957)
        return Family((("户主", "男", born, 4), ("配偶", "女", born + 2, 9)))
    born = rng.randrange(1976, 1988)
    members = [("户主", "男", born, rng.randrange(1, 13)), ("配偶", "女", born + 2, rng.randrange(1, 13))]
    first = max(2010, born + 26)
    for child in range(rng.choice((1, 1, 2))):
        sex = rng.choice("男女")
        members.append(("之子" if sex == "男" else "之女", sex, min(first + 3 * child, 2025), 5))
    if kind == "three":
        members.append(("之母", "女", born - 25, 3))
    return Family(tuple(members))


def _member(rng: random.Random, number: int, home: Row, relation: str, sex: str, year: int, month: int) -> Row:
    row = {
        "member_no": f"M{number:08}", "household_no": home["household_no"], "relation": relation, "sex": sex, "birth_ym": f"{year}-{month:02}",
        "ethnicity": "汉", "health": "健康", "med_ins_resident": "是", "med_ins_employee": "否", "critical_ins": "是", "in_service": "否", "life_status": "正常",
    }  # fmt: skip
    if year >= 2010:
        row |= {"labour": "无劳动力", "pension_ins": "不满龄"} | _school(home, year)
    elif year < 1961:
        row |= {"labour": "丧失劳动力" if year < 1950 else "无劳动力", "pension_ins": "城乡居民", "education": "小学"}
        row["health"] = rng.choice(("健康", "健康", "长期慢性病"))
    else:
        row |= {
            "labour": "普通劳动力",
            "pension_ins": "城乡居民",
            "education": rng.choice(("初中", "初中", "高中", "小学")),
        }
        if rng.random() < 0.1:
            row["labour"] = "技能劳动力"
    return row


def _school(home: Row, year: int) -> Row:
    """Who is of that age in the school year of 2026."""
    town = [town_code(slug) for slug in ("baishi", "hekou", "yunling")].index(home["village_code"][:9] + "000") * 3
    if year in _GRADES:
        return {"enrolment": _GRADES[year], "school_code": f"S{town + 1:03}", "boarding": "是"}
    if year < 2012:
        return {"enrolment": f"普通高中{'二' if year == 2010 else '一'}年级", "boarding": "是"}
    if year < 2021:
        return {"enrolment": "小学", "school_code": f"S{town + 2:03}", "boarding": "否"}
    return {"enrolment": "学前教育", "school_code": f"S{town + 3:03}"} if year < 2024 else {"enrolment": "学龄前儿童"}


_PLACES = (
    ("省外", "省外务工", "外出务工"), ("省内市外", "县外省内务工", "外出务工"), ("县内乡镇外", "乡(镇)外县内务工", "本地企业"),
    ("乡镇内", "乡(镇)内务工", "帮扶车间"),
)  # fmt: skip


def _jobs(world: World, home: Row, members: list[Row]) -> None:
    for row in members:
        rng = world.rng(f"today job {row['member_no']}")
        if row["labour"] not in ("普通劳动力", "技能劳动力") or rng.random() < 0.35:
            continue
        place, region, channel = rng.choices(_PLACES, (4, 3, 2, 2))[0]
        wage, months = rng.randrange(26, 56) * 100, rng.choice((8, 9, 10, 11))
        row |= {"work_region": region, "work_months": str(months), "monthly_wage": f"{wage}.00", "job_channel": channel}
        number = len(world.rows["jobs"]) + 1
        world.rows["jobs"].append({
            "job_id": f"V{number:07}", "household_no": home["household_no"], "member_no": row["member_no"], "place": place, "channel": channel,
            "started_on": f"{rng.randrange(2022, 2027)}-02-{rng.randrange(10, 28)}", "monthly_wage": f"{wage}.00",
        })  # fmt: skip


def conditions(world: World, home: Row) -> None:
    """How a household that is helped lives, and its land by kind."""
    rng, number = world.rng(f"today home {home['household_no']}"), home["household_no"]
    size = int(home["population"])
    farm, fruit = Decimal(rng.randrange(50, 180)) * size / 100, Decimal(rng.randrange(0, 200)) / 100
    yes = (
        "food_secure",
        "clothing_secure",
        "education_secure",
        "medical_secure",
        "housing_secure",
        "water_safe",
        "toilet",
    )
    hard = ("travel_hard", "skill_hard", "doctor_hard", "school_hard", "service_hard", "income_hard", "water_hard")
    world.rows["conditions"].append({
        "household_no": number, "record_year": "2026", "farmland_mu": f"{farm:.2f}", "irrigated_mu": f"{farm / 2:.2f}", "forest_mu": f"{fruit:.2f}",
        "industry_1": rng.choice(("茶叶", "食用菌", "养蜂", "中药材", "粮油")), "coop_member": rng.choice("是否"), "power_living": "是", "power_production": "是",
        "road_distance_km": f"{rng.randrange(5, 150) / 100:.2f}", "road_to_door": "水泥路", "house_area_m2": f"{25 * size + rng.randrange(20, 60)}.00",
        "house_structure": "砖混材料", "house_built": str(rng.randrange(1998, 2020)), "house_safety": "安全", "fuel": "清洁能源",
        **dict.fromkeys(yes, "是"), **dict.fromkeys(hard, "否"),
    })  # fmt: skip
    for kind in ("耕地", "林果", "退耕还林", "牧草地", "水面"):
        area = {"耕地": farm, "林果": fruit}.get(kind, ZERO)
        world.rows["land"].append(
            {"household_no": number, "record_year": "2026", "land_kind": kind, "area_mu": f"{Decimal(area):.2f}"}
        )


def incomes(world: World, home: Row, members: list[Row], given: dict[str, Decimal], low: bool) -> Decimal:
    """Three years of twelve months that end with September; gives the last one's income a head. ``low`` is who lost work."""
    rng, size = world.rng(f"today income {home['household_no']}"), int(home["population"])
    found = ZERO
    for year in (2024, 2025, 2026):
        wage = sum(
            (Decimal(row["monthly_wage"]) * int(row["work_months"]) for row in members if row.get("monthly_wage")), ZERO
        )
        wage = (wage * (94 + 3 * (year - 2024)) / 100).quantize(Decimal("0.01"))
        old = [row for row in members if row["birth_ym"] < "1966"]
        parts = {
            "dibao_income": ZERO,
            "tekun_income": ZERO,
            "support_income": ZERO,
            "land_rent": ZERO,
            "asset_dividend": ZERO,
        }
        parts |= {
            "pension_income": Decimal(1980 * len(old)),
            "other_transfer": Decimal(rng.randrange(300, 1200)),
            **given,
        }
        if old and len(old) == len(members):
            parts["support_income"] = Decimal(9400 * len(members))
        business = Decimal(rng.randrange(3, 9) * 1000)
        business += max(ZERO, (LINES[year] + 600) * size - wage - sum(parts.values())) * 10 // 7
        if low:
            wage, business = (wage / 6).quantize(Decimal("0.01")), Decimal(3600)
        expense = business * 3 / 10
        transfer = sum(
            (
                parts[name]
                for name in ("dibao_income", "tekun_income", "pension_income", "support_income", "other_transfer")
            ),
            ZERO,
        )
        land = parts["land_rent"] + parts["asset_dividend"]
        total = wage + business + land + transfer
        net = total - expense
        found = (net / size).quantize(Decimal("0.01"))
        amounts = {"wage_income": wage, "business_income": business, "property_income": land, "transfer_income": transfer, "business_expense": expense,
                   "total_income": total, "net_income": net, "per_capita": found, **parts}  # fmt: skip
        world.rows["incomes"].append({
            "household_no": home["household_no"], "record_year": str(year), "period_start": f"{year - 1}-10-01", "period_end": f"{year}-09-30",
            "income_measure": "人均纯收入", "population": str(size), **{name: f"{amount:.2f}" for name, amount in amounts.items()},
        })  # fmt: skip
    return found
