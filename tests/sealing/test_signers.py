"""The signers file and SSH signatures: what OpenSSH makes we take, what we make OpenSSH takes, and nothing else counts."""

from __future__ import annotations

import base64
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongshi.model import GongshiError
from gongshi.sealing.signers import GIT, KEY, MANIFEST, ROLES, Signers, parse_signers, sign, signing_place, verify

NOW = datetime(2020, 6, 30, 4, tzinfo=UTC)
DATA = "数据\n".encode() * 3
KINDS = [("ed25519", "256"), ("ecdsa", "256"), ("ecdsa", "384"), ("ecdsa", "521"), ("rsa", "2048"), ("rsa", "3072")]


def keygen(place: Path, kind: str = "ed25519", bits: str = "256", passphrase: str = "") -> Path:
    subprocess.run(
        ["ssh-keygen", "-q", "-t", kind, "-b", bits, "-N", passphrase, "-C", "", "-f", str(place)], check=True
    )
    return place


def public(key: Path) -> str:
    return " ".join(key.with_name(key.name + ".pub").read_text().split()[:2])


def line(
    key: Path, roles: str = "root,keeper", options: str = 'namespaces="git,gongshi-key" ', name: str = "县办"
) -> str:
    return f"{roles} {options}{public(key)} {name}\n"


def signers(*lines: str) -> Signers:
    return parse_signers("".join(lines).encode())


def openssh_verifies(folder: Path, text: str, role: str, namespace: str, signature: str, data: bytes) -> bool:
    (folder / "signers").write_text(text, encoding="utf-8")
    (folder / "sig").write_text(signature)
    command = ["ssh-keygen", "-Y", "verify", "-f", "signers", "-I", role, "-n", namespace, "-s", "sig"]
    return subprocess.run(command, cwd=folder, input=data, capture_output=True).returncode == 0


@pytest.mark.parametrize(("kind", "bits"), KINDS)
def test_openssh_takes_ours_and_we_take_its(tmp_path: Path, kind: str, bits: str) -> None:
    key = keygen(tmp_path / "key", kind, bits)
    text = line(key)
    ours = sign(DATA, KEY, key)
    assert openssh_verifies(tmp_path, text, "keeper", KEY, ours, DATA)
    assert not openssh_verifies(tmp_path, text, "keeper", KEY, ours, DATA + b"x")
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", KEY, "-f", str(key)]
    its = subprocess.run(command, input=DATA, capture_output=True, check=True).stdout.decode()
    for signature in (ours, its, its.replace("\n", "\r\n")):
        assert verify(DATA, signature, "keeper", signers(text), NOW, KEY).signer.name == "县办"
        for data in (DATA + b"x", b"", DATA[:-1]):
            verdict = verify(data, signature, "keeper", signers(text), NOW, KEY)
            assert verdict.signer is None and "对不上内容" in verdict.reason


def test_what_does_not_count_is_what_openssh_refuses(tmp_path: Path) -> None:
    key, other = keygen(tmp_path / "key"), keygen(tmp_path / "other")
    root = line(other, "root", "", "根")
    signature = sign(DATA, KEY, key)
    cases = [
        (line(key, "keeper", ""), "keeper", KEY, ""),
        (line(key, "reviewer", ""), "keeper", KEY, "不是密钥管理员"),
        (line(key, "keeper", ""), "keeper", GIT, "别的用途"),
        (line(key, "publisher", 'namespaces="gongshi-manifest" '), "publisher", KEY, "别的用途"),
        ("", "keeper", KEY, "没有登记"),
        (line(key, "keeper", 'valid-before="20200630Z" '), "keeper", KEY, "有效期"),
        (line(key, "keeper", 'valid-after="20200701Z" '), "keeper", KEY, "有效期"),
        (line(key, "keeper", 'valid-after="20200630Z",valid-before="20200701Z" '), "keeper", KEY, ""),
    ]
    for text, role, namespace, words in cases:
        verdict = verify(DATA, signature, role, signers(root, text), NOW, namespace)
        assert (words in verdict.reason and bool(verdict.reason) == bool(words)) and (verdict.signer is None) == bool(
            words
        )
        (tmp_path / "signers").write_text(root + text, encoding="utf-8")
        (tmp_path / "sig").write_text(signature)
        command = ["ssh-keygen", "-Y", "verify", "-f", "signers", "-I", role, "-n", namespace, "-s", "sig"]
        command += ["-Overify-time=20200630040000Z"]
        told = subprocess.run(command, cwd=tmp_path, input=DATA, capture_output=True, env={**os.environ, "TZ": "UTC"})
        assert (told.returncode == 0) == (not words), text


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_signature_altered_anywhere_is_none(tmp_path_factory, data) -> None:
    folder = tmp_path_factory.getbasetemp() / "altered"
    folder.mkdir(exist_ok=True)
    key = folder / "key"
    key.exists() or keygen(key)
    text = sign(DATA, KEY, key)
    blob = bytearray(base64.b64decode("".join(text.split("\n")[1:-2])))
    at = data.draw(st.integers(0, len(blob) - 1))
    blob[at] ^= data.draw(st.integers(1, 255))
    body = base64.b64encode(bytes(blob[: data.draw(st.sampled_from([len(blob), at]))])).decode()
    forged = f"-----BEGIN SSH SIGNATURE-----\n{body}\n-----END SSH SIGNATURE-----\n"
    verdict = verify(DATA, forged, "keeper", signers(line(key)), NOW, KEY)
    assert verdict.signer is None and verdict.reason


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda data: base64.b64encode(data).decode()))
@settings(max_examples=100, deadline=None)
def test_any_text_is_judged_without_an_exception(text: str) -> None:
    for armoured in (text, f"-----BEGIN SSH SIGNATURE-----\n{text}\n-----END SSH SIGNATURE-----\n"):
        assert verify(DATA, armoured, "keeper", Signers(()), NOW, KEY).signer is None


