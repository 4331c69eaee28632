"""``gongshi propose``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import day, progress, say, work_tree
from gongshi.cli.sealing import IDENTITY


@click.command(cls=Command)
@click.option("-m", "text", metavar="TEXT", required=True, help="一句话说明改了什么，如：3 月走访登记")
@click.option("--doc-no", default="", help="文号，如 示扶〔2020〕12号；文号和依据至少写一项")
@click.option("--basis", default="", help="依据，如 村民代表会议记录")
@click.option("--approved-by", default="", help="自称的审批单位，如 古镇人民政府；真正的审批是审核员的签名")
@IDENTITY
@click.option(
    "--bundle", type=click.Path(path_type=Path, dir_okay=False), help="没有网络时：不上传，存成一个文件交上去"
)
@click.option(
    "--answer", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="没有网络时：先收下带回来的文件"
)
@click.pass_obj
def propose(
    root: Path,
    text: str,
    doc_no: str,
    basis: str,
    approved_by: str,
    identity: Path | None,
    bundle: Path | None,
    answer: Path | None,
) -> None:
    """把改好的记录送去审核：检查、提交到送审分支、并入最新记录、上传，给出审核地址。不必懂 Git。

    有错误、有个人信息、与别人改了同一处时不送，说明怎样改；改好再运行一次就行。有密钥时，改动和说明里也不能有在册人员的姓名。

    例：gongshi propose -m 3月走访登记 --approved-by 古镇人民政府 --basis 走访记录表
    """
    from gongshi.checks.showing import shown_path, shown_text
    from gongshi.cli.importing import identity_if_any
    from gongshi.exchange.proposing import Message
    from gongshi.exchange.proposing import propose as send

    work_tree(root)
    show = progress()
    message, opener = Message(text, doc_no, basis, approved_by), identity_if_any(identity, root)
    sent = send(root, message, day(None, None), show, opener, bundle, answer)
    show("")
    for line in renumbered_lines(sent.renumbered):
        say(line)
    if sent.paths:
        say(f"已提交 {len(sent.paths)} 个文件到 {shown_text(sent.branch)}（{sent.commit[:12]}）。")
    if sent.merged:
        say(f"并入了别人已通过的 {sent.merged} 个文件。")
    if sent.left_out:
        say(
            f"不属于记录、没有送审的：{'、'.join(map(shown_path, sent.left_out[:5]))}{' 等' if len(sent.left_out) > 5 else ''}。"
        )
    if bundle:
        say(
            f"已存成 {shown_path(bundle.name)}，交给有网络的人：git fetch 文件 {sent.branch}:{sent.branch}，再 git push。"
        )
        return
    say(f"请打开 {shown_path(sent.address)} 提交审核。" if sent.address else "没有远程仓库，提交留在本机。")


@click.command(cls=Command)
@IDENTITY
@click.pass_obj
def renumber(root: Path, identity: Path | None) -> None:
    """新登记的编号与主线或别人已送审的重了的，换成没人用的编号，所有引用、文件名和密封信息一起换。

    送审时自动先做这一步；送审被退回、说编号重了时，也可以先单独运行看看。

    例：gongshi renumber
    """
    from gongshi.cli.importing import identity_if_any
    from gongshi.exchange.proposing import renumber as give
    from gongshi.exchange.remotes import fetch, place
    from gongshi.repository import Git, sending, writer

    work_tree(root)
    git = Git(root)
    with sending(root):
        fetch(git, place(git))
        with writer(root) as write:
            pairs = give(root, git, write, day(None, None), identity_if_any(identity, root))
    for line in renumbered_lines(pairs) or ["没有与别人重的编号。"]:
        say(line)


def renumbered_lines(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """What got a new number, for people."""
    shown = "、".join(f"{old} → {new}" for old, new in pairs[:20]) + (" 等" if len(pairs) > 20 else "")
    return [f"{len(pairs)} 个编号与别人的重了，已换成新的（引用也一起换了）：{shown}。"] if pairs else []
