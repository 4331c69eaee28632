"""``gongshi notice proof``: a picture of the board without anything but the picture, its digest and day on record."""

from __future__ import annotations

import hashlib
import random
import shutil
import struct
import zlib
from datetime import date
from pathlib import Path

import pytest
from board import VILLAGE, ledger
from click.testing import CliRunner

from gongshi.changes.keeping import vanished
from gongshi.checks import check_guard, check_records
from gongshi.checks.guard_pictures import jpeg_problem, plain_picture, png_problem
from gongshi.cli.notice import notice
from gongshi.model import GongshiError
from gongshi.package import load
from gongshi.repository import WorkTree
from support import DictTree, rounds

SECRET = b"GPS 28.44N 118.18E Phone-7"
PROJECT = "990101-2020-CY-0001"


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


EXIF = segment(0xE1, b"Exif\0\0II*\0" + SECRET)
JFIF = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
SCAN = segment(0xDA, bytes(10)) + b"\x12\xff\x00\x34\xff\xd0\x56"
PARTS = {
    "exif": EXIF,
    "xmp": segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET),
    "icc": segment(0xE2, b"ICC_PROFILE\0" + SECRET),
    "mpf": segment(0xE2, b"MPF\0" + SECRET),
    "photoshop": segment(0xED, b"Photoshop 3.0\0" + SECRET),
    "comment": segment(0xFE, SECRET),
    "small copy": segment(0xE0, b"JFXX\0\x10" + SECRET),
    "unknown": segment(0xEB, SECRET),
    "filled marker": b"\xff\xff\xff" + EXIF[1:],
}


def jpeg(*more: bytes, head: bytes = JFIF, end: bytes = b"", mark: int = 0) -> bytes:
    parts = [head, *more, segment(0xDB, bytes([mark]) * 65), segment(0xC0, bytes(15))]
    return b"\xff\xd8" + b"".join(parts) + SCAN + segment(0xC4, bytes(20)) + SCAN + b"\xff\xd9" + end


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*more: bytes, end: bytes = b"") -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND") + end


@pytest.mark.parametrize("name", PARTS)
def test_of_a_photo_only_the_picture_is_left(name: str) -> None:
    for where in ((PARTS[name],), (PARTS[name], EXIF), (EXIF, PARTS[name])):
        kind, made = plain_picture(jpeg(*where, end=b"\0\0ftypmp4" + SECRET))
        assert kind == "jpg" and SECRET not in made and jpeg_problem(made) == ""
        assert made == jpeg(), "and nothing of the picture is lost"


def test_headers_lose_their_small_copies_and_what_follows() -> None:
    thumb = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\2\2" + SECRET)
    assert plain_picture(jpeg(head=thumb)) == ("jpg", jpeg())
    adobe = segment(0xEE, b"Adobe\0\x64\0\0\0\0\0" + SECRET)
    assert plain_picture(jpeg(adobe)) == ("jpg", jpeg(segment(0xEE, b"Adobe\0\x64\0\0\0\0\0")))


def test_of_a_png_only_the_picture_is_left() -> None:
    told = [chunk(kind, SECRET) for kind in (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"iCCP", b"prVt", b"acTL")]
    kind, made = plain_picture(png(*told, chunk(b"pHYs", bytes(9)), end=SECRET))
    assert (kind, made) == ("png", png(chunk(b"pHYs", bytes(9)))) and png_problem(made) == ""


