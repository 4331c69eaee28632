"""``gongshi build``."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import given_day, progress, say, say_findings, work_tree
from gongshi.model import GongshiError, Progress
from gongshi.repository import WorkTree

if TYPE_CHECKING:
    from gongshi.checks.guard import NameSet
    from gongshi.repository import Git
    from gongshi.site.manifest import Manifest


@click.command(cls=Command)
@click.option("--on", "on_day", metavar="DATE", help="以哪一天为准，默认是县情里的数据日期，没有则是今天")
@click.option("--out", type=click.Path(path_type=Path), help="网站放在哪个目录，默认是 site")
@click.option(
    "--log", type=click.Path(path_type=Path), help="发布时用：把发布清单加到这个目录（放在网站旁边，只增不改）"
)
@click.option("--anew", is_flag=True, help="与 --log 同用：以前的清单确实找不回来了，另起一条链（谁都看得出来）")
@click.option(
    "--signing-key", type=click.Path(path_type=Path), help="与 --log 同用：用发布员的这把私钥给清单签名，默认不签"
)
@click.option("--draft", is_flag=True, help="有错误也生成，每页标明草稿；不能发布")
@click.pass_obj
def build(
    root: Path,
    on_day: str | None,
    out: Path | None,
    log: Path | None,
    anew: bool,
    signing_key: Path | None,
    draft: bool,
) -> None:
    """由记录生成公开网站。网站只用公开的内容，可直接放到任何网站空间，也可在本机打开。

    先检查，有错误就不生成，只列出错误。发布时加 --log，以后任何人都能用 gongshi verify 核对。

    例：gongshi build --out site
    """
    from gongshi.library.building import settle
    from gongshi.library.guarding import NotBuilt

    if draft and log:
        raise GongshiError("草稿不能发布：--draft 和 --log 不能同用，请改好错误再发布。")
    tree = work_tree(root)
    folder = (out or root / "site").absolute()
    settle(folder)
    if not (root / "mkdocs.yml").is_file():
        raise GongshiError("找不到 mkdocs.yml，请在台账仓库的根目录运行")
    commit, chain = _published_commit(tree, folder, log, anew) if log else ("", [])
    show = progress()
    try:
        when, told = _built(tree, folder, given_day(on_day), draft, log, commit, chain, signing_key, show)
    except NotBuilt as error:
        show("")
        say_findings(error.findings, err=True)
        say(f"错误：{error}", err=True)
        sys.exit(1)
    show("")
    say(f"{'草稿' if draft else '网站'}已生成到 {folder}，数据日期 {when.isoformat()}。")
    for line in told:
        say(line)


def _built(
    tree: WorkTree,
    folder: Path,
    on: date | None,
    draft: bool,
    log: Path | None,
    commit: str,
    chain: list[Manifest],
    key: Path | None,
    show: Progress,
) -> tuple[date, list[str]]:
    """The site in its place; gives its day, and what to say of the log."""
    from gongshi.library.building import building, refuse_errors
    from gongshi.library.examining import examining
    from gongshi.package import queries
    from gongshi.site.quality import earlier

    with examining(tree, None, on, date.today(), show) as (seen, kept):
        if not draft:
            refuse_errors(seen.findings)
        if log and seen.when > date.today():
            raise GongshiError(
                f"今天还没有到 {seen.when.isoformat()}，没有发布：发布了它，在那以前就再也发布不了，请核对日期和时钟。"
            )
        county = next(iter(kept.database.sql(queries("county")["named"])), ("", "", ""))[:2]
        names = _opened(tree)
        past = earlier(log, chain, seen.when) if log else []
        with building(tree.root, folder, seen.when, kept, names, draft, show, past) as aside:
            return seen.when, _add_manifest(tree, log, commit, county, seen.when, aside, key) if log else []


def _opened(tree: WorkTree) -> NameSet | None:
    """The names that a key at hand opens; None without one, as on a machine that only publishes."""
    from gongshi.cli.importing import identity_if_any

    identity = identity_if_any(None, tree.root)
    if identity is None:
        return None
    from gongshi.exchange.opened import opened_names  # a fifth of a second

    return opened_names(tree, identity)


def _published_commit(tree: WorkTree, folder: Path, log: Path, anew: bool) -> tuple[str, list[Manifest]]:
    """The commit that is being published, and what was before; GongshiError if the files are not all its own, or the chain would not go on."""
    from gongshi.repository import Git
    from gongshi.site.load import PARTS
    from gongshi.site.publishing import first_of, known, ready
    from gongshi.site.rebuild import is_ancestor

    git = Git(tree.root)
    commit = git.head() if git.exists() else None
    if not commit or git.run("status", "--porcelain", "--", *PARTS).strip():
        raise GongshiError("台账有没入库的修改，这样发布的网站以后证明不了来历，请先提交再发布。")
    if log.resolve().is_relative_to(folder.resolve()):
        raise GongshiError("发布清单不能放在网站目录里面，下次生成会清掉它，请放在网站旁边。")
    chain = ready(log, first_of(tree), {} if anew else known(git, folder))
    if chain and not is_ancestor(git, chain[-1].commit, commit):
        raise GongshiError(
            f"上次发布的台账版本 {chain[-1].commit[:12]} 不在现在的历史里，没有发布：请取回完整的历史（git fetch --unshallow），"
            "或换到接着它改的版本；历史被改写过的，先查清是谁改的。"
        )
    return commit, chain


def _add_manifest(
    tree: WorkTree, log: Path, commit: str, county: tuple[Any, ...], when: date, site: Path, key: Path | None
) -> list[str]:
    """The lines that say what was added to the log, which is then beside the pages of ``site``, too."""
    from gongshi.repository import Git, writer
    from gongshi.site.manifest import origin
    from gongshi.site.publishing import FIRST, append, first_of, put_beside, read_log, remember

    git = Git(tree.root)
    with writer(tree.root):
        made, added = append(log, origin(tree, county[0], commit), when, site, county[1])
        told = [f"发布清单{'是' if added else '没有变化，仍是'} {log / made.name}。"]
        told += _sign(git, log, made, key)
        put_beside(log, site)
        remember(git, made)
    told.append(f"摘要 {made.label}，打印公示榜时加 --log {log}，它就印在每一张榜上。")
    if not first_of(tree):
        first = read_log(log)[0].label
        told.append(f"台账还没有记下这条链从哪里开始，清单丢了看不出来：请把 {FIRST} 写成一行“{first}”，送审并入。")
    return told


def _sign(git: Git, log: Path, made: Manifest, key: Path | None) -> list[str]:
    """Sign with the key that is named, if one is; the line that says so."""
    from gongshi.sealing.authority import standing
    from gongshi.site.signing import sign_manifest

    place = key or os.environ.get("GONGSHI_SIGNING_KEY")
    if not place:
        return []
    signed = sign_manifest(log, made, standing(git, "HEAD"), Path(place).expanduser())
    return [f"清单已由发布员“{signed.name}”签名。" if signed.name else "清单已签名，台账里还没有登记发布员。"]
