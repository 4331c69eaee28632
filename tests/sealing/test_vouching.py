"""Data keys, readers and boxes that nobody with the right to it made are refused or told, each in one sentence."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from gongshi.cli.sealing import keygen as keygen_command
from gongshi.cli.sealing import seal as seal_command
from gongshi.cli.sealing import unseal as unseal_command
from gongshi.model import GongshiError, Severity
from gongshi.repository import RevisionTree, WorkTree
from gongshi.sealing import (
    Identity,
    check_keys,
    generate_identity,
    keygen,
    new_epoch,
    read_identity,
    read_recipients,
    rewrap,
    seal,
    survey,
    unseal,
)
from gongshi.sealing.authority import COUNTY_FILE
from gongshi.sealing.keys import DEMO_RECIPIENT, loose
from gongshi.sealing.layout import RECIPIENTS, Recipient, read_sealed, recipients_bytes, sealed_bytes
from gongshi.sealing.signers import KEY, SIGNERS, sign
from sealing.signed import Ledger

KEY_2020, KEY_2021 = "records/keys/guzhen/2020.age", "records/keys/guzhen/2021.age"
LIST = b"member_no,name\nM1,a\nM2,b\n"
NOON, DAY = 1_593_489_600, 86_400


@dataclass
class County:
    """A county with a history: ``clerk`` opens guzhen, ``keeper`` opens all and can sign data keys."""

    ledger: Ledger
    clerk: Identity
    keeper: Identity

    @property
    def root(self) -> Path:
        return self.ledger.root

    @property
    def tree(self) -> WorkTree:
        return WorkTree(self.root)

    def seal(self, who: Identity, epoch: str = "2020", data: bytes = LIST, slug: str = "guzhen") -> tuple[str, ...]:
        return seal(self.root, slug, epoch, data, who)

    def errors(self) -> list[tuple[str, str]]:
        return [(one.path, one.message) for one in check_keys(self.tree) if one.severity is Severity.ERROR]

    def begin(self) -> None:
        """The signers come: a commit of the root's own."""
        roles = "".join(self.ledger.line(role) for role in ("root", "keeper", "reviewer"))
        self.ledger.commit("root", {SIGNERS: roles, COUNTY_FILE: self.ledger.settings("root")})

    def plant(self, path: str) -> bytes:
        """A stranger's data key, wrapped to the very recipients that are registered."""
        key, wrapped = new_epoch(sorted({entry.recipient for entry in read_recipients(self.tree)}))
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_bytes(wrapped)
        return key

    def signature(self, holder: str, path: str, named: str = "") -> None:
        data = (named or path).encode() + b"\n" + (self.root / path).read_bytes()
        (self.root / f"{path}.sig").write_text(sign(data, KEY, self.ledger.key(holder)))


@pytest.fixture
def unsigned(ledger: Ledger, tmp_path: Path) -> County:
    home = tmp_path / "home"
    for role in ("guzhen", "yunshan", "county"):
        keygen(ledger.root, "扶贫办", role, home / role)
    ledger.commit("", {"records/x.csv": "a\n"})
    clerk, keeper = (read_identity(home / role, ledger.root) for role in ("guzhen", "county"))
    return County(ledger, clerk, replace(keeper, signing=ledger.key("keeper")))


@pytest.fixture
def signed(unsigned: County) -> County:
    unsigned.begin()
    return unsigned


def refuses(words: str, act, *arguments: object) -> str:
    with pytest.raises(GongshiError, match=words) as caught:
        act(*arguments)
    assert "请" in str(caught.value) and str(caught.value).count("。") == 1
    return str(caught.value)


def test_a_keeper_begins_a_year_and_a_clerk_seals_with_it(signed: County, tmp_path: Path) -> None:
    assert f"{KEY_2020}.sig" in signed.seal(signed.keeper)
    script = f"(echo {KEY_2020}; cat {KEY_2020}) | ssh-keygen -Y verify -f records/keys/signers -I keeper -n gongshi-key -s {KEY_2020}.sig"
    assert subprocess.run(["sh", "-c", script], cwd=signed.root, capture_output=True).returncode == 0
    assert signed.seal(signed.clerk, data=b"member_no,name\nM3,c\n") == ("records/townships/guzhen/sealed.csv",)
    assert signed.errors() == []
    signed.ledger.commit("")
    assert signed.errors() == [] and survey(signed.tree, None, signed.keeper).signed == 1


