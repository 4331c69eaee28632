"""``gongshi verify``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import Painted, say
from gongshi.cli.proving import Case, ProofReport, judge, sign
from gongshi.model import GongshiError

if TYPE_CHECKING:
    from gongshi.site.manifest import Manifest, Paper

FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command(cls=Command)
@click.argument("file", required=False)
@click.option("--site", type=FOLDER, help="下载或生成的网站的目录")
@click.option(
    "--log",
    "logs",
    type=FOLDER,
    multiple=True,
    help="发布清单的目录，默认是清单所在的目录和网站里的 manifests；给两个，就看它们是不是同一条链",
)
@click.option("--digest", "digest", metavar="TEXT", help="公示榜上印的发布清单摘要，至少抄前 32 个字符，空格不计")
@click.option("--signers", type=FILE, help="签名人登记表，默认用台账里的 records/keys/signers")
@click.option("--signing-key", type=click.Path(path_type=Path), help="发布员用：核验通过后用这把私钥给清单签名")
@click.pass_obj
def verify(
    root: Path,
    file: str | None,
    site: Path | None,
    logs: tuple[Path, ...],
    digest: str | None,
    signers: Path | None,
    signing_key: Path | None,
) -> None:
    """核验发布清单、公示榜上印的摘要，或公示榜。问题逐条列出，有问题时退出码是 1。

    发布清单（FILE 是清单文件，不写就用目录里最新的一份）：核对清单链和签名，再核对网站的每个文件；在台账仓库里运行的，
    还核对发布过的版本都在历史里，并重新生成网站来比。证明了什么、没有证明什么，都会列出来。

    公示榜（HTML 文件，或二维码里的文字存成的文件）：核对每一页与公示时的承诺，承诺取自 --site 的网站，没有就取自台账。

    例：gongshi verify --site site --digest 000001-2020-06-30-0123456789abcdef0123456789abcdef
    """
    from gongshi.checks.showing import shown_path
    from gongshi.site.manifest import read_bytes

    paper = _paper(digest) if digest else None
    path = Path(file) if file else None
    if path and not os.path.isfile(path):
        paper, path = _typed(file or "", paper), None
    content = read_bytes(path) if path else b"{"
    read = _logs(path, site, logs)
    case = Case.of(root, path, site, read, paper, signers) if content.lstrip()[:1] == b"{" else None
    report = judge(case) if case else _sheet(root, content, site, read)
    for finding in report.found:
        say(shown_path(finding.path), ": ", Painted("错误", "red"), f": {finding.message} [{finding.code}]")
    for title, lines in (("证明了", report.proven), ("没有证明", report.unproven)):
        for line in lines:
            say(f"{title}：{line}")
    if case and signing_key:
        say(sign(case, report, signing_key))
    say(f"核验不通过，共 {len(report.found)} 处。" if report.found else "核验通过。")
    sys.exit(1 if report.found else 0)


def _paper(text: str) -> Paper:
    from gongshi.site.manifest import read_paper

    found = read_paper(text)
    if found is None:
        raise GongshiError("摘要只有数字和字母 a 到 f，至少要前 32 个，请照公示榜上“发布清单”那一行重新抄一遍。")
    return found


def _typed(text: str, paper: Paper | None) -> Paper:
    """A digest in the place of a file."""
    from gongshi.site.manifest import printable, read_paper

    found = read_paper(text)
    if found is None or paper:
        raise GongshiError(f"找不到文件“{printable(text[:80])}”，请写清单或公示榜的文件名，或公示榜上印的摘要。")
    return found


def _logs(path: Path | None, site: Path | None, named: tuple[Path, ...]) -> dict[Path, list[Manifest]]:
    """The logs at hand: those named, else the one that the file lies in; and the one beside the site's pages."""
    from gongshi.site.manifest import BESIDE
    from gongshi.site.publishing import is_log, read_log

    folders = [*named]
    if path and not named and is_log(path.resolve().parent):
        folders.append(path.resolve().parent)
    if site and (site / BESIDE).is_dir():
        folders.append(site / BESIDE)
    found = {folder.resolve(): read_log(folder) for folder in folders}
    for folder in named:
        if not found[folder.resolve()]:
            raise GongshiError(f"“{folder}”里没有发布清单，请核对目录。")
    return {folder: log for folder, log in found.items() if log}


def _sheet(root: Path, content: bytes, site: Path | None, logs: dict[Path, list[Manifest]]) -> ProofReport:
    from gongshi.site.chain import check_paper
    from gongshi.site.manifest import read_paper
    from gongshi.site.proof import check_pages, commitments_of_site, manifest_on, pages_of

    pages = pages_of(content)
    if not pages:
        raise GongshiError("这个文件既不是发布清单，也不是公示榜，请核对文件。")
    report = ProofReport(check_pages(pages, commitments_of_site(site) if site else _recorded(root)))
    paper = read_paper(manifest_on(content))
    if paper:
        for log in logs.values():
            report.found += check_paper(paper, log)
    if not report.found:
        report.proven.append(f"公示榜 {len(pages)} 页，与公示时的承诺一字不差。")
        report.proven += ["榜上印的发布清单摘要在清单链里。"] if paper and logs else []
    report.unproven.append("承诺管的是这张榜登记以后没有被改；榜上写的与事实是否相符，要到村里看。")
    return report


def _recorded(root: Path) -> dict[str, list[str]]:
    """The commitments in the records, by notice."""
    from gongshi.cli.common import work_tree
    from gongshi.package import load, queries

    with load(work_tree(root), ["notices", "notice-commitments"]) as database:
        rows = database.sql(queries("notices")["commitments"])
    found: dict[str, list[str]] = {}
    for code, commitment in rows:
        found.setdefault(code, []).append(commitment)
    return found
