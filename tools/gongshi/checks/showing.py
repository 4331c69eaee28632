"""What of a record, a file name or a commit may be shown to whoever reads an output: the one place that decides it.

A person's name or number may be typed anywhere, and outputs end in public logs. So a key or a cell is shown only if it
looks like its field, free text only if nothing in it looks like a person, and in every finished sentence what still
looks like one is struck out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from gongshi.checks.guard_numbers import find_numbers
from gongshi.checks.guard_people import find_births
from gongshi.checks.guard_text import normalise
from gongshi.checks.name_shapes import names_alone, names_asked, names_beside
from gongshi.model import Finding
from gongshi.package import Database, Field, Resource, fits, form_of, identifier, is_free, quoted

STRUCK = "***"
_SHORTEST = 11  # characters of a number that is somebody's
HIDDEN = "（像有个人信息，不显示）"
UNFIT = "（不合格式，不显示）"
# What stands apart in a sentence: in quotes, also those of other programs, or as a path.
_WORD = r"[^\s“”‘’'\"：:；;，,。、（）()]"
_APART = re.compile(
    r"“(?P<a>[^“”]*)”|'(?P<b>[^'\n]*)'|\"(?P<c>[^\"\n]*)\"|‘(?P<d>[^‘’]*)’"
    rf"|(?P<e>{_WORD}*[/\\]{_WORD}*|(?:{_WORD}(?<![.-])){{1,60}}(?P<suffix>\.[a-z]{{2,5}})\b)"
)
_BETWEEN = re.compile(r"([/\\])")
_SUFFIX = re.compile(r"\.[a-z]{1,5}$")


@lru_cache(maxsize=1 << 14)
def personal(text: str) -> bool:
    """Whether a text by itself looks as if it held somebody's name, number or day of birth."""
    return _numbers(text) or any(True for find in (names_beside, names_alone, names_asked) for _ in find(text))


def _numbers(text: str) -> bool:
    plain = normalise(text)
    return bool(find_numbers(plain) or [*find_births(plain)])


def shown_text(text: str) -> str:
    """Free text, or a sentence in its place."""
    return HIDDEN if personal(text) else text


def shown_cell(field: Field, text: str) -> str:
    """A cell's text as it may be shown: what does not look like its field is not."""
    if is_free(field):
        return shown_text(text)
    if not fits(field, text):
        return UNFIT
    return shown_text(text) if len(text) >= _SHORTEST else text


def shows(resource: Resource, key: Sequence[str]) -> bool:
    """Whether each part of a key looks like its field."""
    for name, part in zip(resource.schema.primary_key, key, strict=False):
        if shown_cell(resource.schema.field(name), part) != part:
            return False
    return True


def shower(resource: Resource) -> Callable[[Sequence[str]], bool]:
    """``shows`` for many keys of one resource: what is short and fits its field needs no longer look."""
    fields = [resource.schema.field(name) for name in resource.schema.primary_key]
    forms = [form_of(field) for field in fields]

    def shown(key: Sequence[str]) -> bool:
        for form, part in zip(forms, key, strict=False):
            if form is None or len(part) >= _SHORTEST or not form(part):
                return shows(resource, key)
        return True

    return shown


def shown_key(resource: Resource, key: Sequence[str], line: int) -> tuple[str, ...]:
    """The key of a record, or the line it stands on."""
    return tuple(key) if shows(resource, key) else (f"第 {line} 行",)


def keys_of(database: Database, resource: Resource, rows: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The keys, as they may be shown, of many rows in one query."""
    wanted = list(rows)
    if not wanted:
        return {}
    found = database.sql(
        f"SELECT rowid, {quoted(resource.schema.primary_key)} FROM raw.{identifier(resource.name)} "
        "WHERE rowid IN (SELECT unnest($1::BIGINT[]))",
        [wanted],
    )
    return {row: shown_key(resource, key, database.locate(resource.name, row)[1]) for row, *key in found}


@lru_cache(maxsize=1 << 14)
def shown_path(path: str) -> str:
    """A path without the parts that look like a person."""
    parts = []
    for part in _BETWEEN.split(path):
        suffix = _SUFFIX.search(part)
        parts.append(f"{STRUCK}{suffix[0] if suffix else ''}" if personal(part) else part)
    shown = "".join(parts)
    return STRUCK if _numbers(shown) else shown


def safe(line: str) -> str:
    """A finished sentence with what looks like a person struck out: numbers, names beside a word, names in quotes."""
    if _numbers(line):
        plain = normalise(line)
        for hit in (*find_numbers(plain), *find_births(plain)):
            line = re.sub(r"[^0-9\n]{0,3}?".join(map(re.escape, plain[hit.start : hit.end])), STRUCK, line)
        if _numbers(line):  # written in a way that only the plain spelling shows
            line = STRUCK
    for name in [*names_beside(line)]:
        line = line.replace(name, STRUCK)
    return line if line.isascii() else _APART.sub(_apart, line)


def _apart(found: re.Match[str]) -> str:
    """What stands apart in a sentence, without a name that nothing beside it gives away."""
    name = next(name for name in "abcde" if found[name] is not None)
    begin, end = (at - found.start() for at in found.span(name))
    text = found[0][begin:end]
    is_path = "/" in text or "\\" in text or found["suffix"]
    said = shown_path(text) if is_path else STRUCK if personal(text) else text
    return found[0][:begin] + said + found[0][end:]


def told(finding: Finding) -> Finding:
    """A finding as any output may show it."""
    return replace(
        finding,
        message=safe(finding.message),
        path=shown_path(finding.path),
        key=tuple(map(shown_text, finding.key)),
        field=shown_text(finding.field),
    )
