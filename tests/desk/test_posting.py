"""公示 on the pages: what is due is shown and registered as the command does it; a photo is kept without what the camera wrote."""

from __future__ import annotations

import hashlib
import shutil
import struct
from io import BytesIO

import pytest

from desk.conftest import ask
from desk.test_pages import state
from gongshi.verbs import owing
from support import ROOT
from verbs.conftest import TODAY

SECRET = b"GPS 28.44N 118.18E Phone-7"


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def jpeg(*more: bytes) -> bytes:
    scan = segment(0xDA, bytes(10)) + b"\x12\xff\x00\x34\xff\xd0\x56"
    parts = (segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"), *more, segment(0xDB, bytes(65)), segment(0xC0, bytes(15)))
    return b"\xff\xd8" + b"".join(parts) + scan + segment(0xC4, bytes(20)) + scan + b"\xff\xd9"


EXIF = segment(0xE1, b"Exif\0\0II*\0" + SECRET)
POSTED = "records/townships/guzhen/notices/2020/G2020-00001.yaml"


@pytest.fixture
def books(root):
    """The rules that ask for notices; none hangs."""
    for name in ("disclosure", "funds"):
        (root / f"policies/{name}.yaml").write_bytes((ROOT / f"policies/{name}.yaml").read_bytes())
    (root / POSTED).unlink()
    return root


def test_what_is_due_is_shown_then_registered_as_the_command_does(client, books, tmp_path) -> None:
    before = state(books)
    other = tmp_path / "other"
    shutil.copytree(books, other)
    asked = {"kind": "实施前公示", "starts": "2020-06-30"}
    seen = ask(client, "/enter/notices", "POST", data=asked | {"do": "look"})
    assert (
        seen.status_code == 200
        and "990101-2020-JS-0001" in seen.text
        and "登记这 1 份" in seen.text
        and state(books) == before
    )
    assert ask(client, "/enter/notices", "POST", data=asked | {"do": "write"}).status_code == 302
    owing.post(other, owing.Choice(TODAY, "实施前公示"), lambda: None, None)
    assert state(books) == state(other) != before
    page = ask(client, "/enter/notices").text
    assert "登记公示 1 份" in page and "撤销" in page
    ask(client, "/undo", "POST")
    assert state(books) == before


def test_a_list_of_households_waits_for_the_key_and_nothing_is_half_written(client, books) -> None:
    before = state(books)
    refused = ask(client, "/enter/notices", "POST", data={"starts": "2020-06-30", "do": "write"})
    assert refused.status_code == 422 and "公示单位" in refused.text and "一份也没有" in refused.text
    asked = {"kind": "监测公示", "unit": "U001", "starts": "2020-06-30", "do": "write"}
    refused = ask(client, "/enter/notices", "POST", data=asked)
    assert refused.status_code == 422 and "先打开钥匙" in refused.text and state(books) == before
    odd = ask(client, "/enter/notices", "POST", data={"starts": "明天", "do": "look"})
    assert odd.status_code in (409, 422) and "日期" in odd.text


def photo(client, data: bytes, taken: str = "2020-06-21", notice: str = "G2020-00001"):
    given = {"notice": notice, "taken": taken, "kind": "公示照片", "photo": (BytesIO(data), "公示栏.jpg")}
    return ask(client, "/enter/notices/proof", "POST", data=given)


def test_a_photo_is_kept_outside_without_what_the_camera_wrote(client, root, desk) -> None:
    assert photo(client, jpeg(EXIF)).status_code == 302
    kept = [path for path in root.parent.rglob("G2020-00001-1.jpg")]
    assert len(kept) == 1 and not kept[0].is_relative_to(root), "a picture of names never lies in the repository"
    assert SECRET not in kept[0].read_bytes()
    assert hashlib.sha256(kept[0].read_bytes()).hexdigest() in (root / POSTED).read_text("utf-8")
    assert "已留证" in ask(client, "/enter/notices").text


@pytest.mark.parametrize(
    ("data", "taken", "notice", "said"),
    [
        (b"", "2020-06-21", "G2020-00001", ""),
        (b"GIF89a", "2020-06-21", "G2020-00001", ""),
        (jpeg(), "2020-06-01", "G2020-00001", "2020-06-20"),
        (jpeg(), "2099-01-01", "G2020-00001", "还没到"),
        (jpeg(), "昨天", "G2020-00001", "日期"),
        (jpeg(), "2020-06-21", "G2020-09999", "没有"),
    ],
)
def test_what_is_no_proof_is_one_sentence(client, root, data: bytes, taken: str, notice: str, said: str) -> None:
    before = state(root)
    answer = photo(client, data, taken, notice)
    assert answer.status_code == 422 and "没有留证" in answer.text and said in answer.text
    assert state(root) == before and not list(root.parent.rglob("G2020-*.jpg"))
