"""One policy file as a Policy: top level, standards, facts, matrices, rules and duties, strictly read."""

from __future__ import annotations

import re
from dataclasses import MISSING, dataclass, fields
from datetime import date, timedelta
from pathlib import PurePosixPath

from gongshi.model import Severity
from gongshi.package import Descriptor, FieldPlace, pack, worded
from gongshi.package.yamlfile import Mapping, Node, Scalar, text
from gongshi.policy.reading import NULLS, PolicyPage, parse_flag, parse_value, scalars
from gongshi.policy.scope import PARTS
from gongshi.policy.values import Checked, Duty, Fact, Pair, Policy, PolicyProblem, Rule, Scope, Span, Standard, Value

PLAIN = tuple(field.name for field in fields(Policy) if field.default == "" and field.name != "notes")
"""What a file says in a word of its own."""
TOP = (
    *("policy", "title", "plan", *PLAIN, "applies", "same_as", "without", "scope", "effective"),
    *("standards", "facts", "matrices", "rules", "disclosure", "notes"),
)
STANDARD = ("id", "title", "unit", "clause", "type", "values", "notes")
TYPES = ("number", "date", "text", "monthday")
RULE = ("id", "title", "kind", "severity", "clause", "message", "resource")
DUTY = tuple(field.name for field in fields(Duty) if field.name not in ("policy", "line"))
DUTY_MUST = tuple(field.name for field in fields(Duty) if field.name in DUTY and field.default is MISSING)
PAIR = tuple(field.name for field in fields(Pair) if field.name != "line")
VERDICTS = ("forbidden", "capped", "allowed")
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
ONE_DAY = timedelta(days=1)
Dated = tuple[tuple[date, Value | None], ...]
FACT_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class DutyFields:
    """The fields whose labels are the kinds of notices and the places where one hangs (``pack/duties.yaml``)."""

    called: FieldPlace
    hung: FieldPlace


