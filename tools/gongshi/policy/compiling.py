"""A rule becomes one query: its kind's SQL over the rows it selects, every name checked, every value bound."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ParamSpec

from gongshi.model import Finding, Severity
from gongshi.package.yamlfile import text
from gongshi.policy.facts import World, match_columns, narrow
from gongshi.policy.kinds import RuleKind, kinds
from gongshi.policy.parameters import Setter
from gongshi.policy.paths import Selection, as_day, packed
from gongshi.policy.proving import Asked, RuleProof, proof_of
from gongshi.policy.scope import restrict
from gongshi.policy.standards import Standards
from gongshi.policy.terms import Terms
from gongshi.policy.values import PolicyProblem, Rule, Standard

P = ParamSpec("P")
COMMON = (
    *("id", "title", "kind", "severity", "clause", "message", "resource", "where", "active", "latest", "field"),
    *("date_field", "effective", "scope", "runs", "covers", "complete", "unverified", "notes"),
)
OTHER = ("other_where", "other_active", "other_latest", "match")
LIMIT = 1000  # findings per rule
_SLOT = re.compile(r"\{\{(has )?(\w+)\}\}")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Query:
    """A compiled rule. ``base_sql`` is what must be asked of the last release first; ``seen`` gives the rows that it looks at and
    that lack nothing."""

    rule: Rule
    kind: RuleKind
    sql: str
    values: tuple[object, ...]
    base_sql: str = ""
    base_values: tuple[object, ...] = ()
    standards: Mapping[str, Standard] = field(default_factory=dict)
    missing: Mapping[str, Standard] = field(default_factory=dict)
    proof: RuleProof | None = None
    gaps: tuple[str, ...] = ()
    seen: str = ""
    seen_values: tuple[object, ...] = ()


def compile_rule(world: World, rule: Rule) -> tuple[Query | None, list[Finding]]:
    """The rule's query, and what is wrong with the rule; no query if anything is."""
    work = _Work(world, rule)
    try:
        query = work.query()
    except PolicyProblem as problem:
        work.problem(problem)
        query = None
    return (None if work.findings else query), work.findings


