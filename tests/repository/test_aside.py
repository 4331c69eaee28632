"""A process aside gives all of its answer or one sentence, and takes nothing from the folder that it works on."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from gongshi.model import GongshiError
from gongshi.repository import aside

GUARD = "gongshi.checks.guard_aside"


def echoed(tmp_path: Path, text: str) -> list[list]:
    """The answer of a process that writes these lines, and nothing else."""
    (tmp_path / "lines").write_text(text, encoding="utf-8")
    with aside("json.tool", "试查", "--json-lines", "--no-indent", str(tmp_path / "lines")) as running:
        return running.answer()


def test_a_whole_answer_is_given(tmp_path: Path) -> None:
    assert echoed(tmp_path, '["甲", 1]\n[[], "\\udcff"]\n["whole", 2]\n') == [["甲", 1], [[], "\udcff"]]
    assert echoed(tmp_path, '["whole", 0]\n') == []


@pytest.mark.parametrize("text", [
    "", '["甲", 1]\n', '["甲", 1]\n["whole", 2]\n', '["whole", 1]\n', '["whole", 0]\n["甲", 1]\n', '"whole"\n', "1\n",
    '["甲", 1]\n["whole"]\n',
])  # fmt: skip
def test_a_cut_answer_is_a_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(GongshiError, match=r"^试查的进程中途停了（结果不完整），没有查完，不能算通过，请再运行一次。$"):
        echoed(tmp_path, text)


def test_a_process_that_fails_is_a_sentence(tmp_path: Path) -> None:
    for module, code in (("json.tool", 2), ("no.such.module", 1)):
        with (
            aside(module, "试查", "--no-such-option") as running,
            pytest.raises(GongshiError, match=f"退出码 {code}）"),
        ):
            running.answer()


def test_why_a_process_stopped_is_told(tmp_path: Path) -> None:
    with (
        aside(GUARD, "试查", str(tmp_path / "gone"), "") as running,
        pytest.raises(GongshiError, match=r"^找不到文件夹"),
    ):
        running.answer()


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM", "SIGSEGV", "SIGABRT", "SIGINT", "SIGHUP"])
def test_a_killed_process_is_a_sentence(tmp_path: Path, name: str) -> None:
    with aside(GUARD, "试查", str(tmp_path), "") as running:
        os.kill(running.process.pid, getattr(signal, name))
        with pytest.raises(GongshiError, match=r"^试查的进程中途停了（(被信号 [0-9]+ 终止|退出码 [0-9]+)）"):
            running.answer()


def test_it_is_gone_when_nobody_waits_for_it(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), aside(GUARD, "试查", str(tmp_path), "") as running:
        raise ZeroDivisionError
    assert running.process.returncode is not None


def test_no_code_comes_from_the_folder_or_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("gongshi/__init__", "gongshi/checks/__init__", "json", "sitecustomize", "usercustomize", "runpy"):
        place = tmp_path / f"{name}.py"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"open({str(tmp_path / 'ran')!r}, 'a').write({name!r})\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for variable in ("PYTHONPATH", "PYTHONSTARTUP", "PYTHONHOME", "PYTHONUSERBASE"):
        monkeypatch.setenv(variable, str(tmp_path))
    with aside(GUARD, "试查", str(tmp_path), "") as running:
        assert running.answer() == []
    assert not (tmp_path / "ran").exists()


def test_a_program_that_cannot_be_started_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/no/such/python")
    with pytest.raises(GongshiError, match=r"没有能启动"), aside(GUARD, "试查", ".", ""):
        raise AssertionError
