"""What is due: notices, steps of cases, visits that the rules in force miss, acceptances, clues, standards without a source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from gongshi.disclosure import notices
from gongshi.disclosure.clock import NoticeState, state
from gongshi.disclosure.kinds import kinds
from gongshi.model import GongshiError
from gongshi.package import Database, load, queries, read_descriptor
from gongshi.policy import Policies, load_policies, run
from gongshi.policy.telling import lapse
from gongshi.repository import Tree
from gongshi.verbs.procedure import next_step, procedures

_SQL = queries("due")
WEEK = 7
RESOURCES = (
    *("divisions", "villages", "households", "members", "pairings", "contacts", "helpers", "units", "schools"),
    *(
        "notices",
        "notice-objections",
        "cases",
        "case-steps",
        "projects",
        "project-stages",
        "clues",
        "calendar",
        "payments",
    ),
)
_ACCEPT = 15  # days from completion until the first inspection is asked for: a habit, no document sets it


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to do: until when (None for no day), where (the township's folder, "" for the county), and the verb that
    does it with what it is already known to ask."""

    kind: str
    title: str
    why: str
    by: date | None
    township: str
    verb: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    resource: str = ""
    key: str = ""


def due(tree: Tree, day: date, township: str | None = None) -> list[Due]:
    """What is overdue, due today or within the week, the most pressing first."""
    descriptor = read_descriptor(tree)
    policies = load_policies(tree, descriptor)
    there = [name for name in RESOURCES if name in descriptor.resources]
    with load(tree, there, descriptor) as database:
        every = [one for find in _FINDERS for one in find(database, policies, day)]
    every += _standards(policies, day)
    wanted = [one for one in every if township is None or one.township == township]
    soon = [one for one in wanted if one.by is None or (one.by - day).days < WEEK]
    return sorted(soon, key=lambda one: (one.by is None, one.by or day, one.township, one.kind, one.key))


def _notices(database: Database, _: Policies, day: date) -> Iterator[Due]:
    calendar = notices.calendar(database)
    for row in notices.listed(database):
        now, code = state(row, day), row.notice_id
        if now in (NoticeState.CLOSED, NoticeState.WITHDRAWN):  # nearly all of them: where they hung is not asked
            continue
        township = notices.township_of(database, row.division_code)
        common = {"township": township, "resource": "notices", "key": code}
        if now is NoticeState.PENDING:
            yield Due(
                "公示", f"{row.title} 该贴出", f"{code}，贴在{row.place}，贴到 {row.ends_on}。", row.starts_on, **common
            )
        elif now is NoticeState.RUNNING:
            why = f"{code}，贴到当天为止。没有异议第二天起可以办结，有异议先登记。"
            yield Due(
                "公示", f"{row.title} 该取下", why, row.ends_on, verb="objection", values={"notice": code}, **common
            )
        elif now is NoticeState.WAITING:
            try:
                last = calendar.after(row.ends_on, kinds()[row.notice_kind].result_days)
            except (GongshiError, KeyError):
                last = row.ends_on
            why = f"{code}，{row.ends_on} 已经期满，要登记结果。"
            yield Due("公示", f"{row.title} 该办结", why, last, verb="notice-close", values={"notice": code}, **common)


def _cases(database: Database, policies: Policies, day: date) -> Iterator[Due]:
    known = procedures(policies, day)
    done: dict[str, dict[str, str]] = {}
    for number, step, on in database.sql(_SQL["done-steps"]):
        done.setdefault(number, {})[step] = on
    rows = database.sql(_SQL["open-cases"])
    names = _names(database)
    for number, procedure, village, opened in rows:
        common = {
            "township": notices.township_of(database, village or ""), "resource": "cases", "key": number, "values": {"case": number},
        }  # fmt: skip
        where = f"{names.get(village, village)}案卷 {number}（{procedure}）"
        step, by = next_step(known.get(procedure, ()), done.get(number, {}))
        last = max(done.get(number, {}).values(), default=str(opened))
        if step:
            why = f"上一步 {last} 做完，下一步是{step.name}" + (
                f"，{step.within} 天内要做（{step.rule}）。" if by else "。"
            )
            yield Due("案卷", f"{where}：该{step.name}", why, _date(by), verb="case-step", **common)
        elif procedure in known:
            yield Due("案卷", f"{where}：该结卷", f"各步都做完了，最后一步 {last}。", None, verb="case-close", **common)


def _visits(database: Database, policies: Policies, day: date) -> Iterator[Due]:
    """The rules in force that ask for contacts, one line for each rule and township."""
    asked = [
        rule.id
        for _, rule in policies.rules()
        if getattr(rule.body.items.get("other"), "value", "") == "contacts" and rule.resource == "pairings"
    ]
    pairings = {number: (home, ended) for number, home, ended in database.sql(_SQL["homes-of-pairings"])}
    for outcome in run(policies, database, day, only=asked):
        missed: dict[str, list[str]] = {}
        for finding in outcome.findings:
            if finding.path.startswith("records/townships/") and finding.key:
                home, ended = pairings.get(finding.key[0], (None, None))
                if ended is None or ended > day:  # nobody can visit any more under one that has ended
                    missed.setdefault(finding.path.split("/")[2], []).append(home or finding.key[0])
        for township, found in missed.items():
            who = list(dict.fromkeys(found))
            why = f"{outcome.rule.title}（{outcome.rule.policy} {outcome.rule.clause}）：{'、'.join(who[:5])}{' 等' if who[5:] else ''}。"
            last = day.replace(day=1) - timedelta(1)
            values = {"subjects": " ".join(who)}
            yield Due(
                "走访", f"{len(who)} 户走访没有达标", why, last, township, "visit", values, "pairings", outcome.rule.id
            )


def _acceptances(database: Database, _: Policies, day: date) -> Iterator[Due]:
    for number, name, town, ended, seen in database.sql(_SQL["acceptances"]):
        step = "县级验收" if seen else "乡镇初检"
        why = f"{number}，{ended} 竣工；验收后才能付尾款。"
        by, township = ended + timedelta(_ACCEPT), notices.township_of(database, town or "")
        values = {"project": number, "step": step}
        yield Due("项目", f"{name}：该{step}", why, by, township, "project", values, "projects", number)


def _clues(database: Database, _: Policies, day: date) -> Iterator[Due]:
    for number, home, kind, by, unit, village in database.sql(_SQL["clues"]):
        why = f"{home}：{kind}，{unit or '有关部门'}比对出来的，要入户核实。"
        yield Due(
            "疑点",
            f"疑点 {number} 要核实",
            why,
            by,
            notices.township_of(database, village or ""),
            "",
            {},
            "clues",
            number,
        )


def _standards(policies: Policies, day: date) -> Iterator[Due]:
    """Standards that a rule in force asks for and nobody has set, or that are known no longer; the county's to do."""
    for policy in policies.policies:
        if policy.elsewhere or not policy.effective.holds(day):
            continue
        for one in policy.standards.values():
            if one.at(day) is None:
                past = lapse(one, day)
                why = f"{policy.title}{one.clause} {'当天' if past else ''}没有数，用到它的规则都没有判；请对照现行文件填上。"
                said = past or f"标准“{one.title}”还没有定"
                yield Due("标准", said, why, None, "", "", {}, "", f"{policy.stem}/{one.id}")


def _names(database: Database) -> dict[str, str]:
    return dict(database.sql(_SQL["names-of-divisions"]))


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


_FINDERS: Iterable[Callable[[Database, Policies, date], Iterator[Due]]] = (
    _notices, _cases, _visits, _acceptances, _clues,
)  # fmt: skip
