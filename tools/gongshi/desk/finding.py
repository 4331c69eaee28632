"""查: one search over everything; a record's card. Searches go by POST, so that nothing typed is in an address."""

from __future__ import annotations

import re
import time

from flask import Blueprint, abort, g, render_template, request
from flask.typing import ResponseReturnValue

from gongshi.disclosure.kinds import carries_households, kinds
from gongshi.lookup import Card, Entry, card
from gongshi.model import SEVERITIES

page = Blueprint("finding", __name__)
VERBS_OF = {
    "households": (("visit", "subjects", "登记走访"), ("subsidy", "subjects", "登记发放"), ("pair-new", "subject", "登记结对")),
    "cases": (("case-step", "case", "登记下一步"), ("case-close", "case", "结案卷")),
    "projects": (("project", "project", "登记进度"), ("pay", "project", "登记支付")),
    "notices": (("notice-close", "notice", "办结公示"), ("objection", "notice", "登记异议")),
    "villages": (("case-new", "village", "立案卷"),),
    "pairings": (("visit", "subjects", "登记走访"), ("pair-end", "pairing", "结束结对")),
}  # fmt: skip
PAPERS = {"households": ("card", "印明白卡"), "helpers": ("visits", "印走访单"), "villages": ("card", "印全村明白卡")}
"""What of a record is printed, straight from its card."""


def _paper(resource: str, made: Card) -> tuple[str, str] | None:
    """What of a record is printed; of a notice it depends on whether it has a list of households."""
    if resource != "notices":
        return PAPERS.get(resource)
    kind = next((cell.text for cell in made.cells if cell.text in kinds()), "")
    return ("sheet", "印公示榜") if kind and carries_households(kind) else ("notice", "印公示")


@page.get("/find")
def start() -> ResponseReturnValue:
    """An empty search."""
    return render_template("find.html", query="", groups=[], count=0, took=0.0)


@page.post("/find")
def find() -> ResponseReturnValue:
    """What was found, by kind; a part of the page where only that was asked for."""
    query = request.form.get("q", "")[:200]
    began = time.perf_counter()
    found = g.desk.find(query, limit=60)
    took = time.perf_counter() - began
    groups: dict[str, list[Entry]] = {}
    for entry in found:
        groups.setdefault(entry.resource, []).append(entry)
    part = "hits.html" if request.headers.get("HX-Request") else "find.html"
    return render_template(part, query=query, groups=groups.items(), count=len(found), took=took)


@page.post("/pick/<resource>")
def pick(resource: str) -> ResponseReturnValue:
    """A few records to choose from while typing in a field."""
    name = request.form.get("pick", "")
    query = re.split(r"[\s，,、]", request.form.get(name, "")[:4000])[-1]
    wanted = {resource} if resource != "households" else {"households", "members"}
    found = g.desk.find(query, wanted, 8) if len(query) > 1 else []
    return render_template("pick.html", found=found, query=query)


@page.get("/record/<resource>/<path:key>")
def record(resource: str, key: str) -> ResponseReturnValue:
    """Everything about one record."""
    desk = g.desk
    made = card(desk.database(), resource, key, desk.label) or abort(404)
    every = desk.findings()
    own = {(group.resource, row.key) for group in made.groups for row in group.rows} | {(resource, key)}
    findings = [one for one in every or () if (one.resource, "/".join(one.key)) in own]
    return render_template(
        "record.html", card=made, name=desk.label(resource, key), findings=findings, checked=every is not None,
        severities=SEVERITIES, actions=VERBS_OF.get(resource, ()),
        paper=_paper(resource, made), line=made.line[:80],
    )  # fmt: skip
