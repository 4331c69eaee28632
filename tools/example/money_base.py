"""What every money step uses: exact amounts, working days, units by office, places, running numbers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import yaml

from example.world import AS_OF, Row, World

COUNTY = "990101000000"
ONE_DAY = timedelta(days=1)
BOARD_DAYS = 10  # a fund or project notice hangs at least so long, first and last day counted

# Offices the money steps name: key -> (how its unit's name ends, full name if the unit must be added, kind, level).
_OFFICES: dict[str, tuple[str, str, str, str]] = {
    "government": ("县政府办公室", "示例县政府办公室", "党政机关", "县"),
    "poverty": ("县扶贫和移民工作办公室", "示例县扶贫和移民工作办公室", "党政机关", "县"),
    "finance": ("财政局", "示例县财政局", "党政机关", "县"),
    "education": ("教育局", "示例县教育局", "党政机关", "县"),
    "civil": ("民政局", "示例县民政局", "党政机关", "县"),
    "labour": ("人力资源和社会保障局", "示例县人力资源和社会保障局", "党政机关", "县"),
    "farming": ("农业农村局", "示例县农业农村局", "党政机关", "县"),
    "water": ("水利局", "示例县水利局", "党政机关", "县"),
    "transport": ("交通运输局", "示例县交通运输局", "党政机关", "县"),
    "housing": ("住房和城乡建设局", "示例县住房和城乡建设局", "党政机关", "县"),
    "audit": ("审计局", "示例县审计局", "党政机关", "县"),
    "disabled": ("残疾人联合会", "示例县残疾人联合会", "社会组织", "县"),
    "state": ("国务院扶贫开发领导小组办公室", "国务院扶贫开发领导小组办公室", "党政机关", "中央"),
    "council": ("国务院", "国务院", "党政机关", "中央"),
    "party": ("中共中央办公厅", "中共中央办公厅", "党政机关", "中央"),
    "treasury": ("财政部", "财政部", "党政机关", "中央"),
    "province": ("省扶贫和移民办公室", "示例省扶贫和移民办公室", "党政机关", "省"),
    "provincial_treasury": ("省财政厅", "示例省财政厅", "党政机关", "省"),
    "city": ("市扶贫和移民办公室", "示例市扶贫和移民办公室", "党政机关", "市"),
    "city_treasury": ("市财政局", "示例市财政局", "党政机关", "市"),
    "partner": ("对口协作办公室", "示例协作市对口协作办公室", "党政机关", "其他"),
    "charity": ("慈善总会", "示例县慈善总会", "社会组织", "县"),
    "evaluator": ("绩效评价中心", "示例省绩效评价中心", "事业单位", "省"),
    "bank": ("农村商业银行", "示例县农村商业银行", "金融机构", "县"),
}
_FIRST_OWN_UNIT = 70001  # U70001…: units that only the money steps need


def yuan(fen: int) -> str:
    """Amounts are whole fen inside and two decimals outside."""
    return f"{fen // 100}.{fen % 100:02d}"


def day(text: str) -> date:
    return date.fromisoformat(text)


@cache
def table(name: str) -> dict:
    """A table of constants beside the code. Dates stay text."""
    path = Path(__file__).with_name(f"{name}.yaml")
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


@dataclass(slots=True)
class Clock:
    """Working days by the holiday table of ``county_facts.yaml``."""

    off: frozenset[date]
    on: frozenset[date]

    @classmethod
    def read(cls) -> Clock:
        off, on = set(), set()
        for year, lines in table("county_facts")["calendar"].items():
            for key, days in lines.items():
                chosen = on if key.endswith("上班") else off
                chosen.update(day(f"{year}-{item}") for item in days)
        return cls(frozenset(off), frozenset(on))

    def works(self, when: date) -> bool:
        return when in self.on or (when.weekday() < 5 and when not in self.off)

    def next(self, when: date) -> date:
        """``when`` or the first working day after it."""
        while not self.works(when):
            when += ONE_DAY
        return when

    def plus(self, when: date, count: int) -> date:
        """The ``count``-th working day after ``when``."""
        for _ in range(count):
            when = self.next(when + ONE_DAY)
        return when


@dataclass(slots=True)
class Book:
    """The world, with what the money steps look up and count."""

    world: World
    clock: Clock
    units: dict[str, str] = field(default_factory=dict)  # office key -> unit code
    serials: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    towns: list[Row] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)  # division code -> name
    villages: dict[str, Row] = field(default_factory=dict)
    register: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))  # village -> households
    members: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))  # household -> live members
    township_units: dict[str, str] = field(default_factory=dict)
    village_units: dict[str, str] = field(default_factory=dict)
    builders: list[str] = field(default_factory=list)
    cooperatives: list[str] = field(default_factory=list)

    def add(self, resource: str, **cells: str) -> Row:
        row = {name: value for name, value in cells.items() if value != ""}
        self.world.rows[resource].append(row)
        return row

    def number(self, series: str, width: int, start: int = 1) -> str:
        self.serials[series] += 1
        return f"{start - 1 + self.serials[series]:0{width}d}"

    def slug(self, town: str) -> str:
        return self.world.slugs[town]

    def town(self, slug: str) -> str:
        return next(code for code, name in self.world.slugs.items() if name == slug)

    def village_named(self, name: str) -> str:
        return next(code for code in self.villages if self.names[code] == name)


def town_of(village_code: str) -> str:
    return village_code[:9] + "000"


def open_book(world: World) -> Book:
    """Indexes over what the people steps have filled, in the order of their keys."""
    book = Book(world, Clock.read())
    rows = world.rows
    book.names = {row["division_code"]: row["name"] for row in rows["divisions"]}
    book.towns = sorted((r for r in rows["divisions"] if r["level"] == "乡镇"), key=lambda r: r["division_code"])
    book.villages = {r["village_code"]: r for r in sorted(rows["villages"], key=lambda r: r["village_code"])}
    for row in sorted(rows["households"], key=lambda r: r["household_no"]):
        if row["poverty_status"] != "已销号":
            book.register[row["village_code"]].append(row)
    for row in sorted(rows["members"], key=lambda r: r["member_no"]):
        if row["life_status"] in ("正常", "转入"):
            book.members[row["household_no"]].append(row)
    _find_units(book)
    return book


def _find_units(book: Book) -> None:
    units = sorted(book.world.rows["units"], key=lambda r: r["unit_code"])
    for row in units:
        if row["unit_kind"] == "乡镇政府":
            book.township_units[row["division_code"]] = row["unit_code"]
        elif row["unit_kind"] == "村委会":
            book.village_units[row["division_code"]] = row["unit_code"]
    for key, (ending, name, kind, level) in _OFFICES.items():
        found = [r["unit_code"] for r in units if r["name"].endswith(ending) and r["unit_level"] == level]
        book.units[key] = found[0] if found else _new_unit(book, name, kind, level)
    book.builders = [r["unit_code"] for r in units if r["unit_code"].startswith("U2") and r["unit_kind"] == "民营企业"]
    book.builders = book.builders or [_new_unit(book, "示例县第一筑路工程公司", "民营企业", "县")]
    book.cooperatives = [r["unit_code"] for r in units if r["unit_kind"] == "合作社"]
    book.cooperatives = book.cooperatives or [_new_unit(book, "示例县种养专业合作社", "合作社", "县")]


def _new_unit(book: Book, name: str, kind: str, level: str, division: str = "") -> str:
    code = "U" + book.number("unit", 5, _FIRST_OWN_UNIT)
    book.add("units", unit_code=code, name=name, unit_kind=kind, unit_level=level, division_code=division)
    return code


def before_today(when: date) -> str:
    """A date, or nothing if it has not come yet."""
    return when.isoformat() if when <= AS_OF else ""
