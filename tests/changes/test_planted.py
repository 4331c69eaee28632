"""Edits planted in a county and hidden in noise: each stands on the first screen and in the comment, with what it is."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache

import pytest

from gongshi.changes.diff import compare
from gongshi.changes.digest import COLUMNS, LINES
from gongshi.changes.markdown import to_markdown
from gongshi.changes.text import to_text
from support import DictTree, rounds, tree_of

HOME = "records/townships/changle"
MANY = 1600


@cache
def county() -> DictTree:
    """A township of 1,600 households with money of every kind."""
    codes = [f"99010110000{n + 1}" for n in range(4)]
    divisions = [
        {"division_code": "990101000000", "name": "示例县", "level": "县"},
        {"division_code": "990101100000", "name": "常乐镇", "level": "乡镇", "slug": "changle"},
        *(
            {"division_code": code, "name": f"{name}村", "level": "村"}
            for code, name in zip(codes, "东西南北", strict=True)
        ),
    ]
    households = [
        {
            **{"household_no": f"H{n:07d}", "village_code": codes[n % 4], "group_name": f"{n % 6 + 1}组"},
            **{"household_class": "扶贫户", "population": "3", "poverty_status": "未脱贫", "main_cause": "因病"},
            "identified_on": (date(2013, 1, 1) + timedelta(n)).isoformat(),
        }
        for n in range(MANY)
    ]
    members = [{"member_no": f"M{n:08d}", "household_no": f"H{n // 2:07d}", "relation": "之子"} for n in range(200)]
    units = [{"unit_code": f"U{n:03d}", "name": f"示例县{name}公司"} for n, name in enumerate("甲乙丙丁")]
    projects = [
        {
            **{"project_id": f"990101-2020-JS-000{n}", "name": f"{name}村修路项目", "year": "2020", "stage": "开工"},
            **{"category": "村基础设施", "budget_total": "900000.00", "approval_doc": "示扶〔2020〕3号"},
        }
        for n, name in enumerate("东西南")
    ]
    payments = [
        {
            **{"payment_id": f"F{n:07d}", "project_id": f"990101-2020-JS-000{n % 3}", "allocation_id": "N2020-001"},
            **{
                "amount": f"{n + 1}000.00",
                "paid_on": "2020-03-01",
                "payee_unit": f"U00{n % 3}",
                "payee_kind": "施工单位",
            },
        }
        for n in range(40)
    ]
    notice = {
        **{"notice_id": "G2020-50001", "notice_kind": "项目库公示", "title": "示例县项目库公示", "place": "政府网站"},
        **{
            "division_code": "990101000000",
            "starts_on": "2020-02-01",
            "ends_on": "2020-02-20",
            "publisher_unit": "U000",
        },
    }
    rows = {
        "divisions": divisions,
        "villages": [{"village_code": code} for code in codes],
        "units": units,
        "households": households,
        "members": members,
        "projects": projects,
        "project-budget": [
            {"project_id": row["project_id"], "line_no": "1", "allocation_id": "N2020-001", "amount": "900000.00"}
            for row in projects
        ],
        "allocations": [
            {
                "allocation_id": "N2020-001",
                "name": "省级资金",
                "year": "2020",
                "amount": "3000000.00",
                "programme": "修路",
            }
        ],
        "payments": payments,
        "assets": [
            {"asset_no": f"A{n:05d}", "name": f"水池{n}", "asset_kind": "公益性", "value": "540000.00", "state": "在用"}
            for n in range(20)
        ],
        "subsidies": [
            {
                **{"subsidy_id": f"D{n:07d}", "household_no": f"H{n:07d}", "benefit": "低保金", "period": "2020-03"},
                **{"amount": "300.00", "paid_on": "2020-03-20"},
            }
            for n in range(600)
        ],
        "loans": [{"loan_id": f"K{n:06d}", "household_no": f"H{n:07d}", "amount": "50000.00"} for n in range(20)],
        "ledgers": [
            {"entry_no": f"L{n:06d}", "ledger": "社会捐赠", "entry_kind": "收入", "amount": "100.00"} for n in range(9)
        ],
        "measures": [{"measure_id": f"C{n:07d}", "household_no": f"H{n:07d}", "cost": "100.00"} for n in range(20)],
        "complaints": [{"complaint_no": f"T20200{n}", "received_on": "2020-01-02", "topic": "资金"} for n in range(5)],
        "notices": [notice],
        "contacts": [
            {"pairing_id": f"J{n:07d}", "contacted_on": "2020-03-02", "contact_kind": "走访"} for n in range(9)
        ],
    }
    rules = (
        b"policy: p\nrules:\n  - {id: r1, kind: change, severity: error}\n  - {id: r2, kind: change, severity: error}\n"
    )
    return DictTree({**tree_of(rows).files, "policies/p.yaml": rules})


Files = dict[str, bytes]


def swap(path: str, key: str, old: str, new: str) -> Callable[[Files], None]:
    """An edit of the one line of a file that begins with, or holds, ``key``."""

    def act(files: Files) -> None:
        lines = files[path].decode().split("\n")
        (place,) = (
            at for at, line in enumerate(lines) if key in line.split(",")[:1] or (path.endswith("yaml") and key in line)
        )
        assert old in lines[place]
        lines[place] = lines[place].replace(old, new, 1)
        files[path] = "\n".join(lines).encode()

    return act


def drop(path: str, key: str) -> Callable[[Files], None]:
    def act(files: Files) -> None:
        kept = [line for line in files[path].decode().split("\n") if line.split(",")[0] != key]
        files[path] = "\n".join(kept).encode()

    return act


def both(*acts: Callable[[Files], None]) -> Callable[[Files], None]:
    return lambda files: [act(files) for act in acts] and None


def remove(path: str) -> Callable[[Files], None]:
    return lambda files: files.pop(path) and None


def first(resource: str) -> str:
    paths = {
        **{"payments": "records/funds/2019/payments.csv", "allocations": "records/funds/2019/allocations.csv"},
        **{name: f"records/county/{name}.csv" for name in ("assets", "ledgers", "complaints", "units", "villages")},
    }
    return paths.get(resource, f"{HOME}/{resource}.csv")


PROJECT = "records/projects/2020/990101-2020-JS-0001.yaml"
NOTICE = "records/notices/2020/G2020-50001.yaml"
PLANTED: dict[str, tuple[Callable[[Files], None], tuple[str, ...]]] = {
    "status": (
        swap(first("households"), "H0000777", "未脱贫", "已脱贫"),
        ("H0000777", "脱贫状态 未脱贫 → 已脱贫", "西村"),
    ),
    "class": (swap(first("households"), "H0000777", "扶贫户", "五保户"), ("H0000777", "贫困户类别 扶贫户 → 五保户")),
    "persons": (swap(first("households"), "H0000777", ",3,", ",9,"), ("H0000777", "家庭人口 3 → 9", "西村")),
    "payee": (
        swap(first("payments"), "F0000018", "U000", "U003"),
        ("F0000018", "U000 示例县甲公司 → U003 示例县丁公司"),
    ),
    "payee kind": (
        swap(first("payments"), "F0000018", "施工单位", "合作社"),
        ("F0000018", "收款方类别 施工单位 → 合作社"),
    ),
    "amount": (
        swap(first("payments"), "F0000018", "19000.00", "119000.00"),
        ("F0000018", "+100,000.00", "东村修路项目"),
    ),
    "one yuan": (swap(first("payments"), "F0000018", "19000.00", "19001.00"), ("F0000018", "+1.00")),
    "other project": (
        swap(first("payments"), "F0000018", "JS-0000", "JS-0001"),
        ("F0000018", "东村修路项目 →", "西村修路项目"),
    ),
    "asset": (swap(first("assets"), "A00007", "540000.00", "54000.00"), ("A00007", "540,000.00 → 54,000.00", "水池7")),
    "asset gone": (drop(first("assets"), "A00007"), ("删除", "A00007", "水池7")),
    "budget": (
        swap(PROJECT, "amount", "900000.00", "990000.00"),
        ("990101-2020-JS-0001/1", "+90,000.00", "西村修路项目"),
    ),
    "budget total": (swap(PROJECT, "budget_total", "900000.00", "990000.00"), ("990101-2020-JS-0001", "+90,000.00")),
    "member": (drop(first("members"), "M00000123"), ("删除", "M00000123", "H0000061")),
    "household": (drop(first("households"), "H0000777"), ("删除", "H0000777", "西村")),
    "back-dated": (
        swap(first("payments"), "F0000018", "2020-03-01", "2019-03-01"),
        ("F0000018", "2020-03-01 → 2019-03-01"),
    ),
    "notice dates": (swap(NOTICE, "ends_on", "2020-02-20", "2020-02-09"), ("G2020-50001", "2020-02-20 → 2020-02-09")),
    "notice gone": (remove(NOTICE), ("删除", "G2020-50001", "项目库公示")),
    "complaint gone": (
        drop(first("complaints"), "T202003"),
        (
            "删除",
            "T202003",
        ),
    ),
    "visit gone": (
        drop(first("contacts"), "J0000004"),
        (
            "删除",
            "J0000004",
        ),
    ),
    "subsidy": (
        swap(first("subsidies"), "D0000333", "300.00", "30000.00"),
        ("D0000333", "+29,700.00", "低保金", "H0000333"),
    ),
    "subsidy's household": (
        swap(first("subsidies"), "D0000333", "H0000333", "H0000334"),
        ("D0000333", "H0000333", "H0000334"),
    ),
    "loan": (swap(first("loans"), "K000007", "50000.00", "5000.00"), ("K000007", "-45,000.00")),
    "ledger": (swap(first("ledgers"), "L000007", "100.00", "900.00"), ("L000007", "+800.00", "社会捐赠")),
    "allocation": (swap(first("allocations"), "N2020-001", "3000000.00", "2000000.00"), ("N2020-001", "-1,000,000.00")),
    "offsets": (
        both(
            swap(first("payments"), "F0000018", "19000.00", "29000.00"),
            swap(first("payments"), "F0000021", "22000.00", "12000.00"),
        ),
        ("F0000018", "F0000021", "+10,000.00", "-10,000.00"),
    ),
    "rule weakened": (
        lambda files: files.update({"policies/p.yaml": files["policies/p.yaml"].replace(b"error", b"notice", 1)}),
        ("rules[r1].severity error → notice",),
    ),
    "rule dropped": (
        lambda files: files.update({"policies/p.yaml": files["policies/p.yaml"].rsplit(b"  - ", 1)[0]}),
        ("删去 rules[r2]",),
    ),
    "schema opened": (
        lambda files: files.update(
            {
                "records/schemas/households.yaml": files["records/schemas/households.yaml"].replace(
                    b"disclosure: internal", b"disclosure: public", 1
                )
            }
        ),
        ("公开范围变了", "household_no", "internal → public"),
    ),
}


def quiet(files: Files) -> None:
    pass


def respelt(files: Files) -> None:
    files[first("subsidies")] = files[first("subsidies")].replace(b"300.00,", b"300.0,", 500)


def renumbered(files: Files) -> None:
    lines = files[first("households")].decode().split("\n")
    for at in range(1, 1501):
        lines[at] = lines[at].replace("组,", "号,", 1)
    files[first("households")] = "\n".join(lines).encode()


def new_numbers(files: Files) -> None:
    """1,500 households get other numbers, wherever they are named, but for those that the edits are about."""
    for path in [name for name in files if name.startswith(HOME) and name.endswith(".csv")]:
        text = files[path].decode()
        for n in range(1500):
            if n not in (61, 333, 334, 777):
                text = text.replace(f"H{n:07d}", f"H{n + 5000000:07d}")
        files[path] = text.encode()


def renamed_folder(files: Files) -> None:
    for path in [name for name in files if name.startswith(f"{HOME}/")]:
        files[path.replace("/changle/", "/chang-le/")] = files.pop(path)
    package = "records/datapackage.yaml"
    files[package] = files[package].replace(b"townships/changle/", b"townships/chang-le/")


def exported_again(files: Files) -> None:
    """As a spreadsheet writes them: another order, everything in quotes, other line ends, a byte order mark."""
    for path in [name for name in files if name.endswith(".csv") and files[name].count(b"\n") > 1]:
        header, *rows = files[path].decode().strip("\n").split("\n")
        random.Random(1).shuffle(rows)
        lines = [",".join(f'"{cell}"' for cell in line.split(",")) for line in (header, *rows)]
        files[path] = ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def reevaluated(files: Files) -> None:
    """Thirty other payments and three hundred subsidies of another amount each, as a month's work brings."""
    lines = files[first("payments")].decode().split("\n")
    for at in range(20, 36):
        if not lines[at].startswith(("F0000018", "F0000021")):
            lines[at] = lines[at].replace("000.00", "000.50", 1)
    files[first("payments")] = "\n".join(lines).encode()
    files[first("subsidies")] = files[first("subsidies")].replace(b"300.00", b"325.00", 300)


