"""The files by which a county's host runs checks and publishes: one pipeline (``scaffold/hosts/hosts.toml``), four spellings."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gongshi.founding.beginning import beginning
from gongshi.package import RECORDS
from gongshi.repository.pin import HOSTS

PLACE = "scaffold/hosts/"
DEFAULT = HOSTS[0]
_STEP = re.compile(r"\{\{(\w+)\}\}")


class Host(NamedTuple):
    """Where a kind of host looks for owners and templates, how it matches paths, and what people must set there."""

    owners: str
    owned: str
    groups: bool
    template: str
    todo: str


def host_of(files: Mapping[str, bytes], name: str) -> Host:
    """The description of a kind of host among a program's files."""
    return Host(**_described(files)[name])


def host_files(files: Mapping[str, bytes], name: str) -> dict[str, bytes]:
    """What the pipeline of a host is in a repository; nothing of a program that had it among the files of the pack."""
    if f"{PLACE}hosts.toml" not in files:
        return {}
    described, home = _described(files), f"{PLACE}{name}/"
    steps = described["steps"]
    made = {
        path.removeprefix(home): "".join(_lines(data.decode(), steps)).encode()
        for path, data in files.items()
        if path.startswith(home)
    }
    return made | {described[name]["template"]: files[f"{PLACE}pull-request.md"]}


def _described(files: Mapping[str, bytes]) -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(files[f"{PLACE}hosts.toml"].decode())


def _lines(text: str, steps: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The lines of a file; one that names a step comes once for each command of it."""
    for line in text.splitlines(keepends=True):
        found = _STEP.search(line)
        yield from [line.replace(found[0], command) for command in steps[found[1]]] if found else [line]


def codeowners(host: Host, townships: Sequence[str], organisation: str) -> str:
    """Who reviews what: a township its own folder, the county's office what is common and what judges the records, the
    keepers of keys who may read what is sealed. Later lines win, where the host takes one line alone."""
    who = f"@{organisation}/" if host.groups else "@"
    what = f"各小组在 {organisation} 名下；换成自己的组织名和小组名" if host.groups else "换成各负责人的账号"
    owned = [("", ["maintainers"]), *((place, ["county-office"]) for place in beginning().reviewed)]
    owned += [(f"{RECORDS}/townships/{slug}/", [slug]) for slug in sorted(townships)]
    owned += [(beginning().shared, ["county-office", *sorted(townships)])]
    owned += [(f"{RECORDS}/keys/", ["key-keepers"])]
    lines = [f"# 谁审哪里：{what}，后面的行优先。"]
    lines += [f"{_pattern(host.owned, place)}  {' '.join(who + team for team in teams)}" for place, teams in owned]
    return "\n".join(lines) + "\n"


def _pattern(owned: str, place: str) -> str:
    """All below a folder, or a file, as the host matches paths."""
    if owned == "glob":
        return f"/{place}" if place else "*"
    return place.replace(".", r"\\.") + (".*" if place.endswith("/") or not place else "")
