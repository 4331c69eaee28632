"""A county that begins today, small and synthetic: 3 townships of 5 villages, 60 households that left poverty in 2019, 180 members."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from gongshi.founding.new import first_paths
from gongshi.founding.pack import Pack, program_files
from gongshi.package import RECORDS, Descriptor, Resource, csv_bytes, read_descriptor, yaml_bytes
from gongshi.policy import Policies, load_policies
from gongshi.repository import MemoryTree, write_files

TOWNSHIPS = {"dong": "东镇", "nan": "南镇", "xi": "西镇"}
COUNTY = "990202000000"
COUNTY_CARD = {
    "county_code": COUNTY, "name": "测县", "example": "否", "hotline": "12317", "office": "测县农业农村局",
    "office_phone": "0793-1234567", "office_address": "城关大道1号", "office_email": "bf@cexian.example",
}  # fmt: skip
Rows = dict[str, list[dict[str, str]]]
YES_NO = {"whole_no_labour": "否", "cadre_relative": "否", "relocated": "否"}
SAFE = dict.fromkeys(
    ("food_secure", "clothing_secure", "education_secure", "medical_secure", "housing_secure", "water_safe", "toilet"),
    "是",
)
HARD = ("travel_hard", "skill_hard", "doctor_hard", "school_hard", "service_hard", "income_hard", "water_hard")


def household(number: int) -> dict[str, str]:
    """A household by itself."""
    place = {"household_no": f"H{number:07}", "village_code": village(number), "group_name": "1组", "population": "3"}
    return place | {"informed_on": "2026-03-25", "plan_doc": "2026", **YES_NO}


def membership(number: int, household: int, kind: str, started_on: str, **cells: str) -> dict[str, str]:
    who = {"membership_id": f"R{number:07}", "household_no": f"H{household:07}", "kind": kind}
    return who | {"started_on": started_on, **cells}


def village(number: int) -> str:
    """The village of the household numbered so: four in each of the fifteen."""
    place = (number - 1) // 4 % 15
    return f"9902021{place // 5:02}2{place % 5 + 1:02}"


def member(number: int, household: int, **cells: str) -> dict[str, str]:
    return {
        "member_no": f"M{number:08}", "household_no": f"H{household:07}", "relation": "户主", "sex": "男", "birth_ym": "1980-03",
        "ethnicity": "汉", "education": "初中", "health": "健康", "labour": "普通劳动力", "med_ins_resident": "是",
        "med_ins_employee": "否", "critical_ins": "是", "pension_ins": "城乡居民",
        "in_service": "否", "life_status": "正常", **cells,
    }  # fmt: skip


def members(household: int) -> list[dict[str, str]]:
    pupil = {
        "relation": "之女",
        "sex": "女",
        "birth_ym": "2012-05",
        "education": "",
        "enrolment": "七年级",
        "boarding": "是",
    }
    first = (household - 1) * 3 + 1
    return [
        member(first, household),
        member(first + 1, household, relation="配偶", sex="女", birth_ym="1982-04"),
        member(first + 2, household, labour="无劳动力", school_code="S001", pension_ins="不满龄", **pupil),
    ]


def condition(number: int, year: str = "2026") -> dict[str, str]:
    return {
        "household_no": f"H{number:07}", "record_year": year, "farmland_mu": "3.00", "irrigated_mu": "1.00", "forest_mu": "2.00",
        "coop_member": "否", "power_living": "是", "power_production": "是", "road_distance_km": "0.50", "road_to_door": "水泥路",
        "house_area_m2": "90.00", "house_structure": "砖混材料", "house_built": "2005", "house_safety": "安全", "fuel": "清洁能源",
        **SAFE, **dict.fromkeys(HARD, "否"),
    }  # fmt: skip


def income(number: int, year: int, population: int = 3) -> dict[str, str]:
    """Of the twelve months that end with September."""
    zero = (
        "property_income",
        "dibao_income",
        "tekun_income",
        "pension_income",
        "support_income",
        "land_rent",
        "asset_dividend",
    )
    return {
        "household_no": f"H{number:07}", "record_year": str(year), "period_start": f"{year - 1}-10-01", "period_end": f"{year}-09-30",
        "income_measure": "人均纯收入", "wage_income": "39000.00", "business_income": "3000.00", "transfer_income": "1200.00",
        "other_transfer": "1200.00", "business_expense": "1200.00", "total_income": "43200.00", "net_income": "42000.00",
        "population": str(population), "per_capita": f"{42000 / population:.2f}", **dict.fromkeys(zero, "0.00"),
    }  # fmt: skip


def pairing(number: int, household: int, role: str, helper: str) -> dict[str, str]:
    who = {"pairing_id": f"J{number:07}", "role": role, "household_no": f"H{household:07}"}
    return who | {"helper_no": helper, "started_on": "2026-04-01"}


def division(code: str, name: str, level: str, parent: str, slug: str = "") -> dict[str, str]:
    return {"division_code": code, "name": name, "level": level, "parent_code": parent, "slug": slug}


def divisions() -> list[dict[str, str]]:
    rows = [division(COUNTY, "测县", "县", "")]
    for place, (slug, name) in enumerate(TOWNSHIPS.items()):
        rows.append(division(f"9902021{place:02}000", name, "乡镇", COUNTY, slug))
        rows += [
            division(f"9902021{place:02}2{n:02}", f"{name[0]}{'一二三四五'[n - 1]}村", "村", f"9902021{place:02}000")
            for n in range(1, 6)
        ]
    return rows


def villages() -> list[dict[str, str]]:
    full = {"households": "300", "population": "1000", "collective_income": "80000.00", "clinic": "是", "doctors": "1"}
    full |= {
        "culture_room": "是",
        "bus": "是",
        "primary_school": "是",
        "pension_persons": "600",
        "public_toilets": "2",
        "refuse_points": "3",
        "hard_road": "是",
        "farmland_mu": "900.00",
        "paddy_mu": "500.00",
        "dry_mu": "400.00",
    }
    codes = [row["division_code"] for row in divisions() if row["level"] == "村"]
    return [
        {"village_code": code, "village_class": "脱贫村" if code.endswith("1") else "一般村", **full} for code in codes
    ]


def unit(code: str, name: str, kind: str, level: str) -> dict[str, str]:
    return {"unit_code": code, "name": name, "unit_kind": kind, "unit_level": level}


def helper(number: int, rank: str = "一般干部") -> dict[str, str]:
    name = "甲乙丙丁戊己庚辛壬癸"[number // 10 % 10] + "干部" + "甲乙丙丁戊己庚辛壬癸"[number % 10]
    who = {"helper_no": f"B{number:05}", "name": name, "unit_code": "U100", "post": "科员"}
    return who | {"helper_rank": rank, "fiscal_paid": "是", "appointed_on": "2021-01-01"}


def rows(households: int = 60) -> Rows:
    """The county's rows by resource; each that belongs to a township goes to its file by its household."""
    numbers = range(1, households + 1)
    pairings = [pairing(2 * n - 1, n, "帮扶责任人", f"B000{10 + n % 20}") for n in numbers]
    pairings += [pairing(2 * n, n, "联系人", f"B000{10 + (n + 1) % 20}") for n in numbers]
    return {
        "divisions": divisions(),
        "villages": villages(),
        "units": [
            unit("U001", "测县财政局", "党政机关", "县"), unit("U002", "测县农业农村局", "党政机关", "县"),
            unit("U003", "测县医疗保障局", "党政机关", "县"), unit("U100", "东镇人民政府", "乡镇政府", "乡镇"),
        ],
        "helpers": [helper(number) for number in range(10, 30)],
        "schools": [{"school_code": "S001", "name": "测县初级中学", "school_level": "初中", "township_code": "990202100000"}],
        "households": [household(n) for n in numbers],
        "members": [row for n in numbers for row in members(n)],
        "conditions": [condition(n) for n in numbers],
        "incomes": [income(n, 2025) for n in numbers],
        "pairings": pairings,
        "memberships": [membership(n, n, "脱贫户", "2019-12-10", reason="缺资金") for n in numbers],
    }  # fmt: skip


