"""``gongshi new``: a county's own, empty repository out of this one. The rules, schemas, mappings and workflows come
along; records, keys and the example's own tests do not."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gongshi.exchange.hooks import install
from gongshi.model import GongshiError
from gongshi.package import RECORDS, Descriptor, csv_bytes, read_descriptor, yaml_bytes
from gongshi.repository import Git, WorkTree

_DATA = re.compile(rf"{RECORDS}/(?:county|townships|funds|projects|notices|inspections|keys)/")
_LEFT = re.compile(
    r"tests/|tools/example/|tools/bench/|CHANGELOG\.md$|\.github/CODEOWNERS$"
    r"|policies/(?:[0-9]{2}-|coverage/|waivers\.yaml$)"  # the work plans and waivers of the example's places
)
_TOWNSHIP_PATH = re.compile(r"townships/[^/]+/(.+)")
_YEAR_PATH = re.compile(r"funds/[0-9]{4}/(.+)")
PLACEHOLDER = (
    ("990199000000", "新建县", "县", "", ""),
    ("990199100000", "新建镇", "乡镇", "990199000000", "xinjian"),
    ("990199100001", "新建村", "村", "990199100000", ""),
)
_COLUMNS = ("division_code", "name", "level", "parent_code", "slug")


@dataclass(frozen=True, slots=True)
class Founded:
    """What was made."""

    county: str
    townships: tuple[str, ...]
    commit: str


def found_county(root: Path, folder: Path, name: str, divisions: bytes | None, year: int) -> Founded:
    """Make the repository in ``folder``, which must be new or empty, all of it or nothing."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise GongshiError(f"“{folder}”里已有东西，请换一个空的或还没有的目录。")
    if folder.resolve().is_relative_to(root.resolve()):
        raise GongshiError("新台账不能放在这个仓库里面，请换一个目录。")
    rows = _divisions(divisions) if divisions is not None else list(PLACEHOLDER)
    county = name or rows[0][1]
    rows[0] = (rows[0][0], county, *rows[0][2:])
    descriptor = read_descriptor(WorkTree(root))
    townships = tuple(row[4] for row in rows if row[2] == "乡镇")
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".gongshi-new-", dir=folder.parent))
    try:
        _copy(root, aside, county)
        for path, data in _records(root, descriptor, rows, townships, year).items():
            _write(aside / path, data)
        _write(aside / ".github/CODEOWNERS", _owners(townships))
        commit = _first_commit(aside, county)
        install(aside)
        aside.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        os.replace(aside, folder)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return Founded(county, townships, commit)


def _divisions(data: bytes) -> list[tuple[str, ...]]:
    """Rows of a CSV ``division_code,name,level,parent_code,slug``: the county first. GongshiError names the line."""
    try:
        table = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error):
        raise GongshiError("区划表要是 UTF-8 的 CSV，请在 Excel 里另存为“CSV UTF-8”。") from None
    if not table or not set(_COLUMNS) <= set(table[0]):
        raise GongshiError(f"区划表的表头要有 {'、'.join(_COLUMNS)}，至少一行县。")
    rows = sorted((tuple((row[name] or "").strip() for name in _COLUMNS) for row in table), key=lambda row: row[0])
    codes, slugs = set(), set()
    for line, (code, name, level, parent, slug) in enumerate(rows, 1):
        first = level == "县" and not parent if line == 1 else level in ("乡镇", "村") and parent in codes
        right = bool(re.fullmatch(r"[0-9]{12}", code)) and bool(name) and code not in codes and first
        named = bool(re.fullmatch(r"[a-z][a-z0-9-]{0,29}", slug)) and slug not in slugs if level == "乡镇" else not slug
        if not (right and named):
            raise GongshiError(
                f"区划表按代码排第 {line} 行（{code[:12]}）不对：县只一行且上级为空，乡镇要有不重复的目录名（小写字母），"
                "村和乡镇的上级要在表里，代码 12 位不重复。"
            )
        codes.add(code)
        slugs |= {slug} - {""}
    if not slugs:
        raise GongshiError("区划表里没有乡镇，请至少写一个。")
    return rows


