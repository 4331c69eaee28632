"""Killed (SIGKILL) at many moments each of import, format and seal (fifty in ``make nightly``), the records are the old or the new state after the
next gongshi command. Moments are counted calls of the writing, half of them those that touch the disk."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from exchange.books import xlsx
from exchange.conftest import HOUSEHOLD, MEMBER
from gongshi.cli.common import work_tree
from gongshi.cli.format import format as format_command
from gongshi.repository import WorkTree
from gongshi.sealing import unseal
from support import project_descriptor, rounds

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs fork and SIGKILL")
VICTIM = Path(__file__).with_name("victim.py")
KILLS = rounds(6, 50)
Snapshot = dict[str, bytes]


def snapshot(root: Path) -> Snapshot:
    return {str(path.relative_to(root)): path.read_bytes() for path in (root / "records").rglob("*") if path.is_file()}


def restore(root: Path, state: Snapshot) -> None:
    for path, data in snapshot(root).items():
        if path not in state:
            (root / path).unlink()
        elif data != state[path]:
            (root / path).write_bytes(state[path])


class Victim:
    """The process of victim.py; ``run(point)`` runs the command once, killed before its ``point``-th call."""

    def __init__(self, root: Path, stdin: str, arguments: list[str]) -> None:
        command = [sys.executable, str(VICTIM), str(root), stdin, *arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def __enter__(self) -> Victim:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()

    def run(self, point: int | None = None) -> tuple[bool, list[bool]]:
        self.process.stdin.write(json.dumps({"point": point}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        return answer["killed"], answer["calls"]


def moments(calls: list[bool]) -> list[int]:
    """Fifty of the calls, twenty-five at least of those that touch the disk."""
    chance = random.Random(20200630)
    disk = [point for point, touches in enumerate(calls) if touches]
    chosen = set(chance.sample(disk, min(len(disk), KILLS // 2)))
    others = [point for point in range(len(calls)) if point not in chosen]
    return sorted(chosen | set(chance.sample(others, KILLS - len(chosen))))


def kill_often(root: Path, stdin: str, arguments: list[str], state_of: Callable[[Path], object]) -> None:
    before, old = snapshot(root), state_of(root)
    with Victim(root, stdin, arguments) as victim:
        killed, calls = victim.run()
        new = state_of(root)
        assert not killed and new != old and not (root / ".gongshi/journal").exists()
        seen = []
        for number, point in enumerate(moments(calls)):
            restore(root, before)
            killed, _ = victim.run(point)
            assert killed, point
            if number % 10:
                work_tree(root)  # the first act of every command
            else:
                CliRunner().invoke(format_command, ["--check"], obj=root)
            seen.append(state_of(root))
            assert seen[-1] in (old, new), (point, len(calls))
            assert not (root / ".gongshi/journal").exists() or not any((root / ".gongshi/journal").iterdir())
    assert len(seen) == KILLS and old in seen and new in seen


def book() -> bytes:
    """Records of two townships, two persons with names, money and a case: seven files and the sealed ones."""
    resources = project_descriptor().resources

    def sheet(name: str, *rows: dict[str, str], more: dict[str, str] | None = None) -> list[list[object]]:
        fields = resources[name].schema.fields
        extra = more or {}
        head = [field.title for field in fields] + list(extra)
        return [head, *([row.get(field.name) or None for field in fields] + list(extra.values()) for row in rows)]

    return xlsx(
        sheet("households", HOUSEHOLD | {"group_name": "9组"}, HOUSEHOLD | {"household_no": "H0000009", "village_code": "990101101001", "group_name": "9组"}),
        sheet("members", MEMBER | {"health": "患有大病"}, more={"姓名": "赵㐂龘"}),
        [["案卷编号", "户编号"], ["Z2020-00001", "H0000002"]],
        [["资金编号", "资金名称"], ["N2020-001", "产业资金"]],
        [["单位编号", "单位名称"], ["U001", "财政局（县）"]],
        names=("贫困户", "家庭成员", "案卷涉及户", "资金下达", "单位"),
    )  # fmt: skip


def test_import(root: Path, tmp_path: Path) -> None:
    place = tmp_path / "表.xlsx"
    place.write_bytes(book())
    arguments = ["import", str(place), "--identity", str(tmp_path / "home/guzhen")]
    kill_often(root, "", arguments, snapshot)


def test_format(root: Path) -> None:
    for path in sorted((root / "records").rglob("*.csv"))[::6]:
        lines = path.read_text(encoding="utf-8").splitlines()
        path.write_bytes("\r\n".join([lines[0], *reversed(lines[1:])]).encode())
    kill_often(root, "", ["format"], snapshot)


def test_seal(root: Path, tmp_path: Path, identity) -> None:
    """The key is another one each time, so the state is what the boxes say, and that nothing else changed."""

    def said(root: Path) -> object:
        files = {path: data for path, data in snapshot(root).items() if "sealed.csv" not in path and ".age" not in path}
        return files, [dict(row) for row in unseal(WorkTree(root), None, identity())]

    text = "member_no,name\n" + "".join(f"M{number:08},甲{number}\n" for number in range(50))
    arguments = ["seal", "--township", "guzhen", "--epoch", "2021", "--identity", str(tmp_path / "home/guzhen")]
    kill_often(root, text, arguments, said)
