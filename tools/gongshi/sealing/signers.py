"""Who may sign what: ``records/keys/signers``, a file in the allowed_signers format of OpenSSH.

    root,keeper namespaces="git,gongshi-key" ssh-ed25519 AAAA… 县乡村振兴局局长
    reviewer namespaces="git",valid-before="20260101Z" ssh-ed25519 AAAA… 古镇审核员
    publisher namespaces="gongshi-manifest" ssh-ed25519 AAAA… 发布机

The principals are roles (``根`` may be written for ``root``), the comment is a unit or post. Hence the stock program
answers the same questions: ``ssh-keygen -Y verify -f records/keys/signers -I keeper -n gongshi-key -s X.sig < X``.

What other rooms use:

- ``sign(data, namespace, key) -> str``: the armoured SSHSIG of ``data`` by the private key file ``key``
  (``signing_place`` says where it lies); GongshiError says what to do where it cannot be used.
- ``verify(data, signature, role, signers, at, namespace) -> Verdict``: ``verdict.signer`` is the ``Signer``, or None, and then
  ``verdict.reason`` is a Chinese clause that continues “某文件”…, such as 的签名对不上内容. Never an exception.
- ``namespace`` is one of ``GIT`` (commits and tags), ``KEY`` (data keys) and ``MANIFEST`` (published manifests);
  ``role`` one of ``ROLES``; ``at`` an aware datetime: when what is signed came to be, as far as the history proves it.
- ``signers`` is a ``Signers``: of ``authority.standing(git, commit).signers``, which knows what the history makes of
  the file, and is None in a county without one (未签). ``parse_signers(bytes)`` reads a file that is believed otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from gongshi.model import GongshiError
from gongshi.repository import reason, sign_by_program
from gongshi.sealing.sshsig import fingerprint, is_by, public_line, read_private, read_public, read_signature, sign_with

SIGNERS = "records/keys/signers"
GIT, KEY, MANIFEST = "git", "gongshi-key", "gongshi-manifest"
ROLES = {"root": "根", "keeper": "密钥管理员", "reviewer": "审核员", "publisher": "发布员"}
_NAMESPACES = {"root": {GIT}, "keeper": {GIT, KEY}, "reviewer": {GIT}, "publisher": {MANIFEST}}
_ALIASES = {"根": "root"}
_MOST_BYTES, _MOST_LINES = 200_000, 500
_DEFAULT_PLACE = "~/.config/gongshi/signing"

_LINE = re.compile(
    r'([^\s"#]+)[ \t]+(?:([a-z-]+="[^"\t]*"(?:,[a-z-]+="[^"\t]*")*)[ \t]+)?([a-z0-9@.-]+)[ \t]+([0-9A-Za-z+/=]+)(?:[ \t]+(.*))?'
)
_OPTION = re.compile(r'([a-z-]+)="([^"]*)"')
_NAME = re.compile(r"\w[\w（）() @.·-]{0,59}")
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(Z?)", re.ASCII)
_CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Signer:
    """One line: a public key (wire form), whose it is, what it may do and when."""

    name: str
    roles: frozenset[str]
    key: bytes
    namespaces: frozenset[str] | None = None
    after: datetime | None = None
    before: datetime | None = None

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.key)

    def valid(self, at: datetime) -> bool:
        return (self.after is None or at >= self.after) and (self.before is None or at < self.before)


@dataclass(frozen=True, slots=True)
class Signers:
    """The lines of a file; a public key stands in one of them only."""

    lines: tuple[Signer, ...]

    def of(self, key: bytes) -> Signer | None:
        return next((line for line in self.lines if line.key == key), None)


@dataclass(frozen=True, slots=True)
class SignatureVerdict:
    """Whose the signature is; or None and why it does not count."""

    signer: Signer | None
    reason: str = ""


def parse_signers(data: bytes, path: str = SIGNERS) -> Signers:
    """GongshiError names the first line that is wrong, or says that nobody is root."""
    lines = _decoded(data, path).split("\n")
    found: dict[bytes, Signer] = {}
    for number, text in enumerate(lines, 1):
        bare = text.strip(" \t\r")
        if not bare or bare.startswith("#"):
            continue
        signer = _signer(bare, f"“{path}”第 {number} 行")
        if signer.key in found:
            raise GongshiError(f"“{path}”第 {number} 行的公钥前面已有一行，请合成一行，几个角色用逗号隔开。")
        found[signer.key] = signer
    if not any("root" in signer.roles for signer in found.values()):
        raise GongshiError(f"“{path}”里没有角色是 root（根）的公钥，以后没有人能改这个文件，请加上根的公钥。")
    return Signers(tuple(found.values()))


def verify(data: bytes, signature: str, role: str, signers: Signers, at: datetime, namespace: str) -> SignatureVerdict:
    """Whether ``signature`` is over ``data``, made for ``namespace`` by a key that has the role at that time."""
    read = read_signature(signature)
    if read is None:
        return SignatureVerdict(None, "的签名不是 SSH 签名")
    signer, shown = signers.of(read.key), fingerprint(read.key)
    if signer is None:
        return SignatureVerdict(None, f"的签名公钥 {shown} 没有登记在“{SIGNERS}”里")
    if role not in signer.roles:
        return SignatureVerdict(None, f"是“{signer.name}”签的，不是{ROLES[role]}签的")
    if read.namespace != namespace or (signer.namespaces is not None and namespace not in signer.namespaces):
        return SignatureVerdict(None, f"的签名是为别的用途（{read.namespace[:40]}）做的")
    if not signer.valid(at):
        return SignatureVerdict(None, f"的签名人“{signer.name}”的公钥当时不在有效期内")
    return (
        SignatureVerdict(signer)
        if is_by(read, data)
        else SignatureVerdict(None, "的签名对不上内容，签名以后内容被改过")
    )


def sign(data: bytes, namespace: str, key: Path) -> str:
    """The armoured signature by the private key in the file ``key``, or by the agent's if ``key`` is a ``.pub`` file."""
    try:
        content = key.read_bytes()
    except OSError as error:
        raise GongshiError(
            f"读不到签名私钥“{key}”（{reason(error)}），请用 gongshi keygen --sign 生成，或用 GONGSHI_SIGNING_KEY 指明。"
        ) from None
    private = read_private(content)
    return sign_by_program(key, data, namespace) if private is None else sign_with(private, data, namespace)


