"""Changes in words. A conflict is told in public logs, so cells about households or persons are not shown there; a
Diff is for those who may read the records, and shows all but sealed text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal

from gongshi.changes.dates import LATE
from gongshi.changes.values import (
    Change,
    ChangeKind,
    Conflict,
    Diff,
    FieldChange,
    Row,
    SchemaChange,
    SettingChange,
    Total,
    Trouble,
)
from gongshi.checks.phrases import shown
from gongshi.checks.showing import shown_cell, shown_path, shown_text, shows
from gongshi.package import Descriptor, Field, spell

LARGEST = Decimal(10**10)
TOO_LARGE = "（数太大，不显示，请核对）"


def conflict_sentence(descriptor: Descriptor, path: str, conflict: Conflict) -> str:
    """Which record and field, what both sides made of it, and what to do."""
    resource = descriptor.resources[conflict.resource]
    title = next((field.title for field in resource.schema.fields if field.name == conflict.field), conflict.field)
    record = "/".join(conflict.key) if shows(resource, conflict.key) else "（编号不合格式）"
    where = f"{shown_path(path)}：{resource.title} {record} 的“{title}”"
    if conflict.ours is None or conflict.theirs is None:
        return f"{where}一边改了，另一边删去了这条记录，请决定留哪一种"
    verb = "两边都改了" if conflict.base is not None else "两边新增时填得不同"
    cells = [shown(resource, cell) for cell in (conflict.base or "", conflict.ours, conflict.theirs)]
    values = f"（原为{cells[0] or '空'}，本方{cells[1] or '空'}，对方{cells[2] or '空'}）" if any(cells) else ""
    return f"{where}{verb}{values}，请决定留哪一种"


KINDS = {
    ChangeKind.ADDED: "新增",
    ChangeKind.REMOVED: "删除",
    ChangeKind.CHANGED: "修改",
    ChangeKind.MOVED: "移动",
    ChangeKind.REKEYED: "改编号",
    ChangeKind.RESPELLED: "只改写法",
}
PROPERTIES = {
    "title": "标题",
    "type": "类型",
    "description": "说明",
    "unit": "单位",
    "disclosure": "公开级别",
    "source": "来源",
    "decimals": "小数位",
    "required": "必填",
    "pattern": "格式",
    "enum": "可填的值",
    "minimum": "最小值",
    "maximum": "最大值",
    "min_length": "最短",
    "max_length": "最长",
    "true_values": "表示是的值",
    "false_values": "表示否的值",
    "formerly": "原名",
    "derive": "空着时取自",
    "name": "改名",
    "primary_key": "主键",
    "foreign_key": "外键",
    "order": "字段次序",
}
SEALED = "（密封）"
Named = Callable[[str, str], str]  # (field, code) → name


def nobody(field: str, code: str) -> str:
    """Where no names are known."""
    return ""


def cell(field: Field, text: str) -> str:
    """A cell as a reader may see it: numbers with commas, the missing as 空, sealed text and what may be a person never."""
    if not text:
        return "空"
    if (plain := plain_cell(field, text)) != text:
        return plain
    number = _number(field, text)
    if number is None:
        return text
    whole, dot, part = spell(field, text).partition(".")
    return f"{int(whole):,}{dot}{part}" if int(whole) else text


def plain_cell(field: Field, text: str) -> str:
    """A cell's own text, or a sentence on why it is not shown."""
    return SEALED if text and field.disclosure == "sealed" else shown_cell(field, text)


def field_sentence(field: Field, change: FieldChange, named: Named = nobody) -> str:
    """``人均纯收入 2,300.00 → 5,120.00 元（+2,820.00）``; ``named`` gives the name behind a code."""
    unit = f" {field.unit}" if field.unit and (change.before or change.after) else ""
    before, after = (with_name(field, text, named) for text in (change.before, change.after))
    return f"{field.title} {before} → {after}{unit}{difference(field, change)}"


def with_name(field: Field, text: str, named: Named) -> str:
    """A cell, and the name behind the code that it is."""
    name = named(field.name, text) if text else ""
    return f"{cell(field, text)} {name}" if name else cell(field, text)


def difference(field: Field, change: FieldChange) -> str:
    """``（+2,820.00）`` where both are numbers, else nothing."""
    rise = risen(field, change)
    return f"（{counted(rise, '+')}）" if rise else ""


def risen(field: Field, change: FieldChange) -> Decimal | None:
    """By how much a number rose; None if not both are numbers."""
    before, after = _number(field, change.before), _number(field, change.after)
    return None if before is None or after is None else after - before


def _number(field: Field, text: str) -> Decimal | None:
    plain = re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,9})?", text) and field.type in ("integer", "number")
    return Decimal(text) if plain else None


def counted(number: Decimal | int, sign: str = "") -> str:
    """A sum with commas; one that no county has is somebody's number typed where an amount should be, and not shown."""
    return f"{number:{sign},f}" if -LARGEST < number < LARGEST else TOO_LARGE


def plain_sum(number: Decimal | int) -> str:
    """A sum for other programs, or why it is not told."""
    return f"{number:f}" if -LARGEST < number < LARGEST else TOO_LARGE


def total_sentence(total: Total) -> str:
    """``古镇 建档立卡户 1,679 → 1,681 户（+2）``."""
    net = counted(total.after - total.before, "+")
    both = f"；增 {counted(total.up)}，减 {counted(total.down)}" if total.up and total.down else ""
    head = f"{shown_text(total.group)} {total.measure}".strip()
    return f"{head} {counted(total.before)} → {counted(total.after)} {total.unit}（{net}{both}）"


