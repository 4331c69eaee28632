"""``gongshi template``."""

from __future__ import annotations

from pathlib import Path

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import say, work_tree


@click.command(cls=Command)
@click.argument("resources", metavar="RESOURCE...", nargs=-1, required=True)
@click.option("-o", "out", metavar="FILE.xlsx", type=click.Path(path_type=Path), required=True, help="写成哪个工作簿")
@click.pass_obj
def template(root: Path, resources: tuple[str, ...], out: Path) -> None:
    """写出空白的填报表：中文表头、下拉选项、填写说明，填好后用 gongshi import 导入。

    例：gongshi template households members -o 填报表.xlsx
    """
    from gongshi.cli.export import check_workbook_name
    from gongshi.exchange import needed, template_workbook
    from gongshi.package import load, read_descriptor
    from gongshi.repository import Git, write_private

    tree = work_tree(root)
    check_workbook_name(out)
    git = Git(root)
    descriptor = read_descriptor(tree)
    with load(tree, needed(descriptor, resources), descriptor) as database:
        data = template_workbook(database, resources, (git.head() or "") if git.exists() else "")
    write_private(out, data)
    say(f"已写到 {out}，填好后运行 gongshi import {out.name}。")
