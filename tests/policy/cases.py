"""Golden cases of rules: read, run, and say what is wrong with them. Used by the kind tests and the rule tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml

from gongshi.model import Finding
from gongshi.package import Database, Descriptor, load, read_descriptor
from gongshi.policy import Figures, Outcome, Policies, RuleState, Standard, figures, load_policies, run
from support import ROOT, DictTree, descriptor_files, tree_of

KEYS = {"day", "breaks", "holds", "key", "base", "identities", "field", "findings", "figures"}


@dataclass(frozen=True, slots=True)
class Case:
    """What a case file says."""

    day: date
    breaks: Mapping[str, list[dict[str, str]]]
    holds: Mapping[str, list[dict[str, str]]]
    key: tuple[str, ...]
    base: Mapping[str, list[dict[str, str]]] | None
    identities: Mapping[str, list[dict[str, str]]]
    figures: Mapping[str, str]


def read_case(path: Path) -> dict:
    """The YAML of a case, every scalar as text."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def case_of(data: Mapping) -> Case:
    unknown = set(data) - KEYS - {"rule", "standards", "facts", "matrices", "effective", "scope"}
    assert not unknown, f"unknown keys {unknown}"
    return Case(
        date.fromisoformat(data["day"]),
        data["breaks"] or {},
        data["holds"] or {},
        tuple(data["key"]),
        data.get("base"),
        {name: [_made(row) for row in rows] for name, rows in (data.get("identities") or {}).items()},
        data.get("figures") or {},
    )


def with_figures(policies: Policies, stem: str, figures: Mapping[str, str]) -> Policies:
    """The policies as if the plan's masked figures were known: ``figures`` maps a standard to a number."""

    def known(standard: Standard) -> Standard:
        return replace(standard, values=((date(2000, 1, 1), Decimal(figures[standard.id])),))

    changed = [
        replace(policy, standards={n: known(s) if n in figures else s for n, s in policy.standards.items()})
        if policy.stem == stem
        else policy
        for policy in policies.policies
    ]
    return replace(policies, policies=tuple(changed))


def _made(row: Mapping[str, str]) -> dict[str, str]:
    """``made:`` and 17 digits stand for a whole number, so that no file holds one."""
    return {name: made_id(value[5:]) if value.startswith("made:") else value for name, value in row.items()}


def made_id(digits: str) -> str:
    """17 digits and their check character (GB 11643)."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]


@cache
def descriptor() -> Descriptor:
    """The project's descriptor, read once."""
    return read_descriptor(DictTree(descriptor_files()))


def ledger(rows: Mapping[str, list[dict[str, str]]]) -> Database:
    """A Database that holds just ``rows``."""
    return load(tree_of(rows), rows, descriptor())


@cache
def _held() -> tuple[Database, set[str]]:
    """One Database for all cases of this process, and the resources that the case before it filled."""
    return load(tree_of({}), (), descriptor()), set()


def turned(rows: Mapping[str, list[dict[str, str]]]) -> Database:
    """A Database that holds just ``rows`` until the next is asked for: the one that is held goes over to them, as the
    desk's does, for making one takes longer than a rule."""
    database, filled = _held()
    database.renew(tree_of(rows), filled | rows.keys())
    filled.clear()
    filled.update(rows)
    database.need(rows)
    return database


def outcome_of(policies: Policies, rule: str, case: Case, which: str) -> tuple[Outcome, list[str]]:
    """What one rule says about the ``breaks`` or ``holds`` rows, and the lines its findings point at."""
    base, people = said_before(policies, case), case.identities.get(which)
    database = turned(getattr(case, which))
    (outcome,) = run(policies, database, case.day, base=base, only={rule}, everywhere=True, identities=people)
    return outcome, [_line(database.tree, finding) for finding in outcome.findings]


def said_before(policies: Policies, case: Case) -> Figures | None:
    """What the last release of a case says."""
    if case.base is None:
        return None
    return figures(policies, descriptor(), turned(case.base), case.day)


def check_case(policies: Policies, rule_id: str, case: Case) -> None:
    """Breaks: exactly one finding, at the right record and line. Holds: looked at something, said nothing."""
    _, rule = policies.rule(rule_id)
    if case.figures:
        policies = with_figures(policies, rule.policy, case.figures)
    outcome, lines = outcome_of(policies, rule_id, case, "breaks")
    assert outcome.state == RuleState.RAN, f"{rule_id}: {outcome.state} {outcome.findings}"
    assert len(outcome.findings) == 1, f"{rule_id}: {[finding.message for finding in outcome.findings]}"
    (finding,) = outcome.findings
    assert finding.key == case.key, f"{rule_id}: {finding.key}"
    assert (finding.code, finding.rule, finding.policy) == ("rule", rule_id, rule.policy)
    assert finding.clause and finding.severity is rule.severity
    assert "{" not in finding.message
    if finding.path.startswith("records/"):
        assert any(part in lines[0] for part in case.key), f"{rule_id}: line {finding.line} is {lines[0]!r}"
    else:
        assert finding.path == rule.path and finding.line == rule.line
    quiet, _ = outcome_of(policies, rule_id, case, "holds")
    assert quiet.state == RuleState.RAN
    assert quiet.findings == (), f"{rule_id} on holds: {[finding.message for finding in quiet.findings]}"
    assert quiet.looked > 0 or not any(case.holds.values()), f"{rule_id}: holds selects no row of the rule"


def _line(tree: DictTree, finding: Finding) -> str:
    if not tree.exists(finding.path):
        return ""
    text = tree.read(finding.path).decode()
    return text if finding.path.endswith(".yaml") else text.split("\n")[finding.line - 1]


def policy_tree(files: Mapping[str, str]) -> DictTree:
    """The project's descriptors and policy files given as text."""
    return DictTree({**descriptor_files(), **{f"policies/{name}": text.encode() for name, text in files.items()}})


def policies_of(text: str, name: str = "test.yaml") -> Policies:
    """The Policies of one file."""
    return load_policies(policy_tree({name: text}), descriptor())


def project_policies() -> Policies:
    """The project's own policies."""
    files = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "policies").glob("*.yaml")}
    return load_policies(policy_tree(files), descriptor())
