"""``gongshi import``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import Painted, day, progress, say, work_tree
from gongshi.cli.sealing import IDENTITY, identity_of
from gongshi.model import GongshiError
from gongshi.repository import reason

if TYPE_CHECKING:
    from gongshi.exchange import ImportResult, Request
    from gongshi.exchange.columns import SheetColumn
    from gongshi.exchange.values import CellChange, SheetResult
    from gongshi.repository import Tree
    from gongshi.sealing import Identity

WORDS = {"created": "新增", "updated": "更新", "unchanged": "未变", "refused": "退回"}
HOW = {"mapping": "映射", "title": "同名", "guess": "猜测", "identifier": "密封", "form": "样式"}
LIMIT = 200  # rows of one kind listed on the terminal


@click.command("import", cls=Command)
@click.argument("workbooks", metavar="WORKBOOK...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--township", metavar="SLUG", help="只导入这个乡镇的记录，写目录名，如 guzhen")
@click.option("--dry-run", is_flag=True, help="只说会怎样，什么也不写")
@click.option("--mapping", metavar="NAME", help="指明用哪个映射（数字代码只有这样才对照）")
@click.option("--save-mapping", metavar="NAME", default="", help="确认表头的对照，并存为这个名称的映射")
@click.option("--as", "kind", metavar="表名", default="", help="这是哪一种表，写表名或样式名，如 loans、小额信贷台账")
@click.option(
    "--map",
    "columns",
    metavar="表头=字段",
    multiple=True,
    help="这一列是哪个字段（不要的写 表头=不收），与 --as 一起用，记成映射",
)
@click.option(
    "--set", "said", metavar="字段=值", multiple=True, help="表里没有、每一行都一样的内容，如 支付编号=F0000012"
)
@click.option("--on", "on_day", metavar="DATE", help="以哪一天为准，默认是县情里的数据日期，没有则是今天")
@IDENTITY
@click.pass_obj
def import_(
    root: Path,
    workbooks: tuple[Path, ...],
    township: str | None,
    dry_run: bool,
    mapping: str | None,
    save_mapping: str,
    kind: str,
    columns: tuple[str, ...],
    said: tuple[str, ...],
    on_day: str | None,
    identity: Path | None,
) -> None:
    """把 Excel 或 WPS 表（.xlsx、.xls、.ods、.csv）导入台账。每一行或新增、或更新、或未变、或退回，逐行说明。

    常用的表（监测对象、项目库、一卡通发放表、小额信贷台账等）按标题和表头认出，户、人、帮扶人、项目、单位按姓名、身份证号、名称找到。

    空格子不会清掉台账里的内容；由 gongshi export 导出的表改后导入时例外：只导入您改过的格，清空也算改。
    导出的表另存成 .csv 等、随表的导出记录没有了，空了的格会问您是不是要清空。
    退回的行另存为“…-退回-含个人信息.xlsx”，改好后再导入它就行，导完请删去。可以一次写几份表。
    同一份表导入两次，第二次什么也不变。
    新的户、新的人没有编号，就在编号里写“新增”；同一份工作簿里别的表要提到它，写“新1”“新2”。

    没有认出的表会说最像哪几种、缺什么；用 --as 说明是哪一种，用 --map 逐列对照，下次同样的表头就认得。

    例：gongshi import 花名册.xlsx --township guzhen --dry-run

    例：gongshi import 贷款.xlsx --as loans --map 农户代码=户编号 --map 放款额=贷款金额 --map 客户经理=不收
    """
    from gongshi.exchange import Request, mapping_path
    from gongshi.package import county_day_in

    tree = work_tree(root)
    read = [(workbook, read_input(workbook)) for workbook in workbooks]
    if save_mapping:
        mapping_path(save_mapping)
    when = day(on_day, county_day_in(tree))
    key, told = identity_if_any(identity, root), pairs(said, "--set")
    request = Request(when, township, mapping, key, save_mapping, {}, told, kind, pairs(columns, "--map"))
    codes = [_one(root, workbook, data, request, dry_run, len(read) > 1) for workbook, data in read]
    sys.exit(max(codes))


def _one(root: Path, workbook: Path, data: bytes, request: Request, dry_run: bool, several: bool) -> int:
    """Import one file and tell of it; the exit code. What is wrong with one of several does not keep back the others."""
    from gongshi.checks.showing import shown_path
    from gongshi.repository import WorkTree

    if several:
        say(f"文件 {shown_path(workbook.name)}：")
    try:
        if dry_run:
            result, returned = _plan(WorkTree(root), workbook, data, request)
        else:
            result, returned = _import(root, workbook, data, request)
    except GongshiError as error:
        if not several:
            raise
        say("  ", Painted("错误", "red"), f": {error}")
        return 2
    _tell(result, dry_run)
    if returned:
        say(f"退回的行在 {shown_path(str(returned))}，每格的批注说明怎样改；改好后再导入它。")
    say("这是试算，什么也没有写。" if dry_run else _written(result))
    refused = any(row.kind == "refused" for row in result.rows)
    if not refused and not dry_run:
        _offer_deletion(workbook)
    return 1 if refused else 0


def _plan(tree: Tree, workbook: Path, data: bytes, request: Request) -> tuple[ImportResult, Path | None]:
    from gongshi.exchange import plan_import

    show = progress()
    result = plan_import(tree, workbook.name, data, request, show)
    show("")
    return result, None


def _import(root: Path, workbook: Path, data: bytes, request: Request) -> tuple[ImportResult, Path | None]:
    """(result, where the refused rows are)."""
    from gongshi.exchange import take_in

    show = progress()
    done = take_in(root, workbook, data, request, os.environ, show)
    show("")
    return done


def pairs(said: tuple[str, ...], option: str) -> dict[str, str]:
    """``字段=值`` as pairs; GongshiError for one without ``=`` or said twice."""
    found: dict[str, str] = {}
    example = "支付编号=F0000012" if option == "--set" else "放款额=贷款金额"
    for text in said:
        name, mark, value = (part.strip() for part in text.replace("＝", "=").partition("="))
        if not (mark and name and value) or name in found:
            raise GongshiError(f"{option} 要写成“名称=内容”，一个名称只写一次，如 {option} {example}。")
        found[name] = value
    return found


def read_input(place: Path) -> bytes:
    """The bytes of a file named on the command line."""
    try:
        return place.read_bytes()
    except OSError as error:
        raise GongshiError(f"读不到文件“{place}”（{reason(error)}），请核对文件名和位置。") from None


def identity_if_any(option: Path | None, root: Path) -> Identity | None:
    """The identity asked for; or that in its usual place, None if there is none."""
    from gongshi.sealing import identity_place

    asked = option is not None or "GONGSHI_IDENTITY" in os.environ
    return identity_of(option, root) if asked or identity_place(option, os.environ).is_file() else None


def _offer_deletion(workbook: Path) -> None:
    """A workbook of refused rows has done its work: it holds names and should go."""
    from gongshi.checks.showing import shown_path
    from gongshi.exchange import MARK

    if MARK not in workbook.stem:
        return
    if sys.stdin.isatty() and click.confirm("这份退回表含个人信息，已全部导入，现在删去吗"):
        workbook.unlink(missing_ok=True)
        return
    say(f"{shown_path(str(workbook))} 含个人信息，已全部导入，请删去它。")


def _tell(result: ImportResult, details: bool) -> None:
    for sheet in result.sheets:
        say(f"工作表“{sheet.sheet.name}”：" + (f"{sheet.title}（{sheet.resource}）" if sheet.resource else "没有读成"))
        if details:
            _tell_columns(sheet)
        _tell_units(sheet)
        for notice in sheet.notices:
            say(f"  注意：{notice}。")
        _tell_rows(sheet)
        _tell_sums(sheet)
    for warning in result.warnings[:LIMIT]:
        say("  ", Painted("警告", "yellow"), f": {warning}")
    if len(result.warnings) > LIMIT:
        say(f"  警告还有 {len(result.warnings) - LIMIT} 条，请用 gongshi unseal --check 查看")
    if len(result.sheets) > 1:
        say(f"全部工作表：{_counted(result)}。")


def _tell_columns(sheet: SheetResult) -> None:
    from gongshi.exchange.sheets import column_letters

    for column in sheet.columns:
        meaning = column.meaning
        if meaning.field:
            unit = f"，单位 {column.unit or meaning.field.unit}" if column.unit or meaning.field.unit else ""
            say(
                f"  {column_letters(column.place)} “{column.header}” → {meaning.field.title}（{HOW[meaning.how]}{unit}）"
            )


def _tell_units(sheet: SheetResult) -> None:
    """The unit in which each column was taken, where it is not the ledger's own."""
    taken = [f"“{c.header[:20]}” {c.unit}" for c in sheet.columns if c.meaning.field and c.unit]
    other = [
        f"“{c.header[:20]}” {c.meaning.field.unit}" for c in sheet.columns if c.meaning.field and _is_plain_money(c)
    ]
    if taken or other:
        say("  单位：" + "、".join([*taken, *(f"{text}（表里没写）" for text in other)]))


