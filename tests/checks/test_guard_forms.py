"""More forms than anybody lists: separators × numerals × decorations × containers, made from a seed; figures of the office
raise no alarm; and no text makes the guard slow."""

from __future__ import annotations

import random
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator

import pytest

from gongshi.checks import check_guard, guard_sieve
from gongshi.checks.guard import MOST, scan, scan_path, scan_text
from gongshi.checks.guard_values import is_luhn
from gongshi.checks.name_shapes import names_beside
from gongshi.repository import WorkTree

from .corpus import WIDE, account, archive, card, cut, id_number, phone, wrong_id

Spell = Callable[[str], str]


def script(zero: int) -> Spell:
    return lambda value: value.translate({48 + digit: chr(zero + digit) for digit in range(10)})


def chars(digits: str) -> Spell:
    return lambda value: value.translate({48 + digit: char for digit, char in enumerate(digits)})


def some(spell: Spell) -> Spell:
    """Every third digit in another writing."""
    return lambda value: "".join(spell(char) if at % 3 == 1 else char for at, char in enumerate(value))


NUMERALS: dict[str, Spell] = {
    "ASCII": str, "full-width": lambda value: value.translate(WIDE), "Arabic": script(0x660), "Persian": script(0x6F0),
    "Devanagari": script(0x966), "Thai": script(0xE50), "Khmer": script(0x17E0), "Tibetan": script(0xF20),
    "bold": script(0x1D7CE), "monospace": script(0x1D7F6), "segmented": script(0x1FBF0), "tags": script(0xE0030),
    "circled": chars("⓪①②③④⑤⑥⑦⑧⑨"), "black circles": chars("⓿❶❷❸❹❺❻❼❽❾"), "in brackets": chars("0⑴⑵⑶⑷⑸⑹⑺⑻⑼"),
    "with dots": chars("0⒈⒉⒊⒋⒌⒍⒎⒏⒐"), "superscript": chars("⁰¹²³⁴⁵⁶⁷⁸⁹"), "subscript": chars("₀₁₂₃₄₅₆₇₈₉"),
    "Chinese": chars("零一二三四五六七八九"), "Chinese 〇": chars("〇一二三四五六七八九"), "formal": chars("零壹贰叁肆伍陆柒捌玖"),
    "spoken": chars("洞幺两三四五六拐八勾"), "traditional": chars("零壹貳參肆伍陸柒捌玖"), "Hangzhou": chars("〇〡〢〣〤〥〦〧〨〩"),
    "keycaps": lambda value: "".join(f"{char}\ufe0f\u20e3" if char != "X" else char for char in value),
    "half Chinese": some(chars("零一二三四五六七八九")), "half circled": some(chars("⓪①②③④⑤⑥⑦⑧⑨")),
    "underlined": lambda value: "".join(f"{char}\u0332" for char in value),
}  # fmt: skip
GROUPINGS: dict[str, dict[str, tuple[int, ...]]] = {
    "personal-id": {"": (), "6-8-4": (6, 8), "one by one": (1,) * 17},
    "personal-phone": {"": (), "3-4-4": (3, 4), "one by one": (1,) * 10},
}
SEPARATORS = (
    "/",
    "，",
    "、",
    "・",
    "•",
    "·",
    "|",
    " | ",
    "<br>",
    "<br/>",
    " / ",
    "：",
    ";",
    "；",
    "+",
    "→",
    "…",
    "\t",
)
DECORATIONS: dict[str, Spell] = {
    "emphasis": lambda value: f"**{value[:3]}**{value[3:7]}**{value[7:]}**", "code": lambda value: f"`{value[:4]}`{value[4:]}",
    "link": lambda value: f"[{value[:5]}](#a){value[5:]}", "comment": lambda value: f"{value[:5]}<!-- x -->{value[5:]}",
    "escaped dashes": lambda value: cut(value, (3, 4), r"\-"), "tspans": lambda value: "".join(f"<tspan>{c}</tspan>" for c in value),
    "CSS escapes": lambda value: "".join(f"\\3{char} " if char != "X" else char for char in value),
    "braced escapes": lambda value: "".join(f"\\u{{{ord(char):x}}}" for char in value),
    "surrogate pairs": lambda value: "".join(f"\\ud835\\udf{0xCE + int(c):02x}" if c != "X" else c for c in value),
    "octal": lambda value: "".join(f"\\{ord(char):03o}" if char != "X" else char for char in value),
    "control character": lambda value: cut(value, (5,), "\x01"), "Hangul filler": lambda value: cut(value, (5,), "\u3164"),
    "variation selectors": lambda value: "\ufe01".join(value), "cells": lambda value: "</td><td>".join(value),
}  # fmt: skip
CONTAINERS: dict[str, Callable[[str], bytes]] = {
    "csv": lambda text: f'no,note\n1,\n2,"{text}"\n'.encode(), "md": lambda text: f"# 页\n\n- 户 {text}\n".encode(),
    "yaml": lambda text: f"a: 1\nb:\n  - {{note: '{text}'}}\n".encode(), "json": lambda text: f'{{\n"a":\n"{text}"}}\n'.encode(),
    "utf-16 without mark": lambda text: f"甲\n乙\n值 {text}\n".encode("utf-16-le"),
    "utf-16 be": lambda text: f"甲\n乙\n值 {text}\n".encode("utf-16-be"), "utf-32": lambda text: f"甲\n乙\n值 {text}\n".encode("utf-32"),
}  # fmt: skip


