"""The clerk's way to a review, against a bare repository as the remote; merge driver, erase."""

from __future__ import annotations

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from exchange.books import xlsx
from exchange.clones import HOUSEHOLDS, change, clone, git, other_change, own_git, said
from exchange.conftest import DAY
from gongshi.cli.erase import erase as erase_command
from gongshi.exchange import Fate
from gongshi.exchange.erasing import erase
from gongshi.exchange.proposing import Message, _address, propose
from gongshi.exchange.remotes import address as review_address
from gongshi.model import GongshiError
from gongshi.repository import WorkTree
from gongshi.review.installing import install
from gongshi.sealing import unseal
from support import rounds

__all__ = ["clone", "own_git"]


def test_a_change_is_sent_with_trailers(clone: Path, tmp_path: Path) -> None:
    change(clone, "H0000001,990101100001,4组", "H0000001,990101100001,6组")
    (clone / "草稿.txt").write_text("x", encoding="utf-8")
    sent = propose(clone, Message("改组别", "示扶〔2020〕1号", "村民会议", "古镇人民政府"), DAY)
    assert (
        sent.branch == "songshen/2020-06-30-guzhen-1" and sent.paths == (HOUSEHOLDS,) and sent.left_out == ("草稿.txt",)
    )
    assert git(tmp_path / "remote.git", "rev-parse", sent.branch) == sent.commit
    text = git(clone, "log", "-1", "--format=%B%(trailers:key=Approved-by,valueonly)")
    assert text.startswith("改组别\n\nDoc-No: 示扶〔2020〕1号\nBasis: 村民会议\nApproved-by: 古镇人民政府")
    assert git(clone, "show", "--stat", "--format=", "HEAD").count("|") == 1


def test_files_are_made_canonical_first(clone: Path) -> None:
    place = clone / HOUSEHOLDS
    lines = place.read_text(encoding="utf-8").replace("4组", "6组").splitlines()
    place.write_bytes("\r\n".join([lines[0], *reversed(lines[1:])]).encode())
    propose(clone, said("改组别"), DAY)
    assert git(clone, "show", "--numstat", "--format=", "HEAD").split()[:2] == ["1", "1"]


def test_main_is_merged_record_by_record(clone: Path) -> None:
    other_change(clone, "H0000002,990101100001,5组", "H0000002,990101100001,9组")
    change(clone, "H0000001,990101100001,4组", "H0000001,990101100001,6组")
    sent = propose(clone, said("改组别"), DAY)
    text = (clone / HOUSEHOLDS).read_text(encoding="utf-8")
    assert sent.merged == 1 and "6组" in text and "9组" in text
    assert len(git(clone, "rev-list", "--parents", "-1", "HEAD").split()) == 3
    assert git(clone, "status", "--porcelain") == ""


def test_fields_of_one_record_merge_and_the_same_field_is_a_conflict(clone: Path, tmp_path: Path) -> None:
    other_change(clone, "H0000001,990101100001,4组", "H0000001,990101100001,9组")
    change(clone, "H0000001,990101100001,4组", "H0000001,990101100001,6组")
    with pytest.raises(GongshiError, match="H0000001 的“村民小组”两边都改了"):
        propose(clone, said("改组别"), DAY)
    assert "6组" in (clone / HOUSEHOLDS).read_text(encoding="utf-8")
    assert "songshen" not in git(tmp_path / "remote.git", "branch", "--list")
    change(clone, "H0000001,990101100001,6组", "H0000001,990101100001,9组")
    change(clone, "因病", "因学")
    sent = propose(clone, said("照对方改"), DAY)
    assert git(tmp_path / "remote.git", "rev-parse", sent.branch) == sent.commit


def test_new_errors_and_personal_data_are_not_sent(clone: Path, tmp_path: Path) -> None:
    change(clone, "因病", "因懒")
    with pytest.raises(GongshiError, match=r"有新的错误（.*第 \d 行.*gongshi check"):
        propose(clone, said("x"), DAY)
    git(clone, "checkout", "-q", "--", ".")
    phone = "1" + "3" * 10
    change(clone, "产业发展资金", f"联系电话{phone}", "records/funds/2020/allocations.csv")
    with pytest.raises(GongshiError, match="个人信息") as error:
        propose(clone, said("x"), DAY)
    assert phone not in str(error.value)
    git(clone, "checkout", "-q", "--", ".")
    change(clone, "因病", "因学")
    with pytest.raises(GongshiError, match="送审说明"):
        propose(clone, said(f"电话{phone}"), DAY)
    assert git(clone, "log", "--oneline").count("\n") == 0
    assert git(tmp_path / "remote.git", "for-each-ref").count("\n") == 0


