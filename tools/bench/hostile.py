"""Texts made to take the guard long, each of a megabyte: what it looks for almost, again and again, in every form it knows.

``python tools/bench/hostile.py [FIRST LAST]`` prints how many CPU seconds each takes, the slowest first; with two numbers, the
texts of these seeds.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator

from gongshi.checks.guard import scan

MB = 1 << 20
_MARKS = (
    " ", "-", ".", "_", "~", "·", "—", "/", ",", ";", "|", "\t", "，", "、", "：", "•", "+", "=", "*", "\\", "`", '"', "'", "(", "[", "&", "%", "<br>", "</td><td>",
    " / ", '","', "\u200b", "\n",
)  # fmt: skip
_WORDS = (
    "电话", "手机 ", "身份证号：", "账号", "卡号 ", "一卡通", "国库账户", "合计", "金额：", "编号 ", "元", "米", "姓名：", "出生", "生日", "男", "户主", "X", "x", "a",
    "电话：账号：身份证号：", "tel:", "0086", "+86", "http://", "%%", "$", "￥",
)  # fmt: skip
_UNITS = {
    "digits with decimals between": "2 1 1 1 1 ", "one by one": "1 1 1 ", "one a cell": "1,3,8,", "dashes": "139-", "groups of ID numbers": "999999 1985 0417 ",
    "fours": "1234 ", "fours with commas": "1234,", "fours and an account's end": "6222 1234 " + "5678 9012 345 ", "thousands": "123,", "threes": "138 ",
    "one digit a row": "1\n" * 11 + "x\n", "rows of one digit": "1\n", "rows and their number": "1,2\n", "an escape in each word": "&#49;&#51;", "percent escapes": "%31%33",
    "twice escaped": "%2531", "JSON escapes": "\\u0031", "CSS escapes": "\\31 ", "named": "\\N{DIGIT ONE}", "Chinese numerals": "一三八", "numerals and words": "一卡通三",
    "circled": "①③⑧", "keycaps": "1\ufe0f\u20e3", "stars": "*1*", "two stars": "**1**3", "backslashes": "\\", "backslash and digit": "1\\-", "backticks": "`1", "links": "[1](x)",
    "tags": "<b>1</b>", "cells": "<td>1</td>", "cells of three": "<td>138</td><td>0013</td>", "open tags": "1<", "comments": "1<!-- -->", "half comments": "1<!--", "C comments": "1/*x*/",
    "templates": "1{#x#}", "percents": "1%%x%%", "strikes": "1~~x~~", "zero width": "1\u200b", "combining": "1\u0301", "control": "1\x01", "wide": "１３８", "mathematical": "\U0001d7cf",
    "Roman": "1Ⅰ", "nested labels": "电话账号身份证号：合计编号", "labels and numbers": "电话1380013 ", "a label and a digit": "账号1 ", "birth words": "出生1985-", "born": "born 2061-1 ",
    "names": "姓名：" + "赵一娃，病", "sex": "男，汉族，", "brackets": "（男，2061-", "a bracket": "(138)", "middle brackets": "138 (0013) ", "areas": "[138] 0013", "half phones": "13800/",
    "slashes": "138/0013/", "long letters": "a" * 40 + "1", "an opening quote": '"1', "quotes": '"1",', "drawing": "d='1 3 8'", "open drawing": 'd="1 ', "powers": "1.3800138E+10 ",
    "half powers": "1.38001380", "crosses": "X1", "many crosses": "1X", "seventeen and X": "999999" + "19850417123X ", "rtl": "rtl 138 ", "reversed": "倒1 3 8 ", "terminal": "\x1b[0m1",
    "a bar": "|1", "tables": "| 姓名 | 出生 |\n|-|-|\n| 1 | 2 |\n", "rules": "|-|\n", "headings": "合计,编号,", "plus": "1+3+", "equals": "1=3=", "base64": "TWFuMTM4MDAx", "hex": "138f0013a8",
    "uuid": "550e8400-e29b-41d4-a716-446655440000 ", "dates": "2020-06-30 ", "times": "12:30:45.123 ", "IPs": "138.100.138.200 ", "decimals": "138.00 ", "landlines": "0851-6221234 ",
    "query": "d0=1&d1=3&", "dollars": "$155\\,", "continued": "138\\\n", "folded": "138\n  0013\n", "open cells": '"138\n', "go on": "电话：138\n", "and so": "&nbsp", "amp": "&amp;",
}  # fmt: skip


def _filled(unit: str) -> bytes:
    data = unit.encode()
    return (data * (MB // len(data) + 1))[:MB]


def _counted(form: str, first: int, step: int) -> bytes:
    """Many numbers, no two the same."""
    rows, size, number = [], 0, first
    while size < MB:
        rows.append(form.format(number, a=number % 1000, b=number * 7 % 10000, c=number * 13 % 10000).encode())
        size += len(rows[-1])
        number += step
    return b"".join(rows)[:MB]


_COUNTED = {
    "18 digits a line": ("{}\n", 123456789 * 10**9, 104729), "a phone's digits a line, decimals": ("{}.5\n", 138 * 10**8, 7919), "money a line": ("合计{}\n", 138 * 10**8, 7919),
    "a finding a row": ("{},\n", 138 * 10**8, 1), "slashes a line": ("{a:03}/{b:04}/{c:04}\n", 200, 7), "slashes in one line": ("{a:03}/{b:04}/{c:04} ", 200, 7),
    "phones over groups": ("1380{a:03} {b:04}56,", 1, 7), "groups without commas": ("13800 {b:04}56 ", 1, 7), "unlabelled fours": ("{b:04} {c:04} {b:04} {c:04}\n", 1, 7),
    "fours in one line": ("{b:04} {c:04} ", 1, 7), "cells of four": ("{b:04},{c:04},", 1, 7), "ID numbers with wrong checks": ("9999991985{b:04}{c:04}x\n", 1, 7),
    "19 digits a line": ("62{}\n", 10**16, 104729), "16 digits and a label": ("账号{}元\n", 4 * 10**15, 104729), "20 digits": ("{}\n", 10**19, 104729),
    "wide rows": ("{a},{b},{c}," * 40 + "\n", 1, 7), "a long row of figures": ("{a:03},{b:04},{c:04},", 138, 7), "a long row of three cells": ("{a:03}|{b:04}|{c:04}|", 138, 7),
    "points of a line": ("{a}.{b:04} {b}.{c:04} ", 1, 7), "thousands": ('"{0:,}",', 138 * 10**8, 7919), "folded pairs": ("{b:04}\n{c:04}123\n", 1, 7), "a digit and a number a row": ("{a},{b}\n", 1, 7),
    "phones with tails": ("{}abcde ", 138 * 10**8, 7919), "phones in hex": ("a{}b ", 138 * 10**8, 7919), "a measure each": ("{}米 ", 138 * 10**8, 7919), "phones and codes": ("编号{} ", 138 * 10**8, 7919),
    "HTML": ('<tr><td class="x{a}">{a}</td><td>{b:04}</td><td>{c:04}</td></tr>\n', 1, 7), "HTML in one line": ("<p>{a} <b>{b}</b>{c}</p>", 1, 7),
    "rows of a ledger": ("H{b:07},1401011002{a:02},一般农户,{a},2019-03-17,{b}.00,未脱贫,否,{a}.5,2020-06-30,990101-2020-CY-{c:04},{b}.00,砖混结构,1,1,1,1,1,1,1,1\n", 10, 7),
    "JSON": ('{{"a{a}":{b},"b":[{c},{b}]}},', 1, 7), "births": ("（{b:04}-0{a}）", 1, 7), "sexes": ("男，{b:04}-{c}，", 1, 7),
}  # fmt: skip


def random_text(seed: int) -> bytes:
    """A megabyte of digits in a few sizes, marks and words, mixed by a seed: a pattern of a few parts, its digits by chance."""
    rng = random.Random(seed)
    parts: list[Callable[[], str]] = []
    for _ in range(rng.randint(1, 6)):
        size = rng.choice((1, 1, 2, 3, 3, 4, 4, 4, 5, 6, 7, 8, 11, 15, 18, 19))
        begin = rng.choice(("", "", "1", "13", "138", "62", "99", "19", "20"))[:size]
        fixed = begin + "".join(rng.choice("0123456789") for _ in range(size - len(begin)))
        loose = lambda size=size, begin=begin: begin + f"{rng.randrange(10**size):0{size}}"[len(begin) :]  # noqa: E731
        parts.append(loose if rng.random() < 0.6 else lambda fixed=fixed: fixed)
        if rng.random() < 0.85:
            mark = rng.choice(_MARKS)
            parts.append(lambda mark=mark: mark)
        if rng.random() < 0.3:
            word = rng.choice(_WORDS)
            parts.append(lambda word=word: word)
    row = rng.choice((1, 2, 3, 5, 10, 100, 10**6))
    end = rng.choice(("\n", "\n", "", " ", ",\n"))
    made, size, count = [], 0, 0
    while size < MB:
        count += 1
        made.append("".join(part() for part in parts) + (end if count % row == 0 else ""))
        size += len(made[-1].encode())
    return "".join(made).encode()[:MB]


def texts() -> Iterator[tuple[str, bytes]]:
    """(name, text) of all that are known by name; one that ends in half a character is one of bytes that are not UTF-8."""
    for name, unit in _UNITS.items():
        yield name, _filled(unit)
    for name, (form, first, step) in _COUNTED.items():
        yield name, _counted(form, first, step)
    for mark in _MARKS:
        yield f"digits with {mark!r}", _filled(f"1{mark}3{mark}8{mark}")
        yield f"fours with {mark!r}", _counted(f"{{b:04}}{mark}{{c:04}}{mark}", 1, 7)
    yield "one digit for ever", _filled("1")
    yield "all of ASCII", bytes(range(1, 128)) * (MB // 127)
    yield (
        "rows of a few digits",
        "".join(f"{n:0{1 + n % 4}}\n" for n in random.Random(5).choices(range(9), k=MB)).encode()[:MB],
    )
    yield "noise", random.Random(1).randbytes(MB)
    yield "digits by chance", "".join(random.Random(2).choices("0123456789 ,-/", k=MB)).encode()
    yield "marks by chance", "".join(random.Random(3).choices("01389<>&%\\*`[](){}=\"'|~;,. \n", k=MB)).encode()
    yield "labels by chance", "".join(random.Random(4).choices([*_WORDS, *"0123456789"], k=MB // 3)).encode()[:MB]


def seconds(data: bytes) -> float:
    """CPU seconds that the guard takes."""
    begin = time.process_time()
    scan([("a.csv", lambda: data)])
    return time.process_time() - begin


if __name__ == "__main__":
    seeds = range(*map(int, sys.argv[1:3])) if sys.argv[2:] else ()
    chosen = ((f"seed {seed}", random_text(seed)) for seed in seeds) if seeds else texts()
    for took, what in sorted(((seconds(data), what) for what, data in chosen), reverse=True):
        print(f"{took:.2f} s/MB: {what}")
