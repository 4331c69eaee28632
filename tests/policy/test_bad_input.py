"""Whatever is wrong in a policy file is a Finding with path and line; the other rules still run; no text becomes SQL."""

from __future__ import annotations

from datetime import date

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gongshi.policy import RuleState, load_policies, run
from support import rounds

from .cases import descriptor, ledger, policies_of, policy_tree

DAY = date(2020, 6, 30)
GOOD = """\
policy: test
title: 试
standards:
  - {id: few, title: 最少户数, unit: 户, clause: 一, values: [{from: 2014-01-01, value: 1}]}
facts:
  workers: {of: households, from: members, count: rows, where: [{field: labour, is: 普通劳动力}]}
rules:
  - id: good
    title: 好规则
    kind: condition
    severity: error
    clause: 一
    message: 不对，请改
    resource: households
    demand: [{field: population, at_least: {standard: few}}]
"""
RULE = (
    "  - {id: bad, title: 坏, kind: condition, severity: error, clause: 一, message: 请改, resource: households, %s}\n"
)


def bad(extra: str) -> str:
    return GOOD + RULE % extra


BAD_RULES = {
    "unknown kind": (
        GOOD + RULE.replace("condition", "magic") % "demand: [{field: population, filled: 是}]",
        "没有“magic”",
    ),
    "unknown parameter": (bad("demand: [{field: population, filled: 是}], sql: 'DROP TABLE x'"), "没有“sql”"),
    "missing parameter": (bad("notes: 无"), "缺参数 demand"),
    "unknown field": (bad("demand: [{field: salary, filled: 是}]"), "没有字段“salary”"),
    "sql as a field": (bad("demand: [{field: '1; DROP TABLE raw.households --', filled: 是}]"), "没有字段"),
    "quote in a field": (bad("demand: [{field: 'population\" OR 1=1 --', filled: 是}]"), "没有字段"),
    "unknown path": (bad("demand: [{field: school_code.name, filled: 是}]"), "没有字段“school_code”"),
    "path past the end": (bad("demand: [{field: village_code.village_class.x, filled: 是}]"), "走不通"),
    "unknown operation": (bad("demand: [{field: population, like: '%'}]"), "不认识“like”"),
    "two operations": (bad("demand: [{field: population, at_least: 1, at_most: 3}]"), "恰好一种比较"),
    "wrong type": (bad("demand: [{field: population, at_least: 三}]"), "不是数字"),
    "sql as a number": (bad("demand: [{field: population, at_least: '1) OR (1=1'}]"), "不是数字"),
    "sql as a word": (bad("demand: [{field: poverty_status, is: \"' OR '1'='1\"}]"), "没有“' OR '1'='1”这个取值"),
    "bad date": (bad("demand: [{field: identified_on, after: 2020-02-30}]"), "日期“2020-02-30”不对"),
    "number on text": (bad("demand: [{field: group_name, at_least: 3}]"), "只能用在"),
    "unknown standard": (bad("demand: [{field: population, at_least: {standard: nothing}}]"), "没有“nothing”这个标准"),
    "unknown fact": (bad("demand: [{field: fact.nothing, at_least: 1}]"), "没有“nothing”这个 fact"),
    "fact of another table": (
        bad("demand: [{field: fact.workers, at_least: 1}]").replace(
            "resource: households, demand", "resource: villages, demand"
        ),
        "不能用在“villages”",
    ),
    "empty scope": (bad("scope: {}, demand: [{field: population, filled: 是}]"), "scope 里什么也没有"),
    "unknown scope part": (
        bad("scope: {counties: [x]}, demand: [{field: population, filled: 是}]"),
        "不认识“counties”",
    ),
    "scope that leads nowhere": (
        bad("scope: {programmes: [产业扶贫]}, demand: [{field: population, filled: 是}]"),
        "请改用 where",
    ),
    "placeholder of no kind": (
        bad("demand: [{field: population, filled: 是}]").replace("请改,", "'{household_no}',"),
        "message 里不能写",
    ),
    "effective backwards": (
        bad("effective: {from: 2020-01-01, to: 2019-01-01}, demand: [{field: population, filled: 是}]"),
        "to 早于 from",
    ),
    "own runs": (bad("runs: root, demand: [{field: population, filled: 是}]"), "runs 只能写 sealing"),
    "unknown field to show": (bad("field: nothing, demand: [{field: population, filled: 是}]"), "没有字段“nothing”"),
    "terms are text": (bad("demand: population > 0"), "条件要写成列表"),
    "flag": (bad("demand: [{field: population, filled: maybe}]"), "要写 是 或 否"),
}


