"""The few answers that were asked for last, in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
FEW = 4


class Latest(Generic[T]):
    """Up to ``FEW`` answers; the one that was not asked for the longest goes first. Two threads at once may forget one, no more."""

    def __init__(self) -> None:
        self._kept: tuple[T, ...] = ()

    def find(self, fits: Callable[[T], bool]) -> T | None:
        """The one that fits, the latest first; it then goes last; None if none does."""
        for one in reversed(self._kept):
            if fits(one):
                self.keep(one)
                return one
        return None

    def keep(self, one: T) -> None:
        """Remember this one."""
        self._kept = (*(other for other in self._kept if other is not one), one)[-FEW:]
