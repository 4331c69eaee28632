"""``gongshi history`` and ``gongshi show``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import day, say, say_made, warn_shallow, work_tree
from gongshi.cli.render import as_json
from gongshi.model import GongshiError
from gongshi.repository import Git, RevisionTree

if TYPE_CHECKING:
    from gongshi.changes.past import History
    from gongshi.changes.values import FieldVersion, Revision
    from gongshi.package import Field, Resource

Key = tuple[str, ...]
Links = list[dict[str, str]]
FORMAT = 1
PLACE = "_file"  # stands for the file that a record lies in, where that changed


class FieldTold(TypedDict):
    """A field and all values that it had, as plain text."""

    field: str
    title: str
    unit: str
    values: list[dict[str, Any]]


@click.command(cls=Command)
@click.argument("resource")
@click.argument("key")
@click.argument("field", required=False)
@click.option("--format", "style", type=click.Choice(["text", "markdown", "json"]), default="text", help="输出格式")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="写成一页网页：连同挂在它下面的全部记录")
@click.pass_obj
def history(root: Path, resource: str, key: str, field: str | None, style: str, html: Path | None) -> None:
    """一条记录的每个字段先后是什么值，从何时到何时，由哪次提交、谁改的，依据什么文件。删除也在其中。

    KEY 是主键的值，几个字段用 / 连接；只写前面几个，就列出以它开头的全部记录。--html 把一户或一个项目从头到尾的事写成一页，
    不联网就能看，手机上能看，也能打印；姓名不在里面。

    例：gongshi history --html 户.html households H0000001

    例：gongshi history households H0000001 poverty_status
    """
    from gongshi.changes.commits import edge
    from gongshi.changes.past import history as open_history

    git = _git(root)
    shallow = warn_shallow(git)
    if html:
        _write_life(git, html, resource, key, field, not shallow)
        return
    oldest = edge(git)
    with open_history(git) as past:
        described = past.resource(resource)
        fields = [item for item in described.schema.fields if field in (None, item.name)]
        if not fields:
            raise GongshiError(f"“{resource}”没有“{field}”这个字段，可用的有：{'、'.join(described.schema.names)}")
        found = [
            (
                past.shown(resource, name),
                _told(past, resource, name, fields, style == "json"),
                _links(past, resource, name),
            )
            for name in past.keys(resource, key)
        ]
    _mark_edge(found, oldest)
    if style == "json":
        records = [{"key": list(name), "fields": told, "links": links} for name, told, links in found]
        say_made(as_json({"format": FORMAT, "resource": resource, "complete": not shallow, "records": records}))
        return
    for name, told, links in found:
        if style == "markdown":
            say_made("\n".join(_markdown(described, name, told, links)))
        for line in _text(described, name, told, links) if style == "text" else ():
            say(line)


MOST = 50  # records on one page


def _write_life(git: Git, out: Path, resource: str, key: str, field: str | None, complete: bool) -> None:
    from gongshi.changes.life import life
    from gongshi.changes.past import history as open_history
    from gongshi.package import load, queries
    from gongshi.package.subjects import subjects
    from gongshi.repository import write_private
    from gongshi.site.life import render

    if field:
        raise GongshiError("--html 写的是整条记录，不能只写一个字段，请去掉字段名。")
    if resource == subjects().boxes.table:
        raise GongshiError("密封信息没有历史页：看户的历史请写 households。")
    with open_history(git) as past:
        found = past.keys(resource, key)
        if len(found) > MOST:
            raise GongshiError(f"以“{key[:40]}”开头的记录有 {len(found)} 条，一页最多 {MOST} 条，请把编号写全。")
        lives = [life(past, resource, one) for one in found]
        with load(RevisionTree(git, past.tip), ("county",)) as county:
            rows = county.sql(queries("county")["named"]) if "county" in county.descriptor.resources else []
    text = render(lives, rows[0][1] if rows and rows[0][1] else "", past.tip, complete, date.today())
    write_private(out, text.encode())
    steps = sum(len(one.steps) for one in lives)
    say(f"已写到 {out}：{len(lives)} 条记录，{steps} 次改动。里面有内部信息，看完请删去，不要上网。")


def _mark_edge(found: Iterable[tuple[Key, list[FieldTold], Links]], oldest: str) -> None:
    """At the edge of a shallow clone everything seems to be new: what stands there came then or before."""
    for _, told, _ in found:
        for item in (item for field in told for item in field["values"]):
            item["since_or_before"] = bool(oldest) and item["commit"] == oldest


def _git(root: Path) -> Git:
    git = Git(root)
    if not git.exists() or git.head() is None:
        raise GongshiError(f"“{root}”不在 Git 仓库里，或还没有提交，没有历史可查")
    return git


def _told(past: History, resource: str, key: Key, fields: Sequence[Field], exact: bool) -> list[FieldTold]:
    """Each field that ever had a value, and the file if it changed, with its values as plain text, oldest first."""
    from gongshi.changes.past import field_versions
    from gongshi.changes.phrases import cell, plain_cell
    from gongshi.changes.rereading import read_versions
    from gongshi.checks.showing import shown_path

    versions = read_versions(past, resource, key)
    origins = {}
    for before, version in zip([None, *versions], versions, strict=False):
        origins[version.revision.commit] = past.origin(version, before.path if before else "")
    told = []
    for field in fields:
        values = field_versions(versions, field.name)
        if any(item.value for item in values):
            told.append(
                _field(
                    field.name,
                    field.title,
                    field.unit,
                    values,
                    origins,
                    partial(plain_cell if exact else cell, field),
                )
            )
    places = field_versions([replace(version, cells={PLACE: version.path}) for version in versions], PLACE)
    if len(fields) > 1 and len({item.value for item in places if item.value}) > 1:
        told.append(_field(PLACE, "所在文件", "", places, origins, shown_path))
    return told


def _field(
    name: str,
    title: str,
    unit: str,
    values: Sequence[FieldVersion],
    origins: Mapping[str, Revision],
    shown: Callable[[str], str],
) -> FieldTold:
    return {
        "field": name,
        "title": title,
        "unit": unit,
        "values": [
            {
                "value": None if item.value is None else shown(item.value) if item.value else "",
                **_revision("since", item.since, origins[item.since.commit]),
                "until": item.until.when[:10] if item.until else None,
            }
            for item in values
        ],
    }


def _revision(word: str, revision: Revision, origin: Revision) -> dict[str, Any]:
    from gongshi.checks.showing import shown_text

    trailers = dict.fromkeys((*origin.trailers, *revision.trailers))
    return {
        word: revision.when[:10],
        "claimed": revision.claimed[:10] or None,
        "commit": revision.commit,
        "author": shown_text(origin.author),
        "origin": origin.commit,
        "merged_by": shown_text(revision.author) if revision.merge else None,
        "subject": shown_text(origin.subject),
        "trailers": [[name, shown_text(text)] for name, text in trailers],
    }


PAPERS = {"Doc-No": "文号", "Approved-by": "自称审批"}
LINKS = {"分户": "分户，另一户", "并户": "并入"}


NAMES = {
    **{"date": "occurred_on", "event": "event", "household": "household_no"},
    **{"other": "other_household", "case": "case_id"},
}


def _links(past: History, resource: str, key: Key) -> Links:
    """The splits and mergers of a household as plain text."""
    from gongshi.checks.showing import shown_cell

    found = past.links(resource, key)
    if not found:
        return []
    schema = past.resource("status-events").schema
    return [
        {name: shown_cell(schema.field(field), cells.get(field, "")) for name, field in NAMES.items()}
        for cells in found
    ]


def _link_sentence(link: dict[str, str]) -> str:
    case = f"，案卷 {link['case']}" if link["case"] else ""
    return f"{link['date']} {link['household']} {LINKS.get(link['event'], link['event'])} {link['other']}{case}"


def _text(resource: Resource, key: Key, told: Sequence[FieldTold], links: Links) -> Iterator[str]:
    yield f"{resource.title}（{resource.name}）{'/'.join(key)}"
    yield from (f"  {_link_sentence(link)}" for link in links)
    for field in told:
        yield f"  {field['title']}" + ("" if field["field"] == PLACE else f"（{field['field']}）")
        for item in field["values"]:
            yield f"    {_sentence(field, item)}"


def _sentence(field: FieldTold, item: Mapping[str, Any]) -> str:
    unit = f" {field['unit']}" if field["unit"] and item["value"] else ""
    value = "（记录已删除）" if item["value"] is None else f"{item['value'] or '空'}{unit}"
    merged = f"，{item['merged_by']} 合并" if item["merged_by"] else ""
    papers = "".join(f"，{PAPERS.get(name, name)} {text}" for name, text in item["trailers"])
    until = item["until"] or "至今"
    since = f"{'不晚于 ' * item['since_or_before']}{item['since']}"
    since += f"（自称 {item['claimed']}，不可信）" if item["claimed"] else ""
    return f"{since} — {until}  {value}  {item['commit'][:10]} {item['author']}{merged}{papers} {item['subject']}"


def _markdown(resource: Resource, key: Key, told: Sequence[FieldTold], links: Links) -> Iterator[str]:
    from gongshi.changes.markdown import escape

    yield f"## {escape(f'{resource.title} {resource.name}')} {escape('/'.join(key))}\n"
    yield from (f"- {escape(_link_sentence(link))}" for link in links)
    for field in told:
        yield f"- {escape(field['title'])}"
        yield from (f"  - {escape(_sentence(field, item))}" for item in field["values"])


@click.command(cls=Command)
@click.argument("resource")
@click.argument("key", required=False)
@click.option(
    "--at", "at", metavar="REV|DATE", help="哪个版本或哪一天结束时（如 2020-06-30），默认是工作目录现在的样子"
)
@click.pass_obj
def show(root: Path, resource: str, key: str | None, at: str | None) -> None:
    """一条记录当时的样子；不写 KEY 时，是这张表当时的各项合计（户数、人数、金额）。

    例：gongshi show payments F0000001 --at 2020-06-30
    """
    from gongshi.changes.past import record_in, totals_in
    from gongshi.changes.phrases import cell, counted
    from gongshi.checks.showing import shown_path, shown_text
    from gongshi.package import read_descriptor

    tree = work_tree(root) if at is None else _tree_at(_git(root), at)
    if key is None:
        for total in totals_in(tree, resource):
            say(f"{shown_text(total.group)} {total.measure} {counted(total.after)} {total.unit}")
        return
    records = record_in(tree, resource, key)
    if not records:
        raise GongshiError(f"“{tree.label}”的“{resource}”里没有编号是“{key[:80]}”的记录")
    fields = read_descriptor(tree).resources[resource].schema.fields
    for path, cells in records:
        say(shown_path(path))
        for field in fields:
            if field.name in cells:
                unit = f" {field.unit}" if field.unit else ""
                say(f"  {field.title}：{cell(field, cells[field.name])}{unit}")


def _tree_at(git: Git, at: str) -> RevisionTree:
    """The commit that a revision names, or what main was at the end of a day."""
    from gongshi.changes.commits import commit_at

    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", at) or git.resolve(at):
        return RevisionTree(git, at)
    found = commit_at(git, git.commit("HEAD"), day(at, None))
    if found is None and git.shallow():
        raise GongshiError(f"这个仓库是浅克隆，没有 {at} 的历史；请运行 git fetch --unshallow 后再查")
    if found is None:
        raise GongshiError(f"{at} 之前还没有任何版本，请换一个日期")
    return RevisionTree(git, found)