BAD = {
    "nothing": b"", "text": "照片".encode(), "a workbook": b"PK\x03\x04" + bytes(99), "GIF": b"GIF89a" + bytes(99),
    "HEIC": bytes(4) + b"ftypheic" + bytes(99), "JPEG cut in its scan": jpeg()[:-9], "JPEG cut in a head": jpeg()[:30],
    "JPEG without a picture": b"\xff\xd8\xff\xe0" + bytes([0, 2]) + b"\xff\xd9", "three bytes": b"\xff\xd8\xff",
    "JPEG with a mark that is none": jpeg(segment(0xC8, b"x")), "JPEG with a short segment": b"\xff\xd8\xff\xe1\0\1\xff\xd9",
    "PNG cut": png()[:-5], "PNG broken": png().replace(b"IDAT", b"IDAX"), "PNG with a part of its own": png(chunk(b"ABCD", b"x")),
    "PNG head alone": b"\x89PNG\r\n\x1a\n", "PNG without a picture": png()[:33] + chunk(b"IEND"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_whole_picture_is_refused(name: str) -> None:
    with pytest.raises(GongshiError, match="照片"):
        plain_picture(BAD[name])


def test_damaged_pictures_are_refused_or_plain_and_never_a_traceback() -> None:
    draw = random.Random(17)
    for _ in range(rounds(400, 20_000)):
        data = bytearray(draw.choice((jpeg(EXIF, PARTS["comment"]), png(chunk(b"tEXt", SECRET)))))
        for _ in range(draw.randrange(1, 4)):
            data[draw.randrange(len(data))] = draw.randrange(256)
        try:
            kind, made = plain_picture(bytes(data[: draw.randrange(len(data) + 1)] if draw.random() < 0.3 else data))
        except GongshiError:
            continue
        assert (jpeg_problem if kind == "jpg" else png_problem)(made) == ""


# -- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A ledger with a notice of projects, G2020-00001, and one of households, G2020-00002."""
    root = tmp_path_factory.mktemp("made") / "ledger"
    key = ledger(root)
    base = ["--division", VILLAGE, "--unit", "U900", "--starts", "2020-06-08"]
    for wish in (["实施前公示", "--project", PROJECT], ["监测公示", "--case", "Z2020-00001", "--identity", str(key)]):
        assert CliRunner().invoke(notice, ["new", *wish, *base], obj=root).exit_code == 0
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path, monkeypatch) -> Path:
    shutil.copytree(made, tmp_path / "ledger")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (tmp_path / "board.jpg").write_bytes(jpeg(EXIF))
    return tmp_path / "ledger"


def said(root: Path, *arguments: object) -> str:
    done = CliRunner().invoke(notice, ["proof", *map(str, arguments)], obj=root)
    if isinstance(done.exception, GongshiError):
        return str(done.exception)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def setting(root: Path, text: str) -> None:
    place = root / "records/county/county.yaml"
    place.write_text(place.read_text("utf-8") + text, "utf-8")


def found(root: Path) -> list[tuple[str, str]]:
    with load(WorkTree(root)) as database:
        return [(one.code, one.path) for one in check_records(database) if one.code in ("proof", "layout")]


TAKEN = ["--taken", "2020-06-09"]
FILE = "records/townships/guzhen/notices/2020/G2020-00001.yaml"


def test_outside_the_repository_only_digest_and_day_are_kept(root: Path, tmp_path: Path) -> None:
    photo = tmp_path / "board.jpg"
    text = said(root, "G2020-00001", photo, *TAKEN)
    (kept,) = (tmp_path / "data/gongshi/留证").iterdir()
    assert kept.name == "G2020-00001-1.jpg" and kept.read_bytes() == jpeg() and str(kept) in text
    assert SECRET in photo.read_bytes(), "the user's own file is left alone"
    record = (root / FILE).read_text("utf-8")
    assert (
        hashlib.sha256(jpeg()).hexdigest() in record and "taken_on: 2020-06-09" in record and "kept: 仓库外" in record
    )
    assert found(root) == [] and not [*root.rglob("*.jpg")]
    assert "是“G2020-00001”的第 1 张" in said(root, "G2020-00001", photo, "--check")
    assert "是“G2020-00001”的第 1 张" in said(root, "G2020-00001", kept, "--check")
    (tmp_path / "other.jpg").write_bytes(jpeg(mark=9))
    assert "不是" in said(root, "G2020-00001", tmp_path / "other.jpg", "--check")


def test_in_the_repository_if_the_county_says_so_and_no_names_are_seen(root: Path, tmp_path: Path) -> None:
    setting(root, "proof_place: 仓库\n")
    said(root, "G2020-00001", tmp_path / "board.jpg", *TAKEN)
    picture = root / FILE.replace(".yaml", "-1.jpg")
    assert picture.read_bytes() == jpeg() and found(root) == []
    assert [one.code for one in check_guard(WorkTree(root)) if one.path.endswith(".jpg")] == []
    said(root, "G2020-00002", tmp_path / "board.jpg", *TAKEN)
    assert [path.name for path in root.rglob("*.jpg")] == ["G2020-00001-1.jpg"], "a list of households never"
    picture.write_bytes(jpeg(mark=1))
    assert found(root) == [("proof", FILE)], "exchanged"
    picture.rename(picture.with_name("G2020-00001-2.jpg"))
    assert sorted(found(root)) == sorted([("proof", FILE), ("proof", FILE.replace(".yaml", "-2.jpg"))])


REFUSED = {
    "no such notice": (["G2020-09999", *TAKEN], "没有“G2020-09999”"),
    "before its first day": (["G2020-00001", "--taken", "2020-06-07"], "请核对 --taken"),
    "after its last day": (["G2020-00001", "--taken", "2020-09-07"], "证明不了"),
    "a day to come": (["G2020-00001", "--taken", "2999-01-01"], "还没到"),
    "no day": (["G2020-00001", "--taken", "昨天"], "请写成 2020-06-30"),
    "a receipt of what is no payment": (["G2020-00001", *TAKEN, "--kind", "签收表"], "没有签收表"),
    "kept in the ledger": (["G2020-00001", *TAKEN, "--keep", "{root}/photos"], "--keep"),
    "kept where all see it": (["G2020-00001", *TAKEN, "--keep", "{root}/../OneDrive/a"], "--keep"),
    "kept in a file": (["G2020-00001", *TAKEN, "--keep", "{root}/../board.jpg/x"], "--keep"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_a_proof_is_refused_and_nothing_is_written(name: str, root: Path, tmp_path: Path) -> None:
    arguments, words = REFUSED[name]
    before = {
        path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and ".gongshi" not in path.parts
    }
    given = [part.replace("{root}", str(root)) for part in arguments]
    assert words in said(root, given[0], tmp_path / "board.jpg", *given[1:])
    assert before == {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file() and ".gongshi" not in p.parts}


def test_files_that_are_no_pictures_are_refused_in_one_sentence(root: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"MZ")
    with (tmp_path / "huge.jpg").open("wb") as stream:
        stream.truncate(31_000_000)
    for name, words in (("a.jpg", "不是 JPEG"), ("huge.jpg", "超过 30 MB"), ("none.jpg", "找不到"), (".", "找不到")):
        assert words in said(root, "G2020-00001", tmp_path / name, *TAKEN)


def test_one_photo_is_registered_once_and_of_one_day(root: Path, tmp_path: Path) -> None:
    said(root, "G2020-00001", tmp_path / "board.jpg", *TAKEN)
    assert "已经登记过" in said(root, "G2020-00001", tmp_path / "board.jpg", "--taken", "2020-06-10")
    assert "不能又是" in said(root, "G2020-00002", tmp_path / "board.jpg", "--taken", "2020-06-10")
    said(root, "G2020-00002", tmp_path / "board.jpg", *TAKEN)  # two sheets on one board
    (tmp_path / "b.png").write_bytes(png())
    said(root, "G2020-00001", tmp_path / "b.png", *TAKEN)
    assert (tmp_path / "data/gongshi/留证/G2020-00001-2.png").is_file()


def test_a_proof_may_come_later_and_never_goes(root: Path, tmp_path: Path) -> None:
    def files() -> DictTree:
        return DictTree({path: (root / path).read_bytes() for path in WorkTree(root).paths("records/")})

    before = files()
    said(root, "G2020-00001", tmp_path / "board.jpg", *TAKEN)
    after = files()
    assert vanished(before, after, date(2020, 7, 30)) == []
    assert [one.code for one in vanished(after, before, date(2020, 7, 30))] == ["vanished"]
    changed = DictTree({**after.files, FILE: after.files[FILE].replace(b"2020-06-09", b"2020-06-10")})
    assert [one.code for one in vanished(after, changed, date(2020, 7, 30))] == ["frozen"]
