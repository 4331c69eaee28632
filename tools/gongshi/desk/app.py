"""The application: its pages, what all of them show, and how an error looks."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from flask import Flask, Request, g, render_template, request
from flask.typing import ResponseReturnValue

from gongshi.checks import showing
from gongshi.checks.showing import safe, shown_text
from gongshi.desk import (
    auditing,
    editing,
    entering,
    finding,
    key,
    posting,
    printing,
    reviewing,
    sending,
    taking,
    today,
    working,
)
from gongshi.desk.guarding import BOUND, guard
from gongshi.desk.state import Desk, Told
from gongshi.lookup import titles
from gongshi.model import GongshiError
from gongshi.package import worded
from gongshi.verbs import VERBS

PLACES = (
    ("/", "今天"), ("/take", "交表"), ("/enter/visit", "登记"), ("/find", "查"), ("/edit", "改"), ("/send", "送审"), ("/review", "审核"),
    ("/audit/status", "审计"), ("/print", "印"), ("/key", "钥匙"),
)  # fmt: skip
WEEKDAYS = "一二三四五六日"


class InMemory(Request):
    """A request whose files are never laid on disk: they may hold names."""

    def _get_file_stream(self, *_: object, **__: object) -> BytesIO:
        return BytesIO()


def make(desk: Desk) -> Flask:
    """The application of one desk."""
    app = Flask(__name__, static_folder="static", template_folder="templates")
    app.config.update(MAX_CONTENT_LENGTH=BOUND, MAX_FORM_MEMORY_SIZE=2_000_000, MAX_FORM_PARTS=5000)
    app.jinja_options = {"autoescape": True}
    app.request_class = InMemory
    guard(app, desk)
    for page in (
        today,
        taking,
        posting,
        entering,
        finding,
        editing,
        sending,
        reviewing,
        auditing,
        printing,
        key,
        working,
    ):
        app.register_blueprint(page.page)
    app.add_template_filter(shown_text, "shown")
    app.add_template_filter(showing.told, "told")
    app.context_processor(_shared)
    app.register_error_handler(GongshiError, _refused)
    app.register_error_handler(Exception, _own_fault)
    for code in (403, 404, 405, 413):
        app.register_error_handler(code, _plain(code))
    return app


def _shared() -> dict[str, Any]:
    """What every page has around it."""
    desk: Desk | None = g.get("desk")
    if desk is None:
        return {"places": (), "here": "", "desk": None}
    held = desk.held()
    told: list[Told] = []
    if not request.headers.get("HX-Request"):  # a part of a page shows none of them
        with desk.lock:
            told, desk.told = desk.told, []
    path = request.path
    here = next((place for place, _ in PLACES if place.split("/")[1] == path.split("/")[1]), "")
    here = "/find" if path.startswith("/record") else here
    day = f"{held.today.year}年{held.today.month}月{held.today.day}日 星期{WEEKDAYS[held.today.weekday()]}"
    return {
        "places": PLACES, "here": here, "desk": desk, "county": held.county,
        "due_count": desk.due_count(), "ledger": worded("扶贫台账", held.today), "told": told, "day": day,
        "titles": titles(), "townships": held.townships, "today": held.today, "all_verbs": VERBS.values(),
    }  # fmt: skip


def _refused(error: GongshiError) -> ResponseReturnValue:
    return _said("没有做成", safe(str(error)), 409)


def _own_fault(error: Exception) -> ResponseReturnValue:
    """What nobody foresaw: nothing of it is shown or logged, for Python's words about it repeat values."""
    code = getattr(error, "code", None)
    if isinstance(code, int):  # one of HTTP's own
        return _said("没有做成", "这一步的内容没有送全，请回到今天再做一遍。", code)
    message = (
        f"程序自己出了错（{type(error).__name__}）。请回到今天再试；还是这样，请把做了什么和括号里的字告诉维护的人。"
    )
    return _said("没有做成", message, 500)


def _said(title: str, message: str, code: int) -> ResponseReturnValue:
    """One sentence on a page of its own, also where the ledger is so broken that no page has its frame."""
    try:
        return render_template("error.html", title=title, message=message), code
    except Exception:
        g.pop("desk", None)
        return render_template("error.html", title=title, message=message), code


WORDS = {
    403: ("这一页打不开", "工作台只给在这台电脑上打开它的浏览器用。请回到原来的窗口，或重新运行 gongshi desk。"),
    404: ("没有这一页", "地址不对，或这条记录已经没有了。"),
    405: ("没有这一页", "地址不对。"),
    413: ("表太大", "一张表最大 20 MB。请删去图片和空白的工作表，或分成几张再交。"),
}


def _plain(code: int) -> Callable[[Exception], ResponseReturnValue]:
    title, message = WORDS[code]
    return lambda _: _said(title, message, code)
