"""Numbers in groups that unusual marks, doubled ones, markup, assignments or neighbouring cells take apart, and prefixes of phones."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from gongshi.checks.guard import scan_text

from .corpus import cut, id_number, phone

Spell = Callable[[str], str]


def plain_phone(rng: random.Random) -> str:
    """A phone number whose groups are neither years nor round figures, in whatever groups it is."""
    value = phone(rng)
    while "0" in value or any(value[at : at + 2] in ("19", "20") for at in range(9)):
        value = phone(rng)
    return value


def found_in(text: str) -> set[str]:
    return {one.code for one in scan_text("a.md", f"甲\n{text}\n".encode())}


def missed(spell: Spell, count: int = 6) -> list[str]:
    rng = random.Random(repr(spell("0" * 18)))
    texts = [spell(plain_phone(rng)) for _ in range(count)]
    return [text for text in texts if found_in(text) != {"personal-phone"}]


GROUPS = ((3, 4), (4, 4), (4, 3), (3, 3), (3, 5), (3, 3, 3), (3, 2, 4), (2, 2, 2, 2, 2), (3, 2, 2, 2))


@pytest.mark.parametrize(
    "mark",
    [
        "::",
        "==",
        "++",
        "|||",
        "&&",
        "^",
        "@",
        "#",
        "!",
        "%",
        "%%",
        "\\",
        "\\\\",
        "~~~~~",
        "[]",
        ")(",
        "}{",
        "'",
        "''",
        "※",
        "‖",
        "§",
        "»",
        "＃",
        "。",
    ],
)
def test_groups_with_marks_that_list_nothing(mark: str) -> None:
    usual = [lengths for lengths in GROUPS if mark != "~~~~~" or min(lengths) > 2]
    assert [missed(lambda value, lengths=lengths: cut(value, lengths, mark)) for lengths in usual] == [[]] * len(usual)


@pytest.mark.parametrize("mark", ["||", ";;"])
def test_doubled_bars_and_semicolons(mark: str) -> None:
    for lengths in GROUPS:
        assert missed(lambda value, lengths=lengths: cut(value, lengths, mark)) == []


@pytest.mark.parametrize("mark", ["||", "::", "%", "%%", "\\\\", "'", "※", "##", " | ", "; ", "\\quad "])
def test_id_numbers_with_such_marks(mark: str) -> None:
    rng = random.Random(mark)
    for lengths in ((6, 8), (6, 6), (6, 4, 4), (6, 4, 2, 2)):
        text = cut(id_number(rng), lengths, mark)
        assert found_in(text) == {"personal-id"}, text


@pytest.mark.parametrize("cells", ["{},甲", "H0001234 | {} | 12.00", '"{}"', "H1;{};乙", "<td>{}</td>"])
def test_id_numbers_over_neighbouring_cells(cells: str) -> None:
    rng = random.Random(cells)
    joint = {"{": ",", "H0001234": " | ", '"{}"': '","', "H1;": ";", "<td": "</td><td>"}
    mark = next(mark for begin, mark in joint.items() if cells.startswith(begin))
    for lengths in ((6, 6), (6, 8), (6, 4, 4)):
        for _ in range(5):
            text = cells.format(cut(id_number(rng), lengths, mark))
            assert found_in(text) == {"personal-id"}, text


TEX = (
    r"${}\,{}\,{}$", r"{}\-{}\-{}", r"{}\quad {}\quad {}", r"{}\hspace{{1mm}}{}\hspace{{1mm}}{}", r"\text{{{}}}\text{{{}}}\text{{{}}}", r"{}\kern1pt{}\kern1pt{}",
    r"\textbf{{{}}}{}\textbf{{{}}}", r"{{\bf {}}}{}{{\bf {}}}", r"{}\thinspace {}\thinspace {}", "${}$${}$${}$", r"{}\|{}\|{}",
    "%%{}%%{}%%{}%%", "%%{}%%{}{}", "{}%%x%%{}%%x%%{}", "{}%{}%{}",
)  # fmt: skip


@pytest.mark.parametrize("form", TEX)
def test_tex_and_percents(form: str) -> None:
    assert missed(lambda value: form.format(value[:3], value[3:7], value[7:])) == []


ASSIGNED = (
    ("d{at}={digit}", "&"), ("x_{at}: {digit}", ", "), ('"n{at}":"{digit}"', ","), ("a[{at}] = {digit}", "; "), ("d[]={digit}", "&"), ("{letter}={digit}", "&"),
    ("{at}:{digit}", ","), ("第{at}位：{digit}", "，"), ("k{at}='{digit}'", " "), ("d{at:02}={digit}", "&"),
)  # fmt: skip


@pytest.mark.parametrize(("form", "mark"), ASSIGNED)
def test_one_digit_an_assignment(form: str, mark: str) -> None:
    def spell(value: str) -> str:
        return mark.join(form.format(at=at, digit=digit, letter=chr(97 + at)) for at, digit in enumerate(value, 1))

    assert missed(spell) == []
    number = id_number(random.Random(form))
    assert found_in(f"甲 {spell(number)}") == {"personal-id"}


def test_counts_that_are_named_are_no_phone() -> None:
    rng = random.Random(31)
    words = ["低保", "五保", "大病", "危房", "失学", "务工", "养殖", "种植", "残联", "住房", "饮水"]
    for _ in range(300):
        values = plain_phone(rng)
        text = "，".join(f"{word}：{digit}" for word, digit in zip(words, values, strict=True))
        assert found_in(text) == set(), text
        assert found_in("&".join(f"{name}={digit}" for name, digit in zip("qwertyuiopa", values, strict=True))) == set()


@pytest.mark.parametrize(
    "prefix",
    [
        "+86",
        "86",
        "0086",
        "00",
        "00 ",
        "+86-",
        "(+86)",
        "0086-",
        "00 86 ",
        "+ 86 ",
        "+086",
        "+86/",
        "86:",
        "+86 0",
        "+860",
        "(0)",
    ],
)
@pytest.mark.parametrize("form", ["{}{}{}", "{}-{}-{}", "{} {} {}", "{}/{}/{}", "{}.{}.{}", "{}||{}||{}"])
def test_prefixes_of_phones(prefix: str, form: str) -> None:
    assert missed(lambda value: prefix + form.format(value[:3], value[3:7], value[7:]), 3) == []


def test_a_nought_before_a_number_fills_a_code_unless_something_says_phone() -> None:
    rng = random.Random(32)
    for _ in range(20):
        value = plain_phone(rng)
        assert found_in(f"0{value}") == set()
        assert found_in(f"电话 0{value}") == found_in(f"手机：0{cut(value, (3, 4), '-')}") == {"personal-phone"}


def test_figures_with_such_marks_raise_no_alarm() -> None:
    """What is listed, reckoned with, dated or a year is none; nor is a row of figures with other marks."""
    rng = random.Random(33)
    texts = [
        "18/06/30/12345",
        "18-06-30-12-45-1",
        "13:45:30:12345",
        "138+0013+80",
        "1500=800+700",
        "12345→123456",
        "1301.002.001.01",
        "13800||138000",
    ]
    for _ in range(2000):
        first, second, third = (rng.randint(10 ** rng.randint(1, 4), 10 ** rng.randint(5, 6)) for _ in range(3))
        texts += [
            f"{first}+{second}={first + second}",
            f"{first}、{second}、{third}",
            f"{first}，{second}",
            f"{first}→{second}",
            f"{first} : {second}",
        ]
    lines = "。\n".join(texts)
    assert [(one.code, texts[one.line - 1]) for one in scan_text("a.md", lines.encode())] == []
