"""An import as a plan: a file and the ledger give an ImportResult; nothing is written here.

Every row is taken by itself: what is wrong with one does not keep back the others, and a refused row is told with its
sheet and cell. What would make the ledger invalid (schema, keys, references) is refused before it is written.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from gongshi.checks.showing import personal
from gongshi.exchange.around import is_rate, shared_notes
from gongshi.exchange.asserted import check_used, kind_of, own_mapping
from gongshi.exchange.candidates import Candidate
from gongshi.exchange.columns import SheetColumn
from gongshi.exchange.convert import Converter, Refusal
from gongshi.exchange.dates import MONTH_SHOWN
from gongshi.exchange.deciding import Decider
from gongshi.exchange.filling import fill
from gongshi.exchange.forms import Form, read_forms
from gongshi.exchange.freetext import refuse_names_in_text
from gongshi.exchange.identifiers import BY_NAME, FIELDS, carries_persons
from gongshi.exchange.lore import lore, place_words
from gongshi.exchange.mapping import IGNORED, ColumnMapping, MappedColumn, Vocabulary, normal, read_mappings
from gongshi.exchange.memory import Memory, origin_of, recall
from gongshi.exchange.names import codes_of_names
from gongshi.exchange.naming import Named, name_person, named_in
from gongshi.exchange.persons import People, spelled
from gongshi.exchange.places import Places
from gongshi.exchange.recognising import form_tables, near_form, recognise
from gongshi.exchange.sheets import Sheet, address, column_letters, read_sheets
from gongshi.exchange.tables import NoTable, SheetTable, filled_rows, find_table
from gongshi.exchange.totals import slips
from gongshi.exchange.values import Fate, ImportResult, RowProblem, RowResult, SheetResult
from gongshi.model import GongshiError, Progress
from gongshi.package import RECORDS, Descriptor, Field, Resource, TextTables, read_descriptor
from gongshi.package.documents import uncollected
from gongshi.package.subjects import subjects
from gongshi.repository import Tree
from gongshi.sealing import Identity

WITH_AS = "--map 要和 --as 表名 一起写，如 --as loans --map 贷款人=借款人。"
_ALWAYS = {*map(normal, IGNORED)}


class SaidKind(NamedTuple):
    """The resource, or else the form, that a person says a sheet is; "" where he says nothing."""

    resource: str
    form: str


@dataclass(frozen=True, slots=True)
class Request:
    """How to import: for which township (None: each row where it belongs), by which mapping (None: all are tried),
    with whose identity, as of which day, under which name to keep the mapping ("" for not), which cells, by sheet, row and
    column from 0, a person has put right since, and what he says of every row, by the title or name of a field, of the kind of
    sheet (a resource's or form's name or title) and of its columns (header to field)."""

    day: date
    township: str | None = None
    mapping: str | None = None
    identity: Identity | None = None
    save_mapping: str = ""
    mended: Mapping[tuple[str, int, int], str] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


@uncollected()
def plan_import(
    tree: Tree, name: str, data: bytes, request: Request, progress: Progress = lambda _: None
) -> ImportResult:
    """What importing the file ``name`` with the bytes ``data`` would come to. GongshiError for what concerns the file
    as a whole: it cannot be read, the township or mapping does not exist, identifiers came without a key."""
    descriptor = read_descriptor(tree)
    _check_township(descriptor, request.township)
    progress("读取表格")
    sheets = read_sheets(name, data)
    _mend(sheets, request.mended)
    _share_notes(sheets, memory := recall(sheets))
    mappings = _mappings(tree, descriptor, request.mapping)
    progress("辨认表头")
    forms = read_forms(descriptor)
    resource, form = kind_of(request.kind, descriptor, forms) if request.kind else (None, "")
    if request.columns and not resource:
        raise GongshiError(WITH_AS)
    own = own_mapping(resource, request.columns, mappings) if resource and request.columns else None
    check_used(request.columns, sheets)
    mappings = [*(m for m in mappings if not own or m.name != own.name), *([own] if own else ())]
    asked = SaidKind(resource.name if resource else "", form)
    found = [
        pair
        for sheet in _wanted(sheets, memory)
        for pair in _find(sheet, descriptor, mappings, memory, name, request, forms, asked)
    ]
    tables = [table for table, _ in found if table]
    people = _people(tree, tables, request, progress)
    progress("转换各格")
    coded = TextTables(tree, descriptor, [*lore().coded, subjects().place.table])
    codes = codes_of_names(coded, [table.resource for table in tables], request.township)
    places = Places(coded)
    candidates = [one for table in tables for one in _candidates(table, mappings, codes)]
    candidates = _place(candidates, places, request.township)
    fill(candidates, places, request.said)
    refuse_names_in_text(candidates, tree, request.identity)
    progress("与台账比较")
    decider = Decider(tree, descriptor, request.township, people)
    decider.decide(candidates, {table.resource.name for table in tables})
    results = _results(found, candidates, decider.noted_lines(), decider.numbers.renamed() if tables else {})
    warnings = [_warning(*found) for found in decider.warnings]
    return ImportResult(results, decider.files(), *_to_confirm(tables, request), warnings, own)


def _mend(sheets: Sequence[Sheet], mended: Mapping[tuple[str, int, int], str]) -> None:
    """Put text in place of cells that are there."""
    for sheet in sheets:
        for (name, row, column), text in mended.items():
            if name == sheet.name and row < len(sheet.cells):
                cells = sheet.cells[row]
                cells.extend([""] * (column + 1 - len(cells)) if column < 500 else ())
                if column < len(cells):
                    cells[column] = text


def _share_notes(sheets: Sequence[Sheet], memory: Memory | None) -> None:
    """What a sheet of explanations says of units holds for the other sheets."""
    others = memory.others if memory else frozenset()
    notes = tuple(shared_notes([sheet for sheet in sheets if sheet.name not in others]))
    for sheet in sheets if notes else ():
        sheet.beside += notes


def _place(candidates: Sequence[Candidate], places: Places, township: str | None) -> list[Candidate]:
    """What each row says of its county, township and village; a contradiction is refused at its cell. Gives the rows that are
    no headings of a village's rows."""
    kept, village = [], subjects().village.key
    for candidate in candidates:
        if candidate.resource != subjects().place.table:
            if places.group(candidate.table, candidate.row):
                candidate.table.skipped[candidate.row] = "小标题"
                continue
            candidate.place, problems = places.read(candidate.table, candidate.row, township)
            blamed = {problem.column for problem in candidate.problems}
            candidate.problems += [RowProblem(column, why) for column, why in problems if column not in blamed]
            if candidate.place.village and (said := candidate.values.get(village)) and not said.isdecimal():
                candidate.values[village] = candidate.place.village
        kept.append(candidate)
    return _by_village(kept, places)


