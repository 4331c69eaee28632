"""``python tools/bench/scale.py FOLDER TIMES``: a county of any size from the example, in the new folder FOLDER.

Every household, with all that belongs to it, TIMES times under new numbers.

Townships, villages, units and documents stay as many as they are; the lists in case files and the amounts of money grow
with the households, so that every identity still holds. Written by DuckDB, since a million households are 30 million
rows; nothing of it is ever committed.
"""

from __future__ import annotations

import re
import shutil
import sys
from decimal import Decimal
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[2]
# field: (prefix, digits, the table whose rows are numbered)
NUMBERED = {
    "household_no": ("H", 7, "households"),
    "other_household": ("H", 7, "households"),
    "member_no": ("M", 8, "members"),
    "helper_no": ("B", 7, "helpers"),
    "contact_helper": ("B", 7, "helpers"),
    "pairing_id": ("J", 7, "pairings"),
    "replaced_by": ("J", 7, "pairings"),
    "measure_id": ("C", 7, "measures"),
    "subsidy_id": ("D", 7, "subsidies"),
    "loan_id": ("K", 6, "loans"),
    "monitoring_id": ("W", 6, "monitoring"),
    "clue_id": ("Y", 6, "clues"),
    "membership_id": ("R", 7, "memberships"),
}
KEYS = {
    "households": "household_no",
    "members": "member_no",
    "helpers": "helper_no",
    "pairings": "pairing_id",
    "measures": "measure_id",
    "subsidies": "subsidy_id",
    "loans": "loan_id",
    "monitoring": "monitoring_id",
    "clues": "clue_id",
    "memberships": "membership_id",
}
COPIED = [*KEYS, "incomes", "conditions", "contacts", "status-events", "trainings"]
MONEY = {"payments": ("amount", "persons"), "allocations": ("amount",), "assets": ("income", "distributed", "retained")}


def enlarge(records: Path, times: int) -> None:
    """Copy the project's records to ``records`` with each household ``times`` times; sealed files are left empty."""
    shutil.copytree(ROOT / "records", records)
    connection = duckdb.connect()
    for table, key in KEYS.items():
        files = f"{records}/*/*/{table}.csv" if table != "helpers" else f"{records}/county/helpers.csv"
        connection.execute(
            f'CREATE TABLE "{table}_numbers" AS SELECT {key} AS id, row_number() OVER (ORDER BY {key}) AS number '
            f"FROM read_csv('{files}', all_varchar = true)"
        )
    for path in sorted(records.rglob("*.csv")):
        table = path.stem
        if table in COPIED:
            _copy_rows(connection, path, times)
        elif table in MONEY:
            _multiply(connection, path, MONEY[table], times)
        elif table == "sealed":
            path.write_text(path.read_text(encoding="utf-8").split("\n", 1)[0] + "\n", encoding="utf-8")
    for path in records.glob("townships/*/cases/*/*.yaml"):
        _lengthen(connection, path, times)
    for path in records.glob("projects/*/*.yaml"):
        text = path.read_text(encoding="utf-8")
        grow = lambda match: f"{match[1]}{Decimal(match[2]) * times:.2f}"  # noqa: E731
        path.write_text(
            re.sub(r"((?:budget_total|amount|final_cost|unit_price): )([0-9.]+)", grow, text), encoding="utf-8"
        )


def _number(column: str) -> str:
    prefix, digits, table = NUMBERED[column]
    join = f'SELECT number FROM "{table}_numbers" WHERE id = t.{column}'
    size = f'(SELECT count(*) FROM "{table}_numbers")'
    return f"CASE WHEN t.{column} = '' THEN '' ELSE '{prefix}' || lpad((({join}) + copy.k * {size})::VARCHAR, {digits}, '0') END"


def _columns(path: Path) -> list[str]:
    with path.open(encoding="utf-8") as file:
        return file.readline().strip().split(",")


def _read(path: Path) -> str:
    names = ", ".join(f"'{name}'" for name in _columns(path))
    return f"read_csv('{path}', all_varchar = true, header = true, force_not_null = [{names}])"


def _write(connection: duckdb.DuckDBPyConnection, query: str, path: Path, key: int) -> None:
    order = ", ".join(str(place) for place in range(1, key + 1))
    aside = path.with_suffix(".new")
    query = f"SELECT nullif(COLUMNS(*), '') FROM ({query})"  # DuckDB writes an empty text as "", a NULL as nothing
    connection.execute(f"COPY ({query} ORDER BY {order}) TO '{aside}' (HEADER, DELIMITER ',', NULLSTR '')")
    aside.replace(path)


def _copy_rows(connection: duckdb.DuckDBPyConnection, path: Path, times: int) -> None:
    names = _columns(path)
    cells = ", ".join(f"{_number(name)} AS {name}" if name in NUMBERED else f"t.{name}" for name in names)
    query = f"SELECT {cells} FROM {_read(path)} t, (SELECT unnest(range({times})) AS k) copy"
    _write(connection, query, path, 3 if path.stem in ("contacts", "status-events") else 2)


def _multiply(connection: duckdb.DuckDBPyConnection, path: Path, grown: tuple[str, ...], times: int) -> None:
    cells = ", ".join(
        (
            f"CASE WHEN {name} = '' THEN '' ELSE ({name}::{'BIGINT' if name == 'persons' else 'DECIMAL(18,2)'} * {times})::VARCHAR END AS {name}"
        )
        if name in grown
        else name
        for name in _columns(path)
    )
    _write(connection, f"SELECT {cells} FROM {_read(path)}", path, 1)


def _lengthen(connection: duckdb.DuckDBPyConnection, path: Path, times: int) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")
    rows = [line for line in lines if line.startswith("  - {household_no: ")]
    ids = [row.split(": ")[1].rstrip("}") for row in rows]
    found = connection.execute(
        "SELECT 'H' || lpad((number + k * (SELECT count(*) FROM households_numbers))::VARCHAR, 7, '0') "
        "FROM households_numbers, (SELECT unnest(range(?)) AS k) WHERE id IN (SELECT unnest(?::VARCHAR[])) ORDER BY 1",
        [times, ids],
    ).fetchall()
    kept = [line for line in lines if line not in set(rows)]
    place = kept.index("households:") + 1 if rows else 0
    kept[place:place] = [f"  - {{household_no: {number}}}" for (number,) in found]
    path.write_text("\n".join(kept), encoding="utf-8")


if __name__ == "__main__":
    enlarge(Path(sys.argv[1]) / "records", int(sys.argv[2]))
