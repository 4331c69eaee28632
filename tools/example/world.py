"""What the generator fills: rows by resource, as text in the schema's field names."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

Row = dict[str, str]

SEED = 20200630
AS_OF = date(2020, 6, 30)


@dataclass(slots=True)
class World:
    """Everything generated so far.

    ``rows[resource]`` is a list of rows (field name to text, absent or "" = missing) of every CSV and YAML resource;
    rows of a YAML list (``case-steps``) carry their document's key. ``names[member_no]`` is the synthetic name that goes
    into the sealed file only.
    """

    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    names: dict[str, str] = field(default_factory=dict)
    slugs: dict[str, str] = field(default_factory=dict)  # township division_code -> folder slug

    def rng(self, what: str) -> random.Random:
        """A generator of its own for each step, so that one step's draws do not shift another's."""
        return random.Random(f"{SEED}:{what}")
