"""The site in a real browser, opened from a folder: it renders, filters, searches, draws, prints, and can be heard.

axe.min.js is axe-core 4.14.1 (MPL-2.0), unchanged from the npm package; sha256 29348999450cdf2849a8e70b7912fc2d
a85a849da39c0d0d5394f51d4a9ed95c. It is used here only and is no part of the site.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from board import ledger
from chromium import Browser, find

from gongshi.disclosure import boards, notices
from gongshi.disclosure.sheets import RESOURCES
from gongshi.package import load
from gongshi.repository import WorkTree
from gongshi.sealing import read_identity
from gongshi.site.manifest import Manifest
from gongshi.site.sheet import _code, render
from support import ROOT

AXE = Path(__file__).with_name("axe.min.js")
PAGES = [
    "index.html", "funds/index.html", "funds/N2020-001.html", "projects/index.html", "townships/index.html", "townships/guzhen.html",
    "villages/990101100200.html", "help/index.html", "education/index.html", "notices/index.html", "notices/2020.html",
    "notices/2020-06.html", "notices/G2020-80057.html", "notices/G2020-50061.html", "verify/index.html",
    "oversight/index.html", "policies/index.html", "policies/19-education.html", "policies/rules.html", "policies/over-time.html",
    "catalogue/index.html", "data/index.html", "about.html", "projects/990101-2020-BZ-0009.html", "changes/index.html",
    "changes/projects.html", "funds/2019.html", "funds/2020-05.html", "payees/91990101MA0000015C.html", "property/A00001.html", "map/index.html", "compare/index.html",
    "compare/villages.html", "projects/unit-costs.html",
    "report/index.html", "search.html?q=zhangying", "experts.html", "words.html",
]  # fmt: skip
"""One of each kind."""
WIDTHS = (1280, 390)
PHONE = 390
BETWEEN = (1180, 1040, 960, 768)
"""Tablets, either way up: only the lay-out differs."""
VIOLATIONS = """axe.run(document, {resultTypes: ['violations'], preload: false}).then(found => found.violations
  .filter(item => item.impact === 'serious' || item.impact === 'critical')
  .map(item => [item.id, item.nodes[0].html.slice(0, 200)]))"""


def address(site: Path, page: str) -> str:
    path, mark, query = page.partition("?")
    return (site / path).as_uri() + mark + query


def violations(browser: Browser) -> list:
    browser.run(AXE.read_text("utf-8") + ";0")
    return browser.run(VIOLATIONS)


def test_axe_is_the_one_that_is_named() -> None:
    assert hashlib.sha256(AXE.read_bytes()).hexdigest() in __doc__.replace("\n", "")


SMALL = """Array.from(document.querySelectorAll('main a, main button, main select, main input, nav a, footer a')).filter(one => {
  var box = one.getBoundingClientRect(); var inside = one.closest('p, li, dd, td, th, caption, summary, small');
  return box.height && (box.height < 24 || box.width < 24) && !(inside && inside.textContent.trim().length > one.textContent.trim().length + 2);
}).map(one => one.outerHTML.slice(0, 90))"""
"""Targets under 24 pixels that do not stand in a sentence."""

SHEET = 688
"""The width of an A4 page between its margins, in CSS pixels."""

CUT_OFF = """Array.from(document.querySelectorAll('.gs-frame:not(:has(.gs-frozen))')).filter(frame => frame.scrollWidth > frame.clientWidth + 1)
  .map(frame => frame.getAttribute('aria-label'))"""
"""Tables that are wider than their frame: on a phone a column would be out of sight, on paper lost."""


@pytest.mark.parametrize("page", PAGES)
def test_every_kind_of_page_is_whole_accessible_and_asks_nobody(site, browser, page) -> None:
    for width in WIDTHS:
        browser.size(width)
        browser.open(address(site, page))
        foreign = [url for url in browser.requests if not url.startswith((site.as_uri(), "data:", "blob:"))]
        assert foreign == [] and browser.errors == [], (width, foreign, browser.errors)
        assert browser.run("document.querySelector('h1').textContent.trim() !== ''")
        assert browser.run("document.documentElement.scrollWidth <= window.innerWidth"), (
            width,
            "wider than the window",
        )
        assert browser.run(CUT_OFF) == [], width
        assert violations(browser) == [], width
        if width == PHONE:
            assert browser.run(SMALL) == [], "targets under 24 pixels"
            screens = browser.run("document.documentElement.scrollHeight") / 844
            assert screens <= 6 or browser.run("document.querySelectorAll('nav.toc a').length") >= 3, screens
        for narrower in BETWEEN if width == WIDTHS[0] else ():
            browser.size(narrower)
            assert browser.wait("document.documentElement.scrollWidth <= window.innerWidth"), narrower
            assert browser.run(CUT_OFF) == [], narrower
    browser.size(SHEET)
    browser.paper(True)
    try:
        assert browser.run("document.documentElement.scrollWidth") <= SHEET, "wider than the paper"
        assert (
            browser.run(
                f"Array.from(document.querySelectorAll('table, svg')).filter(e => e.getBoundingClientRect().right > {SHEET}).length"
            )
            == 0
        )
    finally:
        browser.paper(False)


def test_axe_would_have_found_something(browser, tmp_path) -> None:
    (tmp_path / "bad.html").write_text(
        "<html><body><img src='data:,'><p style='color:#eee'>看不清的字</p></body></html>", "utf-8"
    )
    browser.open((tmp_path / "bad.html").as_uri())
    assert {"image-alt", "color-contrast"} <= {name for name, _ in violations(browser)}


def test_requests_and_errors_would_have_been_seen(browser, tmp_path) -> None:
    (tmp_path / "bad.html").write_text("<script src='http://127.0.0.1:9/x.js'></script><script>nothing.at.all</script>")
    browser.open((tmp_path / "bad.html").as_uri())
    assert "http://127.0.0.1:9/x.js" in browser.requests
    assert any("nothing" in error for error in browser.errors)


def test_a_missing_page_says_so(site, browser) -> None:
    """From a server, since its addresses begin at the root."""
    handler = partial(_Quiet, directory=str(site))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        browser.size(1280)
        browser.open(f"http://127.0.0.1:{server.server_port}/404.html")
        assert browser.errors == [] and violations(browser) == []
        assert browser.run("document.querySelector('h1').textContent") == "没有这一页"
    finally:
        server.shutdown()
        server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


# -- what a reader does -------------------------------------------------------------------------------------------


def choose(browser: Browser, name: str, value: str) -> None:
    script = "var f = document.querySelector('.gs-filter [name=%s]'); f.value = %s; f.dispatchEvent(new Event('input', {bubbles: true}))"
    browser.run(script % (name, json.dumps(value)))


SHOWN = "Array.from(document.querySelectorAll('[data-rows] tr')).filter(row => !row.hidden)"


class Taps:
    """Taps of a finger: on what is seen, with a word on it; each is counted."""

    def __init__(self, browser, site: Path) -> None:
        self._browser, self.number = browser, 0
        browser.size(390, 844)
        browser.open(address(site, "index.html"))

    def tap(self, words: str) -> None:
        self.number += 1
        here = f"""(words => Array.from(document.querySelectorAll('a, button, summary, label, option')).find(one =>
            one.textContent.includes(words) && one.getClientRects().length))({json.dumps(words)})"""
        assert self._browser.run(f"Boolean({here})"), words
        target = self._browser.run(f"{here}.hasAttribute('download') ? '' : {here}.href || ''")
        if target and not target.startswith("tel:"):
            self._browser.open(target)
        else:
            self._browser.run(f"{here}.click(); 0")

    def find(self, text: str) -> None:
        """Type into the field of the home page and tap the first that is found."""
        self._browser.run("document.querySelector('.ask input').focus()")
        self._browser.call("Input.insertText", text=text)
        self._browser.wait("Boolean(document.querySelector('.hits a'))")
        self.number += 1  # the field itself
        self.tap(self._browser.run("document.querySelector('.hits a').textContent"))

    def sees(self, words: str) -> bool:
        return words in self._browser.run("document.querySelector('main').innerText")


def test_what_people_come_for_is_three_taps_away(site, browser) -> None:
    villager = Taps(browser, site)
    villager.find("张郢")
    assert villager.sees("520,415.00元") and villager.sees("0900-7300200"), "the money, and whom to call"
    villager.tap("村组便道硬化项目")
    assert villager.sees("待验收") and villager.sees("还没付") and villager.number <= 3, "is my road finished and paid"

    objecting = Taps(browser, site)
    objecting.tap("张郢村2020年6月监测对象公示")
    assert browser.run("Boolean(document.querySelector('main a.tel'))") and objecting.number <= 2

    journalist = Taps(browser, site)
    for words in ("乡镇比一比", "古镇", "毛村镇"):
        journalist.tap(words)
    shown = "Array.from(document.querySelectorAll('[data-compare] tbody tr')).filter(row => !row.hidden).length"
    assert browser.run(shown) == 2 and journalist.number <= 3, "two townships beside each other"

    designer = Taps(browser, site)
    for words in ("给懂行的人", "数据下载", "payments.csv"):
        designer.tap(words)
    assert designer.number <= 3, "all payments as a sheet"

    sharing = Taps(browser, site)
    sharing.tap("看每个项目")
    choose(browser, "township", "古镇")
    assert "township=" in browser.run("location.href") and sharing.number < 3, "a list of some projects, to be shared"


@pytest.mark.parametrize("width", WIDTHS)
def test_the_projects_filter(site, browser, width) -> None:
    browser.size(width)
    browser.open(address(site, "projects/index.html"))
    whole = browser.run(SHOWN + ".length")
    choose(browser, "township", "古镇")
    some = browser.run(SHOWN + ".map(row => row.querySelector('[data-township]').textContent)")
    assert 0 < len(some) < whole and set(some) == {"古镇"}
    assert f"筛选出 {len(some)} 个，共 {whole} 个" in browser.run("document.querySelector('.gs-count').textContent")
    browser.run("document.querySelector('.gs-filter').reset()")
    browser.wait(SHOWN + f".length === {whole}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("village", "990101100200"),
        ("source", "东西部协作"),
        ("year", "2019"),
        ("stage", "已验收"),
        ("category", "危房改造"),
    ],
)
def test_projects_are_found_by_village_source_year_stage_and_type(site, browser, name, value) -> None:
    browser.open(address(site, "projects/index.html"))
    whole = browser.run(SHOWN + ".length")
    choose(browser, name, value)
    found = browser.run(SHOWN + ".map(row => row.cells[0].querySelector('a').getAttribute('href'))")
    assert 0 < len(found) < whole
    mark = {"village": "villages/990101100200.html", "year": "2019年"}.get(name, value)
    for link in found[:6]:
        page = (site / "projects" / link).resolve().read_text("utf-8")
        assert mark in page or "没有限定到村" in page, link


def test_a_villages_projects_are_offered_with_its_township_only(site, browser) -> None:
    browser.open(address(site, "projects/index.html"))
    choose(browser, "village", "990101100200")
    choose(browser, "township", "毛村镇")
    assert browser.run("document.querySelector('[name=village]').value") == ""
    assert browser.run(
        "Array.from(document.querySelectorAll('[name=village] optgroup')).filter(g => !g.disabled).map(g => g.label)"
    ) == ["毛村镇"]


def test_a_long_table_is_shown_in_pieces_and_whole_on_paper(site, browser) -> None:
    browser.size(1280)
    browser.open(address(site, "projects/index.html"))
    seen = "Array.from(document.querySelectorAll('[data-rows] tr')).filter(row => getComputedStyle(row).display !== 'none').length"
    whole, first = browser.run("document.querySelectorAll('[data-rows] tr').length"), browser.run(seen)
    assert first == 40 < whole
    browser.paper(True)
    assert browser.run(seen) == whole
    browser.paper(False)
    browser.run("document.querySelector('.gs-later__more button:last-child').click()")
    assert browser.run(seen) == whole and browser.run("document.querySelector('.gs-later__more').hidden")


@pytest.mark.parametrize(
    ("text", "found"), [("990101-2019-JS-0003", 1), ("990101-2019-JS-0003.html", 0), ("href", 0), ("projects", 0)]
)
def test_a_project_is_found_by_its_number_not_by_its_markup(site, browser, text, found) -> None:
    browser.open(address(site, "projects/index.html"))
    choose(browser, "text", text)
    assert browser.run(SHOWN + ".length") == found


def test_what_is_counted_has_its_own_word(site, browser) -> None:
    browser.open(address(site, "notices/2020.html"))
    choose(browser, "kind", "监测公示")
    assert re.match(r"筛选出 \d+ 份，共 \d+ 份。", browser.run("document.querySelector('.gs-count').textContent"))


@pytest.mark.parametrize("width", WIDTHS)
def test_an_address_that_names_a_row_finds_it(site, browser, width) -> None:
    browser.size(width)
    browser.open(address(site, "oversight/index.html"))
    last = browser.run("document.querySelector('[data-pieces] tr:last-child').id")
    seen = f"document.getElementById({json.dumps(last)}).getBoundingClientRect()"
    assert browser.run(seen + ".height") == 0
    browser.run(f"location.hash = {json.dumps(last)}; 0")
    browser.wait(seen + ".height > 0")
    browser.open("about:blank")
    browser.open(address(site, "oversight/index.html") + "#" + last)
    browser.wait(f"(box => box.height > 0 && box.top >= 0 && box.bottom <= innerHeight)({seen})")


def test_a_long_list_of_changes_is_shown_in_pieces(site, browser) -> None:
    browser.size(390)
    browser.open(address(site, "changes/index.html"))
    seen = "Array.from(document.querySelectorAll('.gs-steps li li')).filter(row => row.offsetHeight).length"
    whole = browser.run("document.querySelectorAll('.gs-steps li li').length")
    assert browser.run(seen) == 15 < whole
    assert browser.run(
        "Array.from(document.querySelectorAll('.gs-step')).every(s => !s.offsetHeight || s.querySelector('li:not(.gs-later)'))"
    )
    browser.run("document.querySelector('.gs-later__more button:last-child').click()")
    assert browser.run(seen) == whole


def test_a_day_of_the_calendar_leads_to_its_notices(site, browser) -> None:
    browser.open(address(site, "notices/index.html"))
    link = browser.run("document.querySelector('.gs-cal__today a[href*=\"kind\"]').href")
    browser.open(link)
    assert "day=2020-06-30" in link
    kinds = browser.run(SHOWN + ".map(row => row.querySelector('[data-kind]').textContent)")
    assert kinds == ["监测公示", "监测公示"]
    choose(browser, "kind", "")
    periods = browser.run(SHOWN + ".map(row => [row.dataset.from, row.dataset.to])")
    assert len(periods) == 6 and all(first <= "2020-06-30" <= last for first, last in periods)


def test_a_sum_is_one_click_from_its_rows(site, browser) -> None:
    browser.open(address(site, "funds/index.html"))
    row = "document.querySelector('#sources').closest('section').querySelector('li')"
    paid = "r.querySelector('.sm').textContent.match(/付了 ([0-9.,]+)/)[1]"
    link, paid = browser.run(f"(r => [r.querySelector('a').href, {paid}])({row})")
    browser.open(link)
    assert set(browser.run(SHOWN + ".map(row => row.querySelector('[data-source]').textContent)")) == {"中央"}
    cells = browser.run(
        SHOWN
        + ".map(row => { var d = row.cells[5].querySelector('data'); return d ? d.value / 10000 : Number(row.cells[5].textContent.replace(/,/g, '')); })"
    )
    assert abs(sum(cells) - float(paid.replace(",", ""))) < 0.02


def test_a_village_is_given_no_whole_of_a_shared_project(site, browser) -> None:
    """Own projects are added up, those shared with others are counted, and the sentence says so."""
    browser.open(address(site, "projects/index.html"))
    choose(browser, "village", "990101100200")
    told = browser.run("document.querySelector('.gs-count').textContent")
    own = browser.run(SHOWN + ".filter(row => row.dataset.places === '1').map(row => Number(row.dataset.sum))")
    assert f"只给本村的 {len(own)} 个，预算 {sum(own) / 10000:,.2f} 万元" in told and "不能算成本村的" in told
    whole = sum(browser.run(SHOWN + ".map(row => Number(row.dataset.sum))"))
    assert f"{whole / 10000:,.2f}" not in told


@pytest.mark.parametrize("query", ["year=1999", "village=999999999999", "colour=red", "township=%3Cb%3E"])
def test_a_filter_value_that_is_not_there_is_told(site, browser, query) -> None:
    browser.open(address(site, f"projects/index.html?{query}"))
    told = browser.run("document.querySelector('.gs-count').textContent")
    assert "在这里没有，没有按它筛选" in told and browser.errors == []
    assert browser.run("document.querySelector('.gs-count b b') === null")
    browser.open(address(site, "projects/index.html?year=2019"))
    assert "在这里没有" not in browser.run("document.querySelector('.gs-count').textContent")


CLOCK = """(() => { document.body.removeAttribute('data-example'); var real = Date;
  window.Date = class extends real { constructor(...a) { a.length ? super(...a) : super('%s'); } static UTC(...a) { return real.UTC(...a); } }; })()"""


@pytest.mark.parametrize(
    ("day", "open"), [("2020-07-01T08:00:00", True), ("2020-07-03T08:00:00", True), ("2020-07-04T08:00:00", False)]
)
def test_a_notice_asks_for_objections_only_while_it_runs(site, browser, tmp_path, day, open) -> None:
    """By the reader's clock: the build may be old."""
    text = (site / "notices/G2020-50061.html").read_text("utf-8").replace(" data-example", "")
    script = (site / "gongshi/site.js").read_text("utf-8")
    head, mark, tail = text.partition('<script src="../gongshi/site.js" defer></script>')
    assert mark
    (tmp_path / "a.html").write_text(f"{head}{tail}<script>{CLOCK % day}</script><script>{script}</script>", "utf-8")
    browser.open((tmp_path / "a.html").as_uri())
    assert browser.run("document.querySelector('[data-while]').hidden") is not open
    assert browser.run("document.querySelector('[data-after]').hidden") is open


