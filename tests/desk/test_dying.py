"""The desk killed (-9) while it stores: the ledger is as before or as after, whole; what was typed is kept until it is stored."""

from __future__ import annotations

import random
import shutil
import threading
import time
from contextlib import suppress
from http.client import HTTPException
from urllib.error import URLError

from desk.test_drafts import TOKEN, Killed
from desk.test_pages import state
from gongshi.drafts import drafts
from gongshi.repository import recover, take_back
from gongshi.verbs import VERBS, do
from support import rounds
from verbs.conftest import TODAY

GIVEN = {
    "benefit": "产业奖补", "subjects": "H0000001 H0000002", "period": "2020", "units": "1", "standard": "300",
    "project": "990101-2020-JS-0001", "allocation": "N2020-001", "on": "2020-06-10", "channel": "一卡通",
}  # fmt: skip
"""Two files are written: the payment, and what each household gets of it."""


def store(desk: Killed) -> None:
    """What the browser sends; the desk may be gone before it answers."""
    with suppress(URLError, HTTPException, OSError):
        desk.post("/enter/subsidy", draft=TOKEN, **GIVEN)


def test_killed_at_any_moment_the_ledger_is_old_or_new_and_nothing_typed_is_lost(root, tmp_path) -> None:
    """In the suite three moments, thirty at night: the first is after the answer, which tells how long it takes."""
    before, other = state(root), tmp_path / "other"
    shutil.copytree(root, other)
    do(other, VERBS["subsidy"], GIVEN, TODAY)
    after, long = state(other), 0.0
    assert after != before
    for number in range(rounds(3, 30)):
        desk = Killed(root)
        desk.post("/enter/subsidy/draft", draft=TOKEN, **GIVEN)
        sending = threading.Thread(target=store, args=(desk,))
        began = time.monotonic()
        sending.start()
        if number == 0:
            sending.join()
            long = time.monotonic() - began
        else:
            time.sleep(random.Random(number).uniform(0, long))
        desk.kill()
        sending.join(30)
        recover(root)
        now = state(root)
        assert now in (before, after), f"moment {number}: neither as before nor as after"
        kept = [one.values for one in drafts(root, None)]
        assert kept or now == after, "what was typed is there, or it is stored"
        assert number or now == after, "the first was let go to its end"
        if now == after:
            take_back(root)
        assert state(root) == before
