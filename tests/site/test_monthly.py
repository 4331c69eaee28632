"""The pages of months: what a month published adds up to its rows, and nothing of people is in it."""

from collections import defaultdict
from decimal import Decimal

from made_up import DAY

from gongshi.site import monthly


def test_every_payment_is_in_its_month_and_every_sum_is_that_of_its_rows(content):
    views = content._views
    found = monthly.months(views, DAY)
    by_hand = defaultdict(Decimal)
    for row in views.rows("payments"):
        if row.paid_on <= DAY:
            by_hand[row.paid_on.year, row.paid_on.month] += row.amount
    assert {(one.year, one.month): one.paid for one in found if one.payments} == by_hand
    for one in found:
        assert sum(one.table.sums) == one.paid == sum(total for _, _, total in one.table.rows)
        for _, cells, total in one.table.rows:
            assert sum(cells) == total and len(cells) == len(one.table.towns)
    assert [(one.year, one.month) for one in found] == sorted(
        by_hand | dict.fromkeys((o.year, o.month) for o in found), reverse=True
    )


def test_each_month_has_a_page_that_its_year_and_its_neighbours_lead_to(content):
    pages = {page.path: page.body for page in content.pages()}
    months = monthly.months(content._views, DAY)
    assert months and all(one.path in pages for one in months)
    newest = content.section("funds/index.html").body
    for one in months:
        assert f'{one.path}"' in newest or any(
            f'{one.path}"' in body for path, body in pages.items() if path.startswith("funds/")
        )


def test_every_payment_of_a_month_leads_to_the_money_it_was_paid_of(content):
    pages = {page.path: page.body for page in content.pages()}
    paid = [(one, row) for one in monthly.months(content._views, DAY) for row in one.payments]
    assert paid
    for one, row in paid:
        target = f"funds/{row.allocation_id}.html"
        assert (row.allocation_id is None) or (f'href="../{target}"' in pages[one.path] and target in pages)
