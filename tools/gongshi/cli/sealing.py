"""``gongshi keygen``, ``gongshi seal``, ``gongshi unseal``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import day, paint, work_tree
from gongshi.cli.render import summary, text_line
from gongshi.model import GongshiError
from gongshi.repository import WorkTree

IDENTITY = click.option(
    "--identity", type=click.Path(path_type=Path), help="密钥文件，默认用环境变量 GONGSHI_IDENTITY 或用户目录里的"
)


def identity_of(option: Path | None, root: Path):
    """The identity asked for, else that in its usual place; GongshiError if there is none."""
    from gongshi.sealing import identity_place, read_identity

    return read_identity(identity_place(option, os.environ), root)


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
@click.option("--epoch", help="密钥年度，如 2020")
@click.option("--rewrap", is_flag=True, help="不读名单，只把已有的数据密钥改封给现在登记的公钥（有人新登记或除名之后）")
@IDENTITY
@click.pass_obj
def seal(root: Path, township: str, epoch: str | None, rewrap: bool, identity: Path | None) -> None:
    """把标准输入里的 CSV 密封进台账。表头是 member_no,name，可以再加 id_no,phone,birth,account。

    给出的人整个换成新内容，没给出的人不变。内容不会写到任何临时文件。

    例：gongshi seal --township guzhen --epoch 2020 < 名单.csv
    """
    from gongshi.sealing import rewrap as wrap_again
    from gongshi.sealing import seal as put

    work_tree(root)
    if rewrap == bool(epoch):
        raise GongshiError("请写明密钥年度（--epoch 2020）并送进名单，或者用 --rewrap 只改封数据密钥。")
    if rewrap:
        paths = wrap_again(root, township, identity_of(identity, root))
        click.echo(
            f"已改封给现在登记的公钥：{'、'.join(paths)}。以前的提交里还留着旧的封装，除名的人若有旧克隆仍能打开。"
        )
        return
    if sys.stdin.isatty():
        raise GongshiError("请用 < 把 CSV 文件送进来，或用管道")
    changed = put(root, township, epoch, sys.stdin.buffer.read(), identity_of(identity, root))
    click.echo("已密封：" + "、".join(changed) if changed else "没有变化。")


@click.command(cls=Command)
@click.option("--township", help="只打开这个乡镇，默认全县")
@click.option("--check", is_flag=True, help="只列出要密钥的规则查出的问题，不输出任何标识信息")
@IDENTITY
@click.pass_obj
def unseal(root: Path, township: str | None, check: bool, identity: Path | None) -> None:
    """用密钥打开密封信息，以 CSV 写到标准输出，不写任何文件。

    同时用打开的信息运行要密钥的规则：校验码、性别和出生年月与证件号、重复、共用电话。用县的密钥能查出跨乡镇的重复。

    例：gongshi unseal --check
    """
    from gongshi.sealing import unseal as open_all
    from gongshi.sealing.rows import csv_lines

    tree = work_tree(root)
    key = identity_of(identity, root)
    rows = list(open_all(tree, township, key))
    if not check:
        for line in csv_lines(rows):
            click.echo(line, nl=False)
    _tell_rules(tree, rows, check)


def _tell_rules(tree: WorkTree, rows: list[dict[str, str]], details: bool) -> None:
    """All findings on standard output and their exit code; or one line on standard error that counts them."""
    from gongshi.exchange import sealing_findings
    from gongshi.package import county_day, load, read_descriptor

    if not tree.exists("records/datapackage.yaml"):
        return
    descriptor = read_descriptor(tree)
    with load(tree, ["county"], descriptor) as database:
        when = day(None, county_day(database))
    persons = {row["member_no"]: row for row in rows}
    findings = [finding for finding, _, _ in sealing_findings(tree, descriptor, when, persons)]
    if not details:
        if findings:
            click.echo(f"要密钥的规则：{summary(findings)}用 gongshi unseal --check 逐条查看。", err=True)
        return
    for finding in findings:
        click.echo(text_line(finding, paint))
    click.echo(f"已打开 {len(rows):,} 人。{summary(findings)}")
    sys.exit(1 if any(finding.severity == "error" for finding in findings) else 0)
