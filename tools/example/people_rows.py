"""Rows of households, members and villages."""

from __future__ import annotations

import random

from example.names import member_name
from example.people_homes import group_count
from example.people_model import Household, Person
from example.plan import VillagePlan, villages
from example.world import World

_INDUSTRIES = "粮油 蔬菜 茶叶 油茶 毛竹 果树 中药材 烤烟 食用菌 养猪 养羊 养牛 养禽 水产 养蜂 乡村旅游 光伏"
_ASSISTANCE = ("产业扶持", "转移就业", "移民搬迁", "教育扶持", "医疗救助", "低保兜底")


def fill_households(world: World, homes: list[Household]) -> None:
    rng = world.rng("household rows")
    world.rows["households"].extend(_household(rng, home) for home in homes)


def _household(rng: random.Random, home: Household) -> dict[str, str]:
    causes = [*home.causes, "", ""][:3]
    row = {"household_no": home.no, "village_code": home.village.code, "group_name": f"{home.group}组"}
    row |= {"household_class": home.household_class, "household_attr": home.attr}
    row |= {"identify_standard": "国家标准", "identified_on": home.identified}
    row |= {"main_cause": causes[0], "second_cause": causes[1], "third_cause": causes[2]}
    row |= {"population": str(home.size), "poverty_status": "已脱贫" if home.exited else "未脱贫"}
    row |= {"exit_year": home.exited_on[:4], "planned_exit_year": "" if home.exited else "2020"}
    row |= {"not_exit_reason": "" if home.exited else _why_not(home), "management_class": _management(home)}
    row |= {"whole_no_labour": _yes(home.no_labour), "cadre_relative": _yes(home.cadre)}
    row |= {"relocated": _yes(home.relocated)}
    row["moved_in_on"] = f"2019-{rng.randint(3, 11):02d}-{rng.randint(1, 28):02d}" if home.relocated else ""
    row |= {"informed_on": f"2020-0{rng.randint(1, 3)}-{rng.randint(3, 28):02d}", "plan_doc": "2020"}
    return row


def _why_not(home: Household) -> str:
    if home.unsafe:
        return "收入超标但三保障未实现" if home.per_capita >= 4000_00 else "扶持未见效"
    if home.no_labour:
        return "无劳力一类低保"
    if home.per_capita >= 4000_00:
        return "收入未稳定超标"
    if any(person.health == "患有大病" for person in home.live):
        return "有大病重病在治"
    disabled = any(person.health == "残疾" for person in home.live)
    return "因残无固定收入" if disabled else "扶持未见效"


def _management(home: Household) -> str:
    if not home.exited:
        return ""
    if home.no_labour:
        return "政策兜底户"
    if home.monitored == "在册":
        return "重点帮扶户"
    return "持续巩固户" if home.per_capita < 8000_00 else "稳定脱贫户"


def fill_members(world: World, homes: list[Household]) -> None:
    """Members, and their names for the sealed files."""
    rng = world.rng("names")
    politics = world.rng("politics")
    for home in homes:
        if home.village.slug == "yunshan":
            for person in home.live:
                person.assistance = _assistance(home, person)
        for person in home.members:
            world.rows["members"].append(_member(politics, home, person))
            world.names[person.no] = member_name(rng, person.family, person.sex, person.age, person.ethnicity)


def _assistance(home: Household, person: Person) -> str:
    """One of six classes (plan 13)."""
    if person.enrolment and not person.enrolment.startswith("学龄前"):
        return "教育扶持"
    if home.relocated:
        return "移民搬迁"
    if person.health in ("患有大病", "长期慢性病"):
        return "医疗救助"
    if person.months:
        return "转移就业"
    return "产业扶持" if not home.no_labour else "低保兜底"


def _member(rng: random.Random, home: Household, person: Person) -> dict[str, str]:
    row = {"member_no": person.no, "household_no": home.no, "relation": person.relation, "sex": person.sex}
    row |= {"birth_ym": month(person.born), "ethnicity": person.ethnicity, "political_status": _party(rng, person)}
    row |= {"education": person.education, "enrolment": person.enrolment, "school_code": person.school}
    row |= {"boarding": person.boarding, "health": person.health, "labour": person.labour}
    row |= {"disability_kind": person.disability, "disability_grade": person.grade}
    if person.months:
        row |= {"work_region": person.region, "work_months": str(person.months), "job_channel": person.channel}
        row["monthly_wage"] = f"{person.wage}.00"
    if person.public_job:
        row |= {"public_job": person.public_job, "public_job_months": str(person.months)}
    row |= {"med_ins_resident": _yes(not person.employee), "med_ins_employee": _yes(person.employee)}
    row |= {"critical_ins": "是", "pension_ins": _pension(person), "in_service": "否"}
    row |= {"dibao": "农村低保" if person.dibao else "未享受", "tekun": "农村特困" if person.tekun else "不享受"}
    row |= {"assistance_class": person.assistance, "life_status": person.life, "change_kind": person.change}
    row["life_status_ym"] = month(person.changed) if person.change else ""
    return row


