"""``gongshi.toml``: which program and pack a county pins, by digest, and what else the program must know of its repository.

What the tree carries of the engine (wheel, lock, pin) is looked at and never run: the installed program judges.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gongshi.model import GongshiError
from gongshi.repository.tree import Tree

PIN = "gongshi.toml"
HOSTS = ("github", "gitlab", "gitea", "gitee")
"""Kinds of hosts that are known; Forgejo is a Gitea."""
ENGINE = "engine/"
LOCK = f"{ENGINE}requirements.lock"
_TABLES: Mapping[str, Mapping[str, type]] = {
    "county": {"name": str, "main": str, "host": str, "hosts": dict},
    "engine": {"version": str, "path": str, "program": str, "wheel": str, "wheel_sha256": str, "lock_sha256": str},
    "pack": {"version": str, "sha256": str},
    "files": {},
}
_VERSION = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){1,3}")
_WHEEL = re.compile(rf"{ENGINE}gongshi-[0-9.]+-py3-none-any\.whl")
_SHA = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Pin:
    """What ``gongshi.toml`` says; ``path`` instead of digests in the program's own repository.

    ``files`` are the pack's files as they were written last, before the county's own changes: path to SHA-256."""

    version: str
    pack: str = ""
    program: str = ""
    wheel: str = ""
    wheel_sha256: str = ""
    lock_sha256: str = ""
    pack_sha256: str = ""
    path: str = ""
    name: str = ""
    main: str = "main"
    host: str = HOSTS[0]
    hosts: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def locked(self) -> tuple[str, ...]:
        """All that an upgrade alone writes."""
        digests = (self.program, self.wheel, self.wheel_sha256, self.lock_sha256, self.pack_sha256)
        return (self.version, self.pack, self.path, *digests, *(f"{path} {sha}" for path, sha in self.files.items()))


def read_pin(tree: Tree) -> Pin | None:
    """The county's pin, None where it has none; GongshiError says what is wrong in the file."""
    if not tree.exists(PIN):
        return None
    try:
        tables = tomllib.loads(tree.read(PIN).decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        where = re.search(r"at line (\d+)", str(error))
        place = f"第 {where[1]} 行" if where else ""
        raise GongshiError(f"{PIN} {place}写法不对，请从历史里恢复它。") from None
    if problem := next(_problems(tables), ""):
        raise GongshiError(f"{PIN} 里{problem}，请从历史里恢复它。")
    county, engine, pack = (tables.get(name, {}) for name in ("county", "engine", "pack"))
    return Pin(
        version=engine["version"],
        pack=pack["version"],
        pack_sha256=pack.get("sha256", ""),
        **{name: engine.get(name, "") for name in ("program", "wheel", "wheel_sha256", "lock_sha256", "path")},
        name=county.get("name", ""),
        main=county.get("main", "main"),
        host=county.get("host", HOSTS[0]),
        hosts=county.get("hosts", {}),
        files=tables.get("files", {}),
    )


def _problems(tables: Mapping[str, Any]) -> Iterator[str]:
    for name, table in tables.items():
        if name not in _TABLES or not isinstance(table, dict):
            yield f"不能有“{name[:20]}”"
            return
        known = _TABLES[name]
        for key, value in table.items():
            if name == "files":
                if not isinstance(value, str) or not _SHA.fullmatch(value):
                    yield "[files] 的摘要不对"
            elif key not in known or not isinstance(value, known[key]):
                yield f"[{name}] 的“{key[:20]}”不认识或写法不对"
    engine, pack, county = (tables.get(name) or {} for name in ("engine", "pack", "county"))
    if not all(_VERSION.fullmatch(str(table.get("version", ""))) for table in (engine, pack)):
        yield "没有写 [engine] 和 [pack] 的 version"
    digests = (engine.get("program"), engine.get("wheel_sha256"), engine.get("lock_sha256"), pack.get("sha256"))
    if "path" not in engine and not all(_SHA.fullmatch(str(value)) for value in digests):
        yield "没有写全程序、安装包、依赖和格式的摘要"
    if "path" not in engine and not _WHEEL.fullmatch(str(engine.get("wheel", ""))):
        yield "[engine] 的 wheel 不是 engine/ 里的安装包"
    if not re.fullmatch(r"[A-Za-z0-9][\w./-]{0,99}", str(county.get("main", "main")), re.ASCII):
        yield "[county] 的 main 不是分支名"
    hosts = "、".join(HOSTS)
    if county.get("host", HOSTS[0]) not in HOSTS:
        yield f"[county] 的 host 只能是 {hosts}"
    if not all(kind in HOSTS for kind in county.get("hosts", {}).values()):
        yield f"[county] 的 hosts 只能写成 主机名 = 种类，种类有 {hosts}"
