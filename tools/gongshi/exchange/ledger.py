"""The ledger as rows that an import can change: which file each record lies in, where a new one belongs, and the
canonical bytes of what changed, CSV files and YAML documents alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import pairwise
from operator import itemgetter

from gongshi.exchange.lore import lore
from gongshi.model import GongshiError
from gongshi.package import (
    RECORDS,
    Database,
    Descriptor,
    Document,
    ForeignKey,
    Resource,
    csv_bytes,
    derived_fields,
    identifier,
    load,
    pattern_of,
    quoted,
    text_rows,
    yaml_bytes,
)
from gongshi.package.descriptor import HOLE
from gongshi.package.subjects import subjects
from gongshi.repository import Tree

Key = tuple[str, ...]
Row = tuple[str, ...]
_TOWNSHIP = re.compile(r"townships/([^/]+)/")
_YEAR = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})-")


class LedgerTable:
    """One resource: each key's row and the path of its file; ``touched`` are the keys that the import changes, ``left`` the files that a record
    was struck out of, ``order`` the keys of each file as they were read."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self.rows: dict[Key, Row] = {}
        self.paths: dict[Key, str] = {}
        self.touched: set[Key] = set()
        self.left: set[str] = set()
        self.order: dict[str, list[Key]] = {}
        self.places = [resource.schema.names.index(name) for name in resource.schema.primary_key]
        self._picked = itemgetter(*self.places)

    def key(self, row: Row) -> Key:
        return self._picked(row) if len(self.places) > 1 else (row[self.places[0]],)