def _party(rng: random.Random, person: Person) -> str:
    if person.age < 14:
        return "群众"
    if person.age < 28:
        return "共青团员" if person.enrolment and rng.random() < 0.5 else "群众"
    return "中共党员" if rng.random() < 0.018 else "群众"


def _pension(person: Person) -> str:
    if person.age < 16:
        return "不满龄"
    return "城镇职工" if person.employee else "城乡居民"


def month(count: int) -> str:
    return f"{count // 12}-{count % 12 + 1:02d}"


def fill_villages(world: World, homes: list[Household]) -> None:
    rng = world.rng("villages")
    by_village: dict[str, list[Household]] = {}
    for home in homes:
        by_village.setdefault(home.village.code, []).append(home)
    land = {row["household_no"]: int(row["farmland_mu"].replace(".", "")) for row in world.rows["conditions"]}
    poor_ones = _poor_villages(world)
    for village in villages():
        mine = by_village.get(village.code, [])
        held = sum(land[home.no] for home in mine)
        world.rows["villages"].append(_village(rng, village, mine, held, village.code in poor_ones))


def _poor_villages(world: World) -> set[str]:
    rng = world.rng("poor villages")
    plain = [v for v in villages() if not v.role and not v.community and v.households >= 25]
    return {v.code for v in rng.sample(plain, 25)} | {v.code for v in villages() if v.role}


def _village(rng: random.Random, village: VillagePlan, homes: list[Household], held: int, poor: bool) -> dict[str, str]:
    profile = village.role == "profile"
    total = 207 if profile else village.households * rng.randint(4, 8) + rng.randint(90, 260)
    people = 922 if profile else total * rng.randint(340, 420) // 100
    groups = group_count(village)
    hamlets = 5 if profile else groups + rng.randint(0, 4)
    paddy, dry = (43600, 6000) if profile else _land(rng, village, held, people)
    row = {"village_code": village.code, "village_class": "贫困村" if poor else "非贫困村"}
    row["village_class"] = "重点贫困村" if village.role == "key" else row["village_class"]
    row |= {"village_tier": rng.choice(("一类", "二类", "三类")) if poor and not profile else "二类" if profile else ""}
    row |= {"exited_on": f"{rng.choice((2017, 2018))}-12-28" if poor else ""}
    row |= {"households": str(total), "population": str(people), "groups": str(groups), "hamlets": str(hamlets)}
    row |= {"area_km2": f"{rng.randint(3, 18)}.{rng.randint(10, 99)}", "paddy_mu": _mu(paddy), "dry_mu": _mu(dry)}
    row |= {"altitude_m": "910" if profile else str(rng.randint(90, 900)), "farmland_mu": _mu(paddy + dry)}
    row |= {"net_income_pc": "2350.00" if profile else f"{rng.randint(8600, 13900)}.00"}
    row |= {"collective_income": f"{_collective(rng, village)}.00"}
    row |= {"poverty_rate": rate(sum(h.size for h in homes if not h.exited), people)}
    row |= {"secretary_unit": f"{village.name}党支部书记"}
    return row | _haves(rng, village, groups, hamlets, homes)


def _land(rng: random.Random, village: VillagePlan, held: int, people: int) -> tuple[int, int]:
    """Hundredths of a mu; always more than the registered households hold."""
    land = max(held * 13 // 10, people * rng.randint(70, 120))
    paddy = land * rng.randint(40, 80) // 100
    return paddy, land - paddy


def _collective(rng: random.Random, village: VillagePlan) -> int:
    if village.role == "key":
        return rng.randrange(103_000, 168_000, 100)
    if village.slug == "guzhen":
        return rng.randrange(52_000, 98_000, 100)
    return rng.randrange(31_000, 96_000, 100)


def _haves(
    rng: random.Random, village: VillagePlan, groups: int, hamlets: int, homes: list[Household]
) -> dict[str, str]:
    large = min(hamlets, rng.randint(2, 6))
    first, second = rng.sample(_INDUSTRIES.split(), 2)
    row = {"industry_1": first, "industry_2": second, "industry_cover_rate": f"{rng.randint(71, 92)}.00"}
    row |= {"industry_poor_share": f"{rng.randint(31, 55)}.00", "groups_with_road": str(groups)}
    row |= {"hamlets_20": str(large), "hamlets_20_path": str(large), "service_centre_m2": f"{rng.randint(152, 420)}.00"}
    names = (
        "hard_road bus shop sanitation_rules cadre_team work_team pairing_system clinic culture_room power broadband"
    )
    names += (
        " primary_school greening epidemic_control ecology cleared_refuse cleared_sludge cleared_roads pens_improved"
    )
    row |= dict.fromkeys(names.split(), "是")
    row |= {"pension_rate": f"{rng.randint(86, 97)}.{rng.randint(10, 99)}", "doctors": str(rng.randint(1, 3))}
    row |= {"med_ins_rate": f"{rng.randint(95, 99)}.{rng.randint(10, 99)}", "water_households": "0"}
    row["unsafe_house_households"] = str(sum(home.unsafe for home in homes))
    return row


def rate(part: int, whole: int) -> str:
    hundredths = (part * 20000 + whole) // (2 * whole)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def _mu(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def _yes(answer: bool) -> str:
    return "是" if answer else "否"
