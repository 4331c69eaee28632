"""``gongshi find``."""

from __future__ import annotations

from pathlib import Path

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import say, work_tree
from gongshi.cli.sealing import IDENTITY


@click.command(cls=Command)
@click.argument("words", nargs=-1, required=True)
@IDENTITY
@click.pass_obj
def find(root: Path, words: tuple[str, ...], identity: Path | None) -> None:
    """按编号、名称、拼音、拼音首字母找户、人、村、单位、项目、资金、支付、公示、案卷；错一个字也找得到。

    有密钥才能按姓名找；结果里不显示姓名，只给编号和村组。

    例：gongshi find ygt
    """
    from gongshi.checks.showing import shown_text
    from gongshi.cli.importing import identity_if_any
    from gongshi.lookup import Index, entries, opened, titles
    from gongshi.package import load, read_descriptor

    tree = work_tree(root)
    there = [name for name in titles() if name in read_descriptor(tree).resources]
    with load(tree, there) as database:
        index = Index(entries(database, opened(tree, identity_if_any(identity, root))))
    found = index.find(" ".join(words))
    for entry in found:
        name = "" if entry.opened else shown_text(entry.name)
        say(f"{titles()[entry.resource]}  {entry.key}  {name}  {entry.where}")
    say(f"找到 {len(found)} 条。" if found else "没有找到。")
