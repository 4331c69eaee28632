"""Manifests and their log: what a changed file, a cut chain or a rewritten history looks like to who saved one."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from logs import DAY, SOURCE, publish
from made_up import ROOT
from signed import Ledger

from gongshi.cli.build import build
from gongshi.cli.verify import verify
from gongshi.library.building import _swap, settle
from gongshi.model import GongshiError
from gongshi.repository import RevisionTree
from gongshi.sealing.authority import COUNTY_FILE
from gongshi.sealing.signers import MANIFEST, SIGNERS, sign
from gongshi.site.chain import check_log
from gongshi.site.manifest import compare, digests, read_manifest, rules_of
from gongshi.site.publishing import append, read_log
from gongshi.site.signing import sign_manifest
from support import tree_of


def test_a_log_is_a_chain_and_the_same_site_is_not_added_twice(log, site):
    chain = read_log(log)
    assert [manifest.number for manifest in chain] == [1, 2, 3] and check_log(chain) == []
    assert [manifest.previous for manifest in chain[1:]] == [manifest.digest for manifest in chain[:2]]
    assert append(log, SOURCE, DAY, site) == (chain[2], False)
    assert append(log, SOURCE, DAY + datetime.timedelta(1), site)[1], "another day is another publication"


def test_a_manifest_is_read_back_and_anything_else_is_refused(log):
    path = sorted(log.glob("*.json"))[0]
    content = path.read_bytes()
    assert read_manifest(content, "x").encode() == content
    fields = json.loads(content)
    for broken in (
        b"", b"{}", b"[]", b"nonsense", content[:-3], content + b" ", b"[" * 100_000, b'{"format": 1}',
        content.replace(b"2020-06-30", b"2020-06-31"), content.replace(b'"number": 1', b'"number": 0'),
        json.dumps(fields | {"files": []}).encode(), json.dumps(fields | {"commit": "x"}).encode(),
        json.dumps(fields | {"more": 1}).encode(), b"\xff\xfe",
    ):  # fmt: skip
        with pytest.raises(GongshiError, match="不是完整的发布清单"):
            read_manifest(broken, "x")


@pytest.mark.parametrize(
    "files", [{}, {"a.html": "0" * 64}, {"b/“引”.csv": "1" * 64, 'a"\\.js': "2" * 64, "县.html": "3" * 64}]
)
def test_a_manifest_is_spelled_as_json(log, files):
    made = replace(read_log(log)[-1], files=files)
    again = json.dumps(json.loads(made.encode()), ensure_ascii=False, indent=1) + "\n"
    assert made.encode() == again.encode() and list(json.loads(again)["files"]) == sorted(files)
    assert json.loads(again)["files"] == files


def test_every_differing_file_is_named(log, site):
    wanted = read_log(log)[-1].files
    assert compare(wanted, digests(site)) == []
    data = bytearray((site / "data/a.csv").read_bytes())
    data[0] ^= 1
    (site / "data/a.csv").write_bytes(data)
    (site / "index.html").unlink()
    (site / "new.html").touch()
    found = {finding.path: finding.code for finding in compare(wanted, digests(site))}
    assert found == {"data/a.csv": "file-differs", "index.html": "file-missing", "new.html": "file-extra"}


def test_a_link_in_place_of_a_file_is_a_difference(log, site, tmp_path):
    wanted = read_log(log)[-1].files
    shutil.copy(site / "index.html", tmp_path / "same.html")
    (site / "index.html").unlink()
    (site / "index.html").symlink_to(tmp_path / "same.html")
    assert [finding.path for finding in compare(wanted, digests(site))] == ["index.html"]


def test_the_log_may_lie_among_the_sites_files_and_nothing_else(log, site):
    """As it is published: beside the pages, where anybody can save a manifest."""
    wanted = read_log(log)[-1].files
    shutil.copytree(log, site / "manifests")
    assert compare(wanted, digests(site, site / "manifests")) == []
    (site / "manifests/more.html").touch()
    (site / "data" / next(log.glob("*.json")).name).touch()
    found = [finding.path for finding in compare(wanted, digests(site, site / "manifests"))]
    assert found == [f"data/{next(log.glob('*.json')).name}", "manifests/more.html"]


# -- with a repository --------------------------------------------------------------------------------------------


def git(root: Path, *arguments: str) -> str:
    names = {f"GIT_{who}_{what}": "t" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=True, env=os.environ | names)
    return done.stdout.decode().strip()


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    """A small county in Git, published twice, with a commit between."""
    home = tmp_path_factory.mktemp("published")
    root = home / "ledger"
    county = {"county_code": "990101000000", "name": "示例县", "example": "是", "office": "扶贫办", "hotline": "12317"}
    place = {"division_code": "990101000000", "name": "示例县", "level": "县"}
    for path, content in tree_of({"county": [county], "divisions": [place]}).files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    shutil.copy(ROOT / "mkdocs.yml", root)
    shutil.copytree(ROOT / "docs", root / "docs")
    git(home, "init", "-q", "ledger")
    for day in ("2020-06-30", "2020-07-31"):
        (root / "docs/about.md").write_text(
            f"# 关于\n\n{day}\n\n## 举报 {{#report}}\n\n## 不公布 {{#withheld}}\n", "utf-8"
        )
        git(root, "add", "-A")
        git(root, "commit", "-qm", day)
        run(build, root, "--on", day, "--out", home / "site", "--log", home / "manifests")
        shutil.copytree(home / "site", home / day)
    return home


def run(command, root: Path, *arguments: object):
    done = CliRunner().invoke(command, [str(argument) for argument in arguments], obj=root)
    if not isinstance(done.exception, None | SystemExit | GongshiError):
        raise done.exception
    return done


def manifest(home: Path, number: int) -> Path:
    return next((home / "manifests").glob(f"{number:06}-*[0-9a-f].json"))


def test_verify_rebuilds_any_publication_from_the_repository(published):
    done = run(verify, published / "ledger", manifest(published, 1), "--site", published / "2020-06-30")
    assert done.exit_code == 0 and "重新生成了" in done.output and "核验通过" in done.output, done.output


def test_verify_works_without_the_repository_and_names_the_flipped_byte(published, tmp_path):
    shutil.copytree(published / "2020-07-31", tmp_path / "site")
    done = run(verify, tmp_path, manifest(published, 2), "--site", tmp_path / "site")
    assert done.exit_code == 0 and "没有核对历史" in done.output, done.output
    page = tmp_path / "site/about.html"
    content = bytearray(page.read_bytes())
    content[len(content) // 2] ^= 1
    page.write_bytes(content)
    done = run(verify, tmp_path, manifest(published, 2), "--site", tmp_path / "site")
    assert done.exit_code == 1 and "about.html: 错误: 内容与清单不同" in done.output and "共 1 处" in done.output


def test_a_manifest_that_the_commit_does_not_make_is_caught(published, tmp_path):
    shutil.copytree(published / "manifests", tmp_path / "manifests")
    last = manifest(tmp_path, 2)
    forged = read_manifest(last.read_bytes(), "x")
    forged = replace(forged, files=forged.files | {"about.html": "0" * 64})
    last.unlink()
    (tmp_path / "manifests" / forged.name).write_bytes(forged.encode())
    done = run(verify, published / "ledger", manifest(tmp_path, 2))
    assert done.exit_code == 1 and "about.html" in done.output, done.output


def test_the_quality_of_before_is_of_the_log_and_proven_with_it(published, tmp_path):
    page = (published / "2020-07-31/policies/over-time.html").read_text("utf-8")
    assert "2020-06-30" in page and "比上次发布" in page and manifest(published, 1).name in page
    shutil.copy(manifest(published, 2), tmp_path)
    done = run(verify, published / "ledger", tmp_path / manifest(published, 2).name)
    assert done.exit_code == 0 and "没有以前各份清单旁边的记录质量" in done.output and "over-time.html" in done.output
    log = shutil.copytree(published / "manifests", tmp_path / "manifests")
    copy = next(log.glob("000001-*.quality.json"))
    copy.write_bytes(copy.read_bytes().replace(b"2020-06-30", b"2020-06-29"))
    assert "旁边没有它的记录质量" in refused(published / "ledger", "--log", log, "--on", "2020-08-01")
    done = run(verify, tmp_path, "--log", log)
    assert done.exit_code == 1 and "[quality-missing]" in done.output, done.output


def test_a_rewritten_history_is_caught(published, tmp_path):
    shutil.copytree(published / "ledger", tmp_path / "ledger")
    git(tmp_path / "ledger", "commit", "-q", "--amend", "-m", "改写")
    done = run(verify, tmp_path / "ledger", manifest(published, 1))
    assert done.exit_code == 1 and "[history-rewritten]" in done.output and "2020-07-31" in done.output, done.output


def test_a_shallow_clone_is_refused_in_one_sentence(published, tmp_path):
    git(tmp_path, "clone", "-q", "--depth", "1", (published / "ledger").as_uri(), "shallow")
    done = run(verify, tmp_path / "shallow", manifest(published, 1))
    assert isinstance(done.exception, GongshiError) and "浅克隆" in str(done.exception)
    assert str(done.exception).count("。") == 1


def test_a_site_of_uncommitted_records_is_not_published(published, tmp_path):
    shutil.copytree(published / "ledger", tmp_path / "ledger")
    (tmp_path / "ledger/docs/about.md").write_text("# 关于\n", "utf-8")
    done = run(build, tmp_path / "ledger", "--out", tmp_path / "site", "--log", tmp_path / "manifests")
    assert "请先提交再发布" in str(done.exception) and not (tmp_path / "manifests").exists()
    git(tmp_path / "ledger", "checkout", "-q", ".")
    done = run(build, tmp_path / "ledger", "--out", tmp_path / "site", "--log", tmp_path / "site/manifests")
    assert "不能放在网站目录里面" in str(done.exception)


def test_another_version_of_the_program_is_told_and_not_compared(published, monkeypatch):
    monkeypatch.setattr("gongshi.site.manifest.tool_digest", lambda: "0" * 64)
    done = run(verify, published / "ledger", manifest(published, 1))
    assert done.exit_code == 0 and "版本不同，没有重新生成" in done.output


# -- where a chain is known ---------------------------------------------------------------------------------------


def refused(root: Path, *arguments: object) -> str:
    done = run(build, root, "--out", root.parent / "out", *arguments)
    assert isinstance(done.exception, GongshiError), done.output
    return str(done.exception)


def test_a_chain_is_not_begun_anew_by_the_clone_that_published(published, tmp_path):
    root = shutil.copytree(published / "ledger", tmp_path / "ledger")
    words = refused(root, "--log", tmp_path / "lost")
    assert "本机上次发布的记录里有第 2 份清单" in words and "--anew" in words and not (tmp_path / "lost").exists()
    cut = shutil.copytree(published / "manifests", tmp_path / "cut")
    (cut / manifest(published, 2).name).unlink()
    (cut / "latest.txt").unlink()
    assert "第 2 份清单" in refused(root, "--log", cut), "nor goes on from a log that was cut"


def test_a_chain_is_not_begun_anew_by_a_clone_that_knows_the_branch_or_the_site(published, tmp_path):
    log = shutil.copytree(published / "manifests", tmp_path / "log")
    git(log, "init", "-q")
    git(log, "add", "-A")
    git(log, "commit", "-qm", "log")
    git(published / "ledger", "fetch", "-q", str(log), "HEAD:refs/heads/manifests")
    git(tmp_path, "clone", "-q", str(published / "ledger"), "clone")
    git(published / "ledger", "branch", "-qD", "manifests")
    assert "分支 refs/remotes/origin/manifests里有第 2 份清单" in refused(
        tmp_path / "clone", "--log", tmp_path / "lost"
    )
    git(tmp_path, "clone", "-q", str(published / "ledger"), "fresh")
    shutil.copytree(published / "site", tmp_path / "out")
    assert "out/manifests里有第 2 份清单" in refused(tmp_path / "fresh", "--log", tmp_path / "lost")


def test_a_chain_is_not_begun_anew_where_the_ledger_names_its_first(published, tmp_path):
    """As a machine without a memory sees it: a fresh clone, and the branch of manifests is gone."""
    git(tmp_path, "clone", "-q", str(published / "ledger"), "clone")
    root = tmp_path / "clone"
    first = read_manifest(manifest(published, 1).read_bytes(), "x").label
    for text, told in (("nonsense\n", "应当只有一行"), (f"{first}\n", "台账认的清单链从 000001-2020-06-30")):
        (root / "records/keys").mkdir(exist_ok=True)
        (root / "records/keys/chain").write_text(text, "utf-8")
        git(root, "add", "-A")
        git(root, "commit", "-qm", "chain")
        for more in ((), ("--anew",)):
            assert told in refused(root, "--log", tmp_path / "lost", *more)
    done = run(verify, root, manifest(published, 2))
    assert done.exit_code == 0, done.output
    other = tmp_path / "other"
    other.mkdir()
    forged = replace(read_manifest(manifest(published, 1).read_bytes(), "x"), files={"a": "0" * 64})
    (other / forged.name).write_bytes(forged.encode())
    done = run(verify, root, "--log", other)
    assert done.exit_code == 1 and "[chain-anew]" in done.output, done.output


def test_a_rewritten_history_is_not_published(published, tmp_path):
    root = shutil.copytree(published / "ledger", tmp_path / "ledger")
    git(root, "commit", "-q", "--amend", "-m", "改写")
    assert "不在现在的历史里，没有发布" in refused(root, "--log", published / "manifests")


def test_a_manifest_of_another_county_is_told(published, tmp_path):
    other = replace(read_manifest(manifest(published, 1).read_bytes(), "x"), county="990102000000")
    (tmp_path / other.name).write_bytes(other.encode())
    done = run(verify, published / "ledger", tmp_path / other.name)
    assert done.exit_code == 1 and "[other-county]" in done.output and "重新生成" not in done.output


def test_a_manifest_that_names_other_rules_than_its_commit_is_told(published, tmp_path, monkeypatch):
    monkeypatch.setattr("gongshi.cli.proving._rebuilt", lambda git, saved, report: None)
    for field in ("schemas", "policies"):
        other = replace(read_manifest(manifest(published, 1).read_bytes(), "x"), **{field: "0" * 64})
        (tmp_path / field).mkdir()
        (tmp_path / field / other.name).write_bytes(other.encode())
        done = run(verify, published / "ledger", tmp_path / field / other.name)
        assert done.exit_code == 1 and "[source-differs]" in done.output


def test_a_day_to_come_is_not_published(published, tmp_path):
    root = shutil.copytree(published / "ledger", tmp_path / "ledger")
    log = shutil.copytree(published / "manifests", tmp_path / "log")
    assert "今天还没有到 2999-01-01" in refused(root, "--log", log, "--on", "2999-01-01")


def test_the_site_has_its_manifests_beside_it(published):
    beside = {path.name: path.read_bytes() for path in (published / "site/manifests").iterdir()}
    assert beside == {path.name: path.read_bytes() for path in (published / "manifests").iterdir()}
    assert {"latest.txt", "feed.xml"} <= beside.keys() and len(beside) == 6
    label = read_manifest(manifest(published, 2).read_bytes(), "x").label
    assert not [path for path in (published / "site").rglob("*.html") if label[-64:] in path.read_text("utf-8")]
    done = run(verify, published, "--site", published / "site", "--digest", label)
    assert done.exit_code == 0 and "清单链 2 份" in done.output, done.output


def test_the_version_to_install_is_named(published, monkeypatch):
    monkeypatch.setattr("gongshi.site.manifest.libraries", lambda: {"mkdocs": "0.0"})
    monkeypatch.setattr("gongshi.site.manifest.tool_digest", lambda: "0" * 64)
    made = read_manifest(manifest(published, 1).read_bytes(), "x")
    words = run(verify, published / "ledger", manifest(published, 1)).output
    assert (
        f"gongshi {made.engine}（程序摘要 {made.tool[:12]}）" in words and f"mkdocs {made.libraries['mkdocs']}" in words
    )
    assert made.commit[:12] in words and made.county == "990101000000" and made.schemas != made.policies


@pytest.mark.parametrize("died", ["before", "between", "after"])
def test_a_site_that_was_being_replaced_is_old_or_new(tmp_path, died):
    folder, old = tmp_path / "site", tmp_path / ".site.gongshi-old"
    if died != "between":
        folder.mkdir()
        (folder / "gongshi").mkdir()
        (folder / "index.html").write_text("here", "utf-8")
    if died != "before":
        (old / "gongshi").mkdir(parents=True)
        (old / "index.html").write_text("old", "utf-8")
    settle(folder)
    assert (folder / "index.html").read_text("utf-8") == ("old" if died == "between" else "here") and not old.exists()


def test_a_site_that_cannot_be_moved_into_place_leaves_the_old_one(tmp_path, monkeypatch):
    folder = tmp_path / "site"
    folder.mkdir()
    with pytest.raises(GongshiError, match="旧的还在"):
        _swap(tmp_path, folder)
    assert folder.is_dir() and [path.name for path in tmp_path.iterdir()] == ["site"]


# -- signatures ---------------------------------------------------------------------------------------------------


@pytest.fixture
def signed(published, tmp_path) -> Ledger:
    """The ledger, which has registered a publisher since."""
    root = shutil.copytree(published / "ledger", tmp_path / "ledger")
    shutil.copytree(published / "manifests", tmp_path / "manifests")
    (tmp_path / "holders").mkdir()
    ledger = Ledger(root, tmp_path / "holders")
    settings = (root / COUNTY_FILE).read_text("utf-8")
    roles = "".join(ledger.line(role) for role in ("root", "keeper", "publisher"))
    founding = f"{settings}root_fingerprint: {ledger.fingerprint('root')}\n"
    ledger.commit("root", {SIGNERS: roles, COUNTY_FILE: founding})
    ledger.commit("root", {COUNTY_FILE: settings})
    assert ledger.standing.signers, ledger.standing.refused
    return ledger


def test_signed_manifests(signed, tmp_path, monkeypatch):
    log, before = tmp_path / "manifests", ("--log", tmp_path / "manifests")
    monkeypatch.setattr("gongshi.cli.proving._rebuilt", lambda git, saved, report: setattr(report, "rebuilt", True))
    done = run(verify, signed.root, *before)
    assert done.exit_code == 0 and "未签：清单比发布员登记得早" in done.output, done.output

    head = signed.git.head()
    publish(log, tmp_path, datetime.date(2020, 8, 1), commit=head, **rules_of(RevisionTree(signed.git, head)))
    newest = sorted(log.glob("*.json"))[-1]
    done = run(verify, signed.root, *before)
    assert done.exit_code == 1 and "[manifest-unsigned]" in done.output and "从第 1 份清单起" in done.output
    done = run(verify, signed.root, *before, "--signing-key", signed.key("keeper"))
    assert "没有签名" in str(done.exception) and not newest.with_name(f"{newest.name}.sig").exists()
    done = run(verify, signed.root, *before, "--signing-key", signed.key("publisher"))
    assert done.exit_code == 0 and "签名人是发布员“publisher岗”" in done.output, done.output
    done = run(verify, signed.root, *before)
    assert done.exit_code == 0 and f"发布员“publisher岗”的签名（{signed.fingerprint('publisher')}）" in done.output

    outside = ("--signers", shutil.copy(signed.root / SIGNERS, tmp_path / "signers"))
    assert "发布员“publisher岗”的签名" in run(verify, tmp_path, *before, *outside).output
    signature = newest.with_name(f"{newest.name}.sig")
    true = signature.read_text("utf-8")
    stranger = sign(newest.read_bytes(), MANIFEST, signed.key("stranger"))
    keeper = sign(newest.read_bytes(), MANIFEST, signed.key("keeper"))
    commit = sign(newest.read_bytes(), "git", signed.key("publisher"))
    older = sign(sorted(log.glob("*.json"))[0].read_bytes(), MANIFEST, signed.key("publisher"))
    for forged in (stranger, keeper, commit, older, "", "x" * 100_000, true.replace("A", "B", 1)):
        signature.write_text(forged, "utf-8")
        none = not forged  # an empty file is as none
        code, advice = ("unsigned", "请向县里要") if none else ("signature", "请查问")
        for more in ((), outside):
            done = run(verify, signed.root, *before, *more)
            assert done.exit_code == 1 and f"[manifest-{code}]" in done.output and advice in done.output, (
                forged,
                done.output,
            )
    signature.write_text(true, "utf-8")
    publish(log, tmp_path, datetime.date(2020, 8, 2), commit=signed.git.head())
    done = run(verify, signed.root, *before)
    assert done.exit_code == 1 and "从第 4 份清单起没有发布员的签名" in done.output


def test_a_fork_of_what_was_signed_has_no_signature(signed, tmp_path):
    log = tmp_path / "manifests"
    publish(log, tmp_path, datetime.date(2020, 8, 1), commit=signed.git.head())
    true = sorted(log.glob("*.json"))[-1]
    sign_manifest(log, read_manifest(true.read_bytes(), "x"), signed.standing, signed.key("publisher"))
    forged = replace(read_manifest(true.read_bytes(), "x"), day="2020-08-02")
    true.unlink()
    true.with_name(f"{true.name}.sig").rename(log / f"{forged.name}.sig")
    (log / forged.name).write_bytes(forged.encode())
    (log / "latest.txt").write_text(forged.label, "utf-8")
    done = run(verify, tmp_path, "--log", log, "--signers", signed.root / SIGNERS)
    assert done.exit_code == 1 and "签名以后内容被改过" in done.output, done.output


def test_build_signs_with_the_key_that_is_named(signed, tmp_path, monkeypatch):
    monkeypatch.setattr("gongshi.library.building.refuse_errors", lambda _: None)  # it has a few rows only
    arguments = ("--on", "2020-08-01", "--out", tmp_path / "site", "--log", tmp_path / "manifests")
    done = run(build, signed.root, *arguments, "--signing-key", signed.key("keeper"))
    assert "换用发布员的私钥" in str(done.exception) and not (tmp_path / "site").exists()
    done = run(build, signed.root, *arguments, "--signing-key", signed.key("publisher"))
    assert "清单已由发布员“publisher岗”签名" in done.output, done.output
    assert len(list((tmp_path / "site/manifests").glob("*.sig"))) == 1
    done = run(verify, tmp_path, "--site", tmp_path / "site", "--signers", signed.root / SIGNERS)
    assert done.exit_code == 0 and "第 3 份清单有发布员" in done.output, done.output
