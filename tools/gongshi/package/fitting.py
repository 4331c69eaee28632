"""Whether a cell looks like its field: what does not may be anything, a person's name or number too."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from gongshi.package.schema import Field

_FORMS = {
    "integer": r"[+-]?[0-9]{1,15}",
    "number": r"[+-]?[0-9]{1,15}(?:\.[0-9]{0,9})?",
    "date": r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}",
    "year": r"[12][0-9]{3}",
    "yearmonth": r"[12][0-9]{3}-[0-9]{2}",
}


def is_free(field: Field) -> bool:
    """Whether a field takes any text: neither pattern nor list says what may stand there."""
    return field.type == "string" and not field.pattern and not field.enum


def form_of(field: Field) -> Callable[[str], object] | None:
    """What a filled cell of the field is asked, None where there is no one form for it."""
    if is_free(field) or field.type == "boolean":
        return None
    return (
        frozenset(field.enum).__contains__
        if field.enum
        else re.compile(_FORMS.get(field.type, field.pattern)).fullmatch
    )


@lru_cache(maxsize=1 << 16)
def fits(field: Field, text: str) -> bool:
    """Whether ``text`` matches the type, pattern or list of the field as a whole; an empty cell does."""
    if not text or is_free(field):
        return True
    if field.type == "boolean":
        return text in field.true_values or text in field.false_values
    if field.enum:
        return text in field.enum
    return bool(re.fullmatch(_FORMS.get(field.type, field.pattern), text))
