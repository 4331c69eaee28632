"""Waivers: a finding that may stand until a day becomes a notice with its reason; useless waivers are findings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from gongshi.model import Finding, Severity
from gongshi.package import Database, identifier
from gongshi.policy.kinds import kinds
from gongshi.policy.values import Outcome, Policies, RuleState, Waiver

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
        if useless := _useless(waiver, policies, states.get(waiver.rule), used, database, day):
            severity, message = useless
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
) -> tuple[Severity, str] | None:
    """Why a waiver has no effect, and how bad that is; None if it has, or if its rule was not asked."""
    if policies.rule(waiver.rule) is None:
        return Severity.ERROR, f"豁免的规则“{waiver.rule[:40]}”不存在，请核对规则号"
    if (waiver.rule, waiver.record) in used or outcome is None:
        return None
    if not _exists(waiver, outcome, database):
        message = f"豁免的记录“{waiver.record[:60]}”在“{outcome.rule.resource}”表里不存在，请核对编号"
        return Severity.ERROR, message
    if waiver.until < day:
        message = f"豁免已于 {waiver.until.isoformat()} 到期，请整改记录，或报批后改日期，或删去这一项"
        return Severity.WARNING, message
    if outcome.state != RuleState.RAN:
        return None
    return Severity.WARNING, f"豁免没有用上：规则“{waiver.rule}”在这条记录上没有报出问题，请删去这一项"


def _exists(waiver: Waiver, outcome: Outcome, database: Database) -> bool:
    """Whether the waived record is in the rule's resource, as far as that can be told."""
    kind, resource = kinds().get(outcome.rule.kind), database.descriptor.resources.get(outcome.rule.resource)
    if waiver.record == NO_RECORD or kind is None or kind.blames_groups or resource is None:
        return True
    database.need([resource.name])
    names = " || '/' || ".join(identifier(name) for name in resource.schema.primary_key)
    ((known,),) = database.sql(
        f"SELECT count(*) > 0 FROM raw.{identifier(resource.name)} WHERE {names} = $1", [waiver.record]
    )
    return bool(known)
