"""登记: a form for each verb, made from the county's own dictionary; each field is judged when it is left."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from gongshi.checks.showing import shown_text
from gongshi.drafts import Draft, drafts, forget, keep
from gongshi.model import GongshiError
from gongshi.package import Field
from gongshi.verbs import VERBS, Ask, Verb, Wrong, do, nameless, one_ask

page = Blueprint("entering", __name__)
FEW = 9


@dataclass(frozen=True, slots=True)
class Shown:
    """A field of a form."""

    ask: Ask
    field: Field
    value: str
    error: str = ""

    @property
    def hint(self) -> str:
        """What to give, where the title does not say it already."""
        words = self.ask.words.removeprefix(self.field.title).lstrip("，：")
        same = words in ("", "编号", f"{self.field.title}的编号")
        return "；".join(filter(None, ("" if same else words, "" if self.ask.needed else "可以不填")))

    @property
    def few(self) -> bool:
        """Whether all choices are shown at once."""
        return 0 < len(self.field.choices) <= FEW


def _verb(name: str) -> Verb:
    return VERBS[name] if name in VERBS else abort(404)


@page.get("/enter/<name>")
def form(name: str) -> ResponseReturnValue:
    """The empty form, with what is known already, or as it was left."""
    verb, token = _verb(name), request.args.get("draft", "")
    left = next((one for one in _left() if one.token == token and one.form == name), None)
    if left and left.values is not None:
        return _page(verb, left.values, {}, token)
    return _page(verb, {ask.name: request.args.get(ask.name, "")[:4000] for ask in verb.asks}, {}, "")


@page.post("/enter/<name>")
def enter(name: str) -> ResponseReturnValue:
    """Do it; what is wrong is told at its field, and nothing that was typed is lost."""
    desk, verb = g.desk, _verb(name)
    values, token = _typed(verb), request.form.get("draft", "")
    try:
        done = do(desk.root, verb, values, desk.held().today, desk.identity)
    except Wrong as wrong:
        _keep(verb, values, token)
        return _page(verb, values, {fault.ask: fault.message for fault in reversed(wrong.faults)}, token), 422
    except GongshiError as error:
        _keep(verb, values, token)
        return _page(verb, values, {"": str(error)}, token), 422
    forget(desk.root, token)
    desk.wrote(f"{done.told}。", done.record)
    return redirect(f"/enter/{name}" if request.form.get("more") else "/")


@page.post("/enter/<name>/draft")
def draft(name: str) -> ResponseReturnValue:
    """Keep what is typed so far; says whether it is kept."""
    verb = _verb(name)
    why = _keep(verb, _typed(verb), request.form.get("draft", ""))
    return render_template("kept.html", why=why, when=datetime.now().strftime("%H:%M"))


@page.post("/drafts/forget")
def drop() -> ResponseReturnValue:
    """A draft that nobody wants any more."""
    forget(g.desk.root, request.form.get("draft", ""))
    name = request.form.get("form", "")
    return redirect(f"/enter/{name if name in VERBS else next(iter(VERBS))}")


def _typed(verb: Verb) -> dict[str, str]:
    return {ask.name: request.form.get(ask.name, "")[:4000] for ask in verb.asks}


def _keep(verb: Verb, values: dict[str, str], token: str) -> str:
    """What was typed beyond what stands in the empty form; "" if it is kept or there is nothing to keep."""
    desk = g.desk
    held = desk.held()
    start = {ask.name: held.today.isoformat() if ask.default == "today" else ask.default for ask in verb.asks}
    own = values if any(text not in ("", start[name]) for name, text in values.items()) else {}
    when = datetime.now().isoformat(" ", "minutes")
    return keep(desk.root, token, verb.name, when, own, nameless(verb, own, held.places.descriptor), desk.identity)


def _left() -> list[Draft]:
    """The drafts of forms that there still are."""
    return [one for one in drafts(g.desk.root, g.desk.identity) if one.form in VERBS]


@page.post("/enter/<name>/check/<ask>")
def check(name: str, ask: str) -> ResponseReturnValue:
    """What is wrong with one field, when it is left."""
    verb, desk = _verb(name), g.desk
    asked = next((one for one in verb.asks if one.name == ask), None) or abort(404)
    held = desk.held()
    text = request.form.get(ask, "")[:4000].strip()
    error = ""
    try:
        one_ask(asked, text, held.places.descriptor, held.today)
    except Wrong as wrong:
        error = wrong.faults[0].message if text else ""
    found = [desk.label(asked.finds, part) for part in text.split()] if asked.finds and not error else []
    return render_template("said.html", ask=asked, error=error, names=[name for name in found if name][:5])


def _page(verb: Verb, values: Mapping[str, str], errors: dict[str, str], token: str) -> str:
    descriptor = g.desk.held().places.descriptor
    shown = []
    for ask in verb.asks:
        start = "" if ask.default == "today" else ask.default
        value = values.get(ask.name) or start
        if ask.default == "today" and not value:
            value = g.desk.held().today.isoformat()
        shown.append(Shown(ask, ask.of(descriptor), value, errors.get(ask.name, "")))
    left = [
        (one, VERBS[one.form].title, shown_text(next(iter((one.values or {}).values()), ""))[:40]) for one in _left()
    ]
    return render_template(
        "enter.html", verb=verb, fields=shown, errors=errors, token=token or secrets.token_hex(8),
        left=[one for one in left if one[0].token != token],
    )  # fmt: skip
