"""How fast workbooks come in and go out, and that export then import changes no byte of the whole county.

``python tools/bench/exchange.py``: on the example county, with the demo key.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import date
from pathlib import Path

import openpyxl

from gongshi.exchange import People, Request, export_workbook, plan_import
from gongshi.package import load, read_descriptor
from gongshi.repository import WorkTree
from gongshi.sealing import DEMO_IDENTITY, read_identity

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2020, 6, 30)


def members() -> list[tuple[str, str]]:
    """24,123 members and their identifiers out and in again; openpyxl only reading the same file, as the peer."""
    tree = WorkTree(ROOT)
    identity = read_identity(ROOT / DEMO_IDENTITY, ROOT)
    start = time.perf_counter()
    with load(tree, ["members"]) as database:
        people = People(tree, identity, DAY)
        data = export_workbook(database, ["members"], None, "", people.cells)
    out = time.perf_counter() - start
    start = time.perf_counter()
    result = plan_import(tree, "成员.xlsx", data, Request(DAY, identity=identity))
    seconds = time.perf_counter() - start
    assert not result.files and set(result.counts) == {"unchanged"}
    place = Path(os.environ.get("TMPDIR", "/tmp")) / "gongshi-bench.xlsx"
    place.write_bytes(data)
    start = time.perf_counter()
    sum(1 for _ in openpyxl.load_workbook(place, read_only=True).worksheets[0].iter_rows(values_only=True))
    peer = time.perf_counter() - start
    place.unlink()
    rows = len(result.rows)
    return [
        (f"导出 {rows:,} 名成员（带密封信息）", f"{out:.1f} s, {len(data) / 1e6:.1f} MB"),
        (f"导入 {rows:,} 名成员（带密封信息）", f"{seconds:.1f} s；openpyxl 只读这张表 {peer:.1f} s"),
    ]


def county() -> list[tuple[str, str]]:
    """Every table of the county out to a workbook and in again: the same bytes."""
    tree = WorkTree(ROOT)
    identity = read_identity(ROOT / DEMO_IDENTITY, ROOT)
    names = [name for name in read_descriptor(tree).resources if name != "sealed"]
    seconds, rows = 0.0, 0
    with load(tree) as database:
        people = People(tree, identity, DAY)
        for name in names:
            data = export_workbook(database, [name], None, "", people.cells)
            start = time.perf_counter()
            result = plan_import(tree, f"{name}.xlsx", data, Request(DAY, identity=identity))
            seconds += time.perf_counter() - start
            bad = [row for row in result.rows if row.kind != "unchanged"]
            assert not result.files and not bad, (name, bad[:3])
            rows += len(result.rows)
    return [(f"全县 {len(names)} 张表 {rows:,} 行导出再导入，一个字节不变", f"导入共 {seconds:.0f} s")]


if __name__ == "__main__":
    for job in (members, county)[: 1 if "--quick" in sys.argv[1:] else 2]:
        for label, value in job():
            print(f"| {label} | {value} |", flush=True)
