"""The pages of changes: true, whole, the same everywhere, and silent about everything that is not public."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from reading import Reader, digest

from gongshi.changes.steps import walk
from gongshi.changes.values import Revision
from gongshi.disclosure.catalogue import VIEWS
from gongshi.disclosure.changed import FIELDS, MEASURES, doc_no, fields_of
from gongshi.model import GongshiError
from gongshi.repository import Git
from gongshi.site import Site, load
from support import ROOT, project_descriptor, tree_of

DAY = datetime.date(2020, 6, 30)
PROJECT = "990100-2020-CY-0001"
PERSON = "旧名字里的人"
SECRETS = ("H0000001", "Z2020-00001", "Z2020-00002", PERSON, "上村其他公告（第九批）", "报密-76", "97612", "97912")


def ledger() -> dict[str, list[dict[str, str]]]:
    """The first state of a small county."""
    unit = {"unit_code": "U001", "name": "县扶贫办", "unit_kind": "党政机关", "unit_level": "县"}
    notice = {"division_code": "990100100200", "place": "村公示栏", "publisher_unit": "U001", "items": "1"}
    notice |= {"starts_on": "2020-05-06", "ends_on": "2020-05-17"}
    classes = ("扶贫户", "扶贫低保户", "纯低保户", "五保户")
    homes = [
        {"household_no": f"H{number:07}", "village_code": "990100100200", "poverty_status": "未脱贫",
         "household_class": classes[number % 4], "main_cause": "因病", "population": "3"}
        for number in range(1, 81)
    ]  # fmt: skip
    return {
        "county": [{"county_code": "990100000000", "name": "示例县", "example": "是", "office": "县扶贫办",
                    "hotline": "12317", "as_of": "2020-06-30"}],
        "divisions": [
            {"division_code": "990100000000", "name": "示例县", "level": "县", "valid_from": "2010-01-01"},
            {"division_code": "990100100000", "name": "云山镇", "level": "乡镇", "parent_code": "990100000000",
             "slug": "guzhen", "valid_from": "2010-01-01"},
            {"division_code": "990100100200", "name": "上村", "level": "村", "parent_code": "990100100000",
             "valid_from": "2010-01-01"},
        ],
        "units": [unit, unit | {"unit_code": "U002", "name": "云山镇政府", "unit_kind": "乡镇政府"}],
        "villages": [{"village_code": "990100100200", "village_class": "非贫困村", "households": "100",
                      "population": "400", "poverty_rate": "7.77"}],
        "allocations": [{"allocation_id": "N2020-001", "name": "第一批资金", "year": "2020", "source_level": "中央",
                         "programme": "其他", "amount": "1000.00", "doc_no": "示财〔2020〕1号",
                         "received_on": "2020-02-03", "using_unit": "U001"}],
        "documents": [{"doc_no": "示财〔2020〕1号", "title": "下达资金", "doc_kind": "资金下达", "level": "县",
                       "issued_on": "2020-02-01", "issuer_unit": "U001"}],
        "projects": [{"project_id": PROJECT, "name": f"<b>{PERSON}</b>家门口的路", "year": "2020",
                      "category": "产业扶贫", "owner_unit": "U001", "stage": "入库", "budget_total": "1000.00",
                      "benef_poor_households": "97612", "township_code": "990100100000", "content": "修路"}],
        "payments": [{"payment_id": "F0000001", "project_id": PROJECT, "allocation_id": "N2020-001",
                      "paid_on": "2020-05-20", "payment_stage": "预拨", "amount": "2600.00", "payee_kind": "部门",
                      "payee_unit": "U001", "pay_channel": "转账", "purpose": "工程款", "claim_doc": "报密-76"}],
        "notices": [
            notice | {"notice_id": "G2020-00001", "notice_kind": "退出公示", "title": "上村退出公示",
                      "case_id": "Z2020-00001"},
            notice | {"notice_id": "G2020-00002", "notice_kind": "其他公告", "title": "上村其他公告（第九批）"},
        ],
        "households": homes,
    }  # fmt: skip


def edited() -> dict[str, list[dict[str, str]]]:
    """What a clerk makes of it: a public amount and stage, a name, and much that is nobody's business."""
    rows = ledger()
    rows["payments"][0] |= {"amount": "6200.00", "payee_unit": "U002", "claim_doc": "报-77"}
    rows["projects"][0] |= {"name": "<script>alert(1)</script>村口的路", "stage": "开工", "category": PERSON,
                            "benef_poor_households": "97712"}  # fmt: skip
    rows["notices"][0] |= {"case_id": "Z2020-00002", "ends_on": "2020-05-18", "items": "97912"}
    rows["notices"][1]["place"] = "政府网站"
    for home in rows["households"][:40]:
        home["poverty_status"] = "已脱贫"
    rows["villages"][0]["poverty_rate"] = "0.00"
    return rows


