"""A day's work on the pages: each writes what the command writes, tells faults at their fields, and takes back."""

from __future__ import annotations

import subprocess
import threading
import time
from io import BytesIO
from pathlib import Path

import pytest

from desk.conftest import ask
from gongshi.repository import WorkTree
from gongshi.verbs import VERBS, do
from verbs.conftest import TODAY

pytestmark = pytest.mark.usefixtures("client")


def state(folder: Path) -> dict[str, bytes]:
    tree = WorkTree(folder)
    return {path: tree.read(path) for path in tree.paths("records/")}


def test_the_first_page_comes_at_once_and_fills_with_what_is_due(client) -> None:
    first = ask(client, "/")
    assert first.status_code == 200 and "今天" in first.text
    end = time.monotonic() + 60
    while "正在看" in (text := ask(client, "/").text) and time.monotonic() < end:
        time.sleep(0.2)
    assert "甲村道路：该乡镇初检" in text and "办结公示" in text and "过期" in text
    assert "甲村道路" in ask(client, "/?township=guzhen").text


def test_a_form_writes_what_the_command_writes_and_is_taken_back(client, root, tmp_path) -> None:
    before = state(root)
    other = tmp_path / "other"
    subprocess.run(["cp", "-r", root, other], check=True)
    given = {"subjects": "H0000001 H0000002", "on": "2020-06-28", "kind": "走访"}
    assert ask(client, "/enter/visit", "POST", data=given).status_code == 302
    do(other, VERBS["visit"], given, TODAY)
    assert state(root) == state(other) != before
    page = ask(client, "/")
    assert "登记走访 2 次" in page.text and "撤销" in page.text
    assert ask(client, "/undo", "POST").status_code == 302
    assert state(root) == before


def test_faults_stand_at_their_fields_and_nothing_typed_is_lost(client, root) -> None:
    before = state(root)
    answer = ask(client, "/enter/visit", "POST", data={"subjects": "H0000001", "on": "2020-02-30", "kind": "走访"})
    assert answer.status_code == 422 and 'value="2020-02-30"' in answer.text and ">H0000001</textarea>" in answer.text
    assert 'href="#f-on"' in answer.text and "不是真实的日期" in answer.text
    assert "不是真实的日期" in ask(client, "/enter/visit/check/on", "POST", data={"on": "2020-02-30"}).text
    assert "err" not in ask(client, "/enter/visit/check/on", "POST", data={"on": "2020-02-29"}).text
    assert state(root) == before


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_has_its_form_and_an_empty_one_is_refused(client, root, name: str) -> None:
    before = state(root)
    page = ask(client, f"/enter/{name}")
    assert page.status_code == 200 and all(f'name="{one.name}"' in page.text for one in VERBS[name].asks)
    assert ask(client, f"/enter/{name}", "POST", data={}).status_code == 422
    assert state(root) == before


def test_records_are_found_and_shown_with_what_hangs_on_them(client) -> None:
    found = ask(client, "/find", "POST", data={"q": "jiacun"})
    assert "甲村道路" in found.text and "/record/projects/990101-2020-JS-0001" in found.text
    part = ask(client, "/find", "POST", data={"q": "h1"}, headers={"HX-Request": "true"})
    assert "<html" not in part.text and "H0000001" in part.text
    page = ask(client, "/record/households/H0000001").text
    for word in ("家庭成员", "结对帮扶", "状态变更", "从头到现在", "识别", "甲村"):
        assert word in page, word
    assert ask(client, "/record/households/H9999999").status_code == 404
    assert ask(client, "/record/nothing/x").status_code == 404
    assert (
        "H0000002" in ask(client, "/pick/households", "POST", data={"pick": "subjects", "subjects": "H0000001 h2"}).text
    )


CONTACTS = "结对编号,日期,方式\nJ0000001,2020-05-01,走访\nJ0000002,2020-02-30,走访\n"