class PolicyFile:
    """Reads one file; ``page`` collects what is wrong."""

    def __init__(self, page: PolicyPage, descriptor: Descriptor, root: Mapping) -> None:
        self.page = page
        self.descriptor = descriptor
        self.root = root
        self.stem = PurePosixPath(page.path).stem
        self.scope = self.read_scope(root)
        self.effective = self.read_span(root)

    def policy(self) -> Policy:
        """The file as a value; what could not be read is left out."""
        page, root = self.page, self.root
        page.known(root, TOP, "政策文件")
        page.required(root, ("policy", "title"), "政策文件")
        if text(root, "policy") not in ("", self.stem):
            page.problem(root.lines["policy"], f"policy 要等于文件名“{self.stem}”")
        if not NAME.fullmatch(self.stem):
            page.problem(0, "文件名只能用小写字母、数字和连字符")
        if text(root, "applies") not in ("", "county", "elsewhere"):
            page.problem(root.lines["applies"], "applies 只能写 county 或 elsewhere")
        return Policy(
            stem=self.stem,
            title=self.said(root, "title"),
            path=page.path,
            plan=page.whole(root, "plan"),
            **{name: text(root, name) for name in PLAIN},
            elsewhere=text(root, "applies") == "elsewhere",
            same_as=page.whole(root, "same_as"),
            scope=self.scope,
            effective=self.effective,
            standards=self.unique(
                [self.standard(node) for node in page.mappings(root.items.get("standards"), "standards")]
            ),
            facts=self.facts(),
            matrices=self.matrices(),
            rules=tuple(rule for node in page.mappings(root.items.get("rules"), "rules") if (rule := self.rule(node))),
            duties=tuple(
                duty for node in page.mappings(root.items.get("disclosure"), "disclosure") if (duty := self.duty(node))
            ),
            notes=self.said(root, "notes"),
        )

    def said(self, node: Mapping, name: str) -> str:
        """A text of the file; a book of the whole country speaks in the words of the county's day, a plan in its own."""
        return text(node, name) if "plan" in self.root.items else worded(text(node, name), self.descriptor.day)

    def unique(self, standards: list[Standard | None]) -> dict[str, Standard]:
        """Standards by id; a problem for each id that is there twice."""
        found: dict[str, Standard] = {}
        for standard in standards:
            if standard and standard.id in found:
                self.page.problem(standard.line, f"标准“{standard.id}”重复，请只保留一个")
            elif standard:
                found[standard.id] = standard
        return found

    def read_scope(self, node: Mapping, rule: str = "") -> Scope:
        """``scope`` of the file or of a rule; ``county`` is everywhere."""
        item = node.items.get("scope")
        if item is None or (isinstance(item, Scalar) and item.value == "county"):
            return Scope()
        if not isinstance(item, Mapping):
            self.page.problem(item.line, "scope 要写成 townships、villages、units、programmes，或写 county", rule)
            return Scope()
        self.page.known(item, PARTS, "scope", rule)
        try:
            parts = {name: tuple(one.value for one in scalars(item.items.get(name), name)) for name in PARTS}
        except PolicyProblem as problem:
            self.page.problem(problem.line, problem.message, rule)
            return Scope()
        if not any(parts.values()):
            self.page.problem(item.line, "scope 里什么也没有，全县请写 scope: county", rule)
        return Scope(**parts, line=item.line)

    def read_span(self, node: Mapping, rule: str = "") -> Span:
        """``effective`` of the file or of a rule."""
        item = node.items.get("effective")
        if item is None:
            return Span()
        if not isinstance(item, Mapping):
            self.page.problem(item.line, "effective 要写成 {from: 日期, to: 日期}", rule)
            return Span()
        self.page.known(item, ("from", "to"), "effective", rule)
        span = Span(self.page.day(item, "from"), self.page.day(item, "to"))
        if span.first and span.last and span.last < span.first:
            self.page.problem(item.line, "effective 的 to 早于 from", rule)
        return span

    def standard(self, node: Mapping) -> Standard | None:
        page, line = self.page, node.line
        page.known(node, STANDARD, "标准")
        if not page.required(node, ("id", "title", "unit", "clause"), "标准"):
            return None
        kind = text(node, "type") or "number"
        if kind not in TYPES:
            page.problem(node.lines["type"], f"标准的 type 只能写：{'、'.join(TYPES)}")
            return None
        if not NAME.fullmatch(text(node, "id")):
            page.problem(node.lines["id"], "标准的 id 只能用小写字母、数字和连字符")
            return None
        values, last, checked = self.dated(node, kind)
        name, unit, clause = (text(node, name) for name in ("id", "unit", "clause"))
        return Standard(
            name,
            self.said(node, "title"),
            unit,
            clause,
            kind,
            values,
            self.stem,
            page.path,
            line,
            last,
            *checked,
        )

    def dated(self, node: Mapping, kind: str) -> tuple[Dated, date | None, Checked]:
        """The values of a standard, oldest first, and of the newest one its last day, source and when it was verified; a
        problem for two on one day or the wrong order. After a last day there is no value until the next one begins."""
        values: list[tuple[date, Value | None]] = []
        last, checked = None, Checked()
        for item in self.page.mappings(node.items.get("values"), "values"):
            self.page.known(item, ("from", "to", "value", *Checked._fields, "notes"), "values")
            first = self.page.day(item, "from")
            if first is None:
                self.page.problem(item.line, "values 的每项要写 from 日期")
                continue
            if values and first <= (last or values[-1][0]):
                self.page.problem(item.line, f"values 要按 from 由早到晚，{first.isoformat()} 与前一项重叠或颠倒")
                continue
            if last and first > last + ONE_DAY:
                values.append((last + ONE_DAY, None))
            last, checked = self.page.day(item, "to"), Checked(*(text(item, name) for name in Checked._fields))
            if last and last < first:
                self.page.problem(item.line, "values 的 to 早于 from")
                last = None
            raw = text(item, "value")
            try:
                values.append((first, None if raw in NULLS else parse_value(kind, raw, item.lines["value"])))
            except PolicyProblem as problem:
                self.page.problem(problem.line, problem.message)
        if last:
            values.append((last + ONE_DAY, None))
        return tuple(values), last, checked

    def facts(self) -> dict[str, Fact]:
        found = {}
        for name, node in self.page.named(self.root.items.get("facts"), "facts").items():
            if not isinstance(node, Mapping) or not FACT_NAME.fullmatch(name):
                self.page.problem(node.line, "facts 要写成 名字: {of: …, from: …, …}，名字用小写英文加下划线")
                continue
            if self.page.required(node, ("of", "from"), f"fact “{name}”"):
                found[name] = Fact(name, self.stem, self.page.path, node)
        return found

    def matrices(self) -> dict[str, tuple[Pair, ...]]:
        found = {}
        for name, node in self.page.named(self.root.items.get("matrices"), "matrices").items():
            pairs = [pair for item in self.page.mappings(node, name) if (pair := self.pair(item))]
            seen: set[frozenset[str]] = set()
            for pair in pairs:
                if frozenset((pair.first, pair.second)) in seen:
                    self.page.problem(pair.line, f"“{pair.first}”与“{pair.second}”列了两次")
                seen.add(frozenset((pair.first, pair.second)))
            found[name] = tuple(pairs)
        return found

    def pair(self, node: Mapping) -> Pair | None:
        self.page.known(node, PAIR, "matrix")
        if not self.page.required(node, [name for name in PAIR if name != "cap"], "matrix 的项"):
            return None
        verdict = text(node, "verdict")
        if verdict not in VERDICTS or (verdict == "capped") != ("cap" in node.items):
            self.page.problem(node.line, f"verdict 只能写 {'、'.join(VERDICTS)}；capped 要写 cap，别的不写")
            return None
        try:
            cap = self.cap(node.items.get("cap"))
        except PolicyProblem as problem:
            self.page.problem(problem.line, problem.message)
            return None
        words = {name: text(node, name) for name in PAIR if name != "cap"}
        return Pair(**words, cap=cap, line=node.line)

    def cap(self, node: Node | None) -> Value | None:
        """A number, or the name of a standard as text."""
        if isinstance(node, Mapping) and list(node.items) == ["standard"]:
            return text(node, "standard")
        if node is None:
            return None
        return parse_value("number", node.value if isinstance(node, Scalar) else "", node.line)

    def rule(self, node: Mapping) -> Rule | None:
        """The common part of a rule; its parameters are checked when it is compiled."""
        page, written = self.page, text(node, "id")
        rule_id = written if NAME.fullmatch(written) else ""  # what is no id is never shown
        if not page.required(node, RULE, f"规则“{rule_id[:40]}”" if rule_id else "规则", rule_id):
            return None
        if not rule_id:
            page.problem(node.lines["id"], "规则的 id 只能用小写字母、数字和连字符")
            return None
        if text(node, "severity") not in tuple(Severity):
            page.problem(node.lines["severity"], "severity 只能写 error、warning 或 notice", rule_id)
            return None
        if text(node, "runs") not in ("", "sealing"):
            page.problem(node.lines["runs"], "runs 只能写 sealing", rule_id)
        texts = {name: text(node, name) for name in ("kind", "clause", "resource", "field")}
        texts |= {name: self.said(node, name) for name in ("title", "message", "notes")}
        return Rule(
            id=rule_id,
            severity=Severity(text(node, "severity")),
            policy=self.stem,
            path=page.path,
            line=node.line,
            body=node,
            scope=self.read_scope(node, rule_id) if "scope" in node.items else self.scope,
            effective=self.read_span(node, rule_id) if "effective" in node.items else self.effective,
            sealing=text(node, "runs") == "sealing",
            covers=self.covers(node, rule_id),
            complete=self.flag(node, "complete", rule_id),
            **texts,
        )

    def flag(self, node: Mapping, name: str, rule_id: str) -> bool:
        try:
            return name in node.items and parse_flag(text(node, name), node.lines[name])
        except PolicyProblem as problem:
            self.page.problem(problem.line, problem.message, rule_id)
            return False

    def covers(self, node: Mapping, rule_id: str) -> tuple[str, ...]:
        try:
            return tuple(one.value for one in scalars(node.items.get("covers"), "covers"))
        except PolicyProblem as problem:
            self.page.problem(problem.line, problem.message, rule_id)
            return ()

    def duty(self, node: Mapping) -> Duty | None:
        page = self.page
        page.known(node, DUTY, "公开义务")
        try:
            where = tuple(one.value for one in scalars(node.items.get("where"), "where"))
            long_term = parse_flag(text(node, "long_term") or "否", node.line)
        except PolicyProblem as problem:
            page.problem(problem.line, problem.message)
            return None
        if not page.required(node, [name for name in DUTY_MUST if name != "where"], "公开义务"):
            return None
        places = self.labels(pack("duties", DutyFields).hung)
        if not where or (places and not {*where} <= {*places}):
            page.problem(node.lines.get("where", node.line), f"where 要写公开的地方：{'、'.join(places)}")
            return None
        return Duty(
            text(node, "id"),
            self.said(node, "what"),
            self.said(node, "who"),
            where,
            text(node, "clause"),
            self.stem,
            node.line,
            notice_kind=self.notice_kind(node),
            after=text(node, "after"),
            within_days=page.whole(node, "within_days"),
            within_workdays=page.whole(node, "within_workdays"),
            min_days=page.whole(node, "min_days"),
            long_term=long_term,
        )

    def notice_kind(self, node: Mapping) -> str:
        """The kind of notice, one of the schema's."""
        called = pack("duties", DutyFields).called
        value, kinds = text(node, called.field), self.labels(called)
        if value and kinds and value not in kinds:
            self.page.problem(node.lines[called.field], f"公示类别里没有“{value[:20]}”，可用的有：{'、'.join(kinds)}")
            return ""
        return value

    def labels(self, place: FieldPlace) -> tuple[str, ...]:
        """The labels of a field; none where the county has no such field."""
        there = self.descriptor.resources.get(place.resource)
        return there.schema.field(place.field).enum if there and place.field in there.schema.names else ()
