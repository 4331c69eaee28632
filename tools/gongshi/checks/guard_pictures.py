"""PNG and JPEG files that hold a picture and nothing else: no text, place, time, comment, small copy or hidden rest.

``plain_picture`` makes one of a camera's file by copying the parts that are on the list; nothing is decoded.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from gongshi.model import GongshiError

_PNG = b"\x89PNG\r\n\x1a\n"
# Chunks and their greatest lengths; what is none of these may say something that no one sees.
_CHUNKS = {
    **{b"IHDR": 13, b"PLTE": 768, b"tRNS": 256, b"IDAT": 1 << 31, b"IEND": 0},
    **{b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"sBIT": 4, b"bKGD": 6, b"pHYs": 9, b"hIST": 512},
}
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC8})  # with the tables for Huffman and arithmetic coding
_TABLES = frozenset({0xDB, 0xDD})
_SCAN, _END, _JFIF, _ADOBE = 0xDA, 0xD9, 0xE0, 0xEE
_JPEG_NAMES = {0xE1: "EXIF 或 XMP", 0xED: "APP13", 0xFE: "注释"}
_BROKEN = "损坏了，或者后面还接着别的内容"


def png_problem(data: bytes) -> str:
    """What stands in a PNG file besides a picture, in Chinese; "" if nothing does."""
    if not data.startswith(_PNG):
        return "内容不是 PNG 图片"
    at, kind = len(_PNG), b""
    while kind != b"IEND":
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        end = at + 12 + size
        if end > len(data) or zlib.crc32(data[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            return _BROKEN
        if (kind == b"IHDR") != (at == len(_PNG)):
            return _BROKEN
        if size > _CHUNKS.get(kind, -1):
            name = kind.decode("ascii") if kind.isalpha() else "不认识的部分"
            return f"带有附加信息（{name}）"
        at = end
    return "" if at == len(data) else _BROKEN


def jpeg_problem(data: bytes) -> str:
    """What stands in a JPEG file besides a picture, in Chinese; "" if nothing does."""
    if not data.startswith(b"\xff\xd8\xff"):
        return "内容不是 JPEG 图片"
    last = 0
    for last, part in _segments(data):
        if last == _JFIF and part[:5] == b"JFIF\0" and len(part) == 14:
            continue
        if last == _ADOBE and part[:5] == b"Adobe" and len(part) == 12:
            continue
        if last not in _FRAMES and last not in _TABLES and last not in (_SCAN, _END):
            return f"带有附加信息（{_JPEG_NAMES.get(last, '拍摄或编辑软件写的')}）"
    return "" if last == _END else _BROKEN


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(marker, content) of each segment; the end is told only if it is the end of the file."""
    at = 2
    while data[at : at + 1] == b"\xff" and at + 2 <= len(data):
        marker = data[at + 1]
        if marker == _END:
            if at + 2 == len(data):
                yield _END, b""
            return
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        if size < 2 or at + 2 + size > len(data):
            return
        yield marker, data[at + 4 : at + 2 + size]
        at += 2 + size
        if marker == _SCAN:
            at = _behind_scan(data, at)


def _behind_scan(data: bytes, at: int) -> int:
    """Where the next segment begins: a stuffed FF 00 and the restart marks belong to the picture."""
    while (at := data.find(b"\xff", at)) >= 0:
        if data[at + 1 : at + 2] not in _IN_SCAN:
            return at
        at += 2
    return len(data)


_IN_SCAN = frozenset([b"\0", *(bytes([mark]) for mark in range(0xD0, 0xD8))])


def plain_picture(data: bytes) -> tuple[str, bytes]:
    """("jpg" or "png", the picture alone) of a file as a camera or a program wrote it. GongshiError for what is no whole
    JPEG or PNG picture, or holds a part that nobody knows how to leave out."""
    if data.startswith(_PNG):
        kind, made, problem = "png", _plain_png(data), png_problem
    elif data.startswith(b"\xff\xd8\xff"):
        kind, made, problem = "jpg", _plain_jpeg(data), jpeg_problem
    elif data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1"):
        raise GongshiError("这是 HEIC 照片，不能用：请在手机的相机设置里改成“兼容性最佳”（JPEG）再拍，或另存为 JPEG。")
    else:
        raise GongshiError("这个文件不是 JPEG 或 PNG 照片，请换成照片。")
    if not made or problem(made):
        raise GongshiError("这张照片损坏了或不完整，请重新从相机或手机里取一次。")
    return kind, made


def _plain_png(data: bytes) -> bytes:
    """The chunks on the list, up to the end of the picture; b"" where it is broken. Others that a picture can be shown
    without are left out."""
    at, kind, kept, pictured = len(_PNG), b"", [_PNG], False
    while kind != b"IEND":
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        end = at + 12 + size
        if end > len(data) or len(kind) < 4:
            return b""
        needed = not kind[0] & 0x20
        if needed and kind not in _CHUNKS:
            return b""
        if size <= _CHUNKS.get(kind, -1):
            kept.append(data[at:end])
        elif needed:
            return b""
        pictured |= kind == b"IDAT" and size > 0
        at = end
    return b"".join(kept) if pictured else b""


def _plain_jpeg(data: bytes) -> bytes:
    """The segments on the list, up to the end of the picture; b"" where it is broken."""
    seen: set[int] = set()
    at, kept = 2, [b"\xff\xd8"]
    while data[at : at + 1] == b"\xff":
        while data[at + 1 : at + 2] == b"\xff":  # a marker may be filled up with these
            at += 1
        marker = data[at + 1] if at + 1 < len(data) else 0
        if marker == _END:
            kept.append(b"\xff\xd9")
            return b"".join(kept) if _SCAN in seen and seen & _PICTURED else b""
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        if marker < 0xC0 or marker in range(0xD0, 0xD9) or size < 2 or at + 2 + size > len(data):
            return b""
        part = _kept_part(marker, data[at + 4 : at + 2 + size])
        at += 2 + size
        rest = at
        if marker == _SCAN:
            at = _behind_scan(data, at)
        if part is not None:
            seen.add(marker)
            kept.append(bytes([0xFF, marker]) + (len(part) + 2).to_bytes(2, "big") + part + data[rest:at])
    return b""


_PICTURED = _FRAMES - {0xC4, 0xCC}


def _kept_part(marker: int, part: bytes) -> bytes | None:
    """What of a segment belongs to the picture, None for nothing: of its headers not the small copy."""
    if marker == _JFIF:
        return part[:12] + b"\0\0" if part[:5] == b"JFIF\0" and len(part) >= 14 else None
    if marker == _ADOBE:
        return part[:12] if part[:5] == b"Adobe" and len(part) >= 12 else None
    return None if 0xE0 <= marker <= 0xEF or marker == 0xFE else part
