"""What an import, and a workbook that goes out, know of the domain: ``pack/importing.yaml`` and ``pack/headers.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from gongshi.package import FieldPlace, pack


@dataclass(frozen=True, slots=True)
class SpellOf:
    """How a row without a number finds the spell (of ``table``) that it belongs to: ``whose`` and ``day`` are fields of both its own
    and the spell's, who is in the spell may stand in a column of ``role``."""

    resource: str
    field: str
    whose: str
    day: str
    table: str
    begins: str
    ends: str
    role: str
    who: str
    names: FieldPlace
    called: str


@dataclass(frozen=True, slots=True)
class BatchOf:
    """How a list finds the batch (of ``table``) out of which it is paid: by its day and its sum, among those whose ``kind`` says ``of``."""

    resource: str
    field: str
    day: str
    amount: str
    table: str
    paid: str
    sum: str
    kind: str
    of: str
    called: str


@dataclass(frozen=True, slots=True)
class LetteredNumber:
    """How the number of a record is made: of the county, its year, letters for what the first of ``kind`` that is filled says, and
    four digits."""

    resource: str
    kind: tuple[str, ...]
    otherwise: str
    letters: Mapping[str, tuple[str, ...]]

    def letters_of(self, record: Mapping[str, str]) -> str:
        said = next((record[name] for name in self.kind if record.get(name)), "")
        return next((letters for letters, words in self.letters.items() if said in words), self.otherwise)


@dataclass(frozen=True, slots=True)
class Product:
    """An amount that is the product of two factors."""

    amount: str
    factors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableLore:
    """See the comments in the file."""

    first: tuple[str, ...]
    called: Mapping[str, tuple[str, ...]]
    year: str
    of_year: Mapping[str, str]
    years: tuple[str, ...]
    of_unit: Mapping[str, str]
    left_out: Mapping[str, str]
    coded: tuple[str, ...]
    written: tuple[str, ...]
    clear: tuple[str, ...]
    labels: tuple[str, ...]
    telling: tuple[str, ...]
    spells: tuple[SpellOf, ...]
    batches: tuple[BatchOf, ...]
    numbers: tuple[LetteredNumber, ...]
    about: tuple[str, ...]
    owners: tuple[str, ...]
    moves: Mapping[str, tuple[str, ...]]
    paid: str
    persons: tuple[tuple[str, ...], ...]
    products: tuple[Product, ...]
    titles: Mapping[str, str]
    sealing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeaderWords:
    """See the comments in the file."""

    persons: Mapping[str, tuple[str, ...]]
    heads: tuple[str, ...]
    describing: frozenset[str]
    county: frozenset[str]
    township: frozenset[str]
    village: frozenset[str]
    compound: frozenset[str]
    ends: tuple[str, ...]
    villages: tuple[str, ...]
    offices: tuple[str, ...]
    divisions: Mapping[str, tuple[str, ...]]


def lore() -> TableLore:
    """What is known of tables and fields."""
    return pack("importing", TableLore)


def headers() -> HeaderWords:
    """What people write over columns."""
    return pack("headers", HeaderWords)


@cache
def place_words() -> frozenset[str]:
    """The headers of columns that say where a row belongs."""
    return headers().county | headers().township | headers().village
