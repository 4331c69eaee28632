"""钥匙: what is open, where the key lies, who else can open; opening and locking."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from gongshi.desk.state import Told
from gongshi.sealing.layout import read_recipients

page = Blueprint("key", __name__)


@page.get("/key")
def key() -> ResponseReturnValue:
    """Where the key is, and who else can open names."""
    desk = g.desk
    place = desk.key_place
    return render_template(
        "key.html", place=place.name, there=place.is_file(), recipients=read_recipients(desk.held().places.tree)
    )


@page.post("/key/open")
def open_key() -> ResponseReturnValue:
    """Open the names."""
    g.desk.open_key()
    g.desk.told.append(Told("钥匙已打开，姓名看得见。十分钟没人动就锁上。"))
    return redirect(_back())


@page.post("/key/lock")
def lock() -> ResponseReturnValue:
    """Let go of them."""
    g.desk.lock_up()
    return render_template("locked.html")


def _back() -> str:
    """The page that asked, if it is one of ours."""
    back = request.form.get("back", "/")
    return back if back.startswith("/") and not back.startswith("//") and "\\" not in back else "/"