def schema_sentence(change: SchemaChange) -> str:
    """What changed in the descriptors; the caller says first and loudest if a field becomes more public."""
    where = f"{change.resource}{f'.{change.field}' if change.field else ''}"
    if change.property in ("resource", "field"):
        what = "表" if change.property == "resource" else "字段"
        return f"{where}：{'删去' if change.before else '新增'}{what}“{shown_text(change.before or change.after)}”"
    before, after = shown_text(change.before or "无"), shown_text(change.after or "无")
    warning = "⚠ 公开范围变了：" if change.property == "disclosure" else ""
    return f"{warning}{where}：{PROPERTIES.get(change.property, change.property)} {before} → {after}"


def setting_sentences(changes: Sequence[SettingChange]) -> list[tuple[bool, str]]:
    """(whether it lets more through, sentence) on policy files, those first; a rule that came or went is one."""
    groups: dict[tuple[str, str], list[SettingChange]] = {}
    for change in changes:
        within = re.match(r"\w+\[[^\]]*\]", change.place)
        groups.setdefault((change.path, within[0] if within else change.place), []).append(change)
    lines: list[tuple[bool, str]] = []
    for (path, item), group in groups.items():
        gone, come = (not any(getattr(change, side) for change in group) for side in ("after", "before"))
        if len(group) > 1 and (gone or come):
            word, loose = ("删去", gone) if gone else ("新增", "waivers" in item)
            lines.append((loose, f"{shown_path(path)}：{word} {shown_text(item)}（{len(group)} 项）"))
        else:
            lines.extend((loosens(change), setting_sentence(change)) for change in group)
    return sorted(lines, key=lambda pair: not pair[0])


def loosens(change: SettingChange) -> bool:
    """Whether what was an error, or a rule at all, is less now."""
    if not change.place:
        return not change.after
    levels = ("error", "warning", "notice")
    if change.place.endswith(".severity") and change.before in levels:
        return change.after not in levels[: levels.index(change.before) + 1]
    return (
        bool(change.before)
        and not change.after
        and re.fullmatch(r"rules\[[^\]]*\]\.(id|kind)", change.place) is not None
    )


def setting_sentence(change: SettingChange) -> str:
    """What changed in a policy file."""
    path = shown_path(change.path)
    if not change.place:
        if change.before and change.after:
            return f"{path}：{shown_text(change.before)} → {shown_text(change.after)}"
        return f"{path}：{'删去' if change.before else '新增'}规则文件"
    return (
        f"{path}：{shown_text(change.place)} {shown_text(change.before or '无')} → {shown_text(change.after or '无')}"
    )


def place_sentence(change: Change) -> str:
    """The file, or from which to which."""
    if change.kind is ChangeKind.MOVED or (
        change.path_before and change.path_after and change.path_before != change.path_after
    ):
        return f"{shown_path(change.path_before)} → {shown_path(change.path_after)}"
    return shown_path(change.path_after or change.path_before)


def trouble_sentence(trouble: Trouble) -> str:
    """A file that could not be compared, and why."""
    return f"{shown_path(trouble.path)}：{trouble.message}"


def facts(fields: Sequence[Field], row: Row, key: Sequence[str], named: Named = nobody) -> str:
    """The filled cells of a record that came or went, but for the fields of its ``key``."""
    shown_cells = [
        f"{field.title} {with_name(field, text, named)}{f' {field.unit}' if field.unit else ''}"
        for field, text in zip(fields, row, strict=True)
        if text and field.name not in key
    ]
    return "，".join(shown_cells)


def counts(changes: Sequence[Change]) -> str:
    """``新增 1，修改 3`` of some changes."""
    found = Counter(change.kind for change in changes)
    return "，".join(f"{KINDS[kind]} {found[kind]}" for kind in ChangeKind if found[kind])


def by_resource(diff: Diff) -> dict[str, list[Change]]:
    """The changes of meaning by resource, in the order of the Diff; spelling apart."""
    groups: dict[str, list[Change]] = {}
    for change in diff.changes:
        if change.kind is not ChangeKind.RESPELLED:
            groups.setdefault(change.resource, []).append(change)
    return groups


def respelled(diff: Diff) -> list[Change]:
    """The records that are only spelled differently."""
    return [change for change in diff.changes if change.kind is ChangeKind.RESPELLED]


_LEVELS = ("sealed", "internal", "aggregate", "public")


def opens(change: SchemaChange) -> bool:
    """Whether a field becomes more public."""
    known = change.before in _LEVELS and change.after in _LEVELS
    wider = known and _LEVELS.index(change.after) > _LEVELS.index(change.before)
    return change.property == "disclosure" and (wider or not known)


def schema_order(change: SchemaChange) -> tuple[bool, bool]:
    """Sorts what becomes more public first, then what else touches disclosure."""
    return not opens(change), change.property != "disclosure"


def late_words(diff: Diff) -> str:
    """How many came late and by how much at most, "" if none did."""
    if not diff.late:
        return ""
    counts = Counter(diff.resources[name].title for name, _ in diff.late)
    listed = "、".join(f"{title} {count} 条" for title, count in counts.most_common())
    return f"补录（事情过去 {LATE} 天以上才登记）：{listed}，最久 {max(diff.late.values())} 天"
