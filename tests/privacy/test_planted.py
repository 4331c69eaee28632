"""400 persons typed where nobody looked: in keys and cells, titles and texts, paths, branches, authors, messages, notes
and workbooks. None of them can be read in any output of any command, log, comment or file that a command writes."""

from __future__ import annotations

import io
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from gongshi.cli import COMMANDS
from privacy.planted import PROJECT, clean_ledger, git, legible, people, plant, run, typed
from support import ROOT, rounds

PERSONS = people(2026, 400)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The planted ledger, committed on a branch, and what was typed on the way."""
    root = tmp_path_factory.mktemp("planted") / "账本"
    root.mkdir()
    clean_ledger(root)
    left = iter(PERSONS)
    plant(root, left)
    words = {name: next(left) for name in ("branch", "tag", "note", "author", "mail", "subject", "trailer", "office")}
    git(root, "switch", "-qc", f"songshen/{words['branch'].name}")
    git(root, "add", "-A", "-f")
    subject = f"走访户主{words['subject'].name}\n\n审批：{words['trailer'].name}\n文号：{words['office'].number}"
    git(root, "commit", "-qm", subject, who=words["author"].name, mail=f"{words['mail'].phone}@example.org")
    git(root, "tag", words["tag"].name)
    git(root, "notes", "add", "-m", words["note"].phone)
    append_more(root, list(left))
    git(root, "commit", "-qam", "再改\n\n审批：古镇人民政府\n依据：记录")
    return root, {name: person.name for name, person in words.items()}


def append_more(root: Path, rest) -> None:
    """Whoever is left goes into keys, one a line."""
    assert len(rest) < 200, "most of the persons stand somewhere else"
    for number, person in enumerate(rest):
        name = ("members", "households", "incomes", "case")[number % 4]
        if name == "case":
            text = f"case_id: {typed(person, number)}\n".encode()
            (root / f"records/townships/guzhen/cases/2020/Z2020-{number + 100:05}.yaml").write_bytes(text)
        else:
            with (root / f"records/townships/guzhen/{name}.csv").open("a", encoding="utf-8") as file:
                file.write(typed(person, number // 4) + ",H0000001\n")


def commands(words: dict[str, str], folder: Path) -> dict[str, list[list[str]]]:
    """Ways to call each command: all that print what lies in the ledger, with names as arguments too."""
    name, branch = PERSONS[0].name, f"songshen/{words['branch']}"
    tables = ("members", "households", "incomes", "projects", "notices", "units", "documents")
    return {
        "check": [[], ["--format", "json"], ["--format", "github"], ["--format", "junit"], ["--against", "main"], [name]],
        "format": [["--check"]],
        "import": [[str(folder / "表.xlsx"), "--dry-run"], [str(folder / "表.xlsx")], [str(folder / f"{name}.xlsx")]],
        "export": [["members", "-o", str(folder / f"{name}.txt")], ["nobody", "-o", str(folder / "x.xlsx")]],
        "template": [["members", "-o", str(folder / "空表.xlsx")], [name, "-o", str(folder / "x.xlsx")]],
        "propose": [["-m", f"走访{name}", "--basis", "记录", "--approved-by", "古镇"], ["-m", "走访", "--basis", name, "--approved-by", name]],
        "renumber": [[]],
        "report": [[], [name], ["监测对象动态台账", "--township", name], ["项目库表", "--on", "2020-06-30"], ["衔接资金支出进度", "--on", "2020-06-30"]],
        "diff": [[*span, *how] for span in (["main"], ["main", "HEAD"], ["main", branch]) for how in (["--format", "text"], ["--format", "markdown"], ["--format", "json"])]
        + [["main", "HEAD", "--findings", "--format", "markdown"], [name]],
        "history": [[table, "", *how] for table in tables for how in ([], ["--format", "json"], ["--format", "markdown"])]
        + [["members", person.name] for person in PERSONS[-4:]] + [["projects", PROJECT["project_id"]]],
        "show": [[table] for table in tables] + [["members", name], ["projects", PROJECT["project_id"], "--at", words["tag"]]],
        "audit": [["main..HEAD", "-o", str(folder / "审计.sqlite")], ["main..HEAD", "-o", str(folder / "审计.xlsx")], [f"main..{name}", "-o", "x.xlsx"]],
        "sample": [["5", "--from", table, "--at", branch] for table in ("members", "households", "units", "documents")] + [["3", "--from", name]],
        "published": [["--on", "2020-06-30"], ["--on", name], ["--on", "2020-06-30", "--log", name]],
        "policy": [["show", "named"], ["list", "--rules"], ["list", "--all"], ["add", name, "--place", f"guzhen={name}"], ["list", "--format", "json"], ["show", name], ["show", "own"], ["explain", name]],
        "notice": [["list"], ["check"], ["new", name, "--division", name, "--unit", name], ["close", name, "--result", name], ["close", "G2020-00001", "--result", "无异议"], ["object", "G2020-00001", "--topic", name], ["list", "--at", "2020-06-30"], ["new", "--all-due", "--dry-run"], ["proof", name, name], ["print", name, "-o", str(folder / "纸.html")]],
        "sheet": [["G2020-00001", "-o", str(folder / "榜.html")], [name, "-o", str(folder / "榜.html")]],
        "amend": [["households", "H0000001", f"村民小组={name}"], ["units", name, f"单位名称={name}"], [name, name, name], ["units", "U001", f"{name}=x"]],
        "card": [[name, "-o", str(folder / "卡.html")], ["--village", name, "-o", str(folder / "卡.html")], ["H0000001", "-o", str(folder / f"{name}.html")]],
        "visits": [[name, "-o", str(folder / "单.html")]],
        "verify": [[str(folder / f"{name}.json")], [str(folder / "清单.json")]],
        "build": [["--out", str(folder / "site")], ["--draft", "--out", str(folder / "site")]],
        "upgrade": [["--dry-run"], [name]],
        "review": [["list"], ["check"], ["return", branch, "-m", f"请核对{name}"], ["return", branch, "--on", f"households/{name}", f"请核对{name}"], ["return", branch, "--ask", f"{name}/1", "x"], ["answer", branch, "-m", f"见{name}"], ["remarks", branch], ["remarks", name], ["accept", branch, "--signing-key", str(folder / name)], ["accept", name], ["comment", name]],
        "due": [[], ["--township", name]],
        "visit": [[name], [PERSONS[1].number, "--kind", name], ["H0000001", "--role", name]],
        "event": [["脱贫", name, "--case", "Z2020-00001"], [name, "H0000001", "--case", name]],
        "case": [["new", name, name], ["step", "Z2020-00001"], ["step", name], ["close", name]],
        "project": [[PROJECT["project_id"], name], [name, "开工"], [PROJECT["project_id"], "开工", "--doc", PERSONS[2].number]],
        "pay": [[PROJECT["project_id"], "1", "--allocation", name, "--stage", name, "--payee", name, "--channel", name, "--for", name]],
        "subsidy": [[name, name, "--period", "2020-Q2", "--standard", "1", "--project", name, "--allocation", name]],
        "pair": [["new", "帮扶责任人", "H0000001", name], ["end", name]],
        "post": [["new", name, "保洁员", "--village", name, "--pay", "1", "--fund", name], ["end", name]],
        "objection": [["G2020-00001", name], [name, "收入不符"]],
        "undo": [["--list"], [], [name]],
        "find": [["H0000001"], [name], [PERSONS[1].phone], [words["branch"]]],
        "keygen": [["--name", PERSONS[1].phone, "--role", name, "--identity", str(folder / "id.txt")]],
        "seal": [["--township", "guzhen", "--epoch", "2020", "--identity", str(folder / "none")], ["--township", name, "--epoch", name]],
        "unseal": [["--identity", str(folder / "none")], ["--township", name, "--identity", str(folder / name)]],
        "figures": [[name], ["2020-Q2"]],
        "erase": [[name], [PERSONS[1].number]],
        "setup": [["--hook", "commits", "main", "HEAD"], ["--hook", "pre-commit"], ["--hook", "commit-msg", str(folder / "说明")], []],
        "new": [[str(folder / "新"), "--name", "示例县"], [str(folder / "新"), "--divisions", str(folder / "区划.csv")]],
        "merge-driver": [[str(folder / side) for side in ("base", "ours", "theirs")] + ["records/townships/guzhen/members.csv"]],
    }  # fmt: skip


def workbook(path: Path) -> None:
    """A sheet for the import whose headers, title, names of sheets and cells hold persons."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = PERSONS[10].name
    sheet.append(["人编号", "户编号", "与户主关系", PERSONS[11].name, PERSONS[12].phone])
    for number, person in enumerate(PERSONS[13:40]):
        sheet.append([typed(person, number), typed(person, number + 1), person.name, person.number, "x"])
    other = book.create_sheet("项目")
    other.append(["项目编号", "项目名称", "建设内容及规模", "年度"])
    for number, person in enumerate(PERSONS[40:60]):
        other.append([typed(person, number), f"户主{person.name}家道路", typed(person, number + 2), "2020"])
    book.save(path)


