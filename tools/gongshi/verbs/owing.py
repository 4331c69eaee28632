"""Notices that are due and not on record: what the rules in force find missing, and open cases whose next step is one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from gongshi.disclosure import notices
from gongshi.disclosure.boards import new_sheet
from gongshi.disclosure.kinds import HOUSEHOLDS, NoticeKind, kinds
from gongshi.disclosure.linking import CHANGE, FIELDS, STEPS
from gongshi.disclosure.sheets import NEVER, RESOURCES
from gongshi.exchange.opened import opened_names, refuse_names
from gongshi.model import GongshiError
from gongshi.package import Database, load, queries, read_descriptor
from gongshi.policy import Policies, load_policies, run
from gongshi.repository import OverlayTree, Tree, WorkTree, write_kept, writer
from gongshi.sealing import Identity
from gongshi.verbs.procedure import next_step, procedures

_SQL = queries("due")
_SOON = timedelta(7)
_BOARDS = ("村公示栏", "乡镇公示栏", "政府网站")
_TOLD = 5  # faults that one refusal names


class Choice(NamedTuple):
    """From which day the notices hang, the one kind and the division that are wanted ("" for all), and who publishes where
    neither the division nor the project has a unit of its own."""

    starts_on: date
    kind: str = ""
    division: str = ""
    unit: str = ""


class Owed(NamedTuple):
    """A notice that is due, what asks for it in words, and the records that it is asked for."""

    wish: notices.Wish
    why: str
    about: tuple[str, ...]


class Batch(NamedTuple):
    """The notices of a batch in the order of their numbers, each with what asks for it, and the files to write."""

    made: tuple[tuple[Any, str], ...]
    files: dict[str, bytes]


def batch(tree: Tree, asked: Choice, identity: Callable[[], Identity] | None) -> Batch:
    """Every notice that is due, linked with what it is about. Without an ``identity``, asked for if there are lists, no list
    is made and the files are not to be written. GongshiError names all that cannot be made."""
    if asked.kind and asked.kind not in kinds():
        raise GongshiError(f"没有“{asked.kind[:20]}”这种公示，可用的类别：{'、'.join(kinds())}。")
    descriptor = read_descriptor(tree)
    policies = load_policies(tree, descriptor)
    files: dict[str, bytes] = {}
    made: list[tuple[Any, Owed]] = []
    waiting = True
    while waiting:
        with load(OverlayTree(tree, files), None, descriptor) as database:
            due = [one for one in owed(database, policies, asked) if one.about not in {had.about for _, had in made}]
            waiting = _round(tree, database, due, files, made)
    if identity and made:
        listed = any(kinds()[notice.notice_kind].carries == HOUSEHOLDS for notice, _ in made)
        with load(tree, ("projects", "divisions", *RESOURCES), descriptor) as database:
            files |= _listed(tree, database, made, files, identity() if listed else None)
    return Batch(tuple((notice, one.why) for notice, one in made), files)


def post(
    root: Path,
    asked: Choice,
    identity: Callable[[], Identity] | None,
    opened: Identity | None,
    agreed: Callable[[Batch], bool] = lambda _: True,
) -> tuple[Batch, str]:
    """(every notice that is due, what was done in words): written under one lock, all or none; without an ``identity`` nothing is
    written, and nothing, without a word, if it is not what was ``agreed``. ``opened`` is the key whose names must not stand in what is written, None for none."""
    with writer(root) as write:
        tree = WorkTree(root)
        done = batch(tree, asked, identity)
        if not agreed(done):
            return done, ""
        numbers = "、".join(notice.notice_id for notice, _ in done.made[:_TOLD])
        more = " 等" if len(done.made) > _TOLD else ""
        told = f"登记公示 {len(done.made)} 份（{numbers}{more}）" if done.made else "登记公示 0 份"
        if done.made and identity:
            refuse_names(done.files, opened_names(tree, opened))
            write_kept(root, write, told, datetime.now().isoformat(" ", "minutes"), done.files)
    return done, told


def _round(
    tree: Tree, database: Database, due: list[Owed], files: dict[str, bytes], made: list[tuple[Any, Owed]]
) -> bool:
    """Put what is due into ``files`` and ``made``, one of a kind for a record: whether a second one of the same waits, which is
    linked only when the first is on record."""
    faults: list[str] = []
    taken: set[tuple[str, ...]] = set()
    for one in due:
        wish = one.wish
        subject = (wish.kind, wish.case_id, wish.payment_id, wish.doc_no, *wish.projects)
        if subject in taken:
            continue
        taken.add(subject)
        try:
            notice = notices.draft(database, wish, len(taken) - 1 - len(faults))
        except GongshiError as error:
            faults.append(f"{one.why}的{wish.kind}：{error}")
            continue
        files |= notices.new(OverlayTree(tree, files), database, notice, wish.projects, None)
        made.append((notice, one))
    _refuse(faults)
    return len(taken) < len(due)


def _listed(
    tree: Tree, database: Database, made: list[tuple[Any, Owed]], files: dict[str, bytes], identity: Identity | None
) -> dict[str, bytes]:
    """The notices' files anew, with their lists and with what they freeze as it stands when all are made."""
    found: dict[str, bytes] = {}
    faults = []
    for notice, one in made:
        try:
            sheet = None
            if identity and kinds()[notice.notice_kind].carries == HOUSEHOLDS:
                sheet = new_sheet(tree, database, notice, identity)
            found |= notices.recorded(tree, database, notice, one.wish.projects, sheet, files)
        except GongshiError as error:
            faults.append(f"{one.why}的{notice.notice_kind}：{error}")
    _refuse(faults)
    return found


