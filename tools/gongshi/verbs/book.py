"""The ledger as one verb changes it: records are put in, numbered and linked in memory, checked, and given as files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from gongshi.checks.following import derived
from gongshi.checks.phrases import cell_message
from gongshi.checks.proof import prove
from gongshi.checks.references import check_foreign_key
from gongshi.exchange.ledger import ImportLedger
from gongshi.model import GongshiError
from gongshi.package import Database, Resource, identifier, load, quoted, read_descriptor
from gongshi.repository import OverlayTree, Tree

_PLAIN = re.compile(r"([A-Z])\[0-9\]\{([0-9]+)\}")
_YEARLY = re.compile(r"([A-Z])\[0-9\]\{4\}-\[0-9\]\{([0-9]+)\}")
_NO_LIMIT = 1_000_000


class Fault(NamedTuple):
    """What is wrong with one thing that was asked for: its name ("" where none is to blame) and one sentence."""

    ask: str
    message: str


class Flaw(NamedTuple):
    """What is wrong with one cell of a record that was touched, in one sentence."""

    resource: str
    key: tuple[str, ...]
    field: str
    message: str


class Wrong(GongshiError):
    """Nothing can be written as wished; ``faults`` says why, each at its field."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("；".join(dict.fromkeys(fault.message.rstrip("。") for fault in faults)) + "。")
        self.faults = faults


def refuse(ask: str, message: str) -> Wrong:
    """The exception for one fault."""
    return Wrong(Fault(ask, message))


