"""``gongshi notice`` and ``gongshi sheet`` as the clerk runs them, on a ledger with sealed names."""

from __future__ import annotations

import datetime
import shutil
from collections import namedtuple
from pathlib import Path
from types import SimpleNamespace

import pytest
from board import NAMES, TOWN, VILLAGE, ledger
from click.testing import CliRunner, Result

from gongshi.cli.check import check
from gongshi.cli.notice import notice
from gongshi.cli.sheet import sheet
from gongshi.cli.verify import verify
from gongshi.disclosure import boards, notices, sheets
from gongshi.model import GongshiError
from gongshi.package import load
from gongshi.repository import Git, WorkTree
from gongshi.sealing import new_epoch, read_identity, seal, unseal
from gongshi.sealing.signers import SIGNERS
from gongshi.site.publishing import append
from gongshi.site.sheet import render
from sealing.signed import Ledger
from support import locked

DAY = datetime.date(2020, 6, 22)
HEX = {"tool": "b" * 64, "schemas": "c" * 64, "policies": "d" * 64}
SOURCE = {"county": "990101000000", "commit": "a" * 40, "engine": "0.1.0", "libraries": {}, **HEX}
NEW = ["new", "监测公示", "--division", VILLAGE, "--unit", "U900", "--case", "Z2020-00001", "--starts", "2020-06-22"]
FILE = "records/townships/guzhen/notices/2020/G2020-00001.yaml"


