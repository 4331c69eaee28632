"""Three-way merge by record and field. Edits of different records, or of different fields of one record, both stand.

The two sides are equals: swapping them swaps the sides of each Conflict and changes nothing else. No row is lost and
none invented: a record is in the result, or both sides (or one, the other leaving it as it was) deleted it, or a
Conflict says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from gongshi.changes.values import Conflict, Merged, Row
from gongshi.package import Schema, spell

Triple = tuple[Row | None, Row | None, Row | None]


def merge_rows(
    schema: Schema, base: Sequence[Sequence[str]], ours: Sequence[Sequence[str]], theirs: Sequence[Sequence[str]]
) -> Merged:
    """Merge rows (text cells in schema order) by primary key, each cell compared in its one spelling.

    Rows that share a key are paired: equal rows with each other, then the nth that is left with the nth.
    """
    places = [schema.names.index(name) for name in schema.primary_key]
    sides = [_by_key(spelled(schema, rows), places) for rows in (base, ours, theirs)]
    mine: list[Row] = []
    other: list[Row] = []
    conflicts: list[Conflict] = []
    for key in sorted({*sides[0], *sides[1], *sides[2]}):
        for triple in paired(*(side.get(key, ()) for side in sides)):
            left, right, fields = merge_record(triple)
            mine.extend([left] if left else [])
            other.extend([right] if right else [])
            conflicts.extend(conflict(schema, key, triple, place) for place in fields)

    def order(row: Row) -> tuple[list[str], Row]:
        return [row[place] for place in places], row

    return Merged(tuple(sorted(mine, key=order)), tuple(conflicts), tuple(sorted(other, key=order)))


def spelled(schema: Schema, rows: Sequence[Sequence[str]]) -> list[Row]:
    """Rows with each number in its one spelling."""
    numeric = [(place, field) for place, field in enumerate(schema.fields) if field.type in ("integer", "number")]
    result = []
    for row in rows:
        cells = list(row)
        for place, field in numeric:
            cells[place] = spell(field, cells[place])
        result.append(tuple(cells))
    return result


def _by_key(rows: list[Row], places: list[int]) -> dict[Row, list[Row]]:
    groups: dict[Row, list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[place] for place in places), []).append(row)
    return groups


def paired(base: Sequence[Row], ours: Sequence[Row], theirs: Sequence[Row]) -> Iterator[Triple]:
    """Rows of one key as (base, ours, theirs), None where a side has no such row."""
    left, more_left = aligned(base, ours)
    right, more_right = aligned(base, theirs)
    yield from zip(base, left, right, strict=True)
    new_right, rest = aligned(more_left, more_right)
    yield from ((None, mine, yours) for mine, yours in zip(more_left, new_right, strict=True))
    yield from ((None, None, row) for row in rest)


def aligned(base: Sequence[Row], side: Sequence[Row]) -> tuple[list[Row | None], list[Row]]:
    """For each row of ``base`` its partner in ``side``, and what of ``side`` is nobody's partner; in linear time."""
    same = Counter(base) & Counter(side)
    keep, skip = same.copy(), same.copy()
    partners: list[Row | None] = []
    for row in base:
        partners.append(row if keep[row] else None)
        keep[row] -= bool(keep[row])
    rest = []
    for row in side:
        if skip[row]:
            skip[row] -= 1
        else:
            rest.append(row)
    left = iter(rest)
    taken = [partner if partner is not None else next(left, None) for partner in partners]
    return taken, list(left)


def merge_record(triple: Triple) -> tuple[Row | None, Row | None, tuple[int, ...]]:
    """The merged record with ours in conflicts, the same with theirs, and the places of the fields in conflict."""
    base, ours, theirs = triple
    if ours == theirs or theirs == base:
        return ours, ours, ()
    if ours == base:
        return theirs, theirs, ()
    if base is None or ours is None or theirs is None:
        before, after = (row for row in (base, ours, theirs) if row is not None)
        return ours, theirs, tuple(place for place, cell in enumerate(before) if cell != after[place])
    mine, yours, fields = list(ours), list(theirs), []
    for place, (old, left, right) in enumerate(zip(base, ours, theirs, strict=True)):
        if left == old:
            mine[place] = right
        elif right == old:
            yours[place] = left
        elif left != right:
            fields.append(place)
    return tuple(mine), tuple(yours), tuple(fields)


def conflict(schema: Schema, key: tuple[str, ...], triple: Triple, place: int, resource: str = "") -> Conflict:
    """The Conflict over the field at ``place`` of a record."""
    base, ours, theirs = (row[place] if row is not None else None for row in triple)
    return Conflict(key, schema.names[place], base, ours, theirs, resource)
