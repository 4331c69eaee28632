"""How fast ``gongshi check`` is against Frictionless, on the same files in the same run, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = 20


def households(folder: Path, rows: int) -> None:
    """A ledger with one resource: ``rows`` households of 20 columns, under the project's own fields."""
    schema = (ROOT / "records/schemas/households.yaml").read_text(encoding="utf-8")
    _, fields = schema.split("fields:\n")
    fields = "".join(line + "\n" for line in fields.splitlines()[:COLUMNS])
    (folder / "records/schemas").mkdir(parents=True)
    (folder / "records/schemas/households.yaml").write_text(
        f"primaryKey: [household_no]\nfields:\n{fields}", encoding="utf-8"
    )
    package = "name: bench\nresources:\n  - {name: households, title: 户, path: households.csv, schema: schemas/households.yaml}\n"
    (folder / "records/datapackage.yaml").write_text(package, encoding="utf-8")
    names = [line.split("name: ")[1].split(",")[0] for line in fields.splitlines()]
    kinds = ["扶贫户", "扶贫低保户", "纯低保户", "五保户"]
    causes = ["因病", "因残", "因学", "缺技术", "缺资金"]
    with (folder / "records/households.csv").open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(names) + "\n")
        for n in range(rows):
            file.write(
                f"H{n:07d},9901011{n % 20:02d}200,{n % 9 + 1}组,{kinds[n % 4]},一般贫困户,国家标准,201{n % 7}-0{n % 9 + 1}-1{n % 9},"
                f"{causes[n % 5]},,{causes[(n + 1) % 5]},{n % 8 + 1},已脱贫,2018,,,,稳定脱贫户,否,否,否\n"
            )


PROOF = """
import sys
from pathlib import Path
from gongshi.checks.proof import prove
from gongshi.package import load
from gongshi.repository import WorkTree
with load(WorkTree(Path(sys.argv[1]))) as database:
    assert not database.findings
    assert not any(prove(database, resource) for resource in database.descriptor.resources.values())
"""
CHECK = """
import sys
from pathlib import Path
from gongshi.checks import check_records
from gongshi.package import load
from gongshi.repository import WorkTree
with load(WorkTree(Path(sys.argv[1]))) as database:
    assert not check_records(database)
"""
FRICTIONLESS = """
import sys
import frictionless
assert frictionless.Package(sys.argv[1] + "/records/datapackage.yaml").validate().valid
"""
SPREAD = "import json,resource,sys; print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))"


def run(code: str, folder: Path) -> tuple[float, float]:
    """Seconds and peak memory in MB of ``code`` on ``folder`` as a whole process."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", f"{code}\n{SPREAD}", str(folder)], check=True, capture_output=True)
    return time.perf_counter() - start, json.loads(done.stdout.split()[-1]) / 1024


def bench(rows: int, repeats: int = 3) -> list[tuple[str, str]]:
    """Rows of the report for one table of ``rows`` households: medians of ``repeats`` runs, Frictionless once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        households(folder, rows)
        peer, peer_memory = run(FRICTIONLESS, folder)
        report = [(f"{rows:,} 户 Frictionless", f"{peer:.1f} s, {peer_memory:.0f} MB")]
        for label, code in (("证明（含字节检查）", PROOF), ("全部检查", CHECK)):
            runs = sorted(run(code, folder) for _ in range(repeats))
            seconds, memory = runs[len(runs) // 2]
            report.append((f"{rows:,} 户 {label}", f"{seconds:.2f} s, {memory:.0f} MB, 快 {peer / seconds:.1f} 倍"))
        return report


if __name__ == "__main__":
    for label, value in bench(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000):
        print(f"{label}\t{value}")
