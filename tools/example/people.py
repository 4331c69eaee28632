"""The people's half of the example county, in the order in which one step needs the other."""

from __future__ import annotations

from example import (
    people_cases,
    people_choices,
    people_contacts,
    people_extras,
    people_helpers,
    people_places,
    people_rows,
)
from example.people_conditions import fill_conditions, mark_unsafe
from example.people_docket import Docket
from example.people_homes import make_households
from example.people_income import fill_incomes, make_incomes
from example.people_measures import fill_measures
from example.people_model import Household
from example.people_monitoring import monitor
from example.world import World


def fill_people(world: World) -> None:
    """Divisions, units, villages, schools, helpers, households and everything that hangs on them."""
    people_places.fill_divisions(world)
    people_places.fill_units(world)
    homes = make_households(world)
    schools = people_places.make_schools(world, homes)
    _choose(world, homes)
    staff = people_helpers.make_pairings(world, homes)
    people_helpers.special_pairings(staff, homes)
    people_helpers.hand_over(staff)
    fill_conditions(world, homes)
    people_rows.fill_villages(world, homes)
    docket = _cases(world, homes)
    people_places.fill_schools(world, homes, schools)
    monitor(world, docket, _by_village(homes), staff)
    people_rows.fill_households(world, homes)
    people_rows.fill_members(world, homes)
    fill_incomes(world, homes)
    people_contacts.pupils(world, homes, staff, schools)
    people_contacts.sponsors(world, homes, staff, schools)
    people_contacts.visit_households(world, homes, staff)
    people_contacts.fill_pairings(world, staff)
    banks = people_extras.fill_loans(world, homes)
    fill_measures(world, homes, staff, banks)
    people_extras.fill_trainings(world, homes)
    people_extras.fill_clues(world, homes)


def _choose(world: World, homes: list[Household]) -> None:
    people_choices.choose_relocated(world, homes)
    people_choices.choose_monitored(world, homes)
    people_choices.choose_cadres(world, homes)
    mark_unsafe(world, homes)
    make_incomes(world, homes)
    people_choices.choose_causes(world, homes)


def _cases(world: World, homes: list[Household]) -> Docket:
    docket = Docket(world)
    by_village = _by_village(homes)
    poor = {row["village_code"] for row in world.rows["villages"] if row["village_class"] != "非贫困村"}
    people_cases.identify(world, docket, by_village)
    people_cases.exit_households(world, docket, by_village, poor)
    people_cases.exit_villages(world, docket, by_village, poor)
    return docket


def _by_village(homes: list[Household]) -> dict[str, list[Household]]:
    result: dict[str, list[Household]] = {}
    for home in homes:
        result.setdefault(home.village.code, []).append(home)
    return result
