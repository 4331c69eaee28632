"""A Tree loaded into DuckDB: per Resource a table of text and a typed view, every row knowing its file and line.

``raw."households"`` holds the cells as text, "" for missing. ``"households"`` is the typed view: NULL for missing, money
as DECIMAL, dates as DATE, and ``_row``, the row's number, which ``Database.locate`` turns into path and line.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
import weakref
from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gongshi.model import Finding, GongshiError, Severity
from gongshi.package.county import county_fields
from gongshi.package.deriving import derived_fields, derived_rows, needed
from gongshi.package.descriptor import read_descriptor
from gongshi.package.documents import DocumentTable, pattern_of, read_documents
from gongshi.package.parts import LIMIT_LINE, Part, align, as_one, byte_pass, read_slowly
from gongshi.package.schema import RECORDS, Derive, Descriptor, Field, Resource
from gongshi.repository import Tree

if TYPE_CHECKING:
    import duckdb

CHUNK = 20_000
MEMORY = "6GB"
_NOTHING_KNOWN = "SELECT NULL::BIGINT AS _row, NULL::VARCHAR AS value WHERE false"


@dataclass(slots=True)
class Loaded:
    """Where the rows of one resource came from: its Parts in row order, or each row's place."""

    parts: list[Part] = field(default_factory=list)
    places: list[tuple[str, int]] = field(default_factory=list)
    rows: int = 0


class QueryError(GongshiError):
    """A query names a table (``missing_table``) or a field that this county's descriptors do not have."""

    def __init__(self, message: str, missing_table: bool) -> None:
        super().__init__(message)
        self.missing_table = missing_table


class ComputeError(GongshiError):
    """A query met values that it cannot compute with; what they are is not said, for they may be anything."""


class _Own(threading.local):
    """What each thread has of its own."""

    cursor: duckdb.DuckDBPyConnection | None = None


