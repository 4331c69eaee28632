"""Free text that comes in: no cell of it may hold a person's name."""

from __future__ import annotations

from collections.abc import Sequence

from gongshi.checks.phrases import is_personal
from gongshi.exchange.candidates import Candidate
from gongshi.exchange.identifiers import BY_NAME, carries_persons
from gongshi.exchange.opened import opened_names
from gongshi.package import Resource, is_free
from gongshi.repository import Tree
from gongshi.sealing import Identity


def refuse_names_in_text(candidates: Sequence[Candidate], tree: Tree, identity: Identity | None) -> None:
    """No cell but that of a name may hold the name of somebody who is sealed, or is in this sheet."""
    new = {candidate.values.get("name", "") for candidate in candidates if carries_persons(candidate.table.resource)}
    texts = {id(candidate.table): candidate.table.resource for candidate in candidates}
    taking = {place: [n for n in one.schema.names if _takes_text(one, n)] for place, one in texts.items()}
    free = [
        (candidate, name, text)
        for candidate in candidates
        for name in taking[id(candidate.table)]
        if (text := candidate.values.get(name))
    ]
    names = opened_names(tree, identity, new - {""}) if free else None
    for candidate, name, text in free:
        if names and next(names.find(text), None):
            candidate.refuse(name, "这一格里有在册人员的姓名，请删去，或改写成户编号")


def _takes_text(resource: Resource, name: str) -> bool:
    return name not in BY_NAME and is_free(resource.schema.field(name)) and not is_personal(resource)