def unlike_years(rng: random.Random) -> str:
    """A phone number whose groups are no years, which would make it a row of figures."""
    while (value := phone(rng))[3:5] in ("19", "20") or value[7:9] in ("19", "20"):
        pass
    return value


def forms(rng: random.Random) -> Iterator[tuple[str, str, str]]:
    """(name, code, spelling)."""
    made = {"personal-id": id_number, "personal-phone": unlike_years}
    for code, groupings in GROUPINGS.items():
        for name, spell in NUMERALS.items():
            for grouping, lengths in groupings.items():
                value = made[code](rng)
                yield (
                    f"{code} {name} {grouping}",
                    code,
                    cut(spell(value) if len(spell(value)) == len(value) else value, lengths, " ")
                    if lengths
                    else spell(value),
                )
        for separator in SEPARATORS:
            for grouping, lengths in groupings.items():
                if lengths:
                    yield f"{code} {separator!r} {grouping}", code, cut(made[code](rng), lengths, separator)
        for name, spell in DECORATIONS.items():
            yield f"{code} {name}", code, spell(made[code](rng))
    for name in ("Chinese", "circled", "Thai", "full-width"):
        yield f"account {name}", "personal-account", NUMERALS[name](account(rng))
        yield f"card {name}", "personal-disability-card", NUMERALS[name](card(rng))
        yield f"wrong check {name}", "personal-id", NUMERALS[name](wrong_id(rng))
    yield "wrong check", "personal-id", wrong_id(rng)
    yield "wrong check 6-8-4", "personal-id", cut(wrong_id(rng), (6, 8), " ")


@pytest.mark.parametrize("seed", [1, 2])
def test_forms_that_nobody_listed(seed):
    rng = random.Random(seed)
    made = list(forms(rng))
    assert len(made) >= 200
    missed = []
    for name, code, spelling in made:
        kind = rng.choice([*CONTAINERS]) if '"' not in spelling and "\\" not in spelling else "md"
        data = CONTAINERS[kind](spelling)
        found = {(one.code, one.line) for one in scan([("records/a.txt", lambda data=data: data)])}
        if (code, 3) not in found:
            missed.append((name, kind, found))
    assert missed == []


@pytest.mark.parametrize("join", [",".join, "\t".join, lambda cells: f"| {' | '.join(cells)} |"])
def test_one_digit_a_cell_beside_other_cells(join):
    rng = random.Random(4)
    for value, code in ((phone(rng), "personal-phone"), (id_number(rng), "personal-id")):
        row = join(["H0001234", *value, "甲"])
        assert [(one.code, one.line) for one in scan_text("a.csv", f"户,备注\n{row}\n".encode())] == [(code, 2)]
    downwards = "\n".join(["甲", *phone(rng), "乙"])
    assert [one.code for one in scan_text("a.txt", downwards.encode())] == ["personal-phone"]


@pytest.mark.parametrize("separator", ["-", "/", " / ", "，", "、", "•", "·", "<br>"])
def test_phones_in_four_three_four(separator):
    rng = random.Random(6)
    for _ in range(20):
        said = cut(unlike_years(rng), (4, 3), separator)
        for text in (said, f"联系人 {said}。"):
            assert [one.code for one in scan_text("a.md", f"甲\n{text}\n".encode())] == ["personal-phone"], text


