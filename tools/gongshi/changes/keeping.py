"""What may not vanish from the records, nor change any more: the ledger as it is is judged elsewhere, here what a change did.

A notice, an objection, a complaint, an inspection, a payment, an asset leaves only by an event that says why; what hangs
under a notice changes only by withdrawing it; a closed case, an approved project and a paid batch stay as they were decided.
The event is a record of the same change: the withdrawal, a case of 更正 for the household, a row of 项目调整, or a document
whose title names the record. No key is needed for any of it.
"""

from __future__ import annotations

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
from gongshi.package import RECORDS, document_of
from gongshi.package.documents import read_documents
from gongshi.repository import RevisionTree, Tree

KEPT = {
    "notices": "停止公示的填撤回日期",
    "notice-objections": "处理完的填答复日期和处理结果",
    "notice-proofs": "留证照片要一直保留",
    "complaints": "办完的填办结日期和结果",
    "inspections": "检查记录要一直保留",
    "inspection-findings": "整改完的填销号日期",
    "payments": "付错的另记一笔退回",
    "allocations": "收回的另记一笔",
    "ledgers": "记错的另记一笔冲回",
    "assets": "不再使用的改使用状态",
    "loans": "还清的填结清日期",
    "monitoring": "风险消除的填风险消除日期",
    "contacts": "走访记录要一直保留",
    "status-events": "状态有误的另记一条更正",
    "memberships": "不再是的填结束日期和结束原因",
    "cases": "不办了的填结果“撤回”",
    "project-changes": "调整记录要一直保留",
    "households": "不再享受的登记状态变更",
}
"""Resources whose records stay, and what is done instead of deleting one."""

_CLOSING = {
    "notices": ("result", "closed_on", "withdrawn_on"),
    "notice-objections": ("answered_on", "outcome"),
}
"""What may be filled in, once, in a notice that runs or ran."""
_PLAN = frozenset(
    (
        *("name", "year", "category", "sub_category", "build_kind", "township_code", "owner_unit", "approval_level"),
        *("approval_doc", "planned_start", "planned_end", "content", "quantity", "quantity_unit", "unit_price"),
        *("budget_total", "funding_mode"),
    )
)
_PAID = ("amount", "paid_on", "payee_kind", "payee_unit", "project_id", "allocation_id", "persons")


@dataclass(slots=True)
class _Ledger:
    """What a change can be excused by, and what stood before it."""

    teller: Teller
    names: Names
    before: Tree
    withdrawn: set[str] = field(default_factory=set)
    adjusted: set[str] = field(default_factory=set)
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
        if change.resource.startswith("notice"):
            return change.key[0] if change.key else ""
        if change.resource != "case-households":
            return ""
        if self._published is None:
            self._published = _published(self.before)
        return self._published.get(change.key[0], "")

    def excused(self, change: Change) -> bool:
        """Whether a document names the record, or a case corrects its household."""
        named = any(part and part in title for title in self.documents for part in change.key[:1])
        households = {self.fields.cell(change, "household_no"), change.key[0] if change.key else ""}
        return named or bool((households - {""}) & self.corrected)


def vanished(before: Tree, after: Tree, when: date) -> list[Finding]:
    """A finding for each record that left or changed though it may not, on ``when``."""
    diff = compare(before, after)
    if not diff.changes:
        return []
    sides = Side(before, descriptor_of(before)), Side(after, descriptor_of(after))
    ledger, lines, found = _ledger(diff, before, Names(sides)), LinePlaces(), []
    for change in diff.changes:
        code, why = _judged(change, ledger, when)
        if why:
            line = lines.line(sides[1], change.path_after, change.resource, change.key) if change.after else 0
            path = change.path_after or change.path_before
            severity = Severity.WARNING if code == "changed-payment" else Severity.ERROR
            message = f"{ledger.teller.title(change)}：{why}"
            found.append(Finding(code, severity, message, path, line, change.resource, "", change.key))
    return found


def _judged(change: Change, ledger: _Ledger, when: date) -> tuple[str, str]:
    """(code, sentence), the sentence "" where all is well."""
    if change.kind is ChangeKind.RESPELLED or ledger.excused(change):
        return "", ""
    notice, standing = _notice(change, ledger, when)
    gone = change.kind is ChangeKind.REMOVED or (change.kind is ChangeKind.REKEYED and change.resource != "households")
    if gone and change.resource in KEPT and standing != "before":
        verb = "不能改编号" if change.kind is ChangeKind.REKEYED else "不能删去"
        why = f"{verb}，请恢复；{KEPT[change.resource]}。确是登记错的，随同登记一份标题写明编号的文件，或立更正案卷"
        return "vanished", why
    if why := notice or _frozen(change, ledger):
        return "frozen", why
    paid = change.resource == "payments" and change.before and any(item.field in _PAID for item in change.fields)
    return ("changed-payment", "已经支付的款项改了，请核对凭证和依据") if paid else ("", "")


