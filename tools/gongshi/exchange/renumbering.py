"""Numbers that two people gave at the same time: what is new here and new there under one number, and is not the same record, gets
the next free number here, in every reference, file name and sealed box. So a number is final once it is in main."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from gongshi.checks.notice_pack import notice_pack
from gongshi.exchange.lore import lore
from gongshi.exchange.remotes import PREFIX, RemotePlace
from gongshi.model import GongshiError
from gongshi.package import RECORDS, Descriptor, Resource, document_of, format_files, read_descriptor
from gongshi.package.subjects import subjects
from gongshi.package.yamlfile import YamlProblem, parse, plain
from gongshi.repository import Changes, Git, MemoryTree, RevisionTree, Tree, WorkTree, differing
from gongshi.sealing import Identity, open_box, read_key, read_sealed, seal_rows, sealed_bytes, sealed_path, standing_of

_NUMBER = re.compile(r"([A-Z]+(?:[0-9]{4}-)?|[0-9]{6}-[0-9]{4}-[A-Z]{2}-)([0-9]+)")
_FIGURES = ("integer", "number", "boolean")
_TEXT = (".csv", ".yaml")
Records = dict[str, dict[str, str]]  # number → record


class Renumbering(NamedTuple):
    """What to write, and (old, new) of each number."""

    changes: Changes
    pairs: tuple[tuple[str, str], ...]


def renumbering(git: Git, tree: WorkTree, where: RemotePlace, main: str, identity: Identity | None) -> Renumbering:
    """New numbers for what is new here and met another record under its number, in main or in what waits for review."""
    base = git.merge_base("HEAD", main)
    if base is None:
        return Renumbering({}, ())
    descriptor = read_descriptor(tree)
    mine = _new(descriptor, RevisionTree(git, base), tree)
    if not any(mine.values()):
        return Renumbering({}, ())
    others = [_new(descriptor, *sides) for sides in _others(git, where, main)]
    fresh: dict[str, str] = {}
    taken = {number for other in others for records in other.values() for number in records}
    while met := _met(descriptor, mine, others, fresh):
        # boxes are numbered by their members, so where a box is met its member's table says what is taken
        taken |= {number for name in (*met, subjects().member.table) for number in _numbers(descriptor, tree, name)}
        for number in sorted({number for numbers in met.values() for number in numbers}):
            fresh[number] = _next(number, taken)
            taken.add(fresh[number])
    if not fresh:
        return Renumbering({}, ())
    _refuse_hung(descriptor, tree, fresh)
    changed = [path for path in differing(RevisionTree(git, base), tree) if path.startswith(f"{RECORDS}/")]
    return Renumbering(_rewritten(tree, changed, fresh, identity), tuple(sorted(fresh.items())))


def _met(
    descriptor: Descriptor,
    mine: Mapping[str, Records],
    others: Sequence[Mapping[str, Records]],
    fresh: Mapping[str, str],
) -> dict[str, list[str]]:
    """The numbers, by resource, under which others have another record; what refers to one that gets a new number is
    another record, too."""
    found: dict[str, list[str]] = {}
    for name, records in mine.items():
        for number, record in records.items():
            now = {field: fresh.get(cell, cell) for field, cell in record.items()}
            rest = [other[name][number] for other in others if number in other.get(name, ())]
            if number not in fresh and not all(_same(descriptor.resources[name], now, yours) for yours in rest):
                found.setdefault(name, []).append(number)
    return found


def _others(git: Git, where: RemotePlace, main: str) -> Iterator[tuple[Tree, Tree]]:
    """(where it left us, as it is) of main and of each proposal that is not in main and not our own."""
    refs = (
        git.run("for-each-ref", "--format=%(refname)", f"refs/remotes/{where.remote or 'origin'}/{PREFIX}")
        .decode()
        .split()
    )
    own = git.run("rev-parse", "--abbrev-ref", "HEAD").decode().strip()
    for ref in [main, *(ref for ref in refs if not ref.endswith(f"/{own}"))]:
        tip, base = git.commit(ref), git.merge_base("HEAD", ref)
        if base not in (None, tip) and (ref == main or git.merge_base(main, tip) != tip):
            yield RevisionTree(git, base), RevisionTree(git, tip)


def _new(descriptor: Descriptor, before: Tree, after: Tree) -> dict[str, Records]:
    """The numbered records of each resource that only the second tree has."""
    found: dict[str, Records] = {}
    gone: dict[str, Records] = {}
    for path in differing(before, after):
        name = _resource_of(descriptor, path)
        if name and after.exists(path):
            found.setdefault(name, {}).update(_read(descriptor, name, path, after.read(path)))
        if name and before.exists(path):
            gone.setdefault(name, {}).update(_read(descriptor, name, path, before.read(path)))
    return {
        name: {number: record for number, record in records.items() if number not in gone.get(name, ())}
        for name, records in found.items()
    }


def _resource_of(descriptor: Descriptor, path: str) -> str:
    """The resource with numbers of the program's kind whose records a file holds, "" for any other."""
    document = document_of(descriptor, path)
    name = document.resource if document else descriptor.owners.get(path, "")
    keys = descriptor.resources[name].schema.primary_key if name else ()
    return name if len(keys) == 1 else ""


