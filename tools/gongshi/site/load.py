"""From a folder with records to its site."""

from __future__ import annotations

import datetime
from pathlib import Path

from gongshi.disclosure import RESOURCES, Disclosure
from gongshi.model import GongshiError, Severity
from gongshi.package import RECORDS, county_day
from gongshi.package import load as load_tables
from gongshi.repository import Git, WorkTree
from gongshi.site.pages import Site


def load(root: Path, on: datetime.date | None, today: datetime.date) -> Site:
    """The site of the records below ``root`` on the day ``on``: else on the county's own day, else ``today``."""
    database = load_tables(WorkTree(root), only=RESOURCES)
    errors = [finding for finding in database.findings if finding.severity == Severity.ERROR]
    if errors:
        first = errors[0]
        place = f"{first.path} 第 {first.line} 行" if first.line else first.path
        raise GongshiError(f"台账有 {len(errors)} 处读不出来，先运行 gongshi check。第一处：{place}，{first.message}")
    git = Git(root)
    commit = git.head() if git.exists() else None
    clean = bool(commit) and not git.run("status", "--porcelain", "--", RECORDS).strip()
    return Site(Disclosure(database), on or county_day(database) or today, commit or "", clean)
