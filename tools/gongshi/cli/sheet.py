"""``gongshi sheet``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import work_tree
from gongshi.cli.sealing import IDENTITY
from gongshi.model import GongshiError
from gongshi.repository import reason


@click.command(cls=Command)
@click.argument("notice_id")
@click.option("-o", "out", type=click.Path(path_type=Path), required=True, help="写到哪个 HTML 文件，要在仓库之外")
@click.option("--paper", type=click.Choice(["A4", "A3"]), default="A4", help="纸张，默认 A4")
@IDENTITY
@click.pass_obj
def sheet(root: Path, notice_id: str, out: Path, paper: str, identity: Path | None) -> None:
    """打印公示榜：在本机打开姓名，写成一个可直接打印的网页文件。名单只供张贴，不要上传，撤下后删去这个文件。

    例：gongshi sheet G2020-80057 -o 公示榜.html
    """
    from gongshi.disclosure import boards, notices, sheets
    from gongshi.package import load
    from gongshi.sealing import identity_place, read_identity
    from gongshi.site.sheet import render

    tree = work_tree(root)
    _refuse_place(root, out)
    wanted = {"county", "notices", "notice-commitments", "divisions", "units", *sheets.RESOURCES}
    with load(tree, wanted) as database:
        notice = notices.find(database, notice_id)
        key = read_identity(identity_place(identity, os.environ), root)
        made = boards.sheet(tree, database, notice, key, notices.committed(database, notice_id))
        unit = database.sql("SELECT name, office_phone FROM units WHERE unit_code = ?", [notice.publisher_unit])
        names, rows = database.columns("SELECT * FROM county")
    county = dict(zip(names, rows[0], strict=True)) if rows else {}
    publisher, phone = unit[0] if unit else (notice.publisher_unit, None)
    text = render(notice, made, county, phone, paper, publisher, notice.scope or notice.division_code)
    _write(out, text)
    click.echo(f"公示榜 {len(made.pages)} 页，加异议单 1 页：{out}。张贴后请删去这个文件，公示期到 {notice.ends_on}。")


def _refuse_place(root: Path, out: Path) -> None:
    """Never where it could be committed or published."""
    place = out.resolve()
    if place.is_relative_to(root.resolve()) or any((folder / "gongshi/site.css").is_file() for folder in place.parents):
        raise GongshiError(f"“{out}”在台账仓库或网站目录里，名单会被提交或公开，请写到别处。")


def _write(out: Path, text: str) -> None:
    """Readable by its owner alone; never half of it."""
    part = out.with_name(out.name + ".part")
    try:
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(text.encode("utf-8"))
        os.replace(part, out)
    except OSError as error:
        raise GongshiError(f"写不了“{out}”（{reason(error)}），请检查目录和权限。") from None
