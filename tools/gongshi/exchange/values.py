"""What an import came to, as values: every row of the file is in exactly one RowResult or one skipped row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from gongshi.exchange.columns import SheetColumn
from gongshi.exchange.mapping import ColumnMapping
from gongshi.exchange.memory import Origin
from gongshi.exchange.sheets import Sheet, address


class Fate(StrEnum):
    """What became of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row was refused: the column (from 0) and what to do. Never repeats a cell of a person. ``lacking`` is the header of
    the column that the sheet should have for it."""

    column: int
    message: str
    lacking: str = ""


@dataclass(frozen=True, slots=True)
class CellChange:
    """A field of an updated record. ``before`` and ``after`` are None for an identifier, which is never shown."""

    title: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class RowResult:
    """One data row of a sheet (``row`` from 0) and what became of it."""

    sheet: str
    row: int
    kind: Fate
    resource: str = ""
    key: tuple[str, ...] = ()
    changes: tuple[CellChange, ...] = ()
    problems: tuple[RowProblem, ...] = ()

    def places(self) -> list[tuple[str, str]]:
        """(address such as ``B7``, message) of each problem."""
        return [(address(self.row, problem.column), problem.message) for problem in self.problems]


@dataclass
class SheetResult:
    """One sheet. ``skipped`` maps rows that are no data to what they are; ``sums`` a money field's title to what the
    taken and the refused rows hold together, ``unread`` to how many rows have no figure there that can be read."""

    sheet: Sheet
    resource: str = ""
    title: str = ""
    columns: tuple[SheetColumn, ...] = ()
    rows: list[RowResult] = field(default_factory=list)
    skipped: Mapping[int, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    sums: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)
    row_units: Mapping[int, str] = field(default_factory=dict)
    origin: Origin | None = None
    renamed: Mapping[str, str] = field(default_factory=dict)  # what stood in place of a new number → the number

    @property
    def counts(self) -> Counter[Fate]:
        """Rows by what became of them."""
        return Counter(row.kind for row in self.rows)


@dataclass
class ImportResult:
    """A whole import before anything is written: ``files`` are the bytes to write, ``guesses`` headers to confirm,
    ``mappings`` what ``--save-mapping`` would keep, ``warnings`` what the rules that need identifiers warn of, ``own`` the
    mapping that keeps what the command said of columns."""

    sheets: list[SheetResult]
    files: dict[str, bytes] = field(default_factory=dict)
    guesses: list[tuple[str, str, str]] = field(default_factory=list)
    mappings: list[ColumnMapping] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    own: ColumnMapping | None = None

    @property
    def understood(self) -> bool:
        """Whether a table was found in any sheet."""
        return any(sheet.resource for sheet in self.sheets)

    @property
    def rows(self) -> list[RowResult]:
        """All rows of all sheets."""
        return [row for sheet in self.sheets for row in sheet.rows]

    @property
    def counts(self) -> Counter[Fate]:
        """Rows of all sheets by what became of them."""
        return Counter(row.kind for row in self.rows)
