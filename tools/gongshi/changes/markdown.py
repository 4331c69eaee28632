"""A Diff as Markdown for a comment on a pull request: folded, nothing empty, cut at what GitHub takes, a part of each section kept."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from gongshi.changes import phrases
from gongshi.changes.digest import LINES, digest, rises
from gongshi.changes.folding import Fold, Shape, entries
from gongshi.changes.telling import Teller
from gongshi.changes.text import Told, clean, told_by_record
from gongshi.changes.values import Change, ChangeKind, Diff
from gongshi.checks.showing import told as shown
from gongshi.model import Finding

LIMIT = 65_000  # characters; GitHub refuses a comment of more than 65,536
NOTE = "\n\n**内容太长，以下从略**：{}。全部内容请{}在本机运行 `gongshi diff` 查看。\n"
_PUNCTUATION = re.compile(r"([\\`*_{}\[\]()#+\-.!|~=:])")


def escape(text: str) -> str:
    """Text that Markdown shows as it is: no markup, no HTML, no link, nobody mentioned."""
    plain = _PUNCTUATION.sub(r"\\\1", html.escape(clean(text), quote=False))
    return plain.replace("@", "@\u200b")


def to_markdown(
    diff: Diff,
    new: Sequence[Finding] = (),
    resolved: Sequence[Finding] = (),
    rest: str = "",
    passed: Sequence[Finding] = (),
) -> str:
    """The comment. Each section has its share of the room; a note says what was cut, with a link to ``rest``."""
    if diff.empty and not new and not resolved and not passed:
        return "## 记录变更\n\n没有变化。\n"
    body = "## 记录变更\n\n" + escape(_summary(diff)) + "\n"
    skipped: list[str] = []
    sections = list(_sections(diff, new, resolved, passed))
    rooms = _shares([_size(title, lines) for title, _, lines in sections], LIMIT - len(body) - 1000)
    for (title, is_open, lines), room in zip(sections, rooms, strict=True):
        section = _section(title, is_open, lines, room)
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


def _shares(sizes: Sequence[int], room: int) -> list[int]:
    """How much each may have: what it needs, or an equal share of what those that need less leave over."""
    given = [0] * len(sizes)
    for place in sorted(range(len(sizes)), key=lambda at: sizes[at]):
        waiting = sum(not each for each in given)
        given[place] = min(sizes[place], room // waiting)
        room -= given[place]
    return given


def _size(title: str, lines: Sequence[str]) -> int:
    return sum(len(line) + 1 for line in lines) + len(html.escape(clean(title))) + 80


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


def _sections(
    diff: Diff, new: Sequence[Finding], resolved: Sequence[Finding], passed: Sequence[Finding]
) -> Iterator[tuple[str, bool, list[str]]]:
    schema = sorted(diff.schema, key=phrases.schema_order)
    told, rest = told_by_record(diff, new, resolved)
    records = list(_tables(diff, told))
    first = digest(diff, new, passed) if sum(len(lines) for *_, lines in records) > LINES else []
    if first:
        yield "要紧的（先看这里）", True, _first(first)
    sections = [
        ("⚠ 只有新规则才放行的", list(map(_passed, passed))),
        ("读不全的文件", [phrases.trouble_sentence(trouble) for trouble in diff.troubles]),
        ("⚠ 字段定义有变化", [phrases.schema_sentence(item) for item in schema]),
        ("⚠ 规则有变化", [f"{'⚠ 放宽：' * loose}{line}" for loose, line in phrases.setting_sentences(diff.settings)]),
        ("合计", [phrases.total_sentence(total) for total in diff.totals]),
        ("补录", list(filter(None, [phrases.late_words(diff)]))),
        ("金额增加最多的", rises(diff)),
        ("其他新问题和已解决的问题", rest),
    ]
    for title, lines in sections:
        if lines:
            yield f"{title}（{len(lines)}）", True, [f"- {escape(line)}" for line in lines]
    yield from records
    if respelled := phrases.respelled(diff):
        keys = [f"- {escape(f'{item.resource} ' + '/'.join(item.key))}" for item in respelled]
        yield f"只改写法、内容没变（{len(respelled)}）", False, keys


def _first(lines: Sequence[str]) -> list[str]:
    """The digest as a list under each of its titles; what it wrapped is one line again."""
    told: list[str] = []
    for line in lines:
        if line.startswith("    "):
            told[-1] += escape(line[4:])
        elif line.startswith(" "):
            told.append(f"- {escape(line[2:])}")
        else:
            told += ["", f"**{escape(line)}**", ""]
    return told[1:]


def _passed(finding: Finding) -> str:
    finding = shown(finding)
    return f"{finding.path} {'/'.join(finding.key)} {finding.message} [{finding.rule or finding.code}]"


def _tables(diff: Diff, told: Told) -> Iterator[tuple[str, bool, list[str]]]:
    """A section for each table, the weightiest first, and one for what moved or was done in batches."""
    teller = Teller(diff)
    tables: dict[str, list[Fold]] = {}
    for entry in entries(diff):
        tables.setdefault(entry.resource if entry.shape in (Shape.ONE, Shape.SAME) else "", []).append(entry)
    for name, group in tables.items():
        changes = [change for entry in group for change in entry.changes]
        title = f"{diff.resources[name].title} {name}" if name else "成批的变化"
        lines = [line for entry in group for line in _entry(teller, entry, told)]
        yield f"{title}：{phrases.counts(changes)}", len(group) <= 20, lines


def _entry(teller: Teller, entry: Fold, told: Told) -> Iterator[str]:
    if entry.shape is Shape.ONE:
        yield from _record(teller, entry.changes[0])
    else:
        yield f"- {escape(teller.line(entry))}"
    for change in entry.changes:
        yield from (f"  - **{escape(sentence)}**" for sentence in told.get((change.resource, change.key), ()))


def _record(teller: Teller, change: Change) -> Iterator[str]:
    about = teller.about(change)
    words = f"{phrases.place_sentence(change)}{f' （{about}）' if about else ''}"
    yield f"- {phrases.KINDS[change.kind]} **{escape('/'.join(change.key))}** {escape(words)}"
    row = change.after or change.before
    if change.kind in (ChangeKind.ADDED, ChangeKind.REMOVED) and row:
        key = teller.diff.resources[change.resource].schema.primary_key
        yield f"  - {escape(phrases.facts(teller.diff.fields[change.resource], row, key, teller.namer(change)))}"
        yield from (f"  - **{escape(words)}**" for words in filter(None, [teller.late([change])]))
    yield from (f"  - {escape(teller.cell(change, item))}" for item in change.fields)
