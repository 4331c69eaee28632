"""Names where the ledger keeps codes: a sheet says 张村 or 财政局, a record the code of the division, unit or school."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from gongshi.exchange.convert import value_key
from gongshi.exchange.lore import headers, lore
from gongshi.package import Resource, TextTables
from gongshi.package.subjects import subjects


def codes_of_names(
    tables: TextTables, resources: Sequence[Resource], township: str | None
) -> dict[tuple[str, str], dict[str, str]]:
    """(resource, field) → {name: code} for the fields that refer to divisions, units or schools. A name that two of them
    bear stands for none; of divisions only those of ``township`` count, if one is given. ``tables`` hold what is ``coded``."""
    wanted: dict[tuple[str, str], str] = {}
    for key in tables.descriptor.foreign_keys:
        target = subjects().named(key.reference)
        if len(key.fields) == 1 and target in lore().coded and any(key.resource == one.name for one in resources):
            wanted[(key.resource, key.fields[0])] = target
    known = {name: _unique(_pairs(tables, name, township)) for name in set(wanted.values())}
    return {place: known[target] for place, target in wanted.items()}


def _pairs(tables: TextTables, name: str, township: str | None) -> list[tuple[str, ...]]:
    """(name, code), with the ways in which a village is called."""
    label, place = lore().labels[0], subjects().place
    key = tables.descriptor.resources[name].schema.primary_key[0]
    if name != place.table:
        return tables.pick(name, [label, key])
    rows = tables.pick(name, [label, key, place.slug])
    start = next((code[:9] for _, code, slug in rows if township and slug == township), "")
    here = [(label, code) for label, code, _ in rows if code.startswith(start)]
    villages = [(label, code) for label, code in here if label.endswith(headers().villages)]
    return [*here, *((label + office, code) for label, code in villages for office in headers().offices)]


def _unique(pairs: Sequence[tuple[str, ...]]) -> dict[str, str]:
    keyed = {(value_key(label), code) for label, code in pairs}
    counts = Counter(label for label, _ in keyed)
    return {label: code for label, code in keyed if counts[label] == 1 and not label.isdecimal()}
