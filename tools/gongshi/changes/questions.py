"""The ten questions an auditor asks first, each one table: of what happened, and of how the records stand at the end."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from gongshi.changes.audit import Approvals, AuditTable, Cell, as_value, days_late
from gongshi.changes.commits import commit_at
from gongshi.changes.dates import business_dates
from gongshi.changes.past import History, Stored, rows_in
from gongshi.changes.phrases import LARGEST, TOO_LARGE
from gongshi.changes.rereading import Turn, turns
from gongshi.changes.values import RecordVersion, Revision
from gongshi.checks.showing import shown_cell, shown_text
from gongshi.repository import RevisionTree

Rows = Iterator[tuple[Cell, ...]]
_WHO = ("提交", "时间", "作者", "自称审批", "文号", "依据")
OVER = 10_000  # yuan
_COMMIT = re.compile("[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class AuditScope:
    """What the questions are asked of: the commits after ``start``, signatures, an amount and a day."""

    past: History
    start: int
    approvals: Approvals
    over: int
    day: date

    def state(self, resource: str, commit: str = "") -> Iterator[Mapping[str, str]]:
        """All records at the end, or at a commit, codes as they may be shown; none where there is no such table."""
        described = self.past.descriptor.resources.get(resource)
        if described is None:
            return
        known = self.past.descriptor if commit in ("", self.past.tip) else None
        empty = dict.fromkeys(described.schema.names, "")
        coded = {field.name: field for field in described.schema.fields if field.pattern or field.enum}
        for row in rows_in(RevisionTree(self.past.git, commit or self.past.tip), resource, known):
            yield {**empty, **row, **{name: shown_cell(coded[name], row[name]) for name in coded.keys() & row.keys()}}

    def changed(self, resource: str) -> Iterator[tuple[Stored | None, Stored | None]]:
        """Records that changed after ``start``, as they were and are; one that only moved is none."""
        if resource not in self.past.descriptor.resources:
            return
        for _, group in groupby(self.past.stored(resource, after=self.start), key=lambda row: (row.key, row.seq)):
            rows = list(group)
            gone, come = ([row for row in rows if (row.sign > 0) is new] for new in (False, True))
            if [r.cells for r in gone] != [r.cells for r in come]:
                yield gone[-1] if gone else None, come[-1] if come else None

    def who(self, row: Stored) -> tuple[Cell, ...]:
        """Who did it, when and on what ground."""
        origin = self.past.origin(RecordVersion(row.revision, row.path, {}), row.path)
        papers = (origin.trailer(name) or row.revision.trailer(name) for name in ("Approved-by", "Doc-No", "依据"))
        said = map(shown_text, (origin.author, *papers))
        return row.revision.commit, row.revision.when, *said

    def key(self, resource: str, row: Stored) -> str:
        return "/".join(self.past.shown(resource, row.key))

    def cell(self, resource: str, name: str, text: str) -> Cell:
        return as_value(self.past.resource(resource).schema.field(name), text) if text else ""


def _status(asked: AuditScope) -> Rows:
    cases: dict[int, Mapping[str, str]] = {}
    for row, key, before, after in _turns(asked):
        if row.seq > asked.start and before is not None and after is not None:
            if row.seq not in cases:
                cases[row.seq] = _cases(asked, row.seq)
            number = "/".join(asked.past.shown("households", key))
            yield number, before, after, *asked.who(row), cases[row.seq].get(key[0], "")


def _turns(asked: AuditScope) -> Iterator[Turn]:
    """How the status of each household changed, as it is read."""
    described = asked.past.descriptor.resources.get("households")
    if described and "poverty_status" in described.schema.names:
        yield from turns(asked.past, "households", "poverty_status")


def _cases(asked: AuditScope, seq: int) -> Mapping[str, str]:
    """Household → the case of the first status event or membership that a commit entered for it."""
    found: dict[str, str] = {}
    for name in ("status-events", "memberships"):
        rows = list(asked.past.of(seq, name)) if name in asked.past.descriptor.resources else []
        known = {row.key for row in rows if row.sign < 0}
        for row in rows:
            if row.sign > 0 and row.key not in known and row.cells.get("case_id"):
                found.setdefault(row.cells.get("household_no", ""), row.cells["case_id"])
    return found


def _payments(asked: AuditScope) -> Rows:
    for old, new in asked.changed("payments"):
        row = new or old
        if old is None or row is None:
            continue
        amounts = [_number(side.cells.get("amount", "")) for side in (old, new) if side]
        if max(amounts) < asked.over:
            continue
        for name in ("amount", "payee_unit", "payee_kind", "project_id", "allocation_id", "paid_on", "pay_channel"):
            before, after = (side.cells.get(name, "") if side else "" for side in (old, new))
            if before != after:
                title = asked.past.resource("payments").schema.field(name).title
                values = (asked.cell("payments", name, text) for text in (before, after))
                yield asked.key("payments", row), title, *values, *asked.who(row)


def _deletions(asked: AuditScope) -> Rows:
    for name, resource in asked.past.descriptor.resources.items():
        for row in asked.past.alone(name, -1, asked.start):
            yield name, resource.title, asked.key(name, row), *asked.who(row)


def _budgets(asked: AuditScope) -> Rows:
    """Budgets that changed in a commit after the one that listed the project in a notice."""
    listed: dict[str, tuple[int, str]] = {}
    if "notice-projects" in asked.past.descriptor.resources:
        for row in asked.past.stored("notice-projects"):
            if row.sign > 0 and (row.key[-1] not in listed or row.seq < listed[row.key[-1]][0]):
                listed[row.key[-1]] = row.seq, row.key[0]
    for resource, name in (("projects", "budget_total"), ("project-budget", "amount")):
        for old, new in asked.changed(resource):
            now = new or old
            if now is None or now.key[0] not in listed or now.seq <= listed[now.key[0]][0]:
                continue
            before, after = (side.cells.get(name, "") if side else "" for side in (old, new))
            if before != after:
                values = (asked.cell(resource, name, text) for text in (before, after))
                yield now.key[0], listed[now.key[0]][1], asked.key(resource, now), *values, *asked.who(now)


def _returned(asked: AuditScope) -> Rows:
    exited: dict[tuple[str, ...], str] = {}
    told: set[tuple[str, ...]] = set()
    for row, key, _, status in _turns(asked):
        if status == "已脱贫":
            exited.setdefault(key, row.revision.when[:10])
        elif status in ("返贫", "未脱贫") and key in exited and key not in told:
            told.add(key)
            number = "/".join(asked.past.shown("households", key))
            yield number, exited[key], row.revision.when[:10], status, *asked.who(row)
    for cells in asked.state("households"):
        if cells.get("return_year") and (cells["household_no"],) not in told:
            yield (
                cells["household_no"],
                cells.get("exit_year", ""),
                cells["return_year"],
                cells.get("poverty_status", ""),
                *[""] * 6,
            )


def _public(asked: AuditScope) -> Rows:
    """Notices that ran on the day, as the ledger stood at its end."""
    commit = commit_at(asked.past.git, asked.past.tip, asked.day) or asked.past.tip
    day = asked.day.isoformat()
    for cells in asked.state("notices", commit):
        ran = (cells.get("starts_on") or "9") <= day <= cells.get("ends_on", "")
        if ran and not (cells.get("withdrawn_on") or "9") <= day:
            title = shown_text(cells.get("title", ""))
            about = (cells.get("division_code", ""), cells["starts_on"], cells["ends_on"])
            yield cells["notice_id"], cells.get("notice_kind", ""), title, *about, commit


def _late(asked: AuditScope) -> Rows:
    for name in sorted(business_dates().keys() & asked.past.descriptor.resources.keys()):
        resource, first = asked.past.resource(name), asked.past.first(name)
        for row in asked.past.alone(name, 1, max(asked.start, first)):
            if days := days_late(resource, row, row.revision):
                yield "补录", name, asked.key(name, row), days, *asked.who(row)
    for revision in asked.past.revisions(asked.start):
        if revision.claimed:
            days = (date.fromisoformat(revision.when[:10]) - date.fromisoformat(revision.claimed[:10])).days
            who = (revision.commit, revision.when, shown_text(revision.author), *map(shown_text, _papers(revision)))
            yield f"提交日期自称 {revision.claimed[:10]}", "", "", days, *who


def _papers(revision: Revision) -> Iterator[str]:
    return (revision.trailer(name) for name in ("Approved-by", "Doc-No", "依据"))


def _own(asked: AuditScope) -> Rows:
    """Who approved the own change: the author is the merger, the signer, or whom the message names; or nobody signed."""
    for revision in asked.past.revisions(asked.start):
        signer, why = asked.approvals.get(revision.commit, ("", ""))
        authors = asked.past.authors(revision)
        named = [name for name in revision.trailer("Approved-by").split("、") if name]
        reasons = []
        if revision.merge and revision.author in authors:
            reasons.append("作者自己合并")
        if signer and signer in authors:
            reasons.append("作者自己签名")
        if authors & set(named):
            reasons.append("作者自称自己审批")
        if why:
            reasons.append(why)
        if reasons:
            who = (revision.commit, revision.when, shown_text("、".join(sorted(authors))), shown_text(revision.author))
            yield "；".join(reasons), *who, signer, shown_text(revision.trailer("Approved-by"))


def _twice(asked: AuditScope) -> Rows:
    """The same person or payee out of several programmes for one period or project."""
    programmes = {row["allocation_id"]: row.get("programme", "") for row in asked.state("allocations")}
    groups: dict[tuple[str, str, str], list[tuple[str, str, str]]] = defaultdict(list)
    for row in asked.state("subsidies"):
        who = row.get("member_no") or row.get("household_no", "")
        groups["人或户", who, row.get("period", "")].append(
            (row.get("benefit", ""), row["subsidy_id"], row.get("amount", ""))
        )
    for row in asked.state("payments"):
        if row.get("payee_unit"):
            item = programmes.get(row.get("allocation_id", ""), ""), row["payment_id"], row.get("amount", "")
            groups["收款单位", row["payee_unit"], row.get("project_id", "")].append(item)
    for (kind, who, what), items in sorted(groups.items()):
        names = sorted({name for name, _, _ in items})
        doubled = len(items) > len(names) and kind == "人或户"
        if len(names) > 1 or doubled:
            numbers = "、".join(number for _, number, _ in items[:20])
            yield kind, who, what, "、".join(names), len(items), sum(_number(amount) for *_, amount in items), numbers


def _yuan(asked: AuditScope) -> Rows:
    """From the money that was allocated over the project's budget and the payment to whom it went."""
    funds = {row["allocation_id"]: row for row in asked.state("allocations")}
    projects = {row["project_id"]: row for row in asked.state("projects")}
    planned: dict[tuple[str, str], float] = defaultdict(float)
    for row in asked.state("project-budget"):
        planned[row.get("allocation_id", ""), row["project_id"]] += _number(row.get("amount", ""))
    reached: dict[str, list[float]] = defaultdict(list)
    for row in asked.state("subsidies"):
        reached[row.get("payment_id", "")].append(_number(row.get("amount", "")))
    for row in asked.state("payments"):
        fund, project = row.get("allocation_id", ""), row.get("project_id", "")
        persons = reached.get(row["payment_id"], [])
        yield (
            *(fund, shown_text(funds.get(fund, {}).get("name", "")), funds.get(fund, {}).get("doc_no", "")),
            *(project, shown_text(projects.get(project, {}).get("name", "")), round(planned[fund, project], 2)),
            *(row["payment_id"], row.get("paid_on", ""), _number(row.get("amount", "")), row.get("payee_unit", "")),
            *(len(persons), round(sum(persons), 2)),
        )


