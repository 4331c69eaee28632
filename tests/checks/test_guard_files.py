"""Which files may lie below records/, policies/ and docs/, by name and content, and how another one is waived."""

from __future__ import annotations

import hashlib
import io
import random
import struct
import zipfile
import zlib
from datetime import date
from pathlib import Path

import pytest

from gongshi.checks import check_guard
from gongshi.checks.guard_files import WAIVERS, check_file_waivers, reading
from gongshi.checks.guard_pictures import jpeg_problem, png_problem
from gongshi.model import Severity
from gongshi.repository import Git, RevisionTree, WorkTree
from support import ROOT, DictTree

DAY = date(2020, 6, 30)


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*more: bytes, end: bytes = b"") -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND") + end


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def jpeg(*more: bytes, end: bytes = b"") -> bytes:
    parts = [segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"), *more, segment(0xDB, bytes(65)), segment(0xC0, bytes(15))]
    scan = segment(0xDA, bytes(10)) + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + b"".join(parts) + scan + segment(0xC4, bytes(20)) + scan + b"\xff\xd9" + end


def office(name: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(name, "<x/>")
    return made.getvalue()


def faults(files: dict[str, bytes]) -> list[tuple[str, str]]:
    return sorted((one.path, one.severity) for one in check_guard(DictTree(files)) if one.code == "guard-file")


ALLOWED = {
    "records/county/a.csv": "编号\n1\n".encode(),
    "records/a/b.yaml": b"a: b\n",
    "docs/a.md": b"\xef\xbb\xbf# a\n",
    "docs/a.svg": b'<?xml version="1.0"?>\n<!-- x -->\n<svg xmlns="http://www.w3.org/2000/svg"></svg>\n',
    "docs/a.png": png(chunk(b"pHYs", bytes(9)), chunk(b"PLTE", bytes(3))),
    "docs/b.PNG": png(),
    "docs/a.jpg": jpeg(),
    "docs/a.jpeg": jpeg(segment(0xEE, b"Adobe\0\x64\0\0\0\0\0")),
    "records/keys/guzhen/2020.age": b"age-encryption.org/v1\n\x00\x01",
    "records/keys/guzhen/2020.age.sig": b"-----BEGIN SSH SIGNATURE-----\nAA==\n-----END SSH SIGNATURE-----\n",
    "records/keys/signers": b"root ssh-ed25519 AAAA\n",
    "records/keys/chain": b"x\n",
    "records/keys/DEMO-identity.txt": b"# x\n",
    "tools/other.bin": b"\x00\x01",
    "recordsx/other.docx": b"\x00\x01",
}


@pytest.mark.parametrize("path", ALLOWED)
def test_what_may_lie_there(path):
    assert faults({path: ALLOWED[path]}) == []


GZIP = zlib.compress(b"x" * 99, wbits=31)
FORBIDDEN = {
    "a letter": ("docs/a.docx", office("word/document.xml")),
    "a workbook": ("records/a.xlsx", office("xl/workbook.xml")),
    "a workbook called a table": ("records/a.csv", office("xl/workbook.xml")),
    "a workbook called a picture": ("docs/a.png", office("xl/workbook.xml")),
    "a PDF": ("policies/a.pdf", b"%PDF-1.7\n"),
    "a PDF called a page": ("docs/a.md", b"%PDF-1.7\n\xe2\xe3\xcf\xd3\n"),
    "gzip called a table": ("records/a.csv", GZIP),
    "bytes in a table": ("records/a.csv", "编号\n1".encode() + b"\x02\n"),
    "NUL in YAML": ("records/a.yaml", b"a: \x00b\n"),
    "no UTF-8": ("records/a.csv", "编号\n一\n".encode("gb18030")),
    "a file inside a page": ("docs/a.md", b"![x](data:image/png;base64,iVBORw0KGgo=)\n"),
    "a file inside a record, spelled otherwise": ("records/a.yaml", b"a: data:x/y; BASE64 ,iVBORw0KGgo=\n"),
    "a picture inside a drawing": ("docs/a.svg", b'<svg><image href="data:image/png;base64,iVBO"/></svg>'),
    "a page called a drawing": ("docs/a.svg", b"<html></html>"),
    "a script": ("docs/a.js", b"x"),
    "a page of HTML": ("docs/a.html", b"<p>x"),
    "plain text": ("records/a.txt", b"x"),
    "no ending": ("records/README", b"x"),
    "a key at another place": ("records/townships/guzhen/2020.age", b"age-encryption.org/v1\n"),
    "a key that is none": ("records/keys/guzhen/2020.age", b"x"),
    "a signature that is none": ("records/keys/guzhen/2020.age.sig", b"x"),
    "PNG with a text": ("docs/a.png", png(chunk(b"tEXt", b"Author\0x"))),
    "PNG with a packed text": ("docs/a.png", png(chunk(b"zTXt", b"a\0\0x"))),
    "PNG with a text in UTF-8": ("docs/a.png", png(chunk(b"iTXt", b"a\0\0\0\0\0x"))),
    "PNG with EXIF": ("docs/a.png", png(chunk(b"eXIf", b"II*\0"))),
    "PNG with a time": ("docs/a.png", png(chunk(b"tIME", bytes(7)))),
    "PNG with a chunk of its own": ("docs/a.png", png(chunk(b"prVt", b"x"))),
    "PNG with too long a chunk": ("docs/a.png", png(chunk(b"pHYs", bytes(99)))),
    "PNG with more behind": ("docs/a.png", png(end=b"x")),
    "PNG cut": ("docs/a.png", png()[:-5]),
    "PNG with a wrong sum": ("docs/a.png", png()[:-1] + b"x"),
    "JPEG with EXIF": ("docs/a.jpg", jpeg(segment(0xE1, b"Exif\0\0II*\0"))),
    "JPEG with XMP": ("docs/a.jpg", jpeg(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>"))),
    "JPEG with IPTC": ("docs/a.jpg", jpeg(segment(0xED, b"Photoshop 3.0\0"))),
    "JPEG with a comment": ("docs/a.jpg", jpeg(segment(0xFE, b"x"))),
    "JPEG with a small copy": ("docs/a.jpg", jpeg(segment(0xE0, b"JFXX\0\x10"))),
    "JPEG with a comment behind the first scan": ("docs/a.jpg", jpeg()[:-2] + segment(0xFE, b"x") + b"\xff\xd9"),
    "JPEG with more behind": ("docs/a.jpg", jpeg(end=b"x")),
    "JPEG cut": ("docs/a.jpg", jpeg()[:-2]),
    "PNG called JPEG": ("docs/a.jpg", png()),
    "nothing": ("docs/a.png", b""),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_what_may_not_lie_there(what):
    path, data = FORBIDDEN[what]
    assert faults({path: data}) == [(path, Severity.ERROR)]


def test_no_picture_crashes_the_readers():
    rng = random.Random(5)
    for whole, problem in ((png(), png_problem), (jpeg(), jpeg_problem)):
        assert problem(whole) == ""
        for at in range(len(whole)):
            assert isinstance(problem(whole[:at] + bytes([rng.randrange(256)]) + whole[at + 1 :]), str)
            assert problem(whole[:at]) != ""


def waivers(data: bytes, **other: str) -> bytes:
    said = {
        "path": "docs/a.pdf",
        "sha256": hashlib.sha256(data).hexdigest(),
        "reason": "省里的表",
        "approved_by": "县办",
    }
    inside = ", ".join(f"{name}: {value}" for name, value in {**said, **other}.items() if value)
    return f"waivers: []\nfiles:\n  - {{{inside}}}\n".encode()


def told(files: dict[str, bytes]) -> list[tuple[str, int]]:
    tree = DictTree(files)
    return [(one.severity, one.line) for one in check_file_waivers(reading(tree.read, tree.exists), DAY)]


def test_a_waiver_makes_it_a_notice_with_its_reason():
    data = b"%PDF-1.7\n"
    for more in ({}, {"until": "2020-06-30"}):
        files = {"docs/a.pdf": data, WAIVERS: waivers(data, **more)}
        found = next(one for one in check_guard(DictTree(files)) if one.code == "guard-file")
        assert found.severity is Severity.NOTICE and "省里的表" in found.message and "县办" in found.message
        assert told(files) == []


@pytest.mark.parametrize(
    ("other", "waived", "problems"),
    [
        ({"sha256": "0" * 64}, False, [("error", 3)]),
        ({"path": "docs/b.pdf"}, False, [("warning", 3)]),
        ({"until": "2020-06-29"}, True, [("error", 3)]),  # the day is asked where it is known, once for all files
        ({"until": "bald"}, False, [("error", 3)]),
        ({"sha256": "0"}, False, [("error", 3)]),
        ({"reason": ""}, False, [("error", 3)]),
        ({"approved_by": ""}, False, [("error", 3)]),
        ({"rule": "x"}, False, [("error", 3)]),
    ],
)
def test_what_is_no_waiver(other, waived, problems):
    data = b"%PDF-1.7\n"
    files = {"docs/a.pdf": data, WAIVERS: waivers(data, **other)}
    assert faults(files) == [("docs/a.pdf", Severity.NOTICE if waived else Severity.ERROR)]
    assert told(files) == problems


def test_a_waiver_that_is_not_needed_and_files_in_another_form():
    data = b"# a\n"
    assert told({"docs/a.md": data, WAIVERS: waivers(data, path="docs/a.md")}) == [("warning", 3)]
    assert told({WAIVERS: b"files: x\n"}) == [("error", 1)]
    assert told({WAIVERS: b"files:\n  - x\n"}) == [("error", 2)]
    assert told({WAIVERS: b"a: [\n"}) == told({}) == []


def test_scripts_are_held_against_the_list_beside_them():
    paths = [path for path in WorkTree(ROOT).paths("docs/vendor/")]
    files = {path: (ROOT / path).read_bytes() for path in paths}
    assert len(files) > 2 and faults(files) == []
    for path in paths:
        if not path.endswith("README.txt"):
            assert faults({**files, path: files[path] + b" "}) == [(path, Severity.ERROR)]
    assert faults({**files, "docs/vendor/more.js": files["docs/vendor/jsQR.js"]}) == [
        ("docs/vendor/more.js", Severity.ERROR)
    ]


def test_a_path_that_is_personal_is_masked():
    number = "1" + "3" * 10
    assert faults({f"docs/{number}.pdf": b"%PDF-1.7\n"}) == [("docs/***", Severity.ERROR)]


def test_links_and_submodules(tmp_path: Path):
    """A number in a link's target, a link among the policies, a repository inside the repository, in both Trees."""
    number = "1" + "38" + "0013" + "8000"
    git = Git(tmp_path)
    git.run("init", "-q")
    git.run("config", "user.name", "x")
    git.run("config", "user.email", "x@x.example")
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies/a.yaml").symlink_to("b.yaml")
    (tmp_path / "a").symlink_to(number)
    (tmp_path / "lib").mkdir()
    git.run("add", "-A")
    git.run("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},lib")
    git.run("commit", "-q", "-m", "x")
    for tree in (WorkTree(tmp_path), RevisionTree(git, "HEAD")):
        found = [(one.code, one.path) for one in check_guard(tree)]
        assert sorted(found) == [("guard-file", "lib"), ("guard-file", "policies/a.yaml"), ("personal-phone", "a")]
