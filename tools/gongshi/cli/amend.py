"""``gongshi amend``."""

from __future__ import annotations

from pathlib import Path

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import day, say, work_tree
from gongshi.cli.sealing import IDENTITY
from gongshi.model import GongshiError

NEW = "新"
"""What stands for the number of a record that has none yet."""


@click.command(cls=Command)
@click.argument("table")
@click.argument("key")
@click.argument("cells", nargs=-1)
@click.option("--strike", is_flag=True, help="删去这条记录；别的记录写着它的不能删")
@click.option("--dry-run", is_flag=True, help="只说会写什么，不写")
@IDENTITY
@click.pass_obj
def amend(
    root: Path, table: str, key: str, cells: tuple[str, ...], strike: bool, dry_run: bool, identity: Path | None
) -> None:
    """改一条记录的几格：表名、编号，再写“栏=内容”，可以写多个；等号后面空着就是清空。编号不能改。

    KEY 有几部分的，用 / 连起来写；写“新”就是新增一条，编号没写的由程序给。栏写中文名或字段名都行。

    例：gongshi amend households H0000001 村民小组=9组 主要致贫原因=因病
    """
    from gongshi.cli.importing import identity_if_any
    from gongshi.package import county_day, load
    from gongshi.verbs import Edit, New
    from gongshi.verbs import amend as change

    with load(work_tree(root), ["county"]) as database:
        today, known = day(None, county_day(database)), database.descriptor.resources.get(table)
    if known is None:
        raise GongshiError(f"没有“{table[:30]}”这张表，请写英文表名，如 households。")
    if strike == bool(cells):
        raise GongshiError("要改哪几格没有写，请写成 栏=内容；删去的用 --strike，不写栏。")
    names = {text: field.name for field in known.schema.fields for text in (field.name, field.title)}
    pairs = [cell.replace("＝", "=", 1).partition("=") for cell in cells]
    if wrong := next((cell for cell, pair in zip(cells, pairs, strict=True) if not pair[1]), ""):
        raise GongshiError(f"“{wrong[:30]}”没有写等号，请写成 栏=内容。")
    if wrong := next((name for name, *_ in pairs if name not in names), ""):
        raise GongshiError(
            f"{known.title}没有“{wrong[:30]}”这一栏，可用的：{'、'.join(f.title for f in known.schema.fields)}。"
        )
    more = [New(NEW, {names[name]: text for name, _, text in pairs})] if key == NEW else []
    edits = [Edit(tuple(key.split("/")), names[name], None, text) for name, _, text in pairs if not more]
    less = [tuple(key.split("/"))] if strike else []
    done = change(root, table, edits, today, identity_if_any(identity, root), dry_run, more, less)
    say(f"{done.told}。")
    if done.paths:
        paths = "、".join(done.paths)
        say(f"这是试算，会写：{paths}。" if dry_run else f"已写入：{paths}。撤销用 gongshi undo。")
