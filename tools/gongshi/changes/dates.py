"""The day on which what a record tells of happened, and when its entry counts as late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gongshi.package import pack

LATE = 30  # days after which an entry counts as late


@dataclass(frozen=True, slots=True)
class _Dates:
    dates: Mapping[str, str]


def business_dates() -> Mapping[str, str]:
    """Resource → the field that holds the day."""
    return pack("dates", _Dates).dates
