"""Notices as the clerk makes and closes them: each gives the path and the new bytes of the notice's file."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gongshi.disclosure.clock import NoticeState, WorkingDays, state
from gongshi.disclosure.kinds import HOUSEHOLDS, NoticeKind, kinds, problems
from gongshi.disclosure.linking import links
from gongshi.disclosure.rewriting import rewritten
from gongshi.disclosure.sheets import NoticeSheet
from gongshi.disclosure.views import named
from gongshi.model import Finding, GongshiError, Severity
from gongshi.package import RECORDS, document_at, queries, yaml_bytes
from gongshi.repository import Tree

_SQL = queries("notices")
RESULTS = ("无异议", "有异议已处理", "有异议已撤回")
WITHDRAWN = RESULTS[2]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the clerk asks for; empty means: as usual for this kind."""

    kind: str
    division: str
    unit: str
    starts_on: datetime.date
    ends_on: datetime.date | None = None
    place: str = ""
    case_id: str = ""
    payment_id: str = ""
    doc_no: str = ""
    projects: tuple[str, ...] = ()


def listed(database: Any) -> Sequence[Any]:
    """Every notice on record, newest first, with the name of its division as ``scope``."""
    names, rows = database.columns(_SQL["listed"])
    shape = named("Notice", names, rename=True)
    return [shape(*row) for row in rows if None not in (row[names.index("starts_on")], row[names.index("ends_on")])]


def find(database: Any, notice_id: str) -> Any:
    """One notice; GongshiError if there is none of that number."""
    for notice in listed(database):
        if notice.notice_id == notice_id:
            return notice
    raise GongshiError(f"没有“{notice_id[:20]}”这份公示，用 gongshi notice list 查编号。")


def committed(database: Any, notice_id: str) -> tuple[str, ...]:
    """The commitments to the pages of a notice's sheet, in order."""
    rows = database.sql(_SQL["committed"], [notice_id])
    return tuple(row[0] for row in rows)


def calendar(database: Any) -> WorkingDays:
    """The county's working days."""
    return WorkingDays.of(database.sql(_SQL["calendar"]))


def check(database: Any, day: datetime.date) -> list[Finding]:
    """What is wrong with the notices on record on ``day``, each finding with its file and line; years without holidays
    are told once."""
    days, found = calendar(database), []
    for notice in listed(database):
        if state(notice, day) == NoticeState.WITHDRAWN:
            continue
        for finding in problems(notice, day, days):
            path, line = database.locate("notices", notice[0])
            found.append(replace(finding, path=path, line=line))
    return _once(found)


def _once(found: Sequence[Finding]) -> list[Finding]:
    """The same with one notice for all that the calendar of holidays does not reach."""
    late = [one for one in found if one.code == "calendar"]
    told = (
        [replace(late[0], message=f"{late[0].message.rstrip('。')}（{len(late)} 份公示的办结期限没有判）")]
        if late
        else []
    )
    return [*(one for one in found if one.code != "calendar"), *told]


# -- a new notice -------------------------------------------------------------------------------------------------


def draft(database: Any, wish: Wish, before: int = 0) -> Any:
    """The notice that is wished for, complete but for its list, as the next after so many that are not on record yet;
    GongshiError names what it breaks."""
    rule = _rule(wish.kind)
    rows = database.sql(_SQL["division"], [wish.division])
    if not rows:
        raise GongshiError(f"没有“{wish.division[:20]}”这个区划代码，请在 divisions.csv 里查公示范围的 12 位代码。")
    if not wish.unit:
        raise GongshiError(f"units.csv 里没有“{rows[0][0]}”的单位，不知道由谁公示，请用 --unit 写公示单位的编号。")
    if not database.sql(_SQL["unit"], [wish.unit]):
        raise GongshiError(f"没有“{wish.unit[:20]}”这个单位，请在 units.csv 里查公示单位的编号。")
    if rule.carries == HOUSEHOLDS and bool(wish.case_id) == bool(wish.payment_id):
        raise GongshiError(f"{rule.kind}要用 --case 写明案卷，或用 --payment 写明哪笔支付，名单从那里来。")
    if rule.carries == "项目" and not wish.projects:
        raise GongshiError(f"{rule.kind}要用 --project 写明公示哪些项目，一个项目写一次。")
    ends = wish.ends_on or wish.starts_on + datetime.timedelta(days=rule.least_days - 1)
    values = {
        "notice_id": _number(database, wish.starts_on.year, before),
        "notice_kind": wish.kind,
        "title": f"{rows[0][0]}{wish.starts_on.year}年{wish.kind}",
        "division_code": wish.division,
        "place": wish.place or rule.places[0],
        "starts_on": wish.starts_on,
        "ends_on": ends,
        "publisher_unit": wish.unit,
        "case_id": wish.case_id,
        "payment_id": wish.payment_id,
        "doc_no": wish.doc_no,
        "result": None,
        "closed_on": None,
    }
    notice = named("Draft", values)(**values)
    wrong = [one for one in problems(notice, wish.starts_on, calendar(database)) if one.severity is Severity.ERROR]
    if wrong:
        raise GongshiError("；".join(finding.message for finding in wrong) + "。")
    return notice


