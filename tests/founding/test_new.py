"""A county's own repository: as a new user would make it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from exchange.books import xlsx
from exchange.conftest import HOUSEHOLD, MEMBER
from gongshi.cli.new import new
from gongshi.founding.beginning import Division
from gongshi.founding.divisions import read_divisions
from gongshi.founding.new import Wishes, found_county
from gongshi.model import GongshiError
from gongshi.repository import WorkTree
from support import ROOT, project_descriptor

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


SPOKEN = ("--phone", "0793-1234567", "--address", "城关大道1号")


def made(tmp_path: Path, *arguments: str) -> tuple[Path, str]:
    folder = tmp_path / "新 县"
    result = CliRunner().invoke(new, [str(folder), *SPOKEN, *arguments])
    assert result.exit_code == 0, result.output + repr(result.exception)
    return folder, result.output


def test_a_placeholder_county_checks_clean_and_builds_at_once(tmp_path: Path) -> None:
    folder, _ = made(tmp_path)
    checked = gongshi(folder, "check")
    assert checked.returncode == 0, checked.stdout
    built = gongshi(folder, "build", "--out", str(tmp_path / "site"))
    assert built.returncode == 0 and (tmp_path / "site/index.html").exists(), built.stderr
    assert "新建县帮扶公示" in (tmp_path / "site/index.html").read_text(encoding="utf-8")
    status = subprocess.run(["git", "-C", str(folder), "status", "--porcelain"], capture_output=True, text=True)
    assert status.stdout == "" and (folder / ".git/hooks/pre-commit").exists()
    assert {path.name for path in (folder / "records/townships").iterdir()} == {"xinjian"}
    everything = "".join(path.read_text(encoding="utf-8") for path in (folder / "records").rglob("*.csv"))
    assert "H0000001" not in everything and not list((folder / "records").rglob("*.age"))
    workflow = yaml.safe_load((folder / ".github/workflows/check.yml").read_text(encoding="utf-8"))
    assert set(workflow["jobs"]) == {"records", "comment"} and not (folder / "tests").exists()


@pytest.mark.parametrize("empty", [False, True])
def test_the_first_commit_in_a_new_county_is_checked(tmp_path: Path, empty: bool) -> None:
    """Hooks and merge driver find their program where the county lies, also where an empty folder was filled."""
    folder = tmp_path / "新 县"
    if empty:
        folder.mkdir()
    found_county(folder, None, 2026)
    (folder / "docs/a.md").write_text("试\n", encoding="utf-8")
    git = ["git", "-C", str(folder), "-c", "user.name=某办", "-c", "user.email=a@example.invalid"]
    subprocess.run([*git, "add", "-A"], check=True)
    done = subprocess.run([*git, "commit", "-m", "试\n\n依据: 会议\n审批: 某办"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (folder / "docs/a.md").write_text("1380000" + "1234\n", encoding="utf-8")
    stopped = subprocess.run([*git, "commit", "-am", "试\n\n依据: 会议\n审批: 某办"], capture_output=True, text=True)
    assert stopped.returncode == 1 and "手机号" in stopped.stdout + stopped.stderr
    driver = subprocess.run([*git, "config", "merge.gongshi.driver"], capture_output=True, text=True).stdout
    assert str(folder) in driver and ".gongshi-new-" not in driver


def test_placeholders_are_told_and_published_as_a_draft_only(tmp_path: Path) -> None:
    found_county(tmp_path / "县", None, 2026)
    checked = gongshi(tmp_path / "县", "check")
    assert checked.returncode == 1 and checked.stdout.count("[placeholder]") == 2, checked.stdout
    refused = gongshi(tmp_path / "县", "build")
    assert refused.returncode == 1 and "2 处错误" in refused.stderr and not (tmp_path / "县/site").exists()
    drafted = gongshi(tmp_path / "县", "build", "--draft")
    assert drafted.returncode == 0, drafted.stderr
    pages = list((tmp_path / "县/site").rglob("*.html"))
    assert len(pages) > 10 and all("<b>草稿</b>" in page.read_text("utf-8") for page in pages)
    logged = gongshi(tmp_path / "县", "build", "--draft", "--log", str(tmp_path / "log"))
    assert logged.returncode == 2 and "草稿不能发布" in logged.stderr and not (tmp_path / "log").exists()


def test_private_keys_lie_beside_the_repository_and_in_no_commit(tmp_path: Path) -> None:
    folder, output = made(tmp_path)
    keys = tmp_path / "新 县-私钥"
    assert sorted(path.name for path in keys.iterdir()) == ["county.txt", "xinjian.txt", "说明.txt"]
    assert keys.stat().st_mode & 0o777 == 0o700 and (keys / "county.txt").stat().st_mode & 0o777 == 0o600
    secrets = [
        line for path in keys.glob("*.txt") for line in path.read_text("utf-8").split("\n") if "AGE-SECRET" in line
    ]
    assert len(secrets) == 2 and str(keys) in output and "county.txt 由新建县农业农村局保管" in output
    inside = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    packed = subprocess.run(
        ["git", "-C", str(folder), "cat-file", "--batch-all-objects", "--batch"], capture_output=True, check=True
    ).stdout
    assert not any(secret.encode() in data for secret in secrets for data in (inside, packed, output.encode()))
    shutil.rmtree(folder)
    with pytest.raises(GongshiError, match="没有覆盖"):
        found_county(folder, None, 2026)
    assert not folder.exists() and len(list(keys.iterdir())) == 3


VILLAGES = ["村代码", "村类别", "总户数", "总人口"]


def test_a_new_county_s_clerk_imports_names_at_once(tmp_path: Path) -> None:
    """As the people would: the county founds, the township imports with the key it was given, the county opens."""
    table = tmp_path / "区划.csv"
    table.write_text(DIVISIONS, encoding="gb18030")
    folder, _ = made(tmp_path, "--divisions", str(table), "--name", "甲乙县")
    assert "甲乙县帮扶公示" in (folder / "mkdocs.yml").read_text(encoding="utf-8")
    assert {path.name for path in (folder / "records/townships").iterdir()} == {"dong", "xi"}
    assert gongshi(folder, "check").returncode == 0
    (tmp_path / "村.xlsx").write_bytes(xlsx([VILLAGES, ["990299100001", "非贫困村", 300, 1000]]))
    house = HOUSEHOLD | {"village_code": "990299100001", "household_no": "H0000001"}
    fields = project_descriptor().resources
    sheets = [
        [[field.title for field in fields[name].schema.fields], [row.get(field.name) or None for field in fields[name].schema.fields]]
        for name, row in (("households", house), ("members", MEMBER))
    ]  # fmt: skip
    sheets[1][0].append("姓名"), sheets[1][1].append("赵㐂龘")
    (tmp_path / "户.xlsx").write_bytes(xlsx(*sheets, names=("贫困户", "家庭成员")))
    assert gongshi(folder, "import", str(tmp_path / "村.xlsx")).returncode == 0
    keys = tmp_path / "新 县-私钥"
    wrong = gongshi(folder, "import", str(tmp_path / "户.xlsx"), "--identity", str(keys / "xi.txt"))
    assert wrong.returncode and "没有登记" in wrong.stderr and not list((folder / "records").rglob("*.age"))
    taken = gongshi(folder, "import", str(tmp_path / "户.xlsx"), "--identity", str(keys / "dong.txt"))
    assert taken.returncode == 0 and "新增 2" in taken.stdout, taken.stdout + taken.stderr
    opened = gongshi(folder, "unseal", "--identity", str(keys / "county.txt"))
    assert "赵㐂龘" in opened.stdout, opened.stderr


def test_codes_and_names_are_enough(tmp_path: Path) -> None:
    rows = read_divisions("代码,名称\n990299100001,一村\n990299100000,东镇\n990299000000,某县\n".encode("gbk"))
    assert [row.level for row in rows] == ["县", "乡镇", "村"]
    assert rows[1] == Division("990299100000", "东镇", "乡镇", "990299000000", "t100")
    assert rows[2].parent == rows[1].code


BAD = {
    "no text": b"\xff\xfe\x00",
    "no header": b"a,b\n1,2\n",
    "empty": b"",
    "two counties": (DIVISIONS + "990399000000,乙县,县,,\n").encode(),
    "two townships in one folder": (DIVISIONS + "990299102000,北镇,乡镇,990299000000,xi\n").encode(),
    "folder named county": (HEADER + "990299000000,甲县,县,,\n990299100000,东镇,乡镇,990299000000,county\n").encode(),
    "village of nowhere": (DIVISIONS + "990299200001,丙村,村,990299200000,\n").encode(),
    "code of eleven digits": (HEADER + "99029900000,甲县,县,,\n").encode(),
    "county alone": (HEADER + "990299000000,甲县,县,,\n").encode(),
    "folder that leads outside": (HEADER + "990299000000,甲县,县,,\n990299100000,东镇,乡镇,990299000000,../x\n").encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_table_of_divisions_makes_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(GongshiError, match="区划表"):
        found_county(tmp_path / "县", BAD[name], 2026)
    assert not list(tmp_path.iterdir())


def test_in_the_empty_folder_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "某县").mkdir()
    monkeypatch.chdir(tmp_path / "某县")
    found_county(Path(), None, 2026)
    assert Path("records/datapackage.yaml").is_file() and (tmp_path / "某县-私钥/county.txt").is_file()
    owners = Path(".github/CODEOWNERS").read_text(encoding="utf-8")
    assert "/records/keys/  @your-organisation/key-keepers" in owners and "example" not in owners
    assert not [path for path in WorkTree(Path()).paths() if path.endswith((".py", ".pth"))]


@pytest.mark.parametrize("name", ["a: b", r"县\1", "县\n密", "", "县" * 21, "$(县)"])
def test_a_name_that_is_none(tmp_path: Path, name: str) -> None:
    """Wherever it comes from."""
    table = f'代码,名称\n990299000000,"{name}"\n990299100000,东镇\n'.encode()
    given = [(name, None)] if name else []
    for option, data in [*given, ("", table)]:
        with pytest.raises(GongshiError, match=r"县名|区划表"):
            found_county(tmp_path / "县", data, 2026, Wishes(name=option))
    assert not list(tmp_path.iterdir())


def test_where_it_may_not_be(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x", encoding="utf-8")
    for folder in (tmp_path, tmp_path / "x", ROOT / "县"):
        with pytest.raises(GongshiError):
            found_county(folder, None, 2026)
    assert not (ROOT / "县").exists()
    (tmp_path / "y/.git").mkdir(parents=True)
    with pytest.raises(GongshiError, match="私钥放在里面会被提交"):
        found_county(tmp_path / "y/县", None, 2026)
    assert [path.name for path in (tmp_path / "y").iterdir()] == [".git"]
