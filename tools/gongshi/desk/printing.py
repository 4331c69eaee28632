"""印: papers for one reader, shown once in a page of their own and kept nowhere; names only while a key is open."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import date
from typing import Any

from flask import Blueprint, Response, g, render_template, request
from flask.typing import ResponseReturnValue

from gongshi.disclosure import cards
from gongshi.disclosure.kinds import carries_households
from gongshi.disclosure.notices import listed
from gongshi.disclosure.posted import posted
from gongshi.model import GongshiError
from gongshi.repository import WorkTree
from gongshi.site.manifest import BESIDE
from gongshi.site.papers import cards_paper, notice_paper, visits_paper
from gongshi.site.sheet import compose, newest

page = Blueprint("printing", __name__)
SHOWN = 60
_STYLE = re.compile("<style>(.*?)</style>", re.DOTALL)


@page.get("/print")
def choose() -> ResponseReturnValue:
    """What can be printed."""
    return _page({})


@page.post("/print/<kind>")
def paper(kind: str) -> ResponseReturnValue:
    """One paper; what is wrong with what was asked for is told where it was asked."""
    number = (request.form.get("other", "") or request.form.get("number", ""))[:400].strip()
    try:
        return _shown(_MADE[kind](number)) if kind in _MADE else ("", 404)
    except GongshiError as error:
        return _page({kind: str(error)}, {kind: number}), 422


def _card(numbers: str) -> str:
    desk = g.desk
    every = numbers.replace("，", " ").replace(",", " ").replace("、", " ").split()
    if len(every) == 1 and every[0].isdecimal() and len(every[0]) == 12:
        every = cards.homes_of(desk.database(), every[0])
    if not every:
        raise GongshiError("还没填。写户编号，或一个村的 12 位代码。")
    found = [cards.card(desk.database(), one, desk.names(), date.today()) for one in dict.fromkeys(every)]
    return cards_paper(found)


def _visits(number: str) -> str:
    if not number:
        raise GongshiError("还没填。写帮扶人编号。")
    return visits_paper(cards.visits(g.desk.database(), number, g.desk.names(), date.today()))


def _sheet(number: str) -> str:
    desk = g.desk
    if desk.identity is None:
        raise GongshiError("公示榜上要有户主姓名：先打开钥匙，再印。")
    size = request.form.get("paper", "")
    manifest = newest(desk.root / BESIDE)
    return compose(WorkTree(desk.root), number, size if size == "A3" else "A4", desk.identity, manifest).text


def _notice(number: str) -> str:
    return notice_paper(posted(g.desk.database(), number))


_MADE = {"card": _card, "visits": _visits, "sheet": _sheet, "notice": _notice}


def _shown(text: str) -> Response:
    """A paper with its own style sheet, which the policy lets through by its digest and no other."""
    styles = (base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in _STYLE.findall(text))
    g.styles = " ".join(f"'sha256-{one}'" for one in styles)
    return Response(text)


def _newest(found: list[Any], wanted: str) -> list[Any]:
    """The newest, and the one that is wanted."""
    return found[:SHOWN] + [one for one in found[SHOWN:] if one.notice_id == wanted]


def _page(errors: dict[str, str], values: dict[str, str] | None = None) -> str:
    database = g.desk.database()
    found = (
        [one for one in listed(database) if not one.withdrawn_on] if "notices" in database.descriptor.resources else []
    )
    given = {kind: request.args.get(kind, "")[:40] for kind in _MADE} | (values or {})
    lists = _newest([one for one in found if carries_households(one.notice_kind)], given["sheet"])
    plain = _newest([one for one in found if not carries_households(one.notice_kind)], given["notice"])
    return render_template("print.html", lists=lists, plain=plain, errors=errors, values=given)