@pytest.mark.parametrize(("day", "said"), [("2020-07-05T08:00:00", ""), ("2020-07-10T08:00:00", "已 10 天没有更新")])
def test_a_site_that_was_not_renewed_says_for_how_long(site, browser, tmp_path, day, said) -> None:
    """By the reader's clock; the example has no clock but its own day."""
    text = (site / "about.html").read_text("utf-8").replace(" data-example", "")
    script = (site / "gongshi/site.js").read_text("utf-8")
    head, _, tail = text.partition('<script src="gongshi/site.js" defer></script>')
    (tmp_path / "a.html").write_text(f"{head}{tail}<script>{CLOCK % day}</script><script>{script}</script>", "utf-8")
    browser.open((tmp_path / "a.html").as_uri())
    shown = browser.run("(part => part.hidden ? '' : part.textContent)(document.querySelector('[data-stale]'))")
    assert shown == (f"（{said}）" if said else "")


def test_the_rows_that_are_shown_can_be_taken_along(site, browser) -> None:
    browser.open(address(site, "projects/index.html?township=%E5%8F%A4%E9%95%87"))
    browser.run("""URL.createObjectURL = blob => { blob.text().then(text => { window.taken = text; }); return 'blob:x'; };
        HTMLAnchorElement.prototype.click = () => {}; document.querySelector('[data-take]').click()""")
    text = browser.wait("window.taken")
    lines = text.lstrip("\ufeff").strip().split("\r\n")
    assert len(lines) == browser.run(SHOWN + ".length") + 1
    place = lines[0].split(",").index("预算（元）")
    total = sum(float(line.split(",")[place]) for line in lines[1:])
    assert total == sum(browser.run(SHOWN + ".map(row => Number(row.dataset.sum))"))
    assert not re.search(r"(^|,)[=+@]", text, re.MULTILINE)