RULE_BOOK = """policy: book
title: 规则册
rules:
  - {id: b1, title: 人口不多于四, kind: condition, resource: households, field: population, severity: error, clause: 甲,
     where: [{field: population, filled: 是}], demand: [{field: population, at_most: 4}], message: 家庭人口多于四人；请核对户口簿}
"""


def test_new_errors_of_the_rules_are_not_sent_and_old_ones_do_not_hinder(clone: Path, tmp_path: Path) -> None:
    """What ``check --against`` fails on, propose refuses; nothing is committed or sent."""
    change(clone, ",2,未脱贫,", ",6,未脱贫,")  # H0000001, before the rule was made
    (clone / "policies").mkdir(exist_ok=True)
    (clone / "policies/book.yaml").write_text(RULE_BOOK, encoding="utf-8")
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "规则")
    git(clone, "push", "-q", "origin", "main")
    change(clone, ",1,未脱贫,", ",5,未脱贫,")
    with pytest.raises(GongshiError, match=r"有新的错误（.*households.csv 第 3 行：家庭人口多于四人") as error:
        propose(clone, said("人口"), DAY)
    assert str(error.value).count("。") == 1 and "\n" not in str(error.value)
    assert git(tmp_path / "remote.git", "for-each-ref").count("\n") == 0
    change(clone, ",5,未脱贫,", ",4,未脱贫,")
    sent = propose(clone, said("人口"), DAY)
    assert git(tmp_path / "remote.git", "rev-parse", sent.branch) == sent.commit


def refused(clone: Path, tmp_path: Path, match: str) -> GongshiError:
    """What propose says, twice the same; nothing of it reaches the remote, and no merge is on the branch."""
    said_before = ""
    for _ in range(2):
        with pytest.raises(GongshiError, match=match) as error:
            propose(clone, said("x"), DAY)
        assert "songshen" not in git(tmp_path / "remote.git", "branch", "--list")
        assert said_before in ("", str(error.value))
        said_before = str(error.value)
    return error.value


def test_what_a_merge_makes_wrong_is_refused_each_time(clone: Path, tmp_path: Path) -> None:
    """Somebody takes out the household that a new member belongs to: neither side is wrong by itself."""
    place = clone / HOUSEHOLDS
    line = next(line for line in place.read_text(encoding="utf-8").splitlines(keepends=True) if "H0000002" in line)
    other_change(clone, line, "")
    members = clone / "records/townships/guzhen/members.csv"
    more = members.read_text(encoding="utf-8").splitlines()[1].replace("M00000001,H0000001", "M00000003,H0000002")
    members.write_text(members.read_text(encoding="utf-8") + more + "\n", encoding="utf-8")
    error = refused(clone, tmp_path, r"并入最新的记录后有新的错误（.*members.csv 第 4 行：.*找不到")
    assert "gongshi check" not in str(error)  # which would find nothing
    assert git(clone, "rev-list", "--count", "--merges", "HEAD") == "0" and line in place.read_text(encoding="utf-8")
    change(clone, more + "\n", "", "records/townships/guzhen/members.csv")
    change(clone, "因病", "因学")
    sent = propose(clone, said("改好了"), DAY)
    assert git(tmp_path / "remote.git", "rev-parse", sent.branch) == sent.commit and sent.merged == 1


def test_commits_made_by_hand_are_checked(clone: Path, tmp_path: Path) -> None:
    phone = "1" + "3" * 10
    git(clone, "switch", "-q", "-c", "songshen/hand")
    change(clone, "因病", "因懒")
    git(clone, "commit", "-qam", "手工")
    refused(clone, tmp_path, "有新的错误（.*第 2 行")
    change(clone, "因懒", "因学")
    (clone / "名单.txt").write_text(f"电话{phone}\n", encoding="utf-8")
    git(clone, "add", "-A"), git(clone, "commit", "-q", "-m", "名单")
    git(clone, "rm", "-q", "名单.txt"), git(clone, "commit", "-q", "-m", "删")
    assert phone not in str(refused(clone, tmp_path, "要送的提交里有个人信息（名单.txt 第 1 行：提交 .*历史里"))
    git(clone, "reset", "-q", "--hard", "HEAD~2")
    change(clone, "因懒", "因学")
    git(clone, "commit", "-qam", "手工改好")
    refused(clone, tmp_path, "没写凭什么改（.*审批")


