"""``gongshi new``: a county's own, empty repository out of the installed program's pack and scaffold, with the program's
wheel and the file that pins it. New keys are made: public halves inside, private ones beside it."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gongshi.disclosure.figures import RESOURCE as FIGURES
from gongshi.founding.beginning import Division, beginning
from gongshi.founding.divisions import read_divisions
from gongshi.founding.hosts import DEFAULT, codeowners, host_of
from gongshi.founding.pack import Pack, executable, program_files
from gongshi.founding.pin import pinned
from gongshi.model import GongshiError
from gongshi.package import RECORDS, Descriptor, csv_bytes, read_descriptor, yaml_bytes
from gongshi.package.subjects import subjects
from gongshi.repository import Git, MemoryTree
from gongshi.review.installing import install
from gongshi.sealing import RECIPIENTS, Recipient, generate_identity, recipients_bytes
from gongshi.sealing.layout import COUNTY
from gongshi.sealing.signers import SIGNERS, parse_signers, signer_line

_COUNTY = re.compile(r"[\w·（）()-]{1,20}")  # it stands in YAML, file names and the site's title
_TOWNSHIP_PATH = re.compile(r"townships/[^/]+/(.+)")
_YEAR_PATH = re.compile(r"funds/[0-9]{4}/(.+)")
_KEEPERS = """这里是私钥，不在台账仓库里，也不要放进去。每个文件只交给一个保管人，当面用 U 盘交，不要用邮件和微信。

{lines}

保管人把自己的文件存为 ~/.config/gongshi/identity.txt（或用 --identity 指明），另存一份备份在单位的保险柜。
交出以后，从这台电脑删去各乡镇的文件。

丢了：县的私钥能打开全县，乡镇丢了由县里重新登记新公钥（gongshi keygen，再 gongshi seal --rewrap）；两边都丢了，那一年的姓名等再也打不开。
泄露：得到它的人能打开这个乡镇（县的则是全县）已经封存的全部内容，换密钥只保护以后的。
"""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a county is founded with beside its divisions: ``name`` "" is the divisions', ``root`` a public SSH key, and
    what of phone and address is not known yet is a placeholder that ``check`` tells; ``host`` is the kind of its host."""

    name: str = ""
    phone: str = "0000-0000000"
    address: str = "待填"
    root: str = ""
    began_on: str = ""
    host: str = DEFAULT


@dataclass(frozen=True, slots=True)
class Founded:
    """What was made; ``keys`` is the folder of the private keys, ``keepers`` their files and who keeps each; ``root`` the
    fingerprint of the root, whose own commit is still to come, ``todo`` what is to be set on the host."""

    county: str
    townships: tuple[str, ...]
    commit: str
    keys: Path
    keepers: tuple[tuple[str, str], ...]
    root: str = ""
    todo: str = ""


def found_county(folder: Path, divisions: bytes | None, year: int, wishes: Wishes | None = None) -> Founded:
    """Make the repository in ``folder``, which must be new or empty, and the private keys in a new folder beside it;
    all of it or nothing."""
    wishes, folder = wishes or Wishes(), folder.resolve()
    keys = folder.with_name(f"{folder.name}-私钥")
    _check_places(folder, keys)
    rows = read_divisions(divisions) if divisions is not None else list(beginning().divisions)
    rows[0] = replace(rows[0], name=wishes.name or rows[0].name)
    if not _COUNTY.fullmatch(rows[0].name):
        raise GongshiError("县名只写名称本身，不超过 20 个字，如 某某县；没有写 --name 的，请改区划表里县的名称。")
    county, townships = rows[0].name, [row for row in rows if row.level == subjects().place.township]
    roles = {COUNTY: beginning().office.format(name=county), **{row.slug: f"{row.name}人民政府" for row in townships}}
    identities = {role: generate_identity() for role in roles}
    recipients = [Recipient(role, _holder(roles[role]), public) for role, (_, public) in identities.items()]
    signers = signer_line(wishes.root, "root", f"{_holder(county)}根").encode() if wishes.root else b""
    fingerprint = parse_signers(signers).lines[0].fingerprint if signers else ""
    with _aside(folder) as aside, _aside(keys) as safe:
        files = _files(rows, year, wishes)
        files[RECIPIENTS] = recipients_bytes(recipients)
        for path, data in files.items():
            _write(aside / path, data, 0o755 if executable(path) else 0o644)
        commit = _first_commit(aside, county)
        if signers:
            _write(aside / SIGNERS, signers)
            _write(aside / _RECORD, _county_record(_descriptor(files), rows[0], wishes, fingerprint))
        install(aside)
        keepers = tuple((f"{role}.txt", holder) for role, holder in roles.items())
        for role, (text, _) in identities.items():
            _write(safe / f"{role}.txt", f"# {roles[role]}保管\n{text}".encode(), 0o600)
        lines = "\n".join(f"- {file}：{holder}保管，{_opens(file)}" for file, holder in keepers)
        _write(safe / "说明.txt", _KEEPERS.format(lines=lines).encode())
        _put_in_place({aside: folder, safe: keys})
    install(folder)  # hooks and merge driver name the place where the repository lies
    todo = host_of(program_files(), wishes.host).todo
    return Founded(county, tuple(row.slug for row in townships), commit, keys, keepers, fingerprint, todo)


