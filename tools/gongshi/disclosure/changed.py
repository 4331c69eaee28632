"""What changed in the public ledger, commit by commit: the one view that is made of history.

A field is here by name, and has to be public now and ever since: what was written while it was not public stays unsaid.
A value is shown only if it is what today's schema allows. Free text is never shown, only that it was changed: an old
text may have been corrected for the very reason that it named somebody. Nothing of the tables of people is here, and
no count of them that another view withholds where it is small; a village's own size is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from gongshi.changes.steps import RecordChange, Step, Walk
from gongshi.changes.values import Revision
from gongshi.disclosure import views
from gongshi.disclosure.views import PUBLIC, View, ViewColumn, counts_people, stands_for_people
from gongshi.model import GongshiError
from gongshi.package import queries
from gongshi.package.schema import Descriptor

FIELDS = {
    "allocations": """~name year source_level programme amount doc_no received_on published_on
    using_unit""",
    "projects": """~name year category ~sub_category build_kind township_code owner_unit ~owner_post
    approval_level approval_doc planned_start planned_end ~content quantity ~quantity_unit unit_price budget_total
    final_cost funding_mode ~goal_output ~goal_benefit goal_satisfaction actual_satisfaction benefit_link in_plan stage
    accepted_on accepted_quantity procurement_doc notice_before notice_after""",
    "project-villages": "village_code",
    "project-budget": "source_level allocation_id amount",
    "project-stages": "stage level done_on by_unit doc_no",
    "project-changes": "changed_on change_kind amount_before amount_after doc_no notice_id",
    "payments": """project_id allocation_id paid_on payment_stage amount payee_kind payee_unit pay_channel
    purpose claim_doc""",
    "villages": """village_class village_tier exited_on groups hamlets area_km2 altitude_m paddy_mu dry_mu farmland_mu
    collective_income industry_1 industry_2 hard_road groups_with_road bus service_centre_m2 shop
    clinic culture_room power broadband cadre_team work_team pairing_system sanitation_rules ~secretary_unit""",
    "notices": "notice_kind ~title division_code place starts_on ends_on publisher_unit doc_no result closed_on",
    "assets": """~name asset_kind village_code project_id value handed_over_on keeper_unit checked_on repaired_on
    income_year income state""",
    "documents": "~title doc_kind issued_on effective_from published_on issuer_unit level",
    "inspections": """inspection_kind ~title by_unit division_code started_on finished_on funds_checked homes_visited
    sites_seen score report_doc""",
    "inspection-findings": """finding_type project_id liable_unit amount recovered due_on rectified_on accountability
    closed_on""",
}
"""Adding a field here is publishing its history. ``~`` is free text."""

CHANGES = View("changes", "变更记录", ("commit", "resource", "record", "field"), "", "")
"""Made by ``published``, not by SQL."""

COLUMNS = (
    ViewColumn("changed_on", "日期", "date", description="变更进入台账的日期"),
    ViewColumn("commit", "版本", description="台账版本号的前 12 位"),
    ViewColumn("doc_no", "文号", description="变更所依据的文件"),
    ViewColumn("kind", "变更", description="新增、修改、删除；改文字只注明改过"),
    ViewColumn("resource", "表", description="表的英文名"),
    ViewColumn("table", "表名"),
    ViewColumn("record", "记录编号", description="主键的值，几个字段用 / 连接"),
    ViewColumn("project_id", "项目编号", description="变更所属的项目", origin="projects.project_id"),
    ViewColumn("field", "字段", description="字段的英文名"),
    ViewColumn("title", "项", description="字段的中文名"),
    ViewColumn("before", "原来", description="变更前，空是原来没有填"),
    ViewColumn("after", "现在", description="变更后，空是没有填"),
    ViewColumn("unit", "单位"),
)

NEW, CHANGED, TEXT, GONE = "新增", "修改", "改文字", "删除"
NAMES = queries("counted")["names"]
"""Codes that a reader knows by name."""

MEASURES = ("quantity", "accepted_quantity", "unit_price", "final_cost")
"""Of a project that is so many households these count people, or give a count of them back."""

CONDITIONAL = frozenset(("projects", name) for name in MEASURES)


def closed_records(descriptor: Descriptor) -> str:
    """SQL for resource and first key of the records that a view does not see; these numbers do not leave this room."""
    keys = {name: descriptor.resources[name].schema.primary_key[0] for name in views.OPEN_ROWS}
    return " UNION ALL ".join(
        f"""SELECT '{name}', "{keys[name]}" FROM "{name}" WHERE NOT ({rule})"""
        for name, rule in views.OPEN_ROWS.items()
    )


_CARD = "一卡通"

_DOCUMENT = re.compile(r"[\u3400-\u9fff]{1,12}〔[0-9]{4}〕[0-9]{1,5}号")
_PART = r"[A-Za-z]{0,4}[0-9]{0,8}"
_CODE = re.compile(rf"(?=.*[0-9])[\u3400-\u9fff]?{_PART}(?:[-/.]{_PART}){{0,4}}")
"""报2020-0023: no room for a name in Chinese, for the number of a person or for that of a telephone."""

_SHAPES = {
    "integer": re.compile(r"-?[0-9]{1,18}"),
    "number": re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,9})?"),
    "year": re.compile(r"[0-9]{4}"),
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "boolean": re.compile("[是否]"),
}

Cells = Mapping[str, str]


class Since(NamedTuple):
    """The day and commit after which changes are told; ``complete`` if the ledger began with that commit."""

    day: date
    commit: str
    complete: bool

    @classmethod
    def of(cls, walk: Walk) -> Since:
        """The beginning of a Walk."""
        return cls(date.fromisoformat(walk.first.when[:10]), walk.first.commit[:12], walk.complete)


def fields_of(descriptor: Descriptor) -> dict[str, dict[str, Any]]:
    """The fields by resource, in the order of FIELDS; GongshiError if one is not public, or about people."""
    found: dict[str, dict[str, Any]] = {}
    for resource, names in FIELDS.items():
        schema = descriptor.resources[resource].schema
        found[resource] = {name: schema.field(name) for name in names.replace("~", "").split()}
        for field in found[resource].values():
            if field.disclosure not in PUBLIC:
                raise GongshiError(f"变更记录里的字段“{field.title}”不公开。")
            if stands_for_people(resource, field.name, field.unit) and (resource, field.name) not in CONDITIONAL:
                raise GongshiError(f"变更记录里的字段“{field.title}”说的是户或人，只在季末公布，不能逐次列出。")
    return found


def doc_no(revision: Revision) -> str:
    """Of a commit's document number, or else of its basis, what can be nothing but numbers of papers."""
    text = revision.trailer("Doc-No") or revision.trailer("依据")
    return "、".join(dict.fromkeys(filter(_is_number, text.split("、"))))