@pytest.mark.parametrize("page", [
    "funds/index.html?township=%E5%8F%A4%E9%95%87", "funds/2019.html", "education/index.html", "catalogue/index.html", "policies/rules.html",
    "notices/2020.html?state=%E5%85%AC%E7%A4%BA%E4%B8%AD", "compare/index.html?t=guzhen,maocun", "compare/villages.html",
])  # fmt: skip
def test_every_list_that_can_be_filtered_can_be_taken_along(site, browser, page) -> None:
    """One button on each; what it gives are the rows that are shown, under one head."""
    browser.open(address(site, page))
    browser.run(
        "var taken; URL.createObjectURL = blob => { taken = blob; return '#'; }; HTMLAnchorElement.prototype.click = () => 0; 0"
    )
    assert browser.run("document.querySelectorAll('[data-take]:not([hidden])').length") == 1
    browser.run("document.querySelector('[data-take]').click()")
    lines = browser.run("taken.text()").removeprefix("\ufeff").splitlines()
    rows = "Array.from(document.querySelectorAll('[data-rows] tr, [data-compare] tbody tr')).filter(row => !row.hidden).length"
    assert len(lines) == browser.run(rows) + 1 > 1


def test_two_townships_side_by_side(site, browser) -> None:
    browser.size(390)
    browser.open(address(site, "compare/index.html?t=guzhen,maocun"))
    rows = "Array.from(document.querySelectorAll('[data-compare] tbody tr')).filter(row => !row.hidden).map(row => row.dataset.slug)"
    assert browser.run(rows) == ["guzhen", "maocun"]
    browser.run("document.querySelectorAll('[data-compare] .gs-sort')[1].click()")
    assert browser.run(rows) == ["maocun", "guzhen"], "fourteen villages, eleven villages"