def test_offsets_are_told_in_the_totals_though_the_net_is_nothing() -> None:
    files = dict(county().files)
    PLANTED["offsets"][0](files)
    told = to_text(compare(county(), DictTree(files)))
    assert "省级资金 支付（按资金） 820,000.00 → 820,000.00 元（+0.00；增 10,000.00，减 10,000.00）" in told


def test_a_renamed_header_is_one_line_on_top_and_hides_nothing() -> None:
    files = dict(county().files)
    PLANTED["status"][0](files)
    files[first("households")] = files[first("households")].replace(b"poverty_status", "脱贫".encode(), 1)
    lines = to_text(compare(county(), DictTree(files))).splitlines()
    assert "表头的“脱贫”当作“脱贫状态（poverty_status）”" in lines[0] and "脱贫状态 未脱贫 → 已脱贫" in lines[-1]
    assert len(lines) < 8
    for title in ("户编号", "脱贫状态"):
        name = "household_no" if title == "户编号" else "poverty_status"
        files[first("households")] = county().files[first("households")].replace(name.encode(), title.encode(), 1)
        diff = compare(county(), DictTree(files))
        assert not diff.changes and f"表头的“{title}”" in to_text(diff)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_another_encoding_is_compared_after_decoding(encoding: str) -> None:
    files = dict(county().files)
    PLANTED["status"][0](files)
    files[first("households")] = files[first("households")].decode().encode(encoding)
    diff = compare(county(), DictTree(files))
    assert [(change.key, [item.after for item in change.fields]) for change in diff.changes] == [
        (("H0000777",), ["已脱贫"])
    ]
    assert bool(diff.troubles) == (encoding != "utf-8-sig")


