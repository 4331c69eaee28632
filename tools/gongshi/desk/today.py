"""今天: what is due, what was done, what was not sent."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from gongshi.desk.state import Told
from gongshi.model import GongshiError
from gongshi.repository import take_back, written

page = Blueprint("today", __name__)
BUTTONS = {
    "visit": "登记走访",
    "case-step": "登记这一步",
    "case-close": "结案卷",
    "project": "登记这一步",
    "notice-close": "办结公示",
    "objection": "有异议",
}


@page.get("/")
def today() -> ResponseReturnValue:
    """The due list of a township, or of all."""
    desk, wanted = g.desk, request.args.get("township", "")
    looked = desk.due()
    if looked is None and (failed := desk.failure("due")):
        raise GongshiError(f"没有看成今天要做的事：{failed}")
    every = looked or []
    slugs = dict.fromkeys(one.township for one in every)
    shown = [one for one in every if wanted in ("", one.township or "county")]
    groups = [(slug, [one for one in shown if one.township == slug]) for slug in slugs]
    day = desk.held().today
    monday = day - timedelta(day.weekday())
    week = [(one, sum(item.by == one for item in shown)) for one in (monday + timedelta(n) for n in range(7))]
    counts = [(slug, sum(one.township == slug for one in every)) for slug in slugs]
    done = [one for one in written(desk.root) if not one.hindrance.startswith("已经")][:6]
    late = sum(1 for one in shown if one.by and one.by < day)
    return render_template(
        "today.html", groups=[pair for pair in groups if pair[1]], week=week, counts=counts, wanted=wanted, shown=len(shown),
        every=len(every), looking=looked is None, late=late, done=done, buttons=BUTTONS,
    )  # fmt: skip


@page.post("/undo")
def undo() -> ResponseReturnValue:
    """Take back a write."""
    number = request.form.get("number", "")
    done = take_back(g.desk.root, int(number) if number.isdecimal() else None)
    g.desk.told.append(Told(f"已撤销：{done.what}。"))
    return redirect("/")