def test_who_is_no_keeper_begins_no_year(signed: County) -> None:
    refuses("由密钥管理员先运行", signed.seal, signed.clerk)
    for holder, words in (("reviewer", "不是密钥管理员"), ("root", "不是密钥管理员"), ("stranger", "没有登记")):
        refuses(words, signed.seal, replace(signed.clerk, signing=signed.ledger.key(holder)))
    assert not list((signed.root / "records/keys").glob("*/*.age"))


@pytest.mark.parametrize("how", ["bare", "stranger", "reviewer", "moved", "altered", "junk"])
def test_a_planted_key_is_not_used(signed: County, how: str) -> None:
    signed.seal(signed.keeper)
    signed.ledger.commit("")
    signed.plant(KEY_2021)
    if how in ("stranger", "reviewer"):
        signed.signature(how, KEY_2021)
    elif how == "moved":
        signed.signature("keeper", KEY_2021, KEY_2020)
    elif how == "altered":
        signed.signature("keeper", KEY_2021)
        signed.plant(KEY_2021)
    elif how == "junk":
        (signed.root / f"{KEY_2021}.sig").write_bytes(b"\xff\0")
    for commit in (False, True):
        if commit:
            signed.ledger.commit("")
        for who in (signed.clerk, signed.keeper):
            refuses("不用它封存", signed.seal, who, "2021")
            refuses("不用它封存", rewrap, signed.root, "guzhen", who)
        [(path, message)] = signed.errors()
        assert path == KEY_2021 and "不用它封存" in message
    [told] = check_keys(RevisionTree(signed.ledger.git, "HEAD"))
    assert told.path == KEY_2021
    assert read_sealed(signed.tree, "guzhen")[0].epoch == "2020"
    refuses("不用它封存", signed.seal, signed.keeper, "2021", LIST, "guzhen")


def test_a_signed_key_of_one_township_is_none_for_another(signed: County) -> None:
    signed.seal(signed.keeper)
    there = "records/keys/yunshan/2020.age"
    signed.ledger.write(
        {there: (signed.root / KEY_2020).read_text(), f"{there}.sig": (signed.root / f"{KEY_2020}.sig").read_text()}
    )
    refuses("对不上内容", signed.seal, signed.keeper, "2020", LIST, "yunshan")
    assert [path for path, _ in signed.errors()] == [there]


def test_a_replaced_key_is_refused_by_whoever_reads_with_it(signed: County) -> None:
    signed.seal(signed.keeper)
    signed.ledger.commit("")
    good = (signed.root / KEY_2020).read_bytes()
    signed.plant(KEY_2020)
    signed.ledger.commit("reviewer")
    refuses("对不上内容", signed.seal, signed.clerk)
    refuses("对不上内容", unseal, signed.tree, "guzhen", signed.clerk)
    refuses("对不上内容", rewrap, signed.root, "guzhen", signed.keeper)
    signed.signature("keeper", KEY_2020)
    refuses("密钥文件被换过", signed.seal, signed.clerk)
    refuses("密钥文件被换过", rewrap, signed.root, "guzhen", signed.keeper)
    found = survey(signed.tree, None, signed.keeper)
    assert found.rows == [] and [one.path for one in found.findings] == [KEY_2020]
    (signed.root / KEY_2020).write_bytes(good)
    signed.signature("keeper", KEY_2020)
    assert len(survey(signed.tree, None, signed.keeper).rows) == 2 and rewrap(signed.root, "guzhen", signed.keeper)


def test_a_keeper_makes_the_years_key_before_the_clerks_need_it(signed: County) -> None:
    signed.seal(signed.keeper)
    refuses("--epoch 2021 --rewrap", signed.seal, signed.clerk, "2021")
    refuses("由密钥管理员先运行", rewrap, signed.root, "guzhen", signed.clerk, "2021")
    made = rewrap(signed.root, "guzhen", signed.keeper, "2021")
    assert {KEY_2020, KEY_2021, f"{KEY_2021}.sig"} <= set(made) and signed.errors() == []
    assert signed.seal(signed.clerk, "2021") == ("records/townships/guzhen/sealed.csv",)
    key = (signed.root / KEY_2021).read_bytes()
    assert len(list(unseal(signed.tree, "guzhen", signed.clerk))) == 2
    assert rewrap(signed.root, "guzhen", signed.keeper, "2021") and (signed.root / KEY_2021).read_bytes() != key
    assert len(list(unseal(signed.tree, "guzhen", signed.clerk))) == 2
    assert rewrap(signed.root, "yunshan", signed.keeper, "2021")