class Clerk:
    """Runs commands in one ledger; ``say`` expects success, ``refused`` gives the sentence of the refusal."""

    def __init__(self, root: Path, key: Path) -> None:
        self.root, self.key = root, key

    def run(self, command, *arguments: str) -> Result:
        return CliRunner().invoke(command, [str(a) for a in arguments], obj=self.root)

    def say(self, command, *arguments: str) -> str:
        done = self.run(command, *arguments)
        assert done.exit_code == 0, (done.output, done.exception)
        return done.output

    def refused(self, command, *arguments: str) -> str:
        before = {path: path.read_bytes() for path in self.root.rglob("*.yaml")}
        done = self.run(command, *arguments)
        assert isinstance(done.exception, GongshiError), (done.output, done.exception)
        assert before == {path: path.read_bytes() for path in self.root.rglob("*.yaml")}, "nothing is written"
        return str(done.exception)

    def edit(self, name: str, old: str, new: str) -> None:
        """Change the first place that says ``old``, in whichever township's file of that name it is."""
        files = [path for path in self.root.glob(f"records/townships/*/{name}") if old in path.read_text("utf-8")]
        files[0].write_text(files[0].read_text("utf-8").replace(old, new, 1), "utf-8")

    def sheet(self, out: Path, *more: str) -> str:
        self.say(sheet, "G2020-00001", "-o", out, "--identity", self.key, *more)
        return out.read_text("utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Path, Path]:
    root = tmp_path_factory.mktemp("made") / "ledger"
    return root, ledger(root)


@pytest.fixture
def clerk(made, tmp_path) -> Clerk:
    shutil.copytree(made[0], tmp_path / "ledger")
    return Clerk(tmp_path / "ledger", made[1])


def test_a_new_notice_takes_its_rules_from_its_kind(clerk):
    assert "公示榜 1 页" in clerk.say(notice, *NEW, "--identity", clerk.key)
    text = (clerk.root / FILE).read_text("utf-8")
    assert "ends_on: 2020-06-26\n" in text and "place: 村公示栏\n" in text and "items: 3\n" in text
    assert "title: 张郢村2020年监测公示\n" in text and text.count("commitment: ") == 8
    assert not any(name in text for name in NAMES), "a commitment, and no name"
    with load(WorkTree(clerk.root)) as database:
        assert FILE not in database.uncanonical
    clerk.say(notice, *NEW, "--identity", clerk.key)
    assert (clerk.root / FILE.replace("00001.yaml", "00002.yaml")).is_file(), "numbers go on"


def test_numbers_and_files_are_decided_under_the_lock(clerk, monkeypatch):
    """Else two could take one number, and what an import writes in between would be overwritten."""
    seen = []
    for name in ("new", "close", "object_to"):
        real = getattr(notices, name)
        monkeypatch.setattr(notices, name, lambda *rest, real=real: seen.append(locked(clerk.root)) or real(*rest))
    clerk.say(notice, *NEW, "--identity", clerk.key)
    clerk.say(notice, "object", "G2020-00001", "--topic", "收入不符", "--raised", "2020-06-23")
    clerk.refused(notice, "close", "G2020-00001", "--result", "无异议", "--on", "2020-06-24")
    assert seen == [True] * 3


def test_a_notice_of_projects_freezes_what_it_shows(clerk):
    clerk.say(
        notice, "new", "实施前公示", "--division", VILLAGE, "--unit", "U900", "--starts", "2020-06-22", "--project",
        "990101-2020-CY-0001",
    )  # fmt: skip
    (file,) = (clerk.root / "records/projects").rglob("*.yaml")
    frozen = notices.blob_id(file.read_bytes())
    assert f"frozen: {frozen}" in (clerk.root / FILE).read_text("utf-8")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"监测公示": "口头公示"}, "没有“口头公示”这种公示"),
        ({VILLAGE: "990101999999"}, "区划代码"),
        ({VILLAGE: "990101000000"}, "不是乡镇或村"),
        ({"U900": "U999"}, "没有“U999”这个单位"),
        ({"Z2020-00001": "Z2020-09999"}, "没有可公示的名单"),
        ({"2020-06-22": "2020-06-22 --ends 2020-06-24"}, "至少要 5 天，只有 3 天"),
        ({"2020-06-22": "2020-06-22 --ends 2020-06-01"}, "早于"),
        ({"2020-06-22": "2020-06-22 --place 政府网站"}, "只能放在村公示栏"),
        ({"2020-06-22": "2020-6-22"}, "请写成 2020-06-30 的样子"),
        ({"--case Z2020-00001 ": ""}, "--case"),
        ({"监测公示": "实施前公示"}, "--project"),
    ],
)
def test_what_breaks_a_rule_is_refused_and_nothing_is_written(clerk, change, words):
    line = " ".join([*NEW, "--identity", str(clerk.key)])
    for old, new in change.items():
        line = line.replace(old, new)
    assert words in clerk.refused(notice, *line.split())


def test_the_key_of_another_opens_nothing(clerk, tmp_path):
    from gongshi.sealing import generate_identity

    (tmp_path / "other.txt").write_text(generate_identity()[0])
    words = clerk.refused(notice, *NEW, "--identity", tmp_path / "other.txt")
    assert "打不开" in words or "私钥" in words


def test_a_household_without_a_head_or_of_another_village_is_named_by_its_number(clerk):
    clerk.edit("members.csv", "户主", "配偶")
    assert "H0000001" in clerk.refused(notice, *NEW, "--identity", clerk.key)


def test_closing_waits_for_the_last_day_and_for_every_answer(clerk):
    clerk.say(notice, *NEW, "--identity", clerk.key)
    close = ["close", "G2020-00001", "--result", "无异议"]
    assert "期满后才能办结" in clerk.refused(notice, *close, "--on", "2020-06-26")
    clerk.say(notice, "object", "G2020-00001", "--topic", "收入不符", "--raised", "2020-06-23")
    assert "1 件异议没有答复" in clerk.refused(notice, *close, "--on", "2020-06-29")
    answer = ["object", "G2020-00001", "--topic", "收入不符", "--raised", "2020-06-23", "--outcome", "维持"]
    assert "要么都写" in clerk.refused(notice, *answer)
    assert "早于" in clerk.refused(notice, *answer, "--answered", "2020-06-01")
    clerk.say(notice, *answer, "--answered", "2020-06-24")
    assert (clerk.root / FILE).read_text("utf-8").count("topic:") == 1, "the answer completes the row"
    assert "不能写“无异议”" in clerk.refused(notice, *close, "--on", "2020-06-29")
    clerk.say(notice, "close", "G2020-00001", "--result", "有异议已处理", "--on", "2020-06-29")
    assert "已在 2020-06-29 办结" in clerk.refused(notice, *close, "--on", "2020-06-30")
    assert "commitment:" in (clerk.root / FILE).read_text("utf-8"), "closing loses nothing"


