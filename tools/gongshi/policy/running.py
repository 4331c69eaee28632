"""Run the rules on a Database: one query each, set-based, with external access off and the configuration locked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from gongshi.checks.showing import keys_of
from gongshi.model import Finding, GongshiError, Progress, Severity
from gongshi.package import Database, Recall, identifier, pack
from gongshi.policy.compiled import CompiledRules, at_rule, compile_rules
from gongshi.policy.compiling import Query, fill_message
from gongshi.policy.knowing import Asking, Readings
from gongshi.policy.proving import count
from gongshi.policy.release import Figures
from gongshi.policy.scope import ScopePart, scope_parts
from gongshi.policy.sizes import too_large
from gongshi.policy.tables import (
    DAYS,
    HolidayTable,
    always,
    fill_facts,
    filling,
    finish,
    identity,
    known_years,
    materialise,
    prepare,
)
from gongshi.policy.telling import open_ends
from gongshi.policy.unread import Blind, Unread
from gongshi.policy.values import Outcome, Policies, Rule, RuleState

WORKERS = 2


def run(
    policies: Policies,
    database: Database,
    day: date,
    progress: Progress = lambda _: None,
    *,
    base: Figures | None = None,
    only: Collection[str] | None = None,
    everywhere: bool = False,
    identities: Sequence[Mapping[str, str]] | None = None,
    kept: Recall | None = None,
) -> list[Outcome]:
    """What every rule says on ``day``.

    ``base`` is what the last release says (``figures``), for the rules that compare with it. ``only`` names rules.
    ``everywhere`` also runs the plans of other places. ``identities`` are unsealed rows (member_no, id_no, phone, …):
    rules that need them run. ``kept``: rules whose answer is known do not run, and only what the others read is needed.
    """
    unsealed = identities is not None
    compiled = compile_rules(policies, database.descriptor, day, only, everywhere, unsealed)
    queries, outcomes = compiled.with_base(base or {})
    database.need(always())
    if kept and not unsealed:
        asking = Asking(compiled.readings, kept, base)
        outcomes.update(asking.known(queries))
        stale = [query for query in queries if query.rule.id not in outcomes]
        database.need({name for query in stale for name in asking.reads(query)})
        _run_all(compiled, database, stale, outcomes, progress, base, ())
        asking.note({query.rule.id: outcomes[query.rule.id] for query in stale})
    else:
        _run_all(compiled, database, queries, outcomes, progress, base, identities or ())
    _settle(outcomes, queries, database, day)
    order = dict.fromkeys(rule.id for _, rule in policies.rules())
    return [outcomes[name] for name in order if name in outcomes]


def _run_all(
    compiled: CompiledRules,
    database: Database,
    queries: list[Query],
    outcomes: dict[str, Outcome],
    progress: Progress,
    base: Figures | None,
    identities: Sequence[Mapping[str, str]],
) -> None:
    """Prepare the tables once, then run the queries side by side: most of one small query's time is planning it."""
    if not queries:
        return
    progress("整理规则要用的数据")
    world = compiled.world
    try:
        prepare(database)
        materialise(database, world.schemas)
        fill_facts(database, world.groups.values())
        _unsealed(database, identities)
        blind = partial(_blind, Unread(database, world.schemas), compiled.readings)
        alone = [query for query in queries if query.base_sql]  # they share the table of the last release
        together = [query for query in queries if not query.base_sql]
        with ThreadPoolExecutor(WORKERS) as pool:
            known = {
                query.rule.id: Outcome(query.rule, RuleState.RAN) for query in together if _has_nothing(database, query)
            }
            known |= _proven(database, [query for query in together if query.rule.id not in known], pool)
            outcomes.update(known)
            rest = [query for query in together if query.rule.id not in known]
            for query, outcome in zip(rest, pool.map(partial(_run_one, database, blind), rest), strict=True):
                progress(f"{query.rule.id} {query.rule.title}")
                outcomes[query.rule.id] = outcome
        for query in alone:
            outcomes[query.rule.id] = _run_one(database, blind, query, base)
    finally:
        finish(database)