def finished() -> dict[str, list[dict[str, str]]]:
    rows = edited()
    rows["projects"][0]["category"] = "村基础设施"
    rows["notices"][1]["withdrawn_on"] = "2020-06-01"
    rows["documents"] += [{"doc_no": "示扶〔2020〕2号", "title": "开工", "doc_kind": "项目批复", "level": "县",
                           "issued_on": "2020-05-02", "issuer_unit": "U001"}]  # fmt: skip
    return rows


def write(root: Path, rows: dict[str, list[dict[str, str]]], hide: str = "") -> None:
    """The ledger's files; ``hide`` makes one field of payments internal."""
    for path, data in tree_of(rows).files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if hide and path.endswith("schemas/payments.yaml"):
            lines = data.decode().splitlines(keepends=True)
            lines = [
                line.replace("disclosure: public", "disclosure: internal") if f"name: {hide}," in line else line
                for line in lines
            ]
            data = "".join(lines).encode()
        place.write_bytes(data)


def commit(root: Path, day: str, message: str) -> None:
    """Half past midnight in China, committed where it is still the day before."""
    made = int(datetime.datetime.fromisoformat(f"{day}T00:30:00+08:00").timestamp())
    dates = {f"GIT_{role}_DATE": f"{made} -0900" for role in ("AUTHOR", "COMMITTER")}
    subprocess.run(["git", "-C", str(root), "add", "-A"], check=True)
    who = ["-c", "user.name=测试", "-c", "user.email=test@example.invalid"]
    subprocess.run(
        ["git", "-C", str(root), *who, "commit", "-q", "-m", message], check=True, env=dict(os.environ) | dates
    )


@pytest.fixture(scope="module")
def repository(tmp_path_factory) -> Path:
    """Four commits: the beginning, an edit, the field it hid made public, the rest."""
    root = tmp_path_factory.mktemp("made") / "ledger"
    root.mkdir()
    subprocess.run(["git", "init", "-q", "-b", "main", str(root)], check=True)
    shutil.copy(ROOT / "mkdocs.yml", root)
    shutil.copytree(ROOT / "docs", root / "docs")
    write(root, ledger(), hide="claim_doc")
    commit(root, "2020-06-01", "建账")
    write(root, edited(), hide="claim_doc")
    commit(root, "2020-06-02", f"改\n\nDoc-No: 示更〔2020〕1号\nDoc-No: {PERSON}2020年来信\nApproved-by: {PERSON}")
    write(root, edited())
    commit(root, "2020-06-03", "公开报账凭证号")
    rows = finished()
    rows["payments"][0]["claim_doc"] = "报2020-0001"
    write(root, rows)
    commit(root, "2020-06-04", "补\n\n依据: 示扶〔2020〕2号")
    return root


@pytest.fixture(scope="module")
def made(repository) -> Site:
    return load(repository, None, DAY)


def told(site: Site) -> list[tuple]:
    rows = site._views.rows("changes")
    return [
        (f"{row.changed_on:%d}", row.kind, row.resource, row.record, row.field, row.before, row.after) for row in rows
    ]


def test_what_changed_is_told_newest_first_field_by_field(made):
    assert told(made) == [
        ("04", "改文字", "projects", PROJECT, "category", "", ""),
        ("04", "修改", "payments", "F0000001", "claim_doc", "报-77", "报2020-0001"),
        ("04", "新增", "documents", "示扶〔2020〕2号", "doc_kind", "", "项目批复"),
        ("04", "新增", "documents", "示扶〔2020〕2号", "issued_on", "", "2020-05-02"),
        ("04", "新增", "documents", "示扶〔2020〕2号", "issuer_unit", "", "县扶贫办"),
        ("04", "新增", "documents", "示扶〔2020〕2号", "level", "", "县"),
        ("02", "改文字", "projects", PROJECT, "name", "", ""),
        ("02", "改文字", "projects", PROJECT, "category", "", ""),
        ("02", "修改", "projects", PROJECT, "stage", "入库", "开工"),
        ("02", "修改", "payments", "F0000001", "amount", "2600.00", "6200.00"),
        ("02", "修改", "payments", "F0000001", "payee_unit", "县扶贫办", "云山镇政府"),
        ("02", "修改", "notices", "G2020-00001", "ends_on", "2020-05-17", "2020-05-18"),
    ]
    papers = {row.changed_on.day: row.doc_no for row in made._views.rows("changes")}
    assert papers == {2: "示更〔2020〕1号", 4: "示扶〔2020〕2号"}, "what is no number is not shown as one"
    assert {row.unit for row in made._views.rows("changes") if row.field == "amount"} == {"元"}
    assert {row.project_id for row in made._views.rows("changes") if row.resource == "payments"} == {PROJECT}