def test_objections_of_one_day_and_topic_are_numbered_and_answered_in_turn(clerk):
    clerk.say(notice, *NEW, "--identity", clerk.key)
    first = ["object", "G2020-00001", "--topic", "收入不符", "--raised", "2020-06-23"]
    for _ in range(3):
        clerk.say(notice, *first)
    text = (clerk.root / FILE).read_text("utf-8")
    assert [f"objection_no: {n}" in text for n in (1, 2, 3, 4)] == [True, True, True, False]
    clerk.say(notice, *first, "--outcome", "维持", "--answered", "2020-06-24")
    clerk.say(notice, *first, "--outcome", "更正", "--answered", "2020-06-25")
    text = (clerk.root / FILE).read_text("utf-8")
    assert text.count("topic:") == 3 and text.count("outcome: 维持") == 1 and text.count("outcome: 更正") == 1
    close = ["close", "G2020-00001", "--result", "有异议已处理", "--on", "2020-06-29"]
    assert "1 件异议没有答复" in clerk.refused(notice, *close)
    clerk.say(notice, *first, "--outcome", "维持", "--answered", "2020-06-26")
    assert "都已答复" in clerk.refused(notice, *first, "--outcome", "维持", "--answered", "2020-06-26")
    clerk.say(notice, *close)


def test_a_result_of_objections_needs_an_objection(clerk):
    clerk.say(notice, *NEW, "--identity", clerk.key)
    close = ["close", "G2020-00001", "--on", "2020-06-29", "--result"]
    assert "没有登记过异议" in clerk.refused(notice, *close, "有异议已处理")
    clerk.say(notice, *close, "无异议")


def test_a_notice_can_be_withdrawn_before_its_end(clerk):
    clerk.say(notice, *NEW, "--identity", clerk.key)
    clerk.say(notice, "close", "G2020-00001", "--result", "有异议已撤回", "--on", "2020-06-23")
    assert "已撤回" in clerk.say(notice, "list", "--on", "2020-06-24")
    assert "没有问题" in clerk.say(notice, "check", "--on", "2020-12-24")


def test_unknown_words_are_refused(clerk):
    clerk.say(notice, *NEW, "--identity", clerk.key)
    assert "公示结果”：只能填" in clerk.refused(notice, "close", "G2020-00001", "--result", "好")
    assert "从 2020" in clerk.refused(notice, "object", "G2020-00001", "--topic", "收入不符", "--raised", "2019-12-31")
    assert "异议事项" in clerk.refused(notice, "object", "G2020-00001", "--topic", "看不惯")
    assert "没有“G2020-99999”" in clerk.refused(notice, "close", "G2020-99999", "--result", "无异议")
    assert "没有“挂着”这种状态" in clerk.refused(notice, "list", "--state", "挂着")


def test_the_list_filters_by_state_and_year(clerk):
    clerk.say(notice, *NEW, "--identity", clerk.key)
    assert "公示中" in clerk.say(notice, "list", "--on", "2020-06-22")
    assert "共 1 份" in clerk.say(notice, "list", "--on", "2020-06-27", "--state", "期满待结果", "--year", "2020")
    assert "共 0 份" in clerk.say(notice, "list", "--year", "2019")


