"""``gongshi new``: a county's own, empty repository out of this one. The rules, schemas, mappings and workflows come
along; records, keys and the example's own tests do not. New keys are made: public halves inside, private ones beside it."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gongshi.disclosure.figures import RESOURCE as FIGURES
from gongshi.exchange.divisions import COLUMNS, PLACEHOLDER, Division, read_divisions
from gongshi.model import GongshiError
from gongshi.package import RECORDS, Descriptor, csv_bytes, read_descriptor, yaml_bytes
from gongshi.repository import Git, WorkTree
from gongshi.review.installing import install
from gongshi.sealing import RECIPIENTS, Recipient, generate_identity, recipients_bytes

_DATA = re.compile(rf"{RECORDS}/(?:county|townships|funds|projects|notices|inspections|keys)/")
_LEFT = re.compile(
    r"tests/|tools/example/|tools/bench/|\.ci/|CHANGELOG\.md$|README.*\.md$|\.github/CODEOWNERS$|tools/ci/codeowners\.py$"
    r"|policies/(?:[0-9]{2}-|coverage/|README\.md$|waivers\.yaml$)"  # what is about the example's places
)
_COUNTY = re.compile(r"[\w·（）()-]{1,20}")  # it stands in YAML, file names and the site's title
_TOWNSHIP_PATH = re.compile(r"townships/[^/]+/(.+)")
_YEAR_PATH = re.compile(r"funds/[0-9]{4}/(.+)")
_COUNTY_PLACES = (
    *(
        f"{RECORDS}/{name}/"
        for name in ("county", "funds", "projects", "notices", "inspections", "schemas", "mappings")
    ),
    *(f"{RECORDS}/datapackage.yaml", f"{RECORDS}/documents.yaml", "policies/"),
)
_OWN_TESTS = re.compile(rb"(?ms)^(?:  #[^\n]*\n)?  (?:code|newcomer):\n.*?(?=^(?:  #[^\n]*\n)?  \w+:\n|\Z)")
_README = """# {county}精准扶贫台账

用 Git 管理的台账：记录在 `records/`（数据字典见 `records/README.md`），规则在 `policies/`，网站由同一份记录生成。

    make site                       # 装好程序，检查记录，生成网站
    .venv/bin/gongshi --help        # 全部命令，每个都有例子
    .venv/bin/gongshi setup         # 每份新克隆运行一次：提交前检查个人信息

程序怎样组成、谁保管哪把密钥、密钥丢了或泄露怎么办，见 `tools/README.md`。
"""
_KEEPERS = """这里是私钥，不在台账仓库里，也不要放进去。每个文件只交给一个保管人，当面用 U 盘交，不要用邮件和微信。

{lines}

保管人把自己的文件存为 ~/.config/gongshi/identity.txt（或用 --identity 指明），另存一份备份在单位的保险柜。
交出以后，从这台电脑删去各乡镇的文件。

丢了：县的私钥能打开全县，乡镇丢了由县里重新登记新公钥（gongshi keygen，再 gongshi seal --rewrap）；两边都丢了，那一年的姓名等再也打不开。
泄露：得到它的人能打开这个乡镇（县的则是全县）已经封存的全部内容，换密钥只保护以后的；详见台账里的 tools/README.md。
"""


@dataclass(frozen=True, slots=True)
class Founded:
    """What was made; ``keys`` is the folder of the private keys, ``keepers`` their files and who keeps each."""

    county: str
    townships: tuple[str, ...]
    commit: str
    keys: Path
    keepers: tuple[tuple[str, str], ...]


def found_county(root: Path, folder: Path, name: str, divisions: bytes | None, year: int) -> Founded:
    """Make the repository in ``folder``, which must be new or empty, and the private keys in a new folder beside it;
    all of it or nothing."""
    folder = folder.resolve()
    keys = folder.with_name(f"{folder.name}-私钥")
    _check_places(root, folder, keys)
    rows = read_divisions(divisions) if divisions is not None else list(PLACEHOLDER)
    rows[0] = rows[0]._replace(name=name or rows[0].name)
    if not _COUNTY.fullmatch(rows[0].name):
        raise GongshiError("县名只写名称本身，不超过 20 个字，如 某某县；没有写 --name 的，请改区划表里县的名称。")
    county, townships = rows[0].name, [row for row in rows if row.level == "乡镇"]
    roles = {"county": f"{county}扶贫办", **{row.slug: f"{row.name}扶贫办" for row in townships}}
    identities = {role: generate_identity() for role in roles}
    recipients = [Recipient(role, _holder(roles[role]), public) for role, (_, public) in identities.items()]
    with _aside(folder) as aside, _aside(keys) as safe:
        _copy(root, aside, county)
        for path, data in _records(root, rows, year).items():
            _write(aside / path, data)
        _write(aside / RECIPIENTS, recipients_bytes(recipients))
        _write(aside / ".github/CODEOWNERS", codeowners([row.slug for row in townships], "your-organisation").encode())
        commit = _first_commit(aside, county)
        install(aside)
        keepers = tuple((f"{role}.txt", holder) for role, holder in roles.items())
        for role, (text, _) in identities.items():
            _write(safe / f"{role}.txt", f"# {roles[role]}保管\n{text}".encode(), 0o600)
        lines = "\n".join(f"- {file}：{holder}保管，{_opens(file)}" for file, holder in keepers)
        _write(safe / "说明.txt", _KEEPERS.format(lines=lines).encode())
        _put_in_place({aside: folder, safe: keys})
    return Founded(county, tuple(row.slug for row in townships), commit, keys, keepers)


def _check_places(root: Path, folder: Path, keys: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise GongshiError(f"“{folder}”里已有东西，请换一个空的或还没有的目录。")
    if keys.exists():
        raise GongshiError(f"“{keys}”已经在了，里面可能是别的县的私钥，没有覆盖，请换一个目录。")
    if folder.is_relative_to(root.resolve()):
        raise GongshiError("新台账不能放在这个仓库里面，请换一个目录。")
    around = next((parent for parent in keys.resolve().parents if (parent / ".git").exists()), None)
    if around:
        raise GongshiError(f"“{around}”是另一个 Git 仓库，私钥放在里面会被提交出去，请换一个目录。")


@contextmanager
def _aside(place: Path) -> Iterator[Path]:
    """A folder to make ``place`` in; gone afterwards unless it was put in place."""
    place.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".gongshi-new-", dir=place.parent))
    try:
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _put_in_place(folders: dict[Path, Path]) -> None:
    """The ledger's folder is readable as any; that of the keys stays its owner's alone."""
    (aside, folder), (safe, keys) = folders.items()
    os.replace(safe, keys)
    try:
        aside.chmod(0o755)
        if folder.exists():
            _fill(folder, aside)
        else:
            os.replace(aside, folder)
    except BaseException:
        shutil.rmtree(keys, ignore_errors=True)
        raise


def _fill(folder: Path, aside: Path) -> None:
    """Into the empty folder itself: somebody may stand in it."""
    moved = []
    try:
        for place in sorted(aside.iterdir()):
            moved.append(place.rename(folder / place.name))
    except BaseException:
        for place in moved:
            place.rename(aside / place.name)
        raise


def _holder(name: str) -> str:
    """A name that recipients.csv may hold."""
    return re.sub(r"[^\w（）()·-]", "", name)[:40]


def _opens(file: str) -> str:
    return "能打开全县" if file == "county.txt" else "只能打开本乡镇"


def _copy(root: Path, aside: Path, county: str) -> None:
    """Everything that is not the example's; the county's name in the site's settings, no job for tests that stay here."""
    tree = WorkTree(root)
    for path in tree.paths():
        if not _DATA.match(path) and not _LEFT.match(path):
            data = tree.read(path)
            if path == "mkdocs.yml":
                data = re.sub(rb"(?m)^site_name: .*$", lambda _: f"site_name: {county}扶贫公示".encode(), data)
            if path.startswith(".github/workflows/"):
                data = _OWN_TESTS.sub(b"", data).rstrip(b"\n") + b"\n"
            if path == "Makefile":
                data = data.replace(b" policies/README.md", b"")
            _write(aside / path, data, 0o755 if os.access(root / path, os.X_OK) else 0o644)
    _write(aside / "README.md", _README.format(county=county).encode())


