"""How fast diff and history are: against csv-diff, git-history and ``git log -p``, on the same files in the same run.

``python tools/bench/changes.py [--peers FOLDER] [--quick | --merges]``: FOLDER holds the commands ``csv-diff`` and ``git-history``,
installed into a throw-away environment (``python -m venv FOLDER; FOLDER/bin/pip install csv-diff git-history``).
"""

from __future__ import annotations

import compileall
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))

import check
import scale

ROOT = Path(__file__).resolve().parents[2]
FILE = "records/households.csv"
BEGIN = 1_577_836_800  # 2020-01-01, the first commit's second

GONGSHI = [sys.executable, "-m", "gongshi", "-C"]
SCHEMA_PART = """
import sys
from pathlib import Path
from gongshi.changes.judging import judging
from gongshi.checks import check_records
from gongshi.package import load
from gongshi.repository import WorkTree
root = Path(sys.argv[1])
with judging(root, lambda _: None) as judge, load(WorkTree(root)) as database:
    assert not check_records(database, proofs=judge.proofs)
"""
HISTORY = """
import sys
from pathlib import Path
from gongshi.changes.past import history
from gongshi.repository import Git
with history(Git(Path(sys.argv[1]))) as past:
    for key in past.keys("households", "H0000001"):
        assert past.versions("households", key)[-1].path
"""


class Cost(NamedTuple):
    """Seconds of processor time of a process and its children, and on the clock; ratios go by the former."""

    cpu: float
    clock: float

    def __str__(self) -> str:
        return f"{self.clock:.2f} s（CPU {self.cpu:.2f}）"


def timed(*command: str, cwd: Path | None = None, fails: bool = False) -> Cost:
    """What a whole process costs; ``fails`` if exit code 1 is an answer too (the enlarged county breaks some totals)."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.DEVNULL)
    assert done.returncode <= fails, command
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Cost(cpu, time.perf_counter() - start)


def python(code: str, *arguments: str) -> Cost:
    return timed(sys.executable, "-c", code, *arguments)


def diff(folder: Path, changes: int) -> Cost:
    """``gongshi diff`` as a whole process, told as text, after making sure that it finds what it should."""
    told = subprocess.run([*GONGSHI, str(folder), "diff", "HEAD~1", "HEAD"], check=True, capture_output=True, text=True)
    assert f"修改 {changes}" in told.stdout
    return best(3, lambda: timed(*GONGSHI, str(folder), "diff", "HEAD~1", "HEAD"))


def best(repeats: int, measure: Callable[[], Cost]) -> Cost:
    return min(measure() for _ in range(repeats))


def git(folder: Path, *arguments: str, input: bytes | None = None) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, input=input, stdout=subprocess.DEVNULL)


def county(folder: Path, rows: int, files: int) -> list[Path]:
    """A ledger of ``rows`` households in ``files`` files of one resource."""
    check.households(folder, rows)
    whole = folder / FILE
    header, *lines = whole.read_text(encoding="utf-8").splitlines(keepends=True)
    whole.unlink()
    places = [folder / f"records/part-{number:03d}.csv" for number in range(files)]
    for number, place in enumerate(places):
        part = lines[number * rows // files : (number + 1) * rows // files]
        place.write_text(header + "".join(part), encoding="utf-8")
    package = folder / "records/datapackage.yaml"
    names = ", ".join(place.name for place in places)
    package.write_text(package.read_text(encoding="utf-8").replace("households.csv", f"[{names}]"), encoding="utf-8")
    return places


def edit(place: Path, count: int, rng: random.Random) -> None:
    """Change ``count`` records of a file, one field each."""
    lines = place.read_text(encoding="utf-8").splitlines(keepends=True)
    for number in rng.sample(range(1, len(lines)), count):
        cells = lines[number].split(",")
        cells[10] = str(int(cells[10]) % 8 + 9)
        lines[number] = ",".join(cells)
    place.write_text("".join(lines), encoding="utf-8")


def committed(folder: Path, message: str) -> None:
    git(folder, "add", "-A")
    git(folder, "-c", "user.name=t", "-c", "user.email=t@example.invalid", "commit", "-q", "-m", message)


def imported(folder: Path, places: list[Path], commits: int, edits: int) -> None:
    """``commits`` commits by fast-import, each with ``edits`` records of one file changed."""
    git(folder, "init", "-q", "-b", "main")
    committed(folder, "start")

    def stream() -> Iterator[bytes]:
        rng = random.Random(commits)
        lines = {place: place.read_bytes().splitlines(keepends=True) for place in places}
        for number in range(commits):
            place = places[number % len(places)]
            for row in rng.sample(range(1, len(lines[place])), edits):
                cells = lines[place][row].split(b",")
                cells[10] = b"%d" % (int(cells[10]) % 8 + 1)
                lines[place][row] = b",".join(cells)
            data, message = b"".join(lines[place]), f"change {number}".encode()
            head = b"commit refs/heads/main\ncommitter t <t@example.invalid> %d +0000\n" % (BEGIN + number * 600)
            start = b"from refs/heads/main^0\n" if number == 0 else b""
            name = place.relative_to(folder).as_posix().encode()
            yield head + b"data %d\n%s\n" % (len(message), message) + start
            yield b"M 100644 inline %s\ndata %d\n%s\n" % (name, len(data), data)

    process = subprocess.Popen(["git", "fast-import", "--quiet"], cwd=folder, stdin=subprocess.PIPE)
    assert process.stdin
    for piece in stream():
        process.stdin.write(piece)
    process.stdin.close()
    assert process.wait() == 0
    git(folder, "reset", "-q", "--hard")
    git(folder, "-c", "gc.auto=0", "repack", "-adq")


def bench_large() -> Iterator[tuple[str, str]]:
    """3 of 200 files of a million rows."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        places = county(folder, 1_000_000, 200)
        git(folder, "init", "-q", "-b", "main")
        committed(folder, "1")
        rng = random.Random(1)
        for place in places[:3]:
            edit(place, 10, rng)
        committed(folder, "2")
        yield "100 万行 200 个文件改 3 个：diff", str(diff(folder, 30))