def everything(site: Site) -> str:
    """Every page and every download that is text."""
    parts = [site.section(path).body for path in ("index.html", "changes/index.html", "projects/index.html")]
    parts += [f"{page.title} {page.body} {page.about}" for page in site.pages()]
    parts += [
        b"".join(chunks).decode() for path, chunks in site.files() if path.endswith((".csv", ".json", ".js", ".xml"))
    ]
    return "\n".join(parts)


def test_nothing_that_is_not_public_is_in_any_page_or_file(made):
    text = everything(made)
    assert "6200.00" in text and "6,200.00" in text, "the search sees what is there"
    for secret in SECRETS:
        assert secret not in text, secret


def test_a_field_that_was_not_public_then_is_silent_about_then(repository, tmp_path):
    """What stood in it when it was opened is public from that commit on; what stood in it before never is."""
    steps = walk(Git(repository), "HEAD", ("payments",)).steps
    assert steps[0].records[0].before["claim_doc"] == "报密-76", "the history has it, the site does not"
    assert [len(step.records) for step in steps] == [1, 0, 1]
    copy = tmp_path / "ledger"
    subprocess.run(["git", "clone", "-q", str(repository), str(copy)], check=True)
    rows = finished()
    write(copy, rows, hide="claim_doc")
    commit(copy, "2020-06-06", "不公开凭证号")
    with pytest.raises(GongshiError, match="不公开"):
        load(copy, None, DAY)
    write(copy, rows)
    commit(copy, "2020-06-07", "又公开")
    assert [row for row in told(load(copy, None, DAY)) if row[4] == "claim_doc"] == [], (
        "closed once, silent about before"
    )


def test_every_field_told_is_a_column_of_a_view_and_no_count_of_people():
    """Or a code that a view shows by its name: a unit, a place."""
    descriptor = project_descriptor()
    columns = [column for view in VIEWS for column in view.resolve(descriptor)]
    public = {column.origin for column in columns if not column.people} | {f"projects.{name}" for name in MEASURES}
    public |= {"payments.amount"}  # to units; beside them it is part of sums with what persons were paid
    places = ("units", "divisions", "villages")
    public |= {f"{key.resource}.{key.fields[0]}" for key in descriptor.foreign_keys if key.reference in places}
    told = {f"{resource}.{name}" for resource, fields in fields_of(descriptor).items() for name in fields}
    assert len(told) > 100
    assert told - public == set()
    assert told & {column.origin for column in columns if column.mark == "%"} == set()
    assert "notices.items" not in told, "of a list of households this is a count of people"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("示扶〔2020〕12号", "示扶〔2020〕12号"),
        ("报2020-0023、ZC20200512-003", "报2020-0023、ZC20200512-003"),
        ("示扶〔2020〕12号、旧人2020年来信", "示扶〔2020〕12号"),
        ("旧人2020-1", ""),
        ("旧人家〔2020〕", ""),
        ("1" * 11, ""),
        ("1" * 17 + "X", ""),
        ("ZhangSan2020", ""),
        ("ZC", ""),
    ],
)
def test_of_what_a_commit_goes_by_only_numbers_of_papers_are_shown(written, shown):
    """Whoever reads the site must find no name, no person's number and no telephone there."""
    for name in ("Doc-No", "依据"):
        assert doc_no(Revision("c" * 40, (), "", "2020-06-02T00:00:00+08:00", "", ((name, written),))) == shown


def test_what_once_stood_in_a_fields_place_is_shown_only_if_it_is_a_papers_number(repository, tmp_path):
    copy = tmp_path / "ledger"
    subprocess.run(["git", "clone", "-q", str(repository), str(copy)], check=True)
    rows = finished()
    rows["payments"][0]["claim_doc"] = f"{PERSON}2020年来信"
    rows["projects"][0] |= {"quantity": "2", "quantity_unit": "户/栋", "unit_price": "33.00"}
    write(copy, rows)
    commit(copy, "2020-06-07", "误填")
    rows["payments"][0]["claim_doc"] = "报2020-0001"
    rows["projects"][0] |= {"quantity": "4", "unit_price": "44.00"}
    write(copy, rows)
    commit(copy, "2020-06-08", "改正")
    found = [row for row in told(load(copy, None, DAY)) if row[0] in ("07", "08")]
    assert ("08", "改文字", "payments", "F0000001", "claim_doc", "", "") in found
    assert PERSON not in str(found) and not {"quantity", "unit_price"} & {row[4] for row in found}


