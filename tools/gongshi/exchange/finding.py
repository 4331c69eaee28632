"""Rows find their household and member by what the sheet has: an ID number, or a name and a village, or a
number of another system that was kept; two who fit are asked about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gongshi.exchange.aliases import Aliases
from gongshi.exchange.candidates import Candidate
from gongshi.exchange.ledger import ImportLedger
from gongshi.exchange.lore import headers
from gongshi.exchange.mapping import normal
from gongshi.exchange.numbering import Numbers
from gongshi.exchange.persons import People, spelled
from gongshi.exchange.tables import SheetTable
from gongshi.package import fits
from gongshi.package.subjects import subjects

_NAME = re.compile(r"[\u3400-\u9fff·•]{2,12}")
_ID = re.compile(r"[1-9][0-9]{16}[0-9X](?:[1-7][1-4](?:B[0-9])?)?")
_SHOWN = 3


def _has_number(table: SheetTable) -> bool:
    """Whether the sheet has a column of ID numbers, whatever stands in it."""
    words = {normal(word) for word in headers().persons["id_no"]}
    return any(column.role == "id_no" or normal(column.header) in words for column in table.columns)


def _has_village(table: SheetTable) -> bool:
    return any(
        column.role in ("village", "place") or normal(column.header) in headers().village for column in table.columns
    )


def _without_key(candidate: Candidate, foreign: bool, number: str) -> str:
    """What to ask where nobody can be looked for."""
    why = "不是台账的编号" if foreign else "没有台账的编号"
    said = candidate.named or number or candidate.values.get("name")
    way = "按姓名或身份证号找人要用密钥，请用 --identity 指明" if said else "请核对，或加上“姓名”和“身份证号”列来找人"
    return f"{why}；{way}"


def _is_whole(candidate: Candidate, missing: Sequence[str]) -> bool:
    """Whether it is a household or member by itself whose number is missing."""
    return candidate.resource in subjects().people and candidate.table.resource.schema.primary_key[0] in missing


def _said_home(candidate: Candidate, foreign: Sequence[str]) -> str:
    """The household that a row says by its number in this ledger."""
    name = subjects().household.key
    return "" if name in foreign else candidate.values.get(name, "")


class Seeker:
    """Sets household and member numbers that a row lacks, or refuses it with what is missing."""

    def __init__(self, ledger: ImportLedger, people: People | None, aliases: Aliases, numbers: Numbers) -> None:
        self.ledger, self.people, self.aliases, self.numbers = ledger, people, aliases, numbers
        self._by_name: dict[str, list[str]] | None = None

    def find(self, candidate: Candidate) -> None:
        """One row: its own numbers stand if they are this ledger's, or known as another system's."""
        self.aliases.resolve(candidate)
        self.numbers.resolve(candidate)
        names = candidate.table.resource.schema.names
        values = candidate.values
        wanted: list[str] = [name for name in reversed(subjects().numbers) if name in names]
        if candidate.table.feed and candidate.table.feed.about == "through":
            wanted = [subjects().household.key]  # no field of the record: by it the record's own number is found
        foreign = [name for name in wanted if values.get(name) and name in names and not self._ours(candidate, name)]
        name = self._name(candidate, foreign)
        number = values.get("id_no") or candidate.number or self._his_own(candidate, name)
        missing = foreign or self._lacking(candidate, wanted)
        if not missing or candidate.problems:
            return
        if not (name or number):
            self._begin(candidate, foreign)
            return
        if self.people is None:
            if foreign or candidate.table.feed:
                candidate.refuse(missing[0], _without_key(candidate, bool(foreign), number))
            return
        found = self._members(self.people, candidate, name, number, foreign)
        if len(found) == 1 and candidate.fresh and not number:
            candidate.refuse(
                missing[0], f"写的是“新增”，但这个村（户）里已有同名的 {found[0]}，是他就填他的编号，不是就补填身份证号"
            )
        elif len(found) == 1:
            self._take(candidate, found[0], wanted, foreign)
            self.numbers.remember(candidate)
        elif len(found) > 1:
            shown = "、".join(found[:_SHOWN]) + ("等" if len(found) > _SHOWN else "")
            candidate.refuse(missing[0], f"有 {len(found)} 个人符合这一行（{shown}），请补填户编号、人编号或身份证号")
        elif self._is_new(self.people, candidate, name, number, foreign):
            candidate.values[candidate.table.resource.schema.primary_key[0]] = ""
        elif not self._begin(candidate, foreign) and (foreign or candidate.table.feed or _is_whole(candidate, missing)):
            new = self.numbers.how_to_begin(candidate) if _is_whole(candidate, missing) else ""
            candidate.refuse(missing[0], self._not_found(candidate, number, foreign) + new)

    def _his_own(self, candidate: Candidate, name: str) -> str:
        """An ID number behind another's name that is, as the ledger knows, of him who is named; else ""."""
        member = self.people.member_of(candidate.doubtful) if self.people and candidate.doubtful else ""
        known = self.people.persons[member].get("name", "") if self.people and member else ""
        return candidate.doubtful if name and known == name else ""

    @staticmethod
    def _begin(candidate: Candidate, foreign: list[str]) -> bool:
        """Whether a row that says of itself that it is new is so; then it waits for its number."""
        key = candidate.table.resource.schema.primary_key[0]
        if candidate.fresh and foreign == [key]:
            candidate.values[key] = ""
            return True
        return False

    def _is_new(self, people: People, candidate: Candidate, name: str, number: str, foreign: list[str]) -> bool:
        """Whether a household or member of another system, whom nobody here is by ID number or name, is a new one."""
        key = candidate.table.resource.schema.primary_key[0]
        known = _ID.fullmatch(spelled("id_no", number)) and candidate.resource in subjects().people
        new = bool(known) and key in candidate.aliases and foreign == [key]
        return new and not self._at(people, candidate, name, foreign)

    def _not_found(self, candidate: Candidate, number: str, foreign: list[str]) -> str:
        """Why nobody was found: by what was sought, or that there was nothing to seek by but a name."""
        household, village = _said_home(candidate, foreign), candidate.place.village
        by = [
            word
            for word, said in (
                (subjects().household.called, household),
                (subjects().place.village, village),
                ("身份证号", number),
            )
            if said
        ]
        if not by:
            start = "不是台账的编号；" if foreign else ""
            id_no = f"{'补填' if _has_number(candidate.table) else '加一列'}“身份证号”"
            place = f"{'补填' if _has_village(candidate.table) else '加一列'}“行政村”"
            return f"{start}这一行只有姓名，单凭姓名分不清是哪一个人，请{id_no}，或{place}，或补填台账的编号"
        sought = f"按这一行的{'、'.join((['姓名'] if household or village else []) + by)}"
        why = f"不是台账的编号，{sought}也没有找到" if foreign else f"{sought}没有找到这个人"
        return f"{why}，请核对，或补填台账的编号"

    def _lacking(self, candidate: Candidate, wanted: list[str]) -> list[str]:
        schema, values = candidate.table.resource.schema, candidate.values
        about = candidate.table.feed.about if candidate.table.feed else ""
        needed = [
            name
            for name in wanted
            if name not in schema.names
            or schema.field(name).required
            or name in schema.primary_key
            or (about and (name == subjects().household.key or about == "member"))
        ]
        return [name for name in needed if not values.get(name)]

    def _ours(self, candidate: Candidate, name: str) -> bool:
        return fits(candidate.table.resource.schema.field(name), candidate.values[name])

    def _name(self, candidate: Candidate, foreign: list[str]) -> str:
        """Whose name the row has: its own column, or where a number should stand (借款人)."""
        written = [candidate.values[one] for one in foreign if _NAME.fullmatch(candidate.values[one])]
        return candidate.values.get("name") or candidate.named or next(iter(written), "")

    def _members(self, people: People, candidate: Candidate, name: str, number: str, foreign: list[str]) -> list[str]:
        """Those who have the ID number; else those of the name in the village and household that the row says."""
        if number and (member := people.member_of(number)):
            return [member]
        if number and people.by_number.get(spelled("id_no", number)[:18]):
            return sorted(people.by_number[spelled("id_no", number)[:18]])
        found = []
        for member in self._at(people, candidate, name, foreign):
            person = people.persons[member].get("id_no", "")
            if not (number and person and spelled("id_no", number)[:18] != person[:18]):
                found.append(member)
        who = subjects().member
        heads = [m for m in found if (self.ledger.record(who.table, m) or {}).get(who.relation) == who.head]
        return heads if len(found) > 1 and len(heads) == 1 and candidate.about_head else found

    def _at(self, people: People, candidate: Candidate, name: str, foreign: list[str]) -> list[str]:
        """Those of the name in the village and household that the row says, whatever their ID numbers."""
        household, (slug, village), who = _said_home(candidate, foreign), candidate.place, subjects().member
        found = []
        for member in self._named(people).get(name, ()) if household or village else ():
            record = self.ledger.record(who.table, member)
            home = (record or {}).get(who.household, "")
            place = (self.ledger.record(subjects().household.table, home) or {}).get(subjects().household.village, "")
            inside = not slug or f"/townships/{slug}/" in (self.ledger.path_of(who.table, (member,)) or "")
            if record and inside and household in ("", home) and village in ("", place):
                found.append(member)
        return found

    def _named(self, people: People) -> dict[str, list[str]]:
        if self._by_name is None:
            self._by_name = {}
            for member, person in sorted(people.persons.items()):
                self._by_name.setdefault(person.get("name", ""), []).append(member)
        return self._by_name

    def _take(self, candidate: Candidate, member: str, wanted: list[str], foreign: list[str]) -> None:
        record = self.ledger.record(subjects().member.table, member)
        if record is None:
            return
        for name in wanted:
            if name in foreign or (not candidate.values.get(name) and name in self._lacking(candidate, wanted)):
                candidate.values[name] = record[name]
