"""A reviewer's way with proposals, against a bare repository: seen, accepted by a signed merge, returned, signed for later."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from exchange.clones import HOUSEHOLDS, change, clone, git, own_git, said
from exchange.conftest import DAY
from gongshi.cli import gongshi
from gongshi.cli.setup import setup
from gongshi.exchange import remarking
from gongshi.exchange.accepting import accept, answer, open_remarks, send_back, waiting
from gongshi.exchange.proposing import propose
from gongshi.exchange.remarking import Remark
from gongshi.exchange.remotes import fetch, place
from gongshi.model import GongshiError, Severity, visible
from gongshi.repository import Git
from gongshi.sealing.approving import approvals, unapproved
from gongshi.sealing.authority import COUNTY_FILE
from gongshi.sealing.signers import SIGNERS
from gongshi.sealing.told_approvals import approval_findings
from sealing.signed import Ledger

__all__ = ["clone", "own_git"]


@pytest.fixture
def signed(clone: Path, tmp_path: Path) -> Ledger:
    """The county with signers, by their root, on the remote's main."""
    keys = tmp_path / "keys"
    keys.mkdir()
    ledger = Ledger(clone, keys)
    county = f'county_code: "990101000000"\nname: 示例县\nexample: 否\nroot_fingerprint: {ledger.fingerprint("root")}\n'
    lines = "".join(ledger.line(role) for role in ("root", "keeper", "reviewer"))
    ledger.commit("root", {SIGNERS: lines, COUNTY_FILE: county})
    git(clone, "push", "-q", "origin", "main")
    return ledger


