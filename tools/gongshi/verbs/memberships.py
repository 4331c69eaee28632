"""What an event makes of the memberships of households: which kinds it begins and ends is data (``membership-kinds``)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gongshi.verbs.book import Book

TABLES = ("memberships", "membership-kinds", "monitoring")
WATCHED, UNWATCHED = "纳入监测", "风险消除"
LEAVES = {"核减": "核减", "迁出": "迁出", "并户": "转为另一种"}
OTHER = "转为另一种"
RISKS = ("risk_1", "risk_2")
Row = dict[str, str]


class Turned(NamedTuple):
    """The households whose memberships say what happened, and those of which nobody can tell what they are from then on:
    several kinds begin so."""

    said: list[str]
    asked: list[str]


def turn(book: Book, households: Iterable[str], event: str, day: str, case: str) -> Turned:
    """End and begin memberships of households by an event; those whose status is typed keep it typed."""
    turned = Turned([], [])
    if not all(name in book.descriptor.resources for name in TABLES[:2]):
        return turned
    kinds = {row["kind"]: row for row in book.rows("membership-kinds")}
    for number in households:
        mine = [row for row in book.rows("memberships", household_no=number) if not row["member_no"]]
        poor = [row for row in mine if kinds.get(row["kind"], {}).get("poverty_status")]
        home = book.ledger.record("households", number) or {}
        if not poor and home.get("poverty_status"):
            continue
        fit = _fitting(kinds, event, day)
        if any(row["case_id"] == case and row["kind"] in fit for row in mine):  # it was entered by hand
            turned.said.append(number)
            continue
        judged = _judged(book, number, case)
        begun = _begun(judged, fit)
        turned.asked.extend([number] if fit and not begun else [])
        if event in LEAVES:
            _end(book, mine, day, LEAVES[event])
        elif event == UNWATCHED:
            watched = [row for row in mine if kinds.get(row["kind"], {}).get("begun_by") == WATCHED]
            turned.said.extend([number] if _end(book, watched, day, UNWATCHED) else [])
        elif begun and kinds[begun]["poverty_status"]:
            reasons = book.resource("memberships").schema.field("end_reason").enum
            _end(book, poor, day, event if event in reasons else OTHER)
        if begun:
            turned.said.append(number)
            if not any(row["kind"] == begun and _runs(row) for row in mine):
                _begin(book, {"household_no": number, "kind": begun, "started_on": day, "case_id": case}, judged)
    return turned


def _begin(book: Book, row: Row, judged: list[Row]) -> None:
    """Enter a membership; what its judgement said of it until now is said by the membership alone from then on."""
    for one in judged:
        if (one["category"], one["identified_on"]) == (row["kind"], row["started_on"]):
            row |= {risk: one[risk] for risk in RISKS if one.get(risk)}
            book.change("monitoring", (one["monitoring_id"],), dict.fromkeys(("category", "case_id", *RISKS), ""))
    book.add("memberships", {"membership_id": book.number("memberships", int(row["started_on"][:4]))} | row)


def _runs(row: Row) -> bool:
    return not row["ended_on"]


def _fitting(kinds: dict[str, Row], event: str, day: str) -> list[str]:
    """The kinds of that day that an event begins."""
    known = (row for row in kinds.values() if row.get("begun_by") == event)
    return [row["kind"] for row in known if row["valid_from"] <= day < (row["retired_on"] or "9999")]


def _judged(book: Book, number: str, case: str) -> list[Row]:
    """How a case was judged, as far as it is on record already."""
    return book.rows("monitoring", household_no=number, case_id=case) if "monitoring" in book.ledger.tables else []


def _begun(judged: list[Row], fit: list[str]) -> str:
    """The only kind that fits, or what the judgement calls it; "" for none."""
    called = [row["category"] for row in judged if row["category"] in fit]
    return called[0] if called else fit[0] if len(fit) == 1 else ""


def _end(book: Book, rows: list[Row], day: str, reason: str) -> bool:
    """End those that run; gives whether any ends on that day."""
    for row in rows:
        if _runs(row):
            book.change("memberships", (row["membership_id"],), {"ended_on": day, "end_reason": reason})
    return any(_runs(row) or row["ended_on"] == day for row in rows)
