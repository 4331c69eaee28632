"""Facts: a named figure per row of one table, gathered from another; facts of one kind of rows share one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from gongshi.package import Descriptor, identifier
from gongshi.package.yamlfile import Mapping as Node
from gongshi.package.yamlfile import Node as YamlNode
from gongshi.package.yamlfile import Scalar, text
from gongshi.policy.paths import NUMBERS, FactColumn, Finder, PathColumn, Schemas, Selection, as_day, packed
from gongshi.policy.standards import Standards
from gongshi.policy.terms import Terms
from gongshi.policy.values import Fact, Policies, PolicyProblem, Standard

KEYS = (
    "of",
    "from",
    "match",
    "where",
    "active",
    "count",
    "distinct",
    "sum",
    "min",
    "max",
    "exists",
    "share",
    "latest",
    "by",
)
METHODS = ("count", "distinct", "sum", "min", "max", "exists", "share", "latest")


@dataclass(frozen=True, slots=True)
class CompiledFact:
    """A fact that rules can use: its column, the level it is computed on, the standards it lacks."""

    name: str
    of: str
    column: FactColumn
    level: int
    missing: Mapping[str, Standard]


@dataclass(slots=True)
class FactGroup:
    """Facts over the same rows of the same table, gathered in one pass: a table of (_row, one column per fact).

    Where the owner has an ``own_day``, only those of its rows count that are in force on it."""

    table: str
    level: int
    child: Selection
    owner: Selection
    aggregates: dict[str, str]

    def statement(self) -> tuple[str, tuple[object, ...]]:
        """The SELECT that fills the table, and its values."""
        columns = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in self.aggregates.items())
        if "own_day" in self.owner.columns:
            then = (
                "coalesce(c.begins <= s.own_day, true) AND coalesce(c.ends > s.own_day, true) AND s.own_day IS NOT NULL"
            )
            both = f"(\n  {self.owner.sql()}) s JOIN (\n  {self.child.sql()}) c ON c.match_key = s.match_key AND {then}"
            return packed(f"SELECT s._row, {columns} FROM {both} GROUP BY s._row", self.child.binder.values)
        chosen = ", ".join(f"c.{identifier(name)}" for name in self.aggregates)
        inner = f"SELECT match_key, {columns} FROM (\n  {self.child.sql()}) GROUP BY match_key"
        sql = (
            f"SELECT s._row, {chosen} FROM (\n  {self.owner.sql()}) s JOIN (\n  {inner}) c ON c.match_key = s.match_key"
        )
        return packed(sql, self.child.binder.values)


class World:
    """What compiling needs to know: policies, schemas, the day; facts are compiled once, in groups."""

    def __init__(self, policies: Policies, descriptor: Descriptor, day: date) -> None:
        self.policies = policies
        self.day = day
        self.schemas = Schemas(descriptor, day)
        self.facts: dict[str, CompiledFact] = {}
        self.groups: dict[tuple[object, ...], FactGroup] = {}
        self._under_way: list[str] = []

    def selection(self, resource: str, line: int, policy: str, used: set[str], alias: str = "t") -> Selection:
        """A Selection that finds facts as seen from ``policy`` and notes in ``used`` which ones."""
        return Selection(self.schemas, resource, line, alias, self._finder(policy, used))

    def _finder(self, policy: str, used: set[str]) -> Finder:
        def find(reference: str, of: str, line: int) -> FactColumn:
            fact = self.fact(reference, policy, line)
            used.add(fact.name)
            if fact.of != of:
                raise PolicyProblem(f"fact “{reference[:60]}”是“{fact.of}”表的，不能用在“{of}”表上", line)
            return fact.column

        return find

    def fact(self, reference: str, policy: str, line: int) -> CompiledFact:
        """The fact ``reference`` as seen from ``policy``, compiled."""
        found = self.policies.fact(reference, policy)
        if found is None:
            raise PolicyProblem(f"没有“{reference[:60]}”这个 fact", line)
        name = f"{found.policy}/{found.name}"
        if name in self._under_way:
            raise PolicyProblem(f"fact “{reference[:60]}”绕了一圈又用到自己", line)
        if name not in self.facts:
            self._under_way.append(name)
            try:
                self.facts[name] = self._compile(name, found)
            finally:
                self._under_way.pop()
        return self.facts[name]

    def _compile(self, name: str, fact: Fact) -> CompiledFact:
        """Compile once alone, to know what it uses and that it is right, then into its group."""
        body, line = fact.body, fact.body.line
        for key, at in body.lines.items():
            if key not in KEYS:
                raise PolicyProblem(f"fact 里不认识“{key[:40]}”，可用的有：{'、'.join(KEYS)}", at)
        if len([key for key in METHODS if key in body.items]) != 1:
            raise PolicyProblem(f"fact “{fact.name}”要恰好写一个算法：{'、'.join(METHODS)}", line)
        used: set[str] = set()
        standards = Standards(self.policies, fact.policy, self.day)
        alone = self._group(fact, used, 0)
        _gather(alone, body, standards, name)
        level = 1 + max((self.facts[one].level for one in used), default=0)
        match = body.items.get("match")
        pairs = tuple((key, text(match, key)) for key in match.items) if isinstance(match, Node) else ()
        pairs += _own_days(body)
        place = (text(body, "of"), text(body, "from"), pairs, level)
        group = self.groups.setdefault(place, self._group(fact, set(), len(self.groups) + 1))
        group.level = level
        group.child.find_fact = self._finder(fact.policy, used)
        column = _gather(group, body, standards, name)
        missing = {key: one for dep in used for key, one in self.facts[dep].missing.items()}
        return CompiledFact(name, place[0], column, level, {**missing, **standards.missing})

    def _group(self, fact: Fact, used: set[str], number: int) -> FactGroup:
        body, line = fact.body, fact.body.line
        child = self.selection(text(body, "from"), line, fact.policy, used, "o")
        owner = self.selection(text(body, "of"), line, fact.policy, used)
        owner.binder = child.binder
        dated = dict(_own_days(body))
        if dated and "match" not in body.items:
            child.columns["match_key"] = owner.columns["match_key"] = "''"
        else:
            match_columns(child, owner, body.items.get("match"), line)
        if dated:
            at = body.lines["active"]
            owner.columns["own_day"] = as_day(owner.column(dated["on"], at), at)
            child.columns["begins"], child.columns["ends"] = (
                as_day(child.column(dated[name], at), at) for name in ("from", "to")
            )
        table = f"rules.{identifier(f'facts {number} of {owner.resource.name}')}"
        return FactGroup(table, 0, child, owner, {})


def _gather(group: FactGroup, body: Node, standards: Standards, name: str) -> FactColumn:
    """Add one fact to a group: its condition and values as columns of the child, its aggregate over them."""
    child, number = group.child, len(group.aggregates)
    terms = Terms(child, standards)
    child.conditions = []
    dated = {"active"} if _own_days(body) else set()
    narrow_rows(child, replace(body, items={k: v for k, v in body.items.items() if k not in dated}), terms)
    conditions, child.conditions = child.conditions, []
    only = ""
    if conditions:
        child.columns[f"where {number}"] = " AND ".join(f"({condition})" for condition in conditions)
        only = f' FILTER (WHERE "where {number}")'
    method = next(key for key in METHODS if key in body.items)
    column, form = _aggregate(child, method, body, terms, number)
    group.aggregates[name] = form.format(only=only, value=f'"value {number}"', by=f'"by {number}"')
    return FactColumn(group.table, name, column.type, _absent(method), column.field)


def _own_days(body: Node) -> tuple[tuple[str, str], ...]:
    """``from``, ``to`` and ``on`` of an ``active`` that is of the owner's own day instead of the day of the check."""
    active = body.items.get("active")
    if not isinstance(active, Node) or "on" not in active.items:
        return ()
    if set(active.items) != {"from", "to", "on"}:
        raise PolicyProblem("active 要写成 {from: 字段, to: 字段, on: 本行的日期字段}", active.line)
    return tuple((name, text(active, name)) for name in ("from", "to", "on"))