@pytest.fixture
def reviewer(signed: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The reviewer's own clone; from now on commits are made by the reviewer."""
    git(tmp_path, "clone", "-q", "-b", "main", "remote.git", "reviewer")
    return tmp_path / "reviewer"


def by(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", name)


def one_cell(root: Path) -> tuple[str, str]:
    """A group's name of the first household, and another."""
    header, row = (root / HOUSEHOLDS).read_text("utf-8").splitlines()[:2]
    at = header.split(",").index("group_name")
    cells = row.split(",")
    return row, ",".join([*cells[:at], "9组", *cells[at + 1 :]])


def sent(root: Path) -> str:
    change(root, *one_cell(root))
    return propose(root, said("改组别"), DAY).branch


def refused(sentence: str, root: Path, *arguments: object) -> None:
    before = git(root, "ls-remote", "origin")
    with pytest.raises(GongshiError, match=sentence):
        accept(root, *arguments, DAY)
    assert git(root, "ls-remote", "origin") == before


def test_accepted_is_a_signed_merge_that_verifies_offline(signed, reviewer, monkeypatch) -> None:
    branch = sent(signed.root)
    by(monkeypatch, "县级审核")
    there = Git(reviewer)
    fetch(there, place(there))
    (found,) = waiting(there, place(there))
    assert (found.branch, found.files, found.text, found.remarks) == (branch, 1, "改组别", "")
    done = accept(reviewer, branch, signed.key("reviewer"), DAY)
    assert (done.signer, done.files, done.sent) == ("reviewer岗", 1, True)
    assert git(reviewer, "ls-remote", "origin", "main").split()[0] == done.commit == git(reviewer, "rev-parse", "HEAD")
    assert (reviewer / HOUSEHOLDS).read_bytes() == (signed.root / HOUSEHOLDS).read_bytes()
    fetch(there, place(there))
    assert waiting(there, place(there)) == []
    approval = approvals(there, "HEAD")[done.commit]
    assert (approval.signer, approval.why) == ("reviewer岗", "")
    verified = [
        "git",
        "-C",
        str(reviewer),
        "-c",
        f"gpg.ssh.allowedSignersFile={reviewer / SIGNERS}",
        "verify-commit",
        "HEAD",
    ]
    assert subprocess.run(verified, capture_output=True).returncode == 0
    assert "依据: 村民会议" in git(reviewer, "log", "-1", "--format=%B")
    refused("已经在主线里", reviewer, branch, signed.key("reviewer"))


def test_what_is_merged_equals_the_merge_driver_s(signed, reviewer, monkeypatch) -> None:
    branch = sent(signed.root)
    by(monkeypatch, "另一位")
    git(reviewer, "switch", "-q", "-c", "x")
    last = (reviewer / HOUSEHOLDS).read_text("utf-8").splitlines()[-1]
    change(reviewer, last, last.replace(",否", ",是", 1) if ",否" in last else last + "x")
    git(reviewer, "commit", "-qam", "别人\n\n审批：某办\n依据：会议")
    git(reviewer, "push", "-q", "origin", "x:main")
    by(monkeypatch, "县级审核")
    accept(reviewer, branch, signed.key("reviewer"), DAY)
    merged = git(reviewer, "show", f"origin/main:{HOUSEHOLDS}")
    assert "9组" in merged.splitlines()[1] and merged.splitlines()[-1] != last


def test_nobody_accepts_an_own_change_nor_without_the_role(signed, reviewer, monkeypatch) -> None:
    branch = sent(signed.root)
    refused("不能自己审批", reviewer, branch, signed.key("reviewer"))
    by(monkeypatch, "县级审核")
    refused("不算审批", reviewer, branch, signed.key("keeper"))
    refused("不算审批", reviewer, branch, signed.key("stranger"))
    refused("没有送审的分支", reviewer, branch + "0", signed.key("reviewer"))
    refused("没有送审的分支", reviewer, "nothing", signed.key("reviewer"))


def test_a_returned_one_waits_for_its_clerk_and_comes_again(signed, reviewer, monkeypatch) -> None:
    branch = sent(signed.root)
    by(monkeypatch, "县级审核")
    number = "1" + "38" + "0013" + "8000"
    with pytest.raises(GongshiError, match="退回意见里"):
        send_back(reviewer, branch, f"请打 {number}")
    for said_of in ("请再核对一下车霁砚", "组别不对\n见任霁珩", "户主任霁珩的组别请核对"):
        with pytest.raises(GongshiError, match=r"退回意见里.*写户编号"):
            send_back(reviewer, branch, said_of)
    with pytest.raises(GongshiError, match="写明"):
        send_back(reviewer, branch, " ")
    for remark in ("H0000001 的组别请核对", "还是不对"):
        send_back(reviewer, branch, remark)
        clerk = Git(signed.root)
        fetch(clerk, place(clerk))
        assert [one.remarks for one in waiting(clerk, place(clerk))] == [remark]
    by(monkeypatch, "古镇扶贫办")
    change(signed.root, "9组", "8组")
    assert propose(signed.root, said("再改组别"), DAY).branch == branch
    by(monkeypatch, "县级审核")
    there = Git(reviewer)
    fetch(there, place(there))
    assert [one.remarks for one in waiting(there, place(there))] == [""]
    accept(reviewer, branch, signed.key("reviewer"), DAY)
    assert "8组" in git(reviewer, "show", f"origin/main:{HOUSEHOLDS}").splitlines()[1]


@pytest.mark.parametrize("how", ["--no-ff", "--squash", "--ff-only"])
def test_an_unsigned_merge_is_told_and_can_be_signed_for(signed, reviewer, monkeypatch, how: str) -> None:
    """The button of a website, a squash, a fast-forward."""
    branch = sent(signed.root)
    by(monkeypatch, "网站")
    git(reviewer, "fetch", "-q")
    git(reviewer, "merge", "-q", how, "-m", "网页上合并", f"origin/{branch}")
    if how == "--squash":
        git(reviewer, "commit", "-q", "-m", "压缩合并")
    git(reviewer, "push", "-q", "origin", "main")
    there = Git(reviewer)
    old = [one.commit for one in unapproved(there, "HEAD")]
    merge = there.commit("HEAD")
    assert merge in old
    refused("不能自己审批|不算审批|由登记了", reviewer, merge, signed.key("keeper"))
    by(monkeypatch, "县级审核")
    done = accept(reviewer, merge, signed.key("reviewer"), DAY)
    assert done.files == 0 and merge not in {one.commit for one in unapproved(there, "HEAD")}
    refused("不用补签", reviewer, merge, signed.key("reviewer"))
    forged = f"x\n\nApproves: {old[0]}\n" if old[0] != merge else f"x\n\nApproves: {done.commit}\n"
    git(reviewer, "commit", "-q", "--allow-empty", "--no-gpg-sign", "-m", forged)
    assert {one.commit for one in unapproved(there, "HEAD")} == set(old) - {merge}


def test_a_name_that_looks_like_two_is_still_one(signed, reviewer, monkeypatch) -> None:
    """Neither does an odd name hide an own change, nor an odd branch the others."""
    by(monkeypatch, "县级审核\u2028x")
    branch = sent(signed.root)
    git(signed.root, "push", "-q", "origin", f"HEAD:refs/heads/{branch}\u2028refs")
    there = Git(reviewer)
    fetch(there, place(there))
    assert {one.branch for one in waiting(there, place(there))} == {branch, f"{branch}\u2028refs"}
    refused("不能自己审批", reviewer, branch, signed.key("reviewer"))


def test_nobody_signs_later_for_what_they_made_themselves(signed, reviewer, monkeypatch) -> None:
    """The host's button merged a branch whose author is the reviewer: the merger is another, the change is not."""
    by(monkeypatch, "县级审核")
    branch = sent(signed.root)
    by(monkeypatch, "网站")
    git(reviewer, "fetch", "-q")
    git(reviewer, "merge", "-q", "--no-ff", "-m", "网页上合并", f"origin/{branch}")
    git(reviewer, "push", "-q", "origin", "main")
    merge = Git(reviewer).commit("HEAD")
    by(monkeypatch, "县级审核")
    refused("不能自己审批", reviewer, merge, signed.key("reviewer"))
    forged = ["git", "-C", str(reviewer), "-c", "gpg.format=ssh", "-c", f"user.signingkey={signed.key('reviewer')}"]
    forged += ["commit", "-q", "-S", "--allow-empty", "-m", f"补签\n\nApproves: {merge}"]
    subprocess.run(forged, check=True)
    assert merge in {one.commit for one in unapproved(Git(reviewer), "HEAD")}


@pytest.mark.parametrize("end", ["\u2028", "\x0b", "\x0c", "\x85", "\x1c", "\r"])
def test_a_subject_brings_no_approval_into_what_the_reviewer_signs(signed, reviewer, monkeypatch, end: str) -> None:
    """To some eyes these end a line; the reviewer who signs for one commit approves nothing else by its subject."""
    commits = []
    for new, subject in (("8组", "直接改"), ("7组", f"再改{end}Approves: {{}}")):
        path = reviewer / HOUSEHOLDS
        row = path.read_text("utf-8").splitlines()[1]
        change(reviewer, row, row.replace(row.split(",")[2], new, 1))
        message = subject.format(*commits) + "\n\n审批：某办\n依据：会议"
        git(reviewer, "commit", "-qa", "--cleanup=verbatim", "-m", message)
        commits.append(Git(reviewer).commit("HEAD"))
    git(reviewer, "push", "-q", "origin", "main")
    by(monkeypatch, "县级审核")
    accept(reviewer, commits[1], signed.key("reviewer"), DAY)
    left = {one.commit for one in unapproved(Git(reviewer), "HEAD")}
    assert commits[0] in left and commits[1] not in left


def told(root: Path, base: str = "main", head: str = "HEAD") -> list[str]:
    findings = approval_findings(Git(root), base, head)
    assert all(finding.severity is not Severity.ERROR for finding in findings)
    return [finding.message for finding in findings]


def button(root: Path, branch: str, *sign: str) -> str:
    """A merge as a host's button makes it, or signed with a key by plain Git."""
    git(root, "fetch", "-q")
    signing = ["-c", "gpg.format=ssh", "-c", f"user.signingkey={sign[0]}"] if sign else []
    how = ["-S"] if sign else []
    command = ["git", "-C", str(root), *signing, "merge", "-q", "--no-ff", *how, "-m", "合并", f"origin/{branch}"]
    subprocess.run(command, check=True, capture_output=True)
    git(root, "push", "-q", "origin", "main")
    return Git(root).commit("HEAD")


@pytest.mark.parametrize("spelled", ["{}", "县扶贫办、{}", "{} ", "县扶贫办; {}"])
def test_who_approves_the_own_change_is_told_in_the_pull_step(signed, monkeypatch, spelled: str) -> None:
    by(monkeypatch, "Clerk Ａ")
    git(signed.root, "switch", "-q", "-c", "songshen/x")
    for number, name in enumerate((spelled.format("clerk A"), "县扶贫办", "Clerk AB")):
        place = signed.root / HOUSEHOLDS
        place.write_text(place.read_text("utf-8").replace(f"{number + 4}组", f"{number + 5}组", 1), "utf-8")
        git(signed.root, "add", "-A")
        git(signed.root, "commit", "-q", "--allow-empty", "-m", f"改\n\n审批：{name}\n依据：会议记录")
    changed = git(signed.root, "rev-list", "--reverse", "main..HEAD", "--", "records").split()
    claims = [text for text in told(signed.root) if "自称审批" in text]
    assert len(claims) == 1 and changed[0][:12] in claims[0]


def test_merges_nobody_signed_are_one_notice_of_the_pull_step(signed, reviewer, monkeypatch) -> None:
    branch = sent(signed.root)
    by(monkeypatch, "网站")
    merge = button(reviewer, branch)
    (text,) = (text for text in told(reviewer) if merge[:12] in text)
    assert "未经签名的合并" in text and "gongshi review accept" in text
    by(monkeypatch, "县级审核")
    accept(reviewer, merge, signed.key("reviewer"), DAY)
    assert not any(merge[:12] in text for text in told(reviewer))


def test_who_merges_their_own_is_told_where_nobody_signs(clone, tmp_path, monkeypatch) -> None:
    git(tmp_path, "clone", "-q", "-b", "main", "remote.git", "other")
    by(monkeypatch, "甲")
    branch = sent(clone)
    assert not any("作者自己合并" in text for text in told(clone))
    merge = button(tmp_path / "other", branch)
    assert any("作者自己合并" in text and merge[:12] in text for text in told(tmp_path / "other"))


def test_a_withdrawn_key_holds_for_what_it_merged_before_its_last_day(signed, reviewer, monkeypatch, tmp_path) -> None:
    branch = sent(signed.root)
    by(monkeypatch, "县级审核")
    before = accept(reviewer, branch, signed.key("reviewer"), DAY).commit
    root = Ledger(reviewer, signed.keys)
    lines = "".join(root.line(role) for role in ("root", "keeper"))
    root.commit("root", {SIGNERS: lines + root.line("reviewer", options=',valid-before="20200701Z"')})
    git(reviewer, "push", "-q", "origin", "main")
    assert not any(before[:12] in text for text in told(reviewer)), "the day was not over when it merged"
    by(monkeypatch, "乡镇")
    git(signed.root, "switch", "-q", "main")
    git(signed.root, "pull", "-q", "--rebase", "origin", "main")
    place = signed.root / HOUSEHOLDS
    place.write_text(place.read_text("utf-8").replace("9组", "3组", 1), "utf-8")
    second = propose(signed.root, said("再改"), DAY).branch
    by(monkeypatch, "县级审核")
    after = button(reviewer, second, str(signed.key("reviewer")))
    (text,) = (text for text in told(reviewer) if after[:12] in text)
    assert "有效期" in text and before[:12] not in "".join(told(reviewer))


def test_the_hook_of_the_pull_step_tells_and_does_not_fail(signed, reviewer, monkeypatch) -> None:

    branch = sent(signed.root)
    by(monkeypatch, "网站")
    button(reviewer, branch)
    done = CliRunner().invoke(setup, ["--hook", "grounds", "main", "HEAD"], obj=reviewer)
    assert done.exit_code == 0 and "::notice" in done.output and "未经签名的合并" in done.output


def test_what_is_said_of_records_comes_back_as_it_was_said_and_old_returns_read_as_ever(
    signed, reviewer, monkeypatch
) -> None:
    branch = sent(signed.root)
    by(monkeypatch, "县级审核")
    odd = Remark(
        "表 一：二%", (("households", "H0000001"), ("cases", "Z1/a b:c%2F：d"), ("cases", "甲/")), "请\n核对 : x"
    )
    asked = Remark("项目", (("projects", "P1"),), "按哪条标准？", True)
    send_back(reviewer, branch, "总的：\n看表\nRemark: 假", of=[odd, asked])
    clerk = Git(signed.root)
    fetch(clerk, place(clerk))
    (one,) = waiting(clerk, place(clerk))
    assert one.said and one.said.remarks == (odd._replace(text="请 核对 : x"), asked)
    assert one.said.text == "总的：\n看表\nRemark: 假" and one.remarks.split("\n")[1] == "项目 P1，问：按哪条标准？"
    now, said = open_remarks(clerk)
    assert said["projects", "P1"] == (asked,) and open_remarks(clerk, (now, said))[1] is said
    by(monkeypatch, "古镇扶贫办")
    with pytest.raises(GongshiError, match="还没有写答复"):
        answer(signed.root, branch, " ")
    answer(signed.root, branch, "按第三条")
    assert open_remarks(clerk, (now, said))[1] == said, "an answer mends nothing"
    by(monkeypatch, "县级审核")
    send_back(reviewer, branch, "", of=[asked])
    by(monkeypatch, "古镇扶贫办")
    answer(signed.root, branch, "第三条")
    assert open_remarks(clerk, (now, said))[1] == {}
    by(monkeypatch, "县级审核")
    there = Git(reviewer)
    fetch(there, place(there))
    (one,) = waiting(there, place(there))
    assert (
        one.remarks == ""
        and [(word.answer, word.author) for word in one.words]
        == [
            (True, "古镇扶贫办"),
            (False, "县级审核"),
        ]
        * 2
    )
    with pytest.raises(GongshiError, match="又送了新的"):
        send_back(reviewer, branch, "x", seen="0" * 40)
    old = git(
        reviewer, "commit-tree", f"origin/{branch}^{{tree}}", "-p", f"origin/{branch}", "-m", "退回：组别不对\n请看表"
    )
    git(reviewer, "push", "-qf", "origin", f"{old}:refs/heads/tuihui/{branch.removeprefix('songshen/')}")
    fetch(clerk, place(clerk))
    assert [one.remarks for one in waiting(clerk, place(clerk))] == ["组别不对\n请看表"]


@given(
    st.lists(st.tuples(st.text(min_size=1), st.text(min_size=1), st.text(min_size=1), st.booleans()), max_size=3),
    st.text(),
)
def test_whatever_is_said_is_read_again(said, text) -> None:
    remarks = [
        Remark(table, (("households", key),), words_, asks) for table, key, words_, asks in said if words_.strip()
    ]
    found = remarking._read(remarking.message(text, remarks))[1][-len(remarks) :] if remarks else []
    for mine, theirs in zip(remarks, found, strict=True):
        assert theirs.records == (("households", visible(mine.records[0][1])),) and theirs.asks == mine.asks
        assert theirs.text == visible(" ".join(mine.text.split()))[: remarking.MOST]


def test_the_commands_say_it_of_records_too(signed, reviewer, monkeypatch) -> None:
    branch = sent(signed.root)
    by(monkeypatch, "县级审核")

    def run(root: Path, *arguments: str):
        return CliRunner().invoke(gongshi, ["-C", str(root), "review", *arguments])

    git(reviewer, "fetch", "-q")
    for wrong in ("H0000001", "nothing/H0000001", "households/"):
        assert "不是一条记录" in str(run(reviewer, "return", branch, "--on", wrong, "请核对").exception)
    assert "写明" in str(run(reviewer, "return", branch).exception)
    on, ask = ("--on", "households/H0000001", "请核对"), ("--ask", "households/H0000002", "为什么没改")
    assert run(reviewer, "return", branch, *on, *ask).exit_code == 0
    git(signed.root, "fetch", "-q")
    assert run(signed.root, "answer", branch, "-m", "表上没有").exit_code == 0
    told = run(signed.root, "remarks", branch).output
    assert told.index("表上没有") < told.index("H0000001：请核对") < told.index("H0000002，问：为什么没改")
    assert run(signed.root, "remarks", "songshen/none").output == ""
