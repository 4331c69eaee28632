"""``gongshi audit``."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import progress, say
from gongshi.model import GongshiError
from gongshi.repository import Git, RevisionTree, reason, write_private

if TYPE_CHECKING:
    from gongshi.package import Descriptor


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
    new, resolved, _ = (
        findings_of(root, RevisionTree(git, base), RevisionTree(git, head), show) if with_findings else ([], [], [])
    )
    show("整理变化")
    with history(git, head) as past:
        tables = audit_tables(past, base, new, resolved, _waivers(RevisionTree(git, head), past.descriptor))
    show("")
    _write(out, tables)
    say(f"已写到 {out}：" + "，".join(f"{table.title} {len(table.rows)} 行" for table in tables) + "。")


def _waivers(tree: RevisionTree, descriptor: Descriptor) -> list[tuple[str, str, str]]:
    """(the rule's resource, record, text) of the waivers, in force or past; what is wrong with others is told."""
    from gongshi.policy import FOLDER, WAIVERS, load_policies

    tree.prefetch(tree.paths(FOLDER))
    policies = load_policies(tree, descriptor)
    wrong = [(item.line, item.message) for item in policies.findings if item.path == WAIVERS]
    found = []
    for one in policies.waivers:
        if named := policies.rule(one.rule):
            words = f"{one.rule}：{one.reason}，{one.approved_by}，{one.until.isoformat()}"
            found.append((named[1].resource, one.record, words))
        else:
            wrong.append((one.line, f"豁免的规则“{one.rule[:40]}”不存在，没有列出，请核对规则号"))
    for line, message in sorted(wrong):
        say(f"注意：{WAIVERS}:{line}：{message}", err=True)
    return found


def _write(out: Path, tables: Sequence) -> None:
    from gongshi.changes import write_sqlite

    try:
        with tempfile.TemporaryDirectory(prefix=".gongshi-", dir=out.absolute().parent) as folder:
            aside = Path(folder) / out.name
            if out.suffix == ".sqlite":
                write_sqlite(aside, tables)
            else:
                from gongshi.exchange import plain_workbook

                aside.write_bytes(plain_workbook("审计导出", tables))
            data = aside.read_bytes()
    except OSError as error:
        raise GongshiError(f"“{out}”不能写入（{reason(error)}），请检查文件夹和权限") from None
    write_private(out, data)
