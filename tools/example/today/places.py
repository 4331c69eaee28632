"""Where and who: the county, its townships and villages, offices, schools, and those who help."""

from __future__ import annotations

from datetime import date

from example.names import official_name
from example.people_places import credit_code
from example.world import World

NAME = "今例县"
COUNTY = "990303000000"
TOWNS = {"baishi": "白石乡", "hekou": "河口镇", "yunling": "云岭镇"}
YEARS = range(2021, 2027)
AS_OF = date(2026, 9, 30)
"""The end of a quarter, whose figures are frozen."""
LINES = {2021: 6000, 2022: 6600, 2023: 7300, 2024: 7800, 2025: 8400, 2026: 8800}
"""The county's own line of each year, for who is to be watched."""

VILLAGES = {
    "baishi": ("石门", "清溪", "上坪", "下坪", "桃源", "大坳", "竹园", "长冲", "鹿鸣", "枫树", "柏林", "金鸡", "双河"),
    "hekou": ("渡口", "沙洲", "新滩", "柳湾", "鱼塘", "官桥", "南山", "北岭", "东田", "老街", "四方", "合心", "红岩"),
    "yunling": ("云峰", "茶亭", "松岗", "青龙", "白云", "高坎", "梅子", "石桥", "龙井", "水口", "杉木", "花园", "中寨", "岭上"),
}  # fmt: skip
OFFICES = (
    ("U001", "财政局"), ("U002", "农业农村局"), ("U003", "民政局"), ("U004", "教育局"), ("U005", "医疗保障局"),
    ("U006", "人力资源和社会保障局"), ("U007", "交通运输局"), ("U008", "水利局"), ("U009", "住房和城乡建设局"),
)  # fmt: skip
FIRMS = (
    ("U201", "今例县恒通建设有限公司", "民营企业"), ("U202", "今例县清源水务工程有限公司", "国有企业"),
    ("U203", "今例县云岭茶叶专业合作社", "合作社"), ("U204", "今例县白石食用菌专业合作社", "合作社"),
    ("U205", "今例县河口制衣有限公司", "民营企业"),
)  # fmt: skip
BANK = "U301"
EACH = 8
"""Households of one helper."""


def town_code(slug: str) -> str:
    return f"9903031{list(TOWNS).index(slug):02}000"


def village_codes() -> list[str]:
    """All villages, township by township."""
    return [f"{town_code(slug)[:9]}2{n:02}" for slug, names in VILLAGES.items() for n in range(1, len(names) + 1)]


def town_unit(code: str) -> str:
    """The government of the township of a place."""
    return f"U10{int(code[7:9])}"


