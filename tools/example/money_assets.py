"""What the projects left behind, what it earned, and three books that balance to the cent."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

from example.money_base import Book, day, town_of, yuan
from example.money_funds import Fund
from example.money_notices import notice
from example.money_works import Work, workday

_EDUCATION = ("toilets20", "schools20", "weak20", "high20")
_KINDS = ("村级光伏电站", "村集体茶园", "村集体厂房", "村集体油茶基地")


def fill_assets(book: Book, works: list[Work]) -> None:
    _village_assets(book)
    _handed_over(book, works)


def _village_assets(book: Book) -> None:
    """What a village owns in common and what it earned in 2019: the dividends in its households' incomes, and the rest
    that the village kept."""
    rng = book.world.rng("money: assets")
    home = {row["household_no"]: code for code, rows in book.register.items() for row in rows}
    shares: Counter = Counter()
    for row in book.world.rows["incomes"]:
        if row["record_year"] == "2019" and row["household_no"] in home:
            shares[home[row["household_no"]]] += _fen(row["asset_dividend"])
    towns: Counter = Counter()
    for code in book.villages:
        if not shares[code]:
            continue
        kept = min(_fen(book.villages[code].get("collective_income") or "0") // 2, shares[code] // 2)
        towns[town_of(code)] += 1
        book.add(
            "assets",
            asset_no="A" + book.number("asset", 5),
            name=f"{book.names[code]}{_KINDS[rng.randrange(4)]}",
            asset_kind="经营性",
            village_code=code,
            value=yuan((shares[code] + kept) * rng.randint(7, 12) // 100_000 * 100_000 + 100_000),
            handed_over_on=workday(book, "2018-06-11", rng.randrange(150)).isoformat(),
            keeper_unit=_keeper(book, code),
            checked_on=workday(book, "2019-10-14", rng.randrange(220)).isoformat(),
            income_year="2019",
            income=yuan(shares[code] + kept),
            distributed=yuan(shares[code]),
            retained=yuan(kept),
            state="在用",
        )
    for town, count in sorted(towns.items()):
        title = f"{book.names[town]}2019年资产收益分配公示"
        unit = book.township_units[town]
        notice(book, "收益分配公示", title, town, "村公示栏", day("2019-12-02"), unit, count)


def _fen(text: str) -> int:
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0")[:2])


def _keeper(book: Book, village: str) -> str:
    return book.village_units.get(village, book.township_units[town_of(village)])


def _handed_over(book: Book, works: list[Work]) -> None:
    for work in works:
        when = work.stages.get("移交")
        if when:
            village = work.villages[0]
            book.add(
                "assets",
                asset_no="A" + book.number("asset", 5),
                name=work.row["name"].removesuffix("项目"),
                asset_kind="到户类" if work.row["category"] == "产业扶贫" else "公益性",
                village_code=village,
                project_id=work.id,
                value=yuan(work.total),
                handed_over_on=when.isoformat(),
                keeper_unit=_keeper(book, village),
                checked_on=when.isoformat(),
                state="在用",
            )


def fill_ledgers(book: Book, works: list[Work], funds: dict[str, Fund]) -> None:
    """Donations, the revolving fund (plan 20), and the education fund of plan 19: one opening for many sources."""
    entries: dict[str, list[tuple[date, str, int, str, str, str, str]]] = defaultdict(list)
    entries["教育扶贫资金"] = _education(book, works, funds)
    entries["社会捐赠"] = _donations(book, works)
    entries["周转金"] = _revolving(book)
    for ledger, lines in entries.items():
        balance = 0
        for when, kind, fen, unit, purpose, campaign, due in sorted(
            lines, key=lambda line: (line[0], line[1] != "收入")
        ):
            balance += fen if kind in ("收入", "归还") else -fen
            book.add(
                "ledgers",
                entry_no="L" + book.number("ledger", 6),
                ledger=ledger,
                entry_kind=kind,
                entered_on=when.isoformat(),
                amount=yuan(fen),
                balance=yuan(balance),
                unit_code=unit,
                purpose=purpose,
                campaign=campaign,
                due_on=due,
            )


def _education(book: Book, works: list[Work], funds: dict[str, Fund]) -> list:
    """In: the four parts of the 76,000,000. Out: what has been paid to builders."""
    lines, finance = [], book.units["finance"]
    ids = {funds[key].id: key for key in _EDUCATION}
    for key in _EDUCATION:
        lines.append((funds[key].received, "收入", funds[key].amount, finance, "学校建设", "财政拨入", ""))
    for row in book.world.rows["payments"]:
        if row["allocation_id"] in ids:
            cells = (_fen(row["amount"]), row.get("payee_unit", ""), "学校建设", "", "")
            lines.append((day(row["paid_on"]), "支出", *cells))
    return lines


_DONATED = (
    ("2019-03-15", 186_400_00, "三月捐助"),
    ("2019-05-19", 93_260_00, "助残募捐"),
    ("2019-06-28", 400_000_00, "企业捐赠"),
    ("2019-08-30", 268_150_00, "慈善捐"),
    ("2019-09-06", 204_700_00, "九月捐助"),
    ("2019-12-27", 312_900_00, "一日捐"),
    ("2020-01-08", 350_000_00, "企业捐赠"),
    ("2020-03-13", 171_380_00, "三月捐助"),
    ("2020-05-15", 88_640_00, "助残募捐"),
)
_SPENT = (
    ("2019-04-12", 120_000_00, "education", "助学"),
    ("2019-05-20", 60_000_00, "disabled", "助残"),
    ("2019-09-20", 160_000_00, "education", "助学"),
    ("2020-04-17", 130_000_00, "education", "助学"),
    ("2020-05-18", 70_000_00, "disabled", "助残"),
)


def _donations(book: Book, works: list[Work]) -> list:
    """Gifts to households are what was really paid (慰问物资); the rest helps pupils and disabled people."""
    charity, town = book.units["charity"], book.town("changle")
    gifts = {work.id for work in works if work.benefit == "慰问物资"}
    lines = [(day(when), "收入", fen, charity, "慰问", name, "") for when, fen, name in _DONATED]
    lines += [(day(when), "支出", fen, book.units[office], use, "", "") for when, fen, office, use in _SPENT]
    for row in book.world.rows["payments"]:
        if row["project_id"] in gifts:
            unit = book.township_units[town]
            lines.append((day(row["paid_on"]), "支出", _fen(row["amount"]), unit, "慰问", "", ""))
    return lines


def _revolving(book: Book) -> list:
    """Half a million lent to co-operatives for a year; what fell due has come back, nothing is overdue."""
    finance, coops = book.units["finance"], book.cooperatives
    lines = [(day("2019-01-16"), "收入", 500_000_00, finance, "产业周转", "财政拨入", "")]
    loans = (
        ("2019-02-20", 120_000_00, "2020-02-20", "2020-02-18"),
        ("2019-03-14", 100_000_00, "2020-03-13", "2020-03-10"),
        ("2019-06-03", 150_000_00, "2020-06-03", "2020-05-29"),
        ("2019-11-13", 90_000_00, "2020-11-13", ""),
        ("2020-03-18", 140_000_00, "2021-03-18", ""),
        ("2020-06-08", 110_000_00, "2021-06-08", ""),
    )
    for index, (lent, fen, due, back) in enumerate(loans):
        unit = coops[index % len(coops)]
        lines.append((day(lent), "借出", fen, unit, "产业周转", "", due))
        if back:
            lines.append((day(back), "归还", fen, unit, "产业周转", "", ""))
    return lines
