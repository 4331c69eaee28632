"""The commands as a person runs them: exit codes, Chinese words, formats, help with an example."""

from __future__ import annotations

import ast
import hashlib
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import frictionless
import pytest
from click import core, decorators, exceptions, formatting, parser, types
from click.testing import CliRunner

import gongshi.package as gongshi_package
from gongshi.cli import COMMANDS, gongshi
from gongshi.cli.chinese import WORDS, width, wrap
from support import ROOT, locked, tree_of

UNITS = "records/county/units.csv"
HEADER = (
    "unit_code,name,unit_kind,unit_level,division_code,office_phone,staff,retiring_staff,hardship_staff,credit_code\n"
)


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small ledger on disk, as the current directory."""
    for path, data in tree_of(
        {"units": [{"unit_code": "U001", "name": "民政局", "unit_kind": "党政机关", "unit_level": "县"}]}
    ).files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str):
    return CliRunner().invoke(gongshi, list(arguments), catch_exceptions=False)


def break_units(ledger: Path) -> None:
    (ledger / UNITS).write_text(HEADER + "U001,民政局,衙门,县,,,,,,\n", encoding="utf-8")


def test_help_of_every_command_is_chinese_with_an_example() -> None:
    text = run("--help").output
    for name, (_, line) in COMMANDS.items():
        assert name in text and line in text
        help_text = run(name, "--help").output
        assert "例：gongshi" in help_text and "用法" in help_text and "显示这段说明" in help_text, name
    assert all(width(line) <= 80 for line in text.splitlines())


def test_every_translation_is_of_words_that_click_says() -> None:
    said = set()
    for module in (core, decorators, exceptions, formatting, parser, types):
        nodes = ast.walk(ast.parse(inspect.getsource(module)))
        said |= {node.value for node in nodes if isinstance(node, ast.Constant)}
    assert set(WORDS) - said == set()


def test_wrong_options_are_told_in_chinese(ledger: Path) -> None:
    for words in (["--help=1"], ["check", "--no"], ["check", "--format", "x"], ["sample", "0"], ["verify", "--no"]):
        result = run(*words)
        told = result.output.split("错误：", 1)[-1]
        assert result.exit_code == 2 and not re.search(r"[A-Za-z]+ [a-z]+ [a-z]+", told), told


def test_a_disk_that_refuses_is_one_line(ledger: Path) -> None:
    (ledger / "file").write_text("x", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "gongshi", "export", "--package", "file/below/out"], capture_output=True, text=True
    )
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert done.stderr.startswith("错误：") and re.search("不是文件夹|同名", done.stderr)


def test_a_file_name_in_another_encoding_is_a_finding(ledger: Path) -> None:
    try:
        (ledger / os.fsdecode(b"records/\xce\xc4.csv")).write_bytes(b"x\n")
    except OSError:
        return  # a disk that takes no such name cannot have one
    for style in ("text", "json", "github", "junit"):
        done = subprocess.run([sys.executable, "-m", "gongshi", "check", "--format", style], capture_output=True)
        assert done.returncode == 1 and b"Traceback" not in done.stderr, done.stderr


def test_wrapping_counts_wide_characters() -> None:
    assert wrap("一二三四五，六", 10) == ["一二三四五，", "六"]
    assert wrap("用 gongshi format 改", 12) == ["用 gongshi", "format 改"]


def test_check_passes_and_fails_with_exit_codes(ledger: Path) -> None:
    assert run("check").exit_code == 0 and "没有发现问题" in run("check").output
    break_units(ledger)
    result = run("check")
    assert result.exit_code == 1 and f"{UNITS}:2: 错误: “单位类别”填得不对" in result.output
    assert run("check", "records/townships").exit_code == 0
    assert run("check", UNITS).exit_code == 1


def test_wrong_usage_is_two(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("chek").exit_code == 2 and "没有 'chek' 这个命令。是不是想用 'check'？" in run("chek").output
    assert run("qqq").exit_code == 2 and "是不是" not in run("qqq").output
    assert run("check", "--format", "xml").exit_code == 2
    done = subprocess.run([sys.executable, "-m", "gongshi", "check", "nowhere"], capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr.startswith("错误：找不到") and done.stderr.count("\n") == 1
    shutil.rmtree(ledger / "records")
    done = subprocess.run([sys.executable, "-m", "gongshi", "check"], capture_output=True, text=True)
    assert done.returncode == 2 and "datapackage.yaml" in done.stderr and "Traceback" not in done.stderr


def test_json_has_what_the_design_says(ledger: Path) -> None:
    break_units(ledger)
    report = json.loads(run("check", "--format", "json", "--on", "2020-06-30").output)
    assert {"commit", "schema_digest", "policy_digest", "tool", "on", "findings"} <= set(report)
    assert report["on"] == "2020-06-30" and len(report["schema_digest"]) == 64
    (finding,) = [f for f in report["findings"] if f["code"] == "constraint-error"]
    assert (finding["path"], finding["line"], finding["field"], finding["key"]) == (UNITS, 2, "unit_kind", ["U001"])


def test_github_and_junit(ledger: Path) -> None:
    break_units(ledger)
    assert f"::error file={UNITS},line=2,title=constraint-error::" in run("check", "--format", "github").output
    suite = ET.fromstring(run("check", "--format", "junit").output)
    assert suite.find("testsuite").get("failures") == "1" and suite.find(".//failure").get("type") == "constraint-error"


def test_both_engines_agree_on_the_place(ledger: Path) -> None:
    break_units(ledger)
    reports = [
        json.loads(run("check", "--format", "json", "--engine", engine).output) for engine in ("duckdb", "frictionless")
    ]
    assert reports[0]["findings"] == reports[1]["findings"] != []


def test_against_fails_only_on_what_is_new(ledger: Path) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments], check=True, capture_output=True
        )

    git("init", "-b", "main")
    break_units(ledger)
    git("add", "."), git("commit", "-m", "old sin")
    result = run("check", "--against", "main")
    assert result.exit_code == 0 and "原有问题" in result.output
    with (ledger / UNITS).open("a", encoding="utf-8") as file:
        file.write("U002,财政局,衙门,县,,,,,,\n")
    result = run("check", "--against", "main")
    assert result.exit_code == 1 and result.output.count(": 错误: ") == 1


def test_format_mends_and_is_idempotent(ledger: Path) -> None:
    rows = ["U002,财政局,党政机关,县,,,010,0,0,", 'U001,"民政局",党政机关,县,,,5,0,0,']
    (ledger / UNITS).write_bytes(b"\xef\xbb\xbf" + (HEADER + "\n\n".join(rows)).replace("\n", "\r\n").encode())
    assert run("format", "--check").exit_code == 1
    assert run("format").exit_code == 0
    assert (ledger / UNITS).read_text(
        encoding="utf-8"
    ) == HEADER + "U001,民政局,党政机关,县,,,5,0,0,\nU002,财政局,党政机关,县,,,10,0,0,\n"
    assert run("format", "--check").exit_code == 0 and run("check").exit_code == 0


@pytest.mark.parametrize("lost", ["hardship_staff", "office_phone", "unit_code", "name", "renamed"])
def test_format_adds_the_columns_that_nobody_must_fill_in(ledger: Path, lost: str) -> None:
    """An older file lacks a new field; one that lacks a key or a required field, or has another name for one, is refused."""
    names = HEADER.strip().split(",")
    cells = dict(zip(names, ["U001", "民政局", "党政机关", "县", "", "", "5", "0", "0", ""], strict=True))
    old = [name for name in names if name != lost]
    label = [name.replace("hardship_staff", "staff_of_old") if lost == "renamed" else name for name in old]
    (ledger / UNITS).write_text(",".join(label) + "\n" + ",".join(cells[name] for name in old) + "\n", encoding="utf-8")
    before = (ledger / UNITS).read_text(encoding="utf-8")
    code, after = run("format").exit_code, (ledger / UNITS).read_text(encoding="utf-8")
    if lost in ("unit_code", "name", "renamed"):
        assert code == 1 and after == before
    else:
        assert code == 0 and after == HEADER + ",".join("" if name == lost else cells[name] for name in names) + "\n"


def test_format_decides_under_the_lock_and_a_mere_check_takes_none(ledger: Path, monkeypatch) -> None:
    """Else what an import writes in between would be overwritten."""
    seen = []
    real = gongshi_package.format_files
    monkeypatch.setattr(gongshi_package, "format_files", lambda *rest: seen.append(locked(ledger)) or real(*rest))
    run("format"), run("format", "--check")
    assert seen == [True, False]


@pytest.mark.parametrize("broken", ["U001,a\n", "U001,民,党政机关,县,,,,,,\0\n", 'U001,"a\nb",党政机关,县,,,,,,\n'])
def test_format_refuses_what_could_lose_something(ledger: Path, broken: str) -> None:
    (ledger / UNITS).write_text(HEADER + broken, encoding="utf-8")
    before = (ledger / UNITS).read_bytes()
    result = run("format")
    assert result.exit_code == 1 and UNITS in result.output and (ledger / UNITS).read_bytes() == before


def test_export_is_a_valid_data_package(ledger: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out" / "包"
    assert run("export", "--package", str(folder)).exit_code == 0
    assert frictionless.Package(str(folder / "datapackage.json")).validate().valid
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    assert package["citation"] and package["sources"]
    for resource in package["resources"]:
        data = (folder / resource["path"]).read_bytes()
        assert resource["bytes"] == len(data) and resource["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
    with pytest.raises(Exception, match="已有东西"):
        run("export", "--package", str(folder))
    assert not list((tmp_path / "out").glob(".gongshi*"))


def test_packages_of_two_counties_read_as_one(ledger: Path, tmp_path: Path) -> None:
    """The county's code is in each key: the rows of both stand below each other, and keys find their own county's rows."""
    county = "county_code: '{}'\nname: 甲县\nexample: 否\noffice: 某局\nhotline: '12317'\n"
    for code in ("990101000000", "990102000000"):
        (ledger / "records/county").mkdir(exist_ok=True)
        (ledger / "records/county/county.yaml").write_text(county.format(code), "utf-8")
        assert run("export", "--package", str(tmp_path / code)).exit_code == 0
    whole, other = tmp_path / "990101000000", tmp_path / "990102000000"
    for file in other.glob("data/*.csv"):
        with (whole / "data" / file.name).open("a", encoding="utf-8") as out:
            out.writelines(file.read_text("utf-8").splitlines(keepends=True)[1:])
    package = json.loads((whole / "datapackage.json").read_text("utf-8"))
    units = next(one for one in package["resources"] if one["name"] == "units")
    assert units["schema"]["primaryKey"] == ["county_code", "unit_code"]
    assert (whole / "data/units.csv").read_text("utf-8").count("民政局") == 2
    for resource in package["resources"]:
        assert all(key["fields"][0] == "county_code" for key in resource["schema"].get("foreignKeys", ()))
        del resource["hash"], resource["bytes"]
    (whole / "datapackage.json").write_text(json.dumps(package), "utf-8")
    report = frictionless.Package(str(whole / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "rowNumber", "type"])[:5]


def test_no_colour_in_a_pipe(ledger: Path) -> None:
    break_units(ledger)
    done = subprocess.run([sys.executable, "-m", "gongshi", "check"], capture_output=True, text=True)
    assert "\033" not in done.stdout + done.stderr and done.stderr == ""


def test_build_refuses_to_clear_a_folder_that_is_no_site(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters/one.txt").write_text("x", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "gongshi", "-C", str(ROOT), "build", "--out", str(tmp_path / "letters")],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2 and "请换一个目录" in done.stderr
    assert (tmp_path / "letters/one.txt").read_text(encoding="utf-8") == "x"


def test_a_site_with_an_identifier_is_not_published(tmp_path: Path) -> None:
    """A phone number in a project's text: the build stops, says where, and leaves the old site as it was."""
    root = tmp_path / "county"
    project = {
        "project_id": "990101-2020-CY-0001",
        "name": "修路",
        "year": "2020",
        "content": "联系" + "1" + "39" + "0000" + "1234",
    }
    county = {"county_code": "990101000000", "name": "示例县", "example": "是", "office": "扶贫办", "hotline": "12317"}
    place = {"division_code": "990101000000", "name": "示例县", "level": "县"}
    for path, data in tree_of({"county": [county], "divisions": [place], "projects": [project]}).files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    shutil.copytree(ROOT / "docs", root / "docs")
    shutil.copy(ROOT / "mkdocs.yml", root)
    out = tmp_path / "site"
    command = [sys.executable, "-m", "gongshi", "-C", str(root), "build", "--draft", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1 and "没有发布" in done.stderr and "personal-phone" in done.stderr
    assert "0000" + "1234" not in done.stderr and not out.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["county"]
