"""What is double-clicked: written beside the ledger alone, sound for its shell, and on this system it opens the desk."""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gongshi.checks.programs import check_programs
from gongshi.founding.starters import FILES, HOME, starters, write_starters
from gongshi.model import GongshiError
from verbs.conftest import root

__all__ = ["root"]


def test_the_shell_reads_them_and_they_say_what_was_not_tried() -> None:
    made = starters("台账")
    for name in ("desk.sh", "desk.command"):
        assert subprocess.run(["sh", "-n"], input=made[name], check=False).returncode == 0
        assert subprocess.run(["bash", "-n"], input=made[name], check=False).returncode == 0
        assert (
            b"\r" not in made[name] and made[name].startswith(b"#!/bin/sh\n") and '"$here/台账"'.encode() in made[name]
        )
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str
    entry.read_string(made["desk.desktop"].decode())
    assert {"Type", "Name", "Exec", "Terminal"} <= set(entry["Desktop Entry"])
    assert "未在 Windows 上试过" in made["desk.cmd"].decode() and "未在 Windows 上试过" in made["README.md"].decode()
    assert "未在 macOS 上试过" in made["desk.command"].decode()


def lint(text: str) -> list[str]:
    """What cmd would stumble over: line ends, letters before the code page is set, labels, quotes, blocks, paths."""
    wrong = [] if text.count("\n") == text.count("\r\n") else ["line ends"]
    lines = text.replace("\r", "").rstrip("\n").split("\n")
    page = next((at for at, line in enumerate(lines) if line.startswith("chcp 65001")), len(lines))
    wrong += ["letters before the code page"] if not "".join(lines[: page + 1]).isascii() else []
    labels = {line[1:].lower() for line in lines if line.startswith(":")} | {":eof"}
    wrong += [f"no label {name}" for name in re.findall(r"goto (\S+)", text) if name.lower() not in labels]
    for line in lines:
        if not line.startswith("rem "):
            wrong += [f"quotes: {line}"] if line.count('"') % 2 else []
            named = re.finditer(r"%(?:HERE|LEDGER|PROGRAM)%", line)
            wrong += [f"bare path: {line}" for found in named if line[: found.start()].count('"') % 2 == 0]
            wrong += [f"slash in a path: {line}"] if re.search(r"%(?:HERE|LEDGER)%[^\"]*/", line) else []
    return wrong


def test_the_file_for_windows_is_sound_and_the_lint_sees_faults() -> None:
    text = starters("资料/台账")["desk.cmd"].decode()
    assert lint(text) == [] and '"LEDGER=%HERE%资料\\台账"' in text
    assert lint(text.replace("\r\n", "\n")) and lint(text.replace(":lacking", ":lost")) and lint("rem 甲\r\n" + text)
    assert lint(text.replace('"%PROGRAM%" -m', "%PROGRAM% -m")) and lint(
        text.replace('desk"', "desk").replace('"%LEDGER%"', '"%LEDGER%')
    )


def test_none_of_them_is_refused_where_it_lies_and_a_ledger_would_refuse_them() -> None:
    assert sorted(path.name for path in HOME.iterdir()) == sorted(FILES.values())
    assert check_programs(f"tools/gongshi/scaffold/starters/{name}" for name in FILES.values()) == []
    assert check_programs(["desk.cmd"]) != []


def test_they_are_written_above_the_ledger_alone_and_overwrite_nothing(root, tmp_path: Path) -> None:
    for folder in (root, root / "records"):
        with pytest.raises(GongshiError, match="上一级"):
            write_starters(root, folder)
    assert write_starters(root, tmp_path) == tuple(FILES) and write_starters(root, tmp_path) == tuple(FILES)
    (tmp_path / "README.md").write_text("自己写的", "utf-8")
    with pytest.raises(GongshiError, match="已经有别的"):
        write_starters(root, tmp_path)
    assert (tmp_path / "README.md").read_text("utf-8") == "自己写的"
    odd = root.rename(tmp_path / "台账%1")
    with pytest.raises(GongshiError, match="特殊的符号"):
        write_starters(odd, tmp_path)


@pytest.mark.parametrize("name", ["desk.sh", "desk.command"])
def test_a_double_click_opens_the_desk(root, tmp_path: Path, name: str) -> None:
    write_starters(root, tmp_path)
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "BROWSER": "true %s",
        "PYTHONUNBUFFERED": "1",
    }
    process = subprocess.Popen([tmp_path / name], stdout=subprocess.PIPE, text=True, env=environment, cwd="/")
    try:
        assert "工作台已在浏览器里打开" in process.stdout.readline()
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


def test_without_the_program_it_says_so(root, tmp_path: Path) -> None:
    write_starters(root, tmp_path)
    done = subprocess.run(
        [tmp_path / "desk.sh"], env={"PATH": "/usr/bin:/bin"}, input="\n", capture_output=True, text=True, check=False
    )
    assert done.returncode == 1 and "找不到程序" in done.stderr
