"""Identifiers: straight into the sealed file, checked there, and found nowhere else."""

from __future__ import annotations

import stat
import subprocess
import tempfile
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from exchange.books import xlsx
from gongshi.cli.importing import import_
from gongshi.cli.sealing import unseal as unseal_command
from gongshi.exchange import Fate, refused_workbook
from gongshi.model import GongshiError
from gongshi.repository import Git, WorkTree
from gongshi.sealing import new_epoch, read_recipients, unseal
from gongshi.sealing.signers import SIGNERS
from sealing.signed import Ledger

HEAD = ["人编号", "户编号", "姓名", "身份证号", "联系电话"]
NAMES = ("赵㐂龘", "钱㐂龘")


def id_no(birth: str, order: str) -> str:
    """A number of a region that does not exist, with a right check character."""
    number = f"999999{birth}{order}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return number + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True)) % 11]


HIS, HER = id_no("19810705", "111"), id_no("19830201", "222")
PHONE = "1" + "3" * 10
OTHER_HOUSE = (
    "M00000009,H0000009,户主,男,1981-07,汉,,初中,,,,,健康,,,普通劳动力,,,,,,,是,否,是,,未享受,不享受,否,,正常,,\n"
)


def people(*changes: dict[int, object]) -> bytes:
    rows = [["M00000001", "H0000001", NAMES[0], HIS, PHONE], ["M00000002", "H0000001", NAMES[1], HER, ""]]
    for row, change in zip(rows, changes, strict=False):
        for place, cell in change.items():
            row[place] = cell
    return xlsx([["花名册"], HEAD, *rows])


def opened(root: Path, identity) -> dict[str, dict[str, str]]:
    return {row["member_no"]: row for row in unseal(WorkTree(root), "guzhen", identity)}


def told(result) -> dict[str, str]:
    return {place: message for row in result.rows for place, message in row.places()}


def test_identifiers_are_sealed_and_the_second_time_nothing_changes(root, take, identity) -> None:
    members = (root / "records/townships/guzhen/members.csv").read_bytes()
    result = take("名单.xlsx", people(), identity=identity())
    assert result.counts == {Fate.UPDATED: 2}
    assert sorted(result.files) == ["records/keys/guzhen/2020.age", "records/townships/guzhen/sealed.csv"]
    assert (root / "records/townships/guzhen/members.csv").read_bytes() == members
    assert opened(root, identity())["M00000001"] == {
        "member_no": "M00000001", "name": NAMES[0], "id_no": HIS, "phone": PHONE,
    }  # fmt: skip
    again = take("名单.xlsx", people(), identity=identity())
    assert again.counts == {Fate.UNCHANGED: 2} and again.files == {}


def test_nobody_is_sealed_with_a_key_that_somebody_planted(root, take, identity, tmp_path, monkeypatch) -> None:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "测试")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "test@example.invalid")
    Git(root).run("init", "-q")
    (tmp_path / "keys").mkdir()
    signed = Ledger(root, tmp_path / "keys")
    signers = signed.line("root") + signed.line("keeper")
    signed.commit("root", {SIGNERS: signers, "records/county/county.yaml": signed.settings("root")})
    path, readers = "records/keys/guzhen/2020.age", [entry.recipient for entry in read_recipients(WorkTree(root))]
    place = root / path
    place.parent.mkdir()
    place.write_bytes(new_epoch(readers)[1])
    with pytest.raises(GongshiError, match="没有密钥管理员的签名"):
        take("名单.xlsx", people(), identity=identity())
    place.unlink()
    with pytest.raises(GongshiError, match="--epoch 2020 --rewrap"):
        take("名单.xlsx", people(), identity=identity())
    keeper = replace(identity("county"), signing=signed.key("keeper"))
    assert sorted(take("名单.xlsx", people(), identity=keeper).files)[:2] == [path, f"{path}.sig"]
    assert take("名单.xlsx", people({4: "1" + "3" * 9 + "5"}), identity=identity()).counts[Fate.UPDATED] == 1
    place.write_bytes(new_epoch(readers)[1])
    signed.commit("")
    refused = take("名单.xlsx", people({4: "1" + "3" * 9 + "6"}), identity=identity())
    assert refused.files == {} and set(refused.counts) == {Fate.REFUSED}
    assert all("对不上内容" in message for message in told(refused).values())


def test_blank_identifiers_leave_what_is_sealed(root, take, identity) -> None:
    take("名单.xlsx", people(), identity=identity())
    assert take("名单.xlsx", people({3: "", 4: None}), identity=identity()).files == {}
    take("名单.xlsx", people({4: f"+86 {PHONE[:3]}-{PHONE[3:7]}-{PHONE[7:10]}4"}), identity=identity())
    person = opened(root, identity())["M00000001"]
    assert person["phone"].endswith("4") and person["id_no"] == HIS


def test_without_a_key_nothing_is_imported(plan) -> None:
    with pytest.raises(GongshiError, match="密钥") as error:
        plan("名单.xlsx", people())
    assert NAMES[0] not in str(error.value)