def bench_against() -> Iterator[tuple[str, str]]:
    """A pull request that changes 3 of 227 files of the example county made four times as large, a million rows."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scale.enlarge(folder / "records", 4)
        shutil.copytree(check.ROOT / "policies", folder / "policies")
        git(folder, "init", "-q", "-b", "main")
        committed(folder, "1")
        for place in sorted(folder.glob("records/townships/*/contacts.csv"))[:3]:
            place.write_bytes(b"".join(place.read_bytes().splitlines(keepends=True)[:-1]))
        committed(folder, "2")
        cache = folder / ".git/gongshi"

        def against() -> Cost:
            return timed(*GONGSHI, name, "check", "--against", "HEAD~1", fails=True)

        def anew(measure: Callable[[], Cost]) -> Cost:
            shutil.rmtree(cache, ignore_errors=True)
            return measure()

        label = "107 万行 227 个文件改 3 个"
        cold, warm = anew(lambda: python(SCHEMA_PART, name)), best(3, lambda: python(SCHEMA_PART, name))
        yield f"{label}：格式、写法、主键、引用", f"{warm}；没有缓存 {cold}"
        whole = anew(lambda: timed(*GONGSHI, name, "check", fails=True))
        cold, warm = anew(against), best(2, against)
        yield (
            f"{label}：check --against（连规则）",
            f"{warm}，是全部检查 {whole} 的 {warm.cpu / whole.cpu:.2f} 倍；没有缓存 {cold}",
        )


def bench_csv_diff(peers: Path | None) -> Iterator[tuple[str, str]]:
    """One file of 100,000 rows with 1,000 changes, against csv-diff."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (place,) = county(folder, 100_000, 1)
        git(folder, "init", "-q", "-b", "main")
        committed(folder, "1")
        before = folder / "before.csv"
        before.write_bytes(place.read_bytes())
        edit(place, 1000, random.Random(2))
        git(folder, "add", "records")
        committed(folder, "2")
        ours = diff(folder, 1000)
        words = str(ours)
        if peers:
            peer = best(3, lambda: timed(str(peers / "bin/csv-diff"), str(before), str(place), "--key=household_no"))
            words += f"，csv-diff {peer}，快 {peer.cpu / ours.cpu:.1f} 倍"
        yield "10 万行改 1,000 处：diff", words


