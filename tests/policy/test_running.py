"""Which rules run, on which rows, with which figures."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from gongshi.model import Severity
from gongshi.package import ComputeError, QueryError, load
from gongshi.policy import (
    Policies,
    Rule,
    RuleState,
    check_scopes,
    compiled,
    compiling,
    judge,
    kinds,
    load_policies,
    run,
    running,
)
from gongshi.policy.facts import World
from gongshi.policy.proving import alternatives, count
from support import ROOT, DictTree, tree_of

from .cases import descriptor, ledger, made_id, policies_of, policy_tree

DAY = date(2020, 6, 30)
TOP = "policy: test\ntitle: 试\n"
RULE = "rules: [{id: r, title: 试, severity: warning, clause: 一, message: '{actual} {wanted}', %s}]\n"
COUNT = "kind: total, resource: households, at_most: 0"
DIVISIONS = [
    {"division_code": "990101100000", "level": "乡镇", "slug": "guzhen"},
    {"division_code": "990101101000", "level": "乡镇", "slug": "maocun"},
]
HOUSEHOLDS = [
    {"household_no": "H0000001", "village_code": "990101100201", "population": "1", "identified_on": "2015-01-01"},
    {"household_no": "H0000002", "village_code": "990101101201", "population": "2", "identified_on": "2019-01-01"},
]


def good(text: str) -> Policies:
    policies = policies_of(text)
    assert [finding.message for finding in policies.findings] == []
    return policies


def outcome(text: str, rows: dict, day: date = DAY, **options):
    with ledger(rows) as database:
        (found,) = run(good(text), database, day, **options)
    return found


def looked(text: str, rows: dict) -> int:
    return outcome(text, rows).looked


@pytest.mark.parametrize(
    ("scope", "count"),
    [
        ("", 2),
        ("scope: {townships: [guzhen]}\n", 1),
        ("scope: {townships: [guzhen], villages: ['990101101201']}\n", 2),
        ("scope: {villages: ['990101101201']}\n", 1),
        ("scope: {townships: [nowhere]}\n", 0),
    ],
)
def test_scope_by_place_reaches_through_keys(scope: str, count: int) -> None:
    rows = {
        "divisions": DIVISIONS,
        "households": HOUSEHOLDS,
        "members": [{"member_no": f"M0000000{i}", "household_no": f"H000000{i}"} for i in (1, 2)],
        "pairings": [{"pairing_id": f"J000000{i}", "household_no": f"H000000{i}"} for i in (1, 2)],
    }
    for resource in ("households", "members", "pairings"):
        rule = RULE % f"kind: total, resource: {resource}, at_most: 9"
        assert looked(TOP + scope + rule, rows) == count


def test_scope_by_unit_and_programme() -> None:
    rows = {
        "helpers": [{"helper_no": "B00001", "unit_code": "U101"}, {"helper_no": "B00002", "unit_code": "U102"}],
        "pairings": [
            {"pairing_id": "J0000001", "helper_no": "B00001"},
            {"pairing_id": "J0000002", "helper_no": "B00002"},
            {"pairing_id": "J0000003", "unit_code": "U101"},
        ],
        "projects": [{"project_id": "990101-2020-CY-0001", "year": "2020", "category": "产业扶贫"}],
        "payments": [{"payment_id": "F0000001", "project_id": "990101-2020-CY-0001"}, {"payment_id": "F0000002"}],
    }
    unit = TOP + "scope: {units: [U101]}\n" + RULE % "kind: total, resource: pairings, at_most: 9"
    assert looked(unit, rows) == 2
    programme = TOP + "scope: {programmes: [产业扶贫]}\n" + RULE % "kind: total, resource: payments, at_most: 9"
    assert looked(programme, rows) == 1
    assert (
        looked(
            TOP + "scope: {units: [U101]}\n" + RULE % "kind: total, resource: pairings, scope: county, at_most: 9", rows
        )
        == 3
    )


def test_a_scope_that_names_something_unknown_is_a_finding() -> None:
    text = TOP + "scope: {townships: [nowhere], villages: ['990101100201']}\n" + RULE % COUNT
    with ledger({"divisions": DIVISIONS, "villages": [{"village_code": "990101100201"}]}) as database:
        (finding,) = check_scopes(good(text), database)
    assert finding.line == 3 and "nowhere" in finding.message and finding.severity is Severity.ERROR


def test_a_record_is_judged_by_the_rule_in_force_on_its_own_date() -> None:
    rule = (
        RULE
        % "kind: total, resource: households, date_field: identified_on, effective: {from: 2016-01-01, to: 2019-12-31}, at_most: 0"
    )
    assert outcome(TOP + rule, {"households": HOUSEHOLDS}).looked == 1
    assert outcome(TOP + rule, {"households": HOUSEHOLDS}, date(2015, 6, 30)).state == RuleState.NOT_IN_FORCE
    undated = RULE % "kind: total, resource: households, effective: {to: 2019-12-31}, at_most: 0"
    assert outcome(TOP + undated, {"households": HOUSEHOLDS}).state == RuleState.NOT_IN_FORCE


DATED = """standards:
  - {id: size, title: 人口, unit: 人, clause: 一, values: [{from: 2014-01-01, value: 1}, {from: 2018-01-01, value: 3}, {from: 2020-01-01, value: null}]}
