"""The whole county as a folder: what a new county begins with, and six years of records in it."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from pathlib import Path

from example.today.funds import fill_funds
from example.today.households import fill_households
from example.today.places import AS_OF, NAME, TOWNS, YEARS, fill_places
from example.today.standing import fill_standing
from example.today.support import fill_support
from example.world import Row, World
from example.writing import record_files
from gongshi.disclosure import freezing
from gongshi.disclosure.figures import Period
from gongshi.founding.new import first_paths
from gongshi.founding.pack import Pack, program_files
from gongshi.package import RECORDS, csv_bytes, load, read_descriptor
from gongshi.policy import judge
from gongshi.repository import MemoryTree, WorkTree

HOUSEHOLDS = 62
"""Of each of the forty villages: about 2,500 in all."""


def county_files(world: World) -> dict[str, bytes]:
    """Path to content of every file of the county."""
    pack = Pack(program_files())
    placed = pack.placed(NAME, _paths(pack))
    descriptor = read_descriptor(MemoryTree(placed))
    begun: dict[str, list[Row]] = {}
    for path, data in pack.begun().items():
        resource = Path(path).stem
        begun[resource] = list(csv.DictReader(io.StringIO(data.decode())))
    whole = World(
        defaultdict(list, {name: [*begun.get(name, ()), *world.rows.get(name, ())] for name in {*begun, *world.rows}}),
        world.names,
        world.slugs,
    )
    files = {f"{RECORDS}/{path}": data for path, data in record_files(whole, descriptor).items()}
    boxes = csv_bytes(descriptor.resources["sealed"].schema, [])
    return placed | files | {f"{RECORDS}/{path}": boxes for path in descriptor.resources["sealed"].paths}


def make_world(households: int) -> World:
    """All rows; each step draws from a generator of its own."""
    world = World()
    fill_places(world, households)
    fill_households(world, households)
    fill_standing(world)
    fill_support(world)
    fill_funds(world)
    return world


def generate(root: Path, households: int = HOUSEHOLDS) -> tuple[int, int]:
    """Write the county below ``root``, which must be new or empty; gives how many files and bytes."""
    if root.exists() and any(root.iterdir()):
        raise SystemExit(f"{root} is not empty")
    files = county_files(make_world(households))
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return len(files), sum(map(len, files.values()))


def freeze_figures(root: Path) -> None:
    """Write the figures of the quarter that ends on the county's day, as ``gongshi figures`` would."""
    tree, period = WorkTree(root), Period.at(AS_OF)
    with load(tree) as database:
        cells = freezing.freeze(database, judge(database, AS_OF), period)
    for path, data in freezing.files_of(tree, period, cells).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)


def _paths(pack: Pack) -> dict[str, list[str]]:
    """The files of each resource: one for each township, or for each year."""
    found: dict[str, dict[str, None]] = {}
    for year in YEARS:
        for name, paths in first_paths(pack, list(TOWNS), year).items():
            found.setdefault(name, {}).update(dict.fromkeys(paths))
    return {name: list(paths) for name, paths in found.items()}
