"""What a rule said before: known as long as its query, the facts it uses and the tables it reads are the same."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from gongshi.package import LookedAt, Recall, columns_named, joined, those
from gongshi.package.yamlfile import Mapping as Node
from gongshi.policy.compiling import Query
from gongshi.policy.facts import World
from gongshi.policy.release import Figures
from gongshi.policy.tables import always
from gongshi.policy.values import Outcome, Rule, RuleState
from gongshi.repository import as_items, of_items

_ALIAS = re.compile(r'\brules\.(?:"((?:[^"]|"")+)"|(\w+))(?:\s+(?:AS\s+)?(\w+))?')
_TABLE = re.compile(r'\brules\.(?:"((?:[^"]|"")+)"|(\w+))')


class Readings:
    """What the rules of one World read, and a digest of all else that their answers follow from; worked out once for each rule."""

    def __init__(self, world: World) -> None:
        self._groups = {group.table: group for group in world.groups.values()}
        self._there = world.schemas.descriptor.resources.keys()
        self._resources = world.schemas.descriptor.resources
        self._known: dict[str, tuple[frozenset[str], str]] = {}
        self._columns: dict[str, LookedAt] = {}
        self._named: dict[str, LookedAt] = {}
        self._statements: dict[str, tuple[str, tuple[object, ...]]] = {}

    def of(self, query: Query) -> tuple[frozenset[str], str]:
        """(the tables that a rule reads, also through facts; the digest)."""
        rule = query.rule
        if rule.id not in self._known:
            facts = self._facts(query.sql)
            names = {name for text in (query.sql, *(sql for sql, _ in facts)) for name in _tables(text)}
            parts = (
                query.sql,
                query.values,
                query.base_sql,
                query.base_values,
                query.proof,
                query.gaps,
                query.kind.name,
            )
            about = repr((parts, facts, replace(rule, body=Node({}, 0), notes="")))
            reads = frozenset(self._there & {rule.resource, *always(), *names})
            self._known[rule.id] = reads, hashlib.sha256(about.encode("utf-8", "surrogateescape")).hexdigest()
        return self._known[rule.id]

    def columns(self, query: Query) -> LookedAt:
        """What a rule looks at of the tables it reads: ``paths`` names each column behind its table's alias, and no ``*`` stands
        for them (``test_incremental.py``); all of the tables that any rule may ask for. Its proof is made of the same columns."""
        rule = query.rule
        if rule.id not in self._columns:
            found: LookedAt = dict.fromkeys(always() & self._there)
            found = joined(
                found, self._looked_at(query.sql), *(self._of_fact(sql) for sql, _ in self._facts(query.sql))
            )
            found = joined(found, {rule.resource: frozenset(self._resources[rule.resource].schema.primary_key)})
            reads, _ = self.of(query)
            self._columns[rule.id] = {**dict.fromkeys(reads - found.keys()), **found}
        return self._columns[rule.id]

    def _looked_at(self, sql: str) -> LookedAt:
        tables = [(quoted or plain, alias) for quoted, plain, alias in _ALIAS.findall(sql)]
        named = columns_named(sql, tables, stars=False)
        return {name: those(self._resources[name], words or ()) for name, words in named.items() if name in self._there}

    def _of_fact(self, sql: str) -> LookedAt:
        """The same, worked out once: many rules use one fact."""
        if sql not in self._named:
            self._named[sql] = self._looked_at(sql)
        return self._named[sql]

    def _facts(self, sql: str) -> list[tuple[str, tuple[object, ...]]]:
        """The statements of the facts that a query uses, with those that they use."""
        found: dict[str, tuple[str, tuple[object, ...]]] = {}
        texts = [sql]
        while texts:
            for name in _tables(texts.pop()):
                group = self._groups.get(f'rules."{name}"')
                if group and group.table not in found:
                    if group.table not in self._statements:
                        self._statements[group.table] = group.statement()
                    found[group.table] = self._statements[group.table]
                    texts.append(found[group.table][0])
        return list(found.values())


class Asking:
    """The questions of the rules of one run, to one Recall."""

    def __init__(self, readings: Readings, kept: Recall, base: Figures | None) -> None:
        self._readings, self._kept, self._base = readings, kept, base or {}
        self._questions: dict[str, str] = {}

    def known(self, queries: Iterable[Query]) -> dict[str, Outcome]:
        """What of these rules is known."""
        found = {}
        for query in queries:
            rule = query.rule
            reads, about = self._readings.of(query)
            base = self._base.get(rule.id) if query.base_sql else None
            columns = partial(self._readings.columns, query)
            question, answer = self._kept.asked("rule", reads, columns, about, repr(base))
            self._questions[rule.id] = question
            if answer is not None:
                found[rule.id] = _outcome(rule, answer)
        return found

    def note(self, outcomes: Mapping[str, Outcome]) -> None:
        """Keep what rules said now."""
        for name, outcome in outcomes.items():
            question = self._questions[name]
            if outcome.state == RuleState.RAN:
                counts = (outcome.looked, outcome.broke, outcome.blank, outcome.undated, outcome.beyond, outcome.unread)
                self._kept.note(question, [counts, outcome.gaps, as_items(outcome.findings)])

    def reads(self, query: Query) -> frozenset[str]:
        """The tables that a rule reads."""
        return self._readings.of(query)[0]


def _tables(sql: str) -> list[str]:
    return [quoted or plain for quoted, plain in _TABLE.findall(sql)]


def _outcome(rule: Rule, answer: Any) -> Outcome:
    (looked, broke, blank, undated, beyond, unread), gaps, items = answer
    findings = tuple(of_items(items))
    pairs = tuple((title, count) for title, count in gaps)
    return Outcome(rule, RuleState.RAN, looked, broke, findings, pairs, blank, undated, beyond, unread)
