"""改: the grid's rows, what it says of cells while they are typed, and the storing; then the grid itself in a browser."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.conftest import ask
from desk.test_browser import AXE, VIOLATIONS
from desk.test_pages import state
from gongshi.desk import Server
from gongshi.package import csv_bytes, read_descriptor
from gongshi.repository import WorkTree
from gongshi.verbs import Edit, amend
from verbs.conftest import TODAY

sys.path.append(str(Path(__file__).parents[1] / "browser"))
from chromium import Browser

HOMES = {"table": "households", "township": "guzhen"}


def send(client, path: str, **body):
    return ask(client, path, "POST", json=HOMES | body)


def cell(field: str, was: str, text: str, key: str = "H0000001") -> list:
    return [[key], field, was, text]


def test_rows_have_no_names_and_tables_of_the_program_are_not_there(client, desk) -> None:
    names = {"M00000001": "某" * 3}
    desk._names = names
    page = ask(client, "/edit")
    assert page.status_code == 200 and 'value="households" selected' in page.text
    assert 'value="sealed"' not in page.text and 'value="aliases"' not in page.text
    for table in ("households", "members", "pairings", "helpers"):
        assert "某某" not in send(client, "/edit/rows", table=table).text
    found = send(client, "/edit/rows").json
    at = [one["name"] for one in found["columns"]].index("group_name")
    assert [row[at] for row in found["rows"]] == ["4组"] * 3 and found["names"] == {"990101100001": "甲村"}
    assert [one["name"] for one in found["columns"] if one["fixed"]] == ["household_no"]
    assert send(client, "/edit/rows", table="sealed").status_code == 404
    assert send(client, "/edit/rows", township="changle").status_code == 404


def test_a_cell_that_looks_like_a_person_is_held_back_and_not_changed_blindly(client, root) -> None:
    place = root / "records/county/units.csv"
    name = "".join(("岳", "广", "田"))
    place.write_text(place.read_text("utf-8").replace("财政局", f"户主{name}"), "utf-8")
    rows = send(client, "/edit/rows", table="units")
    assert name not in rows.text and rows.json["rows"][0][1] is None
    answer = send(client, "/edit/save", table="units", edits=[cell("name", "", "民政局", "U001")])
    assert answer.json["flaws"] and name in place.read_text("utf-8") and name not in answer.text


def test_cells_are_judged_while_typed_stored_as_the_command_does_and_taken_back(client, root, tmp_path) -> None:
    import shutil

    before = state(root)
    other = tmp_path / "other"
    shutil.copytree(root, other)
    wrong = cell("group_name", "4组", "第九")
    assert send(client, "/edit/check", edits=[wrong]).json["flaws"][0][:2] == ["H0000001", "group_name"]
    refused = send(client, "/edit/save", edits=[wrong, cell("main_cause", "因病", "因学")]).json
    assert refused["flaws"] and "没有存" in refused["error"] and state(root) == before
    good = [cell("group_name", "4组", "9组"), cell("main_cause", "因病", "因学", "H0000002")]
    assert send(client, "/edit/check", edits=good).json["flaws"] == []
    assert send(client, "/edit/save", edits=good).json["told"] == "改贫困户 2 条、2 格"
    amend(other, "households", [Edit(tuple(key), *rest) for key, *rest in good], TODAY)
    assert state(root) == state(other) != before
    assert "改贫困户 2 条、2 格" in ask(client, "/").text
    ask(client, "/undo", "POST")
    assert state(root) == before


def test_what_another_tab_wrote_is_told_and_not_overwritten(client, root) -> None:
    send(client, "/edit/save", edits=[cell("group_name", "4组", "8组")])
    after = state(root)
    second = send(client, "/edit/save", edits=[cell("group_name", "4组", "9组")]).json
    assert "别人改过" in second["flaws"][0][2] and state(root) == after
    assert send(client, "/edit/save", edits=[cell("group_name", "8组", "9组")]).json["flaws"] == []


def test_findings_of_the_whole_check_come_to_their_cells_and_asking_for_them_keeps_no_key_open(client, desk) -> None:
    desk._seen = seen = time.monotonic() - 100
    end = time.monotonic() + 90
    while not (answer := send(client, "/edit/findings", table="villages").json)["done"] and time.monotonic() < end:
        time.sleep(0.3)
    assert answer["error"] == "" and ["990101100001", "households", "错误"] in [one[:3] for one in answer["found"]]
    assert desk._seen == seen


def test_a_check_that_cannot_be_done_says_so(client, desk, monkeypatch) -> None:
    from gongshi.model import GongshiError

    def fail(*_: object) -> None:
        raise GongshiError("读不出来。")

    monkeypatch.setattr("gongshi.library.examining.Watch.examine", fail)
    monkeypatch.setattr("gongshi.desk.state.due", fail)
    end = time.monotonic() + 20
    while not (answer := send(client, "/edit/findings").json)["done"] and time.monotonic() < end:
        time.sleep(0.05)
    assert answer["error"] == "读不出来。"
    while (page := ask(client, "/")).status_code == 200 and time.monotonic() < end:
        time.sleep(0.05)
    assert "读不出来" in page.text


def test_what_is_no_edit_is_refused(client, root) -> None:
    before = state(root)
    for body in (
        {},
        {"edits": 1},
        {"edits": [1]},
        {"edits": [["k", "f", "w", "t"]]},
        {"edits": [[["k"], "f", 1, "t"]]},
    ):
        assert send(client, "/edit/save", **body).status_code == 400
    assert ask(client, "/edit/save", "POST", data="x").status_code == 400
    assert "没有存" in send(client, "/edit/save", table="sealed", edits=[cell("box", "", "x")]).json["error"]
    assert state(root) == before


UNIT = {"name": "水务局", "unit_kind": "党政机关", "unit_level": "县"}


def test_rows_are_added_and_struck_out_all_or_none_and_taken_back(client, root) -> None:
    before, units = state(root), root / "records/county/units.csv"
    first = units.read_text("utf-8").split("\n")[1].split(",")[0]
    bad = ["新1", UNIT | {"unit_code": "U998", "unit_level": "国"}]
    refused = send(
        client, "/edit/save", table="units", edits=[], more=[bad, ["新2", UNIT | {"unit_code": "U997"}]]
    ).json
    assert refused["flaws"][0][:2] == ["新1", "unit_level"] and state(root) == before
    assert send(client, "/edit/check", table="units", edits=[], more=[bad]).json["flaws"][0][:2] == [
        "新1",
        "unit_level",
    ]
    same = send(client, "/edit/save", table="units", edits=[], more=[["新1", UNIT | {"unit_code": first}]]).json
    assert "已经登记过" in same["flaws"][0][2] and state(root) == before
    done = send(client, "/edit/save", table="units", edits=[], more=[["新1", UNIT | {"unit_code": "U998"}]]).json
    assert done["told"] == "新增单位 1 条" and "U998,水务局" in units.read_text("utf-8")
    told = ask(client, "/").text
    ask(client, "/undo", "POST", data={"number": told.split('name="number" value="')[1].split('"')[0]})
    assert state(root) == before
    send(client, "/edit/save", table="units", edits=[], more=[["新1", UNIT | {"unit_code": "U998"}]])
    assert send(client, "/edit/save", table="units", edits=[], less=[["U998"]]).json["told"] == "删去单位 1 条"
    assert state(root) == before


def test_what_others_name_and_what_is_a_whole_file_is_not_struck_out(client, root) -> None:
    before = state(root)
    for table, key in (("households", ["H0000001"]), ("notices", ["G2020-00001"]), ("units", ["U777"])):
        told = send(client, "/edit/save", table=table, edits=[], less=[key]).json
        assert told["flaws"] and "没有存" in told["error"], table
    assert state(root) == before
    for body in ({"more": [1]}, {"more": [["a", {"name": 1}]]}, {"less": [[1]]}, {"less": 1}):
        assert send(client, "/edit/save", table="units", edits=[], **body).status_code == 400


@pytest.fixture
def many(root: Path) -> Path:
    """A table of a thousand rows."""
    schema = read_descriptor(WorkTree(root)).resources["units"].schema
    first = {"name": "财政局", "unit_kind": "党政机关", "unit_level": "县"}
    units = [first | {"unit_code": f"U{number:03d}"} for number in range(1, 1000)]
    units.append(
        first | {"unit_code": "U1000"}
        if schema.field("unit_code").pattern.endswith("{4}")
        else first | {"unit_code": "U000"}
    )
    (root / "records/county/units.csv").write_bytes(
        csv_bytes(schema, [[one.get(n, "") for n in schema.names] for one in units])
    )
    return root


@pytest.fixture
def tab(many: Path, tmp_path: Path) -> Iterator[tuple[Browser, str, Path]]:
    server, browser = Server(many), Browser(tmp_path / "chromium")
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    browser.open(server.address)
    yield browser, f"http://{server.desk.host}", many
    browser.close()
    server.close()
    thread.join(20)


def press(browser: Browser, key: str, code: int, modifiers: int = 0) -> None:
    for kind in ("rawKeyDown", "keyUp"):
        browser.call(
            "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, modifiers=modifiers
        )


PASTE = """(text => {{ const data = new DataTransfer(); data.setData('text/plain', text);
  const began = performance.now();
  document.activeElement.dispatchEvent(new ClipboardEvent('paste', {{clipboardData: data, bubbles: true, cancelable: true}}));
  return new Promise(done => requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)))); }})({text})"""
GO = """(field => {{ const grid = Tabulator.findTable('#grid')[0], cell = grid.getRows('active')[0].getCell(field);
  grid.getRanges()[0].setBounds(cell, cell); document.querySelector('.tabulator-tableholder').focus(); return 0; }})({field})"""


def test_a_thousand_rows_are_edited_pasted_into_and_stored_by_keys(tab) -> None:
    browser, base, root = tab
    path = root / "records/county/units.csv"
    for width in (390, 1280):
        browser.size(width)
        browser.open(f"{base}/edit?table=units")
        browser.wait("document.querySelectorAll('.tabulator-row').length > 5")
        assert browser.errors == [] and browser.run("document.documentElement.scrollWidth <= innerWidth"), width
        browser.run(AXE.read_text("utf-8") + ";0")
        assert browser.run(VIOLATIONS) == [], width
    assert "1,000 条" in browser.run("document.getElementById('tally').textContent")
    browser.run(GO.format(field="'office_phone'"))
    press(browser, "F2", 113)
    browser.call("Input.insertText", text="电话")
    press(browser, "Enter", 13)
    browser.wait("document.getElementById('wrong').textContent.includes('1 格填错')")
    assert browser.run("document.getElementById('save').disabled"), "a wrong cell is not stored"
    press(browser, "z", 90, 2)
    browser.wait("document.getElementById('pending').textContent === '还没有改。'")
    browser.run(GO.format(field="'name'"))
    took = browser.run(PASTE.format(text="'民政局\\n'.repeat(1000)"))
    assert took < 2000, f"{took:.0f} ms to paste a thousand cells"
    browser.wait("document.getElementById('pending').textContent.includes('改了 1,000 格')")
    took = browser.run(PASTE.format(text="'水务局'"))
    assert took < 500, f"{took:.0f} ms for one cell among a thousand changed ones"
    browser.run("document.querySelectorAll('.tabulator-header-filter input')[1].focus(); 0")
    browser.call("Input.insertText", text="水务")
    browser.wait("document.getElementById('tally').textContent.includes('筛出 1 条')")
    browser.wait("!document.getElementById('save').disabled")
    press(browser, "s", 83, 2)
    browser.wait("document.getElementById('outcome').textContent.includes('已存好')")
    written = path.read_text("utf-8")
    assert written.count("民政局") == 999 and written.count("水务局") == 1 and "财政局" not in written


def test_what_was_typed_stays_when_somebody_else_writes_meanwhile(tab) -> None:
    browser, base, root = tab
    browser.open(f"{base}/edit?table=units")
    browser.wait("document.querySelectorAll('.tabulator-row').length > 5")
    browser.run(GO.format(field="'name'"))
    browser.run(PASTE.format(text="'民政局\\n水务局'"))
    first = min(root.joinpath("records/county/units.csv").read_text("utf-8").split("\n")[1:-1])[:4]
    amend(root, "units", [Edit((first,), "name", None, "教育局")], TODAY)
    time.sleep(0.01)
    browser.wait("!document.getElementById('save').disabled")
    browser.run("document.getElementById('save').click(); 0")
    browser.wait("document.getElementById('outcome').textContent.includes('没有存')")
    assert "教育局" in root.joinpath("records/county/units.csv").read_text("utf-8")
    browser.wait("document.getElementById('pending').textContent.includes('改了 2 格')")
    browser.wait("document.getElementById('about').textContent.includes('教育局 → 民政局')")


def test_rows_are_pasted_below_the_last_struck_out_and_stored_by_keys(tab) -> None:
    browser, base, root = tab
    path = root / "records/county/units.csv"
    browser.open(f"{base}/edit?table=units")
    browser.wait("document.querySelectorAll('.tabulator-row').length > 5")
    names = browser.run("Tabulator.findTable('#grid')[0].getColumns().map((one) => one.getField())")
    row = "\\t".join({"unit_code": "U99999", **UNIT}.get(name, "") for name in names)
    row = row.replace("U99999", "'+number+'")
    browser.run("document.getElementById('more').click(); 0")
    browser.wait("document.getElementById('about').textContent.startsWith('新1')")
    browser.run(
        PASTE.format(
            text=f"[2000, 2001, 2002].map((number) => '{row}'.replace('U99999', 'U' + number)).join('\\n')".replace(
                "'+number+'", "'+'U'+number+'"
            )
        )
    )
    browser.wait("document.getElementById('pending').textContent.includes('添了 3 行')")
    browser.wait("!document.getElementById('save').disabled")
    browser.run(GO.format(field="'name'"))
    first = browser.run("Tabulator.findTable('#grid')[0].getRows('active')[0].getData().unit_code")
    press(browser, "-", 189, 2)
    browser.wait("document.getElementById('pending').textContent.includes('要删 1 行')")
    press(browser, "z", 90, 2)
    browser.wait("!document.getElementById('pending').textContent.includes('要删')")
    press(browser, "-", 189, 2)
    browser.wait("document.getElementById('pending').textContent.includes('要删 1 行')")
    browser.wait("!document.getElementById('save').disabled")
    press(browser, "s", 83, 2)
    browser.wait("/存好|没有存/.test(document.getElementById('outcome').textContent)")
    told = browser.run("document.getElementById('outcome').textContent")
    written = path.read_text("utf-8")
    assert "新增单位 3 条，删去单位 1 条" in told and browser.errors == []
    assert written.count("水务局") == 3 and f"\n{first}," not in written