@pytest.mark.parametrize("query", ["t=guzhen,huoxing", "t=%E7%81%AB%E6%98%9F", "township=guzhen", "t=guzhen&x=huoxing"])
def test_a_place_to_compare_that_is_not_there_is_told(site, browser, query) -> None:
    browser.open(address(site, "compare/index.html?" + query))
    told = browser.run("document.querySelector('.gs-warn').textContent")
    assert "没有按它筛选" in told and ("guzhen" in told) == ("township" in query)
    browser.run("document.querySelector('[data-pick] input').click()")
    assert browser.run("document.querySelector('.gs-warn').textContent") == ""


def test_two_villages_side_by_side(site, browser) -> None:
    """From a village's page one tap, then its township's name and the other village."""
    browser.size(390)
    browser.open(address(site, "compare/villages.html?t=990101100200"))
    rows = "Array.from(document.querySelectorAll('[data-compare] tbody tr')).filter(row => !row.hidden).map(row => row.dataset.slug)"
    assert browser.run(rows) == ["990101100200"]
    assert browser.run("document.querySelectorAll('.gs-pick details[open]').length") == 1
    browser.run("document.querySelector('.gs-pick input[value=\"990101100201\"]').click()")
    assert browser.run(rows) == ["990101100200", "990101100201"]