def test_who_sends_is_looked_at_first(clone: Path, monkeypatch) -> None:
    change(clone, "因病", "因学")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "1" + "3" * 10 + "@example.invalid")
    with pytest.raises(GongshiError, match="姓名或邮箱里有个人信息"):
        propose(clone, said("x"), DAY)
    assert git(clone, "log", "--oneline").count("\n") == 0


def test_a_merge_takes_along_nothing_else_that_is_staged(clone: Path, tmp_path: Path) -> None:
    """Modes of files stay too."""
    git(clone, "switch", "-q", "-c", "other")
    (clone / "运行.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    (clone / "运行.sh").chmod(0o755)
    (
        git(clone, "add", "运行.sh"),
        git(clone, "commit", "-q", "-m", "程序"),
        git(clone, "push", "-q", "origin", "other:main"),
    )
    git(clone, "switch", "-q", "main"), git(clone, "branch", "-q", "-D", "other")
    (clone / "名单.txt").write_text("张三\n", encoding="utf-8")
    git(clone, "add", "名单.txt")
    change(clone, "因病", "因学")
    sent = propose(clone, said("x"), DAY)
    assert sent.left_out == ("名单.txt",) and sent.merged == 1
    listing = git(tmp_path / "remote.git", "-c", "core.quotePath=false", "ls-tree", sent.branch)
    assert "名单" not in listing and re.search("100755 blob .*运行.sh", listing)
    assert git(clone, "-c", "core.quotePath=false", "status", "--porcelain") == "A  名单.txt"


def test_refusals_are_one_sentence(clone: Path, root: Path, tmp_path: Path, monkeypatch) -> None:
    with pytest.raises(GongshiError, match="没有改动"):
        propose(clone, said("x"), DAY)
    with pytest.raises(GongshiError, match="说明是空的"):
        propose(clone, said(" "), DAY)
    change(clone, "因病", "因学")
    for message in (Message("x"), Message("x", "示扶〔2020〕1号"), Message("x", "", "村民会议", "")):
        with pytest.raises(GongshiError, match="--approved-by"):
            propose(clone, message, DAY)
    (tmp_path / "remote.git").rename(tmp_path / "away.git")
    with pytest.raises(GongshiError, match=r"连不上远程仓库.*（fatal: .*记录还在本机"):
        propose(clone, said("x"), DAY)
    (tmp_path / "away.git").rename(tmp_path / "remote.git")
    sent = propose(clone, said("x"), DAY)
    assert git(tmp_path / "remote.git", "rev-parse", sent.branch) == sent.commit and sent.paths == (HOUSEHOLDS,)
    git(clone, "commit", "-q", "--amend", "-m", said("y").render())
    again = propose(clone, said("x"), DAY)  # somebody else's commits stand under the name: the next is taken
    assert again.branch != sent.branch and git(tmp_path / "remote.git", "rev-parse", again.branch) == again.commit


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("git@github.com:a/b.git", "https://github.com/a/b/compare/main...songshen/x?expand=1"),
        ("https://u:secret@gitlab.example.org/a/b.git", "https://gitlab.example.org/a/b/-/merge_requests/new?merge_request%5Bsource_branch%5D=songshen/x"),
        ("https://gitee.com/a/b", "https://gitee.com/a/b/compare/main...songshen/x"),
        ("/srv/remote.git", "/srv/remote.git"),
    ],
)  # fmt: skip
def test_review_addresses(remote: str, address: str) -> None:
    assert review_address(remote, "main", "songshen/x") == address


