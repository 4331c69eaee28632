"""Whether frozen figures are still what the records say: each published number is counted again, nothing is withheld anew.

What rules looked at is judged again where somebody has just written it (``verdict``); else only that it is of a rule there was, and
not of a few: rules change. ``gongshi figures PERIOD --check`` does the whole work once more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

from gongshi.disclosure.counting import Cell, Count, Counted, count, smallest
from gongshi.disclosure.figures import RESOURCE, TOTAL, Period, declaration
from gongshi.disclosure.freezing import FOLDER, WITHHELD, FrozenFile, due, last_before, path_of, text_of, with_rest
from gongshi.disclosure.withholding import Publication, WithheldGroup, distance, entry_of, tied, twins
from gongshi.model import Finding, GongshiError, Severity
from gongshi.package import RECORDS, Database, Kept, forgetful
from gongshi.policy import Verdict, load_policies
from gongshi.repository import Tree

UNSOUND = "figures"
AGAIN = "公布的数字由 gongshi figures 写出，不能手改，请撤销对这一行的修改"


def recount(
    database: Database,
    then: Database | None,
    file: FrozenFile,
    files: Sequence[FrozenFile],
    kept: Kept = forgetful,
    verdict: Verdict | None = None,
) -> list[Finding]:
    """Findings on a period's file; ``then`` is the ledger as it stood at its end, None if nobody knows; ``kept`` as for ``count``;
    ``verdict`` is what the rules say of it, if the file must agree with them."""
    lines = _lines(database, file)
    if then is None:
        place = min(lines.values(), default=("", 0))
        message = f"没有 {file.period.end} 那天的台账，核对不了 {file.period} 公布的数字；请取回完整的历史再检查"
        return [_finding(Severity.NOTICE, message, *place, ())]
    try:
        counted = count(then, verdict, file.period.end, due(files, file.period), kept)
    except GongshiError as error:
        message = f"核对不了 {file.period} 公布的数字：{error}"
        return [_finding(Severity.ERROR, message, *min(lines.values(), default=("", 0)), ())]
    rules = {rule.id for _, rule in load_policies(then.tree, then.descriptor).rules()}
    last = last_before(files, file.period)
    sound = _Recount(counted, last, smallest(then), file, rules, verdict is not None)
    return [
        _finding(Severity.ERROR, message, *lines[cell], (str(file.period), *cell)) for cell, message in sound.wrong()
    ]


def misplaced(database: Database) -> list[Finding]:
    """Files of figures that have no figures, and figures of another period than their file's."""
    if RESOURCE not in database.descriptor.resources:
        return []
    found = []
    for path in database.descriptor.resources[RESOURCE].paths:
        path = f"{RECORDS}/{path}"
        periods: dict[str, int] = {}
        for part in database.loaded[RESOURCE].parts:
            if part.path == path:
                rows = f"_row BETWEEN {part.first} AND {part.first + part.rows - 1}"
                query = f'SELECT period, min(_row) FROM "{RESOURCE}" WHERE {rows} GROUP BY period ORDER BY 2'
                periods |= dict(database.sql(query))
        if not periods:
            found.append(_finding(Severity.ERROR, f"这份文件里一个数字也没有；{AGAIN}，或删去它重新冻结", path, 0, ()))
        for period, row in periods.items():
            if path != path_of(Period.of(period)):
                message = f"这里有 {period} 的数字，它们只能在 {path_of(Period.of(period))} 里；{AGAIN}"
                place, line = database.locate(RESOURCE, row)
                found.append(_finding(Severity.ERROR, message, place, line, ()))
    return found


def altered(tree: Tree, before: Tree) -> list[Finding]:
    """Files of figures that ``before`` has, are older than the newest, and are not what they were there."""
    old, now = ({path for path in one.paths(f"{RECORDS}/{FOLDER}/") if path.endswith(".csv")} for one in (before, tree))
    message = "这是以前公布的数字，别人已经记下，不能改也不能删；请恢复这份文件"
    return [
        _finding(Severity.ERROR, message, path, 0, ())
        for path in sorted(old - {max(old | now, default="")})
        if not tree.exists(path) or tree.read(path) != before.read(path)
    ]


