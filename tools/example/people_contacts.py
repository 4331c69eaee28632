"""What happened under the pairings: visits, talks, activities; pupils' teachers and sponsors; and the rows of both."""

from __future__ import annotations

import random

from example.people_helpers import Pairing, Staff
from example.people_model import Household
from example.unit_names import COLLEGE
from example.world import World

QUARTERS = [(year, quarter) for year, last in ((2019, 4), (2020, 2)) for quarter in range(1, last + 1)]
MONTHS = [(year, month) for year, last in ((2019, 12), (2020, 6)) for month in range(1, last + 1)]
TERM = [(2019, month) for month in range(9, 13)] + [(2020, month) for month in range(1, 7)]
_LAST_DAY = 28
_PER_TEACHER = 8
_SPONSORED = 36


def visit_households(world: World, homes: list[Household], staff: Staff) -> None:
    """Four visits a year and more; monthly while the household is poor; fifteen days a year by the college."""
    rng = world.rng("visits")
    by_no = {home.no: home for home in homes}
    for pairing in staff.pairings:
        if "household_no" not in pairing.subject:
            continue
        home = by_no[pairing.subject["household_no"]]
        if pairing.ended or pairing.started > "2019-01-01":
            _monthly(rng, pairing, 2)
        elif staff.unit_of[pairing.supporter["helper_no"]] == COLLEGE:
            _monthly(rng, pairing, 0)
        elif not home.exited or home.monitored:
            _separate(rng, pairing, home)
        else:
            for year, quarter in QUARTERS:
                month = 3 * quarter - rng.randrange(3)
                _contact(pairing, f"{year}-{month:02d}-{rng.randint(1, _LAST_DAY):02d}", "走访")
        if home.village.slug == "changle" and pairing.role == "帮扶责任人" and not pairing.successor:
            for day in ("2019-01-30", "2019-09-10", "2020-01-19"):
                _contact(pairing, day, "慰问")


def _monthly(rng: random.Random, pairing: Pairing, count: int) -> None:
    """So many visits each month; 0 means two in most months, so that fifteen days of a year are passed."""
    for year, month in MONTHS:
        times = count or (1 if month % 4 == 2 else 2)
        for day in sorted(rng.sample(range(1, _LAST_DAY + 1), times)):
            _contact(pairing, f"{year}-{month:02d}-{day:02d}", "走访")


def _separate(rng: random.Random, pairing: Pairing, home: Household) -> None:
    """Once a month; the second helper of a household comes in the other half of the month."""
    first = 15 if pairing.role == "联系人" else 1
    for year, month in MONTHS:
        _contact(pairing, f"{year}-{month:02d}-{rng.randint(first, first + 12):02d}", "走访")


def _contact(pairing: Pairing, day: str, kind: str) -> None:
    if pairing.started <= day and (not pairing.ended or day <= pairing.ended):
        pairing.contacts.append((day, kind))


def pupils(world: World, homes: list[Household], staff: Staff, schools: list[dict]) -> None:
    """Every pupil at school in the county has a teacher: a talk each month, a visit at home each term."""
    rng = world.rng("teachers")
    units = {line["code"]: line["unit"] for line in schools if line["level"] != "幼儿园"}
    teachers: dict[str, list] = {}
    for home in homes:
        for person in home.live:
            if person.school not in units:
                continue
            line = teachers.setdefault(person.school, ["", 0])
            if line[1] % _PER_TEACHER == 0:
                line[0] = staff.helper(units[person.school], "教师", "教师", since="2014-09-01")
            line[1] += 1
            pairing = staff.pair("包保教师", "2019-09-01", {"member_no": person.no}, {"helper_no": line[0]})
            _teacher_contacts(rng, pairing)


def _teacher_contacts(rng: random.Random, pairing: Pairing) -> None:
    for year, month in TERM:
        _contact(pairing, f"{year}-{month:02d}-{rng.randint(2, _LAST_DAY):02d}", "谈心")
    for day in (
        f"2019-{rng.randint(10, 12)}-{rng.randint(1, 28):02d}",
        f"2020-0{rng.randint(4, 6)}-{rng.randint(1, 28):02d}",
    ):
        _contact(pairing, day, "家访")


def sponsors(world: World, homes: list[Household], staff: Staff, schools: list[dict]) -> None:
    """Companies sponsor a pupil each; town schools are paired with county schools."""
    rng = world.rng("sponsors")
    seniors = [p.no for h in homes for p in h.live if p.enrolment.startswith(("普通高中", "七年级", "八年级"))]
    for i, member in enumerate(sorted(rng.sample(seniors, _SPONSORED))):
        unit = f"U{119 + i % 10}" if i % 3 else f"U3{1 + i:02d}"
        pairing = staff.pair("社会资助", "2019-09-01", {"member_no": member}, {"unit_code": unit})
        for day in ("2019-10-12", "2020-04-11"):
            _contact(pairing, day, "慰问")
    county = [line["code"] for line in schools if line["level"] in ("高中", "中职")]
    middle = [line["code"] for line in schools if line["level"] == "初中"][: len(county)]
    for code, partner in zip(middle, county, strict=True):
        pairing = staff.pair("学校结对", "2019-09-01", {"school_code": code}, {"partner_school": partner})
        for year, month in TERM:
            _contact(pairing, f"{year}-{month:02d}-{rng.randint(10, 27):02d}", "活动")
        for day in ("2019-09-06", "2019-12-28", "2020-03-09", "2020-06-08"):
            _contact(pairing, day, "联席会议")


def fill_pairings(world: World, staff: Staff) -> None:
    """Numbers in the order of the subjects, then rows."""
    fields = ("household_no", "member_no", "village_code", "school_code")
    order = sorted(
        staff.pairings,
        key=lambda p: ([p.subject.get(name, "~") for name in fields], p.role, p.started, *p.supporter.values()),
    )
    for number, pairing in enumerate(order, 1):
        pairing.no = f"J{number:07d}"
    for pairing in order:
        row = {"pairing_id": pairing.no, "role": pairing.role, "started_on": pairing.started}
        row |= pairing.subject | pairing.supporter
        row |= {"term_ends_on": pairing.term_ends, "ended_on": pairing.ended, "end_reason": pairing.reason}
        row["replaced_by"] = pairing.successor.no if pairing.successor else ""
        world.rows["pairings"].append(row)
        for day, kind in sorted(set(pairing.contacts)):
            cells = {"pairing_id": pairing.no, "contacted_on": day, "contact_kind": kind}
            world.rows["contacts"].append(cells)
