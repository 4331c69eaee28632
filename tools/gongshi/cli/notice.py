"""``gongshi notice list|new|close|object|proof|check``."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gongshi.cli.chinese import ChineseGroup, Command
from gongshi.cli.common import day, say, say_findings, work_tree
from gongshi.cli.papers import print_notice
from gongshi.cli.sealing import IDENTITY, identity_of
from gongshi.model import GongshiError, Severity

if TYPE_CHECKING:
    from gongshi.disclosure.notices_then import Then
    from gongshi.package import Database
    from gongshi.repository import WorkTree
    from gongshi.verbs.doing import Done

ON = click.option("--on", "on_day", metavar="DATE", help="以哪一天为准，默认是县情里的数据日期，没有则是今天")


@click.group(cls=ChineseGroup)
def notice() -> None:
    """公示公告：查、登记、办结。状态由日期推出，不用填。

    例：gongshi notice list
    """


@notice.command("list", cls=Command)
@click.option("--state", "wanted", help="只看这种状态：待公示、公示中、期满待结果、已办结、已撤回")
@click.option("--year", type=int, help="只看这一年开始的")
@click.option("--at", "at_day", metavar="DATE", help="按那一天结束时的台账列出，并说明哪些是后来补登、改日期的")
@ON
@click.pass_obj
def list_notices(root: Path, wanted: str | None, year: int | None, at_day: str | None, on_day: str | None) -> None:
    """列出公示公告，最新的在前。--on 看现在的台账，只换日期；--at 看那一天的台账，后来补登的不算在内。

    例：gongshi notice list --state 公示中
    """
    from gongshi.disclosure.clock import NoticeState, state
    from gongshi.disclosure.notices import listed

    if wanted and wanted not in list(NoticeState):
        raise GongshiError(f"没有“{wanted[:20]}”这种状态，可用的：{'、'.join(NoticeState)}。")
    if at_day and on_day:
        raise GongshiError("--at 和 --on 只写一个：--at 看那一天的台账，--on 看现在的台账。")
    if at_day:
        then = _then(root, at_day)
        when, found = then.day, then.notices
    else:
        with _load(work_tree(root), "divisions") as database:
            when = _when(database, on_day)
            found = tuple((row, state(row, when)) for row in listed(database))
    shown = [(row, now) for row, now in found if wanted in (None, now) and year in (None, row.starts_on.year)]
    for row, now in shown:
        say(notice_line(row, now) + (late_words(then, row) if at_day else ""))
    if at_day:
        for sentence in then.since:
            say(f"后来：{sentence}")
    say(f"共 {len(shown)} 份，以 {when}{'的台账' if at_day else ''}为准。")


def notice_line(row: Any, now: str) -> str:
    """A notice in one line."""
    from gongshi.checks.showing import shown_text

    span = f"{row.starts_on} 至 {row.ends_on}"
    return f"{row.notice_id}  {now}  {span}  {row.notice_kind}  {shown_text(row.title or '')}"


def late_words(then: Then, row: Any) -> str:
    """That a notice was entered after its first day, "" if it was not."""
    entry = then.late.get(row.notice_id)
    return f"  （{entry[0]} 才登记，晚 {entry[1]} 天）" if entry else ""


def _then(root: Path, at_day: str) -> Then:
    from gongshi.cli.common import recovered, warn_shallow
    from gongshi.disclosure.notices_then import notices_then
    from gongshi.repository import Git

    recovered(root)
    git = Git(root)
    if git.exists():
        warn_shallow(git)
    return notices_then(git, day(at_day, None), date.today())


@notice.command(cls=Command)
@click.argument("kind", default="")
@click.option("--division", default="", help="公示范围的 12 位区划代码")
@click.option("--unit", default="", help="公示单位的编号，如 U900200")
@click.option("--starts", help="第一天，默认今天")
@click.option("--ends", help="最后一天，默认按这种公示的最少天数")
@click.option("--place", default="", help="公示地点，默认是这种公示常用的")
@click.option("--case", "case_id", default="", help="名单来自哪个案卷，如 Z2020-00027")
@click.option("--payment", "payment_id", default="", help="名单来自哪笔支付，如 F0000123")
@click.option("--doc-no", default="", help="依据文号")
@click.option("--project", "projects", multiple=True, help="公示哪个项目，可以写多次")
@click.option("--all-due", is_flag=True, help="该公示而没有公示的一次登记完；写了类别、区划就只做这些")
@click.option("--dry-run", is_flag=True, help="与 --all-due 合用：只列出来，不登记")
@IDENTITY
@click.pass_obj
def new(
    root: Path,
    /,
    kind: str,
    starts: str | None,
    ends: str | None,
    identity: Path | None,
    all_due: bool,
    dry_run: bool,
    **wish: Any,
) -> None:
    """登记一份公示：编号、天数、地点按规则来；到户名单同时写下每一页公示榜的承诺值。

    加 --all-due 时，规则查出没有公示的项目、案卷步骤、补助批次、资金，和案卷下一步该做的公示，一次全部登记；有一份做不成，就一份也不登记。

    例：gongshi notice new 监测公示 --division 990101100200 --unit U900200 --case Z2020-00027

    例：gongshi notice new --all-due --dry-run
    """
    _agree(kind, ends, all_due, dry_run, wish)
    if all_due:
        _new_all(root, (day(starts, None), kind, wish["division"], wish["unit"]), identity, dry_run)
    else:
        _new_one(
            root,
            {"kind": kind, "starts_on": day(starts, None), "ends_on": day(ends, None) if ends else None} | wish,
            identity,
        )


def _agree(kind: str, ends: str | None, all_due: bool, dry_run: bool, wish: Mapping[str, Any]) -> None:
    """GongshiError unless what was given belongs together."""
    if dry_run and not all_due:
        raise GongshiError("--dry-run 只与 --all-due 合用；登记一份的写错了可以用 gongshi undo 撤销。")
    if all_due and (ends or any(wish[name] for name in ("place", "case_id", "payment_id", "doc_no", "projects"))):
        raise GongshiError("--all-due 按记录定天数、地点和对象，只能再写类别、--division、--unit、--starts。")
    absent = [
        name
        for name, given in (("类别", kind), ("--division", wish["division"]), ("--unit", wish["unit"]))
        if not given
    ]
    if absent and not all_due:
        raise GongshiError(f"登记公示要写{'、'.join(absent)}；要把该公示的一次登记完，用 --all-due。")


def _new_one(root: Path, wish: Mapping[str, Any], identity: Path | None) -> None:
    from gongshi.cli.importing import identity_if_any
    from gongshi.disclosure import notices
    from gongshi.disclosure.boards import new_sheet
    from gongshi.disclosure.kinds import carries_households
    from gongshi.disclosure.sheets import RESOURCES
    from gongshi.exchange.opened import opened_names, refuse_names
    from gongshi.repository import write_kept, writer

    tree, kind = work_tree(root), wish["kind"]
    needed = ("divisions", "units", "calendar", "projects", "project-changes", "cases", "case-steps", *RESOURCES)
    with writer(root) as write, _load(tree, *needed) as database:
        made = notices.draft(database, notices.Wish(**wish))
        sheet = None
        if carries_households(kind):
            sheet = new_sheet(tree, database, made, identity_of(identity, root))
        files = notices.new(tree, database, made, wish["projects"], sheet)
        refuse_names(files, opened_names(tree, identity_if_any(identity, root)))
        told = f"登记{kind} {made.notice_id}"
        write_kept(root, write, told, datetime.now().isoformat(" ", "minutes"), files)
    pages = f"，公示榜 {len(sheet.pages)} 页，用 gongshi sheet {made.notice_id} 打印" if sheet else ""
    say(f"已登记 {made.notice_id}（{made.starts_on} 至 {made.ends_on}）：{'、'.join(reversed(files))}{pages}。")


def _new_all(root: Path, asked: tuple[date, str, str, str], identity: Path | None, dry_run: bool) -> None:
    from gongshi.checks.showing import shown_text
    from gongshi.cli.importing import identity_if_any
    from gongshi.verbs import owing

    work_tree(root)
    own = None if dry_run else lambda: identity_of(identity, root)
    done, told = owing.post(root, owing.Choice(*asked), own, identity_if_any(identity, root))
    for one, why in done.made:
        span = f"{one.starts_on} 至 {one.ends_on}"
        say(f"{one.notice_id}  {one.notice_kind}  {span}  {one.place}  {shown_text(one.title)}  {why}")
    if dry_run or not done.made:
        more = "，没有写入；去掉 --dry-run 就登记" if done.made else ""
        say(f"该公示而没有登记的 {len(done.made)} 份{more}。")
    else:
        say(f"已{told}，用 gongshi sheet 编号 打印到户名单的公示榜；写错了用 gongshi undo 撤销。")


@notice.command(cls=Command)
@click.argument("notice_id")
@click.option("--result", required=True, help="无异议、有异议已处理、有异议已撤回")
@click.option("--on", "on_day", metavar="DATE", help="办结日期，默认今天")
@click.pass_obj
def close(root: Path, notice_id: str, result: str, on_day: str | None) -> None:
    """公示期满，登记结果；属于案卷的，同时记到案卷。有异议没有答复的不能办结；结果写“有异议已撤回”就是撤下这份公示。

    例：gongshi notice close G2020-80057 --result 无异议
    """
    done = _do(root, "notice-close", notice=notice_id, result=result, on=on_day)
    say(f"已{done.told}。")


@notice.command("object", cls=Command)
@click.argument("notice_id")
@click.option("--topic", required=True, help="异议事项，如 收入不符")
@click.option("--raised", help="提出日期，默认今天")
@click.option("--outcome", default="", help="处理结果：维持、更正、撤回；答复时再写")
@click.option("--answered", help="答复日期")
@click.pass_obj
def record_objection(
    root: Path, notice_id: str, topic: str, raised: str | None, outcome: str, answered: str | None
) -> None:
    """登记一件异议，或登记它的答复。不记提出人，也不记是哪一户。

    例：gongshi notice object G2020-80057 --topic 收入不符
    """
    done = _do(root, "objection", notice=notice_id, topic=topic, on=raised, outcome=outcome, answered=answered)
    say(f"已登记在 {done.paths[0]}。")


@notice.command(cls=Command)
@click.argument("notice_id")
@click.argument("photo", type=click.Path(path_type=Path))
@click.option("--taken", metavar="DATE", help="哪天拍的，默认今天")
@click.option(
    "--kind", type=click.Choice(["公示照片", "签收表"]), default="公示照片", help="照片拍的是什么，默认公示照片"
)
@click.option(
    "--keep", type=click.Path(path_type=Path, file_okay=False), help="放在仓库外时存到哪个文件夹，默认在用户目录里"
)
@click.option("--check", "checking", is_flag=True, help="不登记，只核对这张照片是不是登记过的那张")
@click.pass_obj
def proof(
    root: Path, notice_id: str, photo: Path, taken: str | None, kind: str, keep: Path | None, checking: bool
) -> None:
    """留证：登记一张公示栏的照片。拍摄地点、时间、机型等附加信息全部去掉，记录里只写日期和照片的摘要。

    有到户名单的公示和签收表，照片上看得到姓名，一律存在仓库外；别的公示按县情里的“留证照片存放”。

    例：gongshi notice proof G2020-80057 照片.jpg --taken 2020-06-24
    """
    from gongshi.disclosure import notices
    from gongshi.disclosure.proofs import keep_proof, place_for, proven, read_picture

    tree = work_tree(root)
    when = day(taken, None)
    if when > date.today():
        raise GongshiError(f"{when} 还没到，请核对 --taken 的日期。")
    picture = read_picture(photo)
    if checking:
        with _load(tree) as database:
            notices.find(database, notice_id)
            _say_proven(proven(database, notice_id, hashlib.sha256(picture[1]).hexdigest()), notice_id)
        return
    made, place = keep_proof(root, notice_id, picture, kind, when, place_for(keep, os.environ))
    where = f"照片存在 {place}" if place else f"照片在 {max(made.files, key=len)}"
    say(f"已登记 {notice_id} 的{kind}（{when}），去掉了附加信息，摘要 {made.digest[:16]}…；{where}。")
    if place:
        say("请保管好这个文件：以后核对的就是它，记录里只有摘要。")


def _say_proven(found: tuple[int, date] | None, notice_id: str) -> None:
    if not found:
        raise GongshiError(f"这张照片不是“{notice_id}”登记过的：要用当时存下的那个文件，或原来的照片。")
    say(f"是“{notice_id}”的第 {found[0]} 张留证照片，{found[1]} 拍。")


def _do(root: Path, verb: str, **given: str | None) -> Done:
    """A verb, with the real day as today."""
    from gongshi.verbs import VERBS, do

    work_tree(root)
    return do(root, VERBS[verb], {name: text or "" for name, text in given.items()}, day(None, None))


@notice.command(cls=Command)
@click.option("--site", type=click.Path(path_type=Path, exists=True, file_okay=False), help="已发布的网站的目录")
@ON
@click.pass_obj
def check(root: Path, site: Path | None, on_day: str | None) -> None:
    """核对公示的天数、地点和时限；给了网站，再看有没有过了期还挂着的。有问题时退出码是 1。

    例：gongshi notice check --site site
    """
    from gongshi.disclosure import notices

    with _load(work_tree(root), "calendar", "divisions") as database:
        when = _when(database, on_day)
        found = notices.check(database, when)
    if site:
        pages = sorted(site.rglob("*.html"))
        texts = ((page.relative_to(site).as_posix(), page.read_text("utf-8", "replace")) for page in pages)
        found += notices.past_their_day(texts, when)
    say_findings(found)
    wrong = sum(finding.severity is Severity.ERROR for finding in found)
    say(f"以 {when} 为准，" + (f"有 {wrong} 处问题。" if wrong else "公示公告没有问题。"))
    sys.exit(1 if wrong else 0)


notice.add_command(print_notice)


def _load(tree: WorkTree, *more: str) -> Database:
    """The database of notices and ``more``; GongshiError if a notice cannot be read."""
    from gongshi.package import load

    notices = {"notices", "notice-objections", "notice-projects", "notice-commitments", "notice-proofs"}
    database = load(tree, {"county", *notices, *more})
    wrong = [finding for finding in database.findings if finding.resource.startswith("notice")]
    if wrong:
        database.close()
        raise GongshiError(f"{wrong[0].path} 第 {wrong[0].line} 行读不出来：{wrong[0].message}")
    return database


def _when(database: Database, on_day: str | None) -> date:
    from gongshi.package import county_day

    return day(on_day, county_day(database))
