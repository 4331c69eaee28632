"""审计: the ten questions, each one table."""

from __future__ import annotations

from flask import Blueprint, Response, abort, g, render_template, request
from flask.typing import ResponseReturnValue

from gongshi.changes.audit import AuditTable
from gongshi.changes.past import history
from gongshi.changes.questions import OVER, QUESTIONS, question_tables
from gongshi.exchange.styles import TextTable, plain_workbook
from gongshi.repository import Git
from gongshi.sealing.approving import approvals

page = Blueprint("auditing", __name__)
SHOWN = 200


def _table(name: str) -> tuple[AuditTable, int]:
    """The answer to one question over all history."""
    if name not in QUESTIONS:
        abort(404)
    over = request.values.get("over", "")
    git = Git(g.desk.root)
    with history(git) as past:
        signed = {one.commit: (one.signer, one.why) for one in approvals(git, past.tip, "").values()}
        day, amount = g.desk.held().today, int(over) if over.isdecimal() and len(over) < 13 else OVER
        return question_tables(past, "", signed, day, amount, [name])[0], amount


@page.get("/audit/<name>")
def audit(name: str) -> ResponseReturnValue:
    """One answer."""
    table, over = _table(name)
    asked = [(key, one[0]) for key, one in QUESTIONS.items()]
    return render_template("audit.html", table=table, asked=asked, name=name, shown=SHOWN, over=over)


@page.post("/audit/<name>/workbook")
def workbook(name: str) -> ResponseReturnValue:
    """The same as a workbook."""
    table, _ = _table(name)
    plain = TextTable(table.title, table.columns, [[*map(str, row)] for row in table.rows])
    answer = Response(plain_workbook("审计导出", [plain]))
    answer.headers["Content-Type"] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    answer.headers["Content-Disposition"] = f'attachment; filename="{table.name}.xlsx"'
    return answer