def _by_village(candidates: Sequence[Candidate], places: Places) -> list[Candidate]:
    """A row that feeds what there is for each village of its place, once for each; a village that is none is asked about."""
    found = []
    for candidate in candidates:
        if candidate.table.feed is None or candidate.table.feed.about != "places":
            found.append(candidate)
            continue
        candidate.problems = []  # they are told with what the row is
        codes, unknown = places.villages_of(candidate.table, candidate.row, candidate.place)
        for code in codes:
            one = replace(
                candidate,
                values={subjects().village.key: code},
                place=candidate.place._replace(village=code),
                problems=[],
                asked=set(),
            )
            found.append(one)
        if unknown:
            candidate.refuse(subjects().village.key, f"“{unknown}”在区划里找不到，请改正，或删去")
            found.append(candidate)
    return found


def _check_township(descriptor: Descriptor, slug: str | None) -> None:
    start = f"townships/{slug}/"
    paths = [path for resource in descriptor.csv_resources() for path in resource.paths]
    if slug is not None and not any(path.startswith(start) for path in paths):
        raise GongshiError(f"没有乡镇“{slug[:40]}”，请写 {RECORDS}/townships 下的目录名，如 guzhen。")


def _mappings(tree: Tree, descriptor: Descriptor, wanted: str | None) -> list[ColumnMapping]:
    """All mappings without their numeric codes, save for the one asked for, which comes last, so that its word counts."""
    mappings = read_mappings(tree, descriptor)
    chosen = [mapping for mapping in mappings if mapping.name == wanted]
    if wanted is not None and not chosen:
        names = "、".join(mapping.name for mapping in mappings) or "还没有"
        raise GongshiError(f"没有映射“{wanted[:40]}”，现有的：{names}。")
    others = (mapping for mapping in mappings if mapping not in chosen)
    return [*(replace(mapping, values=_without_codes(mapping.values)) for mapping in others), *chosen]


