"""The names that a reader may look for, as one script which a page fetches when somebody begins to type.

Each kind is a list of rows: what it is called, where it is, what else is said of it, its pinyin and its initials. The
matching is done in the reader's browser (``search.js``), also from a folder, where a page may read a script and no JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gongshi.disclosure import Disclosure
from gongshi.repository import Reused

KINDS = ("村", "乡镇", "项目", "资金", "公告", "收款人", "资产", "单位", "文号", "支付", "本站")

WORDS = {
    "反映问题、投诉、举报、异议、申诉、意见、12317、电话": "report/index.html",
    "钱、资金、经费、拨款、花到哪里": "funds/index.html",
    "公示、公告、公示期": "notices/index.html",
    "学费、助学金、学生资助、营养餐、上学": "education/index.html",
    "帮扶、走访、结对、帮扶责任人、驻村、监测对象": "help/index.html",
    "低保、补助、一卡通、发了多少钱": "funds/index.html#persons",
    "核验公示榜、二维码、墙上的榜、名单": "verify/index.html",
    "项目、工程、验收、招标、竣工、修好没有": "projects/index.html",
    "我的村、村干部、乡镇、书记、镇长、乡长": "townships/index.html",
    "数据下载、表格、接口、Excel、xlsx、CSV、JSON": "data/index.html",
    "政策、规则、标准": "policies/index.html",
    "督查、检查、审计": "oversight/index.html",
    "变更、修改记录": "changes/index.html",
    "名词解释、什么意思、下达、安排、支付、自筹、一卡通批次、决算、移交、质保金、报账制、综合保障、八有、不公布、季末公布、"
    "和别村共有的项目": "words.html",
    "关于本站、隐私、公开什么": "about.html",
    "地图、哪个村多": "map/index.html",
    "对比、比较、哪个镇多": "compare/index.html",
    "村和村比、哪个村得的多": "compare/villages.html",
    "单价、贵不贵、每公里多少钱、同类工程": "projects/unit-costs.html",
}
"""What people call the pages of this site, the name of the page first."""

SAID = {
    "道路": "修路 硬化路",
    "饮水": "自来水 吃水 喝水",
    "学生资助": "学费 助学金",
    "危房改造": "修房 建房",
    "亮化": "路灯",
}
"""Other words for a kind of project."""

Row = Sequence[str]


SPELLED = frozenset({"村", "乡镇", "收款人", "本站"})
"""Kinds that are found by pinyin and initials, too."""


def _spelled(names: Sequence[str], reused: Reused) -> Mapping[str, Sequence[str]]:
    """Pinyin and initials of each name. To spell the first one costs more than a thousand others: so all or none."""

    def work() -> bytes:
        from gongshi.lookup import spelling  # only for this

        found = {name: spelling(name) for name in names}
        return json.dumps({name: (one.full, one.initials) for name, one in found.items()}).encode("ascii")

    known: Mapping[str, Sequence[str]] = json.loads(reused.get("pinyin", json.dumps(names), work))
    return known


def _rows(views: Disclosure, payees: Mapping[str, str]) -> Iterator[tuple[str, Row]]:
    towns = {row.name: f"townships/{row.slug}.html" for row in views.rows("townships")}
    for row in views.rows("villages"):
        yield "村", (row.name, f"villages/{row.village_code}.html", row.township or "")
    for name, path in towns.items():
        yield "乡镇", (name, path, "")
    for row in views.rows("projects"):
        more = f"{row.project_id} {row.category} {row.sub_category or ''} {SAID.get(row.sub_category or '', '')}"
        yield "项目", (row.name, f"projects/{row.project_id}.html", more.strip())
    for row in views.rows("allocations"):
        yield "资金", (row.name, f"funds/{row.allocation_id}.html", f"{row.allocation_id} {row.source_level}")
    for row in views.rows("notices"):
        yield "公告", (row.title, f"notices/{row.notice_id}.html", f"{row.notice_id} {row.notice_kind}")
    for row in views.rows("assets"):
        yield "资产", (row.name, f"property/{row.asset_no}.html", f"{row.asset_no} {row.asset_kind}")
    for name, path in payees.items():
        yield "收款人", (name, path, "")
    yield from _numbers(views)
    for text, path in WORDS.items():
        name, _, more = text.partition("、")
        yield "本站", (name, path, more.replace("、", " "))


def _numbers(views: Disclosure) -> Iterator[tuple[str, Row]]:
    """Documents, and each payment to a unit, by their numbers."""
    pages: dict[str, str] = {}
    for view, field, address in (
        ("projects", "approval_doc", "projects/{0.project_id}.html"),
        ("allocations", "doc_no", "funds/{0.allocation_id}.html"),
        ("notices", "doc_no", "notices/{0.notice_id}.html"),
    ):
        for row in views.rows(view):
            pages.setdefault(getattr(row, field) or "", address.format(row))
    titles = {row.doc_no: row.title for row in views.rows("documents")}
    for number in sorted((set(pages) | set(titles)) - {""}):
        yield "文号", (number, pages.get(number, "catalogue/index.html#documents"), titles.get(number, ""))
    for row in views.rows("payments"):
        payee = row.payee or row.payee_kind
        yield "支付", (row.payment_id, f"projects/{row.project_id}.html#payments", f"{payee} {row.claim_doc or ''}")


def script(views: Disclosure, payees: Mapping[str, str], reused: Reused) -> Iterable[bytes]:
    """All names by kind."""
    found: dict[str, list[Row]] = {kind: [] for kind in KINDS}
    for kind, row in _rows(views, payees):
        found[kind].append(row)
    spelled = _spelled(list(dict.fromkeys(row[0] for kind in KINDS if kind in SPELLED for row in found[kind])), reused)
    for kind in SPELLED:
        found[kind] = [(*row, *spelled[row[0]]) for row in found[kind]]
    parts = ",\n".join(f"{_said(kind)}:[{_lines(rows)}]" for kind, rows in found.items())
    return [f"var gongshiNames = {{{parts}}};\n".encode()]


def _lines(rows: Iterable[Row]) -> str:
    """Each in a line of its own, so that whoever looks through the file need not take it for one long text."""
    return ",\n".join(map(_said, rows))


def _said(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
