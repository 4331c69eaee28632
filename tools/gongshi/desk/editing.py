"""改: any table as a grid. The browser holds what was typed until it is stored; every cell is judged here as the command judges it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, render_template, request
from flask.typing import ResponseReturnValue

from gongshi.checks.showing import shown_text, told
from gongshi.lookup import Grid, grid, tables, township_of
from gongshi.model import SEVERITIES, GongshiError
from gongshi.verbs import Edit, Flaw, Flawed, New, amend, look

page = Blueprint("editing", __name__)
FIRST = "households"
MANY = 20_000
"""Rows that a browser holds easily; of more only the first are shown, and it is said."""


@page.get("/edit")
def edit() -> ResponseReturnValue:
    """Choose a table and a township; the rows are asked for by the page itself."""
    desk = g.desk
    every = tables(desk.held().places.descriptor)
    name = request.args.get("table", FIRST)
    if name not in every:
        name = next(iter(every), "")
    towns = desk.held().townships
    slug = request.args.get("township", "")
    own, at = bool(name) and every[name][1], request.args.get("at", "")[:200]
    slug = township_of(desk.database(), name, at) if own and at else slug
    slug = slug if slug in towns else next(iter(towns), "")
    return render_template("edit.html", tables=every, name=name, slug=slug if own else "", own=own, towns=towns, at=at)


@page.post("/edit/rows")
def rows() -> ResponseReturnValue:
    """The table as it lies now."""
    desk, asked = g.desk, _asked()
    slug = asked.get("township", "")
    found = grid(desk.database(), asked.get("table", ""), slug, desk.label)
    if found is None or slug not in ("", *desk.held().townships):
        abort(404)
    return _shown(found)


def _shown(found: Grid) -> dict[str, Any]:
    columns = [
        {"name": c.name, "title": c.title, "wanted": c.wanted, "words": c.words, "fixed": c.fixed, "number": c.number}
        for c in found.columns
    ]
    kept = found.rows[:MANY]
    return {
        "title": found.title, "columns": columns, "rows": kept, "names": found.names, "held": found.held,
        "more": len(found.rows) - len(kept),
    }  # fmt: skip


@page.post("/edit/check")
def check() -> ResponseReturnValue:
    """What is wrong with the cells that were typed."""
    desk = g.desk
    name, edits, more, _ = _edits()
    new = [Edit((one.at,), field, None, text) for one in more for field, text in one.cells.items() if text]
    return {"flaws": _told(look(desk.database(), name, [*edits, *new], desk.known_names()))}


@page.post("/edit/findings")
def findings() -> ResponseReturnValue:
    """What the full check says of the table, cell by cell, and the county's reviewer of its records; ``done`` is false while the check
    runs beside."""
    name = _asked().get("table", "")
    every = g.desk.findings()
    mine = [told(one) for one in every or () if one.resource == name and one.key]
    found = [("/".join(one.key), one.field, SEVERITIES[one.severity], one.message) for one in mine]
    failed = g.desk.failure("findings")
    said = [
        (key, "", "县里问" if one.asks else "县里要改", shown_text(one.text))
        for (table, key), remarks in g.desk.remarks().items()
        for one in remarks
        if table == name
    ]
    return {"done": every is not None or bool(failed), "found": found[:MANY], "error": failed, "said": said}


@page.post("/edit/save")
def save() -> ResponseReturnValue:
    """Store them all, or tell at which cells that cannot be."""
    desk = g.desk
    name, edits, more, less = _edits()
    try:
        today, looked = desk.held().today, _looked()
        done = amend(desk.root, name, edits, today, desk.identity, more=more, less=less, looked=looked)
    except Flawed as flawed:
        return {"flaws": _told(flawed.flaws), "error": f"没有存：有 {len(flawed.flaws)} 处要改。"}
    except GongshiError as error:
        return {"flaws": [], "error": f"没有存，台账没有动：{error}"}
    if done.paths:
        desk.wrote(f"{done.told}。")
    return {"flaws": [], "told": done.told}


def _told(flaws: list[Flaw] | tuple[Flaw, ...]) -> list[tuple[str, str, str]]:
    return [("/".join(flaw.key), flaw.field, flaw.message) for flaw in flaws]


def _asked() -> dict[str, str]:
    asked = request.get_json(silent=True)
    if not isinstance(asked, dict):
        abort(400)
    return {name: text for name, text in asked.items() if isinstance(text, str)}


def _edits() -> tuple[str, list[Edit], list[New], list[tuple[str, ...]]]:
    """The table, the cells, the new records and those to be struck out that a page sends; 400 for anything else."""
    sent = request.get_json(silent=True)
    asked = sent if isinstance(sent, dict) else {}
    table, cells = asked.get("table"), asked.get("edits")
    more, less = asked.get("more", []), asked.get("less", [])
    if not isinstance(cells, list) or not isinstance(more, list) or not isinstance(less, list):
        abort(400)
    if not isinstance(table, str):
        abort(400)
    edits = []
    for cell in cells:
        if not isinstance(cell, list) or len(cell) != 4 or not isinstance(cell[0], list):
            abort(400)
        key, field, was, text = cell
        if not all(isinstance(part, str) for part in (*key, field, was, text)):
            abort(400)
        edits.append(Edit(tuple(key), field, was, text[:4000]))
    return table, edits, [_new(one) for one in more], [_key(one) for one in less]


def _looked() -> dict[tuple[str, ...], dict[str, str]]:
    """What the records to be struck out look like on the page; cells that are not shown are not compared."""
    sent = request.get_json(silent=True)
    asked = sent.get("looked", []) if isinstance(sent, dict) else []
    pairs = asked if isinstance(asked, list) else abort(400)
    if not all(isinstance(pair, list) and len(pair) == 2 and isinstance(pair[1], dict) for pair in pairs):
        abort(400)
    return {_key(key): {name: text for name, text in row.items() if isinstance(text, str)} for key, row in pairs}


def _new(one: object) -> New:
    """A new record as a page sends it."""
    if not isinstance(one, list) or len(one) != 2 or not isinstance(one[0], str) or not isinstance(one[1], dict):
        abort(400)
    if not all(isinstance(part, str) for pair in one[1].items() for part in pair):
        abort(400)
    return New(one[0][:40], {field: text[:4000] for field, text in one[1].items()})


def _key(one: object) -> tuple[str, ...]:
    if not isinstance(one, list) or not all(isinstance(part, str) for part in one):
        abort(400)
    return tuple(one)
