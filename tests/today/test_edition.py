"""The words of an edition: a county of today says nothing of the present in the words of 2014–2020, and the seeds' county keeps them."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from gongshi.cli import COMMANDS, gongshi
from gongshi.disclosure.figures import declaration
from gongshi.disclosure.kinds import kinds
from gongshi.disclosure.sheets import NoticeSheet, SheetPage
from gongshi.exchange import read_forms, read_reports
from gongshi.founding.pack import Pack, program_files
from gongshi.mkdocs_plugin import build
from gongshi.package import NEWEST, Descriptor, offered, read_descriptor, worded
from gongshi.policy import load_policies
from gongshi.repository import MemoryTree
from gongshi.site.render import environment
from gongshi.site.sheet import render
from support import project_descriptor
from today.county import COUNTY_CARD, county_files, made, rows
from today.test_cases import joined, never_poor
from today.test_since_2021 import KEPT

OLD = re.compile("贫困户|贫困村|贫困人口|贫困人数|未脱贫|预脱贫|扶贫|精准扶贫|(?<!巩固拓展)脱贫攻坚")
GONE = re.compile("致贫原因|(?<!监测对象)识别、|退出等|退出标准、程序")
DAY = date(2026, 11, 28)
THEN = date(2020, 6, 30)
PAST = ("people-class", "people-status", "people-cause")
"""Figures of those years alone."""


def old(said: str) -> list[str]:
    """Every place of a text with a word of then."""
    return [said[max(0, found.start() - 12) : found.end() + 12] for found in OLD.finditer(said)]


@pytest.mark.parametrize(
    ("said", "until_2020", "from_2021", "from_2026"),
    [
        ("扶贫对象", "扶贫对象", "帮扶对象", "帮扶对象"),
        ("扶贫小额信贷（按用途）", "扶贫小额信贷（按用途）", "脱贫人口小额信贷（按用途）", "帮扶小额信贷（按用途）"),
        ("其中贫困户数", "其中贫困户数", "其中脱贫户和监测对象数", "其中防止返贫致贫对象等帮扶户数"),
        ("非贫困村、重点贫困村", "非贫困村、重点贫困村", "一般村、重点帮扶村", "一般村、重点帮扶村"),
        ("财政专项扶贫资金", "财政专项扶贫资金", "财政衔接推进乡村振兴补助资金", "财政常态化帮扶资金"),
        ("监测对象", "监测对象", "监测对象", "监测对象"),
    ],
)
def test_a_word_is_that_of_its_day(said: str, until_2020: str, from_2021: str, from_2026: str) -> None:
    assert worded(said, None) == said
    for day, wanted in (
        ("2014-01-01", until_2020), ("2020-12-31", until_2020), ("2021-01-01", from_2021), ("2026-02-02", from_2021),
        ("2026-02-03", from_2026), ("9999-12-31", from_2026),
    ):  # fmt: skip
        assert worded(said, date.fromisoformat(day)) == wanted, day


@pytest.mark.parametrize("day", [date(2021, 1, 1), date(2023, 5, 5), date(2026, 2, 3), NEWEST])
def test_no_edition_brings_an_old_word_back(day: date) -> None:
    pages = Pack(program_files()).pages() | {"about.md": Pack(program_files()).read("docs/about.md")}
    texts = {**{path: data.decode() for path, data in pages.items()}, **templates()}
    assert {name: old(worded(text, day)) for name, text in texts.items() if old(worded(text, day))} == {}
    by_hand = {path: worded(data.decode(), day) for path, data in pages.items()}
    gone = {path: GONE.findall(text) for path, text in by_hand.items() if GONE.search(text)}
    assert gone == {}, "a page says of the site what is no longer published or done"


@cache
def templates() -> dict[str, str]:
    loader = environment().loader
    return {name: loader.get_source(environment(), name)[0] for name in loader.list_templates()}


@cache
def as_of(day: str) -> Descriptor:
    """The dictionary of the county, its records being of a day."""
    path = "records/county/county.yaml"
    files = county_files(rows(1))
    line = f"as_of: {day}\n".encode() if day else b""
    return read_descriptor(MemoryTree(files | {path: files[path] + line}))


def spoken(descriptor: Descriptor) -> str:
    fields = [item for table in descriptor.resources.values() for item in table.schema.fields]
    tables = [table.title for table in descriptor.resources.values()]
    words = [descriptor.title, *tables, *(document.title for document in descriptor.documents)]
    return "\n".join([*words, *(text for item in fields for text in (item.title, item.description, *item.choices))])


def test_the_dictionary_speaks_as_the_county_does_and_takes_what_it_took() -> None:
    then, now = as_of("2020-06-30"), as_of("")
    assert {"贫困户类别", "未脱贫", "产业扶贫", "其中贫困户数"} <= set(spoken(then).split("\n"))
    assert old(spoken(now)) == [] and old(spoken(as_of("2021-01-01"))) == []
    for name, table in then.resources.items():
        for before, after in zip(table.schema.fields, now.resources[name].schema.fields, strict=True):
            assert (before.name, before.enum, before.pattern) == (after.name, after.enum, after.pattern)
            assert before.title in (after.title, after.was)
    assert spoken(project_descriptor()).count("贫困户"), "the seeds' county keeps its words"


def test_the_books_of_the_whole_country_speak_so_too() -> None:
    tree = MemoryTree(county_files(rows(1)))
    said = [
        text
        for policy in load_policies(tree, as_of("")).policies
        for text in (policy.title, policy.notes, *(f"{rule.title}{rule.message}{rule.notes}" for rule in policy.rules))
    ]
    assert old("\n".join(said)) == []
    kept = load_policies(tree, as_of("2020-06-30"))
    assert any("扶贫资金监督规则册" in policy.title for policy in kept.policies)


def test_figures_and_reports_of_today_have_no_group_of_then() -> None:
    for name, figure in declaration().figures.items():
        assert figure.there(THEN) == (name != "people-kind")
        assert figure.there(DAY) == (name not in PAST)
        if figure.there(DAY):
            assert old(worded(figure.title, DAY)) == [] and not old("、".join(figure.items) if figure.items else "")
    for one in read_reports():
        there = [column.header for column in one.columns if not column.until]
        assert old(worded(f"{one.title}{there}", DAY)) == []
    for form in read_forms(as_of("")):
        if form.name == "project-pool-2018":  # a form of then, and called so
            continue
        headers = [offered(column.headers, DAY)[0] for column in form.columns]
        assert old("\n".join([form.title, offered(form.said, DAY)[0], *headers])) == []


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small county of today on disk: who left poverty, who never was poor, and all that is kept since 2021."""
    return made(tmp_path_factory.mktemp("今天") / "县", joined(rows(12), never_poor(), KEPT))


