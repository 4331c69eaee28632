"""``gongshi build``."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import day, progress, say, say_findings, work_tree
from gongshi.model import GongshiError, Severity
from gongshi.repository import WorkTree, reason

if TYPE_CHECKING:
    from gongshi.repository import Git
    from gongshi.site.manifest import Manifest

_ASIDE = ".gongshi-site-"


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
@click.pass_obj
def build(
    root: Path, on_day: str | None, out: Path | None, log: Path | None, anew: bool, signing_key: Path | None
) -> None:
    """由记录生成公开网站。网站只用公开的内容，可直接放到任何网站空间，也可在本机打开。

    请先运行 gongshi check，改好错误再生成。发布时加 --log，以后任何人都能用 gongshi verify 核对。

    例：gongshi build --out site
    """
    from gongshi.mkdocs_plugin import build as build_site
    from gongshi.package import county_day, load

    tree = work_tree(root)
    folder = (out or root / "site").absolute()
    _settle(folder)
    if not (root / "mkdocs.yml").is_file():
        raise GongshiError("找不到 mkdocs.yml，请在台账仓库的根目录运行")
    commit = _published_commit(tree, folder, log, anew) if log else ""
    show = progress()
    show("读取记录")
    with load(tree, ["county"]) as database:
        when = day(on_day, county_day(database))
        county = next(iter(database.sql("SELECT county_code, name FROM county")), ("", ""))
    if log and when > date.today():
        raise GongshiError(
            f"今天还没有到 {when.isoformat()}，没有发布：发布了它，在那以前就再也发布不了，请核对日期和时钟。"
        )
    show("生成网页")
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=folder.parent))
    try:
        build_site(root / "mkdocs.yml", aside, when)
        show("查找个人信息")
        _refuse_personal(aside, tree)
        told = _add_manifest(tree, log, commit, county, when, aside, signing_key) if log else []
        _swap(aside, folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    show("")
    say(f"网站已生成到 {folder}，数据日期 {when.isoformat()}。")
    for line in told:
        say(line)


def _published_commit(tree: WorkTree, folder: Path, log: Path, anew: bool) -> str:
    """The commit that is being published; GongshiError if the files are not all its own, or the chain would not go on."""
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
    return commit


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


def _refuse_personal(folder: Path, tree: WorkTree) -> None:
    """The guard over the whole output: a page with an identifier, or with a name that a key opened, is not published."""
    from gongshi.checks.guard import scan
    from gongshi.cli.importing import identity_if_any
    from gongshi.exchange.opened import opened_names

    names = opened_names(tree, identity_if_any(None, tree.root))
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    findings = scan(((path.relative_to(folder).as_posix(), path.read_bytes) for path in files), names)
    say_findings(findings, err=True)
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise GongshiError("生成的网页里有个人信息，没有发布：请按上面的提示改好记录再生成")


def _settle(folder: Path) -> None:
    """Put back the site that a killed build had moved out of the way, or finish taking it away; take away what one was
    making more than a day ago. GongshiError if there is something else in the site's place."""
    old = _old(folder)
    for left in folder.parent.glob(f"{_ASIDE}*"):
        if time.time() - left.stat().st_mtime > 86_400:
            shutil.rmtree(left, ignore_errors=True)
    if folder.exists():
        shutil.rmtree(old, ignore_errors=True)
    elif old.exists():
        old.rename(folder)
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / "gongshi").is_dir())):
        raise GongshiError(f"“{folder}”里有别的东西，生成网站会清掉它，请换一个目录")


def _swap(aside: Path, folder: Path) -> None:
    """Put the new site in place of the old one in two renames; between them ``_settle`` finds the old one."""
    aside.chmod(0o755)
    old = _old(folder)
    try:
        if folder.exists():
            folder.rename(old)
        aside.rename(folder)
    except OSError as error:
        if not folder.exists() and old.exists():
            old.rename(folder)
        raise GongshiError(f"换不上新网站“{folder}”（{reason(error)}），旧的还在，请关闭打开着它的程序再试。") from None
    shutil.rmtree(old, ignore_errors=True)


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.gongshi-old")
