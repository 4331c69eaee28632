"""A county's own repository: as a new user would make it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from gongshi.cli.new import new
from gongshi.exchange.founding import found_county
from gongshi.model import GongshiError
from support import ROOT

HEADER = "division_code,name,level,parent_code,slug\n"
DIVISIONS = (
    HEADER
    + "990299000000,某某县,县,,\n990299100000,东镇,乡镇,990299000000,dong\n990299101000,西镇,乡镇,990299000000,xi\n990299100001,一村,村,990299100000,\n"
)


@pytest.fixture(autouse=True)
def own_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))


def gongshi(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "gongshi", *arguments], cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize("divisions", [None, DIVISIONS])
def test_a_new_county_checks_clean_and_builds(tmp_path: Path, divisions: str | None) -> None:
    folder, table = tmp_path / "新 县", tmp_path / "区划.csv"
    arguments = [str(folder)]
    if divisions:
        table.write_text(divisions, encoding="utf-8-sig")
        arguments += ["--divisions", str(table)]
    result = CliRunner().invoke(new, arguments, obj=ROOT)
    assert result.exit_code == 0, result.output + repr(result.exception)
    checked = gongshi(folder, "check")
    assert checked.returncode == 0, checked.stdout
    built = gongshi(folder, "build", "--out", str(tmp_path / "site"))
    assert built.returncode == 0 and (tmp_path / "site/index.html").exists(), built.stderr
    status = subprocess.run(["git", "-C", str(folder), "status", "--porcelain"], capture_output=True, text=True)
    assert status.stdout == "" and (folder / ".git/hooks/pre-commit").exists()
    names = {path.name for path in (folder / "records/townships").iterdir()}
    assert names == ({"dong", "xi"} if divisions else {"xinjian"})
    everything = "".join(path.read_text(encoding="utf-8") for path in (folder / "records").rglob("*.csv"))
    assert "H0000001" not in everything and not list((folder / "records").rglob("*.age"))
    title = (folder / "mkdocs.yml").read_text(encoding="utf-8")
    assert ("某某县" if divisions else "新建县") in title and not (folder / "tests").exists()


BAD = {
    "not utf-8": "区划".encode("gbk"),
    "no header": b"a,b\n1,2\n",
    "empty": b"",
    "two counties": (DIVISIONS + "990399000000,乙县,县,,\n").encode(),
    "township without folder": (HEADER + "990299000000,甲县,县,,\n990299100000,东镇,乡镇,990299000000,\n").encode(),
    "village of nowhere": (DIVISIONS + "990299200001,丙村,村,990299200000,\n").encode(),
    "code of eleven digits": (HEADER + "99029900000,甲县,县,,\n").encode(),
    "county alone": (HEADER + "990299000000,甲县,县,,\n").encode(),
    "folder that leads outside": (HEADER + "990299000000,甲县,县,,\n990299100000,东镇,乡镇,990299000000,../x\n").encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_table_of_divisions_makes_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(GongshiError, match="区划表"):
        found_county(ROOT, tmp_path / "县", "", BAD[name], 2026)
    assert not list(tmp_path.iterdir())


def test_where_it_may_not_be(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x", encoding="utf-8")
    for folder in (tmp_path, tmp_path / "x", ROOT / "县"):
        with pytest.raises(GongshiError):
            found_county(ROOT, folder, "", None, 2026)
    assert not (ROOT / "县").exists()
