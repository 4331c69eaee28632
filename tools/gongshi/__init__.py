"""Gongshi (公示): a county's poverty-alleviation ledger kept in Git.

A *Tree* is the repository at one moment. Loading a Tree gives a *Database*, one table per Resource. Checking a
Database gives *Findings*; comparing two gives *Changes*. Pages and reports are text made from those values.
"""

__version__ = "0.2.0"
