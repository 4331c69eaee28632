"""Makes, at run time and from a seed, files with one identifier each. Nothing here is a person's.

IDs have region 999999 or a birth year to come; phones and cards are random digits. Not one value is written
down, because the guard scans this file too.
"""

from __future__ import annotations

import gzip
import html
import io
import random
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
BOLD = {ord("0") + digit: chr(0x1D7CE + digit) for digit in range(10)}
ILLNESSES = ("肺" + "癌", "尿毒症" + "透析", "肢体" + "残疾二级", "精神" + "分裂症", "因" + "病致贫")


@dataclass(frozen=True)
class Planted:
    """One file with one thing in it: where it must be found, as what, and which texts no message may hold."""

    path: str
    data: bytes
    line: int
    code: str
    value: str
    spelling: str
    form: str
    shown: str = ""  # the path that the finding carries, if not the file's own


def id_number(rng: random.Random, tail: str = "") -> str:
    """Make a number with a right check character; ``tail`` "X" asks for that one."""
    while True:
        region, year = rng.choice((("999999", rng.randint(1930, 2019)), ("520526", rng.randint(2061, 2199))))
        body = f"{region}{year}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}{rng.randint(0, 999):03d}"
        total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(body))
        check = "10X98765432"[total % 11]
        if not tail or check == tail:
            return body + check


def wrong_id(rng: random.Random) -> str:
    """An ID number with one wrong check character: only a label can tell."""
    value = id_number(rng)
    return value[:-1] + ("1" if value[-1] == "0" else "0")


def old_id(rng: random.Random) -> str:
    day = f"{rng.randint(10, 99)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
    return f"520526{day}{rng.randint(0, 999):03d}"


def card(rng: random.Random, again: bool = False) -> str:
    kind_and_grade = f"{rng.randint(1, 7)}{rng.randint(1, 4)}"
    return id_number(rng) + kind_and_grade + ("B1" if again else "")


def phone(rng: random.Random) -> str:
    return f"1{rng.randint(3, 9)}{rng.randint(0, 10**9 - 1):09d}"