def fill_places(world: World, households: int) -> None:
    """Add everything that is there before the households."""
    rows, rng = world.rows, world.rng("today places")
    rows["county"].append({
        "county_code": COUNTY, "name": NAME, "example": "是", "as_of": AS_OF.isoformat(), "began_on": "2021-01-01", "office": f"{NAME}农业农村局",
        "office_phone": "0900-2231700", "office_address": "今例县城关和平路1号（示例地址）", "office_email": "nyncj@jinlixian.example",
        "hotline": "12317", "licence": "CC-BY-4.0",
    })  # fmt: skip
    rows["divisions"].append({"division_code": COUNTY, "name": NAME, "level": "县", "office_phone": "0900-2231700"})
    for number, (slug, name) in enumerate(TOWNS.items()):
        code = town_code(slug)
        world.slugs[code] = slug
        rows["divisions"].append({
            "division_code": code, "name": name, "level": "乡镇", "parent_code": COUNTY, "slug": slug, "terrain": ("山区", "河谷", "丘陵")[number],
            "office_phone": f"0900-22331{number:02}", "duty_phone": f"0900-22332{number:02}",
        })  # fmt: skip
        for code_of, village in zip(_codes(slug), VILLAGES[slug], strict=True):
            rows["divisions"].append({"division_code": code_of, "name": f"{village}村", "level": "村", "parent_code": code,
                                      "office_phone": f"0900-224{code_of[8]}{code_of[-2:]}0"})  # fmt: skip
            rows["villages"].append(_village(world, code_of, households))
    _units(world)
    _schools(world)
    for year, amount in LINES.items():
        rows["lines"].append({"line_kind": "监测线", "place": "全县", "year": str(year), "amount": f"{amount}.00", "income_measure": "人均纯收入",
                              "doc_no": f"今防返贫组〔{year}〕2号", "verified": "是"})  # fmt: skip
    for number in range(len(village_codes()) * -(-households // EACH) * 2):
        rows["helpers"].append({
            "helper_no": f"B{number + 1:05}", "name": official_name(rng), "unit_code": rng.choice(("U100", "U101", "U102", "U002", "U003", "U004")),
            "post": rng.choice(("科员", "乡镇干部", "职工")), "helper_rank": "一般干部", "fiscal_paid": "是", "appointed_on": "2021-06-01",
        })  # fmt: skip


def _codes(slug: str) -> list[str]:
    return [code for code in village_codes() if code[:9] == town_code(slug)[:9]]


def _village(world: World, code: str, households: int) -> dict[str, str]:
    rng = world.rng(f"today village {code}")
    kind = ("脱贫村", "一般村", "一般村", "示范村", "脱贫村", "重点帮扶村")[rng.randrange(6)]
    all_households = max(households * 4, 60) + rng.randrange(60)
    farmland = rng.randrange(600, 1800)
    return {
        "village_code": code, "village_class": kind, "exited_on": "2018-12-20" if kind in ("脱贫村", "重点帮扶村") else "",
        "households": str(all_households), "population": str(all_households * 3 + rng.randrange(40)), "groups": "6", "groups_with_road": "6",
        "collective_income": f"{rng.randrange(80, 480)}000.00", "farmland_mu": f"{farmland}.00", "paddy_mu": f"{farmland * 2 // 3}.00",
        "dry_mu": f"{farmland - farmland * 2 // 3}.00", "net_income_pc": f"{rng.randrange(13500, 19800)}.00", "clinic": "是", "doctors": "1",
        "culture_room": "是", "bus": "是", "hard_road": "是", "power": "是", "broadband": "是", "water_households": "0", "unsafe_house_households": "0",
        "primary_school": "否" if code.endswith("4") else "是", "pension_persons": str(all_households * 2), "public_toilets": "2", "refuse_points": "4",
        "greening": "是", "epidemic_control": "是", "ecology": "是", "cleared_refuse": "是", "cleared_sludge": "是", "cleared_roads": "是", "pens_improved": "是",
        "industry_1": rng.choice(("茶叶", "食用菌", "果树", "中药材")), "industry_2": rng.choice(("粮油", "养蜂", "养牛")),
    }  # fmt: skip


def _units(world: World) -> None:
    units = world.rows["units"]
    for code, name in OFFICES:
        units.append({"unit_code": code, "name": f"{NAME}{name}", "unit_kind": "党政机关", "unit_level": "县", "division_code": COUNTY,
                      "office_phone": f"0900-22318{code[-2:]}"})  # fmt: skip
    for slug, name in TOWNS.items():
        code = town_code(slug)
        units.append({"unit_code": town_unit(code), "name": f"{name}人民政府", "unit_kind": "乡镇政府", "unit_level": "乡镇", "division_code": code,
                      "office_phone": f"0900-22331{int(code[7:9]):02}"})  # fmt: skip
    for number, (code, name, kind) in enumerate(FIRMS, 1):
        unified = credit_code("93" if kind == "合作社" else "91", number, COUNTY[:6])
        units.append({"unit_code": code, "name": name, "unit_kind": kind, "unit_level": "其他", "credit_code": unified})
    units.append({"unit_code": BANK, "name": f"{NAME}农村商业银行", "unit_kind": "金融机构", "unit_level": "县"})
    for number, code in enumerate(village_codes(), 401):
        name = next(row["name"] for row in world.rows["divisions"] if row["division_code"] == code)
        units.append(
            {
                "unit_code": f"U{number}",
                "name": f"{name}村民委员会",
                "unit_kind": "村委会",
                "unit_level": "村",
                "division_code": code,
            }
        )


def village_unit(code: str) -> str:
    """The committee of a village."""
    return f"U{401 + village_codes().index(code)}"


def _schools(world: World) -> None:
    kinds = (("初级中学", "初中", 12, 520), ("中心小学", "小学", 18, 760), ("中心幼儿园", "幼儿园", 9, 240))
    for at, (slug, town) in enumerate(TOWNS.items()):
        for number, (kind, level, classes, pupils) in enumerate(kinds):
            world.rows["schools"].append({
                "school_code": f"S{at * 3 + number + 1:03}", "name": f"{town}{kind}", "school_level": level, "township_code": town_code(slug),
                "classes": str(classes), "pupils": str(pupils + 11 * at), "boarders": str(180 + 5 * at if number == 0 else 0), "teachers": str(classes * 3),
            })  # fmt: skip
