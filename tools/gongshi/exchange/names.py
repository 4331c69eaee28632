"""Names where the ledger keeps codes: a sheet says 张村 or 财政局, a record the code of the division, unit or school."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from gongshi.exchange.convert import value_key
from gongshi.package import Database, Resource

NAMED = ("divisions", "units", "schools")
_VILLAGE = ("村", "社区")
_OFFICES = ("委会", "民委员会", "居委会", "居民委员会", "村委会", "村民委员会")  # 张村委会, 张村民委员会, 张村村委会


def codes_of_names(
    database: Database, resources: Sequence[Resource], township: str | None
) -> dict[tuple[str, str], dict[str, str]]:
    """(resource, field) → {name: code} for the fields that refer to divisions, units or schools. A name that two of them
    bear stands for none; of divisions only those of ``township`` count, if one is given. ``database`` holds ``NAMED``."""
    wanted: dict[tuple[str, str], str] = {}
    for key in database.descriptor.foreign_keys:
        target = {"villages": "divisions"}.get(key.reference, key.reference)
        if len(key.fields) == 1 and target in NAMED and any(key.resource == one.name for one in resources):
            wanted[(key.resource, key.fields[0])] = target
    known = {name: _unique(_pairs(database, name, township)) for name in set(wanted.values())}
    return {place: known[target] for place, target in wanted.items()}


def _pairs(database: Database, name: str, township: str | None) -> list[tuple[str, str]]:
    """(name, code), with the ways in which a village is called."""
    if name != "divisions":
        key = database.descriptor.resources[name].schema.primary_key[0]
        return [(label, code) for label, code in database.sql(f'SELECT name, "{key}" FROM raw."{name}"')]
    rows = database.sql("SELECT name, division_code, slug FROM raw.divisions")
    start = next((code[:9] for _, code, slug in rows if township and slug == township), "")
    here = [(label, code) for label, code, _ in rows if code.startswith(start)]
    villages = [(label, code) for label, code in here if label.endswith(_VILLAGE)]
    return [*here, *((label + office, code) for label, code in villages for office in _OFFICES)]


def _unique(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    keyed = {(value_key(label), code) for label, code in pairs}
    counts = Counter(label for label, _ in keyed)
    return {label: code for label, code in keyed if counts[label] == 1 and not label.isdecimal()}
