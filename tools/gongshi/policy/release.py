"""What the last release says, for the rules that compare with it: some figures by rule, which may be kept for later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from gongshi.model import GongshiError
from gongshi.package import Database, Descriptor
from gongshi.policy.compiling import Query, compile_rule
from gongshi.policy.facts import World
from gongshi.policy.kinds import kinds
from gongshi.policy.tables import fill_facts, finish, materialise, prepare
from gongshi.policy.values import Policies

Figures = Mapping[str, Sequence[Sequence[str | None]]]  # by rule: pairs of a group's or record's name and its value


def asked(policies: Policies, descriptor: Descriptor, day: date) -> frozenset[str]:
    """The resources of the last release that rules look into; none if no rule compares with it."""
    world, _ = _compiled(policies, descriptor, day)
    return frozenset(world.schemas.needs)


def figures(policies: Policies, descriptor: Descriptor, release: Database, day: date) -> Figures:
    """What the rules of ``policies`` read of ``release``, whose own schemas may be older than ``descriptor``.

    A rule that cannot be computed on the release is left out.
    """
    world, queries = _compiled(policies, descriptor, day)
    try:
        prepare(release)
        materialise(release, world.schemas)
        fill_facts(release, world.groups.values())
        found = {query.rule.id: _pairs(release, query) for query in queries}
    finally:
        finish(release)
    return {rule: pairs for rule, pairs in found.items() if pairs is not None}


def _compiled(policies: Policies, descriptor: Descriptor, day: date) -> tuple[World, list[Query]]:
    """The rules of this county that compare with the last release, in a World that knows these alone."""
    world = World(policies, descriptor, day)
    comparing = [
        rule
        for policy, rule in policies.rules()
        if rule.kind in kinds() and kinds()[rule.kind].base and not policy.elsewhere
    ]
    queries = [query for rule in comparing if (query := compile_rule(world, rule)[0])]
    return world, queries


def _pairs(release: Database, query: Query) -> list[list[str | None]] | None:
    try:
        rows = release.sql(query.base_sql, query.base_values)
    except GongshiError:  # whatever one rule meets in the release, the other rules still run
        return None
    return [[None if cell is None else str(cell) for cell in row] for row in rows]
