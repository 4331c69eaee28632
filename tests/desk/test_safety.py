"""Who is not the browser that was opened here gets nothing; no page can run or load what is not the desk's own."""

from __future__ import annotations

import ast
import hashlib
import re
import time
from pathlib import Path

import pytest

import gongshi.desk
from desk.conftest import HOST, ask
from gongshi.desk import Desk, make
from gongshi.desk.guarding import COOKIE
from gongshi.model import GongshiError

HERE = Path(gongshi.desk.__file__).parent
VENDORED = {
    "htmx.min.js": "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717",
    "tabulator/LICENSE.txt": "191a2ee554684e1064c897b432f0e1bc6dfa714ca045d3f6ea2cf692cbd398b7",
    "tabulator/tabulator.css": "1c41c437ca443b0f9cc0b22bfcc70e22116ffcae479f28ac071c9b7d2ebec173",
    "tabulator/tabulator.js": "dcf4583ba0ea5d8d24c1de250f91c95b162ac0566f9e2c579584a7f474ce04ad",
}
"""htmx.org 2.0.11 (0BSD) and tabulator-tables 6.5.3 (MIT), of the npm packages' dist, unchanged."""


def test_the_start_works_once_and_hands_a_cookie_that_no_script_can_read(desk: Desk) -> None:
    client = make(desk).test_client()
    assert ask(client, "/").status_code == 403
    assert ask(client, "/begin?token=wrong").status_code == 403
    begun = ask(client, f"/begin?token={desk.start}")
    assert begun.status_code == 302 and begun.headers["Location"] == "/"
    assert "HttpOnly" in begun.headers["Set-Cookie"] and "SameSite=Strict" in begun.headers["Set-Cookie"]
    assert ask(client, "/find").status_code == 200
    assert ask(client, "/begin?token=").status_code == 403
    assert ask(make(desk).test_client(), "/find").status_code == 403


@pytest.mark.parametrize(
    "host", ["evil.example:5001", "localhost:5001", "127.0.0.1", "127.0.0.1:5002", "127.0.0.1.evil.example:5001"]
)
def test_another_host_name_gets_nothing(client, desk: Desk, host: str) -> None:
    client.set_cookie(COOKIE, desk.secret, domain=host.split(":")[0])
    assert ask(client, "/find", host=host).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": f"https://{HOST}"}, {"Sec-Fetch-Site": "cross-site"},
     {"Sec-Fetch-Site": "same-site"}],
)  # fmt: skip
def test_another_page_gets_nothing(client, headers) -> None:
    for method in ("GET", "POST"):
        assert ask(client, "/find", method, headers=headers).status_code == 403


def test_a_form_without_an_origin_and_other_methods_do_nothing(client, root: Path) -> None:
    plain = client.open(
        "/enter/visit", method="POST", base_url=f"http://{HOST}", headers={"Host": HOST}, data={"subjects": "H0000001"}
    )
    assert plain.status_code == 403
    for method in ("PUT", "DELETE", "OPTIONS", "HEAD"):
        assert ask(client, "/find", method).status_code == 403
    assert not (root / ".git/gongshi").exists() or not list((root / ".git/gongshi").glob("undo-*"))


def test_a_wrong_secret_gets_nothing(client) -> None:
    for secret in ("", "x", "密"):
        client.set_cookie(COOKIE, secret, domain="127.0.0.1")
        assert ask(client, "/find").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/static/../state.py",
        "/static/%2e%2e/state.py",
        "/record/../../etc/passwd",
        "/take/../key",
        "/static//etc/passwd",
        "/enter/..%2f",
        "/record/households/..%2f..%2fetc",
        "/audit/%00",
    ],
)
def test_no_path_reaches_a_file(client, path: str) -> None:
    answer = ask(client, path)
    assert (
        answer.status_code in (302, 308, 400, 403, 404) and b"root:" not in answer.data and b"import" not in answer.data
    )


