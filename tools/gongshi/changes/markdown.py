"""A Diff as Markdown for a comment on a pull request: folded, nothing empty, cut at what GitHub takes."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from gongshi.changes import phrases
from gongshi.changes.text import Told, clean, told_by_record
from gongshi.changes.values import Change, Diff, Kind
from gongshi.model import Finding

LIMIT = 65_000  # characters; GitHub refuses a comment of more than 65,536
NOTE = "\n\n**内容太长，以下从略**：{}。全部内容请{}在本机运行 `gongshi diff` 查看。\n"
_PUNCTUATION = re.compile(r"([\\`*_{}\[\]()#+\-.!|~=:])")


def escape(text: str) -> str:
    """Text that Markdown shows as it is: no markup, no HTML, no link, nobody mentioned."""
    plain = _PUNCTUATION.sub(r"\\\1", html.escape(clean(text), quote=False))
    return plain.replace("@", "@\u200b")


def to_markdown(diff: Diff, new: Sequence[Finding] = (), resolved: Sequence[Finding] = (), rest: str = "") -> str:
    """The comment; sections that do not fit are left out from the end, and a note says so, with a link to ``rest``."""
    if diff.empty and not new and not resolved:
        return "## 记录变更\n\n没有变化。\n"
    body = "## 记录变更\n\n" + escape(_summary(diff)) + "\n"
    skipped: list[str] = []
    for title, is_open, lines in _sections(diff, new, resolved):
        section = _section(title, is_open, lines, LIMIT - len(body) - 1000)
        if section is None:
            skipped.append(title)
        else:
            body += section[0]
            skipped.extend([f"{title}（还有 {section[1]} 行）"] if section[1] else [])
    if skipped:
        more = "" if len(skipped) <= 8 else f" 等 {len(skipped)} 节"
        link = f"[在这里查看](<{rest}>)，或" if re.fullmatch(r"https?://[^\s<>]{1,500}", rest) else ""
        body += NOTE.format(escape("、".join(skipped[:8])) + more, link)
    return body


def _summary(diff: Diff) -> str:
    parts = [
        f"{diff.resources[name].title}：{phrases.counts(changes)}"
        for name, changes in phrases.by_resource(diff).items()
    ]
    return f"{diff.before} → {diff.after}。" + "；".join(parts[:12]) + ("…" if len(parts) > 12 else "")


def _section(title: str, is_open: bool, lines: list[str], room: int) -> tuple[str, int] | None:
    """The section cut to whole lines within ``room``, and how many lines are left out; None if not one fits."""
    head = f"\n<details{' open' if is_open else ''}><summary>{html.escape(clean(title))}</summary>\n\n"
    kept, size = [], len(head) + len("\n\n</details>\n")
    for line in lines:
        size += len(line) + 1
        if size > room:
            break
        kept.append(line)
    return (head + "\n".join(kept) + "\n\n</details>\n", len(lines) - len(kept)) if kept else None


def _sections(diff: Diff, new: Sequence[Finding], resolved: Sequence[Finding]) -> Iterator[tuple[str, bool, list[str]]]:
    groups = phrases.by_resource(diff)
    schema = sorted(diff.schema, key=phrases.schema_order)
    sections = [
        ("⚠ 字段定义有变化", True, [phrases.schema_sentence(item) for item in schema]),
        ("⚠ 规则有变化", True, [phrases.setting_sentence(item) for item in diff.settings]),
        ("读不全的文件", True, [phrases.trouble_sentence(trouble) for trouble in diff.troubles]),
        ("合计", True, [phrases.total_sentence(total) for total in diff.totals]),
    ]
    told, rest = told_by_record(diff, new, resolved)
    sections.append(("其他新问题和已解决的问题", True, rest))
    for title, is_open, lines in sections:
        if lines:
            yield f"{title}（{len(lines)}）", is_open, [f"- {escape(line)}" for line in lines]
    for name, changes in groups.items():
        title = f"{diff.resources[name].title} {name}：{phrases.counts(changes)}"
        yield title, len(changes) <= 20, [line for change in changes for line in _record(diff, change, told)]
    if respelled := phrases.respelled(diff):
        keys = [f"- {escape(f'{item.resource} ' + '/'.join(item.key))}" for item in respelled]
        yield f"只改写法、内容没变（{len(respelled)}）", False, keys


def _record(diff: Diff, change: Change, told: Told) -> Iterator[str]:
    fields = {field.name: field for field in diff.fields[change.resource]}
    key = diff.resources[change.resource].schema.primary_key
    yield f"- {phrases.KINDS[change.kind]} **{escape('/'.join(change.key))}** {escape(phrases.place_sentence(change))}"
    row = change.after or change.before
    if change.kind in (Kind.ADDED, Kind.REMOVED) and row:
        yield f"  - {escape(phrases.facts(diff.fields[change.resource], row, key))}"
    yield from (f"  - {escape(phrases.field_sentence(fields[item.field], item))}" for item in change.fields)
    yield from (f"  - **{escape(sentence)}**" for sentence in told.get((change.resource, change.key), ()))