def test_the_notices_of_a_year_filter_by_state(site, browser) -> None:
    browser.open(address(site, "notices/2020.html"))
    choose(browser, "state", "公示中")
    states = browser.run(SHOWN + ".map(row => row.querySelector('[data-state]').textContent.trim())")
    assert len(states) == 6 and set(states) == {"公示中"}


FIND = "gongshiSearch.find(gongshiNames, %s).map(hit => hit.row[1].split('#')[0])"


@pytest.fixture(scope="module")
def finder(site, browser):
    """What the search finds, in its order."""
    browser.open(address(site, "search.html"))
    browser.run("gongshiSearch.names(() => {})")
    browser.wait("Boolean(window.gongshiNames)")
    names = browser.run("gongshiNames")

    def find(text: str) -> list[str]:
        if "search.html" not in browser.run("location.pathname"):
            browser.open(address(site, "search.html"))
            browser.run("gongshiSearch.names(() => {})")
            browser.wait("Boolean(window.gongshiNames)")
        return browser.run(FIND % json.dumps(text))

    return find, names


def test_every_village_is_found_by_two_signs_pinyin_initials_and_with_one_wrong(finder) -> None:
    find, names = finder
    worse = {"two": [], "pinyin": [], "initials": []}
    for name, path, _, full, initials in names["村"]:
        if find(name[:2])[0] != path:
            worse["two"].append(name)
        if path not in find(full)[:2]:
            worse["pinyin"].append(name)
        if path not in find(initials)[:10]:
            worse["initials"].append(name)
    assert worse == {"two": [], "pinyin": [], "initials": []}
    assert "villages/990101100200.html" in find("张英村")[:8] and "villages/990101100200.html" in find("zhangyin")[:2]


