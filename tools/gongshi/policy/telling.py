"""What a rule really judged, in words: how many rows, how many of them break it, and what could not be judged and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from gongshi.model import Finding, Severity
from gongshi.policy.values import Outcome, RuleState, Standard


def told(outcome: Outcome) -> str:
    """The result of a rule that ran."""
    if not outcome.looked and not outcome.undated:
        return "没有要判的行"
    words = [f"判了 {outcome.judged:,} 行，违反 {outcome.broke:,} 处"]
    return "，".join([*words, *([unjudged(outcome)] if unjudged(outcome) else [])])


def unjudged(outcome: Outcome) -> str:
    """What could not be judged, and why; "" if everything was."""
    words = []
    if outcome.blank:
        empty = "、".join(f"“{title}”{count:,} 行" for title, count in outcome.gaps)
        words.append(f"{outcome.blank:,} 行无法判断（空着：{empty}）")
    if outcome.undated:
        words.append(f"{outcome.undated:,} 行的日期没有标准，未判")
    if outcome.unread:
        words.append(f"{outcome.unread:,} 行无法判断（要看的格子里有读不出的）")
    if outcome.beyond:
        words.append(f"{outcome.beyond:,} 行的日期超出节假日安排，未判")
    return "，".join(words)


def open_ends(outcome: Outcome, standards: Iterator[Standard] | tuple[Standard, ...], day: date) -> list[Finding]:
    """Notices of a rule that could judge none of its rows, or some of whose rows have no standard of their date."""
    rule, words = outcome.rule, []
    if outcome.state == RuleState.RAN and outcome.blank and not outcome.judged:
        words.append(f"规则“{rule.title}”一行也没能判断：{unjudged(outcome)}；请补填，或说明为什么不填")
    elif outcome.state == RuleState.RAN and outcome.undated:
        past = "、".join(lapse(one, day) for one in standards if lapse(one, day))
        words.append(f"规则“{rule.title}”有 {outcome.undated:,} 行没有当时的标准，未判" + (f"：{past}" if past else ""))
    return [
        Finding("unjudged", Severity.NOTICE, one, rule.path, rule.line, rule.resource, policy=rule.policy, rule=rule.id, clause=rule.clause)
        for one in words
    ]  # fmt: skip


def lapse(standard: Standard, day: date) -> str:
    """That a standard is past the last day it is known for; "" if it is not."""
    if standard.last is None or day <= standard.last:
        return ""
    years = day.year - standard.last.year - ((day.month, day.day) < (standard.last.month, standard.last.day))
    return f"标准“{standard.title}”已过{f' {years} 年' if years else '期'}未核（只核到 {standard.last.isoformat()}）"
