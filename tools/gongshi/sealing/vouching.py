"""Whether a data key, and the list of who may read, come from those who may make them.

Beside ``<year>.age`` lies ``<year>.age.sig``: a keeper's signature over the key's path, a line end and the file, so that a signed
key counts in its own place only. The stock program takes it:

    (echo records/keys/guzhen/2020.age; cat records/keys/guzhen/2020.age) |
      ssh-keygen -Y verify -f records/keys/signers -I keeper -n gongshi-key -s records/keys/guzhen/2020.age.sig
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gongshi.model import Finding, GongshiError, Severity
from gongshi.package.county import county_fields
from gongshi.repository import Tree
from gongshi.sealing.authority import COUNTY_FILE, Standing, county_setting, standing_of
from gongshi.sealing.keys import DEMO_IDENTITY, DEMO_RECIPIENT, parse_identity
from gongshi.sealing.layout import CHAIN, RECIPIENTS, Recipient, is_chain, read_recipients
from gongshi.sealing.signers import KEY, SIGNERS, sign, verify

_KEYS = re.compile(r"records/keys/[a-z][a-z0-9-]{0,63}/[0-9]{4}\.age")
_SIGNATURE = ".sig"
_OTHERS = (SIGNERS, RECIPIENTS, DEMO_IDENTITY)
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Vouch:
    """Who signed a data key; both "" for one that is unsigned (未签) and good; ``refusal`` says why it is not used."""

    keeper: str = ""
    refusal: str = ""


def vouch(tree: Tree, path: str, now: Standing) -> Vouch:
    """What speaks for the data key ``path``."""
    if now.trouble:
        return Vouch(refusal=now.trouble)
    if now.signers is None:
        return Vouch()
    content, beside = tree.read(path), path + _SIGNATURE
    if tree.exists(beside):
        signature = tree.read(beside)
        came = now.came.get(beside) if _same(now.tip, tree, beside) else None
        text = signature.decode("ascii", "replace")
        verdict = verify(_message(path, content), text, "keeper", now.signers, came or now.clock, KEY)
        return Vouch(verdict.signer.name) if verdict.signer else Vouch(refusal=_refusal(path, verdict.reason))
    if _same(now.founded, tree, path):
        return Vouch()
    return Vouch(refusal=_refusal(path, "没有密钥管理员的签名"))


def signature_file(path: str, content: bytes, now: Standing, signing: Path | None) -> dict[str, bytes]:
    """The file with a keeper's signature of a data key; nothing in a county without signers (未签)."""
    if now.trouble:
        raise GongshiError(now.trouble)
    if now.signers is None:
        return {}
    if signing is None:
        slug, year = path.split("/")[-2:]
        raise GongshiError(
            f"“{path}”要由密钥管理员签名，请由密钥管理员先运行 gongshi seal --township {slug} "
            f"--epoch {year.removesuffix('.age')} --rewrap（签名私钥见 GONGSHI_SIGNING_KEY）。"
        )
    text = sign(_message(path, content), KEY, signing)
    verdict = verify(_message(path, content), text, "keeper", now.signers, now.clock, KEY)
    if verdict.signer is None:
        raise GongshiError(
            f"“{path}”{verdict.reason}，请由密钥管理员用登记过的签名私钥运行这条命令，或由根先在“{SIGNERS}”登记。"
        )
    return {path + _SIGNATURE: text.encode("ascii")}


def trusted_recipients(tree: Tree, now: Standing) -> list[Recipient]:
    """Who may read, as registered; GongshiError if a line is not vouched for, or a demo key is among real ones."""
    if now.trouble:
        raise GongshiError(now.trouble)
    entries = read_recipients(tree)
    if now.signers is not None and (strange := _unvouched(tree, now)):
        raise GongshiError(strange)
    if mixed := mixed_demo(tree, entries):
        raise GongshiError(mixed)
    return entries


def mixed_demo(tree: Tree, entries: Iterable[Recipient]) -> str:
    """A sentence if a public demo key stands beside others, "" if not: anybody has its private half."""
    if {entry.recipient in _demo_keys(tree) for entry in entries} != {True, False}:
        return ""
    return f"“{RECIPIENTS}”里混有公开的演示公钥，任何人都能打开，请删去演示公钥所在的行再封存真实数据。"


def is_demo(tree: Tree, recipient: str) -> bool:
    """Whether a public key is one whose private half everybody has."""
    return recipient in _demo_keys(tree)


def _demo_keys(tree: Tree) -> set[str]:
    """The example's, which the program knows, and the one of a marked file."""
    if not tree.exists(DEMO_IDENTITY):
        return {DEMO_RECIPIENT}
    return {DEMO_RECIPIENT, *parse_identity(tree.read(DEMO_IDENTITY).decode("utf-8", "replace")).recipients}


