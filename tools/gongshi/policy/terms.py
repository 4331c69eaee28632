"""Conditions and values: a closed set of operations over columns, every literal bound after its type was checked."""

from __future__ import annotations

import re
from datetime import date, timedelta

from gongshi.checks.phrases import one_of
from gongshi.package.yamlfile import Mapping, Node, Scalar, text
from gongshi.package.yamlfile import Sequence as List
from gongshi.policy.paths import NUMBERS, PathColumn, Selection, as_text
from gongshi.policy.reading import NO, YES, parse_day, parse_flag, parse_number, scalars
from gongshi.policy.standards import Standards
from gongshi.policy.values import PolicyProblem

GROUPS = ("any", "all", "none")
EQUAL = {"is": "{0} = {1}", "is_not": "{0} IS DISTINCT FROM {1}"}
LISTS = {"in": "{0} IN ({1})", "not_in": "coalesce({0} NOT IN ({1}), true)"}
SIZES = {"at_least": ">=", "at_most": "<=", "more_than": ">", "less_than": "<"}
TIMES = {"on_or_after": ">=", "on_or_before": "<=", "after": ">", "before": "<"}
AGES = {"age_at_least": ">=", "age_at_most": "<="}
FIELDS = {"same_as": "{0} = {1}", "differs_from": "{0} IS DISTINCT FROM {1}"}
FILLED = {"empty": "IS NULL", "filled": "IS NOT NULL"}
OPS = (*EQUAL, *LISTS, *SIZES, *TIMES, *AGES, *FIELDS, *FILLED, "starts_with")
DECIMAL = "DECIMAL(21,6)"
SQL_TYPES = {"integer": DECIMAL, "number": DECIMAL, "year": "INTEGER", "date": "DATE", "boolean": "BOOLEAN"}


class Terms:
    """Compiles the conditions of one Selection."""

    def __init__(self, selection: Selection, standards: Standards) -> None:
        self.selection = selection
        self.standards = standards

    def all(self, node: Node | None) -> str:
        """A list of terms that must all hold, as SQL."""
        terms = self.each(node)
        return " AND ".join(f"({term})" for term in terms) if terms else "true"

    def each(self, node: Node | None) -> list[str]:
        """Each term of a list as SQL."""
        if node is None:
            return []
        if not isinstance(node, List):
            raise PolicyProblem("条件要写成列表，每项如 {field: 字段, is: 值}", node.line)
        return [self.term(item) for item in node.items]

    def term(self, node: Node) -> str:
        """One term as SQL."""
        if not isinstance(node, Mapping):
            raise PolicyProblem("条件的每一项要写成 {field: 字段, is: 值}", node.line)
        for name, line in node.lines.items():
            if name not in ("field", "at", *GROUPS, *OPS):
                raise PolicyProblem(f"条件里不认识“{name[:40]}”，可用的有：{'、'.join(OPS)}", line)
        given = [name for name in node.items if name not in ("field", "at")]
        if len(given) != 1 or ("field" in node.items) == (given[0] in GROUPS):
            raise PolicyProblem("条件要有一个 field 和恰好一种比较，或只有 any、all、none 之一", node.line)
        if given[0] in GROUPS:
            return self.group(given[0], node.items[given[0]])
        column = self.selection.column(text(node, "field"), node.lines["field"])
        if "at" in node.items and given[0] not in AGES:
            raise PolicyProblem("at 只能和 age_at_least、age_at_most 一起写", node.lines["at"])
        return self.operation(column, given[0], node.items[given[0]], text(node, "at"))

    def group(self, name: str, node: Node) -> str:
        terms = self.each(node)
        if not terms:
            raise PolicyProblem(f"{name} 里至少要有一个条件", node.line)
        joined = (" AND " if name == "all" else " OR ").join(f"({term})" for term in terms)
        return f"coalesce(NOT ({joined}), true)" if name == "none" else f"({joined})"

    def operation(self, column: PathColumn, op: str, node: Node, at: str) -> str:
        """``column`` compared with what ``node`` says."""
        if op in LISTS:
            values = [self.literal(column, item) for item in scalars(node, op)]
            if not values:
                raise PolicyProblem(f"{op} 至少要有一个值", node.line)
            return LISTS[op].format(column.sql, ", ".join(values))
        if op in FILLED:
            wanted = parse_flag(_scalar(node, op), node.line)
            return f"{column.sql} {FILLED[op] if wanted else FILLED['filled' if op == 'empty' else 'empty']}"
        if op in FIELDS:
            there = self.selection.column(_scalar(node, op), node.line)
            return FIELDS[op].format(*_comparable(column, there, node.line))
        if op in AGES:
            return self.age(column, op, node, at)
        if op == "starts_with":
            return (
                f"starts_with({_of(column, ('string', 'yearmonth'), node)}, {self.bind(_scalar(node, op), 'VARCHAR')})"
            )
        if op in EQUAL:
            return EQUAL[op].format(column.sql, self.value(column, node))
        allowed, sign = (NUMBERS, SIZES[op]) if op in SIZES else (("date", "yearmonth"), TIMES[op])
        return f"{_of(column, allowed, node)} {sign} {self.value(column, node)}"

    def age(self, column: PathColumn, op: str, node: Node, at: str) -> str:
        """Complete years at the day, or at another date of the row."""
        _of(column, ("yearmonth",), node)
        when = self.selection.column(at, node.line) if at else None
        if when and when.type not in ("date", "yearmonth"):
            raise PolicyProblem("at 要写日期或年月字段", node.line)
        return f"{self.selection.age(column, when)} {AGES[op]} {self.value(PathColumn('', 'number'), node)}"

    def bind(self, value: object, kind: str) -> str:
        return self.selection.binder.bind(value, kind)

    def value(self, column: PathColumn, node: Node) -> str:
        """A literal, a standard, another field or a day, fit to be compared with ``column``."""
        if isinstance(node, Scalar):
            return self.literal(column, node)
        if not isinstance(node, Mapping):
            raise PolicyProblem("这里要写一个值", node.line)
        if "standard" in node.items:
            return self.standards.value(text(node, "standard"), _only(node, "standard"), column.type, self.selection)
        if "field" in node.items:
            return self.other_field(column, node)
        if "day" in node.items or "months" in node.items:
            return self.shifted_day(column, node)
        raise PolicyProblem("值要直接写，或写成 {standard: …}、{field: …}、{day: …}、{months: …}", node.line)

    def other_field(self, column: PathColumn, node: Mapping) -> str:
        """Another field of the row, perhaps times and plus a number."""
        for name, line in node.lines.items():
            if name not in ("field", "times", "plus"):
                raise PolicyProblem(f"这里不认识“{name[:40]}”，只能写 field、times、plus", line)
        there = self.selection.column(text(node, "field"), node.line)
        if len(node.items) == 1:
            return _comparable(column, there, node.line)[1]
        number = PathColumn("", "number")
        sql = f"try_cast({_of(there, NUMBERS, node)} AS DECIMAL(24,6))"
        if "times" in node.items:
            sql = f"{sql} * {self.value(number, node.items['times'])}::DECIMAL(12,6)"
        if "plus" in node.items:
            sql = f"{sql} + {self.value(number, node.items['plus'])}"
        return f"try({sql})"

    def shifted_day(self, column: PathColumn, node: Mapping) -> str:
        """The day itself, moved by days or months."""
        name = "day" if "day" in node.items else "months"
        amount = text(node, name)
        line = _only(node, name)
        if not re.fullmatch(r"-?[0-9]{1,5}", amount):
            raise PolicyProblem(f"{name} 要写整数", line)
        day = self.selection.schemas.day
        moved = day + timedelta(int(amount)) if name == "day" else _months(day, int(amount))
        if column.type == "yearmonth":
            return self.bind(moved.strftime("%Y-%m"), "VARCHAR")
        if column.type == "year":
            return self.bind(moved.year, "INTEGER")
        _of(column, ("date",), node)
        return self.bind(moved, "DATE")

    def literal(self, column: PathColumn, node: Scalar) -> str:
        """A literal of the column's type, bound."""
        return self.bind(typed(column, node), SQL_TYPES.get(column.type, "VARCHAR"))


