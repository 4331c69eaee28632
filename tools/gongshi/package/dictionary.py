"""The data dictionary for clerks: every table and field in Chinese, as Markdown, from the descriptors alone."""

from __future__ import annotations

from collections.abc import Iterator

from gongshi.package.schema import Descriptor, Field, Resource

TYPES = {
    "string": "文字",
    "integer": "整数",
    "number": "数字",
    "boolean": "是/否",
    "date": "日期",
    "year": "年份",
    "yearmonth": "年月",
}
LEVELS = {"public": "公开", "aggregate": "只公开汇总", "internal": "内部", "sealed": "密封"}


def dictionary(descriptor: Descriptor) -> str:
    """The whole dictionary: a list of tables, then one section per table."""
    lines = ["| 表 | 名称 | 主键 | 存放位置 |", "|---|---|---|---|"]
    for resource in descriptor.resources.values():
        key = "、".join(resource.schema.field(name).title for name in resource.schema.primary_key)
        lines.append(
            f"| [{resource.name}](#{resource.name}) | {resource.title} | {key} | `{_place(descriptor, resource)}` |"
        )
    for resource in descriptor.resources.values():
        lines.extend(["", *_section(descriptor, resource)])
    return "\n".join(lines) + "\n"


def _place(descriptor: Descriptor, resource: Resource) -> str:
    if resource.is_csv:
        first = resource.paths[0] if resource.paths else ""
        if first.startswith("townships/"):
            return "townships/<乡镇>/" + first.rsplit("/", 1)[1]
        return first.replace(first.split("/")[1], "<年度>", 1) if first.startswith("funds/") else first
    for document in descriptor.documents:
        if document.resource == resource.name:
            return document.path
        for name, target in document.lists.items():
            if target == resource.name:
                return f"{document.path} 的 {name}"
    return ""


def _section(descriptor: Descriptor, resource: Resource) -> Iterator[str]:
    yield f'<h3 id="{resource.name}">{resource.title}（{resource.name}）</h3>'
    yield ""
    yield "| 字段 | 名称 | 类型 | 怎么填 | 公开级别 | 来源 |"
    yield "|---|---|---|---|---|---|"
    targets = {
        name: descriptor.resources[key.reference].title
        for key in descriptor.foreign_keys
        if key.resource == resource.name
        for name in key.fields
    }
    for field in resource.schema.fields:
        cells = (
            f"`{field.name}`" + (" 🔑" if field.name in resource.schema.primary_key else ""),
            field.title,
            TYPES[field.type] + (f"（{field.unit}）" if field.unit else ""),
            _rules(field, targets.get(field.name, "")),
            LEVELS[field.disclosure],
            field.source,
        )
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _rules(field: Field, target: str) -> str:
    rules = [field.description]
    if field.required:
        rules.append("必填")
    if field.enum:
        rules.append("取值：" + "、".join(field.choices or field.enum))
    if field.pattern:
        rules.append(f"格式 `{field.pattern}`")
    if field.decimals is not None:
        rules.append(f"{field.decimals} 位小数")
    if field.minimum:
        rules.append(f"不小于 {field.minimum}")
    if field.maximum:
        rules.append(f"不大于 {field.maximum}")
    if field.max_length is not None:
        rules.append(f"{field.max_length} 字以内")
    if target:
        rules.append(f"须在“{target}”里")
    return "；".join(rules)
