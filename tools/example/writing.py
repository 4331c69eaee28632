"""World.rows as the files of records/: each row in the canonical form, in the file that the descriptors name for it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from example.world import Row, World
from gongshi.package import Descriptor, Document, Resource, csv_bytes, yaml_bytes

_YEAR = re.compile(r"[0-9]{4}")
# The field that leads from a row to its township, and by which key that field is to be looked up.
_BY_HOUSEHOLD = (
    "members",
    "incomes",
    "conditions",
    "measures",
    "loans",
    "monitoring",
    "clues",
    "status-events",
    "memberships",
    "posts",
    "jobs",
    "land",
    "subsidies",
)


def record_files(world: World, descriptor: Descriptor) -> dict[str, bytes]:
    """Path (below records/) to content of every CSV and YAML file but the sealed ones."""
    known = set(descriptor.resources)
    if unknown := sorted(set(world.rows) - known):
        raise ValueError(f"no such resources: {unknown}")
    places = Places(world)
    files: dict[str, bytes] = {}
    for resource in descriptor.csv_resources():
        if resource.name != "sealed":
            files |= _csv_files(world, resource, places)
    for document in descriptor.documents:
        if document.name != "county-notice":
            files |= _yaml_files(world, descriptor, document, places)
    return files


class Places:
    """Which township's folder a household, a member, a pairing belongs to."""

    def __init__(self, world: World) -> None:
        self.slugs = world.slugs
        rows = world.rows
        self.household = {r["household_no"]: self.slugs[_town(r["village_code"])] for r in rows["households"]}
        self.member = {r["member_no"]: self.household[r["household_no"]] for r in rows["members"]}
        school = {r["school_code"]: self.slugs[r["township_code"]] for r in rows["schools"]}
        self.pairing = {r["pairing_id"]: self._pairing(r, school) for r in rows["pairings"]}
        self.case = {r["case_id"]: self.slugs[_town(r["village_code"])] for r in rows["cases"]}

    def _pairing(self, row: Row, school: Mapping[str, str]) -> str:
        if row.get("household_no"):
            return self.household[row["household_no"]]
        if row.get("member_no"):
            return self.member[row["member_no"]]
        return self.slugs[_town(row["village_code"])] if row.get("village_code") else school[row["school_code"]]

    def of(self, resource: str, row: Row) -> str:
        """The part of a file's path that the row decides: a township's slug or a year."""
        if resource in _BY_HOUSEHOLD:
            return self.household[row["household_no"]]
        if resource == "households":
            return self.slugs[_town(row["village_code"])]
        if resource == "trainings":
            return self.member[row["member_no"]]
        if resource in ("pairings", "contacts"):
            return self.pairing[row["pairing_id"]]
        return row["year"] if resource == "allocations" else row["paid_on"][:4]


def _town(division: str) -> str:
    return division[:9] + "000"


def _csv_files(world: World, resource: Resource, places: Places) -> dict[str, bytes]:
    schema, rows = resource.schema, world.rows[resource.name]
    _check_fields(resource, rows)
    names = schema.names
    if len(resource.paths) == 1:
        return {resource.paths[0]: csv_bytes(schema, ([row.get(n, "") for n in names] for row in rows))}
    by_part: dict[str, list[list[str]]] = {_part(path): [] for path in resource.paths}
    for row in rows:
        by_part[places.of(resource.name, row)].append([row.get(name, "") for name in names])
    return {path: csv_bytes(schema, by_part[_part(path)]) for path in resource.paths}


def _part(path: str) -> str:
    return path.split("/")[1]


def _check_fields(resource: Resource, rows: list[Row]) -> None:
    allowed = set(resource.schema.names)
    wrong = sorted({name for row in rows for name in row if name not in allowed})
    if wrong:
        raise ValueError(f"{resource.name} has no fields {wrong}")


def _yaml_files(world: World, descriptor: Descriptor, document: Document, places: Places) -> dict[str, bytes]:
    key = descriptor.resources[document.resource].schema.primary_key[0]
    lists: dict[str, dict[str, list[Row]]] = {}
    for name, resource in document.lists.items():
        _check_fields(descriptor.resources[resource], world.rows[resource])
        lists[name] = defaultdict(list)
        for row in world.rows[resource]:
            lists[name][row[key]].append(row)
    _check_fields(descriptor.resources[document.resource], world.rows[document.resource])
    files: dict[str, bytes] = {}
    for row in world.rows[document.resource]:
        own = {name: rows.get(row[key], ()) for name, rows in lists.items()}
        path = _document_path(descriptor, document, row, places)
        if path in files:
            raise ValueError(f"two documents at {path}")
        files[path] = yaml_bytes(descriptor, document, row, own)
    return files


def _document_path(descriptor: Descriptor, document: Document, row: Row, places: Places) -> str:
    """A notice of the county has no township, so its file lies in the county's folder."""
    template = document.path
    slug = places.case.get(row.get("case_id", ""), "")
    if document.resource == "notices":
        slug = places.slugs.get(_town(row["division_code"]), "")
        if not slug:
            template = next(d.path for d in descriptor.documents if d.name == "county-notice")
    key = descriptor.resources[document.resource].schema.primary_key[0]
    year = row.get("year") or _YEAR.search(row[key])[0]
    return template.format(**{**row, "year": year, "township": slug})
