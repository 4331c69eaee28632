"""The whole example's site comes out the same byte for byte by both commands; small counties' sites do in ``make test``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support import ROOT, built_example

sys.path.append(str(ROOT / "tests/site"))

from reading import digest


def test_mkdocs_build_in_a_process_of_its_own_gives_the_same_bytes(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(ROOT / "mkdocs.yml"), "-d", str(out)]
    elsewhere = {"TZ": "America/New_York", "LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "7"}
    done = subprocess.run(command, cwd=tmp_path, env=os.environ | elsewhere, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert digest(out) == digest(built_example(tmp_path_factory))
