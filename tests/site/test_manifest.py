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
from made_up import ROOT

from gongshi.cli.build import build
from gongshi.cli.verify import verify
from gongshi.model import GongshiError
from gongshi.site.manifest import Manifest, append, check_log, check_saved, compare, digests, read_log, read_manifest
from support import tree_of

DAY = datetime.date(2020, 6, 30)


def publish(log: Path, site: Path, commit: str = "a" * 40, day: datetime.date = DAY) -> Manifest:
    return append(log, commit, day, site)[0]


@pytest.fixture
def site(tmp_path) -> Path:
    folder = tmp_path / "site"
    (folder / "data").mkdir(parents=True)
    (folder / "index.html").write_text("一", "utf-8")
    (folder / "data/a.csv").write_text("a\n", "utf-8")
    return folder


@pytest.fixture
def log(site, tmp_path) -> Path:
    """Three publications."""
    for number in range(3):
        (site / "index.html").write_text(f"第{number}次", "utf-8")
        publish(tmp_path / "manifests", site)
    return tmp_path / "manifests"


def test_a_log_is_a_chain_and_the_same_site_is_not_added_twice(log, site):
    chain = read_log(log)
    assert [manifest.number for manifest in chain] == [1, 2, 3] and check_log(chain) == []
    assert [manifest.previous for manifest in chain[1:]] == [manifest.digest for manifest in chain[:2]]
    assert append(log, "a" * 40, DAY, site) == (chain[2], False)
    assert append(log, "a" * 40, DAY + datetime.timedelta(1), site)[1], "another day is another publication"


def test_a_manifest_is_read_back_and_anything_else_is_refused(log):
    path = sorted(log.iterdir())[0]
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
    (site / "data" / next(log.iterdir()).name).touch()
    found = [finding.path for finding in compare(wanted, digests(site, site / "manifests"))]
    assert found == [f"data/{next(log.iterdir()).name}", "manifests/more.html"]


def test_a_cut_chain_is_caught(log, site):
    files = sorted(log.iterdir())
    kept = files[1].read_bytes()
    files[1].unlink()
    assert [finding.code for finding in check_log(read_log(log))] == ["chain-gap"]
    files[1].write_bytes(kept)
    changed = replace(read_manifest(kept, "x"), day="2020-07-01")
    files[1].unlink()
    (log / changed.name).write_bytes(changed.encode())
    assert [finding.code for finding in check_log(read_log(log))] == ["chain-cut"]
    with pytest.raises(GongshiError, match="没有加新清单"):
        publish(log, site, day=DAY + datetime.timedelta(9))


def test_a_log_written_anew_does_not_have_what_somebody_saved(log, site, tmp_path):
    """The chain of the forger is whole; only who kept a manifest sees it."""
    saved = read_log(log)[1]
    forged = tmp_path / "forged"
    for number in range(3):
        (site / "index.html").write_text(f"改过的第{number}次", "utf-8")
        publish(forged, site)
    chain = read_log(forged)
    assert check_log(chain) == []
    assert [finding.code for finding in check_saved(saved, chain)] == ["chain-rewritten"]
    assert check_saved(saved, read_log(log)) == []


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
        (root / "docs/about.md").write_text(f"# 关于\n\n{day}\n\n## 举报 {{#report}}\n", "utf-8")
        git(root, "add", "-A")
        git(root, "commit", "-qm", day)
        run(build, root, "--on", day, "--out", home / "site", "--log", home / "manifests")
        shutil.copytree(home / "site", home / day)
    return home


def run(command, root: Path, *arguments: object):
    done = CliRunner().invoke(command, [str(argument) for argument in arguments], obj=root)
    assert done.exception is None or isinstance(done.exception, SystemExit | GongshiError), done.exc_info
    return done


def manifest(home: Path, number: int) -> Path:
    return sorted((home / "manifests").iterdir())[number - 1]


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
