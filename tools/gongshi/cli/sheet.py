"""``gongshi sheet``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import say, work_tree
from gongshi.cli.sealing import IDENTITY, identity_of
from gongshi.model import GongshiError
from gongshi.repository import write_private

if TYPE_CHECKING:
    from gongshi.site.manifest import Manifest


@click.command(cls=Command)
@click.argument("notice_id")
@click.option("-o", "out", type=click.Path(path_type=Path), required=True, help="写到哪个 HTML 文件，要在仓库之外")
@click.option("--paper", type=click.Choice(["A4", "A3"]), default="A4", help="纸张，默认 A4")
@click.option(
    "--log",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="发布清单的目录：最新一份的摘要印在每一页上，默认用台账里的 manifests",
)
@IDENTITY
@click.pass_obj
def sheet(root: Path, notice_id: str, out: Path, paper: str, log: Path | None, identity: Path | None) -> None:
    """打印公示榜：在本机打开姓名，写成一个可直接打印的网页文件。名单只供张贴，不要上传，撤下后删去这个文件。

    例：gongshi sheet G2020-80057 -o 公示榜.html
    """
    from gongshi.disclosure import boards, notices, sheets
    from gongshi.exchange.opened import opened_names
    from gongshi.package import load
    from gongshi.sealing import proven_root
    from gongshi.site.manifest import BESIDE
    from gongshi.site.sheet import render

    tree = work_tree(root)
    _refuse_place(root, out)
    newest = _newest(log or root / BESIDE)
    wanted = {"county", "notices", "notice-commitments", "divisions", "units", *sheets.RESOURCES}
    with load(tree, wanted) as database:
        notice = notices.find(database, notice_id)
        key = identity_of(identity, root)
        _refuse_title(notice, opened_names(tree, key))
        made = boards.sheet(tree, database, notice, key, notices.committed(database, notice_id))
        unit = database.sql("SELECT name, office_phone FROM units WHERE unit_code = ?", [notice.publisher_unit])
        names, rows = database.columns("SELECT * FROM county")
    county = dict(zip(names, rows[0], strict=True)) if rows else {}
    publisher, phone = unit[0] if unit else (notice.publisher_unit, None)
    village = notice.scope or notice.division_code
    root_key = proven_root(tree)
    text = render(notice, made, county, phone, paper, publisher, village, newest, root_key)
    write_private(out, text.encode("utf-8"))
    if newest is None:
        say("没有发布清单，榜上没有印摘要：请先取来清单目录（tools/ci/manifests.sh fetch），用 --log 指明。", err=True)
    say(f"公示榜 {len(made.pages)} 页，加异议单 1 页：{out}。张贴后请删去这个文件，公示期到 {notice.ends_on}。")


def _refuse_title(notice, names) -> None:
    """The list names persons in its own place; what stands above it, on the site too, must not."""
    for text in (notice.title, notice.place, notice.scope, notice.doc_no):
        if text and next(names.find(text), None):
            raise GongshiError(f"{notice.notice_id} 的标题或地点里有在册人员的姓名，没有生成公示榜：请先改好这份公示。")


def _newest(log: Path) -> Manifest | None:
    """The newest manifest of a log that is whole, None where there is none."""
    from gongshi.site.chain import check_latest, check_log
    from gongshi.site.manifest import LATEST
    from gongshi.site.publishing import read_log

    chain = read_log(log) if log.is_dir() else []
    if broken := check_log(chain) + check_latest(log / LATEST, chain):
        raise GongshiError(f"发布清单目录“{log}”不完整，没有打印：{broken[0].message}。")
    return chain[-1] if chain else None


def _refuse_place(root: Path, out: Path) -> None:
    """Never where it could be committed or published."""
    place = out.resolve()
    if place.is_relative_to(root.resolve()) or any((folder / "gongshi/site.css").is_file() for folder in place.parents):
        raise GongshiError(f"“{out}”在台账仓库或网站目录里，名单会被提交或公开，请写到别处。")