def width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def screen(text: str) -> str:
    """The first 40 lines of a terminal of 100 columns, long lines broken as it does."""
    rows: list[str] = []
    for line in text.split("\n"):
        row = ""
        for char in line:
            if width(row + char) > COLUMNS:
                rows.append(row)
                row = ""
            row += char
        rows.append(row)
    return "".join(line.strip() for line in rows[:LINES])


def plain(markdown: str) -> str:
    """What a reader of the rendered comment sees."""
    return markdown.replace("\\", "").replace("&gt;", ">").replace("&lt;", "<").replace("**", "")


NOISE = (quiet, respelt, renumbered, new_numbers, renamed_folder, exported_again, reevaluated)


EACH = rounds(3, 1)
HIDDEN = [
    pytest.param(name, noise, id=f"{name}-{noise.__name__}")
    for at, name in enumerate(PLANTED)
    for place, noise in enumerate(NOISE)
    if (at + place) % EACH == 0
]
"""Each edit in every noise at night, in the suite in two or three of the seven."""


@pytest.mark.parametrize(("name", "noise"), HIDDEN)
def test_a_planted_edit_is_on_the_first_screen_and_in_the_comment(name: str, noise: Callable[[Files], None]) -> None:
    act, wanted = PLANTED[name]
    files = dict(county().files)
    act(files)
    noise(files)
    diff = compare(county(), DictTree(files))
    text, comment = to_text(diff), plain(to_markdown(diff))
    first_screen = screen(text).replace(" ", "")
    assert not [words for words in wanted if words.replace(" ", "") not in first_screen]
    assert not [words for words in wanted if words not in comment]
    assert len(comment) <= 65_000
