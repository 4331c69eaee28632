"""The verbs room: what is done in a day's work, each the whole linked write in one go; and what is due."""

from gongshi.verbs.asking import Ask, Verb, choices, one_ask, title
from gongshi.verbs.book import Fault, Wrong
from gongshi.verbs.doing import Done, do
from gongshi.verbs.due import Due, due
from gongshi.verbs.table import VERBS

__all__ = ["VERBS", "Ask", "Done", "Due", "Fault", "Verb", "Wrong", "choices", "do", "due", "one_ask", "title"]
