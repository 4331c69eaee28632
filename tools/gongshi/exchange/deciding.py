"""Created, updated, unchanged or refused: each converted row against the ledger.

An ordinary workbook fills in: its empty cells leave the record as it is. A workbook that remembers what it was exported
from is merged three ways, record by record and field by field; there an emptied cell empties the field. In one that was an
export and remembers nothing an empty cell is asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gongshi.changes.merge import merge_rows
from gongshi.changes.values import Conflict
from gongshi.checks.aliases import alias_faults, aliases
from gongshi.checks.phrases import cell_message
from gongshi.checks.proof import prove
from gongshi.checks.references import check_foreign_key, dangling
from gongshi.checks.showing import shown_cell
from gongshi.exchange.agreeing import disagreement
from gongshi.exchange.aliases import Aliases, any_foreign
from gongshi.exchange.candidates import Candidate
from gongshi.exchange.doubts import (
    LOST,
    NAMELESS,
    REUSED,
    another_payment,
    emptied,
    other_person,
    removed,
    renumbered,
    shares,
    swapped,
    taken_over,
)
from gongshi.exchange.finding import Seeker
from gongshi.exchange.identifiers import BY_NAME, FIELDS, carries_persons, extended
from gongshi.exchange.ledger import ImportLedger, Key, Row
from gongshi.exchange.lore import lore
from gongshi.exchange.memory import Origin
from gongshi.exchange.numbering import Numbers
from gongshi.exchange.persons import People, person_problems
from gongshi.exchange.referring import Referrer, targets
from gongshi.exchange.rules import sealing_findings
from gongshi.exchange.tables import SheetTable
from gongshi.exchange.values import CellChange, Fate
from gongshi.model import GongshiError, Severity
from gongshi.package import Database, Descriptor, ForeignKey, Schema, home, identifier, load, quoted
from gongshi.package.subjects import subjects
from gongshi.repository import OverlayTree, Tree

_NO_LIMIT = 10**9


class Decider:
    """Holds the ledger in memory while rows are decided and, if need be, taken back."""

    def __init__(self, tree: Tree, descriptor: Descriptor, township: str | None, people: People | None) -> None:
        self.tree = tree
        self.descriptor = descriptor
        self.township = township
        self.noted = 0
        self.told: list[str] = []
        self.people = people
        self.put: dict[tuple[str, Key], Candidate] = {}
        self.seen: dict[tuple[str, Key], Candidate] = {}
        self._ledger: ImportLedger | None = None
        self.warnings: list[tuple[Candidate, str, str]] = []

    @property
    def ledger(self) -> ImportLedger:
        """The ledger as it would be; LookupError before anything was decided."""
        if self._ledger is None:
            raise LookupError
        return self._ledger

    def decide(self, candidates: Sequence[Candidate], resources: set[str]) -> None:
        """Set ``kind``, ``key``, ``changes`` and ``problems`` of every candidate. Parents come before children."""
        if not resources:
            return
        named = targets(candidates, self.descriptor)
        kept = {aliases().table} & set(self.descriptor.resources) if any_foreign(candidates) else set()
        self._ledger = ImportLedger(self.tree, self.descriptor, resources | named | kept)
        self.aliases = Aliases(self.ledger, self.people)
        self.numbers = Numbers(self.ledger, self.aliases)
        seeker = Seeker(self.ledger, self.people, self.aliases, self.numbers)
        referrer = Referrer(self.ledger, self.descriptor, candidates)
        order = {name: place for place, name in enumerate(self._parents_first())}
        tables = sorted({id(c.table): c.table for c in candidates}.values(), key=lambda t: order[t.resource.name])
        for table in tables:
            rows = [candidate for candidate in candidates if candidate.table is table]
            for candidate in rows:
                seeker.find(candidate)
                if self.people and carries_persons(table.resource):
                    self.people.settle(candidate.values)
            referrer.refer(rows)
            self._decide_table(table, rows)
        _ask_repeated(candidates)
        while self._refuse_invalid(resources) or self._refuse_by_rules():
            pass
        self.noted = self.aliases.keep(candidates)
        self.told += self.numbers.tell_begun()

    def files(self) -> dict[str, bytes]:
        """The bytes of every file that changes, sealed files included."""
        changed = self._ledger.changes() if self._ledger else {}
        files = {path: data for path, data in changed.items() if not self._same(path, data)}
        return files | (self.people.sealed_files() if self.people else {})

    def noted_lines(self) -> list[str]:
        """What a person should know of rows that are gone, and of the numbers of other systems that are new."""
        told = f"记下别的系统的编号 {self.noted} 个（外部编号），下次凭它认出这些记录"
        return [*self.told, *([told] if self.noted else [])]

    def _same(self, path: str, data: bytes) -> bool:
        return self.tree.exists(path) and self.tree.read(path) == data

    def _parents_first(self) -> list[str]:
        lists = {name for document in self.descriptor.documents for name in document.lists.values()}
        first = [name for name in lore().first if name in self.descriptor.resources]
        rest = sorted(self.descriptor.resources, key=lambda name: name in lists)
        return list(dict.fromkeys((*first, *rest)))

    def _decide_table(self, table: SheetTable, candidates: Sequence[Candidate]) -> None:
        sound = [candidate for candidate in candidates if self._keyed(candidate)]
        origin = table.origin
        ours = {c.key: c for c in sound}
        news = self._merged(table, origin, ours) if origin and origin.rows else self._filled_in(ours)
        for key, new in news.items():
            if not ours[key].problems and new is not None:
                self._take(ours[key], new)
        self._ask_reused(sound)

    def _ask_reused(self, candidates: Sequence[Candidate]) -> None:
        """Where most numbers of a sheet are other records' here, the rest of them may be so, too: what they would change is asked about."""
        known = [one for one in candidates if one.reused or one.kind in (Fate.UPDATED, Fate.UNCHANGED)]
        if 2 * sum(one.reused for one in known) <= len(known):
            return
        for candidate in (one for one in known if one.kind is Fate.UPDATED):
            self._take_back(candidate)
            candidate.refuse(candidate.table.resource.schema.primary_key[0], REUSED)

    def _keyed(self, candidate: Candidate) -> bool:
        """Give the candidate its key; False if it is refused or a repetition."""
        schema = candidate.table.resource.schema
        if not candidate.values.get(schema.primary_key[0]):
            known = len(candidate.problems)
            self.numbers.give(candidate)
            if len(candidate.problems) > known:
                return False
            self._tell_lacking(candidate)
        candidate.key = tuple(candidate.values.get(name, "") for name in schema.primary_key)
        self.aliases.note(candidate)
        spoiled = {problem.column for problem in candidate.problems}
        for name in schema.primary_key:
            column = candidate.table.fields.get(name)
            found = candidate.table.feed or carries_persons(candidate.table.resource)  # by what else the row says
            asked = name in candidate.asked or (candidate.problems and (found or self.numbers.gives(candidate)))
            if not candidate.values.get(name) and not asked and not (column and column.place in spoiled):
                title = schema.field(name).title
                candidate.refuse(name, f"“{title}”不能为空，请补填{self.numbers.next_free(candidate, name)}")
        if candidate.problems:
            candidate.kind = Fate.REFUSED
            return False
        first = self.seen.setdefault((candidate.resource, candidate.key), candidate)
        if first is not candidate:
            if first.values != candidate.values:
                name = schema.primary_key[0]
                where = "" if first.table is candidate.table else f"工作表“{first.table.sheet.name}”"
                candidate.refuse(name, f"编号与{where}第 {first.row + 1} 行相同而内容不同，请只保留对的一行")
            elif first.table is candidate.table:
                candidate.repeats = first.row
            return False
        return True

    def _tell_lacking(self, candidate: Candidate) -> None:
        """A new record that is refused anyway is told at once what else it needs."""
        if not candidate.problems or not self.numbers.is_new(candidate):
            return
        resource, spoiled = candidate.table.resource, {problem.column for problem in candidate.problems}
        told = {*candidate.asked, *resource.schema.primary_key}
        for column in candidate.table.columns:
            if column.place in spoiled:
                told |= {*column.role.split(), *([column.meaning.field.name] if column.meaning.field else [])}
        for item in resource.schema.fields:
            if item.required and not candidate.values.get(item.name) and item.name not in told:
                candidate.refuse(item.name, cell_message(resource, item, ""))

    def _schema(self, table: SheetTable) -> Schema:
        """The resource's schema, with identifiers if the sheet has some."""
        persons = carries_persons(table.resource) and self.people and set(BY_NAME) & set(table.fields)
        return extended(table.resource.schema) if persons else table.resource.schema

    def _now(self, table: SheetTable, key: Key) -> Row | None:
        """The record as the ledger has it, with identifiers if the sheet has some."""
        row = self.ledger.row(table.resource.name, key)
        if row is None or self.people is None or self._schema(table) is table.resource.schema:
            return row
        return (*row, *self.people.cells(key[0]))

    def _filled_in(self, ours: dict[Key, Candidate]) -> dict[Key, Row]:
        news = {}
        for key, candidate in ours.items():
            names = self._schema(candidate.table).names
            now = self._now(candidate.table, key) or ("",) * len(names)
            news[key] = tuple(candidate.values.get(name) or cell for name, cell in zip(names, now, strict=True))
        return news

    def _merged(self, table: SheetTable, origin: Origin, ours: dict[Key, Candidate]) -> dict[Key, Row]:
        """Three-way merge of the sheet's rows; conflicts are refused, each with both values' field."""
        schema = self._schema(table)
        whole = _base_rows(schema, origin)
        for key, was in renumbered(schema, whole, ours).items():
            ours[key].refuse(schema.primary_key[0], f"这一行除编号外与导出时的 {was} 相同，编号像是被改了，请改回")
        base = {key: row for key, row in whole.items() if key in ours}
        mine, theirs, same = [], [], {}
        for key, candidate in ours.items():
            old = base.get(key, ("",) * len(schema.names))
            row = tuple(candidate.values.get(name, cell) for name, cell in zip(schema.names, old, strict=True))
            now = self._now(table, key)
            read = self.ledger.read(table.resource.name, key, now) if now else None
            if row == old == read:
                same[key] = base.pop(key)
                continue
            mine.append(row)
            theirs.extend([read] if read else [])
        self.told += removed(
            table, whole, ours, [key for key in base if self.ledger.row(table.resource.name, key) is None]
        )
        merged = merge_rows(schema, list(base.values()), mine, theirs)
        for conflict in merged.conflicts:
            candidate = ours[conflict.key]
            if conflict.theirs is None:
                self._refuse_once(candidate, schema.primary_key[0], "台账里已没有这条记录，请核对后删去这一行")
            else:
                candidate.refuse(conflict.field, _conflict_message(schema, conflict))
        places = [schema.names.index(name) for name in schema.primary_key]
        return same | {tuple(row[place] for place in places): row for row in merged.rows}

    @staticmethod
    def _refuse_once(candidate: Candidate, name: str, message: str) -> None:
        if not candidate.problems:
            candidate.refuse(name, message)

    def _take(self, candidate: Candidate, new: Row) -> None:
        """Put a row into the ledger in memory, unless it changes nothing or belongs elsewhere."""
        resource = candidate.table.resource
        schema = self._schema(candidate.table)
        now = self._now(candidate.table, candidate.key)
        new = self.ledger.plain(resource.name, candidate.key, new)
        width = len(resource.schema.names)
        cells = dict(zip(schema.names, new, strict=True))
        try:
            path = self.ledger.path_of(resource.name, candidate.key) or self.ledger.place(
                resource, cells, self.township
            )
            self._check_home(path)
        except GongshiError as error:
            candidate.refuse(resource.schema.primary_key[0], str(error).rstrip("。"))
            return
        if now and candidate.table.origin is None and candidate.table.exported:
            for name, message in emptied(schema, candidate.values, dict(zip(schema.names, now, strict=True))):
                candidate.refuse(name, message)
        if now == new:
            self._check_place(candidate, path, cells)
            return
        if self._doubted(candidate, path, cells, now, schema.names):
            return
        candidate.before = now
        candidate.kind = Fate.CREATED if now is None else Fate.UPDATED
        candidate.changes = _changes(schema, now, new)
        if new[width:] != (now or ())[width:] and not self._seal(candidate, path, cells, now):
            return
        self.ledger.put(resource.name, new[:width], path)
        self.put[(resource.name, candidate.key)] = candidate

    def _doubted(
        self, candidate: Candidate, path: str, cells: dict[str, str], now: Row | None, names: Sequence[str]
    ) -> bool:
        """Ask about what a change would come to, if it is likelier to be a mistake; True if it was."""
        resource, remembered = candidate.table.resource, candidate.table.origin is not None
        old = dict(zip(names, now, strict=True)) if now else {}
        changed = [name for name in cells if cells[name] != old.get(name, "")]
        doubts = [*shares(candidate.shares, changed), *swapped(cells, changed), *self._said_otherwise(candidate, cells)]
        if now and not remembered:
            doubts += (others := list(taken_over(resource, old, cells)))
            candidate.reused = bool(others)
            doubts += another_payment(resource, old, cells) if candidate.given else ()
            if candidate.table.exported:
                doubts.append((resource.schema.primary_key[0], LOST))
        if carries_persons(resource) and now is None and not cells.get("name"):
            doubts.append(("name", NAMELESS))
        if not remembered and (asked := other_person(old.get("name", ""), cells.get("name", ""))):
            doubts.append(("name", asked))
        if resource.name == aliases().table:
            doubts += alias_faults(cells, self.aliases.county)
        home = self.ledger.township_of(resource, cells)
        if home and path.startswith("records/townships/") and path.split("/")[2] != home:
            doubts.append(
                (
                    resource.schema.primary_key[0],
                    f"这个编号是乡镇 {path.split('/')[2]} 的记录，这一行却属于 {home}，请核对编号",
                )
            )
        for name, message in doubts:
            candidate.refuse(name, message)
        return not self._check_place(candidate, path, cells) or bool(doubts)

    def _said_otherwise(self, candidate: Candidate, cells: dict[str, str]) -> Iterator[tuple[str, str]]:
        """Cells that would say other than the rows they are read from."""
        for name, value in self.ledger.said(candidate.resource, candidate.key).items():
            item = candidate.table.resource.schema.field(name)
            if item.derive and cells[name] not in ("", value):
                source = home(self.descriptor, candidate.table.resource, item, item.derive)
                yield name, f"“{item.title}”由“{source}”定，这一格和登记的不同；请先改“{source}”，或清空这一格"

    def _check_place(self, candidate: Candidate, path: str, cells: dict[str, str]) -> bool:
        """Whether the row's own township, village and person agree with whose record it is; refused if not."""
        if why := disagreement(self.ledger, self.people, candidate, path, cells):
            candidate.refuse(candidate.table.resource.schema.primary_key[0], why)
        return not why

    def _check_home(self, path: str) -> None:
        if self.township and path.startswith("records/townships/") and path.split("/")[2] != self.township:
            raise GongshiError(f"这条记录属于乡镇 {path.split('/')[2]}，不在本次导入的 {self.township}")

    def _seal(self, candidate: Candidate, path: str, cells: dict[str, str], now: Row | None) -> bool:
        person = {item.name: cells[item.name] for item in FIELDS if cells.get(item.name)}
        if self.people is None or (now is None and not person):
            return True
        problems = person_problems(person, cells, self.people.day)
        for name, message in problems.items():
            candidate.refuse(name, message)
        if problems:
            return False
        slug, member = path.split("/")[2], candidate.key[0]
        try:
            self.people.put(slug, member, person)
        except GongshiError as error:
            candidate.refuse("name", str(error).rstrip("。"))
            return False
        return True

    def _take_back(self, candidate: Candidate) -> None:
        resource = candidate.table.resource
        path = self.ledger.path_of(resource.name, candidate.key)
        width = len(resource.schema.names)
        before = candidate.before
        if self.people and path and (candidate.key[0] in self.people.changed.get(path.split("/")[2], {})):
            old = dict(zip((item.name for item in FIELDS), (before or ())[width:], strict=False))
            kept = {name: value for name, value in old.items() if value}
            self.people.take_back(path.split("/")[2], candidate.key[0], kept or None)
        self.ledger.take_back(resource.name, candidate.key, before[:width] if before else None)
        del self.put[(resource.name, candidate.key)]

    def _refuse_invalid(self, resources: Iterable[str]) -> bool:
        """Check the ledger as it would be; refuse and take back the rows that would make it invalid. True if any."""
        if not self.put:
            return False
        keys = [key for key in self.descriptor.foreign_keys if key.resource in resources]
        here = [key for key in keys if key.reference in self.ledger]
        keys = [key for key in keys if key not in here]
        refused: dict[int, Candidate] = {}
        blamed: dict[int, set[str]] = {}  # a cell that is no code at all is not also told to be unknown
        changed = OverlayTree(self.tree, self.ledger.judged(resources))
        with load(changed, {*resources, *(key.reference for key in keys)}, self.descriptor, as_text=True) as database:
            for name in sorted(resources):
                for candidate, fault, message in self._doubts(database, name):
                    candidate.refuse(fault, message)
                    refused[id(candidate)] = candidate
                    blamed.setdefault(id(candidate), set()).add(fault)
            found = [f for key in keys for f in check_foreign_key(database, key, _NO_LIMIT)]
        told = [(self.put.get((f.resource, f.key)), f.field, f.message) for f in found]
        for child, name, message in (*told, *(one for key in here for one in self._dangling(key))):
            if child and name not in blamed.get(id(child), ()):
                child.refuse(name, message)
                refused[id(child)] = child
        for candidate in refused.values():
            self._take_back(candidate)
        for where in self.ledger.orphans():
            orphan = self.put[where]
            orphan.refuse(orphan.table.resource.schema.primary_key[0], "它所属的那条记录被退回了，请先改好那一条")
            self._take_back(orphan)
        return bool(refused)

    def _dangling(self, key: ForeignKey) -> Iterator[tuple[Candidate, str, str]]:
        """(row, field, what is wrong) where a changed record refers to none of a table that is in memory."""
        names = self.descriptor.resources[key.resource].schema.names
        places = [names.index(name) for name in key.fields]
        rows = [(one, self.ledger.row(*at) or ()) for at, one in self.put.items() if at[0] == key.resource]
        said = [(one, tuple(row[place] for place in places)) for one, row in rows if row]
        said = [(one, cells) for one, cells in said if any(cells)]
        known = self.ledger.referred(key) if said else frozenset()
        for candidate, cells in said:
            if not all(cells) or cells not in known:
                yield candidate, key.fields[0], dangling(self.descriptor, key, all(cells))

    def _refuse_by_rules(self) -> bool:
        """Run the rules that need identifiers on what changes; refuse where one is an error. True if any was.

        Asked when all rows are in, so that two numbers can change places. Of two that share a number a rule names the
        later record; the sheet's row is the one to blame. A number that is not given yet is no fault of the sheet."""
        persons = self.people.around_changes() if self.people else {}
        tree = OverlayTree(self.tree, self.ledger.changes()) if persons else self.tree
        found = sealing_findings(tree, self.descriptor, self.people.day, persons) if self.people and persons else []
        self.warnings = []
        refused: dict[int, Candidate] = {}
        for finding, name, alike in found:
            keys = [(subjects().member.table, (member,)) for member in alike]
            candidates = [self.put[key] for key in keys if key in self.put]
            if candidates:
                candidate = candidates[0]
                if finding.severity is Severity.ERROR:
                    candidate.refuse(name, finding.message)
                    refused[id(candidate)] = candidate
                else:
                    self.warnings.append((candidate, name, f"{finding.message}（规则 {finding.rule}）"))
        for candidate in refused.values():
            self._take_back(candidate)
        return bool(refused)

    def _doubts(self, database: Database, name: str) -> list[tuple[Candidate, str, str]]:
        resource = self.descriptor.resources[name]
        doubts = prove(database, resource, _NO_LIMIT)
        if not doubts:
            return []
        names = quoted(resource.schema.names)
        query = f"SELECT rowid, {names} FROM raw.{identifier(name)} WHERE rowid IN (SELECT unnest($1::BIGINT[]))"
        rows = {number: cells for number, *cells in database.sql(query, [[doubt.row for doubt in doubts]])}
        found = []
        for doubt in doubts:
            cells = dict(zip(resource.schema.names, rows[doubt.row], strict=True))
            candidate = self.put.get((name, tuple(cells[part] for part in resource.schema.primary_key)))
            if candidate is None:
                continue
            for fault in doubt.fields:
                found.append((candidate, fault, cell_message(resource, resource.schema.field(fault), cells[fault])))
        return found


