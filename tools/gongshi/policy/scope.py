"""Where a record belongs: the paths from a table to its village or township, its unit, its programme."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

from gongshi.package import FieldPlace, Resource, identifier, pack
from gongshi.package.subjects import subjects
from gongshi.policy.paths import Schemas, Selection, table_of
from gongshi.policy.values import PolicyProblem, Scope

DEPTH = 4
TOWNSHIP_DIGITS = 9
PARTS = tuple(field.name for field in fields(Scope) if field.name != "line")
"""What a scope may name."""


@dataclass(frozen=True, slots=True)
class ScopePart:
    """One part of a scope: what it is called, and where on record is what it may name, the field's values or its labels."""

    title: str
    named: tuple[FieldPlace, ...]
    labels: bool = False


@dataclass(frozen=True, slots=True)
class ScopePack:
    """The parts of a scope, and the fields that say the place of a record (``pack/scopes.yaml``)."""

    places: tuple[str, ...]
    townships: ScopePart
    villages: ScopePart
    units: ScopePart
    programmes: ScopePart


def scope_parts() -> dict[str, ScopePart]:
    """Each part by its name."""
    whole = pack("scopes", ScopePack)
    return {name: getattr(whole, name) for name in PARTS}


def scope_tables() -> frozenset[str]:
    """The tables that say what a scope may name, but for labels, which the dictionary says."""
    return frozenset(place.resource for part in scope_parts().values() if not part.labels for place in part.named)


def restrict(selection: Selection, scope: Scope) -> None:
    """Conditions that keep only rows inside ``scope``; Problem if the table leads to none of its parts."""
    if not scope:
        return
    schemas, resource = selection.schemas, selection.resource
    conditions = []
    if (scope.townships or scope.villages) and (paths := places(schemas, resource)):
        conditions.append(_in_places(selection, paths, scope))
    if scope.units and (paths := units(schemas, resource)):
        conditions.append(_in_values(selection, paths, scope.units, scope.line))
    if scope.programmes and (paths := programmes(schemas, resource)):
        conditions.append(_in_values(selection, paths, scope.programmes, scope.line))
    selection.conditions.extend(conditions)
    if not conditions:
        raise PolicyProblem(
            f"“{resource.name}”表的记录找不到 scope 所说的村镇、单位或用途，请改用 where 或 scope: county", scope.line
        )


def places(schemas: Schemas, resource: Resource) -> list[str]:
    """Paths to division codes."""
    names = pack("scopes", ScopePack).places
    return _paths(schemas, resource, lambda at: [name for name in names if name in at.schema.names], frozenset())


def units(schemas: Schemas, resource: Resource) -> list[str]:
    """Paths to unit codes."""
    ((table, code),) = pack("scopes", ScopePack).units.named

    def own(at: Resource) -> list[str]:
        if at.name == table and code in at.schema.names:
            return [code]
        return [key.fields[0] for key in schemas.keys.get(at.name, []) if key.reference == table]

    return _paths(schemas, resource, own, frozenset({table}))


def programmes(schemas: Schemas, resource: Resource) -> list[str]:
    """Paths to what the money is for: the first kind that there is."""
    for place in pack("scopes", ScopePack).programmes.named:

        def own(at: Resource, name: str = place.resource, field: str = place.field) -> list[str]:
            return [field] if at.name == name and field in at.schema.names else []

        if found := _paths(schemas, resource, own, frozenset()):
            return found
    return []


def _paths(
    schemas: Schemas,
    resource: Resource,
    own: Callable[[Resource], list[str]],
    closed: frozenset[str],
    depth: int = DEPTH,
) -> list[str]:
    """The table's own fields first, then through its keys in order; a field that is always filled ends the search."""
    found = list(own(resource))
    if any(resource.schema.field(name).required for name in found) or not depth:
        return found
    for key in schemas.keys.get(resource.name, []):
        if key.reference == resource.name or key.reference in closed or key.fields[0] in found:
            continue
        there = schemas.descriptor.resources[key.reference]
        deeper = _paths(schemas, there, own, closed | {resource.name}, depth - 1)
        found.extend(f"{key.fields[0]}.{path}" for path in deeper)
        if deeper and resource.schema.field(key.fields[0]).required:
            break
    return found


def _value(selection: Selection, paths: list[str], line: int) -> str:
    columns = [selection.column(path, line).sql for path in paths]
    return columns[0] if len(columns) == 1 else f"coalesce({', '.join(columns)})"


def _in_places(selection: Selection, paths: list[str], scope: Scope) -> str:
    place = _value(selection, paths, scope.line)
    terms = []
    if scope.villages:
        terms.append(f"{place} IN ({_bound(selection, scope.villages)})")
    if scope.townships:
        at = subjects().place
        for name in (at.key, at.slug):
            selection.schemas.need(at.table, name)
        named = f"{identifier(at.slug)} IN ({_bound(selection, scope.townships)})"
        codes = f"SELECT left({identifier(at.key)}, {TOWNSHIP_DIGITS}) FROM {table_of(at.table)} WHERE {named}"
        terms.append(f"left({place}, {TOWNSHIP_DIGITS}) IN ({codes})")
    return " OR ".join(terms)


def _in_values(selection: Selection, paths: list[str], values: tuple[str, ...], line: int) -> str:
    return f"{_value(selection, paths, line)} IN ({_bound(selection, values)})"


def _bound(selection: Selection, values: tuple[str, ...]) -> str:
    return ", ".join(selection.binder.bind(value, "VARCHAR") for value in values)