def _read(descriptor: Descriptor, name: str, path: str, data: bytes) -> Records:
    """The records of a file by number; what cannot be read is told elsewhere."""
    key = descriptor.resources[name].schema.primary_key[0]
    if path.endswith(".yaml"):
        record = {}
        with suppress(YamlProblem):
            read = plain(parse(data))
            record = (
                {field: cell for field, cell in read.items() if isinstance(cell, str)} if isinstance(read, dict) else {}
            )
        rows = [record]
    else:
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8", "replace"), newline="")))
    return {row[key]: row for row in rows if row.get(key) and _NUMBER.fullmatch(row[key])}


def _numbers(descriptor: Descriptor, tree: Tree, name: str) -> set[str]:
    """All numbers of a resource in a tree."""
    paths = [path for path in tree.paths(f"{RECORDS}/") if _resource_of(descriptor, path) == name]
    return {number for path in paths for number in _read(descriptor, name, path, tree.read(path))}


def _same(resource: Resource, mine: Mapping[str, str], yours: Mapping[str, str]) -> bool:
    """Whether two records under one number are one, entered twice: of one name or document, else alike but for figures."""
    schema, key = resource.schema, resource.schema.primary_key[0]
    told = [name for name in lore().telling if mine.get(name) and yours.get(name)]
    names = told or [item.name for item in schema.fields if item.type not in _FIGURES and item.name != key]
    return all(mine.get(name, "") == yours.get(name, "") for name in names)


def _next(number: str, taken: set[str]) -> str:
    """The number behind the last of those that begin alike."""
    match = _NUMBER.fullmatch(number)
    if match is None:
        raise GongshiError(f"“{number[:40]}”不是程序给的编号，改不了号，请人工核对。")
    start, digits = match.groups()
    tails = (other.removeprefix(start) for other in taken if other.startswith(start))
    last = max(int(tail) for tail in (*tails, digits) if tail.isdecimal())
    if last + 1 == 10 ** len(digits):
        raise GongshiError(f"“{start}”开头的编号用完了，请管理员处理。")
    return f"{start}{last + 1:0{len(digits)}d}"


def _refuse_hung(descriptor: Descriptor, tree: Tree, fresh: Mapping[str, str]) -> None:
    """A notice whose list is committed to has its number on the sheet: it is made anew, not renumbered."""
    for path in tree.paths(f"{RECORDS}/"):
        number = path.rsplit("/", 1)[-1].removesuffix(".yaml")
        document = document_of(descriptor, path) if number in fresh else None
        lists = document.lists.items() if document else ()
        committed = [f"\n{name}:".encode() for name, table in lists if table == notice_pack().commitments]
        if any(name in tree.read(path) for name in committed):
            raise GongshiError(
                f"公示编号 {number} 与别人先送的重了，公示榜上的承诺与编号连在一起，不能改号：请撤去这份公示（gongshi undo），"
                "重新办理公示再送审。"
            )


def _rewritten(tree: Tree, paths: Sequence[str], fresh: Mapping[str, str], identity: Identity | None) -> Changes:
    """The changed files with the new numbers in them, in canonical form, under their new names."""
    tokens = re.compile(
        rb"(?<![0-9A-Za-z-])(" + b"|".join(re.escape(old.encode()) for old in fresh) + rb")(?![0-9A-Za-z])"
    )
    new = {old.encode(): number.encode() for old, number in fresh.items()}

    def put(data: bytes) -> bytes:
        return tokens.sub(lambda found: new[found[1]], data)

    changes: dict[str, bytes | None] = {}
    for path in paths:
        if not tree.exists(path):
            continue
        data, target = tree.read(path), put(path.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")
        if path.endswith("/sealed.csv"):
            content = _resealed(tree, path.split("/")[2], fresh, identity)
        else:
            content = put(data) if path.endswith(_TEXT) else data
        if target != path:
            changes[path] = None
        if content != data or target != path:
            changes[target] = content
    files = {path: data for path, data in changes.items() if data is not None}
    whole = MemoryTree({path: tree.read(path) for path in tree.paths(f"{RECORDS}/") if path.endswith(_TEXT)} | files)
    ordered, _ = format_files(whole, read_descriptor(whole), files)
    return changes | ordered


def _resealed(tree: Tree, slug: str, fresh: Mapping[str, str], identity: Identity | None) -> bytes:
    """A township's boxes with those of renumbered members sealed anew: a box opens under its own number alone."""
    rows = read_sealed(tree, slug)
    moved = [row for row in rows if row.member_no in fresh]
    if not moved:
        return tree.read(sealed_path(slug))
    if identity is None:
        raise GongshiError(
            "这次新增的人编号与别人先送的重了，要把密封信息换到新编号下，请用 --identity 指明密钥再送审一次。"
        )
    now, kept = standing_of(tree), [row for row in rows if row.member_no not in fresh]
    for row in moved:
        key = read_key(tree, slug, row.epoch, identity, now)
        person = open_box(key, slug, row.epoch, row.member_no, row.box)
        kept += seal_rows(key, slug, row.epoch, [{subjects().member.key: fresh[row.member_no], **person}])
    return sealed_bytes(kept)
