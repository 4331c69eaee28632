"""Units: which word measures what, and the one place that finds them anywhere on a sheet.

A unit that stands somewhere and is not understood, or fits no column for certain, is a question, never a guess.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

from gongshi.package import pack

TRADITIONAL = str.maketrans("萬億圓畝戶個", "万亿元亩户个")
_TEN = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_OPEN, _CLOSE = "([{【〔<《〈「", ")]}】〕>》〉」"
_BRACKETED = re.compile(f"[{re.escape(_OPEN)}]([^{re.escape(_OPEN + _CLOSE)}]*)[{re.escape(_CLOSE)}]")
_SAYS_UNIT = re.compile(r"(?:[计金货资数面]?[量额币金积价]?单位)(?:[均都统]一?)?(?:[:：=]|[为是用])*")
_COUNTED_IN = re.compile(
    r"(?:[均都]?以|[均都]?按|单位[均都]?[为是])([^,，;；。()]{1,8}?)(?:为单位|计算|计|[,，;；。()]|$)"
)
_NO_WORD = re.compile(r"人民币|rmb|cny|[¥￥:：]")
_SPLIT = re.compile(r"[、,，;；|和及与或]|/(?!人|月|单位|亩|户|年|学期)")
_SCALED = re.compile(r"(?<![0-9.余多几数第一二两三四五六七八九十百千万亿])[十百千万亿]+元")
_TRAILING = re.compile(
    r"(.+?)[-—_/:：,，·]*((?:[十百千万亿]+[元人户亩斤个]|公顷|平方米|平方公里|公里|千米|公斤|个月|km|m2|[百千万亿])|(?<![单万亿百千美])元|%|‰)"
)
LINES_LOOKED = 4  # filled texts that a line beside the table has at most
ASK_HEADER = "请在每个金额列的表头写上单位，如“金额（元）”"


Measure = tuple[str, Decimal]


@dataclass(frozen=True, slots=True)
class UnitTable:
    """What measures the same, and how much of it each word is: ``pack/measuring.yaml``."""

    units: Mapping[str, Mapping[str, Decimal]]


@cache
def _units() -> dict[str, Measure]:
    table = pack("measuring", UnitTable).units
    return {word: (base, times) for base, words in table.items() for word, times in words.items()}


@lru_cache(maxsize=4096)
def measure(word: str) -> Measure | None:
    """(what it measures, times how much) of a unit; None if it is none. ``万`` alone measures whatever stands there."""
    text = _NO_WORD.sub("", plain(word).lower())
    units = _units()
    if text in units:
        return units[text]
    if rate := re.fullmatch(r"([十百千万亿]*元)/[^元\s]{1,8}", text):
        return measure(rate[1])
    factor = Decimal(1)
    if power := re.match(r"(?:1,?0,?0,?0|10,?0,?0,?0)(?![0-9,])", text):
        factor, text = Decimal(power[0].replace(",", "")), text[power.end() :]
    while text and text[0] in _TEN and text not in units:
        factor, text = factor * _TEN[text[0]], text[1:]
    if factor == 1:
        return None
    base, times = units.get(text, ("", None)) if text else ("", Decimal(1))
    return None if times is None else (base, factor * times)


def plain(text: str) -> str:
    """Half width and no blanks."""
    return "".join(unicodedata.normalize("NFKC", text).translate(TRADITIONAL).split())


def listed(text: str) -> list[str]:
    """The units of ``户、人、万元``; [] unless it is such a list and nothing else."""
    text = _NO_WORD.sub("", text).strip(f" ,，、。.*{_OPEN}{_CLOSE}")
    if text and measure(text):
        return [text]
    words = [word for word in _SPLIT.split(text) if word]
    return words if words and all(map(measure, words)) else []


@lru_cache(maxsize=1024)
def split_unit(header: str) -> tuple[str, str]:
    """(header without its unit, unit) of a header in its normal form: ``投入金额(万元)``, ``投入金额万元`` and
    ``投入(万元)金额`` give 投入金额 and 万元. What looks like a unit and is not known is given as it stands."""
    for match in _BRACKETED.finditer(header):
        if words := _declared(match[1]) or listed(match[1]) or _one_among(match[1]):
            rest = (header[: match.start()] + header[match.end() :]).strip(":,*-_/")
            return rest, "、".join(f"{word}?" if word[0].isdecimal() else word for word in words)
        if re.fullmatch(
            r"[0-9,.]+[百千万亿]*元(?:/.{1,6})?|[wWkK]|10k(?:yuan|rmb|cny)?", match[1]
        ):  # a rate, or a unit
            return header, f"{match[1]}?"
    for mark in (",单位:", ":单位:", "单位:"):
        base, found, unit = header.rpartition(mark)
        if found and base and measure(unit):
            return base.rstrip(",:"), unit
    for mark in ("/", ",", "_", "-", ":", "—"):
        base, found, unit = header.rpartition(mark)
        if found and base and measure(unit):
            return base, unit
    trailing = _TRAILING.fullmatch(header)
    if trailing and measure(trailing[2]):
        return trailing[1].removesuffix("人民币").rstrip("-—_/:：,，·"), trailing[2]
    scaled: list[str] = sorted(set(_SCALED.findall(header)))
    if scaled:
        return _SCALED.sub("", header).strip(":,()"), "、".join(scaled)
    return header, ""


def _one_among(text: str) -> list[str]:
    """The one unit among other remarks: ``万元,保留两位小数``."""
    pieces = [piece for piece in re.split("[,，;；]", text) if piece]
    words = [piece for piece in pieces if listed(piece)]
    return words if len(words) == 1 and not any(_SCALED.search(piece) for piece in pieces if piece not in words) else []


def _declared(text: str) -> list[str]:
    """The units of ``单位：户、人、万元``, ``计量单位(万元)``, ``金额以万元计``; [] if the text declares none."""
    found: list[str] = []
    for match in _SAYS_UNIT.finditer(text):
        rest = text[match.end() :].strip(_OPEN + _CLOSE + " ")
        found += listed(rest) or listed(re.split(r"[()（）。;；]", rest)[0]) or _leading(rest)
    found += [word for match in _COUNTED_IN.finditer(text) for word in listed(match[1])]
    return list(dict.fromkeys(found))


def _leading(text: str) -> list[str]:
    """Units at the beginning of a text that goes on with something else: ``万元 制表：…``."""
    words = []
    for piece in _SPLIT.split(text):
        word = next((piece[:end] for end in range(min(6, len(piece)), 0, -1) if measure(piece[:end])), "")
        if not word:
            break
        words.append(word)
        if word != piece:
            return words if re.match(r"[^\u3400-\u9fff]|制|填|审|日|联|负|经", piece[len(word) :]) else words[:-1]
    return words


@dataclass(frozen=True, slots=True)
class Mention:
    """A unit beside the columns. ``clear``: the text declares it; else it only stands there. ``place`` is for people."""

    unit: str
    place: str
    clear: bool


def mentions(text: str, place: str) -> list[Mention]:
    """The units that a line, title, foot note or name speaks of."""
    flat = plain(text)
    words = listed(flat) or _declared(flat)
    for match in _BRACKETED.finditer(flat):
        words = words or listed(match[1]) or _declared(match[1])
    if words:
        return [Mention(word, place, True) for word in words]
    return [Mention(word, place, False) for word in dict.fromkeys(_SCALED.findall(flat))]


def unit_of(base: str, own: str, around: Iterable[Mention], rate: bool) -> tuple[str, str]:
    """(unit, question) of a column whose field is kept in ``base`` and whose header says ``own``; "" is the base."""
    if own:
        words = own.split("、")
        fitting = [word for word in words if (found := measure(word)) and found[0] in ("", base, _money(base))]
        return (own, "") if len(words) == 1 else (fitting[0], "") if len(fitting) == 1 else ("", _two(words))
    said = {m.unit: m for m in around if (is_ := measure(m.unit)) and is_[0] in ("", base, _money(base))}
    sizes = {measure(word) for word in said}
    if not said:
        return "", ""
    unclear = next((m for m in said.values() if not m.clear), None)
    if unclear and all(size and size[1] == 1 for size in sizes):
        return "", ""  # 合计（元）: what is taken anyway
    if unclear:
        return "", f"{unclear.place}写着“{unclear.unit}”，看不出这一列是不是用它作单位，{ASK_HEADER}"
    if len(sizes) > 1:
        return "", f"表里说了几种单位（{'、'.join(said)}），看不出这一列用哪一种，{ASK_HEADER}"
    (one, *_), (size, *_) = said.values(), sizes
    if rate and size and size[1] != 1:
        return "", f"{one.place}写着“{one.unit}”，但这一列是人均、标准一类的数，常用元，看不出用哪一种，{ASK_HEADER}"
    return one.unit, ""


def _money(base: str) -> str:
    return "元" if base.startswith("元") else base


def _two(words: Sequence[str]) -> str:
    return f"表头里有几种单位（{'、'.join(words)}），看不出用哪一种，请只留一种"
