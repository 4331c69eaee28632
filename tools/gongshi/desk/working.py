"""What takes long is done beside: a page says what it is at, and goes on by itself when it is over."""

from __future__ import annotations

from flask import Blueprint, Response, g, render_template
from flask.typing import ResponseReturnValue

page = Blueprint("working", __name__)
BACK = {"send": "/send", "review": "/review", "weigh": "/review", "catch": "/send"}
WORDS = {
    "send": "正在送审",
    "review": "正在接受",
    "weigh": "正在看送来的改了什么",
    "catch": "正在取最新的",
    "audit": "正在从头看历史",
    "take": "正在读这张表",
}


@page.get("/working/<name>")
def look(name: str) -> ResponseReturnValue:
    """How far it is; where it is over, the page that shows how it ended."""
    job = g.desk.jobs.get(name)
    if job is None or job.over.is_set():
        answer = Response("", 200)
        if back := BACK.get(name, job.form.get("back", "") if job else ""):
            answer.headers["HX-Redirect"] = back
        else:  # somebody took how it ended, perhaps this very page on its way there: it comes where it stands
            answer.headers["HX-Refresh"] = "true"
        return answer
    return render_template("at.html", job=job)


def waiting_page(name: str) -> str:
    """The page while it is at work."""
    return render_template("working.html", job=g.desk.jobs[name], name=name, title=WORDS[name])
