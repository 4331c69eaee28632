"""The views over registers: one file of ``pack/views`` each. A column there is published; one about people shows its frozen figure.

-- order: 220                       its place among the views
-- title: 学校
-- key: school_code
-- columns: schools.school_code …   as ``View`` says; the line may come again
-- unit: quantity_unit              the column that says what a column marked ``?`` counts
-- note: …                          for who reads the file
SELECT … FROM {schools} …           ``$open``: kinds of notices without households; ``$heads``: a unit that counts people
"""

from __future__ import annotations

import re

from gongshi.disclosure.kinds import HOUSEHOLDS, kinds
from gongshi.disclosure.views import HEADS, View
from gongshi.model import GongshiError
from gongshi.package import pack_files

_LINE = re.compile(r"-- (order|title|key|columns|unit|note): (.*)\n")


def read(name: str, text: str) -> tuple[int, View]:
    """A view and its place among the others, from its file; GongshiError for a file that is not whole."""
    said: dict[str, str] = {}
    end = 0
    while line := _LINE.match(text, end):
        said[line[1]] = f"{said.get(line[1], '')} {line[2]}".strip()
        end = line.end()
    sql = text[end:]
    if not {"order", "title", "key", "columns"} <= said.keys() or sql.startswith("--") or not said["order"].isdigit():
        raise GongshiError(f"程序自带的公开视图 views/{name}.sql 开头写得不全。程序不完整或被改过，请重新安装")
    listed = ", ".join(f"'{kind.kind}'" for kind in kinds().values() if kind.carries != HOUSEHOLDS)
    sql = sql.replace("$open", listed).replace("$heads", HEADS)
    view = View(name, said["title"], tuple(said["key"].split()), said["columns"], sql, said.get("unit", ""))
    return int(said["order"]), view


VIEWS = tuple(
    view
    for _, view in sorted((read(name, file.sql) for name, file in pack_files("views").items()), key=lambda one: one[0])
)
