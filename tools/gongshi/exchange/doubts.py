"""Changes that are asked about before they are made: a record under somebody else's number, another person under the same
number, a percentage that may be a share, households and persons that may have changed places. Phrases for the clerk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from gongshi.checks.showing import shown_cell
from gongshi.exchange.candidates import Candidate
from gongshi.exchange.identifiers import BY_NAME
from gongshi.exchange.ledger import Key
from gongshi.exchange.lore import lore
from gongshi.exchange.owners import masked, wholly_other
from gongshi.exchange.tables import SheetTable
from gongshi.package import Resource, Schema

MOVED = "编号可能填错了，请核对；确是分户或迁入，请在 gongshi export 导出的表里改，或用 gongshi amend"
LEAST_ALIKE = 3  # cells that must be filled for two rows to be one
LOST = (
    "这一行与台账不同，而表像是从台账导出的、随表的导出记录没有了（改过表名、另存或复制过），分不清哪些是您改的。"
    "请重新导出再改，或只留编号和要改的列"
)
EMPTIED = (
    "空格子没有清掉它。要清空，请用 gongshi export 重新导出这张表，在导出的 .xlsx 里清空这一格再导入；"
    "不是要清空的，请填回原来的内容"
)
NEEDED = "空格子没有清掉它，这一项不能为空，请填回原来的内容"
REUSED = "这张表里多数编号在台账里是别的记录，这一行改的也可能是别的记录，请核对编号；新的记录把编号改成“新增”"
NAMELESS = "新成员要有姓名才能密封，请在表里加上“姓名”列并填写"


def taken_over(resource: Resource, old: Mapping[str, str], new: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """The record of one household, person, place or project does not become another's, nor get a wholly other name."""
    key = resource.schema.primary_key
    if len(key) != 1:
        return
    moves, labels = lore().moves.get(resource.name), lore().labels
    for name in (*lore().owners, *labels) if moves is None else moves:
        same = old.get(name) == new.get(name) or not old.get(name) or not new.get(name) or name in key
        if same or (name in labels and not wholly_other(old[name], new[name])):
            continue
        title = resource.schema.field(name).title
        way = MOVED if moves is not None else "编号可能用重了，请核对，新的记录换一个编号"
        yield name, f"台账里 {new[key[0]]} 的“{title}”与这一行不同：{way}"


def renumbered(schema: Schema, whole: Mapping[Key, Sequence[str]], ours: Mapping[Key, Candidate]) -> Mapping[Key, str]:
    """New rows of an export that say what a row said that is gone: number → the number it had."""
    width = len(schema.primary_key)
    places = [place for place, name in enumerate(schema.names) if name not in schema.primary_key]
    new = [key for key in ours if key not in whole] if width == 1 else []
    if not new:
        return {}
    gone = {tuple(row[place] for place in places): key[0] for key, row in whole.items() if key not in ours}
    said = {key: tuple(ours[key].values.get(schema.names[place], "") for place in places) for key in new}
    return {key: gone[cells] for key, cells in said.items() if cells in gone and sum(map(bool, cells)) >= LEAST_ALIKE}


def removed(
    table: SheetTable, whole: Mapping[Key, Sequence[str]], ours: Mapping[Key, Candidate], absent: Sequence[Key]
) -> Iterable[str]:
    """What to tell of rows of an export that are no longer in it, and of those whose records (``absent``) are no longer there."""
    listed = {str(table.sheet.cell(row, place)).strip() for row in table.rows for place in _keys(table)}
    gone = sum(key not in ours and key[0] not in listed for key in whole)
    if gone and not any(column.header == "原位置" for column in table.columns):
        yield f"导出时有、表里已没有的记录 {gone} 条：台账里没有动它们，不在了的请登记变更，不能靠删行"
    if unchanged := sum(not ours[key].problems for key in absent):
        yield f"有 {unchanged} 行的记录台账里已没有，没有加回去"


def _keys(table: SheetTable) -> list[int]:
    key = table.resource.schema.primary_key[0]
    return [table.fields[key].place] if key in table.fields else []


def another_payment(resource: Resource, old: Mapping[str, str], new: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """A row that was found by whom and what it is for, and was paid on another day, may be the next payment."""
    day = lore().paid
    if day in resource.schema.names and old.get(day) and old[day] != new.get(day):
        key = old[resource.schema.primary_key[0]]
        told = f"台账里同一人（户）同一项、同一所属期的是 {key}，发放日期是 {old[day]}，与这一行不同"
        yield day, f"{told}：是另一笔就把所属期写清楚（如 2020-05），要改它就填上编号 {key}"


def emptied(schema: Schema, cells: Mapping[str, str], old: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Cells that are empty in a sheet that was an export, while the record has a value: it may have been cleared there."""
    for item in schema.fields:
        if old.get(item.name) and cells.get(item.name) == "":
            said = "台账里有内容" if item.name in BY_NAME else f"台账里是“{shown_cell(item, old[item.name])}”"
            yield item.name, f"“{item.title}”是空的，{said}：{NEEDED if item.required else EMPTIED}"


def shares(numbers: Mapping[str, str], changed: Iterable[str]) -> Iterable[tuple[str, str]]:
    """A figure of at most 1 in a column of per cent; ``numbers`` are those that did not say ``%`` themselves."""
    for name in changed:
        if (text := numbers.get(name)) and 0 < Decimal(text) <= 1:
            yield name, f"填的是 {text}：是百分之 {text}，还是 {(Decimal(text) * 100).normalize():f}%？请连百分号一起写"


def swapped(cells: Mapping[str, str], changed: Iterable[str]) -> Iterable[tuple[str, str]]:
    """More households than persons."""
    for one, other in lore().persons:
        more, fewer = cells.get(one), cells.get(other)
        if more and fewer and {one, other} & set(changed) and Decimal(more) > Decimal(fewer):
            yield one, f"户数 {more} 多于人数 {fewer}，两列可能填反了，请核对"


def other_person(before: str, name: str) -> str:
    """What to ask where a number belongs to somebody of another name; "" if the names may be one."""
    if not wholly_other(before, name):
        return ""
    return f"这个编号在台账里是“{masked(before)}”，表里是“{masked(name)}”，像是两个人，请核对编号和姓名"