def _settle(outcomes: dict[str, Outcome], queries: Sequence[Query], database: Database, day: date) -> None:
    """While the county is filling in, what is missing is only told; and each rule tells what it could not judge."""
    _, complete = filling(database)
    for query in queries:
        outcome = outcomes[query.rule.id]
        if complete and day < complete and query.rule.complete:
            outcomes[query.rule.id] = outcome = replace(outcome, findings=_to_fill(outcome.findings, complete))
        if notices := open_ends(outcome, tuple(query.standards.values()), day):
            outcomes[query.rule.id] = replace(outcome, findings=(*outcome.findings, *notices))
    beyond = {name: outcome for name, outcome in outcomes.items() if outcome.beyond}
    for name, outcome in list(beyond.items())[:1]:
        outcomes[name] = replace(outcome, findings=(*outcome.findings, _beyond(database, list(beyond.values()))))


def _to_fill(findings: Sequence[Finding], complete: date) -> tuple[Finding, ...]:
    """What is missing while the county is filling in: to be done, not yet wrong."""
    later = f"（补录期，{complete.isoformat()} 以前补齐）"
    return tuple(replace(one, severity=Severity.NOTICE, message=one.message + later) for one in findings)


def _unsealed(database: Database, identities: Sequence[Mapping[str, str]]) -> None:
    if identities:
        holes = ", ".join(f"unnest(${place}::VARCHAR[])" for place in range(1, len(identity()) + 1))
        columns = [[row.get(name, "") for row in identities] for name in identity()]
        database.sql(f"INSERT INTO rules.identity SELECT {holes}", columns)


def _has_nothing(database: Database, query: Query) -> bool:
    """Whether a rule that judges rows has none to judge."""
    loaded = database.loaded.get(query.rule.resource)
    return loaded is not None and not loaded.rows and not query.kind.judges_none


def _proven(database: Database, queries: Sequence[Query], pool: ThreadPoolExecutor) -> dict[str, Outcome]:
    """Rules that one scan with others over the same tables shows to hold."""
    batches: dict[Hashable, list[Query]] = {}
    for query in queries:
        if query.proof:
            batches.setdefault(query.proof.place, []).append(query)
    proven = {}
    for batch, counts in zip(batches.values(), pool.map(partial(_count, database), batches.values()), strict=True):
        for query, (looked, doubted) in zip(batch, counts, strict=False):
            if not doubted:
                proven[query.rule.id] = Outcome(query.rule, RuleState.RAN, looked)
    return proven


def _count(database: Database, batch: Sequence[Query]) -> list[tuple[int, bool]]:
    """What to think of each rule of a batch; nothing if one of them cannot be computed: then each runs by itself."""
    try:
        return count(database, [query.proof for query in batch if query.proof])
    except GongshiError:
        return []


def _blind(unread: Unread, readings: Readings, query: Query) -> Blind | None:
    """What a rule that found something cannot say, for a cell it reads cannot be read."""
    return unread.of(query.rule.resource, readings.columns(query))


def _run_one(
    database: Database, blinded: Callable[[Query], Blind | None], query: Query, base: Figures | None = None
) -> Outcome:
    rule, blind, unread = query.rule, None, 0
    try:
        if query.base_sql:
            _load_base(database, (base or {})[query.rule.id])
        names, rows = database.columns(query.sql, query.values)
        if dict(zip(names, rows[0], strict=True))["broke"] and (blind := blinded(query)):
            unread = sum(blind.hides(row) for (row,) in database.sql(query.seen, query.seen_values))
    except GongshiError:  # whatever one rule meets in the records, the other rules still run
        message = "这条规则没能算完，请检查记录里有没有超出常理的数"
        told = (*too_large(database, rule),) or (at_rule(rule, "policy", Severity.ERROR, message),)
        return Outcome(rule, RuleState.BROKEN, findings=told)
    details = [dict(zip(names, row, strict=True)) for row in rows]
    looked, broke = details[0]["looked"], details[0]["broke"]
    hidden = [one for one in details if blind and blind.hides(one["_row"])] if broke else []
    beyond = [one for one in details if one.get("beyond") and one not in hidden]
    bad = [one for one in details if not one.get("beyond") and one not in hidden] if broke else []
    findings = _findings(database, rule, bad)
    gaps = tuple((title, details[0][f"gap{n}"]) for n, title in enumerate(query.gaps) if details[0][f"gap{n}"])
    undated = details[0].get("undated", 0)
    left = (gaps, details[0]["blank"] or 0, undated or 0, len(beyond), unread)
    return Outcome(rule, RuleState.RAN, looked, broke - len(beyond) - len(hidden), tuple(findings), *left)


