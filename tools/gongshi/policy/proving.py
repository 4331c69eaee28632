"""Rules that judge each row by itself, many proven in one scan.

The header of such a kind says which rows it ``doubts``: every row that breaks the rule, and perhaps a few that do not.
Rules over the same table with the same joins are counted together; a rule without a doubted row holds, and only the
others are run. One-sided like the schema proof, and planning hundreds of small queries was most of a small county's time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gongshi.package import Database
from gongshi.policy.kinds import RuleKind
from gongshi.policy.paths import Selection, packed, shifted

_CUT = "\0"
_COLUMN = re.compile(r'\bs\.(?:"(\w+)"|(\w+))')


@dataclass(frozen=True, slots=True)
class RuleProof:
    """Which rows of ``tables`` are looked at, and which of those are doubted: they may break the rule, or cannot be judged."""

    tables: str
    where: str
    doubted: str
    values: tuple[object, ...]


def proof_of(kind: RuleKind, doubts: str, subject: Selection, blank: str) -> RuleProof | None:
    """The proof of a rule over ``subject``; ``doubts`` is the kind's condition with its slots filled, ``blank`` says which rows
    cannot be judged. A rule whose standards have no value on some dates is not proven: it tells how many rows those are."""
    if not kind.doubts or subject.known:
        return None
    doubted = _COLUMN.sub(lambda match: f"({subject.columns[match[1] or match[2]]})", doubts)
    both, values = packed(f"{subject.where()}{_CUT}coalesce({doubted}, false) OR {blank}", subject.binder.values)
    where, doubted = both.split(_CUT)
    return RuleProof(subject.tables(), where, doubted, values)


def count(database: Database, batch: Sequence[RuleProof]) -> list[tuple[int, int]]:
    """Rows looked at and rows doubted, for each of several proofs over the same tables, in one scan."""
    if len(batch) == 1:
        one = batch[0]
        query = f"SELECT count(*), count_if({one.doubted}) FROM {one.tables} WHERE {one.where}"
        return [(looked, doubted) for looked, doubted in database.sql(query, one.values)]
    doubts: list[str] = []
    values: list[object] = []
    for number, proof in enumerate(batch):
        case = f"CASE WHEN {proof.where} THEN coalesce({proof.doubted}, false) END AS d{number}"
        doubts.append(shifted(case, len(values)))
        values.extend(proof.values)
    counts = ", ".join(f"count(d{number}), count_if(d{number})" for number in range(len(batch)))
    ((*numbers,),) = database.sql(f"SELECT {counts} FROM (SELECT {', '.join(doubts)} FROM {batch[0].tables})", values)
    return list(zip(numbers[::2], numbers[1::2], strict=True))
