"""Write what a county's host gets into this repository, which is one itself, on GitHub, of the organisation ``example-county``.

``python tools/ci/hosting.py [--check]``. A county has its files from ``gongshi new``, and not this script.
"""

from __future__ import annotations

import sys
from pathlib import Path

from gongshi.founding.hosts import DEFAULT, codeowners, host_files, host_of
from gongshi.founding.pack import program_files
from gongshi.package import read_descriptor
from gongshi.repository import WorkTree

ROOT = Path(__file__).resolve().parents[2]


def files() -> dict[str, bytes]:
    """The files as they should be."""
    program = program_files()
    host = host_of(program, DEFAULT)
    paths = [path for resource in read_descriptor(WorkTree(ROOT)).csv_resources() for path in resource.paths]
    slugs = {path.split("/")[1] for path in paths if path.startswith("townships/")}
    owners = codeowners(host, sorted(slugs), "example-county").encode()
    return host_files(program, DEFAULT) | {host.owners: owners}


if __name__ == "__main__":
    made = files()
    if "--check" in sys.argv[1:]:
        sys.exit(any(not (ROOT / path).is_file() or (ROOT / path).read_bytes() != data for path, data in made.items()))
    for path, data in made.items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_bytes(data)
