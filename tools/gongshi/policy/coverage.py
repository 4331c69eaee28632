"""The coverage table: what of the plans' 199 requirements is answered, by which rule, field or page, or why not.

``policies/coverage/*.yaml`` hold the answers by hand; the table in ``policies/README.md`` is made from them, and a test
holds that every row has an answer and every answer names something that exists.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from gongshi.model import GongshiError
from gongshi.package import Descriptor, pack
from gongshi.package.yamlfile import Mapping, Node, Scalar, Sequence, YamlProblem, parse, plain
from gongshi.policy.values import Policies, Policy, Rule
from gongshi.repository import Tree

FOLDER = "policies/coverage/"
REASONS = {"unconfigured": "未配置", "not_here": "不适用本县", "not_collected": "不采集"}


@dataclass(frozen=True, slots=True)
class Answer:
    """How one requirement is answered: ``rules`` and ``fields`` by name, a ``page`` of the site, or a reason why not."""

    row: str
    title: str
    rules: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    page: str = ""
    reason: str = ""
    explanation: str = ""

    @property
    def order(self) -> tuple[int, str, int]:
        """Plans first by number, then the Q and F rows."""
        plan, _, number = self.row.partition("-")
        return (int(plan), "", int(number)) if number else (99, self.row[0], int(self.row[1:]))


LISTS = ("rules", "fields")
TEXTS = tuple(field.name for field in fields(Answer)[:5] if field.name not in LISTS)


@dataclass(frozen=True, slots=True)
class TypedTables:
    """The table of figures that are typed (``pack/typed.yaml``)."""

    totals: str


def read_coverage(tree: Tree) -> list[Answer]:
    """All answers in order. Raises GongshiError, naming the file, for an entry that is not of the form."""
    answers: list[Answer] = []
    for path in tree.paths(FOLDER):
        try:
            answers.extend(_answers(path, plain(parse(tree.read(path)))))
        except YamlProblem as error:
            raise GongshiError(f"{path} 第 {error.line} 行：{error.message}") from None
    return sorted(answers, key=lambda answer: answer.order)


def _answers(path: str, root: object) -> Iterator[Answer]:
    rows = root.get("rows") if isinstance(root, dict) else None
    if not isinstance(rows, list):
        raise GongshiError(f"{path} 要有 rows 列表")
    for entry in rows:
        if not isinstance(entry, dict) or not entry.get("row") or set(entry) - {*TEXTS, *LISTS, *REASONS}:
            raise GongshiError(f"{path} 里有一项写得不对，每项要有 row、title 和回答：{str(entry)[:60]}")
        reasons = [(name, entry[key]) for key, name in REASONS.items() if entry.get(key)]
        reason, explanation = reasons[0] if reasons else ("", "")
        rules, named = (_names(entry.get(name)) for name in LISTS)
        texts = {name: entry.get(name, "") for name in TEXTS}
        yield Answer(**texts, rules=rules, fields=named, reason=reason, explanation=explanation)


def _names(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(str(name) for name in value) if isinstance(value, list) else ()


def missing_fields(answer: Answer, descriptor: Descriptor) -> list[str]:
    """The fields an answer names that no schema has."""
    found = []
    for name in answer.fields:
        resource, _, field = name.partition(".")
        known = descriptor.resources.get(resource)
        if known is None or (field and field not in known.schema.names):
            found.append(name)
    return found


ON_ROWS, COMPARED, TYPED, ELSEWHERE = "逐行核对", "填报数与记录核对", "填报数自查", "只在外地方案"
HOW = (ON_ROWS, COMPARED, TYPED, ELSEWHERE)


def how(answer: Answer, policies: Policies) -> str:
    """In what way a requirement is answered: by rules on rows, by typed totals held against rows or against each other, by
    rules that run elsewhere alone; without a rule by a field, a page, or a reason why not. The strongest counts."""
    ways = {_way(*found) for name in answer.rules if (found := policies.rule(name))}
    if ways:
        return next(way for way in HOW if way in ways)
    if answer.reason:
        return answer.reason
    return "有字段，没有规则" if answer.fields else "页面"


def _way(policy: Policy, rule: Rule) -> str:
    if policy.elsewhere:
        return ELSEWHERE
    if rule.resource != pack("typed", TypedTables).totals:
        return ON_ROWS
    return COMPARED if any(".fact." in f".{word}" for word in words(rule.body)) else TYPED


def words(node: Node) -> Iterator[str]:
    """Every scalar of a rule."""
    if isinstance(node, Scalar):
        yield node.value
    for item in node.items.values() if isinstance(node, Mapping) else node.items if isinstance(node, Sequence) else ():
        yield from words(item)


def coverage_table(answers: list[Answer], policies: Policies) -> str:
    """The table as Markdown, row id in the first column; first how many of the plans' rows are answered in which way."""
    plans = [how(answer, policies) for answer in answers if "-" in answer.row]
    counts = "，".join(f"{way} {plans.count(way)} 项" for way in dict.fromkeys((*HOW, *plans)) if way in plans)
    lines = [f"方案的 {len(plans)} 项：{counts}。", "", "| 条目 | 事项 | 怎样回答 | 回答 |", "|---|---|---|---|"]
    for answer in answers:
        parts = [answer.reason + (f"：{answer.explanation}" if answer.explanation else "")] if answer.reason else []
        if answer.rules:
            parts.append("规则 " + "、".join(f"`{name}`" for name in answer.rules))
        if answer.fields:
            parts.append("字段 " + "、".join(f"`{name}`" for name in answer.fields))
        if answer.page:
            parts.append(f"页面 {answer.page}")
        cells = (answer.row, answer.title, how(answer, policies), "；".join(parts))
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def policy_table(policies: Policies) -> str:
    """The policy files with their plan, whether they run here, and how many standards and rules each has."""
    lines = ["| 文件 | 方案 | 名称 | 执行 | 标准 | 规则 |", "|---|---|---|---|---|---|"]
    for policy in policies.policies:
        cells = (
            f"[{policy.stem}]({policy.stem}.yaml)",
            str(policy.plan or "规则册"),
            policy.title,
            "不适用本县" if policy.elsewhere else "本县",
            str(len(policy.standards)),
            str(len(policy.rules)),
        )
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    rules = sum(len(policy.rules) for policy in policies.policies)
    return "\n".join(lines) + f"\n\n共 {rules} 条规则。\n"