def _is_number(text: str) -> bool:
    """Whether a text is a document's number or a short code, so that it cannot be anything that somebody wrote."""
    return bool(_DOCUMENT.fullmatch(text) or _CODE.fullmatch(text))


def _ever(walk: Walk, resource: str, held: Callable[[Cells], object]) -> set[str]:
    """The records of a resource for which this held in any commit."""
    records = (record for step in walk.steps for record in step.records if record.resource == resource)
    return {record.key[0] for record in records if any(map(held, filter(None, (record.before, record.after))))}


def _to_persons(payment: Cells) -> object:
    """A batch of a bank, by card, or to so many persons."""
    return payment.get("persons") or _CARD in payment.get("payee_kind", "") + payment.get("pay_channel", "")


class Published:
    """The public part of a Walk, as rows of the view.

    ``names`` are of codes; ``notices`` those that may be shown, ``closed`` the other records that may not (``closed_records``).
    """

    def __init__(
        self,
        walk: Walk,
        descriptor: Descriptor,
        names: Cells,
        notices: Collection[str],
        closed: Collection[tuple[str, str]],
    ) -> None:
        self._fields = fields_of(descriptor)
        self._texts = {(name, item[1:]) for name, items in FIELDS.items() for item in items.split() if item[0] == "~"}
        schemas = {name: descriptor.resources[name].schema for name in FIELDS}
        self._keys = {name: [schema.field(key) for key in schema.primary_key] for name, schema in schemas.items()}
        self._names, self._notices = names, notices
        self._counted = _ever(walk, "projects", lambda cells: counts_people(cells.get("quantity_unit", "")))
        self._closed = {*closed, *(("payments", code) for code in _ever(walk, "payments", _to_persons))}
        self._closed |= {("project-villages", code) for code in self._counted}
        self._rows: list[dict[tuple[str, ...], tuple[object, ...]]] = []
        for step in walk.steps:
            self._add(step)

    def rows(self, titles: Cells) -> Iterator[tuple[object, ...]]:
        """Newest commit first; ``titles`` are of the tables."""
        for rows in reversed(self._rows):
            for (resource, *_), row in rows.items():
                yield *row[:5], titles[resource], *row[5:]

    def _add(self, step: Step) -> None:
        hidden = set()
        if step.closed is not None:
            hidden = {key for key in self._known() if self._hides(step.closed, key)}
            for told in self._rows:
                for key in [key for key in told if (key[0], key[2]) in hidden]:
                    del told[key]
        rows: dict[tuple[str, ...], tuple[object, ...]] = {}
        order = list(FIELDS)
        for record in sorted(step.records, key=lambda item: (order.index(item.resource), item.key)):
            for name, row in self._record(step.revision, record):
                if (record.resource, name) not in hidden:
                    rows[record.resource, "/".join(record.key), name] = row
        if rows:
            self._rows.append(rows)

    def _known(self) -> Iterator[tuple[str, str]]:
        return ((resource, name) for resource, fields in self._fields.items() for name in fields)

    def _hides(self, closed: Collection[tuple[str, str]], key: tuple[str, str]) -> bool:
        """Whether the field, by this or a former name, is among those that were not public."""
        resource, name = key
        return any((resource, one) in closed for one in (name, *self._fields[resource][name].formerly))

    def _record(self, revision: Revision, record: RecordChange) -> Iterator[tuple[str, tuple[object, ...]]]:
        """(field, row without the table's title) of each of the record's fields that differs."""
        resource, key, before, after = record
        if (resource == "notices" and key[0] not in self._notices) or not self._sound(resource, key):
            return
        if (resource, key[0]) in self._closed:
            return
        kind = NEW if before is None else GONE if after is None else CHANGED
        before, after = before or {}, after or {}
        counted = resource == "projects" and key[0] in self._counted
        project = self._project(record)
        head = date.fromisoformat(revision.when[:10]), revision.commit[:12], doc_no(revision)
        for name, field in self._fields[resource].items():
            old, new = before.get(name, ""), after.get(name, "")
            if old == new or (counted and name in MEASURES):
                continue
            values: tuple[str | None, ...] = (None,)
            if (resource, name) not in self._texts:
                values = self.shown(field, old), self.shown(field, new)
            if None not in values:
                yield name, (*head, kind, resource, "/".join(key), project, name, field.title, *values, field.unit)
            elif kind == CHANGED:
                yield name, (*head, TEXT, resource, "/".join(key), project, name, field.title, "", "", "")

    def _sound(self, resource: str, key: tuple[str, ...]) -> bool:
        """Whether each part of a key is what its field allows."""
        return all(self.shown(field, part) is not None for field, part in zip(self._keys[resource], key, strict=True))

    def _project(self, record: RecordChange) -> str:
        """The project that a record belongs to, "" for none."""
        if self._keys[record.resource][0].name == "project_id":
            return record.key[0]
        field = self._fields[record.resource].get("project_id")
        return (self.shown(field, (record.after or record.before or {}).get("project_id", "")) if field else "") or ""

    def shown(self, field: Any, text: str) -> str | None:
        """A value as a reader may see it; None if today's schema does not allow it, so that it might be anything."""
        if not text or text in self._names:
            return self._names.get(text, "")
        if field.type in _SHAPES:
            return text if _SHAPES[field.type].fullmatch(text) else None
        if field.enum:
            return text if text in field.enum else None
        allowed: Callable[[str], object] = re.compile(field.pattern).fullmatch if field.pattern else _is_number
        return text if allowed(text) else None