def _refuse(faults: list[str]) -> None:
    if faults:
        more = f"；等 {len(faults)} 份" if len(faults) > _TOLD else ""
        told = "；".join(one.rstrip("。") for one in faults[:_TOLD])
        raise GongshiError(f"{told}{more}。一份也没有登记：补齐后再做，或写明类别、区划，先做别的。")


Missed = Mapping[str, Sequence[tuple[str, ...]]]
"""The keys of the records in which a rule finds no notice, by the rule."""


def owed(database: Database, policies: Policies, asked: Choice) -> list[Owed]:
    """The notices that are due on the day from which they would hang, by kind and what they are about."""
    there = [kind for kind in kinds().values() if asked.kind in ("", kind.kind)]
    outcomes = run(policies, database, asked.starts_on, only={rule for kind in there for rule in kind.asked_by})
    waived = {(one.rule, one.record) for one in policies.waivers if one.until >= asked.starts_on}
    missed = {
        outcome.rule.id: [
            one.key for one in outcome.findings if one.key and (outcome.rule.id, "/".join(one.key)) not in waived
        ]
        for outcome in outcomes
    }
    found = [*_steps(database, policies, asked, there, missed)]
    for kind in there:
        finder = {"项目": _projects, "资金": _funds, HOUSEHOLDS: _batches}.get(kind.carries)
        found += finder(database, asked, kind, missed) if finder and not kind.procedure else ()
    within = re.sub("(000){1,2}$", "", asked.division)
    return [one for one in found if one.wish.division.startswith(within)]


def _of(kind: NoticeKind, missed: Missed) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """(the rule, the place that it asks for, the record's key) of what is missing of a kind."""
    for rule, place in kind.asked_by.items():
        for key in missed.get(rule, ()):
            yield rule, place or kind.places[0], key


# -- cases: steps on record without a number, and the next step ---------------------------------------------------


def _steps(
    database: Database, policies: Policies, asked: Choice, there: list[NoticeKind], missed: Missed
) -> Iterator[Owed]:
    cases = {row[0]: row for row in database.sql(_SQL["cases"])}
    bare = {(case, number): (case, step) for case, number, step in database.sql(_SQL["unposted-steps"])}
    rules = sorted({rule for kind in there if kind.procedure for rule in kind.asked_by})
    past = [bare[key] for rule in rules for key in sorted(missed.get(rule, ())) if key in bare]
    for case, step in [*past, *_next_steps(database, policies, asked.starts_on)]:
        _, procedure, village = cases.get(case, ("", "", ""))
        for kind in there:
            names = STEPS.get(kind.kind, ())
            mine = village and kind.procedure == procedure and step in names
            if mine and _on_record(database, kind.kind, case) <= names.index(step):
                wish = _wish(database, asked, kind, village, kind.places[0], case_id=case)
                yield Owed(wish, f"案卷 {case} {step}", (kind.kind, case, step))


def _next_steps(database: Database, policies: Policies, day: date) -> Iterator[tuple[str, str]]:
    """Open cases whose next step is due within the week, or has no day."""
    known = procedures(policies, day)
    done: dict[tuple[str, str], dict[str, str]] = {}
    for case, procedure, step, on in database.sql(_SQL["steps-of-open-cases"]):
        done.setdefault((case, procedure), {}).update({step: on} if step else {})
    for (case, procedure), steps in done.items():
        step, by = next_step(known.get(procedure, ()), steps)
        if step and (not by or date.fromisoformat(by) < day + _SOON):
            yield case, step.name


