"""``gongshi report``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import day, say, work_tree
from gongshi.cli.export import check_workbook_name
from gongshi.cli.sealing import IDENTITY
from gongshi.model import GongshiError

if TYPE_CHECKING:
    from gongshi.exchange.reports import MadeReport


@click.command(cls=Command)
@click.argument("name", metavar="[报表]", required=False)
@click.option("--on", "on", metavar="DAY", help="截至哪天，默认今天；年度随它")
@click.option("--township", metavar="SLUG", default="", help="只要这个乡镇")
@click.option(
    "-o", "out", metavar="FILE.xlsx", type=click.Path(path_type=Path), help="写成哪个工作簿；不写就列在屏幕上"
)
@IDENTITY
@click.pass_obj
def report(
    root: Path, name: str | None, on: str | None, township: str, out: Path | None, identity: Path | None
) -> None:
    """各部门要的报表：监测对象动态台账、衔接资金支出进度、项目库表、公益岗、村级一张表、资金分月支出。

    不写报表名就列出有哪些。工作簿的“明细”页里有每个数由哪些记录加成。有密钥时，人名只露一个字。

    例：gongshi report 监测对象动态台账 --on 2020-06-30 -o 监测.xlsx
    """
    from gongshi.cli.importing import identity_if_any
    from gongshi.exchange import People, find_report, make_report, read_reports, report_workbook
    from gongshi.package import county_day, load, read_descriptor
    from gongshi.repository import write_private

    tree = work_tree(root)
    if not name:
        for one in read_reports():
            say(f"{one.title}（{one.name}）：{one.asks}{'；内部资料' if one.internal else ''}")
        return
    wanted = find_report(name)
    if out:
        check_workbook_name(out)
    key = identity_if_any(identity, root) if any(column.kind == "person" for column in wanted.columns) else None
    if key and out and not key.demo and out.resolve().is_relative_to(root.resolve()):
        raise GongshiError("带姓名的工作簿不能放在台账仓库里，请用 -o 指明仓库以外的位置。")
    descriptor = read_descriptor(tree)
    with load(tree, {*wanted.reads, "county"} & set(descriptor.resources), descriptor) as database:
        today = day(on, county_day(database))
        people = People(tree, key, today) if key else None
        names = (lambda member: people.persons.get(member, {}).get("name", "")) if people else None
        made = make_report(database, wanted, today, township, names)
    if out:
        write_private(out, report_workbook(made, descriptor))
        say(
            f"已做成“{wanted.title}”{len(made.lines)} 行，截至 {today}，写到 {out}{'；内部资料，请妥善保管' if wanted.internal else ''}。"
        )
    else:
        _show(made)


def _show(made: MadeReport) -> None:
    from gongshi.checks.showing import shown_text
    from gongshi.exchange import headers_of, text_of

    say("\t".join(["序号", *headers_of(made)]))
    for number, line in enumerate(made.lines, 1):
        say("\t".join([str(number), *(shown_text(text_of(cell)) for cell in line)]))
    if made.lines:
        say("\t".join(["合计", *map(text_of, made.totals)]))
