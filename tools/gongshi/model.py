"""The frozen vocabulary every room speaks: no I/O, and of words for people only the names of severities."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

Progress = Callable[[str], None]
"""Shows in a few words what is being done; "" is the end."""


class Severity(StrEnum):
    """How bad a Finding is; the words are GitHub's annotation levels."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


SEVERITIES = {Severity.ERROR: "错误", Severity.WARNING: "警告", Severity.NOTICE: "提示"}


_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\ud800-\udfff]"
)


def visible(text: str) -> str:
    """``text`` on one line, with everything that a reader would not see or that would steer a terminal written out.

    Line breaks, escape sequences, direction and zero-width marks become ``\\n``, ``\\x1b``, ``\\u202e``."""
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


class GongshiError(Exception):
    """What cannot become a Finding: wrong usage or nothing readable. The message is one Chinese sentence."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, where, and what to do about it.

    ``message`` is Chinese and uses field titles; personal values in it are already masked.
    ``line`` counts from 1, 0 means the whole file. ``key`` holds the primary-key values of the record. ``standing``: a
    change that was compared with what was before did not bring it.
    """

    code: str
    severity: Severity
    message: str
    path: str = ""
    line: int = 0
    resource: str = ""
    field: str = ""
    key: tuple[str, ...] = ()
    policy: str = ""
    rule: str = ""
    clause: str = ""
    standing: bool = False

    @property
    def identity(self) -> tuple[str, ...]:
        """What stays the same when lines move or words change: used by ``check --against``."""
        subject = "/".join(self.key) if self.key else self.path
        return (self.code, self.policy, self.rule, self.resource, subject, self.field)

    @property
    def order(self) -> tuple[str, int, str, str, tuple[str, ...]]:
        """Findings are shown by place, then code."""
        return (self.path, self.line, self.code, self.field, self.key)