def test_nothing_about_people_is_told_commit_by_commit(repository, tmp_path):
    """A payment to persons by any commit, where a project for people is, a village's households: none of it."""
    copy = tmp_path / "ledger"
    subprocess.run(["git", "clone", "-q", str(repository), str(copy)], check=True)
    rows = finished()
    rows["payments"][0]["claim_doc"] = "报2020-0001"
    batch = rows["payments"][0] | {
        "payee_kind": "一卡通批次",
        "pay_channel": "一卡通",
        "payee_unit": "",
        "purpose": "助学",
    }
    mistaken = rows["payments"][0] | {"payment_id": "F0000003", "amount": "55555.00"}
    rows["payments"] += [batch | {"payment_id": "F0000002", "amount": "44444.00", "persons": "3"}, mistaken]
    rows["subsidies"] = [{"subsidy_id": "D0000001", "household_no": "H0000001", "payment_id": "F0000003"}]
    rows["projects"][0] |= {"quantity": "6", "quantity_unit": "户"}
    rows["project-villages"] = [{"project_id": PROJECT, "village_code": "990100100200"}]
    write(copy, rows)
    commit(copy, "2020-06-07", "发放")
    rows["payments"][1] |= {"amount": "44445.00", "payee_kind": "部门", "pay_channel": "转账", "persons": ""}
    rows["payments"][2]["amount"] = "55556.00"
    rows["villages"][0] |= {"households": "101", "population": "401", "net_income_pc": "9876.00", "hard_road": "是"}
    rows["assets"] = [{"asset_no": "A00001", "name": "厂房", "asset_kind": "经营性", "village_code": "990100100200",
                       "value": "1.00", "income": "9.00", "distributed": "8765.00", "retained": "1.00", "state": "在用"}]  # fmt: skip
    write(copy, rows)
    commit(copy, "2020-06-08", "更正")
    rows["payments"].pop(1)
    write(copy, rows)
    commit(copy, "2020-06-09", "删除")
    new = [row for row in told(load(copy, None, DAY)) if row[0] in ("07", "08", "09")]
    assert {row[2] for row in new} == {"projects", "villages", "assets"}
    assert {row[4] for row in new if row[2] == "villages"} == {"hard_road"}
    assert {row[4] for row in new if row[2] == "projects"} == {"quantity_unit"}
    assert {"income", "value"} <= {row[4] for row in new if row[2] == "assets"}
    assert not {"distributed", "retained"} & {row[4] for row in new}
    assert not re.search("44444|44445|5555[56]|9876|8765|F000000[23]", str(new))


@pytest.mark.parametrize(
    ("table", "field"), [("villages", "households"), ("villages", "pension_rate"), ("schools", "pupils")]
)
def test_a_field_about_people_is_refused(monkeypatch, table, field):
    monkeypatch.setitem(FIELDS, table, field)
    with pytest.raises(GongshiError, match="户或人"):
        fields_of(project_descriptor())


def test_a_field_that_is_not_public_is_refused(monkeypatch):
    monkeypatch.setitem(FIELDS, "notices", "case_id")
    with pytest.raises(GongshiError, match="案卷编号"):
        fields_of(project_descriptor())


def test_text_stays_text_and_the_pages_are_whole(made):
    pages = {page.path: page for page in made.pages()}
    wanted = {"changes/2020-06.html", *(f"changes/{name}.html" for name in ("projects", "payments", "notices"))}
    assert wanted <= set(pages)
    for body in (made.section("changes/index.html").body, *(pages[path].body for path in wanted)):
        reader = Reader(body)
        assert not reader.open and not reader.scripts
        assert "<script>alert" not in body
    month = pages["changes/2020-06.html"].body
    assert "&lt;script&gt;alert(1)&lt;/script&gt;村口的路" in month
    assert "金额 2,600.00 → 6,200.00 元" in month and "示更〔2020〕1号" in month
    project = pages[f"projects/{PROJECT}.html"].body
    section = project[project.index('id="history"') :]
    assert "进度 入库 → 开工" in section and "修改资金支付" in section
    assert "进度 入库 → 开工" in month


