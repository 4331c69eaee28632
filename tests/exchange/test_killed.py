"""Killed at any moment of an import, the records are the old or the new state after the next command."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from exchange.books import csv
from exchange.conftest import DAY
from gongshi.exchange import Request, plan_import
from gongshi.repository import WorkTree, recover, write_files

CODE = """
import sys
from datetime import date
from pathlib import Path
from gongshi.exchange import Request, plan_import
from gongshi.repository import WorkTree, recover, writer
from gongshi.sealing import read_identity
root = Path(sys.argv[1]); identity = read_identity(Path(sys.argv[2]), root)
books = [Path(name).read_bytes() for name in sys.argv[3:]]
print("ready", flush=True)
turn = 0
while True:
    turn += 1
    with writer(root) as write:
        write(plan_import(WorkTree(root), "x.csv", books[turn % 2], Request(date(2020, 6, 30), identity=identity)).files)
"""
FILES = ("records/townships/guzhen/members.csv", "records/townships/guzhen/sealed.csv")


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_killed_while_importing_it_is_old_or_new(root: Path, tmp_path: Path, identity) -> None:
    head = ["人编号", "户编号", "姓名", "健康状况"]
    states, books = {tuple((root / path).read_bytes() for path in FILES)}, []
    for number, (name, health) in enumerate((("赵甲", "患有大病"), ("钱乙", "健康"))):
        data = csv([head, *([f"M0000000{at}", "H0000001", name, health] for at in (1, 2))])
        books.append(tmp_path / f"{number}.csv")
        books[-1].write_bytes(data)
        write_files(root, plan_import(WorkTree(root), "x.csv", data, Request(DAY, identity=identity())).files)
        states.add(tuple((root / path).read_bytes() for path in FILES))
    chance = random.Random(7)
    arguments = [sys.executable, "-c", CODE, str(root), str(tmp_path / "home/guzhen"), *map(str, books)]
    for _ in range(8):
        with subprocess.Popen(arguments, stdout=subprocess.PIPE) as victim:
            victim.stdout.readline()
            time.sleep(chance.uniform(0, 1.2))
            victim.kill()
        recover(root)
        assert tuple((root / path).read_bytes() for path in FILES) in states