def _load_base(database: Database, pairs: Sequence[Sequence[str | None]]) -> None:
    """What the last release says, into ``rules.base``."""
    database.sql("DELETE FROM rules.base")
    if pairs:
        names, values = zip(*pairs, strict=True)
        database.sql("INSERT INTO rules.base SELECT unnest($1::VARCHAR[]), unnest($2::VARCHAR[])", [names, values])


def _findings(database: Database, rule: Rule, bad: list[dict[str, Any]]) -> list[Finding]:
    resource = database.descriptor.resources[rule.resource]
    keys = keys_of(database, resource, [one["_row"] for one in bad if one["_row"] is not None])
    found: dict[tuple[str, ...], Finding] = {}
    for one in bad:
        message = fill_message(rule.message, one)
        message += f"（空着的是：{one['hollow']}）" if one.get("hollow") else ""
        severity = Severity.NOTICE if one.get("unverified") else rule.severity
        message += "（依据的口径还没有核实，只提示）" if one.get("unverified") else ""
        if one["_row"] is None:
            group = str(one.get("group") or "")
            finding = at_rule(rule, "rule", rule.severity, message, (group,) if group else ())
        else:
            path, line = database.locate(rule.resource, one["_row"])
            key = keys[one["_row"]]
            field = rule.field or resource.schema.primary_key[0]
            finding = Finding(
                "rule", severity, message, path, line, rule.resource, field, key, rule.policy, rule.id, rule.clause
            )
        found.setdefault((finding.path, str(finding.line), *finding.key), finding)
    return list(found.values())


def _beyond(database: Database, outcomes: Sequence[Outcome]) -> Finding:
    """One notice for all rules that count working days of years whose holidays nobody entered."""
    years = known_years(database)
    known = f"只有连续的 {years[0]}—{years[1]} 年" if years else "是空的"
    count = sum(outcome.beyond for outcome in outcomes)
    message = f"节假日安排{known}，{len(outcomes)} 条按工作日计算的规则有 {count} 处日期在这以外，没有判：请照国务院办公厅的通知补上那些年"
    holidays = pack(DAYS, HolidayTable)
    return Finding(holidays.table, Severity.NOTICE, message, holidays.path, 0, holidays.table)


def check_scopes(policies: Policies, database: Database) -> list[Finding]:
    """Findings on scopes that name a township, village, unit or programme that is not in the records."""
    parts = scope_parts()
    known = {name: _named(database, part) for name, part in parts.items()}
    found: dict[tuple[str, int, str], Finding] = {}
    for policy, rule in policies.rules():
        if policy.elsewhere:
            continue
        for part, values in known.items():
            for name in getattr(rule.scope, part):
                if name not in values:
                    message = f"scope 里的{parts[part].title}“{name[:40]}”在记录里不存在，请核对"
                    finding = Finding("policy", Severity.ERROR, message, rule.path, rule.scope.line, policy=policy.stem)
                    found.setdefault((policy.stem, rule.scope.line, name), finding)
    return list(found.values())


def _named(database: Database, part: ScopePart) -> set[str]:
    """What there is to be named: the values of the fields, or their labels."""
    resources = database.descriptor.resources
    there = [(table, field) for table, field in part.named if table in resources]
    if part.labels:
        schemas = [(resources[table].schema, field) for table, field in there]
        return {word for schema, field in schemas if field in schema.names for word in schema.field(field).enum}
    try:
        queries = [f"SELECT DISTINCT {identifier(field)} FROM {identifier(table)}" for table, field in there]
        return {value for query in queries for (value,) in database.sql(query)}
    except GongshiError:
        return set()
