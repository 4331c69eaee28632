"""All downloads in one piece: the same rows, the same bytes each time, and questions that can be asked of them."""

import csv
import datetime
import hashlib
import json
import re
import sqlite3
import subprocess
import zipfile
from decimal import Decimal

import pytest
from made_up import DAY

from gongshi.disclosure import Withheld
from gongshi.repository import Cache, Reused
from gongshi.site import downloads, packed


@pytest.fixture
def tables(built):
    connection = sqlite3.connect(f"file:{built / packed.SQLITE}?mode=ro", uri=True)
    yield connection
    connection.close()


def read(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_file_holds_every_table_with_its_rows_and_says_what_each_column_is(tables, built, content):
    for table in downloads.tables(content._views, DAY):
        name = packed.in_sqlite(table.name)
        columns = [column for _, column, *_ in tables.execute(f'PRAGMA table_info("{name}")')]
        rows = read(built / f"data/{table.name}.csv")
        assert tables.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone() == (len(rows),)
        assert not rows or columns == list(rows[0])
        told = tables.execute("SELECT COUNT(*) FROM about_columns WHERE table_name = ?", [name]).fetchone()
        assert told == (len(table.columns),)
    paid = sum(Decimal(row["amount"]) for row in read(built / "data/payments.csv"))
    assert tables.execute("SELECT ROUND(SUM(amount), 2) FROM payments").fetchone() == (float(paid),)
    assert tables.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_withheld_figure_is_no_number(tables, content):
    seen = 0
    for table in downloads.tables(content._views, DAY):
        for place, column in enumerate(table.columns):
            hidden = sum(isinstance(row[place], Withheld) for row in table.rows)
            query = f'SELECT COUNT(*) FROM {packed.in_sqlite(table.name)} WHERE note LIKE ? AND "{column.name}" IS NULL'
            if hidden:
                assert tables.execute(query, [f"%{column.title}%"]).fetchone()[0] >= hidden, (table.name, column.name)
            seen += hidden
    assert seen > 0


@pytest.mark.parametrize("question", packed.questions(), ids=lambda one: one.words)
def test_the_questions_are_answered_and_name_files_that_are_there(tables, built, question):
    tables.execute(question.sql).fetchall()
    named = re.findall(r"([a-z-]+\.xlsx)", question.sheet)
    assert named and all((built / "data" / name).is_file() for name in named)


def test_both_are_the_same_each_time_and_the_archive_is_what_its_digest_says(built, content):
    again = {path: b"".join(chunks) for path, chunks in packed.files(content._views, content.facts(), "", Reused())}
    place = packed.archive_name(DAY)
    for path in (packed.SQLITE, place, f"{place}.sha256", packed.CATALOGUE):
        assert again[path] == (built / path).read_bytes(), path
    digest, name = (built / f"{place}.sha256").read_text("utf-8").split()
    assert hashlib.sha256(again[place]).hexdigest() == digest and place.endswith(name)
    with zipfile.ZipFile(built / place) as whole:
        assert all(whole.read(name) == (built / "data" / name).read_bytes() for name in whole.namelist())
        assert {"payments.csv", "datapackage.json"} <= set(whole.namelist())


def test_workbooks_that_are_reused_are_those_that_would_be_made(content, tmp_path, monkeypatch):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    views, facts = content._views, content.facts()

    def made(reused: Reused, **more: object) -> dict[str, bytes]:
        return {path: b"".join(chunks) for path, chunks in downloads.files(views, {**facts, **more}, reused)}

    first = Reused(Cache(tmp_path))
    fresh = made(first)
    first.settle()
    later = made(Reused(), commit="f" * 40, commit_text="ffff")
    monkeypatch.setattr(downloads, "_workbook", lambda *_: pytest.fail("made again"))
    assert made(Reused(Cache(tmp_path))) == fresh
    assert made(Reused(Cache(tmp_path)), commit="f" * 40, commit_text="ffff") == later, (
        "a commit alone makes no workbook"
    )
    monkeypatch.setattr(downloads, "_workbook", lambda *about: b"anew")
    another = made(Reused(Cache(tmp_path)), on="2020-07-01")
    assert {data for path, data in another.items() if path.endswith(".xlsx")} == {b"anew"}


def test_the_catalogue_names_every_file_and_the_page_carries_the_whole(built, content):
    found = json.loads((built / packed.CATALOGUE).read_text("utf-8"))
    files = [file["contentUrl"] for one in found["dataset"] for file in one["distribution"]]
    assert len(files) > 100 and all((built / "data" / name).is_file() for name in files)
    page = (built / "data/index.html").read_text("utf-8")
    said = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])
    assert said["@type"] == "Dataset" and all(
        (built / "data" / one["contentUrl"]).is_file() for one in said["distribution"]
    )
    made = packed.embedded({**PACKAGE, "title": "</script><b>&"}, datetime.date(2020, 12, 1))
    assert "<" not in made and json.loads(str(made))["name"] == "</script><b>&"
    assert "archive-2020Q4.zip" in made


PACKAGE = {
    "title": "", "description": "", "contributors": [{"title": ""}], "created": "2020-12-01T00:00:00", "version": "", "licenses": [],
}  # fmt: skip