def _number(text: str) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


QUESTIONS: Mapping[str, tuple[str, tuple[str, ...], Callable[[AuditScope], Rows]]] = {
    "status": ("状态变化和依据", ("户编号", "原状态", "新状态", *_WHO, "案卷"), _status),
    "payments": ("审批后改动的大额支付", ("支付编号", "字段", "原值", "新值", *_WHO), _payments),
    "deletions": ("删除的记录", ("表", "表名", "编号", *_WHO), _deletions),
    "budgets": ("公示后改动的预算", ("项目编号", "公示编号", "记录", "原金额", "新金额", *_WHO), _budgets),
    "returned": ("脱贫后又返贫的户", ("户编号", "脱贫", "返贫", "状态", *_WHO), _returned),
    "public": ("某日在公示的", ("公示编号", "类别", "标题", "范围", "开始", "结束", "当时的版本"), _public),
    "backdated": ("补录和倒填日期", ("情形", "表", "编号", "天数", *_WHO), _late),
    "own": ("自己审批或未经签名", ("情形", "提交", "时间", "作者", "合并人", "签名人", "自称审批"), _own),
    "twice": ("重复领取或收款", ("对象", "编号", "期间或项目", "项目或用途", "笔数", "金额", "单号"), _twice),
    "yuan": (
        "一元钱的去向",
        (
            *(
                "资金编号",
                "资金名称",
                "下达文号",
                "项目编号",
                "项目名称",
                "预算金额",
                "支付编号",
                "支付日期",
                "金额",
                "收款单位",
            ),
            *("到户笔数", "到户金额"),
        ),
        _yuan,
    ),
}


