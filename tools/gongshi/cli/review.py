"""``gongshi review``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from gongshi.cli.chinese import ChineseGroup, Command
from gongshi.cli.common import day, progress, say, work_tree
from gongshi.cli.sealing import IDENTITY

SIGNING = click.option(
    "--signing-key", type=click.Path(path_type=Path), help="签名私钥，默认用环境变量 GONGSHI_SIGNING_KEY 或用户目录里的"
)


@click.group(cls=ChineseGroup)
def review() -> None:
    """审核送审的改动：看有哪些，接受（签名合并），退回（写明哪里要改），查有没有未经签名的合并。

    不需要网站：只有一个 Git 仓库也能审核。

    例：gongshi review list
    """


@review.command("list", cls=Command)
@click.pass_obj
def list_(root: Path) -> None:
    """列出等着审核的和退回了的送审。看内容用 gongshi diff main 分支名。

    例：gongshi review list
    """
    from gongshi.checks.showing import shown_path, shown_text
    from gongshi.exchange.accepting import waiting
    from gongshi.exchange.remotes import fetch, place
    from gongshi.repository import Git

    work_tree(root)
    git = Git(root)
    where = place(git)
    fetch(git, where)
    found = waiting(git, where)
    for one in found:
        state = f"已退回：{shown_text(one.remarks)}" if one.remarks else "待审核"
        say(
            f"{shown_path(one.branch)}  {one.day}  {shown_text(one.author)}  {one.files} 个文件  {shown_text(one.text)}  {state}"
        )
    if not found:
        say("没有等着审核的送审。")


@review.command(cls=Command)
@click.argument("name", metavar="BRANCH|COMMIT")
@SIGNING
@IDENTITY
@click.pass_obj
def accept(root: Path, name: str, signing_key: Path | None, identity: Path | None) -> None:
    """接受一份送审：按记录合并到主线，全部检查一遍，用审核员的私钥签名，上传。自己改的不能自己接受。

    主线上未经签名的合并（网站上点的合并、压缩合并、快进），写它的提交号补签。

    例：gongshi review accept songshen/2026-11-28-guzhen-1
    """
    from gongshi.cli.importing import identity_if_any
    from gongshi.exchange.accepting import accept as merge
    from gongshi.sealing import signing_place

    work_tree(root)
    show = progress()
    opener = identity_if_any(identity, root)
    done = merge(root, name, signing_place(signing_key, os.environ), day(None, None), show, opener)
    show("")
    what = f"合并了 {done.files} 个文件" if done.files else "已补签"
    say(f"{what}，由“{done.signer}”签名（{done.commit[:12]}）。" + ("" if done.sent else "没有远程仓库，主线在本机。"))


@review.command("return", cls=Command)
@click.argument("branch")
@click.option("-m", "remarks", metavar="TEXT", default="", help="哪里要改，可以写几行；不要写姓名，写编号")
@click.option(
    "--on",
    nargs=2,
    multiple=True,
    metavar="RECORD TEXT",
    help="某一条记录要改什么，RECORD 写成 households/H0000012，可以写几次",
)
@click.option("--ask", nargs=2, multiple=True, metavar="RECORD TEXT", help="问某一条记录，写法同 --on")
@IDENTITY
@click.pass_obj
def return_(
    root: Path,
    branch: str,
    remarks: str,
    on: tuple[tuple[str, str], ...],
    ask: tuple[tuple[str, str], ...],
    identity: Path | None,
) -> None:
    """退回一份送审，写明哪里要改。送审人改好再运行 gongshi propose，就又在待审核里。

    例：gongshi review return songshen/2026-11-28-guzhen-1 --on households/H0000012 '脱贫年度请核对'
    """
    from gongshi.checks.showing import shown_path
    from gongshi.cli.importing import identity_if_any
    from gongshi.exchange.accepting import send_back
    from gongshi.exchange.remarking import remark_on
    from gongshi.repository import WorkTree

    work_tree(root)
    said = [(*one, False) for one in on] + [(*one, True) for one in ask]
    of = [remark_on(WorkTree(root), record, text, asks) for record, text, asks in said]
    commit = send_back(root, branch, remarks, identity_if_any(identity, root), of)
    say(f"已退回 {shown_path(branch)}（{commit[:12]}）。")


@review.command("answer", cls=Command)
@click.argument("branch")
@click.option("-m", "text", metavar="TEXT", required=True, help="答复；不要写姓名，写编号")
@IDENTITY
@click.pass_obj
def answer_(root: Path, branch: str, text: str, identity: Path | None) -> None:
    """答复审核员问的，没有要改的，这份送审就又在待审核里。

    例：gongshi review answer songshen/2026-11-28-guzhen-1 -m '按示扶项批〔2020〕18号第三条'
    """
    from gongshi.checks.showing import shown_path
    from gongshi.cli.importing import identity_if_any
    from gongshi.exchange.accepting import answer

    work_tree(root)
    commit = answer(root, branch, text, identity_if_any(identity, root))
    say(f"答复送到了 {shown_path(branch)}（{commit[:12]}）。")


@review.command("remarks", cls=Command)
@click.argument("branch")
@click.pass_obj
def remarks_(root: Path, branch: str) -> None:
    """列出一份送审退回时说过的、答复过的，新的在前；合并请求的评论里也有。

    例：gongshi review remarks songshen/2026-11-28-guzhen-1
    """
    from gongshi.checks.showing import shown_text
    from gongshi.exchange.accepting import waiting
    from gongshi.exchange.remotes import place
    from gongshi.repository import Git

    work_tree(root)
    git = Git(root)
    found = next((one for one in waiting(git, place(git)) if one.branch == branch), None)
    for word in found.words if found else ():
        say(f"{word.day} {'答复' if word.answer else '退回'}：")
        for line in word.told.split("\n"):
            say(f"- {shown_text(line)}")


@review.command("comment", cls=Command)
@click.argument("report", type=click.Path(path_type=Path))
@click.pass_obj
def comment_(root: Path, report: Path) -> None:
    """把 make pull 写的改动摘要（REPORT 目录里的 comment.md）贴到合并请求下面，已贴过的就地更新。由流水线运行。

    哪种网站看 gongshi.toml 里 [county] 的 host；网址、项目、编号、提交和令牌取自环境变量 GONGSHI_API、GONGSHI_PROJECT、
    GONGSHI_NUMBER、GONGSHI_HEAD、GONGSHI_TOKEN。

    例：gongshi review comment report
    """
    from gongshi.repository import WorkTree
    from gongshi.repository.pin import HOSTS, read_pin
    from gongshi.review.commenting import comment

    pin = read_pin(WorkTree(root))
    say(comment(report, pin.host if pin else HOSTS[0], os.environ))


@review.command("check", cls=Command)
@click.argument("base", required=False, default="")
@click.pass_obj
def check_(root: Path, base: str) -> None:
    """查主线上改了记录的提交是不是都有审核员的签名；有没签的，退出码是 1。BASE 以前的不查。

    例：gongshi review check v2026-06
    """
    from gongshi.exchange.remotes import place
    from gongshi.repository import Git
    from gongshi.sealing import UNSIGNED, standing
    from gongshi.sealing.approving import unapproved

    work_tree(root)
    git = Git(root)
    main = place(git).main
    tip = git.resolve(f"refs/heads/{main}") or git.commit("HEAD")
    if standing(git, tip) == UNSIGNED:
        say("没有登记签名人（records/keys/signers），查不了签名。")
        return
    found = unapproved(git, tip, git.commit(base) if base else "")
    for one in found:
        say(f"{one.commit[:12]}：{one.why}。请由审核员核对后补签：gongshi review accept {one.commit[:12]}")
    say(f"共 {len(found)} 个没有审核员的签名。" if found else "改了记录的提交都有审核员的签名。")
    sys.exit(1 if found else 0)
