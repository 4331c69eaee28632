"""The law of the proof: what it passes, Frictionless passes; what only we refuse is on the short list of stricter cases."""

from __future__ import annotations

import random
from pathlib import Path

import frictionless
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongshi.checks import check_records
from gongshi.package import load
from gongshi.repository import WorkTree
from support import rounds

SCHEMA = """
primaryKey: [code]
fields:
  - {name: code, title: 编号, type: string, description: d, disclosure: public, source: s, constraints: {required: true, pattern: 'T[0-9]{2}(?:a|b)?'}}
  - {name: label, title: 名称, type: string, description: d, disclosure: public, source: s, constraints: {minLength: 2, maxLength: 5}}
  - {name: kind, title: 类别, type: string, description: d, disclosure: public, source: s, constraints: {enum: [甲, 乙, 'a,b', 'q"t']}}
  - {name: whole, title: 整数, type: integer, description: d, disclosure: public, source: s, constraints: {minimum: -3, maximum: 40}}
  - {name: money, title: 金额, type: number, decimals: 2, description: d, disclosure: public, source: s, constraints: {minimum: 0.5, maximum: 99999.99}}
  - {name: free, title: 数, type: number, description: d, disclosure: public, source: s}
  - {name: told, title: 是否, type: boolean, trueValues: [是], falseValues: [否], description: d, disclosure: public, source: s, constraints: {required: true}}
  - {name: day, title: 日, type: date, description: d, disclosure: public, source: s}
  - {name: month, title: 月, type: yearmonth, description: d, disclosure: public, source: s}
  - {name: year, title: 年, type: year, description: d, disclosure: public, source: s}
  - {name: text, title: 文, type: string, description: d, disclosure: public, source: s}
"""
PACKAGE = "name: law\nresources:\n  - {name: things, title: 事, path: county/things.csv, schema: schemas/things.yaml}\n"
HEADER = b"code,label,kind,whole,money,free,told,day,month,year,text"
GOOD = ["T01", "名称", "甲", "7", "12.50", "0.25", "是", "2020-02-29", "2020-06", "2020", "文"]
STRICTER = {"spelling", "not-canonical", "primary-key", "header", "no-last-newline", "crlf", "bom", "quoting", "nul"}

CELLS = [
    st.sampled_from(["T01", "T02a", "T03c", "T1", "", "t01", "T01\n", "Ｔ01", "T０1"]),
    st.sampled_from(["", "一", "一二", "一二三四五", "一二三四五六", "ab", "𠮷𠮷", " a", '"', "a,b", "a\u0301b"]),
    st.sampled_from(["甲", "乙", "丙", "", "a,b", 'q"t', "甲 "]),
    st.sampled_from(["7", "-3", "-4", "40", "41", "3.5", "03", "+3", "３", "1e1", " 7", "", "-0", "1_0", "nan", "٣"]),
    st.sampled_from(
        [
            "12.50",
            "0.50",
            "0.49",
            "99999.99",
            "100000.00",
            "1",
            "1.5",
            "1.505",
            "inf",
            "1e2",
            "１.00",
            "-0.00",
            "",
            "1,000.00",
        ]
    ),
    st.sampled_from(["0.25", "-1.5", "1.50", "1e400", "NaN", "Infinity", "0", "-0", "999999999999999", "9" * 40, ""]),
    st.sampled_from(["是", "否", "", "true", "是 ", "1"]),
    st.sampled_from(
        [
            "2020-02-29",
            "2019-02-29",
            "2020-2-9",
            "0000-01-01",
            "2020-13-01",
            "20200229",
            "2020/02/29",
            "",
            "9999-12-31",
            "２020-01-01",
        ]
    ),
    st.sampled_from(["2020-06", "2020-6", "2020-13", "202006", "", "0001-01"]),
    st.sampled_from(["2020", "20", "0000", "12345", "", "２０２０", "+2020"]),
    st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\n\r\0"), max_size=6),
]


def make(folder: Path, data: bytes) -> WorkTree:
    (folder / "records/schemas").mkdir(parents=True, exist_ok=True)
    (folder / "records/county").mkdir(exist_ok=True)
    (folder / "records/datapackage.yaml").write_text(PACKAGE, encoding="utf-8")
    (folder / "records/schemas/things.yaml").write_text(SCHEMA, encoding="utf-8")
    (folder / "records/county/things.csv").write_bytes(data)
    return WorkTree(folder)