def _rule(kind: str) -> NoticeKind:
    if kind not in kinds():
        raise GongshiError(f"没有“{kind[:20]}”这种公示，可用的类别：{'、'.join(kinds())}。")
    return kinds()[kind]


def _number(database: Any, year: int, before: int) -> str:
    rows = database.sql(_SQL["last"], [f"G{year}-[0-9]{{5}}"])
    last = (int(rows[0][0][-5:]) if rows[0][0] else 0) + before
    if last >= 99999:
        raise GongshiError(f"{year} 年的公示编号用完了。")
    return f"G{year}-{last + 1:05}"


def new(tree: Tree, database: Any, notice: Any, projects: Sequence[str], sheet: NoticeSheet | None) -> dict[str, bytes]:
    """The new notice's file, and first the files of what it is about, which name it; it freezes what it shows, by commitments
    and object numbers."""
    named = links(tree, database, notice, sorted(set(projects)))
    return {**named, **recorded(tree, database, notice, projects, sheet, named)}


def recorded(
    tree: Tree,
    database: Any,
    notice: Any,
    projects: Sequence[str],
    sheet: NoticeSheet | None,
    named: Mapping[str, bytes],
) -> dict[str, bytes]:
    """The new notice's file; ``named`` are the files that differ from the tree, what names it among them."""
    record = {name: _text(value) for name, value in notice._asdict().items()}
    frozen = [{"project_id": code, "frozen": _frozen(tree, database, code, named)} for code in sorted(set(projects))]
    record["items"] = str(sheet.households if sheet else len(frozen) or 1)
    lists = {
        "projects": frozen,
        "commitments": [
            {"page": str(n), "commitment": text} for n, text in enumerate(sheet.commitments if sheet else (), 1)
        ],
    }
    path = _path(database, notice)
    return {path: yaml_bytes(database.descriptor, document_at(database.descriptor, path), record, lists)}


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _frozen(tree: Tree, database: Any, code: str, named: Mapping[str, bytes]) -> str:
    names, rows = database.columns(_SQL["project"], [code])
    if not rows:
        raise GongshiError(f"没有“{code[:30]}”这个项目，请核对项目编号。")
    path = database.locate("projects", rows[0][names.index("_row")])[0]
    return blob_id(named.get(path) or tree.read(path))


def blob_id(content: bytes) -> str:
    """The number that Git gives a file of this content."""
    return hashlib.sha1(b"blob %d\0%s" % (len(content), content)).hexdigest()


def township_of(database: Any, division: str) -> str:
    """The folder of the township that a division lies in or is, "" for the county."""
    found = database.sql(_SQL["folder"], [division[:9] + "000"])
    return (found[0][0] or "") if found and not division.endswith("000000") else ""


def _path(database: Any, notice: Any) -> str:
    year = notice.notice_id[1:5]
    township = township_of(database, notice.division_code)
    folder = f"townships/{township}/notices" if township else "notices"
    return f"{RECORDS}/{folder}/{year}/{notice.notice_id}.yaml"


# -- the end of a notice ------------------------------------------------------------------------------------------


def close(tree: Tree, database: Any, notice: Any, result: str, day: datetime.date) -> dict[str, bytes]:
    """The notice's file with its result: after its last day, when every objection is answered; and the step of its case, if
    that was written down since and names no notice yet."""
    _check_close(database, notice, result, day)
    path = database.locate("notices", notice[0])[0]
    cells = {"result": result, "closed_on": day.isoformat()}
    if result == WITHDRAWN:
        cells["withdrawn_on"] = day.isoformat()
    named = {} if result == WITHDRAWN else links(tree, database, notice, ())
    return {**named, path: rewritten(database.descriptor, tree.read(path), path, cells)}