def _copy(root: Path, aside: Path, county: str) -> None:
    """Everything that is not the example's; the county's name in the site's settings."""
    tree = WorkTree(root)
    for path in tree.paths():
        if not _DATA.match(path) and not _LEFT.match(path):
            data = tree.read(path)
            if path == "mkdocs.yml":
                data = re.sub(rb"(?m)^site_name: .*$", f"site_name: {county}扶贫公示".encode(), data)
            _write(aside / path, data)


def _write(place: Path, data: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)


def _records(
    root: Path, descriptor: Descriptor, rows: Sequence[tuple[str, ...]], townships: Sequence[str], year: int
) -> dict[str, bytes]:
    """The data package for these townships and this year, every file with its header, and the county itself."""
    files: dict[str, bytes] = {}
    text = (root / f"{RECORDS}/datapackage.yaml").read_text(encoding="utf-8")
    for resource in descriptor.csv_resources():
        paths = _paths(resource.paths, townships, year)
        text = _with_paths(text, resource.name, paths)
        for path in paths:
            files[f"{RECORDS}/{path}"] = csv_bytes(resource.schema, [])
    schema = descriptor.resources["divisions"].schema
    cells = [dict(zip(_COLUMNS, row, strict=True)) for row in rows]
    table = csv_bytes(schema, [[row.get(name, "") for name in schema.names] for row in cells])
    files[f"{RECORDS}/county/divisions.csv"] = table
    record = {"county_code": rows[0][0], "name": rows[0][1], "example": "否", "hotline": "12317"}
    record |= {"office": f"{rows[0][1]}乡村振兴局", "office_phone": "0000-0000000", "office_address": "待填"}
    document = next(document for document in descriptor.documents if document.resource == "county")
    files[f"{RECORDS}/county/county.yaml"] = yaml_bytes(descriptor, document, record, {})
    title = re.compile(r"(?m)^title: .*$")
    files[f"{RECORDS}/datapackage.yaml"] = title.sub(f"title: {rows[0][1]}精准扶贫台账", text, count=1).encode()
    return files


def _paths(paths: Sequence[str], townships: Sequence[str], year: int) -> list[str]:
    made: dict[str, None] = {}
    for path in paths:
        if match := _TOWNSHIP_PATH.fullmatch(path):
            made |= dict.fromkeys(f"townships/{slug}/{match[1]}" for slug in sorted(townships))
        elif match := _YEAR_PATH.fullmatch(path):
            made[f"funds/{year}/{match[1]}"] = None
        else:
            made[path] = None
    return list(made)


def _with_paths(text: str, name: str, paths: Sequence[str]) -> str:
    """``datapackage.yaml`` with other files for one resource."""
    block = re.compile(rf"(?m)(^  - name: {re.escape(name)}\n(?:    (?!path:).*\n)*)    path:.*\n(?:      - .*\n)*")
    listed = f" {paths[0]}\n" if len(paths) == 1 else "\n" + "".join(f"      - {path}\n" for path in paths)
    return block.sub(lambda match: f"{match[1]}    path:{listed}", text, count=1)


def _owners(townships: Sequence[str]) -> bytes:
    lines = ["# 谁审哪里：把 @… 换成本县的账号或小组。", "*  @county-office", "/records/keys/  @county-office"]
    lines.extend(f"/records/townships/{slug}/  @county-office @{slug}" for slug in sorted(townships))
    return ("\n".join(lines) + "\n").encode()


def _first_commit(folder: Path, county: str) -> str:
    git = Git(folder)
    git.run("init", "-q", "-b", "main")
    git.run("add", "-A")
    try:
        git.run("var", "GIT_AUTHOR_IDENT")
        who: tuple[str, ...] = ()
    except GongshiError:
        who = ("-c", "user.name=gongshi", "-c", "user.email=gongshi@localhost")
    git.run(*who, "commit", "-q", "-F", "-", input=f"{county}台账：开始\n".encode())
    return git.commit("HEAD")
