"""Rows name what they refer to as people do: a helper, project, fund, unit, school or payment by its name or document. One
record of that name is taken, several or none are asked about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TypeVar

from gongshi.exchange.candidates import Candidate
from gongshi.exchange.convert import value_key
from gongshi.exchange.ledger import ImportLedger
from gongshi.exchange.lore import BatchOf, SpellOf, lore
from gongshi.package import Descriptor, FieldPlace, fits
from gongshi.package.subjects import subjects

_SHOWN = 3
Entry = TypeVar("Entry", BatchOf, SpellOf)


def targets(candidates: Iterable[Candidate], descriptor: Descriptor) -> set[str]:
    """The tables in which something will be looked up by its name."""
    found = set()
    for candidate in candidates:
        resource = candidate.table.resource
        for name, target in _keys(descriptor, resource.name):
            text = candidate.values.get(name, "")
            if text and not fits(resource.schema.field(name), text):
                found.add(target)
        if batch := _of(lore().batches, candidate):
            found.add(batch.table)
        if spell := _of(lore().spells, candidate):
            found |= {spell.table, spell.names.resource}
    return found | ({subjects().unit.table} if found & lore().of_unit.keys() else set())


def _of(entries: Iterable[Entry], candidate: Candidate) -> Entry | None:
    """What is known of a row's table, if the row is of a form."""
    return next((one for one in entries if one.resource == candidate.resource and candidate.table.feed), None)


def _keys(descriptor: Descriptor, resource: str) -> list[tuple[str, str]]:
    keys = [key for key in descriptor.foreign_keys if key.resource == resource and len(key.fields) == 1]
    return [(key.fields[0], key.reference) for key in keys if key.reference in lore().called]


