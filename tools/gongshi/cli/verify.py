"""``gongshi verify``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import paint, progress
from gongshi.model import Finding, GongshiError


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--site", type=click.Path(path_type=Path, exists=True, file_okay=False), help="下载或生成的网站的目录")
@click.option(
    "--log", type=click.Path(path_type=Path, exists=True, file_okay=False), help="发布清单的目录，默认是清单所在的目录"
)
@click.pass_obj
def verify(root: Path, file: Path, site: Path | None, log: Path | None) -> None:
    """核验发布清单或公示榜。问题逐条列出，有问题时退出码是 1。

    发布清单：核对清单链，再核对网站的每个文件；在台账仓库里运行的，还核对发布过的版本都在历史里，并重新生成网站来比。
    公示榜（HTML 文件，或二维码里的文字存成的文件）：核对每一页与公示时的承诺，承诺取自 --site 的网站，没有就取自台账。

    例：gongshi verify manifests/000001-2020-06-30-0123456789ab.json --site site
    """
    content = file.read_bytes()
    if content.lstrip()[:1] == b"{":
        found, notes = _manifest(root, file, content, site, log or file.resolve().parent)
    else:
        found, notes = _sheet(root, content, site)
    for finding in found:
        click.echo(f"{finding.path}: {paint('错误', 'red')}: {finding.message} [{finding.code}]")
    for note in notes:
        click.echo(note)
    click.echo(f"核验不通过，共 {len(found)} 处。" if found else "核验通过。")
    sys.exit(1 if found else 0)


def _manifest(root: Path, file: Path, content: bytes, site: Path | None, log: Path) -> tuple[list[Finding], list[str]]:
    from gongshi.site.manifest import check_ancestry, check_log, check_saved, compare, digests, read_log, read_manifest
    from gongshi.site.rebuild import full_git, is_ancestor

    saved = read_manifest(content, file.name)
    git = full_git(root)
    chain = read_log(log)
    found = check_log(chain) + check_saved(saved, chain)
    notes = [f"清单链 {len(chain)} 份。"]
    if site:
        found += compare(saved.files, digests(site, log))
        notes.append(f"网站文件 {len(saved.files)} 个。")
    else:
        notes.append("没有用 --site 指明网站，所以没有核对网站的文件。")
    if git is None or not (root / "records" / "datapackage.yaml").is_file():
        return found, [*notes, "不在台账仓库里，所以没有核对历史，也没有重新生成。"]
    gone = check_ancestry(chain or [saved], lambda commit, head: is_ancestor(git, commit, head), git.head() or "")
    notes.append("已核对发布过的版本是否都在历史里。")
    if not gone:
        again, note = _rebuilt(git, saved)
        found, notes = [*found, *again], [*notes, note]
    return found + gone, notes


def _rebuilt(git, saved) -> tuple[list[Finding], str]:
    """The differences between a manifest and the site that its commit makes today."""
    from datetime import date

    from gongshi.mkdocs_plugin import build
    from gongshi.site.manifest import compare, digests, tool_digest
    from gongshi.site.rebuild import site_of, take_out

    if saved.tool != tool_digest():
        return [], "发布时用的程序与现在装的版本不同，没有重新生成；请装上发布时的版本再核验。"
    show, when = progress(), date.fromisoformat(saved.day)
    with tempfile.TemporaryDirectory(prefix="gongshi-") as place:
        show("重新生成网站")
        folder = Path(place)
        take_out(git, saved.commit, folder / "source")
        content = site_of(folder / "source", git, saved.commit, when)
        build(folder / "source" / "mkdocs.yml", folder / "site", when, content)
        differences = compare(saved.files, digests(folder / "site"))
        show("")
    return differences, f"由台账版本 {saved.commit[:12]} 重新生成了 {len(saved.files)} 个文件来比。"


def _sheet(root: Path, content: bytes, site: Path | None) -> tuple[list[Finding], list[str]]:
    from gongshi.site.proof import check_pages, commitments_of_site, pages_of

    pages = pages_of(content)
    if not pages:
        raise GongshiError("这个文件既不是发布清单，也不是公示榜，请核对文件。")
    return check_pages(pages, commitments_of_site(site) if site else _recorded(root)), [f"公示榜 {len(pages)} 页。"]


def _recorded(root: Path) -> dict[str, list[str]]:
    """The commitments in the records, by notice."""
    from gongshi.cli.common import work_tree
    from gongshi.package import load

    with load(work_tree(root), ["notices", "notice-commitments"]) as database:
        rows = database.sql('SELECT notice_id, commitment FROM "notice-commitments" ORDER BY notice_id, page')
    found: dict[str, list[str]] = {}
    for code, commitment in rows:
        found.setdefault(code, []).append(commitment)
    return found
