"""Which columns of a table a query looks at, and digests of the columns of files: who changes a cell changes one of many.

Both err on one side: a column too many is said to be looked at, and a file that is not spelled as it should be has no columns.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeVar

from gongshi.package.deriving import behind, paths, unsound
from gongshi.package.parts import byte_pass
from gongshi.package.schema import Descriptor, Resource

Value = TypeVar("Value")
LATEST = 2  # so that an edit and its undoing are both known
ANSWERS = 10_000  # kept in memory: some twenty states of the rules
LET_KNOW = 3_000  # kept on disk, which each look reads
LookedAt = Mapping[str, frozenset[str] | None]
"""Table → the columns that are looked at, besides which rows there are and where; None for all of it."""
_NAMED = re.compile(
    r"""'(?:[^']|'')*'|(?P<defined>\bAS\s+)?(?:\b(?P<alias>\w+)\.)?(?:"(?P<quoted>(?:[^"]|"")+)"|\b(?P<plain>\w+))""",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"(?<!count\()\*\s*(?:,|\bFROM\b|\bEXCLUDE\b|\bREPLACE\b|\))|\bNATURAL\b|\bCOLUMNS\s*\(", re.IGNORECASE
)


class ColumnDigests(NamedTuple):
    """Of one file: how many rows, and a digest of each column."""

    rows: int
    columns: dict[str, str]


class Remembered:
    """What stays of the tables of one folder from look to look: digests of columns by what a file holds, and answers.

    ``largest``: of a table with more bytes no columns are digested, it counts as a whole. It is for who looks once, and lets the
    next one know (``encode``).
    """

    def __init__(self, largest: int = 0) -> None:
        self.largest = largest
        self.answers: dict[str, object] = {}
        self.close: dict[str, str] = {}
        self.found: dict[str, dict[str, object]] = {}
        self._files: dict[tuple[str, str, str], ColumnDigests | None] = {}

    @classmethod
    def decode(cls, data: bytes, largest: int) -> Remembered:
        """What earlier looks let know."""
        found = cls(largest)
        if data:
            files, found.close, found.answers = json.loads(data)
            for name, path, digest, told in files:
                found._files[name, path, digest] = told and ColumnDigests(*told)
        return found

    def encode(self) -> bytes:
        """For the next one."""
        files = [[*key, told] for key, told in self._files.items()]
        latest = ({name: kept[name] for name in [*kept][-LET_KNOW:]} for kept in (self.close, self.answers))
        return json.dumps([files, *latest]).encode("ascii")

    def learn(self, close: Mapping[str, str], answers: Mapping[str, object]) -> None:
        """Keep answers by what they looked at, and which questions over whole tables are ``close`` to which of those; what was
        asked last stays longest."""
        _latest(self.close, close)
        _latest(self.answers, answers)

    def keep(self, found: Mapping[tuple[str, str], object]) -> None:
        """Keep what was found in columns, of each question what was found last: these things are large."""
        for (name, close), value in found.items():
            its = self.found.setdefault(name, {})
            its.pop(close, None)
            its[close] = value
            for old in [*its][:-LATEST]:
                del its[old]

    def digests(self, resource: Resource, path: str, digest: str, data: bytes | None) -> ColumnDigests | None:
        """Those of a file with this ``digest``, None if only the whole may be compared; ``data`` once they are not known."""
        key = resource.name, path, digest
        if key not in self._files and data is not None:
            for old in [old for old in self._files if old[:2] == key[:2]]:
                del self._files[old]
            self._files[key] = column_digests(resource, path, digest, data)
        return self._files.get(key)

    def has(self, resource: Resource, path: str, digest: str) -> bool:
        """Whether a file with this ``digest`` was looked through."""
        return (resource.name, path, digest) in self._files


def _latest(kept: dict[str, Value], more: Mapping[str, Value]) -> None:
    for question, answer in more.items():
        kept.pop(question, None)
        kept[question] = answer
    for question in [*kept][:-ANSWERS]:
        del kept[question]


def column_digests(resource: Resource, path: str, digest: str, data: bytes) -> ColumnDigests | None:
    """A digest of each column of a file whose records are lines; None for any other, and if it is not the one with ``digest``."""
    part, _ = byte_pass(path, data, resource)
    names = resource.schema.names
    if not part.clean or part.digest != digest:
        return None
    try:
        lines = data.decode("utf-8").split("\n")[1:-1]
        rows = list(csv.reader(lines, strict=True)) if b'"' in data else [line.split(",") for line in lines]
    except (UnicodeDecodeError, csv.Error):
        return None
    if len(rows) != part.rows or any(len(row) != len(names) for row in rows):
        return None
    cells = zip(*rows, strict=True) if rows else ((),) * len(names)
    digests = (hashlib.sha256("\n".join(column).encode()).hexdigest() for column in cells)
    return ColumnDigests(len(rows), dict(zip(names, digests, strict=True)))


def columns_named(sql: str, tables: Iterable[tuple[str, str]], stars: bool = True) -> dict[str, frozenset[str] | None]:
    """What ``sql`` may look at of each of ``tables``, pairs of a name and the alias it has there, in lower case: what stands
    behind its alias or by itself. None for everything, where ``stars`` may stand for a table's columns."""
    aliases: dict[str, set[str]] = {}
    for name, alias in tables:
        aliases.setdefault(name, set()).add(alias.lower())
    if stars and _ALL.search(sql):
        return dict.fromkeys(aliases)
    words: dict[str, set[str]] = {}
    for defined, alias, quoted, plain in set(_NAMED.findall(sql)):
        name = (quoted or plain).lower()
        if name and not defined:
            words.setdefault(alias.lower(), set()).update((name, *name.split()))
    return {name: frozenset().union(*(words.get(alias, ()) for alias in ("", *its))) for name, its in aliases.items()}


def those(resource: Resource, words: Iterable[str]) -> frozenset[str]:
    """The columns of a table among words in lower case."""
    found = set(words)
    return frozenset(name for name in resource.schema.names if name.lower() in found)


def joined(*several: LookedAt) -> dict[str, frozenset[str] | None]:
    """What any of them looks at."""
    found: dict[str, frozenset[str] | None] = {}
    for one in several:
        for name, columns in one.items():
            known = found.get(name, frozenset())
            found[name] = None if columns is None or known is None else known | columns
    return found


def with_sources(descriptor: Descriptor, columns: LookedAt) -> LookedAt:
    """The same with what derived values among them come from."""
    found = joined(columns)
    before = None
    while before != found:
        before = found
        for resource, field, derive in descriptor.derivations:
            its = found.get(resource.name, frozenset())
            if (its is not None and field.name not in its) or unsound(descriptor, resource, derive):
                continue
            own = {mine for _, mine in derive.match} | ({derive.times} - {""})
            read = [path.partition(".")[::2] for path in paths(derive)]
            names = [name for name, _ in (*derive.match, *derive.ended)]
            theirs = {derive.latest, *names, *(name for name, _ in read)} - {""}
            key = behind(descriptor, derive)
            through = (
                {key.reference: frozenset({*(rest for _, rest in read), *key.reference_fields}) - {""}} if key else {}
            )
            found = joined(found, {resource.name: frozenset(own)}, {derive.rows: frozenset(theirs)}, through)
    return found
