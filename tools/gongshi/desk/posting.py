"""公示: the notices that are due, all registered at once; the photo that proves that one hung."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from gongshi.desk.shown import MOVED, mark, moved
from gongshi.disclosure.clock import NoticeState, state
from gongshi.disclosure.kinds import kinds
from gongshi.disclosure.notices import listed
from gongshi.disclosure.proofs import PHOTO, RECEIPT, keep_proof, picture_of, place_for
from gongshi.model import GongshiError
from gongshi.sealing import Identity
from gongshi.verbs import owing

page = Blueprint("posting", __name__)
LISTED = 200


@page.get("/enter/notices")
def notices() -> ResponseReturnValue:
    """What is due is looked for when it is asked for: it takes a few seconds."""
    return _page(None, {})


@page.post("/enter/notices")
def post() -> ResponseReturnValue:
    """Look what is due, or register it."""
    desk, write = g.desk, request.form.get("do") == "write"
    try:
        starts = _day(request.form.get("starts", ""), desk.held().today)
        kind, unit = (request.form.get(name, "").strip()[:40] for name in ("kind", "unit"))
        asked = owing.Choice(starts, kind, unit=unit)
        done, told = owing.post(
            desk.root, asked, _key if write else None, desk.identity, lambda now: not (write and moved(_mark(now)))
        )
    except GongshiError as error:
        return _page(None, {"due": str(error)}), 422
    if not told:
        return _page(done, {"due": MOVED}), 409
    if not write or not done.made:
        return _page(done, {})
    desk.wrote(f"{told}。到“印”里印出来张贴。")
    return redirect("/enter/notices")


@page.post("/enter/notices/proof")
def proof() -> ResponseReturnValue:
    """Keep a photo of the board, without its time, place and device, and put its digest on record."""
    desk, file = g.desk, request.files.get("photo")
    number, kind = request.form.get("notice", "")[:20], request.form.get("kind", "")
    try:
        if file is None or not file.filename:
            raise GongshiError("还没选照片。")
        taken = _day(request.form.get("taken", ""), date.today())
        if taken > date.today():
            raise GongshiError(f"{taken} 还没到，请核对哪天拍的。")
        picture = picture_of(file.read())
        _, place = keep_proof(
            desk.root, number, picture, RECEIPT if kind == RECEIPT else PHOTO, taken, place_for(None, desk.environ)
        )
    except GongshiError as error:
        return _page(None, {"proof": str(error)}), 422
    where = f"照片存在 {place}，请保管好，以后核对的就是它" if place else "照片和公示放在一起"
    desk.wrote(f"公示 {number} 已留证，拍摄的时间、地点、机型都去掉了；{where}。")
    return redirect("/enter/notices")


def _mark(done: owing.Batch) -> str:
    """Of what the page says of the notices; their numbers may still be others."""
    return mark(*((one.title, one.notice_kind, str(one.starts_on), str(one.ends_on), why) for one, why in done.made))


def _key() -> Identity:
    """The open key, which a list of households needs."""
    found: Identity | None = g.desk.identity
    if found is None:
        raise GongshiError("里面有到户名单，要户主姓名：先打开钥匙。")
    return found


def _day(text: str, usual: date) -> date:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else usual
    except ValueError:
        raise GongshiError(f"日期“{text[:12]}”不对，要写成 2020-06-30 的样子。") from None


def _page(done: owing.Batch | None, errors: dict[str, str]) -> str:
    database = g.desk.database()
    every = listed(database) if "notices" in database.descriptor.resources else []
    today = g.desk.held().today
    hung = [
        one for one in every if state(one, today) in (NoticeState.RUNNING, NoticeState.WAITING, NoticeState.CLOSED)
    ][:LISTED]
    return render_template(
        "notices.html",
        done=done,
        seen=_mark(done) if done else "",
        hung=hung,
        errors=errors,
        kinds=kinds(),
        pictures=(PHOTO, RECEIPT),
        given=request.form,
        now=today,
    )
