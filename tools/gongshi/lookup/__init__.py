"""The lookup room: how Chinese names are spelled in pinyin, and finding records by number, name, pinyin or initials."""

from gongshi.lookup.card import Card, card
from gongshi.lookup.gathering import RESOURCES, TITLES, entries, opened, townships
from gongshi.lookup.grid import Grid, GridColumn, grid, tables
from gongshi.lookup.index import Entry, Index
from gongshi.lookup.pinyin import Spelling, folded, spelling, spellings

__all__ = [
    "RESOURCES",
    "TITLES",
    "Card",
    "Entry",
    "Grid",
    "GridColumn",
    "Index",
    "Spelling",
    "card",
    "entries",
    "folded",
    "grid",
    "opened",
    "spelling",
    "spellings",
    "tables",
    "townships",
]  # fmt: skip
