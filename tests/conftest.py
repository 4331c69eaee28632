"""The order of the whole suite: files that take long begin first, so that no worker ends with one alone."""

from __future__ import annotations

import signal

import pytest

LONG = (
    "site/test_example.py", "founding/test_upgrade.py", "exchange/test_propose.py", "review/test_hostile.py", "browser/test_site.py",
    "test_records.py", "privacy/test_planted.py", "founding/test_new.py", "policy/test_mutations.py", "founding/test_wheel.py",
    "review/test_installing.py", "exchange/test_accepting.py", "disclosure/test_figures_command.py", "privacy/test_unseen.py",
    "library/test_library.py", "changes/test_against.py", "checks/test_proof.py",
)  # fmt: skip


def pytest_configure() -> None:
    """Signals reach what tests start, also where the run itself was started to live on without a terminal (nohup, &)."""
    for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, the others as they stand."""
    ranks = {name: rank for rank, name in enumerate(LONG)}
    items.sort(key=lambda item: ranks.get(item.nodeid.partition("::")[0].removeprefix("tests/"), len(LONG)))
