"""``gongshi history --html``: one record's whole life on one page that needs nothing else and names nobody."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from changes.ledgers import ledger, write
from changes.test_history import commit, run
from gongshi.cli.history import history
from gongshi.model import GongshiError
from support import DictTree, tree_of

HOME = "H0000001"
GROUNDS = "\n\n审批：县\n文号：示扶〔2021〕1号"
ROWS = {
    "county": [{"county_code": "990101000000", "name": "示例县", "example": "是", "office": "办", "hotline": "12317"}],
    "households": [
        {"household_no": number, "village_code": "990101100001", "population": "3", "poverty_status": "未脱贫"}
        for number in (HOME, "H0000002")
    ],
    "members": [{"member_no": "M00000001", "household_no": HOME, "relation": "户主"}],
    "pairings": [{"pairing_id": "J0000001", "role": "帮扶责任人", "household_no": HOME, "started_on": "2020-01-01"}],
    "contacts": [{"pairing_id": "J0000001", "contacted_on": "2020-02-01", "contact_kind": "走访"}],
    "trainings": [{"course_no": "P2020-001", "member_no": "M00000001", "course": "缝纫"}],
    "sealed": [{"member_no": "M00000001", "epoch": "2020", "box": "c2VhbGVkLWJveA=="}],
    "cases": [
        {"case_id": "Z2021-00001", "procedure": "退出", "village_code": "990101100001", "opened_on": "2021-01-02"}
    ],
    "case-steps": [{"case_id": "Z2021-00001", "step": "民主评议", "done_on": "2021-01-05"}],
    "case-households": [{"case_id": "Z2021-00001", "household_no": number} for number in (HOME, "H0000002")],
}


def changed(rows: dict, resource: str, place: int, **cells: str) -> dict:
    return rows | {resource: [row | cells if at == place else row for at, row in enumerate(rows[resource])]}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A ledger; then the household leaves the list, and a visit of half a year before is entered."""
    root = tmp_path / "ledger"
    root.mkdir()
    run(root, "init", "-q", "-b", "main")
    commit(root, tree_of(ROWS), f"首次{GROUNDS}", when="2021-01-10T12:00:00+0800")
    rows = changed(ROWS, "households", 0, poverty_status="已脱贫")
    rows = changed(rows, "households", 1, poverty_status="返贫")
    rows |= {
        "contacts": [
            *rows["contacts"],
            {"pairing_id": "J0000001", "contacted_on": "2020-09-01", "contact_kind": "家访"},
        ]
    }
    commit(root, tree_of(rows), f"<b>退出</b>{GROUNDS}", "乙", when="2021-03-01T12:00:00+0800")
    return root


def page(root: Path, *key: str) -> str:
    out = root.parent / "life.html"
    done = CliRunner().invoke(history, ["--html", str(out), *(key or ("households", HOME))], obj=root)
    assert done.exit_code == 0, (done.output, done.exception)
    return out.read_text("utf-8")


def refused(root: Path, *arguments: str) -> str:
    done = CliRunner().invoke(history, list(arguments), obj=root)
    assert isinstance(done.exception, GongshiError), (done.output, done.exception)
    return str(done.exception)