class Database:
    """The tables of one Tree. ``findings`` are what reading found wrong; close it, or use it in a ``with``.

    A table that nobody needed yet is empty. After ``lock`` files are read from copies in the private folder.
    """

    def __init__(self, descriptor: Descriptor, tree: Tree, as_text: bool = False) -> None:
        self.descriptor = descriptor
        self.tree = tree
        self.findings: list[Finding] = []
        self.loaded = {name: Loaded() for name in descriptor.resources}
        self.uncanonical: dict[str, int] = {}
        self._here: set[str] = set()
        self._as_text, self._locked = as_text, False
        self.told: set[str] = set()
        import duckdb  # a quarter of a second to import: diff and history work without it

        self._folder = Path(tempfile.mkdtemp(prefix="gongshi-"))
        self._gone = weakref.finalize(self, shutil.rmtree, self._folder, True)  # at exit too, if nobody closes
        self._connection = duckdb.connect(
            ":memory:", config={"temp_directory": str(self._folder), "memory_limit": MEMORY}
        )
        self._connection.execute("CREATE SCHEMA raw")
        self._cursors: list[duckdb.DuckDBPyConnection] = []
        self._local = _Own()
        self._later: dict[str, list[tuple[str, Sequence[object], str]]] = {}
        self._making = threading.RLock()
        for resource in descriptor.resources.values():
            self.later(resource.name, _empty(resource.name, resource, "TABLE IF NOT EXISTS"), _typed_view(resource))

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back memory and the private folder; again, or from two threads at once, does no harm."""
        for connection in (*self._cursors, self._connection):
            with suppress(Exception):  # the other thread was first
                connection.interrupt()  # when a signal ends the program other threads may still ask
            with suppress(Exception):
                connection.close()
        self._gone()

    def sql(self, query: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Rows of a query; parameters are bound, never pasted.

        Raises QueryError for a table or field that is not there, ComputeError if the values do not let it be computed.
        """
        return self.columns(query, parameters)[1]

    def columns(self, query: str, parameters: Sequence[object] = ()) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names and rows of a query; otherwise as ``sql``."""
        import duckdb

        try:
            self._make(query)
            cursor = self._cursor().execute(query, list(parameters))
            return [column[0] for column in cursor.description or ()], cursor.fetchall()
        except duckdb.CatalogException:
            raise QueryError("要查的表不在数据字典里", True) from None
        except duckdb.BinderException:
            raise QueryError("要查的字段不在数据字典里", False) from None
        except (RuntimeError, ValueError, OverflowError, duckdb.Error) as error:
            if "interrupted" in str(error).lower():  # how DuckDB passes on that a signal came
                raise KeyboardInterrupt from None
            if not isinstance(error, RuntimeError):  # a day after the year 9999 is no date of Python's
                raise ComputeError("记录里有大得离谱的数或读不懂的值，没能算完，请先运行 gongshi check 改好") from None
            raise

    def text_of(self, resource: str) -> str:
        """The SQL name of a table of text, with ``rowid``, whose empty cells say what other rows do (``deriving.py``)."""
        return f"{'told' if resource in self.told else 'raw'}.{identifier(resource)}"

    def need(self, names: Iterable[str]) -> None:
        """Read these tables, with those that their values come from, unless they are here."""
        with self._making:
            wanted = _whole(self.descriptor, needed(self.descriptor, names)) - self._here
            if wanted:
                self._here |= wanted
                later, self._later = self._later, {}  # a table that is being read needs no empty one before
                try:
                    _read(self, wanted)
                finally:
                    self._later = later
                if not self._as_text:
                    _derive(self, wanted)

    def renew(self, tree: Tree, changed: Iterable[str]) -> None:
        """Go over to another ``tree`` with the same descriptor, from which only the ``changed`` tables differ: they are empty
        until they are needed."""
        with self._making:
            self.tree = tree
            gone = _whole(self.descriptor, changed) & self._here
            patterns = [pattern_of(one) for one in self.descriptor.documents if one.resource in gone]
            self.findings = [finding for finding in self.findings if finding.resource not in gone]
            self.uncanonical = {
                path: line
                for path, line in self.uncanonical.items()
                if not any(pattern.fullmatch(path) for pattern in patterns)
            }
            self._here -= gone
            for name in gone:
                self.loaded[name] = Loaded()
                self.sql(_empty(name, self.descriptor.resources[name], "OR REPLACE TABLE"))

    def later(self, name: str, *statements: str) -> None:
        """Make an empty table or a view when a query first names it: most ledgers are small, most questions need few."""
        self._later[_bare(name)] = [(statement, (), "") for statement in statements]

    def later_from(self, name: str, select: str, values: Sequence[object] = ()) -> None:
        """Make a table of what a query gives when another query first names it; what it reads is made before."""
        self._later[_bare(name)] = [(f"CREATE TABLE {name} AS {select}", values, select)]

    def forget(self, schema: str) -> None:
        """Drop a schema with all that is in it, or would be later."""
        with self._making:
            self._later = {name: made for name, made in self._later.items() if not name.startswith(f"{schema}.")}
        self.sql(f"DROP SCHEMA IF EXISTS {identifier(schema)} CASCADE")

    def _make(self, query: str) -> None:
        with self._making:  # who comes while another thread makes the last of them waits
            asked = _bare(query) if self._later else ""
            for name in [name for name in self._later if name in asked]:
                for statement, values, reads in self._later.pop(name, ()):
                    if reads:
                        self._make(reads)
                    self._cursor().execute(statement, list(values))

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of the calling thread's own to the same tables: queries may run side by side."""
        cursor = self._local.cursor
        if cursor is None:
            cursor = self._local.cursor = self._connection.cursor()
            self._cursors.append(cursor)
        return cursor

    def locate(self, resource: str, row: int) -> tuple[str, int]:
        """Path and line of the row numbered ``row`` (DuckDB's rowid) of a resource."""
        loaded = self.loaded[resource]
        if loaded.places:
            return loaded.places[row]
        index = bisect_right([part.first for part in loaded.parts], row) - 1
        part = loaded.parts[index]
        return part.path, part.line(row - part.first)

    def file_of(self, path: str) -> str:
        """A path on disk that DuckDB can read: the file itself, or a private copy of a revision's blob."""
        if not self._locked and (place := self.tree.file(path)):
            return str(place)
        return self.copy_of(self.tree.read(path))

    def let_go(self, files: Iterable[str]) -> None:
        """Take away those of the files that are private copies: whoever stays would gather them."""
        for file in files:
            if Path(file).parent == self._folder:
                Path(file).unlink(missing_ok=True)

    def copy_of(self, data: bytes) -> str:
        """A new file in the private folder that holds this."""
        with tempfile.NamedTemporaryFile(suffix=".csv", dir=self._folder, delete=False) as file:
            file.write(data)
        return file.name

    def lock(self) -> None:
        """No more files but the private folder's, no more settings: from here on SQL can reach only what is loaded."""
        self._locked = True
        self._connection.execute(f"SET allowed_directories = [{literal(str(self._folder))}]")
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")


