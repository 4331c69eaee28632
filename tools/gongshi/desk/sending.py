"""送审: what has changed in words, what that brings, the grounds, one button; what the county says of what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from gongshi.changes.diff import compare
from gongshi.changes.late import with_late
from gongshi.changes.pieces import Pieces, pieces
from gongshi.changes.values import Diff
from gongshi.desk.shown import MOVED, mark, moved
from gongshi.desk.state import Desk, Told
from gongshi.desk.working import waiting_page
from gongshi.exchange.accepting import answer, received, waiting
from gongshi.exchange.catching import catch_up
from gongshi.exchange.proposing import Message, propose
from gongshi.exchange.remotes import place
from gongshi.model import GongshiError, Progress
from gongshi.repository import Git, RevisionTree, WorkTree

page = Blueprint("sending", __name__)
LONG = ("send", "catch")


@page.get("/send")
def send() -> ResponseReturnValue:
    """What would be sent; while something is sent, how far that is."""
    jobs = g.desk.jobs
    for name in LONG:
        if name in jobs and not jobs[name].over.is_set():
            return waiting_page(name)
    return _ended() or _page({}, "")


@page.post("/send")
def go() -> ResponseReturnValue:
    """Send it."""
    desk, form = g.desk, {name: request.form.get(name, "")[:400].strip() for name in ("text", "doc", "basis", "by")}
    if moved(_mark(pieces(_changed(desk)))):
        return _page(form, MOVED), 409
    message = Message(form["text"] or "台账登记", form["doc"], form["basis"], form["by"])
    job = desk.work("send", form, lambda show: _send(desk, message, show))
    return (_ended() if job.over.is_set() else None) or redirect("/send")


@page.post("/send/answer")
def reply() -> ResponseReturnValue:
    """Answer what the county asked, where nothing is to be mended."""
    desk, branch, text = g.desk, request.form.get("branch", "")[:200], request.form.get("answer", "")[:1000]
    try:
        answer(desk.root, branch, text, desk.identity)
    except GongshiError as error:
        return _page({}, f"{error}", {branch: text}), 422
    git = Git(desk.root)
    still = any(one.branch == branch and one.remarks for one in waiting(git, place(git)))
    desk.tell("答复送到了；要改的改好再送一次。" if still else "答复送到了，又在县里的待审核里。")
    return redirect("/send")


@page.post("/send/newest")
def newest() -> ResponseReturnValue:
    """What the county said of it, and what others did."""
    desk = g.desk
    job = desk.work("catch", {}, lambda show: desk.tell(f"{catch_up(desk.root, show)}。"))
    return (_ended() if job.over.is_set() else None) or redirect("/send")


def _changed(desk: Desk) -> Diff:
    """What would be sent."""
    git = Git(desk.root)
    if not git.exists() or git.head() is None:
        raise GongshiError("这里不是 Git 仓库，或还没有第一次提交，不能送审。")
    trees = RevisionTree(git, "HEAD"), WorkTree(desk.root)
    return with_late(compare(*trees), git, *trees, date.today())


def _mark(told_of: Pieces) -> str:
    return mark(told_of.alarms, *(piece.name for piece in told_of.pieces))


def _send(desk: Desk, message: Message, show: Progress) -> None:
    sent = propose(desk.root, message, date.today(), show, identity=desk.identity)
    where = "已上传，等县里审核" if sent.address else "没有远程仓库，提交留在本机"
    desk.tell(f"送出 {len(sent.paths)} 个文件（{sent.branch}）：{where}。")


def _ended() -> ResponseReturnValue | None:
    """The page with what went wrong, or the page anew; None where nothing ended."""
    sent, caught = g.desk.ended("send"), g.desk.ended("catch")
    if sent and sent.error:
        return _page(sent.form, sent.error), 422
    if caught and caught.error:
        g.desk.told.append(Told(caught.error, good=False))
    return redirect("/send") if sent or caught else None


def _page(form: dict[str, str], error: str, answers: Mapping[str, str] | None = None) -> str:
    desk = g.desk
    git, found = Git(desk.root), _changed(desk)
    every = desk.findings()
    errors = None if every is None else [one for one in every if one.severity == "error"]
    where, told_of = place(git), pieces(found)
    return render_template(
        "send.html", sent=waiting(git, where), taken=received(git, where), told_of=told_of, count=len(found.changes),
        errors=errors, seen=_mark(told_of), failed=desk.failure("findings"), form=form, error=error, remote=where.remote, answers=answers or {},
        said=desk.remarks(), touched={record for piece in told_of.pieces for record in piece.records},
    )  # fmt: skip
