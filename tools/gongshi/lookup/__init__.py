"""The lookup room: how Chinese names are spelled in pinyin, and finding records by number, name, pinyin or initials."""

from gongshi.lookup.pinyin import Spelling, folded, spelling, spellings

__all__ = ["Spelling", "folded", "spelling", "spellings"]
