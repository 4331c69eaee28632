"""What earlier runs found out, by a digest of all that it follows from: what has the same digest need not be asked again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple
from typing import Any

from gongshi.model import Finding, Severity

SIZE = 16_000_000  # characters kept


class Known:
    """Answers by question, as text. ``used`` are those that this run asked for or gave; the others come from earlier ones."""

    def __init__(self, earlier: Mapping[str, str] | None = None) -> None:
        self.earlier = earlier or {}
        self.used: dict[str, str] = {}

    def get(self, question: str) -> Any | None:
        """The answer, None if nobody knows."""
        answer = self.used.get(question) or self.earlier.get(question)
        if answer is None:
            return None
        self.used[question] = answer
        return json.loads(answer)

    def put(self, question: str, answer: object) -> None:
        self.used[question] = json.dumps(answer, ensure_ascii=False)

    def kept(self) -> dict[str, str]:
        """What is worth keeping: what was used last comes first, as much as there is room for."""
        room, kept = SIZE, {}
        for question, answer in {**self.used, **self.earlier}.items():
            room -= len(question) + len(answer)
            if room < 0:
                break
            kept[question] = answer
        return kept


def as_items(findings: Iterable[Finding]) -> list[list[Any]]:
    """Findings as they are kept."""
    return [list(astuple(finding)) for finding in findings]


def of_items(items: Iterable[list[Any]]) -> list[Finding]:
    """Findings that were kept."""
    return [
        Finding(code, Severity(severity), message, path, line, resource, field, tuple(key), *rest)
        for code, severity, message, path, line, resource, field, key, *rest in items
    ]
