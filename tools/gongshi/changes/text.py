"""A Diff as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gongshi.changes import phrases
from gongshi.changes.values import Change, Diff, Kind
from gongshi.checks.showing import safe
from gongshi.checks.showing import told as shown
from gongshi.model import Finding, visible


def to_text(diff: Diff, new: Sequence[Finding] = (), resolved: Sequence[Finding] = ()) -> str:
    """The whole Diff; findings stand under the record they concern, the others at the end."""
    lines = list(_head(diff))
    told, rest = told_by_record(diff, new, resolved)
    for name, changes in phrases.by_resource(diff).items():
        lines.append(f"{diff.resources[name].title}（{name}）：{phrases.counts(changes)}")
        for change in changes:
            lines.extend(f"  {line}" for line in _record(diff, change))
            lines.extend(f"      {sentence}" for sentence in told.get((change.resource, change.key), ()))
    respelled = phrases.respelled(diff)
    if respelled:
        lines.append(f"只改写法、内容没变：{len(respelled)} 条")
    lines.extend(rest)
    lines.extend(f"注意：{phrases.trouble_sentence(trouble)}" for trouble in diff.troubles)
    return "\n".join(clean(line) for line in (lines or ["没有变化。"]))


def clean(line: str) -> str:
    """A line without what looks like a person, which can neither move the cursor nor start a new line."""
    return visible(safe(line))


Told = Mapping[tuple[str, tuple[str, ...]], Sequence[str]]  # (resource, key) → sentences on new and resolved findings


def told_by_record(diff: Diff, new: Sequence[Finding], resolved: Sequence[Finding]) -> tuple[Told, list[str]]:
    """Sentences on findings about changed records, by record, and those on anything else."""
    changed = {(change.resource, change.key) for group in phrases.by_resource(diff).values() for change in group}
    told: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    rest = []
    for word, findings in (("新问题", new), ("已解决", resolved)):
        for finding in map(shown, findings):
            sentence = f"{word}：{finding.message} [{finding.rule or finding.code}]"
            if (finding.resource, finding.key) in changed:
                told.setdefault((finding.resource, finding.key), []).append(sentence)
            else:
                place = f"{finding.path}{f':{finding.line}' if finding.line else ''}"
                record = f"（{'/'.join(finding.key)}）" if finding.key else ""
                rest.append(f"{place}{record} {sentence}")
    return told, rest


def _head(diff: Diff) -> Iterator[str]:
    if diff.schema:
        yield "！字段定义有变化"
        yield from (f"  {phrases.schema_sentence(item)}" for item in sorted(diff.schema, key=phrases.schema_order))
    if diff.settings:
        yield "！规则有变化"
        yield from (f"  {phrases.setting_sentence(item)}" for item in diff.settings)
    if diff.totals:
        yield "合计"
        yield from (f"  {phrases.total_sentence(total)}" for total in diff.totals)


def _record(diff: Diff, change: Change) -> Iterator[str]:
    fields = {field.name: field for field in diff.fields[change.resource]}
    key = diff.resources[change.resource].schema.primary_key
    yield f"{phrases.KINDS[change.kind]} {'/'.join(change.key)}  {phrases.place_sentence(change)}"
    row = change.after or change.before
    if change.kind in (Kind.ADDED, Kind.REMOVED) and row:
        yield f"    {phrases.facts(diff.fields[change.resource], row, key)}"
    yield from (f"    {phrases.field_sentence(fields[item.field], item)}" for item in change.fields)
