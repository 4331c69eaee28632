"""The verbs room: what is done in a day's work, each the whole linked write in one go; and what is due."""

from gongshi.verbs.amending import Edit, Flawed, New, amend, look
from gongshi.verbs.asking import Ask, Verb, choices, nameless, one_ask, title
from gongshi.verbs.book import Fault, Flaw, Wrong
from gongshi.verbs.doing import Done, do
from gongshi.verbs.due import Due, due
from gongshi.verbs.table import VERBS

__all__ = [
    "VERBS", "Ask", "Done", "Due", "Edit", "Fault", "Flaw", "Flawed", "New", "Verb", "Wrong", "amend", "choices", "do", "due", "look", "nameless", "one_ask", "title",
]  # fmt: skip
