"""The closed set of rule kinds: one SQL file each in ``kinds/``, its header read as the kind's description.

A kind's SQL reads two tables: ``subject`` (the selected rows: ``_row`` and one column per parameter that is computed from
the row) and ``other`` (likewise, joined by ``match_key``). It answers one row per violation: ``_row`` (NULL where no record
is to blame), and some of actual, wanted, missed, period, step, group; ``beyond`` says that the calendar ends too early.
``blames: group`` in a header says that a finding may name a group (or a period, a level) instead of a record, ``blames: count``
that it may name the number of all rows: such a kind also judges a table without rows.
What a row must have to be judged at all stands in ``needs``: ``a|b`` one of two, ``to:open,require`` not with these flags.
A kind that judges each row by itself says in ``doubts`` which rows may break it (``{{doubts}}`` in its SQL), with ``s.gathered`` for
what it ``gathers`` of the other table's rows with the same key, and in ``fails`` when all rows together may; a rule that gives one
of the parameters in ``alone`` is not proven; see proving.py.
``{{name}}`` is a bound value, a choice from the header or an aggregate; ``{{has name}}`` says whether it was given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

_PARAM = re.compile(r"(\w+): (\S+?)(?:\((.*)\))?(?: (required)| = (\S+))?")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a kind. ``args`` is what stands in brackets after the type."""

    name: str
    type: str
    args: str
    required: bool
    default: str

    @property
    def of_other(self) -> bool:
        return self.args == "other"

    def cells(self) -> dict[str, tuple[str, bool]]:
        """Of a ``rows`` parameter: cell name to type and whether it is required."""
        pairs = (cell.split(":") for cell in self.args.split())
        return {name: (kind.rstrip("!"), kind.endswith("!")) for name, kind in pairs}


@dataclass(frozen=True, slots=True)
class RuleKind:
    """A rule kind: what its header says, and its SQL."""

    name: str
    title: str
    demands: str
    violates: str
    example: str
    plans: tuple[int, ...]
    parameters: Mapping[str, Parameter]
    one_of: tuple[tuple[str, ...], ...]
    together: tuple[tuple[str, ...], ...]
    details: Mapping[str, tuple[str, ...]]
    columns: tuple[str, ...]
    primary: str
    base: str
    doubts: str
    gathers: str
    fails: str
    alone: tuple[str, ...]
    needs: tuple[str, ...]
    blames_groups: bool
    judges_none: bool
    sql: str

    @property
    def compares(self) -> bool:
        """Whether the kind looks at a second table."""
        return "other" in self.parameters


@cache
def kinds() -> Mapping[str, RuleKind]:
    """All kinds by name."""
    folder = resources.files("gongshi.policy") / "kinds"
    files = sorted(item.name for item in folder.iterdir() if item.name.endswith(".sql"))
    read = (_read((folder / name).read_text(encoding="utf-8")) for name in files)
    return {kind.name: kind for kind in read}


def macros() -> list[str]:
    """The statements of ``macros.sql``."""
    whole = (resources.files("gongshi.policy") / "macros.sql").read_text(encoding="utf-8")
    lines = [line for line in whole.splitlines() if not line.startswith("--")]
    return [statement.strip() for statement in "\n".join(lines).split(";") if statement.strip()]


def _read(whole: str) -> RuleKind:
    header: dict[str, list[str]] = {}
    lines = []
    for line in whole.splitlines():
        if line.startswith("-- "):
            key, _, value = line[3:].partition(": ") if not line.startswith("-- param ") else ("param", "", line[9:])
            header.setdefault(key, []).append(value)
        else:
            lines.append(line)
    parameters = [_parameter(value) for value in header.get("param", ())]
    (name,), (title,) = header["kind"], header["title"]
    return RuleKind(
        name=name,
        title=title,
        demands=header["demands"][0],
        violates=header["violates"][0],
        example=header["example"][0],
        plans=tuple(int(plan) for plan in header["plans"][0].split()),
        parameters={parameter.name: parameter for parameter in parameters},
        one_of=tuple(tuple(value.split()) for value in header.get("one of", ())),
        together=tuple(tuple(value.split()) for value in header.get("together", ())),
        details=_details(header.get("details", [""])[0]),
        columns=tuple(header.get("columns", [""])[0].split()),
        primary=header.get("primary", [""])[0],
        base=header.get("base", [""])[0],
        doubts=" ".join(header.get("doubts", ())),
        gathers=" ".join(header.get("gathers", ())),
        fails=" ".join(header.get("fails", ())),
        alone=tuple(" ".join(header.get("alone", ())).split()),
        needs=tuple(" ".join(header.get("needs", ())).split()),
        blames_groups=header.get("blames") == ["group"],
        judges_none="blames" in header,
        sql="\n".join(lines).strip(),
    )


def _parameter(value: str) -> Parameter:
    match = _PARAM.fullmatch(value)
    if match is None:
        raise ValueError(f"bad parameter in a kind's header: {value}")
    name, kind, args, required, default = match.groups()
    return Parameter(name, kind, args or "", bool(required), default or "")


def _details(value: str) -> dict[str, tuple[str, ...]]:
    pairs = (item.partition(":") for item in value.split())
    return {name: tuple(sources.split(",")) if sources else () for name, _, sources in pairs}