@pytest.mark.parametrize("separator", [",", "|", "\t", ";"])
def test_an_id_number_in_three_cells(separator):
    rng = random.Random(7)
    for _ in range(20):
        row = separator.join(["H0001234", cut(id_number(rng), (6, 6), separator), "12.00"])
        assert [one.code for one in scan_text("a.csv", f"甲\n{row}\n".encode())] == ["personal-id"], row


@pytest.mark.parametrize("area", ["010", "0900"])
def test_an_office_telephone_hides_no_other_number(area):
    """Lines with landlines are not read closely, for each village has one; with something else beside it they are."""
    rng = random.Random(8)
    for _ in range(20):
        value = unlike_years(rng)
        office = f"{area}-7{rng.randint(0, 999999):06d}"
        assert guard_sieve.suspicious_lines(f"村委会,{office},\n{office}\n".encode()) == set()
        for text in (
            f"{office},{value}",
            f"{value} {office}",
            f"{area}-{value}",
            f"{area}-{cut(value, (7,), '-')}",
            office + value,
        ):
            assert guard_sieve.suspicious_lines(f"甲\n{text}\n".encode()) == {1}, text
        assert scan_text("a.csv", f"甲\n{office},{value}\n".encode()) != []


def test_names_and_notes_of_archives():
    value = phone(random.Random(5))
    for files in ({f"{value}/": b""}, {f"xl/media/{value}.png": b""}):
        assert {one.code for one in scan([("a.zip", lambda files=files: archive(files))])} == {"personal-phone"}


def test_every_digit_and_every_invisible_character_is_sieved():
    """The sieve's blocks hold what this Python's Unicode knows as a digit, or shows nothing."""
    lost = []
    for code in range(0x80, sys.maxunicode + 1):
        char = chr(code)
        category = unicodedata.category(char)
        digit = category[0] == "N" and unicodedata.numeric(char, -1) in range(10)
        hidden = category in ("Mn", "Me", "Cf") or char in "\u115f\u1160\u2800\u3164\uffa0"
        text = f"138{char}0013" if hidden else f"甲{char}{char}乙"
        if (digit or hidden) and not guard_sieve.suspicious_lines(text.encode()):
            lost.append(f"U+{code:04X}")
    assert lost == []


# --- beside words, letters and as programs write them --------------------------------------------------

STUCK = (
    "张三{phone}", "王五{phone}", "{phone}三组", "{phone}两人", "张三{card}", "六组{card}七", "李四{id}", "①{phone}", "⒉{card}",
    "{phone}.0", "{phone}.00", "{card}.000", "{card}.0", "{power}", "x{phone}", "H{phone}", "IMG{phone}", "{phone}a", "tel:{phone}b", "no{card}", "{card}z",
)  # fmt: skip


def as_power(value: str, sign: str = "E+") -> str:
    return f"{value[0]}.{value[1:]}{sign}{len(value) - 1}"


def stuck(rng: random.Random) -> dict[str, str]:
    value = unlike_years(rng)
    return {"phone": value, "card": account(rng), "id": id_number(rng), "power": as_power(value)}


@pytest.mark.parametrize("text", STUCK)
def test_what_touches_a_number_does_not_hide_it(text):
    rng = random.Random(text)
    for _ in range(20):
        said = text.format(**stuck(rng))
        assert len(scan_text("a.csv", f"甲\n{said}\n".encode())) == 1, said
        if ":" not in text:
            assert [one.path for one in scan_path(f"文/{said}/b.md")] == ["文/***/b.md"], said


@pytest.mark.parametrize("sign", ["E+", "E", "e+", "e", "×10^"])
def test_a_power_of_ten_with_all_its_digits(sign):
    rng = random.Random(21)
    values = [phone(rng), account(rng), phone(rng)[:-1] + "0"]
    spelled = [as_power(value, sign) for value in values]
    spelled.append(as_power(values[2], sign).replace(values[2][1:], values[2][1:-1]) if "×" not in sign else spelled[0])
    for text in spelled:
        assert len(scan_text("a.csv", f"甲\n{text},乙\n".encode())) == 1, text
    for text in (as_power(values[0], sign)[:-1] + "3", as_power(values[1][:12], sign)):
        assert scan_text("a.csv", f"甲\n{text},乙\n".encode()) == [], text


