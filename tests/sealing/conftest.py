"""A small county folder whose township and county have registered their keys."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gongshi.repository import Git
from gongshi.sealing import Identity, keygen, read_identity
from sealing.signed import Ledger


@dataclass(frozen=True, slots=True)
class County:
    root: Path
    township: Identity
    county: Identity
    stranger: Identity


@pytest.fixture
def county(tmp_path: Path) -> County:
    root, home = tmp_path / "账本", tmp_path / "home"
    root.mkdir()
    for role in ("guzhen", "county", "elsewhere"):
        keygen(root, "扶贫办", role, home / role)
    return County(root, *(read_identity(home / role, root) for role in ("guzhen", "county", "elsewhere")))


@pytest.fixture
def assert_silent() -> Callable[..., None]:
    """Neither an error's text nor the exceptions it came from hold any of the words."""

    def check(error: BaseException, *words: str) -> None:
        seen: BaseException | None = error
        while seen is not None:
            held = [vars(seen), *(getattr(seen, name, None) for name in ("args", "object", "doc"))]
            told = "".join(traceback.format_exception_only(seen)) + repr(seen) + repr(held)
            for word in words:
                assert word not in told
                assert repr(word.encode("gb18030"))[2:-1] not in told
                assert repr(word.encode())[2:-1] not in told
            seen = seen.__context__

    return check


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """An empty repository; nobody's own Git settings are read."""
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "测试")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "test@example.invalid")
        monkeypatch.setenv(f"GIT_{role}_DATE", "2020-06-30T12:00:00+0800")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    for folder in ("账本", "keys"):
        (tmp_path / folder).mkdir()
    Git(tmp_path / "账本").run("init", "-q", "-b", "main")
    return Ledger(tmp_path / "账本", tmp_path / "keys")
