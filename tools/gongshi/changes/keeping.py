"""What may not vanish from the records, nor change any more: the ledger as it is is judged elsewhere, here what a change did.

A notice, an objection, a complaint, an inspection, a payment, an asset leaves only by an event that says why; what hangs
under a notice changes only by withdrawing it; a closed case, an approved project and a paid batch stay as they were decided.
The event is a record of the same change: the withdrawal, a case of 更正 for the household, a row of 项目调整, or a document
whose title names the record. No key is needed for any of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from gongshi.changes.diff import compare
from gongshi.changes.folding import Fields
from gongshi.changes.naming import Names
from gongshi.changes.places import LinePlaces
from gongshi.changes.tables import Side, descriptor_of
from gongshi.changes.telling import Teller
from gongshi.changes.values import Change, ChangeKind, Diff
from gongshi.model import Finding, Severity
from gongshi.package import RECORDS, FieldPlace, document_of, pack
from gongshi.package.documents import read_documents
from gongshi.package.subjects import subjects
from gongshi.repository import RevisionTree, Tree


@dataclass(frozen=True, slots=True)
class PostedTables:
    """What a notice holds fast."""

    code: str
    table: str
    key: str
    begins: str
    withdrawn: str
    under: frozenset[str]
    publishes: str
    lists: str
    filled: Mapping[str, frozenset[str]]
    grows: frozenset[str]
    message: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What stays as it was decided, once a field is filled."""

    code: str
    tables: frozenset[str]
    by: FieldPlace
    message: str
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)
    through: str = ""
    unless: str = ""
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class Corrects:
    """Which new records correct others."""

    table: str
    field: str
    says: str
    lists: str


@dataclass(frozen=True, slots=True)
class Keeping:
    """What may not vanish or change, and what excuses it: ``pack/keeping.yaml`` says what each is."""

    kept: Mapping[str, str]
    renumbered: frozenset[str]
    posted: PostedTables
    decided: tuple[Decided, ...]
    names: FieldPlace
    corrects: Corrects


def keeping() -> Keeping:
    """All of it; read once."""
    return pack("keeping", Keeping)


@dataclass(slots=True)
class _Ledger:
    """What a change can be excused by, and what stood before it."""

    teller: Teller
    names: Names
    before: Tree
    withdrawn: set[str] = field(default_factory=set)
    added: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    corrected: set[str] = field(default_factory=set)
    documents: list[str] = field(default_factory=list)
    _published: dict[str, str] | None = None

    @property
    def fields(self) -> Fields:
        return self.teller.fields

    def was(self, resource: str, key: str, path: str = "") -> Mapping[str, str]:
        """The filled cells of a record before the change."""
        return self.names.record(0, resource, key, path)

    def notice_of(self, change: Change) -> str:
        """The notice under which a record stands: its own, or one that publishes the case that lists it."""
        posted = keeping().posted
        if change.resource in posted.under:
            return change.key[0] if change.key else ""
        if change.resource != posted.lists:
            return ""
        if self._published is None:
            self._published = _published(self.before)
        return self._published.get(change.key[0], "")

    def excused(self, change: Change) -> bool:
        """Whether a document names the record, or a case corrects its household."""
        named = any(part and part in title for title in self.documents for part in change.key[:1])
        households = {self.fields.cell(change, subjects().household.key), change.key[0] if change.key else ""}
        return named or bool((households - {""}) & self.corrected)


def vanished(before: Tree, after: Tree, when: date) -> list[Finding]:
    """A finding for each record that left or changed though it may not, on ``when``."""
    diff = compare(before, after)
    if not diff.changes:
        return []
    sides = Side(before, descriptor_of(before)), Side(after, descriptor_of(after))
    ledger, lines, found = _ledger(diff, before, Names(sides)), LinePlaces(), []
    for change in diff.changes:
        code, why, severity = _judged(change, ledger, when)
        if why:
            line = lines.line(sides[1], change.path_after, change.resource, change.key) if change.after else 0
            path = change.path_after or change.path_before
            message = f"{ledger.teller.title(change)}：{why}"
            found.append(Finding(code, severity, message, path, line, change.resource, "", change.key))
    return found


