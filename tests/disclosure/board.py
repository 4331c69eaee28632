"""A small ledger on disk with one village, its names sealed, and a key to open them."""

from __future__ import annotations

from pathlib import Path

from gongshi.sealing import keygen, read_identity, seal
from support import tree_of

VILLAGE, TOWN = "990101100200", "990101100000"
NAMES = [f"{family}{given}" for family in "甲乙丙丁戊己庚" for given in ("子丑", "寅卯", "辰巳")]
"""Names that nobody has: one for each household."""


def ledger(root: Path, households: int = 3) -> Path:
    """Make the ledger below ``root``; gives the identity's file, which lies outside it."""
    for path, content in tree_of(_rows(households)).files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    place = root.parent / f"{root.name}-home/identity.txt"
    for role in ("guzhen", "county"):
        keygen(root, f"{role}办", role, place)
    people = "".join(f"M{n:08},{NAMES[n % len(NAMES)]}{'一' * (n // len(NAMES))}\n" for n in range(1, households + 1))
    seal(root, "guzhen", "2020", ("member_no,name\n" + people).encode(), read_identity(place, root))
    return place


def _rows(households: int) -> dict[str, list[dict[str, str]]]:
    homes = [f"H{n:07}" for n in range(1, households + 1)]
    return {
        "county": [{
            "county_code": "990101000000", "name": "示例县", "example": "是", "as_of": "2020-06-30", "office": "示例县扶贫办",
            "office_phone": "0900-1231700", "hotline": "12317",
        }],
        "divisions": [
            {"division_code": "990101000000", "name": "示例县", "level": "县"},
            {"division_code": TOWN, "name": "古镇", "level": "乡镇", "parent_code": "990101000000", "slug": "guzhen"},
            {"division_code": VILLAGE, "name": "张郢村", "level": "村", "parent_code": TOWN},
        ],
        "villages": [{"village_code": VILLAGE, "households": "300", "population": "1000", "village_class": "贫困村"}],
        "units": [{
            "unit_code": "U900", "name": "张郢村委会", "unit_kind": "村委会", "unit_level": "村", "office_phone": "0900-7300200",
        }],
        "calendar": [{"calendar_date": "2020-06-25", "day_kind": "放假", "holiday": "端午节"}],
        "households": [
            {
                "household_no": number, "village_code": VILLAGE, "group_name": f"{1 + n % 3}组", "population": "3",
                "household_class": "扶贫户", "poverty_status": "未脱贫", "main_cause": "缺技术",
            }
            for n, number in enumerate(homes)
        ],
        "members": [
            {"member_no": f"M{n:08}", "household_no": number, "relation": "户主", "life_status": "正常"}
            for n, number in enumerate(homes, 1)
        ],
        "cases": [{"case_id": "Z2020-00001", "procedure": "纳入监测", "village_code": VILLAGE, "opened_on": "2020-06-20"}],
        "case-households": [{"case_id": "Z2020-00001", "household_no": number} for number in homes],
        "projects": [{"project_id": "990101-2020-CY-0001", "name": "2020年张郢村茶园", "year": "2020", "township_code": TOWN}],
    }  # fmt: skip
