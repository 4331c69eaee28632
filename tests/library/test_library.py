"""The library as another program uses it: the README's lines, and each method on a small county."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import gongshi
from disclosure.small_ledger import rows
from gongshi.library.examining import examining
from gongshi.model import GongshiError
from gongshi.repository import WorkTree
from gongshi.site.load import of_examined
from support import ROOT, tree_of

DAY = date(2020, 6, 30)


@pytest.fixture
def county(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two commits of a small ledger: in the second one village has another class."""
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "测试")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "test@example.invalid")
    for path, data in tree_of(rows([[2, 1]])).files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    (tmp_path / ".gitignore").write_text(".gongshi/\n", "utf-8")

    def commit() -> None:
        for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
            subprocess.run(["git", "-C", tmp_path, *command], check=True, capture_output=True)

    commit()
    villages = tmp_path / "records/county/villages.csv"
    villages.write_text(villages.read_text("utf-8").replace("贫困村", "非贫困村", 1), "utf-8")
    commit()
    return tmp_path


def test_the_readme_s_lines_run() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        (code,) = re.findall(r"```python\n(.*?)```", (ROOT / name).read_text("utf-8"), re.DOTALL)
        assert len([line for line in code.splitlines() if line]) <= 10
        if name == "README.md":
            done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
            lines = done.stdout.splitlines()
            assert done.returncode == 0 and lines[0] == "0 errors" and "示例县" in lines[1], done.stdout + done.stderr
            told = code
        assert code == told


def test_what_a_ledger_tells(county: Path) -> None:
    ledger = gongshi.open(county)
    (change,) = ledger.diff("HEAD~1", "HEAD").changes
    assert change.resource == "villages" and [item.field for item in change.fields] == ["village_class"]
    versions = ledger.history("villages", "/".join(change.key))["village_class"]
    assert [version.value for version in versions] == ["贫困村", "非贫困村"]
    then, now = (ledger.table("villages", at) for at in ("HEAD~1", ""))
    assert [row["village_class"] for row in then] == ["贫困村", "贫困村"] and now[0]["village_class"] == "非贫困村"
    assert {row["name"] for row in ledger.view("villages", DAY)} == {"00村", "01村"}
    villages = county / "records/county/villages.csv"
    villages.write_text(villages.read_text("utf-8").replace("非贫困村", "什么村"), "utf-8")
    assert any(one.field == "village_class" and one.severity == "error" for one in ledger.check(DAY))
    old = ledger.check(DAY, against="HEAD")
    assert any(one.severity == "notice" and "原有问题" in one.message for one in old)


def test_records_that_change_between_check_and_pages_give_no_site(county: Path) -> None:
    villages = county / "records/county/villages.csv"
    with examining(WorkTree(county), None, DAY, DAY) as (seen, kept):
        villages.write_text(villages.read_text("utf-8").replace("非贫困村", "贫困村"), "utf-8")
        with pytest.raises(GongshiError, match="文件又变了"):
            of_examined(county, kept, seen.when, draft=False)


def test_what_is_no_ledger_or_no_table_is_one_sentence(county: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(GongshiError, match="没有台账"):
        gongshi.open(tmp_path_factory.mktemp("空"))
    for ask in (lambda ledger: ledger.table("nothing"), lambda ledger: ledger.view("nothing")):
        with pytest.raises(GongshiError, match="nothing"):
            ask(gongshi.open(county))
    (county / "gongshi.toml").write_text('[engine]\nversion = "9.9"\npath = "x"\n[pack]\nversion = "9.9"\n', "utf-8")
    with pytest.raises(GongshiError, match="旧了"):
        gongshi.open(county)


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(gongshi.__file__).parent / "py.typed").is_file()