def ours(tree: WorkTree, engine: str = "duckdb") -> list:
    with load(tree) as database:
        return check_records(database, engine)


def upstream(folder: Path) -> set[tuple[int, str]]:
    """(line, field) of every error of Frictionless on the file as it lies; (0, "") for errors of the whole file."""
    package = frictionless.Package(str(folder / "records/datapackage.yaml"))
    report = package.get_resource("things").validate(limit_errors=5000)
    found = {(0, "") for _ in report.errors}
    for task in report.tasks:
        for error in task.errors:
            found.add((getattr(error, "row_number", 0) or 0, getattr(error, "field_name", "") or ""))
    return found


def quote(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(char in cell for char in ',"') else cell


@settings(max_examples=rounds(20, 150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(*CELLS), min_size=1, max_size=4))
def test_what_we_pass_frictionless_passes(tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    text = "\n".join(",".join(map(quote, row)) for row in rows)
    tree = make(tmp_path, HEADER + b"\n" + text.encode() + b"\n")
    findings, theirs = ours(tree), upstream(tmp_path)
    assert theirs == set() or findings, "Frictionless rejects what we pass"
    for finding in findings:
        if (finding.line, finding.field) not in theirs:
            assert finding.code in STRICTER or any(line == finding.line for line, _ in theirs), finding


@settings(max_examples=rounds(20, 150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.lists(
        st.sampled_from(["T01", "名称", ",", ",", '"', "\n", "\r\n", " ", "是", "1.00", "7", "\u2028", "''"]),
        max_size=40,
    )
)
def test_any_bytes_are_read_without_losing_the_law(tmp_path: Path, body: list[str]) -> None:
    tree = make(tmp_path, HEADER + b"\n" + "".join(body).encode())
    findings = ours(tree)
    assert findings or upstream(tmp_path) == set()


def test_good_row_is_proven(tmp_path: Path) -> None:
    tree = make(tmp_path, HEADER + b"\n" + ",".join(GOOD).encode() + b"\n")
    assert ours(tree) == [] and upstream(tmp_path) == set()


BAD = ["T1", "一", "丙", "41", "0.49", "x", "1", "2019-02-29", "2020-13", "20200", "x" * 100_001]


@pytest.mark.parametrize("column", range(len(GOOD)))
def test_each_bad_cell_is_reported_at_its_line_and_field(tmp_path: Path, column: int) -> None:
    bad = list(GOOD)
    bad[column] = BAD[column]
    lines = [GOOD, ["T02", *GOOD[1:]], ["T03", *bad[1:]] if column else bad, ["T04", *GOOD[1:]]]
    if column == 0:
        lines = [GOOD, bad]
    tree = make(tmp_path, HEADER + b"\n" + "".join(",".join(map(quote, row)) + "\n" for row in lines).encode())
    (finding,) = [finding for finding in ours(tree) if finding.code != "not-canonical"]
    assert (finding.path, finding.line) == (
        "records/county/things.csv",
        lines.index(bad if not column else lines[2]) + 2,
    )
    assert finding.field == HEADER.decode().split(",")[column]
    assert any(word in finding.message for word in ("请", "要", "只能", "写成"))
    codes = {f.code for f in ours(tree, "frictionless")}
    assert codes & {"constraint-error", "type-error"} or finding.code == "spelling"


def test_random_corruptions(tmp_path: Path) -> None:
    """Bytes flipped, dropped or doubled anywhere, a thousand times at night: never do we pass what Frictionless rejects."""
    tries = rounds(25, 1000)
    draw = random.Random(7)
    rows = [",".join([f"T{n:02d}", *GOOD[1:]]) for n in range(1, 6)]
    clean = HEADER + b"\n" + "\n".join(rows).encode() + b"\n"
    caught = 0
    for _ in range(tries):
        data = bytearray(clean)
        place = draw.randrange(len(data))
        what = draw.randrange(3)
        if what == 0:
            data[place] = draw.choice(b',"\n\r\0 09x\xff\xe4')
        elif what == 1:
            del data[place]
        else:
            data[place:place] = bytes([draw.choice(b',"\n\r 7\xe4')])
        tree = make(tmp_path, bytes(data))
        if ours(tree):
            caught += 1
        else:
            assert upstream(tmp_path) == set(), (place, what, bytes(data))
    assert caught > tries / 2
