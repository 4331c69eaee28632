"""What the words beside a number say it is: the last label before it decides, as a reader would."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

_REACH = 40  # a line can be a whole document: what is farther away says nothing
_DIRECT = 20  # characters between a label and its own value at most
_BETWEEN = re.compile(
    r"(?:[\s:=,，｜\"'|()\[\]{}【】/-]|为|是|达|约|共|计|总?[额数值]|号码?|[万亿]?元|人民币|名称|[（(][^()（）0-9]{0,8}[)）])*"
)

_LISTED = re.compile(r"[\s:=,，｜、\"'|()\[\]{}/.0-9-]*")

# At one place the first kind that fits is taken: 值班电话 is official before 电话 is a phone.
_KINDS = (
    ("official", r"(?:值班|值守|监督|举报|投诉|信访|办公|咨询|服务|客服|公开|公务|官方)室?(?:电话|手机|热线|号码|联系方式)[号码]*"
     r"|热线(?:电话)?|(?i:office_?phone|duty_?phone|hotline)"),
    ("id", r"(?:居民|公民)?(?:身份证|证件号|身份号|残疾人?证)[^0-9\s,，:：;；。、|]{0,6}"
     r"|(?i:(?<![a-z])(?:id[ _-]?(?:card|number|no)(?![a-z])|sfzh?))"),
    ("phone", r"(?:联系)?(?:电话|手机)(?:号码?)?|联系|(?i:phone|mobile|tel(?![a-z]))"),
    ("card", r"一卡通|存折|银行卡|社保卡|卡号|(?:个人|本人|户主|农户)[银行]{0,2}[账帐][号户]"),
    ("public", r"(?:国库|国债|零余额|财政(?:专户|零余额|[账帐][户号])|基本存款|基本户|(?:预算|对公|单位|集体|公司|企业|学校|医院|机关|政府|部门|卫生院"
     r"|村委会|村集体|居委会|合作社|协会|基金会)[银行]{0,2}[账帐][号户])(?:[银行存款专]{0,3}[账帐][号户])*"),
    ("account", r"银行|账号|帐号|账户|帐户|开户|(?i:account|bank)"),
    ("money", r"合计|总计|小计|共计|累计|金额|资金|投资|拨[款付]|到位|支出|收入|余额|结余|预算|决算|产值|造价|单价|总价|款项|价款|费用|补助|补贴|债务|贷款"
     r"|(?i:(?<![a-z])(?:amount|total|sum|cost|price|budget|balance)(?![a-z]))"),
    ("code", r"编号|邮编|邮政编码|编码|代码|代号|号段|流水号?|凭证号?|单号|运单|出厂|[机车箱柜井管房货件]号|发票|批次|批号|序号|序列|条形?码|税号|纳税|识别号|档号|文号|合同|订单|交易号|票据|票号"
     r"|项目号|工程号|宗地|图斑|不动产|产权|许可证|证书|资产|设备号|机号|户号|表号|电表|水表|气表|读数|表底|里程|地块|数量|重量|容量|水量|电量|产量|桩号|坐标|经度|纬度|北纬|东经|面积|长度"
     r"|高程|海拔|时间戳|校验|版本|(?i:(?<=[a-z])_no(?![a-z])|code(?![a-z>])|serial|batch|invoice|voucher|timestamp|uuid|version|meter|coordinates?"
     r"|latitude|longitude)"),
)  # fmt: skip
LABEL = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS))
_FIRST = re.compile(
    "[值守监督举投信办咨服客公官热居身证残联电手一存银社卡个本户农国零财基预对单集村合账帐开总小共累金资拨到支收余结决产造价款费补债贷"
    "编邮代号段流出车箱柜井管房货件运地重容数企学医政部卫协凭发批序条税纳识档文订交票项工宗图不许设机"
    "表水气读里桩坐经纬北东面长高海时校版oOdDhHiIsSpPmMtTaAbBcC_vVuUlL]"
    # of letters, of which a program has many, the second one must fit, too
    "(?:(?<![A-Za-z_])|(?i:(?=f)(?<=[os])|(?=[uo])(?<=[dhmtsbclvu])|(?=d)(?<=i)|(?=n)(?<=[i_])|(?=[hr])(?<=p)|(?=e)(?<=[mtsv])|(?=i)(?<=t)"
    "|(?=[cm])(?<=a)|(?=a)(?<=[bl])))"
)
_WORDS = re.compile(f"{_FIRST.pattern}[^0-9]*+")  # up to the next digit, which is part of no label
OTHER = frozenset({"official", "public", "money", "code"})  # what makes a number nobody's own
# What each label of an account has in it, and what one ends with whose value comes next.
_SAYS = re.compile(
    "[卡折库债额本户账帐行cCkK](?:(?<=[卡折库债额户账帐])|(?<=本)存|(?<=银行)|(?<=[aA][cC])[cC]|(?<=[nN][kK]))"
)
_CALLS = re.compile("[卡折户账帐行通号tTkK]")


def is_account_said(text: str, start: int, end: int, only_direct: bool) -> bool:
    """Whether a label of an account may stand near a place, or directly before it; if not, there is none."""
    if only_direct:
        return _CALLS.search(text, max(0, start - _DIRECT - 2), start) is not None
    return _SAYS.search(text, max(0, start - _REACH - _LONGEST), end + _REACH // 2 + _LONGEST) is not None


_Part = tuple[Sequence[int], Sequence[int], Sequence[str]]
_NONE: _Part = ((), (), ())


class Labels:
    """The labels of one text, in order. Of a long one only those near the places that are asked for are looked for: no label
    has a digit in it, so it is cut behind digits.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._none = len(text) >= 2 * _PART and not _FIRST.search(text)
        self._cuts = [0, len(text)] if len(text) < 2 * _PART or self._none else _cuts(text)
        self._parts: dict[int, _Part] = {}
        self._last: tuple[int, int, _Part] = (0, -1, _NONE)

    def near(self, kinds: frozenset[str], start: int, end: int) -> bool:
        """Tell whether a label of these kinds stands near a place, in which there is none."""
        return not kinds.isdisjoint(self.around(start, end))

    def around(self, start: int, end: int) -> Sequence[str]:
        """The kinds of the labels that stand near a place, in which there is none."""
        if self._none:
            return ()
        if end - start >= _PART:
            return [*self.around(start, start), *self.around(end, end)]
        starts, ends, found = self._part(start - _REACH, end + _REACH // 2)
        if not starts:
            return ()
        first, behind = bisect_left(ends, start - _REACH), bisect_right(starts, end + _REACH // 2)
        return found[first : min(behind, first + _REACH)]

    def direct(self, start: int, listed: bool = False) -> str:
        """The kind of the label whose value begins at ``start``, "" if other words are between.

        ``listed``: other numbers may be between, as in 凭证号 1、2、3.
        """
        if self._none:
            return ""
        reach, between = (2 * _REACH, _LISTED) if listed else (_DIRECT, _BETWEEN)
        _, ends, kinds = self._part(start - reach, start)
        at = bisect_right(ends, start) - 1 if ends else -1
        if at < 0 or start - ends[at] > reach or not between.fullmatch(self._text, ends[at], start):
            return ""
        return kinds[at]

    def since(self, kinds: frozenset[str], start: int) -> str:
        """What stands between the last label of these kinds before a place and the place, "" if there is none near."""
        _, ends, found = self._part(start - _REACH, start)
        for at in range(bisect_right(ends, start) - 1, -1, -1):
            if start - ends[at] > _REACH:
                break
            if found[at] in kinds:
                return self._text[ends[at] : start]
        return ""

    def any(self) -> bool:
        """Whether there is any label; for texts that are not long."""
        return bool(self._part(0, len(self._text))[0])

    def _part(self, start: int, end: int) -> _Part:
        """The labels around a stretch of text."""
        low, high, part = self._last
        if low <= start and end <= high:
            return part
        cuts = self._cuts
        first = bisect_right(cuts, max(start, 0), 0, len(cuts) - 1) - 1
        behind = min(max(bisect_left(cuts, end, first), first + 1), len(cuts) - 1)
        parts = [self._between(at) for at in range(first, behind)]
        if len(parts) > 1:
            starts, ends, kinds = zip(*parts, strict=True)
            part = [*chain(*starts)], [*chain(*ends)], [*chain(*kinds)]
        else:
            part = parts[0]
        low = cuts[first] if first else -_FAR
        self._last = low, cuts[behind] if behind < len(cuts) - 1 else _FAR + len(self._text), part
        return part

    def _between(self, at: int) -> _Part:
        """The labels between two cuts, found once."""
        if (part := self._parts.get(at)) is None:
            part = self._parts[at] = _part(self._text, self._cuts[at], self._cuts[at + 1])
        return part


_FAR = 10_000  # farther than anybody looks
_PART = 512
_LONGEST = 40  # characters of a label
_DIGIT = re.compile("[0-9]")


def _cuts(text: str) -> list[int]:
    """Where a text may be cut: behind digits, not too often, at its begin and end."""
    cuts = [0]
    while found := _DIGIT.search(text, cuts[-1] + _PART):
        cuts.append(found.end())
    return [*cuts, len(text)] if cuts[-1] < len(text) else cuts


_Found = tuple[int, int, str]
_CACHED = 64


def _labels(words: str, before: str) -> list[_Found]:
    """(begin, end, kind) of the labels in words without a digit, behind some character."""
    text, skipped = before + words, len(before)
    found: list[_Found] = []
    behind = 0
    for first in _FIRST.finditer(text, skipped):  # far quicker than to try every label at every character
        at = first.start()
        one = LABEL.match(text, at, at + _LONGEST) if at >= behind else None
        if one:
            behind = one.end()
            found.append((at - skipped, behind - skipped, one.lastgroup or ""))
    return found


_known_labels = lru_cache(4096)(_labels)  # a text has the same labels again and again


def _part(text: str, start: int, end: int) -> _Part:
    """(begin, end, kind) of the labels in a part of a text."""
    found: list[_Found] = []
    for run in _WORDS.finditer(text, start, end):
        at, words = run.start(), run[0]
        known = (_known_labels if len(words) < _CACHED else _labels)(words, text[at - 1] if at else "")
        if known:
            found += [(at + begin, at + behind, kind) for begin, behind, kind in known]
    if not found:
        return _NONE
    starts, ends, kinds = zip(*found, strict=True)
    return starts, ends, kinds
