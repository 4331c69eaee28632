"""One clock that nobody sets back, shallow clones that say so, and the ten questions against another computation."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from changes.ledgers import ledger
from changes.test_history import HEAD, commit, run
from changes.test_planted import NOTICE, PROJECT, county, drop, first, swap
from gongshi.changes.audit import FIRST
from gongshi.changes.papers import dated_findings
from gongshi.changes.past import history
from gongshi.changes.questions import audit_pack
from gongshi.cli.audit import QUESTIONS, audit
from gongshi.cli.history import history as history_command
from gongshi.model import GongshiError
from gongshi.package import query
from gongshi.repository import Git
from support import DictTree, project_descriptor


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    root = tmp_path / "pets"
    root.mkdir()
    run(root, "init", "-q", "-b", "main")
    commit(root, ledger(HEAD + "1,猫,5\n"), when="2026-01-01T12:00:00+0800")
    commit(root, ledger(HEAD + "1,猫,6\n"), when="2020-01-05T12:00:00+0800")
    return root


def call(command, root: Path, *arguments: str) -> str:
    result = CliRunner().invoke(command, list(arguments), obj=root, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_forged_date_is_not_believed_and_stands_beside(pets: Path) -> None:
    with history(Git(pets)) as past:
        assert [(one.when[:10], one.claimed[:10]) for one in past.revisions()] == [
            ("2026-01-01", ""),
            ("2026-01-01", "2020-01-05"),
        ]
    commit(pets, ledger(HEAD + "1,猫,7\n"), when="2021-01-05T12:00:00+0800")  # the index goes on from what it knows
    with history(Git(pets)) as past:
        assert past.revisions()[-1].when[:10] == "2026-01-01"
    values = json.loads(call(history_command, pets, "pets", "1", "age", "--format", "json"))["records"][0]["fields"][0]
    assert [(item["since"], item["claimed"]) for item in values["values"]] == [
        ("2026-01-01", None),
        ("2026-01-01", "2020-01-05"),
        ("2026-01-01", "2021-01-05"),
    ]


@pytest.mark.parametrize(
    ("when", "word"),
    [
        (timedelta(days=-400), "早于"),
        (timedelta(hours=-1), "早于"),
        (timedelta(minutes=-5), ""),  # clocks of two machines
        (timedelta(days=3), ""),
        (timedelta(days=30), "在将来"),
    ],
)
def test_dates_before_the_parents_or_in_the_future_are_found(tmp_path: Path, when: timedelta, word: str) -> None:
    start = datetime(2026, 5, 1, 12, tzinfo=UTC)
    run(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, ledger(HEAD), when=start.isoformat())
    commit(tmp_path, ledger(HEAD + "1,猫,5\n"), when=(start + when).isoformat())
    found = dated_findings(Git(tmp_path), "HEAD~1", "HEAD", start + timedelta(days=10))
    assert [word in one.message and one.severity.value == "error" for one in found] == [True] * bool(word)


def test_what_comes_after_a_date_in_the_future_is_not_blamed(tmp_path: Path) -> None:
    run(tmp_path, "init", "-q", "-b", "main")
    for when in ("2026-05-01T00:00:00Z", "2036-05-01T00:00:00Z", "2026-05-02T00:00:00Z"):
        commit(tmp_path, ledger(HEAD + f"1,猫,{when[:4]}\n"), when=when)
    found = dated_findings(Git(tmp_path), "HEAD~2", "HEAD", datetime(2026, 5, 3, tzinfo=UTC))
    assert len(found) == 1 and "2036-05-01 在将来" in found[0].message


def test_a_shallow_clone_says_so(pets: Path, tmp_path: Path) -> None:
    run(tmp_path, "clone", "-q", "--depth", "1", pets.as_uri(), str(tmp_path / "end"))
    end = tmp_path / "end"
    told = call(history_command, end, "pets", "1", "age")
    assert "浅克隆" in told and "不晚于" in told
    assert "浅克隆" in call(audit, end, "..HEAD", "-o", str(tmp_path / "a.sqlite"))
    whole = call(history_command, pets, "pets", "1", "age")
    assert "浅克隆" not in whole and "不晚于" not in whole


def test_an_empty_value_is_empty_in_json(pets: Path) -> None:
    commit(pets, ledger(HEAD + "1,猫,\n"))
    plain = json.loads(call(history_command, pets, "pets", "1", "age", "--format", "json"))
    assert plain["complete"] and plain["records"][0]["fields"][0]["values"][-1]["value"] == ""
    assert "空" in call(history_command, pets, "pets", "1", "age")


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county with one of each thing that the questions ask for."""
    root = tmp_path_factory.mktemp("years")
    run(root, "init", "-q", "-b", "main")
    files = dict(county().files)
    day = 1

    def enter(message: str, *acts, author: str = "古镇") -> None:
        nonlocal day
        for act in acts:
            act(files)
        commit(root, DictTree(files), message, author, f"2020-07-{day:02}T12:00:00+0800")
        day += 1

    def more(path: str, text: str):
        return lambda files: files.update({path: files[path] + text.encode()})

    notice = more(NOTICE, "projects:\n  - {project_id: 990101-2020-JS-0001}\n")
    papers = "\n\n审批：某办\n文号：测〔2020〕1号"
    enter("开始")
    enter(f"脱贫{papers}", swap(first("households"), "H0000007", "未脱贫", "已脱贫"), notice)
    enter("返贫\n\n审批：古镇\n依据：核查", swap(first("households"), "H0000007", "已脱贫", "返贫"))
    enter(f"改款{papers}", swap(first("payments"), "F0000018", "19000.00", "29000.00"))
    enter(f"小额{papers}", swap(first("payments"), "F0000001", "2000.00", "2100.00"))
    enter(f"删{papers}", drop(first("complaints"), "T202003"))
    enter(f"预算{papers}", swap(PROJECT, "budget_total", "900000.00", "990000.00"))
    visit = ",".join(["J9999999", "2020-01-02", "走访"])
    enter(f"补录{papers}", more(first("contacts"), f"{visit}\n"))
    return root


