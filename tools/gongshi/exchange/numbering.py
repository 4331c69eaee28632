"""Numbers for what is new: a row without one is the record that it repeats, or gets the next free number. A row that differs
from a record only in figures is asked about, since it may be that record, corrected, or another."""

from __future__ import annotations

from gongshi.exchange.candidates import Candidate
from gongshi.exchange.identifiers import numbered
from gongshi.exchange.ledger import Key, Ledger

_FIGURES = ("integer", "number", "boolean")


class Numbers:
    """Gives numbers in the order of the rows: the same file gives the same numbers."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._next: dict[str, int] = {}
        self._known: dict[tuple[str, Key], dict[Key, list[Key]]] = {}
        self._given: dict[tuple[str, Key, Key], Candidate] = {}

    def give(self, candidate: Candidate) -> None:
        """Set the number of a row that has none, or refuse it with what to ask."""
        shape = numbered(candidate.table.resource)
        if shape is None or candidate.problems:
            return
        schema, values = candidate.table.resource.schema, candidate.values
        key = schema.primary_key[0]
        said = [field for field in schema.fields if field.name != key and values.get(field.name)]
        telling = tuple(field.name for field in said if field.type not in _FIGURES)
        at = tuple(values[name] for name in telling)
        known = self._table(candidate.resource, telling).get(at, [])
        same = [number for number in known if self._repeats(candidate, number, [field.name for field in said])]
        if first := self._given.get((candidate.resource, telling, at)):
            candidate.refuse(key, f"与第 {first.row + 1} 行除数字外完全相同，分不清是不是重复，请给两行都填上编号")
        elif len(same) == 1:
            values[key] = same[0][0]
        elif known:
            shown = "、".join(number[0] for number in known[:3])
            candidate.refuse(key, f"台账里已有除数字外相同的记录（{shown}），是它就填上这个编号，是另一条就填新的编号")
        else:
            self._given[candidate.resource, telling, at] = candidate
            values[key] = self._new(candidate.resource, *shape)

    def _table(self, resource: str, telling: Key) -> dict[Key, list[Key]]:
        """The records of a resource by what they say in these fields."""
        if (resource, telling) not in self._known:
            table = self.ledger.tables[resource]
            places = [table.resource.schema.names.index(name) for name in telling]
            found = self._known[resource, telling] = {}
            for number, row in table.rows.items():
                found.setdefault(tuple(row[place] for place in places), []).append(number)
        return self._known[resource, telling]

    def _repeats(self, candidate: Candidate, number: Key, names: list[str]) -> bool:
        record = self.ledger.record(candidate.resource, number[0]) or {}
        return all(record.get(name) == candidate.values[name] for name in names)

    def _new(self, resource: str, letters: str, digits: int) -> str:
        if resource not in self._next:
            numbers = [key[0][len(letters) :] for key in self.ledger.tables[resource].rows]
            self._next[resource] = max((int(number) for number in numbers if number.isdecimal()), default=0)
        self._next[resource] += 1
        return f"{letters}{self._next[resource]:0{digits}d}"