def account(rng: random.Random, prefix: str = "62", length: int = 19) -> str:
    body = prefix + "".join(rng.choice("0123456789") for _ in range(length - 1 - len(prefix)))
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(body))]
    return body + str(-sum(digit // 10 + digit % 10 for digit in doubled) % 10)


def birth(rng: random.Random, pattern: str = "{}-{:02d}-{:02d}") -> str:
    return pattern.format(rng.randint(2061, 2199), rng.randint(1, 12), rng.randint(1, 28))


def cut(value: str, lengths: tuple[int, ...], separator: str) -> str:
    parts, rest = [], value
    for length in lengths:
        parts.append(rest[:length])
        rest = rest[length:]
    return separator.join([*parts, rest] if rest else parts)


Spelling = tuple[str, Callable[[str], str]]

ANY_NUMBER: tuple[Spelling, ...] = (
    ("plain", str),
    ("full-width", lambda value: value.translate(WIDE)),
    ("half of it full-width", lambda value: value[:7] + value[7:].translate(WIDE)),
    ("mathematical digits", lambda value: value.translate(BOLD)),
    ("zero-width space", lambda value: "\u200b".join(value)),
    ("zero-width joiner", lambda value: cut(value, (3, 4), "\u200d")),
    ("word joiner", lambda value: cut(value, (5,), "\u2060")),
    ("byte order mark inside", lambda value: cut(value, (5,), "\ufeff")),
    ("soft hyphen", lambda value: cut(value, (4, 4), "\u00ad")),
    ("decimal entities", lambda value: "".join(f"&#{ord(char)};" for char in value)),
    ("hexadecimal entities", lambda value: "".join(f"&#x{ord(char):x};" for char in value)),
    ("one entity", lambda value: f"{value[:3]}&#{ord(value[3])};{value[4:]}"),
    ("zero-width entity", lambda value: cut(value, (3, 4), "&#8203;")),
    ("percent-encoded", lambda value: "".join(f"%{ord(char):02X}" for char in value)),
    ("percent-encoded full-width", lambda value: quote(value.translate(WIDE))),
    ("percent-encoded twice", lambda value: quote(quote(value.translate(WIDE)))),
    ("JSON escapes", lambda value: "".join(f"\\u{ord(char):04x}" for char in value.translate(WIDE))),
    ("cut by markup", lambda value: f"<b>{value[:4]}</b>{value[4:]}"),
    ("word break", lambda value: cut(value, (3, 4), "<wbr>")),
)
ID_ONLY: tuple[Spelling, ...] = (
    ("lower-case x", str.lower),
    ("spaces 6-8-4", lambda value: cut(value, (6, 8), " ")),
    ("dashes", lambda value: cut(value, (6, 4, 4), "-")),
    ("dots", lambda value: cut(value, (6, 8), ".")),
    ("underscores", lambda value: cut(value, (6, 8), "_")),
    ("every digit apart", lambda value: " ".join(value)),
    ("dash and space", lambda value: cut(value, (6, 8), " - ")),
    ("no-break spaces", lambda value: cut(value, (6, 8), "\u00a0")),
    ("wide spaces", lambda value: cut(value, (6, 8), "\u3000")),
    ("long dash", lambda value: cut(value, (6, 8), "—")),
    ("percent-encoded spaces", lambda value: cut(value, (6, 8), "%20")),
    ("no-break space entity", lambda value: cut(value, (6, 8), "&nbsp;")),
    ("letters before it", lambda value: f"ID{value}"),
    ("a date after it", lambda value: f"{value}20200630" if value[-1] != "X" else value),
)
PHONE_ONLY: tuple[Spelling, ...] = (
    ("+86", lambda value: f"+86{value}"),
    ("+86 and spaces", lambda value: "+86 " + cut(value, (3, 4), " ")),
    ("0086", lambda value: f"0086{value}"),
    ("0086 and dashes", lambda value: "0086-" + cut(value, (3, 4), "-")),
    ("86-", lambda value: f"86-{value}"),
    ("(+86)", lambda value: f"(+86){value}"),
    ("spaces 3-4-4", lambda value: cut(value, (3, 4), " ")),
    ("dashes 3-4-4", lambda value: cut(value, (3, 4), "-")),
    ("wide and spaced", lambda value: cut(value.translate(WIDE), (3, 4), "\u3000")),
    ("dashes 3-8", lambda value: cut(value, (3,), "-")),
    ("digit by digit", lambda value: " ".join(value)),
    ("percent-encoded plus", lambda value: f"%2B86{value}"),
)
ACCOUNT_ONLY: tuple[Spelling, ...] = (
    ("fours", lambda value: cut(value, (4, 4, 4, 4), " ")),
    ("fours with dashes", lambda value: cut(value, (4, 4, 4, 4), "-")),
)

TEXTS: tuple[tuple[str, str], ...] = (
    ("notes/说明.txt", "第一行\n\n第三行 {} 之后\n末行\n"),
    ("records/a.csv", "household_no,note\nH0001234,无\nH0001235,{}\n"),
    ("records/b.csv", 'no,"note, two"\r\n1,无\r\n2,"{}"\r\n'),
    ("records/case.yaml", "case: C1\nsteps:\n  - remark: '{}'\n"),
    ("site/page.html", "<table>\n<tr><td>1</td></tr>\n<tr><td>户</td><td>{}</td></tr>\n</table>\n"),
    ("site/search.json", '{{\n"a": 1,\n"text": "{}"}}\n'),
    ("site/links.md", "# 页\n\n[看](https://example.org/q?no={}&p=1)\n"),
    ("site/path.md", "# 页\n\n<https://example.org/files/{}/list.html>\n"),
    ("site/app.min.js", 'a=1;\nb=2;\nvar t="{}",u=3.14159;\n'),
    ("COMMIT_EDITMSG", "更新\n\n户主{}已核实\n"),
)


def _numbers(rng: random.Random) -> Iterator[tuple[str, str, str, str]]:
    """Yield (code, form, value, spelling)."""
    for name, spell in (*ANY_NUMBER, *ID_ONLY):
        for tail in ("", "X"):
            value = id_number(rng, tail)
            yield "personal-id", f"ID {tail} {name}", value, spell(value)
    for name, spell in (*ANY_NUMBER, *PHONE_ONLY):
        value = phone(rng)
        yield "personal-phone", f"phone {name}", value, spell(value)
    for name, spell in (*ANY_NUMBER, *ACCOUNT_ONLY):
        for prefix, length in (("62", 19), ("62", 16), ("4", 16), ("5", 16), ("60", 19)):
            value = account(rng, prefix, length)
            yield "personal-account", f"account {prefix}/{length} {name}", value, spell(value)
    for name, spell in ANY_NUMBER[:6]:
        value = card(rng)
        yield "personal-disability-card", f"card {name}", value, spell(value)
    value = card(rng, again=True)
    yield "personal-disability-card", "card, second issue", value, value


def _labelled(rng: random.Random) -> Iterator[tuple[str, str, str, str]]:
    """Things that only their label gives away."""
    for label in ("身份证号：", "证件号码 ", "公民身份号码:", "id_card="):
        value = wrong_id(rng)
        yield "personal-id", f"{label} wrong check", value, label + value
        value = old_id(rng)
        yield "personal-id", f"{label} 15 digits", value, label + value
    for label in ("开户银行账号：", "一卡通 ", "卡号:"):
        for length in (15, 17, 18):
            value = account(rng, "8", length)
            yield "personal-account", f"{label} {length}", value, label + value
    for label in ("联系电话：", "手机 "):
        value = phone(rng)
        yield "personal-phone", f"{label} odd groups", value, label + cut(value, (2, 5), " ")
    dates = ("{}-{:02d}-{:02d}", "{}年{}月{}日", "{}/{}/{}", "{}.{:02d}.{:02d}", "{}{:02d}{:02d}")
    for label in ("出生日期：", "生日 ", "出生年月日:", "生于", "出生于", "birth_date: "):
        for pattern in dates:
            value = birth(rng, pattern)
            yield "personal-birth", f"{label} {pattern}", value, label + value
    value = birth(rng, dates[1])
    yield "personal-birth", "date before the word", value, f"{value}出生"
    for illness in ILLNESSES:
        name = "赵" + rng.choice("一二三四") + "娃"
        for label in ("姓名：", "姓  名:", "户主姓名："):
            yield "personal-health", f"{label} {illness}", name, f"{label}{name}，{illness}"


def _tables(rng: random.Random) -> Iterator[Planted]:
    """Tables in which the label is a heading, rows above the value."""
    for heading, value, code in (
        ("身份证号", wrong_id(rng), "personal-id"),
        ("证件号码", old_id(rng), "personal-id"),
        ("出生日期", birth(rng), "personal-birth"),
        ("birth_date", birth(rng), "personal-birth"),
        ("一卡通账号", account(rng, "8", 17), "personal-account"),
    ):
        for path, text in (
            ("t/a.csv", f"序号,{heading},备注\n1,,无\n2,{value},无\n"),
            ("t/quoted.csv", f'序号,备注,{heading}\n1,"甲,乙",\n2,"甲,乙","{value}"\n'),
            ("t/a.tsv", f"序号\t{heading}\n1\t\n2\t{value}\n"),
            ("t/a.md", f"| 序号 | {heading} |\n|---|---|\n| 2 | {value} |\n"),
        ):
            yield Planted(path, text.encode(), 3, code, value, value, f"heading {heading} {path}")
    name, illness = "钱" + "二娃", ILLNESSES[0]
    text = f"序号,姓名,情况\n1,,\n2,{name},{illness}\n"
    yield Planted("t/health.csv", text.encode(), 3, "personal-health", name, name, "name and health columns")


def _names_of_files(rng: random.Random) -> Iterator[Planted]:
    for code, value in (
        ("personal-id", id_number(rng)),
        ("personal-id", id_number(rng, "X").lower()),
        ("personal-phone", phone(rng)),
        ("personal-account", account(rng)),
        ("personal-disability-card", card(rng)),
    ):
        for pattern in ("docs/{}.jpg", "docs/户_{}_副.txt", "{}/index.html", "a/{}-1/b.csv", "照（{}）.png"):
            shown = "/".join("***" if "{}" in part else part for part in pattern.split("/"))
            for wide in (value, value.translate(WIDE)):
                path = pattern.format(wide)
                yield Planted(path, b"", 0, code, value, wide, f"file name {pattern}", shown)


def workbook(cells: dict[str, str], hidden: str = "") -> bytes:
    """Write the smallest workbook: texts as shared strings, numbers as they are; ``hidden`` is in no cell."""
    strings = [text for text in cells.values() if not text.isdecimal()] + ([hidden] if hidden else [])
    rows = []
    for at, text in cells.items():
        kind, value = ("", text) if text.isdecimal() else (' t="s"', strings.index(text))
        rows.append(f'<row r="{at.lstrip("ABCDEFG")}"><c r="{at}"{kind}><v>{value}</v></c></row>')
    shared = "".join(f"<si><t>{html.escape(text)}</t></si>" for text in strings)
    return archive({
        "xl/sharedStrings.xml": f"<sst>{shared}</sst>".encode(),
        "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{''.join(rows)}</sheetData></worksheet>".encode(),
    })  # fmt: skip


def archive(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return buffer.getvalue()


def _containers(rng: random.Random) -> Iterator[Planted]:
    sheet = "xl/worksheets/sheet1.xml"
    for code, value in (
        ("personal-id", id_number(rng, "X")),
        ("personal-phone", phone(rng)),
        ("personal-account", account(rng)),
    ):
        plain = f"甲\n乙\n值 {value}\n".encode()
        spaced = f"值 {value}".replace("1", "１")
        kinds = (
            ("a.xlsx", workbook({"A1": "户", "B7": value}), 7, f"a.xlsx!{sheet}"),
            ("b.xlsx", workbook({"A1": "户", "B40": spaced}), 40, f"b.xlsx!{sheet}"),
            ("c.xlsx", workbook({"A1": "户"}, hidden=value), 1, "c.xlsx!xl/sharedStrings.xml"),
            ("a.zip", archive({"in/表.csv": plain}), 3, "a.zip!in/表.csv"),
            ("b.zip", archive({"a.xlsx": workbook({"C3": value})}), 3, f"b.zip!a.xlsx!{sheet}"),
            ("sitemap.xml.gz", gzip.compress(plain), 3, "sitemap.xml.gz"),
            ("gbk.csv", f"户主,备注\n张,无\n李,{value}\n".encode("gb18030"), 3, "gbk.csv"),
            ("wide.csv", f"户\n张\n李,{value.translate(WIDE)}\n".encode("gb18030"), 3, "wide.csv"),
            ("mixed.csv", b"\xfd\n\n" + value.encode() + b"\n", 3, "mixed.csv"),
            ("utf16.txt", plain.decode().encode("utf-16"), 3, "utf16.txt"),
            ("old.xls", b"\xd0\xcf\x11\xe0\x00\x00" + value.encode() + b"\x00\x01", 0, "old.xls"),
        )
        for path, data, line, shown in kinds:
            yield Planted(path, data, line, code, value, value, f"{code} in {path}", shown)
    value = id_number(rng)
    packed = archive({f"{value}.txt": b""})
    yield Planted("n.zip", packed, 0, "personal-id", value, value, "member name", "n.zip!***")


def make_corpus(seed: int = 20200630) -> list[Planted]:
    """Return every form once, in every kind of file that can hold it."""
    rng = random.Random(seed)
    planted: list[Planted] = []
    for code, form, value, spelling in (*_numbers(rng), *_labelled(rng)):
        for path, text in TEXTS:
            data = text.format(spelling).encode()
            planted.append(Planted(path, data, 3, code, value, spelling, f"{form} in {path}"))
    planted.extend(_tables(rng))
    planted.extend(_names_of_files(rng))
    planted.extend(_containers(rng))
    return planted
