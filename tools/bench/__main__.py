"""``make bench``: speed as ratios against peers in the same run; prints a table and writes it as Markdown.

``python tools/bench [--quick]``: quick leaves out the million households and the ten thousand pages.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import check  # noqa: E402
import scale  # noqa: E402

OUT = HERE.parents[1] / "bench-data" / "bench.md"
PEERS = OUT.parent / "peers"  # made by ``make bench``; without it the diff and the history stand alone


def county(times: int, peer: bool) -> list[tuple[str, str]]:
    """The whole example county with each household ``times`` times, against Frictionless on its CSV resources."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scale.enlarge(folder / "records", times)
        shutil.copytree(HERE.parents[1] / "policies", folder / "policies")
        ruled, ruled_memory = check.run(RULES, folder)
        seconds, memory = check.run(check.CHECK, folder)
        name = f"全县 ×{times}（{8696 * times:,} 户）"
        rows = [
            (f"{name}检查", f"{seconds:.1f} s, {memory:.0f} MB"),
            (f"{name}检查和规则", f"{ruled:.1f} s, {ruled_memory:.0f} MB"),
        ]
        if peer:
            other, other_memory = check.run(check.FRICTIONLESS, folder)
            rows.append(
                (
                    f"全县 ×{times} Frictionless",
                    f"{other:.1f} s, {other_memory:.0f} MB；本程序快 {other / seconds:.1f} 倍",
                )
            )
        return rows


def guard(rows: int) -> list[tuple[str, str]]:
    """The guard over one table of ``rows`` households."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        check.households(folder, rows)
        seconds, memory = check.run(GUARD, folder)
        return [(f"守卫扫描 {rows:,} 行", f"{seconds:.2f} s, {memory:.0f} MB")]


RULES = """
import sys
from datetime import date
from pathlib import Path
from gongshi.checks import check_records
from gongshi.package import load
from gongshi.policy import judge
from gongshi.repository import WorkTree
with load(WorkTree(Path(sys.argv[1]))) as database:
    assert not check_records(database)
    assert len(judge(database, date(2020, 6, 30)).outcomes) > 600
"""
GUARD = """
import sys
from pathlib import Path
from gongshi.checks import check_guard
from gongshi.repository import WorkTree
assert not check_guard(WorkTree(Path(sys.argv[1])))
"""


def main(quick: bool) -> None:
    """Run everything, printing as it goes; the table is written aside and renamed."""
    print("| 测什么 | 结果 |\n|---|---|")
    table = ["| 测什么 | 结果 |", "|---|---|"]
    jobs = [lambda: county(1, False), lambda: check.bench(100_000), lambda: county(12, True), lambda: guard(100_000)]
    if not quick:
        jobs += [lambda: check.bench(1_000_000), lambda: guard(1_000_000), lambda: county(115, False)]
    for job in jobs:
        for label, value in job():
            line = f"| {label} | {value} |"
            print(line, flush=True)
            table.append(line)
    sizes = ["3000"] if quick else ["3000", "10000"]
    done = subprocess.run([sys.executable, str(HERE / "site.py"), *sizes], check=True, capture_output=True, text=True)
    print(done.stdout)
    books = [sys.executable, str(HERE / "exchange.py"), *(["--quick"] if quick else [])]
    exchange = subprocess.run(books, check=True, capture_output=True, text=True)
    print(exchange.stdout)
    command = [sys.executable, str(HERE / "changes.py"), *(["--quick"] if quick else [])]
    command += ["--peers", str(PEERS)] if (PEERS / "bin/csv-diff").exists() else []
    changes = subprocess.run(command, check=True, capture_output=True, text=True)
    print(changes.stdout)
    OUT.parent.mkdir(exist_ok=True)
    aside = OUT.with_suffix(".new")
    aside.write_text("\n".join([*table, "", done.stdout, exchange.stdout, changes.stdout]), encoding="utf-8")
    aside.replace(OUT)
    print(f"已写到 {OUT}")


if __name__ == "__main__":
    main("--quick" in sys.argv[1:])
