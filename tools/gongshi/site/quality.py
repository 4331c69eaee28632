"""How the quality of the records changed: what the rules that look at no persons found, from publication to publication.

``data/quality.json`` says it of one publication and is listed in its manifest; the log keeps a copy beside each manifest
(``publishing``), and of these the pages draw what was before. The last publication of a day counts, where these are many that
of a month: which ones follows from the names in the log, so that who has the log builds the same pages again.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from gongshi.disclosure.rulings import RuleBook, Ruling
from gongshi.model import SEVERITIES, Finding, GongshiError, Severity
from gongshi.site.manifest import QUALITY, Manifest, printable, read_bytes

PAGE = "policies/over-time.html"
PAGES = ("index.html", "policies/index.html", PAGE)
"""The pages that say what was before: they follow from the log, too, and not from the commit alone."""

FORMAT = 1
MOST = 30
"""So many days are shown one by one; of more, the last of each month, and so many months."""

_LEFT, _WIDTH, _FOOT, _HEIGHT = 12.0, 336.0, 164.0, 128.0


class RuleCount(NamedTuple):
    """What one rule found: among so many rows, so many that break it."""

    severity: str
    looked: int
    broke: int


class Quality(NamedTuple):
    """What the rules found on the day of a publication. ``rules`` is the digest of the rules, ``manifest`` its file's name."""

    day: datetime.date
    rules: str
    counts: Mapping[str, RuleCount]
    manifest: str = ""

    @property
    def looked(self) -> int:
        """Rows that were looked at, once for each rule."""
        return sum(count.looked for count in self.counts.values())

    @property
    def broke(self) -> int:
        """Rows that break a rule, once for each rule."""
        return sum(count.broke for count in self.counts.values())

    @property
    def severities(self) -> Mapping[str, int]:
        """The same by how bad it is; without those of which there are none."""
        found = dict.fromkeys(SEVERITIES.values(), 0)
        for count in self.counts.values():
            found[count.severity] += count.broke
        return {name: number for name, number in found.items() if number}


class QualityChart(NamedTuple):
    """The steps from publication to publication as a drawing; at ``marks`` (x, y, number) it is told how many, at ``turns`` the
    rules themselves were changed."""

    line: str
    marks: Sequence[tuple[float, float, int]]
    turns: Sequence[float]
    foot: float


class Moved(NamedTuple):
    """A rule that finds something today, or another number than before."""

    rule: str
    title: str
    severity: str
    numbers: Sequence[int | None]


def of_books(books: Sequence[RuleBook], day: datetime.date, rules: str) -> Quality:
    """What the rules say today; those about persons are told by the quarter and are not among them."""
    ran = (ruling for ruling in _rulings(books) if not ruling.personal)
    counts = {
        ruling.rule: RuleCount(ruling.severity, ruling.looked, ruling.broke)
        for ruling in ran
        if isinstance(ruling.looked, int) and isinstance(ruling.broke, int)
    }
    return Quality(day, rules[:12], counts)


def _rulings(books: Sequence[RuleBook]) -> list[Ruling]:
    return [ruling for book in books for ruling in book.rulings]


def encode(quality: Quality) -> bytes:
    """The file, a line for each rule."""
    head = {"format": FORMAT, "day": quality.day.isoformat(), "rules_digest": quality.rules}
    lines = ",\n".join(
        f"  {json.dumps(rule)}: {json.dumps(count._asdict(), ensure_ascii=False)}"
        for rule, count in sorted(quality.counts.items())
    )
    return f'{json.dumps(head, indent=1)[:-2]},\n "rules": {{\n{lines}\n }}\n}}\n'.encode()


def read(content: bytes, name: str) -> Quality:
    """What a copy in a log says; GongshiError unless it is such a file."""
    try:
        said = json.loads(content)
        counts = {str(rule): RuleCount(**count) for rule, count in said["rules"].items()}
        day = datetime.date.fromisoformat(said["day"])
        numbers = [number for count in counts.values() for number in count[1:]]
        if said["format"] != FORMAT or any(type(number) is not int or number < 0 for number in numbers):
            raise ValueError(name)
        if not {count.severity for count in counts.values()} <= set(SEVERITIES.values()):
            raise ValueError(name)
        return Quality(day, str(said["rules_digest"]), counts)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise GongshiError(f"清单目录里的“{printable(name)}”不是记录质量的数字，请重新取得整个清单目录。") from None


