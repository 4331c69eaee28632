"""The shared table of both halves of the generator: townships, villages, and how many households and persons of which
class live in each, so that the totals of plans 5, 7, 9, 13, 16 and 20 are true all at once.

``villages()`` is a pure function. Households are generated in its order, so are household numbers.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache

from example.apportion import matrix, share
from example.places import (
    COLLEGE_VILLAGES,
    COMMUNITIES,
    EXIT_VILLAGE,
    FIRST,
    KEY_VILLAGES,
    NAMED,
    PROFILE_VILLAGE,
    SECOND,
    TOWNSHIPS,
)
from example.world import SEED

CLASSES = ("扶贫户", "扶贫低保户", "纯低保户", "五保户")
CLASS_HOUSEHOLDS = (2909, 1129, 3890, 768)
CLASS_PERSONS = (8691, 3196, 11442, 794)
POOR_TOTAL = 96  # households not yet exited outside 古镇 (there 25/70) and 云山镇 (there none)


@dataclass(frozen=True, slots=True)
class Quota:
    """So many households with so many live members together."""

    household_class: str
    exited: bool
    households: int
    persons: int


@dataclass(frozen=True, slots=True)
class VillagePlan:
    """One village. ``role``: college (plan 9), profile (plan 7), exit (plan 13), key (plan 16, 重点贫困村) or empty."""

    code: str
    name: str
    slug: str
    township_code: str
    community: bool
    role: str
    terrain: str
    quotas: tuple[Quota, ...]

    @property
    def households(self) -> int:
        return sum(quota.households for quota in self.quotas)

    @property
    def persons(self) -> int:
        return sum(quota.persons for quota in self.quotas)

    @property
    def unit_code(self) -> str:
        """The village's committee in units.csv."""
        return committee_code(self.code)


def township_unit(township_code: str) -> str:
    """The unit code of a township's government: U8 and two digits (U800 is the first of the table)."""
    order = [line[2] for line in TOWNSHIPS]
    return f"U8{order.index(township_code):02d}"


def committee_code(village_code: str) -> str:
    """The unit code of a village's committee."""
    order = [line[2] for line in TOWNSHIPS]
    index = order.index(village_code[:9] + "000")
    return f"U9{index:02d}{village_code[9:]}"


@cache
def villages() -> tuple[VillagePlan, ...]:
    """All 228, ordered by code."""
    named = _named()
    households = _households(named)
    classes = matrix(households, CLASS_HOUSEHOLDS, _class_weights(named, households))
    persons = _persons(named, classes)
    poor = _poor_households(named, classes)
    plans = []
    for line, counts, people, open_ones in zip(named, classes, persons, poor, strict=True):
        quotas = _quotas(counts, people, open_ones)
        plans.append(VillagePlan(*line, quotas))
    return tuple(plans)


def by_township() -> dict[str, tuple[VillagePlan, ...]]:
    """Township slug to its villages."""
    return {line[0]: tuple(v for v in villages() if v.slug == line[0]) for line in TOWNSHIPS}


def _rng(what: str) -> random.Random:
    return random.Random(f"{SEED}:plan:{what}")


def _named() -> list[tuple[str, str, str, str, bool, str, str]]:
    """Code, name, slug, township, community, role, terrain of each village."""
    pool = [a + b for a in FIRST for b in SECOND]
    _rng("names").shuffle(pool)
    lines = []
    for slug, _, township, count, terrain, _, _ in TOWNSHIPS:
        communities = COMMUNITIES.get(slug, ())
        special = _special_names(slug)
        plain = count - len(communities) - len(special)
        invented = [pool.pop() + "村" for _ in range(plain)]
        for number, name in enumerate(communities, 1):
            lines.append((f"{township[:9]}{number:03d}", name, slug, township, True, "", terrain))
        for number, name in enumerate((*special, *invented), 200):
            code = f"{township[:9]}{number:03d}"
            lines.append((code, name, slug, township, False, _role(slug, name), terrain))
    return sorted(lines)


def _special_names(slug: str) -> tuple[str, ...]:
    special = NAMED.get(slug, ())
    if slug in COLLEGE_VILLAGES:
        special = (COLLEGE_VILLAGES[slug][0], *special)
    for role_slug, name in (PROFILE_VILLAGE[:2], EXIT_VILLAGE):
        if slug == role_slug:
            special = (name, *special)
    return special


def _role(slug: str, name: str) -> str:
    if slug in COLLEGE_VILLAGES and COLLEGE_VILLAGES[slug][0] == name:
        return "college"
    if (slug, name) == PROFILE_VILLAGE[:2]:
        return "profile"
    if (slug, name) == EXIT_VILLAGE:
        return "exit"
    return "key" if slug == "guzhen" and name in KEY_VILLAGES else ""