def test_the_check_fails_when_something_is_shown_past_its_day(clerk, tmp_path):
    clerk.say(notice, *NEW, "--identity", clerk.key)
    site = tmp_path / "site"
    site.mkdir()
    (site / "a.html").write_text('<b data-notice="G2020-00001" data-until="2020-06-26">公示中</b>', "utf-8")
    assert "没有问题" in clerk.say(notice, "check", "--site", site, "--on", "2020-06-26")
    done = clerk.run(notice, "check", "--site", site, "--on", "2020-06-27")
    assert done.exit_code == 1 and "a.html: 错误: “G2020-00001”公示到 2020-06-26" in done.output
    done = clerk.run(notice, "check", "--on", "2020-12-01")
    assert done.exit_code == 1 and f"{FILE}:1: 错误: 公示期满后 20 个工作日" in done.output


# -- the sheet ----------------------------------------------------------------------------------------------------


def test_a_sheet_has_the_allowed_columns_and_nothing_else(clerk, tmp_path):
    clerk.say(notice, *NEW, "--identity", clerk.key)
    text = clerk.sheet(tmp_path / "a.html")
    for name in NAMES[1:4]:
        assert name in text
    assert "<th>序号</th><th>户主</th><th>村民小组</th><th>家庭人口</th></tr>" in text
    assert "H0000001" not in text and "M00000001" not in text and "缺技术" not in text and "Z2020" not in text
    assert (
        "12317" in text and "0900-7300200" in text and "第 1 页，共 1 页" in text and "拟纳入监测对象，共 3 户" in text
    )
    assert "异议单" in text and "请不要写身份证号" in text and text.count("身份证") == 1
    assert "<script" not in text and "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert (tmp_path / "a.html").stat().st_mode & 0o077 == 0, "its owner's alone"
    assert "size: A3 portrait" in clerk.sheet(tmp_path / "b.html", "--paper", "A3")


def test_printing_again_gives_the_same_bytes_and_another_list_is_refused(clerk, tmp_path):
    clerk.say(notice, *NEW, "--identity", clerk.key)
    assert clerk.sheet(tmp_path / "a.html") == clerk.sheet(tmp_path / "b.html")
    clerk.edit("households.csv", "1组", "9组")
    words = clerk.refused(sheet, "G2020-00001", "-o", tmp_path / "c.html", "--identity", clerk.key)
    assert "公示后有变更" in words and not (tmp_path / "c.html").exists()


def test_a_sheet_of_an_older_key_is_found_and_its_names_are_opened_once(clerk, tmp_path, monkeypatch):
    clerk.say(notice, *NEW, "--identity", clerk.key)
    before = clerk.sheet(tmp_path / "a.html")
    more = f"member_no,name\nM00000001,{NAMES[1]}\n".encode()
    seal(clerk.root, "guzhen", "2021", more, read_identity(clerk.key, clerk.root))
    assert len(list((clerk.root / "records/keys/guzhen").glob("*.age"))) == 2
    opened = []
    monkeypatch.setattr(boards, "unseal", lambda *about: opened.append(about) or unseal(*about))
    assert clerk.sheet(tmp_path / "b.html") == before and len(opened) == 1


def under_git(clerk, tmp_path, monkeypatch) -> Ledger:
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "测试")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "test@example.invalid")
    Git(clerk.root).run("init", "-q")
    (tmp_path / "keys").mkdir()
    return Ledger(clerk.root, tmp_path / "keys")


def test_every_sheet_names_the_first_root_or_says_that_nothing_is_signed(clerk, tmp_path, monkeypatch):
    clerk.say(notice, *NEW, "--identity", clerk.key)
    assert "未签" in clerk.sheet(tmp_path / "a.html")
    signed = under_git(clerk, tmp_path, monkeypatch)
    place = clerk.root / "records/county/county.yaml"
    settings = place.read_text("utf-8") + f"root_fingerprint: {signed.fingerprint('root')}\n"
    signed.commit("root", {SIGNERS: signed.line("root"), "records/county/county.yaml": settings})
    text = clerk.sheet(tmp_path / "b.html")
    assert text.count(signed.fingerprint("root")) == text.count("<footer>") - 1 and "未签" not in text
    place.write_text(settings.replace(signed.fingerprint("root"), signed.fingerprint("other")), "utf-8")
    words = clerk.refused(sheet, "G2020-00001", "-o", tmp_path / "c.html", "--identity", clerk.key)
    assert signed.fingerprint("root") in words and not (tmp_path / "c.html").exists()