def test_what_is_older_than_the_file_is_unsigned_and_good_until_it_changes(unsigned: County) -> None:
    unsigned.seal(unsigned.clerk)
    unsigned.ledger.commit("")
    unsigned.begin()
    assert unsigned.errors() == [] and survey(unsigned.tree, None, unsigned.keeper).unsigned == 1
    assert unsigned.seal(unsigned.clerk, data=b"member_no,name\nM3,c\n")
    refuses("由密钥管理员先运行", rewrap, unsigned.root, "guzhen", unsigned.clerk)
    old = (unsigned.root / KEY_2020).read_bytes()
    unsigned.plant(KEY_2020)
    refuses("没有密钥管理员的签名", unsigned.seal, unsigned.clerk)
    assert [path for path, _ in unsigned.errors()] == [KEY_2020]
    (unsigned.root / KEY_2020).write_bytes(old)
    assert rewrap(unsigned.root, "guzhen", unsigned.keeper) == (KEY_2020, f"{KEY_2020}.sig")
    assert unsigned.errors() == [] and survey(unsigned.tree, None, unsigned.keeper).signed == 1


def test_without_signers_a_replaced_key_is_seen_by_its_boxes(unsigned: County) -> None:
    unsigned.seal(unsigned.clerk)
    unsigned.ledger.commit("")
    assert unsigned.errors() == []
    unsigned.plant(KEY_2020)
    refuses("密钥文件被换过", unsigned.seal, unsigned.clerk)
    refuses("密钥文件被换过", rewrap, unsigned.root, "guzhen", unsigned.clerk)


def test_a_line_of_readers_that_no_keeper_brought_gets_no_key(signed: County, tmp_path: Path) -> None:
    signed.seal(signed.keeper)
    signed.ledger.commit("")
    stranger = generate_identity()[1]
    lines = [*read_recipients(signed.tree), Recipient("guzhen", "外人", stranger)]
    (signed.root / RECIPIENTS).write_bytes(recipients_bytes(lines))
    for commit in (False, True):
        if commit:
            signed.ledger.commit("reviewer")
        assert "第 3 行" in refuses("当面核对公钥", rewrap, signed.root, "guzhen", signed.keeper)
        refuses("当面核对公钥", signed.seal, signed.keeper, "2021")
        assert signed.seal(signed.clerk, data=b"member_no,name\nM%d,c\n" % commit)
        told = [one for one in check_keys(signed.tree) if one.path == RECIPIENTS]
        assert [one.severity for one in told] == [Severity.ERROR if commit else Severity.WARNING]
    (signed.root / RECIPIENTS).write_bytes(recipients_bytes(lines[:2]))
    signed.ledger.commit("")
    refuses("当面核对公钥", rewrap, signed.root, "guzhen", signed.keeper)
    (signed.root / RECIPIENTS).write_bytes(recipients_bytes(lines))
    signed.ledger.commit("keeper")
    assert signed.errors() == [] and rewrap(signed.root, "guzhen", signed.keeper)


def test_a_keeper_who_left_signed_well_before_and_not_after(signed: County) -> None:
    ledger = signed.ledger
    signed.seal(signed.keeper)
    ledger.commit("", at=NOON + DAY)
    text = (
        (signed.root / SIGNERS)
        .read_text()
        .replace(
            ledger.line("keeper"),
            ledger.line("keeper", options=',valid-before="20200703Z"') + ledger.line("next", "keeper"),
        )
    )
    ledger.commit("root", {SIGNERS: text}, at=NOON + 5 * DAY)
    assert signed.errors() == [] and signed.seal(signed.clerk, data=b"member_no,name\nM3,c\n")
    signed.plant(KEY_2021)
    signed.signature("keeper", KEY_2021)
    assert "有效期" in signed.errors()[0][1]
    ledger.commit("", at=NOON)
    assert "有效期" in signed.errors()[0][1]
    (signed.root / KEY_2021).unlink()
    (signed.root / f"{KEY_2021}.sig").unlink()
    refuses("有效期", rewrap, signed.root, "guzhen", signed.keeper)
    assert rewrap(signed.root, "guzhen", replace(signed.keeper, signing=ledger.key("next")))


