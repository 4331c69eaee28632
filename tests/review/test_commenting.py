"""One comment on a pull request, on every kind of host; nothing personal in it; and whatever a host answers, one sentence."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gongshi.cli import main
from gongshi.model import GongshiError
from gongshi.repository.pin import HOSTS
from gongshi.review.asking import APIS
from gongshi.review.commenting import GUARDED, MARK, UNFINISHED, comment
from review.hosts import ROBOTS, TOKEN, Host, serving

PIN = """[county]
host = "{}"
[engine]
version = "0.2.0"
path = "tools"
[pack]
version = "0.2.0"
"""


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(params=HOSTS)
def host(request: pytest.FixtureRequest) -> Iterator[Host]:
    with serving(request.param) as host:
        yield host


@pytest.fixture
def report(tmp_path: Path) -> Path:
    (tmp_path / "report").mkdir()
    (tmp_path / "report/comment.md").write_text("## 记录变更\n\n第一次\n", encoding="utf-8")
    return tmp_path / "report"


def say(host: Host, report: Path, **others: str) -> str:
    return comment(report, host.kind, host.variables(**others))


def test_every_known_kind_of_host_is_asked() -> None:
    assert set(APIS) == set(HOSTS)


def test_one_comment_that_updates_itself(host: Host, report: Path) -> None:
    host.comments = {
        3: ("someone", "看过"),
        4: ("someone", f"{MARK}别人写的记号"),
        5: (ROBOTS[host.kind], "机器人说别的"),
    }
    strangers = dict(host.comments)
    assert say(host, report) == "评论已贴上。"
    (number,) = set(host.comments) - set(strangers)
    assert host.comments[number] == (ROBOTS[host.kind], f"{MARK}## 记录变更\n\n第一次\n")
    (report / "comment.md").write_text("## 记录变更\n\n第二次\n", encoding="utf-8")
    host.comments[9999] = ("someone", f"{MARK}后来的人也写记号")
    assert say(host, report) == "评论已更新。"
    assert host.comments.pop(9999)[1].endswith("也写记号")
    assert host.comments == strangers | {number: (ROBOTS[host.kind], f"{MARK}## 记录变更\n\n第二次\n")}


def test_it_is_found_among_hundreds(host: Host, report: Path) -> None:
    host.comments = {number: ("someone", f"第 {number} 条") for number in range(1, 351)}
    host.comments[170] = (ROBOTS[host.kind], f"{MARK}旧的")
    assert say(host, report) == "评论已更新。" and len(host.comments) == 350
    assert host.comments[170][1].endswith("第一次\n")


def test_a_commit_that_is_no_longer_the_newest_is_not_told(host: Host, report: Path) -> None:
    host.head = "b" * 40
    assert "更新的提交" in say(host, report) and host.comments == {}
    assert not [asked for asked in host.seen if not asked.startswith("GET")]


def test_nothing_personal_is_shown_whoever_wrote_the_report(host: Host, report: Path) -> None:
    phone = "1" + "38" + "0" * 4 + "1234"
    (report / "comment.md").write_text(f"## 记录变更\n\n- H0000001 电话{phone}，补助 5 → 6\n", encoding="utf-8")
    say(host, report)
    assert [text for _, text in host.comments.values()] == [MARK + GUARDED]
    (report / "comment.md").unlink()
    say(host, report)
    assert [text for _, text in host.comments.values()] == [MARK + UNFINISHED], (
        "an old comment does not stay as if it were of now"
    )


@pytest.mark.parametrize("room", [65_536, 20_000])
def test_what_is_too_long_is_cut_between_lines_and_closed(host: Host, report: Path, room: int) -> None:
    lines = "".join(f"- 第 {number} 行，改了金额和状态\n" for number in range(6000))
    (report / "comment.md").write_text(
        f"## 记录变更\n\n先看这里\n\n<details open><summary>全部</summary>\n\n{lines}", "utf-8"
    )
    host.room = room
    assert say(host, report) == "评论已贴上。"
    ((_, text),) = host.comments.values()
    assert len(text) <= room and "先看这里" in text and "以下从略" in text
    assert text.count("<details") == text.count("</details>") and "改了金额和状态\n\n</details>" in text
    host.room = 100
    with pytest.raises(GongshiError, match="评论没有贴"):
        say(host, report)


FAULTS = {
    "rate": ((429, {"Retry-After": "60"}, b"{}"), "请求太多"),
    "quota": ((403, {"X-RateLimit-Remaining": "0"}, b"{}"), "请求太多"),
    "forbidden": ((403, {}, b'{"message": "no"}'), "没有评论的权限"),
    "missing": ((404, {}, b"{}"), "没有这个项目或合并请求"),
    "broken": ((502, {}, b"<html>bad gateway"), "出了错"),
    "strange": ((200, {}, b"<html>login"), "看不懂"),
    "deep": ((200, {}, b"[" * 200_000), "看不懂"),
    "bytes": ((200, {}, b"\xff\xfe\0"), "看不懂"),
    "teapot": ((418, {}, b"{}"), "不收这次请求"),
}


@pytest.mark.parametrize("when", ["fault", "writing"])
def test_whatever_it_answers_is_one_sentence(host: Host, report: Path, when: str) -> None:
    for fault, words in FAULTS.values():
        setattr(host, when, fault)
        with pytest.raises(GongshiError, match="评论没有贴") as told:
            say(host, report)
        assert words in str(told.value) and TOKEN not in str(told.value) and "\n" not in str(told.value)
    assert host.comments == {}


def test_a_wrong_token_and_a_server_that_is_down(host: Host, report: Path) -> None:
    with pytest.raises(GongshiError, match="不认这个令牌") as told:
        say(host, report, TOKEN="wrong-one")
    assert "wrong-one" not in str(told.value)
    with serving(host.kind) as gone:
        variables = gone.variables()
    with pytest.raises(GongshiError, match="连不上"):
        comment(report, host.kind, variables)


def test_the_token_goes_nowhere_else(host: Host, report: Path) -> None:
    """Not even where the host itself sends the asker."""
    with serving(host.kind) as other:
        host.fault = (302, {"Location": f"{other.address}/user"}, b"")
        with pytest.raises(GongshiError, match="转到别的网址"):
            say(host, report)
        assert other.seen == []


def test_a_comment_that_was_deleted_meanwhile_is_written_again(host: Host, report: Path, monkeypatch) -> None:
    from gongshi.review.asking import Pull

    monkeypatch.setattr(Pull, "comments", lambda self: [("77", ROBOTS[host.kind], MARK)])
    assert say(host, report) == "评论已贴上。" and len(host.comments) == 1


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("API", ["", "file:///etc/passwd", "ftp://x", "127.0.0.1", "http://u:p@x/", "http://x/\nHost: y"]),
        ("PROJECT", ["", "a b", "../../admin", "a/../b", "a?x=1", "a#b", "/a"]),
        ("NUMBER", ["", "0", "8/notes", "-1", "８", "8\n9"]),
        ("TOKEN", ["", "a b", "a\nb", "令牌"]),
    ],
)
def test_variables_that_are_none(report: Path, name: str, values: list[str]) -> None:
    with serving("gitea") as host:
        for value in values:
            with pytest.raises(GongshiError, match=f"GONGSHI_{name}"):
                say(host, report, **{name: value})
        with pytest.raises(GongshiError, match="GONGSHI_HEAD"):
            say(host, report, HEAD="")
        assert host.seen == []


def test_the_command_says_one_sentence_and_ends_with_2(host: Host, report: Path, monkeypatch, capsys) -> None:
    (report.parent / "gongshi.toml").write_text(PIN.format(host.kind), encoding="utf-8")
    monkeypatch.chdir(report.parent)
    monkeypatch.setattr(sys, "argv", ["gongshi", "review", "comment", "report"])

    def run(**others: str) -> tuple[int, str]:
        for name, value in host.variables(**others).items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out + said.err

    assert run() == (0, "评论已贴上。\n")
    for others in ({"TOKEN": "wrong-one"}, {"API": "http://127.0.0.1:9"}, {"NUMBER": ""}):
        code, said = run(**others)
        assert code == 2 and said.count("\n") == 1 and said.startswith("错误：")
        assert TOKEN not in said and "wrong-one" not in said
    assert len(host.comments) == 1