def test_a_list_is_not_committed_to_under_a_key_that_somebody_planted(clerk, tmp_path, monkeypatch):
    signed = under_git(clerk, tmp_path, monkeypatch)
    settings = (clerk.root / "records/county/county.yaml").read_text("utf-8")
    settings += f"root_fingerprint: {signed.fingerprint('root')}\n"
    signed.commit("root", {SIGNERS: signed.line("root"), "records/county/county.yaml": settings})
    planted = new_epoch(read_identity(clerk.key, clerk.root).recipients)[1]
    (clerk.root / "records/keys/guzhen/2021.age").write_bytes(planted)
    assert "没有密钥管理员的签名" in clerk.refused(notice, *NEW, "--identity", clerk.key)
    told = clerk.run(check)
    assert told.exit_code == 1 and "records/keys/guzhen/2021.age: 错误" in told.output
    (clerk.root / "records/keys/guzhen/2021.age").unlink()
    clerk.say(notice, *NEW, "--identity", clerk.key)


def test_a_sheet_is_never_written_where_it_could_be_published(clerk, tmp_path):
    clerk.say(notice, *NEW, "--identity", clerk.key)
    site = tmp_path / "site/gongshi"
    site.mkdir(parents=True)
    (site / "site.css").touch()
    for out in (clerk.root / "a.html", site.parent / "notices/a.html"):
        assert "请写到别处" in clerk.refused(sheet, "G2020-00001", "-o", out, "--identity", clerk.key)
        assert not out.exists()


def test_verify_says_yes_to_the_sheet_and_no_to_any_change(clerk, tmp_path):
    clerk.say(notice, *NEW, "--identity", clerk.key)
    text, file = clerk.sheet(tmp_path / "a.html"), tmp_path / "x.html"
    assert "核验通过" in clerk.say(verify, tmp_path / "a.html")
    proof = text.partition("<pre data-proof>")[2].partition("</pre>")[0]
    file.write_text(proof.replace("\n", " \r\n"), "utf-8")
    assert "核验通过" in clerk.say(verify, file), "the text of the code alone, as a phone hands it on"
    name = NAMES[1]
    for changed, code in (
        (text.replace(f"<td>{name}</td>", "<td>某某某</td>"), "sheet-printed"),
        (text.replace(name, "某某某"), "sheet-differs"),
        (text.replace("G2020-00001;", "G2020-00009;"), "sheet-unknown"),
        (text.replace("公示榜1;", "公示榜9;"), "sheet-text"),
        (proof.replace("|3;", "|4;", 1), "sheet-differs"),
    ):
        file.write_text(changed, "utf-8")
        done = clerk.run(verify, file)
        assert done.exit_code == 1 and f"[{code}]" in done.output, (code, done.output)
        assert name not in done.output and "某某某" not in done.output, "no name in what is said"
    file.write_text("随便什么", "utf-8")
    assert "既不是发布清单，也不是公示榜" in clerk.refused(verify, file)


