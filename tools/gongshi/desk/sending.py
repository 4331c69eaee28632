"""送审: what has changed in words, what that brings, the grounds, one button."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from gongshi.changes.diff import compare
from gongshi.changes.late import with_late
from gongshi.changes.text import to_text
from gongshi.desk.state import Told
from gongshi.exchange.accepting import waiting
from gongshi.exchange.proposing import Message, propose
from gongshi.exchange.remotes import place
from gongshi.model import GongshiError
from gongshi.repository import Git, RevisionTree, WorkTree

page = Blueprint("sending", __name__)


@page.get("/send")
def send() -> ResponseReturnValue:
    """What would be sent."""
    return _page({}, "")


@page.post("/send")
def go() -> ResponseReturnValue:
    """Send it."""
    desk, form = g.desk, {name: request.form.get(name, "")[:400].strip() for name in ("text", "doc", "basis", "by")}
    message = Message(form["text"] or "台账登记", form["doc"], form["basis"], form["by"])
    try:
        sent = propose(desk.root, message, date.today(), identity=desk.identity)
    except GongshiError as error:
        return _page(form, str(error)), 422
    where = "已上传，等县里审核" if sent.address else "没有远程仓库，提交留在本机"
    desk.told.append(Told(f"送出 {len(sent.paths)} 个文件（{sent.branch}）：{where}。"))
    return redirect("/send")


def _page(form: dict[str, str], error: str) -> str:
    desk = g.desk
    git = Git(desk.root)
    if not git.exists() or git.head() is None:
        raise GongshiError("这里不是 Git 仓库，或还没有第一次提交，不能送审。")
    trees = RevisionTree(git, "HEAD"), WorkTree(desk.root)
    found = with_late(compare(*trees), git, *trees, date.today())
    lines = to_text(found, [], [], [], False).split("\n") if found.changes else []
    every = desk.findings()
    errors = None if every is None else [one for one in every if one.severity == "error"]
    sent = waiting(git, place(git))
    return render_template(
        "send.html", sent=sent, lines=lines, count=len(found.changes), errors=errors, form=form, error=error
    )
