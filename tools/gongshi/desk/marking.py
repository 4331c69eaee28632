"""What a reviewer marks while reading a proposal: what was looked at, what is to be mended, what is asked; kept until it is decided."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from gongshi.changes.pieces import Piece
from gongshi.checks.guard import NameSet, scan_text
from gongshi.checks.showing import personal as looks_personal
from gongshi.drafts import NO_KEY, drafts, forget, keep
from gongshi.exchange.remarking import Remark
from gongshi.sealing import Identity

SEEN, MEND, ASK = "seen", "mend", "ask"
VERDICTS = {SEEN: "看过", MEND: "要改", ASK: "问一问"}
LISTED = 150
"""Pieces that a page shows."""
_FORM, _ALL = "review", "all"
NOT_KEPT = "有的话里可能有姓名，没有打开钥匙，那几句不留：关掉这一页就没有了"


class Mark(NamedTuple):
    """What becomes of one piece: one of VERDICTS or "", and what is said of it."""

    verdict: str
    text: str = ""


class Marks(NamedTuple):
    """By the names of the pieces; ``text`` is said of all of it."""

    of: Mapping[str, Mark]
    text: str

    def count(self, verdict: str) -> int:
        """How many pieces have a verdict."""
        return sum(mark.verdict == verdict for mark in self.of.values())

    def about(self, pieces: Sequence[Piece]) -> list[Remark]:
        """What is to be sent, in the order of the pieces."""
        found = []
        for piece in pieces:
            mark = self.of.get(piece.name, Mark(""))
            if mark.verdict in (MEND, ASK) and mark.text:
                found.append(Remark(piece.table, piece.records, mark.text, mark.verdict == ASK))
        return found

    def wordless(self, pieces: Sequence[Piece]) -> dict[str, str]:
        """Pieces that are to be mended or asked about, and nothing says what."""
        marks = ((piece.name, self.of.get(piece.name, Mark(""))) for piece in pieces)
        return {name: "还没写要说什么" for name, mark in marks if mark.verdict in (MEND, ASK) and not mark.text}


def typed(form: Mapping[str, str]) -> Marks:
    """The marks of a form; what is said and marked as nothing else is to be mended."""
    found = {}
    for number in range(1, LISTED + 1):
        name, text = form.get(f"p{number}", "")[:16], form.get(f"t{number}", "")[:400].strip()
        verdict = form.get(f"v{number}", "")
        verdict = verdict if verdict in VERDICTS else MEND if text else ""
        if name and verdict:
            found[name] = Mark(verdict, "" if verdict == SEEN else text)
    return Marks(found, form.get("remarks", "")[:2000].strip())


def keep_marks(root: Path, branch: str, marks: Marks, identity: Identity | None, names: NameSet | None = None) -> str:
    """Keep them; why not all could be kept, "" if they were. What may hold a name, one of the opened ``names`` or what looks like
    one, is kept only with the key."""
    when = datetime.now().isoformat(" ", "minutes")

    def personal(text: str) -> bool:
        return looks_personal(text) or bool(scan_text(branch, text.encode("utf-8", "replace"), names))

    bare = any(map(personal, (marks.text, *(mark.text for mark in marks.of.values()))))
    why = keep(root, _token(branch), _FORM, when, _values(marks), not bare, identity)
    if why != NO_KEY:
        return why
    veiled = {name: Mark(mark.verdict, "" if personal(mark.text) else mark.text) for name, mark in marks.of.items()}
    rest = Marks(veiled, "" if personal(marks.text) else marks.text)
    return keep(root, _token(branch), _FORM, when, _values(rest), True, identity) or NOT_KEPT


def kept_marks(root: Path, branch: str, identity: Identity | None) -> Marks:
    """What was marked last."""
    token = _token(branch)
    left = next((one.values for one in drafts(root, identity) if one.token == token and one.form == _FORM), None)
    pairs = ((name, text.partition(" ")) for name, text in (left or {}).items() if name != _ALL)
    return Marks(
        {name: Mark(verdict, text) for name, (verdict, _, text) in pairs if verdict in VERDICTS},
        (left or {}).get(_ALL, ""),
    )


def decided(root: Path, branch: str, marks: Marks | None, identity: Identity | None) -> None:
    """Let go of what was sent; what was looked at need not be looked at again when it comes back."""
    forget(root, _token(branch))
    seen = {name: mark for name, mark in marks.of.items() if mark.verdict == SEEN} if marks else {}
    if seen:
        keep_marks(root, branch, Marks(seen, ""), identity)


def _values(marks: Marks) -> dict[str, str]:
    return {name: f"{mark.verdict} {mark.text}" for name, mark in marks.of.items()} | {_ALL: marks.text}


def _token(branch: str) -> str:
    return hashlib.sha256(f"review\0{branch}".encode("utf-8", "surrogateescape")).hexdigest()[:16]
