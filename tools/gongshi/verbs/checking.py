"""What must be so before something is written: notices settled, days in order, no part larger than its whole, a procedure of its day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from gongshi.verbs.book import Book, refuse
from gongshi.verbs.memberships import WATCHED
from gongshi.verbs.procedure import NOTICE_STEPS, ProcedureStep

PROCEDURE = "程序"  # the regime that says which procedures there are, from a day to a day
REMOVAL = "风险消除"
BALLOTS = ("民主评议", "村级评议")
OF_THE_POOR = ("退出", "返贫")
Row = Mapping[str, str]


def settled(book: Book, case_id: str, then: str) -> None:
    """Wrong if a notice of the case still waits for an answer or its result before ``then`` is entered."""
    for notice in book.rows("notices", case_id=case_id):
        number, ends = notice["notice_id"], notice["ends_on"]
        if notice["withdrawn_on"] or notice["notice_kind"].endswith("公告"):
            continue
        waiting = [row for row in book.rows("notice-objections", notice_id=number) if not row["answered_on"]]
        if waiting:
            first = waiting[0]
            which = f"{first['raised_on']} 的第 {first['objection_no'] or 1} 件“{first['topic']}”"
            raise refuse(
                "case",
                f"公示 {number} 有 {len(waiting)} 件异议没有答复，先答复{which}（gongshi notice object），再登记{then}",
            )
        if notice["closed_on"] or then in NOTICE_STEPS:
            continue
        if ends >= book.today.isoformat():
            raise refuse("case", f"公示 {number} 贴到 {ends}，期满办结（gongshi notice close）以后才能登记{then}")
        raise refuse(
            "case", f"公示 {number} 在 {ends} 期满，还没有办结，先办结（gongshi notice close {number}），再登记{then}"
        )


def in_order(case: Row, steps: Iterable[ProcedureStep], done: Mapping[str, str], name: str, day: str) -> None:
    """Wrong if a step is done before its case was opened, before one that comes first or after one that comes later."""
    if day < case["opened_on"]:
        raise refuse("on", f"案卷 {case['case_id']} 在 {case['opened_on']} 才立，{name}不能在 {day}，请核对日期")
    places = {name: place for place, step in enumerate(steps) for name in (step.name, step.also) if name}
    for step, on in done.items():
        if name not in places or step not in places:
            continue
        if places[step] < places[name] and on > day:
            raise refuse("on", f"前面的{step}在 {on} 才做完，{name}不能在 {day}，请核对日期")
        if places[step] > places[name] and on < day:
            raise refuse("on", f"后面的{step}在 {on} 已经做完，{name}不能在 {day}，请核对日期")


def not_before(ask: str, day: str, first: str, what: str) -> None:
    """Wrong if ``day`` is before ``first``, where both are known."""
    if day and first and day < first:
        raise refuse(ask, f"{what}（{first}），这里写的 {day} 更早，请核对日期")


def no_more(ask: str, part: str, whole: str, message: str) -> None:
    """Wrong if a part is larger than its whole, where both are known."""
    if part and whole and Decimal(part) > Decimal(whole):
        raise refuse(ask, message)


def in_force(book: Book, procedure: str, day: str) -> None:
    """Wrong if there is no such procedure on that day; those nothing is known of are always there."""
    rows = book.rows("regimes", regime=PROCEDURE) if "regimes" in book.descriptor.resources else []
    now = {row["name"] for row in rows if row["valid_from"] <= day < (row["retired_on"] or "9999")}
    gone = {row["name"] for row in rows} - now
    if procedure in gone:
        words = book.resource("cases").schema.field("procedure").enum
        there = "、".join(word for word in words if word not in gone)
        raise refuse("procedure", f"{day} 没有“{procedure}”这种程序（历年口径），那天可以立的有：{there}")


def fit(book: Book, procedure: str, number: str, day: str) -> None:
    """Wrong if a household is nothing of what the procedure ends or changes."""
    if not all(name in book.descriptor.resources for name in ("memberships", "membership-kinds", "monitoring")):
        return
    kinds = {row["kind"]: row for row in book.rows("membership-kinds")}
    mine = [row for row in book.rows("memberships", household_no=number) if row["kind"] in kinds]
    if procedure in OF_THE_POOR:
        stood = any(kinds[row["kind"]].get("poverty_status") for row in mine)
        if not stood and not (book.ledger.record("households", number) or {}).get("poverty_status"):
            raise refuse("households", f"{number} 从来没有登记过建档立卡的身份，办不了{procedure}，请核对户编号和程序")
    if procedure == REMOVAL:
        spans = [(r["started_on"], r["ended_on"]) for r in mine if kinds[r["kind"]].get("begun_by") == WATCHED]
        spans += [(r["identified_on"], r["removed_on"]) for r in book.rows("monitoring", household_no=number)]
        if not any(first <= day and (not last or day <= last) for first, last in spans):
            raise refuse(
                "households", f"{number} 在 {day} 不是监测对象，没有风险可以消除，请核对户编号，或先办纳入监测"
            )


def not_open(book: Book, procedure: str, number: str) -> None:
    """Wrong if a case of this procedure still runs for the household."""
    for row in book.rows("case-households", household_no=number):
        case = book.ledger.record("cases", row["case_id"])
        if case and case["procedure"] == procedure and not case["closed_on"]:
            raise refuse("households", f"{number} 的{procedure}案卷 {row['case_id']} 还没有结，请接着办那一份")


def not_paired(book: Book, new: Row, day: str) -> None:
    """Wrong if the same helper is paired with the same subject in the same role on or after that day."""
    same = {name: value for name, value in new.items() if name != "pairing_id"}
    for row in book.rows("pairings", **same):
        if not row["ended_on"] or row["ended_on"] > day:
            since = f"从 {row['started_on']} 起已经登记过（{row['pairing_id']}）"
            raise refuse("helper", f"这个对象与 {next(reversed(same.values()))} 的{row['role']}结对{since}，不用再登记")