def _check_close(database: Any, notice: Any, result: str, day: datetime.date) -> None:
    now, code = state(notice, day), notice.notice_id
    if result not in RESULTS:
        raise GongshiError(f"结果只能是：{'、'.join(RESULTS)}。")
    if notice.result:
        raise GongshiError(f"“{code}”已在 {notice.closed_on} 办结（{notice.result}），不能再改。")
    if result != WITHDRAWN and now in (NoticeState.PENDING, NoticeState.RUNNING):
        raise GongshiError(f"“{code}”要公示到 {notice.ends_on}，期满后才能办结；要提前撤下的，结果写“{WITHDRAWN}”。")
    ((raised, answered),) = database.sql(_SQL["objected"], [code])
    if raised > answered:
        raise GongshiError(f"“{code}”还有 {raised - answered} 件异议没有答复，请先答复并登记处理结果。")
    if not raised and result == RESULTS[1]:
        raise GongshiError(
            f"“{code}”没有登记过异议，结果不能写“{result}”：先用 gongshi notice object 登记，没有异议的写“{RESULTS[0]}”。"
        )
    if raised and result == RESULTS[0]:
        raise GongshiError(f"“{code}”收到过 {raised} 件异议，结果不能写“{result}”。")


def object_to(
    tree: Tree,
    database: Any,
    notice: Any,
    topic: str,
    raised: datetime.date,
    outcome: str,
    answered: datetime.date | None,
) -> tuple[str, bytes]:
    """Path and content of the notice's file with one objection more, or answered: no name, no words."""
    schema = database.descriptor.resources["notice-objections"].schema
    for field, value in (("topic", topic), ("outcome", outcome)):
        if value and value not in schema.field(field).enum:
            raise GongshiError(f"“{schema.field(field).title}”只能是：{'、'.join(schema.field(field).enum)}。")
    if bool(outcome) != bool(answered):
        raise GongshiError("处理结果和答复日期要么都写，要么都不写。")
    if answered and answered < raised:
        raise GongshiError("答复日期早于提出日期，请核对。")
    if raised < notice.starts_on:
        raise GongshiError(f"“{notice.notice_id}”从 {notice.starts_on} 起公示，异议不会在 {raised} 提出，请核对日期。")
    number = _objection_number(database, notice.notice_id, topic, raised, answered)
    path = database.locate("notices", notice[0])[0]
    row = {"raised_on": raised.isoformat(), "topic": topic, "objection_no": str(number)}
    row |= {"outcome": outcome, "answered_on": _text(answered)}
    return path, rewritten(database.descriptor, tree.read(path), path, {}, {"objections": [row]})


def _objection_number(
    database: Any, code: str, topic: str, raised: datetime.date, answered: datetime.date | None
) -> int:
    """The number of the objection on its day and topic: a new one is the next, an answer is to the first that waits for one."""
    rows = database.sql(_SQL["objections"], [code, raised, topic])
    waiting = [number for number, done in rows if done is None]
    if answered and waiting:
        return int(waiting[0])
    if answered and rows:
        raise GongshiError(
            f"“{code}”在 {raised} 登记的 {len(rows)} 件“{topic}”都已答复，没有再写；是另一件的，先登记异议再答复。"
        )
    return max((number for number, _ in rows), default=0) + 1


# -- what a built site still shows --------------------------------------------------------------------------------

_SHOWN = re.compile(r'data-notice="(G\d{4}-\d{5})" data-until="(\d{4}-\d{2}-\d{2})"')


def past_their_day(pages: Iterable[tuple[str, str]], day: datetime.date) -> list[Finding]:
    """Notices that pages (path, HTML) show as running although their last day is over on ``day``."""
    found = []
    for path, text in pages:
        for code, until in sorted(set(_SHOWN.findall(text))):
            if datetime.date.fromisoformat(until) < day:
                message = f"“{code}”公示到 {until}，网站上还写着正在公示，请重新生成并发布网站"
                found.append(Finding("notice-past-its-day", Severity.ERROR, message, path, 0, "notices", "", (code,)))
    return found
