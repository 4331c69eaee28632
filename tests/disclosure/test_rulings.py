"""What the public learns of the rules: counts, never a record, and no small count of people."""

from __future__ import annotations

import re
from datetime import date

from gongshi.disclosure import WITHHELD
from gongshi.disclosure.rulings import WORDS, books, exemptions
from gongshi.model import Severity
from gongshi.package.yamlfile import Mapping
from gongshi.policy import Outcome, Policies, Policy, Rule, RuleState, Verdict, Waiver, kinds, load_policies
from gongshi.repository import WorkTree
from support import ROOT, project_descriptor

DAY = date(2020, 6, 30)


def rule(resource: str, message: str = "是 {actual}") -> Rule:
    body = Mapping({}, 1)
    return Rule("r", "试", "total", Severity.ERROR, "一", message, resource, "", "p", "policies/p.yaml", 1, body)


def ruling(resource: str, looked: int, broke: int, state: str = RuleState.RAN, made: Rule | None = None):
    made = made or rule(resource)
    policies = Policies((Policy("p", "某方案", "policies/p.yaml", plan=5, rules=(made,)),))
    verdict = Verdict(policies, (Outcome(made, state, looked, broke),), ())
    frozen = {("r", "looked"): 100, ("r", "broke"): WITHHELD}
    ((book),) = books(verdict, project_descriptor(), DAY, lambda *key: frozen[key])
    return book.rulings[0]


def test_of_tables_of_people_the_frozen_figures_are_shown() -> None:
    for looked, broke in ((3, 2), (100, 0), (999, 999)):
        made = ruling("households", looked, broke)
        assert (made.looked, made.broke) == (100, WITHHELD), "whatever the rules find today"


def test_counts_of_money_and_projects_are_public() -> None:
    made = ruling("payments", 3, 2)
    assert (made.looked, made.broke) == (3, 2)


def test_what_did_not_run_has_no_counts() -> None:
    made = ruling("households", 0, 0, RuleState.ELSEWHERE)
    assert (made.looked, made.broke, made.state) == (None, None, "不适用本县")


def test_a_message_speaks_chinese_where_a_finding_has_its_numbers() -> None:
    made = rule("payments", "{period}减贫 {actual} 人，任务是 {wanted} 人")
    assert ruling("payments", 1, 0, made=made).message == "〔哪一期〕减贫 〔实际数〕 人，任务是 〔应有数〕 人"
    assert {name for kind in kinds().values() for name in kind.details} == set(WORDS)
    messages = [rule.message for policy in load_policies(WorkTree(ROOT), project_descriptor()).policies
                for rule in policy.rules]  # fmt: skip
    shown = [ruling("payments", 1, 0, made=rule("payments", message)).message for message in messages]
    assert len(shown) > 600 and not [text for text in shown if re.search("[{}_]|actual|wanted", text)]


def test_a_waiver_shows_reason_and_last_day_but_no_record() -> None:
    waiver = Waiver("r", "H0000001", "灾后重建", "县扶贫办", date(2020, 6, 30), "policies/waivers.yaml", 2)
    verdict = Verdict(Policies(waivers=(waiver,)), (), ())
    (shown,) = exemptions(verdict, DAY)
    assert "H0000001" not in str(shown) and shown.reason == "灾后重建"
    assert exemptions(verdict, date(2020, 7, 1)) == ()
