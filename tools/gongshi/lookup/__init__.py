"""The lookup room: how Chinese names are spelled in pinyin, and finding records by number, name, pinyin or initials."""

from gongshi.lookup.card import Card, card
from gongshi.lookup.gathering import entries, found_tables, opened, titles, townships
from gongshi.lookup.grid import Grid, GridColumn, grid, tables, township_of
from gongshi.lookup.index import Entry, Index
from gongshi.lookup.pinyin import Spelling, folded, spelling, spellings

__all__ = [
    "Card",
    "Entry",
    "Grid",
    "GridColumn",
    "Index",
    "Spelling",
    "card",
    "entries",
    "folded",
    "found_tables",
    "grid",
    "opened",
    "spelling",
    "spellings",
    "tables",
    "titles",
    "township_of",
    "townships",
]  # fmt: skip