def _without_codes(values: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    return {name: {old: new for old, new in pairs.items() if not old.isdecimal()} for name, pairs in values.items()}


def _wanted(sheets: Sequence[Sheet], memory: Memory | None) -> list[Sheet]:
    others = memory.others if memory else frozenset()
    return [sheet for sheet in sheets if sheet.name not in others and filled_rows(sheet)]


def _find(
    sheet: Sheet,
    descriptor: Descriptor,
    mappings: Sequence[ColumnMapping],
    memory: Memory | None,
    name: str,
    request: Request,
    forms: Sequence[Form],
    asked: SaidKind,
) -> list[tuple[SheetTable | None, SheetResult]]:
    """(a table of the sheet, its result to fill) for each; without a table all its rows are refused already."""
    origin = origin_of(sheet, memory, lambda resource: _titles(descriptor, resource)) if memory else None
    if origin:
        names: Sequence[str] = [origin.resource] if origin.resource in descriptor.resources else []
    elif asked.resource:
        names = [asked.resource]
    elif request.mapping:
        names = [mappings[-1].resource]
    else:
        names = [name for name in descriptor.resources if name != subjects().boxes.table]
    words = [Vocabulary(descriptor.resources[name], mappings) for name in names]
    file = name.rsplit("/", 1)[-1]
    table = find_table(sheet, words, origin.resource if origin else "", file)
    if not origin and not request.mapping and not asked.resource:
        found = _as_form(sheet, forms, table, descriptor, file, asked.form)
        if isinstance(found, list):
            return [(one, _begun(one, place)) for place, one in enumerate(found)]
        table = _with_hint(found, forms, sheet, file) if not asked.form else found
    if isinstance(table, NoTable):
        return [(None, _unread(sheet, table))]
    table = replace(table, origin=origin)
    return [(table, _begun(table))]


def _with_hint(table: SheetTable | NoTable, forms: Sequence[Form], sheet: Sheet, file: str) -> SheetTable | NoTable:
    """The same, saying to which known form the sheet comes nearest, if that is likelier."""
    if isinstance(table, SheetTable) and table.exported:
        return table
    near = near_form(sheet, forms, file, len(table.fields) if isinstance(table, SheetTable) else 0)
    if not near:
        return table
    if isinstance(table, NoTable):
        return replace(table, reason=f"{table.reason}；{near}")
    return replace(table, told=(*table.told, near))


def _as_form(
    sheet: Sheet, forms: Sequence[Form], table: SheetTable | NoTable, descriptor: Descriptor, file: str, asked: str
) -> list[SheetTable] | SheetTable | NoTable:
    """The tables of the known form that the sheet is, if that says more of it than the plain table (or an export) does."""
    found = recognise(sheet, [form for form in forms if asked in ("", form.name)], file, asked)
    plain = table if isinstance(table, SheetTable) and not asked else None
    if asked and not found:
        (form,) = (form for form in forms if form.name == asked)
        needed = "、".join(column.headers[0].replace("/", " → ") for column in form.columns if column.needed)
        return NoTable(f"不是样式“{form.title}”：至少要有这些列：{needed}（或它们的别的写法）")
    if not found or (plain and found.covered < len(plain.fields) + plain.exported):
        return table
    tables = form_tables(sheet, found, descriptor, file)
    return table if isinstance(tables, NoTable) and plain else tables


def _begun(table: SheetTable, place: int = 0) -> SheetResult:
    """The result of a table, its rows still to come; what concerns the whole sheet is told with its first table."""
    result = SheetResult(table.sheet, table.resource.name, table.resource.title, table.columns, skipped=table.skipped)
    result.row_units, result.origin = table.row_units, table.origin
    if table.form and not place:
        result.notices.append(f"按样式“{table.form.title}”读入")
    result.notices.extend(_notices(table) if not place else ())
    return result


def _titles(descriptor: Descriptor, resource: str) -> dict[str, str]:
    known = descriptor.resources.get(resource)
    return {field.title: field.name for field in (*known.schema.fields, *FIELDS)} if known else {}


def _unread(sheet: Sheet, why: NoTable) -> SheetResult:
    """A hidden sheet without a header is a list for drop-downs, say; in a visible one every row is refused."""
    filled = filled_rows(sheet)
    if not sheet.visible:
        return SheetResult(
            sheet, skipped=dict.fromkeys(filled, "隐藏的工作表"), notices=["隐藏的工作表，没有认出表头，未读"]
        )
    problem = (RowProblem(why.column, why.reason),)
    return SheetResult(sheet, rows=[RowResult(sheet.name, row, Fate.REFUSED, problems=problem) for row in filled])


def _notices(table: SheetTable) -> list[str]:
    """What a person should know about how the sheet was read."""
    sheet, notices = table.sheet, [*table.told]
    hidden = [row + 1 for row in table.rows if row in sheet.hidden_rows]
    if hidden:
        shown = "、".join(map(str, hidden[:10])) + (" 等" if len(hidden) > 10 else "")
        notices.append(f"第 {shown} 行是隐藏的，也已读入，共 {len(hidden)} 行")
    kept = _ALWAYS | place_words()
    taken = {column.place for column in table.columns if column.role} | {*table.elsewhere} if table.form else set()
    ignored = [c.header for c in table.columns if c.meaning.how == "ignored" and c.place not in taken]
    left = [header for header in ignored if header and normal(header) not in kept]
    if left:
        notices.append(f"按映射不收的列：{'、'.join(header[:12] for header in left)}")
    for column in table.columns:
        letters, meaning = column_letters(column.place), column.meaning
        if column.place in sheet.hidden_columns and meaning.field:
            notices.append(f"{letters} 列“{column.header}”是隐藏的，也已读入")
        lone = meaning.field is None and meaning.how != "ignored" and not column.role
        count = sum(1 for row in table.rows if sheet.cell(row, column.place) not in ("", None)) if lone else 0
        if count and meaning.how == "another":
            notices.append(
                f"{letters} 列“{column.header[:20]}”跟在“{meaning.unit[:20]}”后面，当作他的，{count} 格没有导入"
            )
        elif count and meaning.how == "identifier":
            notices.append(f"{letters} 列是个人标识，这张表不收，{count} 格没有导入")
        elif count:
            header = f"“{column.header[:20]}”" if column.header else "没有表头"
            notices.append(f"{letters} 列{header}没有对应的字段，{count} 格没有导入")
    return notices


def _people(tree: Tree, tables: Sequence[SheetTable], request: Request, progress: Progress) -> People | None:
    """The persons, if a sheet brings identifiers; GongshiError if it does and there is no key."""
    titles = {
        column.field.title
        for table in tables
        for name, column in table.fields.items()
        if carries_persons(table.resource) and name in BY_NAME
    }
    beside = any(column.meaning.how == "identifier" or column.role for table in tables for column in table.columns)
    if not titles and (request.identity is None or not beside):
        return None
    if request.identity is None:
        raise GongshiError(
            f"表里有个人标识（{'、'.join(sorted(titles))}），要用本乡镇或县级的密钥才能密封导入，"
            "请用 --identity 指明密钥文件，或先删去这些列。"
        )
    progress("打开密封信息")
    return People(tree, request.identity, request.day)


def _candidates(
    table: SheetTable,
    mappings: Sequence[ColumnMapping],
    codes: Mapping[tuple[str, str], Mapping[str, str]],
) -> list[Candidate]:
    """Each data row with its cells converted."""
    values = {field: dict(names) for (resource, field), names in codes.items() if resource == table.resource.name}
    for mapping in (*mappings, *([table.form] if table.form else ())):
        if mapping.resource == table.resource.name:
            for name, pairs in mapping.values.items():
                values.setdefault(name, {}).update(pairs)
    fields = table.fields
    converters: dict[tuple[str, str], Converter] = {}
    for name, column in fields.items():
        money = column.field.unit.startswith("元") and not column.unit
        for unit in {column.unit, *(table.row_units.values() if money else ())}:
            converters[name, unit] = Converter(column.field, unit, values.get(name, {}), table.sheet.from_1904)
    named = named_in(table)
    return [_candidate(table, row, fields, converters, named) for row in table.rows]


def _candidate(
    table: SheetTable,
    row: int,
    fields: Mapping[str, SheetColumn],
    converters: Mapping[tuple[str, str], Converter],
    named: Named,
) -> Candidate:
    sheet = table.sheet
    candidate = Candidate(table, row)
    name_person(candidate, named)
    for name, column in fields.items():
        place = column.place
        unit = column.unit or table.row_units.get(row, "")
        convert = converters.get((name, unit)) or converters[name, column.unit]
        text = convert(sheet.cell(row, place), (row, place) in sheet.percents)
        if column.field.type == "date" and (row, place) in sheet.months and isinstance(text, str):
            text = Refusal(MONTH_SHOWN)
        if not isinstance(text, str):
            candidate.problems.append(RowProblem(place, f"“{column.field.title}”：{text.reason}"))
            continue
        candidate.values[name] = spelled(name, text) if name in BY_NAME else text
        share = column.field.unit == "%" and (row, place) not in sheet.percents
        if share and text and "%" not in unicodedata.normalize("NFKC", str(sheet.cell(row, place))):
            candidate.shares[name] = text
    if carries_persons(table.resource):
        _complete(candidate)
    return candidate


def _complete(candidate: Candidate) -> None:
    """The month of birth comes from the day of birth."""
    values, born = candidate.values, subjects().member.born
    if born not in candidate.table.fields and values.get("birth"):
        values[born] = values["birth"][:7]


def _results(
    found: Sequence[tuple[SheetTable | None, SheetResult]],
    candidates: Sequence[Candidate],
    told: Sequence[str],
    renamed: Mapping[str, str],
) -> list[SheetResult]:
    """The result of each table; what was done beside them all is told with the first."""
    results = [_result(table, result, candidates) for table, result in found]
    for result in results:
        result.renamed = renamed
    for first in results[:1]:
        first.notices.extend(told)
    return results


def _result(table: SheetTable | None, result: SheetResult, candidates: Sequence[Candidate]) -> SheetResult:
    if table is None:
        return result
    mine = [candidate for candidate in candidates if candidate.table is table]
    result.rows = [candidate.result() for candidate in mine]
    for name, column in table.fields.items():
        if _is_money(column.field):
            title = column.field.title
            result.sums[title] = _sums(mine, name)
            unread = sum(name not in candidate.values for candidate in mine)
            result.unread.update({title: unread} if unread else {})
    result.notices.extend(slips(table, {candidate.row: candidate.values for candidate in mine}))
    return result


def _warning(candidate: Candidate, name: str, message: str) -> str:
    """What a rule that needs identifiers warns of, at its cell."""
    column = candidate.table.fields.get(name)
    place = address(candidate.row, column.place if column else 0)
    return f"{candidate.table.sheet.name}!{place}: {message}"


def _is_money(field: Field) -> bool:
    return field.type == "number" and field.unit == "元" and not is_rate(field)


def _sums(candidates: Sequence[Candidate], name: str) -> tuple[Decimal, Decimal]:
    """What the taken rows and the refused rows hold in a field."""
    sums = [Decimal(0), Decimal(0)]
    for candidate in candidates:
        sums[candidate.kind is Fate.REFUSED] += Decimal(candidate.values.get(name) or 0)
    return sums[0], sums[1]


def _to_confirm(
    tables: Sequence[SheetTable], request: Request
) -> tuple[list[tuple[str, str, str]], list[ColumnMapping]]:
    """(sheet, header, field title) of the headers only guessed; and the mappings that would keep them."""
    guesses, mappings = [], {}
    for table in tables:
        if table.form:
            continue
        for column in table.columns:
            if column.meaning.how == "guess":
                guesses.append((table.sheet.name, column.header, column.field.title))
        mappings[table.resource.name] = _kept(table, request.save_mapping)
    return guesses, list(mappings.values())


def _kept(table: SheetTable, name: str) -> ColumnMapping:
    resource: Resource = table.resource
    columns = [
        MappedColumn(normal(column.header), column.meaning.field.name, column.meaning.unit)
        for column in table.columns
        if column.meaning.field
    ]
    others = [column.header for column in table.columns if column.header and not column.meaning.field]
    ignored = {
        normal(header) for header in others if not personal(header)
    }  # a sheet without a header begins with a person
    title = f"{resource.title}（导入时确认）"
    return ColumnMapping(name, title, resource.name, tuple(columns), frozenset(ignored))