def test_another_townships_key_does_not_open(root, take, plan, identity) -> None:
    take("名单.xlsx", people(), identity=identity())
    result = plan("名单.xlsx", people({2: "孙㐂龘"}), identity=identity("changle"))
    assert result.counts[Fate.REFUSED] >= 1 and "解不开" in told(result)["C3"]


FAULTS = {
    "check character": ({3: HIS[:-1] + ("0" if HIS[-1] != "0" else "1")}, "D3", "校验码"),
    "rounded by Excel as text": ({3: HIS[:15] + "000"}, "D3", "Excel"),
    "rounded by Excel as number": ({3: float(HIS[:17] + "0")}, "D3", "15 位"),
    "scientific": ({3: "9.99999E+17"}, "D3", "科学计数"),
    "too short": ({3: HIS[:15]}, "D3", "18 位"),
    "sex": ({3: id_no("19810705", "112")}, "D3", "性别"),
    "birth": ({3: id_no("19820705", "111")}, "D3", "出生年月"),
    "future": ({3: id_no("20990705", "111")}, "D3", "过去"),
    "no such day": ({3: id_no("19810231", "111")}, "D3", "过去"),
    "name with digits": ({2: "赵1"}, "C3", "数字"),
    "phone": ({4: "12345"}, "E3", "手机号"),
    "phone as zero-less number": ({4: 1333333333}, "E3", "文本"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_with_a_person_is_refused_and_not_repeated(name: str, plan, identity) -> None:
    change, place, part = FAULTS[name]
    result = plan("名单.xlsx", people(change), identity=identity())
    assert result.counts == {Fate.REFUSED: 1, Fate.UPDATED: 1}
    assert part in told(result)[place]
    assert str(next(iter(change.values()))) not in repr(result.rows)


def test_duplicates_within_the_township_and_across_it(root, take, plan, identity) -> None:
    twice = plan("名单.xlsx", people({}, {3: HIS}), identity=identity())
    assert twice.counts[Fate.REFUSED] == 1
    take("名单.xlsx", people(), identity=identity())
    with (root / "records/townships/changle/members.csv").open("a", encoding="utf-8") as file:
        file.write(OTHER_HOUSE)
    other = xlsx([HEAD, ["M00000009", "H0000009", "孙㐂龘", HIS, ""]])
    result = plan("丙村.xlsx", other, identity=identity("county"))
    assert "M00000001" in told(result)["D2"]
    assert plan("丙村.xlsx", other, identity=identity("changle")).counts == {Fate.UPDATED: 1}


def test_two_numbers_can_change_places(root, take, identity) -> None:
    """Typed into each other's rows, then mended; sex and birth then fit."""
    wrong = [HEAD, ["M00000001", "H0000001", NAMES[0], "", ""], ["M00000002", "H0000001", NAMES[1], "", ""]]
    take("名单.xlsx", xlsx(wrong), identity=identity())
    members = root / "records/townships/guzhen/members.csv"
    text = members.read_text(encoding="utf-8")
    swapped = text.replace("男,1981-07", "@").replace("女,1983-02", "男,1981-07").replace("@", "女,1983-02")
    members.write_text(swapped, encoding="utf-8")
    first = take("名单.xlsx", people({3: HER}, {3: HIS}), identity=identity())
    assert first.counts == {Fate.UPDATED: 2}, told(first)
    members.write_text(text, encoding="utf-8")
    assert take("名单.xlsx", people(), identity=identity()).counts == {Fate.UPDATED: 2}


def test_a_member_without_a_number_is_found_by_the_id(take, plan, identity) -> None:
    take("名单.xlsx", people(), identity=identity())
    rows = [["身份证号", "姓名", "健康状况"], [HIS, NAMES[0], "患有大病"], [id_no("19900101", "111"), "李㐂龘", "健康"]]
    result = plan("体检.xlsx", xlsx(rows), identity=identity())
    assert [row.key for row in result.rows if row.kind is Fate.UPDATED] == [("M00000001",)]
    assert "人编号" in told(result)["A3"] and "M00000003" in told(result)["A3"]


def test_birth_day_gives_the_month(plan, identity) -> None:
    rows = [["人编号", "户编号", "姓名", "出生日期"], ["M00000001", "H0000001", NAMES[0], "1981年7月5日"]]
    assert plan("名单.xlsx", xlsx(rows), identity=identity()).counts == {Fate.UPDATED: 1}
    rows[1][3] = "1981-08-05"
    assert plan("名单.xlsx", xlsx(rows), identity=identity()).rows[0].changes[0].title == "出生年月"


def test_other_tables_do_not_take_identifiers(plan) -> None:
    rows = [["户编号", "户主姓名", "证件号码", "家庭人口"], ["H0000001", NAMES[0], HIS, 3]]
    result = plan("户.xlsx", xlsx(rows))
    assert result.counts == {Fate.UPDATED: 1} and len(result.sheets[0].notices) == 2
    assert NAMES[0] not in "".join(result.sheets[0].notices)


def secrets() -> list[str]:
    return [*NAMES, HIS, HER, PHONE]


def holds(data: bytes) -> list[str]:
    return [word for word in secrets() for code in ("utf-8", "gb18030", "utf-16-le") if word.encode(code) in data]


def test_nothing_in_the_clear_anywhere(root: Path, tmp_path: Path, monkeypatch) -> None:
    """Any Git object, file, log, output, temporary folder or argument of a process after an import with names."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", None)
    called: list[object] = []
    popen = subprocess.Popen.__init__

    def spy(self, args, *rest, **how):
        called.append(args)
        return popen(self, args, *rest, **how)

    monkeypatch.setattr(subprocess.Popen, "__init__", spy)
    place = tmp_path / "名单.xlsx"
    place.write_bytes(people({}, {1: "H9999999", 4: "12"}))
    arguments = [str(place), "--identity", str(tmp_path / "home/guzhen")]
    outputs = [CliRunner().invoke(import_, [*arguments, *more], obj=root) for more in (["--dry-run"], [])]
    assert [result.exit_code for result in outputs] == [1, 1], outputs[0].output
    assert not holds("".join(result.output for result in outputs).encode())
    git = ["git", "-C", str(root), "-c", "user.name=t", "-c", "user.email=t@example.invalid"]
    for step in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "导入"]):
        subprocess.run([*git, *step], check=True)
    found = {}
    for file in tmp_path.rglob("*"):
        if file.is_file() and file != place:
            data = file.read_bytes()
            if file.parent.parent.name == "objects" and len(file.name) == 38:
                data = zlib.decompress(data)
            found[file.name] = holds(data)
    back = found.pop("名单-退回-含个人信息.xlsx")
    assert len(found) > 50 and not back and not any(found.values())  # packed; what it holds is looked at elsewhere
    assert stat.S_IMODE((tmp_path / "名单-退回-含个人信息.xlsx").stat().st_mode) == 0o600
    assert not holds(repr(called).encode())
    assert not any(scratch.iterdir())


def test_the_refused_workbook_holds_all_that_the_rows_hold(plan, identity) -> None:
    import io

    import openpyxl

    result = plan("名单.xlsx", people({4: "12"}, {1: HER}), identity=identity())
    sheet = openpyxl.load_workbook(io.BytesIO(refused_workbook(result))).active
    _, head, *cells = [[cell.value for cell in row] for row in sheet]  # its title stays
    assert (
        head[4] == "姓名" and [row[4:6] for row in cells] == [[NAMES[0], HIS], [NAMES[1], HER]] and cells[0][6] == "12"
    )
    assert "11 位" in cells[0][1] and any(cell.comment and "11 位" in cell.comment.text for cell in sheet[3])


def test_the_county_s_rules_decide_what_is_refused_and_what_is_warned_of(root: Path, plan, take, identity) -> None:
    """Policy is data: phone_shared warns as it ships, and refuses where a county says so."""
    with (root / "records/townships/changle/members.csv").open("a", encoding="utf-8") as file:
        file.write(OTHER_HOUSE)
    take("名单.xlsx", people(), identity=identity("county"))
    other = xlsx([HEAD, ["M00000009", "H0000009", "孙㐂龘", "", PHONE]])
    result = plan("丙村.xlsx", other, identity=identity("county"))
    assert result.counts == {Fate.UPDATED: 1}
    (warning,) = result.warnings
    assert warning.startswith("Sheet1!E2: 同一电话登记在不同户") and "M00000001" in warning and PHONE not in warning
    book = root / "policies/quality.yaml"
    text = book.read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(text) if "id: q16b" in line)
    text[at] = text[at].replace("severity: warning", "severity: error")
    book.write_text("\n".join(text) + "\n", encoding="utf-8")
    strict = plan("丙村.xlsx", other, identity=identity("county"))
    assert strict.counts == {Fate.REFUSED: 1} and "同一电话" in told(strict)["E2"] and strict.files == {}
    book.unlink()
    assert plan("丙村.xlsx", other, identity=identity("county")).warnings == []


def test_the_county_s_key_finds_one_person_in_two_townships(root: Path, take, identity, tmp_path: Path) -> None:
    with (root / "records/townships/changle/members.csv").open("a", encoding="utf-8") as file:
        file.write(OTHER_HOUSE)
    take("名单.xlsx", people(), identity=identity("guzhen"))
    take("丙村.xlsx", xlsx([HEAD, ["M00000009", "H0000009", "孙㐂龘", HIS, ""]]), identity=identity("changle"))

    def checked(role: str, *more: str):
        return CliRunner().invoke(unseal_command, ["--identity", str(tmp_path / "home" / role), *more], obj=root)

    for role, slug in (("guzhen", "guzhen"), ("changle", "changle")):
        alone = checked(role, "--check", "--township", slug)
        assert alone.exit_code == 0 and "检查通过" in alone.output, alone.output
    whole = checked("county", "--check")
    assert whole.exit_code == 1 and "M00000009" in whole.output and "[q02 Q02]" in whole.output
    assert not holds(whole.output.encode())
    opened_all = checked("county")
    assert opened_all.exit_code == 0 and HIS in opened_all.stdout and "错误 1 条" in opened_all.stderr
    assert not holds(opened_all.stderr.encode())
