"""A Diff as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gongshi.changes import phrases
from gongshi.changes.digest import LINES, digest, rises
from gongshi.changes.folding import Fold, Shape, entries
from gongshi.changes.telling import Teller
from gongshi.changes.values import Change, ChangeKind, Diff
from gongshi.checks.showing import safe
from gongshi.checks.showing import told as shown
from gongshi.model import Finding, visible


def to_text(
    diff: Diff,
    new: Sequence[Finding] = (),
    resolved: Sequence[Finding] = (),
    passed: Sequence[Finding] = (),
    each: bool = False,
) -> str:
    """The whole Diff; findings stand under the record they concern, the others at the end. Where it is more than one
    screen, that begins with what matters most. ``each`` tells record by record what else is told together."""
    told, rest = told_by_record(diff, new, resolved)
    lines = [*_passed(passed), *_head(diff)]
    lines.extend(_records(Teller(diff), entries(diff, each), told))
    respelled = phrases.respelled(diff)
    if respelled:
        lines.append(f"只改写法、内容没变：{len(respelled)} 条")
    lines.extend(rest)
    if len(lines) + len(diff.troubles) > LINES:
        return "\n".join(map(clean, [*digest(diff, new, passed), "", "逐项：", *_troubles(diff), *lines]))
    lines = [*_troubles(diff), *lines] if _spoilt(diff) else [*lines, *_troubles(diff)]
    return "\n".join(clean(line) for line in (lines or ["没有变化。"]))


def _spoilt(diff: Diff) -> bool:
    """Whether what is wrong with a file explains changes."""
    return any(trouble.first for trouble in diff.troubles)


def _troubles(diff: Diff) -> list[str]:
    ordered = sorted(diff.troubles, key=lambda trouble: not trouble.first)
    return [f"注意：{phrases.trouble_sentence(trouble)}" for trouble in ordered]


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


def _passed(passed: Sequence[Finding]) -> Iterator[str]:
    if passed:
        yield "！只有新规则才放行的（按原来的规则是错误或提醒）"
        for finding in map(shown, passed):
            place = f"{finding.path}{f':{finding.line}' if finding.line else ''} "
            yield f"  {place}{'/'.join(finding.key)} {finding.message} [{finding.rule or finding.code}]"


def _head(diff: Diff) -> Iterator[str]:
    if diff.schema:
        yield "！字段定义有变化"
        yield from (f"  {phrases.schema_sentence(item)}" for item in sorted(diff.schema, key=phrases.schema_order))
    if diff.settings:
        yield "！规则有变化"
        yield from (f"  {sentence}" for _, sentence in phrases.setting_sentences(diff.settings))
    if diff.totals:
        yield "合计"
        yield from (f"  {phrases.total_sentence(total)}" for total in diff.totals)
    yield from filter(None, [phrases.late_words(diff)])
    largest = rises(diff)
    if len(largest) > 1:
        yield "金额增加最多的"
        yield from (f"  {sentence}" for sentence in largest)


def _records(teller: Teller, found: Sequence[Fold], told: Told) -> Iterator[str]:
    """By table, the weightiest table first; in each the weightiest entry."""
    tables: dict[str, list[Fold]] = {}
    for entry in found:
        tables.setdefault(entry.resource if entry.shape in (Shape.ONE, Shape.SAME) else "", []).append(entry)
    for name, group in tables.items():
        if name:
            changes = [change for entry in group for change in entry.changes]
            yield f"{teller.diff.resources[name].title}（{name}）：{phrases.counts(changes)}"
        for entry in group:
            if entry.shape is Shape.ONE:
                yield from (f"  {line}" for line in _record(teller, entry.changes[0]))
            else:
                yield f"{'  ' if name else ''}{teller.line(entry)}"
            sentences = [line for change in entry.changes for line in told.get((change.resource, change.key), ())]
            yield from (f"      {sentence}" for sentence in sentences)


def _record(teller: Teller, change: Change) -> Iterator[str]:
    key = teller.diff.resources[change.resource].schema.primary_key
    about = teller.about(change)
    place = f"{phrases.place_sentence(change)}{f'  （{about}）' if about else ''}"
    yield f"{phrases.KINDS[change.kind]} {'/'.join(change.key)}  {place}"
    row = change.after or change.before
    if change.kind in (ChangeKind.ADDED, ChangeKind.REMOVED) and row:
        yield f"    {phrases.facts(teller.diff.fields[change.resource], row, key, teller.namer(change))}"
        yield from (f"    {words}" for words in filter(None, [teller.late([change])]))
    yield from (f"    {teller.cell(change, item)}" for item in change.fields)