def test_every_payee_payment_and_document_number_is_found(finder) -> None:
    find, names = finder
    assert len(names["收款人"]) > 20 and len(names["支付"]) > 200 and len(names["文号"]) > 600
    for kind, step in (("收款人", 1), ("支付", 9), ("文号", 13)):
        for row in names[kind][::step]:
            assert row[1].partition("#")[0] in find(row[0])[:3], row[0]


@pytest.mark.parametrize(("words", "wanted"), [
    ("投诉", "report/index.html"), ("异议", "report/index.html"), ("学费", "education/index.html"), ("修路", "projects/"),
    ("G2020-80057", "notices/G2020-80057.html"), ("桔梗种植", "projects/990101-2020-CY-0002.html"), ("guzhen", "townships/guzhen.html"),
    ("古镇张郢村", "villages/990101100200.html"), ("古镇 张郢", "villages/990101100200.html"), ("张郢村民委员会", "villages/990101100200.html"),
    ("张郢村的路修好没有", "villages/990101100200.html"), ("990101100200", "villages/990101100200.html"), ("zhngyingcun", "villages/990101100200.html"),
    ("怎么举报", "report/index.html"), ("低保怎么申请", "funds/"), ("招标", "projects/index.html"), ("书记", "townships/index.html"),
    ("名单", "verify/index.html"), ("XLSX", "data/index.html"), ("公益岗", "projects/"),
])  # fmt: skip
def test_other_words_for_the_same_are_found(finder, words, wanted) -> None:
    find, _ = finder
    assert any(path.startswith(wanted) for path in find(words)[:10]), find(words)[:10]