def test_the_demo_key_stands_alone_also_when_its_file_is_gone(unsigned: County) -> None:
    lines = [*read_recipients(unsigned.tree), Recipient("guzhen", "演示", DEMO_RECIPIENT)]
    (unsigned.root / RECIPIENTS).write_bytes(recipients_bytes(lines))
    refuses("演示公钥", unsigned.seal, unsigned.clerk)
    assert [path for path, _ in unsigned.errors()] == [RECIPIENTS]
    alone = [Recipient(role, "演示", DEMO_RECIPIENT) for role in ("county", "guzhen")]
    unsigned.ledger.write({RECIPIENTS: recipients_bytes(alone).decode(), COUNTY_FILE: "example: 否\n"})
    assert [path for path, _ in unsigned.errors()] == [RECIPIENTS]
    unsigned.ledger.write({COUNTY_FILE: "example: 是\n"})
    assert unsigned.errors() == []


def test_the_settings_and_the_file_stay_what_the_history_says(signed: County, tmp_path: Path) -> None:
    ledger = signed.ledger
    for settings in (ledger.settings("stranger"), "name: 某某县\n"):
        ledger.write({COUNTY_FILE: settings})
        assert [path for path, _ in signed.errors()] == [COUNTY_FILE]
    ledger.write({COUNTY_FILE: ledger.settings("root"), SIGNERS: ledger.line("stranger", "root", "keeper")})
    [told] = check_keys(signed.tree)
    assert told.severity is Severity.WARNING and "还没有提交" in told.message
    refuses("没有登记", signed.seal, replace(signed.keeper, signing=ledger.key("stranger")))
    copy = tmp_path / "另存"
    copy.mkdir()
    subprocess.run(["cp", "-r", str(signed.root / "records"), str(copy)], check=True)
    [told] = check_keys(WorkTree(copy))
    assert told.path == SIGNERS and "看不到历史" in told.message
    refuses("看不到历史", seal, copy, "guzhen", "2020", LIST, signed.keeper)
    (copy / SIGNERS).unlink()
    assert [(one.path, one.severity) for one in check_keys(WorkTree(copy))] == [(COUNTY_FILE, Severity.ERROR)]


@pytest.mark.parametrize(
    "path", ["identity.txt", "guzhen/2020.txt", "guzhen/20.age", "guzhen/more/2020.age", "signing"]
)
def test_nothing_else_lies_among_the_keys(unsigned: County, path: str) -> None:
    unsigned.seal(unsigned.clerk)
    assert unsigned.errors() == []
    unsigned.ledger.write({f"records/keys/{path}": generate_identity()[0]})
    [(told, message)] = unsigned.errors()
    assert told == f"records/keys/{path}" and "作废换新" in message and "SECRET" not in message


def test_the_first_manifest_may_lie_among_the_keys_and_nothing_in_its_name(unsigned: County) -> None:
    label = f"000001-2020-06-30-{'e' * 64}"
    for text, told in ((f"{label}\n", 0), (label, 0), (f"{label}\n{label}\n", 1), (generate_identity()[0], 1), ("", 1)):
        unsigned.ledger.write({"records/keys/chain": text})
        assert len(unsigned.errors()) == told, text


def test_a_signature_without_its_key_is_told(signed: County) -> None:
    signed.seal(signed.keeper)
    (signed.root / KEY_2020).unlink()
    assert [path for path, _ in signed.errors()] == [f"{KEY_2020}.sig"]


def spoil(row, other, later, how: str):
    return {
        "garbage": row._replace(box="A" * 64),
        "moved": row._replace(box=other.box),
        "epoch": row._replace(box=later.box),
        "relabelled": row._replace(epoch="2021"),
        "cut": row._replace(box=row.box[:-8]),
    }[how]


