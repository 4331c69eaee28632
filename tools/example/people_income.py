"""Income accounts of 2019 (all) and 2018 (two townships), in fen, so that every sum and quotient is exact."""

from __future__ import annotations

import random

from example.people_model import Household
from example.world import World

DIBAO_MONTH = 305_00
TEKUN_MONTH = 610_00
PENSION_YEAR = 1260_00
ABOVE_LINE = 6080_00  # what a stable exited household has a head at least: over the monitoring line of 2020
_INDUSTRIES = "粮油 粮油 蔬菜 茶叶 油茶 毛竹 果树 中药材 烤烟 食用菌 养猪 养猪 养羊 养牛 养禽 水产 养蜂"
INDUSTRIES = tuple(_INDUSTRIES.split())
TWO_YEARS = ("guzhen", "yunshan")


def make_incomes(world: World, homes: list[Household]) -> None:
    """Fill ``income`` and ``industries`` of each household; wages are lowered where the household is still poor."""
    rng = world.rng("incomes")
    for home in homes:
        _industries(rng, home)
        target = _target(rng, home) * home.size
        low = not home.exited or home.monitored == "在册"
        account = _transfers(home)
        if low:
            _lower_wages(home, max(0, target - sum(account.values()) - 400_00))
        account["wage_income"] = sum(p.months * p.wage * 100 for p in home.live)
        rest = max(0, target - sum(account.values()))
        _rest(rng, home, account, rest)
        home.income = account
        home.per_capita = _close(account, home.size)


def _industries(rng: random.Random, home: Household) -> None:
    """One or two a household; who cannot work has a share in a solar plant."""
    if home.no_labour:
        home.industries = ["光伏"]
    else:
        home.industries = sorted({rng.choice(INDUSTRIES) for _ in range(rng.choice((1, 2, 2)))})


def _target(rng: random.Random, home: Household) -> int:
    """Net income a head, in whole yuan, as fen."""
    if not home.exited:
        return rng.randint(2600, 3850) * 100 if home.size > 1 else 370_000
    if home.monitored == "在册":
        return rng.randint(5050, 5900) * 100
    return ABOVE_LINE + int(min(rng.expovariate(1 / 2900), 16000)) * 100


def _transfers(home: Household) -> dict[str, int]:
    """Relief and pensions, which follow from the members."""
    return {
        "dibao_income": 12 * DIBAO_MONTH * sum(p.dibao for p in home.live),
        "tekun_income": 12 * TEKUN_MONTH * sum(p.tekun for p in home.live),
        "pension_income": PENSION_YEAR * sum(p.age >= 61 for p in home.live),
    }


def _lower_wages(home: Household, room: int) -> None:
    """Keep the wages of a poor household within ``room``; who then earns nothing did not work."""
    for person in home.live:
        if not person.months:
            continue
        person.wage = min(person.wage, max(400, room // 100 // person.months // 50 * 50))
        if person.months * person.wage * 100 > room:
            person.months = min(person.months, room // 100 // person.wage)
        room -= person.months * person.wage * 100
        if not person.months:
            person.wage, person.region, person.channel, person.public_job = 0, "", "", ""
            person.employee = False


def _rest(rng: random.Random, home: Household, account: dict[str, int], rest: int) -> None:
    """What is lacking to the target comes from the farm, from land and shares, from children and compensation."""
    account |= dict.fromkeys(("land_rent", "asset_dividend", "support_income", "other_transfer"), 0)
    account |= {"business_income": 0, "business_expense": 0}
    if home.no_labour:
        account["asset_dividend"] = rng.randint(200_00, 600_00)
        lack = max(0, rest - account["asset_dividend"]) // 100
        account["land_rent"] = rng.randint(0, lack // 4 + 100) // 10 * 1000
        account["support_income"] = lack * rng.randint(40, 60) // 100 // 10 * 1000
        account["other_transfer"] = max(0, lack * 100 - account["land_rent"] - account["support_income"]) + 100_00
        return
    account["other_transfer"] = min(rest // 4, rng.randint(60, 700) * 100) // 100 * 100
    if rng.random() < 0.35:
        account["asset_dividend"] = min(rest // 5, rng.randint(100_00, 900_00))
    if rng.random() < 0.2:
        account["land_rent"] = min(rest // 5, rng.randint(10, 120) * 1000)
    net = max(240_00, rest - account["other_transfer"] - account["asset_dividend"] - account["land_rent"])
    gross = net * 100 // rng.randint(55, 68) // 100 * 100
    account["business_income"], account["business_expense"] = gross, (gross - net) // 100 * 100


def _close(account: dict[str, int], size: int) -> int:
    """Fill in the sums; the result is net income a head, rounded half up."""
    account["property_income"] = account["land_rent"] + account["asset_dividend"]
    parts = ("dibao_income", "tekun_income", "pension_income", "support_income", "other_transfer")
    account["transfer_income"] = sum(account[name] for name in parts)
    four = ("wage_income", "business_income", "property_income", "transfer_income")
    account["total_income"] = sum(account[name] for name in four)
    account["net_income"] = account["total_income"] - account["business_expense"]
    return (2 * account["net_income"] + size) // (2 * size)


def fill_incomes(world: World, homes: list[Household]) -> None:
    rng = world.rng("incomes of 2018")
    rows = world.rows["incomes"]
    for home in homes:
        rows.append(_row(home, 2019, home.income, home.per_capita))
        if home.village.slug in TWO_YEARS:
            factor = rng.randint(86, 92)
            before = {name: fen * factor // 100 // 100 * 100 for name, fen in home.income.items()}
            rows.append(_row(home, 2018, before, _close(before, home.size)))


def _row(home: Household, year: int, account: dict[str, int], per_capita: int) -> dict[str, str]:
    measure = "人均可支配收入" if home.village.slug == "yunshan" else "人均纯收入"
    row = {"household_no": home.no, "record_year": str(year), "income_measure": measure}
    row |= {"period_start": f"{year - 1}-10-01", "period_end": f"{year}-09-30"}
    row |= {name: yuan(fen) for name, fen in account.items()}
    return row | {"population": str(home.size), "per_capita": yuan(per_capita)}


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
