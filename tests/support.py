"""Trees from literals, and the project's own descriptors and records."""

from __future__ import annotations

import fcntl
import os
import re
from functools import cache
from pathlib import Path

import pytest

from gongshi.model import GongshiError
from gongshi.package import Descriptor, csv_bytes, read_descriptor, yaml_bytes
from gongshi.repository import WorkTree, write_files

ROOT = Path(__file__).resolve().parent.parent
DESCRIPTORS = ("records/datapackage.yaml", "records/documents.yaml")


def rounds(suite: int, night: int) -> int:
    """How often a test tries: ``make nightly`` sets GONGSHI_NIGHT and has the time for many more."""
    return night if os.environ.get("GONGSHI_NIGHT") else suite


def built_example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example county's site as of its day: one build for all workers of a run, whoever asks first makes it."""
    from gongshi import mkdocs_plugin  # a second to import, which few workers need

    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    out, done = shared / "example-site", shared / "example-site.done"
    with (shared / "example-site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            mkdocs_plugin.build(ROOT / "mkdocs.yml", out)
            done.touch()
    return out


class DictTree:
    """A Tree held in memory."""

    label = "literals"

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def paths(self, prefix: str = "") -> tuple[str, ...]:
        return tuple(sorted(path for path in self.files if path.startswith(prefix)))

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise GongshiError(f"找不到文件 {path}")
        return self.files[path]

    def exists(self, path: str) -> bool:
        return path in self.files

    def file(self, path: str) -> None:
        return None

    def links(self) -> tuple[str, ...]:
        return ()

    def target(self, path: str) -> bytes | None:
        return None


def descriptor_files() -> dict[str, bytes]:
    """The project's own datapackage.yaml, documents.yaml and schemas."""
    return dict(_descriptor_files())


@cache
def _descriptor_files() -> dict[str, bytes]:
    paths = [*DESCRIPTORS, *(f"records/schemas/{path.name}" for path in (ROOT / "records/schemas").glob("*.yaml"))]
    return {path: (ROOT / path).read_bytes() for path in paths}


@cache
def project_descriptor() -> Descriptor:
    return read_descriptor(WorkTree(ROOT))


def tree_of(rows: dict[str, list[dict[str, str]]]) -> DictTree:
    """A ledger that holds just ``rows`` by resource, under the project's own schemas; all in the first file of each."""
    files = descriptor_files()
    descriptor = project_descriptor()
    if not rows.get("figures"):  # a file of figures without any is an error of its own
        files["records/datapackage.yaml"] = re.sub(
            rb"(?m)^  - name: figures\n(?:    .*\n)*", b"", files["records/datapackage.yaml"]
        )
    for resource in descriptor.csv_resources():
        if resource.name == "figures" and not rows.get("figures"):
            continue
        names = resource.schema.names
        for path in resource.paths:
            given = rows.get(resource.name, []) if path == resource.paths[0] else []
            cells = [[row.get(name, "") for name in names] for row in given]
            files[f"records/{path}"] = csv_bytes(resource.schema, cells)
    for document in descriptor.documents:
        schema = descriptor.resources[document.resource].schema
        for number, row in enumerate(rows.get(document.resource, [])):
            if document.name == "township-notice":
                continue
            key = {name: row.get(name, "") for name in schema.primary_key}
            lists = {
                name: [item for item in rows.get(target, []) if all(item.get(k, "") == v for k, v in key.items())]
                for name, target in document.lists.items()
            }
            holes = {"township": "guzhen", "year": "2020", **row}
            path = "records/" + document.path.format(**{**dict.fromkeys(schema.names, f"x{number}"), **holes})
            files[path] = yaml_bytes(descriptor, document, row, lists)
    return DictTree(files)


def locked(root: Path) -> bool:
    """Whether another writer of the ledger would have to wait."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gongshi.repository.writing._PATIENCE", 0)
        try:
            write_files(root, {})
        except GongshiError:
            return True
    return False
