"""Schooling, health, labour and work of a member, in this order: each step may look at the ones before it."""

from __future__ import annotations

import random

from example.people_model import Household, Person

_GRADES = ("小学",) * 6 + ("七年级", "八年级", "九年级")
_SENIOR = ("一年级", "二年级", "三年级")
_UNIVERSITY = ("一年级", "二年级", "三年级", "四年级")
_WAGES = {
    "乡(镇)内务工": (1300, 2400),
    "乡(镇)外县内务工": (1700, 3000),
    "县外省内务工": (2400, 3900),
    "省外务工": (2800, 5200),
}
_PUBLIC_JOBS = ("护林员", "保洁员", "保洁员", "护路员", "护水员", "养老护理员")
_EDUCATION = (
    (60, ("文盲或半文盲", "小学", "初中", "高中"), (30, 52, 16, 2)),
    (40, ("文盲或半文盲", "小学", "初中", "高中", "大专"), (5, 43, 43, 8, 1)),
    (23, ("小学", "初中", "高中", "大专", "本科及以上"), (10, 60, 18, 8, 4)),
    (0, ("初中", "高中"), (60, 40)),
)


def school(rng: random.Random, person: Person) -> None:
    """The grade of who is at school, by age; a member born in the months before the cut starts early."""
    age = person.school_age
    if age < 3:
        person.enrolment = "学龄前儿童"
    elif person.age < 6:
        person.enrolment = "学前教育"
    elif age < 15 or person.age < 16:
        person.enrolment = _GRADES[age - 6] if 6 <= age < 15 else ("小学" if age < 6 else "普通高中一年级")
    elif age < 18 and rng.random() < 0.86:
        person.enrolment = "普通高中" + _SENIOR[age - 15]
    elif 18 <= age < 22 and rng.random() < 0.24:
        person.enrolment = ("本科" if rng.random() < 0.94 else "技师学院") + _UNIVERSITY[age - 18]
    elif 22 <= age < 25 and rng.random() < 0.01:
        person.enrolment = "硕士研究生及以上"
    if not person.enrolment:
        _, labels, weights = next(line for line in _EDUCATION if person.age >= line[0])
        person.education = rng.choices(labels, weights)[0]


def health(rng: random.Random, person: Person) -> None:
    draw = rng.random()
    shares = (0.008, 0.004, 0.012) if person.age < 16 or person.enrolment else (0.10, 0.02, 0.07)
    if person.age >= 60:
        shares = (0.40, 0.05, 0.10)
    for label, share in zip(("长期慢性病", "患有大病", "残疾"), shares, strict=True):
        if draw < share:
            return set_health(rng, person, label)
        draw -= share
    return None


def set_health(rng: random.Random, person: Person, label: str) -> None:
    person.health, person.disability, person.grade = label, "", ""
    if label == "残疾":
        kinds = ("肢体", "肢体", "肢体", "视力", "听力", "言语", "智力", "精神", "多重")
        person.disability = rng.choice(kinds)
        person.grade = rng.choices(("一级", "二级", "三级", "四级"), (10, 25, 35, 30))[0]


def labour(rng: random.Random, person: Person) -> None:
    """What a member can do: nobody under 16 or at school; the healthy between 16 and 59 always can work."""
    age = person.age
    if age < 16 or person.enrolment:
        person.labour = "无劳动力"
    elif person.health == "残疾" and person.grade in ("一级", "二级"):
        person.labour = rng.choices(("丧失劳动力", "弱劳动力或半劳动力"), (75, 25))[0]
    elif person.health in ("患有大病", "残疾"):
        person.labour = rng.choices(("丧失劳动力", "弱劳动力或半劳动力"), (30, 70))[0]
    elif age >= 60:
        person.labour = _old(rng, age)
    elif person.health == "长期慢性病":
        person.labour = rng.choices(("普通劳动力", "弱劳动力或半劳动力"), (55, 45))[0]
    else:
        person.labour = "技能劳动力" if rng.random() < 0.13 else "普通劳动力"


def _old(rng: random.Random, age: int) -> str:
    if age < 65:
        return rng.choices(("普通劳动力", "弱劳动力或半劳动力"), (35, 65))[0]
    if age < 75:
        return rng.choices(("弱劳动力或半劳动力", "无劳动力"), (45, 55) if age < 70 else (15, 85))[0]
    return "无劳动力"


def settle_labour(rng: random.Random, household: Household) -> None:
    """Make the household what its plan says: without labour, or with somebody who can work."""
    if household.household_class == "五保户":
        for person in household.members:
            person.labour = "丧失劳动力" if person.health in ("残疾", "患有大病") else "无劳动力"
        return
    if not household.no_labour:
        if not household.able:
            worker = next(p for p in household.members if 16 <= p.age < 60 and not p.enrolment)
            set_health(rng, worker, "健康")
            labour(rng, worker)
        return
    for person in household.members:
        if person.able and person.age < 60:
            set_health(rng, person, rng.choice(("残疾", "残疾", "患有大病")))
            person.labour = rng.choice(("丧失劳动力", "弱劳动力或半劳动力"))
        elif person.able:
            person.labour = "弱劳动力或半劳动力"


def work(rng: random.Random, household: Household) -> None:
    """Who worked where last year. Households that are still poor work little, near home."""
    for person in household.members:
        if person.able and 17 <= person.age < 65:
            share = 0.72 if household.exited else 0.4
            if rng.random() < share:
                _job(rng, person, household.exited)
        if not person.months and _fit_for_public_job(person, household) and rng.random() < 0.11:
            person.public_job, person.region = rng.choice(_PUBLIC_JOBS), "乡(镇)内务工"
            person.months, person.wage, person.channel = 12, rng.choice((300, 400, 500, 600)), "公益性岗位"


def _fit_for_public_job(person: Person, household: Household) -> bool:
    fit = person.able or person.labour == "弱劳动力或半劳动力"
    return fit and 18 <= person.age <= 66 and household.exited and not household.no_labour


def _job(rng: random.Random, person: Person, exited: bool) -> None:
    if not exited:
        person.region, person.months, person.wage = "乡(镇)内务工", rng.randint(2, 3), rng.choice((500, 600, 700))
        person.channel = "其他"
        return
    weights = (3, 2, 2, 1) if person.age > 50 else (2, 2, 3, 4)
    person.region = rng.choices(tuple(_WAGES), weights)[0]
    low, high = _WAGES[person.region]
    person.months = rng.randint(4, 11)
    person.wage = rng.randrange(low, high, 50) + (400 if person.labour == "技能劳动力" else 0)
    if person.region.startswith("乡(镇)"):
        person.channel = rng.choice(("帮扶车间", "本地企业", "本地企业", "自主创业", "其他"))
        person.employee = person.channel == "本地企业" and person.months > 9 and rng.random() < 0.3
    else:
        person.channel = "外出务工"
