"""``gongshi due`` and ``gongshi undo``."""

from __future__ import annotations

from pathlib import Path

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import Painted, given_day, say, work_tree
from gongshi.model import GongshiError


@click.command(cls=Command)
@click.option("--township", metavar="SLUG", help="只看这个乡镇，写目录名，如 guzhen")
@click.option("--on", "on_day", metavar="DATE", help="以哪一天为准，默认是县情里的数据日期，没有则是今天")
@click.pass_obj
def due(root: Path, township: str | None, on_day: str | None) -> None:
    """这一周要做的事：到期的公示、案卷步骤、没有达标的走访、要验收的项目、要核实的疑点、没有定的标准。

    例：gongshi due --township guzhen
    """
    from datetime import date

    from gongshi.checks.showing import shown_text
    from gongshi.package import county_day, load, queries
    from gongshi.verbs import due as find

    tree = work_tree(root)
    with load(tree, ["county", "divisions"]) as database:
        when = given_day(on_day) or county_day(database) or date.today()
        slugs = {slug for (slug,) in database.sql(queries("due")["folders"])}
    if township is not None and township not in slugs:
        raise GongshiError(f"没有乡镇“{township[:40]}”，请写 records/townships 下的目录名，如 guzhen。")
    found = find(tree, when, township)
    for one in found:
        left = None if one.by is None else (one.by - when).days
        word = (
            "没有期限"
            if left is None
            else f"过期 {-left} 天"
            if left < 0
            else "今天"
            if not left
            else f"还有 {left} 天"
        )
        say(Painted(f"{word}  ", "red" if left is not None and left < 0 else "cyan"), f"{shown_text(one.title)}")
        say(f"    {shown_text(one.why)}")
    late = sum(1 for one in found if one.by and one.by < when)
    say(f"共 {len(found)} 件，{late} 件过期，以 {when} 为准。")


@click.command(cls=Command)
@click.argument("number", type=int, required=False)
@click.option("--list", "listing", is_flag=True, help="列出可以撤销的写入，不撤")
@click.pass_obj
def undo(root: Path, number: int | None, listing: bool) -> None:
    """撤销最近一次写入（导入、登记、公示）。之后同一个文件又改过的、已经提交的不能撤。

    例：gongshi undo --list
    """
    from gongshi.checks.showing import shown_text
    from gongshi.repository import take_back, written

    work_tree(root)
    if not listing:
        done = take_back(root, number)
        say(f"已撤销：{shown_text(done.what)}（{'、'.join(done.paths)}）。")
        return
    found = written(root)
    for one in found:
        say(
            f"{one.number}  {one.when}  {shown_text(one.what)}"
            + (f"（{one.hindrance}，不能撤）" if one.hindrance else "")
        )
    say(f"共 {len(found)} 次写入。")
