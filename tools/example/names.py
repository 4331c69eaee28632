"""Names of household members (they go into the sealed files only) and of officials."""

from __future__ import annotations

import random

from example import name_parts as parts

_WEIGHTS = [1000 // (rank + 9) + 2 for rank in range(len(parts.SURNAMES))]
_YOUNG, _ELDER = 20, 55


def surname(rng: random.Random) -> str:
    """A surname, about as often as it is in the country; one in 250 is compound."""
    if rng.random() < 0.004:
        return rng.choice(parts.COMPOUND)
    return rng.choices(parts.SURNAMES, _WEIGHTS)[0]


def member_name(rng: random.Random, family: str, sex: str, age: int, ethnicity: str) -> str:
    """A full name; a few minorities write theirs without a surname."""
    if ethnicity in _FOREIGN and rng.random() < 0.85:
        return _FOREIGN[ethnicity](rng, sex)
    if rng.random() < 0.05:
        rarest = parts.RAREST if rng.random() < 0.06 else ""
        return family + rarest + rng.choice(parts.RARE)
    pool = _pool(sex, age)
    return family + rng.choice(pool) + rng.choice(pool)


def official_name(rng: random.Random) -> str:
    """The name of somebody in office."""
    return surname(rng) + rng.choice(parts.OFFICIAL_FIRST) + rng.choice(parts.OFFICIAL_SECOND)


def _pool(sex: str, age: int) -> str:
    men = sex == "男"
    if age >= _ELDER:
        return parts.ELDER_MEN if men else parts.ELDER_WOMEN
    if age >= _YOUNG:
        return parts.MIDDLE_MEN if men else parts.MIDDLE_WOMEN
    return parts.YOUNG_MEN if men else parts.YOUNG_WOMEN


def _yi(rng: random.Random, sex: str) -> str:
    return rng.choice(parts.YI_FIRST) + rng.choice(("", "·")) + rng.choice(parts.YI_LAST)


def _tibetan(rng: random.Random, sex: str) -> str:
    return rng.choice(parts.TIBETAN_FIRST) + rng.choice(parts.TIBETAN_LAST)


def _uyghur(rng: random.Random, sex: str) -> str:
    own = parts.UYGHUR_MEN if sex == "男" else parts.UYGHUR_WOMEN
    return f"{rng.choice(own)}·{rng.choice(parts.UYGHUR_MEN)}"


_FOREIGN = {"彝": _yi, "藏": _tibetan, "维吾尔": _uyghur}