def test_the_county_s_own_server_is_of_the_kind_that_it_says(tmp_path: Path) -> None:
    pin = '[county]\nhost = "gitlab"\nhosts = {"git.two.example" = "gitea"}\n[engine]\nversion = "0.2"\npath = "."\n[pack]\nversion = "0.2"\n'
    (tmp_path / "gongshi.toml").write_text(pin, encoding="utf-8")
    one, two, three = (
        _address(tmp_path, f"git@{name}:a/b.git", "x", "main")
        for name in ("git.one.example", "git.two.example", "github.com")
    )
    assert one == "https://git.one.example/a/b/-/merge_requests/new?merge_request%5Bsource_branch%5D=x"
    assert two == "https://git.two.example/a/b/compare/main...x" and three.endswith("main...x?expand=1")


def test_git_merges_with_the_driver(clone: Path) -> None:
    install(clone)
    other_change(clone, "H0000001,990101100001,4组", "H0000001,990101100001,9组")
    change(clone, "H0000002,990101100001,5组", "H0000002,990101100001,8组")
    git(clone, "commit", "-qam", "我的")
    git(clone, "fetch", "-q")
    git(clone, "merge", "-q", "--no-edit", "origin/main")
    text = (clone / HOUSEHOLDS).read_text(encoding="utf-8")
    assert "9组" in text and "8组" in text


def test_erase_takes_the_box_out_and_says_what_stays(clone: Path, take, identity) -> None:
    rows = [["人编号", "户编号", "姓名"], ["M00000001", "H0000001", "赵甲"], ["M00000002", "H0000001", "钱乙"]]
    assert take("名单.xlsx", xlsx(rows), identity=identity()).counts[Fate.UPDATED] == 2
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "密封")
    done = erase(clone, "M00000001")
    assert (done.epoch, done.commits) == ("2020", 2)
    assert [row["member_no"] for row in unseal(WorkTree(clone), "guzhen", identity())] == ["M00000002"]
    for member in ("M00000001", "../x"):
        with pytest.raises(GongshiError):
            erase(clone, member)
    result = CliRunner().invoke(erase_command, ["M00000002"], obj=clone)
    assert result.exit_code == 0 and "仍然留着的" in result.output and "销毁" in result.output


OLD, NEW = "H0000001,990101100001,4组", "H0000001,990101100001,{}组"


def copies(clone: Path, count: int, first: int = 0) -> list[Path]:
    places = [clone.parent / f"clerk{first + n}" for n in range(count)]
    for n, place in enumerate(places, first):
        shutil.copytree(clone, place)
        change(place, OLD, NEW.format(n + 10))
    return places


def branches(clone: Path) -> set[str]:
    listing = git(clone.parent / "remote.git", "for-each-ref", "--format=%(refname:short)", "refs/heads/songshen")
    return set(listing.split())


def test_two_clerks_on_one_day(clone: Path) -> None:
    sent = [propose(place, said("改组别"), DAY).branch for place in copies(clone, 2)]
    assert sent == ["songshen/2020-06-30-guzhen-1", "songshen/2020-06-30-guzhen-2"] and branches(clone) == set(sent)


def test_clerks_at_once(clone: Path) -> None:
    """Four; at night ten, and twice again upon what is there by then."""
    sent, clerks = [], rounds(4, 10)
    for time in range(rounds(1, 3)):
        with ThreadPoolExecutor(clerks) as pool:
            sent += pool.map(lambda place: propose(place, said("改组别"), DAY), copies(clone, clerks, clerks * time))
        assert branches(clone) == {one.branch for one in sent} and len(sent) == len(branches(clone)) == clerks * (
            time + 1
        )
        for one in sent:
            assert git(clone.parent / "remote.git", "rev-parse", one.branch) == one.commit


