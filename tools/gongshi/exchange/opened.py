"""Names where a key is at hand: those of all members it opens, to look for in everything that changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial

from gongshi.checks.guard import NameSet, scan
from gongshi.exchange.lore import lore
from gongshi.model import Finding, GongshiError
from gongshi.package import identifier, load, read_descriptor
from gongshi.repository import Tree
from gongshi.sealing import UNSIGNED, Identity, unseal
from gongshi.sealing.layout import sealed_townships


def opened_names(tree: Tree, identity: Identity | None, more: Iterable[str] = ()) -> NameSet:
    """The names of all members that the identity opens, and ``more``; what it does not open is passed over."""
    names = [*more]
    if identity is not None:
        for slug in sealed_townships(tree):
            with suppress(GongshiError):
                names.extend(row.get("name", "") for row in unseal(tree, slug, identity, UNSIGNED))
    return name_set(tree, names)


def name_set(tree: Tree, names: Iterable[str]) -> NameSet:
    """Names to look for, but those that stand on record in the clear."""
    every = [*names]
    return NameSet(every, _public(tree) if every else ())


def _public(tree: Tree) -> set[str]:
    """The names that stand on record in the clear."""
    descriptor = read_descriptor(tree)
    label, tables = lore().labels[0], descriptor.resources
    named = [name for name in lore().clear if name in tables and label in tables[name].schema.names]
    with load(tree, named, descriptor) as database:
        queries = (f"SELECT DISTINCT {identifier(label)} FROM raw.{identifier(name)}" for name in named)
        return {text for query in queries for (text,) in database.sql(query) if text}


def names_in(files: Iterable[tuple[str, Callable[[], bytes]]], names: NameSet) -> list[Finding]:
    """Where opened names stand in files and in their paths; boxes of the sealed file hold none that could be read."""
    found = scan(files, names) if names else []
    return [finding for finding in found if finding.code == "personal-name"]


def refuse_names(changes: dict[str, bytes], names: NameSet) -> None:
    """GongshiError for the first of the files about to be written in which an opened name stands."""
    for finding in names_in(((path, partial(changes.__getitem__, path)) for path in changes), names):
        raise GongshiError(f"{finding.path} 第 {finding.line} 行有在册人员的姓名，没有写入：请改写成户编号或去掉姓名。")


def names_on_record(tree: Tree, names: NameSet) -> list[Finding]:
    """Where opened names stand in any file of the ledger."""
    return names_in(((path, partial(tree.read, path)) for path in tree.paths()), names)
