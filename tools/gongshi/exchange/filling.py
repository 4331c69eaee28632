"""What a row says without a column of its own: constants of the form or of the command, spans of days, lists in one cell."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from gongshi.exchange.candidates import Candidate
from gongshi.exchange.convert import Converter
from gongshi.exchange.dates import Unclear, date_text
from gongshi.exchange.lore import lore
from gongshi.exchange.places import Places
from gongshi.exchange.sheets import Raw
from gongshi.exchange.values import RowProblem
from gongshi.model import GongshiError

_SPLIT = re.compile(r"[、,，;；/ ]+")
_MONTH = re.compile(r"(?:([12][0-9]{3})[年./-])?(1[0-2]|0?[1-9])月?")
_TO = re.compile(r"至|到|—+|－|~|～|-(?=[12][0-9]{3}|1[0-2]月|0?[1-9]月)")


def fill(candidates: Sequence[Candidate], places: Places, said: Mapping[str, str]) -> None:
    """Complete each row; ``said`` are constants by a field's title or name. GongshiError for one that no table takes."""
    used: set[str] = set()
    for candidate in candidates:
        for column in (one for one in candidate.table.columns if one.role):
            kind, *names = column.role.split(" ")
            if kind in ("span", "list") and names:
                _split(candidate, column.place, kind, names)
        used.update(_set(candidate, said))
        _constants(candidate, places)
        _product(candidate)
    if candidates and (unused := [name for name in said if name not in used]):
        raise GongshiError(
            f"--set 里的“{unused[0][:20]}”不是这几张表缺的字段，请核对字段名；表里有这一列的，请在表里填。"
        )


def _set(candidate: Candidate, said: Mapping[str, str]) -> Iterable[str]:
    """Put in what the command says of every row; gives the names that this table takes."""
    if not said:
        return ()
    schema = candidate.table.resource.schema
    taken = []
    for item in schema.fields:
        name = next((word for word in (item.title, item.name) if word in said), None)
        if name is None or item.name in candidate.table.fields:
            continue
        taken.append(name)
        words = candidate.table.form.values.get(item.name, {}) if candidate.table.form else {}
        text = Converter(item, values=words)(said[name])
        if not isinstance(text, str):
            raise GongshiError(f"--set {name[:20]}：{text.reason}。")
        candidate.values[item.name] = text
    return taken


def _constants(candidate: Candidate, places: Places) -> None:
    feed, place, schema = candidate.table.feed, candidate.place, candidate.table.resource.schema
    if not feed or not feed.constants:
        return
    known = {"{village}": place.village, "{township}": places.township_code(place)}
    for name, text in feed.constants.items():
        if name not in candidate.table.fields and name not in candidate.values and known.get(text, text):
            value = Converter(schema.field(name))(known.get(text, text))
            candidate.values[name] = value if isinstance(value, str) else ""


def _product(candidate: Candidate) -> None:
    """How many, or at what rate, where a form says the amount and the other of the two, and it comes out even."""
    values, schema = candidate.values, candidate.table.resource.schema
    for one in lore().products if candidate.table.feed and not candidate.problems else ():
        lacking = [name for name in one.factors if name in schema.names and not values.get(name)]
        if len(lacking) != 1 or not values.get(one.amount):
            continue
        (other,) = (values.get(name, "") for name in one.factors if name != lacking[0])
        if other and Decimal(other):
            item, amount = schema.field(lacking[0]), Decimal(values[one.amount])
            found = Converter(item)(f"{amount / Decimal(other):f}"[:20])
            if isinstance(found, str) and found and Decimal(found) * Decimal(other) == amount:
                values[item.name] = found


def _split(candidate: Candidate, at: int, kind: str, names: Sequence[str]) -> None:
    cell = candidate.table.sheet.cell(candidate.row, at)
    if cell in ("", None):
        return
    schema = candidate.table.resource.schema
    parts = [part for part in _SPLIT.split(str(cell).strip()) if part] if kind == "list" else span(cell)
    title = "、".join(schema.field(name).title for name in names)
    if not parts or len(parts) > len(names):
        why = f"多于 {len(names)} 项" if parts else "看不出从哪天到哪天"
        candidate.problems.append(RowProblem(at, f"“{title}”：{why}，请分成几列填写"))
        return
    words = candidate.table.form.values if candidate.table.form else {}
    for name, part in zip(names, parts, strict=False):
        text = Converter(schema.field(name), values=words.get(name, {}))(part)
        if isinstance(text, str):
            candidate.values.setdefault(name, text)
        else:
            candidate.problems.append(RowProblem(at, f"“{schema.field(name).title}”：{text.reason}"))


def span(cell: Raw) -> list[str]:
    """First and last day of ``2023年3月-10月``, ``2024.03至2024.10`` or two whole days; [] if it is no such text."""
    text = "".join(str(cell).split()) if isinstance(cell, str) else ""
    halves = [half for half in _TO.split(text) if half]
    if len(halves) != 2:
        return []
    first, last = (_MONTH.fullmatch(half) for half in halves)
    if first and last and first[1]:
        year, end = int(first[1]), int(last[1] or first[1])
        days = monthrange(end, int(last[2]))[1]
        found = [f"{year:04d}-{int(first[2]):02d}-01", f"{end:04d}-{int(last[2]):02d}-{days:02d}"]
    else:
        found = [day for half in halves if (day := _day(half))]
    return found if len(found) == 2 and found[0] <= found[1] else []


def _day(text: str) -> str:
    try:
        found = date_text(text, False)
    except Unclear:
        return ""
    return found if isinstance(found, str) else ""
