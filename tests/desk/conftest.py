"""A desk over the small county of the verbs, and its browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gongshi.desk import Desk, make
from gongshi.desk.guarding import COOKIE
from verbs.conftest import root

__all__ = ["root"]

HOST = "127.0.0.1:5001"


@pytest.fixture
def desk(root: Path) -> Iterator[Desk]:
    made = Desk(root, environ={"HOME": str(root.parent)})
    made.host, made.patience = HOST, 60.0
    yield made
    made.close()


@pytest.fixture
def client(desk: Desk):
    found = make(desk).test_client()
    found.set_cookie(COOKIE, desk.secret, domain="127.0.0.1")
    return found


def ask(client, path: str, method: str = "GET", host: str = HOST, **how):
    headers = {"Host": host} | ({"Origin": f"http://{host}"} if method == "POST" else {}) | how.pop("headers", {})
    return client.open(path, method=method, base_url=f"http://{host}", headers=headers, buffered=True, **how)