def missing(folder: Path, chain: Sequence[Manifest]) -> list[Finding]:
    """The copies that are not beside their manifest as it lists them."""
    found = []
    for made in chain:
        if QUALITY in made.files and _copy(folder, made) is None:
            text = f"第 {made.number} 份清单旁边没有它的记录质量，或被改过，请重新取得整个清单目录"
            found.append(Finding("quality-missing", Severity.ERROR, text, printable(made.quality_name)))
    return found


def _copy(folder: Path, made: Manifest) -> bytes | None:
    place = folder / made.quality_name
    if place.is_symlink() or not place.is_file():
        return None
    content = read_bytes(place)
    return content if hashlib.sha256(content).hexdigest() == made.files[QUALITY] else None


def earlier(folder: Path, chain: Sequence[Manifest], day: datetime.date) -> list[Quality]:
    """What the log ``chain`` in ``folder`` says of the days before ``day``, the oldest first; GongshiError if a copy is not
    there. Manifests from before there was such a file say nothing."""
    by_day = {made.day: made for made in chain if QUALITY in made.files and made.day < day.isoformat()}
    chosen = list(by_day.values())
    if len(chosen) > MOST:
        chosen = list({made.day[:7]: made for made in chosen}.values())[-MOST:]
    if lost := missing(folder, chosen):
        raise GongshiError(f"{lost[0].path}：{lost[0].message}。")
    return [
        read((folder / made.quality_name).read_bytes(), made.quality_name)._replace(manifest=made.name)
        for made in chosen
    ]


def values(now: Quality, past: Sequence[Quality], books: Sequence[RuleBook]) -> dict[str, Any]:
    """Everything that the pages show of it."""
    points = [*past, now]
    shown = points[-3:]
    return {
        "now": now,
        "last": past[-1] if past else None,
        "points": points,
        "turned": [False, *(one.rules != other.rules for one, other in pairwise(points))],
        "chart": _chart(points),
        "shown": shown,
        "moved": _moved(shown, books),
        "personal": sum(ruling.personal for ruling in _rulings(books)),
    }


def _moved(shown: Sequence[Quality], books: Sequence[RuleBook]) -> list[Moved]:
    titles = {ruling.rule: ruling.title for ruling in _rulings(books)}
    found = []
    for rule in sorted({rule for one in shown for rule in one.counts}):
        told = [one.counts.get(rule) for one in shown]
        numbers = [count.broke if count else None for count in told]
        if any(numbers) and (numbers[-1] or len(set(numbers)) > 1):
            severity = next(count.severity for count in reversed(told) if count)
            found.append(Moved(rule, titles.get(rule, "现在没有这条规则"), severity, numbers))
    return sorted(found, key=lambda row: (-(row.numbers[-1] or 0), row.rule))


def _chart(points: Sequence[Quality]) -> QualityChart | None:
    """None where there is nothing to compare."""
    if len(points) < 2:
        return None
    first, days = points[0].day, max((points[-1].day - points[0].day).days, 1)
    top = max(point.broke for point in points) or 1
    places = [
        (
            round(_LEFT + _WIDTH * (point.day - first).days / days, 1),
            round(_FOOT - _HEIGHT * point.broke / top, 1),
            point.broke,
        )
        for point in points
    ]
    line = f"M{places[0][0]} {places[0][1]}" + "".join(f"H{x}V{y}" for x, y, _ in places[1:])
    most = max(places, key=lambda place: place[2])
    marks = dict.fromkeys((places[0], places[-1]))
    if all(abs(most[0] - x) > _WIDTH / 8 for x, _, _ in marks):
        marks[most] = None
    turns = [
        place[0] for (one, other), place in zip(pairwise(points), places[1:], strict=True) if one.rules != other.rules
    ]
    return QualityChart(line, list(marks), turns, _FOOT)
