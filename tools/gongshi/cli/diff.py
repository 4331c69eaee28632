"""``gongshi diff``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from gongshi.changes.diff import compare
from gongshi.changes.late import with_late
from gongshi.changes.markdown import to_markdown
from gongshi.changes.plain import to_plain
from gongshi.changes.text import to_text
from gongshi.cli.chinese import Command
from gongshi.cli.common import day, progress, say, say_made, work_tree
from gongshi.cli.render import as_json
from gongshi.model import Finding, GongshiError, Progress
from gongshi.repository import Git, RevisionTree, Tree


@click.command(cls=Command)
@click.argument("base")
@click.argument("head", required=False)
@click.option("--findings", "with_findings", is_flag=True, help="检查两个版本，列出新问题和已解决的问题（较慢）")
@click.option("--format", "style", type=click.Choice(["text", "markdown", "json"]), default="text", help="输出格式")
@click.option("--rest", metavar="URL", default="", help="Markdown 太长而截短时，全文在哪个网址")
@click.option("--each", is_flag=True, help="相同的改动、成批的变化也逐条列出")
@click.pass_obj
def diff(root: Path, base: str, head: str | None, with_findings: bool, style: str, rest: str, each: bool) -> None:
    """两个版本之间，记录的内容变了什么：哪条记录、哪个字段、由多少变成多少，各乡镇和各项资金的合计怎样变。

    不写 HEAD 时与工作目录比较。版本可以是分支、标签或提交号。

    例：gongshi diff main --findings
    """
    git = Git(root)
    if not git.exists():
        raise GongshiError(f"“{root}”不在 Git 仓库里，没有版本可比")
    show = progress()
    before = RevisionTree(git, base)
    after = RevisionTree(git, head) if head else work_tree(root)
    show("比较记录")
    found = with_late(compare(before, after), git, before, after, date.today())
    new, resolved, passed = findings_of(root, before, after, show) if with_findings else ([], [], [])
    show("")
    if style == "json":
        say_made(as_json(to_plain(found, new, resolved, passed)))
    elif style == "markdown":
        say_made(to_markdown(found, new, resolved, rest, passed))
    else:
        for line in to_text(found, new, resolved, passed, each).split("\n"):
            say(line)


def findings_of(
    root: Path, before: RevisionTree, after: Tree, show: Progress
) -> tuple[list[Finding], list[Finding], list[Finding]]:
    """Findings whose identity only the later Tree has, those that only the earlier one has, both as of one day, and what
    the earlier rules say of the later records and the later rules do not."""
    from gongshi.changes.judging import judging  # brings the policies, which a diff alone does without
    from gongshi.changes.keeping import vanished
    from gongshi.package import county_day, load

    with judging(root, show) as judge, load(after, ("county",)) as county:
        when = day(None, county_day(county))
        if isinstance(after, RevisionTree):
            found = judge.revision(after, when)
        else:
            with load(after) as database:
                found = judge.database(database, when)
        earlier = judge.revision(before, when)
        passed = judge.passed(before, after, found, when)
    one, other = ({finding.identity: finding for finding in group} for group in (earlier, found))
    new = [finding for identity, finding in other.items() if identity not in one]
    new += vanished(before, after, when)
    return new, [finding for identity, finding in one.items() if identity not in other], passed
