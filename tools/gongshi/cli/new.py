"""``gongshi new``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from gongshi.cli.chinese import Command
from gongshi.model import GongshiError


@click.command(cls=Command)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--name", default="", help="县名，如 某某县；默认取区划表里的")
@click.option(
    "--divisions", type=click.Path(path_type=Path), help="区划表 CSV：division_code,name,level,parent_code,slug"
)
@click.pass_obj
def new(root: Path, folder: Path, name: str, divisions: Path | None) -> None:
    """建立一个县自己的空台账：格式、规则、工作流带过去，示例数据和密钥不带，并完成第一次提交。什么也不问。

    例：gongshi new ../某某县台账 --name 某某县 --divisions 区划.csv
    """
    from gongshi.cli.importing import read_input
    from gongshi.exchange.founding import found_county

    if len(name) > 20 or any(char in name for char in "\r\n\t#:'\"{}[]"):
        raise GongshiError("县名只写名称本身，如 某某县。")
    data = read_input(divisions) if divisions else None
    made = found_county(root, folder, name, data, date.today().year)
    click.echo(f"{made.county}的台账已建在 {folder}，{len(made.townships)} 个乡镇，第一次提交 {made.commit[:12]}。")
    click.echo("接着：gongshi keygen --role county --name 县扶贫办，各乡镇同样登记；再 gongshi template 取填报表。")