@pytest.mark.parametrize("brackets", ["[]", "()", "（）", "【】", "", "〔 〕"])
def test_a_document_number_is_found_in_whatever_brackets(finder, brackets) -> None:
    find, names = finder
    opened, closed = (brackets[: len(brackets) // 2], brackets[len(brackets) // 2 :])
    for number, path, *_ in names["文号"][::97]:
        typed = number.replace("〔", opened).replace("〕", closed)
        assert path.partition("#")[0] in find(typed)[:3], typed


def test_every_word_of_the_glossary_leads_to_it(finder) -> None:
    find, _ = finder
    told = (ROOT / "docs/words.md").read_text("utf-8")
    words = [
        part.partition("（")[0]
        for row in re.findall(r"^[|] (.+?) [|]", told, re.MULTILINE)[1:]
        for part in row.split("、")
    ]
    assert len(words) > 12 and [word for word in words if "words.html" not in find(word)[:2]] == []


@pytest.mark.parametrize(
    ("typed", "leads"), [("张郢", "villages/990101100200"), ("古镇", "search"), ("同名村", "search")]
)
def test_enter_leads_to_a_village_only_if_no_other_place_is_called_so(site, browser, typed, leads) -> None:
    browser.open(address(site, "index.html"))
    browser.run("document.querySelector('.ask input').focus(); gongshiSearch.names(() => 0)")
    browser.wait("Boolean(window.gongshiNames)")
    browser.run(
        "for (const place of ['甲镇', '乙镇']) gongshiNames['村'].push(['同名村', 'villages/' + place + '.html', place, 'tongmingcun', 'tmc']); 0"
    )
    browser.run(
        f"document.querySelector('.ask input').value = {json.dumps(typed)}; document.querySelector('.ask').requestSubmit(); 0"
    )
    assert browser.wait(f"location.pathname.includes({json.dumps(leads)}) && document.readyState === 'complete'")


def test_what_is_nowhere_is_said_and_no_markup_is_run(site, browser) -> None:
    browser.open(address(site, "search.html?q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E"))
    assert "没有找到" in browser.wait("document.getElementById('gs-results').textContent")
    assert browser.run("document.querySelector('#gs-results img') === null") and browser.errors == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_village_is_three_keys_from_the_home_page_and_remembered(site, browser, width) -> None:
    browser.size(width)
    browser.open(address(site, "index.html"))
    assert not any("names.js" in url for url in browser.requests), "nothing is fetched before somebody types"
    browser.run("document.querySelector('.ask input').focus()")
    browser.call("Input.insertText", text="张郢")
    first = browser.wait("(a => a && a.href)(document.querySelector('.hits a'))")
    assert first.endswith("villages/990101100200.html")
    browser.open(first)
    browser.open(address(site, "index.html"))
    if browser.run("(() => { try { localStorage.getItem('a'); return true; } catch (_) { return false; } })()"):
        assert browser.run("document.querySelector('[data-last] b').textContent") == "张郢村"


@pytest.mark.parametrize("width", WIDTHS)
def test_pictures_are_there_without_a_script_and_can_be_read(site, browser, width) -> None:
    browser.size(width)
    for page in ("index.html", "funds/index.html", "funds/2019.html", "villages/990101100200.html"):
        browser.open(address(site, page))
        assert browser.run("document.querySelectorAll('main svg path, main svg rect').length") > 5, page
        assert browser.run("document.querySelectorAll('main canvas').length") == 0, page
        assert browser.run(OVERLAPS) == [], page


OVERLAPS = """(() => {
  var boxes = Array.from(document.querySelectorAll('main svg text')).map(t => [t.textContent, t.getBoundingClientRect()]);
  var found = [];
  boxes.forEach(([name, a], i) => boxes.slice(i + 1).forEach(([other, b]) => {
    if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3)
      found.push(name + ' / ' + other);
  }));
  return found;
})()"""
"""Pairs of chart labels that cannot both be read."""


def test_without_script_everything_is_there(site, browser) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(address(site, "projects/index.html"))
        tree = json.dumps(browser.call("DOMSnapshot.captureSnapshot", computedStyles=[])["strings"], ensure_ascii=False)
        assert "全部项目" in tree and "预算（万元）" in tree
        assert browser.call("DOM.getDocument", depth=0)["root"]
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)


def test_the_page_prints_on_a4(site, browser) -> None:
    browser.size(1280)
    browser.open(address(site, "notices/G2020-50061.html"))
    assert sheets(browser.pdf()) == {(595, 842)} or sheets(browser.pdf()) == {(612, 792)}


@pytest.mark.parametrize("village", ["990101100200", "990101102202", "990101101200"])
def test_a_village_card_is_one_page(site, browser, village) -> None:
    browser.size(1280)
    browser.open(address(site, f"villages/{village}.html"))
    assert len(re.findall(rb"/Type\s*/Page\b", browser.pdf())) == 1


def sheets(pdf: bytes) -> set[tuple[int, int]]:
    """The sizes, in points, of a PDF's pages."""
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([0-9.]+) ([0-9.]+)\s*\]", pdf)
    assert boxes, "no page"
    return {(round(float(width)), round(float(height))) for width, height in boxes}


# -- the village sheet --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def board(tmp_path_factory) -> tuple[str, dict]:
    """A sheet of 45 households as HTML, and what the site would say of its commitments."""
    root = tmp_path_factory.mktemp("board") / "ledger"
    identity = read_identity(ledger(root, 45), root)
    tree = WorkTree(root)
    wanted = ["county", "notices", "divisions", "units", "calendar", *RESOURCES]
    with load(tree, wanted) as database:
        import datetime

        day = datetime.date(2020, 6, 22)
        wish = notices.Wish("监测公示", "990101100200", "U900", day, case_id="Z2020-00001")
        notice = notices.draft(database, wish)
        made = boards.new_sheet(tree, database, notice, identity)
    county = {"office": "扶贫办", "office_phone": "0900-1231700", "hotline": "12317"}
    known = {notice.notice_id: {"title": notice.title, "pages": list(made.commitments)}}
    newest = Manifest(1234, "2020-06-22", "a" * 40, "b" * 64, "", {})
    more = ("村委会", "张郢村", newest, "SHA256:" + "W" * 43)
    printed = {paper: render(notice, made, county, None, paper, *more) for paper in ("A4", "A3")}
    return printed, made, known


@pytest.mark.parametrize(("paper", "size"), [("A4", (595, 842)), ("A3", (842, 1191))])
def test_a_sheet_prints_page_by_page(browser, board, tmp_path, paper, size) -> None:
    (tmp_path / "sheet.html").write_text(board[0][paper], "utf-8")
    browser.open((tmp_path / "sheet.html").as_uri())
    assert browser.requests == [(tmp_path / "sheet.html").as_uri()] and browser.errors == []
    pdf = browser.pdf()
    assert sheets(pdf) == {size}
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 4, "three pages of names, one slip"


