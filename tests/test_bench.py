"""The benchmarks still run: what they stand in for changes with the program."""

from __future__ import annotations

import subprocess
import sys

from support import ROOT


def test_site_bench_builds_every_page():
    command = [sys.executable, ROOT / "tools/bench/site.py", "12", "--plain-limit", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "| 12 | 本项目 |" in done.stdout
