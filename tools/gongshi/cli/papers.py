"""``gongshi card`` and ``gongshi visits``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import say, work_tree
from gongshi.cli.sealing import IDENTITY
from gongshi.cli.sheet import refuse_place
from gongshi.model import GongshiError

if TYPE_CHECKING:
    from gongshi.package import Database

OUT = click.option("-o", "out", type=click.Path(path_type=Path), required=True, help="写到哪个 HTML 文件，要在仓库之外")


@click.command(cls=Command)
@click.argument("households", nargs=-1)
@click.option("--village", default="", help="这个村的每一户，写 12 位的村代码")
@OUT
@IDENTITY
@click.pass_obj
def card(root: Path, households: tuple[str, ...], village: str, out: Path, identity: Path | None) -> None:
    """印户的明白卡：是什么户、从哪年起、谁来帮扶、今年收到的钱、凭什么、打给谁。有密钥才印姓名，没有就留空手填。

    只给这一户，印好请删去文件。

    例：gongshi card H0000055 -o 明白卡.html
    """
    from gongshi.disclosure import cards
    from gongshi.site.papers import cards_paper

    if bool(households) == bool(village):
        raise GongshiError("请写户编号，可以写多个；或用 --village 写村代码，印全村的，两样只写一样。")
    refuse_place(root, out)
    with _opened(root, identity) as (database, names):
        numbers = households or cards.homes_of(database, village)
        text = cards_paper([cards.card(database, number, names, date.today()) for number in dict.fromkeys(numbers)])
    _write(out, text, f"明白卡 {len(dict.fromkeys(numbers))} 户", bool(names))


@click.command(cls=Command)
@click.argument("helper")
@OUT
@IDENTITY
@click.pass_obj
def visits(root: Path, helper: str, out: Path, identity: Path | None) -> None:
    """印帮扶人的走访单：结对的每一户在哪里、是什么户、上次哪天去的，留出手写的地方。有密钥才印姓名。

    例：gongshi visits B003320 -o 走访单.html
    """
    from gongshi.disclosure import cards
    from gongshi.site.papers import visits_paper

    refuse_place(root, out)
    with _opened(root, identity) as (database, names):
        found = cards.visits(database, helper, names, date.today())
    _write(out, visits_paper(found), f"走访单 {len(found.rows)} 户", bool(names))


@click.command("print", cls=Command)
@click.argument("notice_id")
@OUT
@click.pass_obj
def print_notice(root: Path, notice_id: str, out: Path) -> None:
    """印没有到户名单的公示公告：公示什么、哪天到哪天、向谁反映。有到户名单的用 gongshi sheet。

    例：gongshi notice print G2020-50009 -o 公示.html
    """
    from gongshi.disclosure.posted import RESOURCES, posted
    from gongshi.package import load
    from gongshi.site.papers import notice_paper

    refuse_place(root, out)
    with load(work_tree(root), RESOURCES) as database:
        found = posted(database, notice_id)
    _write(out, notice_paper(found), f"公示 {notice_id}，{len(found.rows)} 行", True)


@contextmanager
def _opened(root: Path, identity: Path | None) -> Iterator[tuple[Database, dict[str, str]]]:
    """The records that the papers are made from, and the names that the key opens."""
    from gongshi.cli.importing import identity_if_any
    from gongshi.disclosure.cards import RESOURCES
    from gongshi.lookup import opened
    from gongshi.package import load, read_descriptor

    tree = work_tree(root)
    there = [name for name in RESOURCES if name in read_descriptor(tree).resources]
    with load(tree, there) as database:
        yield database, opened(tree, identity_if_any(identity, root))


def _write(out: Path, text: str, what: str, named: bool) -> None:
    from gongshi.repository import write_private

    write_private(out, text.encode("utf-8"))
    say(f"{what}：{out}。{'' if named else '没有密钥，姓名留空。'}用浏览器打开印，印好请删去这个文件。")
