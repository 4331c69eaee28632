"""Logs of manifests for the tests."""

from __future__ import annotations

import datetime
from pathlib import Path

from gongshi.site.manifest import Manifest
from gongshi.site.publishing import append

DAY = datetime.date(2020, 6, 30)
SOURCE = {
    "county": "990101000000",
    "commit": "a" * 40,
    "engine": "0.1.0",
    "tool": "b" * 64,
    "libraries": {"mkdocs": "1.6.1"},
    "schemas": "c" * 64,
    "policies": "d" * 64,
}


def publish(log: Path, site: Path, day: datetime.date = DAY, **source: str) -> Manifest:
    return append(log, SOURCE | source, day, site, "示例县")[0]


def publish_times(log: Path, site: Path, *words: str) -> list[Manifest]:
    """One publication per word, which is then on the first page."""
    made = []
    for word in words:
        (site / "index.html").write_text(word, "utf-8")
        made.append(publish(log, site))
    return made
