"""Names are spelled as people read and type them."""

from __future__ import annotations

import pytest

from gongshi.lookup import folded, spelling, spellings


@pytest.mark.parametrize(
    ("name", "full", "initials"),
    [
        ("岳广田", "yueguangtian", "ygt"),
        ("单雄信", "shanxiongxin", "sxx"),
        ("曾国强", "zengguoqiang", "zgq"),
        ("仇 英", "qiuying", "qy"),
        ("吕布", "lubu", "lb"),
        ("尉迟恭", "yuchigong", "ycg"),
        ("欧阳修", "ouyangxiu", "oyx"),
    ],
)
def test_a_person_is_read_by_the_surname(name: str, full: str, initials: str) -> None:
    assert spelling(name.replace(" ", ""), person=True) == (full, initials)


def test_a_surname_is_one_only_of_a_person() -> None:
    assert spelling("单位").full == "danwei"
    assert spelling("重庆路").full == "chongqinglu"


def test_a_character_with_two_readings_is_found_by_both() -> None:
    fulls = {one.full for one in spellings("王乐行", person=True)}
    assert {"wanglehang", "wangyuexing"} <= fulls
    assert len(spellings("行" * 20)) <= 8


def test_what_is_no_character_stands_as_it_is() -> None:
    assert spelling("张郢村2020年A段") == ("zhangyingcun2020nianaduan", "zyc2020nad")
    assert spelling("H0001216") == ("h0001216", "h0001216")
    assert spelling("") == ("", "")


@pytest.mark.parametrize("typed", ["LÜ bù", "lv bu", "lu'bu", "ｌｕｂｕ", "lu·bu"])
def test_typing_is_folded_as_the_spelling_is(typed: str) -> None:
    assert folded(typed) == spelling("吕布").full