def _on_record(database: Database, kind: str, case: str) -> int:
    return int(database.sql(_SQL["notices-of-case"], [kind, case])[0][0])


# -- projects and money -------------------------------------------------------------------------------------------


def _projects(database: Database, asked: Choice, kind: NoticeKind, missed: Missed) -> Iterator[Owed]:
    """One notice for each project where it names the notice, else one for all of a division."""
    together: dict[tuple[str, str], set[str]] = {}
    for rule, place, key in _of(kind, missed):
        if not _names_none(database, kind.kind, key):
            continue
        division, board = _scope(database, key[0], place, kind)
        if kind.kind in FIELDS or kind.kind == CHANGE:
            wish = _wish(database, asked, kind, division, board, projects=(key[0],))
            yield Owed(wish, f"项目 {key[0]}（{rule}）", (kind.kind, *key))
        else:
            together.setdefault((division, board), set()).add(key[0])
    for (division, board), projects in sorted(together.items()):
        wish = _wish(database, asked, kind, division, board, projects=tuple(sorted(projects)))
        yield Owed(wish, f"{len(projects)} 个项目", (kind.kind, division, board))


def _names_none(database: Database, kind: str, key: tuple[str, ...]) -> bool:
    """Whether what a rule finds wrong names no notice yet: one of another kind is not a notice that is missing."""
    if kind in FIELDS:
        names, rows = database.columns(queries("notices")["project"], [key[0]])
        return rows[0][names.index(FIELDS[kind])] is None
    if kind == CHANGE:
        return bool(database.sql(_SQL["unposted-changes"], [key[0], key[1]])[0][0] > 0)
    return True


def _scope(database: Database, project: str, place: str, kind: NoticeKind) -> tuple[str, str]:
    """The division and the board of a notice about a project: as asked, or the next above that the project lies in."""
    village = [row[0] for row in database.sql(_SQL["only-village"], [project])]
    town = [row[0] for row in database.sql(_SQL["township"], [project])]
    county = [row[0] for row in database.sql(_SQL["county"])]
    for board, found in zip(_BOARDS, (village, town, county), strict=True):
        if _BOARDS.index(board) >= _BOARDS.index(place) and board in kind.places and found and found[0]:
            return found[0], board
    return "", place


def _batches(database: Database, asked: Choice, kind: NoticeKind, missed: Missed) -> Iterator[Owed]:
    """Batches of money to households that may be listed."""
    for rule, place, key in _of(kind, missed):
        if division := _batch_division(database, key[0]):
            wish = _wish(database, asked, kind, division, place, payment_id=key[0])
            yield Owed(wish, f"支付 {key[0]}（{rule}）", (kind.kind, *key))


def _funds(database: Database, asked: Choice, kind: NoticeKind, missed: Missed) -> Iterator[Owed]:
    """Money handed down, one notice for a document."""
    found = {
        (*row, rule, place)
        for rule, place, key in _of(kind, missed)
        for row in database.sql(_SQL["document-of-money"], [key[0]])
    }
    for doc, county, rule, place in sorted(found):
        wish = _wish(database, asked, kind, county or "", place, doc_no=doc)
        yield Owed(wish, f"{doc}（{rule}）", (kind.kind, doc))


def _batch_division(database: Database, payment: str) -> str:
    """The village of a batch, else its township; "" where no list may be posted or there is none."""
    rows = database.sql(_SQL["villages-of-payment"], [payment])
    villages, benefits = {row[0] for row in rows}, {row[1] for row in rows}
    if not villages or benefits & NEVER:
        return ""
    towns = {code[:9] + "000" for code in villages}
    return villages.pop() if len(villages) == 1 else towns.pop() if len(towns) == 1 else ""


def _wish(database: Database, asked: Choice, kind: NoticeKind, division: str, place: str, **what: Any) -> notices.Wish:
    unit = asked.unit or _unit(database, division, what.get("projects", ()))
    return notices.Wish(kind.kind, division, unit, asked.starts_on, place=place, **what)


def _unit(database: Database, division: str, projects: tuple[str, ...]) -> str:
    """Who publishes: the unit of the division, else the one that is answerable for the project, "" if neither is known."""
    rows = database.sql(_SQL["unit-of-division"], [division])
    if rows[0][0] is None and projects:
        rows = database.sql(_SQL["owner"], [projects[0]])
    return rows[0][0] or "" if rows else ""
