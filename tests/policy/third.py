"""A third county, small and synthetic: what the two examples have no row for, put together in one ledger out of the rules' own cases.

A few households of a county of today under the codes of the plans, and beside them, under numbers of their own, the rows on which each
of the given rules judges and holds. Every row is whole: what its case leaves empty and the dictionary wants is filled.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from gongshi.package import Field, Resource
from support import ROOT, DictTree, tree_of
from today import county

from .cases import Case, case_of, descriptor, read_case

CASES = Path(__file__).parent.parent / "cases" / "policy"
FIRST = 9001  # numbers of the county's own households; those of the cases begin with 1
HOMES = range(FIRST, FIRST + 4)
NUMBER = re.compile("([BCDEFGHJKLMNPQRTVWXYZ](?:[0-9]{4}-)?|990101-[0-9]{4}-[A-Z]{2}-)([0-9]{3,8})")
SAMPLES = {
    "integer": "1",
    "date": "2019-01-01",
    "year": "2019",
    "yearmonth": "1980-01",
    "boolean": "否",
}
ACCEPTED = "县级验收"
PROGRESS = {
    "乡镇申报": "入库", "县级审批": "下达", "招标": "招标", "开工": "开工", "竣工": "竣工", "乡镇初检": "初检", ACCEPTED: "验收", "乡级报账": "验收",
    "决算": "决算", "移交": "移交",
}  # fmt: skip
SPELLED = {"group_name": "1组", "period": "2019", "village_code": "990101102201"}
TOLD = {"识别": "未脱贫", "脱贫": "已脱贫", "返贫": "返贫", "核减": "已销号"}
YEARS = {"脱贫": "exit_year", "返贫": "return_year"}
STANDS = {"未脱贫": "建档立卡贫困户", "预脱贫": "预脱贫户", "已脱贫": "脱贫户", "返贫": "返贫户"}
Rows = dict[str, list[dict[str, str]]]


def moved(value: str, place: int) -> str:
    """A number of the case that is the ``place``-th, so that no two cases share one."""
    found = NUMBER.fullmatch(value)
    if not found:
        return value
    digits = found[2]
    step = 5 if len(digits) < 5 else 20
    return f"{found[1]}{int(digits) + step * (place + 3):0{len(digits)}}"


def shifted(rows: Mapping[str, list[dict[str, str]]], place: int) -> Rows:
    return {
        name: [{field: moved(value, place) for field, value in row.items()} for row in given]
        for name, given in rows.items()
    }


@cache
def case(rule: str) -> Case:
    return case_of(read_case(CASES / f"{rule}.yaml"))


def own() -> Rows:
    """The county itself: its places, four households and who helps them."""
    numbers = list(HOMES)
    with (ROOT / "records/county/membership-kinds.csv").open(encoding="utf-8", newline="") as file:
        kinds = list(csv.DictReader(file))
    given = county.rows(0) | {
        "households": [county.household(n) for n in numbers],
        "members": [row for n in numbers for row in county.members(n)],
        "conditions": [county.condition(n) for n in numbers],
        "incomes": [county.income(n, 2025) for n in numbers],
        "memberships": [county.membership(n, n, "脱贫户", "2019-12-10", reason="缺资金") for n in numbers],
        "membership-kinds": kinds,
        "county": [county.COUNTY_CARD | {"complete_from": "2027-01-01"}],
    }
    slugs = {"dong": "guzhen", "nan": "changle", "xi": "songfeng"}

    def here(value: str) -> str:
        return slugs.get(value, value.replace("990202", "990101"))

    return {
        name: [{field: here(value) for field, value in row.items()} for row in rows] for name, rows in given.items()
    }


def joined(*parts: Mapping[str, list[dict[str, str]]]) -> Rows:
    """Rows of several together; of one key they are one row, in which the later cells count."""
    made: dict[str, dict[tuple[str, ...], dict[str, str]]] = {}
    for part in parts:
        for name, rows in part.items():
            keys = descriptor().resources[name].schema.primary_key
            table = made.setdefault(name, {})
            for row in rows:
                key = tuple(row.get(field, "") for field in keys)
                table[key] = table.get(key, {}) | row
    return {name: list(table.values()) for name, table in made.items()}


def replaced(there: Rows, rows: Rows) -> Rows:
    """The county with other rows in the place of those with their keys."""
    made = dict(there)
    for name, given in rows.items():
        keys = descriptor().resources[name].schema.primary_key
        gone = {tuple(row.get(field, "") for field in keys) for row in given}
        kept = [row for row in there.get(name, []) if tuple(row.get(field, "") for field in keys) not in gone]
        made[name] = [*kept, *given]
    return made


def whole(rows: Rows) -> Rows:
    """The rows with what the dictionary wants of each, and with the rows that their keys lead to."""
    given = {name: [dict(row) for row in table] for name, table in rows.items()}
    for _ in range(5):  # a row that is added has keys, too
        _stand(given)
        for name in [*given]:
            resource = descriptor().resources[name]
            given[name] = [_filled(resource, row, given) for row in given[name]]
        wanted = [*_wanted(given)]
        if not wanted:
            break
        for name, row in wanted:
            given.setdefault(name, []).append(row)
    return given


def _stand(given: Rows) -> None:
    """What follows from other rows: what a household is, as memberships instead of cells where no event says it, and what was accepted."""
    told = {row["household_no"]: row for row in given.get("status-events", []) if row["event"] in TOLD}
    for row in given["households"]:
        number = row["household_no"]
        if number in told:
            event = told[number]
            row |= {"poverty_status": TOLD[event["event"]]}
            row |= {YEARS[event["event"]]: event["occurred_on"][:4]} if event["event"] in YEARS else {}
        elif row.get("poverty_status") in STANDS:
            kind = STANDS[row.pop("poverty_status")]
            given["memberships"].append(county.membership(int(number[1:]), int(number[1:]), kind, "2016-01-01"))
    steps = given.setdefault("project-stages", [])
    for row in given.get("projects", []):
        mine = [step for step in steps if step["project_id"] == row["project_id"]]
        if row.get("accepted_on") and not any(step["stage"] == ACCEPTED for step in mine):
            mine.append({"project_id": row["project_id"], "stage": ACCEPTED, "done_on": row["accepted_on"]})
            steps.append(mine[-1])
        last = max(mine, key=lambda step: [*PROGRESS].index(step["stage"]), default=None)
        row["stage"] = PROGRESS[last["stage"]] if last else "谋划"
        accepted = [step["done_on"] for step in mine if step["stage"] == ACCEPTED]
        row |= {"accepted_on": accepted[-1]} if accepted else {}


def _filled(resource: Resource, row: dict[str, str], given: Rows) -> dict[str, str]:
    keys = {
        key.fields[0]: key
        for key in descriptor().foreign_keys
        if key.resource == resource.name and len(key.fields) == 1
    }
    added = {}
    for field in resource.schema.fields:
        if row.get(field.name) or not field.required:
            continue
        key = keys.get(field.name)
        there = given.get(key.reference, []) if key else []
        known = there[-1][key.reference_fields[0]] if key and there else _sample(field)
        added[field.name] = SPELLED.get(field.name) or known
    return row | added


def _sample(field: Field) -> str:
    if field.enum:
        return field.enum[0]
    if field.type == "number":
        return f"{max(float(field.minimum or 0), 1):.{field.decimals or 0}f}"
    return SAMPLES.get(field.type) or _spelled(field)


def _spelled(field: Field) -> str:
    """Some text that fits the pattern of a field."""
    made = re.sub(r"\[0-9\]\{([0-9]+)(?:,[0-9]+)?\}", lambda found: "9" * int(found[1]), field.pattern or "某")
    return re.sub(r"\[[^]]*\](?:\{[^}]*\}|[*+?])?", "a", made).replace("\\", "")


def _wanted(given: Rows) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows that keys lead to and that are not there."""
    seen = set()
    for key in descriptor().foreign_keys:
        there = {tuple(row.get(field, "") for field in key.reference_fields) for row in given.get(key.reference, [])}
        for row in given.get(key.resource, []):
            value = tuple(row.get(field, "") for field in key.fields)
            if all(value) and value not in there and (key.reference, value) not in seen:
                seen.add((key.reference, value))
                yield key.reference, dict(zip(key.reference_fields, value, strict=True))


def third(rules: Iterable[str], broken: str = "") -> Rows:
    """The county in which each of ``rules`` judges and holds, but for the one that is broken, which may be another: its rows are
    put in as they are, for what they lack may be the fault."""
    places = _places(rules, broken)
    parts = [shifted(case(rule).holds, place) for rule, place in places.items() if rule != broken]
    there = whole(joined(own(), *parts))
    return replaced(there, shifted(case(broken).breaks, places[broken])) if broken else there


def _places(rules: Iterable[str], broken: str) -> dict[str, int]:
    known = sorted(rules)
    return {rule: place for place, rule in enumerate([*known, *({broken} - {*known, ""})])}


def key_of(rules: Iterable[str], rule: str) -> tuple[str, ...]:
    """The record at which a rule that is broken in the county must speak."""
    place = _places(rules, rule)[rule]
    return tuple(moved(part, place) for part in case(rule).key)


def tree(rows: Rows) -> DictTree:
    return tree_of(rows)
