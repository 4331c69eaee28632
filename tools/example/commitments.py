"""Commitments to the pages of the village sheets of 2020, as ``gongshi notice new`` would have written them."""

from __future__ import annotations

from types import SimpleNamespace

from example.demo_keys import data_key
from example.world import World
from gongshi.disclosure import sheets
from gongshi.disclosure.kinds import carries_households


def fill_commitments(world: World) -> None:
    """Add ``notice-commitments`` for every notice of 2020 whose list is a case's."""
    homes = {row["household_no"]: row for row in world.rows["households"]}
    heads = {row["household_no"]: row["member_no"] for row in world.rows["members"] if _is_head(row)}
    lists: dict[str, list[str]] = {}
    for row in world.rows["case-households"]:
        lists.setdefault(row["case_id"], []).append(row["household_no"])
    for notice in world.rows["notices"]:
        chosen = lists.get(notice.get("case_id", ""))
        if not chosen or notice["starts_on"] < "2020" or not carries_households(notice["notice_kind"]):
            continue
        found = [_entry(homes[number], heads.get(number)) for number in chosen]
        key = data_key(world.slugs[notice["division_code"][:9] + "000"])
        shape = SimpleNamespace(**{"payment_id": "", **notice})
        sheet = sheets.make(shape, sheets.in_order(found), world.names, key)
        for number, commitment in enumerate(sheet.commitments, 1):
            cells = {"notice_id": notice["notice_id"], "page": str(number), "commitment": commitment}
            world.rows["notice-commitments"].append(cells)


def _is_head(row: dict[str, str]) -> bool:
    return row["relation"] == "户主" and row["life_status"] in ("正常", "转入")


def _entry(home: dict[str, str], head: str | None) -> sheets.SheetEntry:
    cells = (home["household_no"], home["village_code"], home["group_name"], int(home["population"]))
    return sheets.SheetEntry(*cells, head, "", None)
