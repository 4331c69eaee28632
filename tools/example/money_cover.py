"""Every project reaches households: measures of the register name the project, new ones where none fits."""

from __future__ import annotations

from collections import defaultdict

from example.money_base import Book, yuan
from example.money_subsidies import Entitlement
from example.money_works import Work
from example.world import Row

_EACH = 3  # households of a work
_FIRST = 9_000_001  # C9000001…: measures that a project brings


def cover(book: Book, works: list[Work], lines: list[Entitlement]) -> None:
    by_item = _unlinked(book)
    receivers: dict[str, list[Entitlement]] = defaultdict(list)
    for line in lines:
        receivers[f"{line.benefit}{line.period[:4]}"].append(line)
    for work in works:
        if work.benefit:
            _cover_programme(book, work, receivers[work.benefit + work.row["year"]], by_item)
        elif work.kind == "interest":
            _cover_interest(book, work, by_item)
        else:
            _cover_work(book, work)


def _unlinked(book: Book) -> dict[tuple[str, str], list[Row]]:
    """Measures without a project, by item and household."""
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in sorted(book.world.rows["measures"], key=lambda item: item["measure_id"]):
        if not row.get("project_id"):
            found[row["item"], row["household_no"]].append(row)
    return found


def _cover_programme(book: Book, work: Work, lines: list[Entitlement], by_item) -> None:
    """Measures of the same item that began in the project's year or go on since the year before; else new ones."""
    item, year, linked = work.measure.split("/")[1], int(work.row["year"]), 0
    until = work.row["planned_end"]
    for line in lines:
        for row in by_item.get((item, line.household), ()):
            since = row["started_on"]
            current = since[:4] == str(year) or (since[:4] == str(year - 1) and not row.get("ended_on"))
            if (
                current
                and since <= until
                and not row.get("project_id")
                and row.get("member_no", "") in ("", line.member)
            ):
                row["project_id"] = work.id
                linked += 1
    if not linked:
        for line in lines[:_EACH]:
            _measure(book, work, line.household, line.member, line.amount)


def _cover_interest(book: Book, work: Work, by_item) -> None:
    """Loans of the borrowers' villages that were lent before the year began."""
    homes = {row["household_no"] for code in work.villages for row in book.register[code]}
    for (item, household), rows in by_item.items():
        for row in rows if item == "小额信贷" and household in homes else ():
            if row["started_on"] <= "2020-01-01":
                row["project_id"] = work.id


def _cover_work(book: Book, work: Work) -> None:
    start = work.stages.get("开工")
    when = start.isoformat() if start else work.stages["乡镇申报"].isoformat()
    able = work.row["category"] in ("产业扶贫", "就业扶贫")
    chosen = []
    for code in work.villages:
        rows = [r for r in book.register[code] if r["identified_on"] <= when and r["poverty_status"] != "已销号"]
        if able:
            rows = [r for r in rows if r["whole_no_labour"] == "否" and r["household_class"].startswith("扶贫")]
        chosen += [row["household_no"] for row in rows[: _EACH if len(work.villages) == 1 else 1]]
    worker = work.measure == "就业帮扶/技能培训"
    for number in chosen:
        member = _worker(book, number) if worker else ""
        if member or not worker:
            _measure(book, work, number, member, 0)


def _worker(book: Book, household: str) -> str:
    """A member who can work."""
    fit = [row["member_no"] for row in book.members[household] if row["labour"] in ("普通劳动力", "技能劳动力")]
    return fit[0] if fit else ""


def _measure(book: Book, work: Work, household: str, member: str, fen: int) -> None:
    category, item = work.measure.split("/")
    start = work.stages.get("开工")
    if start is None:
        category, item, start = "产业帮扶", "其他", work.stages["乡镇申报"]
    kind = "资金" if work.benefit else "项目"
    done = work.stages.get("竣工")
    book.add(
        "measures",
        measure_id="C" + book.number("measure", 7, _FIRST),
        household_no=household,
        member_no=member,
        category=category,
        item=item,
        support_kind=kind,
        provider_unit=work.row["owner_unit"],
        project_id=work.id,
        cost=yuan(fen),
        started_on=start.isoformat(),
        ended_on=done.isoformat() if done else "",
        signed="是",
    )
