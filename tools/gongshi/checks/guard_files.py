"""Which files may lie below records/, policies/ and docs/: text that the guard can read, and pictures of which it need not.

By name and by content: CSV, YAML, Markdown and SVG, which are UTF-8 text without control characters and without a file
inside (``;base64,``), and PNG and JPEG without metadata; the outlines of the villages, which are such text. Besides them what sealing keeps below ``records/keys``, and the
scripts whose SHA-256 stands in ``docs/vendor/README.txt``. Anything else needs an entry in ``files`` of the waivers:

    files:
      - {path: docs/map.pdf, sha256: …, reason: …, approved_by: …, until: 2021-12-31}

``until`` may be left out; an entry holds for one content alone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date

from gongshi.checks.guard_pictures import jpeg_problem, png_problem
from gongshi.model import Finding, GongshiError, Severity
from gongshi.package.yamlfile import Mapping, Sequence, YamlProblem, parse, text

WAIVERS = "policies/waivers.yaml"
VENDOR = "docs/vendor/README.txt"
_BELOW = re.compile(r"(?:records|policies|docs)/", re.DOTALL)
_ADVICE = "请换成这几种，或移出仓库；确实要放的，报批后写进 policies/waivers.yaml 的 files"
_CONTROL = bytes((*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F))
_EMBEDDED = re.compile(rb";\s{0,9}base64\s{0,9},", re.IGNORECASE)
_SVG = re.compile(rb"\s*(?:<\?xml[^<>]*>|<!--[^<>]*-->|<!DOCTYPE[^<>\[]*>|\s)*<svg[\s>]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FileWaiver:
    """One file that may lie where such files may not, with just this content; all but ``line`` is what an entry may say."""

    path: str
    sha256: str
    reason: str
    approved_by: str
    until: date | None
    line: int


_KEYS = tuple(field.name for field in fields(FileWaiver))[:-1]


def _text_problem(data: bytes) -> str:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "内容不是 UTF-8 文本"
    if len(data.translate(None, _CONTROL)) < len(data):
        return "内容里有文本没有的字符，像是别的文件改了名"
    embedded = b";" in data and b"base64" in data.lower() and _EMBEDDED.search(data)
    return "里面嵌着别的文件（base64）" if embedded else ""


def _svg_problem(data: bytes) -> str:
    return _text_problem(data) or ("" if _SVG.match(data) else "内容不是 SVG 图")


def _age_problem(data: bytes) -> str:
    known = data.startswith((b"age-encryption.org/v1\n", b"-----BEGIN AGE ENCRYPTED FILE-----"))
    return "" if known else "内容不是加密的密钥"


def _signature_problem(data: bytes) -> str:
    return _text_problem(data) or ("" if data.startswith(b"-----BEGIN SSH SIGNATURE-----") else "内容不是签名")


# What a name promises, and what is wrong with a content that does not keep it.
_TYPES: tuple[tuple[re.Pattern[str], Callable[[bytes], str]], ...] = (
    (re.compile(r".*\.(?:csv|ya?ml|md)", re.IGNORECASE | re.DOTALL), _text_problem),
    (re.compile(r".*\.svg", re.IGNORECASE | re.DOTALL), _svg_problem),
    (re.compile(r".*\.png", re.IGNORECASE | re.DOTALL), png_problem),
    (re.compile(r".*\.jpe?g", re.IGNORECASE | re.DOTALL), jpeg_problem),
    (re.compile(r"records/keys/[a-z][a-z0-9-]{0,63}/[0-9]{4}\.age"), _age_problem),
    (re.compile(r"records/keys/[a-z][a-z0-9-]{0,63}/[0-9]{4}\.age\.sig"), _signature_problem),
    (re.compile(r"records/county/places\.geojson"), _text_problem),
    (re.compile(r"records/keys/(?:signers|chain|DEMO-identity\.txt)|" + re.escape(VENDOR)), _text_problem),
)


class FileRules:
    """What may lie there, with the waivers and the list of scripts that ``read`` gives (None: there is no such file)."""

    def __init__(self, read: Callable[[str], bytes | None]) -> None:
        self.waivers, self.problems = _read_waivers(read(WAIVERS) or b"")
        vendor = (read(VENDOR) or b"").decode("utf-8", "replace")
        folder = VENDOR.removesuffix("README.txt")
        listed = re.findall(r"^([\w.-]+\.(?:js|css|txt))\s.*\b([0-9a-f]{64})$", vendor, re.MULTILINE)
        self._listed = {(folder + name, digest) for name, digest in listed}

    def finding(self, path: str, data: bytes) -> Finding | None:
        """What is wrong with a file of this name and content being there; a notice if that is waived."""
        if not _BELOW.match(path):
            return None
        problem = next((problem(data) for form, problem in _TYPES if form.fullmatch(path)), None)
        if problem == "":
            return None
        digest = hashlib.sha256(data).hexdigest()
        if (path, digest) in self._listed:
            return None
        said = f"这个文件{problem}" if problem else "这里不能放这种文件"
        found = Finding(
            "guard-file",
            Severity.ERROR,
            f"{said}：records、policies、docs 里只能放 CSV、YAML、Markdown、SVG 和不带附加信息的 PNG、JPEG，{_ADVICE}。",
            path,
        )
        waiver = next((one for one in self.waivers if (one.path, one.sha256) == (path, digest)), None)
        return _waived(found, waiver) if waiver else found


def link_finding(path: str, submodule: bool) -> Finding | None:
    """A repository inside the repository, or a link among the policies: what it shows lies where no guard looks.

    Links among records and pages are told by others.
    """
    if submodule:
        message = "台账里不能有子模块（别的仓库），它的内容没有人检查，请删去，只留普通文件。"
    elif path.startswith("policies/"):
        message = "这里不能放符号链接，请换成真正的文件。"
    else:
        return None
    return Finding("guard-file", Severity.ERROR, message, path)


def check_file_waivers(read: Callable[[str], bytes | None], day: date) -> list[Finding]:
    """What is wrong with the waivers of files: badly written, past, or of a file that is not there or has changed."""
    rules = FileRules(read)
    findings = [*rules.problems]
    for waiver in rules.waivers:
        data = read(waiver.path)
        if waiver.until and waiver.until < day:
            message = f"豁免已于 {waiver.until.isoformat()} 到期，请移走文件，或报批后改日期"
            findings.append(_problem(waiver.line, message))
        elif data is None:
            findings.append(_problem(waiver.line, "豁免的文件不存在，请删去这一项", Severity.WARNING))
        elif hashlib.sha256(data).hexdigest() != waiver.sha256:
            message = "豁免的文件内容变了，与 sha256 不符，请看过新的内容，报批后改 sha256"
            findings.append(_problem(waiver.line, message))
        elif rules.finding(waiver.path, data) is None:
            findings.append(_problem(waiver.line, "豁免没有用上：这种文件可以放，请删去这一项", Severity.WARNING))
    return findings


def _waived(found: Finding, waiver: FileWaiver) -> Finding:
    until = f"至 {waiver.until.isoformat()}" if waiver.until else ""
    message = f"{found.message}（已豁免{until}：{waiver.reason}；批准：{waiver.approved_by}）"
    return replace(found, severity=Severity.NOTICE, message=message)


def _problem(line: int, message: str, severity: Severity = Severity.ERROR) -> Finding:
    return Finding("waiver", severity, message, WAIVERS, line)


def _read_waivers(data: bytes) -> tuple[list[FileWaiver], list[Finding]]:
    """The entries of ``files``, and what is wrong with others; what the whole file lacks the policies tell."""
    try:
        root = parse(data)
    except YamlProblem:
        return [], []
    files = root.items.get("files") if isinstance(root, Mapping) else None
    if files is None:
        return [], []
    if not isinstance(files, Sequence):
        return [], [_problem(files.line, "files 要写成列表，每项以 - 开头")]
    read = [_waiver(node) if isinstance(node, Mapping) else _shape(node.line) for node in files.items]
    return [one for one in read if isinstance(one, FileWaiver)], [one for one in read if isinstance(one, Finding)]


def _shape(line: int) -> Finding:
    return _problem(
        line, f"files 的每一项要写成 {{path: …, sha256: …, reason: …, approved_by: …}}，可用的有：{'、'.join(_KEYS)}"
    )


def _waiver(node: Mapping) -> FileWaiver | Finding:
    path, sha256, reason, approved_by, until = (text(node, name) for name in _KEYS)
    if not (path and reason and approved_by) or set(node.items) - set(_KEYS):
        return _shape(node.line)
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        return _problem(node.line, "sha256 要写 64 位小写十六进制，用 sha256sum 算")
    try:
        last = date.fromisoformat(until) if "until" in node.items else None
    except ValueError:
        return _problem(node.line, "until 不是日期，请写成 2020-06-30 的样子")
    return FileWaiver(path, sha256, reason, approved_by, last, node.line)


def reading(read: Callable[[str], bytes], exists: Callable[[str], bool]) -> Callable[[str], bytes | None]:
    """How a Tree's files are asked for here: None for what is not there."""

    def content(path: str) -> bytes | None:
        try:
            return read(path) if exists(path) else None
        except GongshiError:
            return None

    return content