@pytest.mark.parametrize(("heading", "make"), [("手机", phone), ("银行账号", account), ("证件号码", id_number)])
def test_thousands_under_a_heading(heading, make):
    rng = random.Random(22)
    while not (value := make(rng)).isdigit():
        pass
    said = f'序号,{heading},备注\n1,"{int(value):,}",甲\n'
    assert [one.line for one in scan_text("a.csv", said.encode())] == [2]


def test_letters_of_digests_and_codes_hide_no_number():
    rng = random.Random(23)
    for _ in range(200):
        value = phone(rng)
        for text in (
            f"550e8400-e29b-41d4-a716-a{value}",
            f"a1b{value}",
            f"{value}c3d",
            f"f{value}e",
            f"{value}e-20",
            f"{value}.5",
        ):
            assert scan_text("a.txt", text.encode()) == [], text


@pytest.mark.parametrize(
    "text",
    ["县财政专户 王小明 {card}", "国库账户，欧阳小明，{card}", "零余额账户：李大山 {card}", "对公账户 赵石娃{card}"],
)
def test_an_official_label_excuses_no_person(text):
    rng = random.Random(24)
    for _ in range(20):
        assert len(scan_text("a.md", text.format(card=account(rng)).encode())) == 1
    assert scan_text("a.md", f"零余额账户 农业银行示例县支行 {account(rng)}".encode()) == []


def spoken(number: int) -> str:
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else digits[tens]) + ("十" if tens else "") + (digits[ones] if ones else "")


@pytest.mark.parametrize(
    "text",
    [
        "{year}年{month}月{day}日出生",
        "王小明 {year}年{month}月{day}日生，男",
        "出生于 {year}年{month}月{day}日",
        "生日：{year}年{month}月{day}日",
    ],
)
def test_dates_of_birth_in_chinese(text):
    for month, day in ((1, 1), (3, 14), (10, 10), (11, 20), (12, 31)):
        for year in ("2061", "二〇六一", "二零六一"):
            said = text.format(year=year, month=spoken(month), day=spoken(day))
            assert [one.code for one in scan_text("a.md", f"说明\n{said}\n".encode())] == ["personal-birth"], said
    assert scan_text("a.md", "二〇二〇年三月十四日生效，三月十四日出生登记\n".encode()) == []


@pytest.mark.parametrize(
    "text",
    [
        "王小明（{year}.03.14）", "王小明({year}-3-14)", "户主：王小明（{year}/03/14）", "欧阳小明（男，{year}年3月14日）", "王小明（女 {year}0314）",
        "李大山，男，{year}年3月14日，汉族", "赵石娃 女 {year}0314", "| 王小明 | 男 | {year}-03-14 |", "王小明,男,{year}-03-14,汉族", "王小明（{spoken}年三月十四日）",
    ],
)  # fmt: skip
def test_a_date_beside_a_name_or_a_sex_is_a_birth(text):
    said = text.format(year=2061, spoken="二〇六一")
    assert [one.code for one in scan_text("a.md", f"说明\n{said}\n".encode())] == ["personal-birth"], said


@pytest.mark.parametrize(
    "text",
    [
        "户主银行账号 {digits}", "一卡通账号：{digits}", "存折号：{digits}", "社保卡 {digits}", "卡号 {digits}", "账号：{digits}", "银行卡号:{digits}", "个人账户 {digits}",
    ],
)  # fmt: skip
def test_an_account_of_any_bank_beside_its_label(text):
    rng = random.Random(15)
    for length in (15, 16, 17, 18, 19):
        digits = "203" + "".join(rng.choice("0123456789") for _ in range(length - 3))
        found = scan_text("a.md", text.format(digits=digits).encode())
        assert [one.code for one in found] == ["personal-account"], (text, length)
    for public in ("国库账户 {}", "村委会账号 {}", "学校账户：{}", "凭证号 {}", "发票号码 {}"):
        assert scan_text("a.md", public.format("203" + "6" * 15).encode()) == [], public


@pytest.mark.parametrize(
    "text",
    [
        "镇财政所账号：{}", "公益组织账号 {}", "收款单位：示例建筑公司 账号：{}", "示例县民政局（账号 {}）", "养殖合作社 银行账号：{}", "文化服务中心账号 {}",
    ],
)  # fmt: skip
def test_an_account_of_a_body_that_only_looks_like_one_passes(text):
    for at in range(20):
        digits = f"2036110104000{at:05}"
        if not is_luhn(digits):
            assert scan_text("a.md", text.format(digits).encode()) == [], text
    named = "示例建筑公司，王小明，账号：" + "2036110104000" + "45678"
    bank = "农村信用社 账号：" + "2036110104000" + "45678"
    for said in (named, bank):
        assert [one.code for one in scan_text("a.md", said.encode())] == ["personal-account"], said