def _write(place: Path, data: bytes, mode: int = 0o644) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.touch(mode)
    place.write_bytes(data)


def _records(root: Path, rows: Sequence[Division], year: int) -> dict[str, bytes]:
    """The data package for these townships and this year, every file with its header, and the county itself."""
    descriptor: Descriptor = read_descriptor(WorkTree(root))
    townships = [row.slug for row in rows if row.slug]
    files: dict[str, bytes] = {}
    text = (root / f"{RECORDS}/datapackage.yaml").read_text(encoding="utf-8")
    for resource in descriptor.csv_resources():
        paths = [] if resource.name == FIGURES else _paths(resource.paths, townships, year)
        text = _with_paths(text, resource.name, paths)
        for path in paths:
            files[f"{RECORDS}/{path}"] = csv_bytes(resource.schema, [])
    schema = descriptor.resources["divisions"].schema
    cells = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    table = csv_bytes(schema, [[row.get(name, "") for name in schema.names] for row in cells])
    files[f"{RECORDS}/county/divisions.csv"] = table
    record = {"county_code": rows[0].division_code, "name": rows[0].name, "example": "否", "hotline": "12317"}
    record |= {"office": f"{rows[0].name}乡村振兴局", "office_phone": "0000-0000000", "office_address": "待填"}
    document = next(document for document in descriptor.documents if document.resource == "county")
    files[f"{RECORDS}/county/county.yaml"] = yaml_bytes(descriptor, document, record, {})
    title = re.compile(r"(?m)^title: .*$")
    files[f"{RECORDS}/datapackage.yaml"] = title.sub(
        lambda _: f"title: {rows[0].name}精准扶贫台账", text, count=1
    ).encode()
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
    """``datapackage.yaml`` with other files for one resource; without it if it has none."""
    if not paths:
        return re.sub(rf"(?m)^  - name: {re.escape(name)}\n(?:    .*\n)*", "", text)
    block = re.compile(rf"(?m)(^  - name: {re.escape(name)}\n(?:    (?!path:).*\n)*)    path:.*\n(?:      - .*\n)*")
    listed = f" {paths[0]}\n" if len(paths) == 1 else "\n" + "".join(f"      - {path}\n" for path in paths)
    return block.sub(lambda match: f"{match[1]}    path:{listed}", text, count=1)


def codeowners(townships: Sequence[str], organisation: str) -> str:
    """Who reviews what, by teams of an organisation: a township its own folder, the county's office what is common and
    what judges the records, the keepers of keys who may read what is sealed. Later lines win."""
    lines = [f"# 谁审哪里：各小组在 {organisation} 名下；换成自己的组织名和小组名，后面的行优先。"]
    lines.append(f"*  @{organisation}/maintainers")
    lines.extend(f"/{place}  @{organisation}/county-office" for place in _COUNTY_PLACES)
    lines.extend(f"/{RECORDS}/townships/{slug}/  @{organisation}/{slug}" for slug in sorted(townships))
    lines.append(f"/{RECORDS}/keys/  @{organisation}/key-keepers")
    return "\n".join(lines) + "\n"


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
