"""Entries in words: one line that says what a record is and what became of it; what many have in common; a batch."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from gongshi.changes import phrases
from gongshi.changes.folding import Fields, Fold, Shape, procedures, rise_of
from gongshi.changes.values import Change, ChangeKind, Diff, FieldChange
from gongshi.changes.weighing import Weight, weight_of
from gongshi.checks.showing import shown_path, shown_text
from gongshi.package.subjects import subjects

_FEW = 3  # keys, names or records that stand for many


class Teller:
    """Says the entries of one Diff."""

    def __init__(self, diff: Diff) -> None:
        self.diff = diff
        self.fields = Fields(diff)

    def line(self, entry: Fold) -> str:
        """An entry in one line."""
        if entry.shape is Shape.BATCH:
            return self._batch(entry)
        if entry.shape is Shape.FOLDER:
            return f"整个文件夹移动：{_folder(entry.title)}，{len(entry.changes)} 条记录{self._tables(entry.changes)}"
        if entry.shape is Shape.SAME:
            return self._same(entry)
        change = entry.changes[0]
        return f"{self.title(change)}：{self.what(change)}"

    def title(self, change: Change) -> str:
        """``修改 资金支付 F0000018（42,800.00 元，某某项目）``."""
        about = self.about(change)
        table = self.diff.resources[change.resource].title
        return f"{phrases.KINDS[change.kind]} {table} {'/'.join(change.key)}{f'（{about}）' if about else ''}"

    def about(self, change: Change) -> str:
        """What the record is, in words, "" where nothing more is known."""
        return shown_text(self.diff.names.about(change, self.fields.places(change.resource)))

    def what(self, change: Change) -> str:
        """What became of it, the weightiest first."""
        if change.kind is ChangeKind.MOVED and not change.fields:
            return phrases.place_sentence(change)
        if not change.fields:
            row = change.after or change.before or ()
            key = self.diff.resources[change.resource].schema.primary_key
            facts = phrases.facts(self.diff.fields[change.resource], row, key, self.namer(change))
            return "；".join(filter(None, (self.late([change]), facts)))
        return "；".join(
            self.cell(change, item) for item in sorted(change.fields, key=lambda i: self._weight(change, i))
        )

    def late(self, changes: Iterable[Change]) -> str:
        """``补录 181 天``, of many records the number and the most; "" where none was entered late."""
        days = [self.diff.late[place] for one in changes if (place := (one.resource, one.key)) in self.diff.late]
        if len(days) < 2:
            return f"补录 {days[0]} 天" if days else ""
        return f"其中 {len(days)} 条是补录，最久 {max(days)} 天"

    def cell(self, change: Change, item: FieldChange) -> str:
        """``收款单位 U211 某公司 → U212 某厂``."""
        return phrases.field_sentence(self.fields[change.resource][item.field], item, self.namer(change))

    def namer(self, change: Change) -> Callable[[str, str], str]:
        """(field, code) → the name that stands behind a cell of this record."""
        path = change.path_after or change.path_before
        return lambda field, code: shown_text(self.diff.names.named(change.resource, field, code, path))

    def rise(self, changes: Iterable[Change]) -> str:
        """``，金额增 40.00 元，减 4.00 元`` of many records, "" where no money moved."""
        rises = [rise_of(change, self.fields) for change in changes]
        up, down = sum((r for r in rises if r > 0), Decimal(0)), -sum((r for r in rises if r < 0), Decimal(0))
        parts = [f"{word} {phrases.counted(money)} 元" for word, money in (("增", up), ("减", down)) if money]
        return f"，金额{'，'.join(parts)}" if parts else ""

    def _weight(self, change: Change, item: FieldChange) -> Weight:
        refers = self.fields.refers.get((change.resource, item.field), "")
        return weight_of(change.resource, self.fields[change.resource][item.field], refers)

    def _same(self, entry: Fold) -> str:
        first, count = entry.changes[0], len(entry.changes)
        table = self.diff.resources[entry.resource].title
        cells = []
        for place, item in enumerate(first.fields):
            pairs = {(change.fields[place].before, change.fields[place].after) for change in entry.changes}
            alike = len(pairs) == 1
            title = self.fields[entry.resource][item.field].title
            cells.append(self.cell(first, item) if alike else f"{title}各有改动，如 {self.cell(first, item)}")
        what = "，".join(cells) or phrases.KINDS[first.kind]
        where = f"（{phrases.place_sentence(first)}）" if first.kind is ChangeKind.MOVED else ""
        return f"{count} 条{table}{where}改了同样的字段：{what}{self.rise(entry.changes)}。{_keys(entry.changes)}"

    def _batch(self, entry: Fold) -> str:
        """What one procedure did: how many households where, on which cases, and what else came with them."""
        groups: dict[str, list[Change]] = defaultdict(list)
        for change in entry.changes:
            groups[change.resource].append(change)
        known = procedures()
        cases, households = groups.pop(known.cases), groups.pop(known.listed, [])
        villages = ((case, self.fields.cell(case, known.village)) for case in cases)
        places = Counter(self.namer(case)(known.village, code) or code for case, code in villages)
        where = "、".join(f"{name}" + (f"（{count} 卷）" if count > 1 else "") for name, count in [*places.items()][:6])
        more = f" 等 {len(places)} 处" if len(places) > 6 else ""
        parts = [f"{entry.title} {len(households)} 户，案卷 {len(cases)} 卷：{where}{more}。{_keys(cases)}"]
        parts.extend(self._states(groups.pop(subjects().household.table, [])))
        for name in known.steps:
            groups.pop(name, None)
        for word, added in (("新增", True), ("结束", False)):
            counts = Counter(
                name for name, found in groups.items() for c in found if (c.kind is ChangeKind.ADDED) == added
            )
            others = [f"{self.diff.resources[name].title} {count} 条" for name, count in counts.items()]
            parts.extend([f"随案卷{word}{'、'.join(others)}"] if others else [])
        parts.extend(filter(None, [self.late(entry.changes)]))
        return "。".join(part.rstrip("。") for part in parts) + "。"

    def _states(self, changes: Sequence[Change]) -> Iterator[str]:
        if not changes:
            return
        found = Counter(
            self.cell(change, item) for change in changes for item in change.fields if item.field in procedures().states
        )
        yield f"{len(changes)} 户" + "，".join(f"{text}" for text, _ in found.most_common(_FEW))

    def _tables(self, changes: Iterable[Change]) -> str:
        counts = Counter(self.diff.resources[change.resource].title for change in changes)
        listed = "、".join(f"{name} {count}" for name, count in counts.most_common(_FEW))
        return f"（{listed}{' 等' if len(counts) > _FEW else ''}），内容没变的不再列出"


def _keys(changes: Sequence[Change]) -> str:
    keys = "、".join("/".join(change.key) for change in changes[:_FEW])
    return f"编号 {keys}" + (f" 等 {len(changes)} 条" if len(changes) > _FEW else "")


def _folder(title: str) -> str:
    before, _, after = title.partition(" → ")
    return f"{shown_path(before) or '.'} → {shown_path(after) or '.'}"