def test_a_name_taken_meanwhile_gives_way_to_the_next(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gongshi.exchange import proposing

    first, second = copies(clone, 2)
    whole = proposing.fetch

    def late(repository, where) -> None:
        whole(repository, where)
        if repository.root == second and not branches(clone):
            propose(first, said("先到"), DAY)

    monkeypatch.setattr(proposing, "fetch", late)
    assert propose(second, said("后到"), DAY).branch == "songshen/2020-06-30-guzhen-2"
    assert git(second, "rev-parse", "--abbrev-ref", "HEAD") == "songshen/2020-06-30-guzhen-2"


@pytest.mark.parametrize("main", ["main", "master"])
def test_an_empty_remote_gets_main_first(clone: Path, main: str) -> None:
    shutil.rmtree(clone.parent / "remote.git")
    git(clone.parent, "init", "-q", "--bare", "remote.git")
    git(clone, "update-ref", "-d", "refs/remotes/origin/main")
    git(clone, "branch", "-q", "-m", "main", main)
    change(clone, OLD, NEW.format(6))
    sent = propose(clone, said("改组别"), DAY)
    assert git(clone.parent / "remote.git", "rev-parse", main) == git(clone, "rev-parse", main) != sent.commit
    assert branches(clone) == {sent.branch}


def test_another_remote_and_master(clone: Path) -> None:
    git(clone.parent / "remote.git", "branch", "-q", "-m", "main", "master")
    git(clone, "remote", "rename", "origin", "county")
    git(clone, "branch", "-q", "-m", "main", "master")
    git(clone, "fetch", "-q", "--prune", "county")
    change(clone, OLD, NEW.format(6))
    assert branches(clone) == set() and propose(clone, said("改组别"), DAY).branch in branches(clone)


def test_nobody_is_asked_for_git_config(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.delenv(f"GIT_{role}_NAME"), monkeypatch.delenv(f"GIT_{role}_EMAIL")
    git(clone, "config", "user.useConfigOnly", "true")
    change(clone, OLD, NEW.format(6))
    propose(clone, said("改组别"), DAY)
    assert git(clone, "log", "-1", "--format=%an") == "台账经办"


def test_what_a_rewritten_main_dropped_is_not_brought_back(clone: Path) -> None:
    remote = clone.parent / "remote.git"
    old = git(clone, "rev-parse", "HEAD")
    change(clone, "因病", "因学")
    git(clone, "commit", "-qam", "上了主干\n\n审批：某办\n依据：会议")
    git(clone, "push", "-q", "origin", "main")
    change(clone, OLD, NEW.format(6))
    first = propose(clone, said("改组别"), DAY)
    git(clone, "push", "-q", "-f", "origin", f"{old}:refs/heads/main")
    change(clone, NEW.format(6), NEW.format(7))
    for _ in range(2):  # and it is not forgotten
        with pytest.raises(GongshiError, match="被强行改写过"):
            propose(clone, said("再改"), DAY)
    assert git(remote, "rev-parse", first.branch) == first.commit
    git(clone, "checkout", "-q", "--", ".")
    git(clone, "switch", "-q", "main"), git(clone, "reset", "-q", "--keep", "origin/main")
    change(clone, OLD, NEW.format(8))
    assert propose(clone, said("重来"), DAY).branch == "songshen/2020-06-30-guzhen-2"


def test_a_shallow_clone_gets_the_rest_by_itself(clone: Path, tmp_path: Path) -> None:
    change(clone, "因病", "因学")
    git(clone, "commit", "-qam", "二\n\n审批：某办\n依据：会议"), git(clone, "push", "-q", "origin", "main")
    end = tmp_path / "end"
    git(tmp_path, "clone", "-q", "-b", "main", "--depth", "1", (tmp_path / "remote.git").as_uri(), str(end))
    change(end, OLD, NEW.format(6))
    propose(end, said("改组别"), DAY)
    assert git(end, "rev-parse", "--is-shallow-repository") == "false"


def test_a_proposal_as_one_file_and_the_answer_as_one(clone: Path, tmp_path: Path) -> None:
    (far,) = copies(clone, 1)
    git(far, "remote", "set-url", "origin", str(tmp_path / "nowhere.git"))
    file = tmp_path / "送审.bundle"
    sent = propose(far, said("改组别"), DAY, bundle=file)
    git(clone, "fetch", "-q", str(file), f"{sent.branch}:{sent.branch}")
    assert git(clone, "rev-parse", sent.branch) == sent.commit
    git(clone, "merge", "-q", "--no-ff", "-m", "合并", sent.branch)
    back = tmp_path / "回.bundle"
    git(clone, "bundle", "create", "-q", str(back), "main")
    git(far, "switch", "-q", "main")
    change(far, "因病", "因学")
    again = propose(far, said("再改"), DAY, bundle=tmp_path / "再.bundle", answer=back)
    assert again.merged and git(far, "merge-base", "HEAD", "origin/main") == git(clone, "rev-parse", "main")
    damaged = tmp_path / "坏.bundle"
    damaged.write_bytes(b"x")
    with pytest.raises(GongshiError, match="读不出来"):
        propose(far, said("再改"), DAY, answer=damaged)
