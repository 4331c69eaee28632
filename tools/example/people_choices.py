"""Which households have which story: causes, relocation, relatives of cadres, monitoring."""

from __future__ import annotations

import random

from example.people_model import Household
from example.plan import villages
from example.world import World

RELOCATED = (297, 928)  # plan 5: households and persons, in 53 villages and 112 groups
_RELOCATION_VILLAGES, _RELOCATION_GROUPS = 53, 112
ACTIVE, REMOVED = 56, 22
CHANGLE = "990101103"


def choose_causes(world: World, homes: list[Household]) -> None:
    """Up to three causes; each that names illness, disability, schooling or labour has the members to it."""
    rng = world.rng("causes")
    for home in homes:
        options = dict(_free(home))
        options.update(_backed(home))
        first = _draw(rng, options)
        home.causes = [first]
        for share in (0.45, 0.1):
            options.pop(home.causes[-1], None)
            if options and rng.random() < share:
                home.causes.append(_draw(rng, options))
            else:
                break


def _free(home: Household) -> tuple[tuple[str, int], ...]:
    if home.no_labour:
        return (("其他", 2), ("缺资金", 1))
    return (("缺技术", 30), ("缺资金", 16), ("因灾", 2), ("缺土地", 3), ("交通条件落后", 3), ("自身发展动力不足", 3))


def _backed(home: Household) -> list[tuple[str, int]]:
    live, options = home.live, []
    if any(p.health in ("长期慢性病", "患有大病") for p in live):
        options.append(("因病", 45))
    if any(p.health == "残疾" for p in live):
        options.append(("因残", 40))
    if any(p.enrolment and p.enrolment not in ("学龄前儿童", "学前教育") for p in live):
        options.append(("因学", 14))
    able = sum(p.able for p in live)
    if able * 4 <= len(live) or (len(live) >= 4 and able * 2 < len(live)):
        options.append(("缺劳力", 40))
    return options


def _draw(rng: random.Random, options: dict[str, int]) -> str:
    return rng.choices(tuple(options), tuple(options.values()))[0]


def choose_relocated(world: World, homes: list[Household]) -> None:
    """Households to be moved: exact counts of households, persons, villages and groups."""
    rng = world.rng("relocation")
    by_group: dict[tuple[str, int], list[Household]] = {}
    for home in homes:
        if home.exited and home.household_class != "五保户" and not home.village.community:
            by_group.setdefault((home.village.code, home.group), []).append(home)
    groups = _groups(rng, world, by_group)
    chosen = [rng.choice(by_group[group]) for group in groups]
    taken, inside = {home.no for home in chosen}, set(groups)
    pool = [home for key in sorted(inside) for home in by_group[key] if home.no not in taken]
    rng.shuffle(pool)
    wanted, persons = RELOCATED
    fixed = len(chosen)
    chosen += pool[: wanted - fixed]
    spare = pool[wanted - fixed :]
    lack = persons - sum(home.size for home in chosen)
    while lack:
        i, j = rng.randrange(fixed, wanted), rng.randrange(len(spare))
        gain = spare[j].size - chosen[i].size
        if abs(lack - gain) < abs(lack):
            chosen[i], spare[j] = spare[j], chosen[i]
            lack -= gain
    for home in chosen:
        home.relocated = True


def _groups(rng: random.Random, world: World, by_group: dict) -> list[tuple[str, int]]:
    """112 groups in 53 villages, every township among them."""
    numbers: dict[str, list[int]] = {}
    for code, group in sorted(by_group):
        small = code[:9] == CHANGLE  # few households: any group will do
        if small or len(by_group[code, group]) >= 4:
            numbers.setdefault(code, []).append(group)
    able = [v for v in villages() if len(numbers.get(v.code, ())) >= 3]
    towns = sorted({v.slug for v in able})
    picked = [rng.choice([v for v in able if v.slug == town]) for town in towns]
    rest = [v for v in able if v not in picked]
    picked += rng.sample(rest, _RELOCATION_VILLAGES - len(picked))
    three = _RELOCATION_GROUPS - 2 * len(picked)
    return [
        (village.code, group)
        for i, village in enumerate(picked)
        for group in sorted(rng.sample(numbers[village.code], 3 if i < three else 2))
    ]


def choose_cadres(world: World, homes: list[Household]) -> None:
    """Relatives of village cadres: their township checked each of them again."""
    rng = world.rng("cadres")
    for home in rng.sample([h for h in homes if h.exited and h.household_class == "扶贫户"], 36):
        home.cadre = True


def choose_monitored(world: World, homes: list[Household]) -> None:
    """Exited households at risk, gathered in some villages: still monitored, or monitored until the risk was gone."""
    rng = world.rng("monitored")
    fit = [h for h in homes if h.exited and h.household_class in ("扶贫户", "扶贫低保户") and 2 <= h.size <= 6]
    codes = sorted({h.village.code for h in fit if h.village.households >= 30})
    picked = rng.sample(codes, 34)
    for count, state, places in ((ACTIVE, "在册", picked[:24]), (REMOVED, "已消除", picked[24:])):
        pool = [h for h in fit if h.village.code in places and not h.monitored and not h.relocated]
        for home in rng.sample(pool, count):
            home.monitored = state
