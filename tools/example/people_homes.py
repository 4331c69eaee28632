"""Every household of the county with its members, village by village; nothing here becomes a row yet."""

from __future__ import annotations

import random

from example import people_traits as traits
from example.names import surname
from example.people_families import family
from example.people_model import NOW, Household, Person
from example.plan import Quota, VillagePlan, villages
from example.world import World

_LARGEST = 8
_NO_LABOUR = {1: 0.8, 2: 0.62, 3: 0.3, 4: 0.06}
_ATTR = {"扶贫户": "一般贫困户", "扶贫低保户": "低保贫困户", "纯低保户": "低保户"}
# A second ethnicity of some townships, and its share.
_MINORITY = {"yunshan": ("彝", 0.35), "songfeng": ("畲", 0.12), "qingxi": ("土家", 0.1), "shaoxing": ("苗", 0.15)}
_RARE = ("回", "藏", "维吾尔", "壮", "侗", "满", "瑶", "布依", "白", "蒙古")


def make_households(world: World) -> list[Household]:
    """All households, ordered by number."""
    rng = world.rng("households")
    homes: list[Household] = []
    for village in villages():
        drafts = [(q, size) for q in village.quotas for size in _sizes(rng, q)]
        rng.shuffle(drafts)
        groups = group_count(village)
        for quota, size in drafts:
            homes.append(_home(rng, village, quota, size, f"H{len(homes) + 1:07d}", rng.randint(1, groups)))
    number = 0
    for home in homes:
        for person in home.members:
            number += 1
            person.no = f"M{number:08d}"
    _vocational(world, homes)
    return homes


def group_count(village: VillagePlan) -> int:
    """Villagers' groups: five in the village of plan 7, else by size."""
    if village.role == "profile":
        return 5
    return max(7 if village.role == "exit" else 4, min(18, 4 + village.households // 10))


def _sizes(rng: random.Random, quota: Quota) -> list[int]:
    """Household sizes that add up to the quota's persons."""
    largest = 2 if quota.household_class == "五保户" else _LARGEST
    mean = quota.persons / quota.households
    sizes = [min(largest, max(1, round(rng.gauss(mean, 1.15)))) for _ in range(quota.households)]
    lack = quota.persons - sum(sizes)
    while lack:
        index, step = rng.randrange(len(sizes)), 1 if lack > 0 else -1
        if 1 <= sizes[index] + step <= largest:
            sizes[index] += step
            lack -= step
    return sizes


def _home(rng, village: VillagePlan, quota: Quota, size: int, no: str, group: int) -> Household:
    pure = quota.household_class == "纯低保户"
    no_labour = quota.household_class == "五保户" or (
        pure and (rng.random() < _NO_LABOUR.get(size, 0) or not quota.exited)
    )
    home = Household(no, village, group, quota.household_class, quota.exited, size, no_labour)
    home.members = family(rng, quota.household_class, size, no_labour)
    if not quota.exited and size == 1:
        home.members[0].born = NOW - 12 * rng.randint(40, 57)
    home.attr = _ATTR.get(quota.household_class) or rng.choices(("五保贫困户", "五保户"), (6, 4))[0]
    _ethnicity(rng, home)
    for person in home.members:
        traits.school(rng, person)
        traits.health(rng, person)
        traits.labour(rng, person)
    traits.settle_labour(rng, home)
    home.no_labour = not home.able
    traits.work(rng, home)
    _relief(rng, home)
    _newcomers(rng, home)
    _departed(rng, home)
    return home


def _ethnicity(rng: random.Random, home: Household) -> None:
    label, share = _MINORITY.get(home.village.slug, ("汉", 0))
    if home.village.role == "profile":
        label, share = "苗", 0.88
    own = label if rng.random() < share else "汉"
    if rng.random() < 0.006:
        own = rng.choice(_RARE)
    clan = surname(rng)
    for person in home.members:
        married_in = person.relation in ("配偶", "之儿媳", "之母")
        person.ethnicity = own if not married_in or rng.random() < 0.8 else "汉"
        person.family = surname(rng) if married_in else clan


def _relief(rng: random.Random, home: Household) -> None:
    """低保 and 特困 as the class says."""
    if home.household_class == "五保户":
        for person in home.members:
            person.tekun = True
    elif home.household_class != "扶贫户":
        all_of_them = home.no_labour or (home.household_class == "纯低保户" and rng.random() < 0.5)
        count = len(home.members) if all_of_them else rng.randint(1, max(1, len(home.members) - 1))
        if not home.exited:
            count = 1
        needy = sorted(home.members, key=lambda p: (p.able, p.health == "健康", p.no, -p.age))
        for person in needy[:count]:
            person.dibao = True


def _newcomers(rng: random.Random, home: Household) -> None:
    """Babies of the last year, and some daughters-in-law, have come after the household was registered."""
    for person in home.members[1:]:
        if NOW - person.born <= 12 and person.relation in ("之子", "之女", "之孙子", "之孙女"):
            person.life, person.change, person.changed = "转入", "新生儿", person.born
        elif person.relation == "之儿媳" and person.age < 32 and rng.random() < 0.3:
            person.life, person.change, person.changed = "转入", "嫁入", NOW - rng.randint(8, 30)


def _departed(rng: random.Random, home: Household) -> None:
    """Some households had one more member, who died, married, enlisted or moved away."""
    draw = rng.random()
    head = home.members[0]
    parent = max(p.born for p in home.members if p.relation in ("户主", "配偶"))
    if home.household_class == "五保户" or draw > 0.05:
        return
    relations = {p.relation for p in home.members}
    if head.relation == "户主" and "之母" not in relations and 28 <= head.age <= 62:
        if draw < 0.025:
            gone = Person("之母", "女", head.born - 12 * rng.randint(21, 28))
            home.members.append(_leave(rng, gone, head, "死亡", "死亡", 30))
        elif draw < 0.04 and NOW - parent >= 12 * 44:
            gone = Person("之女", "女", parent + 12 * rng.randint(20, 23))
            home.members.append(_leave(rng, gone, head, "转出", "嫁出", 24))
        elif draw < 0.046 and 12 * 39 <= NOW - parent <= 12 * 45:
            gone = Person("之子", "男", parent + 12 * 20)
            home.members.append(_leave(rng, gone, head, "减少", "入伍", 9))
        elif NOW - parent >= 12 * 46:
            gone = Person("之子", "男", parent + 12 * rng.randint(20, 24))
            home.members.append(_leave(rng, gone, head, "转出", "其他转出", 20))


def _leave(rng: random.Random, person: Person, head: Person, life: str, change: str, ago: int) -> Person:
    person.life, person.change, person.changed = life, change, NOW - rng.randint(1, ago)
    person.family, person.ethnicity = head.family, head.ethnicity
    person.education = "小学" if person.age >= 60 else "初中" if life != "减少" else "高中"
    if 16 <= person.age < 60:
        person.labour = "普通劳动力"
    return person


def _vocational(world: World, homes: list[Household]) -> None:
    """Exactly 194 members are at secondary vocational schools and higher vocational colleges (雨露计划, plan 5)."""
    rng = world.rng("vocational")
    senior = [p for h in homes for p in h.members if p.enrolment.startswith("普通高中") and p.age >= 16]
    college = [p for h in homes for p in h.members if p.enrolment[:2] == "本科" and p.enrolment[2:] in _THREE]
    for person in rng.sample(senior, 132):
        person.enrolment = "中职" + person.enrolment[4:]
    for person in rng.sample(college, 62):
        person.enrolment = "高职高专" + person.enrolment[2:]


_THREE = ("一年级", "二年级", "三年级")