def public_half(key: Path) -> str:
    """``ssh-ed25519 AAAA…`` of a private key file: of the ``.pub`` file beside it, or of the key itself."""
    beside = key.with_name(key.name + ".pub")
    try:
        text = beside.read_text(encoding="utf-8", errors="replace") if beside.is_file() else ""
        private = None if text else read_private(key.read_bytes())
    except OSError as error:
        raise GongshiError(f"读不到“{key}”（{reason(error)}），请检查权限。") from None
    if text:
        return text
    if private is None:
        raise GongshiError(f"“{key}”设有口令，旁边没有它的公钥“{beside.name}”，请用 ssh-keygen -y 生成公钥文件后重试。")
    return public_line(private)


def signer_line(public: str, role: str, name: str) -> str:
    """A line of the file for a public key as its ``.pub`` file has it; GongshiError for roles or a name that do not fit."""
    roles = [_ALIASES.get(one, one) for one in role.split(",")]
    if not set(roles) <= ROLES.keys():
        raise GongshiError(f"签名的角色只能是 {'、'.join(ROLES)}，几个用逗号隔开，请改 --role。")
    if not _NAME.fullmatch(name):
        raise GongshiError("名称只能用汉字、字母、数字和括号，最长 60 字，请写单位或岗位，如“县农业农村局局长”。")
    words = public.split()
    if len(words) < 2:
        raise GongshiError("公钥应是“ssh-ed25519 AAAA…”的写法，请照 .pub 文件的内容填写，两边加引号。")
    spaces = ",".join(sorted(set().union(*(_NAMESPACES[one] for one in roles))))
    return f'{",".join(roles)} namespaces="{spaces}" {words[0]} {words[1]} {name}\n'


def signing_place(option: Path | None, environ: Mapping[str, str]) -> Path:
    """Where the signing key lies: the option, else GONGSHI_SIGNING_KEY, else ``~/.config/gongshi/signing``."""
    return Path(option or environ.get("GONGSHI_SIGNING_KEY") or _DEFAULT_PLACE).expanduser()


def _decoded(data: bytes, path: str) -> str:
    if len(data) > _MOST_BYTES or data.count(b"\n") > _MOST_LINES:
        raise GongshiError(f"“{path}”超过 {_MOST_LINES} 行或太大，不像签名人登记表，请从版本库恢复该文件。")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise GongshiError(f"“{path}”不是 UTF-8 编码，请从版本库恢复该文件。") from None


def _signer(text: str, place: str) -> Signer:
    match = _LINE.fullmatch(text)
    if not match:
        raise GongshiError(
            f"{place}不是“角色 选项 公钥类型 公钥 名称”的写法，请照 ssh-keygen 的 allowed_signers 格式改正。"
        )
    roles = frozenset(_ALIASES.get(role, role) for role in match[1].split(","))
    if not roles <= ROLES.keys():
        raise GongshiError(f"{place}的角色只能是 {'、'.join(ROLES)}，几个角色用逗号隔开，请改正。")
    options = _options(match[2] or "", place)
    key = read_public(match[3], match[4])
    if key is None:
        raise GongshiError(f"{place}的公钥读不出、太短或不支持，请换用 ssh-ed25519（或 ecdsa、2048 位以上的 rsa）。")
    name = (match[5] or "").strip()
    if not _NAME.fullmatch(name):
        raise GongshiError(f"{place}末尾要写单位或岗位名称（汉字、字母、数字，最长 60 字），请补上。")
    namespaces = frozenset(options["namespaces"].split(",")) if "namespaces" in options else None
    needed = set().union(*(_NAMESPACES[role] for role in roles))
    if namespaces is not None and not needed <= namespaces:
        raise GongshiError(f"{place}的 namespaces 应包含 {','.join(sorted(needed))}，请照角色写全。")
    after, before = (_time(options.get(name), place) for name in ("valid-after", "valid-before"))
    return Signer(name, roles, key, namespaces, after, before)


def _options(text: str, place: str) -> dict[str, str]:
    pairs = _OPTION.findall(text)
    options = dict(pairs)
    if len(options) != len(pairs) or not options.keys() <= {"namespaces", "valid-after", "valid-before"}:
        raise GongshiError(f"{place}的选项只能是 namespaces、valid-after、valid-before，各写一次，请改正。")
    return options


def _time(text: str | None, place: str) -> datetime | None:
    """Without a Z, China's time."""
    if text is None:
        return None
    match = _TIME.fullmatch(text)
    try:
        if match:
            year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC if match[7] else _CHINA)
    except ValueError:
        pass
    raise GongshiError(f"{place}的有效期应写成 20200630 或 202006301200（末尾加 Z 是世界时），请改正。")
