"""A clerk's week and a reviewer's week, played at the desk in a real browser on the example county; the commands do the same beside.

``make nightly``; about five minutes. Everything is done by the words that stand on the pages. What the desk leaves in the records is, byte by byte, what the
commands leave. The example has no batch of exits that waits, so one of 25 households, of 2018, is taken out first and entered again.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desk.playing import Hand
from sealing.signed import Ledger
from support import ROOT

CASE, VILLAGE, TOWN = "Z2018-00066", "990101204208", "gujiang"
IDENTITY = "records/keys/DEMO-identity.txt"


def git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True, text=True).stdout


def who(name: str, home: Path) -> dict[str, str]:
    """Somebody's environment: a name for Git, a home of their own."""
    home.mkdir(exist_ok=True)
    names = {f"GIT_{role}_{what}": name if what == "NAME" else "office@example.invalid" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}  # fmt: skip
    return names | {"HOME": str(home), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def rewind(root: Path) -> list[str]:
    """Take the exit batch out of the example: its case, its notices, its events, what the households are since."""
    folder = root / "records/townships" / TOWN
    case = folder / f"cases/2018/{CASE}.yaml"
    homes = re.findall(r"household_no: (H\d+)", case.read_text("utf-8"))
    case.unlink()
    for notice in folder.glob("notices/2018/*.yaml"):
        if CASE in notice.read_text("utf-8"):
            notice.unlink()

    def rewritten(name: str, change: Callable[[list[str]], list[str] | None]) -> None:
        lines = (folder / name).read_text("utf-8").splitlines()
        kept = [change(line.split(",")) for line in lines]
        (folder / name).write_text("".join(f"{','.join(row)}\n" for row in kept if row), "utf-8")

    rewritten("households.csv", lambda row: [*row[:12], "", *row[13:]] if row[0] in homes else row)
    rewritten("status-events.csv", lambda row: None if CASE in row else row)

    def membership(row: list[str]) -> list[str] | None:
        if CASE in row:
            return None
        return [*row[:5], "", "", *row[7:]] if row[1] in homes and row[6] == "脱贫" else row

    rewritten("memberships.csv", membership)
    return homes


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Path]]:
    """Two counties alike, one for the desk and one for the commands: each with a remote, a clerk's and a reviewer's clone."""
    for name, value in who("示例县扶贫办", tmp_path / "home").items():
        monkeypatch.setenv(name, value)
    first = tmp_path / "first"
    shutil.copytree(ROOT / "records", first / "records")
    shutil.copytree(ROOT / "policies", first / "policies")
    for name in ("gongshi.toml", "mkdocs.yml", ".gitignore"):
        shutil.copy(ROOT / name, first / name)
    rewind(first)
    git(first, "init", "-q", "-b", "main")
    git(first, "add", "-A")
    git(first, "commit", "-q", "-m", "台账")
    keys = tmp_path / "keys"
    keys.mkdir()
    ledger = Ledger(first, keys)
    ledger.key("reviewer")
    county = first / "records/county/county.yaml"
    text = county.read_text("utf-8").replace("licence", f'root_fingerprint: "{ledger.fingerprint("root")}"\nlicence')
    lines = "".join(ledger.line(role) for role in ("root", "keeper", "reviewer"))
    ledger.commit("root", {"records/keys/signers": lines, "records/county/county.yaml": text})
    found = {"key": ledger.key("reviewer"), "home": tmp_path}
    for side in ("desk", "commands"):
        (tmp_path / side).mkdir()
        git(tmp_path / side, "clone", "-q", "--bare", str(first), "remote.git")
        for one in ("clerk", "reviewer"):
            git(tmp_path / side, "clone", "-q", "remote.git", one)
        found[side] = tmp_path / side
    yield found


class Commands:
    """The same done by commands."""

    def __init__(self, root: Path, environment: dict[str, str]) -> None:
        self.root, self.environment = root, environment

    def run(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "gongshi", "-C", str(self.root), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=os.environ | self.environment)
        assert done.returncode == 0, (arguments, done.stdout[-3000:], done.stderr[-3000:])
        return done.stdout


