"""What spares the guard a closer look loses nothing: with all of that taken away it finds the same."""

from __future__ import annotations

import random

import pytest

from bench.mixed import mixed_text
from gongshi.checks import guard, guard_lines, guard_numbers, guard_people, guard_spread, guard_stretch, guard_text
from gongshi.checks.guard_labels import _FIRST, LABEL

from .corpus import make_corpus

SIZE = 3_000


def found(data: bytes) -> list[tuple[str, int, str]]:
    return [(one.code, one.line, one.message) for one in guard.scan([("a.csv", lambda: data)])]


@pytest.fixture
def plainly(monkeypatch):
    """Scans without any shortcut."""

    def scan(data: bytes) -> list[tuple[str, int, str]]:
        with monkeypatch.context() as patched:
            patched.setattr(guard, "empty_lines", lambda lines, numbers: set())
            patched.setattr(guard_lines, "_may_go_on", lambda near: True)
            patched.setattr(guard_numbers, "_may_hold", lambda line: True)
            patched.setattr(guard_people, "_LONG", 10**9)
            patched.setattr(guard_stretch, "_is_said", lambda text, start, digits: True)
            patched.setattr(guard_numbers, "is_account_said", lambda text, start, end, only_direct: True)
            patched.setattr(guard_text, "_around", lambda text, changed: [(0, len(text))])
            for module in (guard_numbers, guard_spread):
                patched.setattr(module, "remembered", lambda find, line, start, end: find(line, start, end))
            return found(data)

    return scan


def test_mixed_texts_tell_the_same(plainly):
    for seed in range(60):
        data = mixed_text(seed, SIZE)
        assert found(data) == plainly(data), seed


def test_planted_values_in_long_lines_tell_the_same(plainly):
    told = 0
    for seed in range(12):
        rng = random.Random(seed)
        texts = [
            one.data for one in make_corpus(seed) if one.data.isascii() is (seed % 3 == 0) and 0 < len(one.data) < 300
        ]
        texts = [data for data in rng.sample(texts, 40) if b"\0" not in data]
        mark = rng.choice((b"\n", b" ", b",", "。".encode(), b" ; ", b"|"))
        data = mark.join(texts).replace(b"\n", mark)
        here = found(data)
        assert here == plainly(data), seed
        told += len(here)
    assert told > 100


def test_each_label_begins_where_labels_are_looked_for():
    words = (
        "电话",
        "身份证号码",
        "id_card",
        "sfzh",
        "Tel",
        "mobile",
        "accounts",
        "bank",
        "a_no",
        "code",
        "uuid",
        "total",
        "vouchers",
        "lat",
        "itude",
        "longitude",
        "cost",
    )
    rng = random.Random(4)
    for _ in range(400):
        text = "".join(rng.choice((*words, " ", "_", "-", "a", "Z", "号")) for _ in range(9))
        text = text.upper() if rng.random() < 0.3 else text
        for at in range(len(text)):
            assert not LABEL.match(text, at) or _FIRST.match(text, at), (text, at)


def test_a_long_line_full_of_numbers_is_refused_and_read_in_other_ways_without_them():
    """Ten in one reading refuse the line; what another reading would find is found as soon as they are gone."""
    rng = random.Random(5)
    hidden = "".join(f"&#{ord(digit)};" for digit in "1" + "38" + "00138" + "000")
    words = ["好" * rng.randint(1, 9) for _ in range(600)]
    phones = [f"电话1{rng.choice('35')}{rng.randrange(10**9):09}" for _ in range(10)]
    full = "，".join([*rng.sample([*words, *phones], 610), f"<b>{hidden}</b>"]).encode()
    without = "，".join([*words, f"<b>{hidden}</b>"]).encode()
    assert len(full.decode()) > guard_numbers._VERY_LONG
    assert [code for code, *_ in found(full)].count("personal-phone") > 5
    assert [code for code, *_ in found(without)] == ["personal-phone"]
