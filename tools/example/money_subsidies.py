"""Who is entitled to which benefit in which period: eligibility, units and standard, before any payment is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from example.money_base import Book, town_of
from example.world import Row

MIGRANTS = 3907  # plan 5: persons with the quarterly payment to reservoir migrants
RAIN = 194  # plan 5: places of 雨露计划
MIGRANT_TOWNS = ("tongboshan", "songfeng", "dongyang", "maocun")
_SUBSIDISED_WORKERS = ("扶贫户", "扶贫低保户")
_JUNIOR = ("七年级", "八年级", "九年级")
_TERMS = {"2019-S2": "2019-09-01", "2020-S1": "2020-02-01"}
_QUARTERS = {"2020-Q1": "2020-01-01", "2020-Q2": "2020-04-01"}


@dataclass(frozen=True, slots=True)
class Entitlement:
    """One benefit of one person, or of one household where ``member`` is empty. ``standard`` is in fen."""

    benefit: str
    period: str
    town: str
    village: str
    household: str
    member: str
    units: int
    standard: int

    @property
    def amount(self) -> int:
        return self.units * self.standard


@dataclass(frozen=True, slots=True)
class Family:
    """A registered household with its live members."""

    row: Row
    members: tuple[Row, ...]

    def since(self, start: str) -> bool:
        """Registered by the first day of the period."""
        return self.row["identified_on"] <= start


Rule = Callable[[Family, str], Iterator[tuple[str, int, int]]]  # member or "", units, standard in fen


def entitlements(book: Book) -> list[Entitlement]:
    """All of them, in the order of benefit, period, village, household."""
    families = [
        (village, Family(row, tuple(book.members[row["household_no"]])))
        for village, rows in book.register.items()
        for row in rows
    ]
    result: list[Entitlement] = []
    for benefit, periods, rule in _RULES:
        for period, start in periods.items():
            chosen = ((village, f) for village, f in families if f.since(start))
            result.extend(_apply(benefit, period, start, chosen, rule))
    result.extend(_rain(book, families))
    result.extend(_migrants(book, families))
    result.extend(_by_measure(book))
    return result


def _apply(benefit: str, period: str, start: str, families, rule: Rule) -> Iterator[Entitlement]:
    for village, family in families:
        for member, units, standard in rule(family, period):
            number = family.row["household_no"]
            yield Entitlement(benefit, period, town_of(village), village, number, member, units, standard)


def _present(family: Family, start: str) -> Iterator[Row]:
    """Live members who were in the household when the period began."""
    for row in family.members:
        if row["life_status"] == "正常" or row.get("life_status_ym", "") <= start[:7]:
            yield row


def _pupils(family: Family, period: str) -> Iterator[Row]:
    for row in _present(family, _TERMS[period]):
        if row.get("enrolment"):
            yield row


def _boarding(family: Family, period: str):
    for row in _pupils(family, period):
        if row.get("boarding") == "是" and (row["enrolment"] == "小学" or row["enrolment"] in _JUNIOR):
            yield row["member_no"], 1, 50000 if row["enrolment"] == "小学" else 62500


def _meals(family: Family, period: str):
    days = {"2019-S2": 100, "2020-S1": 85}[period]
    for row in _pupils(family, period):
        if row.get("school_code") and (row["enrolment"] == "小学" or row["enrolment"] in _JUNIOR):
            yield row["member_no"], days, 400


def _nursery(family: Family, period: str):
    for row in _pupils(family, period):
        if row["enrolment"] == "学前教育":
            yield row["member_no"], 1, 50000


def _high_school(family: Family, period: str):
    """3,000 a year where the household lives on relief, else 1,000."""
    standard = 50000 if family.row["household_class"] == "扶贫户" else 150000
    for row in _pupils(family, period):
        if row["enrolment"].startswith("普通高中"):
            yield row["member_no"], 1, standard


def _vocational(family: Family, period: str):
    for row in _pupils(family, period):
        if row["enrolment"].startswith("中职"):
            yield row["member_no"], 1, 100000


def _relief(family: Family, period: str):
    persons = sum(row["dibao"] != "未享受" for row in _present(family, _QUARTERS[period]))
    if persons:
        yield "", persons * 3, 26000


def _support(family: Family, period: str):
    for row in _present(family, _QUARTERS[period]):
        if row["tekun"] != "不享受":
            yield row["member_no"], 3, 52000


def _disabled(family: Family, period: str):
    for row in _present(family, _QUARTERS[period]):
        if row.get("disability_grade") and row["tekun"] == "不享受":  # support of the destitute takes its place
            severe = row["disability_grade"] in ("一级", "二级")
            yield row["member_no"], 3, 8000 if severe else 6000


def _public_jobs(family: Family, period: str):
    for row in _present(family, _QUARTERS[period]):
        if row.get("public_job"):
            months = int(row["public_job_months"]) - (0 if period == "2020-Q1" else 3)
            if months > 0:
                yield row["member_no"], min(3, months), 50000


def _travel(family: Family, period: str):
    if family.row["household_class"] not in _SUBSIDISED_WORKERS:
        return
    for row in _present(family, "2020-01-01"):
        away = row.get("work_region") == "省外务工" and int(row.get("work_months") or 0) >= 6
        if away and not row.get("public_job"):
            yield row["member_no"], 1, 30000


_RULES: tuple[tuple[str, dict[str, str], Rule], ...] = (
    ("寄宿生生活补助", _TERMS, _boarding),
    ("营养膳食补助", _TERMS, _meals),
    ("学前教育资助", _TERMS, _nursery),
    ("普高助学金", _TERMS, _high_school),
    ("中职助学金", _TERMS, _vocational),
    ("低保金", _QUARTERS, _relief),
    ("特困供养金", _QUARTERS, _support),
    ("残疾人补贴", _QUARTERS, _disabled),
    ("公益岗补贴", _QUARTERS, _public_jobs),
    ("外出务工补贴", {"2020": "2020-01-01"}, _travel),
)


def _rain(book: Book, families) -> Iterator[Entitlement]:
    """雨露计划: pupils of vocational schools and colleges, poor households first, exactly as many as the plan has."""
    candidates = [
        (_SUBSIDISED_WORKERS.index(f.row["household_class"]) if f.row["household_class"] in _SUBSIDISED_WORKERS else 2,
         row["member_no"], village, f.row["household_no"])
        for village, f in families
        if f.since("2020-02-01")
        for row in _pupils(f, "2020-S1")
        if row["enrolment"].startswith(("中职", "高职"))
    ]  # fmt: skip
    for _, member, village, household in sorted(candidates)[:RAIN]:
        yield Entitlement("雨露计划补助", "2020-S1", town_of(village), village, household, member, 1, 150000)


def _migrants(book: Book, families) -> Iterator[Entitlement]:
    """Reservoir migrants registered in 2006 in the towns by the reservoir, none of them removed for one of the seven
    reasons (dead, urban registration, in higher schooling, enlisted, married out, imprisoned, other)."""
    wanted = MIGRANTS
    order = [book.town(slug) for slug in MIGRANT_TOWNS]
    near = [(order.index(town_of(village)), village, f) for village, f in families if town_of(village) in order]
    for _, village, family in sorted(near, key=lambda line: (line[0], line[1], line[2].row["household_no"])):
        for row in family.members if family.since("2020-01-01") else ():
            if wanted and _still_migrant(row):
                wanted -= 1
                number = family.row["household_no"]
                yield Entitlement(
                    "水库移民直补", "2020-Q1", town_of(village), village, number, row["member_no"], 1, 15000
                )


def _still_migrant(row: Row) -> bool:
    upper = row.get("enrolment", "").startswith(("中职", "高职", "技师", "本科", "硕士"))
    return row["life_status"] == "正常" and row["birth_ym"] <= "2006-06" and not upper and row["in_service"] == "否"


_BONUS = {"种植扶持": 120000, "养殖扶持": 200000, "合作社带动": 80000}


def _by_measure(book: Book) -> list[Entitlement]:
    """产业奖补 and 危房改造补助 follow a measure begun since 2019; 慰问 goes to every household of 常乐镇 (plan 20)."""
    home = {row["household_no"]: (village, row) for village, rows in book.register.items() for row in rows}
    result: dict[tuple[str, str], Entitlement] = {}
    measures = sorted(book.world.rows["measures"], key=lambda row: row["measure_id"])
    for row in measures:
        number = row["household_no"]
        if number not in home or not "2019-01-01" <= row["started_on"] <= "2020-04-30":
            continue
        village, household = home[number]
        item, registered = row["item"], household["identified_on"] <= "2020-01-01"
        if item in _BONUS and household["whole_no_labour"] == "否" and registered:
            line = Entitlement("产业奖补", "2020", town_of(village), village, number, "", 1, _BONUS[item])
            result.setdefault(("产业奖补", number), line)
        elif item == "危房改造" and household["relocated"] == "否" and registered:
            line = Entitlement("危房改造补助", "2020", town_of(village), village, number, "", 1, 1400000)
            result.setdefault(("危房改造补助", number), line)
    bonus = [line for key, line in result.items() if key[0] == "产业奖补"]
    repair = [line for key, line in result.items() if key[0] == "危房改造补助"]
    return bonus[:1500] + repair[:150] + list(_gifts(book))


def _gifts(book: Book) -> Iterator[Entitlement]:
    """Plan 20: 1,000 a household and 300 a person in each year, in 常乐镇."""
    town = book.town("changle")
    for period, start in (("2019", "2019-09-01"), ("2020", "2020-01-01")):
        for village, rows in book.register.items():
            for row in rows if town_of(village) == town else ():
                number = row["household_no"]
                if row["identified_on"] > start:
                    continue
                yield Entitlement("慰问物资", period, town, village, number, "", 1, 100000)
                for member in _present(Family(row, tuple(book.members[number])), start):
                    yield Entitlement("慰问物资", period, town, village, number, member["member_no"], 1, 30000)
