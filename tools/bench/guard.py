"""How fast the guard is: MB of records a second of one thread's CPU, and seconds a MB of texts made to take long.

Beside each run stands how fast plain ``bytes.translate`` is on the same bytes at the same time, as the machine may be busy.
``python tools/bench/guard.py [FOLDER]``, by default the records of the example county.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from gongshi.checks.guard import scan

ROOT = Path(__file__).resolve().parents[2]
MB = 1 << 20
HOSTILE = {
    "2 1 1 1 1 ": b"2 1 1 1 1 ",
    "1 1 1 ": b"1 1 1 ",
    "1,3,8, ": b"1,3,8,",
    "139-": b"139-",
    "groups of ID numbers": b"999999 1985 0417 ",
    "a finding in each row of 13 bytes": b"".join(b"%d,\n" % (138 * 10**8 + at) for at in range(MB // 13)),
    "a number that is money in each line": b"".join(
        f"合计{138 * 10**8 + 7919 * at}\n".encode() for at in range(MB // 18)
    ),
    "a number with decimals in each line": b"".join(b"%d.5\n" % (138 * 10**8 + 7919 * at) for at in range(MB // 14)),
    "18 digits in each line": b"".join(b"%d\n" % (123456789 * 10**9 + 104729 * at) for at in range(MB // 19)),
    "groups of a row": b"".join(b"1380%d %06d," % (at % 10, 7919 * at % 10**6) for at in range(MB // 13)),
    "digits cut by slashes": b"".join(
        b"%03d/%04d/%04d\n" % (200 + at % 700, at % 9973, 7919 * at % 9973) for at in range(MB // 14)
    ),
    "one digit a row": b"1\n" * 11 + b"x\n",
    "an escape in each word": b"&#49;&#51;",
    "Chinese numerals": "一三八".encode(),
}


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of the better of two runs."""
    found = []
    for _ in range(2):
        begin = time.process_time()
        work()
        found.append(time.process_time() - begin)
    return min(found)


def rows(folder: Path) -> list[tuple[str, str]]:
    """(what, result) of the records below ``folder`` and of each hostile text."""
    files = [(path.as_posix(), path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file()]
    size = sum(len(data) for _, data in files) / MB
    whole = b"".join(data for _, data in files)
    peer = seconds(lambda: whole.translate(bytes(range(256))))
    took = seconds(lambda: scan((path, lambda data=data: data) for path, data in files))
    told = [(f"records, {size:.1f} MB", f"{size / took:.0f} MB/s; translate {size / peer:.0f} MB/s")]
    for what, text in HOSTILE.items():
        data = (text * (MB // len(text) + 1))[:MB]
        took = seconds(lambda data=data: scan([("a.csv", lambda: data)]))
        told.append((what, f"{took:.2f} s/MB"))
    return told


if __name__ == "__main__":
    for what, result in rows(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "records"):
        print(f"{what}: {result}")
