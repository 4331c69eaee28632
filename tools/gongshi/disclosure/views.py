"""Disclosure views: the only tables the site can read.

A view is SQL over ``{resource}`` placeholders. Each placeholder becomes a subquery of that resource's *public*
fields, so a view that asks for anything else does not run: the level stated in the schema is the permission.
Every column says which field it comes from and takes its title, type and unit from there.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from gongshi.model import GongshiError
from gongshi.package.schema import Descriptor

PUBLIC = frozenset({"public"})
COUNTED = frozenset({"public", "aggregate"})
"""What a count of people may group by; its rows never leave, their numbers do, after suppression."""

_PLACEHOLDER = re.compile(r"\{([a-z-]+)\}")
_TABLE = re.compile(r"\b(?:from|join)\s+(?![{(])", re.IGNORECASE)
_SPEC = re.compile(r"(?P<mark>[#%]?)(?:(?P<name>\w+):)?(?P<resource>[a-z-]+)\.(?P<field>\w+)(?:=(?P<title>\S+))?")


@dataclass(frozen=True, slots=True)
class Column:
    """One published column and where it comes from (``origin`` is ``resource.field``)."""

    name: str
    title: str
    type: str = "string"
    unit: str = ""
    description: str = ""
    origin: str = ""
    people: bool = False
    """A count of people: withheld if it is small."""


@dataclass(frozen=True, slots=True)
class View:
    """A published table. ``columns`` is a list of ``[mark][name:]resource.field[=title]``.

    The mark ``#`` means a number of rows, ``%`` a count of people, which is withheld if it is small.
    """

    name: str
    title: str
    key: tuple[str, ...]
    columns: str
    sql: str

    def resolve(self, descriptor: Descriptor) -> tuple[Column, ...]:
        """The columns with what the schemas say of them; a column that is not public is refused."""
        return tuple(_column(descriptor, self.name, spec) for spec in self.columns.split())

    def query(self, descriptor: Descriptor) -> str:
        """The view as SQL over the typed tables."""
        names = ", ".join(f'"{column.name}"' for column in self.resolve(descriptor))
        return f"SELECT {names} FROM ({expand(self.sql, descriptor, PUBLIC)})"


def expand(sql: str, descriptor: Descriptor, levels: Collection[str], joins: Collection[str] = ()) -> str:
    """``sql`` with its placeholders made subqueries of the fields at these levels, and of those named in ``joins``."""
    if _TABLE.search(sql):
        raise GongshiError("公开视图只能从写在花括号里的资源取数。")

    def table(match: re.Match[str]) -> str:
        fields = descriptor.resources[match[1]].schema.fields
        names = ", ".join(f'"{field.name}"' for field in fields if field.disclosure in levels or field.name in joins)
        return f'(SELECT {names} FROM "{match[1]}")'

    return _PLACEHOLDER.sub(table, sql)


def _column(descriptor: Descriptor, view: str, spec: str) -> Column:
    match = _SPEC.fullmatch(spec)
    if not match:
        raise GongshiError(f"公开视图“{view}”的列“{spec}”写法不对。")
    field = descriptor.resources[match["resource"]].schema.field(match["field"])
    if field.disclosure not in PUBLIC:
        raise GongshiError(f"公开视图“{view}”的列“{spec}”来自不公开的字段“{field.title}”。")
    rows = match["mark"] == "#"
    return Column(
        name=match["name"] or field.name,
        title=match["title"] or field.title,
        type="integer" if rows else field.type,
        unit="个" if rows else field.unit,
        description="" if match["title"] else field.description,
        origin=f"{match['resource']}.{field.name}",
        people=match["mark"] == "%",
    )


def reads(sql: str) -> frozenset[str]:
    """The resources that ``sql`` has placeholders for."""
    return frozenset(_PLACEHOLDER.findall(sql))
