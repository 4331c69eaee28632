"""The papers that are printed for one reader, as HTML files like the village sheet: nothing is loaded, no script is in them."""

from __future__ import annotations

from collections.abc import Sequence

from gongshi.disclosure.cards import HouseholdCard, Visits
from gongshi.disclosure.posted import Posted
from gongshi.site.render import environment


def cards_paper(cards: Sequence[HouseholdCard]) -> str:
    """One page for each household, a second one where its money does not fit."""
    return environment(cards[0].day if cards else None).get_template("card.html").render(cards=cards)


def visits_paper(visits: Visits) -> str:
    """A helper's list, with room to write."""
    return environment(visits.day).get_template("visits.html").render(list=visits)


def notice_paper(one: Posted) -> str:
    """A notice without a list of households."""
    return environment(one.notice.starts_on).get_template("posted.html").render(one=one)
