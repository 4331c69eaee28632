"""What each household and person is, from a day to a day: out of the events, monitoring and relief that the other steps made.

The other steps read these facts where they always stood; what memberships say is left empty only when the files are written
(``told_by_memberships``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from example.world import Row, World

BEGINS = {"识别": "建档立卡贫困户", "脱贫": "脱贫户"}
WATCHED, SINCE = "脱贫监测户", "2020-03-20"
"""What monitoring of 2019 and 2020 is called, and the day from which on."""
TOLD = {
    "households": ("household_class", "main_cause", "poverty_status"),
    "members": ("dibao", "tekun"),
}
"""Cells that only repeat what memberships say."""
_NONE = ("未享受", "不享受")


def fill_memberships(world: World) -> None:
    """All memberships, numbered by household and day."""
    homes = {row["household_no"]: row for row in world.rows["households"]}
    rows = [*_of_households(world, homes), *_of_persons(world, homes), *_watched(world)]
    rows.sort(key=lambda row: (row["household_no"], row["started_on"], row["kind"], row.get("member_no", "")))
    for number, row in enumerate(rows, 1):
        world.rows["memberships"].append({"membership_id": f"R{number:07d}"} | row)


def _of_households(world: World, homes: dict[str, Row]) -> Iterator[Row]:
    events: dict[str, list[Row]] = defaultdict(list)
    for row in world.rows["status-events"]:
        if row["event"] in BEGINS:
            events[row["household_no"]].append(row)
    for number, mine in events.items():
        mine.sort(key=lambda row: row["occurred_on"])
        first = mine[0]
        start = {"household_no": number, "started_on": first["occurred_on"], "case_id": first["case_id"]}
        yield start | {"kind": homes[number]["household_class"]}
        for row, later in zip(mine, [*mine[1:], None], strict=True):
            span = {"household_no": number, "kind": BEGINS[row["event"]], "started_on": row["occurred_on"]}
            span |= {"case_id": row["case_id"], "reason": homes[number]["main_cause"] if row is first else ""}
            yield span | ({"ended_on": later["occurred_on"], "end_reason": later["event"]} if later else {})


def _of_persons(world: World, homes: dict[str, Row]) -> Iterator[Row]:
    """低保 and 特困, since the household is on record; of who came later, since then."""
    for row in world.rows["members"]:
        for kind in (row["dibao"], row["tekun"]):
            if kind not in _NONE:
                came = [f"{month}-01" for month in (row["birth_ym"], row.get("life_status_ym", "")) if month]
                start = max(homes[row["household_no"]]["identified_on"], *came)
                who = {"household_no": row["household_no"], "member_no": row["member_no"]}
                yield who | {"kind": kind, "started_on": start}


def _watched(world: World) -> Iterator[Row]:
    for row in world.rows["monitoring"]:
        span = {"household_no": row["household_no"], "kind": WATCHED, "case_id": row["case_id"]}
        span |= {"started_on": max(row["identified_on"], SINCE), "risk_1": row["risk_1"], "risk_2": row["risk_2"]}
        ended = row.get("removed_on", "")
        yield span | ({"ended_on": ended, "end_reason": "风险消除"} if ended else {})


def told_by_memberships(world: World) -> None:
    """Leave empty what memberships say."""
    for resource, names in TOLD.items():
        for row in world.rows[resource]:
            row |= dict.fromkeys(names, "")
