"""Reading a built site back: links, ids, what is loaded, whether every tag is closed, digests."""

import hashlib
import io
import sqlite3
import zipfile
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
SVG_VOID = {"path", "circle", "rect", "line", "polygon"}


class Reader(HTMLParser):
    """Links, ids, what is loaded, and whether every tag is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links, self.loads, self.ids, self.scripts, self.open = [], [], [], 0, []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.scripts += tag == "script"
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "a":
            self.links.append(values.get("href", ""))
        for name in ("src", "srcset", "data", "poster", "action"):
            if values.get(name):
                self.loads.append(values[name])
        if tag == "link" and values.get("rel") != "canonical":
            self.loads.append(values["href"])
        if tag not in VOID | SVG_VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID | SVG_VOID:
            assert self.open and self.open.pop() == tag, (tag, self.getpos())


def plain(content: bytes) -> str:
    """What stands in a file: of workbooks and archives in all they hold, of a database in all rows and between them."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return " ".join(plain(book.read(name)) for name in book.namelist())
    if content.startswith(b"SQLite format 3"):
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(content)
            return "\n".join((*database.iterdump(), content.decode(errors="replace")))
    return content.decode()


def digest(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
