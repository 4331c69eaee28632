"""A column of a sheet, as it was understood."""

from __future__ import annotations

from dataclasses import dataclass

from gongshi.exchange.mapping import Meaning
from gongshi.package import Field


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a table: where it stands, its header as read, what that means, the unit of its figures ("" for the
    field's own), all levels of its header, lowest first, and what a form has it for (``forms.ROLES``)."""

    place: int
    header: str
    meaning: Meaning
    unit: str = ""
    texts: tuple[str, ...] = ()
    role: str = ""

    @property
    def field(self) -> Field:
        """The field that a column is taken for; LookupError for one that is taken for none."""
        if self.meaning.field is None:
            raise LookupError(self.header)
        return self.meaning.field
