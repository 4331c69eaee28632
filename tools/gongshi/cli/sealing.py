"""``gongshi keygen``, ``gongshi seal``, ``gongshi unseal``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import day, say, say_findings, work_tree
from gongshi.cli.render import summary
from gongshi.model import Finding, GongshiError
from gongshi.repository import WorkTree

if TYPE_CHECKING:
    from gongshi.sealing import Identity

IDENTITY = click.option(
    "--identity", type=click.Path(path_type=Path), help="密钥文件，默认用环境变量 GONGSHI_IDENTITY 或用户目录里的"
)


def identity_of(option: Path | None, root: Path) -> Identity:
    """The identity asked for, else that in its usual place; GongshiError if there is none. Tells if others can read it."""
    from gongshi.sealing import identity_place, loose, read_identity, signing_place

    place, signing = identity_place(option, os.environ), signing_place(None, os.environ)
    identity = read_identity(place, root, signing)
    for told in filter(None, ("" if identity.demo else loose(place), loose(signing))):
        say(f"注意：{told}", err=True)
    return identity


@click.command(cls=Command)
@click.option("--name", required=True, help="单位或岗位的名称，如 古镇人民政府")
@click.option(
    "--role", required=True, help="county 或乡镇目录名，如 guzhen；签名的是 root、keeper、reviewer、publisher"
)
@click.option("--sign", "signing", is_flag=True, help="生成签名用的密钥，登记到 records/keys/signers")
@click.option("--passphrase", is_flag=True, help="签名私钥加口令，由 ssh-keygen 在终端里问")
@click.option("--public", metavar="KEY", default="", help="只登记别人的公钥（age1… 或 ssh-ed25519 …），不生成")
@IDENTITY
@click.pass_obj
def keygen(
    root: Path, name: str, role: str, signing: bool, passphrase: bool, public: str, identity: Path | None
) -> None:
    """生成密钥：私钥存在仓库外，公钥登记到台账。已有私钥时只登记公钥。

    不加 --sign 的用来打开密封信息，丢了就打不开，请另存一份；加 --sign 的用来签名。任何人都不要把私钥放进仓库。

    例：gongshi keygen --name 古镇人民政府 --role guzhen
    """
    from gongshi.sealing import identity_place
    from gongshi.sealing import keygen as make

    tree = work_tree(root)
    if signing:
        _keygen_signing(root, name, role, public, passphrase, identity)
        return
    place = identity_place(identity, os.environ)
    recipient = make(root, name, role, place, public)
    say(f"公钥已登记：{recipient}" if public else f"私钥在 {place}，公钥已登记：{recipient}")
    if _signed(tree):
        say("这一行要在密钥管理员签名的提交里（git commit -S）才算数，请把公钥当面交给密钥管理员登记。")


def _signed(tree: WorkTree) -> bool:
    from gongshi.sealing import standing_of

    return standing_of(tree).signers is not None


def _keygen_signing(root: Path, name: str, role: str, public: str, passphrase: bool, option: Path | None) -> None:
    from gongshi.sealing.signers import signing_place
    from gongshi.sealing.signing_keys import keygen_signing

    place = signing_place(option, os.environ)
    signer = keygen_signing(root, name, role, place, public, passphrase)
    say("公钥已登记。" if public else f"签名私钥在 {place}，公钥已登记，Git 已设为用它签名提交。")
    say(f"指纹 {signer.fingerprint}。records/keys/signers 的改动要由根签名提交才算数（git commit -S）。")
    if "root" in signer.roles:
        say(
            f"第一个根还要在 records/county/county.yaml 写上 root_fingerprint: {signer.fingerprint}，同一次提交；它印在每张公示榜上。"
        )


@click.command(cls=Command)
@click.option("--township", required=True, help="乡镇目录名，如 guzhen")
@click.option("--epoch", help="密钥年度，如 2020")
@click.option(
    "--rewrap",
    is_flag=True,
    help="不读名单，只把已有的数据密钥改封给现在登记的公钥（有人新登记或除名之后）；加 --epoch 时先备好这一年的",
)
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
    if not rewrap and not epoch:
        raise GongshiError("请写明密钥年度（--epoch 2020）并送进名单，或者用 --rewrap 只改封数据密钥。")
    if rewrap:
        paths = wrap_again(root, township, identity_of(identity, root), epoch or "")
        say(f"已改封给现在登记的公钥：{'、'.join(paths)}。以前的提交里还留着旧的封装，除名的人若有旧克隆仍能打开。")
        return
    if not epoch or sys.stdin.isatty():
        raise GongshiError("请用 < 把 CSV 文件送进来，或用管道")
    changed = put(root, township, epoch, sys.stdin.buffer.read(), identity_of(identity, root))
    unsigned = "" if _signed(WorkTree(root)) else "数据密钥未签（没有 records/keys/signers）。"
    say(("已密封：" + "、".join(changed) + "。" if changed else "没有变化。") + unsigned)


@click.command(cls=Command)
@click.option("--township", help="只打开这个乡镇，默认全县")
@click.option("--check", is_flag=True, help="只列出要密钥的规则查出的问题，不输出任何标识信息")
@IDENTITY
@click.pass_obj
def unseal(root: Path, township: str | None, check: bool, identity: Path | None) -> None:
    """用密钥打开密封信息，以 CSV 写到标准输出，不写任何文件。

    同时用打开的信息运行要密钥的规则：校验码、性别和出生年月与证件号、重复、共用电话。用县的密钥能查出跨乡镇的重复。
    加 --check 时逐个乡镇、逐行查：打不开的、被换过或挪动过的内容，和没有签名的数据密钥，一次列出，还在台账的全部文件里找打开的姓名。

    例：gongshi unseal --check
    """
    from gongshi.sealing import UNSIGNED
    from gongshi.sealing import unseal as open_all
    from gongshi.sealing.rows import csv_lines

    tree = work_tree(root)
    key = identity_of(identity, root)
    if check:
        _survey(tree, township, key)
    rows = list(open_all(tree, township, key, UNSIGNED))
    for line in csv_lines(rows):
        sys.stdout.write(line)
    _tell_doubts(tree)
    if findings := _rule_findings(tree, rows):
        say(f"要密钥的规则：{summary(findings)}用 gongshi unseal --check 逐条查看。", err=True)


def _survey(tree: WorkTree, township: str | None, key: Identity) -> None:
    """All findings on standard output, what was opened, and their exit code."""
    from gongshi.exchange.opened import names_on_record, opened_names
    from gongshi.sealing import survey

    found = survey(tree, township, key)
    findings = [*found.findings, *_rule_findings(tree, found.rows)]
    if tree.exists("records/datapackage.yaml"):
        findings += names_on_record(tree, opened_names(tree, None, (row.get("name", "") for row in found.rows)))
    findings.sort(key=lambda finding: finding.order)
    say_findings(findings)
    if found.foreign:
        say(f"不归这把密钥打开的乡镇 {len(found.foreign)} 个：{'、'.join(found.foreign)}。")
    say(f"数据密钥：已签 {found.signed} 个，未签 {found.unsigned} 个。")
    say(f"已打开 {len(found.rows):,} 人。{summary(findings)}")
    sys.exit(1 if any(finding.severity == "error" for finding in findings) else 0)


def _tell_doubts(tree: WorkTree) -> None:
    """What was read all the same, so that it can be sealed anew, is told on standard error."""
    from gongshi.checks.showing import shown_path
    from gongshi.sealing import check_keys

    for finding in check_keys(tree):
        say(f"注意：{shown_path(finding.path)}：{finding.message}。", err=True)


def _rule_findings(tree: WorkTree, rows: Sequence[dict[str, str]]) -> list[Finding]:
    from gongshi.exchange import sealing_findings
    from gongshi.package import county_day, load, read_descriptor

    if not tree.exists("records/datapackage.yaml"):
        return []
    descriptor = read_descriptor(tree)
    with load(tree, ["county"], descriptor) as database:
        when = day(None, county_day(database))
    persons = {row["member_no"]: row for row in rows}
    return [finding for finding, _, _ in sealing_findings(tree, descriptor, when, persons)]
