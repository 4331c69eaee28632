"""A county of version 0.1 with edits of its own goes to this program, and on to one that is ahead of it: nothing of its own is
lost, the mended rule arrives, and what changes is told before anything is written."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from founding.conftest import DIVISIONS, SPOKEN
from founding.counties import commit, edit, first_county, git, next_program, run, state

UNITS, OWN = "records/county/units.csv", "local_note"
OWN_FIELD = "  - {name: local_note, title: 本县备注, type: string, constraints: {maxLength: 20}, disclosure: internal, source: 本县, description: 本县自己加的}\n"
OWN_RULE = "  - {id: own-rule, title: 本县的规则, kind: condition, resource: units, field: name, demand: [{field: name, filled: 是}], severity: warning, clause: 本县, message: 请补填单位名称}\n"
NEXT = {
    "pack/policies/lines.yaml": ("severity: warning, clause: §2.2, message: '2020", "severity: error, clause: §2.2, message: '2020"),
    "pack/policies/quality.yaml": ("values: [{from: 2020-01-01, value: 6}]", "values: [{from: 2020-01-01, value: 8}]"),
    "pack/records/schemas/units.yaml": (
        "  - {name: hardship_staff,",
        "  - {name: opened_on, title: 成立日期, type: date, disclosure: public, source: 新版, description: 成立的日期}\n  - {name: workers, formerly: [hardship_staff],",
    ),
    "scaffold/hosts/hosts.toml": ("'make publish'", "'make publish AGAIN=1'"),
    "scaffold/steps.toml": (
        "# What",
        '[[rewritten]]\nversion = "0.2.1"\nresource = "units"\nfield = "unit_kind"\nvalues = {"党政机关" = "事业单位"}\n# What',
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def safe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county as version 0.1 made it, then with edits in schema, book, mapping, page and workflow."""
    folder = first_county(tmp_path_factory.mktemp("old"))
    edit(folder, "records/county/county.yaml", "0000-0000000", "0793-1234567")
    edit(
        folder,
        "records/county/county.yaml",
        "office_address: 待填",
        'office_address: 城关大道1号\noffice_email: "a@example.invalid"',
    )
    schema = folder / "records/schemas/units.yaml"
    schema.write_text(schema.read_text("utf-8").replace("title: 单位名称", "title: 本县单位") + OWN_FIELD, "utf-8")
    header = (folder / UNITS).read_text("utf-8").strip().split(",")
    row = {
        "unit_code": "U001",
        "name": "农业农村局",
        "unit_kind": "党政机关",
        "unit_level": "县",
        "hardship_staff": "12",
    }
    cells = ",".join([*(row.get(name, "") for name in header), "自留"])
    (folder / UNITS).write_text(f"{','.join(header)},{OWN}\n{cells}\n", "utf-8")
    edit(folder, "policies/quality.yaml", "rules:\n", f"rules:\n{OWN_RULE}")
    edit(folder, ".github/workflows/check.yml", "timeout-minutes: 20", "timeout-minutes: 45")
    (folder / "docs/funds/index.md").write_text("---\ntitle: 本县资金\n---\n<!-- gongshi -->\n", "utf-8")
    (folder / "records/mappings/national-codes-2016.yaml").unlink()
    commit(folder, "本县的改动")
    return folder


@pytest.fixture
def county(safe: Path, tmp_path: Path) -> Path:
    return shutil.copytree(safe, tmp_path / "老 县", symlinks=True)