class Book:
    """``add`` and ``change`` records, then ``files``; ``more`` are files that another room made."""

    def __init__(self, tree: Tree, resources: Iterable[str], today: date) -> None:
        self.tree = tree
        self.today = today
        self.descriptor = read_descriptor(tree)
        self.ledger = ImportLedger(
            tree, self.descriptor, [name for name in resources if name in self.descriptor.resources]
        )
        self.more: dict[str, bytes] = {}
        self.touched: dict[tuple[str, tuple[str, ...]], dict[str, str]] = {}
        self.struck: set[tuple[str, tuple[str, ...]]] = set()

    def resource(self, name: str) -> Resource:
        """A resource of the county's own dictionary; GongshiError if it has none of that name."""
        if name not in self.descriptor.resources:
            raise GongshiError(f"这个县的数据字典里没有“{name}”这张表，不能登记。")
        return self.descriptor.resources[name]

    def rows(self, name: str, **wanted: str) -> list[dict[str, str]]:
        """The records of a resource whose cells are these, in the order of their keys."""
        table = self.ledger[name]
        names = table.resource.schema.names
        at = [(names.index(field), text) for field, text in wanted.items()]
        found = (table.rows[key] for key in sorted(table.rows))
        return [dict(zip(names, row, strict=True)) for row in found if all(row[i] == text for i, text in at)]

    def record(self, name: str, number: str, ask: str) -> dict[str, str]:
        """A record by its number; Wrong at ``ask`` if there is none."""
        resource = self.resource(name)
        if found := self.ledger.record(name, number):
            return found
        title = resource.schema.field(resource.schema.primary_key[0]).title
        raise refuse(ask, f"没有这个{title}（{number[:30]}），请在“查”里找到它再填")

    def number(self, name: str, year: int) -> str:
        """The next free number of a resource, by the pattern of its key."""
        resource = self.resource(name)
        pattern = resource.schema.field(resource.schema.primary_key[0]).pattern
        if match := _YEARLY.fullmatch(pattern):
            start = f"{match[1]}{year}-"
        elif match := _PLAIN.fullmatch(pattern):
            start = match[1]
        else:
            raise GongshiError(f"{resource.title}的编号不能由程序给，请填上。")
        size = int(match[2])
        taken = (key[0].removeprefix(start) for key in self.ledger[name].rows if key[0].startswith(start))
        last = max((int(text) for text in taken if len(text) == size and text.isdecimal()), default=0)
        if last + 1 == 10**size:
            raise GongshiError(f"{resource.title}的编号用完了。")
        return f"{start}{last + 1:0{size}d}"

    def add(self, name: str, cells: Mapping[str, str], ask: str = "") -> tuple[str, ...]:
        """Put in a new record; gives its key. Wrong at ``ask`` if there is one of this key already."""
        resource = self.resource(name)
        schema = resource.schema
        row = tuple(cells.get(field, "") for field in schema.names)
        key = self.ledger[name].key(row)
        if self.ledger.row(name, key) is not None:
            said = "、".join(schema.field(field).title for field in schema.primary_key)
            raise refuse(ask, f"{'、'.join(key)} 已经登记过{resource.title}，同一{said}只能登记一次")
        self.ledger.put(name, row, self.ledger.place(resource, dict(zip(schema.names, row, strict=True)), None))
        self.touched[name, key] = dict(cells)
        return key

    def change(self, name: str, key: tuple[str, ...], cells: Mapping[str, str]) -> None:
        """Set cells of a record that is there; columns that the schema does not have are left out."""
        names = self.resource(name).schema.names
        row, path = self.ledger.row(name, key), self.ledger.path_of(name, key)
        if row is None or path is None:
            raise LookupError(name)
        old = dict(zip(names, row, strict=True))
        new = {field: text for field, text in cells.items() if field in names and old[field] != text}
        if new:
            self.ledger.put(name, tuple((old | new).values()), path)
            self.touched[name, key] = self.touched.get((name, key), {}) | new

    def drop(self, name: str, key: tuple[str, ...]) -> None:
        """Strike a record out. Wrong where another record names it, GongshiError where it is a whole file."""
        resource = self.resource(name)
        for foreign in self.descriptor.foreign_keys:
            if foreign.reference == name and foreign.reference_fields == resource.schema.primary_key:
                wanted = " AND ".join(f"{identifier(field)} = ?" for field in foreign.fields)
                with load(
                    OverlayTree(self.tree, self.ledger.changes()), [foreign.resource], self.descriptor
                ) as database:
                    query = f"SELECT count(*) FROM raw.{identifier(foreign.resource)} WHERE {wanted}"
                    ((count,),) = database.sql(query, [*key])
                if count:
                    title = self.descriptor.resources[foreign.resource].title
                    raise refuse("", f"还有 {count} 条{title}写着它，先改那些，才能删去")
        self.ledger.drop(name, key)
        self.struck.add((name, key))

    def derive(self, name: str, keys: Iterable[str], sources: Iterable[str]) -> None:
        """Bring columns up to date that follow from records of ``sources`` as they are in the book; an empty cell that is read
        from other rows (``derive``) stays empty."""
        wanted = list(dict.fromkeys(keys))
        schema = self.resource(name).schema
        read = {field.name for field in schema.fields if field.derive}
        with load(OverlayTree(self.tree, self.ledger.changes()), [name, *sources], self.descriptor) as database:
            for key, cells in derived(database, name, wanted).items():
                now = dict(zip(schema.names, self.ledger.row(name, (key,)) or (), strict=False))
                left = {field for field in read if not now.get(field)}
                self.change(name, (key,), {field: text for field, text in cells.items() if field not in left})

    def files(self, asks: Mapping[str, str]) -> dict[str, bytes]:
        """The bytes to write; Wrong where a touched record is not valid. ``asks`` maps field names to what was asked."""
        if faults := [Fault(asks.get(flaw.field, ""), flaw.message) for flaw in self.flaws()]:
            raise Wrong(*dict.fromkeys(faults))
        return self.ledger.changes() | self.more

    def flaws(self) -> list[Flaw]:
        """What is not valid in the records that were touched."""
        resources = {name for name, _ in self.touched}
        keys = [key for key in self.descriptor.foreign_keys if key.resource in resources]
        found: list[Flaw] = []
        only = {*resources, *(key.reference for key in keys)}
        with load(OverlayTree(self.tree, self.ledger.changes()), only, self.descriptor) as database:
            for name in sorted(resources):
                found += self._unproven(database, name)
            for key in keys:
                every = check_foreign_key(database, key, _NO_LIMIT)
                mine = [one for one in every if (one.resource, one.key) in self.touched]
                found += [Flaw(one.resource, one.key, one.field, one.message) for one in mine]
        return list(dict.fromkeys(found))

    def _unproven(self, database: Database, name: str) -> list[Flaw]:
        resource = self.descriptor.resources[name]
        doubts = prove(database, resource, _NO_LIMIT)
        if not doubts:
            return []
        names = resource.schema.names
        query = (
            f"SELECT rowid, {quoted(names)} FROM raw.{identifier(name)} WHERE rowid IN (SELECT unnest($1::BIGINT[]))"
        )
        rows = {number: cells for number, *cells in database.sql(query, [[doubt.row for doubt in doubts]])}
        found = []
        for doubt in doubts:
            cells = dict(zip(names, rows[doubt.row], strict=True))
            key = tuple(cells[part] for part in resource.schema.primary_key)
            if (name, key) in self.touched:
                for field in doubt.fields:
                    message = cell_message(resource, resource.schema.field(field), cells[field])
                    found.append(Flaw(name, key, field, message))
        return found
