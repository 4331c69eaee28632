"""Who lives together: relations, sexes and ages that fit one another."""

from __future__ import annotations

import random

from example.people_model import NOW, Person

Draft = list[tuple[str, str, int]]  # relation, sex, age in years
_GENERATION = 20  # parents are at least so many years older


def family(rng: random.Random, household_class: str, size: int, no_labour: bool) -> list[Person]:
    """``size`` persons, the head first."""
    if household_class == "五保户":
        draft = _supported(rng, size)
    elif no_labour:
        draft = _without_labour(rng, size)
    else:
        draft = _working(rng, size)
    people = [Person(relation, sex, NOW - age * 12 - rng.randrange(12)) for relation, sex, age in draft]
    for person in people:
        person.born = min(person.born, NOW - 1)
    return people


def _supported(rng: random.Random, size: int) -> Draft:
    """五保户: one old person, or two old brothers."""
    sex = "男" if size == 2 or rng.random() < 0.82 else "女"
    age = rng.randint(66, 86)
    draft = [("户主", sex, age)]
    if size == 2:
        draft.append(("之兄弟姐妹", "男", max(66, age - rng.randint(1, 6))))
    return draft


def _without_labour(rng: random.Random, size: int) -> Draft:
    """The old, the ill and children."""
    if size == 1:
        return [("户主", rng.choice("男男女"), rng.choice((rng.randint(66, 84), rng.randint(38, 58))))]
    age = rng.randint(66, 78)
    draft = [("户主", "男", age)]
    couple = rng.random() < 0.6 or size > 3
    if couple:
        draft.append(("配偶", "女", max(60, age - rng.randint(0, 6))))
    if len(draft) < size and rng.random() < 0.5:
        draft.append(_child(rng, rng.randint(34, 44), adult=True))
    while len(draft) < size:
        draft.append((*rng.choice((("之孙子", "男"), ("之孙女", "女"))), rng.randint(4, 14)))
    return draft


def _working(rng: random.Random, size: int) -> Draft:
    if size == 1:
        return [("户主", rng.choice("男男男女"), rng.randint(28, 57))]
    if size == 2:
        return _two(rng)
    if size >= 4 and rng.random() < 0.22:
        return _three_generations(rng, size)
    return _couple_family(rng, size)


def _two(rng: random.Random) -> Draft:
    kind = rng.random()
    if kind < 0.35:
        age = rng.randint(46, 58)
        return [("户主", "男", age), ("配偶", "女", age - rng.randint(0, 5))]
    if kind < 0.6:
        age, sex = rng.randint(32, 48), rng.choice("男女")
        return [("户主", sex, age), _child(rng, rng.randint(4, min(17, age - _GENERATION)))]
    age = rng.randint(30, 54)
    parent = rng.choice((("之父", "男"), ("之母", "女"), ("之母", "女")))
    return [("户主", rng.choice("男男男女"), age), (*parent, age + rng.randint(_GENERATION + 2, 30))]


def _couple_family(rng: random.Random, size: int) -> Draft:
    """A couple or one parent, children, and at times the head's parents."""
    age = rng.randint(31, 57)
    draft = [("户主", "男", age)]
    youngest = age
    if size > 3 or rng.random() < 0.8:
        youngest = age - rng.randint(0, 5)
        draft.append(("配偶", "女", youngest))
    rest = size - len(draft)
    parents = min(2, rest, rng.choice((0, 0, 0, 1, 1, 2)) if rest < 5 else 2)
    if rest - parents > 4:
        parents = 2
    mother = age + rng.randint(_GENERATION + 1, 29)
    for relation in (("之母", "女"), ("之父", "男"))[:parents]:
        draft.append((*relation, min(96, mother + (rng.randint(0, 4) if relation[1] == "男" else 0))))
    oldest = min(youngest - _GENERATION, 26)
    children = rest - parents
    ages = rng.sample(range(oldest + 1), min(children, oldest + 1))
    draft.extend(_child(rng, child) for child in sorted(ages, reverse=True))
    while len(draft) < size:
        draft.append(("之兄弟姐妹", "男", max(18, age - rng.randint(2, 9))))
    return draft


def _three_generations(rng: random.Random, size: int) -> Draft:
    """An old head, a married son and grandchildren."""
    age = rng.randint(58, 68)
    draft = [("户主", "男", age), ("配偶", "女", age - rng.randint(0, 4))]
    son = draft[1][2] - rng.randint(_GENERATION + 1, 26)
    draft.append(("之子", "男", son))
    wife = son
    if size > 4:
        wife = max(22, son - rng.randint(0, 4))
        draft.append(("之儿媳", "女", wife))
    room = max(1, min(wife, son) - _GENERATION)
    for child in sorted(rng.sample(range(room), min(size - len(draft), room)), reverse=True):
        draft.append((*rng.choice((("之孙子", "男"), ("之孙女", "女"))), child))
    while len(draft) < size:
        draft.append(("之女", "女", rng.randint(19, 26)))
    return draft


def _child(rng: random.Random, age: int, adult: bool = False) -> tuple[str, str, int]:
    son = rng.random() < (0.8 if adult else 0.53)
    return ("之子", "男", age) if son else ("之女", "女", age)
