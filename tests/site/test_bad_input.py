"""Whatever stands in the records, the site shows it as text, or stops; it never breaks."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from made_up import COMMIT, DAY, Example
from python_calamine import CalamineWorkbook
from reading import Reader

from gongshi.disclosure import NOT_YET, RESOURCES, Disclosure
from gongshi.model import GongshiError
from gongshi.site import Page, Site
from gongshi.site.receipts import Strips
from gongshi.site.shell import Shell

SECTIONS = (
    "index", "funds/index", "projects/index", "townships/index", "notices/index", "help/index", "education/index",
    "oversight/index", "catalogue/index", "verify/index", "data/index", "policies/index", "policies/rules",
)  # fmt: skip
BAD = (
    '=HYPERLINK("http://x","甲")',
    "<script>alert(1)</script><img src=x onerror=alert(1)></td></table><!-- gongshi -->",
    '" onmouseover="alert(1)" x=\'',
    "\n\n# 甲\n\n[点这里](javascript:alert(1)) **乙** `x` | a | b |",
    "{{ 7 * 191 }}{% raw %}{{ on }}{# x #}",
    "</script><script>alert(1)//\u2028</style>",
    "\u202e\u2067\u200f",
    "gongshi-shell-title",
)
TEXTS = {"all": "".join(BAD), "long": "长" * 5000, "script-first": "".join(reversed(BAD))}
KEYS = re.compile(r"_(id|no|code|unit|slug)$|^(slug|subject|unit|period|quarter|hotline|licence|group_name)$")


def spoilt(text: str) -> Example:
    """The made-up county with ``text`` in every public text field that is no key and no list of words."""
    example, count = Example(townships=1, villages=2, projects=2), 0
    for name, resource in example.descriptor.resources.items():
        for field in resource.schema.fields:
            free = field.type == "string" and not field.enum and not KEYS.search(field.name)
            if not free or field.disclosure != "public" or (name, field.name) == ("divisions", "level"):
                continue
            for row in example.rows[name]:
                if row[field.name] is None or isinstance(row[field.name], str):
                    row[field.name], count = text, count + 1
    assert count > 80
    return example


def everything(site: Site) -> list[Page]:
    return [*site.pages(), *(site.section(f"{path}.html") for path in SECTIONS)]


@pytest.mark.parametrize("kind", TEXTS)
def test_any_text_stays_text(kind):
    site = Site(Disclosure(spoilt(TEXTS[kind]).open(), DAY), DAY, COMMIT)
    shell = Shell.parse("<html><head><title>gongshi-shell-title</title></head><body><!-- gongshi --></body></html>")
    clean = Site(Disclosure(Example(townships=1, villages=2, projects=2).open(), DAY), DAY, COMMIT)
    scripts = {page.path: Reader(page.body).scripts for page in everything(clean)}
    for page in everything(site):
        text = shell.stamp(page).decode()
        reader = Reader(page.body)
        assert not reader.open and reader.scripts == scripts.get(page.path, reader.scripts), page.path
        assert not any(link.lower().startswith("javascript") for link in reader.links), page.path
        assert "<script>alert" not in text and "<img" not in text and '" onmouseover="' not in text, page.path
        assert "1337" not in text, "no template in it is run"
        assert not re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", text), page.path
    files = {path: b"".join(chunks) for path, chunks in site.files()}
    ElementTree.fromstring(files["notices/feed.xml"])
    assert b"<" not in files["data/names.js"]
    assert b"</script" not in files["data/commitments.js"] and b"<script" not in files["data/commitments.js"]
    for path, content in files.items():
        if path.endswith(".json"):
            json.loads(content)
        assert b"\xe2\x80\xae" not in content, path


def test_the_test_would_see_it():
    assert Reader("<p><script>alert(1)</script></p>").scripts == 1
    assert Reader('<a href="JavaScript:alert(1)">x</a>').links[0].lower().startswith("javascript")


def test_a_long_name_is_whole_in_the_downloads(tmp_path):
    """Only a cell of Excel has an end."""
    views = Disclosure(spoilt("长" * 40_000).open(), DAY)
    files = {path: b"".join(chunks) for path, chunks in Site(views, DAY, COMMIT).files() if "/projects." in path}
    assert ("长" * 40_000).encode() in files["data/projects.csv"]
    (tmp_path / "a.xlsx").write_bytes(files["data/projects.xlsx"])
    rows = CalamineWorkbook.from_path(str(tmp_path / "a.xlsx")).get_sheet_by_index(0).to_python()
    assert "长" * 32_767 in rows[1]


@pytest.fixture(scope="module")
def small():
    return Example(townships=1, villages=1, projects=1).open()


COLUMNS = {"bar": ("data-series",), "money": ("data-whole", "data-part"), "sankey": ("data-whole",)}
"""The marks by which a chart finds the columns it draws."""


def drawable(body: str) -> bool:
    """Whether the table of every chart, if it is there, has the columns that the chart draws."""
    tables = dict(re.findall(r'<table [^>]*id="([^"]+)">(.*?)</table>', body, re.DOTALL))
    charts = re.findall(r'data-chart="(\w+)" data-table="([^"]+)"', body)
    return all(mark in tables[table] for kind, table in charts if table in tables for mark in COLUMNS[kind])


@pytest.mark.parametrize("name", sorted(RESOURCES - {"county", "divisions"}))
def test_any_table_may_be_empty(name, small):
    small.sql("BEGIN")
    small.sql(f'DELETE FROM "{name}"')
    try:
        site = Site(Disclosure(small, DAY), DAY, COMMIT)
        assert all(page.body and drawable(page.body) for page in everything(site))
    finally:
        small.sql("ROLLBACK")


def test_a_county_of_one_township_and_one_village_without_notices():
    example = Example(townships=1, villages=1, projects=1)
    for name in ("notices", "notice-projects", "notice-objections", "notice-commitments"):
        example.rows[name] = []
    site = Site(Disclosure(example.open(), DAY), DAY, COMMIT)
    assert "没有" in site.section("notices/index.html").body
    assert {page.path for page in site.pages() if page.path.startswith(("townships/", "villages/"))} == {
        "townships/yunshan-1.html", "villages/990100100200.html",
    }  # fmt: skip


@pytest.mark.parametrize(("amount", "said"), [(None, "还没有填数"), (0, "没有登记到县的钱")])
def test_a_year_without_money_says_so(amount, said):
    example = Example(townships=1, villages=1, projects=1)
    values = {"source_level": "县", "programme": "教育扶贫", "name": "空的一笔", "amount": amount}
    example.add("allocations", allocation_id="N2015-001", year=2015, **values)
    site = Site(Disclosure(example.open(), DAY), DAY, COMMIT)
    page = next(page for page in site.pages() if page.path == "funds/2015.html")
    lead = re.search(r'<p class="say">(.*?)</p>', page.body)[1]
    assert said in lead and "—" not in lead and "0.00" not in lead


def test_two_villages_of_one_name_and_many_villages_are_told_apart():
    example = Example(townships=2, villages=30, projects=3)
    villages = [row for row in example.rows["divisions"] if row["level"] == "村"]
    for row in (villages[0], villages[1], villages[-1]):
        row["name"] = "同名村"
    site = Site(Disclosure(example.open(), DAY), DAY, COMMIT)
    names = b"".join(dict(site.files())["data/names.js"]).decode()
    found = json.loads(names.removeprefix("var gongshiNames = ").rstrip(";\n"))["村"]
    same = [row for row in found if row[0] == "同名村"]
    assert len({row[1] for row in same}) == 3 and len({row[2] for row in same}) == 2


def test_a_notice_of_no_project_is_shown_as_one():
    example = Example(townships=1, villages=1, projects=1)
    example.rows["notice-projects"] = []
    example.rows["notices"][0]["items"] = 0
    site = Site(Disclosure(example.open(), DAY), DAY, COMMIT)
    body = next(page.body for page in site.pages() if page.path == "notices/G2020-00001.html")
    assert "公示的项目" not in body and "有话就说：反映" in body


@pytest.mark.parametrize("wrong", ["county", "divisions"])
def test_a_county_that_is_not_among_its_divisions_is_told_in_one_sentence(wrong):
    """A draft is built in spite of what `gongshi check` found, so the site itself must say it."""
    example = Example(townships=1, villages=1, projects=1)
    code = example.rows["county"][0]["county_code"]
    if wrong == "county":
        example.rows["county"][0]["county_code"] = "990199"
    else:
        example.rows["divisions"] = [row for row in example.rows["divisions"] if row["division_code"] != code]
        example.frozen = False
    views = Disclosure(example.open(), DAY)
    with pytest.raises(GongshiError, match=r"县的代码“\d+”不在区划表里.*divisions\.csv") as told:
        Site(views, DAY, COMMIT)
    assert "\n" not in str(told.value)


def test_of_three_thousand_villages_no_strip_grows_with_their_number():
    heads = {f"{n:012}": Decimal(n * 37 % 911) for n in range(3000)} | {"x": NOT_YET, "y": None}
    strips = Strips(heads, {code: code[-2:] for code in heads})
    one = strips.of(f"{17:012}")
    assert one.value == 629 and one.mine in one.near and set(one.near) < set(one.every)
    assert len(one.every) <= 329 and one.every == sorted(set(one.every))
    assert strips.of("x") is None and strips.of("y") is None
    few = Strips({"a": Decimal(1), "b": Decimal(2)}, {"a": "t", "b": "t"})
    assert few.of("a") is None, "two villages have no middle"
