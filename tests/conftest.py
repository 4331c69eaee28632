"""The order of the whole suite: files that take long begin first, so that no worker ends with one alone."""

from __future__ import annotations

import pytest

LONG = (
    "founding/test_upgrade.py", "test_records.py", "privacy/test_planted.py", "review/test_hostile.py", "exchange/test_propose.py",
    "browser/test_site.py", "review/test_installing.py", "founding/test_wheel.py", "site/test_example.py", "policy/test_mutations.py",
    "founding/test_new.py", "disclosure/test_figures_command.py", "privacy/test_unseen.py", "library/test_library.py", "changes/test_against.py",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, the others as they stand."""
    ranks = {name: rank for rank, name in enumerate(LONG)}
    items.sort(key=lambda item: ranks.get(item.nodeid.partition("::")[0].removeprefix("tests/"), len(LONG)))
