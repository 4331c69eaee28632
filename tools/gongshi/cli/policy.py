"""``gongshi policy guide|list|show|explain|add``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongshi.checks.showing import shown_path, shown_text
from gongshi.cli.chinese import ChineseGroup, Command
from gongshi.cli.common import day, progress, say, say_made, work_tree
from gongshi.cli.render import as_json
from gongshi.model import SEVERITIES, GongshiError

if TYPE_CHECKING:
    from datetime import date

    from gongshi.founding.plans import Plan
    from gongshi.policy import Explanation, Outcome, Policies, Policy

FORMATS = click.Choice(["text", "json"])
GUIDE = "## 写法"
STATES = {
    "ran": "已运行",
    "not-configured": "未配置",
    "elsewhere": "不适用本县",
    "sealing": "只在有密钥处运行",
    "not-in-force": "当天不在施行期",
    "no-base": "没有上次发布可比",
    "broken": "规则写得不对，没有运行",
}


@click.group(cls=ChineseGroup)
def policy() -> None:
    """查看方案和规则：有哪些、怎么规定的、依据哪一条、看了多少记录；从随程序带来的方案里加一个。

    例：gongshi policy explain p05-load
    """


@policy.command(cls=Command, short_help="怎样写方案和规则")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="写到这个文件，不写就显示")
def guide(output: Path | None) -> None:
    """怎样写方案和规则：从头写一个的样子、各个键、全部种类。

    例：gongshi policy guide -o 写方案.md
    """
    from gongshi.founding.pack import Pack, program_files

    text = Pack(program_files()).read("policies/README.md").decode().partition(f"\n{GUIDE}\n")[2]
    if output:
        output.write_text(f"# 写方案和规则\n{text}", encoding="utf-8")
        say(f"怎样写方案，写在 {shown_path(str(output))} 里。")
        return
    for line in text.strip().split("\n"):
        say(line)


@policy.command("list", cls=Command, short_help="列出全部方案和规则册")
@click.option("--rules", "with_rules", is_flag=True, help="连规则一起列出")
@click.option("--all", "offered", is_flag=True, help="连随程序带来、本县还没有用的方案一起列出")
@click.option("--format", "style", type=FORMATS, default="text", help="输出格式")
@click.pass_obj
def list_(root: Path, with_rules: bool, offered: bool, style: str) -> None:
    """列出全部方案和规则册：名称、适用、规则条数。随程序带来的方案用 gongshi policy add 加到本县。

    例：gongshi policy list --rules
    """
    policies, _ = _read(root)
    more = [one for one in _offered(root) if not one.on] if offered else []
    if style == "json":
        _json(
            [
                *(_summary(one, with_rules) for one in policies.policies),
                *({**one._asdict(), "applies": "offered"} for one in more),
            ]
        )
        return
    for one in policies.policies:
        where = "不适用本县" if one.elsewhere else "本县"
        say(f"{shown_path(one.stem)}  {shown_text(one.title)}（{where}，{len(one.rules)} 条规则）")
        for rule in one.rules if with_rules else ():
            say(f"  {shown_text(rule.id)}  {SEVERITIES[rule.severity]}  {shown_text(rule.title)}")
    for plan in more:
        what = f"沿用方案 {plan.same_as}" if plan.same_as else f"{plan.rules} 条规则"
        days = f"，施行 {plan.first or '—'} 至 {plan.last or '—'}" if plan.first or plan.last else ""
        say(
            f"可加  {plan.name}  {shown_text(plan.title)}（方案 {plan.number}，{what}{days}{'，已有文件，没有启用' if plan.here else ''}）"
        )
    if offered:
        say(f"可以加的有 {len(more)} 个" + ("，用 gongshi policy add 名称 加到本县。" if more else "。"))
    _complain(policies)


@policy.command(cls=Command, short_help="把随程序带来的一个方案加到本县，或启用")
@click.argument("name", metavar="PLAN")
@click.option(
    "--place", "places", metavar="原文=本县", multiple=True, help="方案里的乡镇、村、单位在本县是哪个，一个写一次"
)
@click.pass_obj
def add(root: Path, name: str, places: tuple[str, ...]) -> None:
    """把随程序带来的一个方案加到本县的 policies/，或启用已有而不适用本县的。方案里的地方和单位要换成本县的，缺哪个会列出来。

    例：gongshi policy add 16-guzhen --place guzhen=dong --place 990101100000=990299100000
    """
    from datetime import datetime

    from gongshi.founding.pack import Pack, program_files
    from gongshi.founding.plans import add as taken
    from gongshi.repository import write_kept, writer

    given = dict(_pair(one) for one in places)
    tree = work_tree(root)
    with writer(root) as write:
        added = taken(tree, Pack(program_files()), name, given)
        path = f"policies/{added.plan.name}.yaml"
        if added.content is None:
            say(f"{shown_text(added.plan.title)}已经在用了（{path}），没有改动。")
            return
        told = f"加方案 {added.plan.name}"
        write_kept(root, write, told, datetime.now().isoformat(" ", "minutes"), {path: added.content})
    swapped = "".join(f"，{one} 换成 {other}" for one, other in added.places.items())
    say(f"已加：{shown_text(added.plan.title)}（{path}）{swapped}。")
    if added.plan.first or added.plan.last:
        say(
            f"它的施行期是 {added.plan.first or '—'} 至 {added.plan.last or '—'}，不在施行期不运行；要沿用的改文件里的 effective。"
        )
    say("标准和总数还是原文的数，请逐条改成本县的，再运行 gongshi check；写错了用 gongshi undo 撤销。")


def _pair(text: str) -> tuple[str, str]:
    left, mark, right = text.partition("=")
    if not (left.strip() and mark and right.strip()):
        raise GongshiError(f"--place “{text[:40]}”要写成 原文=本县 的样子，如 guzhen=dong。")
    return left.strip(), right.strip()


def _offered(root: Path) -> list[Plan]:
    from gongshi.founding.pack import Pack, program_files
    from gongshi.founding.plans import plans

    return plans(work_tree(root), Pack(program_files()))


@policy.command(cls=Command, short_help="查看一个方案：范围、标准、规则、公开义务")
@click.argument("name", metavar="POLICY")
@click.option("--on", "on_day", metavar="DATE", help="标准取哪一天的值，默认是县情里的数据日期，没有则是今天")
@click.option("--format", "style", type=FORMATS, default="text", help="输出格式")
@click.pass_obj
def show(root: Path, name: str, on_day: str | None, style: str) -> None:
    """查看一个方案：范围、施行日期、标准当天的值、规则、公开义务。

    例：gongshi policy show 05-quxian
    """
    policies, when = _read(root, on_day)
    one = policies.policy(name)
    if one is None:
        raise GongshiError(f"没有“{name[:40]}”这个方案，请用 gongshi policy list 查看全部名称")
    if style == "json":
        _json(
            {
                **_summary(one, True),
                "on": when.isoformat(),
                "standards": list(_standards(one, when)),
                "notes": one.notes,
            }
        )
        return
    for line in _page(one, when):
        say(line)


@policy.command(cls=Command, short_help="解释一条规则：要求、依据、标准、查询、看了多少行")
@click.argument("rule_id", metavar="RULE")
@click.option("--on", "on_day", metavar="DATE", help="以哪一天为准，默认是县情里的数据日期，没有则是今天")
@click.option("--format", "style", type=FORMATS, default="text", help="输出格式")
@click.pass_obj
def explain(root: Path, rule_id: str, on_day: str | None, style: str) -> None:
    """解释一条规则：要求什么、依据哪一条、用到的标准当天是多少、变成什么查询、看了多少行记录。

    例：gongshi policy explain p05-load --on 2020-06-30
    """
    from gongshi.package import county_day, load
    from gongshi.policy import explain as explained
    from gongshi.policy import load_policies, run

    tree, tell = work_tree(root), progress()
    tell("读取记录")
    with load(tree) as database:
        when = day(on_day, county_day(database))
        policies = load_policies(tree, database.descriptor)
        words = explained(policies, rule_id, database.descriptor, when)
        (outcome,) = run(policies, database, when, tell, only={rule_id})
    tell("")
    if style == "json":
        _json(_explained(words, outcome, when))
        return
    for line in _explanation(words, outcome, when):
        say(line)


def _read(root: Path, on_day: str | None = None) -> tuple[Policies, date]:
    """The policies and the day, from the descriptors and county.yaml alone."""
    from gongshi.package import county_day, load
    from gongshi.policy import load_policies

    tree = work_tree(root)
    with load(tree, only=["county"]) as database:
        return load_policies(tree, database.descriptor), day(on_day, county_day(database))


def _complain(policies: Policies) -> None:
    if policies.findings:
        say(f"政策文件里有 {len(policies.findings)} 处问题，请运行 gongshi check policies 查看", err=True)


def _json(value: object) -> None:
    say_made(as_json(value))


def _summary(one: Policy, with_rules: bool) -> dict[str, object]:
    """A policy as JSON."""
    rules = [
        {
            "id": rule.id,
            "title": rule.title,
            "kind": rule.kind,
            "severity": str(rule.severity),
            "clause": rule.clause,
            "message": rule.message,
            "resource": rule.resource,
            "covers": list(rule.covers),
        }
        for rule in one.rules
    ]
    return {
        "policy": one.stem,
        "title": one.title,
        "plan": one.plan,
        "place": one.place,
        "year": one.year,
        "applies": "elsewhere" if one.elsewhere else "county",
        **({"rules": rules} if with_rules else {"rule_count": len(rules)}),
    }


def _standards(one: Policy, when: date) -> Iterable[dict[str, str]]:
    from gongshi.policy import show as shown

    for standard in one.standards.values():
        value = shown(standard.at(when))
        yield {
            "id": standard.id,
            "title": standard.title,
            "value": value,
            "unit": standard.unit,
            "clause": standard.clause,
        }


def _page(one: Policy, when: date) -> Iterable[str]:
    """A policy as text."""
    yield f"{shown_text(one.title)}（{shown_path(one.stem)}{f'，方案 {shown_text(str(one.plan))}' if one.plan else ''}）"
    yield f"地点：{shown_text(one.place) or '未写明'}  年份：{one.year or '未写明'}  {'不适用本县' if one.elsewhere else '本县执行'}"
    first, last = one.effective.first, one.effective.last
    if first or last:
        yield f"施行：{first or '—'} 至 {last or '—'}"
    parts = {
        "乡镇": one.scope.townships,
        "村": one.scope.villages,
        "单位": one.scope.units,
        "用途": one.scope.programmes,
    }
    for title, names in parts.items():
        if names:
            yield f"{title}：{shown_text('、'.join(names))}"
    if one.standards:
        yield f"标准（{when.isoformat()}）："
    for line in _standards(one, when):
        named, title, value, unit, clause = map(shown_text, line.values())
        yield f"  {named}  {title}：{value} {unit}（{clause}）"
    yield f"规则 {len(one.rules)} 条："
    for rule in one.rules:
        yield f"  {shown_text(rule.id)}  {SEVERITIES[rule.severity]}  {shown_text(rule.title)}（{shown_text(rule.clause)}）"
    for duty in one.duties:
        what, who, where, clause = map(shown_text, (duty.what, duty.who, "、".join(duty.where), duty.clause))
        yield f"公开：{what}，{who}，{where}（{clause}）"
    if one.notes:
        yield f"说明：{shown_text(one.notes)}"


def _explanation(words: Explanation, outcome: Outcome, when: date) -> Iterable[str]:
    """A rule's explanation as text."""
    rule = words.rule
    yield f"{shown_text(rule.id)}  {shown_text(rule.title)}"
    source, clause, kind = map(shown_text, (words.policy.title, rule.clause, rule.kind))
    yield f"出处：{source}，{clause}  级别：{SEVERITIES[rule.severity]}  种类：{kind}"
    yield f"要求：{words.demands}"
    yield f"违反：{words.violates}"
    yield f"报出时说：{shown_text(rule.message)}"
    if rule.covers:
        yield f"回答：{'、'.join(map(shown_text, rule.covers))}"
    for line in words.standards:
        title, value, unit, clause, named = map(shown_text, (line.title, line.value, line.unit, line.clause, line.id))
        yield f"标准：{title} = {value} {unit}（{clause}，{named}）"
    yield f"{when.isoformat()}：{STATES[outcome.state]}" + _counts(outcome)
    for problem in words.problems:
        yield f"问题：{problem}"
    for name, sql in words.facts:
        yield from ("", f"-- fact {name}", *sql.split("\n"))
    if words.sql:
        yield from ("", *words.sql.split("\n"), "")
        yield "参数：" + "，".join(
            f"${number} = {shown_text(str(value))}" for number, value in enumerate(words.values, 1)
        )


def _counts(outcome: Outcome) -> str:
    from gongshi.policy import told

    return f"，{told(outcome)}" if outcome.state == "ran" else ""


def _explained(words: Explanation, outcome: Outcome, when: date) -> dict[str, object]:
    """A rule's explanation as JSON."""
    rule = words.rule
    return {
        "rule": rule.id,
        "policy": words.policy.stem,
        "title": rule.title,
        "kind": rule.kind,
        "severity": str(rule.severity),
        "clause": rule.clause,
        "message": rule.message,
        "covers": list(rule.covers),
        "demands": words.demands,
        "violates": words.violates,
        "on": when.isoformat(),
        "state": outcome.state,
        "looked": outcome.looked,
        "broke": outcome.broke,
        "judged": outcome.judged,
        "unjudged": [{"field": title, "rows": count} for title, count in outcome.gaps],
        "undated": outcome.undated,
        "unread": outcome.unread,
        "standards": [
            {"id": one.id, "title": one.title, "value": one.value, "unit": one.unit, "clause": one.clause}
            for one in words.standards
        ],
        "facts": [{"name": name, "sql": sql} for name, sql in words.facts],
        "sql": words.sql,
        "values": list(words.values),
        "problems": list(words.problems),
    }
