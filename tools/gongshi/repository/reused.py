"""What earlier runs made, by a digest of all that it was made of: what has the same digest need not be made again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from gongshi.repository.cache import Cache

_NAME = "reused-"


class Reused:
    """Bytes by key, in groups of which each is one file of a Cache; without a Cache all is made anew.

    ``about`` is what everything depends on beside its key and the program. Of a group that was asked for, what nobody asked
    for goes.
    """

    def __init__(self, cache: Cache | None = None, about: str = "") -> None:
        self._cache, self._about = cache if cache and cache.folder else None, about
        self._earlier: dict[str, dict[str, bytes]] = {}
        self._used: dict[str, dict[str, bytes]] = {}

    @property
    def keeps(self) -> bool:
        """Whether anything is known, or will be."""
        return self._cache is not None

    def get(self, group: str, key: str, work: Callable[[], bytes]) -> bytes:
        """What is known under ``key``, else what ``work`` makes."""
        if self._cache is None:
            return work()
        name = hashlib.sha256(f"{self._about}\0{key}".encode("utf-8", "surrogateescape")).hexdigest()
        used, known = self._used.setdefault(group, {}), self._known(self._cache, group)
        if name not in used:
            used[name] = known[name] if name in known else work()
        return used[name]

    def settle(self) -> None:
        """Keep what this run used, for the next ones."""
        for group, used in self._used.items():
            if self._cache is not None and used.keys() != self._earlier[group].keys():
                index = json.dumps({name: len(content) for name, content in used.items()})
                self._cache.put(_NAME + group, b"".join((index.encode("ascii"), b"\n", *used.values())))
                self._earlier[group] = dict(used)

    def _known(self, cache: Cache, group: str) -> dict[str, bytes]:
        if group not in self._earlier:
            head, _, rest = (cache.get(_NAME + group) or b"{}\n").partition(b"\n")
            found, at = {}, 0
            for name, size in json.loads(head).items():
                found[name] = rest[at : at + size]
                at += size
            self._earlier[group] = found
        return self._earlier[group]