@pytest.mark.parametrize("name", BAD_RULES)
def test_a_bad_rule_is_a_finding_on_its_line_and_the_others_run(name: str) -> None:
    text, words = BAD_RULES[name]
    policies = policies_of(text)
    found = [finding for finding in policies.findings if words in finding.message]
    assert found, [finding.message for finding in policies.findings]
    last = len(text.splitlines())
    assert {(one.code, one.path, one.line, one.rule) for one in found} == {
        ("policy", "policies/test.yaml", last, "bad")
    }
    with ledger({"households": [{"household_no": "H0000001"}]}) as database:
        states = {one.rule.id: (one.state, one.broke) for one in run(policies, database, DAY)}
    assert states == {"good": (RuleState.RAN, 1), "bad": (RuleState.BROKEN, 0)}


BAD_FILES = {
    "a day that no year has": (
        GOOD.replace("unit: 户,", "unit: 户, type: monthday,").replace("value: 1}", "value: 04-31}"),
        "每年都有",
        4,
    ),
    "a day of leap years": (
        GOOD.replace("unit: 户,", "unit: 户, type: monthday,").replace("value: 1}", "value: 02-29}"),
        "每年都有",
        4,
    ),
    "standard without unit": (GOOD.replace("unit: 户, ", ""), "标准缺 unit", 4),
    "standard without clause": (GOOD.replace("unit: 户, clause: 一, ", "unit: 户, "), "标准缺 clause", 4),
    "standard twice on a day": (
        GOOD.replace("value: 1}", "value: 1}, {from: 2014-01-01, value: 2}"),
        "2014-01-01 与前一项重叠或颠倒",
        4,
    ),
    "standard of another type": (GOOD.replace("value: 1}", "value: 一}"), "不是数字", 4),
    "standard with a wrong type": (GOOD.replace("unit: 户,", "unit: 户, type: money,"), "type 只能写", 4),
    "unknown key": (GOOD + "secrets: 1\n", "不认识“secrets”", 16),
    "another name": (GOOD.replace("policy: test", "policy: other"), "policy 要等于文件名", 1),
    "fact on an unknown field": (GOOD.replace("is: 普通劳动力", "is: 强"), "没有“强”这个取值", 6),
    "fact with two methods": (GOOD.replace("count: rows", "count: rows, exists: rows"), "恰好写一个算法", 6),
    "fact in a circle": (
        GOOD.replace("{field: labour, is: 普通劳动力}", "{field: household_no.fact.workers, at_least: 1}"),
        "绕了一圈",
        6,
    ),
    "severity": (GOOD.replace("severity: error", "severity: fatal"), "severity 只能写", 11),
    "applies": (GOOD.replace("title: 试", "title: 试\napplies: nowhere"), "applies 只能写", 3),
    "rules are a mapping": ("policy: test\ntitle: 试\nrules: {id: x}\n", "rules要写成列表", 3),
    "not a mapping": ("- 1\n", "文件要写成 键: 值 的形式", 1),
    "anchors": ("policy: test\ntitle: &x 试\n", "不允许用 & 锚点", 2),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_a_finding_on_its_line(name: str) -> None:
    text, words, line = BAD_FILES[name]
    found = [finding for finding in policies_of(text).findings if words in finding.message]
    assert [(one.path, one.line) for one in found][:1] == [("policies/test.yaml", line)], policies_of(text).findings


def test_the_good_file_is_good() -> None:
    assert policies_of(GOOD).findings == ()


def test_rule_ids_and_plan_numbers_are_unique_over_files() -> None:
    tree = policy_tree(
        {
            "a.yaml": GOOD.replace("policy: test", "policy: a\nplan: 3"),
            "b.yaml": GOOD.replace("policy: test", "policy: b\nplan: 3"),
        }
    )
    messages = [finding.message for finding in load_policies(tree, descriptor()).findings]
    assert sum("规则号“good”重复" in message for message in messages) == 2
    assert sum("方案号 3 重复" in message for message in messages) == 2


def test_a_value_of_a_person_may_not_be_in_a_message() -> None:
    rule = """  - {id: shown, title: 试, kind: graded, severity: error, clause: 一, message: '是 {actual}', resource: members,
     by: enrolment, amount: birth_ym.age, table: [{value: 小学, at_least: 6}]}
"""
    (finding,) = policies_of(GOOD + rule).findings
    assert "不是公开字段" in finding.message
    assert policies_of(GOOD + rule.replace("是 {actual}", "应为 {wanted}")).findings == ()


HOSTILE = st.one_of(
    st.sampled_from(
        [
            "'; DROP TABLE raw.households; --",
            '"; DROP TABLE raw.households; --',
            "$1",
            "{{subject}}",
            "{{has from}}",
            "read_csv('/etc/passwd')",
            "1 UNION SELECT 1",
            "fact.workers.age",
            "fact.",
            ".",
            "a..b",
            "-99999",
            "99999999999999999999",
            "9999-12-31",
            "null",
        ]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30),
)
RICH = yaml.load(
    GOOD
    + """\
  - id: rich
    title: 试
    kind: frequency
    severity: error
    clause: 一
    message: '{missed}'
    resource: pairings
    date_field: started_on
    effective: {from: 2014-01-01}
    scope: {townships: [guzhen]}
    where: [{field: household_no.fact.workers, at_least: 1}, {any: [{field: role, is: 联系人}, {field: started_on, before: {day: -3}}]}]
    active: {from: started_on, to: ended_on}
    other: contacts
    match: {pairing_id: pairing_id}
    other_where: [{field: contact_kind, in: [走访, 谈心]}]
    other_date: contacted_on
    from: started_on
    to: ended_on
    per: month
    at_least: {standard: few}
    last: 3
""",
    Loader=yaml.BaseLoader,
)


def places(node, at=()):
    """The place of every scalar of a YAML value."""
    if isinstance(node, dict):
        return [place for key, value in node.items() for place in places(value, (*at, key))]
    if isinstance(node, list):
        return [place for key, value in enumerate(node) for place in places(value, (*at, key))]
    return [at]


def replaced(node, place, value):
    """A copy of ``node`` with another scalar at ``place``."""
    if not place:
        return value
    copy = dict(node) if isinstance(node, dict) else list(node)
    copy[place[0]] = replaced(node[place[0]], place[1:], value)
    return copy


def test_the_rich_file_is_good() -> None:
    assert policies_of(yaml.safe_dump(RICH, allow_unicode=True)).findings == ()


@settings(max_examples=rounds(40, 400), deadline=None)
@given(st.sampled_from(places(RICH)), HOSTILE)
def test_no_text_anywhere_breaks_loading_or_running(place, value) -> None:
    policies = policies_of(yaml.safe_dump(replaced(RICH, place, value), allow_unicode=True))
    rows = {
        "households": [{"household_no": "H0000001"}],
        "pairings": [{"pairing_id": "J0000001", "started_on": "2020-01-01"}],
    }
    with ledger(rows) as database:
        for outcome in run(policies, database, DAY):
            assert not any("没能算完" in finding.message for finding in outcome.findings)
        assert database.sql("SELECT count(*) FROM raw.households") == [(1,)]


def test_an_id_that_is_none_is_not_shown() -> None:
    """It may be a name."""
    name = "卫" + "贵才"
    policies = policies_of(
        f"policy: test\ntitle: 试\nrules: [{{id: {name}, title: 试}}, {{id: {name}, title: 试, kind: total, severity: error, clause: 一, message: x, resource: households}}]\n"
    )
    assert policies.findings and not any(name in f"{one.message} {one.rule}" for one in policies.findings)