@pytest.mark.parametrize("how", ["garbage", "moved", "epoch", "relabelled", "cut"])
def test_every_box_that_does_not_open_is_found_in_one_go(unsigned: County, how: str) -> None:
    for slug in ("guzhen", "yunshan"):
        seal(unsigned.root, slug, "2020", LIST, unsigned.keeper)
        seal(unsigned.root, slug, "2021", b"member_no,name\nM3,c\nM4,d\n", unsigned.keeper)
        one, two, three, four = read_sealed(unsigned.tree, slug)
        place = unsigned.root / f"records/townships/{slug}/sealed.csv"
        place.write_bytes(sealed_bytes([spoil(one, two, three, how), two, three, spoil(four, three, one, how)]))
    found = survey(unsigned.tree, None, unsigned.keeper)
    places = [(one.path, one.line, one.key) for one in found.findings]
    lines = [(2, ("M1",)), (5, ("M4",))][: 1 if how == "relabelled" else 2]
    assert places == [
        (f"records/townships/{slug}/sealed.csv", line, key) for slug in ("guzhen", "yunshan") for line, key in lines
    ]
    assert len(found.rows) == 8 - len(places)
    assert len(survey(unsigned.tree, "guzhen", unsigned.clerk).findings) == len(lines)


def test_keys_that_are_gone_replaced_or_not_for_this_identity(unsigned: County) -> None:
    for slug in ("guzhen", "yunshan"):
        seal(unsigned.root, slug, "2020", LIST, unsigned.keeper)
    found = survey(unsigned.tree, None, unsigned.clerk)
    assert (found.foreign, found.findings, len(found.rows)) == (["yunshan"], [], 2)
    (unsigned.root / KEY_2020).write_bytes(new_epoch([generate_identity()[1]])[1])
    (unsigned.root / "records/keys/yunshan/2020.age").unlink()
    found = survey(unsigned.tree, None, unsigned.keeper)
    assert [one.path for one in found.findings] == [KEY_2020, "records/keys/yunshan/2020.age"] and not found.rows
    (unsigned.root / "records/townships/yunshan/sealed.csv").write_text("x\n")
    found = survey(unsigned.tree, None, unsigned.keeper)
    assert [one.code for one in found.findings] == ["sealed-key", "sealed-file"]


def say(command, *arguments: object, root: Path, code: int = 0, **how) -> str:
    result = CliRunner().invoke(command, [str(argument) for argument in arguments], obj=root, **how)
    assert result.exit_code == code, result.output + repr(result.exception)
    return result.output


def test_the_commands_say_it(signed: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("GONGSHI_SIGNING_KEY", str(signed.ledger.key("keeper")))
    arguments = ("--township", "guzhen", "--epoch", "2020", "--identity", home / "county")
    told = say(seal_command, *arguments, root=signed.root, input=LIST)
    assert "未签" not in told and "注意" not in told
    told = say(unseal_command, "--check", "--identity", home / "county", root=signed.root)
    assert "已签 1 个，未签 0 个" in told and "已打开 2 人" in told
    row = read_sealed(signed.tree, "guzhen")
    (signed.root / "records/townships/guzhen/sealed.csv").write_bytes(
        sealed_bytes([row[0], row[1]._replace(box="AAAA")])
    )
    told = say(unseal_command, "--check", "--identity", home / "county", root=signed.root, code=1)
    assert "sealed.csv:3" in told and "M2" in told and "已打开 1 人" in told
    (signed.root / "records/townships/guzhen/sealed.csv").write_bytes(sealed_bytes(row))
    (signed.root / f"{KEY_2020}.sig").unlink()
    told = say(unseal_command, "--identity", home / "county", root=signed.root)
    assert "M1,a" in told and "注意" in told and KEY_2020 in told
    (home / "county").chmod(0o644)
    (signed.ledger.key("keeper")).chmod(0o640)
    told = say(unseal_command, "--identity", home / "county", root=signed.root)
    assert told.count("chmod 600") == 2 and str(home / "county") in told


def test_an_unsigned_county_says_so(unsigned: County, tmp_path: Path) -> None:
    arguments = ("--township", "guzhen", "--epoch", "2020", "--identity", tmp_path / "home/guzhen")
    assert "未签" in say(seal_command, *arguments, root=unsigned.root, input=LIST)
    assert "已签 0 个，未签 1 个" in say(unseal_command, "--check", *arguments[4:], root=unsigned.root)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610])
