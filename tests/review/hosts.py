"""A small server that answers as the documented API of each kind of host does, for one pull request of one project."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

TOKEN = "t0ken-of-this-test"
HEAD = "a" * 40
PROJECTS = {"github": "county/ledger", "gitlab": "17", "gitea": "county/ledger", "gitee": "county/ledger"}
BASES = {"github": "", "gitlab": "/api/v4", "gitea": "/api/v1", "gitee": "/api/v5"}
ROBOTS = {
    "github": "github-actions[bot]",
    "gitlab": "project_17_bot",
    "gitea": "gitea-actions",
    "gitee": "county-robot",
}
NUMBER = "8"


class Host(ThreadingHTTPServer):
    """``comments`` are (author, text) by number; ``seen`` what was asked; ``fault`` (status, headers, body) for every answer
    or, as ``writing``, for those to comments that are written; ``room`` is the longest comment it takes."""

    daemon_threads = True

    def __init__(self, kind: str) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.kind = kind
        self.comments: dict[int, tuple[str, str]] = {}
        self.seen: list[str] = []
        self.head = HEAD
        self.fault: tuple[int, dict[str, str], bytes] | None = None
        self.writing: tuple[int, dict[str, str], bytes] | None = None
        self.room = 65_536

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}{BASES[self.kind]}"

    def variables(self, **others: str) -> dict[str, str]:
        said = {"API": self.address, "PROJECT": PROJECTS[self.kind], "NUMBER": NUMBER, "HEAD": HEAD, "TOKEN": TOKEN}
        return {f"GONGSHI_{name}": value for name, value in (said | others).items()}

    def handle_error(self, request, client_address) -> None:
        raise

    def told(self, number: int) -> dict:
        author, text = self.comments[number]
        who = {"author": {"username": author}} if self.kind == "gitlab" else {"user": {"login": author}}
        return {"id": number, "body": text, **who}


class Answers(BaseHTTPRequestHandler):
    server: Host

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self._do({})

    def _write(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.headers["Content-Type"].startswith("application/json")
        self._do(json.loads(data))

    do_POST = do_PATCH = do_PUT = _write

    def _do(self, said: dict) -> None:
        host, asked = self.server, urlsplit(self.path)
        host.seen.append(f"{self.command} {asked.path}")
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        fault = host.fault or (host.writing if self.command != "GET" else None)
        if fault:
            return self._send(*fault)
        if self._token(query, said) != TOKEN:
            return self._send(401, {}, b'{"message": "401 Unauthorized"}')
        status, told = self._answer(asked.path.removeprefix(BASES[host.kind]), query, said)
        return self._send(status, {}, json.dumps(told).encode())

    def _token(self, query: dict, said: dict) -> str:
        """As each documents it: a header of its own spelling, or a parameter."""
        header = self.headers.get("Authorization", "")
        return {
            "github": header.removeprefix("Bearer "),
            "gitlab": self.headers.get("PRIVATE-TOKEN", ""),
            "gitea": header.removeprefix("token "),
            "gitee": said.get("access_token") or query.get("access_token", ""),
        }[self.server.kind]

    def _answer(self, path: str, query: dict, said: dict) -> tuple[int, object]:
        host = self.server
        pull, many, one = {
            "github": ("repos/{}/pulls/{}", "repos/{}/issues/{}/comments", "repos/{}/issues/comments/"),
            "gitea": ("repos/{}/pulls/{}", "repos/{}/issues/{}/comments", "repos/{}/issues/comments/"),
            "gitee": ("repos/{}/pulls/{}", "repos/{}/pulls/{}/comments", "repos/{}/pulls/comments/"),
            "gitlab": ("projects/{}/merge_requests/{}", *2 * ("projects/{}/merge_requests/{}/notes",)),
        }[host.kind]
        pull, many, one = (f"/{text.format(PROJECTS[host.kind], NUMBER)}" for text in (pull, many, one))
        if self.command == "GET" and path == "/user":
            if host.kind in ("github", "gitea"):  # a job's token is no user's
                return 403, {"message": "Resource not accessible by integration"}
            return 200, {"username" if host.kind == "gitlab" else "login": ROBOTS[host.kind]}
        if self.command == "GET" and path == pull:
            return 200, {"sha": host.head} if host.kind == "gitlab" else {"head": {"sha": host.head}}
        if self.command == "GET" and path == many:
            return 200, self._page(query)
        if len(said.get("body", "")) > host.room:
            return (400 if host.kind == "gitlab" else 422), {"message": "body is too long"}
        if self.command == "POST" and path == many:
            number = max(host.comments, default=100) + 1
            host.comments[number] = ROBOTS[host.kind], said["body"]
            return 201, host.told(number)
        change = "PUT" if host.kind == "gitlab" else "PATCH"
        found = re.fullmatch(re.escape(one.rstrip("/")) + r"/([0-9]+)", path)
        if self.command == change and found and int(found[1]) in host.comments:
            host.comments[int(found[1])] = ROBOTS[host.kind], said["body"]
            return 200, host.told(int(found[1]))
        return 404, {"message": "404 Not Found"}

    def _page(self, query: dict) -> list[dict]:
        """GitLab gives the newest first; Gitea gives all whatever page is asked for."""
        host = self.server
        told = [host.told(number) for number in sorted(host.comments, reverse=host.kind == "gitlab")]
        size, page = int(query.get("per_page", "30")), int(query.get("page", "1"))
        return told if host.kind == "gitea" else told[(page - 1) * size : page * size]

    def _send(self, status: int, headers: dict[str, str], data: bytes) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def serving(kind: str) -> Iterator[Host]:
    host = Host(kind)
    thread = threading.Thread(target=host.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield host
    finally:
        host.shutdown()
        thread.join()
        host.server_close()
