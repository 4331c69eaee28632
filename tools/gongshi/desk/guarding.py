"""Who may speak to the desk: the browser that was opened with this start's token, on this machine, from this very page."""

from __future__ import annotations

import hmac

from flask import Flask, Response, abort, g, make_response, redirect, request

from gongshi.desk.state import Desk

COOKIE = "gongshi"
BOUND = 20 * 1024 * 1024
UNATTENDED = ("static", "editing.findings", "working.look")
"""What a page asks for by itself: nobody need be there."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
# Without any referrer the browser would call the origin of a form "null".
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def guard(app: Flask, desk: Desk) -> None:
    """Refuse what is not from here, before anything else is done; send every page with what keeps it here."""

    @app.before_request
    def ask() -> Response | None:
        if request.host != desk.host:
            abort(403)
        origin = request.headers.get("Origin")
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        if origin is not None and origin != f"http://{desk.host}":
            abort(403)
        if request.method not in ("GET", "POST") or (
            request.method == "POST" and (origin is None or site != "same-origin")
        ):
            abort(403)
        if request.path == "/begin" and request.method == "GET":
            return _begin(desk)
        if not _same(request.cookies.get(COOKIE, ""), desk.secret) or site not in ("same-origin", "none"):
            abort(403)
        g.desk = desk
        if request.endpoint not in UNATTENDED:
            desk.touch()
        return None

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.update(HEADERS)
        if styles := g.get("styles"):  # digests of a paper's own style sheet
            response.headers["Content-Security-Policy"] = POLICY.replace("style-src 'self'", f"style-src {styles}")
        response.headers.pop("Server", None)
        return response


def _begin(desk: Desk) -> Response:
    """The first page: its address holds a token that works once, the browser's cookie all later ones."""
    given = request.args.get("token", "")
    if not desk.start or not _same(given, desk.start):
        abort(403)
    desk.start = ""
    response = make_response(redirect("/"))
    response.set_cookie(COOKIE, desk.secret, httponly=True, samesite="Strict", path="/")
    return response


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())
