"""``gongshi check``."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongshi import __version__
from gongshi.changes.judging import DESCRIPTORS
from gongshi.cli.chinese import Command
from gongshi.cli.common import given_day, inside, progress, say, say_folded, say_made, under, work_tree
from gongshi.cli.render import Header, as_annotations, folded, summary, to_json, to_junit
from gongshi.model import Finding, GongshiError, Severity
from gongshi.repository import digest

if TYPE_CHECKING:
    from gongshi.repository import RevisionTree


@click.command(cls=Command)
@click.argument("paths", nargs=-1)
@click.option("--against", metavar="REF", help="只因比这个版本新增的问题而失败，如 main")
@click.option("--on", "on_day", metavar="DATE", help="以哪一天为准，默认是县情里的数据日期，没有则是今天")
@click.option(
    "--format", "style", type=click.Choice(["text", "json", "github", "junit"]), default="text", help="输出格式"
)
@click.option("--engine", type=click.Choice(["duckdb", "frictionless"]), default="duckdb", help="用什么检查数据格式")
@click.pass_obj
def check(root: Path, paths: tuple[str, ...], against: str | None, on_day: str | None, style: str, engine: str) -> None:
    """检查全部记录，一次列出所有问题：在哪个文件哪一行、错在哪里、怎么改。

    给出 PATH 时只列这些文件或目录里的问题。发现错误时退出码是 1，用法不对或读不出来是 2。

    例：gongshi check records/townships/guzhen
    """
    from gongshi.library.examining import examine

    base = _base(root, against) if against else None
    tree = work_tree(root, base)
    wanted = [inside(root, path) for path in paths]
    show = progress()
    seen = examine(tree, base, given_day(on_day), date.today(), show, engine)
    show("")
    findings = [finding for finding in seen.findings if under(finding.path, wanted)]
    header = Header(
        _commit(root), digest(tree, *DESCRIPTORS), digest(tree, "policies/"), __version__, seen.when.isoformat()
    )
    _print(style, header, findings, narrowed=bool(paths))
    sys.exit(1 if any(finding.severity is Severity.ERROR for finding in findings) else 0)


def _commit(root: Path) -> str:
    from gongshi.repository import Git

    git = Git(root)
    return (git.head() or "") if git.exists() else ""


def _base(root: Path, against: str) -> RevisionTree:
    """The merge base of ``against`` and HEAD as a Tree."""
    from gongshi.repository import Git, RevisionTree

    git = Git(root)
    base = git.merge_base(against, "HEAD") if git.exists() and git.resolve(against) else None
    if base is None:
        raise GongshiError(f"找不到版本“{against}”，或它与当前版本没有共同的历史，请先取回完整历史")
    return RevisionTree(git, base)


def _print(style: str, header: Header, findings: list[Finding], narrowed: bool) -> None:
    if style == "json":
        say_made(to_json(header, findings))
    elif style == "junit":
        say_made(to_junit(findings))
    elif style == "github":
        for line in as_annotations(findings):
            say_made(line)
        say(summary(findings))
    else:
        told = [(finding, "") for finding in findings] if narrowed else list(folded(findings))
        say_folded(told)
        say(summary(findings))
        if any(more for _, more in told):
            say("相同的问题合成了一条，写上文件或目录就逐条列出，如 gongshi check records/townships/guzhen。")