def test_each_question_in_one_step(years: Path, tmp_path: Path) -> None:
    out = tmp_path / "audit.sqlite"
    call(audit, years, "..HEAD", "-o", str(out), "--on", "2020-02-10")
    with closing(sqlite3.connect(out)) as book:
        views = [name for (name,) in book.execute("SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name")]
        assert [name[:3] for name in views] == [f"问{n:02}" for n in range(1, 11)]

        def rows(number: int, columns: str) -> list[tuple]:
            return book.execute(f'SELECT {columns} FROM "{views[number - 1]}"').fetchall()

        assert rows(1, "户编号, 原状态, 新状态, 文号, 自称审批") == [
            ("H0000007", "未脱贫", "已脱贫", "测〔2020〕1号", "某办"),
            ("H0000007", "已脱贫", "返贫", "", "古镇"),
        ]
        assert rows(2, "支付编号, 字段, 原值, 新值") == [("F0000018", "金额", 19000.0, 29000.0)]
        assert rows(3, "表, 编号") == [("complaints", "T202003")]
        assert rows(4, "项目编号, 公示编号, 原金额, 新金额") == [
            ("990101-2020-JS-0001", "G2020-50001", 900000.0, 990000.0)
        ]
        assert rows(5, "户编号, 脱贫, 返贫") == [("H0000007", "2020-07-02", "2020-07-03")]
        assert rows(6, "公示编号, 开始, 结束") == [("G2020-50001", "2020-02-01", "2020-02-20")]
        assert rows(7, "表, 编号, 天数") == [("contacts", "J9999999/2020-01-02/走访", 188)]
        assert ("作者自称自己审批；未签（没有签名人登记）", "古镇") in rows(8, "情形, 作者")
        # of payments and the like another way: straight from the files
        lines = [line.split(",") for line in county().files[first("payments")].decode().splitlines()]
        names, *payments = lines
        paid = {row[0]: float(row[names.index("amount")]) for row in payments}
        paid |= {"F0000018": 29000.0, "F0000001": 2100.0}
        assert dict(rows(10, "支付编号, 金额")) == paid
        assert rows(9, "*") == []
        first_rows = book.execute(
            "SELECT count(*), count(DISTINCT 表 || ' ' || 编号 || ' ' || 文件) FROM changes WHERE 变化 = ?", [FIRST]
        ).fetchone()
        records = sum(data.count(b"\n") - 1 for path, data in county().files.items() if path.endswith(".csv"))
        assert first_rows[0] == first_rows[1] >= records > 2000
        assert book.execute(
            "SELECT typeof(新值) FROM changes WHERE 编号 = 'F0000018' AND 变化 = '修改'"
        ).fetchall() == [("real",)]
    told = json.loads(out.with_suffix(".metadata.json").read_text(encoding="utf-8"))
    links = re.findall('<a href="([^"]+)">([^<]+)</a>', told["description_html"])
    place = "".join(f"~{byte:02X}" if byte > 127 else chr(byte) for byte in out.stem.encode())  # as Datasette writes it
    assert [href for href, _ in links] == [
        f"{place}/{name}" for name in told["databases"][out.stem]["tables"] if name.startswith("q")
    ]
    assert len(links) == 10
    assert len(told["databases"]["audit"]["queries"]) == 10


def test_the_questions_are_those_that_the_command_offers() -> None:
    known, tables = audit_pack(), project_descriptor().resources
    assert tuple(known.questions) == QUESTIONS
    assert all(one.answered or query(f"asked-{name}").reads for name, one in known.questions.items())
    fields = {known.status.field, known.status.left_in, known.status.back_in}
    assert fields <= {*tables["households"].schema.names}
    assert {*known.paid.fields, known.paid.sum} <= {*tables[known.paid.table].schema.names}


def test_paid_twice_and_one_question_alone(years: Path, tmp_path: Path) -> None:
    assert "F0000018" in call(audit, years, "..HEAD", "--question", "payments")
    assert "F0000001" not in call(audit, years, "..HEAD", "--question", "payments")
    assert "F0000001" in call(audit, years, "..HEAD", "--question", "payments", "--over", "100")
    call(audit, years, "..HEAD", "--question", "deletions", "-o", str(tmp_path / "one.xlsx"))
    with pytest.raises(GongshiError, match="-o"):
        call(audit, years, "..HEAD")
    clone = tmp_path / "twice"
    run(tmp_path, "clone", "-q", str(years), str(clone))
    path = clone / first("subsidies")
    lines = path.read_text(encoding="utf-8").splitlines()
    again = lines[5].replace("D0000004", "D0009999").replace("低保金", "特困供养金")
    path.write_text("\n".join([*lines, again, ""]), encoding="utf-8")
    run(clone, "commit", "-qam", "重复")
    told = call(audit, clone, "..HEAD", "--question", "twice")
    assert "H0000004" in told and "低保金、特困供养金" in told and "D0009999" in told and "1 行" in told