def _notice(change: Change, ledger: _Ledger, when: date) -> tuple[str, str]:
    """(why what stands under a notice may not be so, how the notice stood: "before" its first day, withdrawn, posted)."""
    number = ledger.notice_of(change)
    was = ledger.was("notices", number) if number else {}
    if not was:
        return "", ""
    if was.get("starts_on", "") > when.isoformat():
        return "", "before"
    if was.get("withdrawn_on") or number in ledger.withdrawn:
        return "", "withdrawn"
    allowed = _CLOSING.get(change.resource, ())
    added = change.kind is ChangeKind.ADDED and change.resource in (
        "notice-objections",
        "notice-commitments",
        "notice-proofs",
    )
    filled = bool(change.fields) and all(item.field in allowed and not item.before for item in change.fields)
    if added or filled or (change.kind is ChangeKind.MOVED and not change.fields):
        return "", "posted"
    return f"公示 {number} 已经贴出，名单、内容和承诺不能再改，请恢复；有误的填撤回日期，另发一份", "posted"


def _frozen(change: Change, ledger: _Ledger) -> str:
    """Why a record that was decided on may not be so any more."""
    if change.kind is ChangeKind.MOVED and not change.fields:
        return ""
    path = change.path_before or change.path_after
    of_case = change.resource in ("cases", "case-steps", "case-households")
    if of_case and ledger.was("cases", change.key[0], path).get("closed_on"):
        return "案卷已经结了，不能再改，请恢复；有误的另立更正案卷"
    if change.resource in ("projects", "project-budget", "project-villages"):
        planned = change.resource != "projects" or change.after is None or any(i.field in _PLAN for i in change.fields)
        approved = ledger.was("projects", change.key[0], path).get("approval_doc")
        if approved and planned and change.key[0] not in ledger.adjusted:
            return "项目已经批复，计划不能直接改，请恢复，或同时登记项目调整（批准文号）"
    if change.resource == "subsidies":
        payment = _payment_before(change, ledger)
        if payment and ledger.was("payments", payment, path):
            return f"这批补助已经支付（{payment}），名单和金额不能再改，请恢复；漏发错发的另付一批，或立更正案卷"
    return ""


def _payment_before(change: Change, ledger: _Ledger) -> str:
    moved = next((item.before for item in change.fields if item.field == "payment_id" and item.before), "")
    return moved or ledger.fields.cell(change, "payment_id")


def _published(tree: Tree) -> dict[str, str]:
    """Case → the notice that publishes it and is not withdrawn."""
    descriptor = descriptor_of(tree)
    paths = tuple(p for p in tree.paths(f"{RECORDS}/") if (d := document_of(descriptor, p)) and d.resource == "notices")
    if isinstance(tree, RevisionTree):
        tree.prefetch(paths)
    table = read_documents(tree, descriptor, paths).tables.get("notices")
    names = descriptor.resources["notices"].schema.names if table else ()
    rows = (dict(zip(names, row, strict=True)) for row in (table.rows if table else ()))
    return {row["case_id"]: row["notice_id"] for row in rows if row.get("case_id") and not row.get("withdrawn_on")}


def _ledger(diff: Diff, before: Tree, names: Names) -> _Ledger:
    ledger = _Ledger(Teller(diff), names, before)
    cell = ledger.fields.cell
    for change in diff.changes:
        if change.resource == "notices" and change.after and cell(change, "withdrawn_on"):
            ledger.withdrawn.add(change.key[0])
        elif change.resource == "project-changes" and change.kind is ChangeKind.ADDED:
            ledger.adjusted.add(change.key[0])
        elif change.resource == "documents" and change.kind is ChangeKind.ADDED:
            ledger.documents.append(cell(change, "title"))
    new = [change for change in diff.changes if change.kind is ChangeKind.ADDED]
    cases = {change.key[0] for change in new if change.resource == "cases" and cell(change, "procedure") == "更正"}
    ledger.corrected = {c.key[-1] for c in new if c.resource == "case-households" and c.key[0] in cases}
    return ledger
