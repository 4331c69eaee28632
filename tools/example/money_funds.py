"""Allocations: what each fund amounts to follows from the budgets that draw on it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from example.money_base import Book, day, table, yuan
from example.money_documents import document, numbered
from example.money_works import Work


@dataclass(frozen=True, slots=True)
class Fund:
    """One allocation."""

    id: str
    name: str
    year: str
    source: str
    programme: str
    unit: str
    received: date
    published: date
    doc_no: str
    amount: int


def fill_allocations(book: Book, works: list[Work]) -> dict[str, Fund]:
    """Fund key to allocation. Announced three working days after the money came."""
    amounts, first = Counter(), {}
    for work in works:
        for key, fen in work.fiscal:
            amounts[key] += fen
            first[key] = min(first.get(key, work.paid_from), work.paid_from)
    funds = {}
    for key, entry in table("money_projects")["funds"].items():
        if amounts[key]:
            received = entry[5] or (first[key] - timedelta(days=28)).isoformat()
            funds[key] = _fund(book, entry, book.clock.next(day(received)), amounts[key])
    return funds


def _fund(book: Book, entry: list[str], received: date, amount: int) -> Fund:
    name, year, source, programme, office = entry[:5]
    issued = received - timedelta(days=5)
    while not book.clock.works(issued):
        issued -= timedelta(days=1)
    number = numbered(book, "示财扶", issued.year)
    title = f"关于下达{name}的通知"
    doc_no = document(book, number, title, "资金下达", issued, book.units["finance"], "县")
    identity = f"N{year}-{book.number(f'fund-{year}', 3)}"
    published = book.clock.plus(received, 3)
    fund = Fund(identity, name, year, source, programme, book.units[office], received, published, doc_no, amount)
    book.add(
        "allocations",
        allocation_id=fund.id,
        name=name,
        year=year,
        source_level=source,
        programme=programme,
        amount=yuan(amount),
        doc_no=doc_no,
        received_on=received.isoformat(),
        published_on=published.isoformat(),
        using_unit=fund.unit,
    )
    return fund
