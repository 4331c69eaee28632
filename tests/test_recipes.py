"""The recipes of CONTRIBUTING.md, each carried out in a scratch copy just as it is written, and what comes of it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest

from support import ROOT, tree_of

TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
STEP = re.compile(
    r'^(?:In `(?P<old>[^`]+)`, below "(?P<anchor>[^\n]+)"|New `(?P<new>[^`]+)`):\n\n```\w+\n(?P<text>.*?)^```$',
    re.M | re.S,
)
COUNTY = {
    "county_code": "990101000000", "name": "示例县", "example": "是", "office": "扶贫办", "hotline": "12317",
    "office_phone": "0900-1234567", "office_address": "城关大道1号",
}  # fmt: skip
PLACES = [("990101000000", "示例县", "县", "", ""), ("990101100000", "甲镇", "乡镇", "990101000000", "jia"), ("990101100200", "子村", "村", "990101100000", "")]  # fmt: skip
VILLAGE = {
    "village_code": "990101100200", "village_class": "贫困村", "households": "101", "population": "300", "collective_income": "1.00",
    "clinic": "是", "doctors": "1", "culture_room": "是", "bus": "是", "hard_road": "是",
}  # fmt: skip


def recipe(title: str) -> list[re.Match[str]]:
    """The steps of one recipe."""
    (part,) = (part for part in TEXT.split("\n## ") if part.startswith(f"{title}\n"))
    return [*STEP.finditer(part)]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The program and its data dictionary, with a ledger of one village, in Git."""
    for name in ("tools", "policies", "docs", "mkdocs.yml", "gongshi.toml", ".gitignore"):
        source = ROOT / name
        skip = shutil.ignore_patterns("__pycache__", "*.pyc", "*.egg-info")
        shutil.copytree(source, tmp_path / name, ignore=skip) if source.is_dir() else shutil.copy(source, tmp_path)
    for plan in (tmp_path / "policies").glob("[0-9]*.yaml"):
        plan.unlink()  # plans of other places
    names = ("division_code", "name", "level", "parent_code", "slug")
    rows = {
        "county": [COUNTY],
        "divisions": [dict(zip(names, place, strict=True)) for place in PLACES],
        "villages": [VILLAGE],
    }
    for path, content in tree_of(rows).files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    git(tmp_path, "add", "-A"), git(tmp_path, "commit", "-qm", "x")
    return tmp_path


def git(root: Path, *arguments: str) -> None:
    who = ["-c", "user.name=x", "-c", "user.email=x@example.invalid"]
    subprocess.run(["git", "-C", root, *who, *arguments], check=True)


def follow(root: Path, title: str) -> list[str]:
    """Carry a recipe out; gives the files it touched."""
    steps = recipe(title)
    assert steps
    for step in steps:
        if step["new"]:
            (root / step["new"]).parent.mkdir(exist_ok=True)
            (root / step["new"]).write_text(step["text"], "utf-8")
            continue
        lines = (root / step["old"]).read_text("utf-8").splitlines(keepends=True)
        (at,) = (number for number, line in enumerate(lines) if step["anchor"] in line)
        lines.insert(at + 1, step["text"])
        (root / step["old"]).write_text("".join(lines), "utf-8")
    return [step["new"] or step["old"] for step in steps]


def gongshi(root: Path, *arguments: str) -> str:
    """What the scratch copy's own program says."""
    own = {"PYTHONPATH": str(root / "tools"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "gongshi", "-C", str(root), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | own, cwd=root)
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout + done.stderr


def test_every_recipe_is_tried() -> None:
    titles = {part.partition("\n")[0] for part in TEXT.split("\n## ")[1:]}
    assert titles == {"A public field", "A rule", "A rule kind", "A command", "A resource with a page"}


def test_a_public_field_is_everywhere(copy: Path) -> None:
    assert len(follow(copy, "A public field")) == 3
    assert "已改" in gongshi(copy, "format") and gongshi(copy, "format", "--check").count("villages.csv") == 0
    table = copy / "records/county/villages.csv"
    table.write_text(table.read_text("utf-8").replace("贫困村,,", "贫困村,飞瀑,", 1), "utf-8")
    assert "错误" not in gongshi(copy, "check")
    assert "景点 空 → 飞瀑" in gongshi(copy, "diff", "HEAD")
    git(copy, "commit", "-qam", "景点")
    assert "飞瀑" in gongshi(copy, "history", "villages", VILLAGE["village_code"])
    gongshi(copy, "template", "villages", "-o", str(copy.parent / "空表.xlsx"))
    with closing(openpyxl.load_workbook(copy.parent / "空表.xlsx", read_only=True)) as book:
        assert any("景点" in str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row)
    out = copy.parent / "网站"
    assert "已生成" in gongshi(copy, "build", "--on", "2020-06-30", "--out", str(out))
    assert "飞瀑" in (out / "data/villages.csv").read_text("utf-8-sig")
    assert any("飞瀑" in page.read_text("utf-8") for page in out.rglob("villages/*.html"))


def test_a_rule_fires(copy: Path) -> None:
    assert follow(copy, "A rule") == ["policies/quality.yaml"]
    assert "村的村民组数" in gongshi(copy, "check")
    assert "村要填村民组数" in gongshi(copy, "policy", "explain", "q99a")


def test_a_rule_kind_judges(copy: Path) -> None:
    assert len(follow(copy, "A rule kind")) == 2
    assert "户数不是五的倍数" in gongshi(copy, "check")
    table = copy / "records/county/villages.csv"
    table.write_text(table.read_text("utf-8").replace(",101,", ",105,"), "utf-8")
    assert "户数不是五的倍数" not in gongshi(copy, "check")
    assert "整数倍" in gongshi(copy, "policy", "explain", "q99b")


def test_a_command_is_there(copy: Path) -> None:
    assert len(follow(copy, "A command")) == 2
    assert gongshi(copy, "places") == "990101100200 子村\n"
    assert "列出台账里的村" in gongshi(copy, "--help") and "gongshi places" in gongshi(copy, "places", "--help")


def test_a_resource_has_its_page(copy: Path) -> None:
    assert len({*follow(copy, "A resource with a page")}) == 9
    table = copy / "records/county/wells.csv"
    assert "错误" not in gongshi(copy, "check")
    table.write_text(table.read_text("utf-8") + f"J0001,{VILLAGE['village_code']},-3\n", "utf-8")
    assert "wells.csv:2" in gongshi(copy, "check")
    table.write_text(table.read_text("utf-8").replace(",-3", ",120"), "utf-8")
    assert "错误" not in gongshi(copy, "check")
    git(copy, "add", "-A"), git(copy, "commit", "-qm", "机井")
    assert "120" in gongshi(copy, "history", "wells", "J0001")
    gongshi(copy, "template", "wells", "-o", str(copy.parent / "空表.xlsx"))
    assert (copy.parent / "空表.xlsx").exists()
    out = copy.parent / "网站"
    assert "已生成" in gongshi(copy, "build", "--on", "2020-06-30", "--out", str(out))
    assert "J0001,990101100200,120" in (out / "data/wells.csv").read_text("utf-8-sig")
    page = (out / "wells/index.html").read_text("utf-8")
    assert "机井" in page and "J0001" in page and "子村" in page
