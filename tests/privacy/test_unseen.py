"""What steers a terminal, hides from a reader or gives orders to what reads a log comes out of no command as it is."""

from __future__ import annotations

import os
import re
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest

from privacy.planted import PROJECT, append, clean_ledger, git, run

EVIL = "甲\n::stop-commands::x\n\x1b[31m\x07\x7f\x85\u202e\u2066\u200b\u2028\u2029\ufeff乙"
LINE = EVIL.replace("\n", "\r").replace("\x07", "")
RAW = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|(?m:^\\s*::stop)|##\\["
)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with such text in file names, headers, cells, subjects, authors and a branch."""
    root = tmp_path_factory.mktemp("unseen") / "账本"
    root.mkdir()
    clean_ledger(root)
    git(root, "switch", "-qc", "songshen/甲\u202e\u200b乙")
    if os.name != "nt":
        for folder in ("records", "records/townships/guzhen", "records/projects/2020", "docs", "policies", "."):
            (root / folder / f"{EVIL}.csv").write_text("x\n", encoding="utf-8")
            (root / folder / f"{EVIL}.yaml").write_text(f"{LINE!r}: 1\n", encoding="utf-8")
    (root / "records/county/helpers.csv").write_text(f"helper_no,{LINE}\n{LINE},1\n", encoding="utf-8", newline="")
    for name in ("members", "households"):
        cell = LINE.replace("\r", "")
        append(root, f"records/townships/guzhen/{name}.csv", name, {"household_no": cell, "member_no": cell})
    scalar = LINE.encode("unicode_escape").decode().replace("\\x", "\\u00").replace("\\r", "")
    text = "".join(f"{key}: {value}\n" for key, value in {**PROJECT, "content": f'"{scalar}"'}.items())
    (root / "records/projects/2020/990101-2020-JS-0001.yaml").write_text(text, encoding="utf-8")
    git(root, "add", "-A", "-f")
    git(root, "commit", "-qm", f"说明{LINE}\n\n审批：{LINE}\n文号：x", who=f"作者{LINE}")
    return root


def commands(folder: Path, root: Path) -> list[list[str]]:
    files = [path.name for path in root.iterdir()]
    merge = [str(folder / side) for side in ("base", "ours", "theirs")]
    return [
        ["check"], ["check", "--format", "json"], ["check", "--format", "github"], ["check", "--format", "junit"],
        ["check", *files], ["nothing", *files], [EVIL], ["check", f"--{EVIL}"], ["check", "--format", EVIL],
        ["diff", "main"], ["diff", "main", "HEAD", "--format", "json"], ["diff", "main", "HEAD", "--format", "markdown"],
        ["diff", "main", "HEAD", "--findings"], ["history", "projects", PROJECT["project_id"]],
        ["history", "projects", PROJECT["project_id"], "--format", "json"],
        ["history", "projects", PROJECT["project_id"], "--format", "markdown"], ["show", "projects", PROJECT["project_id"]],
        ["show", "members", EVIL], ["sample", "2", "--from", "members"], ["audit", "main..HEAD", "-o", str(folder / "x.sqlite")],
        ["format", "--check"], ["policy", "list", "--rules"], ["notice", "list"], ["notice", "close", EVIL, "--result", EVIL],
        ["import", str(folder / "表.xlsx"), "--dry-run"], ["verify", str(folder / "x.json")], ["erase", EVIL],
        ["propose", "-m", EVIL], ["propose", "-m", "x", "--basis", "y", "--approved-by", "z"],
        ["setup", "--hook", "commits", "main", "HEAD"], ["setup", "--hook", "pre-commit"],
        ["merge-driver", *merge, "records/townships/guzhen/members.csv"], ["merge-driver", *merge, EVIL],
        ["build", "--out", str(folder / EVIL.replace("\n", " "))],
    ]  # fmt: skip


def test_nothing_unseen_comes_out_raw(ledger: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    book = openpyxl.Workbook()
    book.active.append(["人编号", "户编号", "甲\u202e乙"])
    book.active.append(["甲\u202e\u200b乙", "H0000001", "x"])
    book.save(tmp_path / "表.xlsx")
    (tmp_path / "x.json").write_text(f'{{"files": {LINE!r}}}', encoding="utf-8")
    for number, side in enumerate(("base", "ours", "theirs")):
        (tmp_path / side).write_text(f"member_no,household_no\n{LINE[:1]}\u202e,{number}\n", encoding="utf-8")
    raw, shown = {}, ""
    for words in commands(tmp_path, ledger):
        text = run(ledger, *words)
        shown += text
        if found := RAW.search(text):
            raw[str(words)[:80]] = text[max(0, found.start() - 60) : found.end() + 20]
        if words[-1] == "junit":
            assert ElementTree.fromstring(text).find("testsuite") is not None
    assert raw == {}
    assert "\\x1b" in shown and "\\u202e" in shown, "it is written out, not left out"


def test_the_search_sees_what_is_raw() -> None:
    for text in ("\x1b[0m", "a\u202e", "x\n::stop-commands::y", "\x85"):
        assert RAW.search(text)