@cache
def _pack() -> Pack:
    return Pack(program_files())


@cache
def placed() -> dict[str, bytes]:
    """What the pack places in the county."""
    return _pack().placed("测县", first_paths(_pack(), list(TOWNSHIPS), 2026))


@cache
def county_descriptor() -> Descriptor:
    return read_descriptor(MemoryTree(placed()))


@cache
def county_policies() -> Policies:
    return load_policies(MemoryTree(placed()), county_descriptor())


def county_files(given: Rows) -> dict[str, bytes]:
    """A new county's files with ``given`` in them."""
    files = {**placed(), **_pack().begun()}
    descriptor = county_descriptor()
    homes = {row["household_no"]: _slug(row["village_code"]) for row in given["households"]}
    for resource in descriptor.csv_resources():
        names = resource.schema.names
        for path in resource.paths:
            place = f"{RECORDS}/{path}"
            mine = [row for row in given.get(resource.name, []) if _belongs(path, row, homes)]
            if mine or place not in files:
                mine = [*mine, *_begun(resource, files.get(place))]
                cells = sorted([row.get(name, "") for name in names] for row in mine)
                files[place] = csv_bytes(resource.schema, cells)
    return files | _documents(descriptor, given)


def _begun(resource: Resource, data: bytes | None) -> list[dict[str, str]]:
    """The rows that the file begins with."""
    lines = (data or b"").decode().splitlines()[1:]
    return [dict(zip(resource.schema.names, line.split(","), strict=True)) for line in lines]


def _slug(code: str) -> str:
    return list(TOWNSHIPS)[int(code[7:9])]


def _belongs(path: str, row: dict[str, str], homes: dict[str, str]) -> bool:
    parts = path.split("/")
    return parts[0] != "townships" or homes.get(row.get("household_no", ""), "dong") == parts[1]


def _documents(descriptor: Descriptor, given: Rows) -> dict[str, bytes]:
    """The YAML files of the rows that lie in such; a notice that names a village or township is its township's."""
    files = {}
    for document in descriptor.documents:
        for row in given.get(document.resource, [COUNTY_CARD] if document.name == "county" else []):
            code = row.get("village_code") or row.get("division_code") or row.get("township_code", "")
            if document.name.endswith("notice") and (code == COUNTY) != document.name.startswith("county"):
                continue
            key = {name: row[name] for name in descriptor.resources[document.resource].schema.primary_key}
            lists = {
                name: [one for one in given.get(table, []) if all(one[k] == v for k, v in key.items())]
                for name, table in document.lists.items()
            }
            holes = {"township": _slug(code) if code and code != COUNTY else "", "year": "2026", **row}
            files[f"{RECORDS}/{document.path.format(**holes)}"] = yaml_bytes(descriptor, document, row, lists)
    return files


def made(folder: Path, given: Rows | None = None) -> Path:
    """The county on disk."""
    folder.mkdir(parents=True)
    write_files(folder, county_files(rows() if given is None else given))
    return folder
