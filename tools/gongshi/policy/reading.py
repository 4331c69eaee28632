"""Strict reading of YAML nodes: every wrong key, type or spelling is a Finding with its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from gongshi.model import Finding, Severity
from gongshi.package.yamlfile import Mapping, Node, Scalar, text
from gongshi.package.yamlfile import Sequence as List
from gongshi.policy.values import PolicyProblem, Value

NULLS = ("", "null", "~")
YES, NO = ("是", "true"), ("否", "false")
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")


class PolicyPage:
    """One policy file while it is read: collects what is wrong with it."""

    def __init__(self, path: str, policy: str = "", code: str = "policy") -> None:
        self.path = path
        self.policy = policy
        self.code = code
        self.findings: list[Finding] = []

    def problem(self, line: int, message: str, rule: str = "") -> None:
        self.findings.append(
            Finding(self.code, Severity.ERROR, message, self.path, line, policy=self.policy, rule=rule)
        )

    def known(self, node: Mapping, allowed: Sequence[str], what: str, rule: str = "") -> None:
        """A problem for each key that is not allowed."""
        for name, line in node.lines.items():
            if name not in allowed:
                self.problem(line, f"{what}里不认识“{name[:40]}”，可用的有：{'、'.join(allowed)}", rule)

    def required(self, node: Mapping, names: Iterable[str], what: str, rule: str = "") -> bool:
        """Whether all of ``names`` are given as text; a problem for each that is not."""
        missing = [name for name in names if not text(node, name)]
        for name in missing:
            self.problem(node.lines.get(name, node.line), f"{what}缺 {name}，请补上", rule)
        return not missing

    def mappings(self, node: Node | None, what: str) -> list[Mapping]:
        """The mappings of a list; a problem for anything else."""
        if node is None or (isinstance(node, Scalar) and node.value in NULLS):
            return []
        if not isinstance(node, List):
            self.problem(node.line, f"{what}要写成列表，每项以 - 开头")
            return []
        for item in node.items:
            if not isinstance(item, Mapping):
                self.problem(item.line, f"{what}的每一项要写成 键: 值")
        return [item for item in node.items if isinstance(item, Mapping)]

    def named(self, node: Node | None, what: str) -> dict[str, Node]:
        """The entries of a mapping; a problem for anything else."""
        if node is None or (isinstance(node, Scalar) and node.value in NULLS):
            return {}
        if not isinstance(node, Mapping):
            self.problem(node.line, f"{what}要写成 名字: 内容")
            return {}
        return dict(node.items)

    def day(self, node: Mapping, name: str) -> date | None:
        """The date under ``name``, None if it is missing or wrong."""
        value = text(node, name)
        if value in NULLS:
            return None
        try:
            return parse_day(value, node.lines[name])
        except PolicyProblem as problem:
            self.problem(problem.line, problem.message)
            return None

    def whole(self, node: Mapping, name: str) -> int | None:
        """The whole number under ``name``, None if it is missing or wrong."""
        value = text(node, name)
        if value in NULLS:
            return None
        if re.fullmatch(r"[0-9]{1,9}", value):
            return int(value)
        self.problem(node.lines[name], f"{name} 要写整数")
        return None


def scalars(node: Node | None, what: str) -> list[Scalar]:
    """A scalar or a list of scalars; Problem for anything else."""
    if node is None:
        return []
    found = []
    for item in node.items if isinstance(node, List) else [node]:
        if not isinstance(item, Scalar):
            raise PolicyProblem(f"{what}只能写一个值或一列值", item.line)
        found.append(item)
    return found


def parse_day(value: str, line: int) -> date:
    """An ISO date; Problem otherwise."""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise PolicyProblem(f"日期“{value[:20]}”不对，请写成 2020-06-30 的样子", line)


def parse_number(value: str, line: int) -> Decimal:
    """A plain decimal; Problem otherwise."""
    if not NUMBER.fullmatch(value):
        raise PolicyProblem(f"“{value[:20]}”不是数字", line)
    return Decimal(value)


def parse_monthday(value: str, line: int) -> str:
    """A month and day that every year has, as MM-DD; Problem otherwise."""
    try:
        if re.fullmatch(r"[0-9]{2}-[0-9]{2}", value):
            date.fromisoformat(f"2001-{value}")
            return value
    except ValueError:
        pass
    raise PolicyProblem(f"“{value[:20]}”要写成每年都有的月日，如 04-30", line)


def parse_flag(value: str, line: int) -> bool:
    """是 or 否; Problem otherwise."""
    if value in YES or value in NO:
        return value in YES
    raise PolicyProblem(f"“{value[:20]}”要写 是 或 否", line)


def parse_value(kind: str, value: str, line: int) -> Value:
    """``value`` as a number, date, monthday or text."""
    if kind == "number":
        return parse_number(value, line)
    if kind == "date":
        return parse_day(value, line)
    return parse_monthday(value, line) if kind == "monthday" else value
