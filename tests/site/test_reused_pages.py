"""Pages that an earlier build made are what would be made now, whatever was edited between."""

from __future__ import annotations

import random
import subprocess

import pytest
from made_up import COMMIT, DAY, ROOT, nasty_county

from gongshi.disclosure import Disclosure
from gongshi.repository import Cache, Reused
from gongshi.site import Site
from support import rounds

SECTIONS = [path.relative_to(ROOT / "docs").with_suffix(".html").as_posix() for path in (ROOT / "docs").rglob("*.md")]
EDITED = {
    "projects": ("name", "stage", "budget_total", "content"),
    "payments": ("amount", "paid_on", "payee_kind"),
    "notices": ("title", "ends_on", "place"),
    "assets": ("name", "value"),
    "villages": ("village_class",),
    "units": ("name",),
    "divisions": ("name",),
    "project-stages": ("stage", "reached_on"),
}


def edit(rows: dict[str, list[dict]], chance: random.Random) -> None:
    """One cell gets the value of another row, or a text a letter more."""
    name = chance.choice([name for name in EDITED if len(rows.get(name, ())) > 1])
    one, other = chance.sample(rows[name], 2)
    field = chance.choice([field for field in EDITED[name] if field in one])
    value = other[field]
    one[field] = f"{one[field]}·" if value == one[field] and isinstance(value, str) else value


def pages(rows: dict[str, list[dict]], reused: Reused) -> dict[str, tuple[str, str, str]]:
    county = nasty_county()
    county.rows = {name: [dict(row) for row in found] for name, found in rows.items()}
    site = Site(Disclosure(county.open(), DAY), DAY, COMMIT)
    site.reused = reused
    parts = (part for path in SECTIONS if (part := site.section(path)))
    found = {page.path: (page.title, page.about, page.body) for page in (*site.pages(), *parts)}
    reused.settle()
    return found


@pytest.mark.parametrize("seed", range(rounds(1, 6)))
def test_any_edits_give_the_pages_that_a_first_build_makes(tmp_path, monkeypatch, seed):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    chance, county = random.Random(seed), nasty_county()
    county.open()  # the figures are of the first state
    rows, rendered, real = county.rows, [], Site._render
    monkeypatch.setattr(
        Site,
        "_render",
        lambda self, template, path, values: rendered.append(path) or real(self, template, path, values),
    )
    fresh = pages(rows, Reused(Cache(tmp_path)))
    rendered.clear()
    assert pages(rows, Reused(Cache(tmp_path))) == fresh, "nothing was edited"
    assert len(rendered) < 8, "pages that say the commit, or a calendar"
    for _ in range(rounds(1, 4)):
        for _ in range(4):
            edit(rows, chance)
        rendered.clear()
        later = pages(rows, Reused(Cache(tmp_path)))
        few = len(rendered)
        assert later == pages(rows, Reused()) and few < len(rendered) - few