def prepare(folder: Path, root: Path) -> None:
    workbook(folder / "表.xlsx")
    workbook(folder / f"{PERSONS[0].name}.xlsx")
    (folder / f"{PERSONS[0].name}.json").write_text(f'{{"{PERSONS[1].name}": 1}}', encoding="utf-8")
    (folder / "清单.json").write_text('{"files": []}', encoding="utf-8")
    (folder / "说明").write_text(f"户主{PERSONS[2].name} {PERSONS[2].phone}\n", encoding="utf-8")
    (folder / "区划.csv").write_text(f"区划代码,名称\n{PERSONS[3].number},{PERSONS[3].name}\n", encoding="utf-8")
    lines = (root / "records/townships/guzhen/members.csv").read_text(encoding="utf-8").splitlines()
    header, row = lines[0], f"{PERSONS[4].name},H0000001,户主,男,1981-07" + "," * (lines[0].count(",") - 4)
    for side, cell in (("base", "1981-07"), ("ours", PERSONS[5].phone), ("theirs", PERSONS[6].name)):
        (folder / side).write_text(f"{header}\n{row.replace('1981-07', cell)}\n", encoding="utf-8")


def test_every_command_is_run() -> None:
    served = {"desk"}  # looked at page by page in tests/desk
    assert set(COMMANDS) - served | {"merge-driver"} == set(commands({"branch": "x", "tag": "x"}, Path()))


