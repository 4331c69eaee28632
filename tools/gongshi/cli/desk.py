"""``gongshi desk``."""

from __future__ import annotations

from pathlib import Path

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import say, work_tree
from gongshi.cli.sealing import IDENTITY


@click.command(cls=Command)
@click.option("--port", type=int, default=0, help="用哪个端口，默认由系统给")
@click.option("--no-browser", is_flag=True, help="不打开浏览器，只写出网址")
@click.option(
    "--starter",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="不打开，只把双击就能打开工作台的文件写到台账的上一级文件夹",
)
@IDENTITY
@click.pass_obj
def desk(root: Path, port: int, no_browser: bool, starter: Path | None, identity: Path | None) -> None:
    """打开工作台：在这台电脑的浏览器里做一天的事，不用终端。只有这台电脑打得开，不用网络。按 Ctrl-C 关掉。

    例：gongshi desk

    例：gongshi desk --starter ..
    """
    if starter is not None:
        from gongshi.founding.starters import write_starters

        work_tree(root)
        say(f"已写好：{'、'.join(write_starters(root, starter))}。双击 desk 打开工作台，怎样备好别的电脑看 README.md。")
        return
    import webbrowser

    from gongshi.desk import Server

    work_tree(root)
    server = Server(root, identity, port)
    if no_browser or not webbrowser.open(server.address):
        say(f"请在这台电脑的浏览器里打开 {server.address}（只能打开一次）。")
    else:
        say("工作台已在浏览器里打开。用完按 Ctrl-C 关掉。")
    try:
        server.run()
    except KeyboardInterrupt:
        say("工作台关了。")
    finally:
        server.close()
