"""Rows of views as bytes and back, for who publishes the same records again: every value is what it was, of its own type."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from gongshi.disclosure.frozen import Withheld

_READ: Mapping[str, Callable[[str], Any]] = {
    "n": Decimal,
    "d": datetime.date.fromisoformat,
    "w": Withheld,
}


def pack(rows: Iterable[Iterable[Any]]) -> bytes:
    """The rows of a view; TypeError for a value of which no reader is known."""
    return json.dumps([[_told(value) for value in row] for row in rows]).encode("ascii")


def _told(value: Any) -> Any:
    if value is None or type(value) in (str, int, bool, float):
        return value
    if type(value) is Decimal:
        return ["n", str(value)]
    if type(value) is datetime.date:
        return ["d", value.isoformat()]
    if type(value) is Withheld:
        return ["w", value.text]
    raise TypeError(type(value))


def unpack(data: bytes) -> list[list[Any]]:
    """The rows as they were."""
    return [[_READ[value[0]](value[1]) if type(value) is list else value for value in row] for row in json.loads(data)]
