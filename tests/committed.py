"""Commits of the example's own history, which are part of this repository's."""

from __future__ import annotations

import pytest

from gongshi.repository import Git
from support import ROOT

GIT = Git(ROOT)
MISSING = (
    "The commits of the example's last adjustments are not in the first-parent history of HEAD. In a shallow clone run "
    "git fetch --unshallow; a copy without .git cannot show a history, test a clone instead; after a merge, the commits "
    "must have been kept as commits of main (rebase), not folded into one merge or squash."
)


def commit_of(subject: str) -> str:
    """The commit with this subject; the test fails, with what to do, if there is none."""
    if not GIT.exists():
        pytest.fail(MISSING)
    lines = GIT.run("log", "--first-parent", "--format=%H %s").decode().splitlines()
    found = [line[:40] for line in lines if line[41:] == subject]
    if not found:
        pytest.fail(MISSING)
    return found[0]
