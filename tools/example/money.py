"""Helper M's door: everything that has to do with money, on top of the people of the example county."""

from __future__ import annotations

from example.county_facts import fill_facts, fill_indicators
from example.money_assets import fill_assets, fill_ledgers
from example.money_base import open_book
from example.money_cover import cover
from example.money_documents import approvals, fill_documents
from example.money_funds import fill_allocations
from example.money_inspections import fill_inspections
from example.money_notices import fill_notices, object_to
from example.money_payments import interest_work, pay_households, pay_interest, pay_works
from example.money_projects import all_works
from example.money_subsidies import entitlements
from example.money_works import emit
from example.world import World


def fill_money(world: World) -> None:
    """Runs after all people steps. Entitlements make the programmes, budgets make the allocations."""
    book = open_book(world)
    fill_facts(book)
    fill_documents(book)
    lines = entitlements(book)
    works = all_works(book, lines) + interest_work(book)
    funds = fill_allocations(book, works)
    approvals(book, works)
    fill_notices(book, works, funds)
    pay_works(book, works, funds)
    pay_interest(book, works, funds)
    pay_households(book, works, funds, lines)
    sources = {key: (fund.source, fund.id) for key, fund in funds.items()}
    for work in works:
        emit(book, work, sources)
    cover(book, works, lines)
    fill_assets(book, works)
    fill_ledgers(book, works, funds)
    fill_inspections(book, works)
    object_to(book, "补助发放公示", "常乐镇", "金额不符", "维持")
    object_to(book, "实施前公示", "毛村镇2019年", "内容不符", "更正")
    object_to(book, "竣工后公示", "嵩峰乡2019年", "内容不符", "维持")
    fill_indicators(book)