class _Work:
    """Compiles one rule and collects what is wrong with it."""

    def __init__(self, world: World, rule: Rule) -> None:
        self.world = world
        self.rule = rule
        self.body = rule.body
        self.findings: list[Finding] = []
        self.used: set[str] = set()
        self.standards = Standards(world.policies, rule.policy, world.day)

    def problem(self, problem: PolicyProblem) -> None:
        rule = self.rule
        self.findings.append(
            Finding(
                "policy", Severity.ERROR, problem.message, rule.path, problem.line, policy=rule.policy, rule=rule.id
            )
        )

    def attempt(self, work: Callable[P, object], *arguments: P.args, **named: P.kwargs) -> None:
        """Run one piece of work; its Problem is noted and the next piece still runs."""
        try:
            work(*arguments, **named)
        except PolicyProblem as problem:
            self.problem(problem)

    def query(self) -> Query | None:
        kind = self.kind()
        line = self.line("resource")
        subject = self.world.selection(self.rule.resource, line, self.rule.policy, self.used)
        self.attempt(self.select, subject)
        other = self.other(kind, subject)
        setter = Setter(kind, self.body, self.world, self.rule.policy, subject, other, self.standards)
        for parameter in kind.parameters.values():
            self.attempt(setter.set, parameter)
        self.attempt(setter.combinations)
        self.attempt(self.check_message, kind, setter)
        self.attempt(self.check_field, subject)
        for name in kind.columns:
            subject.columns[name] = _column(subject, name, line)
        return None if self.findings else self.assemble(kind, subject, other, setter)

    def kind(self) -> RuleKind:
        """The kind; a Problem if unknown, and one noted for each unknown parameter."""
        kind = kinds().get(self.rule.kind)
        if kind is None:
            raise PolicyProblem(
                f"没有“{self.rule.kind[:40]}”这种规则，可用的有：{'、'.join(kinds())}", self.line("kind")
            )
        allowed = (*kind.parameters, *(OTHER if kind.compares else ()))
        for name, line in self.body.lines.items():
            if name not in COMMON and name not in allowed:
                message = f"{kind.title}（{kind.name}）没有“{name[:40]}”这个参数，可用的有：{'、'.join(allowed)}"
                self.problem(PolicyProblem(message, line))
        if (kind.name == "identifier") != self.rule.sealing:
            raise PolicyProblem("identifier 规则要写 runs: sealing，别的规则不写", self.line("kind"))
        return kind

    def line(self, name: str) -> int:
        return self.body.lines.get(name, self.rule.line)

    def select(self, subject: Selection) -> None:
        """Narrow the rows: date in force, scope, active, latest, where."""
        if path := text(self.body, "date_field"):
            line = self.line("date_field")
            column = subject.column(path, line)
            subject.dated = subject.dated_from = as_day(column, line, last=True)
            if column.type == "string":
                subject.dated_from = as_day(column, line)
            for day, sign in ((self.rule.effective.first, ">="), (self.rule.effective.last, "<=")):
                if day:
                    subject.conditions.append(f"{subject.dated} {sign} {subject.binder.bind(day, 'DATE')}")
        restrict(subject, self.rule.scope)
        terms = Terms(subject, self.standards)
        narrow(subject, self.body, terms)
        if "unverified" in self.body.items:
            subject.columns["unverified"] = terms.all(self.body.items["unverified"])

    def other(self, kind: RuleKind, subject: Selection) -> Selection | None:
        """The second table, where the rule names one."""
        if not kind.compares or "other" not in self.body.items:
            return None
        line = self.line("other")
        other = self.world.selection(text(self.body, "other"), line, self.rule.policy, self.used, "o")
        other.binder = subject.binder
        self.attempt(narrow, other, self.body, Terms(other, self.standards), "other_")
        self.attempt(match_columns, other, subject, self.body.items.get("match"), line)
        return other

    def check_message(self, kind: RuleKind, setter: Setter) -> None:
        """Placeholders must be the kind's, and may show no value of a field that is not public."""
        line = self.line("message")
        for name in _PLACEHOLDER.findall(self.rule.message):
            if name not in kind.details:
                allowed = "、".join(f"{{{detail}}}" for detail in kind.details) or "无"
                raise PolicyProblem(f"message 里不能写 {{{name[:20]}}}，这种规则可用的占位：{allowed}", line)
            for source in kind.details[name]:
                hidden = [item for item in setter.fields.get(source, ()) if item.disclosure != "public"]
                if hidden:
                    raise PolicyProblem(
                        f"message 里不能写 {{{name}}}：“{hidden[0].title}”不是公开字段，不得写出它的值", line
                    )

    def check_field(self, subject: Selection) -> None:
        if self.rule.field:
            subject.own_field(self.rule.field, self.line("field"))

    def assemble(self, kind: RuleKind, subject: Selection, other: Selection | None, setter: Setter) -> Query:
        """Put the pieces together; the row count and the total come with the rows."""

        def fill(sql: str) -> str:
            return _SLOT.sub(lambda match: setter.slot(match[2], bool(match[1])), sql)

        nothing = ", ".join(f"{sql} AS {name}" for name, sql in setter.nothing.items())
        theirs = (
            other.sql()
            if other
            else f"SELECT NULL::BIGINT AS _row, NULL::VARCHAR AS match_key{nothing and ', '}{nothing} WHERE false"
        )
        if kind.compares and other is None:
            subject.columns["match_key"] = "NULL::VARCHAR"
        setter.slots["doubts"] = fill(kind.doubts)
        gaps = self.gaps(kind, subject, setter)
        asked = Asked(setter.slots["doubts"], fill(kind.gathers), fill(kind.fails), " OR ".join(gaps.values()))
        proof = proof_of(asked, subject, other) if kind.doubts and not any(map(setter.given, kind.alone)) else None
        subject.columns |= {f"gap {number}": sql for number, sql in enumerate(gaps.values())}
        head = f"WITH subject AS MATERIALIZED (\n  {subject.sql()})"
        values = subject.binder.values
        base_sql, base_values = packed(f"{head}\n{fill(kind.base)}" if kind.base else "", values)
        seen = packed(f"{head}\nSELECT s._row FROM subject s WHERE ({_lacks(len(gaps))}) IS NOT TRUE", values)
        head += f",\nother AS (\n  {theirs})" if kind.compares else ""
        head += ",\nbase AS (SELECT name, value FROM rules.base)" if kind.base else ""
        bad = f"{head},\nbad AS (\n{fill(kind.sql)})"
        lapses = "AS lapsed" in kind.sql
        looked = _counts(subject, len(gaps), lapses)
        sql, used = packed(f"{bad}\nSELECT * FROM {looked} LEFT JOIN {_shown(subject, lapses)} ON true", values)
        return Query(
            self.rule,
            kind,
            sql,
            used,
            base_sql,
            base_values,
            self.standards.used,
            {**self.missing(), **self.standards.missing},
            proof,
            tuple(gaps),
            *seen,
        )

    def missing(self) -> dict[str, Standard]:
        """The standards without a value that facts of the rule ask for."""
        return dict(pair for name in self.used for pair in self.world.facts[name].missing.items())

    def gaps(self, kind: RuleKind, subject: Selection, setter: Setter) -> dict[str, str]:
        """What a row may lack of what the kind needs, by the titles of the fields, as conditions."""
        found: dict[str, str] = {}
        for need in kind.needs:
            names, _, flags = need.partition(":")
            given = [name for name in names.split("|") if setter.given(name)]
            if given and not any(setter.slots.get(flag) == "true" for flag in flags.split(",")):
                titles = [one.title for name in given for one in setter.fields.get(name, ())]
                title = "、".join(dict.fromkeys(titles)) or "条件里用到的字段"
                missing = " AND ".join(f"({subject.columns[name]}) IS NULL" for name in given)
                found[title] = f"({found[title]} OR {missing})" if title in found else f"({missing})"
        return found


