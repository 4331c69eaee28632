"""Sheets drawn at random, each with what is true of it: unit × place × spelling × layout × merge × format × neighbours."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from exchange.books import Shown

HEADER = ["措施编号", "户编号", "措施类别", "措施项目", "帮扶内容", "帮扶单位", "投入金额", "开始日期", "户主签认"]
MONEY = HEADER.index("投入金额")
FACTORS = {
    "元": 1,
    "百元": 100,
    "千元": 1000,
    "万元": 10_000,
    "亿元": 100_000_000,
    "十万元": 100_000,
    "百万元": 1_000_000,
}
IN_HEADER = (
    "{n}({u})", "{n}（{u}）", "{n}{u}", "{n} {u}", "{n}/{u}", "{n}：{u}", "{n}[{u}]", "{n}【{u}】", "（{u}）{n}", "{n}（单位：{u}）",
    "{n}（人民币{u}）", "{n}（ {u} ）", "{n}\n（{u}）", "{n}-{u}", "{n}，单位：{u}", "*{n}（{u}）", "{n}(以{u}计)", "{n}（计量单位:{u}）",
)  # fmt: skip
IN_LINE = (
    "单位：{u}", "单位:{u}", "单 位：{u}", "（单位：{u}）", "(单位:人民币{u})", "计量单位（{u}）", "单位：户、人、{u}", "金额单位：{u}", "单位：{u}、个",
    "货币单位：{u}", "单位（{u}）", "单位 {u}", "单位为{u}", "资金单位：{u}；面积单位：亩", "{u}", "（{u}）", "单位﹕{u}", "单位：人民币 {u}",
    "填报单位：财政局 单位：{u}", "单位：{u} 制表日期：2020年6月",
)  # fmt: skip
IN_NOTE = (
    "注：金额单位均为{u}",
    "说明：本表数据以{u}为单位",
    "备注：单位：{u}",
    "注：资金均按{u}计算",
    "注：1.单位为{u}。2.不含自筹。",
)
IN_TITLE = ("资金下达表（{u}）", "2020年资金台账（单位：{u}）", "资金下达情况表 单位：{u}", "资金台账[{u}]")
PLAIN = (
    "General",
    "0.00",
    "#,##0.00",
    "0.0000",
    '_ ¥* #,##0.0000_ ;_ ¥* -#,##0.0000_ ;_ ¥* "-"??_ ;_ @_ ',
    "#,##0.######",
)
ODD = (
    "0\\.0000", '0"."0000', '#","###0', '0"百"', "[DBNum2]General", '"约"0', "0.0000,", '0.00"万元"', "0!.0000", '0.0000"元"', "0.0000%",
    '[>=1]0.0"万";0', "00000.0000",
)  # fmt: skip


@dataclass
class Drawn:
    """A sheet to be: its name, rows, merged ranges (first row, first column, last row, last column), and the amount in
    yuan that each number may be taken for; ``asked`` if it contradicts itself and nothing may be written."""

    name: str
    rows: list[list[object]]
    truth: dict[str, Decimal]
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    asked: bool = False
    how: tuple[str, ...] = ()


def draw(chance: random.Random, number: int) -> Drawn:
    """One sheet; its measures are numbered from ``number``."""
    unit = chance.choices(list(FACTORS), [6, 1, 3, 8, 2, 1, 1])[0]
    place = chance.choice(
        ["header", "header", "group", "line", "note", "title", "name", "row", "column", "cell", "twice", "two", "later"]
    )
    count = chance.randint(2, 4)
    amounts = [Decimal(chance.randint(1, 999)) * FACTORS[unit] / chance.choice([1, 10, 100]) for _ in range(count)]
    amounts = [amount.quantize(Decimal("0.01")) for amount in amounts]
    shown = [float(amount / FACTORS[unit]) for amount in amounts]
    keys = [f"C{9_000_000 + number + at}" for at in range(count)]
    body = [
        [key, "H0000001", "产业帮扶", "种植扶持", "资金", "U001", cell, "2020-03-01", "是"]
        for key, cell in zip(keys, shown, strict=True)
    ]
    sheet = Drawn(f"表{number}", [], dict(zip(keys, amounts, strict=True)), how=(unit, place))
    header: list[list[object]] = [list(HEADER)]
    above: list[list[object]] = [["资金下达情况表"]] if chance.random() < 0.5 else []
    below: list[list[object]] = []
    _say(chance, sheet, unit, place, header, above, below, body)
    _total(chance, sheet, body, below, sum(shown))
    _figures(chance, sheet, body)
    _place(chance, sheet, header, above, below, body)
    return sheet


def _say(chance: random.Random, sheet: Drawn, unit: str, place: str, header, above, below, body) -> None:
    """Put the unit where it is said to stand."""

    def spelled(forms):
        return chance.choice(forms).format(n="投入金额", u=unit)

    if place in ("header", "twice", "two"):
        header[-1][MONEY] = spelled(IN_HEADER)
    if place == "group":
        top: list[object] = [*HEADER]
        top[MONEY] = chance.choice(("资金规模（{u}）", "下达资金({u})", "资金情况（单位：{u}）", "资金 {u}")).format(
            u=unit
        )
        header.insert(0, top)
    if place in ("line", "twice"):
        line: list[object] = [None] * len(HEADER)
        line[chance.choice([0, 5, 7, 8])] = spelled(IN_LINE)
        above.append(line)
    if place == "note":
        below.append([spelled(IN_NOTE)])
    if place == "title":
        above.insert(0, [spelled(IN_TITLE)])
    if place == "name":
        sheet.name += f"（{unit}）"
    if place == "row":
        units: list[object] = [None] * len(HEADER)
        units[MONEY] = chance.choice((unit, f"（{unit}）", f"({unit})"))
        header.append(units)
    if place == "column":
        for row in (*header, *body):
            row.append(unit if row in body else chance.choice(("单位", "金额单位", "计量单位")))
    if place == "cell":
        for row in body:
            row[MONEY] = f"{row[MONEY]}{unit}"
    if place == "two":
        other = chance.choice([one for one in FACTORS if one not in (unit, "元")])
        above.append([f"单位：{other}"])
        sheet.asked = True
    if place == "later":
        body.insert(1, [f"单位：{unit}"])
        sheet.asked = unit != "元"


def _total(chance: random.Random, sheet: Drawn, body, below, total: float) -> None:
    if chance.random() < 0.4:
        row: list[object] = [None] * len(HEADER)
        row[0], row[MONEY] = chance.choice(("合计", "总计", "合 计", "全县合计", "共计：", "古镇小计")), total
        (body.insert(0, row) if chance.random() < 0.4 else below.insert(0, row))


def _figures(chance: random.Random, sheet: Drawn, body) -> None:
    """How the amounts are kept and shown; of a merged one no row may get the whole."""
    rows = [row for row in body if len(row) > MONEY and str(row[0]).startswith("C9")]
    style = chance.choices(["plain", "text", "odd", "merged"], [6, 2, 1, 1])[0]
    if isinstance(rows[0][MONEY], str):
        style = "cell"
    sheet.how += (style,)
    form = chance.choice(PLAIN if style == "plain" else ODD)
    for row in rows:
        if style in ("plain", "odd"):
            row[MONEY] = Shown((row[MONEY], form))
        elif style == "text":
            row[MONEY] = chance.choice(("{:f}", "{:,f}", " {:f}", "¥{:f}")).format(Decimal(str(row[MONEY])))
    if style == "odd":
        sheet.asked = True
    if style == "merged" and body.index(rows[1]) == body.index(rows[0]) + 1:
        rows[0][MONEY] = rows[0][MONEY] if chance.random() < 0.5 else str(rows[0][MONEY])
        rows[1][MONEY] = None
        sheet.merges.append((body.index(rows[0]), MONEY, body.index(rows[1]), MONEY))
        for row in rows[:2]:
            sheet.truth[row[0]] = Decimal("-1")  # nobody can tell how much of it is this row's


def _place(chance: random.Random, sheet: Drawn, header, above, below, body) -> None:
    """Serial numbers, empty columns and rows, merged titles; merges move along."""
    left = 0
    if chance.random() < 0.4:
        for at, row in enumerate((*above, *header, *body, *below)):
            row.insert(0, "序号" if HEADER[0] in row else at if row in body and str(row[0]).startswith("C9") else None)
        left = 1
    if chance.random() < 0.2:
        above.append([])
    top = len(above) + len(header)
    sheet.merges = [(a + top, b + left, c + top, d + left) for a, b, c, d in sheet.merges]
    grouped = len(header) == 2 and header[0][left] == HEADER[0]
    for place in range(len(HEADER) + left) if grouped else ():
        sheet.merges.append((len(above), place, len(above) + (place != MONEY + left), place))
    if above and above[0] and chance.random() < 0.5:
        sheet.merges.append((0, 0, 0, len(HEADER) - 1)) if len(above[0]) == 1 else None
    sheet.rows = [*above, *header, *body, *below]


def merged(sheets: Sequence[Drawn]):
    """What ``books.xlsx`` calls to merge their ranges."""

    def after(book, worksheets) -> None:
        for drawn, sheet in zip(sheets, worksheets, strict=True):
            for top, left, bottom, right in drawn.merges:
                if (top, left) != (bottom, right):
                    cell = drawn.rows[top][left] if left < len(drawn.rows[top]) else None
                    sheet.merge_range(top, left, bottom, right, cell)

    return after


OTHERS = (
    "帮扶责任人", "联系人", "家长", "代领人", "开户人", "监护人", "村干部", "签约医生", "班主任老师", "驻村队长", "包保人员", "网格员", "经办人", "证明人",
)  # fmt: skip
IDENTIFIERS = ("联系电话", "手机号码", "银行账号", "一卡通账号", "身份证号", "电话")
BETWEEN = ("职务", "帮扶单位", "与户主关系", "性别", "开户银行", "备注")


def draw_people(chance: random.Random) -> tuple[list[str], list[list[object]], dict[int, str]]:
    """(header, rows, column → whose it is) of a list of members with other persons beside them."""
    header, owner = ["人编号"], {}
    people = [chance.choice(("姓名", "成员姓名", "学生姓名")), *chance.sample(OTHERS, chance.randint(1, 3))]
    for person in people:
        name = person + chance.choice(("", "姓名", "签字")) if person in OTHERS else person
        header.append(name)
        for _ in range(chance.randint(0, 3)):
            title = chance.choice((*IDENTIFIERS, *BETWEEN))
            if title in IDENTIFIERS:
                owner[len(header)] = person
            header.append(title)
    rows = []
    for number in range(3):
        row: list[object] = [f"M0000000{number + 1}"]
        for title in header[1:]:
            person = any(word in title for word in (*people, "姓名"))
            row.append(f"{chr(0x4E10 + len(row))}{'㐂龘彧'[number]}" if person else str(10**7 + number))
        rows.append(row)
    return header, rows, owner
