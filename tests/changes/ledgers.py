"""Small ledgers with schemas of their own, random edits of real ones, and rows read by another road than the diff's."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from pathlib import Path

from gongshi.package import read_descriptor
from gongshi.package.canonical import csv_cell
from gongshi.package.yamlfile import parse, plain
from support import DictTree, tree_of

PETS = "records/pets.csv"


def field(name: str, more: str = "") -> str:
    return f"  - {{name: {name}, title: 名{name}, type: string, disclosure: public, source: 测试, description: 测试{more}}}\n"


def ledger(csv: str | bytes | None, fields: str = "id name age", key: str = "id", special: str = "") -> DictTree:
    """One resource ``pets`` in one file; ``special`` is YAML for fields of another kind."""
    schema = f"primaryKey: [{key}]\nfields:\n" + "".join(map(field, fields.split())) + special
    package = "name: t\ntitle: t\nresources:\n  - {name: pets, title: 宠物, path: [pets.csv, more.csv], schema: schemas/pets.yaml}\n"
    files = {"records/schemas/pets.yaml": schema.encode(), "records/datapackage.yaml": package.encode()}
    if csv is not None:
        files[PETS] = csv if isinstance(csv, bytes) else csv.encode()
    return DictTree(files)


def rows_of(tree: DictTree) -> Counter:
    """(resource, path, cells as text) of every row, read with Python's csv reader and as plain YAML."""
    found: Counter = Counter()
    descriptor = read_descriptor(tree)
    for resource in descriptor.csv_resources():
        for path in (f"records/{path}" for path in resource.paths):
            for cells in csv.DictReader(io.StringIO(tree.files.get(path, b"").decode(), newline="")):
                found[resource.name, path, tuple(cells[name] or "" for name in resource.schema.names)] += 1
    for path, data in tree.files.items():
        if "/projects/" in path:
            document = plain(parse(data))
            for name, rows in {"projects": [document], "project-stages": document.get("stages", [])}.items():
                for row in rows:
                    names = descriptor.resources[name].schema.names
                    cells = {"project_id": document["project_id"], **row}
                    found[name, path, tuple(cells.get(field, "") for field in names)] += 1
    return found


def real_ledger() -> DictTree:
    """Rows of several kinds under the project's own schemas."""
    divisions = [{"division_code": "990101100000", "name": "古镇", "level": "乡镇", "slug": "guzhen"}]
    households = [
        {
            "household_no": f"H{n:07d}",
            "village_code": "990101100001",
            "group_name": "1组",
            "population": str(n % 5 + 1),
            "poverty_status": "已脱贫",
        }
        for n in range(12)
    ]
    payments = [
        {
            "payment_id": f"F{n:07d}",
            "allocation_id": f"N2020-00{n % 2}",
            "amount": f"{n + 1}00.00",
            "paid_on": "2020-01-01",
        }
        for n in range(8)
    ]
    allocations = [
        {
            "allocation_id": f"N2020-00{n}",
            "name": f"资金{n}",
            "programme": "产业扶贫",
            "amount": "1000.00",
            "year": "2020",
        }
        for n in range(2)
    ]
    projects = [{"project_id": f"990101-2020-CY-000{n}", "name": "修路, 修桥", "year": "2020"} for n in range(3)]
    stages = [{"project_id": f"990101-2020-CY-000{n}", "stage": stage} for n in range(3) for stage in ("入库", "开工")]
    return tree_of(
        {
            "divisions": divisions,
            "households": households,
            "payments": payments,
            "allocations": allocations,
            "projects": projects,
            "project-stages": stages,
        }
    )


def edited(tree: DictTree, seed: int) -> DictTree:
    """The ledger after some random edits: rows deleted, doubled, changed, moved, respelled; documents changed, dropped."""
    rng = random.Random(seed)
    files = dict(tree.files)
    tables = [path for path, data in files.items() if path.endswith(".csv") and data.count(b"\n") > 2]
    for _ in range(rng.randrange(1, 8)):
        path = rng.choice(tables)
        header, *rows = files[path].decode().splitlines()
        if not rows:
            continue
        place = rng.randrange(len(rows))
        act = rng.choice(("delete", "double", "change", "move", "respell", "shuffle"))
        if act == "delete":
            del rows[place]
        elif act == "double":
            rows.insert(place, rows[place])
        elif act == "change":
            cells = next(csv.reader([rows[place]]))
            cells[rng.randrange(len(cells))] = rng.choice(("", "7", "a,b", "新"))
            rows[place] = ",".join(map(csv_cell, cells))
        elif act == "respell":
            rows[place] = rows[place].replace("00.00", "00.0")
        elif act == "shuffle":
            rng.shuffle(rows)
        elif "guzhen" in path:
            other = path.replace("guzhen", "maocun")
            files[other] += (rows.pop(place) + "\n").encode()
        files[path] = "".join(f"{line}\n" for line in [header, *rows]).encode()
    documents = [path for path in files if "/projects/" in path]
    if documents and rng.random() < 0.5:
        path = rng.choice(documents)
        files[path] = files[path].replace("开工".encode(), "竣工".encode())
    if documents and rng.random() < 0.2:
        del files[rng.choice(documents)]
    return DictTree(files)


def write(root: Path, tree: DictTree) -> None:
    for path, data in tree.files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