FAULTY = "结对编号,日期,方式\nJ0000001,2020-06-24,走访\nJ0000002,2020-02-30,走访\nJ0000003,2020-06-25,串门\n"
MENDED = "结对编号,日期,方式\nJ0000001,2020-06-24,走访\nJ0000002,2020-02-28,走访\nJ0000003,2020-06-25,家访\n"
HOMES = [f"H{number:07d}" for number in range(7779, 7804)]
PROJECT, NAME = "990101-2020-JS-0002", "2020年古镇张郢村村组便道硬化项目"


def test_a_week_of_the_clerk_and_of_the_reviewer(places: dict[str, Path]) -> None:
    home = places["home"]
    clerks = who("古镇扶贫办", home / "a"), places["desk"] / "clerk"
    by_key = ("--identity", str(clerks[1] / IDENTITY))
    (home / "clerk").mkdir()
    (home / "reviewer").mkdir()
    commands = Commands(places["commands"] / "clerk", clerks[0] | {"GONGSHI_IDENTITY": str(clerks[1] / IDENTITY)})
    hand = Hand(clerks[1], home / "clerk", clerks[0], *by_key)
    try:
        first_days(hand, commands, home)
        batch(hand, commands)
        work(hand, commands)
        same(places)
        branch = send(hand, commands)
        signing = who("县级审核", home / "b") | {"GONGSHI_SIGNING_KEY": str(places["key"])}
        above = Commands(places["commands"] / "reviewer", signing)
        other = Hand(places["desk"] / "reviewer", home / "reviewer", signing)
        try:
            review(hand, other, commands, above, branch)
        finally:
            other.close()
        last_day(hand, commands)
        assert hand.steps + other.steps >= 40, (hand.steps, other.steps)
    finally:
        hand.close()
    same(places)
    mains = [git(places[side] / "remote.git", "rev-parse", "main^{tree}") for side in ("desk", "commands")]
    assert mains[0] == mains[1], "what the county has accepted"


def same(places: dict[str, Path]) -> None:
    """The records are, byte by byte, the same; an own clock stands in none of them."""
    sides = [places[side] / "clerk/records" for side in ("desk", "commands")]
    held = [{file.relative_to(side): file.read_bytes() for file in side.rglob("*") if file.is_file()} for side in sides]
    assert held[0].keys() == held[1].keys()
    assert [str(path) for path in held[0] if held[0][path] != held[1][path]] == []


def first_days(hand: Hand, commands: Commands, home: Path) -> None:
    """The key, a workbook with faults, a visit, one that is taken back, one of a day that has not come."""
    hand.press("打开")
    hand.sees("钥匙已打开")
    faulty, mended = home / "走访.csv", home / "改好" / "走访.csv"
    mended.parent.mkdir()
    faulty.write_text(FAULTY, "utf-8")
    mended.write_text(MENDED, "utf-8")
    hand.go("交表")
    hand.choose("哪个乡镇", "古镇")
    hand.file("#workbook", faulty)
    hand.press("看这张表")
    hand.sees("新增 1", "退回 2")
    hand.mend("不是真实的日期", "2020-02-28")
    hand.mend("只能填", "家访")
    hand.press("改好了")
    hand.sees("新增 3", "退回 0")
    hand.press("写入 3 行")
    hand.sees("已写入：新增 3 行")
    commands.run("import", str(mended), "--township", "guzhen")
    hand.go("查")
    hand.fill("找什么", "H0000004")
    hand.press("", within="H0000004")
    hand.press("登记走访")
    hand.press("存好就走")
    hand.sees("登记走访 1 次")
    hand.press("撤销", within="登记走访 1 次")
    hand.sees("已撤销")
    hand.go("登记")
    hand.pick("户编号", "H0000005", "H0000005")
    hand.fill("日期", "2020-07-11")
    hand.press("存好就走")
    hand.sees("还没到")
    hand.fill("日期", "2020-06-29")
    hand.press("存好就走")
    hand.sees("登记走访 1 次（2020-06-29）")
    commands.run("visit", "H0000005", "--on", "2020-06-29")


