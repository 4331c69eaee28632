"""Which states of the signers file and of the list of recipients count: what the history must and must not look like."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from gongshi.repository import Git
from gongshi.sealing.authority import COUNTY_FILE, UNSIGNED, standing
from gongshi.sealing.layout import RECIPIENTS
from gongshi.sealing.signers import SIGNERS
from sealing.signed import recipients

DAY = 86_400
NOON = 1_593_489_600  # 30 June 2020, 12:00 in China


def names(ledger) -> set[str]:
    return {signer.name for signer in ledger.standing.signers.lines}


def test_without_the_file_nothing_is_signed_and_nothing_is_said(ledger) -> None:
    ledger.commit("", {RECIPIENTS: recipients("甲"), "records/x.csv": "a\n"})
    assert ledger.standing is UNSIGNED


def test_the_file_begins_with_its_own_root(ledger) -> None:
    commit = ledger.begin()
    now = ledger.standing
    assert names(ledger) == {"root岗", "keeper岗", "reviewer岗"} and now.refused == {}
    assert (now.root, now.founded.commit) == (ledger.fingerprint("root"), commit)
    assert now.recipients == recipients("甲").encode()
    stock = ["-c", f"gpg.ssh.allowedSignersFile={ledger.root / SIGNERS}", "verify-commit", "HEAD"]
    assert ledger.git.complaint(*stock) == ""


@pytest.mark.parametrize("by", ["", "keeper", "stranger"])
def test_a_file_that_no_root_of_its_own_brought_does_not_begin(ledger, by: str) -> None:
    ledger.commit("", {RECIPIENTS: recipients("甲")})
    ledger.commit(by, {SIGNERS: ledger.line("root") + ledger.line("keeper"), COUNTY_FILE: ledger.settings("root")})
    assert ledger.standing.signers is None
    told = ledger.standing.refused[SIGNERS]
    assert "还不算数" in told and "git commit -S" in told and told.count("。") == 1


@pytest.mark.parametrize("settings", ["name: 某某县\n", "root_fingerprint: SHA256:abc\n", "{", None])
def test_the_settings_must_name_the_first_root(ledger, settings: str | None) -> None:
    files = {SIGNERS: ledger.line("root"), "records/x.csv": "a\n"}
    ledger.commit("root", files | ({COUNTY_FILE: settings} if settings else {}))
    assert ledger.standing.signers is None and "root_fingerprint" in ledger.standing.refused[SIGNERS]
    ledger.commit("root", {SIGNERS: ledger.line("root") + "# 再来\n", COUNTY_FILE: ledger.settings("root")})
    assert names(ledger) == {"root岗"} and ledger.standing.refused == {}


def test_only_a_root_changes_the_file(ledger) -> None:
    ledger.begin()
    before = ledger.root.joinpath(SIGNERS).read_text()
    for by in ("", "keeper", "reviewer", "stranger"):
        commit = ledger.commit(by, {SIGNERS: before + ledger.line("stranger", "root")})
        now = ledger.standing
        assert "stranger岗" not in names(ledger)
        assert commit[:12] in now.refused[SIGNERS] and "由根" in now.refused[SIGNERS]
        ledger.commit(by, {SIGNERS: before})
        assert ledger.standing.refused == {}
    ledger.commit("root", {SIGNERS: before + ledger.line("stranger", "root")})
    assert "stranger岗" in names(ledger)
    ledger.commit("stranger", {SIGNERS: ledger.line("stranger", "root") + ledger.line("keeper")})
    assert names(ledger) == {"stranger岗", "keeper岗"} and ledger.standing.root == ledger.fingerprint("root")
    ledger.commit("root", {SIGNERS: before})
    assert names(ledger) == {"stranger岗", "keeper岗"} and SIGNERS in ledger.standing.refused


def test_one_line_slipped_in_beside_records_is_refused(ledger) -> None:
    ledger.begin()
    before = ledger.root.joinpath(SIGNERS).read_text()
    ledger.commit("", {SIGNERS: ledger.line("stranger", "keeper") + before, "records/x.csv": "b\n"})
    ledger.commit("reviewer", {"records/x.csv": "c\n"})
    assert "stranger岗" not in names(ledger) and SIGNERS in ledger.standing.refused
    ledger.commit("root", {"records/x.csv": "d\n"})
    assert "stranger岗" not in names(ledger) and SIGNERS in ledger.standing.refused


@pytest.mark.parametrize("what", ["gone", "link", "broken", "rootless", "submodule"])
def test_a_file_taken_away_or_spoilt_changes_nothing(ledger, what: str) -> None:
    ledger.begin()
    before = names(ledger)
    place = ledger.root / SIGNERS
    if what == "gone":
        ledger.write({SIGNERS: None})
    elif what == "link":
        place.unlink()
        place.symlink_to("recipients.csv")
    elif what == "submodule":
        ledger.git.run("rm", "-q", "--cached", SIGNERS)
        place.unlink()
        ledger.git.run("update-index", "--add", "--cacheinfo", f"160000,{ledger.git.head()},{SIGNERS}")
        place.mkdir()
    else:
        place.write_text("root\n" if what == "broken" else ledger.line("keeper"), encoding="utf-8")
    ledger.commit("root")
    assert names(ledger) == before and SIGNERS in ledger.standing.refused


def test_a_merge_without_a_signature_brings_what_the_branch_did_rightly(ledger) -> None:
    ledger.begin()
    before = ledger.root.joinpath(SIGNERS).read_text()
    ledger.git.run("switch", "-q", "-c", "side")
    ledger.commit("root", {SIGNERS: before + ledger.line("second", "root")})
    ledger.commit("second", {SIGNERS: before + ledger.line("second", "root") + ledger.line("third", "publisher")})
    ledger.git.run("switch", "-q", "main")
    ledger.commit("", {"records/x.csv": "b\n"})
    ledger.merge("side")
    assert {"second岗", "third岗"} <= names(ledger) and ledger.standing.refused == {}
    ledger.commit("root", {SIGNERS: ledger.root.joinpath(SIGNERS).read_text() + ledger.line("fourth", "publisher")})
    ledger.git.run("switch", "-q", "side")
    ledger.commit("", {"records/y.csv": "b\n"})
    ledger.merge("main")
    assert {"second岗", "third岗", "fourth岗"} <= names(ledger) and ledger.standing.refused == {}


def test_a_merge_without_a_signature_brings_nothing_else(ledger) -> None:
    ledger.begin()
    before = ledger.root.joinpath(SIGNERS).read_text()
    ledger.git.run("switch", "-q", "-c", "side")
    ledger.commit("", {SIGNERS: before + ledger.line("stranger", "root")})
    ledger.commit("stranger", {SIGNERS: before + ledger.line("stranger", "root", "keeper")})
    ledger.git.run("switch", "-q", "main")
    ledger.merge("side")
    assert "stranger岗" not in names(ledger) and SIGNERS in ledger.standing.refused
    ledger.git.run("reset", "-q", "--hard", "HEAD~1")
    ledger.merge("side", "root")
    assert "stranger岗" in names(ledger)


def test_an_evil_merge_and_an_old_state_do_not_come_back(ledger) -> None:
    ledger.begin(ledger.line("left", "root"))
    before = ledger.root.joinpath(SIGNERS).read_text()
    ledger.git.run("branch", "old")
    ledger.git.run("switch", "-q", "-c", "side")
    ledger.commit("root", {SIGNERS: before + ledger.line("second", "keeper")})
    ledger.git.run("switch", "-q", "main")
    ledger.merge("side", "", "--no-commit")
    ledger.commit("", {SIGNERS: before + ledger.line("stranger", "keeper")})
    assert names(ledger) == {"root岗", "keeper岗", "reviewer岗", "left岗"} and SIGNERS in ledger.standing.refused
    ledger.git.run("reset", "-q", "--hard", "HEAD~1")
    ledger.commit("root", {SIGNERS: before.replace(ledger.line("left", "root"), "")})
    ledger.git.run("switch", "-q", "old")
    ledger.commit("left", {SIGNERS: before + ledger.line("stranger", "keeper")})
    ledger.git.run("switch", "-q", "main")
    ledger.merge("old", "", "-X", "theirs")
    assert "stranger岗" not in names(ledger) and "left岗" not in names(ledger)
    ledger.git.run("reset", "-q", "--hard", "HEAD~1")
    ledger.merge("old", "", "--no-commit", "-X", "theirs")
    ledger.commit("", {SIGNERS: before})
    assert "left岗" not in names(ledger) and SIGNERS in ledger.standing.refused


def test_a_root_past_its_day_cannot_date_itself_back(ledger) -> None:
    roles = ledger.line("root") + ledger.line("left", "root", options=',valid-before="20200701Z"')
    ledger.commit("root", {SIGNERS: roles, COUNTY_FILE: ledger.settings("root")}, NOON - 9 * DAY)
    good = ledger.commit("left", {SIGNERS: roles + ledger.line("keeper")}, NOON)
    assert "keeper岗" in names(ledger)
    more = {SIGNERS: roles + ledger.line("keeper") + ledger.line("stranger", "keeper")}
    ledger.commit("left", more, NOON + 9 * DAY)
    assert "有效期" in ledger.standing.refused[SIGNERS]
    ledger.git.run("reset", "-q", "--hard", good)
    ledger.commit("root", {"records/x.csv": "b\n"}, NOON + 8 * DAY)
    ledger.commit("left", more, NOON - 5 * DAY)
    assert "stranger岗" not in names(ledger) and "有效期" in ledger.standing.refused[SIGNERS]


def test_a_signature_counts_for_its_own_commit_only(ledger) -> None:
    ledger.begin()
    before = ledger.root.joinpath(SIGNERS).read_text()
    signed = ledger.git.run("cat-file", "commit", "HEAD")
    start = signed.index(b"gpgsig")
    block = signed[start : signed.index(b"\n\n", start) + 1]
    ledger.commit("", {SIGNERS: before + ledger.line("stranger", "root")})
    bare = ledger.git.run("cat-file", "commit", "HEAD")
    head, _, body = bare.partition(b"\n\n")
    for forged in (head + b"\n" + block + b"\n" + body, head + b"\n\n" + block + b"\n" + body):
        name = ledger.git.run("hash-object", "-t", "commit", "-w", "--stdin", "--literally", input=forged)
        now = standing(ledger.git, name.decode().strip())
        assert SIGNERS in now.refused and "stranger岗" not in {signer.name for signer in now.signers.lines}


def test_who_may_read_is_a_keepers_or_roots_word(ledger) -> None:
    ledger.begin()
    for by in ("", "reviewer", "stranger"):
        commit = ledger.commit(by, {RECIPIENTS: recipients("甲", "外人")})
        now = ledger.standing
        assert now.recipients == recipients("甲").encode()
        assert commit[:12] in now.refused[RECIPIENTS] and "密钥管理员" in now.refused[RECIPIENTS]
        ledger.commit("", {RECIPIENTS: recipients("甲")})
        assert ledger.standing.refused == {}
    for by, people in (("keeper", ("甲", "乙")), ("root", ("乙",))):
        ledger.commit(by, {RECIPIENTS: recipients(*people)})
        assert ledger.standing.recipients == recipients(*people).encode() and ledger.standing.refused == {}
    ledger.commit("", {RECIPIENTS: recipients("甲", "乙")})
    assert ledger.standing.recipients == recipients("乙").encode()


def test_a_keeper_made_by_the_same_commit_vouches_for_nothing_in_it(ledger) -> None:
    ledger.begin()
    more = ledger.root.joinpath(SIGNERS).read_text() + ledger.line("stranger", "root", "keeper")
    ledger.commit("stranger", {SIGNERS: more, RECIPIENTS: recipients("甲", "外人")})
    assert set(ledger.standing.refused) == {SIGNERS, RECIPIENTS}


def test_an_end_of_history_says_so(ledger, tmp_path: Path) -> None:
    ledger.begin()
    ledger.commit("", {"records/x.csv": "b\n"})
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{ledger.root}", str(tmp_path / "浅")], check=True)
    now = standing(Git(tmp_path / "浅"), "HEAD")
    assert now.signers is None and "git fetch --unshallow" in now.trouble


def test_a_ledger_in_a_folder_of_the_repository(ledger, tmp_path: Path) -> None:
    ledger.root /= "县里"
    ledger.root.mkdir()
    ledger.begin()
    assert names(ledger) == {"root岗", "keeper岗", "reviewer岗"} and ledger.standing.refused == {}
    assert Git(ledger.root.parent).head() == ledger.git.head()
