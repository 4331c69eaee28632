"""Texts of kinds that nobody listed, each made out of a seed: pieces of all sorts, tables of 1 to 500 columns, one character a cell,
programs without line breaks, sentences; in lines of ten characters to a hundred thousand, digits in all scripts.

``python tools/bench/mixed.py [FIRST LAST]`` prints how many CPU seconds a MB of each takes the guard, the slowest first, and of how
many it is over a second; the texts have a quarter of a MB.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator

_SEPARATORS = (
    *" -._~·—/,;|\t，、：:•+=*\\`\"'()[]{}<>&%#@!?^$£€₽…‧∙⋅・･＊＋－／｜　\u2009\u200b\u00ad\u2060\u0301\u3000\x0b\x0c\x1c\r",
    *("<br>", "</td><td>", "&nbsp;", "%20", "\\n", "\\t", "\\u0020", "&#32;", "=>", "->", "::", "||", ";;", "~~", "**", "__", "](x)", "[^1]"),
    *("<!-- -->", "/**/", "{#x#}", "\\,", "$", "”，“", "的", "第", "组", "号"),
)  # fmt: skip
_SCRIPTS = (
    "0123456789", "０１２３４５６７８９", "一二三四五六七八九〇", "壹贰叁肆伍陆柒捌玖零", "①②③④⑤⑥⑦⑧⑨⓪", "⑴⑵⑶⑷⑸⑹⑺⑻⑼⓪", "٠١٢٣٤٥٦٧٨٩", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
    "0a1b2c3d4e", "01X3x5X789", "lIO0123456",
)  # fmt: skip
_LABELS = (
    "电话", "手机号码：", "身份证号", "账号", "卡号", "一卡通", "国库账户", "合计", "金额：", "编号 ", "元", "米", "亩", "姓名：赵一娃", "出生", "生日", "男，", "女", "户主",
    "病", "因病", "肺癌", "残疾", "备注", "tel:", "birth", "born ", "dob=", "HIV", "id_card", "account_no", "code", "姓名,出生日期", "值班电话", "公司账户", "倒着写", "rtl",
    "\\N{DIGIT ONE}", "&#x31;", "%E5%A7%93", "\\x31", "1.38E+10", "d0=", 'x1="', "a['b']=", "function(e,t){return ", "var ", "/*", "*/", '<svg d="M', "http://a/b?c=",
    "data:", "，其中", "。", "（", "）", "【", "】", "第1位：",
)  # fmt: skip
_SAID = (
    "赵一娃", "钱二妹家", "（4组）", "户主孙三狗", "，", "。", "因病致贫", "患肺癌", "残疾二级", "19" + "85年4月17日出生", "生于1990.5", "补助1380元", "电话", "一卡通", "第三季度",
    "一九七九年三月", "三十二万元", "①", "村民李四", "（男，20" + "61-05-04）", "138", "0013", " 8000 ", "身份证", "账号6222", "、", "；", "联系人：", "同志", "精神病", "HIV",
    "《通知》", "〔2019〕12号", "2020-06-30", "\t", "“", "”",
)  # fmt: skip
_SIGNS = (*"(){}[];,.=+-*/<>!?:&|%\"'`~^", "=>", "==", "&&", "||", "!==", "\\n", "\\u4e00", "/*", "*/", "//")


def _lines(parts: Iterator[str], size: int, longest: int) -> str:
    """Parts up to a size, in lines that are about so long."""
    made, total, line = [], 0, 0
    for part in parts:
        line += len(part)
        made.append(part)
        total += len(part.encode())
        if line > longest:
            made.append("\n")
            line = 0
        if total > size:
            break
    return "".join(made)


def _pieces(rng: random.Random, size: int) -> str:
    """Digits of a few sizes and scripts, marks and now and then a label, each chosen anew."""
    scripts = rng.sample(_SCRIPTS, rng.randint(1, 3)) + [_SCRIPTS[0]] * rng.randint(0, 3)
    marks, labels = rng.sample(_SEPARATORS, rng.randint(1, 8)), rng.sample(_LABELS, rng.randint(1, 6))
    widths = rng.choices((1, 2, 3, 4, 5, 6, 7, 8, 11, 15, 18, 19, 40, 300), k=rng.randint(1, 4))
    often = rng.choice((0, 0.02, 0.1, 0.3))

    def parts() -> Iterator[str]:
        while True:
            yield "".join(rng.choices(rng.choice(scripts), k=rng.choice(widths))) + rng.choice(marks)
            if rng.random() < often:
                yield rng.choice(labels)

    return _lines(parts(), size, rng.choice((10, 30, 80, 300, 2000, 100_000, size)))


def _cell(rng: random.Random) -> Callable[[], str]:
    """A kind of cell."""
    script = rng.choice(_SCRIPTS) if rng.random() < 0.2 else _SCRIPTS[0]
    width = rng.choice((1, 2, 3, 4, 6, 8, 11, 18))
    word = rng.choice((*_LABELS, *[""] * 20))
    kinds: tuple[Callable[[], str], ...] = (
        lambda: "".join(rng.choices(script, k=width)),
        lambda: f"20{rng.randrange(100):02}-0{rng.randrange(1, 10)}-1{rng.randrange(10)}",
        lambda: f"{rng.randrange(10 ** rng.randint(1, 11))}.{rng.randrange(100):02}",
        lambda: word,
        lambda: rng.choice("赵钱孙李") + rng.choice("一二三四大小") + "娃",
        lambda: f"13{rng.randrange(10**9):09}",
        lambda: f"99999919{rng.randrange(10**10):010}",
        lambda: rng.choice("男女是否"),
    )
    return rng.choice(kinds)


def _table(rng: random.Random, size: int) -> str:
    """A table of 1 to 500 columns, each of a kind of its own, with or without headings."""
    columns = rng.choice((1, 2, 3, 5, 12, 40, 100, 500))
    mark = rng.choice((",", ",", "\t", "|", ";", '","', " | ", "</td><td>"))
    cells = [_cell(rng) for _ in range(columns)]
    made = [mark.join(rng.choice(_LABELS) for _ in range(columns))] if rng.random() < 0.6 else []
    made += ["|".join(["-"] * columns)] if made and mark == " | " else []
    total = 0
    while total < size:
        made.append(mark.join(cell() for cell in cells))
        total += 1 + len(made[-1].encode())
    return "\n".join(made)


def _each(rng: random.Random, size: int) -> str:
    """One character a cell."""
    mark = rng.choice(_SEPARATORS)
    chars = rng.choice(_SCRIPTS) + rng.choice(("", "", "X", "赵", "a", ".", "-"))
    row = rng.choice((11, 18, 20, 64, 1000, size))
    cells = range(1, size // (1 + len(mark.encode())) + 1)
    return "".join(rng.choice(chars) + (mark if cell % row else "\n") for cell in cells)


def _program(rng: random.Random, size: int) -> str:
    """Names, figures, brackets and texts, as a program has them whose line breaks were taken out."""
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(1, 9))) for _ in range(300)] + [*_LABELS]
    weights = rng.choice(((5, 5, 1), (5, 5, 4), (2, 6, 6), (8, 4, 1)))

    def parts() -> Iterator[str]:
        while True:
            kind = rng.choices((0, 1, 2), weights)[0]
            figure = str(rng.randrange(10 ** rng.choice((1, 1, 2, 3, 4, 11, 18))))
            yield (rng.choice(words), rng.choice(_SIGNS), figure)[kind]

    return _lines(parts(), size, rng.choice((80, 1000, 30_000, size)))


def _prose(rng: random.Random, size: int) -> str:
    """Sentences with names, dates, sums and illnesses."""
    some = rng.sample(_SAID, rng.randint(2, len(_SAID)))
    return _lines(iter(lambda: rng.choice(some), None), size, rng.choice((20, 60, 400, 100_000)))


KINDS = (_pieces, _table, _each, _program, _prose)


def mixed_text(seed: int, size: int) -> bytes:
    """The text of a seed; its kind is by the seed, too."""
    rng = random.Random(seed * 7919 + 13)
    return KINDS[seed % len(KINDS)](rng, size).encode()[:size]


if __name__ == "__main__":
    from hostile import MB, seconds

    seeds = range(*map(int, sys.argv[1:3])) if sys.argv[2:] else range(40)
    rows = [(4 * seconds(mixed_text(seed, MB // 4)), seed) for seed in seeds]
    for took, seed in sorted(rows, reverse=True):
        print(f"{took:.2f} s/MB: seed {seed}, {KINDS[seed % len(KINDS)].__name__[1:]}")
    print(f"{sum(took > 1 for took, _ in rows)} of {len(rows)} are over 1 s/MB")
