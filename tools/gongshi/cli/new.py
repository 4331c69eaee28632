"""``gongshi new``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import say
from gongshi.model import GongshiError
from gongshi.repository.pin import HOSTS


@click.command(cls=Command)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--name", default="", help="县名，如 某某县；默认取区划表里的")
@click.option(
    "--divisions",
    type=click.Path(path_type=Path),
    help="区划表 CSV：区划代码和名称，可再加级别、上级代码、目录名（slug）",
)
@click.option("--phone", default="", help="公开办公电话，如 0793-1234567；不写的先占位，检查时会提醒")
@click.option("--address", default="", help="单位地址；不写的先占位，检查时会提醒")
@click.option(
    "--root", "root_key", metavar="KEY", default="", help="根的签名公钥（ssh-ed25519 …，或 .pub 文件），可不写"
)
@click.option(
    "--host",
    type=click.Choice(HOSTS),
    default=HOSTS[0],
    help="台账放在哪种代码托管网站上，默认 github；Forgejo 写 gitea",
)
def new(folder: Path, name: str, divisions: Path | None, phone: str, address: str, root_key: str, host: str) -> None:
    """建立一个县自己的空台账：数据格式、规则、工作流、程序的安装包都在里面；生成密钥，装好钩子，完成第一次提交。什么也不问。

    私钥写在新目录旁边的“…-私钥”里，不在仓库内；由谁保管哪一个，见其中的 说明.txt。

    例：gongshi new ../某某县台账 --name 某某县 --divisions 区划.csv
    """
    from gongshi.cli.importing import read_input
    from gongshi.founding.new import Wishes, found_county

    data = read_input(divisions) if divisions else None
    today = date.today()
    given = {
        "began_on": today.isoformat(),
        "phone": phone,
        "address": address,
        "name": name,
        "root": _public(root_key),
        "host": host,
    }
    wishes = Wishes(**{option: value for option, value in given.items() if value})
    made = found_county(folder, data, today.year, wishes)
    say(f"{made.county}的台账已建在 {folder}，{len(made.townships)} 个乡镇，第一次提交 {made.commit[:12]}。")
    say(f"私钥在 {made.keys}，不在仓库里，请分别交给保管人并另存备份：")
    for file, holder in made.keepers:
        say(f"  {file} 由{holder}保管")
    say("每人把自己的存为 ~/.config/gongshi/identity.txt。详见其中的 说明.txt。")
    if made.root:
        say(
            f"根的公钥已写进 records/keys/signers，指纹 {made.root}。请根在 {folder} 里用自己的私钥提交（git commit -S -a），才算数。"
        )
    lacking = "" if phone and address else "改好 records/county/county.yaml 里的电话和地址，"
    say(f"接着：在 {folder} 里{lacking}再运行 gongshi template villages -o 村情.xlsx 开始填报。")
    say(f"上传以后：{made.todo}")
    say("规则册已在 policies/ 里；要用哪个工作方案，看 gongshi policy list --all，用 gongshi policy add 加。")


def _public(key: str) -> str:
    """The key itself, or what its file holds."""
    place = Path(key).expanduser()
    try:
        return place.read_text(encoding="utf-8").strip() if key and " " not in key.strip() else key
    except (OSError, UnicodeDecodeError):
        raise GongshiError(f"读不到根的公钥“{key[:60]}”，请写 ssh-ed25519 开头的一行，或 .pub 文件。") from None
