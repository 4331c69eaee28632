"""The rules marked ``runs: sealing``, run where a key is: at import and on unseal, never in CI. Findings name members by
number; no identifier is in them, and none leaves the memory of this process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from gongshi.model import Finding
from gongshi.package import Descriptor, load
from gongshi.policy import load_policies, run, waive
from gongshi.policy.reading import text
from gongshi.repository import Tree

_READ = ("members", "households", "villages", "divisions", "calendar")  # what such a rule can be about


def sealing_findings(
    tree: Tree, descriptor: Descriptor, day: date, persons: Mapping[str, Mapping[str, str]]
) -> list[tuple[Finding, str]]:
    """What the county's rules say of these unsealed persons (by member number), waivers applied, in order of place;
    each finding with the identifier it is about: ``id_no`` or ``phone``."""
    policies = load_policies(tree, descriptor)
    rules = {rule.id: rule for _, rule in policies.rules() if rule.sealing}
    if not rules:
        return []
    with load(tree, _READ, descriptor) as database:
        database.sql("SET temp_directory = ''")  # an identifier must never be spilled to disk
        rows = [{**person, "member_no": member} for member, person in persons.items()]
        outcomes = run(policies, database, day, only=rules, identities=rows)
        findings = waive(policies, outcomes, database, day)
    kept = sorted((f for f in findings if f.rule in rules and f.code != "waiver"), key=lambda finding: finding.order)
    return [_with_sharers(finding, text(rules[finding.rule].body, "check"), persons) for finding in kept]


def sharing(persons: Mapping[str, Mapping[str, str]], field: str, member: str) -> list[str]:
    """Members with the same value as this one in ``id_no`` or ``phone``, itself first; [] if it has none."""
    value = persons.get(member, {}).get(field, "")[:18]
    alike = (other for other, person in persons.items() if person.get(field, "")[:18] == value)
    return [member, *sorted(set(alike) - {member})] if value else []


def _with_sharers(finding: Finding, check: str, persons: Mapping[str, Mapping[str, str]]) -> tuple[Finding, str]:
    """(the finding, naming all members where it is about a value that several have; the identifier it is about)."""
    field = "phone" if check.startswith("phone") else "id_no"
    if check in ("id_duplicate", "phone_shared") and finding.key:
        alike = "、".join(sharing(persons, field, finding.key[0]))
        finding = replace(finding, message=f"{finding.message}；涉及成员 {alike}")
    return finding, field