def _shown(subject: Selection, lapses: bool) -> str:
    """The rows that break the rule, and of each whether what it is judged by is not verified."""
    told = "unverified" in subject.columns
    more = ("b.*, s.unverified", "LEFT JOIN subject s USING (_row)") if told else ("*", "")
    return f"(SELECT {more[0]} FROM bad b {more[1]}{' WHERE NOT lapsed' if lapses else ''} ORDER BY _row LIMIT {LIMIT})"


def _lacks(gaps: int) -> str:
    """That a row lacks anything that the kind needs."""
    return " OR ".join(f's."gap {number}"' for number in range(gaps)) or "false"


def _counts(subject: Selection, gaps: int, lapses: bool) -> str:
    """One row: how many rows are looked at, how many of them lack what, how many break the rule, how many have no standard: of
    their date at all, or (``lapses``: the kind says which) one of several."""
    columns = [f'count_if(s."gap {number}") AS gap{number}' for number in range(gaps)]
    counts = ", ".join(["count(*) AS looked", *columns, f"count_if({_lacks(gaps)}) AS blank"])
    looked = f"(SELECT {counts} FROM subject s)"
    if lapses:
        looked = looked.replace("count(*) AS looked", "count(*) - (SELECT count(*) FILTER (lapsed) FROM bad) AS looked")
    undated = [f"(SELECT count(*) FROM {subject.tables()} WHERE {subject.lacking()})"] if subject.known else []
    undated += ["(SELECT count(*) FILTER (lapsed) FROM bad)"] if lapses else []
    broke = f"(SELECT {'count(*) FILTER (NOT lapsed)' if lapses else 'count(*)'} AS broke FROM bad)"
    return f"{looked} CROSS JOIN {broke}" + (
        f" CROSS JOIN (SELECT {' + '.join(undated)} AS undated)" if undated else ""
    )


def _column(subject: Selection, name: str, line: int) -> str:
    """A column that a kind asks for beside its parameters: the record's key as text, its date, or a field."""
    if name in ("dated", "dated_from"):
        return getattr(subject, name) or "NULL::DATE"
    return _record_key(subject) if name == "record_key" else subject.own_field(name, line)


def _record_key(subject: Selection) -> str:
    names = subject.resource.schema.primary_key
    return " || '/' || ".join(f"({subject.own_field(name, 0)})::VARCHAR" for name in names)


def fill_message(message: str, details: Mapping[str, object]) -> str:
    """``message`` with its placeholders replaced by what the query counted."""
    return _PLACEHOLDER.sub(lambda match: show_detail(details.get(match[1])), message)


def show_detail(value: object) -> str:
    """A count, amount, date or name as people write it."""
    if value is None:
        return "—"
    if isinstance(value, str):
        return value
    number = f"{value:,.2f}" if not isinstance(value, int) else f"{value:,}"
    return number.rstrip("0").rstrip(".") if "." in number else number
