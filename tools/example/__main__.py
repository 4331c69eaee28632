"""``python tools/example [--out DIR] [--step N]``: write the example county's records.

DIR is the folder ``records`` itself or the folder that holds it; a new one gets the descriptors too.
With --step the records are those after the first N of the last adjustments (``adjustments.py``): 0 is before all.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TOOLS)] if str(TOOLS) not in sys.path else []
# Run as a folder, Python puts this folder itself first; its modules are to be imported as ``example.…`` alone.
sys.path[:] = [place for place in sys.path if not place or Path(place).resolve() != TOOLS / "example"]

from example.adjustments import LAST  # noqa: E402
from example.county import generate  # noqa: E402


def main() -> None:
    """Generate, write what differs, and say what was done."""
    parser = argparse.ArgumentParser(prog="python tools/example", description=__doc__)
    parser.add_argument("--out", type=Path, default=TOOLS.parent, help="records/, or what holds it")
    parser.add_argument("--step", type=int, choices=range(LAST + 1), default=LAST, help="after so many adjustments")
    options = parser.parse_args()
    root = options.out.resolve()
    report = generate(root.parent if root.name == "records" else root, options.step)
    print(f"{report.files} files, {report.bytes / 1e6:.1f} MB, {report.written} written, {report.removed} removed")


if __name__ == "__main__":
    main()