"""


def test_a_standard_is_taken_on_the_date_of_the_record() -> None:
    demand = (
        "kind: coverage, resource: households, other: members, date_field: identified_on, at_least: {standard: size}"
    )
    third = {"household_no": "H0000003", "population": "1", "identified_on": "2020-02-01"}
    before = {"household_no": "H0000004", "population": "1", "identified_on": "2013-02-01"}
    members = [{"member_no": f"M0000000{i}", "household_no": "H0000001" if i < 2 else "H0000002"} for i in (1, 2, 3)]
    found = outcome(TOP + DATED + RULE % demand, {"households": [*HOUSEHOLDS, third, before], "members": members})
    broken, undated = found.findings
    assert (broken.key, broken.message) == (("H0000002",), "2 3")
    assert (undated.code, undated.severity) == ("unjudged", Severity.NOTICE) and "2 行" in undated.message
    assert found.looked == 2, "records on whose date there is no value are not judged"


def test_a_standard_without_value_is_one_notice() -> None:
    found = outcome(
        TOP + DATED + RULE % "kind: total, resource: households, at_most: {standard: size}", {"households": HOUSEHOLDS}
    )
    assert found.state == RuleState.NOT_CONFIGURED
    (finding,) = found.findings
    assert (finding.code, finding.severity, finding.rule) == ("not-configured", Severity.NOTICE, "r")
    assert "未配置" in finding.message and "人口" in finding.message
    earlier = outcome(
        TOP + DATED + RULE % "kind: total, resource: households, at_most: {standard: size}",
        {"households": HOUSEHOLDS},
        date(2019, 1, 1),
    )
    assert earlier.state == RuleState.RAN


def test_a_fact_with_a_standard_without_value_is_not_configured_either() -> None:
    facts = "facts: {big: {of: households, from: members, count: rows, where: [{field: work_months, at_least: {standard: size}}]}}\n"
    rule = (
        RULE.replace("'{actual} {wanted}'", "请改")
        % "kind: condition, resource: households, demand: [{field: fact.big, at_least: 1}]"
    )
    assert outcome(TOP + DATED + facts + rule, {"households": HOUSEHOLDS}).state == RuleState.NOT_CONFIGURED


def test_states_of_rules_that_do_not_run() -> None:
    assert outcome(TOP + "applies: elsewhere\n" + RULE % COUNT, {"households": HOUSEHOLDS}).state == RuleState.ELSEWHERE
    assert outcome(TOP + "applies: elsewhere\n" + RULE % COUNT, {"households": HOUSEHOLDS}, everywhere=True).broke == 1
    sealed = (
        RULE.replace("'{actual} {wanted}'", "请改") % "kind: identifier, resource: members, runs: sealing, check: sex"
    )
    assert outcome(TOP + sealed, {}).state == RuleState.SEALING
    change = RULE % "kind: change, resource: households, at_most_rise: 5"
    assert outcome(TOP + change, {}).state == RuleState.NO_BASE


MADE = made_id("99010120991231002")  # made at run time: a birth year that nobody has


@pytest.mark.parametrize(
    ("check", "row", "bad"),
    [
        ("id_form", {"id_no": MADE.lower()}, False),
        ("id_form", {"id_no": MADE[:-1] + str((int(MADE[-1], 11) + 1) % 10)}, True),
        ("id_form", {"id_no": MADE + "41"}, False),
        ("id_form", {"id_no": ""}, True),
        ("sex", {"id_no": MADE}, True),
        ("birth", {"id_no": MADE}, False),
        ("phone_form", {"phone": "238" + "0" * 8}, True),
        ("phone_form", {"phone": "138" + "0" * 8}, False),
        ("phone_shared", {"phone": "138" + "0" * 8}, True),
        ("id_duplicate", {"id_no": MADE}, True),
    ],
)
def test_identifiers(check: str, row: dict, bad: bool) -> None:
    rule = (
        RULE.replace("'{actual} {wanted}'", "请改")
        % f"kind: identifier, resource: members, runs: sealing, check: {check}"
    )
    members = [
        {"member_no": "M00000001", "household_no": "H0000001", "sex": "男", "birth_ym": "2099-12"},
        {"member_no": "M00000002", "household_no": "H0000002", "sex": "女", "birth_ym": "2099-12"},
    ]
    people = [{"member_no": "M00000001", **row}]
    if check in ("phone_shared", "id_duplicate"):
        people.append({**people[0], "member_no": "M00000002"})
    found = outcome(TOP + rule, {"members": members}, identities=people)
    blamed = "M00000002" if len(people) == 2 else "M00000001"  # of two that share, the second
    assert {finding.key for finding in found.findings} == ({(blamed,)} if bad else set())


def test_working_days_beyond_the_calendar_are_said_not_guessed() -> None:
    rule = (
        RULE % "kind: duration, resource: allocations, from: received_on, to: published_on, unit: workday, at_most: 15"
    )
    rows = {
        "allocations": [{"allocation_id": "N2021-001", "received_on": "2020-12-28", "published_on": "2021-01-04"}],
        "calendar": [{"calendar_date": "2020-05-01", "day_kind": "放假", "holiday": "劳动节"}],
    }
    found = outcome(TOP + rule, rows)
    (finding,) = found.findings
    assert (finding.code, finding.path) == ("calendar", "records/county/calendar.csv")
    assert finding.severity is Severity.NOTICE and "只有连续的 2020—2020 年" in finding.message
    assert (found.broke, found.judged, found.beyond) == (0, 0, 1)


def test_a_year_without_holidays_is_one_notice_for_all_rules_and_rows() -> None:
    one = (
        RULE % "kind: duration, resource: allocations, from: received_on, to: published_on, unit: workday, at_most: 15"
    )
    two = one.replace("rules: [{id: r,", ", {id: s,").replace("\n", "")
    both = one.replace("]\n", two + "\n")
    days = [("2021-12-28", "2023-01-04"), ("2022-03-01", "2022-03-04"), ("2020-03-02", "2020-03-03")]
    rows = {
        "allocations": [
            {"allocation_id": f"N2021-00{n}", "received_on": a, "published_on": b} for n, (a, b) in enumerate(days)
        ],
        "calendar": [
            {"calendar_date": f"{y}-05-01", "day_kind": "放假", "holiday": "劳动节"} for y in (2019, 2020, 2021, 2023)
        ],
    }
    policies = policies_of(TOP + both)
    with ledger(rows) as database:
        outcomes = run(policies, database, DAY)
    (told,) = [finding for outcome in outcomes for finding in outcome.findings]
    assert told.code == "calendar" and "2 条" in told.message and "4 处" in told.message and "2019—2021" in told.message
    assert [outcome.beyond for outcome in outcomes] == [2, 2], "one year between others was not entered"


def test_no_more_than_a_thousand_findings_but_all_are_counted() -> None:
    rule = (
        RULE.replace("'{actual} {wanted}'", "请改")
        % "kind: condition, resource: households, demand: [{field: population, filled: 是}]"
    )
    found = outcome(TOP + rule, {"households": [{"household_no": f"H{number:07}"} for number in range(1, 1204)]})
    assert (len(found.findings), found.broke, found.looked) == (1000, 1203, 1203)


def test_the_connection_is_locked_and_the_tables_of_the_rules_are_gone() -> None:
    with ledger({"households": HOUSEHOLDS}) as database:
        for _ in range(2):
            run(good(TOP + RULE % COUNT), database, DAY)
        with pytest.raises(ComputeError):
            database.sql("SELECT * FROM read_csv('/etc/hostname')")
        with pytest.raises(ComputeError):
            database.sql("SET enable_external_access = true")
        assert database.sql("SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'rules'") == [(0,)]


def test_duckdb_spills_into_a_private_folder_that_is_gone_afterwards() -> None:
    with ledger({"households": HOUSEHOLDS}) as database:
        run(good(TOP + RULE % COUNT), database, DAY)
        ((name,),) = database.sql("SELECT current_setting('temp_directory')")
        folder = Path(name)
        assert folder.stat().st_mode & 0o777 == 0o700
        assert not folder.resolve().is_relative_to(ROOT)
    assert not folder.exists()


@pytest.mark.parametrize("wait", [0, 0.7])
def test_a_check_that_is_told_to_end_leaves_no_folder(wait: float, tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from gongshi.cli import main; main()", "-C", str(ROOT), "check"]
    with subprocess.Popen(
        command, env=os.environ | {"TMPDIR": str(tmp_path)}, stderr=subprocess.PIPE, text=True
    ) as process:
        while process.poll() is None and not list(tmp_path.iterdir()):
            time.sleep(0.05)
        time.sleep(wait)
        process.terminate()
        said = process.stderr.read()
    assert process.returncode in (0, 1, 143)  # who knows the answers already may be done before
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ask", ["sql", "columns"])
def test_an_interrupt_in_a_query_is_no_broken_rule(ask: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted:
        def execute(self, *_: object) -> None:
            raise RuntimeError("Query interrupted")

    with ledger({}) as database:
        with pytest.raises(QueryError):
            getattr(database, ask)("SELECT 1 FROM nothing")
        monkeypatch.setattr(database, "_cursor", Interrupted)
        with pytest.raises(KeyboardInterrupt):
            getattr(database, ask)("SELECT 1")


def test_absurd_figures_do_not_stop_other_rules() -> None:
    rules = """rules:
  - {id: a, title: 试, kind: product, severity: error, clause: 一, message: 请改, resource: projects, factors: [quantity, unit_price], result: budget_total}
  - {id: b, title: 试, kind: condition, severity: error, clause: 一, message: 请改, resource: projects, demand: [{field: final_cost, at_most: {field: budget_total, times: 1.1}}]}
  - {id: c, title: 试, kind: duration, severity: error, clause: 一, message: 请改, resource: projects, from: planned_start, to: planned_end, unit: year, at_most: 3}
  - {id: d, title: 试, kind: steps, severity: error, clause: 一, message: 请改, resource: projects, other: project-stages, name: stage, done: done_on, year: year, steps: [{name: 开工, due: 05-31}]}
