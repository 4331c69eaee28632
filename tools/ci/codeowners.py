"""Write .github/CODEOWNERS of the example county, whose organisation is ``example-county``.

``python tools/ci/codeowners.py [--check]``. A county's own repository has its file from ``gongshi new``, and not this script.
"""

from __future__ import annotations

import sys
from pathlib import Path

from gongshi.founding.new import codeowners
from gongshi.package import read_descriptor
from gongshi.repository import WorkTree

ROOT = Path(__file__).resolve().parents[2]


def text() -> str:
    """The file as it should be."""
    descriptor = read_descriptor(WorkTree(ROOT))
    paths = [path for resource in descriptor.csv_resources() for path in resource.paths]
    slugs = {path.split("/")[1] for path in paths if path.startswith("townships/")}
    return codeowners(sorted(slugs), "example-county")


if __name__ == "__main__":
    place = ROOT / ".github" / "CODEOWNERS"
    if "--check" in sys.argv[1:]:
        sys.exit(place.read_text(encoding="utf-8") != text())
    place.write_text(text(), encoding="utf-8")
