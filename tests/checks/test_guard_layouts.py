"""Numbers over cells, rows, lists, attributes and counters of CSV, HTML, Markdown, YAML and JSON; and figures laid out so."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from gongshi.checks.guard import scan_text

from .corpus import cut, id_number
from .test_guard_marks import plain_phone

KINDS = (("personal-phone", plain_phone, (3, 4)), ("personal-id", id_number, (6, 8)))


def codes(text: str) -> set[str]:
    return {one.code for one in scan_text("docs/a.md", f"甲\n{text}\n乙\n".encode())}


def groups(value: str) -> list[str]:
    sizes = (3, 4) if len(value) == 11 else (6, 8)
    return cut(value, sizes, " ").split(" ")


# Each group, or digit, as it is written with its number from 1, and what joins them.
ROWS = (
    "甲,{d},", "{n},{d}", '"{d}"', "<td>{d}</td>", "<td>{d}", "<td>\n  {d}\n</td>", "    <td class='n'>{d}</td>", '<input value="{d}">', "<tspan x='1'>{d}</tspan>",
    "<dd>{d}</dd>", "{d}<br>", "- {d}", "* {d}", "{n}. {d}", "- [ ] {d}", "| {d} |", "| {n} | {d} |", "## {d}", '- "{d}"', "part{n}: '{d}'", '"{d}",', "> {d}", "{d}\n",
)  # fmt: skip
INLINE = (
    ('<input value="{d}">', ""), ("<td>{d}", ""), ("[{d}][a]", " "), ("{d}", ",,"), ("{d}", "………"), ("{d}", "............"), ('"{d}"', "&"), ("<p data-a='{d}'/>", ""),
)  # fmt: skip
COUNTED = (
    ("({n},{d})", ","), ("({d}, {n})", ", "), ("({z},{d})", ","), ("{n}. {d}", "; "), ("{n}) {d}", ", "), ("（{n}）{d}", "，"), ("{n}→{d}", ", "), ("{n}=>{d}", ", "),
    ("{n},{d}", ";"), ("{n}、{d}", "；"), ("第{n}个{d}", "，"), ("[{n}]{d}", " "), ("#{n}={d}", " "), ("第{c}位{d}", "，"), ("{c}、{d}", "；"), ('<i data-d="{d}"></i>', ""),
)  # fmt: skip


def chinese(number: int) -> str:
    digits = "零一二三四五六七八九"
    return digits[number] if number < 10 else "十" + digits[number - 10].replace("零", "")


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("label", ["", "说明：\n"])
def test_groups_beneath_each_other(row: str, label: str) -> None:
    rng = random.Random(row)
    for code, make, _ in KINDS:
        text = "\n".join(row.format(n=n, d=group) for n, group in enumerate(groups(make(rng)), 1))
        assert codes(label + text) == {code}, text


@pytest.mark.parametrize(("form", "mark"), INLINE)
def test_groups_beside_each_other(form: str, mark: str) -> None:
    rng = random.Random(form + mark)
    for code, make, _ in KINDS:
        text = mark.join(form.format(d=group) for group in groups(make(rng)))
        assert codes(f"丙,{text},丁" if mark == ",," else text) == {code}, text


@pytest.mark.parametrize(("form", "mark"), COUNTED)
def test_each_digit_with_its_place(form: str, mark: str) -> None:
    rng = random.Random(form + mark)
    for code, make, _ in KINDS:
        value = make(rng)
        text = mark.join(form.format(n=n, d=digit, z=n - 1, c=chinese(n)) for n, digit in enumerate(value, 1))
        assert codes(text) == {code}, text


@pytest.mark.parametrize("sizes", [(6, 12), (9,), (10,), (8,), (14,), (17,), (4, 4, 4, 4), (6, 4), (6, 8, 3)])
@pytest.mark.parametrize(
    "cells", ["丙,{},丁", "{}", "丙\t{}\t3", "| {} |", "<td>{}</td>", '"{}"', "<tr><td class='a1'>{}</td></tr>"]
)
def test_an_id_number_in_any_two_cells_or_more(sizes: tuple[int, ...], cells: str) -> None:
    mark = {"丙,": ",", "{}": ";", "丙\t": "\t", "| ": " | ", '"{': '","'}.get(cells[:2], "</td><td>")
    rng = random.Random(cells)
    for _ in range(4):
        text = cells.format(cut(id_number(rng), sizes, mark))
        assert codes(text) == {"personal-id"}, text


@pytest.mark.parametrize(
    "form",
    [
        "{}-{} {}", "{} {}-{}", "{}/{}-{}", "{}《{}》{}", "{}「{}」{}", "tel: {},{},{},{}", "phone：\n- {}\n- {}\n- {}", "phone: {},{},{},{}",
    ],
)  # fmt: skip
def test_phones_with_two_marks_brackets_and_thousands(form: str) -> None:
    rng = random.Random(form)
    for _ in range(10):
        value = plain_phone(rng)
        parts = (value[:2], value[2:5], value[5:8], value[8:]) if form.count("{}") > 3 else groups(value)
        assert codes(form.format(*parts)) == {"personal-phone"}, form.format(*parts)


@pytest.mark.parametrize("beside", [lambda at: at * 7 % 10, lambda at: at * at * 31 % 97])
def test_an_id_number_downwards_beside_any_column(beside: Callable[[int], int]) -> None:
    rng = random.Random(5)
    text = "\n".join(f"{beside(at)},{digit}" for at, digit in enumerate(id_number(rng, "3"), 3))
    assert codes(text) == {"personal-id"}


def figures(rng: random.Random) -> list[str]:
    """Figures laid out as these numbers are, with what says so: units, words, years, dates, other counts, charts."""

    def some() -> str:
        return str(rng.randint(10 ** rng.randint(0, 4), 10**5))

    digits = [rng.randint(0, 9) for _ in range(11)]
    return [
        "\n".join(f"- {some()} 元" for _ in range(3)), "\n".join(f"{name},{some()}" for name in ("甲", "乙", "丙")), f"150\n{rng.randint(2010, 2020)}\n2019",
        "村,户数\n" + "\n".join(f"{at},{rng.randint(100, 9999)}" for at in range(1, 5)), "[\n  158,\n  1234,\n  5678\n]", "\n".join(f"<td>{some()} 户</td>" for _ in range(3)),
        "，".join(f"{at}组{digit}户" for at, digit in enumerate(digits, 1)), "[" + ",".join(f"[{at},{digit}]" for at, digit in enumerate(digits, 1)) + "]",
        " ".join(f"{at},{digit}" for at, digit in enumerate(digits, 1)), "; ".join(f"{at}. {digit}" for at, digit in enumerate(digits[:9], 1)),
        "[" + ",".join(f'{{"y":{digit}}}' for digit in digits) + "]", f"{rng.randint(100, 999)}-{rng.randint(1, 99)}00 {rng.randint(1, 99)}00",
        f"37,4500,2019,12,{rng.randint(10, 28)},{rng.randint(1000, 9999)}", '<rect x="138" y="1234" width="5678"/>', "甲,158,,1234,,56",
        f"a: 158\nb: {rng.randint(1000, 9999)}\nc: {rng.randint(1000, 9999)}", f"项目编号：94{rng.randint(0, 9999):04d}20{rng.randint(10, 20)}0606{rng.randint(0, 9999):04d}",
    ]  # fmt: skip


def test_figures_laid_out_so_pass() -> None:
    rng = random.Random(41)
    assert [text for _ in range(200) for text in figures(rng) if codes(text)] == []
