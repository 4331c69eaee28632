"""``gongshi check``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongshi import __version__
from gongshi.changes.judging import DESCRIPTORS, judging
from gongshi.cli.chinese import Command
from gongshi.cli.common import day, inside, progress, say, say_findings, say_made, under, work_tree
from gongshi.cli.render import Header, annotations, summary, to_json, to_junit
from gongshi.model import Finding, GongshiError, Severity
from gongshi.repository import digest

if TYPE_CHECKING:
    from datetime import date

    from gongshi.package import Database
    from gongshi.repository import RevisionTree, WorkTree


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
    from gongshi.checks import check_public
    from gongshi.checks.guard_aside import guard_aside, guarded
    from gongshi.checks.guard_files import check_file_waivers, reading
    from gongshi.founding.pin import own_wheel
    from gongshi.package import county_day, load
    from gongshi.sealing import check_keys

    base = _base(root, against) if against else None
    tree = work_tree(root, base)
    wanted = [inside(root, path) for path in paths]
    show = progress()
    show("读取记录")
    with guard_aside(tree.root, own_wheel(tree)) as guard:
        with judging(root, show, engine) as judge, load(tree) as database:
            when = day(on_day, county_day(database))
            findings = judge.since(base, database, when) if base else judge.database(database, when)
            show("核对公布的数字")
            findings += _recounted(root, database, when) if _sound(findings, "figures") else []
            findings += check_public(database)
        findings += _brought(tree, base)
        findings += check_file_waivers(reading(tree.read, tree.exists), when)
        findings += check_keys(tree)  # who may sign and read is no old sin either
        show("查找个人信息")
        findings += guarded(guard)  # personal data in the clear is never an old sin
    show("")
    findings = sorted((f for f in findings if under(f.path, wanted)), key=lambda finding: finding.order)
    header = Header(_commit(root), digest(tree, *DESCRIPTORS), digest(tree, "policies/"), __version__, when.isoformat())
    _print(style, header, findings)
    sys.exit(1 if any(finding.severity is Severity.ERROR for finding in findings) else 0)


def _sound(findings: list[Finding], resource: str) -> bool:
    """Whether a table can be read as it should be; what is wrong with it is told already."""
    return not any(finding.resource == resource and finding.severity is Severity.ERROR for finding in findings)


def _recounted(root: Path, database: Database, when: date) -> list[Finding]:
    """The newest published figures, counted again from the records as they stood."""
    from gongshi.disclosure.freezing import frozen
    from gongshi.disclosure.recounting import recount
    from gongshi.disclosure.standing import standing
    from gongshi.repository import Git

    files = [file for file in frozen(database) if file.period.end <= when]
    if not files:
        return []
    git = Git(root)
    with standing(database, files[-1].period.end, git if git.exists() else None) as then:
        return recount(database, then, files[-1], files)


def _brought(tree: WorkTree, base: RevisionTree | None) -> list[Finding]:
    """Code and settings that came with the data: of a change what it brings, else what is there."""
    from gongshi.checks.programs import check_programs
    from gongshi.checks.settings import check_settings
    from gongshi.review.pinning import check_brought, check_pin

    here = {*tree.paths(), *tree.links()}
    brought = check_brought(base, tree) if base else check_programs(here)
    return [*brought, *check_pin(tree), *check_settings(tree)]


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


def _print(style: str, header: Header, findings: list[Finding]) -> None:
    if style == "json":
        say_made(to_json(header, findings))
    elif style == "junit":
        say_made(to_junit(findings))
    elif style == "github":
        for line in annotations(findings):
            say_made(line)
        say(summary(findings))
    else:
        say_findings(findings)
        say(summary(findings))
