"""A county of a few villages as a ledger, small enough to count by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gongshi.package import Database, load
from support import tree_of

COUNTY = "990100000000"
CLASSES = ("扶贫户", "扶贫低保户", "纯低保户", "五保户")
CAUSES = ("因病", "因残", "缺技术")


def town(number: int) -> str:
    return f"990100{100 + number}000"


def village(number: int, place: int) -> str:
    return f"990100{100 + number}{200 + place}"


def rows(
    homes: Sequence[Sequence[int]], grants: Sequence[Mapping[str, object]] = ()
) -> dict[str, list[dict[str, str]]]:
    """``homes[t][v]`` households in village v of township t; ``grants`` have home, benefit, amount and perhaps a day."""
    found: dict[str, list[dict[str, str]]] = {
        "county": [{"county_code": COUNTY, "name": "示例县", "example": "是", "as_of": "2020-06-30", "office": "办公室", "hotline": "12317"}],
        "divisions": [{"division_code": COUNTY, "name": "示例县", "level": "县"}],
        "villages": [], "households": [], "subsidies": [], "payments": [],
    }  # fmt: skip
    for t, villages in enumerate(homes):
        found["divisions"].append(
            {"division_code": town(t), "name": f"{t}镇", "level": "乡镇", "parent_code": COUNTY, "slug": f"t{t}"}
        )
        for v, many in enumerate(villages):
            found["divisions"].append(
                {"division_code": village(t, v), "name": f"{t}{v}村", "level": "村", "parent_code": town(t)}
            )
            found["villages"].append(
                {"village_code": village(t, v), "village_class": "贫困村", "households": "300", "population": "900"}
            )
            for _ in range(many):
                _home(found, village(t, v))
    for number, grant in enumerate(grants):
        day = str(grant.get("day", "2020-03-31"))
        project = f"990100-{day[:4]}-BZ-{1 + list(BENEFITS).index(str(grant['benefit'])):04}"
        payment = f"F{number:07}"
        found["payments"].append({
            "payment_id": payment, "project_id": project, "allocation_id": "N2020-001", "paid_on": day, "payee_kind": "一卡通批次",
            "amount": f"{grant['amount']}.00", "payment_stage": "直补", "pay_channel": "一卡通", "purpose": "补助到户",
        })  # fmt: skip
        found["subsidies"].append({
            "subsidy_id": f"D{number:07}", "household_no": f"H{grant['home']:07}", "benefit": str(grant["benefit"]),
            "period": day[:4], "amount": f"{grant['amount']}.00", "paid_on": day, "payment_id": payment,
        })  # fmt: skip
    return found


BENEFITS = ("低保金", "特困供养金", "产业奖补", "慰问物资", "危房改造补助")


def _home(found: dict[str, list[dict[str, str]]], place: str) -> None:
    number = len(found["households"])
    found["households"].append({
        "household_no": f"H{number:07}", "village_code": place, "household_class": CLASSES[number % 7 % 4],
        "poverty_status": "未脱贫" if number % 9 == 0 else "已脱贫", "main_cause": CAUSES[number % 3],
        "population": str(1 + number % 5),
    })  # fmt: skip


def ledger(found: dict[str, list[dict[str, str]]]) -> Database:
    """The rows as a Database."""
    return load(tree_of(found))