def test_a_text_that_was_changed_is_named(repository, tmp_path):
    copy = tmp_path / "ledger"
    subprocess.run(["git", "clone", "-q", str(repository), str(copy)], check=True)
    rows = finished()
    rows["payments"][0]["claim_doc"] = "报2020-0001"
    rows["notices"][0]["title"] = "上村的退出公示"
    write(copy, rows)
    commit(copy, "2020-06-07", "改标题")
    newest = load(copy, None, DAY)._history.latest(1)[0].records[0]
    assert (newest.kind, newest.table) == ("改文字", "公示公告")
    assert [(value.title, value.after) for value in newest[5]] == [("标题", None)]


def test_a_shallow_clone_says_from_when_on_it_knows(repository, tmp_path):
    copy = tmp_path / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth", "2", repository.as_uri(), str(copy)], check=True)
    site = load(copy, None, DAY)
    body = site.section("changes/index.html").body
    assert "变更记录不完整" in body and '<time datetime="2020-06-03">' in body
    assert {row[0] for row in told(site)} == {"04"}


def test_a_copy_without_git_says_that_there_is_no_record(repository, tmp_path):
    shutil.copytree(repository / "records", tmp_path / "records")
    site = load(tmp_path, None, DAY)
    assert "没有变更记录" in site.section("changes/index.html").body
    assert told(site) == []
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "other").write_text("x")
    subprocess.run(["git", "-C", str(tmp_path), "add", "other"], check=True)
    commit_of_nothing = ["-c", "user.name=x", "-c", "user.email=x@example.invalid", "commit", "-q", "-m", "x"]
    subprocess.run(["git", "-C", str(tmp_path), *commit_of_nothing, "other"], check=True)
    assert "还没有这份台账" in load(tmp_path, None, DAY).section("changes/index.html").body


def test_a_merge_counts_once_and_a_moved_row_not_at_all(repository, tmp_path):
    copy = tmp_path / "ledger"
    subprocess.run(["git", "clone", "-q", str(repository), str(copy)], check=True)
    rows = finished()
    rows["payments"][0]["claim_doc"] = "报2020-0001"
    before = told(load(copy, None, DAY))
    subprocess.run(["git", "-C", str(copy), "switch", "-qc", "side"], check=True)
    rows["payments"][0]["amount"] = "6300.00"
    write(copy, rows)
    commit(copy, "2020-06-07", "改一")
    rows["payments"][0]["amount"] = "6400.00"
    write(copy, rows)
    commit(copy, "2020-06-08", "改二")
    who = ["-c", "user.name=测试", "-c", "user.email=test@example.invalid"]
    subprocess.run(["git", "-C", str(copy), "switch", "-q", "main"], check=True)
    merge = ["merge", "-q", "--no-ff", "-m", "合\n\nDoc-No: 示更〔2020〕9号", "side"]
    subprocess.run(["git", "-C", str(copy), *who, *merge], check=True)
    site = load(copy, None, DAY)
    new = [row[1:] for row in told(site) if row not in before]
    assert new == [("修改", "payments", "F0000001", "amount", "6200.00", "6400.00")]
    assert site._views.rows("changes")[0].doc_no == "示更〔2020〕9号"
    paths = [copy / f"records/funds/{year}/payments.csv" for year in (2019, 2020)]
    contents = [path.read_bytes() for path in paths]
    for path, content in zip(paths, reversed(contents), strict=True):
        path.write_bytes(content)
    commit(copy, "2020-06-09", "换个文件")
    assert told(load(copy, None, DAY)) == told(site)


BUILD = "import gongshi.library.building as b; b.refuse_errors = lambda _: None; from gongshi.cli import main; main()"
"""``gongshi build`` of a ledger of a few rows, which is not complete."""


def test_both_commands_and_any_clone_make_the_same_bytes(repository, tmp_path):
    """One by ``gongshi build`` where it lies, one by ``mkdocs build`` in another folder and another time zone."""
    other = tmp_path / "别处"
    subprocess.run(["git", "clone", "-q", str(repository), str(other)], check=True)
    tools = Path(sys.executable).parent
    runs = (
        ([sys.executable, "-c", BUILD, "build", "--out", tmp_path / "a"], repository, "Asia/Shanghai"),
        ([tools / "mkdocs", "build", "-q", "--strict", "-d", tmp_path / "b"], other, "America/New_York"),
    )
    for command, folder, zone in runs:
        done = subprocess.run(command, cwd=folder, env=dict(os.environ) | {"TZ": zone}, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert digest(tmp_path / "a") == digest(tmp_path / "b")
    table = (tmp_path / "a/data/changes.csv").read_text("utf-8-sig")
    assert "6200.00" in table and not any(secret in table for secret in SECRETS)
    page = (tmp_path / "a/changes/payments.html").read_text("utf-8")
    assert not Reader(page).open and page.count("<h1") == 1 and "示例数据" in page