@pytest.mark.parametrize(
    "text",
    [
        "<td>{0}</td><td>{1}</td><td>{2}</td>", "<li>{0}</li> <li>{1}</li> <li>{2}</li>", "<p>{0}</p><p>{1}</p><p>{2}</p>", "<text x='1'>{0}</text><text>{1}</text><text>{2}</text>",
        "({0}){1}-{2}", "{0} ({1}) {2}", "（{0}）{1} {2}", "+86({0}){1}{2}", "({0}) {1}{2}", "【{0}】{1}-{2}", "[{0}] {1} {2}",
    ],
)  # fmt: skip
def test_phones_over_cells_and_in_brackets(text):
    rng = random.Random(16)
    for _ in range(20):
        number = phone(rng)
        groups = (number[:3], number[3:7], number[7:])
        if any(group[:2] in ("19", "20") for group in groups[1:]):
            continue  # in cells a year is a year
        said = text.format(*groups)
        assert [one.code for one in scan_text("a.html", f"说明\n{said}\n".encode())] == ["personal-phone"], said


@pytest.mark.parametrize(
    "text",
    [
        "DOB {}",
        "born on {}",
        "d.o.b.: {}",
        "Born: {}",
        "王建国,男,汉族,{}",
        "王建国，女，苗，{}",
        "户主王建国（{}）",
        "n,男,苗族,初中,{}",
        "李大山 [女] {}",
        "女 {} 汉族",
        "王 小 明（{}）",
    ],
)
def test_more_words_that_say_born(text):
    for day in ("2061-04-17", "20610417", "2061/4/17"):
        assert [one.code for one in scan_text("a.md", text.format(day).encode())] == ["personal-birth"], (text, day)
        assert scan_text("a.md", f"adobe {day}，边界 {day}\n".encode()) == []


def test_a_row_of_figures_is_no_heading():
    rng = random.Random(17)
    for text in ("合计,{}\n总计,{}\n", "合计\t{}\n小计\t{}\n", "资金,{}\n合计,{}\n"):
        assert scan_text("a.csv", text.format(phone(rng), phone(rng)).encode()) == []


def test_a_birth_over_three_columns():
    for text in (
        "户编号,出生年,月,日,民族\nH1,2061,3,14,汉\n",
        "a,出生年份,出生月,出生日\n1,2061,03,14\n",
        "| 序 | 出生（年） | （月） | （日） |\n| 1 | 2061 | 12 | 1 |\n",
        "x\tbirth_year\tbirth_month\tbirth_day\n1\t2061\t1\t2\n",
    ):
        assert [(one.code, one.line) for one in scan_text("a.csv", text.encode())] == [("personal-birth", 2)], text
    for text in ("a,出生年,月,日\n1,2061,3,\n", "a,出生年月,日期\n1,2061-03,14\n", "出生年,月份,人数\n2061,3,14\n"):
        assert scan_text("a.csv", text.encode()) == [], text


@pytest.mark.parametrize(
    "text",
    [
        "示例县（2061-06-20）", "方案（2061.06.20）", "关于印发方案（2061年6月20日）", "第一批（2061-01-02）", "女职工 2061-03-08 活动", "H01,男,2061-03,汉族",
        "张家村（2061.12.01）", "检查组（2061-12-01）", "入户（2061-12-01）", "男，2061年培训", "（2061-06-20）", "妇女,2061-03-08,培训", "女，参加培训，2061-03-08", "石桥（2061-03-14）", "金银花（2061-03-14）",
    ],
)  # fmt: skip
def test_other_dates_in_brackets_pass(text):
    assert scan_text("a.md", f"{text}\n".encode()) == []


def test_a_phone_in_numerals_behind_a_name_that_ends_with_one():
    rng = random.Random(8)
    for name in ("张三", "李四", "王小五", "赵玖"):
        number = phone(rng).translate(str.maketrans("0123456789", "零一二三四五六七八九"))
        for text in (f"{name}{number}", f"名单：{name}{number}，其他", f"{name}：{number}"):
            assert [one.code for one in scan_text("a.md", text.encode())] == ["personal-phone"], text


# --- what must pass ----------------------------------------------------------------------------------

