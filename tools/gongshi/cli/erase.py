"""``gongshi erase``."""

from __future__ import annotations

from pathlib import Path

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import say, work_tree


@click.command(cls=Command)
@click.argument("member")
@click.pass_obj
def erase(root: Path, member: str) -> None:
    """从密封文件里删去一个人的姓名、身份证号等。编号和编码后的记录不动。

    以前的提交里仍有密文：要让它再也打不开，须销毁那一年的全部私钥，那一年同乡镇别人的也就打不开了。

    例：gongshi erase M00000001
    """
    from gongshi.exchange.erasing import erase as take_out

    work_tree(root)
    done = take_out(root, member)
    say(f"已从 {done.path} 删去 {member} 的密封信息，请用 gongshi propose 送审。")
    if done.commits:
        say(
            f"仍然留着的：{done.commits} 个以前的提交和别人的克隆里还有密文，凭 {done.epoch} 年的密钥（{done.key}）能打开。"
            "要使它打不开：先让其他人换到新一年（gongshi unseal --township 乡镇 | gongshi seal --township 乡镇 --epoch 新年度，"
            f"新年度要用新的私钥登记），再由各保管人销毁能打开 {done.epoch} 年的私钥。"
        )
