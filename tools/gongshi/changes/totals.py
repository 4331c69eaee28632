"""Head-counts and money before and after: per township (or file outside the townships) from the files that changed, per
fund and programme from all files of the funds. Only totals that differ are given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from gongshi.changes.lines import Lines, columns, counted
from gongshi.changes.tables import Deltas, Placed, Side, TableDelta, read_side
from gongshi.changes.values import Change, Row, Total
from gongshi.checks.showing import shown_cell
from gongshi.package import RECORDS, FieldPlace, pack
from gongshi.package.subjects import subjects

TOWNSHIPS = f"{RECORDS}/townships/"
Files = Iterable[tuple[str, Lines]]


@dataclass(frozen=True, slots=True)
class Measure:
    """Of ``table``, the rows or the sum of ``amount``, by a field, by the townships, or all as one; see ``pack/totals.yaml``."""

    title: str
    table: str
    unit: str
    by: str = ""
    called: FieldPlace | None = None
    amount: str = ""
    townships: bool = False
    only: str = ""
    among: frozenset[str] = frozenset()

    @property
    def fields(self) -> tuple[str, str, str]:
        """What is added up, what is looked at, and what groups; "" for what is not."""
        return self.amount, self.only, self.by

    @property
    def through(self) -> tuple[str, str, str]:
        """(table, key, field): what groups are called."""
        if self.townships:
            place = subjects().place
            return place.table, place.slug, place.name
        return (self.called.resource, self.by, self.called.field) if self.called else ("", "", "")


@dataclass(frozen=True, slots=True)
class _Totals:
    measures: tuple[Measure, ...]


def measures(deltas: Deltas) -> list[Measure]:
    """Those of the pack, and every other column in 元, as one sum each."""
    told = pack("totals", _Totals).measures
    known = {(measure.table, measure.amount) for measure in told}
    others = [
        Measure(f"{table.resource.title}的{field.title}（改动的文件）", name, "元", amount=field.name)
        for name, table in deltas.items()
        for field in table.fields
        if field.unit == "元" and field.type in ("integer", "number") and (name, field.name) not in known
    ]
    return [*told, *others]


def totals(deltas: Deltas, changes: Sequence[Change] = ()) -> Iterator[Total]:
    """Every total that differs, or in which records rose and fell, by measure and group."""
    files: dict[str, Files] = {}
    names: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    told = measures(deltas)
    for measure in told:
        table = deltas.get(measure.table)
        if table is None or not (table.gone or table.come):
            continue
        fields = [field.name for field in table.fields]
        if any(name and name not in fields for name in measure.fields):
            continue
        if measure.table not in files:
            whole = any(other.table == measure.table and other.by for other in told)
            files[measure.table] = list(_files(deltas, table) if whole else table.now.items())
        if measure.through not in names:
            names[measure.through] = [_names(side, *measure.through) for side in deltas.sides]
        mine = [change for change in changes if change.resource == measure.table]
        yield from _of_measure(measure, mine, files[measure.table], table, names[measure.through])


def _of_measure(
    measure: Measure, changes: Sequence[Change], files: Files, table: TableDelta, names: list[dict[str, str]]
) -> Iterator[Total]:
    fields = [field.name for field in table.fields]
    gone, come = (_sums(measure, fields, _by_path(placed)) for placed in (table.gone, table.come))
    field = next((field for field in table.fields if field.name == measure.by), None)

    def called(side: int, group: str) -> str:
        return names[side].get(group) or (shown_cell(field, group) if field else group)

    moves = _moves(measure, fields, changes, called) if measure.amount else {}
    if gone == come and names[0] == names[1] and not moves:
        return
    now = _sums(measure, fields, files)
    none = Decimal(0)
    was = {group: now.get(group, none) - come.get(group, none) + gone.get(group, none) for group in {*now, *gone}}
    sides = []
    for side, part in enumerate((was, now)):
        found: dict[str, Decimal] = defaultdict(Decimal)
        for group, value in part.items():
            found[called(side, group)] += value
        sides.append(found)
    for group in sorted({*sides[0], *sides[1], *moves}):
        before, after = (side.get(group, Decimal(0)) for side in sides)
        up, down = moves.get(group, (Decimal(0), Decimal(0)))
        if before != after or up or down:
            yield Total(measure.title, group, measure.unit, before, after, up, down)


def _moves(
    measure: Measure, fields: Sequence[str], changes: Sequence[Change], called: Callable[[int, str], str]
) -> dict[str, tuple[Decimal, Decimal]]:
    """By group, what single records rose by and what they fell by: two that offset each other are both told."""
    found: dict[str, tuple[Decimal, Decimal]] = {}
    for change in changes:
        sides: list[tuple[str, Decimal]] = []
        for side, path, row in ((0, change.path_before, change.before), (1, change.path_after, change.after)):
            sums = _sums(measure, fields, [(path, [row])]) if row else {}
            sides.extend((called(side, group), value if side else -value) for group, value in sums.items())
        groups = {group for group, _ in sides}
        for group in groups:
            net = sum((value for name, value in sides if name == group), Decimal(0))
            up, down = found.get(group, (Decimal(0), Decimal(0)))
            if net:
                found[group] = (up + max(net, Decimal(0)), down - min(net, Decimal(0)))
    return found


def _by_path(placed: Iterable[Placed]) -> Files:
    rows: dict[str, list[Row]] = defaultdict(list)
    for path, row in placed:
        rows[path].append(row)
    return rows.items()


def _sums(measure: Measure, fields: Sequence[str], files: Files) -> dict[str, Decimal]:
    """Counts equal cells first, so that few numbers are ever added."""
    names = measure.fields
    places = [fields.index(name) for name in names if name]
    found: dict[str, Decimal] = defaultdict(Decimal)
    for path, lines in files:
        for cells, count in counted(lines, places).items():
            left = iter(cells)
            number, state, group = (next(left) if name else "" for name in names)
            if not measure.among or state in measure.among:
                found[group if measure.by else _place(measure, path)] += (
                    _number(number) * count if measure.amount else count
                )
    return found


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text or 0)
    except InvalidOperation:
        return Decimal(0)
    return number if number.is_finite() else Decimal(0)


def _place(measure: Measure, path: str) -> str:
    if not measure.townships:
        return ""
    return path.removeprefix(TOWNSHIPS).split("/", 1)[0] if path.startswith(TOWNSHIPS) else path


def _files(deltas: Deltas, table: TableDelta) -> Files:
    """All files of the resource, changed or not, as they are now."""
    yield from table.now.items()
    after = deltas.sides[1]
    for path, name in after.owners.items():
        if name == table.resource.name and path not in table.now:
            yield path, table.fitted(read_side(after, path, []), 1)


def _names(side: Side, resource: str, key: str, field: str) -> dict[str, str]:
    """Key → name, read from a small resource whether it changed or not; {} if there is none."""
    described = side.descriptor.resources.get(resource)
    if described is None or not {key, field} <= set(described.schema.names):
        return {}
    places = [described.schema.names.index(name) for name in (key, field)]
    found: dict[str, str] = {}
    for path, name in side.owners.items():
        if name == resource:
            rows = columns(read_side(side, path, []), len(described.schema.fields))
            found.update((row[places[0]], row[places[1]]) for row in rows)
    return found
