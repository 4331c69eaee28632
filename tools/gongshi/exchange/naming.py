"""Whose name and ID number stand in a row of a table that takes none: by them the row finds whom it is about."""

from __future__ import annotations

from typing import NamedTuple

from gongshi.exchange.candidates import Candidate
from gongshi.exchange.identifiers import carries_persons
from gongshi.exchange.lore import headers
from gongshi.exchange.mapping import normal
from gongshi.exchange.owners import is_name
from gongshi.exchange.persons import spelled
from gongshi.exchange.tables import SheetTable


class Named(NamedTuple):
    """Where a table has the name and the ID number of whom a row is about, whether it is the head who is named, and where there is
    an ID number that may be his, though another's name stands before it."""

    name: int | None
    number: int | None
    head: bool
    doubtful: int | None


def named_in(table: SheetTable) -> Named:
    """The same for a table, once for all its rows."""
    columns = [column for column in table.columns if column.role in ("person", "head") or is_name(column.texts)]
    head = any(c.role == "head" or normal(c.header).startswith(headers().heads) for c in columns)
    numbers = _number_columns(table)
    own = next((place for place in numbers if place not in table.strangers), None)
    return Named(_name_column(table), own, head, numbers[0] if numbers and own is None else None)


def name_person(candidate: Candidate, named: Named) -> None:
    """Set ``named``, ``number``, ``doubtful`` and ``about_head`` of a row."""
    candidate.about_head = named.head
    candidate.named = spelled("name", _text(candidate, named.name))
    candidate.number, candidate.doubtful = _text(candidate, named.number), _text(candidate, named.doubtful)


def _text(candidate: Candidate, place: int | None) -> str:
    cell = candidate.table.sheet.cell(candidate.row, place) if place is not None else ""
    return cell.strip() if isinstance(cell, str) else ""


def _name_column(table: SheetTable) -> int | None:
    """Where a table that takes no names has the name of the person that each row is about."""
    roles = [column.place for column in table.columns if column.role in ("person", "head")]
    free = [column.place for column in table.columns if is_name(column.texts) and column.meaning.field is None]
    places = roles if table.feed else free
    return places[0] if places and not carries_persons(table.resource) else None


def _number_columns(table: SheetTable) -> list[int]:
    """Where it has ID numbers, those of proxies and guarantors beside him, too."""
    if carries_persons(table.resource):
        return []
    words = {normal(word) for word in headers().persons["id_no"]}
    found = [c.place for c in table.columns if c.role == "id_no"]
    return found or [c.place for c in table.columns if normal(c.header) in words and c.meaning.field is None]
