"""What was public on a day: the manifest of that day, the notices the ledger knew then, and which were entered afterwards."""

from __future__ import annotations

import os
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest
from board import VILLAGE, ledger
from click.testing import CliRunner

from gongshi.cli.notice import notice
from gongshi.cli.published import published
from gongshi.model import GongshiError
from gongshi.site.publishing import append

HEX = {"tool": "b" * 64, "schemas": "c" * 64, "policies": "d" * 64}


def git(root: Path, *arguments: str, day: str = "2021-01-04") -> str:
    who = {f"GIT_{role}_{part}": "t@t.invalid" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    clock = {f"GIT_{role}_DATE": f"{day}T12:00:00+08:00" for role in ("AUTHOR", "COMMITTER")}
    environ = {**os.environ, **who, **clock, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(["git", *arguments], cwd=root, env=environ, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(root: Path, day: str) -> str:
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", f"记录\n\n审批：县\n依据：{day}", day=day)
    return git(root, "rev-parse", "HEAD")


def post(root: Path, number: str, first: str, last: str) -> None:
    place = root / f"records/townships/guzhen/notices/{number[1:5]}/{number}.yaml"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(
        f"notice_id: {number}\nnotice_kind: 其他公告\ntitle: 古镇公告\ndivision_code: {VILLAGE}\nplace: 村公示栏\n"
        f"starts_on: {first}\nends_on: {last}\npublisher_unit: U900\nitems: 1\n",
        "utf-8",
    )


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """G…1 of the first import; G…2 entered in time; G…3 a month late; G…4 has another first day since February."""
    root = tmp_path_factory.mktemp("then") / "ledger"
    ledger(root)
    county = root / "records/county/county.yaml"
    county.write_text(county.read_text("utf-8").replace("as_of: 2020-06-30\n", ""), "utf-8")
    git(root.parent, "init", "-q", "-b", "main", "ledger")
    post(root, "G2020-00001", "2020-12-01", "2021-01-20")
    commit(root, "2021-01-04")
    post(root, "G2021-00002", "2021-01-12", "2021-01-22")
    post(root, "G2021-00004", "2021-01-25", "2021-02-25")
    commit(root, "2021-01-10")
    post(root, "G2021-00003", "2021-01-11", "2021-01-30")
    post(root, "G2021-00004", "2021-01-13", "2021-02-25")
    commit(root, "2021-02-10")
    return root


def said(root: Path, command, *arguments: object) -> str:
    done = CliRunner().invoke(command, [*map(str, arguments)], obj=root)
    if isinstance(done.exception, GongshiError):
        return f"错误：{done.exception}"
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def test_the_ledger_of_the_day_and_what_came_afterwards(root: Path) -> None:
    text = said(root, notice, "list", "--at", "2021-01-15", "--state", "公示中")
    shown, later = text.split("后来：", 1)
    assert [line[:11] for line in shown.splitlines()] == ["G2021-00002", "G2020-00001"]
    assert "才登记" not in shown, "one was entered in time, of one of the first import nobody can say"
    assert "G2021-00003 现在写的是 2021-01-11 至 2021-01-30，当时还没有登记，2021-02-10 才补登（晚 30 天）" in later
    assert "G2021-00004 现在写的是 2021-01-13 至 2021-02-25，当时登记的是 2021-01-25 至 2021-02-25" in later


def test_after_it_was_entered_a_late_notice_says_so(root: Path) -> None:
    text = said(root, notice, "list", "--at", "2021-02-11")
    (line,) = (line for line in text.splitlines() if line.startswith("G2021-00003"))
    assert "2021-02-10 才登记，晚 30 天" in line and "后来：" not in text
    assert text.count("才登记") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--at", "2999-01-01"], "还没到"),
        (["--at", "2021-01-03"], "还没有任何版本"),
        (["--at", "一月"], "请写成 2020-06-30"),
        (["--at", "2021-01-15", "--on", "2021-01-15"], "只写一个"),
    ],
)
def test_days_that_nobody_knows_are_one_sentence(root: Path, arguments: list[str], words: str) -> None:
    assert words in said(root, notice, "list", *arguments)
    if len(arguments) == 2:
        assert words in said(root, published, "--on", arguments[1])


def publications(root: Path, tmp_path: Path) -> Path:
    """Two: of the ledger's second commit on 16 January, of its last on 12 February."""
    site, log = tmp_path / "site", tmp_path / "log"
    site.mkdir()
    for number, (back, day) in enumerate([("HEAD~1", date(2021, 1, 16)), ("HEAD", date(2021, 2, 12))]):
        (site / "index.html").write_text(str(number))
        source = {"county": "990101000000", "commit": git(root, "rev-parse", back), "engine": "0.1.0", "libraries": {}}
        append(log, {**source, **HEX}, day, site, "示例县")
    return log


def test_the_site_of_a_day_is_its_manifest(root: Path, tmp_path: Path) -> None:
    log = publications(root, tmp_path)
    text = said(root, published, "--on", "2021-01-17", "--log", log)
    assert "第 1 份发布清单" in text and "2021-02-12 由第 2 份取代" in text and "正在公示 2 份" in text
    assert "G2021-00002" in text and "后来：G2021-00003" in text
    assert (
        "第 2 份发布清单" in (last := said(root, published, "--on", "2021-02-12", "--log", log))
        and "最新的一份" in last
    )
    assert "还没有发布过网站" in said(root, published, "--on", "2021-01-15", "--log", log)
    # What was changed after the publication was not on the site, though the ledger had it.
    text = said(root, published, "--on", "2021-02-11", "--log", log)
    assert "第 1 份发布清单" in text and "G2021-00004  公示中  2021-01-25" in text


def test_a_log_on_a_branch_is_read(root: Path, tmp_path: Path) -> None:
    log = publications(root, tmp_path)
    git(tmp_path, "clone", "-q", str(root), "copy")
    git(log, "init", "-q", "-b", "manifests")
    git(log, "add", "-A")
    git(log, "commit", "-q", "-m", "log")
    git(tmp_path / "copy", "fetch", "-q", str(log), "manifests:refs/remotes/origin/manifests")
    text = said(tmp_path / "copy", published, "--on", "2021-01-17")
    assert "第 1 份发布清单（分支 refs/remotes/origin/manifests）" in text


def test_what_cannot_be_known_is_told(root: Path, tmp_path: Path) -> None:
    assert "没有找到发布清单" in said(root, published, "--on", "2021-01-15")
    assert "里没有发布清单" in said(root, published, "--on", "2021-01-15", "--log", tmp_path)
    log = publications(root, tmp_path)
    git(tmp_path, "clone", "-q", "--depth", "1", root.as_uri(), "end")
    text = said(tmp_path / "end", published, "--on", "2021-01-17", "--log", log)
    assert "浅克隆" in text
    first = min(log.glob("*.json"))
    first.unlink()
    text = said(root, published, "--on", "2021-02-20", "--log", log)
    assert "第 1 份清单不见了" in text and "第 2 份发布清单" in text
    (tmp_path / "empty").mkdir()
    for command in ((published, "--on", "2021-01-15"), (notice, "list", "--at", "2021-01-15")):
        assert "没有历史可查" in said(tmp_path / "empty", *command)
    git(tmp_path / "empty", "init", "-q")
    assert "没有历史可查" in said(tmp_path / "empty", published, "--on", "2021-01-15")


def test_a_forged_date_of_a_commit_moves_nothing(root: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(root), "copy")
    copy = tmp_path / "copy"
    post(copy, "G2021-00005", "2021-01-14", "2021-01-24")
    commit(copy, "2021-01-05")  # it lies above one of 10 February
    text = said(copy, notice, "list", "--at", "2021-01-15")
    assert "后来：G2021-00005" in text and "2021-02-10 才补登" in text


def test_a_title_that_steers_or_names_somebody_is_shown_safely(root: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(root), "copy")
    copy = tmp_path / "copy"
    place = copy / "records/townships/guzhen/notices/2021/G2021-00002.yaml"
    phone = "1" + "38" + "0013" + "8000"
    place.write_text(place.read_text("utf-8").replace("古镇公告", f'"::error::公告 {phone}"'), "utf-8")
    commit(copy, "2021-03-01")
    day = (date(2021, 3, 1) + timedelta(days=1)).isoformat()
    text = said(copy, notice, "list", "--at", day)
    assert phone not in text and "\n::" not in text
