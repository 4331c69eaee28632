"""The example county one quarter on: frozen a second time, built a second time, and a stranger who reads both finds nothing out.

``make nightly``: the solver is asked thousands of questions. Everything about people that the second site tells must stand in
the second file, and the two files and all that is known besides must leave every withheld number its range.
"""

from __future__ import annotations

import csv
import datetime
import random
import shutil
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from gongshi import mkdocs_plugin
from gongshi.cli.figures import figures
from gongshi.disclosure.freezing import FrozenFile, Period, files_of, freeze, frozen
from gongshi.package import load, quoted
from gongshi.policy import judge
from gongshi.repository import WorkTree
from support import ROOT

sys.path.append(str(ROOT / "tests/audit"))
sys.path.append(str(ROOT / "tests/site"))
sys.path.append(str(ROOT / "tests/disclosure"))
import sites
from auditing import audit
from ledger import Ledger
from stranger import HIDDEN, Common
from test_example import files, measures, strange

LAST, NOW = "2020-06-30", "2020-09-30"
ASKED = 1
TABLES = ("households", "members", "subsidies", "pairings", "contacts", "loans")


def test_the_example_is_frozen_as_its_records_are_counted():
    """A new rule over people adds lines to the file: freeze it again with it (``gongshi figures 2020-Q2``)."""
    result = CliRunner().invoke(figures, ["2020-Q2", "--check"], obj=ROOT)
    assert result.exit_code == 0, result.output


def read(place: Path) -> list[dict[str, str]]:
    with place.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(place: Path, rows: list[dict[str, str]]) -> None:
    with place.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def typed(root: Path) -> None:
    """What memberships say, written at the households and persons instead: here their status changes by hand."""
    with load(WorkTree(root), ["households", "members"]) as database:
        found: dict[Path, list[dict[str, str]]] = defaultdict(list)
        for name in ("households", "members"):
            names = database.descriptor.resources[name].schema.names
            rows = database.sql(f"SELECT rowid, {quoted(names)} FROM {database.text_of(name)} ORDER BY rowid")
            for number, *cells in rows:
                found[root / database.locate(name, number)[0]].append(dict(zip(names, cells, strict=True)))
    for place, told in found.items():
        write(place, told)
    for place in (root / "records/townships").glob("*/memberships.csv"):
        place.write_text(place.read_text("utf-8").split("\n", 1)[0] + "\n", "utf-8")


def rows_of(root: Path) -> dict[str, list[dict[str, str]]]:
    rows = {name: read(root / f"records/county/{name}.csv") for name in ("divisions", "villages", "schools")}
    places = sorted((root / "records/townships").iterdir())
    return rows | {name: [row for place in places for row in read(place / f"{name}.csv")] for name in TABLES}


