"""Lines that belong to no record: who filled in, checked and signed a sheet, its seal, its day, remarks.

However they are spread over cells, every cell of such a row is a label, or what is written behind one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, time
from itertools import groupby

from gongshi.exchange.sheets import Raw

_SIGNERS = (
    "填表|制表|制单|造表|填报|填写|报送|上报|审核|审批|审定|审签|审查|复核|复审|核对|核实|核准|校对|校核|批准|经办|经手|承办|主办|负责|责任|"
    "领导|分管|主管|财务|会计|出纳|主任|书记|支书|村长|镇长|乡长|局长|站长|所长|科长|股长|校长|组长|队长|监督|监委|监察|纪检|驻村|包村|见证|"
    "证明|联系|统计|录入|登记|报账|公章|印章|盖章|签章|签字|签名|签发|日期"
)
_LABEL = re.compile(
    rf"(?:[^:]{{0,14}}(?:{_SIGNERS})|附?注|说明|备注|单位|时间|地址|电话|手机)[^:]{{0,10}}(?P<colon>:)(?P<value>.*)"
)
_BARE = re.compile(
    rf"(?:村|镇|乡|县|街道|社区|单位|部门|主要|民?委会|小组)*(?:{_SIGNERS})(?:{_SIGNERS}|人员?|员|部门|单位|组|村|镇|乡)*"
    r"|[^:0-9]{0,14}\((?:公章|盖章|签字|签名|签章)\)"
)
_DAY = re.compile(r"(?:[0-9]{0,4}年)?[0-9]{0,2}月[0-9]{0,2}日|[0-9]{4}[-./][0-9]{1,2}[-./][0-9]{1,2}")
_LONGEST = 20  # characters of a name or a unit behind a label


def is_note(cells: Sequence[Raw]) -> bool:
    """Whether a row holds nothing but signatures and remarks; a figure is none, save for a telephone's."""
    filled = [cell for cell, _ in groupby(cells) if cell is not None and str(cell).strip()]  # merged cells repeat
    labels, loose, before, waiting = 0, 0, "", False
    for cell in filled:
        text = _plain(cell) if isinstance(cell, str) else str(cell)
        label = _LABEL.fullmatch(text) or (waiting and ":" not in before and _LABEL.fullmatch(before + text))
        if label or _BARE.fullmatch(text):
            labels += 1
            before, waiting = text, not label or not label["value"]
        elif isinstance(cell, date | time) or _DAY.fullmatch(text):
            waiting = False
        elif waiting and _follows(cell, text, before):
            loose += ":" not in before and text != ":"
            before, waiting = (f"{before}:", True) if text == ":" else ("", False)
        else:
            return False
    lone_day = len(filled) == 1 and isinstance(filled[0], str) and bool(_DAY.fullmatch(_plain(filled[0])))
    first = bool(filled) and isinstance(filled[0], str)
    return lone_day or (labels > 0 and first and (not loose or labels > 1))


def _plain(text: str) -> str:
    """Without blanks and the lines that are drawn to write on, half width."""
    return "".join(unicodedata.normalize("NFKC", text).replace("_", "").split())


def _follows(cell: Raw, text: str, label: str) -> bool:
    """Whether a cell may stand behind a label: words, or a telephone number behind one for it."""
    if isinstance(cell, str) and not text.isdecimal():
        return len(text) <= _LONGEST
    return any(word in label for word in ("电话", "手机", "联系")) and len(text) in (7, 8, 11)