def bench_history(commits: int, rows: int, files: int, edits: int, peers: Path | None) -> Iterator[tuple[str, str]]:
    """The whole index, one record from it, an update after one commit."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        places = county(folder, rows, files)
        imported(folder, places, commits, edits)
        label = f"{commits:,} 次提交 × {rows:,} 行"
        cache = folder / ".git/gongshi/history.sqlite"

        def fresh() -> Cost:
            cache.unlink(missing_ok=True)
            return python(HISTORY, name)

        log = best(2, lambda: timed("git", "log", "-p", "--unified=0", cwd=folder))
        whole = best(2, fresh)
        yield f"{label}：全部历史建索引", f"{whole}；git log -p {log}，{whole.cpu / log.cpu:.1f} 倍"
        yield f"{label}：由索引查一条记录", str(best(3, lambda: python(HISTORY, name)))
        edit(places[0], 3, random.Random(3))
        git(folder, "add", "records")
        committed(folder, "one more")
        yield f"{label}：多一次提交后更新并查一条", str(python(HISTORY, name))
        if peers:
            command = [str(peers / "bin/git-history"), "file", str(folder / "peer.db"), str(places[0]), "--repo", name]
            peer = timed(
                *command, "--id", "household_no", "--csv", "--dialect", "excel", "--silent", "--branch", "main"
            )
            yield f"{label}：git-history", f"{peer}；本程序快 {peer.cpu / whole.cpu:.0f} 倍"


def merged(folder: Path, merges: int) -> None:
    """The example county with ``merges`` branches of one commit each, merged over five years; each changes a few records."""
    shutil.copytree(ROOT / "records", folder / "records")
    shutil.copytree(ROOT / "policies", folder / "policies")
    git(folder, "init", "-q", "-b", "main")
    committed(folder, "start")
    names = ("pairings", "monitoring", "loans", "trainings")
    places = sorted(place for name in names for place in folder.glob(f"records/townships/*/{name}.csv"))
    rng = random.Random(merges)

    def commit(mark: int, branch: str, second: int, *parents: str) -> bytes:
        head = f"commit refs/heads/{branch}\nmark :{mark}\ncommitter t <t@example.invalid> {second} +0000\n"
        message = f"改动 {mark}\n\n审批: 某办\n依据: 核实\n".encode()
        lines = [f"{word} {parent}\n" for word, parent in zip(("from", "merge"), parents, strict=False)]
        return head.encode() + b"data %d\n%s\n" % (len(message), message) + "".join(lines).encode()

    process = subprocess.Popen(["git", "fast-import", "--quiet", "--force"], cwd=folder, stdin=subprocess.PIPE)
    assert process.stdin
    for number in range(merges):
        place, second = places[number % len(places)], 1_600_000_000 + number * (5 * 365 * 86400 // merges)
        dropped = place.read_bytes().splitlines(keepends=True)
        if len(dropped) > 2:
            del dropped[rng.randrange(1, len(dropped))]
        place.write_bytes(b"".join(dropped))
        data = place.read_bytes()
        file = f"M 100644 inline {place.relative_to(folder).as_posix()}\ndata {len(data)}\n".encode() + data + b"\n"
        main = f":{2 * number}" if number else "refs/heads/main^0"
        process.stdin.write(commit(2 * number + 1, "side", second, main) + file)
        process.stdin.write(commit(2 * number + 2, "main", second + 3600, main, f":{2 * number + 1}") + file)
    process.stdin.close()
    assert process.wait() == 0
    git(folder, "reset", "-q", "--hard")
    git(folder, "-c", "gc.auto=0", "repack", "-adq")


AUDIT = """
import sys
from gongshi.cli import main
sys.argv[1:] = ["-C", sys.argv[1], "audit", "..HEAD", "-o", sys.argv[1] + "/audit.sqlite"]
try:
    main()
except SystemExit as done:
    assert not done.code
"""


def bench_merges() -> Iterator[tuple[str, str]]:
    """600 merges over five years of the whole county: the index, one household from it, an audit of everything."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        merged(folder, 600)
        label = "全县 1,200 次提交（600 次合并，五年）"
        asked = [*GONGSHI, name, "history", "households", "H0000001"]
        yield f"{label}：第一次查历史", str(timed(*asked))
        yield f"{label}：再查", str(best(3, lambda: timed(*asked)))
        seconds, memory = check.run(AUDIT, folder)
        yield f"{label}：审计从头到尾", f"{seconds:.1f} s, {memory:.0f} MB"


def main(arguments: list[str]) -> None:
    """Print a table, line by line. Our modules are compiled first, as an installer compiled the peers'."""
    compileall.compile_dir(ROOT / "tools/gongshi", quiet=1)
    peers = Path(arguments[arguments.index("--peers") + 1]) if "--peers" in arguments else None
    print("| 测什么 | 结果 |\n|---|---|", flush=True)
    jobs = (
        [bench_merges()]
        if "--merges" in arguments
        else [bench_csv_diff(peers), bench_history(300, 5_000, 1, 20, peers)]
    )
    if not {"--quick", "--merges"} & {*arguments}:
        jobs += [bench_large(), bench_against(), bench_merges(), bench_history(10_000, 50_000, 200, 5, None)]
    for job in jobs:
        for label, value in job:
            print(f"| {label} | {value} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