class _Recount:
    """One file beside what is counted again."""

    def __init__(
        self, counted: Counted, last: Publication, k: int, file: FrozenFile, rules: Collection[str], judged: bool
    ) -> None:
        self._counted, self._last, self._k, self._file, self._rules = counted, last, k, file, rules
        self._judged = judged
        self._near, self._twins = tied(counted), twins(counted)
        self._tied = frozenset(cell for relation in counted.sums for cell in (relation.total, *relation.parts))
        self._entries: dict[WithheldGroup, list[Cell]] = defaultdict(list)
        for cell in counted.cells:
            self._entries[entry_of(cell)].append(cell)
        published = {cell: None if text == WITHHELD else Decimal(text) for cell, text in file.cells.items()}
        self._rest = with_rest(counted, {cell: value for cell, value in published.items() if cell.measure != "rest"})

    def wrong(self) -> Iterator[tuple[Cell, str]]:
        """Cells with what is wrong with them: in the order of the file, then what is told or missing."""
        single = dict(self._singly())
        yield from single.items()
        for cell in dict.fromkeys(self._told_by_sums()):
            if cell not in single:
                yield cell, f"别的数都公布了，这个{WITHHELD}的数一减就知道；{AGAIN}"
        missing = {*self._counted.cells, *self._rest} - self._file.cells.keys()
        if missing:
            first = min(self._file.cells)
            yield first, f"少了 {len(missing)} 格该有的数字；{AGAIN}，或删去这份文件重新冻结"

    def _singly(self) -> Iterator[tuple[Cell, str]]:
        """What is wrong with each cell by itself."""
        for cell, text in sorted(self._file.cells.items()):
            figure = declaration().figures.get(cell.figure)
            if figure is None or cell.measure not in figure.measures:
                yield cell, f"“{cell.figure}”的“{cell.measure}”没有声明过，不能公布；{AGAIN}"
            elif cell.figure == "rules":
                if why := self._wrong_rule(cell, text):
                    yield cell, f"{why}；{AGAIN}"
            elif text != self._expected(cell, text):
                yield cell, f"与 {self._file.period.end} 的台账统计不一致；{AGAIN}"
            elif cell in self._counted.cells and text != WITHHELD and self._small(self._counted.cells[cell], cell):
                yield cell, f"背后的户数或人数太少，不能公布；{AGAIN}"
            elif cell in self._counted.cells and text == WITHHELD and self._needless(cell):
                yield cell, f"该公布的数写成了{WITHHELD}：它不少，也没有别的数要靠它遮住；{AGAIN}"

    def _wrong_rule(self, cell: Cell, text: str) -> str:
        """What is wrong with what a rule is said to have looked at, "" if nothing."""
        if cell.place not in self._rules or cell.item != TOTAL:
            return "这不是规则册里有的规则"
        if self._judged and text not in (WITHHELD, *self._said_by_rule(cell)):
            return "与规则现在说的不一致"
        if text == WITHHELD:
            return ""
        looked, broke = (self._file.cells.get(cell._replace(measure=name), WITHHELD) for name in ("looked", "broke"))
        rest = WITHHELD if WITHHELD in (looked, broke) else str(int(looked) - int(broke))
        few = [one for one in (text, rest) if one.isdigit() and 0 < int(one) < self._k]
        return "背后的户数或人数太少，不能公布" if few else "违反的比检查的还多" if rest.startswith("-") else ""

    def _said_by_rule(self, cell: Cell) -> Iterator[str]:
        """What may stand for a rule: what it says, what was published before, what the figure says that counts the same rows."""
        if cell in self._counted.cells:
            yield text_of(cell, self._counted.cells[cell].value)
            yield text_of(cell, self._last.get(cell))
            yield from (
                self._file.cells.get(first, "") for first, cells in self._counted.alike if first and cell in cells
            )

    def _told_by_sums(self) -> Iterator[Cell]:
        """Withheld cells that a sum gives away, since all others of it stand there as they are counted.

        What more a reader can find out only ``gongshi figures --check`` tells.
        """
        for relation in self._counted.sums:
            cells = (relation.total, *relation.parts)
            hidden = [cell for cell in cells if self._file.cells.get(cell, WITHHELD) == WITHHELD]
            known = (cell for cell in cells if cell not in hidden)
            if (
                len(hidden) == 1
                and hidden[0] in self._file.cells
                and all(self._file.cells[cell] == text_of(cell, self._counted.cells[cell].value) for cell in known)
            ):
                yield hidden[0]

    def _small(self, count: Count, cell: Cell) -> bool:
        return 0 < count.units < self._k + (cell not in self._tied)

    def _needless(self, cell: Cell) -> bool:
        """Whether nothing asks for a cell to be withheld: no small number of its entry, and beside it no number that is
        withheld or that may hide a move because it is the old one. What stands together is withheld together.
        """
        entry = self._entries[entry_of(cell)]
        if any(self._file.cells.get(one, WITHHELD) != WITHHELD for one in entry):
            return True
        if any(self._small(self._counted.cells[one], one) for one in entry):
            return False
        beside = {other for one in entry for other in (*self._near.get(one, ()), *self._twins.get(one, ()))}
        return not any(self._unsure(other) for other in beside - set(entry))

    def _unsure(self, cell: Cell) -> bool:
        text, last = self._file.cells.get(cell, WITHHELD), self._last.get(cell)
        return text == WITHHELD or (last is not None and text == text_of(cell, last))

    def _expected(self, cell: Cell, text: str) -> str:
        """What should stand there: any withheld cell is as it should be, and so is one that kept its old value."""
        if cell.measure == "rest":
            return text_of(cell, self._rest[cell]) if cell in self._rest else ""
        count = self._counted.cells.get(cell)
        if count is None:
            return ""
        if text == WITHHELD:
            return text
        if self._is_old(cell) and any(map(self._may_keep, (cell, *self._twins.get(cell, ())))):
            return text
        return text_of(cell, count.value)

    def _is_old(self, cell: Cell) -> bool:
        last = self._last.get(cell)
        return last is not None and self._file.cells.get(cell) == text_of(cell, last)

    def _may_keep(self, cell: Cell) -> bool:
        """Whether a cell may have its old value: what is published with it has, and tells of too few by what it moves.

        Of how many an amount tells that stands alone, nobody says here.
        """
        entry = self._entries[entry_of(cell)]
        if not all(map(self._is_old, entry)):
            return False
        known = ((self._counted.cells[one], self._last.get(one)) for one in entry)
        far = [distance(count, last, self._k) for count, last in known if count.scale is not None and last is not None]
        return not far or not any(far) or any(0 < moved < self._k for moved in far)


def _lines(database: Database, file: FrozenFile) -> dict[Cell, tuple[str, int]]:
    query = f"SELECT figure, place, item, measure, _row FROM \"{RESOURCE}\" WHERE period = '{file.period}'"
    return {Cell(*cell): database.locate(RESOURCE, row) for *cell, row in database.sql(query)}


def _finding(severity: Severity, message: str, path: str, line: int, key: tuple[str, ...]) -> Finding:
    return Finding(
        code=UNSOUND,
        severity=severity,
        message=message,
        resource=RESOURCE,
        path=path,
        line=line,
        field="value",
        key=key,
    )
