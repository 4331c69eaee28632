"""The pages beside funds, projects and places: notices by state, help, schooling, oversight, the catalogue, the feed."""

from __future__ import annotations

import datetime
import html
import json
import re
import zipfile
from decimal import Decimal
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from made_up import COMMIT, DAY, Example
from python_calamine import CalamineWorkbook
from reading import Reader

from gongshi.checks import scan
from gongshi.checks.guard_people import NameSet
from gongshi.disclosure import NOT_YET, WITHHELD, Disclosure, Withheld, add
from gongshi.disclosure.clock import NoticeState
from gongshi.model import GongshiError
from gongshi.site import Site, downloads, topics
from gongshi.site.load import _refuse_dates
from gongshi.site.receipts import of_asset
from gongshi.site.render import bar, share, tenths

ATOM = "{http://www.w3.org/2005/Atom}"


def page(site: Site, path: str) -> str:
    return site.section(path).body


def record(site: Site, path: str) -> str:
    return next(found.body for found in site.pages() if found.path == path)


def site_on(day: datetime.date, changed: frozenset = frozenset(), **notice) -> Site:
    """The made-up county with its list of twelve households changed."""
    example = Example()
    example.rows["notices"] = [
        row | (notice if row["notice_id"] == "G2020-09002" else {}) for row in example.rows["notices"]
    ]
    return Site(Disclosure(example.open(), day), day, COMMIT, True, changed)


# -- notices ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "changes", "word"),
    [
        (DAY - datetime.timedelta(1), {}, "待公示"),
        (DAY, {}, "公示中"),
        (DAY + datetime.timedelta(7), {}, "期满待结果"),
        (DAY + datetime.timedelta(8), {"result": "无异议", "closed_on": DAY + datetime.timedelta(7)}, "已办结：无异议"),
    ],
)
def test_a_notice_says_its_state_on_the_day_of_the_build(day, changes, word):
    body = record(site_on(day, **changes), "notices/G2020-09002.html")
    assert f">{word}</span>" in body
    assert ("data-until" in body) == (word == "公示中")


def test_when_the_period_is_over_only_kind_dates_and_result_are_left():
    running, over = (record(site_on(day), "notices/G2020-09002.html") for day in (DAY, DAY + datetime.timedelta(7)))
    assert "名单依法只张贴在村公示栏" in running and "公示地点" in running
    assert "名单已从公示栏撤下" in over and "公示地点" not in over
    assert "12 户" not in running + over
    for body in (running, over):
        assert "ab" * 32 in body, "the commitment stays"
        assert "有车有房" not in body and "1 件，已答复 0 件" in body, "objections to a list are counted, not told"


def test_money_and_projects_stay_for_good():
    body = record(site_on(DAY + datetime.timedelta(999)), "notices/G2020-00001.html")
    assert "公示的项目" in body and "金额不符" in body and "公示地点" in body


def test_a_change_after_the_notice_is_shown():
    example = Example()
    code = example.rows["projects"][0]["project_id"]
    changed = frozenset({("G2020-00001", code)})
    assert "公示后有变更" in record(site_on(DAY, changed), "notices/G2020-00001.html")
    assert "公示后有变更" not in record(site_on(DAY), "notices/G2020-00001.html")


def test_a_project_that_is_gone_is_not_linked():
    example = Example()
    gone = example.rows["projects"].pop(0)["project_id"]
    body = record(Site(Disclosure(example.open(), DAY), DAY, COMMIT), "notices/G2020-00001.html")
    assert "台账里已没有这个项目" in body and f"projects/{gone}.html" not in body


def test_the_lists_are_split_by_year_and_state():
    example = Example()
    for year in (2017, 2018):
        day = datetime.date(year, 5, 1)
        example.add(
            "notices", notice_id=f"G{year}-00001", notice_kind="识别公示", title=f"{year}年公示", starts_on=day,
            ends_on=day, items=7, withdrawn_on=None, closed_on=day, result="无异议",
        )  # fmt: skip
    site = Site(Disclosure(example.open(), DAY), DAY, COMMIT)
    index = page(site, "notices/index.html")
    for year in (2017, 2018, 2020):
        assert f"notices/{year}.html" in index
        assert f"G{year}-0" in record(site, f"notices/{year}.html")
    assert "G2017-00001" not in index and "G2017-00001" not in record(site, "notices/2018.html")
    assert NoticeState.RUNNING.value in index


def test_a_withdrawn_notice_says_where_it_went(pages_of_built):
    body = pages_of_built["notices/G2020-09003.html"]
    assert "已在" in body and "撤回" in body and "撤回的公示" not in body


