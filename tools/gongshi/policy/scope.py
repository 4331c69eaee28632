"""Where a record belongs: the paths from a table to its village or township, its unit, its programme."""

from __future__ import annotations

from collections.abc import Callable

from gongshi.package import Resource
from gongshi.policy.paths import Schemas, Selection
from gongshi.policy.values import PolicyProblem, Scope

PLACES = ("village_code", "township_code", "division_code")
PROGRAMMES = {"projects": "category", "allocations": "programme"}
DEPTH = 4
TOWNSHIP_DIGITS = 9


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
    return _paths(schemas, resource, lambda at: [name for name in PLACES if name in at.schema.names], frozenset())


def units(schemas: Schemas, resource: Resource) -> list[str]:
    """Paths to unit codes."""

    def own(at: Resource) -> list[str]:
        if at.name == "units" and "unit_code" in at.schema.names:
            return ["unit_code"]
        return [key.fields[0] for key in schemas.keys.get(at.name, []) if key.reference == "units"]

    return _paths(schemas, resource, own, frozenset({"units"}))


def programmes(schemas: Schemas, resource: Resource) -> list[str]:
    """Paths to what the money is for: the project's category, else the programme of the allocation."""
    for name, field in PROGRAMMES.items():

        def own(at: Resource, name: str = name, field: str = field) -> list[str]:
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
        for name in ("division_code", "slug"):
            selection.schemas.need("divisions", name)
        codes = f"SELECT left(division_code, {TOWNSHIP_DIGITS}) FROM rules.divisions WHERE slug IN ({_bound(selection, scope.townships)})"
        terms.append(f"left({place}, {TOWNSHIP_DIGITS}) IN ({codes})")
    return " OR ".join(terms)


def _in_values(selection: Selection, paths: list[str], values: tuple[str, ...], line: int) -> str:
    return f"{_value(selection, paths, line)} IN ({_bound(selection, values)})"


def _bound(selection: Selection, values: tuple[str, ...]) -> str:
    return ", ".join(selection.binder.bind(value, "VARCHAR") for value in values)
