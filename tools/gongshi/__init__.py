"""Gongshi (公示): a county's poverty-alleviation ledger kept in Git.

A *Tree* is the repository at one moment. Loading a Tree gives a *Database*, one table per Resource. Checking a
Database gives *Findings*; comparing two gives *Changes*. Pages and reports are text made from those values.

``gongshi.open(path)`` is the door for other programs: a Ledger with check, diff, history, table, view and build.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gongshi.library import Ledger

__version__ = "0.2.0"


def open(path: Path | str = ".") -> Ledger:
    """The ledger in the folder ``path``."""
    from gongshi.library import ledger  # not before it is asked for: the help of the command line must be quick

    return ledger(path)
