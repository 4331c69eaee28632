"""Whose name and ID number stand in a row of a table that takes none: by them the row finds whom it is about."""

from __future__ import annotations

from typing import NamedTuple

from gongshi.exchange.candidates import Candidate
from gongshi.exchange.identifiers import SYNONYMS, carries_persons
from gongshi.exchange.mapping import normal
from gongshi.exchange.owners import is_name
from gongshi.exchange.tables import SheetTable

_NUMBER_WORDS = {normal(word) for word in SYNONYMS["id_no"]}
_HEADS = ("户主", "贫困户", "脱贫户", "监测户")


class Named(NamedTuple):
    """Where a table has the name and the ID number of whom a row is about, and whether it is the head who is named."""

    name: int | None
    number: int | None
    head: bool


def named_in(table: SheetTable) -> Named:
    """The same for a table, once for all its rows."""
    columns = [column for column in table.columns if column.role in ("person", "head") or is_name(column.texts)]
    head = any(c.role == "head" or normal(c.header).startswith(_HEADS) for c in columns)
    return Named(_name_column(table), _number_column(table), head)


def name_person(candidate: Candidate, named: Named) -> None:
    """Set ``named``, ``number`` and ``about_head`` of a row."""
    sheet = candidate.table.sheet
    candidate.about_head = named.head
    if named.name is not None:
        candidate.named = str(sheet.cell(candidate.row, named.name)).strip()
    cell = sheet.cell(candidate.row, named.number) if named.number is not None else ""
    candidate.number = cell.strip() if isinstance(cell, str) else ""


def _name_column(table: SheetTable) -> int | None:
    """Where a table that takes no names has the name of the person that each row is about."""
    roles = [column.place for column in table.columns if column.role in ("person", "head")]
    free = [column.place for column in table.columns if is_name(column.texts) and column.meaning.field is None]
    places = roles if table.feed else free
    return places[0] if places and not carries_persons(table.resource) else None


def _number_column(table: SheetTable) -> int | None:
    """Where it has his ID number; that of a proxy or guarantor beside him is none."""
    if carries_persons(table.resource):
        return None
    found = [c.place for c in table.columns if c.role == "id_no"]
    found = found or [c.place for c in table.columns if normal(c.header) in _NUMBER_WORDS and c.meaning.field is None]
    return next((place for place in found if place not in table.strangers), None)