PASS = (
    "合计,{phone}", "合计：{phone}", "项目总投资 {phone}", "资金（元）：{phone}", "金额,{phone},备注", "{phone}米", "{phone} 平方米",
    "项目编号：{phone}", "凭证号 {phone}", "流水号:{card}", "订单编号 {card}", "发票代码：{card4}", "国库账户 {card8}", "零余额账户账号：{card8}",
    "财政专户账号 {card8}", "值班手机：{phone}", "监督电话：{phone}", "服务热线 {phone}", "项目代码：{mistyped}", "批次号 {mistyped}",
    "电表读数 {phone}", "里程：{phone}", "时间戳 {card4}", "人民币{phone}（大写壹佰", "RMB {phone}", "出厂号 {phone}", "机号：{phone}", "学校账户 {card8}", "不动产证号编号：{mistyped}",
)  # fmt: skip


def values(rng: random.Random) -> dict[str, str]:
    cards = {"card": account(rng), "card4": account(rng, "4", 16), "card8": account(rng, "8", 17)}
    return {"phone": phone(rng), "mistyped": wrong_id(rng), **cards}


@pytest.mark.parametrize("text", PASS)
def test_numbers_with_another_label_pass(text):
    rng = random.Random(6)
    for _ in range(20):
        line = text.format(**values(rng))
        assert scan_text("a.md", f"说明\n{line}\n".encode()) == [], line


@pytest.mark.parametrize(
    "heading",
    [
        "合计",
        "金额（元）",
        "办公电话",
        "office_phone",
        "流水号",
        "项目编号",
        "amount",
        "国库账户",
        "学校账户",
        "对公账号",
        "账户余额",
        "拨付（元）",
        "发电量",
        "数量",
        "地块",
        "用水量",
        "建筑面积（平方米）",
        "库存数",
        "总价",
        "机关账户",
    ],
)
def test_cells_under_another_heading_pass(heading):
    rng = random.Random(7)
    rows = "".join(f"{at},{phone(rng)},甲\n" for at in range(20))
    assert scan_text("a.csv", f"序号,{heading},备注\n{rows}".encode()) == []
    assert len(scan_text("a.csv", f"序号,联系电话,备注\n{rows}".encode())) == 20
    assert len(scan_text("a.csv", f"序号,{heading},备注\n1,{id_number(rng)},甲\n".encode())) == 1


def test_a_persons_number_is_found_beside_such_labels():
    rng = random.Random(8)
    for text in (
        "补助资金发放 赵某 {phone}",
        "合计 3 人，联系电话 {phone}",
        "项目编号 12 负责人 {phone}",
        "财政惠农一卡通账号 {card8}",
    ):
        assert len(scan_text("a.md", text.format(**values(rng)).encode())) == 1, text


def office_lines(rng: random.Random, count: int) -> Iterator[str]:
    """Lines with money, codes, measures, coordinates and dates, each with its label."""
    digits = lambda length: "".join(rng.choice("0123456789") for _ in range(length))  # noqa: E731
    makers = (
        lambda: f"{rng.choice(('合计', '总投资', '到位资金', '支出'))},{rng.randint(1, 10**11)}",
        lambda: f"金额：{rng.randint(1, 10**11)}.{digits(2)} 元", lambda: f"总产值 {rng.randint(10**10, 10**11):,} 元",
        lambda: f"项目编号：{digits(rng.choice((11, 12, 15, 16, 18, 19)))}", lambda: f"凭证号,{digits(11)},{digits(16)}",
        lambda: f"流水号 {digits(19)}", lambda: f"电表读数：{digits(rng.randint(5, 11))}", lambda: f"里程 {digits(11)} 米",
        lambda: f"经度 {rng.uniform(73, 135):.11f}，纬度 {rng.uniform(3, 53):.11f}",
        lambda: f"坐标：{rng.randint(10**7, 10**8)}.{digits(3)}, {rng.randint(10**6, 10**7)}.{digits(3)}",
        lambda: f"日期：20{digits(2)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d} {rng.randint(0, 23):02d}:{digits(2)}",
        lambda: f"H{digits(7)},990101{digits(6)},{rng.randint(0, 9999)}.{digits(2)},{rng.randint(0, 99)},2020-06-{rng.randint(10, 30)}",
    )  # fmt: skip
    for _ in range(count):
        yield rng.choice(makers)()


