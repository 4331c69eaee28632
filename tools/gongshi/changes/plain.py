"""A Diff as plain values for JSON; the shape is format 1, and sealed text is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict

from gongshi.changes.phrases import plain_cell, plain_sum, risen
from gongshi.changes.values import Change, Diff, Row, SchemaChange, SettingChange
from gongshi.checks.showing import safe, shown_path, shown_text, told
from gongshi.model import Finding
from gongshi.package import Field

FORMAT = 1


def to_plain(
    diff: Diff, new: Sequence[Finding] = (), resolved: Sequence[Finding] = (), passed: Sequence[Finding] = ()
) -> dict[str, object]:
    """``{format, before, after, schema, settings, totals, changes, troubles, findings: {new, resolved, let_through}}``.

    A change has kind, resource, key, path_before, path_after, fields (field, title, unit, before, after, difference)
    and, of a record added or removed, ``record`` with its filled cells, and ``late``, the days by which it was entered late. Numbers are text, exact as in the files.
    """
    names = ("code", "severity", "message", "resource", "path", "line", "field", "key", "policy", "rule", "clause")
    plain = [
        [{name: getattr(told(item), name) for name in names} for item in group] for group in (new, resolved, passed)
    ]
    return {
        "format": FORMAT,
        "before": diff.before,
        "after": diff.after,
        "schema": [_texts(item, shown_text) for item in diff.schema],
        "settings": [_texts(item, shown_text) for item in diff.settings],
        "totals": [
            {
                **asdict(total),
                "group": shown_text(total.group),
                "before": plain_sum(total.before),
                "after": plain_sum(total.after),
                "up": plain_sum(total.up),
                "down": plain_sum(total.down),
            }
            for total in diff.totals
        ],
        "changes": [
            _change(change, diff.fields[change.resource], shown_path)
            | ({"late": days} if (days := diff.late.get((change.resource, change.key))) else {})
            for change in diff.changes
        ],
        "troubles": [{"path": shown_path(item.path), "message": safe(item.message)} for item in diff.troubles],
        "findings": {"new": plain[0], "resolved": plain[1], "let_through": plain[2]},
    }


def _texts(item: SchemaChange | SettingChange, shown: Callable[[str], str]) -> dict[str, str]:
    return {name: shown(text) for name, text in asdict(item).items()}


def _change(change: Change, fields: Sequence[Field], place: Callable[[str], str]) -> dict[str, object]:
    by_name = {field.name: field for field in fields}
    plain: dict[str, object] = {
        "kind": change.kind.value,
        "resource": change.resource,
        "key": list(change.key),
        "path_before": place(change.path_before),
        "path_after": place(change.path_after),
        "fields": [
            {
                "field": item.field,
                "title": by_name[item.field].title,
                "unit": by_name[item.field].unit,
                "before": plain_cell(by_name[item.field], item.before),
                "after": plain_cell(by_name[item.field], item.after),
                "difference": f"{rise:+f}" if (rise := risen(by_name[item.field], item)) else "",
            }
            for item in change.fields
        ],
    }
    if change.before is None or change.after is None:
        plain["record"] = _record(fields, change.after or change.before or ())
    return plain


def _record(fields: Sequence[Field], row: Row) -> Mapping[str, str]:
    return {field.name: plain_cell(field, text) for field, text in zip(fields, row, strict=True) if text}