def test_the_roles_and_the_chinese_root(tmp_path: Path) -> None:
    key, second = keygen(tmp_path / "key"), keygen(tmp_path / "second", "rsa", "2048")
    read = signers("# 说明\n\n", line(key, "根,keeper"), line(second, "reviewer,publisher", "", "古镇 审核（一）"))
    assert [(sorted(found.roles), found.name) for found in read.lines] == [
        (["keeper", "root"], "县办"),
        (["publisher", "reviewer"], "古镇 审核（一）"),
    ]
    shown = subprocess.run(["ssh-keygen", "-l", "-f", str(key)], capture_output=True, text=True, check=True).stdout
    assert read.lines[0].fingerprint == shown.split()[1]
    assert set(ROLES) == {"root", "keeper", "reviewer", "publisher"} and MANIFEST == "gongshi-manifest"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("root", "boss"), "第 1 行的角色"),
        (lambda text: text.replace("root", "*"), "第 1 行的角色"),
        (lambda text: text.replace("root", "!root"), "第 1 行的角色"),
        (lambda text: text.replace("root,", ""), "没有角色是 root"),
        (lambda text: text * 2, "第 2 行的公钥前面已有"),
        (lambda text: text.replace("AAAA", "AAAB"), "第 1 行的公钥读不出"),
        (lambda text: text.replace("ssh-ed25519", "ssh-rsa"), "第 1 行的公钥读不出"),
        (lambda text: text.replace(" 县办", ""), "第 1 行末尾"),
        (lambda text: text.replace("县办", "a\x1b[31m"), "第 1 行末尾"),
        (lambda text: text.replace('"git,', '"'), "namespaces 应包含 git,gongshi-key"),
        (lambda text: text.replace("namespaces", "cert-authority"), "选项只能是"),
        (lambda text: text.replace(' ssh', ',valid-before="2020" ssh'), "有效期"),
        (lambda text: text.replace(' ssh', ',valid-before="20201301" ssh'), "有效期"),
        (lambda text: text.replace(' ssh', 'valid-after="20200101" ssh'), "不是“角色"),
        (lambda text: "root\n" + text, "第 1 行不是"),
        (lambda text: text.encode("gb18030").decode("latin-1"), "第 1 行末尾"),
        (lambda text: "", "没有角色是 root"),
        (lambda text: text + "#\n" * 600, "超过 500 行"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_right_says_where_and_what_to_do(tmp_path: Path, change, words: str) -> None:
    text = change(line(keygen(tmp_path / "key")))
    with pytest.raises(GongshiError, match=r"请|没有") as caught:
        parse_signers(text.encode())
    assert words in str(caught.value) and "\x1b" not in str(caught.value) and "\n" not in str(caught.value)


def test_weak_keys_are_refused(tmp_path: Path) -> None:
    key = keygen(tmp_path / "key", "rsa", "1024")
    with pytest.raises(GongshiError, match="太短"):
        signers(line(key))
    with pytest.raises(GongshiError, match="UTF-8"):
        parse_signers(b"root \xff\n")


def test_a_key_with_a_passphrase_is_left_to_the_program_or_says_what_to_do(tmp_path: Path, monkeypatch) -> None:
    key = keygen(tmp_path / "key", passphrase="long enough")
    helper = tmp_path / "ask"
    helper.write_text("#!/bin/sh\necho long enough\n")
    helper.chmod(0o700)
    monkeypatch.setenv("SSH_ASKPASS_REQUIRE", "force")
    monkeypatch.setenv("SSH_ASKPASS", str(helper))
    signature = sign(DATA, KEY, key)
    assert verify(DATA, signature, "keeper", signers(line(key)), NOW, KEY).signer
    helper.write_text("#!/bin/sh\necho wrong\n")
    with pytest.raises(GongshiError, match="ssh-add"):
        sign(DATA, KEY, key)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GongshiError, match="安装 OpenSSH"):
        sign(DATA, KEY, key)


def test_a_key_in_the_agent_signs_by_its_public_half(tmp_path: Path, monkeypatch) -> None:
    key = keygen(tmp_path / "key")
    started = subprocess.run(["ssh-agent", "-s"], capture_output=True, text=True, check=True).stdout
    words = dict(part.split("=", 1) for part in started.replace("\n", "").split(";") if "=" in part)
    monkeypatch.setenv("SSH_AUTH_SOCK", words["SSH_AUTH_SOCK"])
    monkeypatch.setenv("SSH_AGENT_PID", words["SSH_AGENT_PID"])
    try:
        subprocess.run(["ssh-add", "-q", str(key)], check=True)
        text = line(key)
        key.unlink()
        signature = sign(DATA, KEY, tmp_path / "key.pub")
        assert verify(DATA, signature, "keeper", signers(text), NOW, KEY).signer
    finally:
        subprocess.run(["ssh-agent", "-k"], capture_output=True, check=True)
    with pytest.raises(GongshiError, match="ssh-agent"):
        sign(DATA, KEY, tmp_path / "key.pub")


def test_where_the_key_lies(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert signing_place(Path("a"), {"GONGSHI_SIGNING_KEY": "b"}) == Path("a")
    assert signing_place(None, {"GONGSHI_SIGNING_KEY": "b"}) == Path("b")
    assert signing_place(None, {}) == tmp_path / ".config/gongshi/signing"
    with pytest.raises(GongshiError, match="gongshi keygen --sign"):
        sign(DATA, KEY, tmp_path / "none")