def load(
    tree: Tree, only: Iterable[str] | None = None, descriptor: Descriptor | None = None, as_text: bool = False
) -> Database:
    """The Database of ``tree``; ``only`` names resources to load, the others stay empty tables. ``as_text`` is for who asks
    the tables of ``raw`` alone: no value is derived."""
    descriptor = descriptor or read_descriptor(tree)
    database = Database(descriptor, tree, as_text)
    try:
        database.need(descriptor.resources if only is None else only)
    except BaseException:
        database.close()
        raise
    return database


def _read(database: Database, wanted: Collection[str]) -> None:
    """Fill these tables from the files of the Database's Tree."""
    descriptor, tree = database.descriptor, database.tree
    for resource in descriptor.csv_resources():
        if resource.name in wanted:
            _load_csv(database, resource, resource.paths)
    if all(descriptor.resources[name].is_csv for name in wanted):
        return
    documents = read_documents(tree, descriptor, tree.paths(f"{RECORDS}/"), frozenset(wanted))
    database.findings.extend(documents.findings)
    database.uncanonical.update(documents.uncanonical)
    for name, table in documents.tables.items():
        if name in wanted:
            _load_table(database, descriptor.resources[name], table)


def _whole(descriptor: Descriptor, names: Iterable[str]) -> frozenset[str]:
    """These tables that there are, with all that are read from the same documents."""
    found = descriptor.resources.keys() & set(names)
    kinds = [descriptor.resources.keys() & {one.resource, *one.lists.values()} for one in descriptor.documents]
    while more := [kind for kind in kinds if kind & found and not kind <= found]:
        found = found.union(*more)
    return frozenset(found)


def _bare(name: str) -> str:
    """As SQL compares names: without capitals and quotes."""
    return name.lower().replace('"', "")


def county_day(database: Database) -> date | None:
    """The day the county's records are of, if county.yaml says one (a real county does not)."""
    county = county_fields()
    if county.table not in database.descriptor.resources:
        return None
    rows = database.sql(f"SELECT max({identifier(county.day)}) FROM {identifier(county.table)}")
    return rows[0][0] if rows else None