@pytest.fixture(scope="module")
def pages_of_built(built):
    return {path.relative_to(built).as_posix(): path.read_text("utf-8") for path in built.rglob("*.html")}


@pytest.mark.parametrize("dates", [{"ends_on": DAY - datetime.timedelta(9)}, {"starts_on": None}, {"ends_on": None}])
def test_a_notice_without_a_term_stops_the_build(dates):
    example = Example()
    example.rows["notices"][0] |= dates
    with pytest.raises(GongshiError, match=r"G2020-00001.*gongshi check"):
        _refuse_dates(Disclosure(example.open(), DAY))


def test_the_feed_is_atom_and_holds_what_html_would_break(built):
    root = ElementTree.parse(built / "notices/feed.xml").getroot()
    assert root.tag == f"{ATOM}feed" and root.find(f"{ATOM}updated").text.endswith("+08:00")
    entries = root.findall(f"{ATOM}entry")
    assert len(entries) == 14, "withdrawn notices are not in it"
    assert "<script>" in entries[-1].find(f"{ATOM}title").text or any(
        "<script>" in entry.find(f"{ATOM}title").text for entry in entries
    )
    ids = [entry.find(f"{ATOM}id").text for entry in entries]
    assert len(set(ids)) == len(ids)
    for entry in entries:
        assert (built / "notices" / entry.find(f"{ATOM}link").get("href")).is_file()


# -- help, schooling, oversight -----------------------------------------------------------------------------------


def test_help_shows_the_quarters_that_are_frozen():
    body = page(site_on(DAY), "help/index.html")
    assert "2020年第一季度" in body and "2020年第二季度" in body and "户均走访" in body
    before = page(site_on(datetime.date(2020, 6, 29)), "help/index.html")
    assert "2020年第二季度" not in before and "走访次数季末公布。" in before and "小额信贷季末公布。" in before


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (1, 8, "12.5%"),
        (0, 8, "0.0%"),
        (WITHHELD, 8, "不公布"),
        (1, WITHHELD, "不公布"),
        (NOT_YET, WITHHELD, "季末公布"),
        (0, 0, "—"),
        (None, 8, "未填"),
        (1, None, "未填"),
    ],
)
def test_a_figure_that_cannot_be_worked_out_says_why(part, whole, shown):
    """What is withheld was filled in."""
    assert str(share(part, whole).striptags()) == shown
    assert bool(bar(part, whole)) == ("%" in shown)


def test_visits_have_one_digit_after_the_point():
    found = [str(tenths(value).striptags()) for value in (Decimal(1), Decimal("1.1"), Decimal(0), WITHHELD, None)]
    assert found == ["1.0", "1.1", "0.0", "不公布", "未填"]


def test_a_withheld_total_is_not_missing_from_the_catalogue():
    example = Example()
    example.rows["loans"] = example.rows["loans"][:3]
    body = page(Site(Disclosure(example.open(), DAY), DAY, COMMIT), "catalogue/index.html")
    assert '#loans"><span class="gs-few">不公布</span></a>' in body


# -- money to households -----------------------------------------------------------------------------------------


def test_a_village_page_says_what_came_to_the_village_in_total_by_year():
    body = record(site_on(DAY), "villages/990100100200.html")
    part = body[body.index('id="benefits"') :]
    assert "2020年（到" in part and re.search(r'class="n">[0-9,]+\.00<', part)
    assert "营养膳食补助" not in body and "贫困户类别" not in body and "主要致贫原因" not in body


def test_a_township_page_says_groups_and_villages():
    example = Example()
    body = record(Site(Disclosure(example.open(), DAY), DAY, COMMIT), "townships/yunshan-1.html")
    assert "教育资助" in body and "营养膳食补助" not in body
    assert "贫困户类别" in body and "脱贫状态" in body and "主要致贫原因" not in body
    part = body[body.index('id="benefits"') :]
    for village in (row for row in example.rows["divisions"] if row["parent_code"] == "990100100000"):
        assert village["name"] in part


def test_the_eight_things_are_hidden_where_no_village_says_anything_of_them():
    places = ("villages/990100100200.html", "townships/yunshan-1.html")
    shown = Site(Disclosure(Example().open(), DAY), DAY, COMMIT)
    assert all("八有" in record(shown, path) for path in places)
    example = Example()
    firsts = [fields[0] for fields in topics.EIGHT.values()]
    example.rows["villages"] = [row | dict.fromkeys(firsts) for row in example.rows["villages"]]
    bare = Site(Disclosure(example.open(), DAY), DAY, COMMIT)
    assert not any("八有" in record(bare, path) or "#eight" in record(bare, path) for path in places)
    assert "通硬化路" in record(bare, places[1])


