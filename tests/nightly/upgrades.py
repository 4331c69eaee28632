"""kill -9 at thirty random moments of ``gongshi upgrade`` on a small county of version 0.1. ``make nightly``; ``GONGSHI_SEED`` repeats
a night."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

from founding.conftest import installed, own_environment, wheel
from founding.counties import git, run, state
from founding.test_upgrade import county, safe, upgraded
from nightly.moments import MOMENTS, SEED

__all__ = ["county", "installed", "safe", "wheel"]


def killed(programs: Path, county: Path, moments: int, chance: random.Random) -> list[str]:
    """What the ledger was after kill -9 at each moment, once the next command had begun: old or new."""
    old, kept = state(county), county.with_name("kept")
    shutil.copytree(county, kept, symlinks=True)
    begun = time.monotonic()
    upgraded(programs, county)
    new, length = state(county), time.monotonic() - begun
    seen = []
    for _ in range(moments):
        shutil.rmtree(county)
        shutil.copytree(kept, county, symlinks=True)
        command = [str(programs / "python"), "-m", "gongshi", "upgrade", "--approved-by", "某办"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
        process = subprocess.Popen(command, cwd=county, env=own_environment(county.parent), **quiet)
        until = time.monotonic() + chance.uniform(0.6, 1.02) * length
        while process.poll() is None and time.monotonic() < until:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()
        run(programs, county, "setup")
        now = state(county)
        assert now in (old, new)
        assert git(county, "status", "--porcelain") == ""
        seen.append("new" if now == new else "old")
        if now == old:
            upgraded(programs, county)
            assert state(county) == new
    return seen


def test_killed_at_thirty_moments(installed: Path, county: Path) -> None:
    seen = killed(installed, county, MOMENTS, random.Random(SEED))
    print(f"\n{seen.count('old')} old, {seen.count('new')} new, seed {SEED}")