def identifier(name: str) -> str:
    """``name`` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """``text`` as a quoted SQL string."""
    return "'" + text.replace("'", "''") + "'"


def quoted(names: Iterable[str]) -> str:
    """A list of quoted identifiers."""
    return ", ".join(map(identifier, names))


def _load_csv(database: Database, resource: Resource, paths: Sequence[str]) -> None:
    parts = [part for path in paths if (part := _read_part(database, resource, f"{RECORDS}/{path}"))]
    loaded = database.loaded[resource.name] = Loaded()
    _placed(loaded, [part for part in parts if part.clean and not part.rows])
    if all(part.clean and not part.rows for part in parts):
        return
    table = _create(database, resource.name, resource)
    clean = [part for part in parts if part.clean and part.rows]
    if _copy(database, resource.name, resource, clean):
        _placed(loaded, clean)
    else:
        for part in clean:
            if _copy(database, "part", resource, [part]):
                database.sql(f"INSERT INTO {table} SELECT * FROM raw.part ORDER BY rowid")
                _placed(loaded, [part])
            else:
                _doubt(database, resource, part)
    for part in parts:
        if not part.clean:
            _insert(database, table, resource, list(align(part, resource.schema.names)))
            _placed(loaded, [part])


def _placed(loaded: Loaded, parts: list[Part]) -> None:
    for part in parts:
        part.first = loaded.rows
        loaded.rows += part.rows
        loaded.parts.append(part)


def _read_part(database: Database, resource: Resource, path: str) -> Part | None:
    if not database.tree.exists(path):
        message = "数据包里列了这个文件，但它不存在：请恢复文件，或从 datapackage.yaml 删去这一行"
        database.findings.append(Finding("missing-file", Severity.ERROR, message, path, 0, resource.name))
        return None
    try:
        data = database.tree.read(path)
    except GongshiError as error:
        database.findings.append(Finding("unreadable", Severity.ERROR, str(error), path, 0, resource.name))
        return None
    part, findings = byte_pass(path, data, resource)
    database.findings.extend(findings)
    if not part.clean:
        database.findings.extend(read_slowly(part, data, resource))
    return part


def _doubt(database: Database, resource: Resource, part: Part) -> None:
    """The bytes looked fine, but DuckDB could not read the file as the byte pass counted it: read it slowly."""
    findings = read_slowly(part, database.tree.read(part.path), resource)
    database.findings.extend(findings)


def _create(database: Database, name: str, resource: Resource) -> str:
    database.sql(_empty(name, resource, "OR REPLACE TABLE"))
    return f"raw.{identifier(name)}"


def _empty(name: str, resource: Resource, create: str) -> str:
    columns = ", ".join(f"{identifier(field)} VARCHAR" for field in resource.schema.names)
    return f"CREATE {create} raw.{identifier(name)} ({columns})"


def _copy(database: Database, name: str, resource: Resource, parts: list[Part]) -> bool:
    """Make table ``raw.name`` from clean parts; False if DuckDB reads other rows than the byte pass counted."""
    whole = as_one([(part.path, part.size) for part in parts], database.tree.read)
    files = [database.copy_of(whole)] if whole else [database.file_of(part.path) for part in parts]
    read = not parts or _read_csv(database, name, resource, files, sum(part.rows for part in parts))
    database.let_go(files)
    return read


def _read_csv(database: Database, name: str, resource: Resource, files: list[str], rows: int) -> bool:
    """Make table ``raw.name`` from files on disk; False, and an empty table, if that does not give ``rows`` rows."""
    names = resource.schema.names
    columns = ", ".join(f"{identifier(field)}: 'VARCHAR'" for field in names)
    reader = (
        f"read_csv([{', '.join(map(literal, files))}], auto_detect = false, header = true, delim = ',', quote = '\"', "
        f"escape = '\"', new_line = '\\n', comment = '', columns = {{{columns}}}, strict_mode = true, "
        f"force_not_null = [{', '.join(map(literal, names))}], max_line_size = {LIMIT_LINE})"
    )
    try:
        database.sql(f"CREATE OR REPLACE TABLE raw.{identifier(name)} AS SELECT * FROM {reader}")
        if database.sql(f"SELECT count(*) FROM raw.{identifier(name)}") == [(rows,)]:
            return True
    except GongshiError:
        pass
    _create(database, name, resource)
    return False


def _insert(database: Database, table: str, resource: Resource, rows: list[list[str]]) -> None:
    holes = ", ".join(f"unnest(${index}::VARCHAR[])" for index in range(1, len(resource.schema.names) + 1))
    for start in range(0, len(rows), CHUNK):
        columns = [list(column) for column in zip(*rows[start : start + CHUNK], strict=True)]
        database.sql(f"INSERT INTO {table} SELECT {holes}", columns)


def _load_table(database: Database, resource: Resource, table: DocumentTable) -> None:
    if table.rows and not _by_file(database, resource, table.rows):
        _insert(database, _create(database, resource.name, resource), resource, table.rows)
    database.loaded[resource.name] = Loaded(places=table.places, rows=len(table.rows))


def _by_file(database: Database, resource: Resource, rows: list[list[str]]) -> bool:
    """Many rows whose cells need no quotes go through a file, which DuckDB reads ten times as fast as lists."""
    if len(rows) <= CHUNK:
        return False
    body = "\n".join(map(",".join, rows))
    commas, breaks = len(rows) * (len(resource.schema.names) - 1), len(rows) - 1
    if (body.count(","), body.count("\n"), body.count("\r"), body.count('"')) != (commas, breaks, 0, 0):
        return False
    file = database.copy_of(f"{','.join(resource.schema.names)}\n{body}\n".encode())
    return _read_csv(database, resource.name, resource, [file], len(rows))


def _typed_view(resource: Resource) -> str:
    columns = ", ".join(f"{typed(field)} AS {identifier(field.name)}" for field in resource.schema.fields)
    name = identifier(resource.name)
    return f"CREATE VIEW main.{name} AS SELECT rowid AS _row, {columns} FROM raw.{name}"


def _derive(database: Database, wanted: Collection[str]) -> None:
    """Give empty cells of these tables the value that other rows say; their views are made anew."""
    found: dict[str, list[tuple[Field, Derive]]] = {}
    for resource, one, derive in derived_fields(database.descriptor):
        if resource.name in wanted and database.loaded[resource.name].rows:
            found.setdefault(resource.name, []).append((one, derive))
    if found:
        database.sql("CREATE SCHEMA IF NOT EXISTS derived")
        database.sql("CREATE SCHEMA IF NOT EXISTS told")
    for name, fields in found.items():
        resource = database.descriptor.resources[name]
        for one, derive in fields:
            known = database.loaded[derive.rows].rows
            rows = derived_rows(database.descriptor, resource, one, derive) if known else _NOTHING_KNOWN
            database.sql(f"CREATE OR REPLACE TABLE {_side(resource, one)} AS {rows}")
    for name, fields in found.items():
        _derived_view(database, database.descriptor.resources[name], fields)


def _side(resource: Resource, field: Field) -> str:
    return f"derived.{identifier(f'{resource.name}.{field.name}')}"


def _derived_view(database: Database, resource: Resource, fields: Sequence[tuple[Field, Derive]]) -> None:
    """The typed view with each derived value where its cell is empty."""
    sides = {one.name: (f"d{number}", derive.otherwise) for number, (one, derive) in enumerate(fields)}
    columns = []
    for one in resource.schema.fields:
        value = typed(one, f"r.{identifier(one.name)}")
        if one.name in sides:
            side, otherwise = sides[one.name]
            # Each typed by itself: DuckDB 2.0 fails to plan nullif around coalesce where the table is empty.
            value = ", ".join([value, *(typed(one, text) for text in (f"{side}.value", literal(otherwise)))])
            value = f"coalesce({value})"
        columns.append(f"{value} AS {identifier(one.name)}")
    joins = "".join(
        f" LEFT JOIN {_side(resource, one)} d{number} ON d{number}._row = r.rowid"
        for number, (one, _) in enumerate(fields)
    )
    name = identifier(resource.name)
    database.sql(
        f"CREATE OR REPLACE VIEW {name} AS SELECT r.rowid AS _row, {', '.join(columns)} FROM raw.{name} r{joins}"
    )
    texts = [f"r.{identifier(one.name)}" for one in resource.schema.fields]
    for place, one in enumerate(resource.schema.fields):
        if one.name in sides:
            side, otherwise = sides[one.name]
            empty = f"coalesce({side}.value, {literal(otherwise)})"
            texts[place] = (
                f"CASE WHEN {texts[place]} <> '' THEN {texts[place]} ELSE {empty} END AS {identifier(one.name)}"
            )
    database.sql(
        f"CREATE OR REPLACE VIEW told.{name} AS SELECT r.rowid AS rowid, {', '.join(texts)} FROM raw.{name} r{joins}"
    )
    database.told.add(resource.name)


def typed(field: Field, column: str = "") -> str:
    """The SQL that turns a field's text into its value, NULL for missing or unreadable text."""
    column = column or identifier(field.name)
    if field.type == "integer":
        return f"try_cast({column} AS BIGINT)"
    if field.type == "number":
        return f"try_cast({column} AS DECIMAL(21, {6 if field.decimals is None else field.decimals}))"
    if field.type == "boolean":
        yes, no = (f"({', '.join(map(literal, values))})" for values in (field.true_values, field.false_values))
        return f"CASE WHEN {column} IN {yes} THEN true WHEN {column} IN {no} THEN false END"
    if field.type == "date":
        return f"try_cast({column} AS DATE)"
    if field.type == "year":
        return f"try_cast({column} AS INTEGER)"
    return f"nullif({column}, '')"
