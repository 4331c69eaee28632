"""Documents: policy texts, plans of villages, chains of responsibility, and the numbers under which money is approved."""

from __future__ import annotations

from datetime import date

from example.money_base import COUNTY, Book, before_today, day, table, town_of
from example.money_works import workday

_PUBLISHED_AFTER = 10  # working days; twenty are allowed


def document(book: Book, number: str, title: str, kind: str, issued: date, unit: str, level: str, **more: str) -> str:
    """Add a document; it is published ten working days later. Returns its number."""
    cells = {"doc_no": number, "title": title, "doc_kind": kind, "issued_on": issued.isoformat()}
    cells["published_on"] = before_today(book.clock.plus(issued, _PUBLISHED_AFTER))
    book.add("documents", **cells, issuer_unit=unit, level=level, **more)
    return number


def numbered(book: Book, word: str, year: int) -> str:
    """The next number of the series ``word``: 示财扶〔2019〕3号."""
    return f"{word}〔{year}〕{book.number(f'{word}{year}', 1)}号"


def fill_documents(book: Book) -> None:
    for number, title, kind, issued, effective, office, level in table("money_documents")["texts"]:
        unit = book.units[office]
        document(book, number, title, kind, day(issued), unit, level, effective_from=effective)
    _plans(book)
    _responsibility(book)
    _school_responsibility(book)


def _plans(book: Book) -> None:
    """A plan for 绍兴镇 (plan 7) and one for each village (plan 9); sanitation rules of each township (plan 13)."""
    county = "示政办发〔2016〕18号"
    town_plans = {}
    for town in book.towns:
        code, name = town["division_code"], town["name"]
        unit = book.township_units[code]
        title = f"{name}扶贫开发规划（2016－2020年）"
        number = f"{name}规〔2016〕1号"
        more = {"parent_doc": county, "division_code": code}
        town_plans[code] = document(book, number, title, "规划", day("2016-09-12"), unit, "乡镇", **more)
        number = f"{name}民约〔2018〕1号"
        document(
            book, number, f"{name}村容村貌管理制度", "乡规民约", day("2018-10-15"), unit, "乡镇", division_code=code
        )
    for code in book.villages:
        town = town_of(code)
        unit = book.village_units.get(code, book.township_units[town])
        number = f"{book.names[town]}村规〔2018〕{book.number(f'plan-{town}', 1)}号"
        title = f"{book.names[code]}脱贫和巩固规划（2018－2020年）"
        more = {"parent_doc": town_plans[town], "division_code": code}
        document(book, number, title, "规划", day("2018-03-12"), unit, "村", **more)


def _responsibility(book: Book) -> None:
    """脱贫攻坚责任书: county, township, village."""
    unit = book.units["government"]
    top = document(
        book,
        "示责〔2020〕1号",
        "示例县2020年脱贫攻坚责任书",
        "责任状",
        day("2020-01-13"),
        unit,
        "县",
        division_code=COUNTY,
    )
    parents = {}
    for town in book.towns:
        code, name = town["division_code"], town["name"]
        number = f"{name}责〔2020〕1号"
        more = {"parent_doc": top, "division_code": code}
        unit = book.township_units[code]
        title = f"{name}2020年脱贫攻坚责任书"
        parents[code] = document(book, number, title, "责任状", day("2020-01-15"), unit, "乡镇", **more)
    for code in book.villages:
        town = town_of(code)
        unit = book.village_units.get(code, book.township_units[town])
        number = f"{book.names[town]}村责〔2020〕{book.number(f'duty-{town}', 1)}号"
        title = f"{book.names[code]}2020年脱贫攻坚责任书"
        more = {"parent_doc": parents[town], "division_code": code}
        document(book, number, title, "责任状", day("2020-01-17"), unit, "村", **more)


def _school_responsibility(book: Book) -> None:
    """Plan 19, signed level by level: bureau, township's central school, village school, school, class."""
    office = book.units["education"]
    top = document(
        book, "示教责〔2019〕1号", "教育精准扶贫责任状（县教育局）", "责任状", day("2019-09-02"), office, "县"
    )
    levels = (("乡镇", "中心校", "2019-09-03"), ("村", "村校", "2019-09-04"), ("学校", "学校", "2019-09-05"))
    for town in book.towns:
        code, name = town["division_code"], town["name"]
        parent = top
        for level, signer, issued in (*levels, ("班级", "班级", "2019-09-06")):
            number = f"{name}教责〔2019〕{book.number(f'school-{code}', 1)}号"
            title = f"教育精准扶贫责任状（{name}{signer}）"
            more = {"parent_doc": parent, "division_code": code}
            unit = book.township_units[code]
            parent = document(book, number, title, "责任状", day(issued), unit, level, **more)


def approvals(book: Book, works) -> None:
    """One approval a day for each township (or for the county), and one for each change of plan."""
    numbers: dict[tuple[date, str, str], str] = {}
    unit = book.units["poverty"]
    for work in works:
        when = work.stages.get("县级审批")
        if not when:
            continue
        key = (when, work.town, work.row["year"])
        if key not in numbers:
            place = book.names.get(work.town, "县直")
            number = numbered(book, "示扶项批", when.year)
            title = f"关于{place}{work.row['year']}年扶贫项目的批复（{number}）"
            numbers[key] = document(book, number, title, "项目批复", when, unit, "县", division_code=work.town)
        work.row["approval_doc"] = numbers[key]
        for change in work.changes:
            number = numbered(book, "示扶调批", 2019)
            title = f"关于调整{work.row['name']}的批复"
            issued = workday(book, change["changed_on"])
            change["doc_no"] = document(book, number, title, "项目批复", issued, unit, "县", division_code=work.town)
