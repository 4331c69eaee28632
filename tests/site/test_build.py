"""The whole site of a made-up county: what is in it, what is not, and that it is always the same."""

import json
import re
import shutil
import struct
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from click.testing import CliRunner
from made_up import COMMIT, DAY, ROOT, nasty_county
from mkdocs.__main__ import cli
from reading import Reader, digest

from gongshi import mkdocs_plugin, site
from gongshi.disclosure import Disclosure
from gongshi.model import GongshiError


@pytest.fixture(scope="module")
def pages(built):
    return {path.relative_to(built).as_posix(): path.read_text("utf-8") for path in built.rglob("*.html")}


def test_every_record_has_its_page(content, built, pages):
    rows = {name: content._views.rows(name) for name in ("projects", "townships", "villages", "notices")}
    for row in rows["projects"]:
        assert f"projects/{row.project_id}.html" in pages
    for row in rows["townships"]:
        assert f"townships/{row.slug}.html" in pages
    for row in rows["villages"]:
        assert f"villages/{row.village_code}.html" in pages
    for row in rows["notices"]:
        assert f"notices/{row.notice_id}.html" in pages
    assert not [path for path in pages if "_shell" in path]
    assert "gongshi-shell-title" not in pages["projects/index.html"]


def test_mkdocs_build_gives_the_same_bytes(built, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fresh = site.Site(Disclosure(nasty_county().open(), DAY), DAY, COMMIT)
    monkeypatch.setattr(site, "load", lambda root, on, today: fresh)
    result = CliRunner().invoke(
        cli, ["build", "--strict", "-q", "-f", str(ROOT / "mkdocs.yml"), "-d", str(tmp_path / "out")]
    )
    assert result.exit_code == 0, result.output
    assert digest(tmp_path / "out") == digest(built)


def test_every_page_is_well_formed_and_says_what_it_is(pages):
    for path, text in pages.items():
        reader = Reader(text)
        assert not reader.open, path
        assert len(reader.ids) == len(set(reader.ids)), path
        assert text.count("<h1") == 1, path
        assert '<html lang="zh-Hans">' in text and text.count('class="skip"') == 1, path
        assert "示例数据" in text and "2020年6月30日" in text and COMMIT[:12] in text, path


def test_every_link_leads_somewhere(pages, built):
    readers = {path: Reader(text) for path, text in pages.items()}
    count = 0
    for path, reader in readers.items():
        if path == "404.html":
            continue
        for link in reader.links:
            parts = urlsplit(link)
            if parts.scheme == "tel":
                assert re.fullmatch(r"12317|0[0-9]{2,3}-[0-9]{7,8}", parts.path), (path, link)
                continue
            assert not parts.scheme and not parts.netloc, (path, link)
            if parts.path:
                target = (built / path).parent / unquote(parts.path)
                assert target.is_file(), (path, link)
                name = target.resolve().relative_to(built.resolve()).as_posix()
            else:
                name = path
            if parts.fragment and name in readers:
                assert unquote(parts.fragment) in readers[name].ids, (path, link)
            count += 1
    assert count > 1000


def test_nothing_comes_from_another_host(pages, built):
    for path, text in pages.items():
        for load in Reader(text).loads:
            assert not urlsplit(load).scheme and not load.startswith("//"), (path, load)
    for path in built.rglob("*.css"):
        for load in re.findall(r"url\(\s*['\"]?([^)'\"]+)", path.read_text("utf-8")):
            assert load.startswith(("data:", "../", "#")), (path, load)
    for path in built.rglob("*.js"):
        assert "unpkg.com" not in path.read_text("utf-8"), path
    assert not list(built.rglob("*.map"))


def test_the_check_for_other_hosts_sees_one():
    assert Reader('<script src="https://unpkg.com/x"></script>').loads == ["https://unpkg.com/x"]


def test_text_from_the_records_stays_text(pages, built):
    plain = Reader(pages["projects/990100-2020-CY-0002.html"]).scripts
    text = pages["projects/990100-2019-CY-0001.html"]
    assert Reader(text).scripts == plain
    assert "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt;&amp;amp;" in text
    for path, page in pages.items():
        assert "<script>alert" not in page and "示例县&lt;script&gt;" in page, path
    names = (built / "data/names.js").read_text("utf-8")
    assert "<script" not in names and "\\u003cscript>" in names


def test_no_person_and_no_person_number_leaves(built):
    for path in built.rglob("*"):
        if path.suffix in {".html", ".csv", ".json", ".xml"}:
            text = path.read_text("utf-8")
            assert not re.search(r"\b[HM]\d{7,8}\b", text), path
            assert "household_no" not in text and "member_no" not in text, path
            assert "Z2020-00001" not in text, path
            assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", text), path
            assert not re.search(r"(?<!\d)\d{17}[\dXx](?!\d)", text), path


def test_missing_is_not_zero_and_withheld_is_not_missing(pages, content):
    project = pages["projects/990100-2020-CY-0002.html"]
    assert '<dt>决算金额</dt><dd><span class="gs-none">未填</span></dd>' in project
    assert '<span class="gs-few">不公布</span>' in project
    assert content._views.rows("villages")[0].altitude_m is None
    assert '<dt>海拔</dt><dd><span class="gs-none">未填</span></dd>' in pages["villages/990100100200.html"]


def test_the_names_to_look_for_hold_places_payees_and_numbers(built, content):
    text = (built / "data/names.js").read_text("utf-8")
    names = json.loads(text.removeprefix("var gongshiNames = ").removesuffix(";\n"))
    assert names["乡镇"][1] == ["云山乙镇", "townships/yunshan-2.html", "", "yunshanyizhen", "ysyz"]
    assert len(names["村"]) == len(content._views.rows("villages"))
    assert {row[0] for row in names["支付"]} == {row.payment_id for row in content._views.rows("payments")}
    assert {row.doc_no for row in content._views.rows("documents")} <= {row[0] for row in names["文号"]}
    for rows in names.values():
        for row in rows:
            assert (built / row[1].partition("#")[0]).is_file(), row


def test_nothing_of_a_theme_is_shipped_and_a_page_loads_little(built, pages):
    assert not (built / "assets").exists() and not (built / "search").exists()
    for path, text in pages.items():
        loads = [load for load in Reader(text).loads if not load.endswith(".xml")]
        assert len(loads) <= 6, (path, loads)


def test_a_page_stands_behind_its_door(pages):
    door = re.compile(r'<a href="([^"]+)" aria-current="[a-z]+">')
    assert door.findall(pages["villages/990100100200.html"]) == ["../townships/index.html"] * 2
    assert door.findall(pages["projects/990100-2019-CY-0001.html"]) == ["../funds/index.html"] * 2
    assert door.findall(pages["funds/index.html"]) == ["index.html"] * 2 or "./" in door.findall(
        pages["funds/index.html"]
    )
    assert door.findall(pages["data/index.html"]) == []


def test_every_page_names_the_commit_of_its_records(built, content):
    facts = content.facts()
    for path in built.rglob("*.html"):
        text = path.read_text("utf-8")
        assert f'<meta name="gongshi:commit" content="{facts["commit"]}">' in text, path
        assert f"<code>{facts['commit_text']}</code>" in text, path
        assert f'content:"{facts["print_text"]}"' in text and "gongshi-frame" not in text, path


def test_every_page_says_in_a_sentence_what_is_on_it(pages):
    said = {path: re.search(r'<meta name="description" content="([^"]+)">', text) for path, text in pages.items()}
    assert all(said.values()), [path for path, found in said.items() if not found]
    villages = {found[1] for path, found in said.items() if path.startswith("villages/")}
    assert len(villages) == sum(path.startswith("villages/") for path in pages)
    written = [
        path.relative_to(ROOT / "docs").with_suffix(".html").as_posix() for path in (ROOT / "docs").rglob("*.md")
    ]
    sections = [said[path][1] for path in written if path in said]
    assert len(sections) > 15 and len({*sections}) == len(sections)
    for path, text in pages.items():
        assert re.search(r'<meta property="og:description" content="[^"]+">', text), path
        head = text.partition("</head>")[0]
        assert "gongshi-shell-about" not in head, path


def test_an_address_of_its_own_gives_canonical_links_and_a_sitemap(content, tmp_path):
    copy_project(tmp_path)
    config = tmp_path / "mkdocs.yml"
    config.write_text(config.read_text("utf-8") + "\nsite_url: https://example.org/gs/\n", "utf-8")
    mkdocs_plugin.build(config, tmp_path / "out", DAY, content)
    page = (tmp_path / "out/villages/990100100200.html").read_text("utf-8")
    assert '<link rel="canonical" href="https://example.org/gs/villages/990100100200.html">' in page
    picture = re.search(r'<meta property="og:image" content="https://example.org/gs/([^"]+)">', page)
    assert (tmp_path / "out" / picture[1]).read_bytes()[12:24] == b"IHDR" + struct.pack(">II", 1200, 630)
    sitemap = (tmp_path / "out/sitemap.xml").read_text("utf-8")
    assert sitemap.count("<loc>") == len(list((tmp_path / "out").rglob("*.html"))) - 1
    assert "lastmod" not in sitemap and "_shell" not in sitemap


def copy_project(folder: Path) -> None:
    shutil.copy(ROOT / "mkdocs.yml", folder)
    shutil.copytree(ROOT / "docs", folder / "docs")


def test_without_an_address_there_is_no_sitemap_with_todays_date(built):
    assert not list(built.glob("sitemap*"))


def test_a_broken_link_in_a_hand_written_page_stops_the_build(content, tmp_path):
    copy_project(tmp_path)
    (tmp_path / "docs/about.md").write_text("# 关于\n\n[没有](nowhere.md)\n", "utf-8")
    with pytest.raises(GongshiError, match=r"nowhere\.md"):
        mkdocs_plugin.build(tmp_path / "mkdocs.yml", tmp_path / "out", DAY, content)


def test_a_day_that_is_none_stops_the_build_in_one_sentence(tmp_path):
    copy_project(tmp_path)
    config = tmp_path / "mkdocs.yml"
    config.write_text(config.read_text("utf-8").replace("  - gongshi\n", "  - gongshi:\n      day: 明天\n"), "utf-8")
    result = CliRunner().invoke(cli, ["build", "-q", "-f", str(config), "-d", str(tmp_path / "out")])
    assert result.exit_code == 1 and "“明天”不是日期" in result.output and "Traceback" not in result.output


def test_a_section_without_its_marker_stops_the_build(content, tmp_path):
    copy_project(tmp_path)
    (tmp_path / "docs/funds/index.md").write_text("# 资金\n", "utf-8")
    with pytest.raises(GongshiError, match="正好有一处"):
        mkdocs_plugin.build(tmp_path / "mkdocs.yml", tmp_path / "out", DAY, content)


def test_two_pages_cannot_share_a_name_even_in_another_case(content, tmp_path):
    class Twice:
        def __getattr__(self, name):
            return getattr(content, name)

        def pages(self):
            yield site.Page("projects/a.html", "一", "")
            yield site.Page("projects/A.html", "二", "")

    copy_project(tmp_path)
    with pytest.raises(GongshiError, match="重复"):
        mkdocs_plugin.build(tmp_path / "mkdocs.yml", tmp_path / "out", DAY, Twice())


def test_the_site_asks_for_views_not_tables():
    """Only ``load``, and ``sheet`` for papers, meet the database, to hand it to the disclosure room."""
    for path in Path(site.__file__).parent.glob("*.py"):
        text = path.read_text("utf-8")
        assert "import mkdocs" not in text and "from mkdocs" not in text, path
        assert ".sql(" not in text and "SELECT" not in text, path
        if path.name not in ("load.py", "sheet.py"):
            assert set(re.findall(r"from gongshi\.package(\S*) import (.+)", text)) <= {
                (".canonical", "csv_cell"),
                (".yamlfile", "parse, plain"),
                ("", "worded"),  # the words of a day
            }
