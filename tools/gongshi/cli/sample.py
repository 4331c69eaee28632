"""``gongshi sample``."""

from __future__ import annotations

from pathlib import Path

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import say
from gongshi.model import GongshiError
from gongshi.repository import Git, RevisionTree


@click.command(cls=Command)
@click.argument("count", metavar="N", type=click.IntRange(min=1))
@click.option("--from", "resource", metavar="RESOURCE", required=True, help="从哪张表里抽，如 households、projects")
@click.option("--at", "at", metavar="REV", default="HEAD", help="从哪个版本里抽，默认是最近一次提交")
@click.pass_obj
def sample(root: Path, count: int, resource: str, at: str) -> None:
    """抽查：由提交号的摘要抽出 N 条记录，谁也不能挑选，谁都能重抽核对。

    例：gongshi sample 20 --from households
    """
    from gongshi.changes.audit import sample as draw

    git = Git(root)
    if not git.exists():
        raise GongshiError(f"“{root}”不在 Git 仓库里，没有提交号可作抽查的种子")
    tree = RevisionTree(git, at)
    drawn = draw(tree, resource, count)
    say(f"# 提交 {tree.commit}，{resource} 抽 {count} 条：按 SHA-256(提交号 NUL 表名 NUL 编号) 由小到大取前 {count} 条")
    for key in drawn:
        say("/".join(key))
