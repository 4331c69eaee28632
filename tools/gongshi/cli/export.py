"""``gongshi export``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import day, progress, say, work_tree
from gongshi.cli.sealing import IDENTITY
from gongshi.model import GongshiError
from gongshi.repository import Tree

if TYPE_CHECKING:
    from gongshi.package import Database, Provenance


@click.command(cls=Command)
@click.argument("resources", metavar="[RESOURCE]...", nargs=-1)
@click.option("--package", "folder", type=click.Path(path_type=Path), help="导出到哪个目录（空的或还没有的）")
@click.option("-o", "out", metavar="FILE.xlsx", type=click.Path(path_type=Path), help="导出成哪个工作簿")
@click.option("--form", "form", metavar="样式", help="按常用的表的样式导出，写样式名，如 小额信贷台账、雨露计划花名册")
@click.option("--township", metavar="SLUG", help="工作簿里只要这个乡镇的记录")
@IDENTITY
@click.pass_obj
def export(
    root: Path,
    resources: tuple[str, ...],
    folder: Path | None,
    out: Path | None,
    form: str | None,
    township: str | None,
    identity: Path | None,
) -> None:
    """导出成 Excel 工作簿（-o），改后可用 gongshi import 导回；或把全部记录导出成 Data Package（--package）。

    工作簿里编号锁定，选项可下拉；有密钥时家庭成员带姓名等，请妥善保管，用完删去。

    例：gongshi export members --township guzhen -o 古镇成员.xlsx

    例：gongshi export --form 小额信贷台账 --township guzhen -o 贷款.xlsx
    """
    from gongshi.package import export_package, load

    tree = work_tree(root)
    if form and out and not resources and not folder:
        _form(root, tree, form, out, township, identity)
        return
    if form or bool(folder) == bool(out) or bool(out) != bool(resources):
        raise GongshiError(
            "请写成 gongshi export 表名… -o 文件.xlsx，或 --form 样式 -o 文件.xlsx，或 gongshi export --package 目录"
        )
    if out:
        _workbook(root, tree, resources, out, township, identity)
    if folder:
        with load(tree) as database:
            count = export_package(database, folder, _provenance(root, database))
        say(f"已导出 {count} 张表到 {folder}，用 frictionless validate {folder}/datapackage.json 核对。")


def _provenance(root: Path, database: Database) -> Provenance:
    """The county that a package is of: its code goes into each key, its office answers for it, the commit is its version."""
    from gongshi.package import Provenance, queries
    from gongshi.repository import Git

    county = database.descriptor.resources.get("county")
    rows = database.sql(queries("county")["named"]) if county else []
    code, name, office = rows[0] if rows else ("", database.descriptor.title, "")
    git = Git(root)
    commit = (git.head() or "") if git.exists() else ""
    source = f"{name}台账" + (f"，版本 {commit}" if commit else "，没有入库")
    metadata = {
        "profile": "tabular-data-package",
        **({"version": commit} if commit else {}),
        "sources": [{"title": source}],
        "contributors": [{"title": office or name, "role": "publisher"}],
        "citation": f"{office or name}：{database.descriptor.title}" + (f"，版本 {commit[:12]}" if commit else ""),
    }
    return Provenance(county.schema.field("county_code") if county and code else None, code, metadata)


def _workbook(
    root: Path, tree: Tree, resources: Sequence[str], out: Path, township: str | None, identity: Path | None
) -> None:
    from gongshi.cli.importing import identity_if_any
    from gongshi.exchange import People, export_workbook, needed, without_rows
    from gongshi.package import county_day, load, read_descriptor
    from gongshi.repository import Git, write_private

    check_workbook_name(out)
    key = identity_if_any(identity, root) if "members" in resources else None
    if key and not key.demo and out.resolve().is_relative_to(root.resolve()):
        raise GongshiError("带姓名的工作簿不能放在台账仓库里，请用 -o 指明仓库以外的位置。")
    show = progress()
    descriptor = read_descriptor(tree)
    with load(tree, {*needed(descriptor, resources), "county"}, descriptor) as database:
        people = People(tree, key, day(None, county_day(database))) if key else None
        git = Git(root)
        commit = (git.head() or "") if git.exists() else ""
        empty = without_rows(database, resources, township)
        data = export_workbook(database, resources, township, commit, people.cells if people else None, show)
    write_private(out, data)
    names = "，带姓名等个人标识" if people else ""
    say(f"已导出到 {out}{names}。")
    if empty:
        where = f"乡镇 {township} 里" if township else "台账里"
        say(f"注意：{where}没有{'、'.join(empty)}的记录，导出的表只有表头；请核对表名和 --township。")


def _form(root: Path, tree: Tree, name: str, out: Path, township: str | None, identity: Path | None) -> None:
    from gongshi.cli.importing import identity_if_any
    from gongshi.exchange import People, form_workbook, kind_of, read_forms, reads
    from gongshi.package import county_day, load, read_descriptor
    from gongshi.repository import write_private

    check_workbook_name(out)
    descriptor = read_descriptor(tree)
    forms = read_forms(descriptor)
    form = next((one for one in forms if name in (one.name, one.title)), None)
    if form is None:
        kind_of(name, descriptor, forms)
        raise GongshiError(f"“{name[:20]}”是表名，不是样式；样式有：{'、'.join(one.title for one in forms)}。")
    key = identity_if_any(identity, root)
    if key and not key.demo and out.resolve().is_relative_to(root.resolve()):
        raise GongshiError("带姓名的工作簿不能放在台账仓库里，请用 -o 指明仓库以外的位置。")
    with load(tree, {*reads(form, list(descriptor.resources)), "county"}, descriptor) as database:
        people = People(tree, key, day(None, county_day(database))) if key else None
        data, count = form_workbook(database, form, township, people.cells if people else None)
    write_private(out, data)
    say(f"已按样式“{form.title}”导出 {count} 条到 {out}{'，带姓名，请妥善保管' if people else ''}。")
    if not count:
        say("注意：台账里没有这样的记录，导出的表只有表头；请核对样式和 --township。")


def check_workbook_name(out: Path) -> None:
    """GongshiError unless the file is to be an .xlsx in a folder that is there."""
    if out.suffix.lower() != ".xlsx":
        raise GongshiError("工作簿的文件名要以 .xlsx 结尾。")
    if not out.parent.is_dir():
        raise GongshiError(f"没有文件夹“{out.parent}”，请先建立它，或换一个位置。")
