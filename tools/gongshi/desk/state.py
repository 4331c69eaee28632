"""What one running desk holds: the ledger as it was last read, opened names, workbooks being looked at. In memory only."""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from gongshi.checks.guard import NameSet
from gongshi.exchange import ImportResult
from gongshi.exchange.accepting import Said, open_remarks
from gongshi.exchange.opened import name_set
from gongshi.library.examining import Watch
from gongshi.lookup import Entry, Index, entries, opened, townships
from gongshi.model import Finding, GongshiError, Progress
from gongshi.package import Database, county_day, load
from gongshi.repository import Git, WorkTree, recover, stamp, written
from gongshi.sealing import Identity, identity_place, read_identity, signing_place
from gongshi.verbs import Due, due

IDLE = 600.0
"""Seconds without a request until names go."""
STOPPED = "没有查完，请把工作台关掉再打开；还是这样，请运行 gongshi check。"
PATIENCE = 1.0
"""Seconds that a page waits for what was asked for before it shows how far that is."""
REMEMBERED = 40
WAITING = 8
"""Workbooks that are held at once."""


class Told(NamedTuple):
    """One sentence for the next page: what was done, or why not; ``undo`` is the number of a write that can be taken back, ``record``
    where to look at what it made."""

    text: str
    good: bool = True
    undo: int = 0
    record: tuple[str, str] | None = None


@dataclass
class Workbook:
    """A file that was dropped, and what was answered about it since."""

    name: str
    data: bytes
    township: str | None
    save_mapping: str = ""
    mended: dict[tuple[str, int, int], str] = field(default_factory=dict)
    planned: tuple[object, ImportResult] | None = None
    """What it comes to, and what that follows from."""


@dataclass
class Job:
    """Something that takes long and is done beside the pages: what was asked, what it is at, how it ended."""

    form: Mapping[str, str]
    began: float
    at: str = ""
    error: str = ""
    found: Mapping[str, Any] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def seconds(self) -> int:
        """How long it has been at work."""
        return int(time.monotonic() - self.began)


@dataclass
class Held:
    """The ledger as it was read at one stamp: its places at once, all of it when a page first wants that."""

    at: int
    places: Database
    today: date
    county: str
    townships: Mapping[str, str]
    whole: Database | None = None
    index: Index | None = None
    labels: Mapping[tuple[str, str], Entry] = field(default_factory=dict)


