"""Plans that the pack offers: a county takes one into its policies, or switches on one that it has, with its own places in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from gongshi.checks.phrases import nearest
from gongshi.founding.pack import PACKED, Pack
from gongshi.model import GongshiError
from gongshi.package import load, read_descriptor
from gongshi.package.subjects import subjects
from gongshi.package.yamlfile import parse, plain
from gongshi.policy import FOLDER, load_policies
from gongshi.repository import MemoryTree, Tree

_CODE = re.compile(r"(?<![0-9A-Za-z])(?:[0-9]{12}|U[0-9]{3,6})(?![0-9A-Za-z])")
_COUNTY = re.compile(r"[0-9]{6}000000")
_OFF = re.compile(r"^applies: elsewhere$", re.M)


class Plan(NamedTuple):
    """A plan: ``here`` is whether the county has it, ``on`` whether its rules look at the county's records."""

    name: str
    title: str
    number: str
    rules: int
    same_as: str
    first: str
    last: str
    here: bool
    on: bool


class Added(NamedTuple):
    """The plan as it is taken, the file to write (None: nothing is to be done), and the places put into it."""

    plan: Plan
    content: bytes | None
    places: Mapping[str, str]


def plans(tree: Tree, pack: Pack) -> list[Plan]:
    """Every plan that the pack offers."""
    return [_plan(tree, name, data) for name, data in sorted(_offered(pack).items())]


def _offered(pack: Pack) -> dict[str, bytes]:
    start = f"{PACKED}{FOLDER}"
    return {
        path.removeprefix(start).removesuffix(".yaml"): data
        for path, data in pack.files.items()
        if path.startswith(start) and path[len(start) : len(start) + 2].isdecimal()
    }


def _path(name: str) -> str:
    return f"{FOLDER}{name}.yaml"


def _plan(tree: Tree, name: str, offered: bytes) -> Plan:
    here = tree.exists(_path(name))
    data = tree.read(_path(name)) if here else offered
    said = plain(parse(data))
    days = said.get("effective") or {}
    number, rules = str(said.get("plan", "")), len(said.get("rules") or ())
    on = here and not _OFF.search(data.decode("utf-8", "replace"))
    return Plan(name, said.get("title", ""), number, rules, str(said.get("same_as", "")), days.get("from", ""), days.get("to", ""), here, on)  # fmt: skip


def add(tree: Tree, pack: Pack, wanted: str, places: Mapping[str, str]) -> Added:
    """Take a plan by its name, number or title. GongshiError if there is none, if a place is not said or not the county's, or if
    the plan does not fit the county's dictionary."""
    plan = _find(plans(tree, pack), wanted)
    if plan.on:
        return Added(plan, None, {})
    if plan.same_as and not any(one.number == plan.same_as and one.on for one in plans(tree, pack)):
        raise GongshiError(f"“{plan.title}”沿用方案 {plan.same_as}，请先加它：gongshi policy add {plan.same_as}。")
    text = (tree.read(_path(plan.name)) if plan.here else _offered(pack)[plan.name]).decode()
    chosen = _chosen(tree, text, plan, places)
    content = _OFF.sub("applies: county", _with_places(text, chosen)).encode()
    _judge(tree, plan, content)
    return Added(plan._replace(here=True, on=True), content, chosen)


def _find(there: list[Plan], wanted: str) -> Plan:
    bare = wanted.removeprefix("方案").strip()
    for plan in there:
        if wanted in (plan.name, plan.title) or bare.lstrip("0") == plan.number:
            return plan
    words = {word: plan.name for plan in there for word in (plan.name, plan.name[3:], plan.title)}
    near = dict.fromkeys(words[word] for word in nearest(wanted, list(words)))
    told = f"最接近的是 {'、'.join(near)}" if near else "用 gongshi policy list --all 查看可以加的"
    raise GongshiError(f"没有“{wanted[:40]}”这个方案，{told}。")


