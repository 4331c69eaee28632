"""What a page showed of what it would do: where that has become something else underneath, it is shown again and nothing is done."""

from __future__ import annotations

import hashlib

from flask import request

MOVED = "要做的和这一页打开时不一样了（台账又变了，或选的变了），什么也没有做；下面是按现在的重新算的，看过再按一次。"


def mark(*shown: object) -> str:
    """The same for as long as the same is shown."""
    return hashlib.sha256(repr(shown).encode("utf-8", "replace")).hexdigest()[:16]


def moved(now: str) -> bool:
    """Whether the page that asks showed something else than what would be done ``now``; a form of one's own shows nothing."""
    return request.form.get("seen", now) != now