def test_every_page_of_a_sheet_is_a_witness_of_the_newest_manifest(clerk, tmp_path):
    """Its digest is printed, in groups that can be read aloud; ``verify`` finds it again or not."""
    clerk.say(notice, *NEW, "--identity", clerk.key)
    site = tmp_path / "site"
    site.mkdir()
    logs = [tmp_path / "one", tmp_path / "two"]
    made = {}
    for log in logs:
        for word in ("甲", log.name):
            (site / "index.html").write_text(word, "utf-8")
            made[log], _ = append(log, SOURCE, DAY, site, "示例县")
    text = clerk.sheet(tmp_path / "a.html", "--log", logs[0])
    digest = made[logs[0]].digest
    printed = text.partition('class="witness"')[2].partition("</p>")[0].partition(">")[2].replace("<wbr>", "")
    assert made[logs[0]].label in "".join(printed.split()) and f" {digest[4:8]} {digest[8:12]} " in printed
    assert text.count("data-manifest=") == 1, "on the page of names; the slip is cut off"
    assert "榜上印的发布清单摘要在清单链里" in clerk.say(verify, tmp_path / "a.html", "--log", logs[0])
    done = clerk.run(verify, tmp_path / "a.html", "--log", logs[1])
    assert done.exit_code == 1 and "[chain-rewritten]" in done.output and "第 2 份" in done.output
    shutil.copytree(logs[0], clerk.root / "manifests")
    assert clerk.sheet(tmp_path / "b.html") == text, "the ledger's own log without being asked"
    next(logs[0].glob("000001*.json")).unlink()
    words = clerk.refused(sheet, "G2020-00001", "-o", tmp_path / "c.html", "--log", logs[0], "--identity", clerk.key)
    assert "不完整，没有打印" in words and not (tmp_path / "c.html").exists()
    shutil.rmtree(clerk.root / "manifests")
    done = clerk.run(sheet, "G2020-00001", "-o", tmp_path / "c.html", "--identity", clerk.key)
    assert done.exit_code == 0 and "榜上没有印摘要" in done.output
    assert "data-manifest" not in (tmp_path / "c.html").read_text("utf-8")


# -- what a sheet is made of --------------------------------------------------------------------------------------


def long_list(number: int) -> sheets.NoticeSheet:
    rows = [sheets.SheetEntry(f"H{n:07}", VILLAGE, "1组", 3, f"M{n:08}", "", None) for n in range(number)]
    names = {row.head: f"甲{n}" for n, row in enumerate(rows)}
    return sheets.make(draft(), rows, names, b"k" * 64)


def draft(**changes):
    values = {"notice_id": "G2020-00001", "notice_kind": "退出公示", "case_id": "Z2020-00001", "payment_id": ""}
    return SimpleNamespace(**values | changes, division_code=VILLAGE)


def test_pages_have_their_own_salt_and_say_their_number():
    made = long_list(45)
    proofs = [sheets.read_text(page.text) for page in made.pages]
    assert [(proof.page, proof.pages, len(proof.rows)) for proof in proofs] == [(1, 3, 20), (2, 3, 20), (3, 3, 5)]
    assert len({page.text.split(";")[3] for page in made.pages}) == 3
    assert [proof.commitment for proof in proofs] == list(made.commitments[:3])
    assert len(set(made.commitments)) == 8, "filled up, so that their number does not tell how long the list is"
    assert len(long_list(161).commitments) == 16
    assert [row[0] for proof in proofs for row in proof.rows] == [str(n) for n in range(1, 46)]


def test_another_key_gives_other_commitments():
    rows = [sheets.SheetEntry("H0000001", VILLAGE, "1组", 3, "M00000001", "", None)]
    one, two = (sheets.make(draft(), rows, {"M00000001": "甲"}, key) for key in (b"a" * 64, b"b" * 64))
    assert one.commitments != two.commitments


@pytest.mark.parametrize("name", ["甲|乙;丙", "甲\u202e乙", "甲\n乙", "<b>甲</b>", "买买提·艾则孜"])
def test_odd_names_stay_one_cell_and_text(name):
    rows = [sheets.SheetEntry("H0000001", VILLAGE, "1组", 3, "M00000001", "", None)]
    made = sheets.make(draft(), rows, {"M00000001": name}, b"a" * 64)
    proof = sheets.read_text(made.pages[0].text)
    assert len(proof.rows) == 1 and len(proof.rows[0]) == 4 and proof.rows == made.pages[0].rows
    assert "\u202e" not in made.pages[0].text