def test_a_workbook_is_looked_at_mended_in_place_written_and_taken_back(client, root, desk) -> None:
    before = state(root)
    dropped = ask(client, "/take", "POST", data={"workbook": (BytesIO(CONTACTS.encode()), "走访.csv")})
    assert dropped.status_code == 302
    where = dropped.headers["Location"]
    page = ask(client, where).text
    assert "新增 1" in page and "退回 1" in page and "不是真实的日期" in page and state(root) == before
    (sheet,) = {one for one in page.split('name="cell:')[1:]}
    name = "cell:" + sheet.split('"')[0]
    assert ask(client, f"{where}/mend", "POST", data={name: "2020-02-28"}).status_code == 302
    assert "新增 2" in ask(client, where).text
    assert ask(client, f"{where}/write", "POST").status_code == 302
    assert "已写入：新增 2 行" in ask(client, "/take").text
    assert state(root) != before and ask(client, where).status_code == 404
    ask(client, "/undo", "POST")
    assert state(root) == before


def test_what_is_sent_is_told_in_words_and_sent(client, root) -> None:
    assert "没有改动" in ask(client, "/send").text
    ask(client, "/enter/visit", "POST", data={"subjects": "H0000001", "on": "2020-06-28", "kind": "走访"})
    assert "1 条记录" in ask(client, "/send").text
    refused = ask(client, "/send", "POST", data={"text": "走访"})
    assert refused.status_code == 422 and "没有送出去" in refused.text


@pytest.mark.parametrize("path", ["/audit/status", "/key", "/take", "/find"])
def test_pages_open(client, path: str) -> None:
    assert ask(client, path).status_code == 200


def test_two_tabs_see_what_the_other_wrote(client, root) -> None:
    ask(client, "/record/households/H0000003")
    do(root, VERBS["pair-new"], {"role": "帮扶责任人", "subject": "H0000003", "helper": "B00002"}, TODAY)
    assert "J0000003" in ask(client, "/record/households/H0000003").text


def test_a_part_of_a_page_takes_no_sentence_away_from_the_page(client, root) -> None:
    ask(client, "/enter/visit", "POST", data={"subjects": "H0000001", "on": "2020-06-28", "kind": "走访"})
    for _ in range(2):
        assert "登记走访 1 次（2020-06-28）。" not in ask(client, "/", headers={"HX-Request": "true"}).text
    assert "登记走访 1 次（2020-06-28）。" in ask(client, "/").text


def test_a_column_of_numbers_pasted_is_a_list_and_the_case_is_of_their_village(client, root) -> None:
    given = {"procedure": "退出", "households": "H0000001\r\nH0000002", "on": "2020-06-28"}
    assert ask(client, "/enter/case-new", "POST", data=given).status_code == 302
    told = ask(client, "/").text
    assert "退出，2 户" in told and "/record/cases/Z2020-" in told
    made = ask(client, "/record/cases/" + told.split("/record/cases/")[1].split('"')[0]).text
    assert "990101100001" in made
    assert ask(client, "/enter/case-new", "POST", data=given | {"households": ""}).status_code == 422


def test_a_workbook_is_read_once_for_each_state_of_what_was_answered(client, desk, monkeypatch) -> None:
    from gongshi.desk import taking

    asked, plan = [], taking.plan_import
    monkeypatch.setattr(taking, "plan_import", lambda *given: asked.append(given) or plan(*given))
    where = ask(client, "/take", "POST", data={"workbook": (BytesIO(CONTACTS.encode()), "走访.csv")}).headers[
        "Location"
    ]
    for _ in range(2):
        assert ask(client, where).status_code == 200
    assert len(asked) == 1
    desk.patience = 0.0
    slow = threading.Event()
    monkeypatch.setattr(taking, "plan_import", lambda *given: slow.wait(30) and plan(*given))
    where = ask(client, "/take", "POST", data={"workbook": (BytesIO(CONTACTS.encode()), "走访.csv")}).headers[
        "Location"
    ]
    assert "正在读这张表" in ask(client, where).text
    slow.set()
    desk.jobs["take"].over.wait(30)
    assert ask(client, "/working/take").headers["HX-Redirect"] == where and "退回 1" in ask(client, where).text
