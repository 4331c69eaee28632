"""The first screen of a large Diff: forty lines of a hundred columns that nothing of weight is missing from.

Each kind of news has a share of them. Of the changes each table and field in turn has its weightiest told, so that neither
a thousand of one kind nor the order of the files decides what a reviewer sees.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from gongshi.changes import phrases
from gongshi.changes.folding import Fold, entries, rise_of
from gongshi.changes.telling import Teller
from gongshi.changes.values import ChangeKind, Diff, Total
from gongshi.checks.showing import told as shown
from gongshi.model import Finding, Severity

LINES, COLUMNS = 40, 100
_MOST = 2  # lines of one sentence
_LEAST = 16  # lines for what changed in the records
_RISES = 10
_RESTS = 6  # lines that say how many more there are


def digest(diff: Diff, new: Sequence[Finding], passed: Sequence[Finding] = ()) -> list[str]:
    """The lines, at most LINES. ``passed``: what was an error by the rules before, and is none by the new."""
    lines: list[str] = []
    for title, sentences, most in _alarms(diff, new, passed):
        if sentences:
            room = min(most, LINES - _LEAST - len(lines))
            lines.extend(_section(title, sentences, room))
    totals = _section("合计变动最大的", [phrases.total_sentence(total) for total in _largest(diff.totals)], 6)
    lines.extend(_weighty(diff, LINES - len(lines) - len(totals) - 1))
    return [*lines, *totals][:LINES]


def _alarms(diff: Diff, new: Sequence[Finding], passed: Sequence[Finding]) -> Iterator[tuple[str, list[str], int]]:
    troubles = [phrases.trouble_sentence(trouble) for trouble in diff.troubles]
    settings = [f"⚠ 放宽：{line}" if loose else line for loose, line in phrases.setting_sentences(diff.settings)]
    schema = [phrases.schema_sentence(item) for item in sorted(diff.schema, key=phrases.schema_order)]
    errors = sorted(map(shown, new), key=lambda finding: list(Severity).index(finding.severity))
    yield "！只有新规则才放行的", [_finding(finding) for finding in map(shown, passed)], 6
    yield "！文件本身", troubles, 5
    yield "！字段定义有变化", schema, 6
    yield "！规则有变化", settings, 6
    yield "补录", list(filter(None, [phrases.late_words(diff)])), 3
    yield "新问题", [_finding(finding) for finding in errors if finding.severity is Severity.ERROR], 5


def _finding(finding: Finding) -> str:
    key = f"{'/'.join(finding.key)} " if finding.key else ""
    return f"{key}{finding.message} [{finding.rule or finding.code}]"


def _largest(totals: Iterable[Total]) -> list[Total]:
    """Money before heads, then by what rose and fell."""
    moved = sorted(totals, key=lambda total: (total.unit != "元", -max(abs(total.after - total.before), total.up)))
    return moved


def _section(title: str, sentences: Sequence[str], room: int) -> list[str]:
    """A title and as many sentences as fit into ``room`` lines, and how many did not."""
    if not sentences or room < 2:
        return [f"{title}（{len(sentences)} 项，见后）"] if sentences and room == 1 else []
    lines, left = [f"{title}（{len(sentences)}）"], len(sentences)
    for sentence in sentences:
        wrapped = wrap(f"  {sentence}")
        if len(lines) + len(wrapped) + (left > 1) > room:
            break
        lines.extend(wrapped)
        left -= 1
    return [*lines, f"  …另有 {left} 项，见后"] if left else lines


def _weighty(diff: Diff, room: int) -> Iterator[str]:
    """Of each table and field in turn the weightiest entry, then the next, until there is no room."""
    teller = Teller(diff)
    groups: dict[tuple[object, ...], list[Fold]] = {}
    for entry in entries(diff):
        groups.setdefault((entry.weight, entry.resource, entry.field, entry.changes[0].kind), []).append(entry)
    total = sum(map(len, groups.values()))
    if not total or room < 2:
        return
    told: list[list[str]] = [[] for _ in groups]
    counts = [0] * len(groups)
    left = room - 1 - min(_RESTS, sum(len(group) > 1 for group in groups.values()))
    for rank in range(max(map(len, groups.values()))):
        for place, group in enumerate(groups.values()):
            wrapped = wrap(f"  {teller.line(group[rank])}") if rank < len(group) and counts[place] == rank else []
            if wrapped and len(wrapped) <= left:
                told[place] += wrapped
                counts[place] += 1
                left -= len(wrapped)
        if left <= 0:
            break
    yield f"要紧的变化（共 {total} 项，先列 {sum(counts)} 项，其余见后）"
    rests = _RESTS
    for lines, count, group in zip(told, counts, groups.values(), strict=True):
        yield from lines
        if 0 < count < len(group) and rests:
            rests -= 1
            yield from wrap(f"  …{_rest(teller, group[count:])}")[:1]


def _rest(teller: Teller, group: Sequence[Fold]) -> str:
    changes = [change for entry in group for change in entry.changes]
    kind, table = phrases.KINDS[changes[0].kind], teller.diff.resources[group[0].resource].title
    field = teller.fields[group[0].resource][group[0].field].title if group[0].field else ""
    return f"{kind}{table}{field and f'的{field}'}另有 {len(changes)} 条{teller.rise(changes)}"


def rises(diff: Diff) -> list[str]:
    """The ten largest rises of money, one sentence each."""
    teller = Teller(diff)
    found = [
        (rise_of(change, teller.fields), change) for change in diff.changes if change.kind is not ChangeKind.RESPELLED
    ]
    largest = sorted((pair for pair in found if pair[0] > 0), key=lambda pair: -pair[0])[:_RISES]
    return [f"{teller.title(change)}：{_plus(rise)}" for rise, change in largest]


def _plus(rise: Decimal) -> str:
    return f"{phrases.counted(rise, '+')} 元"


def wrap(text: str) -> list[str]:
    """A sentence in lines of at most COLUMNS columns, a wide character being two; what does not fit in _MOST lines is …"""
    lines: list[str] = []
    line, width = "", 0
    for char in text:
        wide = 2 if unicodedata.east_asian_width(char) in "WFA" else 1
        if width + wide > COLUMNS - 2:
            if len(lines) + 1 == _MOST:
                return [*lines, f"{line}…"]
            lines.append(line)
            line, width = "    ", 4
        line, width = line + char, width + wide
    return [*lines, line]
