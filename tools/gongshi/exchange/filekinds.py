"""Kinds of files in which no table is read, told by their first bytes or parts, each with one line that says what to do instead."""

from __future__ import annotations

import io
import struct
import zipfile

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
RESAVE = "请用 Excel 或 WPS 打开后另存为 .xlsx 再导入"
ARCHIVE = "这是压缩包，请解压后逐个导入里面的表。"
WORD = "这是 Word 或 PPT 文件，不是表格：请把里面的表格复制到 Excel，另存为 .xlsx 再导入。"
_PACKED = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM")
_ENDINGS = ("xlsb", "numbers", "pdf", "doc", "docx", "ppt", "pptx", "wps", "dps", "dbf", "slk", "dif", "mdb", "accdb")
_WPS = ("et", "ett")  # WPS keeps what Excel keeps, under its own name
_INSIDE = (".xlsx", ".xls", ".et", ".csv", ".ods")
_VERY_OLD = {struct.pack("<H", kind) for kind in (0x009, 0x209, 0x409)}  # workbooks of Excel 2 to 4


def unreadable(name: str, data: bytes) -> str:
    """Why the file called ``name`` is not read and what to do; "" for one that is tried."""
    suffix = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if suffix in _ENDINGS or (suffix in _WPS and not data.startswith((ZIP, OLE))):
        return f".{suffix} 文件读不了，{RESAVE}。"
    if data.startswith(_PACKED):
        return ARCHIVE
    if data.startswith(_PICTURES) and b"\0" in data[:64]:
        return "这是图片，读不了，请取得原来的 Excel 表再导入。"
    if data.startswith(b"%PDF"):
        return "这是 PDF 文件，读不了，请取得原来的 Excel 表再导入。"
    if data.startswith(ZIP):
        return _packed(data)
    if data[:2] in _VERY_OLD and data[2:4] in (b"\x04\0", b"\x06\0"):
        return f"这是很旧的 Excel 文件（4.0 以前），读不了，{RESAVE}。"
    return _text(data)


def _packed(data: bytes) -> str:
    """Of a zip: workbooks in it, or one of a kind that is not read."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name.lower() for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, EOFError, KeyError):
        return ""
    if any(name.endswith("xl/workbook.bin") for name in names):
        return f"文件其实是 .xlsb，读不了，{RESAVE}。"
    if any(name.startswith(("word/", "ppt/")) for name in names):
        return WORD
    if any(name.endswith(".iwa") for name in names):
        return "这是苹果电脑上 Numbers 的文件，读不了，请在 Numbers 里导出为 Excel（.xlsx）再导入。"
    return ARCHIVE if any(n.endswith(_INSIDE) for n in names) and not any("workbook" in n for n in names) else ""


def _text(data: bytes) -> str:
    start = beginning(data)
    if start.startswith(b"mime-version:") or b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        return f"文件其实是“单个文件网页”或“XML 电子表格 2003”，{RESAVE}。"
    if start.startswith((b"id;p", b"id;n", b"id;e")) or b"table\n0,1\n" in start[:40].replace(b"\r", b""):
        return f"文件其实是 SYLK 或 DIF，读不了，{RESAVE}。"
    return ""


def beginning(data: bytes) -> bytes:
    """How a text begins, in lower case and whatever its encoding."""
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    head = data[:8000].decode("utf-16", "ignore").encode() if wide else data[:8000]
    return head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
