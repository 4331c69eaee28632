"""What an event makes of the memberships of households: which kinds it begins and ends is data (``membership-kinds``)."""

from __future__ import annotations

from collections.abc import Iterable

from gongshi.verbs.book import Book

TABLES = ("memberships", "membership-kinds", "monitoring")
WATCHED, UNWATCHED = "纳入监测", "风险消除"
LEAVES = {"核减": "核减", "迁出": "迁出", "并户": "转为另一种"}
OTHER = "转为另一种"
Row = dict[str, str]


def turn(book: Book, households: Iterable[str], event: str, day: str, case: str) -> list[str]:
    """End and begin memberships of households by an event; those whose status is typed keep it typed. Gives the households of
    which nobody can tell what they are from then on: several kinds begin so."""
    asked: list[str] = []
    if not all(name in book.descriptor.resources for name in TABLES[:2]):
        return asked
    kinds = {row["kind"]: row for row in book.rows("membership-kinds")}
    for number in households:
        mine = [row for row in book.rows("memberships", household_no=number) if not row["member_no"]]
        poor = [row for row in mine if kinds.get(row["kind"], {}).get("poverty_status")]
        home = book.ledger.record("households", number) or {}
        if not poor and home.get("poverty_status"):
            continue
        fit = _fitting(kinds, event, day)
        begun = _begun(book, fit, number, case)
        asked += [number] if fit and not begun else []
        if event in LEAVES:
            _end(book, mine, day, LEAVES[event])
        elif event == UNWATCHED:
            watched = [row for row in mine if kinds.get(row["kind"], {}).get("begun_by") == WATCHED]
            _end(book, watched, day, UNWATCHED)
        elif begun and kinds[begun]["poverty_status"]:
            reasons = book.resource("memberships").schema.field("end_reason").enum
            _end(book, poor, day, event if event in reasons else OTHER)
        if begun and not any(row["kind"] == begun and _runs(row) for row in mine):
            row = {"membership_id": book.number("memberships", int(day[:4])), "household_no": number, "kind": begun}
            book.add("memberships", row | {"started_on": day, "case_id": case})
    return asked


def _runs(row: Row) -> bool:
    return not row["ended_on"]


def _fitting(kinds: dict[str, Row], event: str, day: str) -> list[str]:
    """The kinds of that day that an event begins."""
    known = (row for row in kinds.values() if row.get("begun_by") == event)
    return [row["kind"] for row in known if row["valid_from"] <= day < (row["retired_on"] or "9999")]


def _begun(book: Book, fit: list[str], number: str, case: str) -> str:
    """The only kind that fits, or what the monitoring of the case calls it; "" for none."""
    watched = book.rows("monitoring", household_no=number, case_id=case) if "monitoring" in book.ledger.tables else []
    called = [row["category"] for row in watched if row["category"] in fit]
    return called[0] if called else fit[0] if len(fit) == 1 else ""


def _end(book: Book, rows: Iterable[Row], day: str, reason: str) -> None:
    for row in rows:
        if _runs(row):
            book.change("memberships", (row["membership_id"],), {"ended_on": day, "end_reason": reason})