def test_benefits_causes_and_helpers_are_said_once_each():
    site = site_on(DAY)
    assert "营养膳食补助" in page(site, "funds/index.html") and "帮扶责任人" in page(site, "help/index.html")
    towns = page(site, "townships/index.html")
    assert "主要致贫原因" in towns and "可能是零" in towns


def test_what_a_project_paid_to_persons_is_one_line_with_its_day():
    example = Example()
    site = Site(Disclosure(example.open(), DAY), DAY, COMMIT)
    paid = next(row for row in example.rows["payments"] if row["payee_kind"] == "一卡通批次")
    for path in (f"projects/{paid['project_id']}.html", f"funds/{paid['allocation_id']}.html"):
        body = record(site, path)
        assert "发给个人（一卡通）" in body and f"{paid['amount']:,.2f}" in body
    assert paid["payment_id"] not in body


def test_a_county_without_figures_builds_and_says_when_they_come():
    example = Example()
    example.frozen = False
    site = Site(Disclosure(example.open(), DAY), DAY, COMMIT)
    pages = {found.path: found.body for found in site.pages()}
    for path in ("index", "townships/index", "help/index", "education/index"):
        assert "季末公布" in page(site, f"{path}.html"), path
    for path in ("townships/yunshan-1", "villages/990100100200", "projects/990100-2019-CY-0001"):
        assert "季末公布" in pages[f"{path}.html"] and "不公布”：" not in pages[f"{path}.html"], path
    assert '#loans"><span class="gs-few">季末公布</span></a>' in page(site, "catalogue/index.html")
    assert dict(site.files())


def test_schooling_is_by_school_and_withholds(built, pages_of_built):
    body = pages_of_built["education/index.html"]
    assert "第1小学" in body and "合计" in body and "不公布" in body


def test_oversight_shows_what_is_overdue_and_complaints_as_counts():
    body = page(site_on(DAY + datetime.timedelta(1)), "oversight/index.html")
    assert "超期未销号" in body and "T000001" not in body
    assert "整改中" in page(site_on(DAY), "oversight/index.html")


def test_the_flow_joins_source_programme_township_and_project(content):
    routes = topics.routes(content._views)
    assert len(routes) == len(content._views.rows("project-budget"))
    assert sum(route.amount for route in routes) == sum(row.amount for row in content._views.rows("project-budget"))
    parts = [row.amount for name in ("payments", "project-persons") for row in content._views.rows(name)]
    assert add(route.paid for route in routes) == sum(parts)


def test_the_catalogue_says_what_is_missing(built, pages_of_built):
    body = pages_of_built["catalogue/index.html"]
    assert ">缺</span>" in body, "the made-up county has no laws"
    answers = topics.catalogue_values(Disclosure(Example().open(), DAY), DAY)["answers"]
    assert [answer.row["no"] for answer in answers] == [str(n) for n in range(1, 13)]
    for answer in answers:
        path, _, part = answer.row["page"].partition("#")
        assert path in pages_of_built and (not part or part in Reader(pages_of_built[path]).ids), answer.row


def test_lateness_counts_working_days():
    example = Example()
    for number, published in enumerate((DAY + datetime.timedelta(30), DAY + datetime.timedelta(20), None)):
        example.add(
            "documents", doc_no=f"法{number}", doc_kind="法律法规", title="法", issued_on=DAY, published_on=published,
        )  # fmt: skip
    first = topics.catalogue_values(Disclosure(example.open(), DAY), DAY)["answers"][0]
    assert first.timely == {"按时": 1, "超期": 1, "未注明": 1} and first.records == 3


def test_a_county_with_nothing_has_every_page():
    example = Example(townships=1, villages=1, projects=1)
    for name in example.rows:
        if name not in ("county", "divisions"):
            example.rows[name] = []
    site = Site(Disclosure(example.open(), DAY), DAY, COMMIT)
    for path in ("index", "funds/index", "projects/index", "townships/index", "notices/index", "help/index", "education/index",
                 "oversight/index", "catalogue/index", "verify/index", "data/index"):  # fmt: skip
        assert page(site, f"{path}.html"), path
    assert dict(site.files())


# -- downloads ----------------------------------------------------------------------------------------------------


def test_every_view_is_there_as_excel_and_json_with_the_same_rows(built, content):
    for table in downloads.tables(content._views, DAY):
        name, rows, columns = table.name, table.rows, table.columns
        objects = json.loads((built / f"data/{name}.json").read_text("utf-8"))
        assert len(objects) == len(rows), name
        cells = excel(built / f"data/{name}.xlsx")
        assert len(cells) == len(rows) + 1, name
        for values, row, line in zip(objects, rows, cells[1:], strict=True):
            for column, value, cell in zip(columns, row, line, strict=False):
                if isinstance(value, Withheld):
                    assert values[column.name] is None and cell == str(value)
                elif value is None:
                    assert values[column.name] is None and cell == ""


