"""The example county's site as a reader's browser shows it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1] / "disclosure")]

from chromium import Browser

from support import built_example


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Path:
    return built_example(tmp_path_factory)


@pytest.fixture(scope="session")
def browser(tmp_path_factory) -> Iterator[Browser]:
    found = Browser(tmp_path_factory.mktemp("chromium"))
    yield found
    found.close()
