"""Personal facts that are words: names known from the sealed file, birth dates, and health beside a name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from gongshi.checks.guard_text import INVISIBLE
from gongshi.checks.guard_values import Hit
from gongshi.checks.name_shapes import SURNAMES, names_alone, names_beside, places_beside, plainly

_LONGEST_NAME = 48  # characters to read at a place where a name may begin, separators included
_DOTS = re.compile("[\u2022\u2027\u2219\u22c5\u30fb\uff65.\uff0e]")
_UNSEEN = re.compile(f"[{INVISIBLE}\\s]+")


def _plain(name: str) -> str:
    """Write a name without spaces and invisible characters, its middle dot always the same."""
    return _DOTS.sub("\u00b7", unicodedata.normalize("NFKC", _UNSEEN.sub("", name)))


class NameSet:
    """Names to look for in a text, all at once; ``public`` are the words in which they may stand.

    A place where a name may begin is found by its first two characters, then compared as a whole, so the cost
    hardly depends on how many names there are. Names of one character are left out: they are everywhere.
    """

    __slots__ = ("_begin", "_lengths", "_names", "_public")

    def __init__(self, names: Iterable[str], public: Iterable[str] = ()) -> None:
        allowed = {_plain(word) for word in public}
        self._names = frozenset(name for name in map(_plain, names) if len(name) > 1) - allowed
        lengths: dict[str, set[int]] = {}
        for name in self._names:
            lengths.setdefault(name[:2], set()).add(len(name))
        self._lengths = {begin: sorted(found, reverse=True) for begin, found in lengths.items()}
        self._public = self._covering(allowed)
        first, second = (re.escape("".join(sorted({begin[at] for begin in lengths}))) for at in (0, 1))
        self._begin = re.compile(f"[{first}](?=[{INVISIBLE}\\s]{{0,3}}[{second}])") if lengths else None

    def _covering(self, allowed: set[str]) -> dict[str, list[tuple[str, int]]]:
        """For each name, the public words that hold it, and where in them it begins."""
        covering: dict[str, list[tuple[str, int]]] = {}
        for word in allowed:
            for start in range(len(word)):
                for length in self._lengths.get(word[start : start + 2], ()):
                    name = word[start : start + length]
                    if name in self._names:
                        covering.setdefault(name, []).append((word, start))
        return covering

    def __len__(self) -> int:
        return len(self._names)

    def find(self, text: str) -> Iterator[tuple[int, str]]:
        """Yield (place, name) of every name in the text, spaced or split by invisible characters as well."""
        if self._begin is None:
            return
        for found in self._begin.finditer(text):
            start = found.start()
            window = text[start : start + 8]
            if window[:2] not in self._lengths or not window.isalpha() or "\u00b7" in window:
                window = _plain(text[start : start + _LONGEST_NAME])
            for length in self._lengths.get(window[:2], ()):
                name = window[:length]
                if len(name) == length and name in self._names and not self._is_public(text, start, name):
                    yield start, name
                    break

    def _is_public(self, text: str, start: int, name: str) -> bool:
        words = self._public.get(name, ())
        return any(start >= before and text.startswith(word, start - before) for word, before in words)


_DATE = (
    r"(?:(?:18|19|2[01])[0-9]{2}\s?[-./年]\s?(?:1[0-2]|0?[1-9])\s?[-./月]\s?(?:3[01]|[12][0-9]|0?[1-9])(?:\s?日)?"
    r"|(?:18|19|2[01])[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))(?![0-9])"
)
_BIRTH = (
    re.compile(
        r"(?:出生\s?(?:年月日?|日期|时间|日)|生日|birth(?:[_ -]?da(?:te|y))?)(?:[（(][^()（）]{0,8}[)）])?"
        rf"[^0-9\u4e00-\u9fff\n]{{0,30}}(?:为|是|[农公阳阴]历)?\s?(?P<date>{_DATE})",
        re.IGNORECASE,
    ),
    re.compile(rf"(?i:(?<![a-z])(?:d\.?o\.?b\.?|born(?: on)?)(?![a-z]))[\s:：=|,\"']{{0,6}}(?P<date>{_DATE})"),
    re.compile(rf"(?:出生[ :：=]{{0,3}}|(?<![产发诞滋衍派])生于\s?)(?P<date>{_DATE})"),
    re.compile(rf"(?P<date>(?<![0-9]){_DATE})\s?(?:出生(?!率|人口|缺陷)|生人|降生|生(?=[,，。;；、)）\s]|$))"),
)
_FULL_DATE = re.compile(
    r"[12](?:(?<=1)[89]|(?<=2)[01])[0-9]{2}(?:\s?[-./年]\s?[0-9]{1,2}\s?[-./月]\s?[0-9]|[01][0-9][0-3][0-9])"
)
_CHINESE = re.compile("[〇○\u4e00-\u9fff]")
_YEAR = re.compile(r"(?:18|19|2[01])[0-9]{2}|[零〇○一二三四五六七八九0-9]{4}\s?[-./年]")  # in each date
_BIRTH_WORD = re.compile(r"[bBdD](?i:(?<=b)(?:irth|orn)|(?<=d)\.?o\.?b)")
_MAYBE_BORN = re.compile("[生男女(（]|(?i:birth|born|d.?o.?b)")
# A name with a date in brackets behind it, and a date beside the sex, are births without the word.
_BRACKETED = re.compile(
    r"(?P<name>[\u4e00-\u9fff\u00b7]{2,9}|(?<![\u4e00-\u9fff])(?:[\u4e00-\u9fff]\s{1,2}){1,3}[\u4e00-\u9fff])"
    rf"\s?[（(]\s?(?:[男女]\s?[,，、;；|/]?\s?)?(?P<date>{_DATE})\s?[)）]"
)
_FACT = r"(?:[\u4e00-\u9fff]{0,5}族|[\u4e00-\u9fff]|文盲|小学|初中|高中|中专|大专|本科|大学|群众|党员|中共党员|团员|已婚|未婚|户主)"
_BESIDE_SEX = re.compile(
    rf"(?<![\u4e00-\u9fff])[男女][^\w\n]{{1,4}}(?:{_FACT}[^\w\n]{{1,4}}){{0,3}}(?P<date>{_DATE})(?!\s?(?!{_FACT}(?![\u4e00-\u9fff]))[\u4e00-\u9fff])"
)
_SEXES = "男女"
_SAYING = 120  # characters between a date and what says that it is a birth: fewer than that, with room for another date
_LONG = 1_000

_NAME_LABEL = re.compile(
    r"姓\s{0,4}名\s?[\"']?\s?[:：=]\s{0,3}[\"']?"
    r"(?P<name>[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{1,8}(?:\u00b7[\u4e00-\u9fff]{1,8})+)(?![\u4e00-\u9fff\u00b7])"
)
_NO_NAME = re.compile(r"[某填写选必姓名栏]|文本|真实|字符|可空")
HEALTH_WORD = re.compile(
    r"病(?!虫|毒|死|害)|残疾|伤残|重残|一级残|二级残|三级残|四级残|精神(?!文明|面貌|扶贫|脱贫|动力|生活|贫困|风貌|食粮)|艾滋|HIV|癌|肿瘤"
    r"|肝炎|透析|尿毒|白血|结核|糖尿|高血压|心梗|脑梗|脑瘫|瘫痪|癫痫|抑郁|智障|失能|因残"
)
# Bodies, schemes and phrases of policy that hold such a word and say nothing about a person.
_POLICY = re.compile(
    r"残疾人(?:联合会|两项补贴|事业|就业|工作|专干)|残疾补贴|大病(?:保险|救助|统筹)|重大疾病(?:保险|救助)|疾病(?:预防|控制|应急)"
    r"|(?:会议|讲话|文件|指示|重要)精神|防病|看病|卫生防疫"
)
ILL = "病残癌瘤瘫痫艾炎析毒血压核尿梗郁障失神"  # one of these, or HIV, is in each health word
_BESIDE = 60
_CLOSE = 24  # characters between a name and what is said of the person
_QUOTES = re.compile("[\"'“”‘’「」]")
_SENTENCE = re.compile(r"[。；;！？!?\n]")
_MAY_BE_ILL = re.compile(f"[H{ILL}]")
# One of these is beside every name whose shape tells it, quickly looked for; _patients says which are names.
_PERSON = re.compile(
    rf"(?:户[主名长]|姓名|[受申领收借]\w{{1,2}}人)[:：,，|\"'“‘「 ]{{0,4}}[是为叫]?[{SURNAMES}]"
    rf"|(?:[村居]民|群众|社员|[困贫低五特监边受搬种养农贷]\w{{0,2}}户|学[生员]|老人|孤儿|残疾人|业主)[:：，\"'“‘「 ]{{0,2}}[是为叫]?[{SURNAMES}]"
    rf"|(?<![\u4e00-\u9fff])[{SURNAMES}]\s?\w\s?(?:\w\s?){{0,2}}(?:身?患|因[病残]|确诊|残疾|[一二三四]级残|家|[（(])|[\u4e00-\u9fff]·[\u4e00-\u9fff]"
)
_OFFICIAL = "书记|支书|主任|村长|组长|会计|干部|队长|校长|老师|教师|医生|医师|护士|局长|镇长|乡长|县长|科长|站长|所长|院长|法人|代表|负责人|责任人|联系人|经办人|同志|队员|专干"
_OFFICIAL_BEFORE = re.compile(rf"(?:{_OFFICIAL})[:：,， ]?[是为叫]?$")
_OFFICIAL_BEGIN = re.compile(rf"(?:{_OFFICIAL})")


# Both begin with what is quickly looked for.
_SPOKEN_YEAR = re.compile(
    r"[零〇○一二三四五六七八九0-9](?<![零〇○一二三四五六七八九0-9].)[零〇○一二三四五六七八九0-9]{3}(?=\s?[-./年])"
)
_SPOKEN_DAY = re.compile(r"([年月])\s?(?:([二三])?(十)([一二三四五六七八九])?|初?([一二三四五六七八九]))(?=\s?[月日])")
_SPOKEN = "零一二三四五六七八九"


def _spoken(found: re.Match[str]) -> str:
    """A month or day in Chinese as figures, behind what stands before it."""
    before, tens, ten, ones, alone = found.groups()
    if alone:
        return f"{before}{_SPOKEN.index(alone)}"
    return f"{before}{10 * (_SPOKEN.index(tens) if tens else len(ten)) + (_SPOKEN.index(ones) if ones else 0)}"


def _dated(text: str) -> str:
    """The text with its Chinese dates in figures: 一九七九年三月十四日."""
    plain = str.maketrans("〇○" + _SPOKEN, "00" + "0123456789")
    text = _SPOKEN_YEAR.sub(lambda found: found[0].translate(plain), text)
    return _SPOKEN_DAY.sub(_spoken, text) if "年" in text or "月" in text else text


def _is_name(words: str) -> bool:
    return any(names_alone(words)) or any(names_beside(f"{words}（"))


def has_date(text: str) -> bool:
    """Whether a text has what may be a full date, in figures."""
    return _FULL_DATE.search(text) is not None


def find_births(text: str) -> list[Hit]:
    """Return the full dates that a word, a name or the sex beside them calls a birth."""
    if text.isascii() and not has_date(text):
        return []
    if not (_MAYBE_BORN if len(text) < _LONG else _YEAR).search(text):
        return []
    chinese = not text.isascii() and _CHINESE.search(text)
    text = _dated(text) if chinese and _YEAR.search(text) else text
    near = [*_dates(text)]
    said = _BIRTH if near and ("生" in text or _BIRTH_WORD.search(text)) else ()  # every pattern has one of the two
    places = [found for pattern in said for part in near for found in pattern.finditer(text, *part)]
    if near and chinese and ("(" in text or "（" in text):
        bracketed = (found for part in near for found in _BRACKETED.finditer(text, *part))
        places += [found for found in bracketed if _is_name(found["name"])]
    if near and any(sex in text for sex in _SEXES):
        places += [found for part in near for found in _BESIDE_SEX.finditer(text, *part)]
    hits: dict[int, Hit] = {}
    for found in places:
        hits[found.start("date")] = Hit("personal-birth", *found.span("date"), found["date"])
    return list(hits.values())


def _dates(text: str) -> Iterator[tuple[int, int]]:
    """Where full dates stand, each with all that may say it is a birth; of a short text the whole."""
    if len(text) < _LONG:
        if has_date(text):
            yield 0, len(text)
        return
    first, behind = 0, -1
    for date in _FULL_DATE.finditer(text):
        if date.start() - _SAYING > behind:
            if behind > 0:
                yield first, behind
            first = max(0, date.start() - _SAYING)
        behind = date.end() + _SAYING
    if behind > 0:
        yield first, behind


def find_health(text: str) -> list[Hit]:
    """Return the names beside health words: what a label calls a name, or a name by its shape and the word before or behind it."""
    if (text.isascii() and "HIV" not in text) or not HEALTH_WORD.search(text):
        return []
    labelled = [
        found
        for found in (_NAME_LABEL.finditer(text) if "姓" in text else ())
        if not _NO_NAME.search(found["name"]) and health_beside(text, *found.span("name"))
    ]
    return [Hit("personal-health", *found.span("name"), found["name"]) for found in labelled or _patients(text)]


def _patients(text: str) -> Iterator[re.Match[str]]:
    """Names by their shape close to an illness, sentence by sentence; those of officials and of whoever helps are public."""
    if not _PERSON.search(text):
        return
    for sentence in filter(_MAY_BE_ILL.search, _SENTENCE.split(text)):
        yield from _patients_in(_POLICY.sub("", plainly(_QUOTES.sub("", sentence))))


def _patients_in(plain: str) -> Iterator[re.Match[str]]:
    for found in places_beside(plain):
        start, end = found.span("name")
        before = _SENTENCE.split(plain[max(0, start - _CLOSE) : start])[-1]
        behind = _SENTENCE.split(plain[end : end + _CLOSE])[0]
        if _OFFICIAL_BEFORE.search(before) or _OFFICIAL_BEGIN.match(behind) or _OFFICIAL_BEGIN.match(found["name"]):
            continue
        if not _NO_NAME.search(found["name"]) and (HEALTH_WORD.search(before) or HEALTH_WORD.search(behind)):
            yield found


def person_near(text: str, at: int, further: int) -> bool:
    """Tell whether a word that goes with persons stands near a place or so much further, with what may begin a name."""
    begin = max(at - _CLOSE, 0)
    return _holds_person(text[max(text.rfind("\n", begin, at) + 1, begin) : at + _CLOSE + further])


@lru_cache(4096)
def _holds_person(window: str) -> bool:
    return _PERSON.search(window.split("\n", 1)[0]) is not None


def health_beside(text: str, start: int, end: int) -> bool:
    """Tell whether a word of illness or disability stands within the same line, near a name."""
    nearest = max(0, start - _BESIDE)
    begin = max(text.rfind("\n", nearest, start) + 1, nearest)
    stop = text.find("\n", end, end + _BESIDE)
    stop = stop if stop >= 0 else end + _BESIDE
    beside = _POLICY.sub("", text[begin:start]) + " " + _POLICY.sub("", text[end:stop])
    return bool(HEALTH_WORD.search(beside))
