"""The money of one year: what came, what it was given to, what was paid and to whom; months, payees, the picture."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from gongshi.disclosure import Disclosure, Withheld, add
from gongshi.site.numbers import Flow, flows
from gongshi.site.topics import Route, TopicShare, routes, shares

MOST_USES = 14
ZERO = Decimal(0)
CLASSES = {"中央": "s1", "省": "s2", "县": "s3"}
"""Colours of sources, by name and never by their place."""

PAYEES = "payees/{}.html"


class Month(NamedTuple):
    """What units were paid in a month: of this year's money, and of another year's."""

    month: int
    same: Decimal
    other: Decimal


class Payee(NamedTuple):
    """A unit with a unified code, and all that it was paid."""

    code: str
    name: str
    payments: Sequence[Any]

    @property
    def path(self) -> str:
        """Its page."""
        return PAYEES.format(self.code)

    @property
    def total(self) -> Decimal:
        """All that it was paid."""
        return sum((row.amount for row in self.payments), ZERO)


class Source(NamedTuple):
    """Where money came from; ``parts`` are the sources without a colour of their own, taken together."""

    name: str
    amount: Any
    paid: Any
    colour: str
    parts: Sequence[Flow] = ()


def sources(found: Sequence[Flow]) -> list[Source]:
    """The sources of a year: those that have a colour, then the others, together if there are several."""
    own = [Source(flow.name, flow.amount, flow.paid, CLASSES[flow.name]) for flow in found if flow.name in CLASSES]
    rest = [flow for flow in found if flow.name not in CLASSES]
    if len(rest) < 2:
        return own + [Source(flow.name, flow.amount, flow.paid, "s4") for flow in rest]
    amount, paid = (add((ZERO, *(getattr(flow, field) for flow in rest))) for field in ("amount", "paid"))
    return [*own, Source(f"其他 {len(rest)} 个来源", amount, paid, "s4", rest)]


def years(views: Disclosure) -> list[int]:
    """The years that money was allotted for, the newest first."""
    return sorted({row.year for row in views.rows("allocations")}, reverse=True)


def payees(views: Disclosure) -> tuple[list[Payee], list[Any]]:
    """Who has a page, the largest first; and the payments to all others."""
    found: dict[str, list[Any]] = defaultdict(list)
    rest: list[Any] = []
    for row in views.rows("payments"):
        (found[row.payee_code] if row.payee_code else rest).append(row)
    known = [Payee(code, rows[0].payee, rows) for code, rows in found.items()]
    return sorted(known, key=lambda payee: (-payee.total, payee.code)), rest


def use(route: Route) -> str:
    """What a part of the money is for: the kind of a project, and what a county-wide programme is opened into."""
    project = route.project
    kind = project.category if project.township_code else project.sub_category or project.category
    return str(kind)


def values(views: Disclosure, year: int) -> dict[str, Any]:
    """Everything that the page of a year shows."""
    funds = {row.allocation_id: row.year for row in views.rows("allocations")}
    allocations = [row for row in views.rows("allocations") if row.year == year]
    mine = [route for route in routes(views) if funds.get(route.allocation, route.project.year) == year]
    own = [route for route in mine if route.allocation is None]
    benefits = [row for row in views.rows("benefits") if row.year == year]
    allotted = [route for route in mine if route.allocation is not None]
    return {
        "year": year,
        "years": years(views),
        "allocations": allocations,
        "flows": flows(allocations),
        "sources": sources(flows(allocations)[:-1]),
        "routes": mine,
        "own": add((ZERO, *(route.amount for route in own))),
        "planned": add((ZERO, *(route.amount for route in mine))),
        "paid": add((ZERO, *(route.paid for route in allotted))),
        "uses": uses(allotted),
        "picture": picture(allotted),
        "months": months(views, funds, year),
        "benefits": sorted(benefits, key=_largest),
        "persons": next((row.amount for row in views.rows("benefit-totals") if row.level == "县" and row.year == year), None),
        "shares": [(field, title, shares(mine, field)) for field, title in (("source", "来源"), ("programme", "用途"), ("township", "乡镇"))],
    }  # fmt: skip


def _largest(row: Any) -> tuple[Decimal, str]:
    return (ZERO if isinstance(row.amount, Withheld) else -row.amount, row.benefit)


def uses(found: Iterable[Route]) -> list[TopicShare]:
    """The money by what it is for, the largest first, the small ones together."""
    groups: dict[str, list[Route]] = defaultdict(list)
    for route in found:
        groups[use(route)].append(route)
    order = sorted(groups, key=lambda name: (-sum(route.amount for route in groups[name]), name))
    kept, rest = order[:MOST_USES], order[MOST_USES:]
    named = {name: groups[name] for name in kept}
    if rest:
        named[f"其余 {len(rest)} 种"] = [route for name in rest for route in groups[name]]
    return [_share(name, rows) for name, rows in named.items()]


def _share(name: str, rows: Sequence[Route]) -> TopicShare:
    return shares([route._replace(programme=name) for route in rows], "programme")[0]


def months(views: Disclosure, funds: Mapping[str, int], year: int) -> list[Month]:
    """What units were paid in each month of the year, up to the last with a payment."""
    found: dict[tuple[int, bool], Decimal] = defaultdict(Decimal)
    for row in views.rows("payments"):
        if row.paid_on.year == year:
            found[row.paid_on.month, funds.get(row.allocation_id) == year] += row.amount
    last = max((month for month, _ in found), default=0)
    return [Month(month, found[month, True], found[month, False]) for month in range(1, last + 1)]


def one_yuan(fund: Any, payments: Iterable[Any], persons: Iterable[Any]) -> list[tuple[str, Decimal]]:
    """Where each yuan of an allocation is, in fen that add up to one yuan; nothing where a part of it is not told."""
    units, homes = add((ZERO, *(row.amount for row in payments))), add((ZERO, *(row.amount for row in persons)))
    budgeted, paid = (ZERO if value is None else value for value in (fund.budgeted, fund.paid))
    told = (fund.amount, budgeted, paid, units, homes)
    if not all(isinstance(value, Decimal) for value in told) or not fund.amount > 0:
        return []
    parts = {
        "付给了单位": units,
        "发给了个人": homes,
        "安排好、还没付": budgeted - paid,
        "还没安排": fund.amount - budgeted,
    }
    if min(parts.values()) < 0 or units + homes != paid:
        return []
    exact = {name: 100 * part / fund.amount for name, part in parts.items()}
    fen = {name: int(value) for name, value in exact.items()}
    for name in sorted(parts, key=lambda name: fen[name] - exact[name])[: 100 - sum(fen.values())]:
        fen[name] += 1
    return [(name, Decimal(fen[name]) / 100) for name, part in parts.items() if part]


class Node(NamedTuple):
    """A bar at the left or right of the picture: how much of it is paid is a darker part."""

    name: str
    y: float
    height: float
    paid: float
    colour: str
    amount: Decimal


class Band(NamedTuple):
    """A band between two bars."""

    d: str
    width: float
    colour: str


class Picture(NamedTuple):
    """The flow of a year as a drawing."""

    left: Sequence[Node]
    right: Sequence[Node]
    bands: Sequence[Band]
    height: float


_FULL, _GAP, _LABEL = 420.0, 10.0, 24.0


def _stack(
    groups: Mapping[str, tuple[Decimal, Decimal]], scale: float, colours: Mapping[str, str], above: float
) -> list[Node]:
    """Bars below each other, each with room for its label: beside it, or ``above`` it."""
    found, y = [], _LABEL
    for name, (amount, paid) in groups.items():
        height = max(1.5, float(amount) * scale)
        dark = round(float(paid) * scale, 1)
        found.append(Node(name, round(y, 1), round(height, 1), dark, colours.get(name, "s4"), amount))
        y += (height if above else max(height, _LABEL)) + above + _GAP
    return found


def picture(found: Sequence[Route]) -> Picture | None:
    """From sources to uses; None where there is nothing to draw."""
    pairs: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    known = {share.name for share in uses(found)}
    rest = next((name for name in known if name.startswith("其余 ")), "")
    left: dict[str, tuple[Decimal, Decimal]] = {}
    right = {share.name: (share.amount, _plain(share.paid)) for share in uses(found)}
    for share in shares(found, "source"):
        left[share.name] = (share.amount, _plain(share.paid))
    for route in found:
        pairs[route.source, use(route) if use(route) in known else rest] += route.amount
    total = sum(pairs.values(), ZERO)
    if not total:
        return None
    scale = _FULL / float(total)
    starts, ends = _stack(left, scale, CLASSES, _LABEL), _stack(right, scale, {}, 0)
    bands = []
    used: dict[str, float] = defaultdict(float)
    for end in ends:
        for start in starts:
            width = float(pairs.get((start.name, end.name), ZERO)) * scale
            if not width:
                continue
            y1 = start.y + used["0" + start.name] + width / 2
            y2 = end.y + used["1" + end.name] + width / 2
            used["0" + start.name] += width
            used["1" + end.name] += width
            way = f"M10 {y1:.1f}C110 {y1:.1f} 90 {y2:.1f} 200 {y2:.1f}"
            bands.append(Band(way, round(max(width, 0.6), 1), start.colour))
    height = max(node.y + max(node.height, _LABEL) for node in (*starts, *ends)) + 4
    return Picture(starts, ends, bands, round(height, 1))


def _plain(paid: Decimal | Withheld) -> Decimal:
    return ZERO if isinstance(paid, Withheld) else paid
