"""The pack: what this version of the program brings for a county's repository, read in place from a checkout or from the wheel.

``scaffold/pack.toml`` lists it, the folder ``scaffold/county`` holds what is for counties alone. The build step (``setup.py``) copies the
listed files into the wheel, below ``gongshi/pack``, where a checkout has them at its root.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

import gongshi
from gongshi.founding.hosts import DEFAULT, host_files
from gongshi.package import dictionary, read_descriptor
from gongshi.package.descriptor import COUNTY_FILE
from gongshi.package.words import edition_of, worded
from gongshi.package.yamlfile import Mapping as Node
from gongshi.package.yamlfile import Scalar, Sequence, parse
from gongshi.repository import MemoryTree

PROGRAM = Path(gongshi.__file__).resolve().parent
PACKED = "pack/"
SCAFFOLD = "scaffold/county/"
PACKAGE_FILE = "records/datapackage.yaml"
DICTIONARY = "records/README.md"
ABOUT = "docs/about.md"
_GENERATED, _END = b"]]] -->\n", b"<!-- [[[end]]]"
LOCK = "requirements.lock"
COUNTY = "{county}"
LISTS = ("placed", "begun", "made", "shown", "offered", "read")
_SKIPPED = {"__pycache__"}
Files = Mapping[str, bytes]


def program_files() -> dict[str, bytes]:
    """Every file of the installed program by its path below ``gongshi/``, the pack's under ``pack/`` wherever they lie."""
    found = {
        path.relative_to(PROGRAM).as_posix(): path.read_bytes()
        for path in sorted(PROGRAM.rglob("*"))
        if path.is_file() and path.suffix != ".pyc" and not _SKIPPED.intersection(path.parts)
    }
    home = PROGRAM.parents[1]
    if (PROGRAM / PACKED / PACKAGE_FILE).is_file() or not (home / PACKAGE_FILE).is_file():
        return found
    return found | {f"{PACKED}{path}": (home / path).read_bytes() for path in listed(home, found["scaffold/pack.toml"])}


def listed(home: Path, table: bytes) -> list[str]:
    """The files below ``home`` that ``pack.toml`` lists, each once."""
    wanted = tomllib.loads(table.decode())
    patterns = [pattern for name in LISTS for pattern in wanted.get(name, ())]
    return sorted({place.relative_to(home).as_posix() for pattern in patterns for place in home.glob(pattern)})


def program_digest(files: Files) -> str:
    """SHA-256 over the paths and contents of a program."""
    lines = (f"{path}\0{hashlib.sha256(data).hexdigest()}\n" for path, data in sorted(files.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


class Pack:
    """The pack among a program's files, of this version or of an older one's wheel."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.listed = tomllib.loads(files["scaffold/pack.toml"].decode())

    def digest(self) -> str:
        """SHA-256 over the paths and contents of all that the pack brings."""
        return program_digest(
            {path: data for path, data in self.files.items() if path.startswith((PACKED, "scaffold/"))}
        )

    def read(self, path: str) -> bytes:
        return self.files[f"{PACKED}{path}"]

    def placed(
        self,
        county: str,
        paths: Mapping[str, list[str]] | None,
        title: str = "",
        host: str = DEFAULT,
        card: bytes = b"",
    ) -> dict[str, bytes]:
        """What lies in the repository of ``county`` on a kind of host; ``paths`` are the files of each CSV resource there,
        None to leave ``datapackage.yaml`` out; ``card`` is its county.yaml, for the words of its day."""
        found = host_files(self.files, host)
        for path, data in self.files.items():
            if path.startswith(SCAFFOLD):
                found[path.removeprefix(SCAFFOLD)] = data.replace(COUNTY.encode(), county.encode())
        names = [path.removeprefix(PACKED) for path in self.files if path.startswith(PACKED)]
        for pattern in self.listed["placed"]:
            found |= {path: self.read(path) for path in names if _matches(path, pattern)}
        if DICTIONARY in found:
            found[DICTIONARY] = self._dictionary(found[DICTIONARY], card)
        if ABOUT in found:
            found[ABOUT] = worded(found[ABOUT].decode(), edition_of(card)).encode()
        if paths is not None:
            found[PACKAGE_FILE] = package_text(self.read(PACKAGE_FILE), title or f"{county}帮扶台账", paths)
        return found

    def _dictionary(self, text: bytes, card: bytes) -> bytes:
        """The data dictionary with its generated part in the words of the county's day."""
        head, mark, rest = text.partition(_GENERATED)
        _, end, tail = rest.partition(_END)
        if not mark or not end:
            return text
        files = {path.removeprefix(PACKED): data for path, data in self.files.items() if path.startswith(PACKED)}
        descriptor = read_descriptor(MemoryTree({**files, COUNTY_FILE: card}))
        return head + mark + dictionary(descriptor).encode() + end + tail

    def begun(self) -> dict[str, bytes]:
        """The records that a county begins with."""
        return {path: self.read(path) for path in self.listed.get("begun", ())}

    def pages(self) -> dict[str, bytes]:
        """The site's pages, by their path in ``docs``."""
        names = [path.removeprefix(PACKED) for path in self.files if path.startswith(f"{PACKED}docs/")]
        return {
            path.removeprefix("docs/"): self.read(path)
            for path in names
            if any(_matches(path, pattern) for pattern in self.listed["shown"])
        }


def executable(path: str) -> bool:
    """Whether a placed file is a program."""
    return path.endswith(".sh")


def _matches(path: str, pattern: str) -> bool:
    """As ``Path.glob``: a star stays in its folder."""
    parts, wanted = path.split("/"), pattern.split("/")
    return len(parts) == len(wanted) and all(Path(part).match(want) for part, want in zip(parts, wanted, strict=True))


def package_text(text: bytes, title: str, paths: Mapping[str, Iterable[str]]) -> bytes:
    """``datapackage.yaml`` with another title and other files; a resource without files is left out.

    Only the lines of ``title`` and ``path`` are written anew: the rest keeps its spelling and comments."""
    root = parse(text)
    lines = text.decode().splitlines(keepends=True)
    assert isinstance(root, Node)
    resources = root.items["resources"]
    assert isinstance(resources, Sequence)
    starts = [item.line for item in resources.items] + [len(lines) + 1]
    written = lines[: starts[0] - 1]
    written[root.lines["title"] - 1] = f"title: {title}\n"
    for item, start, end in zip(resources.items, starts, starts[1:], strict=False):
        assert isinstance(item, Node)
        name = item.items["name"]
        files = list(paths.get(name.value if isinstance(name, Scalar) else "", ()))
        if files:
            at, after = (
                item.lines["path"],
                min([line for line in item.lines.values() if line > item.lines["path"]], default=end),
            )
            written += lines[start - 1 : at - 1]
            written += (
                [f"    path: {files[0]}\n"]
                if len(files) == 1
                else ["    path:\n", *(f"      - {one}\n" for one in files)]
            )
            written += lines[after - 1 : end - 1]
    return "".join(written).encode()
