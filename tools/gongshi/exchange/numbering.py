"""Numbers for what is new: a row without one is the record that it repeats, or gets the next free number. A row that differs
from a record only in figures is asked about, since it may be that record, corrected, or another."""

from __future__ import annotations

import re

from gongshi.exchange.aliases import Aliases
from gongshi.exchange.candidates import Candidate
from gongshi.exchange.identifiers import counted, numbered
from gongshi.exchange.ledger import ImportLedger, Key
from gongshi.exchange.lore import LetteredNumber, lore
from gongshi.package import Resource
from gongshi.package.subjects import subjects

_FIGURES = ("integer", "number", "boolean")
_PLAIN = re.compile(r"([A-Z]+)\[0-9\]\{([0-9]+)\}")
_YEARLY = re.compile(r"([A-Z]+)\[0-9\]\{4\}-\[0-9\]\{([0-9]+)\}")
SHOWN = 30  # new numbers told one by one
NEW = re.compile(r"新(?:增|户|人|成员|增户|增人)?([0-9]{0,5})")
_ANY = re.compile(r"([A-Z]*)\[0-9\]\{([0-9]+)(?:,[0-9]+)?\}")


class Numbers:
    """Gives numbers in the order of the rows: the same file gives the same numbers."""

    def __init__(self, ledger: ImportLedger, aliases: Aliases) -> None:
        self.ledger, self.aliases = ledger, aliases
        self._next: dict[str, int] = {}
        self._free: dict[int, str] = {}
        self._known: dict[tuple[str, Key], dict[Key, list[Key]]] = {}
        self.labels: dict[str, str] = {}
        self.beside: dict[tuple[str, int, int], str] = {}
        self.begun: list[tuple[Candidate, str]] = []
        self._given: dict[tuple[str, Key, Key], Candidate] = {}

    def resolve(self, candidate: Candidate) -> None:
        """A row may say of itself that it is new (新增, 新1); what other rows call so is that record."""
        schema = candidate.table.resource.schema
        resource = candidate.table.resource
        may = numbered(resource) or counted(resource)
        if may and NEW.fullmatch(candidate.values.get(schema.primary_key[0], "")):
            candidate.values[schema.primary_key[0]] = ""  # as where nothing stands
        for name in subjects().numbers:
            label = candidate.values.get(name, "")
            if name not in schema.names or not (match := NEW.fullmatch(label)):
                continue
            if schema.primary_key == (name,):
                candidate.fresh = f"{name} {match[1]}" if match[1] else label
                continue
            beside = self.beside.get((name, id(candidate.table.sheet), candidate.row), "")
            if number := self.labels.get(f"{name} {match[1]}", beside):
                candidate.values[name] = number
            else:
                title = schema.field(name).title
                candidate.refuse(name, f"“{title}”写的是“{label}”，同时导入的表里没有这样新增的，请改填编号")

    def _begin(self, candidate: Candidate, letters: str, digits: int) -> None:
        """The number of a row that says it is new, unless it looks as if it had come in before."""
        schema, values = candidate.table.resource.schema, candidate.values
        key = schema.primary_key[0]
        said = tuple(field.name for field in schema.fields if field.name != key and values.get(field.name))
        known = self._table(candidate.resource, said).get(tuple(values[name] for name in said), [])
        if known and candidate.resource == subjects().household.table:
            next_one = self.next_free(candidate, key).strip("；")
            candidate.refuse(
                key,
                f"台账里已有各项都相同的 {known[0][0]}，像是又导了一次：是它就填它的编号；确是另一户就填新的编号（{next_one}）",
            )
            return
        number = self.labels.get(candidate.fresh) or self._new(candidate.resource, letters, digits)
        values[key] = number
        if " " in candidate.fresh:
            self.labels[candidate.fresh] = number
        self.beside[key, id(candidate.table.sheet), candidate.row] = number
        self.begun.append((candidate, number))

    def remember(self, candidate: Candidate) -> None:
        """A row that says it is new and was found stands for the record that it is."""
        key = candidate.table.resource.schema.primary_key[0]
        if candidate.fresh and (number := candidate.values.get(key)):
            self.beside[key, id(candidate.table.sheet), candidate.row] = number
            if " " in candidate.fresh:
                self.labels[candidate.fresh] = number

    def tell_begun(self) -> list[str]:
        """Which numbers those got that said they are new, for people to write beside the names on their paper."""
        sound = [(candidate, number) for candidate, number in self.begun if not candidate.problems]
        shown = "、".join(f"第 {candidate.row + 1} 行 {number}" for candidate, number in sound[:SHOWN])
        more = f"等 {len(sound)} 个" if len(sound) > SHOWN else ""
        return [f"新增的编号：{shown}{more}"] if sound else []

    def renamed(self) -> dict[str, str]:
        """What stood in place of a number → the number, for those that came in."""
        sound = {number for candidate, number in self.begun if not candidate.problems}
        return {label: number for label, number in self.labels.items() if number in sound}

    def give(self, candidate: Candidate) -> None:
        """Set the number of a row that has none, or refuse it with what to ask."""
        shape = self._shape(candidate)
        if shape is None and (year := self._lacks_year(candidate)):
            title = candidate.table.resource.schema.field(year).title
            candidate.refuse(year, f"编号要按年度编，请补填“{title}”，整张表是同一年的也可用 --set {title}=2020")
        if shape is None or candidate.problems:
            return
        if candidate.fresh:
            self._begin(candidate, *shape)
            return
        schema, values = candidate.table.resource.schema, candidate.values
        key = schema.primary_key[0]
        said = [field for field in schema.fields if field.name != key and values.get(field.name)]
        if key in candidate.aliases and candidate.resource in subjects().people:
            ours = self.aliases.ours.get((self.aliases.by_field[key], candidate.aliases[key]), "")
            values[key] = ours or self._new(candidate.resource, *shape)
            return
        by = candidate.table.feed.known_by if candidate.table.feed else ()
        if by and all(values.get(name) for name in by):
            self._known_by(candidate, by, shape)
            return
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
        elif not self._ask_namesake(candidate):
            self._given[candidate.resource, telling, at] = candidate
            values[key] = self._new(candidate.resource, *shape)

    def gives(self, candidate: Candidate) -> bool:
        """Whether a row without a number would get one, were nothing else wrong with it."""
        return self._shape(candidate) is not None

    def _ask_namesake(self, candidate: Candidate) -> bool:
        """Ask about a unit, helper or school that bears the name of another in the same place; True if it was asked."""
        resource, values = candidate.table.resource, candidate.values
        leads = {
            name for key in self.ledger.descriptor.foreign_keys if key.resource == resource.name for name in key.fields
        }
        names = tuple(n for n in resource.schema.names if values.get(n) and (n in lore().labels or n in leads))
        if not counted(resource) or not {*names} & {*lore().labels}:
            return False
        at, key = tuple(values[name] for name in names), resource.schema.primary_key[0]
        first = self._given.setdefault((resource.name, names, at), candidate)
        known = self._table(resource.name, names).get(at, [])
        other = f"第 {first.row + 1} 行" if first is not candidate else "、".join(number[0] for number in known[:3])
        if other:
            more = self.next_free(candidate, key).strip("；")
            candidate.refuse(
                key, f"与{other}同名而别的内容不同：是它就填它的编号（或只留一行），是另一个就填新的编号（{more}）"
            )
        return bool(other)

    def next_free(self, candidate: Candidate, name: str) -> str:
        """From which number on new records are counted, as the ledger stood when the candidate's table came up."""
        place = id(candidate.table)
        if place not in self._free:
            self._free[place] = self._first_free(candidate.table.resource, name)
        return self._free[place]

    def how_to_begin(self, candidate: Candidate) -> str:
        """How to say that a household or member is a new one."""
        key = candidate.table.resource.schema.primary_key[0]
        title = candidate.table.resource.schema.field(key).title
        told = self.next_free(candidate, key).strip("；")
        return f"；是新的就在“{title}”里写“新增”（整张表都是就用 --set {title}=新增），或自己编号，{told}"

    def _first_free(self, resource: Resource, name: str) -> str:
        match = _ANY.fullmatch(resource.schema.field(name).pattern)
        if not match or len(resource.schema.primary_key) > 1:
            return ""
        numbers = [key[0][len(match[1]) :] for key in self.ledger.tables[resource.name].rows]
        last = max((int(number) for number in numbers if number.isdecimal()), default=0)
        width = max([int(match[2]), *(len(number) for number in numbers if counted(resource))])
        return f"；新增的从 {match[1]}{last + 1:0{width}d} 起编号"

    def is_new(self, candidate: Candidate) -> bool:
        """Whether a form's row without a number is sure to be no record that there is."""
        by = candidate.table.feed.known_by if candidate.table.feed else ()
        at = tuple(candidate.values.get(name, "") for name in by)
        return bool(by) and all(at) and not self._table(candidate.resource, by).get(at)

    def _known_by(self, candidate: Candidate, by: Key, shape: tuple[str, int]) -> None:
        """The number of the record that a form's row is: the one with the same values in these fields, else a new one."""
        schema, values = candidate.table.resource.schema, candidate.values
        at = tuple(values[name] for name in by)
        known = self._table(candidate.resource, by).get(at, [])
        first = self._given.setdefault((candidate.resource, by, at), candidate)
        candidate.given = True
        if len(known) > 1:
            said = "、".join(schema.field(name).title for name in by)
            shown = "、".join(number[0] for number in known[:3])
            candidate.refuse(schema.primary_key[0], f"台账里有几条“{said}”相同的记录（{shown}），请补填编号")
        elif known:
            values[schema.primary_key[0]] = known[0][0]
        elif first is not candidate:
            values[schema.primary_key[0]] = first.values[schema.primary_key[0]]
        else:
            values[schema.primary_key[0]] = self._new(candidate.resource, *shape)

    def _shape(self, candidate: Candidate) -> tuple[str, int] | None:
        """(how a new number begins, how many digits follow): letters, letters and the year, or a project's place and kind."""
        resource, values = candidate.table.resource, candidate.values
        if plain := numbered(resource):
            return plain
        key = resource.schema.primary_key
        pattern = resource.schema.field(key[0]).pattern if len(key) == 1 else ""
        if (key[0] in candidate.aliases or candidate.fresh) and (match := _PLAIN.fullmatch(pattern)):
            return match[1], int(match[2])
        if open_ended := counted(resource):
            widths = [len(number[0]) - len(open_ended[0]) for number in self.ledger.tables[resource.name].rows]
            return open_ended[0], max(widths, default=open_ended[1])
        lettered = _lettered(resource.name)
        year = values.get(lore().year) or candidate.table.year
        if candidate.table.feed and year and (match := _YEARLY.fullmatch(pattern)):
            return f"{match[1]}{year}-", int(match[2])
        if candidate.table.feed and lettered and year and self.aliases.county:
            return f"{self.aliases.county}-{year}-{lettered.letters_of(values)}-", 4
        return None

    def _lacks_year(self, candidate: Candidate) -> str:
        """The field in which a form's record would have to say its year to get its number; "" if that is not what it lacks."""
        schema, year = candidate.table.resource.schema, lore().year
        yearly = _lettered(candidate.resource) or _YEARLY.fullmatch(schema.field(schema.primary_key[0]).pattern)
        said = candidate.values.get(year) or candidate.table.year
        return year if candidate.table.feed and yearly and year in schema.names and not said else ""

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
        at = f"{resource} {letters}"
        if at not in self._next:
            keys = (key[0] for key in self.ledger.tables[resource].rows)
            numbers = [key.removeprefix(letters) for key in keys if key.startswith(letters)]
            self._next[at] = max((int(number) for number in numbers if number.isdecimal()), default=0)
        self._next[at] += 1
        return f"{letters}{self._next[at]:0{digits}d}"


def _lettered(resource: str) -> LetteredNumber | None:
    return next((one for one in lore().numbers if one.resource == resource), None)
