"""Values that other rows give: an empty cell of a field with ``derive`` in its schema reads as what those rows say.

``derive: {rows: memberships, match: {household_no: household_no}, value: kind.status, latest: started_on, ended: {ended_on: 已销号}}``
is the value of the latest matching row, read through a key, or the given label once that row has an end. ``where`` chooses rows,
``times`` multiplies by a field of the row itself, ``otherwise`` stands where no row matches. What is typed stays what it is;
``checks`` tells where the two differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gongshi.package.schema import Derive, Descriptor, Field, Resource
from gongshi.package.yamlfile import Mapping as Node
from gongshi.package.yamlfile import Scalar, text

PARTS = ("rows", "match", "where", "value", "latest", "ended", "times", "otherwise")


def read_derive(node: object) -> Derive | None:
    """What a schema says in ``derive``; None if it does not say it rightly."""
    if (
        not isinstance(node, Node)
        or not set(node.items) <= set(PARTS)
        or not text(node, "rows")
        or not text(node, "value")
    ):
        return None
    match, where, ended = (_pairs(node.items.get(name)) for name in ("match", "where", "ended"))
    if not match or where is None or ended is None or len(ended) > 1:
        return None
    words = {name: text(node, name) for name in ("rows", "value", "latest", "times", "otherwise")}
    return Derive(**words, match=tuple(match.items()), where=tuple(where.items()), ended=tuple(ended.items()))


def _pairs(node: object) -> Mapping[str, str] | None:
    """A mapping of names to words; None for anything else, empty if there is none."""
    if node is None:
        return {}
    if not isinstance(node, Node) or not all(isinstance(item, Scalar) for item in node.items.values()):
        return None
    return {name: text(node, name) for name in node.items}


def unsound(descriptor: Descriptor, resource: Resource, derive: Derive) -> str:
    """Which table or field of a derivation is not there; "" if all are."""
    there = descriptor.resources.get(derive.rows)
    if there is None:
        return derive.rows
    names = [name for name, _ in (*derive.match, *derive.where, *derive.ended)] + [
        name for name in (derive.latest,) if name
    ]
    own = [name for _, name in derive.match] + [name for name in (derive.times,) if name]
    missing = [name for name in names if name not in there.schema.names]
    missing += [name for name in own if name not in resource.schema.names]
    return next(iter(missing), "") or ("" if _value(descriptor, derive)[0] else derive.value)


def _value(descriptor: Descriptor, derive: Derive) -> tuple[str, str]:
    """(the value as SQL, the join it needs); empty if its path leads nowhere."""
    here = descriptor.resources[derive.rows]
    first, _, rest = derive.value.partition(".")
    if not rest:
        return (f'o."{first}"', "") if first in here.schema.names else ("", "")
    for key in descriptor.foreign_keys:
        if (key.resource, key.fields) == (derive.rows, (first,)) and rest in descriptor.resources[
            key.reference
        ].schema.names:
            return f'k."{rest}"', f'JOIN "{key.reference}" k ON k."{key.reference_fields[0]}" = o."{first}"'
    return "", ""


def derived_fields(descriptor: Descriptor) -> Iterator[tuple[Resource, Field, Derive]]:
    """Every field that other rows give, with its resource and how they give it."""
    for resource in descriptor.resources.values():
        for field in resource.schema.fields:
            if field.derive and not unsound(descriptor, resource, field.derive):
                yield resource, field, field.derive


def needed(descriptor: Descriptor, wanted: Iterable[str]) -> frozenset[str]:
    """``wanted`` and the tables that their values come from."""
    names = set(wanted)
    for resource, _, derive in derived_fields(descriptor):
        if resource.name in names:
            first = derive.value.partition(".")[0]
            keys = [key for key in descriptor.foreign_keys if (key.resource, key.fields) == (derive.rows, (first,))]
            names |= {derive.rows, *(key.reference for key in keys)}
    return frozenset(names)


def derived_rows(descriptor: Descriptor, resource: Resource, field: Field, derive: Derive) -> str:
    """The SELECT of (_row, value as text) over plain views; only rows of which something is known."""
    value, join = _value(descriptor, derive)
    for name, label in derive.ended:
        value = f'CASE WHEN o."{name}" IS NOT NULL THEN {_literal(label)} ELSE {value} END'
    on = " AND ".join(f's."{own}" = o."{theirs}"' for theirs, own in derive.match)
    where = " AND ".join([f'o."{name}"::VARCHAR = {_literal(word)}' for name, word in derive.where] or ["true"])
    known = value if not derive.ended else _value(descriptor, derive)[0]
    chosen = f'arg_max({value}, o."{derive.latest}")' if derive.latest else f"max({value})"
    if derive.times:
        chosen = f'{chosen} * any_value(s."{derive.times}")'
    cast = f"DECIMAL(21, {6 if field.decimals is None else field.decimals})" if field.type == "number" else "VARCHAR"
    return (
        f'SELECT s._row, (({chosen})::{cast})::VARCHAR AS value FROM "{resource.name}" s JOIN "{derive.rows}" o ON {on} {join} '
        f"WHERE {where} AND {known} IS NOT NULL GROUP BY s._row"
    )


def _literal(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"
