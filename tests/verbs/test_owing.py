"""``gongshi notice new --all-due``: every notice that rules and open cases ask for, in one write, linked both ways."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from gongshi.cli.notice import notice
from gongshi.disclosure import notices
from gongshi.disclosure.kinds import kinds
from gongshi.disclosure.linking import STEPS
from gongshi.model import GongshiError
from gongshi.sealing import keygen, read_identity, seal
from support import ROOT

PROJECT = "records/projects/2020/990101-2020-JS-0001.yaml"
POSTED = "records/townships/guzhen/notices/2020/G2020-00001.yaml"
CHANGES = """changes:
  - {changed_on: 2020-04-01, change_kind: 延期, amount_before: '300000.00', amount_after: '300000.00', doc_no: 示财〔2020〕1号}
  - {changed_on: 2020-05-01, change_kind: 延期, amount_before: '300000.00', amount_after: '300000.00', doc_no: 示财〔2020〕1号}
"""


class Office:
    """The county of ``root`` with the books of disclosure and money, an accepted project changed twice, names sealed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("disclosure", "funds"):
            (root / f"policies/{name}.yaml").write_bytes((ROOT / f"policies/{name}.yaml").read_bytes())
        (root / POSTED).unlink()
        place = next(path for path in (root / "records/projects").rglob("*.yaml"))
        self.project = place
        place.write_text(
            place.read_text("utf-8").replace("stage: 竣工\n", "stage: 验收\n").replace("stages:", CHANGES + "stages:")
        )
        self.key = root.parent / "home/identity.txt"
        for role in ("guzhen", "county"):
            keygen(root, f"{role}办", role, self.key)
        people = "".join(f"M{n:08},{'甲乙丙'[n - 1]}子丑\n" for n in range(1, 4))
        seal(root, "guzhen", "2020", ("member_no,name\n" + people).encode(), read_identity(self.key, root))

    def run(self, *more: str):
        given = ["new", *more, "--all-due", "--starts", "2020-06-30", "--identity", str(self.key)]
        return CliRunner().invoke(notice, given, obj=self.root)

    def say(self, *more: str) -> str:
        done = self.run(*more)
        assert done.exit_code == 0, (done.output, done.exception)
        return done.output

    def files(self) -> dict[str, bytes]:
        return {p.as_posix(): p.read_bytes() for top in ("records", "policies") for p in (self.root / top).rglob("*.*")}

    def notices(self) -> dict[str, str]:
        found = (path.read_text("utf-8") for path in (self.root / "records").rglob("G2020-*.yaml"))
        return {text.split("notice_id: ")[1][:11]: text for text in found}


@pytest.fixture
def office(root: Path) -> Office:
    return Office(root)


def test_all_are_listed_then_made_then_none_is_left(office) -> None:
    before = office.files()
    listed = office.say("--unit", "U001", "--dry-run")
    assert office.files() == before, "a dry run writes nothing"
    for kind, many in {
        "监测公示": 1,
        "实施前公示": 1,
        "竣工后公示": 1,
        "项目调整公示": 2,
        "项目库公示": 1,
        "年度计划公告": 1,
    }.items():
        assert listed.count(f"  {kind}  ") == many, (kind, listed)
    assert "（d-before）" in listed and "案卷 Z2020-00001 村内公示" in listed
    done = office.say("--unit", "U001")
    made = office.notices()
    assert f"已登记公示 {len(made)} 份" in done and done.split("已登记")[0] == listed.split("该公示而没有")[0]
    assert "该公示而没有登记的 0 份。" in office.say("--unit", "U001")
    assert office.notices() == made


def test_what_it_is_about_names_it_and_is_frozen_as_it_stands_at_the_end(office) -> None:
    office.say("--unit", "U001")
    made, text = office.notices(), office.project.read_text("utf-8")
    numbers = re.findall("G2020-[0-9]{5}", text)
    assert len(numbers) == len(set(numbers)) == 4, "before, after and one for each change"
    assert {kind for kind in kinds() if any(f"notice_kind: {kind}\n" in made[n] for n in numbers)} == {
        "实施前公示", "竣工后公示", "项目调整公示",
    }  # fmt: skip
    blob = notices.blob_id(office.project.read_bytes())
    assert [f"frozen: {blob}" in one for one in made.values() if "projects:" in one] == [True] * 6
    (listed,) = [one for one in made.values() if "notice_kind: 监测公示\n" in one]
    assert "commitment: " in listed and "items: 1\n" in listed and "子丑" not in "".join(made.values())


def test_a_kind_or_a_place_narrows_and_undo_takes_all_back(office) -> None:
    from gongshi.repository import take_back

    before = office.files()
    assert office.say("实施前公示", "--unit", "U001").count("公示  2020") == 1
    assert (
        "监测公示" in (there := office.say("--division", "990101100001", "--unit", "U001"))
        and "项目库公示" not in there
    )
    take_back(office.root, None)
    take_back(office.root, None)
    assert office.files() == before


def test_one_that_cannot_be_made_holds_all_back(root) -> None:
    office = Office(root)
    members = root / "records/townships/guzhen/members.csv"
    members.write_text(members.read_text("utf-8").replace("户主", "配偶"), "utf-8")
    before = office.files()
    refused = office.run("--unit", "U001")
    assert isinstance(refused.exception, GongshiError) and office.files() == before
    assert "案卷 Z2020-00001 村内公示" in str(refused.exception) and "一份也没有登记" in str(refused.exception)
    assert "实施前公示" in office.say("实施前公示", "--unit", "U001")


def test_without_a_publisher_it_is_said_which(office) -> None:
    refused = office.run("监测公示")
    assert isinstance(refused.exception, GongshiError) and "--unit" in str(refused.exception)


def test_a_waiver_is_no_notice_to_make(office) -> None:
    (office.root / "policies/waivers.yaml").write_text(
        "waivers:\n  - {rule: d-before, record: 990101-2020-JS-0001, reason: 县纪要, approved_by: 县办, until: 2020-12-31}\n"
    )
    assert "实施前公示" not in office.say("--unit", "U001", "--dry-run")


@pytest.mark.parametrize(
    ("given", "words"),
    [(["--case", "Z2020-00001"], "--all-due 按记录"), (["口头公示"], "没有“口头公示”这种公示"), (["--ends", "2020-07-30"], "--all-due 按记录")],
)  # fmt: skip
def test_what_does_not_go_together_is_said(office, given, words) -> None:
    assert words in str(office.run(*given).exception)


def test_one_notice_still_wants_its_kind_place_and_unit(root) -> None:
    refused = CliRunner().invoke(notice, ["new", "监测公示"], obj=root)
    assert "--division、--unit" in str(refused.exception)
    assert "--all-due" in str(CliRunner().invoke(notice, ["new", "--dry-run"], obj=root).exception)


def test_the_rules_that_ask_for_notices_are_rules_of_the_shipped_books() -> None:
    books = "".join(path.read_text("utf-8") for path in (ROOT / "policies").glob("*.yaml"))
    for kind in kinds().values():
        assert bool(kind.procedure) == (kind.kind in STEPS) and (
            kind.asked_by or kind.kind in ("收益分配公示", "其他公告")
        )
        assert all(f"id: {rule}," in books for rule in kind.asked_by) and {*kind.asked_by.values()} <= {
            "",
            *kind.places,
        }
