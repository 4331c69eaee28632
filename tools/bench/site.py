"""Site build times: ours, plain MkDocs Material and Hugo, on the same projects in the same run.

    python tools/bench/site.py 3000 10000 [--plain-limit 3000] [--whole]

Every generator starts from files in a temporary folder and runs in a process of its own. Hugo and plain Material
read one Markdown file a page; ours reads the rows as JSON lines. Hugo's theme is our own shell, so that all write the
same frame round a page. Plain Material and ours also write a search index with the Chinese cut into words; Hugo
writes none. Plain Material keeps the pages out of its navigation, in which it would be quadratic.

``--whole`` adds the product's own build of a ledger with as many projects, nothing known from before: the check of all records, pages
of everything, downloads, the guard over all of it. Its projects are the example's own under new numbers, so it is a draft.
"""

from __future__ import annotations

import argparse
import compileall
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import namedtuple
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DAY = datetime.date(2020, 6, 30)
PLACES = ("云山镇", "古镇", "嵩峰乡", "毛村镇", "东阳乡")
KINDS = ("光伏电站", "茶园提升", "通村公路", "安全饮水", "扶贫车间")
STEPS = ("乡镇申报", "县级审批", "招标", "开工", "竣工", "县级验收")


def record(number: int) -> dict[str, Any]:
    """One made-up project; everything in it follows from its number."""
    place, kind = PLACES[number % 5], KINDS[number // 5 % 5]
    total = 10000 * (20 + number % 280)
    return {
        "id": f"990100-{2016 + number % 5}-CY-{number:05}",
        "name": f"{2016 + number % 5}年{place}{kind}项目{number}",
        "year": 2016 + number % 5,
        "place": place,
        "content": f"在{place}实施{kind}，配套灌溉、道路和管护用房，验收后移交村集体管护。",
        "total": total,
        "budget": [[level, f"{level}财政专项扶贫资金", total // 4] for level in ("中央", "省", "市", "县")],
        "payments": [[f"2020-0{p + 1}-15", "进度款", "工程款", total // 5] for p in range(4)],
        "stages": [[step, f"2019-0{s + 1}-20", f"示扶〔2019〕{number}号"] for s, step in enumerate(STEPS)],
        "facts": [[f"要素{n}", f"{place}第{n}项内容"] for n in range(14)],
        "goals": [[f"目标{n}", "按期完成，群众满意"] for n in range(7)],
    }


def markdown(row: dict[str, Any]) -> str:
    """The same project as a Markdown page."""

    def table(head: list[str], rows: list[list]) -> str:
        lines = [head, ["---"] * len(head), *rows]
        return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"

    return "\n".join((
        f"---\ntitle: {row['name']}\n---\n", f"# {row['name']}\n", "## 做什么\n", row["content"] + "\n",
        table(["要素", "内容"], row["facts"]), "## 钱从哪里来\n", table(["来源", "资金", "金额（元）"], row["budget"]),
        "## 钱付给了谁\n", table(["支付日期", "阶段", "用途", "金额（元）"], row["payments"]),
        "## 办到哪一步\n", table(["步骤", "日期", "文书"], row["stages"]),
        "## 目标和结果\n", table(["目标", "内容"], row["goals"]),
    ))  # fmt: skip


class Views:
    """Stands in for ``Disclosure``: the rows of ``rows.jsonl``, in the shape of the real views."""

    counted_on, pending, threshold = None, False, 5
    views: dict[str, str] = {}  # noqa: RUF012 - no downloads: the others write none

    def __init__(self, file: Path) -> None:
        from gongshi.disclosure.catalogue import VIEWS
        from gongshi.package import read_descriptor
        from gongshi.repository import WorkTree

        descriptor = read_descriptor(WorkTree(ROOT))
        columns = {view.name: view.resolve(descriptor) for view in VIEWS}
        self._county = columns["county"]
        names = {name: [column.name for column in found] for name, found in columns.items()}
        self._shapes = {n: namedtuple("Row", c, defaults=[None] * len(c)) for n, c in names.items()}
        self._tables: dict[str, list] = {name: [] for name in [*names, "people", "changes"]}
        self._add("county", name="示例县", county_code="990100000000", example=True, hotline="12317")
        place = namedtuple("Row", "division_code name level dimension value households persons")
        self._tables["people"].append(place("990100000000", "示例县", "县", "合计", "合计", None, None))
        with file.open(encoding="utf-8") as lines:
            for line in lines:
                self._project(json.loads(line))

    def rows(self, name: str) -> list:
        return self._tables.get(name, [])

    def day(self, figure: str) -> None:
        return None

    def columns(self, name: str) -> tuple:
        return self._county if name == "county" else ()

    def _add(self, view: str, **values: Any) -> None:
        self._tables[view].append(self._shapes[view](**values))

    def _project(self, row: dict[str, Any]) -> None:
        code = row["id"]
        self._add(
            "projects", project_id=code, name=row["name"], year=row["year"], category="产业扶贫", build_kind="新建",
            township=row["place"], content=row["content"], budget_total=Decimal(row["total"]), stage="验收",
            owner="示例单位", owner_post="主任", quantity=Decimal(12), quantity_unit="亩", benef_households=40,
        )  # fmt: skip
        for level, name, amount in row["budget"]:
            self._add("project-budget", project_id=code, source_level=level, allocation=name,
                      allocation_id="N2020-001", amount=Decimal(amount))  # fmt: skip
        for day, stage, purpose, amount in row["payments"]:
            self._add("payments", project_id=code, paid_on=datetime.date.fromisoformat(day), payment_stage=stage,
                      purpose=purpose, amount=Decimal(amount), allocation_id="N2020-001", payee="示例公司")  # fmt: skip
        for step, day, doc in row["stages"]:
            self._add("project-stages", project_id=code, stage=step, done_on=datetime.date.fromisoformat(day),
                      doc_no=doc, unit="示例单位")  # fmt: skip


class Plain:
    """A site of one page whose text is Hugo's placeholders: its frame is Hugo's theme."""

    def __init__(self, site: Any, page: Any) -> None:
        self._site, self._page = site, page

    def __getattr__(self, name: str) -> Any:
        return getattr(self._site, name)

    def pages(self) -> Iterator[Any]:
        yield self._page

    def section(self, path: str) -> None:
        return None


def make(folder: Path, count: int) -> None:
    """The same records for all three."""
    for path in ("plain/docs/projects", "hugo/content/projects", "hugo/layouts/_default"):
        (folder / path).mkdir(parents=True)
    with (folder / "rows.jsonl").open("w", encoding="utf-8") as lines:
        for number in range(count):
            row = record(number)
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")
            text = markdown(row)
            for place in ("plain/docs/projects", "hugo/content/projects"):
                (folder / place / f"{row['id']}.md").write_text(text, "utf-8")
    (folder / "plain/docs/index.md").write_text("# 首页\n", "utf-8")
    (folder / "plain/mkdocs.yml").write_text(
        "site_name: 示例县扶贫公示\nuse_directory_urls: false\n"
        "theme: {name: material, language: zh, font: false, features: [navigation.tabs]}\n"
        "plugins: [search]\nnav: [{首页: index.md}]\nnot_in_nav: projects/*\n",
        "utf-8",
    )  # fmt: skip
    (folder / "hugo/config.toml").write_text(
        'baseURL = "/"\nlanguageCode = "zh"\nuglyURLs = true\ndisableKinds = ["taxonomy", "term", "RSS", "sitemap"]\n'
        "[markup.goldmark.renderer]\nunsafe = true\n",
        "utf-8",
    )


def ledger(folder: Path, count: int) -> Path:
    """The example with its projects, and what was paid for them, so often that there are ``count``."""
    out = folder / "ledger"
    for name in ("records", "policies", "docs"):
        shutil.copytree(ROOT / name, out / name)
    shutil.copy(ROOT / "mkdocs.yml", out)
    files = sorted((out / "records/projects").glob("*/*.yaml"))
    copies = range(1, -(-count // len(files)))
    for place in files:
        text = place.read_text("utf-8")
        for copy in copies:
            code = _copied(place.stem, copy)
            year = code.split("-")[1]
            target = out / "records/projects" / year / f"{code}.yaml"
            target.parent.mkdir(exist_ok=True)
            target.write_text(
                text.replace(place.stem, code).replace(f"year: {place.parent.name}", f"year: {year}", 1), "utf-8"
            )
    for place in (out / "records/funds").glob("*/payments.csv"):
        head, *rows = place.read_text("utf-8").splitlines()
        for row in tuple(rows):
            payment, code, rest = row.split(",", 2)
            rows += (f"F{int(payment[1:]) + 10_000 * copy:07},{_copied(code, copy)},{rest}" for copy in copies)
        place.write_text("\n".join([head, *sorted(rows)]) + "\n", "utf-8")
    return out


def _copied(code: str, copy: int) -> str:
    """The number of a copy: sixty of a year, then an earlier one."""
    county, year, kind, number = code.split("-")
    return f"{county}-{int(year) - 2 * (copy // 60)}-{kind}-{int(number) + 54 * (copy % 60):04}"


def ours(folder: Path, out: Path, theme: bool = False) -> None:
    """Build our site; with ``theme``, only the frame of one page."""
    from gongshi import mkdocs_plugin, site

    content = site.Site(Views(folder / "rows.jsonl"), DAY, "0" * 40)
    content.section = lambda path: None  # the lists are not what the others build
    if theme:
        content = Plain(content, site.Page("projects/theme.html", "{{ .Title }}", "{{ .Content }}"))
    mkdocs_plugin.build(ROOT / "mkdocs.yml", out, DAY, content)


def measure(command: list[str], folder: Path) -> tuple[float, float, float]:
    """Seconds by the clock, seconds of all processors (which other work on the machine changes less) and peak megabytes of a command."""
    start = time.monotonic()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, cwd=folder, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, **quiet)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(errors.decode(errors="replace"))
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def run(sizes: list[int], plain_limit: int = 3000, whole: bool = False) -> list[list[str]]:
    """Rows for a Markdown table: pages, generator, seconds, megabytes, times Hugo. Ours is compiled, as if installed."""
    compileall.compile_dir(ROOT / "tools/gongshi", quiet=1)
    table = [["页数", "生成器", "秒", "CPU 秒", "内存 MB", "是 Hugo 的几倍"]]
    for count in sizes:
        folder = Path(tempfile.mkdtemp(prefix="gongshi-bench-"))
        try:
            make(folder, count)
            table += _compare(folder, count, plain_limit, whole)
        finally:
            shutil.rmtree(folder)
    return table


def _compare(folder: Path, count: int, plain_limit: int, whole: bool) -> list[list[str]]:
    found = {"本项目": measure([sys.executable, __file__, "--ours", str(folder)], folder)}
    if shutil.which("hugo"):
        measure([sys.executable, __file__, "--theme", str(folder)], folder)
        theme = (folder / "theme/projects/theme.html").read_text("utf-8")
        for name in ("single.html", "list.html"):
            (folder / "hugo/layouts/_default" / name).write_text(theme, "utf-8")
        found["Hugo"] = measure(["hugo", "--quiet"], folder / "hugo")
    if whole:
        build = [sys.executable, "-m", "gongshi", "build", "--draft", "--out", str(folder / "whole")]
        found["本项目，整个生成"] = measure(build, ledger(folder, count))
    if count <= plain_limit:
        found["MkDocs Material"] = measure([sys.executable, "-m", "mkdocs", "build", "-q"], folder / "plain")
    hugo = found["Hugo"][0] if "Hugo" in found else 0
    return [
        [f"{count:,}", name, f"{seconds:.2f}", f"{work:.2f}", f"{memory:.0f}", f"{seconds / hugo:.2f}" if hugo else "—"]
        for name, (seconds, work, memory) in found.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", type=int, default=[3000, 10000])
    parser.add_argument("--plain-limit", type=int, default=3000, help="most pages that plain Material is given")
    parser.add_argument("--whole", action="store_true", help="also the product's own build of so many projects")
    parser.add_argument("--ours", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--theme", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.ours:
        return ours(options.ours, options.ours / "out")
    if options.theme:
        return ours(options.theme, options.theme / "theme", theme=True)
    rows = run(options.sizes, options.plain_limit, options.whole)
    rows.insert(1, ["---"] * len(rows[0]))
    print("\n".join("| " + " | ".join(row) + " |" for row in rows))


if __name__ == "__main__":
    main()
