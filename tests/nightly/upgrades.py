"""kill -9 at thirty random moments of ``gongshi upgrade`` on a small county of version 0.1. ``make nightly``; ``GONGSHI_SEED`` repeats
a night."""

from __future__ import annotations

import random
from pathlib import Path

from founding.conftest import installed, wheel
from founding.test_upgrade import county, killed, safe
from nightly.moments import MOMENTS, SEED

__all__ = ["county", "installed", "safe", "wheel"]


def test_killed_at_thirty_moments(installed: Path, county: Path) -> None:
    seen = killed(installed, county, MOMENTS, random.Random(SEED))
    print(f"\n{seen.count('old')} old, {seen.count('new')} new, seed {SEED}")