@pytest.fixture(scope="module")
def lately(installed: Path, safe: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same county after its upgrade to this program."""
    folder = shutil.copytree(safe, tmp_path_factory.mktemp("lately") / "县", symlinks=True)
    upgraded(installed, folder)
    return folder


@pytest.fixture
def modern(lately: Path, tmp_path: Path) -> Path:
    return shutil.copytree(lately, tmp_path / "新 县", symlinks=True)


@pytest.fixture(scope="module")
def ahead(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return next_program(installed, tmp_path_factory.mktemp("next") / "环境 二", "0.2.1", NEXT)


def upgraded(programs: Path, county: Path) -> str:
    done = run(programs, county, "upgrade", "--approved-by", "某办")
    assert done.returncode == 0, done.stdout + done.stderr
    assert git(county, "status", "--porcelain") == ""
    return done.stdout


def test_an_old_county_keeps_its_own_and_gets_the_new(installed: Path, ahead: Path, county: Path) -> None:
    told = upgraded(installed, county)
    assert "从 gongshi 0.1.0 升级到 0.2.0" in told and "规则的变化" in told and "docs/funds/index.md" in told
    files = git(county, "ls-files").splitlines()
    beside = [
        path for path in files if not path.startswith("records/")
    ]  # no copy of a program; tables are another matter
    assert not [path for path in files if path.endswith(".py")] and len(beside) <= 30, len(beside)
    assert "timeout-minutes: 45" in (county / ".github/workflows/check.yml").read_text("utf-8")
    assert not (county / "records/mappings/national-codes-2016.yaml").exists()
    checked = run(installed, county, "check", "--against", "main")
    assert checked.returncode == 0, checked.stdout
    git(county, "checkout", "-q", "main"), git(county, "merge", "-q", "--ff-only", "songshen/upgrade-0.2.0")

    before = state(county)
    shown = run(ahead, county, "upgrade", "--dry-run")
    assert shown.returncode == 0 and state(county) == before, shown.stderr
    for line in ("轻重：警告 改为 错误", "2020-01-01 起 6 改为 2020-01-01 起 8", "什么也没有写"):
        assert line in shown.stdout, shown.stdout
    upgraded(ahead, county)
    header, row = ((county / UNITS).read_text("utf-8").splitlines())[:2]
    cells = dict(zip(header.split(","), row.split(","), strict=True))
    assert (
        cells["workers"] == "12" and cells[OWN] == "自留" and cells["opened_on"] == "" and "hardship_staff" not in cells
    )
    assert cells["unit_kind"] == "事业单位"  # by the declared step
    schema = (county / "records/schemas/units.yaml").read_text("utf-8")
    assert "title: 本县单位" in schema and OWN_FIELD in schema and "formerly: [hardship_staff]" in schema
    book = (county / "policies/quality.yaml").read_text("utf-8")
    assert OWN_RULE in book and "value: 8}" in book
    sent = run(ahead, county, "propose", "-m", "升级")
    assert sent.returncode == 0, sent.stderr
    again = run(ahead, county, "upgrade")
    assert again.returncode == 0 and "不用升级" in again.stdout


def refused(done: subprocess.CompletedProcess[str], sentence: str) -> None:
    assert done.returncode == 2 and sentence in done.stderr and done.stderr.count("\n") == 1, done.stderr


def test_another_program_than_the_pinned_is_one_sentence(installed: Path, modern: Path) -> None:
    for version, sentence in (("9.0", "旧了"), ("0.1.9", "新了"), ("0.2", "")):
        edit(modern, "gongshi.toml", 'version = "0.2.0"\nprogram', f'version = "{version}"\nprogram')
        done = run(installed, modern, "export", "units", "-o", "x.xlsx")
        assert done.returncode == 0 if not sentence else not refused(done, sentence), version
        git(modern, "checkout", "-q", "gongshi.toml")
    for old, new, sentence in (
        ('program = "', 'program = "0', "没有写全"),
        ("[engine]", "[engine", "写法不对"),
        ("[pack]", "[bundle]", "不能有"),
        ('main = "main"', 'main = "-x"', "不是分支名"),
    ):
        edit(modern, "gongshi.toml", old, new)
        refused(run(installed, modern, "template", "units", "-o", "y.xlsx"), sentence)
        git(modern, "checkout", "-q", "gongshi.toml")
    text = (modern / "gongshi.toml").read_text("utf-8")
    (modern / "gongshi.toml").write_text(re.sub('program = ".', 'program = "0', text), "utf-8")
    refused(run(installed, modern, "template", "units", "-o", "y.xlsx"), "摘要不符")


def test_what_an_upgrade_does_not_go_over(
    installed: Path, ahead: Path, county: Path, modern: Path, tmp_path: Path
) -> None:
    before = state(county)
    (county / "新.txt").write_text("x", "utf-8")
    refused(run(installed, county, "upgrade"), "没提交的改动")
    (county / "新.txt").unlink()
    edit(county, UNITS, "自留", "改过")
    refused(run(installed, county, "upgrade"), "没提交的改动")
    git(county, "checkout", "-q", UNITS)
    assert state(county) == before
    (wheel,) = (modern / "engine").glob("*.whl")
    wheel.write_bytes(wheel.read_bytes() + b"\0")
    checked = run(installed, modern, "check")
    assert checked.returncode == 1 and f"engine/{wheel.name}: 错误: 安装包的内容与 gongshi.toml" in checked.stdout
    commit(modern, "换安装包")
    refused(run(ahead, modern, "upgrade"), "不是 gongshi.toml 锁定的安装包")
    other = tmp_path / "别处"
    shutil.copytree(county, other, ignore=shutil.ignore_patterns(".git", "gongshi.toml"))
    git(other, "init", "-q"), commit(other, "别的开始")
    refused(run(installed, other, "upgrade"), "不知道哪些是本县改的")


def test_a_county_stays_on_its_host(installed: Path, ahead: Path, tmp_path: Path) -> None:
    """What is new comes to the files of its own host, beside what the county changed there, and to no other's."""
    (tmp_path / "区划.csv").write_text(DIVISIONS, encoding="utf-8")
    made = run(installed, tmp_path, "new", "县", "--divisions", "区划.csv", "--host", "gitlab", *SPOKEN)
    assert made.returncode == 0 and "GitLab 项目的 CI/CD 变量" in made.stdout, made.stderr
    county = tmp_path / "县"
    edit(county, ".gitlab-ci.yml", "python:3.11-bookworm", "10.0.0.8/python:3.11")
    commit(county, "用本县的镜像")
    upgraded(ahead, county)
    pipeline = (county / ".gitlab-ci.yml").read_text("utf-8")
    assert "make publish AGAIN=1" in pipeline and "10.0.0.8/python:3.11" in pipeline
    assert 'host = "gitlab"' in (county / "gongshi.toml").read_text("utf-8") and not (county / ".github").exists()
    edit(county, "gongshi.toml", 'host = "gitlab"', 'host = "gitlub"')
    refused(run(ahead, county, "template", "units", "-o", "y.xlsx"), "host 只能是 github、gitlab、gitea、gitee")


def test_a_data_change_may_not_bring_wheel_lock_or_pin(installed: Path, modern: Path) -> None:
    git(modern, "branch", "base")
    for path in ("engine/requirements.lock", "gongshi.toml"):
        with (modern / path).open("a", encoding="utf-8") as file:
            file.write("# \n" if path.endswith("lock") else '"x.md" = "' + "0" * 64 + '"\n')
    edit(modern, UNITS, "自留", "改过")
    checked = run(installed, modern, "check", "--against", "base")
    assert checked.returncode == 1
    for path in ("engine/requirements.lock", UNITS):
        assert any(line.startswith(f"{path}: 错误") and "[pin]" in line for line in checked.stdout.splitlines()), (
            checked.stdout
        )
    git(modern, "checkout", "-q", "."), (modern / "engine/gongshi-9.9.9-py3-none-any.whl").write_bytes(b"PK")
    assert "锁定的不是这个文件" in run(installed, modern, "check").stdout
