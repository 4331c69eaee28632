"""Waivers: a finding that may stand until a day becomes a notice with its reason; useless waivers are findings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from gongshi.model import Finding, Severity
from gongshi.package import Database, identifier
from gongshi.policy.values import Outcome, Policies, State, Waiver

NO_RECORD = "-"


def waive(policies: Policies, outcomes: Iterable[Outcome], database: Database, day: date) -> list[Finding]:
    """The findings of ``outcomes`` with waivers applied, and findings on the waivers themselves."""
    outcomes = list(outcomes)
    in_force = {(one.rule, one.record): one for one in policies.waivers if day <= one.until}
    used: set[tuple[str, str]] = set()
    findings = []
    for outcome in outcomes:
        for finding in outcome.findings:
            place = (finding.rule, "/".join(finding.key) or NO_RECORD)
            if finding.code == "rule" and place in in_force:
                used.add(place)
                finding = _waived(finding, in_force[place])
            findings.append(finding)
    states = {outcome.rule.id: outcome for outcome in outcomes}
    for waiver in policies.waivers:
        if message := _useless(waiver, policies, states.get(waiver.rule), used, database, day):
            severity = Severity.ERROR if "不存在" in message else Severity.WARNING
            findings.append(Finding("waiver", severity, message, waiver.path, waiver.line, rule=waiver.rule))
    return findings


def _waived(finding: Finding, waiver: Waiver) -> Finding:
    message = f"{finding.message}（已豁免至 {waiver.until.isoformat()}：{waiver.reason}；批准：{waiver.approved_by}）"
    return replace(finding, severity=Severity.NOTICE, message=message)


def _useless(
    waiver: Waiver,
    policies: Policies,
    outcome: Outcome | None,
    used: set[tuple[str, str]],
    database: Database,
    day: date,
) -> str:
    """Why a waiver has no effect; "" if it has, or if its rule was not asked."""
    if policies.rule(waiver.rule) is None:
        return f"豁免的规则“{waiver.rule[:40]}”不存在，请核对规则号"
    if (waiver.rule, waiver.record) in used or outcome is None:
        return ""
    if not _exists(waiver, outcome, database):
        return f"豁免的记录“{waiver.record[:60]}”在“{outcome.rule.resource}”表里不存在，请核对编号"
    if waiver.until < day:
        return f"豁免已于 {waiver.until.isoformat()} 到期，请整改记录，或报批后改日期，或删去这一项"
    if outcome.state != State.RAN:
        return ""
    return f"豁免没有用上：规则“{waiver.rule}”在这条记录上没有报出问题，请删去这一项"


def _exists(waiver: Waiver, outcome: Outcome, database: Database) -> bool:
    """Whether the waived record is in the rule's resource; findings that blame no record have a group's name."""
    if waiver.record == NO_RECORD or outcome.rule.kind in GROUPED:
        return True
    resource = database.descriptor.resources[outcome.rule.resource]
    names = " || '/' || ".join(identifier(name) for name in resource.schema.primary_key)
    ((count,),) = database.sql(
        f"SELECT count(*) FROM raw.{identifier(resource.name)} WHERE {names} = $1", [waiver.record]
    )
    return count > 0


GROUPED = ("total", "ratio", "fill_rate", "change", "windows", "chain")
