"""Numbers over several lines, in groups nobody listed, backwards and cut by marks; and figures that look much like them."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from gongshi.checks.guard import scan_text

from .corpus import cut, id_number, phone

ROWS = (
    "{n},{d}", "{d},{n}", "{d},甲", "甲,{d}", ",{d}", '"{d}","x"', "{n}\t{d}", "- {d}", "* {d}", "+ {d}", "{n}. {d}", "{n}) {d}", "> {d}",
    "- [ ] {d}", "  - '{d}'", "d{n}: {d}", "- n: {d}", "| {n} | {d} |", "## {d}", "<li>{d}</li>", "<tr><td>{n}</td><td>{d}</td></tr>",
    "第{n}位：{d}", '  "{d}",', "{d}<br>", "{d}\\", "**{d}**", "`{d}`", "{d}。",
)  # fmt: skip
BETWEEN = (
    "<br>", "<br/>", "</br>", "<img>", "<x-y>", "<?x?>", "<!-- -->", "/*x*/", "/**/", "{# x #}", "{,}", "[^1]", "[](x)", "![](x)", "~~x~~",
    "()", "[]", "{}", "<>", "==", "++", "^^", "//", "\x7f", "\x1b[0m", "ー", "Ⅰ", "ⅱ", "&nbsp", "%u200b", "\\N{ZERO WIDTH SPACE}",
)  # fmt: skip
WRITTEN: dict[str, Callable[[str], str]] = {
    "%u": lambda value: "".join(f"%u{ord(char):04x}" for char in value), "named": lambda value: "".join(
        f"\\N{{DIGIT {NAMES[int(char)]}}}" if char != "X" else char for char in value
    ),
    "thrice": lambda value: "".join(f"&amp;amp;#{ord(char)};" for char in value), "in brackets": lambda value: "".join(f"[{char}]" for char in value),
    "override": lambda value: f"\u202e{value[::-1]}\u202c", "override, open": lambda value: f"\u202e{value[::-1]}",
    "bdo": lambda value: f'<bdo dir="rtl">{value[::-1]}</bdo>', "style": lambda value: f"<b style='direction:rtl'>{value[::-1]}</b>",
    "said": lambda value: f"号码倒着写：{value[::-1]}",
}  # fmt: skip
NAMES = ("ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE")
KINDS = (("personal-phone", phone), ("personal-id", id_number))


def plain_phone(rng: random.Random) -> str:
    """A phone number no two parts of which are round or years, which would make it figures."""
    while "0" in (value := phone(rng))[2:] or "19" in value or "20" in value:
        pass
    return value


def codes(text: str, path: str = "docs/a.md") -> set[str]:
    return {one.code for one in scan_text(path, text.encode())}


@pytest.mark.parametrize("row", ROWS)
def test_one_digit_a_row_beside_anything(row: str) -> None:
    rng = random.Random(row)
    for code, make in KINDS:
        value = make(rng)
        body = "\n".join(row.format(n=number, d=digit) for number, digit in enumerate(value, 1))
        for text in (f"no,note\n{body}\n", f"# 页\n\n{body}\n\n后\n"):
            assert codes(text) == {code}, text
        [found] = [one.line for one in scan_text("a.md", f"前\n\n{body}\n".encode())]
        assert found == 3


@pytest.mark.parametrize("mark", [" ", "-", "_", "~", "·", "—", "/"])
@pytest.mark.parametrize("sizes", [(5,), (6,), (7,), (3,), (4,), (3, 3), (4, 4), (5, 3), (3, 5)])
def test_groups_that_stand_alone(mark: str, sizes: tuple[int, ...]) -> None:
    rng = random.Random(mark)
    for text in ("{}", "a,b\nH0000001,{}", "有事打 {}，随时"):
        said = text.format(cut(plain_phone(rng), sizes, mark))
        assert codes(said) == {"personal-phone"}, said


@pytest.mark.parametrize("head", [">", ">-", "|", ""])
def test_a_folded_text(head: str) -> None:
    rng = random.Random(head)
    for sizes in ((3, 4), (5,), (6,), (7,), (4, 4), (3, 8)):
        said = cut(plain_phone(rng), sizes, "\n  ")
        assert codes(f"a: 1\nnote: {head}\n  {said}\nb: 2\n") == {"personal-phone"}, said
    for sizes in ((6, 8), (9,), (6, 4, 4)):
        assert codes(f"a: 1\nnote: {head}\n  {cut(id_number(rng), sizes, chr(10) + '  ')}\nb: 2\n") == {"personal-id"}
    value = plain_phone(rng)
    assert codes(f"note: {head}\n  请打 {value[:5]}\n  {value[5:]} 找他\n") == {"personal-phone"}


@pytest.mark.parametrize("between", BETWEEN)
def test_marks_that_show_nothing_or_little(between: str) -> None:
    rng = random.Random(between)
    for sizes in ((3, 4), (5,)):
        value = plain_phone(rng)
        found = codes(f"甲\n{cut(value, sizes, between)}\n")
        assert found == {"personal-phone"} or (sizes == (5,) and between in _LISTS), cut(value, sizes, between)
    assert codes(f"甲\n{cut(id_number(rng), (6, 8), between)}\n") == {"personal-id"}


_LISTS = ("==", "++", "<>", "{,}")  # two figures are reckoned with so


@pytest.mark.parametrize("way", WRITTEN)
def test_escapes_and_numbers_from_their_end(way: str) -> None:
    rng = random.Random(way)
    for code, make in KINDS:
        for _ in range(5):
            said = WRITTEN[way](make(rng))
            assert codes(f"见 {said} 处\n") == {code}, said
    assert codes(id_number(rng, "1")[::-1]) == {"personal-id"}  # its check character says so


def figures(rng: random.Random) -> list[str]:
    """Texts with figures, none of them labelled, which look like groups of a phone number."""
    some, many = (lambda: rng.randint(10**4, 2 * 10**4)), (lambda: rng.randint(10**5, 10**6 - 1))
    villages = rng.sample("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉", rng.randint(9, 13))
    return [
        f"{some()}-{many()}元", f"亩产 {some()}~{many()} 斤", f"甲  {some()}  {many()}  {some()}", f"{some()},{many()}\n{some()},{many()}",
        f"{some()}.125 {many()}.375", f"{some()}、{many()}\n{some()}、{many()}", f"K{some()}+{many()}", f"{some()}×{many()}", f"{some()}+{many()}",
        f"{rng.randint(100, 199)}.{rng.randint(100, 255)}.{rng.randint(100, 255)}.{rng.randint(10, 99)}", f"{some()}-{rng.randint(10, 99)}-{rng.randint(1000, 9999)}",
        f"{rng.randint(10, 19)} {rng.randint(100, 999)} {rng.randint(100, 999)} {rng.randint(100, 999)}", f"{10 * some() // 10}0 {many()}0",
        f"<td>{some()}</td><td>{many()}</td>", f"邮编 {many()} {some()}", f"投入 {some()}\n{many()} 元用于建设", "\n".join(f"{some()}\n{many()}" for _ in range(3)),
        "村,脱贫户数\n" + "\n".join(f"{one}村,{rng.randint(1, 9)}" for one in villages), "\n".join(f"- {rng.randint(1, 9)} 户" for _ in villages),
        "序号,人数\n" + "\n".join(f"{at},{rng.randint(1, 9)}" for at, _ in enumerate(villages, 1)), f"points='{some()},{many()} {some()},{many()}'",
        "\n".join(f"{2010 + at} 年 {rng.randint(1, 9)}" for at, _ in enumerate(villages)), f"{some()}.{many()}", f"2019-{many()} {some()}",
    ]  # fmt: skip


def test_figures_pass() -> None:
    rng = random.Random(31)
    assert [text for _ in range(300) for text in figures(rng) if codes(f"甲\n{text}\n乙\n")] == []