"""
    row = {
        "project_id": "990101-2020-JS-0001",
        "year": "2147483647",
        "quantity": "999999999999999.999999",
        "unit_price": "9999999999999999999.99",
        "budget_total": "9999999999999999999.99",
        "final_cost": "9999999999999999999.99",
        "planned_start": "0001-01-01",
        "planned_end": "infinity",
    }
    with ledger({"projects": [row]}) as database:
        outcomes = run(good(TOP + rules), database, DAY)
    assert {one.rule.id: one.state for one in outcomes} == dict.fromkeys("abcd", RuleState.RAN)


def test_same_as_inherits_and_differs() -> None:
    first = """policy: a
title: 甲
plan: 9
scope: {villages: ['990101100201']}
standards: [{id: size, title: 人口, unit: 人, clause: 一, values: [{from: 2014-01-01, value: 0}]}]
facts: {people: {of: households, from: members, count: rows}}
rules:
  - {id: p09-size, title: 试, kind: total, severity: error, clause: 一, message: 请改, resource: households, at_most: {standard: size}}
  - {id: p09-more, title: 试, kind: condition, severity: error, clause: 一, message: 请改, resource: households, demand: [{field: fact.people, at_least: 1}]}
"""
    second = """policy: b
title: 乙
plan: 11
same_as: 9
without: [p11-more]
scope: {villages: ['990101101201']}
standards: [{id: size, title: 人口, unit: 人, clause: 二, values: [{from: 2014-01-01, value: 1}]}]
"""
    tree = policy_tree({"a.yaml": first, "b.yaml": second})
    policies = load_policies(tree, descriptor())
    assert policies.findings == ()
    assert [rule.id for _, rule in policies.rules()] == ["p09-size", "p09-more", "p11-size"]
    with ledger({"households": HOUSEHOLDS}) as database:
        states = {one.rule.id: (one.looked, one.broke) for one in run(policies, database, DAY)}
    assert states == {"p09-size": (1, 1), "p09-more": (1, 1), "p11-size": (1, 0)}
    wrong = policy_tree(
        {"a.yaml": first, "b.yaml": second.replace("same_as: 9", "same_as: 4").replace("without: [p11-more]\n", "")}
    )
    assert any("找不到方案 4" in finding.message for finding in load_policies(wrong, descriptor()).findings)


WAIVED = """waivers:
  - {rule: r, record: H0000001, reason: 灾后重建, approved_by: 县扶贫办, until: 2020-12-31}
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("rule: r", "rule: other", "不存在，请核对规则号"),
        ("H0000001", "H0009999", "在“households”表里不存在"),
        ("H0000001", "H0000002", "没有用上"),
        ("2020-12-31", "2020-06-29", "到期"),
        ("reason: 灾后重建, ", "", "豁免缺 reason"),
        ("2020-12-31", "2020-02-31", "日期“2020-02-31”不对"),
        ("reason:", "why: 无, reason:", "不认识“why”"),
    ],
)
def test_a_waiver_makes_a_notice_and_a_useless_one_is_a_finding(old: str, new: str, words: str) -> None:
    rule = (
        RULE.replace("'{actual} {wanted}'", "请改")
        % "kind: condition, resource: households, demand: [{field: population, at_least: 2}]"
    )
    tree = tree_of({"households": HOUSEHOLDS})
    tree.files |= {"policies/test.yaml": (TOP + rule).encode(), "policies/waivers.yaml": WAIVED.encode()}
    with load(tree) as database:
        (finding,) = judge(database, DAY).findings
    assert finding.severity is Severity.NOTICE and "灾后重建" in finding.message and "县扶贫办" in finding.message
    tree.files["policies/waivers.yaml"] = WAIVED.replace(old, new).encode()
    with load(tree) as database:
        findings = [one for one in judge(database, DAY).findings if one.code == "waiver"]
    assert [one.line for one in findings if words in one.message] == [2], findings


