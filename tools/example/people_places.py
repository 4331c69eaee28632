"""Rows of divisions, units and schools."""

from __future__ import annotations

import random

from example.people_model import Household
from example.places import COUNTY_CODE, COUNTY_NAME, TOWNSHIPS
from example.plan import committee_code, township_unit, villages
from example.unit_names import BUILDERS, COLLEGE, COOPERATIVES, UNIT, supporting
from example.world import World

# Grades that a school level teaches.
_TEACHES = {
    "幼儿园": ("学前教育",),
    "小学": ("小学",),
    "初中": ("七年级", "八年级", "九年级"),
    "高中": ("普通高中一年级", "普通高中二年级", "普通高中三年级"),
    "中职": ("中职一年级", "中职二年级", "中职三年级"),
}
_CLASS_SIZE = {"幼儿园": 28, "小学": 38, "初中": 45, "高中": 48, "中职": 42}
_VILLAGE_SCHOOLS = 32
_BOARDING = {"小学": 0.12, "初中": 0.55, "高中": 0.9, "中职": 0.95}


def fill_divisions(world: World) -> None:
    """County, townships, villages; and the folder of each township."""
    rows = world.rows["divisions"]
    rows.append({"division_code": COUNTY_CODE, "name": COUNTY_NAME, "level": "县"})
    for slug, name, code, _, terrain, _, _ in TOWNSHIPS:
        world.slugs[code] = slug
        rows.append(
            {"division_code": code, "name": name, "level": "乡镇", "parent_code": COUNTY_CODE}
            | {"slug": slug, "terrain": terrain, "valid_from": "2010-01-01", "office_phone": _town_phone(code)}
            | {"duty_phone": f"0900-72{code[6:9]}99"}
        )
    for village in villages():
        rows.append(
            {"division_code": village.code, "name": village.name, "level": "村"}
            | {"parent_code": village.township_code, "terrain": village.terrain, "valid_from": "2010-01-01"}
            | {"office_phone": f"0900-73{committee_code(village.code)[2:]}"}
        )


def _town_phone(code: str) -> str:
    """The office of a township's government."""
    return f"0900-72{township_unit(code)[1:]}00"


def fill_units(world: World) -> None:
    """The supporting units, township governments, committees, builders, cooperatives."""
    rng = world.rng("units")
    names = {line[2]: line[1] for line in TOWNSHIPS}
    for code, name, kind, level in supporting():
        _unit(world, code, name, kind, level, phone=f"0900-{7000000 + int(code[1:])}")
    for township, name in names.items():
        code = township_unit(township)
        _unit(world, code, f"{name}人民政府", "乡镇政府", "乡镇", township, _town_phone(township), rng.randint(60, 95))
    for village in villages():
        body = f"{village.name}居民委员会" if village.community else f"{village.name}民委员会"
        code = committee_code(village.code)
        _unit(world, code, names[village.township_code] + body, "村委会", "村", village.code, f"0900-73{code[2:]}")
    for i, name in enumerate(BUILDERS, 1):
        _unit(world, f"U2{i:02d}", f"示例县{name}建筑工程有限公司", "民营企业", "县", phone=f"0900-74000{i:02d}")
        world.rows["units"][-1]["credit_code"] = credit_code("91", i)
    for i, name in enumerate(COOPERATIVES, 1):
        _unit(world, f"U3{i:02d}", f"示例县{name}种养专业合作社", "合作社", "其他", phone=f"0900-74001{i:02d}")
        world.rows["units"][-1]["credit_code"] = credit_code("93", i)


