"""The history of some tables: what is remembered of it and gone on from is what would be found anew."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from changes.ledgers import edited, real_ledger
from changes.test_history import commit, run
from gongshi.changes import steps
from gongshi.changes.steps import FOUNDING, walk
from gongshi.disclosure.changed import FIELDS
from gongshi.repository import Cache, Git
from support import DictTree, rounds, tree_of


@pytest.fixture
def root(tmp_path: Path) -> Path:
    run(tmp_path, "init", "-q", "-b", "main")
    return tmp_path


def begun() -> DictTree:
    """A small ledger that a walk can begin at."""
    county = {"county_code": "990101000000", "name": "示例县", "example": "是"}
    return DictTree(real_ledger().files | {FOUNDING: tree_of({"county": [county]}).files[FOUNDING]})


def anew(git: Git, tip: str):
    return walk(git, tip, tuple(FIELDS))


@pytest.mark.parametrize("seed", range(rounds(2, 3)))
def test_any_history_is_remembered_as_it_is_found(root: Path, seed: int) -> None:
    chance, tree, git = random.Random(seed), begun(), Git(root)
    commit(root, tree)
    for step in range(6):
        what = chance.choice(("edit", "edit", "amend", "schema", "merge"))
        tree = edited(tree, seed * 100 + step)
        if what == "amend" and step:
            run(root, "reset", "-q", "--hard", "HEAD~1")
        if what == "merge":
            run(root, "checkout", "-q", "-b", f"b{step}")
        if what == "schema":
            path = "records/schemas/payments.yaml"
            old, new = chance.choice(((b"public", b"internal"), (b"internal", b"public")))
            tree.files[path] = tree.files[path].replace(b"disclosure: " + old, b"disclosure: " + new, 1)
        commit(
            root, tree, f"{what}\n\nDoc-No: 示扶〔2020〕{step}号", when=f"2020-01-0{chance.randint(1, 9)}T12:00:00+0800"
        )
        if what == "merge":
            run(root, "checkout", "-q", "main")
            who = ["-c", "user.name=t", "-c", "user.email=t@example.invalid"]
            run(root, *who, "merge", "-q", "--no-ff", "-m", "并入", f"b{step}")
        if chance.random() < 0.7:
            tip = git.head() or ""
            found = walk(git, tip, tuple(FIELDS), Cache(root))
            assert found == anew(git, tip) and found is not None, what


def test_only_what_is_new_is_looked_at_and_another_question_is_another(root: Path, monkeypatch) -> None:
    tree, git = begun(), Git(root)
    commit(root, tree)
    commit(root, edited(tree, 1))
    tip = git.head() or ""
    whole = walk(git, tip, tuple(FIELDS), Cache(root))
    monkeypatch.setattr(steps, "_whole", lambda *_: pytest.fail("from the beginning"))
    assert walk(git, tip, tuple(FIELDS), Cache(root)) == whole
    commit(root, edited(tree, 1), "nothing")
    assert walk(git, git.head() or "", tuple(FIELDS), Cache(root)) == whole
    monkeypatch.undo()
    few = walk(git, tip, ("payments",), Cache(root))
    assert few == walk(git, tip, ("payments",)) != whole


def test_an_older_tip_a_shallow_clone_and_no_ledger(root: Path, tmp_path_factory) -> None:
    tree, git = begun(), Git(root)
    commit(root, tree)
    first = git.head() or ""
    commit(root, edited(tree, 1))
    for tip in (git.head() or "", first, git.head() or ""):
        assert walk(git, tip, tuple(FIELDS), Cache(root)) == anew(git, tip)
    place = tmp_path_factory.mktemp("shallow") / "clone"
    subprocess.run(["git", "clone", "-q", "--depth", "1", root.as_uri(), str(place)], check=True)
    shallow = Git(place)
    found = walk(shallow, shallow.head() or "", tuple(FIELDS), Cache(place))
    assert found and not found.complete and not (Cache(place).folder / "walk").exists()
    run(place, "fetch", "-q", "--unshallow")
    found = walk(shallow, shallow.head() or "", tuple(FIELDS), Cache(place))
    assert found and found.complete and found.steps == anew(git, git.head() or "").steps
    none = tmp_path_factory.mktemp("none")
    run(none, "init", "-q", "-b", "main")
    (none / "a").write_text("a", "utf-8")
    run(none, "add", "a")
    run(none, "-c", "user.name=t", "-c", "user.email=t@example.invalid", "commit", "-qm", "a")
    assert (
        FOUNDING not in Git(none).tracked()
        and walk(Git(none), Git(none).head() or "", tuple(FIELDS), Cache(none)) is None
    )
