"""The parameters of one rule, type by type: a column of ``subject`` or ``other``, or a slot of the kind's SQL."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from itertools import pairwise

from gongshi.checks.phrases import one_of
from gongshi.package import Field, literal
from gongshi.package.yamlfile import Mapping, Node, Scalar, text
from gongshi.package.yamlfile import Sequence as List
from gongshi.policy.facts import World
from gongshi.policy.kinds import Parameter, RuleKind
from gongshi.policy.paths import NUMBERS, PathColumn, Selection, as_day, as_text
from gongshi.policy.reading import NUMBER, parse_flag, parse_value, scalars
from gongshi.policy.standards import Standards
from gongshi.policy.terms import Terms
from gongshi.policy.values import Pair, PolicyProblem, Standard, Value

NUMERIC = "DECIMAL(21,6)"
CELLS = {"number": NUMERIC, "date": "DATE", "flag": "BOOLEAN"}


class Setter:
    """Sets the parameters of one rule. ``fields`` remembers which fields a parameter shows, by parameter."""

    def __init__(
        self,
        kind: RuleKind,
        body: Mapping,
        world: World,
        policy: str,
        subject: Selection,
        other: Selection | None,
        standards: Standards,
    ) -> None:
        self.kind = kind
        self.body = body
        self.world = world
        self.policy = policy
        self.subject = subject
        self.other = other
        self.standards = standards
        self.slots: dict[str, str] = {"day": subject.binder.bind(world.day, "DATE")}
        self.fields: dict[str, list[Field]] = {}
        self.nothing: dict[str, str] = {}
        self.moment: date | None = None

    def slot(self, name: str, has: bool) -> str:
        """What stands for {{name}} or {{has name}} in the kind's SQL."""
        if has:
            return "true" if self.given(name) else "false"
        return self.slots[name]

    def line(self, node: Node | None) -> int:
        """Where a parameter stands, or the rule that lacks it."""
        return node.line if node else self.body.line

    def given(self, name: str) -> bool:
        node = self.body.items.get(name)
        return node is not None and not (isinstance(node, Scalar) and node.value == "")

    def set(self, parameter: Parameter) -> None:
        """One parameter, given or not; Problem if it is wrong or missing."""
        node = self.body.items.get(parameter.name) if self.given(parameter.name) else None
        if node is None and parameter.default:
            node = Scalar(parameter.default, self.body.line)
        if node is None and parameter.required:
            raise PolicyProblem(f"{self.kind.title}（{self.kind.name}）缺参数 {parameter.name}", self.body.line)
        if parameter.of_other and self.other is None and node is not None:
            raise PolicyProblem(f"{parameter.name} 要和 other 一起写", node.line)
        method = getattr(self, f"set_{parameter.type.replace(':', '_')}")
        method(parameter, node)

    def combinations(self) -> None:
        """The kind's "one of" and "together" lines."""
        for names in self.kind.one_of:
            if not any(self.given(name) for name in names):
                raise PolicyProblem(
                    f"{self.kind.title}（{self.kind.name}）至少要写一个：{'、'.join(names)}", self.body.line
                )
        for first, *rest in self.kind.together:
            missing = [name for name in rest if not self.given(name)]
            if self.given(first) and missing:
                raise PolicyProblem(f"写了 {first} 就要写 {'、'.join(missing)}", self.body.lines[first])

    # columns of subject or other

    def put(self, parameter: Parameter, sql: str) -> None:
        """A column, on the side the parameter belongs to."""
        side = self.other if parameter.of_other else self.subject
        if side is not None:
            side.columns[parameter.name] = sql
        else:
            self.nothing[f'"{parameter.name}"'] = sql

    def empty(self, parameter: Parameter, kind: str = "VARCHAR") -> None:
        self.put(parameter, f"NULL::{kind}")

    def path(self, parameter: Parameter, node: Node) -> PathColumn:
        """The column that a path names; its field is remembered."""
        if not isinstance(node, Scalar):
            raise PolicyProblem(f"{parameter.name} 要写一个字段", node.line)
        side = self.other if parameter.of_other else self.subject
        if side is None:
            raise PolicyProblem(f"{parameter.name} 要和 other 一起写", node.line)
        column = side.column(node.value, node.line)
        if column.field:
            self.fields.setdefault(parameter.name, []).append(column.field)
        return column

    def set_path(self, parameter: Parameter, node: Node | None) -> None:
        if node is None:
            return self.empty(parameter)
        return self.put(parameter, self.path(parameter, node).sql)

    def set_label(self, parameter: Parameter, node: Node | None) -> None:
        if node is None:
            return self.empty(parameter)
        return self.put(parameter, as_text(self.path(parameter, node)))

    def set_figure(self, parameter: Parameter, node: Node | None) -> None:
        if node is None:
            return self.empty(parameter, NUMERIC)
        column = self.path(parameter, node)
        if column.type not in NUMBERS:
            raise PolicyProblem(f"{parameter.name} 要写数字字段", node.line)
        return self.put(parameter, column.sql)

    def set_date(self, parameter: Parameter, node: Node | None) -> None:
        if node is None:
            return self.empty(parameter, "DATE")
        return self.put(parameter, as_day(self.path(parameter, node), node.line))

    def set_number(self, parameter: Parameter, node: Node | None) -> None:
        """A number, a standard or another field, for each row."""
        if node is None:
            return self.empty(parameter, NUMERIC)
        if isinstance(node, Mapping) and "field" in node.items:
            self.path(parameter, node.items["field"])
        return self.put(parameter, Terms(self.subject, self.standards).value(PathColumn("", "number"), node))

    def set_terms(self, parameter: Parameter, node: Node | None) -> None:
        if node is None:
            return self.empty(parameter, "BOOLEAN")
        terms = Terms(self.subject, self.standards)
        if not terms.each(node):
            raise PolicyProblem(f"{parameter.name} 里至少要有一个条件", node.line)
        if parameter.name == "demand":
            self.slots["hollow"] = self.hollow(node)
        return self.put(parameter, terms.all(node))

    def hollow(self, node: Node) -> str:
        """Which of several fields that must be filled is empty, by title, as a column; none where the rule asks for one."""
        items = node.items if isinstance(node, List) else []
        asked = [text(item, "field") for item in items if isinstance(item, Mapping) and text(item, "filled") == "是"]
        columns = [self.subject.column(path, node.line) for path in asked] if len(asked) > 1 else []
        empty = [
            f"CASE WHEN {column.sql} IS NULL THEN {literal(column.field.title)} END"
            for column in columns
            if column.field
        ]
        self.subject.columns["hollow"] = f"concat_ws('、', {', '.join(empty)})" if empty else "NULL::VARCHAR"
        return "s.hollow"

    def set_tally(self, parameter: Parameter, node: Node | None) -> None:
        """How many of the terms hold."""
        terms = Terms(self.subject, self.standards).each(node)
        if len(terms) < 2:
            raise PolicyProblem(f"{parameter.name} 里至少要有两个条件", self.line(node))
        self.put(parameter, " + ".join(f"coalesce({term}, false)::INT" for term in terms))
        self.slots[f"{parameter.name}_size"] = str(len(terms))

    def columns(self, parameter: Parameter, node: Node | None) -> list[PathColumn]:
        return [self.path(parameter, item) for item in scalars(node, parameter.name)]

    def set_keys(self, parameter: Parameter, node: Node | None) -> None:
        """The values as a list: all as one, or (``each``) one by one."""
        columns = self.columns(parameter, node)
        each = parse_flag(text(self.body, "each") or "否", self.body.line)
        if each or len(columns) == 1:
            return self.put(parameter, f"[{', '.join(f'({column.sql})::VARCHAR' for column in columns)}]")
        filled = " AND ".join(f"{column.sql} IS NOT NULL" for column in columns)
        return self.put(parameter, f"[CASE WHEN {filled} THEN row({', '.join(column.sql for column in columns)}) END]")

    def set_group(self, parameter: Parameter, node: Node | None) -> None:
        """The values as one text to group by; '' without any."""
        if node is None:
            return self.put(parameter, "''")
        return self.put(
            parameter, " || '/' || ".join(f"({as_text(column)})" for column in self.columns(parameter, node))
        )

    def set_filled(self, parameter: Parameter, node: Node | None) -> None:
        columns = self.columns(parameter, node)
        self.put(parameter, " + ".join(f"({column.sql} IS NOT NULL)::INT" for column in columns))
        self.slots[f"{parameter.name}_size"] = str(len(columns))

    def set_sum(self, parameter: Parameter, node: Node | None) -> None:
        if node is None:
            return self.empty(parameter, NUMERIC)
        columns = self.columns(parameter, node)
        if any(column.type not in NUMBERS for column in columns):
            raise PolicyProblem(f"{parameter.name} 要写数字字段", node.line)
        zero = parse_flag(text(self.body, "blank_is_zero") or "否", self.body.line)
        return self.put(
            parameter, " + ".join(f"coalesce({column.sql}, 0)" if zero else column.sql for column in columns)
        )

    def set_product(self, parameter: Parameter, node: Node | None) -> None:
        """The product of fields, numbers and standards."""
        items = node.items if isinstance(node, List) else []
        if len(items) < 2:
            raise PolicyProblem(f"{parameter.name} 至少要有两项", self.line(node))
        self.put(parameter, " * ".join(f"({self.factor(parameter, item)})::DOUBLE" for item in items))

    def factor(self, parameter: Parameter, item: Node) -> str:
        terms = Terms(self.subject, self.standards)
        if isinstance(item, Scalar) and not NUMBER.fullmatch(item.value):
            column = self.path(parameter, item)
            if column.type not in NUMBERS:
                raise PolicyProblem(f"{parameter.name} 要写数字字段", item.line)
            return column.sql
        return terms.value(PathColumn("", "number"), item)

    # slots

    def set_other(self, parameter: Parameter, node: Node | None) -> None:
        """Read by the compiler before the parameters."""

    def set_counter(self, parameter: Parameter, node: Node | None) -> None:
        """How rows of the other table are counted."""
        self.slots[parameter.name] = "count(*)"
        if node is not None and self.other is not None:
            column = self.other.column(node.value if isinstance(node, Scalar) else "", node.line)
            self.other.columns[parameter.name] = column.sql
            self.slots[parameter.name] = f'count(DISTINCT o."{parameter.name}")'

    def set_choice(self, parameter: Parameter, node: Node | None) -> None:
        """One of the header's words; the first one is the default."""
        words = parameter.args.split()
        word = words[0] if node is None else node.value if isinstance(node, Scalar) else ""
        if word not in words:
            raise PolicyProblem(f"{parameter.name} 只能写：{'、'.join(words)}", self.line(node))
        self.slots[parameter.name], self.slots[f"{parameter.name}_word"] = literal(word), word
        if parameter.name == "count":
            forms = {"rows": "count(*)", "days": "count(DISTINCT other_date)"}
            self.slots["counted"] = 'coalesce(sum("sum"), 0)' if self.given("sum") else forms[word]

    def set_aggregate(self, parameter: Parameter, node: Node | None) -> None:
        """What is made of the rows: how many, or of the parameter in brackets the sum or how many different ones."""
        of = parameter.args
        forms = {"rows": "count(*)", "sum": f"coalesce(sum(s.{of}), 0)", "distinct": f"count(DISTINCT s.{of})"}
        word = next(iter(forms)) if node is None else node.value if isinstance(node, Scalar) else ""
        if word not in forms:
            raise PolicyProblem(f"{parameter.name} 只能写：{'、'.join(forms)}", self.line(node))
        self.slots[parameter.type] = forms[word]
        if (word != "rows") != self.given(of):
            raise PolicyProblem(f"{parameter.name} 是 sum、distinct 时要写 {of}，是 rows 时不写", self.line(node))
        if word == "sum" and self.subject.column(text(self.body, of), self.line(node)).type not in NUMBERS:
            raise PolicyProblem(f"{of} 要写数字字段", self.body.lines[of])

    def set_flag(self, parameter: Parameter, node: Node | None) -> None:
        value = node.value if isinstance(node, Scalar) else "否" if node is None else ""
        self.slots[parameter.name] = "true" if parse_flag(value, node.line if node else 0) else "false"

    def set_whole(self, parameter: Parameter, node: Node | None) -> None:
        value = self.fixed(node, "number")
        if value is not None and (not isinstance(value, Decimal) or value != int(value)):
            raise PolicyProblem(f"{parameter.name} 要写整数", self.line(node))
        self.slots[parameter.name] = self.subject.binder.bind(None if value is None else int(value), "BIGINT")

    def set_value_number(self, parameter: Parameter, node: Node | None) -> None:
        self.slots[parameter.name] = self.subject.binder.bind(self.fixed(node, "number"), NUMERIC)

    def set_value_date(self, parameter: Parameter, node: Node | None) -> None:
        self.slots[parameter.name] = self.subject.binder.bind(self.fixed(node, "date"), "DATE")

    def fixed(self, node: Node | None, kind: str) -> Value | None:
        """A literal, or a standard's value on the day."""
        if node is None:
            return None
        if isinstance(node, Mapping) and list(node.items) == ["standard"]:
            reference = text(node, "standard")
            if self.moment:
                return self.standards.on(reference, node.line, kind, self.moment)
            return self.standards.fixed(reference, node.line, kind)
        if isinstance(node, Scalar):
            return parse_value(kind, node.value, node.line)
        raise PolicyProblem("这里要写一个值，或 {standard: 标准}", node.line)

    def set_rows(self, parameter: Parameter, node: Node | None) -> None:
        """A small table: one VALUES row per item, numbered."""
        cells = parameter.cells()
        rows: list[list[str]] = []
        lapsed: list[str] = []
        for item in self.items(parameter, node):
            for name, line in item.lines.items():
                if name not in cells:
                    raise PolicyProblem(
                        f"{parameter.name} 的项里不认识“{name[:40]}”，可用的有：{'、'.join(cells)}", line
                    )
            for since, until in self.spans(item):
                self.moment = since or (until and date.min)
                values = {name: self.cell(parameter, item, name, *form) for name, form in cells.items()}
                self.moment = None
                many = next((value for value in values.values() if isinstance(value, list)), [""])
                ends = [self.subject.binder.bind(end, "DATE") for end in (since, until)]
                if (since or until) and any(self.unknown(node, since) for node in item.items.values()):
                    lapsed.append(f"({self.subject.columns['by']} IN ({', '.join(many)}) AND {self.touches(*ends)})")
                for value in many:
                    rows.append([*(value if isinstance(cell, list) else cell for cell in values.values()), *ends])
        if lapsed:
            self.subject.known.append(f"NOT coalesce({' OR '.join(lapsed)}, false)")
        kinds = [*(CELLS.get(form, "VARCHAR") for form, _ in cells.values()), "DATE", "DATE"]
        self.slots[parameter.name] = _values(rows, [*cells, "since", "until"], kinds)

    def spans(self, item: Mapping) -> list[tuple[date | None, date | None]]:
        """The spans (from, before) in which the standards that an item names have other values, for rows that are judged by
        their own date; the first one is before all of them."""
        named = [node for node in item.items.values() if isinstance(node, Mapping) and "standard" in node.items]
        return self.spans_of([self.standards.find(text(node, "standard"), node.line, "number") for node in named])

    def spans_of(self, known: list[Standard]) -> list[tuple[date | None, date | None]]:
        """The spans in which none of some standards changes; one of no ends where rows are not judged by their own date."""
        if "dated" not in self.kind.columns or not self.subject.dated:
            return [(None, None)]
        days = sorted({first for standard in known for first, _ in standard.values})
        return list(pairwise([None, *days, None])) if days else [(None, None)]

    def unknown(self, node: Node, since: date | None) -> bool:
        """Whether a cell is a standard without a value in the span that begins on a day."""
        if not isinstance(node, Mapping) or "standard" not in node.items:
            return False
        return self.standards.on(text(node, "standard"), node.line, "number", since or date.min) is None

    def touches(self, since: str, until: str) -> str:
        """That the record's date, or the first or the last day of its period, lies in a span, as SQL."""
        ends = dict.fromkeys((self.subject.dated_from, self.subject.dated))
        return (
            "("
            + " OR ".join(f"coalesce({end} >= {since}, true) AND coalesce({end} < {until}, true)" for end in ends)
            + ")"
        )

    def items(self, parameter: Parameter, node: Node | None) -> list[Mapping]:
        """The items of a list of mappings."""
        if node is None:
            return []
        items = node.items if isinstance(node, List) else []
        found = [item for item in items if isinstance(item, Mapping)]
        if not found or len(found) < len(items):
            raise PolicyProblem(f"{parameter.name} 要写成列表，每项如 {{键: 值}}", node.line)
        return found

    def cell(self, parameter: Parameter, item: Mapping, name: str, form: str, required: bool) -> str | list[str]:
        """One cell as SQL; a list where one item stands for several rows."""
        bind, node = self.subject.binder.bind, item.items.get(name)
        if node is None and (required or form in ("label", "labels")):
            raise PolicyProblem(f"{parameter.name} 的项缺 {name}", item.line)
        if form in ("label", "labels"):
            words = [bind(self.word(scalar), "VARCHAR") for scalar in scalars(node, name)]
            if form == "label" and len(words) != 1:
                raise PolicyProblem(f"{name} 只能写一个值", node.line if node else item.line)
            return words
        if form == "flag":
            return "true" if node is not None and parse_flag(text(item, name), node.line) else "false"
        return bind(self.fixed(node, form), CELLS.get(form, "VARCHAR"))

    def word(self, scalar: Scalar) -> str:
        """A word of the field that ``by`` or ``trigger`` names; Problem if that field never holds it."""
        for field in (*self.fields.get("by", ()), *self.fields.get("trigger", ())):
            if field.enum and scalar.value not in field.enum:
                raise PolicyProblem(
                    f"“{field.title}”没有“{scalar.value[:40]}”这个取值，可用的有：{one_of(field.enum, scalar.value)}",
                    scalar.line,
                )
        return scalar.value

    def set_answers(self, parameter: Parameter, node: Node | None) -> None:
        """Which answers fit which trigger."""
        bind, rows = self.subject.binder.bind, []
        answer = next(iter(self.fields.get("answer", ())), None)
        for item in self.items(parameter, node):
            if set(item.items) != {"value", "in"}:
                raise PolicyProblem(f"{parameter.name} 的每项要写成 {{value: 触发, in: [应对, …]}}", item.line)
            for word in scalars(item.items["value"], "value"):
                for fit in scalars(item.items["in"], "in"):
                    if answer and answer.enum and fit.value not in answer.enum:
                        raise PolicyProblem(f"“{answer.title}”没有“{fit.value[:40]}”这个取值", fit.line)
                    rows.append([bind(self.word(word), "VARCHAR"), bind(fit.value, "VARCHAR")])
        self.slots[parameter.name] = _values(rows, ["value", "answer"], ["VARCHAR", "VARCHAR"])

    def set_texts(self, parameter: Parameter, node: Node | None) -> None:
        words = scalars(node, parameter.name)
        rows = [[self.subject.binder.bind(word.value, "VARCHAR")] for word in words]
        self.slots[parameter.name] = _values(rows, ["value"], ["VARCHAR"])

    def set_matrix(self, parameter: Parameter, node: Node | None) -> None:
        """A matrix of this file, or of another one by ``policy/name``."""
        name = node.value if isinstance(node, Scalar) else ""
        pairs = self.world.policies.matrix(name, self.policy)
        if pairs is None:
            raise PolicyProblem(f"没有“{name[:60]}”这个 matrix", self.line(node))
        bind, items = self.subject.binder.bind, next(iter(self.fields.get(parameter.args, ())), None)
        rows = []
        for pair in pairs:
            for word in (pair.first, pair.second):
                if items and items.enum and word not in items.enum:
                    raise PolicyProblem(f"matrix 里的“{word[:40]}”不是“{items.title}”的取值", self.line(node))
            words = [bind(word, "VARCHAR") for word in (pair.first, pair.second, pair.verdict)]
            for since, until, cap in self.caps(pair):
                rows.append([*words, bind(cap, NUMERIC), bind(since, "DATE"), bind(until, "DATE")])
        names, kinds = (
            ["first", "second", "verdict", "cap", "since", "until"],
            ["VARCHAR"] * 3 + [NUMERIC, "DATE", "DATE"],
        )
        self.slots[parameter.name] = _values(rows, names, kinds)

    def caps(self, pair: Pair) -> list[tuple[date | None, date | None, Value | None]]:
        """(from, before, the cap of a pair in that span, None where its standard has no value)."""
        if not isinstance(pair.cap, str):
            return [(None, None, pair.cap)]
        standard = self.standards.find(pair.cap, pair.line, "number")
        at = partial(self.standards.on, pair.cap, pair.line, "number")
        spans = self.spans_of([standard])
        if spans == [(None, None)]:
            return [(None, None, at(self.world.day))]
        return [(since, until, at(since or date.min)) for since, until in spans]


def _values(rows: list[list[str]], names: list[str], kinds: list[str]) -> str:
    """Rows as a table with a running number ``no``; an empty one with the same columns if there are none."""
    if not rows:
        empty = ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in zip(names, kinds, strict=True))
        return f"SELECT 0 AS no, {empty} WHERE false"
    cells = ", ".join(f"({number}, {', '.join(row)})" for number, row in enumerate(rows, 1))
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"SELECT * FROM (VALUES {cells}) v(no, {quoted})"