def test_a_hundred_thousand_office_lines_raise_no_alarm():
    lines = [*office_lines(random.Random(9), 100_000)]
    found = scan_text("a.md", "\n".join(lines).encode())
    assert [(one.code, lines[one.line - 1]) for one in found][1:] == []  # one in 100,000 may be


# --- hostile texts -----------------------------------------------------------------------------------

SPREAD = cut("1" + "3" * 10, (3, 4), " ")
HOSTILE = (
    "1 ", "1,", "1 3 ", "13", "9", "2 1 1 1 1 ", f"{SPREAD} ", f"{SPREAD},".replace(" ", ","), "身份证1 ", "卡号" + "6 2 2 2" + " 1" * 11,
    "一", "一三八", "①", "1\u200b", "<b>1</b>", "<td>1</td>", "<", "1<!--", "&", "&#49;", "%31", "\\u0031", "\\", "姓" + "名：赵一娃，病",
    "出生1", 'd="', "](", "1](", "*1*", "`1", f"520526 2061{101:04d} 1234 ", "62" + "2" * 17 + " ", "\u0301\u0327", "\U0001d7cf", "1\n",
    "1,\n", "13800 1234 ", "13800 123456 ", "1380 0001 ", "| 姓名 | 出生 |\n|-|-|\n| 1 | 2 |\n", "合计,", "编号" + " 1" * 12, '"1",', "\x01", "1_", "1 . ", "\n", "姓", "合",
)  # fmt: skip


def test_lines_that_differ_in_digits_alone_are_read_alike():
    """What is skipped because a line like it held nothing is what reading it would have told."""
    rng = random.Random(41)
    texts = (
        "合计{}",
        "{}米",
        "a{}b",
        "{}.5",
        "{}.0",
        "电话{}",
        "{}",
        "金额 {}，",
        "{}m2",
        "合计{}\n",
        "编号：{}（甲）",
        "{}生",
    )
    for text in (*texts, "账号{}元", "身份证{}a", "流水号{}", "d.o.b. {}", "a{}b 编号{}"):
        numbers = (phone(rng), account(rng), id_number(rng), "0086" + phone(rng), account(rng, "4", 16))
        lines = [text.format(value, value) for value in numbers for _ in range(8)]
        together = {one.line for one in scan_text("a.md", "\n".join(lines).encode())}
        alone = {at for at, line in enumerate("\n".join(lines).split("\n"), 1) if scan_text("a.md", line.encode())}
        assert together == alone, text


def seconds(data: bytes) -> float:
    begin = time.process_time()
    scan([("a.csv", lambda: data)])
    return time.process_time() - begin


@pytest.mark.parametrize("text", HOSTILE)
def test_twice_the_text_takes_twice_the_time(text):
    """A ratio, not a bound: what is quadratic takes sixteen times as long for four times the text."""
    once = (text.encode() * 8192)[:8192]
    small = min(seconds(once) for _ in range(3))
    large = min(seconds(once * 4) for _ in range(2))
    assert large < 10 * small + 0.02


HALVES: dict[str, Spell] = {
    "5/6": lambda value: f"{value[:5]}/{value[5:]}", "6/5": lambda value: f"{value[:6]}/{value[6:]}",
    "7/4": lambda value: f"{value[:7]}/{value[7:]}", "wide": lambda value: f"{value[:5]}／{value[5:]}",
    "beside its label": lambda value: f"电话：{value[:5]}/{value[5:]}", "in a sentence": lambda value: f"请打{value[:6]}/{value[6:]}问",
    "two lines of a cell": lambda value: f'甲,"{value[:4]}\n{value[4:]}",1', "three": lambda value: f'甲,"{value[:3]}\n{value[3:7]}\n{value[7:]}",1',
    "two lines of a cell, CRLF": lambda value: f'甲,"电 {value[:7]}\r\n{value[7:]}",1',
    "behind its label": lambda value: f"联系电话：{value[:6]}\n{value[6:]}", "hyphenated": lambda value: f"他的手机 {value[:3]}-\n{value[3:7]}-{value[7:]}",
}  # fmt: skip


@pytest.mark.parametrize("form", HALVES)
def test_a_phone_in_two_halves_or_on_two_lines(form: str) -> None:
    rng = random.Random(form)
    for _ in range(20):
        value = phone(rng)
        while "0" in value[3:] or "19" in value or "20" in value:  # halves may be years and round figures
            value = phone(rng)
        assert {one.code for one in scan([("a.csv", HALVES[form](value).encode)])} == {"personal-phone"}, form


