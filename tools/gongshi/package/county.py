"""What the county says of itself, by which the program reads and judges (``pack/settings.yaml``)."""

from __future__ import annotations

from dataclasses import dataclass

from gongshi.package.pack import pack


@dataclass(frozen=True, slots=True)
class CountyFields:
    """The table of one record that says it, and its fields: the day of the records, the first day, the one from which they must
    be complete, the fingerprint of the root of who may sign."""

    table: str
    day: str
    begins: str
    complete: str
    root: str


def county_fields() -> CountyFields:
    """Which fields say what; read once."""
    return pack("settings", CountyFields)