def batch(hand: Hand, commands: Commands) -> None:
    """25 households leave poverty: the case, its steps, two notices, an objection that is answered, the sheet, the result."""
    hand.go("登记")
    hand.press("立案卷")
    hand.choose("程序", "退出")
    hand.fill("户编号", "\n".join(HOMES))  # a column of a workbook, pasted
    hand.fill("立卷日期", "2018-10-24")
    hand.press("存好就走")
    hand.sees("退出，25 户")
    commands.run("case", "new", "退出", *HOMES, "--on", "2018-10-24")
    hand.press("看这一条")
    case = re.search(r"Z2018-\d{5}", hand.text)
    assert case

    def step(on: str, *more: str, first: bool = True, **filled: str) -> None:
        if first:
            hand.press("看这一条")
        hand.press("登记下一步")
        hand.fill("完成日期", on)
        for label, text in filled.items():
            hand.fill(label, text)
        hand.press("存好就走")
        hand.sees(f"案卷 {case[0]} 登记", on)
        commands.run("case", "step", case[0], "--on", on, *more)

    def notice(kind: str, on: str) -> str:
        hand.go("登记")
        hand.press("公示和留证")
        hand.choose("只做哪一类", kind)
        hand.fill("从哪天贴起", on)
        hand.press("看有哪些")
        hand.sees("还没有写进台账", case[0])
        hand.press("登记这 1 份")
        hand.sees("登记公示 1 份")
        commands.run("notice", "new", kind, "--all-due", "--starts", on)
        found = re.search(r"登记公示 1 份（(G\d{4}-\d{5})）", hand.text)
        assert found
        return found[1]

    def closed(number: str, result: str, on: str) -> None:
        hand.go("登记")
        hand.press("办结公示")
        hand.pick("公示编号", number, number)
        hand.choose("公示结果", result)
        hand.fill("办结日期", on)
        hand.press("存好就走")
        hand.sees(f"办结公示 {number}：{result}，记到案卷 {case[0]}")
        commands.run("notice", "close", number, "--result", result, "--on", on)

    step("2018-10-24", "--attendees", "46", "--votes", "42", first=False, 参加人数="46", 同意票="42")
    step("2018-10-27", "--attendees", "5", 参加人数="5")
    step("2018-10-31")
    number = notice("退出公示", "2018-11-02")
    for more in ((), ("维持", "2018-11-07")):
        hand.go("登记")
        hand.press("登记异议")
        hand.pick("公示编号", number, number)
        hand.choose("异议事项", "收入不符")
        hand.fill("提出日期", "2018-11-05")
        if more:
            hand.choose("处理结果", more[0])
            hand.fill("答复日期", more[1])
        hand.press("存好就走")
        hand.sees(f"公示 {number}", "答复：维持" if more else "登记异议")
        told = ("--outcome", more[0], "--answered", more[1]) if more else ()
        commands.run("notice", "object", number, "--topic", "收入不符", "--raised", "2018-11-05", *told)
    hand.go("印")
    hand.pick("不在里面的", number, number)
    hand.here("印公示榜")
    assert "公示榜" in str(hand.browser.run("document.title + document.body.innerText"))
    hand.browser.open(f"{hand.base}/")
    closed(number, "有异议已处理", "2018-11-10")
    hand.go("查")
    hand.fill("找什么", case[0])
    hand.press("老瓦村退出")
    step("2018-11-12", first=False)
    step("2018-11-19")
    closed(notice("退出公告", "2018-11-21"), "无异议", "2018-12-01")
    hand.go("查")
    hand.fill("找什么", case[0])
    hand.press("老瓦村退出")
    step("2018-12-03", first=False)
    hand.press("看这一条")
    hand.press("结案卷")
    hand.choose("结果", "通过")
    hand.fill("结卷日期", "2018-12-03")
    hand.fill("批复文号", "示扶批〔2018〕1号")
    hand.press("存好就走")
    hand.sees("登记脱贫 25 户")
    commands.run("case", "close", case[0], "通过", "--on", "2018-12-03", "--doc", "示扶批〔2018〕1号")


