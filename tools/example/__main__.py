"""``python tools/example [--out DIR] [--step N]``: write the example county's records.

``python tools/example --county today --out DIR [--households N]`` writes the county of today, a whole ledger with the figures of
its last quarter, into a new folder: N households in each of its forty villages.

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
from example.today import county as today  # noqa: E402
from example.today.county import HOUSEHOLDS  # noqa: E402


def main() -> None:
    """Generate, write what differs, and say what was done."""
    parser = argparse.ArgumentParser(prog="python tools/example", description=__doc__)
    parser.add_argument("--county", choices=("2020", "today"), default="2020", help="which of the two")
    parser.add_argument("--households", type=int, default=HOUSEHOLDS, help="of today's county, in each village")
    parser.add_argument("--out", type=Path, default=TOOLS.parent, help="records/, or what holds it")
    parser.add_argument("--step", type=int, choices=range(LAST + 1), default=LAST, help="after so many adjustments")
    options = parser.parse_args()
    root = options.out.resolve()
    if options.county == "today":
        files, size = today.generate(root, options.households)
        today.freeze_figures(root)
        print(f"{files} files, {size / 1e6:.1f} MB")
        return
    report = generate(root.parent if root.name == "records" else root, options.step)
    print(f"{report.files} files, {report.bytes / 1e6:.1f} MB, {report.written} written, {report.removed} removed")


if __name__ == "__main__":
    main()