def _ask_repeated(candidates: Iterable[Candidate]) -> None:
    """Ask about a row of a form that says nothing but what another says: the same twice, or two that are alike."""
    rows: dict[tuple[int, int], list[Candidate]] = {}
    for candidate in candidates:
        rows.setdefault((id(candidate.table.sheet), candidate.row), []).append(candidate)
    for said in rows.values():
        first = said[0]
        if first.repeats is not None and any(c.given for c in said) and all(c.repeats is not None for c in said):
            key = first.table.resource.schema.primary_key[0]
            first.refuse(
                key, f"与第 {first.repeats + 1} 行相同，分不清是重复还是另一笔：重复就删去，另一笔就给它填上编号"
            )


def _base_rows(schema: Schema, origin: Origin) -> dict[Key, Row]:
    """The rows a sheet was exported from, under today's schema; a column it did not have is empty."""
    places = {name: place for place, name in enumerate(schema.today(origin.names))}
    rows = {}
    for row in origin.rows:
        cells = tuple(row[places[name]] if name in places else "" for name in schema.names)
        rows[tuple(row[places[name]] if name in places else "" for name in schema.primary_key)] = cells
    return rows


def _conflict_message(schema: Schema, conflict: Conflict) -> str:
    item = schema.field(conflict.field)
    if conflict.field in BY_NAME:
        return f"“{item.title}”在导出之后已被别人改过，请重新导出再改"
    theirs = f"“{shown_cell(item, conflict.theirs)}”" if conflict.theirs else "空"
    return f"“{item.title}”在导出之后已被别人改成{theirs}，您改的与它不同，请核实后在新导出的表里改"


def _changes(schema: Schema, now: Row | None, new: Row) -> tuple[CellChange, ...]:
    if now is None:
        return ()
    changes = []
    for item, old, cell in zip(schema.fields, now, new, strict=True):
        if old != cell:
            secret = item.name in BY_NAME
            changes.append(
                CellChange(item.title, *(None if secret else shown_cell(item, text) for text in (old, cell)))
            )
    return tuple(changes)