def typed(column: PathColumn, node: Scalar) -> object:
    """The literal as a value of the column's type; Problem if it can never be in that field."""
    value, line = node.value, node.line
    if value == "":
        raise PolicyProblem("值不能为空，要判空请用 empty: 是", line)
    if column.type in ("integer", "number"):
        return parse_number(value, line)
    if column.type == "year":
        return _year(value, line)
    if column.type == "date":
        return parse_day(value, line)
    if column.type == "boolean":
        return _truth(column, value, line)
    field = column.field
    if column.type == "yearmonth" and not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", value):
        raise PolicyProblem(f"年月“{value[:20]}”不对，请写成 2020-06 的样子", line)
    if field and field.type == "string" and field.enum and value not in field.enum:
        raise PolicyProblem(f"“{field.title}”没有“{value[:40]}”这个取值，可用的有：{one_of(field.enum, value)}", line)
    return value


def _year(value: str, line: int) -> int:
    if not re.fullmatch(r"(19|20|21)[0-9]{2}", value):
        raise PolicyProblem(f"年度“{value[:20]}”不对，请写成 2020 的样子", line)
    return int(value)


def _truth(column: PathColumn, value: str, line: int) -> bool:
    yes, no = (column.field.true_values, column.field.false_values) if column.field else (YES, NO)
    if value not in (*yes, *no):
        raise PolicyProblem(f"“{value[:20]}”要写 {yes[0]} 或 {no[0]}", line)
    return value in yes


def _months(day: date, months: int) -> date:
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    if not 1 <= year <= 9998:
        return day
    last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(1)).day
    return date(year, month + 1, min(day.day, last))


def _scalar(node: Node, op: str) -> str:
    if isinstance(node, Scalar):
        return node.value
    raise PolicyProblem(f"{op} 只能写一个值", node.line)


def _only(node: Mapping, name: str) -> int:
    if len(node.items) != 1 or not isinstance(node.items[name], Scalar):
        raise PolicyProblem(f"{{{name}: …}} 里只能写这一项，且是一个值", node.line)
    return node.lines[name]


def _of(column: PathColumn, allowed: tuple[str, ...], node: Node) -> str:
    if column.type not in allowed:
        names = {
            "date": "日期",
            "yearmonth": "年月",
            "integer": "整数",
            "number": "数字",
            "year": "年度",
            "string": "文字",
        }
        raise PolicyProblem(f"这种比较只能用在{'、'.join(names[kind] for kind in allowed)}上", node.line)
    return column.sql


def _comparable(one: PathColumn, two: PathColumn, line: int) -> tuple[str, str]:
    if one.type == two.type or (one.type in NUMBERS and two.type in NUMBERS):
        return one.sql, two.sql
    if {one.type, two.type} <= {"string", "yearmonth"}:
        return as_text(one), as_text(two)
    raise PolicyProblem("两个字段的类型不同，不能比较", line)