def work(hand: Hand, commands: Commands) -> None:
    """A project to its acceptance, from the list of what is due; then what is left is paid."""
    hand.go("今天")
    hand.press("登记这一步", within=NAME[5:])
    hand.fill("完成日期", "2020-06-24")
    hand.press("存好就走")
    hand.sees("登记乡镇初检")
    commands.run("project", PROJECT, "乡镇初检", "--on", "2020-06-24")
    hand.press("看这一条")
    hand.press("登记进度")
    hand.choose("步骤", "县级验收")
    for label, text in {"完成日期": "2020-06-29", "验收数量": "1720", "决算金额": "172000", "实测满意度": "96"}.items():
        hand.fill(label, text)
    hand.press("存好就走")
    hand.sees("登记县级验收")
    commands.run("project", PROJECT, "县级验收", "--on", "2020-06-29", "--quantity", "1720", "--cost", "172000", "--satisfaction", "96")  # fmt: skip
    hand.press("看这一条")
    hand.press("登记支付")
    hand.fill("金额", "9460000")
    hand.pick("资金编号", "N2020-001", "N2020-001")
    hand.choose("支付阶段", "结算款")
    hand.choose("收款方类别", "施工单位")
    hand.pick("收款单位", "U209", "U209")
    hand.choose("支付方式", "国库直接支付")
    hand.choose("用途", "工程款")
    hand.press("存好就走")
    hand.sees("没有存", "不够付")
    hand.fill("金额", "94600")
    hand.press("存好就走")
    hand.sees("登记支付", "94,600.00 元")
    commands.run("pay", PROJECT, "94600", "--allocation", "N2020-001", "--stage", "结算款", "--payee", "施工单位", "--unit", "U209", "--channel", "国库直接支付", "--for", "工程款")  # fmt: skip


GROUNDS = {"一句话说明": "退出补录和项目验收", "依据": "村民代表会议记录", "谁批的": "鼓匠乡人民政府"}


def send(hand: Hand, commands: Commands, text: str = GROUNDS["一句话说明"]) -> str:
    hand.go("送审")
    for label, words in (GROUNDS | {"一句话说明": text}).items():
        hand.fill(label, words)
    hand.press("送给县里")
    hand.sees("送出", "等县里审核")
    told = ("--basis", GROUNDS["依据"], "--approved-by", GROUNDS["谁批的"])
    said = commands.run("propose", "-m", text, *told)
    branch = re.search(r"songshen/[\w-]+", hand.text)
    assert branch and branch[0] in said
    return branch[0]


def review(hand: Hand, other: Hand, commands: Commands, above: Commands, branch: str) -> None:
    """Returned with what is to be mended of one record, mended in the grid, sent again, accepted; the clerk sees both."""
    other.go("审核")
    other.press("取最新的")
    other.press("打开", within=GROUNDS["一句话说明"])
    other.sees("鼓匠乡人民政府", "实测满意度", "94,600.00")
    other.choose(f"项目 {PROJECT}", "要改")
    other.fill(f"项目 {PROJECT}", "满意度请按表填 97")
    other.press("退回，附 1 条意见")
    other.sees("已退回", "附 1 条意见", "满意度请按表填 97")
    above.run("review", "return", branch, "--on", f"projects/{PROJECT}", "满意度请按表填 97")
    hand.press("看县里的答复")
    hand.sees("县里退回了", "满意度请按表填 97")
    hand.press("去改", within="满意度请按表填 97")
    hand.sees("县里要改")
    hand.cell(PROJECT, "实测满意度", "97")
    hand.press("存好", stays=True)
    hand.sees("已存好")
    commands.run("amend", "projects", PROJECT, "实测满意度=97")
    assert send(hand, commands, "满意度改正") == branch
    other.go("审核")
    other.press("取最新的")
    other.press("打开", within="满意度改正")
    other.sees("97.00")
    other.press("接受并签名")
    other.sees("已接受", "reviewer岗")
    above.run("review", "accept", branch)
    hand.press("看县里的答复")
    hand.sees("换成最新的", "县里收下了")
    git(commands.root, "pull", "-q", "--ff-only", "origin", "main")


def last_day(hand: Hand, commands: Commands) -> None:
    """What is written after it was accepted can be taken back, and what was sent cannot."""
    hand.go("登记")
    hand.pick("户编号", "H0000009", "H0000009")
    hand.press("存好就走")
    hand.sees("登记走访 1 次")
    commands.run("visit", "H0000009")
    hand.press("撤销", within="登记走访 1 次")
    hand.sees("已撤销")
    commands.run("undo")
