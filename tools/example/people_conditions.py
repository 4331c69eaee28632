"""Housing, water, land and the yes-or-no questions about them, as recorded for 2019."""

from __future__ import annotations

import random

from example.people_model import Household
from example.world import World

_SECURE = ("food_secure", "clothing_secure", "education_secure", "medical_secure")
_HARD = ("travel_hard", "skill_hard", "doctor_hard", "school_hard", "service_hard")
UNSAFE_HOUSES = 6  # households, all still poor and outside 古镇, whose house is being rebuilt


def mark_unsafe(world: World, homes: list[Household]) -> None:
    rng = world.rng("unsafe houses")
    poor = [home for home in homes if not home.exited and home.village.slug != "guzhen"]
    for home in rng.sample(poor, UNSAFE_HOUSES):
        home.unsafe = True


def fill_conditions(world: World, homes: list[Household]) -> None:
    rng = world.rng("conditions")
    world.rows["conditions"].extend(_row(rng, home) for home in homes)


def _row(rng: random.Random, home: Household) -> dict[str, str]:
    farmland = rng.randint(45, 105) * home.size
    row = {"household_no": home.no, "record_year": "2019"}
    row |= {"farmland_mu": _hundredths(farmland), "irrigated_mu": _hundredths(farmland * rng.randint(40, 90) // 100)}
    row |= {"forest_mu": _hundredths(rng.randint(0, 900) * home.size if home.village.terrain != "平坝" else 0)}
    row |= {"industry_1": home.industries[0], "industry_2": home.industries[1] if len(home.industries) > 1 else ""}
    row |= {"coop_member": _yes(not home.no_labour and rng.random() < 0.55), "power_living": "是"}
    row |= {"power_production": "是", "road_distance_km": _hundredths(rng.randint(5, 240))}
    row |= {"road_to_door": rng.choices(("水泥路", "砂石路", "沥青路"), (78, 14, 8))[0]}
    row |= _house(rng, home) | {"water_hard": "否", "water_safe": "是", "toilet": "是"}
    row |= {"fuel": rng.choices(("清洁能源", "柴草", "煤炭"), (62, 33, 5))[0]}
    row |= dict.fromkeys(_SECURE, "是") | {"housing_secure": _yes(not home.unsafe)}
    row |= dict.fromkeys(_HARD, "否") | {"income_hard": _yes(not home.exited)}
    return row


def _house(rng: random.Random, home: Household) -> dict[str, str]:
    structure = rng.choices(("砖混材料", "砖瓦砖木", "钢筋混凝土"), (58, 30, 12))[0]
    built = rng.randint(1992, 2018)
    safety = "安全"
    if home.relocated:
        structure, built = "砖混材料", 2018
    elif home.unsafe:
        structure, built, safety = "竹草土坯", rng.randint(1968, 1985), rng.choice(("C级危房", "C级危房", "D级危房"))
    area = home.size * 25 if home.relocated else 35 + home.size * rng.randint(12, 26)
    return {
        "house_area_m2": f"{area}.00",
        "house_structure": structure,
        "house_built": str(built),
        "house_safety": safety,
    }


def _hundredths(number: int) -> str:
    return f"{number // 100}.{number % 100:02d}"


def _yes(answer: bool) -> str:
    return "是" if answer else "否"