class ImportLedger:
    """The tables an import needs. ``put`` and ``take_back`` change them in memory; households and members that are only looked
    up are loaded at the first question."""

    def __init__(self, tree: Tree, descriptor: Descriptor, names: Iterable[str]) -> None:
        self.tree = tree
        self.descriptor = descriptor
        self.tables: dict[str, LedgerTable] = {}
        self._slugs: dict[str, str] | None = None
        self._members: dict[str, list[str]] | None = None
        self._changes: dict[str, bytes] | None = None
        self._said: dict[tuple[str, Key], dict[str, str]] = {}
        asked, home = {*names}, subjects().household.table
        self.broken: set[str] = set()
        self._later = {*subjects().people} & set(descriptor.resources) - asked
        if any(key.reference == home for key in descriptor.foreign_keys if key.resource in asked):
            self._later.discard(home)
        self._derived = [found for found in derived_fields(descriptor) if found[0].name in asked]
        names = self._closure(asked)
        left = names if self._derived else {name for name in names if not self._read_text(descriptor.resources[name])}
        if left:
            with load(tree, left, descriptor, as_text=not self._derived) as database:
                for name in left:
                    self._read(database, descriptor.resources[name])
                for resource, field, _ in self._derived:
                    self._hear(database, resource, field.name)

    def _closure(self, names: Iterable[str]) -> set[str]:
        """The resources given, all lists of their documents, and what says where a new row belongs."""
        asked = {*names}
        wanted = {*asked, *subjects().people, subjects().place.table, subjects().village.table} & set(
            self.descriptor.resources
        )
        wanted |= {
            key.reference for key in self.descriptor.foreign_keys if key.resource in asked and self._is_local(key)
        }
        for document in self.descriptor.documents:
            if wanted & {document.resource, *document.lists.values()}:
                wanted |= {document.resource, *document.lists.values()}
        return wanted - self._later

    def _is_local(self, key: ForeignKey) -> bool:
        """Whether what a reference points at lies with one township, so that it says where a record belongs."""
        resource = self.descriptor.resources[key.reference]
        return len(key.fields) == 1 and resource.is_csv and all(map(_TOWNSHIP.match, resource.paths))

    def table(self, name: str) -> LedgerTable | None:
        """A table; None if it was not asked for."""
        if name in self._later:
            self._later.discard(name)
            if not self._read_text(self.descriptor.resources[name]):
                with load(self.tree, [name], self.descriptor, as_text=True) as database:
                    self._read(database, self.descriptor.resources[name])
        return self.tables.get(name)

    def __contains__(self, name: str) -> bool:
        """Whether there is a table of this name, loaded or not yet."""
        return name in self.tables or name in self._later

    def __getitem__(self, name: str) -> LedgerTable:
        """A table that was asked for; LookupError for another."""
        if found := self.table(name):
            return found
        raise LookupError(name)

    def referred(self, key: ForeignKey) -> Collection[Key]:
        """What a foreign key may say: the values of the fields it refers to, in all records."""
        table = self[key.reference]
        names = table.resource.schema.names
        places = [names.index(name) for name in key.reference_fields]
        return (
            table.rows.keys()
            if places == table.places
            else {tuple(row[p] for p in places) for row in table.rows.values()}
        )

    def _read_text(self, resource: Resource) -> bool:
        """Take a table over from its files as they lie; False where one of them, or a number that is there twice, needs a closer look."""
        files = text_rows(self.tree, resource)
        table = LedgerTable(resource)
        for part, rows in files or ():
            keys = list(map(table.key, rows))
            table.order[part.path] = keys
            table.rows.update(zip(keys, rows, strict=True))
            table.paths.update(dict.fromkeys(keys, part.path))
        whole = files is not None and len(table.rows) == sum(part.rows for part, _ in files)
        if whole:
            self.tables[resource.name] = table
        return whole

    def _read(self, database: Database, resource: Resource) -> None:
        table = self.tables[resource.name] = LedgerTable(resource)
        loaded = database.loaded[resource.name]
        rows = database.sql(
            f"SELECT {quoted(resource.schema.names)} FROM raw.{identifier(resource.name)} ORDER BY rowid"
        )
        paths = [part.path for part in loaded.parts for _ in range(part.rows)]
        paths = [path for path, _ in loaded.places] or paths
        keys = list(map(table.key, rows))
        for part in () if loaded.places else loaded.parts:
            table.order[part.path] = keys[part.first : part.first + part.rows]
        table.rows, table.paths = dict(zip(keys, rows, strict=True)), dict(zip(keys, paths, strict=True))
        self.broken |= {finding.path for finding in database.findings}
        self.broken |= {part.path for part in loaded.parts if not part.clean}
        if len(table.rows) < len(rows):
            seen: set[Key] = set()
            for key, path in zip(keys, paths, strict=True):
                self.broken |= {path} if key in seen else set()
                seen.add(key)

    def _hear(self, database: Database, resource: Resource, field: str) -> None:
        """Note what other rows say of a field of each record."""
        if database.loaded[resource.name].rows:
            names = ", ".join(f"r.{identifier(name)}" for name in resource.schema.primary_key)
            side = f"derived.{identifier(f'{resource.name}.{field}')}"
            query = f"SELECT d.value, {names} FROM {side} d JOIN raw.{identifier(resource.name)} r ON r.rowid = d._row"
            for value, *key in database.sql(query):
                self._said.setdefault((resource.name, tuple(key)), {})[field] = value

    def said(self, resource: str, key: Key) -> dict[str, str]:
        """What other rows say of a record, by field; of it the ledger has no other place."""
        return self._said.get((resource, key), {})

    def read(self, resource: str, key: Key, row: Row) -> Row:
        """A row with its empty cells as they are read (``package/deriving.py``)."""
        return self._turned(resource, key, row, lambda cell, read, _: cell or read)

    def plain(self, resource: str, key: Key, row: Row) -> Row:
        """A row without what is only repeated in it: such a cell is as the ledger has it, in a new record empty."""
        now = self.row(resource, key)
        kept = dict(zip(self.tables[resource].resource.schema.names, now, strict=True)) if now else {}
        return self._turned(resource, key, row, lambda cell, read, name: kept.get(name, "") if cell == read else cell)

    def _turned(self, resource: str, key: Key, row: Row, turn: Callable[[str, str, str], str]) -> Row:
        cells, names = list(row), self.tables[resource].resource.schema.names
        for one, field, derive in self._derived:
            if one.name == resource:
                place = names.index(field.name)
                read = self.said(resource, key).get(field.name) or derive.otherwise
                cells[place] = turn(cells[place], read, field.name)
        return tuple(cells)

    def row(self, resource: str, key: Key) -> Row | None:
        """The record as the ledger has it now."""
        return self.tables[resource].rows.get(key)

    def record(self, resource: str, number: str) -> dict[str, str] | None:
        """A record with a single key, by field name; None if there is none."""
        table = self.table(resource) if number else None
        if table is None or not (row := table.rows.get((number,))):
            return None
        return dict(zip(table.resource.schema.names, row, strict=True))

    def members_of(self, household: str) -> list[str]:
        """The numbers of a household's members."""
        if self._members is None:
            self._members = {}
            table = self.table(subjects().member.table)
            at = table.resource.schema.names.index(subjects().member.household) if table else 0
            for key, row in table.rows.items() if table else ():
                self._members.setdefault(row[at], []).append(key[0])
        return self._members.get(household, [])

    def path_of(self, resource: str, key: Key) -> str | None:
        """The file of a record."""
        table = self.table(resource)
        return table.paths.get(key) if table else None

    def township_of(self, resource: Resource, row: Mapping[str, str]) -> str:
        """The folder of the township that a row of this resource belongs to, told by its household or member, by any other
        record it refers to, or by its village; "" if that cannot be told."""
        first = [(one.key, one.table) for one in (subjects().household, subjects().member)]
        keys = [key for key in self.descriptor.foreign_keys if key.resource == resource.name and len(key.fields) == 1]
        for name, target in (*first, *((key.fields[0], key.reference) for key in keys)):
            number = row.get(name, "")
            if number and resource.name != target and (table := self.table(target)):
                path = table.paths.get((number,), "")
                if match := _TOWNSHIP.search(path):
                    return match[1]
        village = row.get(subjects().village.key, "")
        return self._slug_of_village(village) if village else ""

    def _slug_of_village(self, code: str) -> str:
        if self._slugs is None:
            place = subjects().place
            table = self.tables.get(place.table)
            self._slugs = {}
            names = table.resource.schema.names if table else ()
            for row in table.rows.values() if table else ():
                cells = dict(zip(names, row, strict=True))
                if cells.get(place.slug):
                    self._slugs[cells[place.key]] = cells[place.slug]
        return next((slug for at in (code, f"{code[:9]}000") if (slug := self._slugs.get(at))), "")

    def place(self, resource: Resource, row: Mapping[str, str], township: str | None) -> str:
        """The file for a new record; GongshiError, one sentence, if there is none."""
        if resource.is_csv:
            return f"{RECORDS}/{self._csv_place(resource, row, township)}"
        main = next((d for d in self.descriptor.documents if d.resource == resource.name), None)
        if main is None:
            return self._document_of_list(resource, row)
        return f"{RECORDS}/{self._document_place(resource, row, township)}"

    def _csv_place(self, resource: Resource, row: Mapping[str, str], township: str | None) -> str:
        paths = list(resource.paths)
        if all(_TOWNSHIP.match(path) for path in paths):
            home = self.township_of(resource, row)
            if township and home and home != township:
                raise GongshiError(f"这条记录属于乡镇 {home}，不在本次导入的 {township}，请交由该乡镇导入")
            slug = township or home
            if not slug:
                raise GongshiError("看不出属于哪个乡镇，请核对户编号或村代码，或用 --township 指明")
            paths = [path for path in paths if path.startswith(f"townships/{slug}/")]
        if len(paths) > 1:
            year = _year_of(resource, row)
            paths = [path for path in paths if year and f"/{year}/" in path]
            if not paths:
                raise GongshiError(f"datapackage.yaml 里还没有{year or '这一'}年的{resource.title}文件，请先补上")
        if not paths:
            raise GongshiError(f"datapackage.yaml 里没有乡镇 {slug} 的{resource.title}文件，请核对目录名")
        return paths[0]

    def _document_of_list(self, resource: Resource, row: Mapping[str, str]) -> str:
        document = next(d for d in self.descriptor.documents if resource.name in d.lists.values())
        owner = self.tables[document.resource]
        key = tuple(row.get(name, "") for name in owner.resource.schema.primary_key)
        path = owner.paths.get(key)
        if path is None:
            raise GongshiError(f"还没有编号相同的“{owner.resource.title}”，请先导入它")
        return path

    def _document_place(self, resource: Resource, row: Mapping[str, str], township: str | None) -> str:
        home = township or self.township_of(resource, row)
        for document in self.descriptor.documents:
            holes = HOLE.findall(document.path)
            if document.resource != resource.name or (("township" in holes) and not home):
                continue
            known = {"township": home, "year": row.get(lore().year) or _year_of(resource, row), **row}
            if all(known.get(hole) for hole in holes):
                path = document.path.format(**{hole: known[hole] for hole in holes})
                if "/" not in "".join(known[hole] for hole in holes):
                    return path
        raise GongshiError("看不出应放在哪个文件，请核对编号、年度，乡镇的记录请用 --township 指明")

    def put(self, resource: str, row: Row, path: str) -> None:
        """Set a record, new or changed."""
        table = self.tables[resource]
        key = table.key(row)
        table.rows[key], table.paths[key] = row, path
        table.touched.add(key)
        self._changes = None

    def drop(self, resource: str, key: Key) -> None:
        """Strike a record out; LookupError if there is none. The record that a document is of goes with the whole file, which is
        not for here: GongshiError."""
        table = self.tables[resource]
        if any(document.resource == resource for document in self.descriptor.documents):
            raise GongshiError(
                f"一条{table.resource.title}是一个文件，不能在这里整条删去；登错的用“撤销”，或在“登记”里更正"
            )
        path = table.paths.pop(key)
        del table.rows[key]
        table.touched.discard(key)
        table.left.add(path)
        self._changes = None

    def take_back(self, resource: str, key: Key, row: Row | None) -> None:
        """Undo ``put``: the record is again ``row``, or (None) not there."""
        table = self.tables[resource]
        table.touched.discard(key)
        self._changes = None
        if row is None:
            table.rows.pop(key, None)
            table.paths.pop(key, None)
        else:
            table.rows[key] = row

    def orphans(self) -> list[tuple[str, Key]]:
        """Touched rows of lists whose document is not there (any more)."""
        found: list[tuple[str, Key]] = []
        for document in self.descriptor.documents:
            if document.resource in self.tables:
                records = set(self.tables[document.resource].paths.values())
                for name in document.lists.values():
                    table = self.tables[name]
                    found.extend((name, key) for key in table.touched if table.paths[key] not in records)
        return list(dict.fromkeys(found))

    def changes(self) -> dict[str, bytes]:
        """The canonical bytes of every file with a touched record; GongshiError if that would lose what lies there."""
        if self._changes is None:
            self._changes = self._made()
        return self._changes

    def judged(self, names: Iterable[str]) -> dict[str, bytes]:
        """What to load to judge the changed records of these tables by themselves: of CSV files those records alone."""
        files: dict[str, bytes] = {}
        for name in names:
            table = self.tables[name]
            if not table.resource.is_csv:
                continue
            rows: dict[str, list[Row]] = {f"{RECORDS}/{path}": [] for path in table.resource.paths}
            for key in table.touched:
                rows[table.paths[key]].append(table.rows[key])
            files |= {path: csv_bytes(table.resource.schema, found) for path, found in rows.items()}
        documents = {t.paths[key] for t in self.tables.values() if not t.resource.is_csv for key in t.touched}
        return files | self._documents(documents)

    def _made(self) -> dict[str, bytes]:
        changed: dict[str, bytes] = {}
        documents: set[str] = set()
        for table in self.tables.values():
            paths = {table.paths[key] for key in table.touched} | table.left
            if bad := sorted(paths & self.broken):
                raise GongshiError(f"“{bad[0]}”现在就有读不出或重复的记录，请先运行 gongshi check 改好再导入。")
            if not table.resource.is_csv:
                documents |= paths
                continue
            changed |= {path: self._csv(table, path) for path in paths}
        return changed | self._documents(documents)

    def _csv(self, table: LedgerTable, path: str) -> bytes:
        """The canonical bytes of a CSV file. What did not change is taken over line by line where the file is in order."""
        schema, before = table.resource.schema, table.order.get(path, [])
        lines = self.tree.read(path).decode().split("\n") if before else []
        if len(lines) != len(before) + 2 or any(one >= two for one, two in pairwise(before)):
            return csv_bytes(schema, [table.rows[key] for key, at in table.paths.items() if at == path])
        touched = sorted(key for key in table.touched if table.paths[key] == path)
        new = csv_bytes(schema, [table.rows[key] for key in touched]).decode().split("\n")
        found = dict(zip(before, lines[1:], strict=False)) | dict(zip(touched, new[1:], strict=False))
        here = (key for key in sorted(found) if table.paths.get(key) == path)
        return "".join(f"{line}\n" for line in (new[0], *(found[key] for key in here))).encode()

    def _documents(self, paths: set[str]) -> dict[str, bytes]:
        grouped: dict[str, dict[str, list[dict[str, str]]]] = {path: {} for path in paths}
        for name, table in self.tables.items():
            if paths and not table.resource.is_csv:
                for key, path in table.paths.items():
                    if path in grouped:
                        cells = dict(zip(table.resource.schema.names, table.rows[key], strict=True))
                        grouped[path].setdefault(name, []).append(cells)
        return {path: self._document(path, records) for path, records in grouped.items()}

    def _document(self, path: str, records: Mapping[str, list[dict[str, str]]]) -> bytes:
        document: Document = next(d for d in self.descriptor.documents if pattern_of(d).fullmatch(path))
        lists = {name: records.get(target, []) for name, target in document.lists.items()}
        (record,) = records[document.resource]
        return yaml_bytes(self.descriptor, document, record, lists)


def _year_of(resource: Resource, row: Mapping[str, str]) -> str:
    """The year a record counts to: its year field, else the first year in its key, else its first date."""
    for field in resource.schema.fields:
        if field.type == "year" and field.required and row.get(field.name):
            return row[field.name]
    dates = [field.name for field in resource.schema.fields if field.type == "date" and field.required]
    for name in (*resource.schema.primary_key, *dates):
        if match := _YEAR.search(row.get(name, "")):
            return match[1]
    return ""