def narrow(selection: Selection, body: Node, terms: Terms, prefix: str = "") -> None:
    """Apply ``latest``, ``active`` and ``where`` (with ``prefix``) of a rule."""
    if latest := body.items.get(f"{prefix}latest"):
        per, by = _pair(latest, "latest", ("per", "by"))
        selection.keep_latest(per, by, latest.line)
    narrow_rows(selection, body, terms, prefix)


def narrow_rows(selection: Selection, body: Node, terms: Terms, prefix: str = "") -> None:
    """Apply ``active`` and ``where`` (with ``prefix``) of a rule or fact."""
    if active := body.items.get(f"{prefix}active"):
        first, last = _pair(active, "active", ("from", "to"))
        selection.keep_active(first, last, active.line)
    if (where := body.items.get(f"{prefix}where")) is not None:
        selection.conditions.extend(terms.each(where))


def _pair(node: YamlNode, what: str, names: tuple[str, str]) -> tuple[str, str]:
    if not isinstance(node, Node) or set(node.items) != set(names):
        raise PolicyProblem(f"{what} 要写成 {{{names[0]}: 字段, {names[1]}: 字段}}", node.line)
    return text(node, names[0]), text(node, names[1])


def match_columns(other: Selection, subject: Selection, node: YamlNode | None, line: int) -> None:
    """The column ``match_key`` on both sides: from ``match``, else from the only key between the tables."""
    if node is None:
        pairs = [(*other.schemas.match(other.resource.name, subject.resource.name, line), line)]
    elif isinstance(node, Node) and node.items:
        pairs = [(there, text(node, there), node.lines[there]) for there in node.items]
    else:
        raise PolicyProblem("match 要写成 {明细的字段: 本行的字段}", node.line)
    theirs: list[PathColumn] = []
    ours: list[PathColumn] = []
    for there, here, at in pairs:
        one, two = other.column(there, at), subject.column(here, at)
        if (
            one.type != two.type
            and not {one.type, two.type} <= {*NUMBERS}
            and not {one.type, two.type} <= {"string", "yearmonth"}
        ):
            raise PolicyProblem(f"match 的“{there}”与“{here}”类型不同", at)
        theirs.append(one)
        ours.append(two)
    other.columns["match_key"], subject.columns["match_key"] = key_of(theirs), key_of(ours)


