"""``gongshi audit``."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import progress
from gongshi.model import GongshiError
from gongshi.repository import Git, RevisionTree


@click.command(cls=Command)
@click.argument("span", metavar="BASE..HEAD")
@click.option(
    "-o", "out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="写到哪个 .xlsx 或 .sqlite 文件"
)
@click.option("--findings", "with_findings", is_flag=True, help="检查两个版本，列出新问题和已解决的问题（较慢）")
@click.pass_obj
def audit(root: Path, span: str, out: Path, with_findings: bool) -> None:
    """两个版本之间的每一处变化：提交、作者、审核人、文号、原值和新值、问题、豁免，供审计和纪检查阅。

    .sqlite 文件可以直接用 Datasette 打开。

    例：gongshi audit v2019..main -o 审计.sqlite
    """
    from gongshi.changes import audit_tables, history
    from gongshi.cli.diff import findings_of

    base, dots, head = span.partition("..")
    if not dots or not base or head.startswith("."):
        raise GongshiError("版本要写成 BASE..HEAD 的样子，如 v2019..main")
    if out.suffix not in (".xlsx", ".sqlite"):
        raise GongshiError("文件名要以 .xlsx 或 .sqlite 结尾")
    git, head = Git(root), head or "HEAD"
    if not git.exists():
        raise GongshiError(f"“{root}”不在 Git 仓库里，没有历史可查")
    show = progress()
    new, resolved = (
        findings_of(root, RevisionTree(git, base), RevisionTree(git, head), show) if with_findings else ([], [])
    )
    show("整理变化")
    with history(git, head) as past:
        tables = audit_tables(past, base, new, resolved, _waivers(RevisionTree(git, head)))
    show("")
    _write(out, tables)
    click.echo(f"已写到 {out}：" + "，".join(f"{table.title} {len(table.rows)} 行" for table in tables) + "。")


def _waivers(tree: RevisionTree) -> list[tuple[str, str, str]]:
    """(rule, record, reason with approving unit and last day) of the waivers in force or past; none if there are none."""
    from gongshi.package.yamlfile import YamlProblem, parse, plain

    path = "policies/waivers.yaml"
    try:
        root = plain(parse(tree.read(path))) if tree.exists(path) else {}
    except YamlProblem as error:
        raise GongshiError(f"{path} 第 {error.line} 行：{error.message}") from None
    items = root.get("waivers", []) if isinstance(root, dict) else []
    return [
        (
            item.get("rule", ""),
            item.get("record", ""),
            "，".join(item.get(name, "") for name in ("reason", "approved_by", "until")),
        )
        for item in items
        if isinstance(item, dict) and all(isinstance(value, str) for value in item.values())
    ]


def _write(out: Path, tables: Sequence) -> None:
    """Beside the wanted file first, then renamed: never half a file."""
    from gongshi.changes import write_sqlite

    try:
        with tempfile.TemporaryDirectory(dir=out.absolute().parent, prefix=".gongshi-") as folder:
            aside = Path(folder) / out.name
            (write_sqlite if out.suffix == ".sqlite" else write_xlsx)(aside, tables)
            os.replace(aside, out)
    except OSError as error:
        raise GongshiError(f"“{out}”不能写入（{error.strerror}），请检查文件夹和权限") from None


def write_xlsx(place: Path, tables: Sequence) -> None:
    """The tables as a workbook, one sheet each, all cells as text: nothing is a formula, no number loses a digit."""
    from gongshi.exchange.styles import Book

    most = 1_048_576  # rows of a sheet
    if any(len(table.rows) >= most for table in tables):
        raise GongshiError(f"变化多于 {most:,} 行，Excel 放不下，请改用 .sqlite 文件或缩小版本范围")
    book = Book("审计导出")
    plain, bold = book.style(num_format="@"), book.style(bold=True)
    for table in tables:
        sheet = book.sheet(table.title)
        sheet.freeze_panes(1, 0)
        for line, cells in enumerate((table.columns, *table.rows)):
            for column, text in enumerate(cells):
                sheet.write_string(line, column, text[:32_767], plain if line else bold)
    place.write_bytes(book.close())