def words(text: str) -> str:
    """The page as it is read."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text.split("<body>")[1]))


def test_all_that_happened_to_a_household_is_on_the_page(root: Path) -> None:
    said = words(page(root))
    assert "未脱贫 → 已脱贫" in said and "返贫" not in said, "of its own, not of another on the same case"
    for kin in (
        "家庭成员 M00000001",
        "培训 P2020-001/M00000001",
        "结对帮扶 J0000001",
        "案卷步骤 Z2021-00001",
        "2020-02-01 走访联系 走访",
    ):
        assert kin in said, kin
    assert said.index("2021-01-10 改动：首次") < said.index("2021-03-01 改动：&lt;b&gt;退出")
    assert "乙，文号 示扶〔2021〕1号" in said or "乙，自称审批 县" in said
    assert "补录 181 天" in said and said.count("补录") == 1, "nothing of the first import is late"
    assert "c2VhbGVk" not in said


def test_a_project_has_its_parts(root: Path) -> None:
    number = "990101-2020-CY-0001"
    rows = ROWS | {
        "projects": [{"project_id": number, "name": "古镇茶园", "year": "2020", "budget_total": "100.00"}],
        "project-stages": [{"project_id": number, "stage": "开工", "done_on": "2020-03-01"}],
        "payments": [{"payment_id": "F0000001", "project_id": number, "paid_on": "2020-04-01", "amount": "60.00"}],
    }
    commit(root, tree_of(rows), "项目", when="2021-04-01T12:00:00+0800")
    said = words(page(root, "projects", number))
    for part in ("项目进度", "2020-03-01", "资金支付 F0000001", "60.00", "100.00"):
        assert part in said, part


class Loads(HTMLParser):
    """What a page would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [
            f"{tag} {name}" for name, _ in attrs if name in ("src", "href", "srcset", "data") or name[:2] == "on"
        ]
        self.found += [tag] if tag in ("script", "iframe", "img", "link", "object") else []


def test_hostile_text_is_text_and_nothing_is_loaded(root: Path) -> None:
    phone = "1" + "38" + "0013" + "8000"
    rows = changed(ROWS, "households", 0, group_name='"><script src=//x>1</script>', population="<b onclick=a>3</b>")
    commit(root, tree_of(rows), f"<img src=x onerror=alert(1)> {phone}", "丙&丁", when="2021-05-01T12:00:00+0800")
    text = page(root)
    reader = Loads()
    reader.feed(text)
    assert reader.found == [] and "url(" not in text and "@import" not in text
    assert phone not in text and "丙&amp;丁" in text and "&lt;b&gt;退出" in text


def test_a_date_that_runs_back_and_a_deletion_are_told(root: Path) -> None:
    gone = {
        **ROWS,
        "households": ROWS["households"][1:],
        "case-households": [],
        "members": [],
        "pairings": [],
        "contacts": [],
    }
    commit(root, tree_of(gone), "删", when="2019-01-01T12:00:00+0800")
    said = words(page(root))
    assert "这条记录已经删除" in said and "2021-03-01 改动：删" in said and "自称 2019-01-01，不可信" in said


def test_what_cannot_be_written_is_one_sentence(root: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "x.html")
    assert "没有编号是" in refused(root, "--html", out, "households", "H9999999")
    assert "没有“pets”这张表" in refused(root, "--html", out, "pets", "1")
    assert "去掉字段名" in refused(root, "--html", out, "households", HOME, "population")
    assert "密封" in refused(root, "--html", out, "sealed", "M00000001")
    assert "写不了" in refused(root, "--html", str(tmp_path / "none" / "x.html"), "households", HOME)
    (tmp_path / "empty").mkdir()
    assert "没有历史可查" in refused(tmp_path / "empty", "--html", out, "households", HOME)
    assert not Path(out).exists()
    run(tmp_path, "clone", "-q", "--depth", "1", root.as_uri(), str(tmp_path / "end"))
    assert "浅克隆" in words(page(tmp_path / "end"))


def test_too_many_records_are_not_one_page(tmp_path: Path) -> None:
    run(tmp_path, "init", "-q", "-b", "main")
    tree = ledger("id,kind,name\n" + "".join(f"a,{n:02},猫\n" for n in range(60)), "id kind name", "id, kind")
    write(tmp_path, tree)
    commit(tmp_path, DictTree(tree.files))
    assert "一页最多 50 条" in refused(tmp_path, "--html", str(tmp_path / "x.html"), "pets", "a")
    out = tmp_path / "x.html"
    assert CliRunner().invoke(history, ["--html", str(out), "pets", "a/03"], obj=tmp_path).exit_code == 0