_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code(kind: str, number: int, region: str = COUNTY_CODE[:6]) -> str:
    """A unified code with its two check signs (GB 11714, GB 32100), of a region that is nobody's."""
    body = f"MA{number:06d}"
    values = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    check = (
        11 - sum(values.index(sign) * weight for sign, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    )
    whole = f"{kind}{region}{body}{'0' if check == 11 else 'X' if check == 10 else check}"
    rest = sum(_SIGNS.index(sign) * 3**place % 31 for place, sign in enumerate(whole)) % 31
    return whole + _SIGNS[(31 - rest) % 31]


def _unit(world, code, name, kind, level, division="", phone="", staff=0) -> None:
    row = {"unit_code": code, "name": name, "unit_kind": kind, "unit_level": level, "division_code": division}
    row |= {"office_phone": phone, "staff": str(staff) if staff else ""}
    if code == COLLEGE:
        row |= {"staff": "424", "retiring_staff": "9", "hardship_staff": "5"}
    world.rows["units"].append(row)


def make_schools(world: World, homes: list[Household]) -> list[dict]:
    """Schools with their township and unit; then each pupil's school. Rows come later, with the numbers."""
    schools: list[dict] = []
    towns = [(line[0], line[1], line[2]) for line in TOWNSHIPS]
    for level, body in (("小学", "中心小学"), ("幼儿园", "中心幼儿园"), ("初中", "初级中学")):
        for _, name, code in towns:
            schools.append({"level": level, "name": name + body, "town": code, "unit": ""})
    rural = [v for v in villages() if not v.community]
    rng = world.rng("schools")
    for village in sorted(rng.sample(rural, _VILLAGE_SCHOOLS), key=lambda v: v.code):
        schools.append(
            {"level": "小学", "name": village.name[:-1] + "村小学", "town": village.township_code, "unit": ""}
        )
    county = (("高中", "一中"), ("高中", "二中"), ("中职", "职专"), ("特教", "特校"))
    units = {code: name for code, name, _, _ in supporting()}
    for level, short in county:
        schools.append({"level": level, "name": "示例" + units[UNIT[short]], "town": towns[0][2], "unit": UNIT[short]})
    for i, line in enumerate(schools, 1):
        line["code"] = f"S{i:03d}"
        if not line["unit"]:
            line["unit"] = f"U5{i:02d}"
            _unit(world, line["unit"], line["name"], "学校", "乡镇", line["town"], f"0900-75000{i:02d}")
    _enrol(world, homes, schools)
    return schools


def _enrol(world: World, homes: list[Household], schools: list[dict]) -> None:
    """A school in the county for most pupils; boarders by level."""
    rng = world.rng("enrol")
    level_of = {grade: level for level, grades in _TEACHES.items() for grade in grades}
    by_level: dict[tuple[str, str], list[str]] = {}
    for line in schools:
        town = line["town"] if line["level"] in ("小学", "幼儿园", "初中") else ""
        by_level.setdefault((line["level"], town), []).append(line["code"])
    for home in homes:
        for person in home.live:
            level = level_of.get(person.enrolment)
            if level is None:
                person.boarding = "是" if person.enrolment and not person.enrolment.startswith("学龄前") else ""
                continue
            town = home.village.township_code if level in ("小学", "幼儿园", "初中") else ""
            if level == "中职" or rng.random() > 0.06:
                person.school = rng.choice(by_level[level, town])
            person.boarding = "是" if rng.random() < _BOARDING.get(level, 0) else "否"


def fill_schools(world: World, homes: list[Household], schools: list[dict]) -> None:
    """Rows of schools, with room for the pupils of the register and others."""
    rng = world.rng("school rows")
    pupils: dict[str, int] = {}
    boarders: dict[str, int] = {}
    for home in homes:
        for person in home.live:
            if person.school:
                pupils[person.school] = pupils.get(person.school, 0) + 1
                boarders[person.school] = boarders.get(person.school, 0) + (person.boarding == "是")
    for line in schools:
        known = pupils.get(line["code"], 0)
        world.rows["schools"].append(_school_row(rng, line, known, boarders.get(line["code"], 0)))


def _school_row(rng: random.Random, line: dict, known: int, boarders: int) -> dict[str, str]:
    level = line["level"]
    size = _CLASS_SIZE.get(level, 8)
    big = {"高中": 1500, "中职": 1600, "特教": 60}.get(level, 90 if line["name"].endswith("村小学") else 280)
    total = known * 2 + rng.randint(big, big + big // 4)
    classes = -(-total // size)
    kinder = level == "幼儿园"
    teachers = classes * 2 if kinder else max(6, round(classes * 2.4))
    return {
        "school_code": line["code"],
        "name": line["name"],
        "school_level": level,
        "township_code": line["town"],
        "classes": str(classes),
        "pupils": str(total),
        "boarders": "0" if kinder else str(boarders + rng.randint(0, total // 5)),
        "dropouts": "0",
        "teachers": str(teachers),
        "rotated_teachers": str(-(-teachers * 11 // 100)),
        "nurses": str(classes) if kinder else "",
        "multimedia_classes": str(classes),
        "network": "是",
        "class_network": "是",
        "person_network": "是",
        "compliant": "是",
        "desks_added": "200" if line["name"].startswith("古镇") and level == "初中" else "",
    }