class Referrer:
    """Finds the records that the rows of a table name."""

    def __init__(self, ledger: ImportLedger, descriptor: Descriptor, candidates: Iterable[Candidate] = ()) -> None:
        self.ledger, self.descriptor = ledger, descriptor
        self._rows: dict[tuple[int, int], list[Candidate]] = {}
        for candidate in candidates:
            self._rows.setdefault((id(candidate.table.sheet), candidate.row), []).append(candidate)

    def refer(self, candidates: Sequence[Candidate]) -> None:
        """Put numbers in place of names, or refuse the row with what to ask."""
        for candidate in candidates:
            resource = candidate.table.resource
            if candidate.table.feed and candidate.table.feed.about == "places":
                self._owner(candidate)
            for name, target in _keys(self.descriptor, resource.name):
                text = candidate.values.get(name, "")
                if text and not fits(resource.schema.field(name), text):
                    self._name(candidate, name, target, text)
            if spell := _of(lore().spells, candidate):
                self._spell(candidate, spell)
        if candidates and (batch := _of(lore().batches, candidates[0])):
            self._batch(candidates, batch)

    def _owner(self, candidate: Candidate) -> None:
        """What belongs to the record that its row is gets that record's number."""
        name = candidate.table.resource.schema.primary_key[0]
        for other in self._rows.get((id(candidate.table.sheet), candidate.row), ()):
            if other.table is not candidate.table and other.values.get(name) and not other.problems:
                candidate.values[name] = other.values[name]
        if not candidate.values.get(name) and not candidate.problems:
            candidate.refuse(name, "它所属的那条记录被退回了，请先改好那一条")

    def _beside(self, candidate: Candidate, name: str, target: str) -> str:
        """The number of the record that the same row is itself, where one column of it says both; "" if there is none."""
        place = candidate.table.fields[name].place if name in candidate.table.fields else -1
        for other in self._rows.get((id(candidate.table.sheet), candidate.row), ()):
            said = {column.place for column in other.table.fields.values()}
            if other.resource == target and other is not candidate and place in said:
                return other.values.get(other.table.resource.schema.primary_key[0], "")
        return ""

    def _name(self, candidate: Candidate, name: str, target: str, text: str) -> None:
        number = self._beside(candidate, name, target)
        found = [number] if number else self._found(candidate, target, text)
        title = self.descriptor.resources[target].title
        if len(found) == 1:
            candidate.values[name] = found[0]
        elif found:
            shown = "、".join(found[:_SHOWN]) + ("等" if len(found) > _SHOWN else "")
            candidate.refuse(name, f"“{title}”里有 {len(found)} 条同名（{shown}），请改填编号")
        else:
            candidate.refuse(name, f"“{title}”里没有这个名称，请核对，或先登记它、改填编号")

    def _found(self, candidate: Candidate, target: str, text: str) -> list[str]:
        table = self.ledger.tables[target]
        names = table.resource.schema.names
        for label in lore().called[target]:
            at, wanted = names.index(label), self._key(target, text)
            found = [key[0] for key, row in table.rows.items() if row[at] and self._key(target, row[at]) == wanted]
            if found:
                return self._narrowed(candidate, target, found)
        return []

    def _narrowed(self, candidate: Candidate, target: str, found: list[str]) -> list[str]:
        """Those of several that agree with the rest of the row: its year, its unit."""
        records = {number: self.ledger.record(target, number) or {} for number in found}
        said = next((text for name in lore().years if (text := candidate.values.get(name))), candidate.table.year)
        if len(found) > 1 and said and (year := lore().of_year.get(target)):
            found = [number for number in found if records[number].get(year) == said]
        unit = _cell(candidate, "helper_unit")
        if unit and (code := lore().of_unit.get(target)):
            codes = self._found(candidate, subjects().unit.table, unit) if not fits_code(unit) else [unit]
            found = [number for number in found if records[number].get(code) in codes]
        return found

    @staticmethod
    def _key(target: str, text: str) -> str:
        word = value_key(text)
        return word.removeprefix(lore().left_out.get(target, "")) if len(word) > 3 else word

    def _spell(self, candidate: Candidate, spell: SpellOf) -> None:
        """The spell of a row: that of whom it is about, on its day, of the person whom it names."""
        values = candidate.values
        whose, day, person = values.get(spell.whose, ""), values.get(spell.day, ""), _cell(candidate, spell.role)
        if values.get(spell.field) or not whose or not day:
            return
        found = [
            record[spell.field]
            for record in self._records(spell.table)
            if record[spell.whose] == whose
            and record[spell.begins] <= day <= (record[spell.ends] or day)
            and (not person or self._named(spell.names, record[spell.who]) == person)
        ]
        if len(found) == 1:
            values[spell.field] = found[0]
        else:
            shown = f"有 {len(found)} 个{spell.called}（{'、'.join(found[:_SHOWN])}）"
            why = f"这一天{shown}" if found else f"这一天没有这样的{spell.called}"
            candidate.refuse(spell.field, f"这一户{why}，请补填{spell.called}编号，或先登记{spell.called}")

    def _named(self, place: FieldPlace, number: str) -> str | None:
        return (self.ledger.record(place.resource, number) or {}).get(place.field)

    def _records(self, name: str) -> Iterator[dict[str, str]]:
        table = self.ledger.tables[name]
        names = table.resource.schema.names
        return (dict(zip(names, row, strict=True)) for row in table.rows.values())

    def _batch(self, candidates: Sequence[Candidate], batch: BatchOf) -> None:
        """The batch out of which a list is paid, and its day: the one that is named, else the one of that day whose amount
        is the list's sum of that day."""
        lacking = [candidate for candidate in candidates if not candidate.values.get(batch.field)]
        sums: dict[str, Decimal] = {}
        for candidate in lacking:
            day = candidate.values.get(batch.day, "")
            sums[day] = sums.get(day, Decimal(0)) + Decimal(candidate.values.get(batch.amount) or 0)
        found = {day: self._batches(batch, day, whole) for day, whole in sums.items()}
        for candidate in lacking:
            day = candidate.values.get(batch.day, "")
            if day and len(found[day]) == 1:
                candidate.values[batch.field] = found[day][0]
            else:
                title = candidate.table.resource.schema.field(batch.field).title
                candidate.refuse(batch.field, _which_batch(batch, title, day, sums[day], found[day]))
        for candidate in candidates:
            record = self.ledger.record(batch.table, candidate.values.get(batch.field, ""))
            if record and not candidate.values.get(batch.day):
                candidate.values[batch.day] = record[batch.paid]

    def _batches(self, batch: BatchOf, day: str, whole: Decimal) -> list[str]:
        """The batches of this amount, of that day if there is one."""
        return [
            record[batch.field]
            for record in self._records(batch.table)
            if record[batch.kind] == batch.of
            and (not day or record[batch.paid] == day)
            and Decimal(record[batch.sum]) == whole
        ]


def _which_batch(batch: BatchOf, title: str, day: str, whole: Decimal, found: Sequence[str]) -> str:
    """What to ask where the batch of a list cannot be told."""
    shown = f"（{'、'.join(found[:_SHOWN])}{'等' if len(found) > _SHOWN else ''}）" if found else ""
    alike = f"与本表合计 {whole} 元相同的{batch.of}{batch.called}"
    said = f"有 {len(found)} 笔{alike}{shown}" if found else f"没有{alike}"
    if not day:
        return f"表里没写发放日期，台账里{said}，请用 --set {title}=F… 指明是哪一笔（日期随它），没有的先登记这笔{batch.called}"
    return f"{day} 一天{said}，请先登记这笔{batch.called}，或用 --set {title}=F… 指明"


def _cell(candidate: Candidate, role: str) -> str:
    for column in candidate.table.columns:
        cell = candidate.table.sheet.cell(candidate.row, column.place)
        if column.role == role and isinstance(cell, str):
            return "".join(cell.split())
    return ""


def fits_code(text: str) -> bool:
    """Whether a unit is given by its number."""
    return text[:1] == "U" and text[1:].isdecimal()
