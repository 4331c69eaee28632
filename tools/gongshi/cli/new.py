"""``gongshi new``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import say


@click.command(cls=Command)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--name", default="", help="县名，如 某某县；默认取区划表里的")
@click.option(
    "--divisions",
    type=click.Path(path_type=Path),
    help="区划表 CSV：区划代码和名称，可再加级别、上级代码、目录名（slug）",
)
@click.pass_obj
def new(root: Path, folder: Path, name: str, divisions: Path | None) -> None:
    """建立一个县自己的空台账：格式、规则、工作流带过去，示例数据不带；生成密钥，装好钩子，完成第一次提交。什么也不问。

    私钥写在新目录旁边的“…-私钥”里，不在仓库内；由谁保管哪一个，见其中的 说明.txt。

    例：gongshi new ../某某县台账 --name 某某县 --divisions 区划.csv
    """
    from gongshi.cli.importing import read_input
    from gongshi.exchange.founding import found_county

    data = read_input(divisions) if divisions else None
    made = found_county(root, folder, name, data, date.today().year)
    say(f"{made.county}的台账已建在 {folder}，{len(made.townships)} 个乡镇，第一次提交 {made.commit[:12]}。")
    say(f"私钥在 {made.keys}，不在仓库里，请分别交给保管人并另存备份：")
    for file, holder in made.keepers:
        say(f"  {file} 由{holder}保管")
    say("每人把自己的存为 ~/.config/gongshi/identity.txt。详见其中的 说明.txt。")
    say(
        f"接着：在 {folder} 里改好 records/county/county.yaml，再运行 gongshi template villages -o 村情.xlsx 开始填报。"
    )