def test_a_name_of_five_thousand_characters_is_refused_without_being_repeated():
    rows = [sheets.SheetEntry("H0000001", VILLAGE, "1组", 3, "M00000001", "", None)]
    with pytest.raises(GongshiError, match="姓名太长") as error:
        sheets.make(draft(), rows, {"M00000001": "甲" * 5000}, b"a" * 64)
    assert "甲甲" not in str(error.value)


def test_aid_to_pupils_and_the_disabled_is_never_a_list(made):
    class Paid:
        benefit = "产业奖补"

        def sql(self, query, parameters):
            return [("H0000001", VILLAGE, "1组", 3, "M00000001", self.benefit, 100)]

    for benefit in sorted(sheets.NEVER):
        Paid.benefit = benefit
        with pytest.raises(GongshiError, match="不公示到人到户"):
            sheets.entries(Paid(), draft(notice_kind="补助发放公示", case_id="", payment_id="F0000001"))
    Paid.benefit = "产业奖补"
    (row,) = sheets.entries(Paid(), draft(notice_kind="补助发放公示", case_id="", payment_id="F0000001"))
    made = sheets.make(
        draft(notice_kind="补助发放公示", case_id="", payment_id="F1"), [row], {"M00000001": "甲"}, b"a" * 64
    )
    assert made.columns[-2:] == ("补助项目", "金额（元）") and made.pages[0].rows[0][-2:] == ("产业奖补", "100.00")


def test_a_household_with_two_benefits_is_counted_once(made):
    class Paid:
        def sql(self, query, parameters):
            return [("H0000001", VILLAGE, "1组", 3, None, benefit, 100) for benefit in ("产业奖补", "交通补贴")]

    paid = draft(notice_kind="补助发放公示", case_id="", payment_id="F0000001")
    with pytest.raises(GongshiError, match="有 1 户没有在册的户主"):
        sheets.entries(Paid(), paid)
    rows = [
        sheets.SheetEntry("H0000001", VILLAGE, "1组", 3, "M00000001", name, 100) for name in ("产业奖补", "交通补贴")
    ]
    sheet = sheets.make(paid, rows, {"M00000001": "甲"}, b"a" * 64)
    assert len(sheet.pages[0].rows) == 2 and sheet.households == 1
    record = paid.__dict__ | {"title": "补助发放公示", "starts_on": DAY, "ends_on": DAY, "doc_no": ""}
    shown = SimpleNamespace(**record)
    county = {"office": "示例县扶贫办", "office_phone": None, "hotline": "12317"}
    assert "共 1 户" in render(shown, sheet, county, None, "A4", "张郢村委会", "张郢村")
    with load(WorkTree(made[0]), ["divisions"]) as database:
        noted = namedtuple("Notice", record)(**record)
        assert b"items: 1\n" in b"".join(notices.new(WorkTree(made[0]), database, noted, (), sheet).values())


def test_the_examples_own_commitments_are_those_of_its_sheets():
    from support import ROOT

    tree = WorkTree(ROOT)
    identity = read_identity(ROOT / "records/keys/DEMO-identity.txt", ROOT)
    with load(tree, ["notices", "notice-commitments", "divisions", *sheets.RESOURCES]) as database:
        found = notices.find(database, "G2020-80057")
        made = boards.sheet(tree, database, found, identity, notices.committed(database, "G2020-80057"))
        assert made.category == "拟纳入监测对象"
        assert notices.check(database, datetime.date(2020, 6, 30)) == []


def test_the_township_of_a_village(made):
    with load(WorkTree(made[0]), ["divisions"]) as database:
        assert boards.township_slug(database, VILLAGE) == boards.township_slug(database, TOWN) == "guzhen"
