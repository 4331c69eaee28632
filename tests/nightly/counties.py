"""Fifty random counties of small villages: the real publisher, two quarters each, and a stranger who finds nothing out.

``make nightly``; not part of ``make test``, which has a few of one or two villages a township.
"""

from __future__ import annotations

import sys
import time

import pytest

from support import ROOT

sys.path.append(str(ROOT / "tests/audit"))
from auditing import Case, audit
from publishing import published


@pytest.mark.parametrize("seed", range(1, 51))
def test_no_number_comes_back(seed):
    began = time.process_time()
    case = published(seed)
    frozen = time.process_time()
    found, asked = audit(*case), Case.of(*case).questions
    cells = [f"{sum(value is None for value in file.values())} of {len(file)} withheld" for file in case[0]]
    seconds = f"{frozen - began:.0f} s + {time.process_time() - frozen:.0f} s"
    print(f"county {seed}: {', '.join(cells)}; {len(asked)} questions, {len(found)} found out, {seconds}")
    assert found == {}