def _judged(change: Change, ledger: _Ledger, when: date) -> tuple[str, str, Severity]:
    """(code, sentence, severity), the sentence "" where all is well."""
    known, error = keeping(), Severity.ERROR
    if change.kind is ChangeKind.RESPELLED or ledger.excused(change):
        return "", "", error
    notice, standing = _notice(change, ledger, when)
    renumbered = change.kind is ChangeKind.REKEYED and change.resource not in known.renumbered
    if (change.kind is ChangeKind.REMOVED or renumbered) and change.resource in known.kept and standing != "before":
        verb, instead = "不能改编号" if renumbered else "不能删去", known.kept[change.resource]
        why = f"{verb}，请恢复；{instead}。确是登记错的，随同登记一份标题写明编号的文件，或立更正案卷"
        return "vanished", why, error
    if notice:
        return known.posted.code, notice, error
    still = change.kind is ChangeKind.MOVED and not change.fields
    for entry in () if still else known.decided:
        if why := _decided(entry, change, ledger):
            return entry.code, why, entry.severity
    return "", "", error


def _notice(change: Change, ledger: _Ledger, when: date) -> tuple[str, str]:
    """(why what stands under a notice may not be so, how the notice stood: "before" its first day, withdrawn, posted)."""
    posted, number = keeping().posted, ledger.notice_of(change)
    was = ledger.was(posted.table, number) if number else {}
    if not was:
        return "", ""
    if was.get(posted.begins, "") > when.isoformat():
        return "", "before"
    if was.get(posted.withdrawn) or number in ledger.withdrawn:
        return "", "withdrawn"
    allowed = posted.filled.get(change.resource, ())
    added = change.kind is ChangeKind.ADDED and change.resource in posted.grows
    filled = bool(change.fields) and all(item.field in allowed and not item.before for item in change.fields)
    if added or filled or (change.kind is ChangeKind.MOVED and not change.fields):
        return "", "posted"
    return posted.message.format(key=number), "posted"


def _decided(entry: Decided, change: Change, ledger: _Ledger) -> str:
    """Why a record that was decided on may not be so any more."""
    fields = entry.fields.get(change.resource)
    settled = fields is None or change.after is None or any(item.field in fields for item in change.fields)
    if change.resource not in entry.tables or not settled:
        return ""
    before = (item.before for item in change.fields if item.field == entry.through and item.before)
    number = next(before, ledger.fields.cell(change, entry.through)) if entry.through else change.key[0]
    was = ledger.was(entry.by.resource, number, change.path_before or change.path_after) if number else {}
    decided = was.get(entry.by.field) and number not in ledger.added[entry.unless]
    return entry.message.format(key=number) if decided else ""


def _published(tree: Tree) -> dict[str, str]:
    """Case → the notice that publishes it and is not withdrawn."""
    descriptor, posted = descriptor_of(tree), keeping().posted
    found = ((path, document_of(descriptor, path)) for path in tree.paths(f"{RECORDS}/"))
    paths = tuple(path for path, document in found if document and document.resource == posted.table)
    if isinstance(tree, RevisionTree):
        tree.prefetch(paths)
    table = read_documents(tree, descriptor, paths).tables.get(posted.table)
    names = descriptor.resources[posted.table].schema.names if table else ()
    rows = (dict(zip(names, row, strict=True)) for row in (table.rows if table else ()))
    return {
        row[posted.publishes]: row[posted.key]
        for row in rows
        if row.get(posted.publishes) and not row.get(posted.withdrawn)
    }


def _ledger(diff: Diff, before: Tree, names: Names) -> _Ledger:
    ledger, known = _Ledger(Teller(diff), names, before), keeping()
    cell, posted, corrects = ledger.fields.cell, known.posted, known.corrects
    cases = set()
    for change in diff.changes:
        if change.resource == posted.table and change.after and cell(change, posted.withdrawn):
            ledger.withdrawn.add(change.key[0])
        if change.kind is not ChangeKind.ADDED:
            continue
        ledger.added[change.resource].update(change.key[:1])
        if change.resource == known.names.resource:
            ledger.documents.append(cell(change, known.names.field))
        elif change.resource == corrects.table and cell(change, corrects.field) == corrects.says:
            cases.add(change.key[0])
    ledger.corrected = {
        change.key[-1]
        for change in diff.changes
        if change.resource == corrects.lists and change.kind is ChangeKind.ADDED and change.key[0] in cases
    }
    return ledger