def _shown(cell: Cell) -> Cell:
    """A cell without what may be a person: in texts, and where an amount should be."""
    if isinstance(cell, str):
        return cell if _COMMIT.fullmatch(cell) else shown_text(cell)
    return TOO_LARGE if abs(cell) >= LARGEST else cell


def question_tables(
    past: History, base: str, approvals: Approvals, day: date, over: int = OVER, names: Iterable[str] = tuple(QUESTIONS)
) -> tuple[AuditTable, ...]:
    """A table for each question, by its place among the ten."""
    start = past.at(past.git.commit(base)) if base else 0
    asked = AuditScope(past, start, approvals, over, day)
    numbers = {name: number for number, name in enumerate(QUESTIONS, 1)}
    tables = []
    for name in names:
        title, columns, rows = QUESTIONS[name]
        shown = tuple(tuple(map(_shown, row)) for row in rows(asked))
        tables.append(AuditTable(f"q{numbers[name]:02}_{name}", f"{numbers[name]:02} {title}", columns, shown))
    return tuple(tables)


def datasette(tables: Iterable[AuditTable], stem: str) -> Mapping[str, object]:
    """Metadata for Datasette: what each table is, and on its front page a link to each question."""
    told = {table.name: {"title": table.title, "description": "、".join(table.columns)} for table in tables}
    views = {
        table.name: {"title": table.title, "sql": f"select * from {table.name}"}
        for table in tables
        if table.name.startswith("q")
    }
    links = (f'<li><a href="{_in_address(stem)}/{name}">{view["title"]}</a></li>' for name, view in views.items())
    return {
        "title": "公示台账审计",
        "description_html": f"<ul>{''.join(links)}</ul>" if views else "",
        "databases": {stem: {"tables": told, "queries": {f"问{n[1:]}": v for n, v in views.items()}}},
    }


def _in_address(name: str) -> str:
    """A database's name in Datasette's addresses."""
    plain = (
        chr(byte) if (chr(byte).isalnum() and byte < 128) or byte in b"_-" else f"~{byte:02X}" for byte in name.encode()
    )
    return "".join(plain).replace("~20", "+")
