"""The pages of the policies: each plan with its figures and rules, all rules in one table, targets against actuals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gongshi.disclosure import ViewColumn, Withheld
from gongshi.disclosure.rulings import Exemption, RuleBook
from gongshi.package.canonical import csv_cell
from gongshi.site.downloads import BOM, plain_cell

COLUMNS = {
    "rule": "规则号",
    "title": "规则",
    "kind": "种类",
    "severity": "程度",
    "basis": "依据",
    "clause": "条款",
    "message": "不符合时怎么办",
    "covers": "回答的条目",
    "state": "状态",
    "looked": "检查数",
    "broke": "不符合",
    "note": "无法判断",
    "case": "案例",
}


def overview(
    books: Sequence[RuleBook], waivers: Sequence[Exemption], indicators: Sequence[Any], county: str
) -> dict[str, Any]:
    """What the page of all policies shows. Targets are the county's own: others could give small counts back."""
    rulings = [ruling for book in books for ruling in book.rulings]
    broken = [ruling for ruling in rulings if ruling.broke and not isinstance(ruling.broke, Withheld)]
    return {
        "books": books,
        "rulings": rulings,
        "ran": [ruling for ruling in rulings if ruling.state == "已检查"],
        "errors": sum(ruling.severity == "错误" for ruling in broken),
        "warnings": sum(ruling.severity == "警告" for ruling in broken),
        "unconfigured": sum(ruling.state == "未配置" for ruling in rulings),
        "targets": _targets(indicators, county),
        "waivers": waivers,
    }


def _targets(indicators: Sequence[Any], county: str) -> list[Any]:
    return [row for row in indicators if row.subject == county and row.target is not None]


def table(books: Sequence[RuleBook]) -> dict[str, Any]:
    """What the page of all rules shows."""
    return {"rulings": [ruling for book in books for ruling in book.rulings]}


def download(books: Sequence[RuleBook]) -> Iterator[bytes]:
    """All rules as CSV, Chinese headers first."""
    yield BOM + (",".join(COLUMNS.values()) + "\n").encode()
    for ruling in table(books)["rulings"]:
        yield (",".join(csv_cell(_cell(ruling, name)) for name in COLUMNS) + "\n").encode()


def _cell(ruling: Any, name: str) -> str:
    if name == "case":
        return f"tests/cases/policy/{ruling.rule}.yaml"
    if name == "covers":
        return "、".join(ruling.covers)
    value = getattr(ruling, name)
    return str(value) if isinstance(value, Withheld) else plain_cell(value, ViewColumn(name, COLUMNS[name]))


def pages(
    books: Sequence[RuleBook], indicators: Sequence[Any], county: str
) -> Iterator[tuple[str, str, Mapping[str, Any], str]]:
    """Path, title, values and search words of each policy's page; its targets are those that name it as basis."""
    targets = _targets(indicators, county)
    for book in books:
        words = f"方案{book.plan}" if book.plan else "规则册"
        mine = [row for row in targets if row.basis.partition(" ")[0] == words]
        yield f"policies/{book.policy}.html", book.title, {"book": book, "targets": mine}, words
