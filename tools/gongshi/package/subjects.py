"""Who is who in the dictionary (``pack/subjects.yaml``): the tables that the engine itself looks into, and which fields say what."""

from __future__ import annotations

from dataclasses import dataclass

from gongshi.package.pack import pack


@dataclass(frozen=True, slots=True)
class PlaceTable:
    """The county, its townships and villages; ``county``, ``township`` and ``village`` are what ``level`` says of them."""

    table: str
    key: str
    name: str
    level: str
    parent: str
    slug: str
    county: str
    township: str
    village: str


@dataclass(frozen=True, slots=True)
class KeyedTable:
    """A table and its key, "" for what has none of its own."""

    key: str = ""
    table: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class HouseholdTable:
    """Households; ``called`` is what people call their numbers."""

    table: str
    key: str
    called: str
    village: str
    group: str
    size: str


@dataclass(frozen=True, slots=True)
class MemberTable:
    """Their members; ``head`` is what ``relation`` says of who heads a household."""

    table: str
    key: str
    called: str
    household: str
    relation: str
    head: str
    born: str


@dataclass(frozen=True, slots=True)
class Subjects:
    """All of them."""

    place: PlaceTable
    village: KeyedTable
    township: KeyedTable
    household: HouseholdTable
    member: MemberTable
    county: KeyedTable
    unit: KeyedTable
    boxes: KeyedTable

    @property
    def people(self) -> tuple[str, str]:
        """The tables whose records are about somebody."""
        return self.household.table, self.member.table

    def named(self, table: str) -> str:
        """The table that has the names of the records of a table."""
        return self.place.table if table == self.village.table else table

    @property
    def numbers(self) -> tuple[str, str]:
        """The fields by which a record says whom it is about."""
        return self.household.key, self.member.key


def subjects() -> Subjects:
    """Who is who; read once."""
    return pack("subjects", Subjects)
