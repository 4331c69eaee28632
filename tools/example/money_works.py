"""A project while it is being made: its lines, stages, villages and days; and how it becomes rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from example.money_base import Book, yuan
from example.world import AS_OF, Row

# The last step that a project has reached, as the progress shown in its record.
PROGRESS = {
    "乡镇申报": "入库",
    "县级审批": "下达",
    "招标": "招标",
    "开工": "开工",
    "竣工": "竣工",
    "乡镇初检": "初检",
    "县级验收": "验收",
    "乡级报账": "验收",
    "决算": "决算",
    "移交": "移交",
}
_LEVEL = {"县级审批": "县", "招标": "县", "县级验收": "县", "决算": "县", "移交": "村"}
_SERIES = {
    "产业扶贫": "CY",
    "金融扶贫": "CY",
    "就业扶贫": "JY",
    "村基础设施": "JS",
    "村公共服务": "JS",
    "生活条件改善": "JS",
    "教育扶贫": "BZ",
    "综合保障": "BZ",
    "危房改造": "BZ",
    "水库移民后扶": "QT",
}
PROCUREMENT_FROM = 100_000_00  # fen; the law's limit here is 400,000 yuan, the county tenders earlier


@dataclass(slots=True)
class Work:
    """One project. ``lines``: fund key (empty: 自筹) and fen. ``kind``: accepted, whole, named, pool, programme, interest."""

    kind: str
    row: Row
    lines: list[tuple[str, int]]
    villages: list[str]
    town: str = ""
    payee: str = ""
    benefit: str = ""
    fee: int = 0
    measure: str = ""
    stages: dict[str, date] = field(default_factory=dict)
    changes: list[Row] = field(default_factory=list)
    paid_from: date = AS_OF

    @property
    def id(self) -> str:
        return self.row["project_id"]

    @property
    def total(self) -> int:
        return sum(fen for _, fen in self.lines)

    @property
    def fiscal(self) -> list[tuple[str, int]]:
        return [(fund, fen) for fund, fen in self.lines if fund]

    @property
    def tendered(self) -> bool:
        return self.kind == "named" and self.payee != "部门" and self.total >= PROCUREMENT_FROM


def project_id(book: Book, year: str, category: str) -> str:
    series = f"990101-{year}-{_SERIES[category]}"
    return f"{series}-{book.number(series, 4)}"


def reach(book: Book, villages: list[str], able: bool = False) -> dict[str, str]:
    """Who benefits: all of the villages, or (``able``) the registered households that can work."""
    poor = [row for code in villages for row in book.register[code] if not able or row["whole_no_labour"] == "否"]
    poor_persons = sum(int(row["population"]) for row in poor)
    homes, persons = len(poor), poor_persons
    if not able:
        homes = max(homes, sum(int(book.villages[code]["households"]) for code in villages))
        persons = max(persons, sum(int(book.villages[code]["population"]) for code in villages))
    cells = (homes, persons, len(poor), poor_persons)
    names = ("benef_households", "benef_persons", "benef_poor_households", "benef_poor_persons")
    return {name: str(value) for name, value in zip(names, cells, strict=True)}


def goals(book: Book, output: str, benefit: str) -> dict[str, str]:
    return {"goal_output": output, "goal_benefit": benefit, "goal_satisfaction": "95.00"}


def emit(book: Book, work: Work, sources: dict[str, tuple[str, str]]) -> None:
    """The project's rows. ``sources``: fund key to (source level, allocation id)."""
    row = work.row
    row["budget_total"] = yuan(work.total)
    row["stage"] = PROGRESS[list(work.stages)[-1]]
    book.add("projects", **row)
    for code in sorted(set(work.villages)):
        book.add("project-villages", project_id=work.id, village_code=code)
    for number, (fund, fen) in enumerate(work.lines, 1):
        level, allocation = sources[fund] if fund else ("自筹", "")
        cells = {"source_level": level, "allocation_id": allocation, "amount": yuan(fen)}
        book.add("project-budget", project_id=work.id, line_no=str(number), **cells)
    for stage, when in work.stages.items():
        book.add("project-stages", project_id=work.id, **_stage(book, work, stage, when))
    for change in work.changes:
        book.add("project-changes", project_id=work.id, **change)


def _stage(book: Book, work: Work, stage: str, when: date) -> Row:
    level = _LEVEL.get(stage, "乡镇")
    town = work.town or work.villages[0][:9] + "000"
    units = {"县": book.units["poverty"], "乡镇": book.township_units[town], "村": _keeper(book, work)}
    cells = {"stage": stage, "level": level, "done_on": when.isoformat(), "by_unit": units[level]}
    if stage == "县级审批":
        cells["doc_no"] = work.row.get("approval_doc", "")
    elif stage == "县级验收":
        cells["doc_no"] = f"验〔{when.year}〕{book.number(f'accept-{when.year}', 3)}号"
    return cells


def _keeper(book: Book, work: Work) -> str:
    return book.village_units.get(work.villages[0], work.row["owner_unit"])


def workday(book: Book, start: str | date, jitter: int = 0) -> date:
    when = date.fromisoformat(start) if isinstance(start, str) else start
    return book.clock.next(when + timedelta(days=jitter))
