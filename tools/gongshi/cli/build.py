"""``gongshi build``."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import day, paint, progress, work_tree
from gongshi.cli.render import text_line
from gongshi.model import GongshiError, Severity


@click.command(cls=Command)
@click.option("--on", "on_day", metavar="DATE", help="以哪一天为准，默认是县情里的数据日期，没有则是今天")
@click.option("--out", type=click.Path(path_type=Path), help="网站放在哪个目录，默认是 site")
@click.option(
    "--log", type=click.Path(path_type=Path), help="发布时用：把发布清单加到这个目录（放在网站旁边，只增不改）"
)
@click.pass_obj
def build(root: Path, on_day: str | None, out: Path | None, log: Path | None) -> None:
    """由记录生成公开网站。网站只用公开的内容，可直接放到任何网站空间，也可在本机打开。

    请先运行 gongshi check，改好错误再生成。发布时加 --log，以后任何人都能用 gongshi verify 核对。

    例：gongshi build --out site
    """
    from gongshi.mkdocs_plugin import build as build_site
    from gongshi.package import county_day, load

    tree = work_tree(root)
    folder = (out or root / "site").absolute()
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / "gongshi").is_dir())):
        raise GongshiError(f"“{folder}”里有别的东西，生成网站会清掉它，请换一个目录")
    if not (root / "mkdocs.yml").is_file():
        raise GongshiError("找不到 mkdocs.yml，请在台账仓库的根目录运行")
    commit = _published_commit(root, folder, log) if log else ""
    show = progress()
    show("读取记录")
    with load(tree, ["county"]) as database:
        when = day(on_day, county_day(database))
    show("生成网页")
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".gongshi-site-", dir=folder.parent))
    try:
        build_site(root / "mkdocs.yml", aside, when)
        show("查找个人信息")
        _refuse_personal(aside)
        _swap(aside, folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    show("")
    click.echo(f"网站已生成到 {folder}，数据日期 {when.isoformat()}。")
    if log:
        from gongshi.site.manifest import append

        manifest, added = append(log, commit, when, folder)
        click.echo(f"发布清单{'是' if added else '没有变化，仍是'} {log / manifest.name}。")


def _published_commit(root: Path, folder: Path, log: Path) -> str:
    """The commit that is being published; GongshiError if the files are not all its own."""
    from gongshi.repository import Git
    from gongshi.site.load import PARTS

    git = Git(root)
    commit = git.head() if git.exists() else None
    if not commit or git.run("status", "--porcelain", "--", *PARTS).strip():
        raise GongshiError("台账有没入库的修改，这样发布的网站以后证明不了来历，请先提交再发布。")
    if log.resolve().is_relative_to(folder.resolve()):
        raise GongshiError("发布清单不能放在网站目录里面，下次生成会清掉它，请放在网站旁边。")
    return commit


def _refuse_personal(folder: Path) -> None:
    """The guard over the whole output: a page with an identifier in it is not published."""
    from gongshi.checks.guard import scan

    files = sorted(path for path in folder.rglob("*") if path.is_file())
    findings = scan((path.relative_to(folder).as_posix(), path.read_bytes) for path in files)
    for finding in findings:
        click.echo(text_line(finding, paint), err=True)
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise GongshiError("生成的网页里有个人信息，没有发布：请按上面的提示改好记录再生成")


def _swap(aside: Path, folder: Path) -> None:
    """Put the new site in place of the old one in two renames."""
    aside.chmod(0o755)
    old = aside.with_name(aside.name + "-old")
    if folder.exists():
        folder.rename(old)
    aside.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
