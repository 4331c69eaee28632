"""Old addresses: of merged places, and of records taken out of the ledger."""

from __future__ import annotations

import datetime
import subprocess

import pytest
from made_up import COMMIT, DAY, Example

from gongshi.disclosure import Disclosure
from gongshi.repository import Git
from gongshi.site import Site
from gongshi.site.gone import Removed, removed

PROJECT, NOTICE = "990101-2019-CY-0001", "G2019-00001"


def bodies(example: Example, gone: list[Removed]) -> dict[str, str]:
    site = Site(Disclosure(example.open(), DAY), DAY, COMMIT, removed=gone)
    return {page.path: page.body for page in site.pages()}


def test_a_record_taken_out_leaves_a_page_that_says_so():
    gone = [Removed("projects", PROJECT, "2020-05-01", "ab" * 20), Removed("notices", NOTICE, "2020-05-02", "cd" * 20)]
    found = bodies(Example(), gone)
    assert "已在 2020-05-01 从台账里移出（版本 abababababab）" in found[f"projects/{PROJECT}.html"]
    assert 'href="../notices/index.html"' in found[f"notices/{NOTICE}.html"]


def test_a_record_that_came_back_has_its_own_page():
    example = Example()
    code = example.rows["projects"][0]["project_id"]
    page = bodies(example, [Removed("projects", code, "2020-05-01", "ab" * 20)])[f"projects/{code}.html"]
    assert "移出" not in page and "办到哪一步" in page


def test_a_merged_village_leads_to_its_successor():
    example = Example()
    village = next(row for row in example.rows["divisions"] if row["level"] == "村")
    old = "990100100999"
    merged = {"name": "旧村", "valid_to": datetime.date(2019, 3, 1), "successor_code": village["division_code"]}
    example.rows["divisions"].append(village | {"division_code": old} | merged)
    page = bodies(example, [])[f"villages/{old}.html"]
    assert f"旧村（代码 {old}）已在 2019年3月1日停用，并入{village['name']}。" in page
    assert f'href="../villages/{village["division_code"]}.html"' in page


def test_a_merged_township_without_successor_still_has_its_address():
    example = Example()
    town = next(row for row in example.rows["divisions"] if row["level"] == "乡镇")
    old = {"division_code": "990100199000", "slug": "jiuzhen", "name": "旧镇", "valid_to": datetime.date(2019, 3, 1)}
    example.rows["divisions"].append(town | old | {"successor_code": None})
    assert "停用。" in bodies(example, [])["townships/jiuzhen.html"]


@pytest.mark.parametrize("folder", ["", "县里/台账"])
def test_the_history_tells_what_was_taken_out_last(tmp_path, folder):
    def git(*words: str, when: str = "2020-01-01T08:00:00+08:00") -> None:
        dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
        who = {f"GIT_{role}_{part}": "a@example.org" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
        subprocess.run(
            ["git", *words], cwd=tmp_path, check=True, capture_output=True, env=dates | who | {"PATH": "/usr/bin:/bin"}
        )

    ledger = tmp_path / folder
    files = [
        ledger / f"records/projects/2019/{PROJECT}.yaml",
        ledger / f"records/townships/guzhen/notices/2019/{NOTICE}.yaml",
    ]
    git("init", "-q")
    for when in ("2020-02-01T08:00:00+08:00", "2020-02-29T20:00:00+00:00"):  # the second is a day later in China
        for file in files:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("a: 1\n")
        git("add", "-A")
        git("commit", "-qm", "in")
        for file in files:
            file.unlink()
        git("add", "-A")
        git("commit", "-qm", "out", when=when)
    ledger.mkdir(parents=True, exist_ok=True)
    found = Git(ledger)
    head = found.head()
    assert removed(found, head) == [
        Removed("notices", NOTICE, "2020-03-01", head), Removed("projects", PROJECT, "2020-03-01", head),
    ]  # fmt: skip
