"""``gongshi export``."""

from __future__ import annotations

from pathlib import Path

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import work_tree


@click.command(cls=Command)
@click.option(
    "--package", "folder", type=click.Path(path_type=Path), required=True, help="导出到哪个目录（空的或还没有的）"
)
@click.pass_obj
def export(root: Path, folder: Path) -> None:
    """把全部记录（YAML 也摊平成 CSV）导出成一个 Data Package，可用 frictionless validate 核对。

    例：gongshi export --package 导出
    """
    from gongshi.package import export_package, load

    tree = work_tree(root)
    with load(tree) as database:
        count = export_package(database, folder)
    click.echo(f"已导出 {count} 张表到 {folder}，用 frictionless validate {folder}/datapackage.json 核对。")
