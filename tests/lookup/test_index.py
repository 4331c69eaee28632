"""Records are found by whatever a clerk remembers of them; names only where a key opened them."""

from __future__ import annotations

import time

import pytest

from gongshi.lookup import Entry, Index, index
from gongshi.lookup.pinyin import spellings as real

ENTRIES = [
    Entry("households", "H0000055", "岳广田", "农城社区 3组，3 口人", opened=True),
    Entry("households", "H0000070", "岳广田", "农城社区 8组，2 口人", opened=True),
    Entry("households", "H0001216", "", "界沟村 9组", words=("界沟村",)),
    Entry("members", "M00000055", "单雄信", "农城社区 3组", opened=True, of="H0000055"),
    Entry("villages", "990101100200", "张郢村", "古镇"),
    Entry("projects", "990101-2020-JS-0002", "2020年古镇张郢村村组便道硬化项目", "2020 竣工"),
    Entry("payments", "F0000123", "2020年古镇张郢村村组便道硬化项目", "2020-06-01 进度款 30000.00 元"),
]


def keys(query: str, **how: object) -> list[str]:
    return [entry.key for entry in Index(ENTRIES).find(query, **how)]


@pytest.mark.parametrize(
    "query", ["岳广田", "ygt", "YGT", "yueguangtian", "yue guang tian", "岳光田", "岳田广", "yueguantian", "广田"]
)
def test_a_person_is_found_by_name_sound_letters_and_with_one_slip(query: str) -> None:
    assert keys(query)[:2] == ["H0000055", "H0000070"]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("H0001216", "H0001216"), ("h1216", "H0001216"), ("1216", "H0001216"), ("jiegoucun", "H0001216"), ("f123", "F0000123"),
        ("shanxiongxin", "M00000055"), ("zyc", "990101100200"), ("张郢", "990101100200"), ("js-0002", "990101-2020-JS-0002"),
        ("２０２０年 便道", "990101-2020-JS-0002"),
    ],
)  # fmt: skip
def test_the_first_hit(query: str, first: str) -> None:
    assert keys(query)[0] == first


@pytest.mark.parametrize("query", ["", "   ", "'", "王五", "\n", "x" * 500, ".*", "[", "(a|b)", "\\n"])
def test_what_is_not_there_is_not_found_and_nothing_is_a_pattern(query: str) -> None:
    assert keys(query) == []


def test_only_some_resources() -> None:
    assert keys("张郢村", resources={"payments"}) == ["F0000123"]


def test_a_name_is_found_only_where_a_key_opened_it() -> None:
    closed = [Entry("households", "H0000055", "", "农城社区 3组")]
    assert Index(closed).find("岳广田") == [] and len(Index(closed).find("H0000055")) == 1


def test_a_county_is_searched_in_no_time() -> None:
    """24,000 people; a search is a small part of what reading the names once takes."""
    chars = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
    names = [a + b + c for a in chars for b in chars for c in chars][:24_000]
    began = time.perf_counter()
    index = Index(Entry("members", f"M{n:08}", name, opened=True) for n, name in enumerate(names))
    made = time.perf_counter() - began
    for query in (names[-1], "tjj", "M00023999", "陶姜李", "zhaoqiansum"):
        began = time.perf_counter()
        assert index.find(query)
        assert time.perf_counter() - began < max(0.1, made / 5)


def test_an_index_made_of_an_earlier_one_spells_only_what_is_new(monkeypatch) -> None:
    before, spelled = Index(ENTRIES), []
    monkeypatch.setattr(index, "spellings", lambda text, person: spelled.append(text) or real(text, person))
    changed = [*ENTRIES[1:], Entry("villages", "990101100300", "新湖村", "古镇")]
    made = Index(changed, before)
    assert spelled == ["新湖村"]
    for query in ("xhc", "ygt", "H0000055", "岳光田", "h70"):
        assert made.ranked(query) == Index(changed).ranked(query)
    assert made.ranked("xinhucun")[1] and not made.ranked("岳光田")[1]