def test_no_output_of_any_command_shows_a_person(ledger, tmp_path: Path, monkeypatch) -> None:
    """At night every way of every command, in the suite a fifth of them."""
    root, words = ledger
    monkeypatch.setenv("HOME", str(tmp_path))
    prepare(tmp_path, root)
    told: dict[str, list[str]] = {}
    lengths = {}
    for command, ways in commands(words, tmp_path).items():
        for words_of in ways[:: rounds(5, 1)]:
            text = run(root, command, *words_of)
            lengths[command] = lengths.get(command, 0) + len(text)
            if found := legible(text, PERSONS):
                told[f"{command} {words_of}"] = [
                    *found[:3],
                    next(line for line in text.splitlines() if found[0] in line)[:300]
                    if any(found[0] in line for line in text.splitlines())
                    else "",
                ]
    assert told == {}
    assert lengths.keys() == commands(words, tmp_path).keys() and all(lengths.values()), lengths
    assert written(tmp_path) == {}


def written(folder: Path) -> dict[str, list[str]]:
    """What can be read in the files that the commands wrote for others.

    Refused rows are whole, for the clerk who has the sheet they came from: their file says so, and nobody else may read it.
    """
    found = {}
    for path in folder.glob("*退回*"):
        assert "含个人信息" in path.name and stat.S_IMODE(path.stat().st_mode) == 0o600, path
    for path in (*folder.glob("审计*"), *folder.glob("空表*")):
        data = path.read_bytes()
        if zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(path) as archive:
                data = b"\n".join(archive.read(name) for name in archive.namelist())
        if readable := legible(data.decode("utf-8", "replace"), PERSONS):
            found[path.name] = readable[:5]
    return found


def test_what_was_planted_can_be_found(ledger) -> None:
    """The search itself sees persons where they stand."""
    root, _ = ledger
    texts = [path.read_text(encoding="utf-8") for path in (root / "records").rglob("*.csv")]
    assert len(legible("\n".join(texts), PERSONS)) > 300
    assert legible(git(root, "log", "--format=%an %s"), PERSONS)
    person = PERSONS[0]
    assert legible(f"x{person.phone[:3]} {person.phone[3:7]}-{person.phone[7:]}", PERSONS) == [person.phone]


def test_a_pull_request_with_persons_gets_no_summary(ledger, tmp_path: Path) -> None:
    root, _ = ledger
    base = tmp_path / "base"
    shutil.copytree(ROOT / "tools/ci", base / "tools/ci")
    (base / ".venv").symlink_to(sys.prefix)
    head = tmp_path / "head"
    subprocess.run(["git", "clone", "-q", str(root), str(head)], check=True)
    git(head, "fetch", "-q", "origin", "main:main")
    for place in ("records", "policies"):
        shutil.copytree(head / place, base / place)
    command = ["bash", str(base / "tools/ci/pull.sh"), str(head), "main", str(tmp_path / "report")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=base)
    texts = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "report").iterdir()}
    assert done.returncode and "没有生成改动摘要" in texts["comment.md"] == texts["changes.txt"]
    assert legible("\n".join((done.stdout, done.stderr, *texts.values())), PERSONS) == []