def test_a_private_file_that_others_can_read_is_told(tmp_path: Path, mode: int) -> None:
    place = tmp_path / "identity.txt"
    place.write_text(generate_identity()[0])
    place.chmod(0o600)
    assert loose(place) == "" and loose(tmp_path / "none") == ""
    place.chmod(mode)
    assert ("chmod 600" in loose(place)) == (os.name == "posix")


def test_a_signing_key_is_made_registered_and_signs_commits(ledger: Ledger, tmp_path: Path) -> None:
    place = tmp_path / "home/signing"
    ledger.commit("", {"records/x.csv": "a\n"})
    with pytest.raises(GongshiError, match="没有角色是 root"):
        CliRunner().invoke(
            keygen_command,
            ["--sign", "--name", "县办", "--role", "keeper", "--identity", str(place)],
            obj=ledger.root,
            catch_exceptions=False,
        )
    told = say(
        keygen_command, "--sign", "--name", "县办", "--role", "root,keeper", "--identity", place, root=ledger.root
    )
    mark = next(word for word in told.replace("。", " ").split() if word.startswith("SHA256:"))
    assert loose(place) == "" and place.with_name("signing.pub").read_text().startswith("ssh-ed25519 ")
    assert subprocess.run(["ssh-keygen", "-y", "-f", str(place)], capture_output=True).returncode == 0
    other = " ".join(ledger.key("other").with_suffix(".pub").read_text().split()[:2])
    assert "公钥已登记" in say(
        keygen_command, "--sign", "--name", "发布机", "--role", "publisher", "--public", other, root=ledger.root
    )
    ledger.write({COUNTY_FILE: f"root_fingerprint: {mark}\n"})
    ledger.git.run("add", "-A")
    ledger.git.run("commit", "-q", "-m", "签名人")
    assert {signer.name for signer in ledger.standing.signers.lines} == {"县办", "发布机"}
    assert check_keys(WorkTree(ledger.root)) == []
    for wrong in (("--role", "boss"), ("--role", "keeper", "--public", "age1x"), ("--role", "根", "--public", other)):
        with pytest.raises(GongshiError, match="请"):
            CliRunner().invoke(
                keygen_command, ["--sign", "--name", "x", *wrong], obj=ledger.root, catch_exceptions=False
            )
    with pytest.raises(GongshiError, match="仓库"):
        inside = ["--sign", "--name", "x", "--role", "root", "--identity", str(ledger.root / "signing")]
        CliRunner().invoke(keygen_command, inside, obj=ledger.root, catch_exceptions=False)
    assert not (ledger.root / "signing").exists()


def test_a_signing_key_with_a_passphrase(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helper = tmp_path / "ask"
    helper.write_text("#!/bin/sh\necho long enough\n")
    helper.chmod(0o700)
    monkeypatch.setenv("SSH_ASKPASS_REQUIRE", "force")
    monkeypatch.setenv("SSH_ASKPASS", str(helper))
    place = tmp_path / "home/signing"
    arguments = ["--sign", "--passphrase", "--name", "县办", "--role", "root", "--identity", str(place)]
    assert "指纹 SHA256:" in say(keygen_command, *arguments, root=ledger.root)
    assert subprocess.run(["ssh-keygen", "-y", "-P", "", "-f", str(place)], capture_output=True).returncode != 0
    assert sign(b"x", KEY, place).startswith("-----BEGIN SSH SIGNATURE-----")


def test_a_keeper_registers_somebody_elses_key(signed: County, tmp_path: Path) -> None:
    other = generate_identity()[1]
    arguments = ("--name", "新专干", "--role", "guzhen", "--public", other)
    told = say(keygen_command, *arguments, root=signed.root)
    assert other in told and "签名的提交" in told and not (tmp_path / "home/new").exists()
    signed.ledger.commit("keeper")
    assert signed.errors() == [] and ("guzhen", "新专干", other) in read_recipients(signed.tree)
    with pytest.raises(GongshiError, match="age 公钥"):
        keygen(signed.root, "谁", "guzhen", tmp_path / "x", "ssh-ed25519 AAAA")