def _is_plain_money(column: SheetColumn) -> bool:
    return column.field.unit.startswith("元") and not column.unit


def _tell_rows(sheet: SheetResult) -> None:
    from gongshi.checks.showing import shown_path, shown_text

    refused = [row for row in sheet.rows if row.kind == "refused"]
    if not sheet.resource and refused:
        place, message = refused[0].places()[0]
        say(f"  {shown_path(sheet.sheet.name)}!{place}: ", Painted("退回", "red"), f": {message}")
    for row in refused[:LIMIT] if sheet.resource else ():
        for place, message in row.places():
            say(f"  {shown_path(sheet.sheet.name)}!{place}: ", Painted("退回", "red"), f": {message}")
    updated = [row for row in sheet.rows if row.kind == "updated"]
    for row in updated[:LIMIT]:
        say(f"  第 {row.row + 1} 行 {shown_text('/'.join(row.key))} 更新：" + "；".join(map(_change, row.changes)))
    for kind, rows in (("退回", refused), ("更新", updated)):
        if len(rows) > LIMIT:
            say(f"  {kind}的还有 {len(rows) - LIMIT} 行，没有一一列出")


def _change(change: CellChange) -> str:
    if change.before is None:
        return f"{change.title}（已改，内容不显示）"
    return f"{change.title} {change.before or '空'} → {change.after or '空'}"