def texts(path: Path) -> str:
    """Everything that a file shows: of a workbook all its parts."""
    if path.suffix != ".xlsx":
        return path.read_text("utf-8")
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as book:
        return "\n".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))


def test_no_page_or_download_of_today_has_an_old_word(county: Path, tmp_path: Path) -> None:
    build(county / "mkdocs.yml", tmp_path / "site", DAY)
    shown = [
        path
        for path in (tmp_path / "site").rglob("*")
        if path.suffix in (".html", ".csv", ".json", ".js", ".xml", ".xlsx")
    ]
    assert len(shown) > 100
    found = {path.name: old(texts(path)) for path in shown if "vendor" not in path.parts and old(texts(path))}
    assert found == {}
    towns = (tmp_path / "site/townships/index.html").read_text("utf-8")
    assert "监测对象户" in towns and "帮扶对象" in towns and "脱贫村" in towns
    assert "常态化帮扶" not in towns, "the site's name is the county's and short"


def run(county: Path, *arguments: str) -> str:
    done = CliRunner().invoke(gongshi, ["-C", str(county), *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return done.output


COMMANDS_OF_TODAY = (
    ("check", "--on", "2026-11-28"), ("due", "--on", "2026-11-28"), ("policy", "list", "--on", "2026-11-28"), ("report",),
    ("policy", "explain", "m-order", "--on", "2026-11-28"), ("notice", "list", "--on", "2026-11-28"), ("report", "村级一张表", "--on", "2026-11-28"),
    ("find", "H0000001"), ("show", "villages", "990202100201"), ("new", "--help"),
)  # fmt: skip


@pytest.mark.parametrize("arguments", COMMANDS_OF_TODAY, ids=" ".join)
def test_no_command_says_one(county: Path, arguments: tuple[str, ...]) -> None:
    said = run(county, *arguments)
    assert said.strip() and old(said) == [], arguments


def test_no_help_says_one() -> None:
    pages = [CliRunner().invoke(gongshi, [*name, "--help"]).output for name in [(), *((name,) for name in COMMANDS)]]
    assert old("".join("".join(page.split()) for page in pages)) == []


@pytest.mark.parametrize("table", ["households", "villages", "projects", "measures", "allocations"])
def test_no_template_offers_one_and_a_wrong_word_is_not_answered_with_one(
    county: Path, tmp_path: Path, table: str
) -> None:
    out = tmp_path / "空表.xlsx"
    run(county, "template", table, "-o", str(out))
    assert old(texts(out)) == []
    for field in as_of("").resources[table].schema.fields:
        assert not old("、".join(field.choices))


def sheet_of(day: date, kind: str) -> str:
    """The text of a sheet that begins on a day."""
    notice = SimpleNamespace(
        notice_id="G2026-00001", notice_kind=kind, title="公示", doc_no="", starts_on=day, ends_on=day
    )
    text = "公示榜1;G2026-00001;1/1;" + "0" * 32 + ";类;1|甲|1组|3;"
    sheet = NoticeSheet(
        "G2026-00001",
        1,
        "类",
        ("序号", "户主", "村民小组", "家庭人口"),
        (SheetPage(1, (("1", "甲", "1组", "3"),), text),),
        (),
    )
    return render(notice, sheet, SimpleNamespace(**COUNTY_CARD), None, "A4", "某办", "某村")


def test_a_village_sheet_speaks_and_cites_as_of_its_own_day() -> None:
    then, between, now = (
        sheet_of(date.fromisoformat(day), "监测公示") for day in ("2020-06-20", "2021-06-20", "2026-06-20")
    )
    assert "国开发〔2020〕6号" in then and "全国扶贫监督举报电话" in then
    assert "中农组发〔2021〕7号" in between and "国开发" not in between and old(between) == []
    assert "2026年中央一号文件" in now and old(now) == []
    assert "2016年贫困退出机制意见" in sheet_of(date(2019, 6, 20), "退出公示")


def test_each_kind_of_notice_cites_in_order_and_something_on_each_day() -> None:
    for kind in kinds().values():
        days = [day for day, _ in kind.sources]
        assert days == sorted(set(days)) and all(words for _, words in kind.sources)
        assert kind.cited(date(2013, 1, 1)) == kind.sources[0][1] and kind.cited(NEWEST) == kind.sources[-1][1]


def test_a_county_founded_today_is_called_so() -> None:
    placed = county_files(rows(1))
    for path in ("README.md", "mkdocs.yml"):
        assert old(placed[path].decode()) == [], path
