"""The newest of the remote comes here where nothing stands in the way, and nothing that was typed here is touched."""

from __future__ import annotations

import pytest

from exchange.clones import HOUSEHOLDS, change, clone, git, other_change, own_git, said
from exchange.conftest import DAY, root
from gongshi.exchange.catching import catch_up
from gongshi.exchange.proposing import propose
from gongshi.model import GongshiError

__all__ = ["clone", "own_git", "root"]


def cell(clone, at: int, text: str) -> tuple[str, str]:
    """A row of the households as it is, and with another group."""
    lines = (clone / HOUSEHOLDS).read_text("utf-8").splitlines()
    cells, place = lines[at].split(","), lines[0].split(",").index("group_name")
    return lines[at], ",".join([*cells[:place], text, *cells[place + 1 :]])


def test_what_others_did_comes_and_what_is_typed_stays(clone) -> None:
    assert "已经是最新的" in catch_up(clone)
    other_change(clone, *cell(clone, 1, "8组"))
    note = clone / "records/README.md"
    note.write_text("自己的\n", "utf-8")
    assert "8组" not in (clone / HOUSEHOLDS).read_text("utf-8")
    assert "换成最新的" in catch_up(clone)
    assert "8组" in (clone / HOUSEHOLDS).read_text("utf-8") and note.read_text("utf-8") == "自己的\n"
    assert git(clone, "status", "--porcelain", "--untracked-files=no") == ""


def test_a_file_that_was_typed_in_is_left_for_the_sending(clone) -> None:
    other_change(clone, *cell(clone, 1, "8组"))
    change(clone, *cell(clone, 2, "7组"))
    before, head = (clone / HOUSEHOLDS).read_bytes(), git(clone, "rev-parse", "HEAD")
    assert "还没送审的改在同一个文件里" in catch_up(clone)
    assert ((clone / HOUSEHOLDS).read_bytes(), git(clone, "rev-parse", "HEAD")) == (before, head)
    assert propose(clone, said("改组别"), DAY).paths
    text = (clone / HOUSEHOLDS).read_text("utf-8")
    assert "8组" in text and "7组" in text
    assert "还在等审" in catch_up(clone)


def test_without_a_remote_it_is_said(clone) -> None:
    git(clone, "remote", "remove", "origin")
    with pytest.raises(GongshiError, match="没有连着"):
        catch_up(clone)