def test_a_waiver_of_a_rule_on_an_unknown_table_says_nothing_more() -> None:
    rule = RULE.replace("'{actual} {wanted}'", "请改") % "kind: condition, resource: nothing, demand: []"
    tree = tree_of({})
    tree.files |= {"policies/test.yaml": (TOP + rule).encode(), "policies/waivers.yaml": WAIVED.encode()}
    with load(tree) as database:
        findings = judge(database, DAY).findings
    assert {one.code for one in findings} == {"policy"} and any("没有“nothing”" in one.message for one in findings)


def test_a_kind_says_whether_it_blames_groups() -> None:
    named = {kind.name for kind in kinds().values() if 'AS "group"' in kind.sql}
    assert named == {kind.name for kind in kinds().values() if kind.blames_groups} != set()


def test_a_waiver_on_the_last_day_still_holds_and_on_a_total_names_no_record() -> None:
    tree = tree_of({"households": HOUSEHOLDS})
    waiver = WAIVED.replace("H0000001", "'-'").replace("2020-12-31", "2020-06-30")
    tree.files |= {"policies/test.yaml": (TOP + RULE % COUNT).encode(), "policies/waivers.yaml": waiver.encode()}
    with load(tree) as database:
        (finding,) = judge(database, DAY).findings
    assert finding.severity is Severity.NOTICE and finding.path == "policies/test.yaml" and finding.line == 3