def test_every_answer_says_what_the_browser_may_do(client) -> None:
    for path in ("/find", "/nope", "/static/desk.js"):
        headers = ask(client, path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert headers["Cache-Control"] == "no-store" and headers["X-Content-Type-Options"] == "nosniff"


def test_no_page_has_script_or_style_of_its_own_and_htmx_evaluates_nothing() -> None:
    for page in (HERE / "templates").glob("*.html"):
        text = page.read_text("utf-8")
        assert not re.search(r"<script(?![^>]*src=)|\son\w+=|\sstyle=|javascript:|hx-on|\|\s*safe|Markup", text), (
            page.name
        )
        assert "http://" not in text and "https://" not in text, page.name
    assert '"allowEval":false' in (HERE / "templates/frame.html").read_text("utf-8")
    for name, digest in VENDORED.items():
        assert hashlib.sha256((HERE / "static" / name).read_bytes()).hexdigest() == digest, name
    own = {path.name for path in (HERE / "static").rglob("*") if path.is_file()} - {
        Path(name).name for name in VENDORED
    }
    assert own == {"desk.css", "desk.js", "grid.css", "grid.js"}, "what is vendored is listed above"
    for name in ("desk.js", "grid.js"):
        text = (HERE / "static" / name).read_text("utf-8")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|eval\(|Function\(|Storage|document\.cookie|indexedDB", text
        ), name


def forbidden(source: str) -> list[str]:
    """What only other rooms may do: ask the database, write or open files."""
    names = {"sql", "columns", "write_files", "write_kept", "write_private", "write_bytes", "write_text", "read_bytes", "read_text",
             "unlink", "mkdir", "execute", "writer"}  # fmt: skip
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            found += [name] if name in names or name == "open" else []
    return found


@pytest.mark.parametrize("path", sorted(HERE.glob("*.py")), ids=lambda path: path.name)
def test_the_desk_asks_no_database_and_writes_no_file(path: Path) -> None:
    assert forbidden(path.read_text("utf-8")) == []


def test_the_test_sees_what_is_forbidden() -> None:
    assert forbidden("database.sql('x')\nopen('y')\nwrite_kept(a)") == ["sql", "open", "write_kept"]


def upload(client, content: bytes):
    """A file sent as a browser sends it, made by hand: the test client would lay it on disk itself."""
    head = b'--b\r\nContent-Disposition: form-data; name="workbook"; filename="a.xlsx"\r\n\r\n'
    body = head + content + b"\r\n--b--\r\n"
    return ask(client, "/take", "POST", data=body, content_type="multipart/form-data; boundary=b")


def test_a_dropped_workbook_is_never_laid_on_disk(client, monkeypatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a file was made")

    monkeypatch.setattr("tempfile.SpooledTemporaryFile", refuse)
    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", refuse)
    assert upload(client, b"no table " * 100_000).status_code in (302, 422)


def test_too_much_is_refused(client) -> None:
    big = upload(client, b"x" * (21 << 20))
    assert big.status_code == 413 and "最大 20 MB" in big.text


@pytest.mark.parametrize("name", ["坏.xlsx", "../../坏.csv", "C:\\x\\坏.xls", "<script>.xlsx"])
def test_a_hostile_workbook_is_one_sentence(client, name: str) -> None:
    from io import BytesIO

    for data in (b"", b"PK\x03\x04" + b"\0" * 100, b"<html>", b"\xff" * 1000):
        answer = ask(client, "/take", "POST", data={"workbook": (BytesIO(data), name)})
        assert answer.status_code in (302, 422) and "Traceback" not in answer.text
        assert "<script>.xlsx" not in answer.text


def test_nothing_typed_is_in_an_address_or_shown_as_code(client) -> None:
    answer = ask(client, "/find", "POST", data={"q": "<img src=x onerror=alert(1)>"})
    assert answer.status_code == 200 and "<img src=x" not in answer.text
    assert ask(client, "/enter/visit?subjects=%22%3E%3Cscript%3E1%3C/script%3E").text.count("<script>1") == 0


def test_the_key_goes_when_nobody_is_there(desk: Desk, client, monkeypatch) -> None:
    desk.identity, desk._names = object(), {"M00000001": "某"}
    desk._seen = time.monotonic() - 601
    ask(client, "/key")
    assert desk.identity is None and desk._names == {}


def test_a_lost_key_is_said_and_a_foreign_way_back_is_not_taken(client) -> None:
    answer = ask(client, "/key/open", "POST", data={"back": "//evil.example"})
    assert answer.status_code == 409 and "没有做成" in answer.text


def test_what_goes_wrong_shows_and_logs_nobody(client, desk, monkeypatch, caplog, capfd) -> None:
    """Neither a refusal nor an error that nobody foresaw repeats a name, also where no page can have its frame."""
    person = "王" + "晓明"

    def failing(kind: type[Exception]):
        def fail(*_: object) -> None:
            raise kind(f"找不到“{person}”，请核对")

        return fail

    for kind, code in ((KeyError, 500), (GongshiError, 409)):
        monkeypatch.setattr(Desk, "database", failing(kind))
        for broken in (False, True):
            if broken:
                monkeypatch.setattr(Desk, "held", failing(kind))
            answer = ask(client, "/record/households/H0000001")
            assert answer.status_code == code and "没有做成" in answer.text and person not in answer.text
        monkeypatch.undo()
    said = capfd.readouterr()
    assert person not in said.out + said.err + caplog.text