def _check_places(folder: Path, keys: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise GongshiError(f"“{folder}”里已有东西，请换一个空的或还没有的目录。")
    if keys.exists():
        raise GongshiError(f"“{keys}”已经在了，里面可能是别的县的私钥，没有覆盖，请换一个目录。")
    around = next((parent for parent in keys.resolve().parents if (parent / ".git").exists()), None)
    if around:
        raise GongshiError(f"“{around}”是另一个 Git 仓库，新台账不能放在里面，私钥放在里面会被提交出去，请换一个目录。")


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
    return "能打开全县" if file == f"{COUNTY}.txt" else "只能打开本乡镇"


def _write(place: Path, data: bytes, mode: int = 0o644) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.touch(mode)
    place.write_bytes(data)


_RECORD = f"{RECORDS}/county/county.yaml"


def _files(rows: Sequence[Division], year: int, wishes: Wishes) -> dict[str, bytes]:
    """Everything of a new repository but its keys."""
    program = program_files()
    pack, county = Pack(program), rows[0].name
    townships = [row.slug for row in rows if row.slug]
    paths = first_paths(pack, townships, year)
    placed = pack.placed(county, paths, host=wishes.host)
    descriptor = _descriptor(placed)
    files = dict(placed)
    for resource in descriptor.csv_resources():
        files |= {f"{RECORDS}/{path}": csv_bytes(resource.schema, []) for path in resource.paths}
    files |= pack.begun()
    table = descriptor.resources[subjects().place.table]
    cells = [[record.get(name, "") for name in table.schema.names] for record in (row.record() for row in rows)]
    files[f"{RECORDS}/{table.paths[0]}"] = csv_bytes(table.schema, cells)
    files[_RECORD] = _county_record(descriptor, rows[0], wishes, "")
    host = host_of(program, wishes.host)
    files[host.owners] = codeowners(host, townships, "your-organisation").encode()
    return files | pinned(program, county, placed, host=wishes.host)


def _descriptor(files: Mapping[str, bytes]) -> Descriptor:
    return read_descriptor(MemoryTree(files))


def _county_record(descriptor: Descriptor, county: Division, wishes: Wishes, fingerprint: str) -> bytes:
    office = beginning().office.format(name=county.name)
    record = {
        name: text.format(
            code=county.code,
            name=county.name,
            office=office,
            root=fingerprint,
            began=wishes.began_on,
            phone=wishes.phone,
            address=wishes.address,
        )
        for name, text in beginning().record.items()
    }
    document = next(document for document in descriptor.documents if document.resource == subjects().county.table)
    return yaml_bytes(descriptor, document, record, {})


def first_paths(pack: Pack, townships: Sequence[str], year: int) -> dict[str, list[str]]:
    """The files of each CSV resource of the pack for these townships and this year; figures have none yet."""
    descriptor = _descriptor(
        {path.removeprefix("pack/"): data for path, data in pack.files.items() if path.startswith("pack/")}
    )
    return {
        resource.name: [] if resource.name == FIGURES else _paths(resource.paths, townships, year)
        for resource in descriptor.csv_resources()
    }


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