def key_of(columns: list[PathColumn]) -> str:
    """Several values as one text, NULL if one of them is missing."""
    if len(columns) == 1 and columns[0].type in ("string", "yearmonth"):
        return columns[0].sql
    return " || '/' || ".join(f"({column.sql})::VARCHAR" for column in columns)


def _aggregate(child: Selection, method: str, body: Node, terms: Terms, number: int) -> tuple[PathColumn, str]:
    """The type of the fact and its aggregate, with holes for the condition and the value."""
    node, line = body.items[method], body.lines[method]
    if method == "share":
        child.columns[f"value {number}"] = f"({terms.all(node)})"
        return PathColumn("", "number"), "avg(coalesce({value}, false)::INT){only}"
    name = node.value if isinstance(node, Scalar) else ""
    if method in ("count", "exists"):
        if name != "rows":
            raise PolicyProblem(f"{method} 只能写 rows", line)
        return (
            (PathColumn("", "integer"), "count(*){only}")
            if method == "count"
            else (PathColumn("", "boolean"), "count(*){only} > 0")
        )
    column = child.column(name, line)
    child.columns[f"value {number}"] = column.sql
    if method == "latest":
        child.columns[f"by {number}"] = child.column(text(body, "by"), line).sql
        return column, "arg_max({value}, {by}){only}"
    if method == "distinct":
        return PathColumn("", "integer"), "count(DISTINCT {value}){only}"
    if method == "sum" and column.type not in NUMBERS:
        raise PolicyProblem("sum 只能用在数字字段上", line)
    if method == "sum":
        return PathColumn("", "number", column.field), "coalesce(sum({value}){only}, 0)"
    return column, f"{method}({{value}}){{only}}"


def _absent(method: str) -> str:
    """What the fact is for a row without any child."""
    if method in ("count", "distinct", "sum"):
        return "0"
    return "false" if method == "exists" else ""
