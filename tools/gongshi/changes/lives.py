"""What the life of a record is told by, beside the records that name it: ``pack/life.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gongshi.package import pack


@dataclass(frozen=True, slots=True)
class Through:
    """What hangs on a record by a field of another."""

    by: str
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SplitEvents:
    """The events by which a household was split from another or merged with it."""

    table: str
    other: str
    day: str
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lives:
    """See the comments in ``pack/life.yaml``."""

    further: Mapping[str, Through]
    links: SplitEvents


def lives() -> Lives:
    """Read once."""
    return pack("life", Lives)
