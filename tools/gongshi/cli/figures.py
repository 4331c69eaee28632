"""``gongshi figures``."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import progress, say, work_tree
from gongshi.model import GongshiError, Severity


@click.command(cls=Command)
@click.argument("period")
@click.option("--check", "only_check", is_flag=True, help="不写文件，只看已冻结的数字是不是这样算出来的")
@click.pass_obj
def figures(root: Path, period: str, only_check: bool) -> None:
    """季末统计可以公布的户数、人数和到户资金，写成记录，和别的记录一样送审。

    不足公布下限的数、能把它倒算出来的数都写“不公布”。每季一份，写下就不再改；网站只读这些数字。

    例：gongshi figures 2020-Q2
    """
    from gongshi.disclosure import freezing
    from gongshi.disclosure.figures import Period
    from gongshi.package import county_day, load
    from gongshi.repository import writer

    wanted, tree, show = Period.of(period), work_tree(root), progress()
    with writer(root) as write, load(tree) as database:
        _refuse_unread(database, freezing.path_of(wanted))
        files = freezing.frozen(database)
        freezing.refuse(files, wanted, county_day(database) or date.today())
        written = freezing.files_of(tree, wanted, _frozen(root, database, wanted, files, show))
        show("")
        path = next(iter(written))
        same = tree.exists(path) and tree.read(path) == written[path]
        if only_check:
            say(f"{path} 与统计的结果{'一致' if same else '不一致：不要手改，请撤销对它的修改'}。")
            sys.exit(0 if same else 1)
        if tree.exists(path) and not same:
            raise GongshiError(f"{path} 已经冻结，现在算出来的不一样；公布过的数字不能改，请撤销对它的修改。")
        write(written)
    say(f"{path} 早已写好，没有变化。" if same else f"已写出 {path}，请用 gongshi propose 送审。")


def _refuse_unread(database: Any, own: str) -> None:
    """GongshiError if something cannot be read; that the period's ``own`` file is listed but missing does not matter."""
    errors = [
        finding for finding in database.findings
        if finding.severity == Severity.ERROR and (finding.code, finding.path) != ("missing-file", own)
    ]  # fmt: skip
    if errors:
        raise GongshiError(f"台账有 {len(errors)} 处读不出来，统计不了，先运行 gongshi check 改好。")


def _refuse_wrong(then: Any, period: Any) -> None:
    """GongshiError if what is counted has errors: what cannot be read would be missing from numbers that never change."""
    from gongshi.disclosure import freezing

    if errors := freezing.uncountable(then):
        first = errors[0]
        raise GongshiError(
            f"{period.end} 的台账里，要统计的数有 {len(errors)} 处错误，冻结了就改不了；先运行 gongshi check 改好。"
            f"第一处是 {first.path} 第 {first.line} 行：{first.message}"
        )


def _frozen(root: Path, database: Any, period: Any, files: Any, show: Any) -> Any:
    """The cells of the period's file, from the records as they stood at its end."""
    from gongshi.disclosure import freezing
    from gongshi.disclosure.standing import standing
    from gongshi.policy import judge
    from gongshi.repository import Git

    here = Git(root)
    git = here if here.exists() else None
    last = max((file.period for file in files if file.period < period), default=None)
    with standing(database, period.end, git) as then:
        if then is None:
            raise GongshiError(
                f"{period.end} 那天的台账没有记录，统计不了 {period}；请从台账开始以后的第一个季末冻结起。"
            )
        show("核对要统计的数")
        _refuse_wrong(then, period)
        show("运行规则")
        verdict = judge(then, period.end, show)
        if last is None:
            return freezing.freeze(then, verdict, period, files, progress=show)
        with standing(database, last.end, git) as before:
            return freezing.freeze(then, verdict, period, files, before, progress=show)