@pytest.mark.parametrize(("begin", "end"), [('乙,"', '",1'), ("身份证号：", ""), ("号码 ", "。")])
def test_an_id_number_on_two_lines(begin: str, end: str) -> None:
    rng = random.Random(14)
    for size in (6, 10, 14):
        value = id_number(rng)
        text = f"{begin}{value[:size]}\n{value[size:]}{end}"
        assert {one.code for one in scan([("a.csv", text.encode)])} == {"personal-id"}
    value = id_number(rng)
    assert {one.code for one in scan([("a.csv", f"{value[:9]}/{value[9:]}".encode)])} == {"personal-id"}


def test_figures_above_each_other_and_over_each_other_are_no_phone() -> None:
    rows = [
        f"{rng.randint(10**4, 10**5)}/{rng.randint(10**4, 10**5)}" for rng in [random.Random(15)] for _ in range(300)
    ]
    rows += ["13800/120000", "1386000/2019", "项目编号：13987/654321"]
    rows += [f"{at},{10**3 + at}\n{10**6 + at},甲" for at in range(300)] + ['甲,"乙",1387\n6543211,"丙"']
    assert scan([("a.csv", "\n".join(rows).encode)]) == []


def tangled(rng: random.Random) -> str:
    """Numbers cut anywhere by anything, crosses among them, beside labels that make the guard look closely."""
    words = ("电话", "身份证号：", "账号", "卡号 ", "合计", "金额", "X", "x", "×", "[", "）", "姓名：")
    marks = (" ", "-", ".", "    ", "/", "、", "|", ",", "\t", "X", "×", "<br>", "·")
    numbers = (phone, id_number, wrong_id, account, card, lambda rng: str(rng.randrange(10**22)))
    parts: list[str] = []
    for _ in range(rng.randint(2, 6)):
        value, mark = rng.choice(numbers)(rng), rng.choice(marks)
        sizes = tuple(rng.choice((1, 3, 4, 4, 6)) for _ in value)
        parts += [rng.choice(words), cut(value, sizes, mark), rng.choice(marks)]
    return "".join(parts)


def test_no_line_is_too_much_for_the_guard() -> None:
    """Whatever stands in a line: the line is read to its end. A cross among the fours of an account was not."""
    rng = random.Random(12)
    found = scan_text("a.md", "\n".join(tangled(rng) for _ in range(3000)).encode())
    assert len({one.line for one in found}) > 300
    assert not scan_text("a.md", "账号 1234，1234，1234，12X4 ".replace(" ", "").encode())


def test_too_many_findings_are_cut_and_said():
    rng = random.Random(10)
    found = scan_text("a.csv", "\n".join(phone(rng) for _ in range(MOST + 500)).encode())
    assert len(found) == MOST + 1 and found[-1].code == "guard-unreadable"


def test_too_many_in_one_line_are_said():
    rng = random.Random(10)
    line = " 丙 ".join(phone(rng) for _ in range(MOST + 500))
    found = scan_text("a.csv", f"甲\n{line}\n{phone(rng)}".encode())
    assert {one.line for one in found[:-1]} == {2} and found[-1].code == "guard-unreadable"


def test_the_name_of_a_symbolic_link(tmp_path):
    value = phone(random.Random(11))
    (tmp_path / value).symlink_to("nowhere")
    assert [(one.code, one.path) for one in check_guard(WorkTree(tmp_path))] == [("personal-phone", "***")]


def test_an_illness_beside_a_name_gives_the_name_away() -> None:
    for given in ("任" + "财才", "王" + "大毛"):
        for text in (
            "户主{}患病，住4组",
            "{}患癌症",
            "村民{}因病致贫",
            "户主{}残疾二级",
            "访{}确诊",
        ):
            assert given in names_beside(text.format(given)), text
    for text in (
        "户主患病，无劳动力",
        "高血压患者",
        "老人因病",
        "全家因残致贫",
        "贫困户因病致贫",
        "时常患病",
        "学生残疾二级",
    ):
        assert not [*names_beside(text)], text


def test_a_name_that_begins_like_a_word_is_one_between_two_signs() -> None:
    for given, after in (("斌", "（4组）"), ("生", "(男)"), ("秀", "（62岁）")):
        assert list(names_beside(f"户主冷水{given}{after}")) == [f"冷水{given}"]
    assert not [*names_beside("户主种植冷水鱼"), *names_beside("用户主要冷水管（4组）")]
