"""A cell that cannot be read is told once, at the cell: no rule finds a second fault because it reads it as missing."""

from __future__ import annotations

import random
from datetime import date

import pytest

from gongshi.package import load
from gongshi.policy import run, told
from gongshi.repository import MemoryTree
from today.county import county_descriptor, county_files, county_policies, rows

from .cases import ledger, policies_of

DAY = date(2026, 6, 30)
TOP = "policy: test\ntitle: 试\nfacts: {%s}\nrules: [{id: r, title: 试, severity: error, clause: 一, message: 请改, %s}]\n"


def outcome(rule: str, rows: dict, facts: str = ""):
    policies = policies_of(TOP % (facts, rule))
    assert [finding.message for finding in policies.findings] == []
    with ledger(rows) as database:
        (found,) = run(policies, database, DAY)
    return found


CONTACTS = [
    {"pairing_id": "J0000001", "contacted_on": "2026-06-31", "contact_kind": "走访"},
    {"pairing_id": "J0000003", "contacted_on": "2026-05-01", "contact_kind": "走访"},
]
PAIRS = [{"pairing_id": f"J000000{n}", "household_no": f"H000000{n}", "started_on": "2026-01-01"} for n in (1, 2, 3)]
HEADS = [
    {"member_no": "M00000001", "household_no": "H0000001", "relation": "户主", "life_status": "在世"},
    {"member_no": "M00000002", "household_no": "H0000002", "relation": "配偶", "life_status": "正常"},
]
SPANS = [
    {"membership_id": f"R000000{n}", "household_no": f"H000000{home}", "kind": "脱贫户", "started_on": day, "ended_on": end}
    for n, home, day, end in [(1, 1, "2019-01-01", "2020-13-01"), (2, 1, "2021-01-01", ""), (3, 2, "2019-01-01", ""), (4, 2, "2021-01-01", "")]
]  # fmt: skip
SUMS = [
    {"subsidy_id": "D0000001", "benefit": "低保金", "amount": "三百"},
    {"subsidy_id": "D0000002", "benefit": "低保金", "amount": "5"},
]
HOMES = [{"household_no": "H0000001", "population": "3"}, {"household_no": "H0000002", "population": "3"}]
LINES = [{"year": "2019", "line_kind": "贫困线", "place": "全国", "amount": "2,300"}]
INCOMES = [{"household_no": f"H000000{n}", "record_year": "2019", "per_capita": "9"} for n in (1, 2)]


@pytest.mark.parametrize(
    ("rule", "facts", "given", "blamed", "unread"),
    [
        pytest.param(
            "kind: condition, resource: contacts, demand: [{field: contacted_on, on_or_before: {day: 0}}]", "",
            {"contacts": [*CONTACTS, CONTACTS[1] | {"contacted_on": "2026-07-01"}]}, ["2026-07-01"], 1, id="the row itself"),
        pytest.param(
            "kind: condition, resource: members, demand: [{field: life_status, in: [正常, 转入]}]", "",
            {"members": HEADS}, [], 1, id="a word of no list"),
        pytest.param(
            "kind: condition, resource: contacts, demand: [{field: contacted_on, on_or_after: {field: pairing_id.started_on}}]", "",
            {"pairings": [PAIRS[0] | {"started_on": "去年"}, PAIRS[2] | {"started_on": "2026-06-01"}],
             "contacts": [CONTACTS[0] | {"contacted_on": "2026-06-01"}, CONTACTS[1]]}, ["J0000003"], 1, id="where it leads to"),
        pytest.param(
            "kind: coverage, resource: pairings, other: contacts, other_date: contacted_on, from: started_on, to: ended_on, at_least: 1", "",
            {"pairings": PAIRS, "contacts": CONTACTS}, ["J0000002"], 1, id="the rows of another table"),
        pytest.param(
            "kind: condition, resource: households, demand: [{field: fact.heads, at_least: 1}]",
            "heads: {of: households, from: members, count: rows, where: [{field: relation, is: 户主}, {field: life_status, is: 正常}]}",
            {"households": HOMES, "members": HEADS}, ["H0000002"], 1, id="a fact"),
        pytest.param(
            "kind: condition, resource: incomes, demand: [{field: fact.line, filled: 是}]",
            "line: {of: incomes, from: lines, max: amount, match: {year: record_year}}",
            {"incomes": INCOMES, "lines": LINES}, [], 2, id="where no key leads"),
        pytest.param(
            "kind: no_overlap, resource: memberships, key: [household_no], from: started_on, to: ended_on", "",
            {"memberships": SPANS}, ["R0000004"], 2, id="rows of one household"),
        pytest.param(
            "kind: total, resource: subsidies, measure: sum, amount: amount, exactly: 305", "", {"subsidies": SUMS}, [], 1, id="a sum"),
    ],
)  # fmt: skip
def test_a_rule_says_nothing_of_what_depends_on_an_unreadable_cell(rule, facts, given, blamed, unread) -> None:
    found = outcome(rule, given, facts)
    assert [part for one in found.findings for part in one.key if part in blamed] == blamed and found.broke == len(
        blamed
    )
    assert len([one for one in found.findings if one.code == "rule"]) == len(blamed)
    assert found.unread == unread and found.judged == found.looked - unread and "读不出" in told(found)


def test_a_day_in_the_far_future_is_readable_and_wrong() -> None:
    rule = "kind: condition, resource: contacts, demand: [{field: contacted_on, on_or_before: {day: 0}}]"
    found = outcome(rule, {"contacts": [CONTACTS[1] | {"contacted_on": "3026-06-01"}]})
    assert (found.broke, found.unread) == (1, 0)


def test_no_cell_made_unreadable_makes_a_rule_find_more() -> None:
    """Whichever cells of a whole county: what rules find of it is found of it as it was."""
    given, chance = rows(4), random.Random(15)
    descriptor = county_descriptor()
    cells = [
        (name, number, field.name)
        for name, mine in given.items()
        for number, row in enumerate(mine)
        for field in descriptor.resources[name].schema.fields
        if row.get(field.name) and (field.type != "string" or field.enum)
    ]
    with load(MemoryTree(county_files(given)), list(descriptor.resources), descriptor) as database:
        before = {(one.rule, one.key) for o in run(county_policies(), database, DAY) for one in o.findings}
        for name, number, field in chance.sample(cells, 6):
            changed = {**given, name: [dict(row) for row in given[name]]}
            changed[name][number][field] = chance.choice(["不详", "2026-02-30", "1e", "??"])
            database.renew(MemoryTree(county_files(changed)), {name})
            database.need(descriptor.resources)
            outcomes = run(county_policies(), database, DAY)
            more = {(one.rule, one.key) for o in outcomes for one in o.findings if one.code == "rule"} - before
            assert more == set(), (name, number, field)
            database.renew(MemoryTree(county_files(given)), {name})  # what was changed before is as it was
