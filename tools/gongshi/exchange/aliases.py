"""Numbers of other systems, kept: a national export is known by its 户编号, 人编号 or 项目编号 once a row of it was found.

A row's foreign number is replaced by ours if it is known; else it is noted beside the record that the row turns out to be. What
contradicts it is asked about."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from gongshi.checks.aliases import PERSONAL, aliases, holds_person, is_alias
from gongshi.exchange.candidates import Candidate
from gongshi.exchange.identifiers import BY_NAME
from gongshi.exchange.ledger import ImportLedger
from gongshi.exchange.persons import People
from gongshi.package import Field, fits
from gongshi.package.subjects import subjects

_LONGEST = 5  # shorter identifiers say nothing inside a number


def foreign(candidate: Candidate, name: str) -> bool:
    """Whether a row says a record by a number that is none of this ledger's."""
    text = candidate.values.get(name, "")
    if not text:
        return False
    schema = candidate.table.resource.schema
    item: Field | None = schema.field(name) if name in schema.names else None
    return bool(item and text) and candidate.resource != aliases().table and not fits(item, text)


def any_foreign(candidates: Iterable[Candidate]) -> bool:
    """Whether numbers of other systems may have to be looked up."""
    return any(foreign(candidate, name) for candidate in candidates for name in aliases().by_field)


def spelled_alias(text: str) -> str:
    """A number in its one spelling: half width, capitals, no blanks."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()


class Aliases:
    """The known numbers of other systems, and those that an import notes; ``ledger`` must hold the table, if there is one."""

    def __init__(self, ledger: ImportLedger, people: People | None) -> None:
        self.ledger, self.people = ledger, people
        about = aliases()
        self.by_field, table = about.by_field, ledger.tables.get(about.table)
        names = table.resource.schema.names if table else ()
        self.kept = table is not None and {about.of_kind, about.number, *self.by_field} <= {*names}
        rows = [dict(zip(names, row, strict=True)) for row in table.rows.values()] if table and self.kept else []
        known = [(row, mine) for row in rows if (mine := about.kind(row[about.of_kind]))]
        self.ours = {(mine.called, row[about.number]): row[mine.field] for row, mine in known}
        self.theirs = {(kind, ours): number for (kind, number), ours in self.ours.items()}
        divisions = ledger.tables.get(subjects().place.table)
        keys = sorted(key[0] for key in divisions.rows) if divisions else []
        self.county = next((key[:6] for key in keys if key.endswith("000000")), "")

    def resolve(self, candidate: Candidate) -> None:
        """Put our numbers in place of known foreign ones; remember the others, to be noted. Ask about contradictions."""
        for name, kind in self.by_field.items():
            number = spelled_alias(candidate.values.get(name, "")) if foreign(candidate, name) else ""
            if not number or not self.kept or not is_alias(kind, number):
                continue
            if self._is_personal(candidate, number):
                candidate.refuse(name, PERSONAL)
                continue
            candidate.aliases[name] = number
            if ours := self.ours.get((kind, number), ""):
                candidate.values[name] = ours
                self._compare(candidate, name, ours)
            elif self._may_be_new(candidate, name):
                candidate.values[name] = ""  # known by name and year, or new

    @staticmethod
    def _may_be_new(candidate: Candidate, name: str) -> bool:
        of_kind = any(one.new for one in aliases().kinds if one.field == name)
        return of_kind and name in candidate.table.resource.schema.primary_key and candidate.table.feed is not None

    def _is_personal(self, candidate: Candidate, number: str) -> bool:
        """Whether a number is made like somebody's own, or holds what the same row says is his."""
        own = [candidate.values.get(name, "") for name in BY_NAME if name not in ("name", "birth")] + [candidate.number]
        digits = (re.sub(r"\D", "", text)[:17] for text in own)
        return holds_person(number, self.county) or any(len(text) > _LONGEST and text in number for text in digits)

    def _compare(self, candidate: Candidate, name: str, ours: str) -> None:
        """The ID number of the row must be that of the record its foreign number was kept for."""
        number = candidate.values.get("id_no") or candidate.number
        member = self.people.member_of(number) if self.people and number else ""
        home, own = subjects().household, subjects().member
        household = (self.ledger.record(own.table, member) or {}).get(home.key, "") if member else ""
        found = member if name == own.key else household
        if found and name in subjects().numbers and found != ours:
            candidate.refuse(
                name, f"这个编号在台账里是 {ours}，这一行的身份证号却是 {member}（{household} 户）的，请核对是哪一个"
            )

    def note(self, candidate: Candidate) -> None:
        """Keep the foreign numbers of a row beside the records that it turned out to be; ask where another was kept."""
        for name, number in candidate.aliases.items():
            kind, ours = self.by_field[name], candidate.values.get(name, "")
            if not ours or number == ours:
                continue
            known, other = self.ours.setdefault((kind, number), ours), self.theirs.setdefault((kind, ours), number)
            if known != ours:
                candidate.refuse(name, f"这个{kind}已记为 {known} 的，这一行却是 {ours}，请核对")
            elif other != number:
                candidate.refuse(name, f"台账里 {ours} 已记有另一个{kind}，与这一行的不同，请核对是不是同一个")

    def keep(self, candidates: Iterable[Candidate]) -> int:
        """Put what sound rows noted into the ledger; gives how many numbers are new."""
        if not self.kept:
            return 0
        table, count = self.ledger.tables[aliases().table], 0
        for candidate in candidates:
            for name, number in candidate.aliases.items() if not candidate.problems else ():
                ours, key = candidate.values.get(name, ""), (self.by_field[name], number)
                if ours and key not in table.rows and self.ours.get(key) == ours:
                    cells = dict.fromkeys(table.resource.schema.names, "") | {
                        aliases().of_kind: key[0],
                        aliases().number: number,
                        name: ours,
                    }
                    path = self.ledger.place(table.resource, cells, None)
                    self.ledger.put(aliases().table, tuple(cells.values()), path)
                    count += 1
        return count