def excel(path) -> list[list]:
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)


def test_text_in_excel_is_text(built):
    found = [cell for row in excel(built / "data/projects.xlsx") for cell in row if str(cell).startswith("=HYPERLINK")]
    assert found
    for path in (built / "data").glob("*.xlsx"):
        with zipfile.ZipFile(path) as book:
            assert b"<f>" not in b"".join(book.read(name) for name in book.namelist() if name.endswith(".xml")), path


# -- the guard on what is built -----------------------------------------------------------------------------------


def planted(built, name: str, content: bytes) -> list:
    files = [(path.relative_to(built).as_posix(), path.read_bytes) for path in [built / name]]
    files = [(path, lambda: content) for path, _ in files]
    return scan(files, NameSet({"欧阳示例"}))


@pytest.mark.parametrize("leak", ["欧阳示例", "1" + "38" + "0013" + "8000"])
@pytest.mark.parametrize(
    "name", ["index.html", "data/projects.json", "data/projects.csv", "notices/feed.xml", "data/names.js",
     "data/commitments.js", "data/datapackage.json", "notices/G2020-00001.html"]
)  # fmt: skip
def test_the_guard_sees_what_is_planted_in_each_kind_of_file(built, name, leak):
    content = (built / name).read_text("utf-8")
    assert planted(built, name, content.encode()) == []
    text = "\u200b".join(leak) if "search" in name and not leak.isdigit() else leak
    assert planted(
        built,
        name,
        content.replace("示例县", f"示例县 {text} ", 1).encode()
        if "示例县" in content
        else (content + f"/* {text} */").encode(),
    )


@pytest.mark.parametrize("leak", ["欧阳示例", "1" + "38" + "0013" + "8000"])
def test_the_guard_looks_inside_excel_files(content, leak):
    from gongshi.site.workbook import workbook

    views = content._views
    row = views.rows("units" if "units" in views.views else "projects")[0]
    rows = [row._replace(name=f"负责人 {leak} 转")]
    made = workbook("项目", views.columns("projects"), rows, DAY, "")
    assert scan([("data/projects.xlsx", lambda: made)], NameSet({"欧阳示例"}))


@pytest.mark.parametrize("leak", ["欧阳示例", "1" + "38" + "0013" + "8000"])
def test_the_guard_reads_drawings(leak):
    """As text, as a title and cut in two by tags."""
    for text in (
        f"<text>{leak}</text>",
        f"<title>{leak}</title>",
        f'<path aria-label="{leak}"/>',
        "<text>&#x6b27;&#38451;示例</text>",
    ):
        if leak.isdigit() and "&#" in text:
            continue
        drawing = f'<svg xmlns="http://www.w3.org/2000/svg">{text}</svg>'
        assert scan([("assets/a.svg", lambda drawing=drawing: drawing.encode())], NameSet({"欧阳示例"})), text


def test_the_guard_looks_at_file_names():
    assert scan([("notices/欧阳示例.html", lambda: b"x")], NameSet({"欧阳示例"}))


def test_no_notice_in_the_made_up_site_is_a_list(built):
    for path in (built / "notices").glob("*.html"):
        assert not re.search(r"户主</th>", path.read_text("utf-8")), path


def test_an_asset_has_a_page_that_its_village_its_project_and_the_search_lead_to(pages_of_built, built) -> None:
    names = (built / "data/names.js").read_text("utf-8")
    assets = json.loads((built / "data/assets.json").read_text("utf-8"))
    assert assets
    for row in assets:
        path = f"property/{row['asset_no']}.html"
        body = pages_of_built[path]
        assert row["asset_no"] in body and (row["keeper"] is None or html.escape(row["keeper"]) in body)
        assert f'"{path}"' in names and path in pages_of_built[f"villages/{row['village_code']}.html"]
        if row["project_id"]:
            assert path in pages_of_built[f"projects/{row['project_id']}.html"]
            assert f"projects/{row['project_id']}.html" in body


def test_an_asset_says_what_is_known_of_it() -> None:
    bare = dict.fromkeys(("value", "keeper", "income_year", "income")) | {"asset_kind": "公益性", "state": "闲置"}
    assert of_asset(SimpleNamespace(**bare)) == "公益性资产，闲置；还没有登记管护单位。"
    whole = bare | {"value": WITHHELD, "keeper": "某村委会", "income_year": 2019, "income": Decimal("11144.92")}
    assert of_asset(SimpleNamespace(**whole)) == "公益性资产，闲置；由某村委会管护；2019年收益 1.11 万元。"
