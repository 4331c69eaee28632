"""What an earlier build found clean is not looked through again, and nothing that changed is missed."""

from __future__ import annotations

import random
import subprocess
import zipfile

import pytest

from gongshi.changes.datafile import FileTable, datafile
from gongshi.checks import guard
from gongshi.library import guarding
from gongshi.library.guarding import NotBuilt, refuse_personal
from gongshi.model import GongshiError
from gongshi.repository import aside
from gongshi.site.county import UNCOMMITTED
from gongshi.site.packed import SQLITE

COMMIT = "c0ffee" * 6 + "babe"
PHONE = "1" + "38" + "0000" + "0001"


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A clone with a site of two folders, and how many files were looked through."""
    root, site = tmp_path / "ledger", tmp_path / "site"
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    monkeypatch.setattr(guarding.Git, "head", lambda self: COMMIT)
    for folder in ("villages", "funds"):
        (site / folder).mkdir(parents=True)
        for number in range(5):
            (site / folder / f"{number}.html").write_text(
                f"<p>{folder} {number} 版本 {COMMIT[:12]}，全称 {COMMIT}</p>", "utf-8"
            )
    seen: list[str] = []
    real = guarding.scan

    def scan(files, *rest):
        return real(((path, seen.append(path) or read) for path, read in files), *rest)

    monkeypatch.setattr(guarding, "scan", scan)
    return root, site, seen


def test_only_what_changed_and_the_first_of_each_kind_is_looked_through_again(clone, monkeypatch):
    root, site, seen = clone
    refuse_personal(root, site, None)
    assert len(seen) == 10
    seen.clear()
    refuse_personal(root, site, None)
    assert seen == ["funds/0.html", "villages/0.html"]
    new = "beef" * 10
    for path in site.rglob("*.html"):
        path.write_text(path.read_text("utf-8").replace(COMMIT, new).replace(COMMIT[:12], new[:12]), "utf-8")
    monkeypatch.setattr(guarding.Git, "head", lambda self: new)
    (site / "funds/3.html").write_text("<p>改了</p>", "utf-8")
    seen.clear()
    refuse_personal(root, site, None)
    assert seen == ["funds/0.html", "funds/3.html", "villages/0.html"], "another commit alone changes nothing"


def test_that_something_is_not_committed_is_no_reason_to_look_again(clone):
    root, site, seen = clone
    refuse_personal(root, site, None)
    for path in site.rglob("*.html"):
        text = path.read_text("utf-8").replace(f"{COMMIT[:12]}，", f"{COMMIT[:12]}{UNCOMMITTED}，")
        path.write_text(text, "utf-8")
    seen.clear()
    refuse_personal(root, site, None)
    assert UNCOMMITTED in text and seen == ["funds/0.html", "villages/0.html"]


def test_what_is_planted_anywhere_is_found_after_any_number_of_builds(clone):
    root, site, _ = clone
    chance = random.Random(7)
    for _ in range(4):
        refuse_personal(root, site, None)
        place = chance.choice(sorted(site.rglob("*.html")))
        clean = place.read_text("utf-8")
        place.write_text(f"{clean}<p>联系电话 {PHONE}</p>", "utf-8")
        for _ in range(2):
            with pytest.raises(NotBuilt):
                refuse_personal(root, site, None)
        place.write_text(clean, "utf-8")


def test_a_clean_page_under_another_name_is_looked_through(clone):
    root, site, seen = clone
    refuse_personal(root, site, None)
    (site / "funds/4.html").rename(site / "funds/9.html")
    seen.clear()
    refuse_personal(root, site, None)
    assert "funds/9.html" in seen


def archive(place, members):
    with zipfile.ZipFile(place, "w") as packed:
        for name, text in members.items():
            packed.writestr(name, text)


def test_of_an_archive_only_what_changed_is_looked_into(clone, monkeypatch):
    root, site, _ = clone
    parts = {f"{number}.csv": f"a,b\n{number},{COMMIT}\n" for number in range(4)}
    archive(site / "funds/all.zip", parts)
    refuse_personal(root, site, None)
    inside, real = [], guard.scan_text
    monkeypatch.setattr(guard, "scan_text", lambda path, *rest: inside.append(path) or real(path, *rest))
    archive(site / "funds/all.zip", parts | {"2.csv": "a,b\n7,8\n"})
    refuse_personal(root, site, None)
    assert [path for path in inside if path.endswith(".csv")] == ["funds/all.zip!2.csv"]
    for _ in range(2):
        archive(site / "funds/all.zip", parts | {"3.csv": f"a,b\n7,{PHONE}\n"})
        with pytest.raises(NotBuilt):
            refuse_personal(root, site, None)


def test_a_large_file_that_is_known_is_not_looked_through_for_being_the_first(clone):
    root, site, seen = clone
    (site / "funds/0.sqlite").write_bytes(b"x" * 600_000)
    for large in (True, False):
        refuse_personal(root, site, None)
        assert ("funds/0.sqlite" in seen) is large
        seen.clear()
    (site / "funds/0.sqlite").write_bytes(b"x" * 600_000 + f" {PHONE} ".encode())
    with pytest.raises(NotBuilt):
        refuse_personal(root, site, None)


def test_a_second_process_takes_its_part_and_nothing_is_missed(clone, monkeypatch):
    root, site, seen = clone
    monkeypatch.setattr(guarding, "_BATCH", 100)
    with monkeypatch.context() as patched:
        patched.setattr(guarding, "_MUCH", 10)
        patched.setattr(guarding.Guarding, "_left", lambda self: iter(()))  # this process takes nothing
        refuse_personal(root, site, None)
    assert seen == []
    refuse_personal(root, site, None)
    assert seen == ["funds/0.html", "villages/0.html"], "what the other found clean is known"
    monkeypatch.setattr(guarding, "_MUCH", 10)
    for page in ("funds/2.html", "funds/3.html"):
        text = (site / page).read_text("utf-8")
        (site / page).write_text(f"{text}<p>{PHONE}</p>", "utf-8")
        for _ in range(2):
            with pytest.raises(NotBuilt) as caught:
                refuse_personal(root, site, None)
            assert {one.path for one in caught.value.findings} == {page}
        (site / page).write_text(text, "utf-8")


def test_files_are_handed_on_while_they_are_written_and_what_nobody_told_of_is_found(clone, monkeypatch):
    root, site, _ = clone
    monkeypatch.setattr(guarding, "_MUCH", 10)
    monkeypatch.setattr(guarding, "_BATCH", 100)
    with guarding.guarding(root, site, None) as guard:
        for place in sorted(site.rglob("*.html"))[:-1]:
            guard.wrote(place.relative_to(site).as_posix())
        place.write_text(f"{place.read_text('utf-8')}<p>{PHONE}</p>", "utf-8")
        (site / "untold.txt").write_text(PHONE)
        guard.wrote(place.relative_to(site).as_posix())  # written again
        with pytest.raises(NotBuilt) as caught:
            guard.refuse()
    found = {one.path for one in caught.value.findings}
    assert found == {place.relative_to(site).as_posix(), "untold.txt"}


def test_a_build_that_breaks_off_leaves_no_process(clone, monkeypatch):
    root, site, _ = clone
    monkeypatch.setattr(guarding, "_MUCH", 10)
    monkeypatch.setattr(guarding, "_BATCH", 10)
    with pytest.raises(RuntimeError), guarding.guarding(root, site, None) as guard:
        guard.wrote("funds/0.html")
        other = guard._other
        raise RuntimeError
    other.join(10)
    assert not other.is_alive()


def test_a_second_process_that_dies_stops_the_build(clone, monkeypatch):
    root, site, _ = clone
    monkeypatch.setattr(guarding, "_MUCH", 10)
    monkeypatch.setattr(guarding, "_second", lambda *_: aside("gongshi.no_such_module", "查找个人信息"))
    with pytest.raises(GongshiError, match="没有查完"):
        refuse_personal(root, site, None)


@pytest.mark.parametrize("county", ["410221", "350623", "440981", "513221", "530821", "620123"])
def test_a_countys_code_before_a_date_is_no_account_and_what_is_planted_in_a_cell_is_found(clone, county):
    """In the file of all tables a cell begins where the one before ends; codes of a dozen provinces begin as cards do."""
    root, site, _ = clone
    (site / "data").mkdir()

    def write(*more):
        rows = [(f"{county}000000", f"20{year}-01-{day:02}", COMMIT) for year in range(10, 30) for day in range(1, 9)]
        table = FileTable(
            "calendar", [(name, "TEXT") for name in ("county_code", "calendar_date", "version")], [*rows, *more]
        )
        (site / SQLITE).write_bytes(datafile([table]))

    write()
    refuse_personal(root, site, None)
    write(("", "", f"电话 {PHONE}"))
    with pytest.raises(NotBuilt) as caught:
        refuse_personal(root, site, None)
    assert {one.path for one in caught.value.findings} == {f"{SQLITE}!calendar.csv"}