def check_keys(tree: Tree) -> list[Finding]:
    """Everything about keys that can be seen with public halves alone."""
    now = standing_of(tree)
    findings = [*_on_signers(tree, now), *_on_recipients(tree, now)]
    for path in tree.paths("records/keys/"):
        if _KEYS.fullmatch(path):
            if not now.trouble and (refusal := vouch(tree, path, now).refusal):
                findings.append(_error(refusal, path))
        elif path.endswith(_SIGNATURE) and not tree.exists(path.removesuffix(_SIGNATURE)):
            findings.append(_error("这个签名没有对应的数据密钥，请一起恢复，或删去它", path))
        elif not (path.endswith(_SIGNATURE) or path in _OTHERS or (path == CHAIN and is_chain(tree.read(path)))):
            findings.append(_error("这里只放登记表、签名人和数据密钥，请移走；若是私钥，它已公开，请作废换新", path))
    return findings


def proven_root(tree: Tree) -> str:
    """The fingerprint of the first root, "" in a county that signs nothing; GongshiError rather than print a wrong one."""
    now = standing_of(tree)
    doubt = now.trouble or next((one.message for one in _on_signers(tree, now) if one.path == COUNTY_FILE), "")
    if doubt:
        raise GongshiError(f"根指纹印不上公示榜：{doubt.rstrip('。')}。")
    return now.root


def _on_signers(tree: Tree, now: Standing) -> Iterator[Finding]:
    setting = county_fields().root
    printed = county_setting(tree, setting)
    if now.trouble:
        yield _error(now.trouble, SIGNERS)
        return
    yield from (_error(sentence, path) for path, sentence in now.refused.items())
    if now.signers is None:
        if printed and not tree.exists(SIGNERS):
            yield _error(f"写了 {setting}，却没有“{SIGNERS}”，请核对历史是否被换过，或由根补上这个文件", COUNTY_FILE)
    elif printed != now.root:
        yield _error(f"{setting} 与历史里第一个根的指纹 {now.root} 不同，请恢复；公示榜上印的应与它一致", COUNTY_FILE)
    if tree.exists(SIGNERS) and SIGNERS not in now.refused and not _same(now.tip, tree, SIGNERS):
        message = (
            "这里的改动还没有提交，要由根在自己签名的提交里提交（git commit -S）才算数，请由根提交或恢复原来的内容"
        )
        yield Finding("signers", Severity.WARNING, message, SIGNERS)


def _on_recipients(tree: Tree, now: Standing) -> Iterator[Finding]:
    try:
        entries = read_recipients(tree)
        mixed = mixed_demo(tree, entries)
    except GongshiError as error:
        yield _error(str(error), RECIPIENTS)
        return
    if mixed:
        yield _error(mixed, RECIPIENTS)
    elif county_setting(tree, "example") == "否" and any(entry.recipient in _demo_keys(tree) for entry in entries):
        yield _error("登记的是公开的演示公钥，任何人都能打开，请由各单位运行 gongshi keygen 换成自己的公钥", RECIPIENTS)
    if now.signers is not None and RECIPIENTS not in now.refused and (strange := _unvouched(tree, now)):
        yield Finding("signers", Severity.WARNING, strange.rstrip("。"), RECIPIENTS)


def _unvouched(tree: Tree, now: Standing) -> str:
    """A sentence that names the lines that no commit of a keeper or a root brought; "" if there is none."""
    content = tree.read(RECIPIENTS) if tree.exists(RECIPIENTS) else b""
    if content == now.recipients:
        return ""
    known = set((now.recipients or b"").split(b"\n"))
    lines = [number for number, line in enumerate(content.split(b"\n"), 1) if line not in known]
    shown = "、".join(map(str, lines[:_SHOWN])) + (" 等" if len(lines) > _SHOWN else "")
    what = f"第 {shown} 行不是" if lines else "删去的行不是"
    return (
        f"“{RECIPIENTS}”{what}由密钥管理员或根在签名的提交里登记的，请当面核对公钥后由密钥管理员签名提交"
        "（git commit -S），或恢复原来的内容。"
    )


def _same(then: Tree | None, tree: Tree, path: str) -> bool:
    return then is not None and then.exists(path) and then.read(path) == tree.read(path)


def _message(path: str, content: bytes) -> bytes:
    return path.encode("ascii") + b"\n" + content


def _refusal(path: str, why: str) -> str:
    return (
        f"“{path}”{why}，可能是别人换进来的，不用它封存：请从版本库恢复原来的文件；"
        "新年度的请删去，由密钥管理员用 gongshi seal 重新生成。"
    )


def _error(message: str, path: str) -> Finding:
    return Finding("signers", Severity.ERROR, message.rstrip("。"), path)
