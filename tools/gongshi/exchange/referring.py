"""Rows name what they refer to as people do: a helper, project, fund, unit, school or payment by its name or document. One
record of that name is taken, several or none are asked about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from gongshi.exchange.candidates import Candidate
from gongshi.exchange.convert import value_key
from gongshi.exchange.ledger import ImportLedger
from gongshi.package import Descriptor, fits

LABELS = {
    "helpers": ("name",),
    "projects": ("name",),
    "allocations": ("doc_no", "name"),
    "units": ("name",),
    "schools": ("name",),
    "payments": ("claim_doc",),
}
_SHOWN = 3
_BATCH = "一卡通批次"


def targets(candidates: Iterable[Candidate], descriptor: Descriptor) -> set[str]:
    """The tables in which something will be looked up by its name."""
    found = set()
    for candidate in candidates:
        resource = candidate.table.resource
        for name, target in _keys(descriptor, resource.name):
            text = candidate.values.get(name, "")
            if text and not fits(resource.schema.field(name), text):
                found.add(target)
        if resource.name == "subsidies" and candidate.table.feed:
            found.add("payments")
        if resource.name == "contacts" and candidate.table.feed:
            found |= {"pairings", "helpers"}
    return found | ({"units"} if "helpers" in found else set())


def _keys(descriptor: Descriptor, resource: str) -> list[tuple[str, str]]:
    keys = [key for key in descriptor.foreign_keys if key.resource == resource and len(key.fields) == 1]
    return [(key.fields[0], key.reference) for key in keys if key.reference in LABELS]


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
            if resource.name == "contacts" and candidate.table.feed:
                self._pairing(candidate)
        if candidates and candidates[0].resource == "subsidies" and candidates[0].table.feed:
            self._payments(candidates)

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
        for label in LABELS[target]:
            at, wanted = names.index(label), self._key(target, text)
            found = [key[0] for key, row in table.rows.items() if row[at] and self._key(target, row[at]) == wanted]
            if found:
                return self._narrowed(candidate, target, found)
        return []

    def _narrowed(self, candidate: Candidate, target: str, found: list[str]) -> list[str]:
        """Those of several that agree with the rest of the row: its year, its unit."""
        records = {number: self.ledger.record(target, number) or {} for number in found}
        year = candidate.values.get("year") or candidate.values.get("record_year") or candidate.table.year
        if len(found) > 1 and year and target in ("projects", "allocations"):
            found = [number for number in found if records[number].get("year") == year]
        unit = _cell(candidate, "helper_unit")
        if target == "helpers" and unit:
            codes = self._found(candidate, "units", unit) if not fits_code(unit) else [unit]
            found = [number for number in found if records[number].get("unit_code") in codes]
        return found

    @staticmethod
    def _key(target: str, text: str) -> str:
        word = value_key(text)
        return word.removeprefix("县") if target == "units" and len(word) > 3 else word

    def _pairing(self, candidate: Candidate) -> None:
        """A visit's pairing: that of the household, on that day, with the helper whom the row names."""
        values = candidate.values
        household, day, helper = (
            values.get("household_no", ""),
            values.get("contacted_on", ""),
            _cell(candidate, "helper"),
        )
        if values.get("pairing_id") or not household or not day:
            return
        table = self.ledger.tables["pairings"]
        names = table.resource.schema.names
        records = [dict(zip(names, row, strict=True)) for row in table.rows.values()]
        found = [
            record["pairing_id"]
            for record in records
            if record["household_no"] == household
            and record["started_on"] <= day <= (record["ended_on"] or day)
            and (not helper or (self.ledger.record("helpers", record["helper_no"]) or {}).get("name") == helper)
        ]
        if len(found) == 1:
            values["pairing_id"] = found[0]
        else:
            why = (
                "这一天没有这样的结对" if not found else f"这一天有 {len(found)} 个结对（{'、'.join(found[:_SHOWN])}）"
            )
            candidate.refuse("pairing_id", f"这一户{why}，请补填结对编号，或先登记结对")

    def _payments(self, candidates: Sequence[Candidate]) -> None:
        """The batch out of which a list is paid, and its day: the one that is named, else the one of that day whose amount
        is the list's sum of that day."""
        lacking = [candidate for candidate in candidates if not candidate.values.get("payment_id")]
        sums: dict[str, Decimal] = {}
        for candidate in lacking:
            day = candidate.values.get("paid_on", "")
            sums[day] = sums.get(day, Decimal(0)) + Decimal(candidate.values.get("amount") or 0)
        batches = {day: self._batches(day, whole) for day, whole in sums.items()}
        for candidate in lacking:
            day = candidate.values.get("paid_on", "")
            if day and len(batches[day]) == 1:
                candidate.values["payment_id"] = batches[day][0]
            else:
                candidate.refuse("payment_id", _which_batch(day, sums[day], batches[day]))
        for candidate in candidates:
            record = self.ledger.record("payments", candidate.values.get("payment_id", ""))
            if record and not candidate.values.get("paid_on"):
                candidate.values["paid_on"] = record["paid_on"]

    def _batches(self, day: str, whole: Decimal) -> list[str]:
        """The payments to a batch of households of this amount, of that day if there is one."""
        table = self.ledger.tables["payments"]
        names = table.resource.schema.names
        records = (dict(zip(names, row, strict=True)) for row in table.rows.values())
        return [
            record["payment_id"]
            for record in records
            if record["payee_kind"] == _BATCH
            and (not day or record["paid_on"] == day)
            and Decimal(record["amount"]) == whole
        ]


def _which_batch(day: str, whole: Decimal, found: Sequence[str]) -> str:
    """What to ask where the batch of a list cannot be told."""
    shown = f"（{'、'.join(found[:_SHOWN])}{'等' if len(found) > _SHOWN else ''}）" if found else ""
    said = f"有 {len(found)} 笔与本表合计 {whole} 元相同的一卡通批次支付{shown}"
    said = said if found else f"没有与本表合计 {whole} 元相同的一卡通批次支付"
    if not day:
        return f"表里没写发放日期，台账里{said}，请用 --set 支付编号=F… 指明是哪一笔（日期随它），没有的先登记这笔支付"
    return f"{day} 一天{said}，请先登记这笔支付，或用 --set 支付编号=F… 指明"


def _cell(candidate: Candidate, role: str) -> str:
    for column in candidate.table.columns:
        cell = candidate.table.sheet.cell(candidate.row, column.place)
        if column.role == role and isinstance(cell, str):
            return "".join(cell.split())
    return ""


def fits_code(text: str) -> bool:
    """Whether a unit is given by its number."""
    return text[:1] == "U" and text[1:].isdecimal()
