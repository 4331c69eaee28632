"""The whole life of one record as one HTML file: nothing is loaded from anywhere, and no script is in it."""

from __future__ import annotations

import datetime

from gongshi.changes.life import Life
from gongshi.site.render import environment


def render(lives: list[Life], county: str, commit: str, complete: bool, today: datetime.date) -> str:
    """The file's text; not ``complete`` where only the end of the history is at hand."""
    values = {"lives": lives, "county": county, "commit": commit, "complete": complete, "today": today}
    return environment(today).get_template("life.html").render(values)
