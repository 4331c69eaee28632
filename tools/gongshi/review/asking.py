"""How each kind of host is asked about a pull request and its comments, and what went wrong as one sentence.

What a host answers is shown to nobody, and the token stands in no sentence, no argument and, where the host allows it, no address.
"""

from __future__ import annotations

import json
import re
from http.client import HTTPException
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

from gongshi.model import GongshiError

_SECONDS = 30
_MOST = 20_000_000  # bytes of one answer
_PAGES = 100  # of comments


class Api(NamedTuple):
    """Paths below the API's address, with {project}, {number} and {id}; what a change is asked by; where in an answer the
    newest commit and an author stand; who the host's own robot is, where a token cannot say whose it is."""

    pull: str
    comments: str
    comment: str
    change: str
    head: tuple[str, ...]
    author: tuple[str, ...]
    token: tuple[str, str]  # header and its value; without a header it is the parameter of that name
    page: str = "per_page"
    robots: tuple[str, ...] = ()


_ISSUE = (
    "repos/{project}/pulls/{number}",
    "repos/{project}/issues/{number}/comments",
    "repos/{project}/issues/comments/{id}",
)
_PULL = (_ISSUE[0], "repos/{project}/pulls/{number}/comments", "repos/{project}/pulls/comments/{id}")
_REQUEST = "projects/{project}/merge_requests/{number}"
_USUAL = ("PATCH", ("head", "sha"), ("user", "login"))
APIS = {
    "github": Api(*_ISSUE, *_USUAL, ("Authorization", "Bearer {token}"), robots=("github-actions[bot]",)),
    "gitlab": Api(_REQUEST, f"{_REQUEST}/notes", f"{_REQUEST}/notes/{{id}}", "PUT", ("sha",), ("author", "username"), ("PRIVATE-TOKEN", "{token}")),
    "gitea": Api(*_ISSUE, *_USUAL, ("Authorization", "token {token}"), "limit", ("gitea-actions", "forgejo-actions")),
    "gitee": Api(*_PULL, *_USUAL, ("", "access_token")),
}  # fmt: skip


class Refused(GongshiError):
    """What the host refused, with its status."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


class Pull(NamedTuple):
    """A pull request of a project on a host, and the token by which it is asked."""

    api: Api
    address: str
    project: str
    number: str
    token: str

    def head(self) -> str:
        """Its newest commit."""
        return str(_at(self._ask("GET", self.api.pull), self.api.head))

    def me(self) -> tuple[str, ...]:
        """Who comments with this token, by the names that may stand beside a comment."""
        try:
            told = self._ask("GET", "user")
        except Refused as error:
            if error.status == 401 or not self.api.robots:
                raise
            return self.api.robots
        return (str(_at(told, self.api.author[1:])),)

    def comments(self) -> list[tuple[str, str, str]]:
        """(number, author, text) of the comments, the oldest first; a host that knows no pages gives all at once."""
        found: dict[int, tuple[str, str, str]] = {}
        for page in range(1, _PAGES + 1):
            told = self._ask("GET", self.api.comments, {self.api.page: "100", "page": str(page)})
            ones = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
            fresh = {one["id"]: one for one in ones if isinstance(one.get("id"), int) and one["id"] not in found}
            if not fresh:
                break
            for number, one in fresh.items():
                found[number] = str(number), str(_at(one, self.api.author)), str(one.get("body") or "")
        return [found[number] for number in sorted(found)]

    def say(self, text: str, comment: str = "") -> None:
        """Write a comment, or write one anew."""
        method, path = (self.api.change, self.api.comment) if comment else ("POST", self.api.comments)
        self._ask(method, path.replace("{id}", comment), body={"body": text})

    def _ask(
        self, method: str, path: str, query: dict[str, str] | None = None, body: dict[str, str] | None = None
    ) -> Any:
        place = path.format(project=self.project, number=self.number)
        name, value = self.api.token
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "gongshi",
        }
        if name:
            headers[name] = value.format(token=self.token)
        elif body is not None:
            body = {value: self.token, **body}
        else:
            query = {value: self.token, **(query or {})}
        url = f"{self.address}/{place}{f'?{urlencode(query)}' if query else ''}"
        data = json.dumps(body).encode() if body is not None else None
        return _answer(Request(url, data, headers, method=method))


class _Stay(HTTPRedirectHandler):
    """Nothing is asked elsewhere: the token would go along."""

    def redirect_request(self, *_: Any) -> None:
        return None


def pull_of(kind: str, address: str, project: str, number: str, token: str) -> Pull:
    """GongshiError unless these can be an API's address, a project, a pull request's number and a token."""
    known = {
        "GONGSHI_API": (address, r"https?://[A-Za-z0-9.\[\]:-]+(?:/[\w./-]*)?", "API 的网址"),
        "GONGSHI_PROJECT": (project, r"[\w.-]+(?:/[\w.-]+)*", "项目的路径或编号"),
        "GONGSHI_NUMBER": (number, r"[1-9][0-9]{0,9}", "合并请求的编号"),
        "GONGSHI_TOKEN": (token, r"[!-~]+", "令牌"),
    }
    for name, (value, form, what) in known.items():
        if not re.fullmatch(form, value, re.ASCII) or ".." in value.split("/"):
            why = "写法不对" if value else "没有设置"
            raise GongshiError(f"环境变量 {name}（{what}）{why}，评论没有贴，请在流水线的变量里改好再运行。")
    return Pull(APIS[kind], address.rstrip("/"), project, number, token)


def _answer(request: Request) -> Any:
    try:
        with build_opener(_Stay).open(request, timeout=_SECONDS) as answer:
            data = answer.read(_MOST)
        return json.loads(data)
    except HTTPError as error:
        with error:
            raise Refused(f"{_why(error)}，评论没有贴。", error.code) from None
    except (OSError, HTTPException):
        raise Refused("连不上代码托管网站，评论没有贴，请检查网络和 GONGSHI_API 后再运行。", 0) from None
    except (ValueError, RecursionError):
        raise Refused("代码托管网站的回答看不懂，评论没有贴，请核对 GONGSHI_API 是不是它的 API 网址。", 0) from None


def _why(error: HTTPError) -> str:
    if error.code == 429 or (error.code == 403 and error.headers.get("X-RateLimit-Remaining") == "0"):
        return "代码托管网站说请求太多，请过一会儿再运行"
    sentences = {
        401: "代码托管网站不认这个令牌（GONGSHI_TOKEN），请换一个没有过期的",
        403: "令牌（GONGSHI_TOKEN）没有评论的权限，请给它这个权限",
        404: "代码托管网站上没有这个项目或合并请求，或令牌看不到它，请核对 GONGSHI_PROJECT 和 GONGSHI_NUMBER",
        413: "改动摘要太长，代码托管网站不收",
    }
    if error.code in sentences:
        return sentences[error.code]
    what = "要转到别的网址，请把 GONGSHI_API 改成最后的网址" if error.code < 400 else "出了错，请过一会儿再运行"
    return f"代码托管网站{what if error.code < 400 or error.code >= 500 else '不收这次请求'}（{error.code}）"


def _at(told: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        told = told.get(key, "") if isinstance(told, dict) else ""
    return told
