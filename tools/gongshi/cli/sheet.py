"""``gongshi sheet``."""

from __future__ import annotations

from pathlib import Path

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import say, work_tree
from gongshi.cli.sealing import IDENTITY, identity_of
from gongshi.model import GongshiError
from gongshi.repository import write_private


@click.command(cls=Command)
@click.argument("notice_id")
@click.option("-o", "out", type=click.Path(path_type=Path), required=True, help="写到哪个 HTML 文件，要在仓库之外")
@click.option("--paper", type=click.Choice(["A4", "A3"]), default="A4", help="纸张，默认 A4")
@click.option(
    "--log",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="发布清单的目录：最新一份的摘要印在每一页上，默认用台账里的 manifests",
)
@IDENTITY
@click.pass_obj
def sheet(root: Path, notice_id: str, out: Path, paper: str, log: Path | None, identity: Path | None) -> None:
    """打印公示榜：在本机打开姓名，写成一个可直接打印的网页文件。名单只供张贴，不要上传，撤下后删去这个文件。

    例：gongshi sheet G2020-80057 -o 公示榜.html
    """
    from gongshi.site.manifest import BESIDE
    from gongshi.site.sheet import compose, newest

    tree = work_tree(root)
    refuse_place(root, out)
    made = compose(tree, notice_id, paper, identity_of(identity, root), newest(log or root / BESIDE))
    write_private(out, made.text.encode("utf-8"))
    if made.manifest is None:
        say("没有发布清单，榜上没有印摘要：请先取来清单目录（tools/ci/manifests.sh fetch），用 --log 指明。", err=True)
    say(f"公示榜 {made.pages} 页，加异议单 1 页：{out}。张贴后请删去这个文件，公示期到 {made.ends_on}。")


def refuse_place(root: Path, out: Path) -> None:
    """Never where it could be committed or published."""
    place = out.resolve()
    if place.is_relative_to(root.resolve()) or any((folder / "gongshi/site.css").is_file() for folder in place.parents):
        raise GongshiError(f"“{out}”在台账仓库或网站目录里，名单会被提交或公开，请写到别处。")
