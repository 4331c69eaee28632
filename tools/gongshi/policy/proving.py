"""Rules whose rows can be judged by one scan of their table, many proven together.

The header of such a kind says which rows it ``doubts``: every row that breaks the rule, and perhaps a few that do not; what it
``gathers`` of another table for that, and when all rows together ``fail``. Rules over one table are counted in one scan, with
all that their paths lead to joined to it; a rule without a doubted row holds, and only the others are run. One-sided like the
schema proof, and planning hundreds of small queries was most of a small county's time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gongshi.package import Database
from gongshi.policy.paths import Selection, packed, shifted

_CUT, _GATHERED = "\0", "\1"
_HOLE = re.compile("\3(\\w+)\3")
_COLUMN = re.compile(r'\b[so]\.(?:"(\w+)"|(\w+))')


_NEVER = re.compile(r"""(?:[<>]=?|<>) \(?NULL::[A-Z]+(?:\([0-9,]+\))?\)?(?: [-+] \S+)?$""")
_CHOSEN = re.compile(r"\('(\w+)' = '(\w+)' AND (.*)\)")
_EITHER = re.compile(r"CASE WHEN (true|false) THEN (\S+) ELSE (.*?) END")


class Asked(NamedTuple):
    """What a kind's header says of one rule, its slots filled; ``blank`` says which rows cannot be judged."""

    doubts: str
    gathers: str
    fails: str
    blank: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """Other tables whose rows with a row's key are put together."""

    tables: str
    theirs: str
    ours: str


@dataclass(frozen=True, slots=True)
class RuleProof:
    """Which rows of ``tables``, a table and what its paths lead to, are looked at (``where``), which of those are doubted by the
    ``value`` that is gathered for them: they may break the rule, or cannot be judged; and when all of them together fail, told
    by ``shown``, columns of the rows."""

    source: str
    tables: str
    gathered: Gathered | None
    value: str
    where: str
    doubted: str
    fails: str
    shown: tuple[str, ...]
    values: tuple[object, ...]

    @property
    def place(self) -> tuple[str, Gathered | None]:
        """Who has the same is counted together."""
        return self.tables, self.gathered


def proof_of(asked: Asked, subject: Selection, other: Selection | None) -> RuleProof:
    """The proof of a rule over ``subject``, and ``other`` that it gathers from."""
    gathers = asked.gathers if other and "s.gathered" in asked.doubts else ""
    of_other = _named(gathers, other.columns) if other else ""
    if other and other.conditions:
        of_other += f" FILTER (WHERE {other.where()})" if of_other else ""
    doubted = f"coalesce({alternatives(_named(asked.doubts, {**subject.columns, 'gathered': _GATHERED if gathers else 'NULL'}))}, false)"
    unknown = [f"({condition}) IS NOT TRUE" for condition in subject.known]
    doubted = " OR ".join((doubted, *([asked.blank] if asked.blank else ()), *unknown))
    fails, shown = _shown(alternatives(asked.fails) if asked.fails else "", subject)
    keys = (other.columns["match_key"], subject.columns["match_key"]) if other and gathers else ("", "")
    where = " AND ".join(f"({condition})" for condition in subject.conditions) or "true"
    several, values = packed(_CUT.join((where, doubted, fails, of_other, *keys, *shown)), subject.binder.values)
    where, doubted, fails, of_other, theirs, ours, *shown = several.split(_CUT)
    gathered = Gathered(other.tables(), theirs, ours) if other and gathers else None
    tables = subject.tables()
    return RuleProof(subject.source, tables, gathered, of_other, where, doubted, fails, tuple(shown), values)


def _named(sql: str, columns: Mapping[str, str]) -> str:
    """The columns of ``subject`` or ``other`` as what they are made of."""
    return _COLUMN.sub(lambda match: f"({columns[match[1] or match[2]]})", sql)


def alternatives(condition: str) -> str:
    """A condition without those of its alternatives that no row meets: to plan them takes longer than to read the rows."""
    condition = _EITHER.sub(lambda match: match[2 if match[1] == "true" else 3], condition)
    several = condition.split(" OR ")
    if any(one.count("(") != one.count(")") for one in several):
        return condition
    live = []
    for one in several:
        chosen = _CHOSEN.fullmatch(one)
        if not (chosen and chosen[1] != chosen[2]) and not _NEVER.search(one):
            live.append(chosen[3] if chosen else one)
    return " OR ".join(live) or "false"


def _shown(fails: str, subject: Selection) -> tuple[str, list[str]]:
    """The condition on all rows with a place for each column that it puts together, and those columns."""
    names = list(dict.fromkeys(match[1] or match[2] for match in _COLUMN.finditer(fails)))
    placed = _COLUMN.sub(lambda match: f"\3v{names.index(match[1] or match[2])}\3", fails)
    return placed.replace("count(*)", "count(\3d\3)"), [subject.columns[name] for name in names]


def count(database: Database, batch: Sequence[RuleProof]) -> list[tuple[int, bool]]:
    """Rows looked at and whether there is doubt, of each of several proofs over the same tables, in one scan; nothing where a key
    that leads to two rows makes two of one, for which more would have to be gathered."""
    scan = _Scan(batch)
    ((more, *numbers),) = database.sql(scan.sql(batch[0].gathered), scan.values)
    return [] if more else list(zip(numbers[::2], numbers[1::2], strict=True))


class _Scan:
    """One SELECT over the tables of several proofs."""

    def __init__(self, batch: Sequence[RuleProof]) -> None:
        self.values: list[object] = []
        self._tables = batch[0].tables
        self._source = batch[0].source
        self._gathers: dict[str, str] = {}
        self._rows: list[str] = []
        self._told: list[str] = []
        for number, proof in enumerate(batch):
            self._add(number, proof)

    def sql(self, gathered: Gathered | None) -> str:
        """The statement: how many rows more there are than in the table by itself, and of each proof its numbers."""
        tables, more = self._tables, "0"
        if gathered:
            chosen = ", ".join(f"{value} AS {name}" for value, name in self._gathers.items())
            groups = f"SELECT {gathered.theirs} AS match_key, {chosen} FROM {gathered.tables} GROUP BY ALL"
            tables += f" LEFT JOIN ({groups}) g ON g.match_key = {gathered.ours}"
            more = f"count(*) - (SELECT count(*) FROM {self._source})"
        return f"SELECT {', '.join((more, *self._told))} FROM (SELECT {', '.join(self._rows)} FROM {tables})"

    def _add(self, number: int, proof: RuleProof) -> None:
        here = len(self.values)
        self.values.extend(proof.values)
        where, doubted = shifted(proof.where, here), shifted(proof.doubted, here)
        if proof.value:
            name = self._gathers.setdefault(shifted(proof.value, here), f"a{len(self._gathers)}")
            doubted = doubted.replace(_GATHERED, f"g.{name}")
        self._rows.append(f"CASE WHEN {where} THEN {doubted} END AS d_{number}")
        told = f"bool_or(d_{number})"
        if proof.fails:
            for place, shown in enumerate(proof.shown):
                self._rows.append(f"CASE WHEN {where} THEN {shifted(shown, here)} END AS v{place}_{number}")
            failed = _HOLE.sub(lambda match: f"{match[1]}_{number}", shifted(proof.fails, here))
            told = f"coalesce({told}, false) OR coalesce({failed}, false)"
        self._told += [f"count(d_{number})", told]
