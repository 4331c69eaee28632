"""A notice and what it is about name each other: the case's step, the project, its change get the notice's number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gongshi.disclosure.rewriting import rewritten
from gongshi.package import queries
from gongshi.repository import Tree

_SQL = queries("notices")
STEPS = {
    **dict.fromkeys(("识别公示",), ("第一次公示", "第二次公示")),
    **dict.fromkeys(("退出公示",), ("村内公示", "第二次公示")),
    **dict.fromkeys(("监测公示", "风险消除公示", "贫困村退出公示"), ("村内公示",)),
    **dict.fromkeys(("识别公告", "退出公告", "监测公告"), ("公告",)),
}
"""The steps of a case that a notice of a kind is, the first that has none yet."""

FIELDS = {"实施前公示": "notice_before", "竣工后公示": "notice_after"}
CHANGE = "项目调整公示"


def links(tree: Tree, database: Any, notice: Any, projects: Iterable[str]) -> Mapping[str, bytes]:
    """The files that get the notice's number, with their new bytes; what already names a notice stays."""
    files: dict[str, bytes] = {}
    code, kind = notice.notice_id, notice.notice_kind
    for name in STEPS.get(kind, ()) if notice.case_id else ():
        if rows := database.sql(_SQL["unlinked-step"], [notice.case_id, name]):
            files |= _listed(
                tree, database, ("cases", "case_id", notice.case_id), "steps", {"step_no": str(rows[0][0])}, code
            )
            break
    for project in projects:
        if kind in FIELDS:
            files |= _cell(tree, database, project, FIELDS[kind], code)
        elif kind == CHANGE and (rows := database.sql(_SQL["unlinked-change"], [project])):
            key = {"changed_on": str(rows[0][0]), "change_kind": rows[0][1]}
            files |= _listed(tree, database, ("projects", "project_id", project), "changes", key, code)
    return files


def _place(database: Any, resource: str, field: str, value: str) -> str:
    rows = database.sql(f'SELECT _row FROM "{resource}" WHERE "{field}" = ?', [value])
    return database.locate(resource, rows[0][0])[0] if rows else ""


def _cell(tree: Tree, database: Any, project: str, field: str, code: str) -> dict[str, bytes]:
    names, rows = database.columns(_SQL["project"], [project])
    if not rows or rows[0][names.index(field)]:
        return {}
    path = _place(database, "projects", "project_id", project)
    return {path: rewritten(database.descriptor, tree.read(path), path, {field: code})}


def _listed(
    tree: Tree, database: Any, record: tuple[str, str, str], name: str, key: Mapping[str, str], code: str
) -> dict[str, bytes]:
    """A row of a document's list with the notice's number."""
    path = _place(database, *record)
    return (
        {path: rewritten(database.descriptor, tree.read(path), path, {}, {name: [{**key, "notice_id": code}]})}
        if path
        else {}
    )