TWO = """rules:
  - {id: small, title: 试, kind: condition, resource: households, demand: [{field: population, at_most: 1}], severity: error, clause: 一, message: 大}
  - {id: any, title: 试, kind: condition, resource: households, where: [{field: population, at_least: 2}], demand: [{field: population, filled: 是}], severity: error, clause: 一, message: 空}
"""


@pytest.mark.parametrize("fails", [False, True])
def test_rules_counted_together_say_what_each_says_alone(fails: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the count cannot be made: then each rule runs by itself."""
    calls = []

    def counted(database, batch):
        calls.append(len(batch))
        if fails:
            raise ComputeError("x")
        return count(database, batch)

    monkeypatch.setattr(running, "count", counted)
    policies = good(TOP + TWO)
    with ledger({"households": HOUSEHOLDS}) as database:
        found = run(policies, database, DAY)
    assert calls == [2]
    assert [(one.rule.id, one.state, one.looked, one.broke) for one in found] == [
        ("small", RuleState.RAN, 2, 1),
        ("any", RuleState.RAN, 1, 0),
    ]
    assert [finding.key for one in found for finding in one.findings] == [("H0000002",)]


def test_every_rule_of_a_kind_that_doubts_rows_carries_a_proof() -> None:
    """And its condition is the kind's own, so that what it does not doubt does not break the rule."""
    exact = {name for name, kind in kinds().items() if kind.doubts and "{{doubts}}" in kind.sql}
    assert exact == {"condition", "classification", "choose", "product", "quotient", "stop", "target"}
    assert {name for name, kind in kinds().items() if kind.doubts} - exact == {
        "duration",
        "coverage",
        "part_sum",
        "total",
    }


def test_the_doubts_of_a_duration_miss_no_breach(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = ("at_most: 30", "at_least: 31", "unit: month, at_least: 1", "unit: workday, at_most: 3")
    options = ("", "open: 是, ", "inclusive: 是, ", "require: 是, ")
    rules = "".join(
        f"  - {{id: r{number}, title: 试, kind: duration, resource: loans, from: lent_on, to: repaid_on, {more}{limit}, "
        "severity: error, clause: 一, message: 差}\n"
        for number, (limit, more) in enumerate(product(limits, options))
    )
    dates = [("2020-01-01", "2020-01-31"), ("2020-01-01", "2020-02-01"), ("2020-01-01", ""), ("", "2020-01-01")]
    rows = [{"loan_id": f"K{n}", "lent_on": lent, "repaid_on": repaid} for n, (lent, repaid) in enumerate(dates)]
    policies = good(f"{TOP}rules:\n{rules}")
    with ledger({"loans": rows}) as database:
        proven = run(policies, database, DAY)
        monkeypatch.setattr(running, "count", lambda *_: [])
        assert run(policies, database, DAY) == proven
    assert {one.broke for one in proven} >= {0, 1, 2}


@pytest.mark.parametrize(
    ("condition", "live"),
    [
        ("a < (NULL::DECIMAL(21,6)) OR a > ($1::DECIMAL(21,6))", "a > ($1::DECIMAL(21,6))"),
        ("n < NULL::DECIMAL(21,6) - $1::DECIMAL(21,6)", "false"),
        (
            "('equal' = 'at_most' AND a > b) OR ('equal' = 'equal' AND abs(a - b) > $1::BIGINT)",
            "abs(a - b) > $1::BIGINT",
        ),
        ("b > CASE WHEN true THEN a ELSE coalesce(c, 0) END", "b > a"),
        ("b > CASE WHEN false THEN a ELSE coalesce(c, 0) END OR d", "b > coalesce(c, 0) OR d"),
        ("a AND (b OR c < NULL::DATE)", "a AND (b OR c < NULL::DATE)"),
        ("a = NULL::DATE OR b IS NULL OR NULL::DATE < c", "a = NULL::DATE OR b IS NULL OR NULL::DATE < c"),
    ],
)
def test_what_no_row_meets_is_not_asked(condition: str, live: str) -> None:
    assert alternatives(condition) == live


GATHERED = """
  - kind: coverage, resource: households, other: members
  - kind: coverage, resource: households, other: members, distinct: relation
  - kind: coverage, resource: households, other: members, other_where: [{field: relation, is: 户主}]
  - kind: coverage, resource: members, where: [{field: household_no.population, at_least: 2}], other: households, match: {household_no: household_no}
  - kind: target, resource: households, amount: population
  - kind: target, resource: households, amount: population, expect: 3
  - kind: target, resource: households, where: [{field: village_code, is: 无}], amount: population
  - kind: target, resource: members, amount: household_no.population
  - kind: total, resource: members
  - kind: total, resource: households, measure: sum, amount: population
  - kind: total, resource: households, where: [{field: village_code, is: 无}], measure: sum, amount: population
  - kind: total, resource: members, measure: distinct, amount: household_no.village_code
  - kind: total, resource: households, by: [village_code]
"""


@pytest.mark.parametrize("twice", [False, True])
def test_what_is_gathered_beside_rows_misses_no_breach(twice: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a household's number is there twice: then its members stand twice in what comes by it."""
    made = [line[4:] for line in GATHERED.splitlines() if line] + [
        f"kind: part_sum, resource: households, total: population, other: members, amount: height{more}"
        for more in ("", ", compare: at_most", ", compare: at_least")
    ]
    made = [one.replace("amount: height", "amount: monthly_wage") for one in made]
    limits = (", at_least: 1", ", at_least: 3", ", at_most: 1", ", exactly: 0", ", exactly: 2")
    rules = "".join(
        f"  - {{id: r{number}, title: 试, {one}{limit}, severity: error, clause: 一, message: 差}}\n"
        for number, (one, limit) in enumerate(
            [pair for pair in product(made, limits) if "part_sum" not in pair[0]]
            + [(one, "") for one in made if "part_sum" in one]
        )
    )
    households = [
        {"household_no": "H0000001", "village_code": "v1", "population": "2"},
        {"household_no": "H0000002", "village_code": "v2", "population": ""},
        {"household_no": "H0000003", "population": "1"},
        *([{"household_no": "H0000001", "village_code": "v1", "population": "3"}] if twice else []),
    ]
    members = [
        {"member_no": f"M{n}", "household_no": house, "relation": relation, "monthly_wage": wage}
        for n, (house, relation, wage) in enumerate(
            [("H0000001", "户主", "1"), ("H0000001", "配偶", "1"), ("H0000002", "户主", "0"), ("", "户主", "9")]
        )
    ]
    policies = good(f"{TOP}rules:\n{rules}")
    with ledger({"households": households, "members": members}) as database:
        proven = run(policies, database, DAY)
        monkeypatch.setattr(running, "count", lambda *_: [])
        assert run(policies, database, DAY) == proven
    assert {one.broke for one in proven} >= {0, 1, 2} and {one.state for one in proven} == {RuleState.RAN}


def test_the_same_books_are_read_once() -> None:
    files = {**policy_tree({}).files, "policies/a.yaml": b"title: x\n"}
    first = load_policies(DictTree(files), descriptor())
    assert load_policies(DictTree(dict(files)), descriptor()) is first
    for more in (
        {"policies/a.yaml": b"title: y\n"},
        {"policies/b.yaml": b"title: x\n"},
        {"policies/waivers.yaml": b""},
    ):
        assert load_policies(DictTree(files | more), descriptor()) is not first
    other = replace(descriptor(), title="别的县")
    assert load_policies(DictTree(files), other) is not first


def test_a_check_compiles_each_rule_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = "".join(
        f"  - {{id: r{n}, title: 试, kind: condition, resource: loans, demand: [{{field: amount, at_least: {n}}}], {more}"
        "severity: error, clause: 一, message: 差}\n"
        for n, more in enumerate(("", "effective: {from: 2030-01-01}, ", "effective: {from: 2010-01-01}, "))
    )
    asked: list[str] = []

    def counted(world: World, rule: Rule) -> object:
        asked.append(rule.id)
        return compiling.compile_rule(world, rule)

    monkeypatch.setattr(compiled, "compile_rule", counted)
    tree = DictTree({**policy_tree({"a.yaml": f"policy: a\ntitle: once\nrules:\n{rules}"}).files})
    with load(tree, ["loans"], descriptor()) as database:
        verdict = judge(database, DAY)
        assert sorted(asked) == ["r0", "r1", "r2"] and verdict.policies.findings == ()
        assert judge(database, DAY).outcomes == verdict.outcomes
        assert len(asked) == 3
        judge(database, date(2031, 1, 1))
    assert sorted(asked[3:]) == ["r0", "r1", "r2"], "of another day what the day says is other"