def _households(named: list) -> list[int]:
    """Registered households of each village: fixed where a plan fixes them."""
    rng = _rng("households")
    fixed = {}
    for line in named:
        if line[5] == "college":
            fixed[line[0]] = COLLEGE_VILLAGES[line[2]][1]
        elif line[5] == "profile":
            fixed[line[0]] = PROFILE_VILLAGE[2]
    result = dict(fixed)
    for slug, _, _, _, _, total, _ in TOWNSHIPS:
        free = [line for line in named if line[2] == slug and line[0] not in fixed]
        rest = total - sum(fixed[line[0]] for line in named if line[2] == slug and line[0] in fixed)
        weights = [rng.randint(20, 45) if line[4] else rng.randint(60, 140) for line in free]
        for line, part in zip(free, share(rest, weights), strict=True):
            result[line[0]] = part
    return [result[line[0]] for line in named]


def _class_weights(named: list, households: list[int]) -> list[list[int]]:
    rng = _rng("classes")
    tilt = {line[0]: [rng.randint(80, 120) for _ in CLASSES] for line in TOWNSHIPS}
    return [
        [count * total * tilt[line[2]][i] * rng.randint(75, 125) for i, total in enumerate(CLASS_HOUSEHOLDS)]
        for line, count in zip(named, households, strict=True)
    ]


def _persons(named: list, classes: list[list[int]]) -> list[list[int]]:
    """Persons of each village and class: one for each household, and the extras by two fitted tables."""
    rng = _rng("persons")
    extra_columns = [p - h for p, h in zip(CLASS_PERSONS, CLASS_HOUSEHOLDS, strict=True)]
    blocks = [line[0] for line in TOWNSHIPS] + ["profile"]
    member = [line[5] if line[5] == "profile" else line[2] for line in named]
    inside = {block: [i for i, name in enumerate(member) if name == block] for block in blocks}
    single = _wubao_extras(classes, extra_columns[3], rng)
    rows = _block_extras(blocks, inside, classes, single, sum(extra_columns))
    weights = [[sum(classes[i][c] for i in inside[block]) * extra_columns[c] for c in range(3)] for block in blocks]
    table = matrix(rows, extra_columns[:3], weights)
    extras = [[0, 0, 0, single[i]] for i in range(len(named))]
    for block, line in zip(blocks, table, strict=True):
        for column, total in enumerate(line):
            parts = share(total, [classes[i][column] * rng.randint(88, 112) + 1 for i in inside[block]])
            for i, part in zip(inside[block], parts, strict=True):
                extras[i][column] = part
    return [[h + e for h, e in zip(*pair, strict=True)] for pair in zip(classes, extras, strict=True)]


def _wubao_extras(classes: list[list[int]], total: int, rng: random.Random) -> list[int]:
    """Some 五保户 have two members: in ``total`` villages with at least three such households, one each."""
    large = [i for i, counts in enumerate(classes) if counts[3] >= 3]
    chosen = set(rng.sample(large, total))
    return [int(i in chosen) for i in range(len(classes))]


def _block_extras(blocks, inside, classes, single, total: int) -> list[int]:
    """Persons beyond one a household, without 五保户, for each township and for the village of plan 7."""
    fixed = {line[0]: line[6] for line in TOWNSHIPS if line[6]} | {"profile": PROFILE_VILLAGE[3]}
    rows = []
    for block in blocks:
        households = sum(sum(classes[i]) for i in inside[block])
        rows.append(fixed[block] - households - sum(single[i] for i in inside[block]) if block in fixed else -1)
    free = [i for i, row in enumerate(rows) if row < 0]
    rest = total - sum(single) - sum(row for row in rows if row >= 0)
    weights = [sum(sum(classes[i][:3]) for i in inside[blocks[index]]) for index in free]
    for index, part in zip(free, share(rest, weights), strict=True):
        rows[index] = part
    return rows


def _poor_households(named: list, classes: list[list[int]]) -> list[list[tuple[int, int]]]:
    """(households, persons) not yet exited, of each village and class."""
    rng = _rng("poor")
    result = [[(0, 0)] * 4 for _ in named]
    guzhen = [i for i, line in enumerate(named) if line[2] == "guzhen"]
    spread = share(25, [sum(classes[i]) for i in guzhen])
    order = [i for i, count in zip(guzhen, spread, strict=True) for _ in range(count)]
    sizes = (2, 3, 4, 3, 1, 3, 4, 2, 3, 3, 1, 4, 3, 2, 3, 4, 1, 3, 2, 4, 3, 3, 2, 4, 3)
    for i, size in zip(order, sizes, strict=True):
        _add(result[i], 2 if size == 1 else (0, 1, 1)[rng.randrange(3)], size)
    others = [i for i, line in enumerate(named) if line[2] not in ("guzhen", "yunshan") and sum(classes[i]) >= 30]
    for i in rng.sample(others, POOR_TOTAL):
        column = rng.choices((0, 1, 2), (5, 4, 1))[0]
        _add(result[i], column, 1 if column == 2 else rng.choice((2, 3, 3, 4)))
    return result


def _add(line: list[tuple[int, int]], column: int, persons: int) -> None:
    line[column] = (line[column][0] + 1, line[column][1] + persons)


def _quotas(counts, people, open_ones) -> tuple[Quota, ...]:
    quotas = []
    for name, households, persons, (poor_h, poor_p) in zip(CLASSES, counts, people, open_ones, strict=True):
        quotas.append(Quota(name, True, households - poor_h, persons - poor_p))
        quotas.append(Quota(name, False, poor_h, poor_p))
    return tuple(quota for quota in quotas if quota.households)
