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
@IDENTITY
@click.pass_obj
def desk(root: Path, port: int, no_browser: bool, identity: Path | None) -> None:
    """打开工作台：在这台电脑的浏览器里做一天的事，不用终端。只有这台电脑打得开，不用网络。按 Ctrl-C 关掉。

    例：gongshi desk
    """
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
