"""What of a ledger can be found: every record that has a number or a name, and the people whose names a key opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gongshi.checks.showing import shows
from gongshi.lookup.index import Entry
from gongshi.model import GongshiError
from gongshi.package import Database, pack, query
from gongshi.package.subjects import subjects
from gongshi.repository import Tree
from gongshi.sealing import UNSIGNED, Identity, unseal
from gongshi.sealing.layout import sealed_townships


@dataclass(frozen=True, slots=True)
class FoundTables:
    """See the comments in ``pack/found.yaml``."""

    called: Mapping[str, str]
    own: frozenset[str]
    labelled: frozenset[str]


def found_tables() -> FoundTables:
    """What a clerk finds and edits."""
    return pack("found", FoundTables)


def titles() -> Mapping[str, str]:
    """What can be found, by table, and what people call it."""
    return found_tables().called


def opened(tree: Tree, identity: Identity | None) -> dict[str, str]:
    """Member number → name, of all that the identity opens; what it does not open is passed over."""
    names: dict[str, str] = {}
    member = subjects().member.key
    if identity is None:
        return names
    for slug in sealed_townships(tree):
        try:
            names |= {row[member]: row["name"] for row in unseal(tree, slug, identity, UNSIGNED) if row.get("name")}
        except GongshiError:
            continue
    return names


def townships(database: Database) -> tuple[str, dict[str, str]]:
    """(the county's name, the name of each township by its folder)."""
    county, at = subjects().county, subjects().place
    said = (
        database.sql(f"SELECT {county.name} FROM {county.table}")
        if county.table in database.descriptor.resources
        else []
    )
    known = (
        f"SELECT {at.slug}, {at.name} FROM {at.table} WHERE {at.slug} IS NOT NULL AND {at.level} = $1 ORDER BY {at.key}"
    )
    return said[0][0] if said else "", dict(database.sql(known, [at.township]))


def entries(database: Database, names: Mapping[str, str]) -> Iterator[Entry]:
    """Everything of a Database that can be found, by a number that looks like one; people by number, and by name where ``names`` has it."""
    yield from _people(database, names)
    for resource in [name for name in titles() if name not in subjects().people]:
        if resource in database.descriptor.resources:
            described = database.descriptor.resources[resource]
            for key, name, where in database.sql(query(f"found-{resource}").sql):
                if key and shows(described, (str(key),)):
                    yield Entry(resource, str(key), name or "", where or "")


def _people(database: Database, names: Mapping[str, str]) -> Iterator[Entry]:
    """Households under their heads' names, then members; told apart by village, group, size and year of birth."""
    last, head_of = "", subjects().member.head
    homes, members = (database.descriptor.resources[name] for name in subjects().people)
    for home, village, group, size, member, relation, born in database.sql(query("found-people").sql):
        if not home or not shows(homes, (home,)):
            continue
        place = f"{village or ''} {group or ''}".strip()
        if home != last:
            head = names.get(member or "", "") if relation == head_of else ""
            where = f"{place}，{size} 口人" if size else place
            yield Entry(homes.name, home, head, where, bool(head), (village or "",) if not head else ())
            last = home
        if member and shows(members, (member,)):
            name = names.get(member, "")
            yield Entry(
                members.name, member, name, f"{place}，{relation or ''}，{born or ''} 年生", bool(name), of=home
            )