def one_quarter_on(root: Path, chance: random.Random) -> None:
    """Exits, new households, the allowance of the last quarter again but for one in twenty, some new ones, new loans."""
    payments = read(root / "records/funds/2020/payments.csv")
    paid = {row["payment_id"]: row for row in payments}
    again: dict[str, dict[str, str]] = {}
    sums: dict[str, Decimal] = defaultdict(Decimal)
    number = 9_000_000
    for place in sorted((root / "records/townships").iterdir()):
        homes = read(place / "households.csv")
        for home in homes:
            if home["poverty_status"] == "未脱贫" and chance.random() < 0.2:
                home |= {"poverty_status": "已脱贫", "exit_year": "2020"}
        members, new = read(place / "members.csv"), []
        for home in chance.sample(homes, 3):
            number += 1
            new.append(
                home | {"household_no": f"H{number:07}", "population": "1", "poverty_status": "未脱贫", "exit_year": ""}
            )
            head = next(row for row in members if row["household_no"] == home["household_no"])
            members.append(head | {"member_no": f"M0{number}", "household_no": f"H{number:07}"})
        write(place / "households.csv", sorted([*homes, *new], key=lambda row: row["household_no"]))
        write(place / "members.csv", sorted(members, key=lambda row: row["member_no"]))
        grants = read(place / "subsidies.csv")
        for grant in [row for row in grants if row["period"] == "2020-Q2" and row["payment_id"] in paid]:
            if chance.random() < 0.05:
                continue
            old = paid[grant["payment_id"]]
            payment = again.setdefault(
                old["payment_id"], old | {"payment_id": f"F{9_000_000 + len(again):07}", "paid_on": "2020-09-24"}
            )
            number += 1
            grants.append(
                grant
                | {
                    "subsidy_id": f"D{number:07}",
                    "period": "2020-Q3",
                    "paid_on": "2020-09-24",
                    "payment_id": payment["payment_id"],
                }
            )
            sums[payment["payment_id"]] += Decimal(grant["amount"])
        write(place / "subsidies.csv", sorted(grants, key=lambda row: row["subsidy_id"]))
    more = [row | {"amount": f"{sums[row['payment_id']]:.2f}"} for row in again.values() if sums[row["payment_id"]]]
    write(root / "records/funds/2020/payments.csv", sorted([*payments, *more], key=lambda row: row["payment_id"]))
    county = root / "records/county/county.yaml"
    county.write_text(county.read_text("utf-8").replace(f"as_of: {LAST}", f"as_of: {NOW}"), "utf-8")


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example, one quarter on, with the second file of figures."""
    root = tmp_path_factory.mktemp("later")
    for name in ("records", "policies", "docs"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "mkdocs.yml", root)
    typed(root)
    first = shutil.copytree(root, tmp_path_factory.mktemp("first") / "county")
    one_quarter_on(root, random.Random(12))
    period = Period.of("2020-Q3")
    with load(WorkTree(first)) as before, load(WorkTree(root)) as second:
        known = frozen(second)
        assert [file.period for file in known] == [Period.of("2020-Q2")]
        cells = freeze(second, judge(second, period.end), period, known, before)
        for path, data in files_of(WorkTree(root), period, cells).items():
            (root / path).write_bytes(data)
        assert frozen(before)[0] == FrozenFile(known[0].period, known[0].cells)
    return root


def published(root: Path, period: str) -> dict[tuple[str, ...], Decimal | None]:
    return {
        (row["figure"], row["place"], row["item"], row["measure"]): None
        if row["value"] == HIDDEN
        else Decimal(row["value"])
        for row in read(root / f"records/county/figures/{period}.csv")
    }


def latest(root: Path) -> dict[tuple[str, ...], Decimal | None]:
    """Each figure as the newest file that has it says: some are counted once a year, and stand until the next."""
    cells: dict[tuple[str, ...], Decimal | None] = {}
    for period in ("2020-Q2", "2020-Q3"):
        file = published(root, period)
        figures = {key[0] for key in file}
        cells = {key: value for key, value in cells.items() if key[0] not in figures} | file
    return cells


def test_the_second_site_tells_what_the_second_file_holds(later: Path, tmp_path: Path) -> None:
    mkdocs_plugin.build(later / "mkdocs.yml", tmp_path / "site", datetime.date(2020, 10, 1))
    contents = {path: content() for path, content in files(tmp_path / "site")}
    now = latest(later)
    known = sites.known(sites.read(contents, measures()))
    assert strange(known, now, contents) == {}
    assert {key for key in now if key not in known} == set()


def test_nothing_comes_back_from_two_quarters(later: Path, tmp_path: Path) -> None:
    """Every question over everything with fractions, and of people, schools and loans with whole numbers over everything.

    Of money whole numbers are asked within each township and year: a walk shows nearly all answers wide, and of what it leaves
    the solver is asked ``ASKED`` a township and year, chosen by chance, since each takes it half a minute. So of those few that
    neither was asked, this shows the range with fractions alone.
    """
    before, after = published(later, "2020-Q2"), published(later, "2020-Q3")
    moved = [key for key in after if key in before and before[key] != after[key]]
    assert len(moved) > 100
    first = shutil.copytree(ROOT / "records", tmp_path / "records").parent
    typed(first)
    ledgers = [Ledger(rows_of(first), LAST), Ledger(rows_of(later), NOW)]
    fields = {field.name: field for field in load(WorkTree(ROOT)).descriptor.resources["households"].schema.fields}
    common = Common.of(ledgers, fields["household_class"].enum, fields["main_cause"].enum, 5)
    assert audit([before, after], ledgers, common, ASKED) == {}
