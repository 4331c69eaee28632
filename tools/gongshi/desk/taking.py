"""交表: a workbook is looked at row by row; cells are put right in place; nothing is written before 写入."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

from flask import Blueprint, abort, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from gongshi.desk.shown import MOVED, mark, moved
from gongshi.desk.state import Desk, Workbook
from gongshi.desk.working import waiting_page
from gongshi.exchange import ImportResult, Request, plan_import, take_in
from gongshi.exchange.columns import SheetColumn
from gongshi.exchange.sheets import address
from gongshi.exchange.values import Fate, SheetResult
from gongshi.model import GongshiError
from gongshi.repository import WorkTree, written

page = Blueprint("taking", __name__)
SHOWN = 100
ORDER = (
    ("refused", "✕", "退回", "bad"),
    ("updated", "△", "修改", "mod"),
    ("created", "＋", "新增", "new"),
    ("unchanged", "＝", "不变", "same"),
)


@page.get("/take")
def start() -> ResponseReturnValue:
    """Where to drop a workbook."""
    recent = [one for one in written(g.desk.root) if one.what.startswith("导入")][:8]
    return render_template("take.html", error="", held=g.desk.workbooks.items(), recent=recent)


@page.post("/take")
def drop() -> ResponseReturnValue:
    """Look at a workbook."""
    desk, file = g.desk, request.files.get("workbook")
    if file is None or not file.filename:
        return redirect("/take")
    name = PureWindowsPath(PurePosixPath(file.filename).name).name[:120]
    workbook = Workbook(name, file.read(), request.form.get("township") or None)
    token = desk.keep(workbook)
    back = f"/take/{token}"
    job = desk.work("take", {"back": back}, lambda _: _plan(desk, workbook))
    return _unread(token, job.error) if job.form["back"] == back and job.error else redirect(back)


def _unread(token: str, error: str, code: int = 200) -> ResponseReturnValue:
    """The page to drop another one: this could not be read, and is not held."""
    desk = g.desk
    name = desk.workbooks.pop(token).name
    desk.ended("take")
    return render_template("take.html", error=f"{name}：{error}", held=desk.workbooks.items(), recent=[]), 422


def _column(sheet: SheetResult, place: int) -> SheetColumn | None:
    """The column of a sheet that stands there."""
    return next((one for one in sheet.columns if one.place == place), None)


def _held(token: str) -> Workbook:
    found: Workbook | None = g.desk.workbooks.get(token)
    return found or abort(404)


def _request(desk: Desk, workbook: Workbook) -> Request:
    return Request(
        desk.held().today, workbook.township, None, desk.identity, workbook.save_mapping, mended=dict(workbook.mended)
    )


def _plan(desk: Desk, workbook: Workbook) -> ImportResult:
    """What it comes to with what was answered so far; worked out once for each state of the files."""
    asked = _request(desk, workbook)
    about = (desk.held().at, desk.identity, workbook.save_mapping, dict(workbook.mended))
    if workbook.planned is None or workbook.planned[0] != about:
        workbook.planned = about, plan_import(WorkTree(desk.root), workbook.name, workbook.data, asked)
    return workbook.planned[1]


@page.get("/take/<token>")
def look(token: str) -> ResponseReturnValue:
    """What writing it would come to."""
    desk, workbook, back = g.desk, _held(token), f"/take/{token}"
    job = desk.jobs.get("take")
    if job and job.form["back"] == back:
        if not job.over.is_set():
            return waiting_page("take")
        desk.ended("take")
        if job.error:
            return _unread(token, job.error)
    return _looked(desk, workbook, token, "")


def _mark(result: ImportResult) -> str:
    """Of what the page says of its rows; the number of a new record may still be another one."""
    return mark(*((row.kind, row.row, "" if row.kind == Fate.CREATED else row.key, row.changes) for row in result.rows))


def _looked(desk: Desk, workbook: Workbook, token: str, error: str, code: int = 200) -> ResponseReturnValue:
    try:
        result = _plan(desk, workbook)
    except GongshiError as unread:
        return _unread(token, str(unread))
    return render_template(
        "taking.html", error=error, seen=_mark(result), workbook=workbook, token=token, result=result, order=ORDER, counts=result.counts, shown=SHOWN,
        address=address, columns_at=_column, writable=result.counts[Fate.CREATED] + result.counts[Fate.UPDATED],
    ), code  # fmt: skip


@page.post("/take/<token>/mend")
def mend(token: str) -> ResponseReturnValue:
    """Put cells right; a header that was guessed is confirmed here, too."""
    workbook = _held(token)
    for name, text in request.form.items():
        kind, _, rest = name.partition(":")
        row, _, rest = rest.partition(":")
        column, _, sheet = rest.partition(":")
        if kind == "cell" and row.isdecimal() and column.isdecimal():
            workbook.mended[sheet, int(row), int(column)] = text[:2000]
    if request.form.get("confirm"):
        workbook.save_mapping = request.form["confirm"][:40]
    return redirect(f"/take/{token}")


@page.post("/take/<token>/write")
def write(token: str) -> ResponseReturnValue:
    """Write what can be written; the rest is given back in a workbook of its own."""
    desk, workbook = g.desk, _held(token)
    if "seen" in request.form and moved(_mark(_plan(desk, workbook))):
        return _looked(desk, workbook, token, MOVED, 409)
    result, returned = take_in(desk.root, _place(workbook), workbook.data, _request(desk, workbook), desk.environ)
    counts = result.counts
    told = f"已写入：新增 {counts[Fate.CREATED]} 行，修改 {counts[Fate.UPDATED]} 行；{counts[Fate.UNCHANGED]} 行本来就一样。"
    if returned:
        told += f"退回的 {counts[Fate.REFUSED]} 行在 {returned.name}，改好后再交。"
    desk.wrote(told)
    desk.workbooks.pop(token, None)
    return redirect("/take")


@page.post("/take/<token>/drop")
def forget(token: str) -> ResponseReturnValue:
    """Let go of it."""
    g.desk.workbooks.pop(token, None)
    return redirect("/take")


def _place(workbook: Workbook) -> Path:
    """A file of that name in the ledger's folder, which is never read or written: rows that come back go elsewhere."""
    root: Path = g.desk.root
    return root / workbook.name
