"""The rows of views that an earlier build read are those that would be read now, whatever was edited between; fewer tables are read."""

from __future__ import annotations

import random
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from changes.ledgers import edited, real_ledger
from gongshi.disclosure import Disclosure, Earlier
from gongshi.disclosure.kept import pack, unpack
from gongshi.model import GongshiError
from gongshi.package import Database, Digests, load
from gongshi.repository import Cache, Reused
from support import DictTree, rounds

DAY = date(2020, 6, 30)


def rows(views: Disclosure) -> dict[str, Any]:
    return {name: [tuple(row) for row in views.rows(name)] for name in views.views}


def told(database: Database, earlier: Earlier | None = None) -> Any:
    """All rows with their types, or why there are none."""
    try:
        found = rows(Disclosure(database, DAY, None, earlier))
    except GongshiError as error:
        return str(error)
    return {name: [[(type(cell), cell) for cell in row] for row in shown] for name, shown in found.items()}


def known(tree: DictTree, root: Path) -> tuple[Any, set[str]]:
    reused, read = Reused(Cache(root)), set()
    with load(tree, ["county"]) as database:
        earlier = Earlier(
            Digests(tree, database.descriptor), reused, lambda names: read.update(names) or database.need(names)
        )
        found = told(database, earlier)
    reused.settle()
    return found, read


@pytest.mark.parametrize("seed", range(rounds(2, 40)))
def test_any_edits_give_the_rows_that_are_read_anew(tmp_path: Path, seed: int) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    chance, tree = random.Random(seed), real_ledger()
    first, all_of_it = known(tree, tmp_path)
    assert len(first["allocations"]) and known(tree, tmp_path) == (first, {"figures"})
    for _ in range(2):
        tree = edited(tree, chance.randrange(10**6))
        with load(tree) as database:
            fresh = told(database)
        found, read = known(tree, tmp_path)
        assert found == fresh and read <= all_of_it


def test_one_changed_allotment_reads_no_notice(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    tree = real_ledger()
    first, _ = known(tree, tmp_path)
    path = next(path for path in tree.files if path.endswith("allocations.csv"))
    later, read = known(DictTree(dict(tree.files) | {path: tree.files[path].replace(b".00,", b".50,")}), tmp_path)
    assert later["allocations"] != first["allocations"] and later["villages"] == first["villages"]
    assert "payments" in read and not {"notices", "villages", "documents"} & read


def test_a_value_that_could_not_be_read_back_is_not_kept() -> None:
    assert unpack(pack([[None, True, 1, "a", 1.5]])) == [[None, True, 1, "a", 1.5]]
    with pytest.raises(TypeError):
        pack([[b"x"]])
