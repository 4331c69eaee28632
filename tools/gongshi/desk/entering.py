"""登记: a form for each verb, made from the county's own dictionary; each field is judged when it is left."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, g, redirect, render_template, request

from gongshi.desk.state import Told
from gongshi.model import GongshiError
from gongshi.package import Field
from gongshi.verbs import VERBS, Ask, Verb, Wrong, do, one_ask

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
    def few(self) -> bool:
        """Whether all choices are shown at once."""
        return 0 < len(self.field.enum) <= FEW


def _verb(name: str) -> Verb:
    return VERBS[name] if name in VERBS else abort(404)


@page.get("/enter/<name>")
def form(name: str):
    """The empty form, or with what is known already."""
    verb = _verb(name)
    values = {ask.name: request.args.get(ask.name, "")[:4000] for ask in verb.asks}
    return _page(verb, values, {})


@page.post("/enter/<name>")
def enter(name: str):
    """Do it; what is wrong is told at its field, and nothing that was typed is lost."""
    desk, verb = g.desk, _verb(name)
    values = {ask.name: request.form.get(ask.name, "")[:4000] for ask in verb.asks}
    try:
        done = do(desk.root, verb, values, desk.held().today, desk.identity)
    except Wrong as wrong:
        return _page(verb, values, {fault.ask: fault.message for fault in reversed(wrong.faults)}), 422
    except GongshiError as error:
        return _page(verb, values, {"": str(error)}), 422
    desk.told.append(Told(f"{done.told}。", undo=-1))
    return redirect(f"/enter/{name}" if request.form.get("more") else "/")


@page.post("/enter/<name>/check/<ask>")
def check(name: str, ask: str):
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


def _page(verb: Verb, values: dict[str, str], errors: dict[str, str]):
    descriptor = g.desk.held().places.descriptor
    shown = []
    for ask in verb.asks:
        start = "" if ask.default == "today" else ask.default
        value = values.get(ask.name) or start
        if ask.default == "today" and not value:
            value = g.desk.held().today.isoformat()
        shown.append(Shown(ask, ask.of(descriptor), value, errors.get(ask.name, "")))
    return render_template("enter.html", verb=verb, verbs=VERBS.values(), fields=shown, errors=errors)
