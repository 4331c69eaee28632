"""Every one of the 199 requirements has an answer, and every answer names something that exists."""

from __future__ import annotations

import re

import pytest

from gongshi.model import GongshiError
from gongshi.policy import load_policies
from gongshi.policy.coverage import HOW, Answer, coverage_table, how, missing_fields, read_coverage
from gongshi.repository import WorkTree
from policy.cases import policies_of
from support import ROOT, project_descriptor

# How many requirements each plan has; 11 and 14 are plan 9 again, and 17 is answered with 12.
ROWS = {
    1: 22,
    2: 16,
    3: 9,
    4: 8,
    5: 23,
    6: 5,
    7: 10,
    8: 4,
    9: 9,
    10: 5,
    12: 1,
    13: 14,
    15: 7,
    16: 16,
    18: 3,
    19: 17,
    20: 8,
    21: 5,
    22: 17,
}
WANTED = {f"{plan}-{number:02d}" for plan, count in ROWS.items() for number in range(1, count + 1)}
BOOKS = {f"Q{number:02d}" for number in range(1, 35)} | {f"F{number:02d}" for number in range(1, 31)}


@pytest.fixture(scope="module")
def answers() -> list[Answer]:
    return read_coverage(WorkTree(ROOT))


@pytest.fixture(scope="module")
def rules() -> set[str]:
    return {rule.id for _, rule in load_policies(WorkTree(ROOT), project_descriptor()).rules()}


def test_every_row_has_one_answer(answers: list[Answer]) -> None:
    assert len(WANTED) == 199
    rows = [answer.row for answer in answers]
    assert len(rows) == len(set(rows)) and set(rows) == WANTED | BOOKS
    for answer in answers:
        assert answer.title and (answer.rules or answer.fields or answer.page or answer.explanation), answer.row


def test_answers_name_what_exists(answers: list[Answer], rules: set[str]) -> None:
    descriptor = project_descriptor()
    for answer in answers:
        assert set(answer.rules) <= rules, answer.row
        assert missing_fields(answer, descriptor) == [], answer.row
        if answer.page:
            source = answer.page.removesuffix(".html").removesuffix(".md").rstrip("/")
            candidates = [ROOT / "docs" / f"{source}.md", ROOT / "docs" / source / "index.md"]
            assert any(path.is_file() for path in candidates), (answer.row, answer.page)


def test_most_are_answered_by_rules_or_fields(answers: list[Answer]) -> None:
    plans = [answer for answer in answers if answer.row in WANTED]
    assert sum(bool(answer.rules) for answer in plans) >= 150
    books = [answer for answer in answers if answer.row in BOOKS]
    assert all(answer.rules for answer in books)


def test_rules_say_what_they_cover(rules: set[str]) -> None:
    known = WANTED | BOOKS
    for _, rule in load_policies(WorkTree(ROOT), project_descriptor()).rules():
        assert set(rule.covers) <= known, rule.id


def test_a_field_that_is_not_there_is_seen() -> None:
    assert missing_fields(Answer("1-01", "x", fields=("households.nope", "nope.x")), project_descriptor()) == [
        "households.nope",
        "nope.x",
    ]


def test_a_broken_entry_names_its_file(tmp_path) -> None:
    place = tmp_path / "policies/coverage/x.yaml"
    place.parent.mkdir(parents=True)
    place.write_text("rows:\n  - {title: 没有条目号}\n", encoding="utf-8")
    with pytest.raises(GongshiError, match=re.escape("policies/coverage/x.yaml")):
        read_coverage(WorkTree(tmp_path))


def test_every_row_says_how_it_is_answered(answers: list[Answer]) -> None:
    policies = load_policies(WorkTree(ROOT), project_descriptor())
    ways = {answer.row: how(answer, policies) for answer in answers}
    assert all(ways.values()) and set(HOW) & set(ways.values()) == set(HOW)
    assert ways["1-01"] == "只在外地方案" and ways["5-06"] == "逐行核对"
    assert sum(row in WANTED for row in ways) == 199
    first = coverage_table(answers, policies).splitlines()[0]
    assert sum(map(int, re.findall(r"([0-9]+) 项(?=[，。])", first))) == 199


@pytest.mark.parametrize(
    ("rules", "way"),
    [
        (("typed",), "填报数自查"), (("held",), "填报数与记录核对"), (("rows",), "逐行核对"), (("typed", "rows"), "逐行核对"),
        (("typed", "held"), "填报数与记录核对"), ((), "页面"),
    ],
)  # fmt: skip
def test_the_strongest_way_counts(rules: tuple[str, ...], way: str) -> None:
    common = "kind: condition, severity: error, clause: 一, message: 不对"
    policies = policies_of(
        "policy: test\ntitle: 试\nfacts:\n  n: {of: indicators, from: villages, count: rows, match: {village_code: subject}}\nrules:\n"
        f"  - {{id: typed, title: 一, {common}, resource: indicators, demand: [{{field: actual, at_least: {{field: target}}}}]}}\n"
        f"  - {{id: held, title: 二, {common}, resource: indicators, demand: [{{field: fact.n, at_least: {{field: actual}}}}]}}\n"
        f"  - {{id: rows, title: 三, {common}, resource: villages, demand: [{{field: households, filled: 是}}]}}\n"
    )
    assert how(Answer("1-01", "试", rules, page="policies"), policies) == way


def test_every_check_of_a_county_s_own_has_a_rule_that_cites_it_or_a_reason() -> None:
    """Of what a county checks in its exports 99 had no rule, or no whole one."""
    policies = load_policies(WorkTree(ROOT), project_descriptor())
    numbers = re.compile("[0-9]{1,4}_[0-9]+(?:_[0-9]+)?")
    cited = {one for _, rule in policies.rules() for one in numbers.findall(rule.clause)}
    text = (ROOT / "policies/README.md").read_text("utf-8").split("## 县级筛查")[1].split("\n## ")[0]
    table = [line.split("|")[1:4] for line in text.splitlines() if line.startswith("| ") and "_" in line]
    reasons = {one: reason.strip() for first, _, reason in table for one in numbers.findall(first)}
    assert (len(cited), len(reasons)) == (85, 14) and not cited & set(reasons) and all(reasons.values())
    assert set(re.findall("`(q[0-9]+[a-z]?)`", text)) <= {rule.id for _, rule in policies.rules()}
