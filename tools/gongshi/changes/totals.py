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
from gongshi.package import RECORDS

TOWNSHIPS = f"{RECORDS}/townships/"
Files = Iterable[tuple[str, Lines]]


@dataclass(frozen=True, slots=True)
class Measure:
    """Of ``resource``, the rows or the sum of ``amount``, by ``group``: "township" (of the path), a field or "" for all.

    ``only`` (field, values) counts some rows alone; ``through`` (resource, key, field) gives a cell another name.
    """

    title: str
    resource: str
    unit: str
    group: str
    amount: str = ""
    only: tuple[str, tuple[str, ...]] = ("", ())
    through: tuple[str, str, str] = ("", "", "")


TOWNSHIP = ("divisions", "slug", "name")
FUND = ("allocations", "allocation_id", "name")
PROGRAMME = ("allocations", "allocation_id", "programme")
MEASURES = (
    Measure("建档立卡户", "households", "户", "township", through=TOWNSHIP),
    Measure(
        "其中未脱贫（含返贫）",
        "households",
        "户",
        "township",
        only=("poverty_status", ("未脱贫", "预脱贫", "返贫")),
        through=TOWNSHIP,
    ),
    Measure("家庭人口", "households", "人", "township", "population", through=TOWNSHIP),
    Measure("在册成员", "members", "人", "township", only=("life_status", ("正常", "转入")), through=TOWNSHIP),
    Measure("到户补助", "subsidies", "元", "township", "amount", through=TOWNSHIP),
    Measure("下达资金", "allocations", "元", "programme", "amount"),
    Measure("下达资金（按资金）", "allocations", "元", "allocation_id", "amount", through=FUND),
    Measure("支付（按用途）", "payments", "元", "allocation_id", "amount", through=PROGRAMME),
    Measure("支付（按资金）", "payments", "元", "allocation_id", "amount", through=FUND),
    Measure("项目预算（改动的项目）", "projects", "元", "category", "budget_total"),
    Measure("决算（改动的项目）", "projects", "元", "category", "final_cost"),
    Measure("预算资金（改动的项目）", "project-budget", "元", "source_level", "amount"),
    Measure("资产原值", "assets", "元", "asset_kind", "value"),
    Measure("资产年收益", "assets", "元", "asset_kind", "income"),
    Measure("资产已分配收益", "assets", "元", "asset_kind", "distributed"),
    Measure("资产留存收益", "assets", "元", "asset_kind", "retained"),
    Measure("小额信贷", "loans", "元", "township", "amount", through=TOWNSHIP),
    Measure("捐赠与周转金", "ledgers", "元", "entry_kind", "amount"),
    Measure("措施投入", "measures", "元", "township", "cost", through=TOWNSHIP),
    Measure("督查涉及金额（改动的督查）", "inspection-findings", "元", "finding_type", "amount"),
    Measure("督查追回金额（改动的督查）", "inspection-findings", "元", "finding_type", "recovered"),
)


def measures(deltas: Deltas) -> list[Measure]:
    """MEASURES, and every other column in 元, as one sum each."""
    known = {(measure.resource, measure.amount) for measure in MEASURES}
    others = [
        Measure(f"{table.resource.title}的{field.title}（改动的文件）", name, "元", "", field.name)
        for name, table in deltas.items()
        for field in table.fields
        if field.unit == "元" and field.type in ("integer", "number") and (name, field.name) not in known
    ]
    return [*MEASURES, *others]


def totals(deltas: Deltas, changes: Sequence[Change] = ()) -> Iterator[Total]:
    """Every total that differs, or in which records rose and fell, by measure and group."""
    files: dict[str, Files] = {}
    names: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for measure in measures(deltas):
        table = deltas.get(measure.resource)
        if table is None or not (table.gone or table.come):
            continue
        fields = [field.name for field in table.fields]
        if any(name not in fields for name in _needed(measure)):
            continue
        if measure.resource not in files:
            whole = any(other.resource == measure.resource and other.group != "township" for other in MEASURES)
            files[measure.resource] = list(_files(deltas, table) if whole else table.now.items())
        if measure.through not in names:
            names[measure.through] = [_names(side, *measure.through) for side in deltas.sides]
        mine = [change for change in changes if change.resource == measure.resource]
        yield from _of_measure(measure, mine, files[measure.resource], table, names[measure.through])


def _needed(measure: Measure) -> list[str]:
    group = "" if measure.group == "township" else measure.group
    return [name for name in (group, measure.amount, measure.only[0]) if name]


def _of_measure(
    measure: Measure, changes: Sequence[Change], files: Files, table: TableDelta, names: list[dict[str, str]]
) -> Iterator[Total]:
    fields = [field.name for field in table.fields]
    gone, come = (_sums(measure, fields, _by_path(placed)) for placed in (table.gone, table.come))
    field = next((field for field in table.fields if field.name == measure.group), None)

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
    wanted = frozenset(measure.only[1])
    names = [measure.amount, measure.only[0], "" if measure.group == "township" else measure.group]
    places = [fields.index(name) for name in names if name]
    found: dict[str, Decimal] = defaultdict(Decimal)
    for path, lines in files:
        for cells, count in counted(lines, places).items():
            left = iter(cells)
            number, state, group = (next(left) if name else "" for name in names)
            if not wanted or state in wanted:
                found[group if names[2] else _place(measure, path)] += (
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
    if measure.group != "township":
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