def _tell_sums(sheet: SheetResult) -> None:
    skipped: dict[str, int] = {}
    for what in sheet.skipped.values():
        skipped[what] = skipped.get(what, 0) + 1
    beside = "；另有" + "、".join(f"{what} {count} 行" for what, count in skipped.items()) if skipped else ""
    say(f"  {_counted(sheet)}{beside}。")
    for title, (taken, refused) in sheet.sums.items():
        if unread := sheet.unread.get(title):
            said = f"已读入 {taken:,} 元，退回 {refused:,} 元"
            say(f"  {title}：{said}；另有 {unread} 行的数读不出，已退回，没有算在内")
        else:
            say(f"  {title}：表中 {taken + refused:,} 元 = 已读入 {taken:,} 元 + 退回 {refused:,} 元")


def _counted(result: ImportResult | SheetResult) -> str:
    counts = {kind.value: count for kind, count in result.counts.items()}
    parts = " + ".join(f"{word} {counts.get(kind, 0)}" for kind, word in WORDS.items())
    return f"共 {sum(counts.values())} 行 = {parts}"


def _written(result: ImportResult) -> str:
    if not result.files:
        return "台账没有变化。"
    return (
        "已写入："
        + "、".join(sorted(result.files))
        + "。请运行 gongshi check，再用 gongshi propose 送审；撤销用 gongshi undo。"
    )