class Desk:
    """One desk over one ledger. All that changes is behind ``lock``."""

    def __init__(self, root: Path, identity: Path | None = None, environ: Mapping[str, str] = os.environ) -> None:
        self.root, self.environ, self._option = root, environ, identity
        self.secret, self.start = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self.host = ""
        self.lock = threading.RLock()
        self.told: list[Told] = []
        self.workbooks: dict[str, Workbook] = {}
        self.identity: Identity | None = None
        self._names: dict[str, str] = {}
        self._known: NameSet | None = None
        self._held: Held | None = None
        self._index: Index | None = None
        self._due: tuple[int, list[Due]] | None = None
        self._findings: tuple[int, list[Finding]] | None = None
        self._begun: dict[str, int] = {}
        self._failed: dict[str, tuple[int, str]] = {}
        self._fresh = False
        self._indexing, self._labelling = threading.Lock(), threading.Lock()
        self._reading = threading.Lock()
        self._seen = time.monotonic()
        self._watch = Watch(root)
        self.closing = False
        self.jobs: dict[str, Job] = {}
        self.seen: dict[object, Any] = {}
        self._said: tuple[bytes, Said] = (b"", {})
        self.patience = PATIENCE

    def touch(self) -> None:
        """Somebody is here; after ten minutes of nobody the names are gone first."""
        self.lock_if_idle()
        self._seen = time.monotonic()
        self._fresh = False

    def lock_if_idle(self) -> None:
        """Let go of key and names when nobody has been here."""
        if self.identity and time.monotonic() - self._seen >= IDLE:
            self.lock_up()

    @property
    def key_place(self) -> Path:
        """Where the key is looked for."""
        return identity_place(self._option, self.environ)

    def left(self) -> int:
        """Minutes until that."""
        return max(1, round((IDLE - (time.monotonic() - self._seen)) / 60))

    def lock_up(self) -> None:
        """Let go of the key, the names, and every workbook, which may hold some."""
        with self.lock:
            self.identity, self._names, self._known, self._index = None, {}, None, None
            self.workbooks.clear()
            self._drop()

    def open_key(self) -> None:
        """Read the key from its usual place, and the names it opens; GongshiError if there is none."""
        identity = read_identity(self.key_place, self.root, signing_place(None, self.environ))
        tree = WorkTree(self.root)
        names = opened(tree, identity)
        known = name_set(tree, names.values())
        with self.lock:
            self.identity, self._names, self._known, self._index = identity, names, known, None
            self._drop()
        self.aside(self.index)

    def names(self) -> Mapping[str, str]:
        """Member number → name, of all that the key opens; empty without one."""
        return self._names

    def known_names(self) -> NameSet | None:
        """The opened names, to be looked for in what is typed; None without a key."""
        return self._known

    def _drop(self) -> None:
        """Another tab may still be reading it: it goes when nobody does."""
        self._held = None

    def held(self) -> Held:
        """The ledger as it lies now; read anew when a file changed since the last request."""
        with self.lock:
            if self._held is None or not self._fresh:
                now = stamp(self.root)
                if self._held is None or self._held.at != now:
                    recover(self.root)
                    self._drop()
                    self._held = self._read(stamp(self.root))
                self._fresh = True
            return self._held

    def _read(self, at: int) -> Held:
        database = load(WorkTree(self.root), ["county", "divisions"])
        return Held(at, database, county_day(database) or date.today(), *townships(database))

    def database(self) -> Database:
        """All records as they lie now."""
        held = self.held()
        with self._reading:
            if held.whole is None:
                held.whole = load(WorkTree(self.root))
            return held.whole

    def index(self) -> Index:
        """Everything that can be found, spelled; made when it is first asked for."""
        with self._indexing:
            held = self.held()
            if held.index is None:
                with self.lock:
                    before, names = self._index, self._names
                held.index = Index(self._labels(held).values(), before)
                with self.lock:
                    if names is self._names:
                        self._index = held.index
            return held.index

    def _labels(self, held: Held) -> Mapping[tuple[str, str], Entry]:
        """What every record is called; to spell it takes far longer."""
        with self._labelling:
            if not held.labels:
                held.labels = {(one.resource, one.key): one for one in entries(self.database(), self._names)}
            return held.labels

    def due_count(self) -> int:
        """How many things are due, as far as that is known already."""
        return len(self._due[1]) if self._due else 0

    def due(self) -> list[Due] | None:
        """What is due today, over the whole county; None while that is looked for beside."""
        held = self.held()
        if self._due and self._due[0] == held.at:
            return self._due[1]
        self._beside("due", held.at)
        return None

    def _find_due(self, at: int) -> None:
        found = due(WorkTree(self.root), self.held().today)
        with self.lock:
            self._due = at, found

    def _beside(self, what: str, at: int) -> None:
        """Begin once to find out something about the ledger at ``at``."""
        with self.lock:
            if self._begun.get(what) != at:
                self._begun[what] = at
                work: Callable[[int], object] = {
                    "due": self._find_due,
                    "findings": self._examine,
                    "index": self._spell,
                }[what]
                self.aside(lambda: work(at), lambda why: self._failed.update({what: (at, why)}))

    def aside(
        self,
        work: Callable[[], object],
        failed: Callable[[str], None] = lambda _: None,
        over: Callable[[], object] = lambda: None,
    ) -> None:
        """Do something beside the pages. What cannot be done so is told by the page that needs it; when the desk closes meanwhile,
        nobody is told. The program waits for it at its end: a thread of the server would hand on that it is to be cut off, and a
        query that is cut off there takes the whole program down."""

        def quietly() -> None:
            try:
                work()
            except GongshiError as error:
                failed(str(error))
            except (Exception, KeyboardInterrupt):  # the end of the program stops a query like a signal does
                if not self.closing:
                    failed(STOPPED)
            finally:
                over()

        threading.Thread(target=quietly, daemon=False).start()

    def work(
        self,
        name: str,
        form: Mapping[str, str],
        work: Callable[[Progress], object],
        found: Mapping[str, Any] | None = None,
    ) -> Job:
        """Begin something that takes long, unless it is at work already; wait a moment, it may be over by then."""
        with self.lock:
            job = self.jobs.get(name)
            if job is None or job.over.is_set():
                job = self.jobs[name] = Job(form, time.monotonic(), found={} if found is None else found)
                self.aside(lambda: self._do(job, work), lambda why: setattr(job, "error", why), job.over.set)
        job.over.wait(self.patience)
        return job

    def _do(self, job: Job, work: Callable[[Progress], object]) -> None:
        work(lambda at: setattr(job, "at", at))

    def ended(self, name: str) -> Job | None:
        """What was begun and is over, once: whoever shows it takes it."""
        with self.lock:
            job = self.jobs.get(name)
            return self.jobs.pop(name) if job and job.over.is_set() else None

    def close(self) -> None:
        """Let go of everything; what is still being found out is given up."""
        self.closing = True
        self.lock_up()
        self._watch.close()

    def tell(self, text: str) -> None:
        """One sentence for the next page."""
        with self.lock:
            self.told.append(Told(text))

    def remember(self, name: object, value: object) -> None:
        """Keep what never changes, such as what one commit brings; the oldest goes."""
        with self.lock:
            while len(self.seen) >= REMEMBERED:
                self.seen.pop(next(iter(self.seen)))
            self.seen[name] = value

    def remarks(self) -> Said:
        """What reviewers said of records that were sent, and nothing came since."""
        git = Git(self.root)
        with suppress(GongshiError):  # no main branch yet
            self._said = open_remarks(git, self._said) if git.exists() else (b"", {})
        return self._said[1]

    def wrote(self, text: str, record: tuple[str, str] | None = None) -> None:
        """One sentence about what was just written, and the number by which it is taken back."""
        number = next((one.number for one in written(self.root)), 0)
        with self.lock:
            self.told.append(Told(text, undo=number, record=record))
            self._fresh = False
        if self._index:
            self.warm()

    def failure(self, what: str) -> str:
        """Why the due list or the findings could not be found out for the ledger as it lies; "" if they were, or are still to come."""
        at, why = self._failed.get(what, (None, ""))
        return why if at == self.held().at else ""

    def findings(self) -> list[Finding] | None:
        """The findings of a full check of the ledger as it lies; None while it runs beside."""
        at = self.held().at
        if self._findings and self._findings[0] == at:
            return self._findings[1]
        self._beside("findings", at)
        return None

    def _examine(self, at: int) -> None:
        found = self._watch.examine(date.today())
        with self.lock:
            self._findings = at, found

    def label(self, resource: str, key: str) -> str:
        """What a record is called, "" for nothing."""
        entry = self._labels(self.held()).get((resource, key))
        return entry.name if entry else ""

    def find(self, query: str, resources: Collection[str] | None = None, limit: int = 20) -> list[Entry]:
        """Records for what was typed. Just after something was written the index of before is asked while a new one is made beside;
        what it does not have is waited for."""
        held = self.held()
        if held.index is None and (old := self._index):
            self.warm()
            found, sure = old.ranked(query, limit, resources)
            if sure:
                return found
        return self.index().find(query, limit, resources)

    def _spell(self, at: int) -> None:
        self.index()

    def warm(self) -> None:
        """Have the index made beside, once for each state of the files."""
        self._beside("index", self.held().at)

    def keep(self, workbook: Workbook) -> str:
        """Hold a workbook; gives its name in addresses."""
        with self.lock:
            while len(self.workbooks) >= WAITING:
                self.workbooks.pop(next(iter(self.workbooks)))
            token = secrets.token_hex(8)
            self.workbooks[token] = workbook
        return token