def _chosen(tree: Tree, text: str, plan: Plan, places: Mapping[str, str]) -> dict[str, str]:
    """The county's own place for each of the plan's; its own county code is known. GongshiError names what is missing or wrong."""
    place, unit, own = subjects().place, subjects().unit, subjects().county
    with load(tree, [own.table, place.table, unit.table]) as database:
        known = f"SELECT {place.key}, {place.name}, {place.slug} FROM {place.table} WHERE {place.key} IS NOT NULL"
        divisions = database.sql(known)
        units = {code for (code,) in database.sql(f"SELECT {unit.key} FROM {unit.table}")}
        known = f"SELECT {own.key} FROM {own.table} WHERE {own.key} IS NOT NULL"
        county = [code for (code,) in database.sql(known)]
    codes = {code: name for code, name, _ in divisions}
    slugs = {slug for _, _, slug in divisions if slug}
    ours = {*codes, *slugs, *units}
    named = _named(text)
    if strange := places.keys() - named:
        raise GongshiError(f"“{plan.title}”里没有“{'、'.join(sorted(strange))[:60]}”，请核对 --place 等号左边的写法。")
    chosen = dict(places) | {one: county[0] for one in named if _COUNTY.fullmatch(one) and county}
    missing = [one for one in sorted(named - chosen.keys()) if not (plan.here and one in ours)]
    if missing:
        told = "、".join(f"{_kind(one)} {one}" for one in missing)
        raise GongshiError(
            f"“{plan.title}”写着别处的地方和单位：{told}。请给每个写上本县的，如 --place {missing[0]}={_example(missing[0], slugs, codes, units)}，再运行一次；没有写入。"
        )
    for one, other in chosen.items():
        if other not in ours or _kind(one) != _kind(other):
            raise GongshiError(
                f"--place {one}={other[:40]}：本县没有“{other[:40]}”这个{_kind(one)}，请在区划或单位表里查。"
            )
    return {one: other for one, other in chosen.items() if one != other}


def _named(text: str) -> set[str]:
    """The places and units that a plan names: codes anywhere, folders of townships in its scopes."""
    scopes = re.findall(r"townships: \[([^\]]*)\]", text)
    slugs = {slug.strip().strip("'\"") for scope in scopes for slug in scope.split(",")}
    return {*_CODE.findall(text), *slugs} - {""}


def _kind(place: str) -> str:
    """What a place is, by how it is written."""
    if not _CODE.fullmatch(place):
        return "乡镇目录名"
    if place[0] == "U":
        return "单位"
    at = subjects().place
    return at.county if _COUNTY.fullmatch(place) else at.township if place.endswith("000") else at.village


def _example(place: str, slugs: set[str], codes: Mapping[str, str], units: set[str]) -> str:
    """A place of the county of the same kind."""
    return next((one for one in sorted({*slugs, *codes, *units}) if _kind(one) == _kind(place)), "本县的")


def _with_places(text: str, chosen: Mapping[str, str]) -> str:
    """The plan with the county's places; the first nine digits of a township stand for it, too."""
    for one, other in chosen.items():
        if one.endswith("000") and not _COUNTY.fullmatch(one):
            chosen = {**chosen, one[:9]: other[:9]}
    words = "|".join(sorted(map(re.escape, chosen), key=len, reverse=True))
    return re.sub(rf"(?<![\w-])(?:{words})(?![\w-])", lambda found: chosen[found[0]], text) if chosen else text


def _judge(tree: Tree, plan: Plan, content: bytes) -> None:
    """GongshiError if the plan, as it would lie in the county, has a problem of its own."""
    files = {path: tree.read(path) for path in tree.paths(FOLDER)} | {_path(plan.name): content}
    found = load_policies(MemoryTree(files), read_descriptor(tree)).findings
    mine = [one for one in found if one.path == _path(plan.name)]
    if mine:
        raise GongshiError(
            f"“{plan.title}”不合本县的数据字典，没有写入：{mine[0].message}。先运行 gongshi upgrade 更新字典再加。"
        )
