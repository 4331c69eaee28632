"""The index of the history: a cache in ``.git/gongshi/history.sqlite``, filled from Git, that may be deleted at any
time. It lies where no commit can put a forged one.

It holds each row that ever came or went, by commit. One transaction brings it up to the wanted commit; if its own last
commit is not among the first-parent ancestors of that, or if it is damaged or made by another program, it is made anew.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from gongshi.changes.commits import chain, patches, revisions
from gongshi.changes.events import Event, Folder
from gongshi.changes.lives import lives
from gongshi.changes.values import Revision
from gongshi.model import GongshiError
from gongshi.repository import Git, private_folder, program_digest

FILE = "history.sqlite"
SEPARATOR = "\x1f"  # between the parts of a key
_TABLES = """
CREATE TABLE revision (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, about TEXT NOT NULL);
CREATE TABLE text (id INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE);
CREATE TABLE row (seq INTEGER NOT NULL, sign INTEGER NOT NULL, resource INTEGER NOT NULL, key TEXT NOT NULL,
  path INTEGER NOT NULL, names INTEGER NOT NULL, line TEXT NOT NULL);
CREATE TABLE odd (path TEXT PRIMARY KEY);
"""
_INDEXES = (
    "CREATE INDEX IF NOT EXISTS row_by_key ON row (resource, key, seq)",
    "CREATE INDEX IF NOT EXISTS row_by_commit ON row (seq, resource)",
    "CREATE INDEX IF NOT EXISTS row_split_or_merged ON row (resource, seq) WHERE {}",
)
_BATCH = 10_000


def split_or_merged() -> str:
    """The condition for rows that may be events by which households were split or merged: it has an index of its own."""
    said = (f"line LIKE '%,{word},%'" for word in lives().links.says)
    return f"({' OR '.join(said)})"


@contextmanager
def opened(git: Git, tip: str) -> Iterator[sqlite3.Connection]:
    """The index brought up to the commit ``tip``; made anew if it is damaged, in memory where the disk refuses."""
    place = private_folder(git) / FILE
    try:
        try:
            connection = _current(place, git, tip)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):  # locked or refused, not damaged
                raise
            for file in place.parent.glob(f"{FILE}*"):
                file.unlink()
            connection = _current(place, git, tip)
    except (sqlite3.Error, OSError):
        connection = _current(None, git, tip)
    try:
        yield connection
    except sqlite3.DatabaseError:
        raise GongshiError(f"历史的缓存“{place}”已损坏，请删除它再运行，不会丢失任何内容") from None
    finally:
        connection.close()


def _current(place: Path | None, git: Git, tip: str) -> sqlite3.Connection:
    if place:
        place.parent.mkdir(exist_ok=True)
    connection = sqlite3.connect(place or ":memory:", timeout=60, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA cache_size = -16000")
        _update(connection, git, tip)
    except BaseException:
        connection.close()
        raise
    return connection


def _update(connection: sqlite3.Connection, git: Git, tip: str) -> None:
    if _ours(connection) and _tip(connection)[1] == tip:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        known = _prepared(connection, git, tip)
        _fill(connection, git, tip, known)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _ours(connection: sqlite3.Connection) -> bool:
    """Whether this same program made the index: another may read rows otherwise."""
    (made,) = connection.execute("PRAGMA user_version").fetchone()
    return bool(made == _program())


def _program() -> int:
    """The program's digest, as much of it as SQLite's own mark of a file holds; never 0, which is a new file's."""
    return int.from_bytes(program_digest()[:4]) >> 1 or 1


def _tip(connection: sqlite3.Connection) -> tuple[int, str]:
    return connection.execute("SELECT seq, id FROM revision ORDER BY seq DESC LIMIT 1").fetchone() or (0, "")


def _prepared(connection: sqlite3.Connection, git: Git, tip: str) -> str:
    """The commit from which to go on, "" after emptying what does not lead to ``tip``."""
    if _ours(connection):
        known = _tip(connection)[1]
        if known and known in set(chain(git, tip)):
            return known
    for kind, name in connection.execute(
        "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
    ).fetchall():
        if kind == "table":
            connection.execute(f'DROP TABLE "{name}"')
    for statement in _TABLES.split(";")[:-1]:
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {_program()}")
    return ""


def _fill(connection: sqlite3.Connection, git: Git, tip: str, known: str) -> None:
    fresh = revisions(git, tip, known)
    start = _tip(connection)[0] + 1
    numbers = {revision.commit: seq for seq, revision in enumerate(fresh, start)}
    about = [(seq, revision.commit, _about(revision)) for seq, revision in enumerate(fresh, start)]
    connection.executemany("INSERT INTO revision VALUES (?, ?, ?)", about)
    odd = {path for (path,) in connection.execute("SELECT path FROM odd")}
    parents = {revision.commit: revision.parents[0] if revision.parents else "" for revision in fresh}
    with closing(Folder(git, known, odd)) as folder:
        events = (
            (numbers[commit], event)
            for commit, files in patches(git, tip, known)
            for event in folder.events(commit, parents[commit], files)
        )
        _insert(connection, events)
    connection.execute("DELETE FROM odd")
    connection.executemany("INSERT INTO odd VALUES (?)", [(path,) for path in sorted(odd)])
    for statement in _INDEXES:
        connection.execute(statement.format(split_or_merged()))


def _insert(connection: sqlite3.Connection, events: Iterable[tuple[int, Event]]) -> None:
    known: dict[object, int] = {}

    def number(value: str | tuple[str, ...]) -> int:
        if value not in known:
            text = value if isinstance(value, str) else json.dumps(value)
            connection.execute("INSERT OR IGNORE INTO text (value) VALUES (?)", [text])
            known[value] = connection.execute("SELECT id FROM text WHERE value = ?", [text]).fetchone()[0]
        return known[value]

    def flush() -> None:
        connection.executemany("INSERT INTO row VALUES (?, ?, ?, ?, ?, ?, ?)", batch)
        batch.clear()

    batch: list[tuple[object, ...]] = []
    for seq, event in events:
        key = SEPARATOR.join(event.key)
        ids = number(event.resource), key, number(event.path), number(event.names)
        batch.append((seq, event.sign, *ids, event.line))
        if len(batch) >= _BATCH:
            flush()
    flush()


def _about(revision: Revision) -> str:
    said = [revision.author, revision.when, revision.subject, revision.trailers, revision.claimed]
    return json.dumps([revision.parents, *said])


def revision_of(commit: str, about: str) -> Revision:
    """A Revision as the index keeps it."""
    parents, author, when, subject, trailers, claimed = json.loads(about)
    pairs = tuple((name, value) for name, value in trailers)
    return Revision(commit, tuple(parents), author, when, subject, pairs, claimed)
