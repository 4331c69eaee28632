"""Standards as values in SQL: the one in force on the day, or on each record's own date. A period in which a standard changed
has no one value: its records are not judged."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from gongshi.policy.paths import Binder, Selection
from gongshi.policy.values import Policies, PolicyProblem, Standard, Value

FITS = {"integer": "number", "number": "number", "year": "number", "date": "date", "monthday": "monthday"}
CASTS = {"number": "DECIMAL(21,6)", "date": "DATE"}


class Standards:
    """Looks standards up for one rule; remembers which it used and which have no value."""

    def __init__(self, policies: Policies, policy: str, day: date) -> None:
        self.policies = policies
        self.policy = policy
        self.day = day
        self.used: dict[str, Standard] = {}
        self.missing: dict[str, Standard] = {}

    def find(self, reference: str, line: int, wanted: str) -> Standard:
        """The standard; Problem if there is none or its type does not fit."""
        standard = self.policies.standard(reference, self.policy)
        if standard is None:
            raise PolicyProblem(f"没有“{reference[:60]}”这个标准", line)
        if FITS.get(wanted, "text") != standard.type:
            raise PolicyProblem(f"标准“{reference[:60]}”的类型是 {standard.type}，用在这里不对", line)
        self.used[f"{standard.policy}/{standard.id}"] = standard
        return standard

    def fixed(self, reference: str, line: int, wanted: str) -> Value | None:
        """The value on the day."""
        standard = self.find(reference, line, wanted)
        value = standard.at(self.day)
        if value is None:
            self.missing[f"{standard.policy}/{standard.id}"] = standard
        return value

    def on(self, reference: str, line: int, wanted: str, day: date) -> Value | None:
        """The value on another day, for rows that are judged by their own; missing only if there never is one."""
        standard = self.find(reference, line, wanted)
        if all(value is None for _, value in standard.values):
            self.missing[f"{standard.policy}/{standard.id}"] = standard
        return standard.at(day) if any(first <= day for first, _ in standard.values) else None

    def value(self, reference: str, line: int, wanted: str, selection: Selection) -> str:
        """The value as SQL: by the record's date where the selection has one, else by the day."""
        standard = self.find(reference, line, wanted)
        cast = CASTS.get(standard.type, "VARCHAR")
        if not selection.dated:
            return selection.binder.bind(self.fixed(reference, line, wanted), cast)
        known = [(first, value) for first, value in standard.values]
        if all(value is None for _, value in known):
            self.missing[f"{standard.policy}/{standard.id}"] = standard
        return self._by_date(known, cast, selection)

    def _by_date(self, known: list[tuple[date, Value | None]], cast: str, selection: Selection) -> str:
        binder: Binder = selection.binder
        if not known:
            return f"NULL::{cast}"
        found = [(binder.bind(first, "DATE"), binder.bind(value, cast)) for first, value in reversed(known)]
        first, last = (
            f"(CASE {' '.join(f'WHEN {day} >= {since} THEN {value}' for since, value in found)} END)"
            for day in (selection.dated_from, selection.dated)
        )
        sql = last if first == last else f"(CASE WHEN {first} IS NOT DISTINCT FROM {last} THEN {last} END)"
        selection.known.append(f"{sql} IS NOT NULL")
        return sql


def show(value: Value | None) -> str:
    """A standard's value for people; 未配置 for none."""
    if value is None:
        return "未配置"
    return format(value.normalize(), ",f") if isinstance(value, Decimal) else str(value)
