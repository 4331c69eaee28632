"""What an office program saves again comes in as it did before. ``make nightly``; needs ``soffice`` (Debian: libreoffice-calc-nogui).

Templates, exports, forms in two layouts and their exports, each saved again as .xlsx, .xls, .ods and .csv.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.conftest import DAY
from exchange.form_samples import FORMS
from exchange.test_forms import READ, forms_county, sheet_of, written
from exchange.test_import import told
from gongshi.exchange import (
    Fate,
    ImportResult,
    People,
    Request,
    export_workbook,
    form_workbook,
    plan_import,
    template_workbook,
)
from gongshi.package import load
from gongshi.repository import OverlayTree

SAVED = {"xlsx": "xlsx", "xls": "xls", "ods": "ods", "csv": "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true"}


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    return forms_county(tmp_path_factory.mktemp("office"))


def after_form(county, name: str) -> OverlayTree:
    tree, key = county
    done = plan_import(tree, *sheet_of(READ[name], FORMS[name], 0), Request(DAY, identity=key, said=FORMS[name].said))
    return OverlayTree(tree, done.files)


def saved_again(folder: Path, books: dict[str, bytes]) -> Iterator[tuple[str, str, bytes]]:
    """(name of the book, kind, bytes) of each book in each kind; one start of the program for all books of a kind."""
    if shutil.which("soffice") is None:
        pytest.fail("soffice is missing: apt-get install libreoffice-calc-nogui")
    source = folder / "books"
    source.mkdir()
    for name, data in books.items():
        (source / name).write_bytes(data)
    for kind, filter_ in SAVED.items():
        out, home = folder / kind, f"-env:UserInstallation=file://{folder}/profile"
        command = ["soffice", home, "--headless", "--convert-to", filter_, "--outdir", str(out)]
        done = subprocess.run([*command, *(str(source / name) for name in books)], capture_output=True, text=True)
        for name in books:
            path = out / f"{Path(name).stem}.{kind}"
            assert path.is_file(), (name, kind, done.stdout, done.stderr)
            yield name, kind, path.read_bytes()


def outcome(result: ImportResult) -> tuple[dict[Fate, int], dict[str, str], list[str]]:
    return dict(result.counts), told(result), sorted(result.files)


def test_exports_and_templates(county, tmp_path: Path) -> None:
    tree, key = county
    books: dict[str, bytes] = {}
    with load(tree) as database:
        people = People(tree, key, DAY).cells
        for name in database.descriptor.resources:
            if database.descriptor.resources[name].is_csv and name != "sealed":
                books[f"template-{name}.xlsx"] = template_workbook(database, [name], "")
                books[f"export-{name}.xlsx"] = export_workbook(database, [name], None, "", people)
    wrong = []
    before = {name: plan_import(tree, name, data, Request(DAY, identity=key)) for name, data in books.items()}
    for name, kind, data in saved_again(tmp_path, books):
        after = plan_import(tree, f"{Path(name).stem}.{kind}", data, Request(DAY, identity=key))
        if outcome(after)[0] != outcome(before[name])[0] or after.files:
            wrong.append((name, kind, outcome(before[name]), outcome(after)))
    assert not wrong, "\n".join(map(str, wrong))


def test_forms_in_two_layouts(county, tmp_path: Path) -> None:
    tree, key = county
    books = {}
    for name in FORMS:
        for layout in range(
            2
        ):  # the third is a CSV, whose long numbers the program itself spoils (and an import refuses)
            file, data = sheet_of(READ[name], FORMS[name], layout)
            if file.endswith(".csv"):
                data = data.decode("gb18030").encode(
                    "utf-8-sig"
                )  # the program asks a person what the bytes of a CSV mean
            books[f"{name}-{layout}{Path(file).suffix}"] = data
    wrong = []
    for book, kind, data in saved_again(tmp_path, books):
        sample = FORMS[book.rsplit("-", 1)[0]]
        done = plan_import(tree, f"{Path(book).stem}.{kind}", data, Request(DAY, identity=key, said=sample.said))
        rows = {resource: written(OverlayTree(tree, done.files), resource) for resource in sample.records}
        right = all(
            sum(all(row[at] == text for at, text in fields.items()) for row in rows[resource]) == 1
            for resource, fields in sample.records.items()
        )
        if told(done) or not right:
            wrong.append((book, kind, told(done), right))
    assert not wrong, "\n".join(map(str, wrong))


def test_exports_of_forms(county, tmp_path: Path) -> None:
    trees, books = {}, {}
    for name in FORMS:
        trees[name] = after_form(county, name)
        with load(trees[name]) as database:
            people = People(trees[name], county[1], DAY).cells
            books[f"{name}.xlsx"] = form_workbook(database, READ[name], None, people)[0]
    wrong = []
    for book, kind, data in saved_again(tmp_path, books):
        name = Path(book).stem
        done = plan_import(trees[name], f"{name}.{kind}", data, Request(DAY, identity=county[1], said=FORMS[name].said))
        if set(done.counts) != {Fate.UNCHANGED} or done.files:
            wrong.append((book, kind, outcome(done)))
    assert not wrong, "\n".join(map(str, wrong))
