"""Values that other rows give: an empty cell of a field with ``derive`` in its schema reads as what those rows say.

``derive: {rows: memberships, match: {household_no: household_no}, value: kind.status, latest: started_on, ended: {ended_on: 已销号}}``
is the value of the latest matching row, read through a key, or the given label once that row has an end. ``where`` chooses rows
(its names may lead through the same key), ``times`` multiplies by a field of the row itself, ``otherwise`` stands where no row matches.
A label that is not in the field's own list is not said. What is typed stays what it is; ``checks`` tells where the two differ. Of rows
that begin on one day the one without an end counts.

The same in two ways: ``derived_rows`` as SQL for a whole Database, ``Said`` row by row for who reads files or history alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from gongshi.package.schema import Derive, Descriptor, Field, ForeignKey, Resource
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
    names = [name for name, _ in (*derive.match, *derive.ended)] + [name for name in (derive.latest,) if name]
    own = [name for _, name in derive.match] + [name for name in (derive.times,) if name]
    missing = [name for name in names if name not in there.schema.names]
    missing += [name for name in own if name not in resource.schema.names]
    missing += [path for path in paths(derive) if not _cell(descriptor, derive, path)]
    return next(iter(missing), "")


def paths(derive: Derive) -> tuple[str, ...]:
    """What is read of the other rows by a path: the value, and what chooses them."""
    return (derive.value, *(name for name, _ in derive.where))


def _cell(descriptor: Descriptor, derive: Derive, path: str) -> str:
    """A cell of the other row, or of what its key leads to, as SQL; empty if the path leads nowhere."""
    first, _, rest = path.partition(".")
    if not rest:
        return f'o."{first}"' if first in descriptor.resources[derive.rows].schema.names else ""
    key = behind(descriptor, derive)
    there = key is not None and key.fields == (first,) and rest in descriptor.resources[key.reference].schema.names
    return f'k."{rest}"' if there else ""


def behind(descriptor: Descriptor, derive: Derive) -> ForeignKey | None:
    """The one key through which paths lead; None where the row itself has everything."""
    first = next((path.partition(".")[0] for path in paths(derive) if "." in path), "")
    keys = (key for key in descriptor.foreign_keys if (key.resource, key.fields) == (derive.rows, (first,)))
    return next(keys, None)


def derived_fields(descriptor: Descriptor) -> Iterator[tuple[Resource, Field, Derive]]:
    """Every field that other rows give, with its resource and how they give it."""
    for resource, field, derive in descriptor.derivations:
        if not unsound(descriptor, resource, derive):
            yield resource, field, derive


def home(descriptor: Descriptor, resource: Resource, field: Field, derive: Derive) -> str:
    """What a reader must look at to change such a value: the other table, or another field of the row itself."""
    there = descriptor.resources[derive.rows]
    own = there.name == resource.name and derive.value in there.schema.names and derive.value != field.name
    return there.schema.field(derive.value).title if own else there.title


def needed(descriptor: Descriptor, wanted: Iterable[str]) -> frozenset[str]:
    """``wanted`` and the tables that their values come from."""
    names = set(wanted)
    for resource, _, derive in descriptor.derivations:
        if resource.name in names and not unsound(descriptor, resource, derive):
            names |= sources(descriptor, derive)
    return frozenset(names)


def sources(descriptor: Descriptor, derive: Derive) -> frozenset[str]:
    """The tables that a value comes from."""
    key = behind(descriptor, derive)
    return frozenset({derive.rows, *([key.reference] if key else [])})


def derived_rows(descriptor: Descriptor, resource: Resource, field: Field, derive: Derive) -> str:
    """The SELECT of (_row, value as text) over plain views; only rows of which something is known."""
    known = value = _cell(descriptor, derive, derive.value)
    for name, label in derive.ended:
        value = f'CASE WHEN o."{name}" IS NOT NULL THEN {_literal(label)} ELSE {value} END'
    on = " AND ".join(f's."{own}" = o."{theirs}"' for theirs, own in derive.match)
    chosen_by = [f"{_cell(descriptor, derive, name)}::VARCHAR = {_literal(word)}" for name, word in derive.where]
    listed = [f"{known}::VARCHAR IN ({', '.join(map(_literal, field.enum))})"] if field.enum else []
    where = " AND ".join([*chosen_by, *listed, f"{known} IS NOT NULL"])
    key = behind(descriptor, derive)
    join = f'JOIN "{key.reference}" k ON k."{key.reference_fields[0]}" = o."{key.fields[0]}"' if key else ""
    chosen = f"max({value})"
    if derive.latest:
        still = " AND ".join(["true", *(f'o."{name}" IS NULL' for name, _ in derive.ended)])
        chosen = f'arg_max({value}, (o."{derive.latest}", {still}, {value})) FILTER (o."{derive.latest}" IS NOT NULL)'
    if derive.times:
        chosen = f'{chosen} * any_value(s."{derive.times}")'
    cast = f"DECIMAL(21, {6 if field.decimals is None else field.decimals})" if field.type == "number" else "VARCHAR"
    return (
        f'SELECT s._row, (({chosen})::{cast})::VARCHAR AS value FROM "{resource.name}" s JOIN "{derive.rows}" o ON {on} {join} '
        f"WHERE {where} GROUP BY s._row"
    )


class Said:
    """What rows say of the records that they match: made of the rows once, asked for each record."""

    def __init__(
        self, field: Field, derive: Derive, rows: Iterable[Mapping[str, str]], through: Mapping[str, Mapping[str, str]]
    ) -> None:
        self.field, self.derive = field, derive
        best: dict[tuple[str, ...], tuple[str, bool, Decimal, str]] = {}
        for row in rows:
            mark = tuple(row.get(theirs, "") for theirs, _ in derive.match)
            ranked = self._ranked(row, through)
            if ranked and all(mark) and (mark not in best or ranked > best[mark]):
                best[mark] = ranked
        self._values = {mark: value for mark, (*_, value) in best.items()}

    def _ranked(
        self, row: Mapping[str, str], through: Mapping[str, Mapping[str, str]]
    ) -> tuple[str, bool, Decimal, str] | None:
        """(its day, whether it still is, its number, the value) of a row; None if it says nothing."""
        derive = self.derive

        def cell(path: str) -> str:
            first, _, rest = path.partition(".")
            return through.get(row.get(first, ""), {}).get(rest, "") if rest else row.get(first, "")

        value, listed = cell(derive.value), self.field.enum
        if not value or (listed and value not in listed) or any(cell(name) != word for name, word in derive.where):
            return None
        labels = [label for name, label in derive.ended if row.get(name)]
        number = _number(value) if self.field.type in ("number", "integer") else Decimal(0)
        day = row.get(derive.latest, "") if derive.latest else "-"
        return (day, not labels, number, labels[0] if labels else value) if day and number is not None else None

    def __bool__(self) -> bool:
        """Whether any record's empty cell reads as something."""
        return bool(self._values or self.derive.otherwise)

    def known(self, record: Mapping[str, str]) -> str:
        """What rows say of a record, "" if none does."""
        value = self._values.get(tuple(record.get(own, "") for _, own in self.derive.match), "")
        if not value or self.field.type != "number":
            return value
        number = _number(value)
        times = _number(record.get(self.derive.times, "")) if self.derive.times else Decimal(1)
        if number is None or times is None:
            return ""
        places = Decimal(1).scaleb(-(6 if self.field.decimals is None else self.field.decimals))
        return str((number * times).quantize(places, ROUND_HALF_UP))

    def of(self, record: Mapping[str, str]) -> str:
        """How the empty cell of a record is read."""
        return self.known(record) or self.derive.otherwise


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**15 else None


def _literal(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"
