"""The way of a project, as two tracks: a work is built, accepted and handed over; a benefit is granted and paid out."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from gongshi.disclosure import Withheld
from gongshi.disclosure.views import counts_people
from gongshi.site.numbers import in_wan, percent

DONE, NOW, TODO = "done", "now", "todo"
BUILT = frozenset({"村基础设施", "村公共服务", "生活条件改善", "乡村建设行动"})
"""Kinds that are works also where so many households are what they are measured by."""

_WORK = ("乡镇申报", "县级审批", "招标", "开工", "竣工", "乡镇初检", "县级验收", "乡级报账", "决算", "移交")
_ALWAYS = frozenset({"乡镇申报", "县级审批", "开工", "竣工", "县级验收", "移交"})
_CALLED = {"乡镇申报": "申报", "县级审批": "批准", "县级验收": "验收", "移交": "移交到村"}
_BENEFIT = {"乡镇申报": "申报核定", "县级审批": "批准", "开工": "开始发放", "竣工": "全部发完"}


class TrackStep(NamedTuple):
    """One step: whether it is done, the day, who did it or what it waits for, and the document's number."""

    name: str
    state: str
    day: datetime.date | None = None
    note: str = ""
    doc_no: str = ""


class Way(NamedTuple):
    """What a project's page says first: the word for where it stands, a sentence, its steps."""

    word: str
    sentence: str
    steps: Sequence[TrackStep]
    benefit: bool

    @property
    def settled(self) -> bool:
        """Whether nothing more is to be done but a last payment."""
        return self.word in ("已移交", "已验收", "已发完")


def is_benefit(project: Any, stages: Sequence[Any], payments: Sequence[Any], persons: Sequence[Any]) -> bool:
    """Whether the money goes to persons: it was paid to them, or is for so many of them and nobody builds anything."""
    if persons:
        return not payments
    if payments:
        return all(row.payment_stage in ("直补", "贴息") for row in payments)
    built = project.category in BUILT or any(row.stage == "招标" for row in stages)
    return not built and counts_people(project.quantity_unit or "")


def way(project: Any, stages: Sequence[Any], payments: Sequence[Any], persons: Sequence[Any]) -> Way:
    """Where a project stands."""
    found = {row.stage: row for row in stages}
    benefit = is_benefit(project, stages, payments, persons)
    word = _benefit_word(project, found) if benefit else _work_word(project.stage, found)
    steps = _benefit_steps(project, found, word) if benefit else _work_steps(project, found, payments, word)
    return Way(word, f"{_told(project, found, word, benefit)}{_money(project, word)}", steps, benefit)


def _full(project: Any) -> bool:
    return isinstance(project.paid, Decimal) and bool(project.budget_total) and project.paid >= project.budget_total


def _benefit_word(project: Any, found: dict[str, Any]) -> str:
    if "竣工" in found or _full(project):
        return "已发完"
    return "在发" if "开工" in found or project.paid else "还没发"


def _work_word(stage: str, found: dict[str, Any]) -> str:
    if "移交" in found or stage == "移交":
        return "已移交"
    if "县级验收" in found or stage in ("验收", "决算"):
        return "已验收"
    if "竣工" in found or stage in ("竣工", "初检"):
        return "做完，待验收"
    return "正在做" if "开工" in found or stage == "开工" else "还没开工"


def _told(project: Any, found: dict[str, Any], word: str, benefit: bool) -> str:
    """The first half of the sentence: how far the thing itself is."""
    if benefit:
        return {"已发完": "补助都发完了。", "在发": "补助正在发。", "还没发": "补助还没有发。"}[word]
    ended = found["竣工"].done_on if "竣工" in found else None
    if word in ("做完，待验收", "已验收", "已移交") and ended and project.planned_end:
        days = (project.planned_end - ended).days
        late = f"，比计划早 {days} 天" if days > 0 else f"，比计划晚 {-days} 天" if days < 0 else "，和计划同一天"
        tail = {"做完，待验收": "；还没有验收。", "已验收": "，已经验收。", "已移交": "，已经验收，移交给村里了。"}[
            word
        ]
        return f"{ended.year}年{ended.month}月{ended.day}日做完{late}{tail}"
    return {
        "做完，待验收": "做完了，还没有验收。",
        "已验收": "已经验收。",
        "已移交": "已经验收，移交给村里了。",
        "正在做": "正在做，还没有做完。",
        "还没开工": "还没有开工。",
    }[word]


def _money(project: Any, word: str) -> str:
    """The second half: how much of it is paid."""
    budget, paid = project.budget_total, project.paid
    if not budget or isinstance(budget, Withheld):
        return ""
    if isinstance(paid, Withheld):
        return f"预算 {in_wan(budget)}，付了多少{paid}。"
    if not paid:
        return f"预算 {in_wan(budget)}，钱还没有付。"
    if paid >= budget:
        return f"预算 {in_wan(budget)}，已经付清。"
    rest = f"预算 {in_wan(budget)}，付了 {percent(paid / budget)}，还有 {in_wan(budget - paid)}没有付"
    kept = word in ("已验收", "已移交") and paid >= budget * Decimal("0.9")
    return rest + ("；报账制留一成以内作质保金，过了质保期再付。" if kept else "。")


def _work_steps(project: Any, found: dict[str, Any], payments: Sequence[Any], word: str) -> list[TrackStep]:
    names = [name for name in _WORK if name in _ALWAYS or name in found]
    last = max((place for place, name in enumerate(names) if name in found), default=-1)
    steps = [_step(name, _CALLED.get(name, name), found, place <= last) for place, name in enumerate(names)]
    held = [row for row in payments if row.payment_stage == "质保金"]
    if held:
        return [*steps, TrackStep("付质保金", DONE, max(row.paid_on for row in held))]
    if _full(project):
        return [*steps, TrackStep("付清", DONE)]
    note = "过了质保期再付" if word in ("已验收", "已移交") else "验收以后按进度付，一成以内可以留作质保金"
    return [*steps, TrackStep("付清", TODO, None, note)]


def _benefit_steps(project: Any, found: dict[str, Any], word: str) -> list[TrackStep]:
    steps = [_step(name, called, found, name in found) for name, called in _BENEFIT.items()]
    if word == "已发完" and steps[-1].state == TODO:
        steps[-1] = TrackStep("全部发完", DONE, None, "预算的钱都发了")
    return steps


def _step(name: str, called: str, found: dict[str, Any], passed: bool) -> TrackStep:
    row = found.get(name)
    if row is None:
        return TrackStep(called, TODO, None, "没有记下日期" if passed else "还没到时候")
    return TrackStep(called, DONE, row.done_on, row.unit or "", row.doc_no or "")
