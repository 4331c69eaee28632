"""Identities: made and read outside the repository, never shown, never overwritten."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gongshi.model import GongshiError
from gongshi.repository import WorkTree
from gongshi.sealing import (
    DEMO_IDENTITY,
    RECIPIENTS,
    Recipient,
    generate_identity,
    identity_place,
    keygen,
    mark_demo,
    parse_identity,
    read_identity,
    read_recipients,
)
from gongshi.sealing.keys import DEMO_RECIPIENT


def secret(text: str) -> str:
    return text.splitlines()[-1]


def test_an_identity_does_not_show_itself() -> None:
    text, recipient = generate_identity()
    assert recipient in text
    identity = parse_identity(text)
    assert "SECRET" not in repr(identity) + str(identity)
    assert not identity.demo
    assert parse_identity(mark_demo(text)).demo
    assert parse_identity(mark_demo(text).replace("\n", "\r\n")).demo


@pytest.mark.parametrize("text", ["", "# 只有注释\n", "AGE-SECRET-KEY-1WRONG\n", "张三\n"])
def test_what_is_no_identity_is_not_repeated(text: str) -> None:
    with pytest.raises(GongshiError, match="私钥") as caught:
        parse_identity(text)
    assert "WRONG" not in str(caught.value)
    assert "张三" not in str(caught.value)


def test_where_it_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert identity_place(Path("a"), {"GONGSHI_IDENTITY": "b"}) == Path("a")
    assert identity_place(None, {"GONGSHI_IDENTITY": "b"}) == Path("b")
    assert identity_place(None, {}) == tmp_path / ".config/gongshi/identity.txt"


def test_keygen_makes_registers_and_repeats_without_harm(tmp_path: Path) -> None:
    root, place = tmp_path / "root", tmp_path / "home/.config/identity.txt"
    root.mkdir()
    recipient = keygen(root, "古镇扶贫办", "guzhen", place)
    if os.name == "posix":
        assert place.stat().st_mode & 0o777 == 0o600
    before = place.read_bytes()
    assert keygen(root, "古镇扶贫办", "guzhen", place) == recipient
    assert keygen(root, "县扶贫办", "county", place) == recipient
    assert place.read_bytes() == before
    assert read_identity(place, root).recipients == (recipient,)
    assert read_recipients(WorkTree(root)) == [
        Recipient("county", "县扶贫办", recipient),
        Recipient("guzhen", "古镇扶贫办", recipient),
    ]
    lines = (root / RECIPIENTS).read_text(encoding="utf-8").split("\n")
    assert lines[0] == "role,name,recipient"
    assert lines == [lines[0], *sorted(lines[1:-1]), ""]
    assert secret(before.decode()) not in "".join(lines)


def test_a_second_holder_does_not_take_a_registered_name(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    keygen(root, "扶贫办", "guzhen", tmp_path / "a")
    with pytest.raises(GongshiError, match="已登记过"):
        keygen(root, "扶贫办", "guzhen", tmp_path / "b")
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize(
    ("name", "role"),
    [("a,b", "county"), ("=1", "county"), ("", "county"), ("扶贫办", "../x"), ("扶贫办", "古镇")],
)
def test_a_name_or_role_that_does_not_fit_makes_no_key(tmp_path: Path, name: str, role: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    with pytest.raises(GongshiError):
        keygen(root, name, role, tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_a_key_for_no_township_and_the_public_demo_key_are_refused(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "records/townships/guzhen").mkdir(parents=True)
    (root / "records/townships/guzhen/members.csv").write_text("member_no\n")
    for role in ("nosuch", "guzhe", "GUZHEN"):
        with pytest.raises(GongshiError, match="guzhen"):
            keygen(root, "扶贫办", role, tmp_path / "a")
    with pytest.raises(GongshiError, match="演示公钥"):
        keygen(root, "扶贫办", "guzhen", tmp_path / "a", DEMO_RECIPIENT)
    assert not (tmp_path / "a").exists() and not (root / "records/keys").exists()
    keygen(root, "扶贫办", "guzhen", tmp_path / "a")


def test_no_private_key_in_the_repository(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "way").symlink_to(root, target_is_directory=True)
    for place in (root / "identity.txt", root / "records/keys/x", tmp_path / "way/x", root / "a/../x"):
        with pytest.raises(GongshiError, match="不能写在仓库里"):
            keygen(root, "扶贫办", "county", place)
    (root / "carelessly.txt").write_text(generate_identity()[0])
    with pytest.raises(GongshiError, match="移到仓库以外"):
        read_identity(root / "carelessly.txt", root)


def test_the_demo_key_says_what_it_is(tmp_path: Path) -> None:
    recipient = keygen(tmp_path, "示例", "county", tmp_path / DEMO_IDENTITY)
    first = (tmp_path / DEMO_IDENTITY).read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# PUBLIC DEMO KEY")
    identity = read_identity(tmp_path / DEMO_IDENTITY, tmp_path)
    assert identity.demo
    assert identity.recipients == (recipient,)


def test_no_identity_file(tmp_path: Path) -> None:
    with pytest.raises(GongshiError, match="gongshi keygen"):
        read_identity(tmp_path / "没有", tmp_path / "root")


@pytest.mark.parametrize(
    "text",
    [
        "name,role\n",
        "role,name,recipient\ncounty,扶贫办\n",
        "role,name,recipient\ncounty,扶贫办,age1x\n",
        "role,name,recipient",
    ],
)
def test_a_damaged_recipients_file(tmp_path: Path, text: str) -> None:
    (tmp_path / RECIPIENTS).parent.mkdir(parents=True)
    (tmp_path / RECIPIENTS).write_text(text, encoding="utf-8")
    with pytest.raises(GongshiError):
        read_recipients(WorkTree(tmp_path))
