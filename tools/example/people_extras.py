"""Loans, training courses and clues."""

from __future__ import annotations

import random
from datetime import date, timedelta

from example.people_measures import YULU
from example.people_model import Household, Person
from example.unit_names import UNIT
from example.world import AS_OF, World

LOANS = 860
_BANKS = ("农商银行", "农商银行", "邮储银行", "农业银行")
_COURSES = ((2019, 4, 38), (2020, 1, 10))  # year, first number, courses
_PER_COURSE = 36
PROFILE_COURSES, PROFILE_TRAINEES = 3, 135  # plan 7: three courses, some 400 attendances
_KINDS = (("实用技术", "产业"), ("实用技术", "乡镇"), ("转移就业", "转移"), ("创业培训", "项目"))
_CLUES = (
    ("有车", "公安局"),
    ("有商品房", "自然资源局"),
    ("工商登记", "市场监管局"),
    ("财政供养", "财政局"),
    ("因病支出", "医保局"),
    ("收入骤减", "人社局"),
    ("大额支出", "民政局"),
    ("户籍不符", "公安局"),
)
_CLUE_COUNT = 48


def fill_loans(world: World, homes: list[Household]) -> dict[str, tuple[str, str]]:
    """Small loans within the rules; gives each household's bank and day."""
    rng = world.rng("loans")
    fit = [home for home in homes if home.exited and any(map(_borrows, home.able))]
    chosen = sorted(rng.sample(fit, LOANS), key=lambda home: home.no)
    banks: dict[str, tuple[str, str]] = {}
    for number, home in enumerate(chosen, 1):
        borrower = next(filter(_borrows, home.able))
        lent = date(2018, 1, 8) + timedelta(days=rng.randrange(870))
        due = lent.replace(year=lent.year + rng.choice((1, 2, 3)), day=min(lent.day, 28))
        repaid = due - timedelta(days=rng.randint(1, 40)) if due <= AS_OF + timedelta(days=20) else None
        bank = UNIT[rng.choice(_BANKS)]
        banks[home.no] = (bank, lent.isoformat())
        crops = home.industries[0][0] not in "养水"
        row = {"loan_id": f"K{number:06d}", "household_no": home.no, "member_no": borrower.no, "bank_unit": bank}
        row |= {"amount": f"{rng.randrange(10000, 50001, 5000)}.00", "annual_rate": _rate(lent)}
        row |= {"lent_on": lent.isoformat(), "due_on": due.isoformat(), "subsidised": "是"}
        row |= {"purpose": rng.choice(("种植" if crops else "养殖", "种植" if crops else "养殖", "小微经营", "加工"))}
        row["repaid_on"] = min(repaid, AS_OF).isoformat() if repaid else ""
        world.rows["loans"].append(row)
    return banks


def _borrows(person: Person) -> bool:
    return 24 <= person.age <= 58 and person.life == "正常"


def _rate(lent: date) -> str:
    if lent < date(2019, 8, 20):
        return "4.35"
    return "4.15" if lent < date(2020, 2, 1) else "3.85"


def fill_trainings(world: World, homes: list[Household]) -> None:
    rng = world.rng("trainings")
    profile = [p for h in homes if h.village.role == "profile" for p in h.able if p.age < 60]
    for number in range(1, PROFILE_COURSES + 1):
        people = sorted(rng.sample(profile, PROFILE_TRAINEES), key=lambda p: p.no)
        _course(world, rng, f"P2019-{number:03d}", "实用技术", "产业", date(2019, 1 + 3 * number, 11), people)
    workers = [p for h in homes if h.village.role != "profile" for p in h.able if 18 <= p.age < 60]
    rng.shuffle(workers)
    for year, first, count in _COURSES:
        for number in range(first, first + count):
            people = sorted((workers.pop() for _ in range(_PER_COURSE)), key=lambda p: p.no)
            kind, basis = rng.choice(_KINDS)
            start = date(year, 3, 2) + timedelta(days=rng.randrange(230 if year == 2019 else 90))
            _course(world, rng, f"P{year}-{number:03d}", kind, basis, start, people)
    students = [p for h in homes for p in h.live if p.enrolment.startswith(YULU)]
    for number, level in enumerate(YULU, 901):
        people = [p for p in students if p.enrolment.startswith(level)]
        _course(world, rng, f"P2020-{number}", "雨露计划", "转移", date(2020, 3, 30), people, days=75)


def _course(
    world, rng: random.Random, number: str, kind: str, basis: str, start: date, people: list, days: int = 5
) -> None:
    for person in people:
        row = {"course_no": number, "member_no": person.no, "training_kind": kind, "demand_basis": basis}
        row |= {"started_on": start.isoformat(), "ended_on": (start + timedelta(days=days)).isoformat()}
        row["certified"] = "是" if rng.random() < 0.9 else "否"
        row["employed"] = ("是" if person.months else "否") if kind == "转移就业" else ""
        world.rows["trainings"].append(row)


def fill_clues(world: World, homes: list[Household]) -> None:
    """Suspicions from matching data are verified, never believed; relatives of cadres were all checked again."""
    rng = world.rng("clues")
    for home in homes:
        if home.cadre:
            found = date(2019, 5, 6) + timedelta(days=rng.randrange(30))
            _clue(world, rng, home, "村干部亲属", "纪委监委", found, "不影响")
    others = [home for home in homes if home.exited and not home.cadre and not home.no_labour]
    for home in sorted(rng.sample(others, _CLUE_COUNT), key=lambda home: home.no):
        kind, unit = rng.choice(_CLUES)
        found = date(2019, 8, 1) + timedelta(days=rng.randrange(330))
        outcome = rng.choice(("不属实", "不属实", "不影响", "属实已整改" if kind == "户籍不符" else "不影响"))
        _clue(world, rng, home, kind, unit, found, outcome)


def _clue(world, rng: random.Random, home: Household, kind: str, unit: str, found: date, outcome: str) -> None:
    verified = found + timedelta(days=rng.randint(3, 13))
    row = {"clue_id": f"Y{len(world.rows['clues']) + 1:06d}", "household_no": home.no, "clue_kind": kind}
    row |= {"source_unit": UNIT[unit], "found_on": found.isoformat()}
    row["verify_by"] = (found + timedelta(days=15)).isoformat()
    if verified <= AS_OF:
        row |= {"verified_on": verified.isoformat(), "outcome": outcome}
    world.rows["clues"].append(row)