def test_the_check_page_says_yes_and_no_rightly(site, browser, board) -> None:
    _, made, known = board
    browser.size(390)
    browser.open(address(site, "verify/index.html"))
    browser.run(f"window.gongshiCommitments = {json.dumps(known)}")

    def verdict(text: str) -> str:
        script = """document.querySelector('#gs-proof').value = %s;
            document.querySelector('#gs-verify button').click(); document.querySelector('#gs-verdict').textContent"""
        return browser.run(script % json.dumps(text))

    text = made.pages[1].text
    good = verdict(text.replace("\n", "\r\n") + "\n")
    assert good.startswith("对得上") and all(row[1] in good for row in made.pages[1].rows)
    assert violations(browser) == []
    assert verdict(text.replace("|3;", "|4;", 1)).startswith("对不上")
    assert verdict(text[:-20]).startswith("这不是") or verdict(text[:-20]).startswith("对不上")
    assert verdict(text.replace("2/3", "1/3")).startswith("对不上")
    assert "没有公示" in verdict(text.replace("G2020-00001", "G2020-00002"))
    assert "没有公示" in verdict(text.replace("G2020-00001", "G2020-99999"))
    assert verdict("").startswith("这不是") and verdict("<img src=x onerror=alert(1)>").startswith("这不是")
    assert browser.errors == [] and len(browser.requests) == len({*browser.requests})


PHOTO = """<body style="margin:0;background:#b9b2a3;overflow:hidden"><div style="position:absolute;left:90px;top:90px;width:720px;
transform:perspective(2200px) rotateX(9deg) rotate(%sdeg)">%s</div><canvas width="900" height="900" style="position:absolute;left:0;top:0"></canvas><script>
document.querySelector('svg').setAttribute('style', 'width:720px;height:720px;background:#fff;filter:blur(.4px) contrast(.8)');
var pen = document.querySelector('canvas').getContext('2d'), seed = 7;
for (var i = 0; i < 60000; i += 1) { seed = (seed * 1103515245 + 12345) %% 2147483648; var x = seed %% 900;
  seed = (seed * 1103515245 + 12345) %% 2147483648; pen.fillStyle = i %% 2 ? '#0003' : '#fff3'; pen.fillRect(x, seed %% 900, 2, 2); }
</script>"""
"""A photo of a code: askew, tilted, grainy, grey."""


VERDICT = "(t => !t.startsWith('正在') && t)(document.querySelector('#gs-verdict').textContent)"


def photo(browser: Browser, folder: Path, code: str, turn: int) -> Path:
    (folder / "photo.html").write_text(PHOTO % (turn, code), "utf-8")
    browser.size(900)
    browser.open((folder / "photo.html").as_uri())
    browser.picture(folder / "photo.png")
    return folder / "photo.png"


@pytest.mark.parametrize("turn", [4, -17, 90])
def test_the_check_page_reads_a_photo(site, browser, board, tmp_path, turn) -> None:
    _, made, known = board
    page = made.pages[1]
    changed = replace(page, text=page.text.replace("|3;", "|4;", 1))
    for shown, word in ((page, "对得上"), (changed, "对不上")):
        picture = photo(browser, tmp_path, str(_code(shown)), turn)
        browser.size(390)
        browser.open(address(site, "verify/index.html"))
        browser.run(f"window.gongshiCommitments = {json.dumps(known)}")
        browser.choose_file("#gs-photo", picture)
        verdict = browser.wait(VERDICT)
        assert verdict.startswith(word)
        assert (
            all(url.startswith((site.as_uri(), "blob:", "data:")) for url in browser.requests) and browser.errors == []
        )


def test_a_photo_without_a_code_is_refused(site, browser, tmp_path) -> None:
    picture = photo(browser, tmp_path, "<svg></svg>", 0)
    (tmp_path / "text.png").write_text("这不是照片", "utf-8")
    browser.open(address(site, "verify/index.html"))
    for file, words in ((picture, "没有找到二维码"), (tmp_path / "text.png", "不是照片")):
        browser.run("document.querySelector('#gs-verdict').textContent = ''")
        browser.choose_file("#gs-photo", file)
        assert words in browser.wait(VERDICT)


def test_the_decoder_is_the_one_that_is_named(site) -> None:
    listed = (ROOT / "docs/vendor/README.txt").read_text("utf-8")
    for name in ("jsQR.js",):
        assert hashlib.sha256((site / "vendor" / name).read_bytes()).hexdigest() in listed, name


def test_the_check_page_knows_the_examples_own_commitments(site, browser) -> None:
    browser.open(address(site, "verify/index.html"))
    known = browser.run("window.gongshiCommitments")
    assert "G2020-80057" in known and all(len(page) == 64 for page in known["G2020-80057"]["pages"])


@pytest.mark.parametrize("text", ["", "abc", "公示榜", "a" * 55, "a" * 56, "a" * 63, "a" * 64, "𠮷" * 40, "字" * 5000])
def test_its_sha256_is_sha256(site, browser, text) -> None:
    if "verify" not in (browser.run("location.pathname") or ""):
        browser.open(address(site, "verify/index.html"))
    assert browser.run(f"gongshiVerify.sha256({json.dumps(text)})") == hashlib.sha256(text.encode()).hexdigest()


def test_without_chromium_the_failure_names_the_package(monkeypatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(AssertionError, match="软件包 chromium"):
        find()
    assert ROOT
