"""Pages and downloads hold no figure of people that is not in the frozen file."""

from __future__ import annotations

import re
import subprocess
import sys
from decimal import Decimal

import pytest
from figures_of import figures
from made_up import COMMIT, DAY, ROOT, Example
from reading import plain

from gongshi.disclosure import Disclosure
from gongshi.disclosure.figures import declaration
from gongshi.disclosure.views import counts_people
from gongshi.site import Site

SECTIONS = (
    "index", "funds/index", "projects/index", "townships/index", "notices/index", "help/index", "education/index",
    "oversight/index", "catalogue/index", "data/index", "policies/index", "policies/rules", "changes/index",
)  # fmt: skip
FIGURES = declaration().figures
OPEN = {("villages", "doctors"), ("schools", "teachers"), ("schools", "rotated_teachers"), ("lines", "amount")}
"""About people by their unit, and public as they lie: people in office, and a standard."""


def marked() -> tuple[Example, dict[str, tuple[str, str, str]]]:
    """The made-up county in which every register's own cell about people is a number that stands nowhere else.

    Also amounts of payments to persons and of subsidies, dividends, and the persons of a batch.
    """
    example, marks = Example(projects=6), {}

    def mark(row: dict, resource: str, field: str, kind: str) -> None:
        number = 8_000_000 + 7 * len(marks)
        row[field] = Decimal(f"{number}.25") if kind == "number" else number
        marks[str(number)] = (resource, field, str(row[field]))

    for name, resource in example.descriptor.resources.items():
        measures = FIGURES[name].measures if name in FIGURES else ()
        for field in resource.schema.fields:
            people = counts_people(field.unit) or field.name in measures
            money = (name, field.name) in {("subsidies", "amount"), ("assets", "distributed"), ("assets", "retained")}
            if field.disclosure not in ("public", "aggregate", "internal") or field.type not in ("integer", "number"):
                continue
            for row in example.rows[name]:
                if name == "projects" and field.name in ("quantity", "accepted_quantity", "unit_price", "final_cost"):
                    row["quantity_unit"] = "户"
                if name == "indicators" and field.name == "actual":
                    row["unit"] = "人"
                if (people or money) and (name, field.name) not in OPEN | {("figures", "value")}:
                    mark(row, name, field.name, field.type)
    for row in example.rows["payments"]:
        if row["payee_kind"] == "一卡通批次":
            mark(row, "payments", "amount", "number")
    assert len({where[:2] for where in marks.values()}) > 20
    return example, marks


def texts(example: Example) -> dict[str, str]:
    """Everything that a reader may open or download, numbers without the commas between their digits."""
    site = Site(Disclosure(example.open(), DAY), DAY, COMMIT)
    found = {page.path: f"{page.title} {page.about} {page.body}" for page in site.pages()}
    found |= {f"{path}.html": site.section(f"{path}.html").body for path in SECTIONS}
    for path, chunks in site.files():
        found[path] = plain(b"".join(chunks))
    return {path: re.sub(r"(?<=[0-9]),(?=[0-9]{3})", "", text) for path, text in found.items()}


def numbers(text: str) -> set[str]:
    """The whole parts of all long numbers in a text."""
    return set(re.findall(r"(?<![0-9])[78][0-9]{6}(?![0-9])", text))


@pytest.fixture(scope="module")
def county() -> tuple[Example, dict[str, tuple[str, str, str]]]:
    return marked()


def filled(example: Example, value) -> Example:
    """The county with every value of its frozen file replaced."""
    rows = figures(example.rows)
    assert len({row["figure"] for row in rows}) >= len([one for one in FIGURES.values() if one.there(DAY)]) - 1, (
        "of rules a made-up county has none"
    )
    example.rows["figures"] = [row | {"value": value(place, row)} for place, row in enumerate(rows)]
    return example


def test_what_the_file_withholds_is_nowhere(county):
    example, marks = county
    found = texts(filled(example, lambda place, row: "不公布"))
    assert len(found) > 100
    for path, text in found.items():
        assert {marks[number] for number in numbers(text) & set(marks)} == set(), path
    assert any("不公布" in text for text in found.values())


def test_every_number_of_the_file_is_shown_and_no_other(county):
    """The same county with every number of its file changed: the site says the new ones, and none of the registers'."""
    example, marks = county

    def other(place: int, row: dict) -> str:
        fraction = "" if row["value"].isdigit() or row["value"] == "不公布" else ".50"
        return f"{7_000_000 + 3 * place}{fraction}"

    found = texts(filled(example, other))
    shown = set().union(*(numbers(text) for text in found.values()))
    assert shown & set(marks) == set()
    wanted = {row["value"].partition(".")[0]: row for row in example.rows["figures"]}
    assert [wanted[number] for number in sorted(set(wanted) - shown)] == []


def test_the_test_sees_a_register_that_leaks(county, monkeypatch):
    example, marks = county
    filled(example, lambda place, row: "不公布")
    monkeypatch.setattr("gongshi.disclosure.made.overlay", lambda *_: None)
    shown = set().union(*(numbers(text) for text in texts(example).values()))
    fields = {marks[number][:2] for number in shown & set(marks)}
    assert {("villages", "water_households"), ("projects", "unit_price"), ("schools", "pupils")} <= fields


def test_the_test_sees_payments_to_persons_that_leak(county, monkeypatch):
    example, marks = county
    filled(example, lambda place, row: "不公布")
    monkeypatch.setattr("gongshi.disclosure.views.OPEN_ROWS", {})
    shown = set().union(*(numbers(text) for text in texts(example).values()))
    assert ("payments", "amount") in {marks[number][:2] for number in shown & set(marks)}


def test_a_build_imports_no_solver(tmp_path):
    """It reads what the solver left; a machine that only publishes need not have one."""
    code = (
        "import sys; from pathlib import Path; from gongshi import mkdocs_plugin\n"
        "from made_up import DAY, COMMIT, Example; from gongshi.disclosure import Disclosure; from gongshi.site import Site\n"
        "site = Site(Disclosure(Example(townships=1, villages=2, projects=1).open(), DAY), DAY, COMMIT)\n"
        "mkdocs_plugin.build(Path(sys.argv[1]) / 'mkdocs.yml', Path(sys.argv[2]), DAY, site)\n"
        "import gongshi.site.load\n"
        "assert 'gongshi.disclosure.frozen' in sys.modules\n"
        "assert not {'highspy', 'numpy'} & set(sys.modules), 'solver'\n"
    )
    paths = [str(ROOT / "tests/disclosure"), *sys.path]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {paths!r}\n{code}", str(ROOT), str(tmp_path / "out")],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out/index.html").is_file()
