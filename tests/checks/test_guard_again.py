"""Who looks again finds what a first look finds, after any change of the files, and begins no process for a few of them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from checks.corpus import id_number, phone
from gongshi.checks import check_guard, guard_again
from gongshi.checks.guard_again import GuardAgain
from gongshi.model import Finding
from gongshi.repository import WorkTree

RNG = random.Random(5)
BEGUN = {
    "records/a.csv": "no,text\n1,清楚\n",
    "records/b.csv": f"no,text\n1,手机 {phone(RNG)}\n",
    "docs/c.md": "清楚\n",
    "docs/d.md": f"手机 {phone(RNG)}\n",
    "docs/vendor/README.txt": "没有\n",
    "docs/e.exe": "x",
}


def put(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")


@pytest.fixture
def looks(tmp_path, monkeypatch):
    """What a second look gives beside what a first one gives, and whether it began a process."""
    begun: list[str] = []
    real = guard_again.guard_aside
    monkeypatch.setattr(guard_again, "guard_aside", lambda root, own: begun.append(own) or real(root, own))
    put(tmp_path, BEGUN)
    again = GuardAgain()

    def look() -> tuple[list[Finding], list[Finding], bool]:
        begun.clear()
        with again.looking(WorkTree(tmp_path), "") as told:
            found = told()
        first = check_guard(WorkTree(tmp_path))
        return *(sorted(one, key=lambda finding: finding.order) for one in (found, first)), bool(begun)

    return look


def test_a_few_changed_texts_are_looked_through_here(tmp_path, looks) -> None:
    found, first, begun = looks()
    assert found == first and len(found) == 3 and begun
    edits: list[tuple[dict[str, str], int]] = [
        ({}, 3),
        ({"records/a.csv": f"no,text\n1,{id_number(RNG)}\n"}, 4),
        ({"records/b.csv": "no,text\n1,清楚\n"}, 3),
        ({"docs/new.md": f"{phone(RNG)}\n", "docs/d.md": "改了\n"}, 3),
        ({"docs/new.md": "改了\x00\n"}, 3),
    ]
    for files, count in edits:
        put(tmp_path, files)
        found, first, begun = looks()
        assert found == first and len(found) == count and not begun
    (tmp_path / "docs/new.md").unlink()
    found, first, begun = looks()
    assert found == first and not begun


def test_anything_else_is_looked_through_apart(tmp_path, looks) -> None:
    looks()
    others: list[dict[str, str]] = [
        {"policies/waivers.yaml": "files: 3\n"},  # what may lie there
        {"docs/vendor/README.txt": "另外\n"},
        {"docs/e.exe": "y"},
        {f"docs/f{number}.md": "多\n" for number in range(guard_again.FEW + 1)},
        {f"docs/{phone(RNG)}.md": "名字\n"},  # told under another name
    ]
    for number, files in enumerate(others):
        put(tmp_path, files)
        found, first, begun = looks()
        assert found == first and (begun or number == len(others) - 1)
    found, first, begun = looks()
    assert found == first and begun  # not known by file
    (tmp_path / "docs/link.md").symlink_to("c.md")
    found, first, begun = looks()
    assert found == first and begun


def test_a_file_written_meanwhile_is_looked_through_again(tmp_path, looks, monkeypatch) -> None:
    looks()
    put(tmp_path, {"docs/c.md": "改了\n"})
    real = guard_again.GuardAgain._keep

    def late(self, *rest) -> None:
        put(tmp_path, {"docs/c.md": f"{phone(RNG)} 又改\n"})
        real(self, *rest)

    monkeypatch.setattr(guard_again.GuardAgain, "_keep", late)
    looks()
    monkeypatch.setattr(guard_again.GuardAgain, "_keep", real)
    found, first, _ = looks()
    assert found == first and any(finding.path == "docs/c.md" for finding in found)
