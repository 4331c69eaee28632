"""审计: the ten questions, each one table."""

from __future__ import annotations

from flask import Blueprint, Response, abort, g, render_template, request
from flask.typing import ResponseReturnValue

from gongshi.changes.audit import AuditTable
from gongshi.changes.past import history
from gongshi.changes.questions import OVER, audit_pack, question_tables
from gongshi.desk.state import Desk
from gongshi.desk.working import waiting_page
from gongshi.exchange.styles import TextTable, plain_workbook
from gongshi.model import GongshiError
from gongshi.repository import Git
from gongshi.sealing.approving import approvals

page = Blueprint("auditing", __name__)
SHOWN = 200


def _asked(name: str) -> int:
    """From which amount on; 404 for no question."""
    if name not in audit_pack().questions:
        abort(404)
    over = request.values.get("over", "")
    return int(over) if over.isdecimal() and len(over) < 13 else OVER


def _table(desk: Desk, name: str, amount: int) -> AuditTable:
    """The answer to one question over all history."""
    git = Git(desk.root)
    with history(git) as past:
        signed = {one.commit: (one.signer, one.why) for one in approvals(git, past.tip, "").values()}
        return question_tables(past, "", signed, desk.held().today, amount, [name])[0]


@page.get("/audit/<name>")
def audit(name: str) -> ResponseReturnValue:
    """One answer; the first takes long, since all history is read for it."""
    desk, over = g.desk, _asked(name)
    back = f"/audit/{name}?over={over}"
    done = desk.ended("audit")
    if done is None or done.form["back"] != back:
        found: dict[str, AuditTable] = {}
        desk.work("audit", {"back": back}, lambda _: found.update(table=_table(desk, name, over)), found)
        done = desk.ended("audit")
    if done is None:
        return waiting_page("audit")
    if done.error:
        raise GongshiError(done.error)
    table = done.found["table"]
    asked = [(key, one.title) for key, one in audit_pack().questions.items()]
    return render_template("audit.html", table=table, asked=asked, name=name, shown=SHOWN, over=over)


@page.post("/audit/<name>/workbook")
def workbook(name: str) -> ResponseReturnValue:
    """The same as a workbook."""
    table = _table(g.desk, name, _asked(name))
    plain = TextTable(table.title, table.columns, [[*map(str, row)] for row in table.rows])
    answer = Response(plain_workbook("审计导出", [plain]))
    answer.headers["Content-Type"] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    answer.headers["Content-Disposition"] = f'attachment; filename="{table.name}.xlsx"'
    return answer
