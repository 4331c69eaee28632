"""``gongshi keygen``, ``gongshi seal``, ``gongshi unseal``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import work_tree
from gongshi.model import GongshiError

IDENTITY = click.option(
    "--identity", type=click.Path(path_type=Path), help="密钥文件，默认用环境变量 GONGSHI_IDENTITY 或用户目录里的"
)


@click.command(cls=Command)
@click.option("--name", required=True, help="公钥的名称，如 古镇扶贫办")
@click.option("--role", required=True, help="county 或乡镇目录名，如 guzhen")
@IDENTITY
@click.pass_obj
def keygen(root: Path, name: str, role: str, identity: Path | None) -> None:
    """生成密封用的密钥：私钥存在仓库外，公钥登记到台账。已有私钥时只登记公钥。

    私钥丢了就打不开密封信息，请另存一份；任何人都不要把私钥放进仓库。

    例：gongshi keygen --name 古镇扶贫办 --role guzhen
    """
    from gongshi.sealing import identity_place
    from gongshi.sealing import keygen as make

    work_tree(root)
    place = identity_place(identity, os.environ)
    recipient = make(root, name, role, place)
    click.echo(f"私钥在 {place}，公钥已登记：{recipient}")


@click.command(cls=Command)
@click.option("--township", required=True, help="乡镇目录名，如 guzhen")
@click.option("--epoch", required=True, help="密钥年度，如 2020")
@IDENTITY
@click.pass_obj
def seal(root: Path, township: str, epoch: str, identity: Path | None) -> None:
    """把标准输入里的 CSV 密封进台账。表头是 member_no,name，可以再加 id_no,phone,birth,account。

    给出的人整个换成新内容，没给出的人不变。内容不会写到任何临时文件。

    例：gongshi seal --township guzhen --epoch 2020 < 名单.csv
    """
    from gongshi.sealing import identity_place, read_identity
    from gongshi.sealing import seal as put

    work_tree(root)
    if sys.stdin.isatty():
        raise GongshiError("请用 < 把 CSV 文件送进来，或用管道")
    key = read_identity(identity_place(identity, os.environ), root)
    changed = put(root, township, epoch, sys.stdin.buffer.read(), key)
    click.echo("已密封：" + "、".join(changed) if changed else "没有变化。")


@click.command(cls=Command)
@click.option("--township", help="只打开这个乡镇，默认全县")
@IDENTITY
@click.pass_obj
def unseal(root: Path, township: str | None, identity: Path | None) -> None:
    """用密钥打开密封信息，以 CSV 写到标准输出，不写任何文件。

    例：gongshi unseal --township guzhen | less
    """
    from gongshi.sealing import identity_place, read_identity, unseal_csv

    tree = work_tree(root)
    key = read_identity(identity_place(identity, os.environ), root)
    for line in unseal_csv(tree, township, key):
        click.echo(line, nl=False)
