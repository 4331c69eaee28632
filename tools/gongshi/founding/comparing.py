"""What an upgrade does to the rules and to what they find, as values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gongshi.changes.judging import judging
from gongshi.model import Finding
from gongshi.package import county_day, load, read_descriptor
from gongshi.package.yamlfile import plain
from gongshi.policy import Policies, load_policies
from gongshi.policy.values import Value
from gongshi.repository import RevisionTree


@dataclass(frozen=True, slots=True)
class RuleChange:
    """``kind`` is new, gone, standard, severity or body; ``before`` and ``after`` are texts, "" for what is not there."""

    kind: str
    policy: str
    rule: str
    title: str
    before: str = ""
    after: str = ""


def rule_changes(before: RevisionTree, after: RevisionTree) -> list[RuleChange]:
    """What differs in meaning between the policies of two commits."""
    old, new = (load_policies(tree, read_descriptor(tree)) for tree in (before, after))
    return [*_standards(old, new), *_rules(old, new)]


def _standards(old: Policies, new: Policies) -> Iterator[RuleChange]:
    sides = [
        {(policy.stem, one.id): one for policy in side.policies for one in policy.standards.values()}
        for side in (old, new)
    ]
    for key in dict.fromkeys((*sides[0], *sides[1])):
        texts = [_values(side[key].values) if key in side else "" for side in sides]
        if texts[0] != texts[1]:
            title = (sides[1].get(key) or sides[0][key]).title
            yield RuleChange("standard", *key, title, *texts)


def _values(values: Sequence[tuple[date, Value | None]]) -> str:
    return "，".join(f"{first.isoformat()} 起 {'未定' if value is None else value}" for first, value in values)


def _rules(old: Policies, new: Policies) -> Iterator[RuleChange]:
    sides = [{(policy.stem, rule.id): rule for policy, rule in side.rules()} for side in (old, new)]
    for key in dict.fromkeys((*sides[0], *sides[1])):
        was, now = (side.get(key) for side in sides)
        rule = now or was
        assert rule
        if was is None or now is None:
            yield RuleChange("new" if now else "gone", *key, rule.title)
            continue
        if was.severity is not now.severity:
            yield RuleChange("severity", *key, rule.title, was.severity, now.severity)
        if _content(plain(was.body)) != _content(plain(now.body)):
            yield RuleChange("body", *key, rule.title)


def _content(body: object) -> Mapping[str, object]:
    assert isinstance(body, dict)
    return {name: value for name, value in body.items() if name not in ("severity", "notes", "covers")}


def finding_changes(
    before: RevisionTree, after: RevisionTree, root: Path, day: date
) -> tuple[list[Finding], list[Finding]]:
    """(findings that come, findings that go), both sides judged by this program."""
    with load(after) as database:
        when = county_day(database) or day
    with judging(root, lambda _: None) as judge:
        old, new = (judge.revision(tree, when) for tree in (before, after))
    known, now = ({finding.identity for finding in side} for side in (old, new))
    return [one for one in new if one.identity not in known], [one for one in old if one.identity not in now]
