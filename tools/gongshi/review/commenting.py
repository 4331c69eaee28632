"""The one comment of a pull request, written where it was written before: what ``make pull`` made of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gongshi.checks.guard import scan_text
from gongshi.model import GongshiError
from gongshi.repository import reason
from gongshi.review.asking import Pull, Refused, pull_of

FILE = "comment.md"
MARK = "<!-- gongshi -->\n"  # by which the comment is known again, if it is ours
LIMITS = (65_000, 16_000)  # characters; the second where a host takes less than GitHub
GUARDED = "改动里像有个人信息，所以没有改动摘要。请按检查结果删去，重做这些提交，使历史里也没有它。\n"
UNFINISHED = "这次检查没有做完，没有改动摘要，原因见流水线的运行记录。\n"
_CUT = "\n\n**内容太长，以下从略**：全部内容在流水线的 report 里，也可以在本机运行 `gongshi diff` 查看。\n"
_TOO_LONG = (400, 413, 422)  # what hosts answer


def comment(report: Path, kind: str, said: Mapping[str, str]) -> str:
    """Write the comment of a report folder; what was done, as a sentence. ``said`` are the pipeline's variables.

    Nothing is written for a commit that is no longer the newest; a report that the guard would stop is not shown.
    """
    names = ("API", "PROJECT", "NUMBER", "TOKEN")
    pull = pull_of(kind, *(said.get(f"GONGSHI_{name}", "").strip() for name in names))
    wanted = said.get("GONGSHI_HEAD", "").strip()
    if not wanted:
        raise GongshiError("环境变量 GONGSHI_HEAD（检查的是哪个提交）没有设置，评论没有贴，请在流水线里写上。")
    text = MARK + _text(report)
    if pull.head() != wanted:
        return "合并请求已有更新的提交，这一次的评论不贴了。"
    return _write(pull, text, _mine(pull))


def _text(report: Path) -> str:
    """What to show; of a text with anything personal, whoever let it through, nothing."""
    place = report / FILE
    try:
        data = place.read_bytes() if place.exists() else UNFINISHED.encode()
    except OSError as error:
        raise GongshiError(f"读不到“{place}”（{reason(error)}），评论没有贴。") from None
    return GUARDED if scan_text(FILE, data) else data.decode("utf-8", "replace")


def _mine(pull: Pull) -> str:
    """The number of the comment that was written before: by this very author, for anybody can write the mark."""
    me = pull.me()
    found = [number for number, author, text in pull.comments() if author in me and text.startswith(MARK.rstrip())]
    return found[-1] if found else ""


def _write(pull: Pull, text: str, mine: str) -> str:
    for limit in LIMITS:
        try:
            pull.say(_shortened(text, limit), mine)
            return "评论已更新。" if mine else "评论已贴上。"
        except Refused as error:
            if mine and error.status == 404:  # somebody deleted it meanwhile
                return _write(pull, text, "")
            if error.status not in _TOO_LONG or len(text) <= LIMITS[-1] or limit == LIMITS[-1]:
                raise
    raise AssertionError


def _shortened(text: str, limit: int) -> str:
    """The first lines that fit, with what is still open closed, and a note."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 200].rpartition("\n")[0]
    still = kept.count("<details") - kept.count("</details>")
    return kept + "\n\n</details>\n" * still + _CUT
