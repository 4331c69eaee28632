"""The rules marked ``runs: sealing``, run where a key is: at import and on unseal, never in CI. Findings name members by
number; no identifier is in them, and none leaves the memory of this process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from gongshi.exchange.lore import lore
from gongshi.model import Finding
from gongshi.package import Descriptor, load
from gongshi.package.subjects import subjects
from gongshi.package.yamlfile import text
from gongshi.policy import load_policies, run, waive
from gongshi.repository import Tree


def sealing_findings(
    tree: Tree, descriptor: Descriptor, day: date, persons: Mapping[str, Mapping[str, str]]
) -> list[tuple[Finding, str, list[str]]]:
    """What the county's rules say of these unsealed persons (by member number), waivers applied, in order of place;
    each finding with the identifier it is about, ``id_no`` or ``phone``, and all members who have the same one."""
    policies = load_policies(tree, descriptor)
    rules = {rule.id: text(rule.body, "check") for _, rule in policies.rules() if rule.sealing}
    if not rules:
        return []
    with load(tree, lore().sealing, descriptor) as database:
        database.sql("SET temp_directory = ''")  # an identifier must never be spilled to disk
        rows = [{**person, subjects().member.key: member} for member, person in persons.items()]
        outcomes = run(policies, database, day, only=rules, identities=rows)
        findings = waive(policies, outcomes, database, day)
    kept = sorted((f for f in findings if f.rule in rules and f.code != "waiver"), key=lambda finding: finding.order)
    sharers = {field: _sharers(persons, field) for field in ("id_no", "phone")} if kept else {}
    return [_with_sharers(finding, rules[finding.rule], persons, sharers) for finding in kept]


def _sharers(persons: Mapping[str, Mapping[str, str]], field: str) -> dict[str, list[str]]:
    """Value of an identifier → the members who have it, sorted."""
    found: dict[str, list[str]] = {}
    for member in sorted(persons):
        if value := persons[member].get(field, "")[:18]:
            found.setdefault(value, []).append(member)
    return found


def _with_sharers(
    finding: Finding,
    check: str,
    persons: Mapping[str, Mapping[str, str]],
    sharers: Mapping[str, Mapping[str, list[str]]],
) -> tuple[Finding, str, list[str]]:
    """The finding names all members where it is about a value that several have."""
    field = "phone" if check.startswith("phone") else "id_no"
    member = finding.key[0] if finding.key else ""
    alike = sharers[field].get(persons.get(member, {}).get(field, "")[:18], [])
    if check in ("id_duplicate", "phone_shared") and alike:
        finding = replace(finding, message=f"{finding.message}；涉及成员 {'、'.join(alike)}")
    return finding, field, [member, *(other for other in alike if other != member)] if alike else []
