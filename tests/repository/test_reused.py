"""What earlier runs made is given again for the very same key, and for nothing else."""

from __future__ import annotations

import random
import subprocess

import pytest

from gongshi.repository import Cache, Reused


@pytest.fixture
def root(tmp_path):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    return tmp_path


def test_any_keys_give_what_was_made_of_them_and_what_is_known_is_not_made_again(root):
    chance = random.Random(19)
    world = {f"键{number}\udcff": chance.randbytes(chance.choice((0, 1, 900))) for number in range(12)}
    before: set[tuple[str, str]] = set()
    for _ in range(8):
        made: set[tuple[str, str]] = set()
        reused = Reused(Cache(root), "a")
        asked = {(chance.choice("xy"), key) for key in chance.sample(sorted(world), 7)}
        for group, key in (*asked, *asked):
            assert reused.get(group, key, lambda at=(group, key), made=made: made.add(at) or world[at[1]]) == world[key]
        groups = {group for group, _ in asked}
        assert made == {at for at in asked if at not in before}
        reused.settle()
        before = {at for at in before if at[0] not in groups} | asked


def test_another_about_a_damaged_file_and_no_repository_know_nothing(root, tmp_path_factory):
    def got(reused: Reused, now: bytes) -> bytes:
        found = reused.get("x", "key", lambda: now)
        reused.settle()
        return found

    assert got(Reused(Cache(root), "a"), b"1") == b"1" == got(Reused(Cache(root), "a"), b"2")
    assert got(Reused(Cache(root), "b"), b"3") == b"3"
    (kept,) = Cache(root).folder.glob("reused-*")
    kept.write_bytes(kept.read_bytes()[:-1])
    assert got(Reused(Cache(root), "b"), b"4") == b"4"
    for nothing in (Reused(), Reused(Cache(tmp_path_factory.mktemp("none")), "a")):
        assert got(nothing, b"5") == b"5" and got(nothing, b"6") == b"6"
