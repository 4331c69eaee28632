"""``gongshi setup``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import recovered, say, say_findings, say_made
from gongshi.model import Finding

_ADVICE = {
    "pre-commit": "没有提交：请先照上面的提示改好。",
    "commit-msg": "没有提交：请先照上面的提示改好。",
    "pre-push": "没有推送：请给分支、标签改名，或删去标签说明、注释里的个人信息，再推送。",
    "commits": "请重做这些提交、分支或标签，使历史里也没有它。",
}


@click.command(cls=Command)
@click.option("--hook", hidden=True, type=click.Choice([*_ADVICE, "grounds"]))
@click.argument("files", nargs=-1, metavar="")
@click.pass_obj
def setup(root: Path, hook: str | None, files: tuple[str, ...]) -> None:
    """在这份克隆里装好两样：提交前拦住个人信息的钩子，按记录合并台账的合并驱动。每份克隆运行一次，程序更新或搬动以后再运行一次。

    例：gongshi setup
    """
    if hook is None:
        from gongshi.review.installing import inside_tree, install

        recovered(root)
        install(root)
        say("已装好：提交前检查个人信息，提交说明也查；合并时按记录和字段合并。")
        if inside_tree(root):
            say(
                "注意：gongshi 装在这个仓库的文件夹里面，别人的分支能换掉它；切到没看过的分支以后不要运行 gongshi 和 make，"
                "审核别人的改动请把 gongshi 装在仓库外面（如 python3 -m venv ~/gongshi）。",
                err=True,
            )
        return
    if hook == "grounds":
        sys.exit(_grounds(root, *files))
    findings = _findings(root, hook, files)
    say_findings(findings, err=True)
    if any(finding.severity == "error" for finding in findings):
        say(_ADVICE[hook], err=True)
        sys.exit(1)
    from gongshi.review.hooks import reminder

    if hook == "commit-msg" and (lacking := reminder(root, Path(files[0]).read_bytes())):
        say(f"提醒：{lacking}；可以用 git commit --amend 补上，不补审核时会被退回。", err=True)


def _findings(root: Path, hook: str, files: tuple[str, ...]) -> Sequence[Finding]:
    from gongshi.review import hooks

    if hook == "pre-commit":
        return hooks.staged_findings(root, date.today())
    if hook == "commits":
        named = [found for name in files[2:] for found in hooks.name_findings(os.fsencode(name))]
        return [*named, *hooks.commit_findings(root, files[0], files[1])]
    if hook == "pre-push":
        return hooks.pushed_findings(root, sys.stdin.buffer.read())
    return hooks.message_findings(Path(files[0]).read_bytes())


def _grounds(root: Path, base: str, head: str) -> int:
    """Say, as annotations of a pull request, of each commit that changes records what ground it lacks, of any other whose
    date cannot be true, and who approved the own change or merged without a signature; the last is told and no error."""
    from gongshi.changes.papers import dated_findings, unfounded_commits
    from gongshi.cli.render import to_github
    from gongshi.repository import Git
    from gongshi.sealing.told_approvals import approval_findings

    git = Git(root)
    findings = [*unfounded_commits(git, base, head), *dated_findings(git, base, head, datetime.now(UTC))]
    for finding in [*findings, *approval_findings(git, base, head)]:
        say_made(to_github(finding))
    return int(bool(findings))
