"""Payments: to builders and co-operatives in stages, to households in batches, to banks for interest."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from example.money_base import BOARD_DAYS, Book, day, table, yuan
from example.money_funds import Fund
from example.money_notices import notice
from example.money_projects import PAID_2019
from example.money_subsidies import Entitlement
from example.money_works import Work, goals, project_id
from example.world import Row

_AID = ("寄宿生生活补助", "营养膳食补助", "学前教育资助", "普高助学金", "中职助学金", "雨露计划补助")
_PURPOSE = {"施工单位": "工程款", "合作社": "种苗物资", "部门": "培训费"}


def pay(book: Book, work: Work, fund: Fund, when: date, stage: str, fen: int, **cells: str) -> str:
    identity = "F" + book.number("payment", 7)
    book.add(
        "payments",
        payment_id=identity,
        project_id=work.id,
        allocation_id=fund.id,
        paid_on=when.isoformat(),
        payment_stage=stage,
        amount=yuan(fen),
        **cells,
    )
    return identity


def pay_works(book: Book, works: list[Work], funds: dict[str, Fund]) -> None:
    """2019: 40 % after the notice, 40 % when finished, 10 % when accepted; a year later the last tenth. 2020: 40 %."""
    rng = book.world.rng("money: payments for works")
    rest = PAID_2019 - sum(work.total * 9 // 10 for work in works if work.kind == "accepted")
    for number, work in enumerate(w for w in works if w.kind in ("accepted", "whole", "named")):
        cells = _payee(book, work, number)
        for key, fen in work.fiscal:
            fund = funds[key]
            if work.kind == "accepted":
                last = fen // 10 + rest
                rest = 0
                _pay(book, work, fund, "预拨", fen * 4 // 10, _between(book, rng, "2019-05-06", 3), cells)
                _pay(book, work, fund, "进度款", fen * 4 // 10, _between(book, rng, "2019-12-05", 9), cells)
                _pay(book, work, fund, "结算款", last, _between(book, rng, "2020-06-01", 8), cells)
            else:
                start = "2020-05-06" if work.tendered else "2020-04-28"
                when = book.clock.next(day(start) + timedelta(days=rng.randrange(2)))
                _pay(book, work, fund, "预拨", fen * 4 // 10 - work.fee, when, cells)
        if work.fee:
            fee = {
                "payee_kind": "部门",
                "payee_unit": work.row["owner_unit"],
                "pay_channel": "国库直接支付",
                "purpose": "项目管理",
            }
            _pay(book, work, funds[work.fiscal[0][0]], "管理费", work.fee, day("2020-05-20"), fee)


def _between(book: Book, rng, start: str, span: int) -> date:
    return book.clock.next(day(start) + timedelta(days=rng.randrange(span)))


def _pay(book: Book, work: Work, fund: Fund, stage: str, fen: int, when: date, cells: Row) -> None:
    claim = f"报{when.year}-{book.number(f'claim-{when.year}', 4)}"
    pay(book, work, fund, when, stage, fen, claim_doc=claim, **cells)


def _payee(book: Book, work: Work, number: int) -> Row:
    units = {
        "施工单位": book.builders[number % len(book.builders)],
        "合作社": book.cooperatives[number % len(book.cooperatives)],
        "部门": work.row["owner_unit"],
    }
    cells = {"payee_kind": work.payee, "payee_unit": units[work.payee], "pay_channel": "国库直接支付"}
    return cells | {"purpose": _PURPOSE[work.payee]}


def pay_households(book: Book, works: list[Work], funds: dict[str, Fund], lines: list[Entitlement]) -> None:
    """One payment for each programme, township and period; a notice for each township and day of payment."""
    projects = {(work.benefit, work.row["year"]): work for work in works if work.benefit}
    days = table("money_projects")["paid"]
    batches: dict[tuple[str, str, str, str], list[Entitlement]] = defaultdict(list)
    for line in lines:
        batches[days[line.benefit][line.period], line.town, line.benefit, line.period].append(line)
    rounds: dict[tuple[str, str], list[tuple[Work, int]]] = defaultdict(list)
    for (when, town, benefit, period), chosen in sorted(batches.items()):
        work = projects[benefit, period[:4]]
        people = len({line.member or line.household for line in chosen})
        rounds[when, town].append((work, people))
        _batch(book, work, funds[work.fiscal[0][0]], day(when), chosen, people)
    for (when, town), entries in sorted(rounds.items()):
        _round_notice(book, day(when), town, entries)


def _batch(book: Book, work: Work, fund: Fund, when: date, lines: list[Entitlement], people: int) -> None:
    cells = {"payee_kind": "一卡通批次", "persons": str(people), "pay_channel": "一卡通"}
    cells["purpose"] = "助学" if work.benefit in _AID else "补助到户"
    payment = pay(book, work, fund, when, "直补", sum(line.amount for line in lines), **cells)
    for line in lines:
        book.add(
            "subsidies",
            subsidy_id="D" + book.number("subsidy", 7),
            household_no=line.household,
            member_no=line.member,
            benefit=line.benefit,
            period=line.period,
            units=f"{line.units}.00",
            standard=yuan(line.standard),
            amount=yuan(line.amount),
            paid_on=when.isoformat(),
            pay_channel="一卡通",
            payment_id=payment,
        )


def _round_notice(book: Book, when: date, town: str, entries: list[tuple[Work, int]]) -> None:
    """On the village boards for ten days, gone by and closed before the money moves."""
    starts = when - timedelta(days=BOARD_DAYS + 5)
    title = f"{book.names[town]}{when.month}月{when.day}日到户补助发放公示"
    ids = [work.id for work, _ in entries]
    more = {"projects": ids, "ends": starts + timedelta(days=BOARD_DAYS - 1)}
    unit = book.township_units[town]
    items = sum(people for _, people in entries)
    notice(book, "补助发放公示", title, town, "村公示栏", starts, unit, items, **more)


def interest_work(book: Book) -> list[Work]:
    """The interest of subsidised loans outstanding in the first quarter of 2020, paid to the banks."""
    loans = _subsidised(book)
    if not loans:
        return []
    homes = {row["household_no"] for row in book.world.rows["households"]}
    borrowers = sorted({row["household_no"] for row in loans} & homes)
    village = {row["household_no"]: row["village_code"] for row in book.world.rows["households"]}
    persons = str(sum(len(book.members[number]) for number in borrowers))
    amount = sum(_quarter(row) for row in loans) * 4
    row = {
        "project_id": project_id(book, "2020", "金融扶贫"),
        "name": "2020年示例县扶贫小额信贷贴息",
        "year": "2020",
        "category": "金融扶贫",
        "sub_category": "小额信贷贴息",
        "build_kind": "续建",
        "owner_unit": book.units["poverty"],
        "owner_post": "副主任",
        "approval_level": "县",
        "content": f"对{len(loans)}笔扶贫小额信贷按季贴息",
        "quantity": str(len(loans)),
        "quantity_unit": "笔",
        "funding_mode": "贷款贴息",
        "in_plan": "是",
        "planned_start": "2020-04-03",
        "planned_end": "2020-12-31",
        "benef_households": str(len(borrowers)),
        "benef_persons": persons,
        "benef_poor_households": str(len(borrowers)),
        "benef_poor_persons": persons,
        **goals(book, f"贴息{len(loans)}笔", "支持贫困户发展生产"),
    }
    work = Work("interest", row, [("interest20", amount)], sorted({village[number] for number in borrowers}))
    work.measure = "金融帮扶/小额信贷"
    work.stages = {"乡镇申报": day("2020-02-24"), "县级审批": day("2020-03-09"), "开工": day("2020-04-03")}
    return [work]


def _subsidised(book: Book) -> list[Row]:
    return [
        row
        for row in sorted(book.world.rows["loans"], key=lambda item: item["loan_id"])
        if row["subsidised"] == "是" and row["lent_on"] <= "2020-01-01" and row.get("repaid_on", "9999") > "2020-03-31"
        and row["due_on"] > "2020-03-31"
    ]  # fmt: skip


def _quarter(loan: Row) -> int:
    """A quarter's interest in fen."""
    fen = int(loan["amount"].replace(".", ""))
    rate = round(float(loan["annual_rate"]) * 100)
    return fen * rate // 40_000


def pay_interest(book: Book, works: list[Work], funds: dict[str, Fund]) -> None:
    for work in (work for work in works if work.kind == "interest"):
        banks: dict[str, int] = defaultdict(int)
        for loan in _subsidised(book):
            banks[loan["bank_unit"]] += _quarter(loan)
        for bank, fen in sorted(banks.items()):
            cells = {"payee_kind": "银行", "payee_unit": bank, "pay_channel": "转账", "purpose": "贷款贴息"}
            pay(book, work, funds["interest20"], day("2020-04-03"), "贴息", fen, **cells)
