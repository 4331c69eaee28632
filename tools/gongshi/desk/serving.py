"""The server of one desk: on this machine alone, at a port that is free."""

from __future__ import annotations

import threading
from pathlib import Path

from waitress.server import BaseWSGIServer, create_server

from gongshi.desk.app import make
from gongshi.desk.guarding import BOUND
from gongshi.desk.state import Desk

LOCAL = "127.0.0.1"
_PATIENCE = (
    600  # seconds for a request to end when the desk closes: one cut off within a query would take the program down
)
_EVERY = 10.0  # seconds between looks whether anybody is there


class Server:
    """A desk that listens; ``address`` opens it once. ``run`` serves until ``close``."""

    def __init__(self, root: Path, identity: Path | None = None, port: int = 0) -> None:
        self.desk = Desk(root, identity)
        self._server = create_server(
            make(self.desk), host=LOCAL, port=port, threads=4, ident=None, max_request_body_size=BOUND + 1_000_000
        )
        assert isinstance(self._server, BaseWSGIServer), "one address, one server"
        self.desk.host = f"{LOCAL}:{self._server.getsockname()[1]}"
        self.address = f"http://{self.desk.host}/begin?token={self.desk.start}"
        self._over = threading.Event()

    def run(self) -> None:
        """Serve; names go when nobody has been here for ten minutes, whether or not somebody asks again."""
        threading.Thread(target=self._watch, daemon=True).start()
        self.desk.aside(self._warm)
        self._server.run()

    def _watch(self) -> None:
        while not self._over.wait(_EVERY):
            self.desk.lock_if_idle()

    def _warm(self) -> None:
        self.desk.due()
        self.desk.index()

    def close(self) -> None:
        """Stop listening, let what is being answered end, and let go of everything."""
        self._over.set()
        self.desk.closing = True
        self._server.task_dispatcher.shutdown(timeout=_PATIENCE)
        self.desk.close()
        self._server.close()
