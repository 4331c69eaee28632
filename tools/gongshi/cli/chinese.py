"""Click's own words in Chinese, and help text that wraps by the width of what is shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable

import click
from click import core, decorators, exceptions, formatting, parser, types

from gongshi.cli.common import plain

WORDS = {
    "Usage:": "用法：",
    "Options": "选项",
    "Commands": "命令",
    "Error: {message}": "错误：{message}",
    "Show this message and exit.": "显示这段说明",
    "Show the version and exit.": "显示版本",
    "Try '{command} {option}' for help.": "请用 '{command} {option}' 看说明。",
    "No such command {name!r}.": "没有 {name!r} 这个命令。",
    "No such option {name!r}.": "没有 {name!r} 这个选项。",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Missing command.": "缺少命令。",
    "Invalid value: {message}": "值不对：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的值不对：{message}",
    "Got unexpected extra argument ({args})": "多写了一个参数，请对照用法去掉",
    "Got unexpected extra arguments ({args})": "多写了几个参数，请对照用法去掉",
    "Did you mean {possibility}?": "是不是想用 {possibility}？",
    "(Did you mean one of: {possibilities}?)": "是不是想用其中之一：{possibilities}？",
    "Option {name!r} requires an argument.": "选项 {name!r} 后面要有值。",
    "Option {name!r} does not take a value.": "选项 {name!r} 后面不带值。",
    "{name} {filename!r} does not exist.": "{name}{filename!r}不存在。",
    "{name} {filename!r} is a file.": "{name}{filename!r}是文件，不是目录。",
    "{name} {filename!r} is a directory.": "{name}{filename!r}是目录，不是文件。",
    "{name} {filename!r} is not readable.": "{name}{filename!r}没有读的权限。",
    "{value} is not in the range {range}.": "{value} 不在 {range} 的范围里。",
    "file": "文件",
    "directory": "目录",
    "path": "路径",
    "required": "必填",
    "default: {default}": "默认：{default}",
    "Aborted!": "已中止。",
    "{value!r} is not one of {choices}.": "{value!r} 不在可选的值里：{choices}。",
    "{value!r} is not {choice}.": "{value!r} 不是可选的值：{choice}。",
    "{value!r} is not a valid {number_type}.": "{value!r} 不是数字。",
    "{value!r} does not match the format {format}.": "{value!r} 要写成 {format} 的样子。",
    "{value!r} does not match the formats {formats}.": "{value!r} 要写成 {formats} 的样子。",
    "Choose from:\n\t{choices}": "可选：{choices}",
}

_SHOWN = "format_message"


def speak_chinese() -> None:
    """Let click's messages come from WORDS; what is not there stays English. They repeat what was typed, or what a
    shell made of file names, so they are shown as all untrusted text is."""
    for kind in (exceptions.ClickException, exceptions.BadParameter, exceptions.MissingParameter, exceptions.FileError):
        setattr(kind, _SHOWN, _plainly(getattr(kind, _SHOWN)))
    for module in (core, decorators, exceptions, formatting, parser, types):
        own: dict[str, object] = {"_": _word, "ngettext": _words}
        vars(module).update({name: said for name, said in own.items() if name in vars(module)})


def _word(text: str) -> str:
    return WORDS.get(text, text)


def _words(one: str, many: str, count: int) -> str:
    return _word(one if count == 1 else many)


def _plainly(format_message: Callable[[click.ClickException], str]) -> Callable[[click.ClickException], str]:
    return lambda error: plain(format_message(error))


def width(text: str) -> int:
    """Columns that ``text`` takes in a terminal: East Asian wide characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def wrap(text: str, columns: int) -> list[str]:
    """``text`` in lines of at most ``columns``; a line does not begin with closing punctuation nor split a word."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and width(line) + width(piece) > columns and piece not in "，。、；：？！）】”》,.;:!?)":
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for char in " ".join(text.split()):
        if pieces and char.isascii() and char != " " and pieces[-1][-1].isascii() and pieces[-1][-1] != " ":
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


class ChineseFormatter(click.HelpFormatter):
    """Writes paragraphs and definition lists by display width."""

    def write_text(self, text: str) -> None:
        columns = max(self.width - self.current_indent, 20)
        for paragraph in text.split("\n"):
            for line in wrap(paragraph.strip("\b "), columns) or [""]:
                self.write(f"{' ' * self.current_indent}{line}\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        rows = [*rows]
        left = min(max((width(first) for first, _ in rows), default=0), col_max) + col_spacing
        for first, second in rows:
            self.write(f"{' ' * self.current_indent}{first}")
            lines = wrap(second, max(self.width - self.current_indent - left, 20))
            pad = left - width(first)
            if pad < col_spacing:
                self.write("\n")
                pad = left + self.current_indent
            for number, line in enumerate(lines or [""]):
                self.write(" " * (pad if number == 0 else left + self.current_indent) + line + "\n")


class ChineseContext(click.Context):
    """A context whose help is written by ChineseFormatter."""

    formatter_class = ChineseFormatter


class Command(click.Command):
    """A command whose help wraps Chinese."""

    context_class = ChineseContext


class ChineseGroup(click.Group):
    """A group whose help is Chinese."""

    context_class = ChineseContext

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("命令"):
            formatter.write_dl([(name, command.get_short_help_str(60)) for name, command in self.commands.items()])
