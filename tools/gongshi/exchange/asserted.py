"""What a clerk says of a sheet that is not recognised: which table it is, and which column is which field. It is kept as a mapping
(``own-<resource>``), so that the next sheet of the kind comes in by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from gongshi.checks.showing import personal
from gongshi.exchange.forms import Form
from gongshi.exchange.identifiers import BY_NAME, carries_persons
from gongshi.exchange.mapping import ColumnMapping, MappedColumn, normal
from gongshi.exchange.sheets import Sheet
from gongshi.exchange.units import measure, split_unit
from gongshi.model import GongshiError
from gongshi.package import Descriptor, Resource
from gongshi.package.subjects import subjects

NOT_TAKEN = "不收"
_OWN = "own-"


def kind_of(word: str, descriptor: Descriptor, forms: Sequence[Form]) -> tuple[Resource | None, str]:
    """(the resource called so, or None, and the name of the form called so); by name or title. GongshiError for neither."""
    tables = [one for name, one in descriptor.resources.items() if name != subjects().boxes.table]
    for resource in tables:
        if word in (resource.name, resource.title):
            return resource, ""
    for form in forms:
        if word in (form.name, form.title):
            return None, form.name
    known = [name for resource in tables for name in (resource.title, resource.name)]
    known += [form.title for form in forms]
    near = get_close_matches(word, known, 3, 0.3)
    told = f"最接近的是：{'、'.join(near)}" if near else "表名见 gongshi template --help 和数据字典"
    raise GongshiError(f"没有叫“{word[:20]}”的表或样式，{told}。")


def own_mapping(resource: Resource, pairs: Mapping[str, str], mappings: Iterable[ColumnMapping]) -> ColumnMapping:
    """The county's own mapping of the resource with these (header, field's title or name) added; the newer word counts."""
    fields = {f.name: f for f in (*resource.schema.fields, *(BY_NAME.values() if carries_persons(resource) else ()))}
    titles = {f.title: name for name, f in reversed(fields.items())}
    columns, ignored = [], set()
    for header, word in pairs.items():
        if personal(header):
            raise GongshiError("--map 里的表头像是个人信息，请核对是不是把数据行当成了表头。")
        if word == NOT_TAKEN:
            ignored.add(normal(header))
            continue
        name = titles.get(word, word)
        if name not in fields:
            near = get_close_matches(word, list(titles), 3, 0.3)
            told = f"，最接近的是：{'、'.join(near)}" if near else ""
            raise GongshiError(f"“{resource.title}”没有字段“{word[:20]}”{told}；这一列不要就写成 表头={NOT_TAKEN}。")
        unit = split_unit(normal(header))[1]
        columns.append(MappedColumn(normal(header), name, unit if unit and measure(unit) else ""))
    if doubled := [one.field for one in columns if sum(other.field == one.field for other in columns) > 1]:
        raise GongshiError(f"--map 把几列都说成“{fields[doubled[0]].title}”，请只留一列。")
    new = {column.header for column in columns} | ignored
    old = next((m for m in mappings if m.name == _OWN + resource.name), None)
    old = old or ColumnMapping(_OWN + resource.name, f"{resource.title}（本县自己的表头）", resource.name)
    kept = [column for column in old.columns if column.header not in new]
    return replace(old, columns=(*kept, *columns), ignore=(old.ignore - new) | ignored)


def check_used(pairs: Mapping[str, str], sheets: Iterable[Sheet]) -> None:
    """GongshiError if a header that is mapped stands on no sheet."""
    if not pairs:
        return
    texts = {normal(cell) for sheet in sheets for cells in sheet.cells[:40] for cell in cells if isinstance(cell, str)}
    for header in pairs:
        if normal(header) not in texts:
            raise GongshiError(f"--map 里的表头“{header[:20]}”在表里找不到，请照表里的写。")
