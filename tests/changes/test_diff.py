"""The diff: its laws on real trees, the cases of csv-diff's own tests, bad input, what it says and what it escapes."""

from __future__ import annotations

import json
import random
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from changes.ledgers import PETS, edited, field, ledger, real_ledger, rows_of, write
from gongshi.changes.diff import compare
from gongshi.changes.digest import wrap
from gongshi.changes.lines import columns, compared, counted
from gongshi.changes.markdown import LIMIT, _first, escape, to_markdown
from gongshi.changes.plain import to_plain
from gongshi.changes.text import to_text
from gongshi.changes.totals import measures
from gongshi.changes.values import Change, ChangeKind, Diff
from gongshi.model import Finding, GongshiError, Severity
from gongshi.repository import Git, RevisionTree, WorkTree
from support import DictTree, project_descriptor, rounds

REAL = real_ledger()
SEEDS = st.integers(0, 10**9)


def applied(diff: Diff, rows: Counter) -> Counter:
    """The rows of a Tree after the changes of a Diff."""
    result = Counter(rows)
    for change in diff.changes:
        if change.before is not None:
            assert result[change.resource, change.path_before, change.before] > 0
            result[change.resource, change.path_before, change.before] -= 1
        if change.after is not None:
            result[change.resource, change.path_after, change.after] += 1
    return +result


def turned(change: Change) -> tuple:
    kinds = {ChangeKind.ADDED: ChangeKind.REMOVED, ChangeKind.REMOVED: ChangeKind.ADDED}
    fields = tuple((item.field, item.after, item.before) for item in change.fields)
    return (
        kinds.get(change.kind, change.kind),
        change.resource,
        change.path_after,
        change.path_before,
        change.after,
        change.before,
        fields,
    )


def straight(change: Change) -> tuple:
    fields = tuple((item.field, item.before, item.after) for item in change.fields)
    return (change.kind, change.resource, change.path_before, change.path_after, change.before, change.after, fields)


@settings(max_examples=rounds(6, 60), deadline=None, phases=[Phase.generate])
@given(SEEDS, SEEDS)
def test_laws_on_real_trees(one: int, other: int) -> None:
    before, after = edited(REAL, one), edited(REAL, other)
    assert compare(before, before).empty and compare(before, DictTree(dict(before.files))).empty
    diff = compare(before, after)
    assert applied(diff, rows_of(before)) == rows_of(after)
    back = compare(after, before)
    assert Counter(map(turned, diff.changes)) == Counter(map(straight, back.changes))
    assert {(t.measure, t.group, t.before, t.after) for t in diff.totals} == {
        (t.measure, t.group, t.after, t.before) for t in back.totals
    }


def changes(before: DictTree, after: DictTree) -> list[tuple]:
    return [
        (change.kind.value, change.key, [(item.field, item.before, item.after) for item in change.fields])
        for change in compare(before, after).changes
    ]


HEAD = "id,name,age\n"


@settings(max_examples=60, deadline=None, phases=[Phase.generate])
@given(SEEDS)
def test_large_files_are_compared_by_stretches_without_loss(seed: int) -> None:
    """Lines differ as multisets, wherever lines come, go, change, stand twice or are shuffled."""
    rng = random.Random(seed)
    before = [b"%d,%s\n" % (number // 2, b"x" * rng.randrange(60)) for number in range(rng.randrange(600))]
    after = list(before)
    for _ in range(rng.randrange(12)):
        start = rng.randrange(len(after) + 1)
        end = start + rng.choice((0, 1, 1, 2, 200))
        new = [b"%d,new\n" % rng.randrange(300) for _ in range(rng.choice((0, 1, 1, 3, 300)))]
        after[start:end] = rng.choice((new, after[start:end] * 2, after[start:end][::-1]))
    lost, won = (Counter(b"%b\n" % ",".join(row).encode() for row in rows) for rows in joined(before, after))
    assert lost == Counter(before) - Counter(after) and won == Counter(after) - Counter(before)


def joined(before: list[bytes], after: list[bytes]) -> tuple[list, list]:
    return compared(b"".join(before), b"".join(after), 2)


@pytest.mark.parametrize("lines", ['1,a,x\n2,"a,b",x\n3,a,x\n', "1,a,x\n2,a\n3,a,\n", "1,a,x\n2,a,y\n", ""])
def test_columns_are_counted_as_the_cells_say(lines: str) -> None:
    rows = columns(lines.encode(), 3)
    for places in ([], [0], [2], [1, 2], [2, 0]):
        assert counted(lines.encode(), places) == Counter(tuple(row[place] for place in places) for row in rows)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("1,猫,4\n2,狗,2\n", "1,猫,5\n2,狗,2\n", [("changed", ("1",), [("age", "4", "5")])]),
        ("1,猫,5\n", "1,猫,5\n2,狗,2\n", [("added", ("2",), [])]),
        ("1,猫,5\n2,狗,2\n", "1,猫,5\n", [("removed", ("2",), [])]),
        ("1,猫,5\n2,狗,2\n", "2,狗,2\n1,猫,5\n", []),  # another order is no change
        ("1,猫,5\n", "1,猫,5", []),  # nor is a missing last newline
        ("1,猫,5\n", "1,猫,5\n\n\n", []),  # nor blank lines
        ("1,猫,5\n", "\n1,猫,5\n", []),
        ("1,猫,5\n", '"1","猫","5"\r\n', []),  # nor quotes and line ends
        ("1,猫,5\n", '1,"猫,""x""",5\n', [("changed", ("1",), [("name", "猫", '猫,"x"')])]),
        ("1,猫,5\n", "1,猫,5,多\n", [("changed", ("1",), [("age", "5", "5,多")])]),  # too many cells stay in sight
        ("1,猫,5\n", "1,猫\n", [("changed", ("1",), [("age", "5", "")])]),  # too few are empty
        ("1,猫,5\n1,猫,5\n", "1,猫,5\n", [("removed", ("1",), [])]),  # twins count
        ("1,猫,5\n1,狗,6\n", "1,猫,5\n1,狗,7\n", [("changed", ("1",), [("age", "6", "7")])]),
        ("", "1,猫,5\n", [("added", ("1",), [])]),
        ("1,猫,5\n", "", [("removed", ("1",), [])]),
    ],
)
def test_rows(before: str, after: str, expected: list) -> None:
    assert changes(ledger(HEAD + before), ledger(HEAD + after)) == expected


def test_files_empty_new_and_gone() -> None:
    full = ledger(HEAD + "1,猫,5\n")
    for none in (ledger(None), ledger(b""), ledger(HEAD)):
        assert changes(none, full) == [("added", ("1",), [])]
        assert changes(full, none) == [("removed", ("1",), [])]
    assert changes(DictTree({}), full) == [("added", ("1",), [])]
    with pytest.raises(GongshiError, match=r"datapackage\.yaml"):
        compare(DictTree({}), DictTree({}))


def test_columns_come_go_and_are_renamed() -> None:
    before = ledger(HEAD + "1,猫,5\n2,狗,6\n")
    wider = ledger("id,name,age,colour\n1,猫,5,\n2,狗,6,黑\n", "id name age colour")
    assert changes(before, wider) == [("changed", ("2",), [("colour", "", "黑")])]
    assert [(c.field, c.property, c.before, c.after) for c in compare(before, wider).schema] == [
        ("colour", "field", "", "名colour")
    ]
    other = ledger("id,name,weight\n1,猫,48\n2,狗,6\n", "id name weight")
    assert ("changed", ("1",), [("weight", "", "48"), ("age", "5", "")]) in changes(before, other)
    renamed = ledger("id,age,called\n1,5,猫\n2,6,犬\n", "id age", special=field("called", ", formerly: [name]"))
    diff = compare(before, renamed)
    assert changes(before, renamed) == [("changed", ("2",), [("called", "狗", "犬")])]
    assert changes(renamed, before) == [("changed", ("2",), [("name", "犬", "狗")])]
    assert ("called", "name", "name", "called") in [(c.field, c.property, c.before, c.after) for c in diff.schema]
    # the file still has the old header under the new schema
    late = DictTree({**renamed.files, PETS: (HEAD + "1,猫,5\n2,狗,6\n").encode()})
    assert changes(before, late) == []


def test_schema_and_rows_agree_on_which_field_was_renamed() -> None:
    before = ledger("id,ax,cz\n1,甲,乙\n", "id", special=field("ax", ", formerly: [by]") + field("cz"))
    after = ledger("id,by\n1,乙\n", "id", special=field("by", ", formerly: [cz]"))
    diff = compare(before, after)
    renamed = [(item.before, item.after) for item in diff.schema if item.property == "name"]
    assert renamed == [("cz", "by")]
    assert changes(before, after) == [("changed", ("1",), [("ax", "甲", "")])]


def test_moved_rekeyed_and_respelled() -> None:
    number = "  - {name: num, title: 数, type: number, decimals: 2, unit: 元, disclosure: public, source: x, description: x}\n"
    before = ledger("id,a,b,num\n1,x,y,1.00\n2,p,q,2.00\n3,u,v,3.00\n", "id a b", special=number)
    files = {
        **before.files,
        PETS: b"id,a,b,num\n1,x,y,1.0\n",
        "records/more.csv": b"id,a,b,num\n2,p,q,5.00\n9,u,v,3.00\n",
    }
    diff = compare(before, DictTree(files))
    assert [(c.kind.value, c.key, [i.field for i in c.fields]) for c in diff.changes] == [
        ("respelled", ("1",), ["num"]),
        ("moved", ("2",), ["num"]),
        ("rekeyed", ("9",), ["id"]),
    ]
    text = to_text(diff)
    assert "数 2.00 → 5.00 元（+3.00）" in text and "只改写法、内容没变：1 条" in text
    assert "移动 2  records/pets.csv → records/more.csv" in text
    spelling = Finding("spelling", Severity.ERROR, "要写成 1.00", PETS, 2, "pets", "num", key=("1",))
    for shown in (to_text(diff, [spelling]), to_markdown(diff, [spelling])):
        assert "要写成" in shown  # told, though the record itself is only counted


@pytest.mark.parametrize(
    "bad", [b"\xff\xfe\x00", "编号,名\n".encode("gbk"), b'id,name,age\n1,"a,5\n', b"\0\0\n", b"x\n"]
)
def test_bad_files_are_told_not_crashed_on(bad: bytes) -> None:
    full = ledger(HEAD + "1,猫,5\n")
    for diff in (compare(full, ledger(bad)), compare(ledger(bad), full)):
        assert not diff.empty and to_text(diff) and to_markdown(diff) and json.dumps(to_plain(diff))
    assert compare(full, ledger("编号,名\n1,猫\n".encode("gbk"))).troubles


def test_an_unreadable_document_is_no_deletion() -> None:
    path = next(path for path in REAL.files if "/projects/" in path)
    broken = DictTree({**REAL.files, path: b"a: [\n"})
    diff = compare(REAL, broken)
    assert not diff.changes and [trouble.path for trouble in diff.troubles] == [path]
    assert f"注意：{path}：" in to_text(diff)


def test_a_file_dropped_from_the_package_takes_its_rows_along() -> None:
    before = ledger(HEAD + "1,猫,5\n")
    package = before.files["records/datapackage.yaml"].replace(b"[pets.csv, more.csv]", b"more.csv")
    diff = compare(before, DictTree({**before.files, "records/datapackage.yaml": package}))
    assert [change.kind for change in diff.changes] == [ChangeKind.REMOVED]


def test_totals_before_and_after() -> None:
    files = dict(REAL.files)
    path = "records/townships/guzhen/households.csv" if "records/townships/guzhen/households.csv" in files else ""
    path = next(p for p, d in files.items() if p.endswith("/households.csv") and b"H0000001" in d)
    files[path] = files[path].replace("已脱贫".encode(), "返贫".encode(), 1)
    payments = next(p for p, d in files.items() if p.endswith("/payments.csv") and b"F0000001" in d)
    files[payments] = files[payments].replace(b"200.00", b"1200.00")
    found = {(t.measure, t.group, t.unit, str(t.before), str(t.after)) for t in compare(REAL, DictTree(files)).totals}
    slug = path.split("/")[2]
    assert ("其中未脱贫（含返贫）", "古镇" if slug == "guzhen" else slug, "户", "0", "1") in found
    assert ("支付（按用途）", "产业扶贫", "元", "3600.00", "4600.00") in found
    assert ("支付（按资金）", "资金1", "元", "2000.00", "3000.00") in found and len(found) == 3


def test_measures_are_of_fields_of_their_tables() -> None:
    tables = project_descriptor().resources
    for measure in measures({}):
        assert {*filter(None, measure.fields)} <= {*tables[measure.table].schema.names}
        table, *names = measure.through
        assert not table or {*names} <= {*tables[table].schema.names}


def test_schema_and_policy_changes_come_first() -> None:
    path = "records/schemas/households.yaml"
    files = {**REAL.files, path: REAL.files[path].replace(b"disclosure: internal", b"disclosure: public", 1)}
    rule = "policies/x.yaml"
    before = DictTree({**REAL.files, rule: b"rules:\n  - {id: p1, severity: error}\n"})
    after = DictTree({**files, rule: b"rules:\n  - {id: p1, severity: notice}\n", "policies/new.yaml": b"a: 1\n"})
    lines = to_text(compare(before, after)).splitlines()
    assert lines[:2] == ["！字段定义有变化", "  ⚠ 公开范围变了：households.household_no：公开级别 internal → public"]
    assert f"  {rule}：rules[p1].severity error → notice" in lines and "  policies/new.yaml：新增规则文件" in lines


def test_sealed_text_is_never_shown() -> None:
    header = ",".join(["member_no", "epoch", "box"])
    path = next(path for path in REAL.files if path.endswith("sealed.csv"))
    before = DictTree({**REAL.files, path: f"{header}\nM00000001,2020,AAAA\n".encode()})
    after = DictTree({**REAL.files, path: f"{header}\nM00000001,2020,BBBB\n".encode()})
    for diff in (compare(before, after), compare(REAL, before)):
        for shown in (to_text(diff), to_markdown(diff), json.dumps(to_plain(diff))):
            assert "AAAA" not in shown and "BBBB" not in shown


EVIL = "</details><script>x</script>[a](http://e.example)`|**@everyone ![i](x) www.e.example"


def test_a_cell_that_equals_a_key_is_told() -> None:
    diff = compare(ledger(HEAD), ledger(HEAD + "3,三,3\n"))
    assert "    名name 三，名age 3\n" in f"{to_text(diff)}\n" and "名age 3" in to_markdown(diff)
    assert "名id" not in to_text(diff)


def test_markdown_escapes_untrusted_text() -> None:
    text = to_markdown(compare(ledger(HEAD + "1,猫,5\n"), ledger(HEAD + f"1,{EVIL},5\n")))
    for bad in ("<script", "</details><", "[a](", "![", "**@", "@everyone", "www.e"):
        assert bad not in text
    assert text.count("<details") == text.count("</details>") == 1
    assert escape("a\nb\x1b[0m") == "a\\\\nb\\\\x1b\\[0m"


def test_markdown_is_cut_at_the_limit_with_a_note() -> None:
    rows = "".join(f"{n},{'猫' * 30},{n}\n" for n in range(3000))
    diff = compare(ledger(HEAD), ledger(HEAD + rows))
    text = to_markdown(diff, rest="https://git.example.org/county/actions/runs/7")
    assert "[在这里查看](<https://git.example.org/county/actions/runs/7>)" in text
    assert "在这里查看" not in to_markdown(diff, rest="javascript:x") + to_markdown(diff)
    assert len(text) <= 65_000 == LIMIT and "从略" in text and text.count("<details") == text.count("</details>")
    assert to_markdown(compare(ledger(HEAD), ledger(HEAD))) == "## 记录变更\n\n没有变化。\n"


def test_findings_stand_beside_their_record() -> None:
    diff = compare(ledger(HEAD + "1,猫,5\n"), ledger(HEAD + "1,猫,6\n"))
    beside = Finding("x", Severity.ERROR, "缺评议", PETS, 2, "pets", key=("1",))
    apart = Finding("y", Severity.ERROR, "别处", "records/more.csv", 3, "pets", key=("8",))
    lines = to_text(diff, [beside], [apart]).splitlines()
    assert lines[lines.index("      新问题：缺评议 [x]") - 1] == "      名age 5 → 6"
    assert "records/more.csv:3（8） 已解决：别处 [y]" in lines
    plain = to_plain(diff, [beside], [apart])
    assert plain["format"] == 1 and plain["findings"]["new"][0]["key"] == ("1",)
    assert "**新问题：缺评议" in to_markdown(diff, [beside], [apart])


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)


class Watched(RevisionTree):
    """Notes what is read."""

    seen: set[str]

    def prefetch(self, paths) -> None:
        paths = list(paths)
        self.seen = getattr(self, "seen", set()) | set(paths)
        super().prefetch(paths)


def test_revisions_and_the_working_directory(tmp_path: Path) -> None:
    write(tmp_path, REAL)
    git(tmp_path, "init", "-q", "-b", "main"), git(tmp_path, "add", "-A"), git(tmp_path, "commit", "-qm", "1")
    after = edited(REAL, 4)
    for path in REAL.files.keys() - after.files.keys():
        (tmp_path / path).unlink()
    write(tmp_path, after)
    git(tmp_path, "config", "x.y", "z")
    one = RevisionTree(Git(tmp_path), "HEAD")
    expected = [straight(change) for change in compare(REAL, after).changes]
    assert [straight(change) for change in compare(one, WorkTree(tmp_path)).changes] == expected != []
    back = [straight(change) for change in compare(WorkTree(tmp_path), one).changes]
    assert Counter(back) == Counter(map(turned, compare(REAL, after).changes))
    git(tmp_path, "add", "-A"), git(tmp_path, "commit", "-qm", "2")
    trees = Watched(Git(tmp_path), "HEAD~1"), Watched(Git(tmp_path), "HEAD")
    assert [straight(change) for change in compare(*trees).changes] == expected
    rows = {path for path in trees[1].seen if path.endswith((".csv", ".yaml")) and "/schemas/" not in path}
    small = {"records/datapackage.yaml", "records/documents.yaml", "records/county/divisions.csv"}
    differ = {path for path in REAL.files if REAL.files[path] != after.files.get(path)}
    assert rows - differ - small <= {p for p in rows if "/funds/" in p}  # equal files stay unread, but for the totals


def test_command(tmp_path: Path) -> None:
    from gongshi.cli.diff import diff

    write(tmp_path, ledger(HEAD + "1,猫,5\n"))
    runner = CliRunner()
    with pytest.raises(GongshiError, match="Git"):
        runner.invoke(diff, ["HEAD"], obj=tmp_path, catch_exceptions=False)
    git(tmp_path, "init", "-q"), git(tmp_path, "add", "-A"), git(tmp_path, "commit", "-qm", "1")
    write(tmp_path, ledger(HEAD + "1,猫,6\n1,猫,7\n"))
    result = runner.invoke(diff, ["HEAD", "--findings"], obj=tmp_path, catch_exceptions=False)
    assert result.exit_code == 0 and "名age 5 → 6" in result.output and "新问题：" in result.output
    plain = json.loads(runner.invoke(diff, ["HEAD", "--format", "json"], obj=tmp_path, catch_exceptions=False).output)
    assert [change["kind"] for change in plain["changes"]] == ["added", "changed"]
    assert "记录变更" in runner.invoke(diff, ["HEAD", "--format", "markdown"], obj=tmp_path).output
    with pytest.raises(GongshiError, match="找不到版本"):
        runner.invoke(diff, ["nowhere"], obj=tmp_path, catch_exceptions=False)


def test_the_first_screen_as_markdown_has_its_titles_and_whole_sentences() -> None:
    """As it is shown: each title a paragraph of its own, each sentence one item, no number broken in two."""
    from markdown_it import MarkdownIt

    long = "修改 帮扶措施 C0017937（990101-2020-CY-0008 扶贫小额信贷贴息）：投入金额 1,340,000.00 → 1,402,080.00 元（+62,080.00）；"
    lines = [
        "！规则有变化（1）",
        *wrap("  放宽"),
        "要紧的变化（共 2 项）",
        *wrap(f"  {long}"),
        "  …另有 1 项，见后",
        "合计变动最大的（1）",
        *wrap("  古镇"),
    ]
    assert sum(line.startswith("    ") for line in lines) == 1
    shown = MarkdownIt().render("\n".join(_first(lines)))
    titles, items = (re.findall(f"<{tag}>(.*?)</{tag}>", shown, re.DOTALL) for tag in ("p", "li"))
    assert titles == [f"<strong>{line}</strong>" for line in lines if not line.startswith(" ")] and "\\" not in shown
    assert items == ["放宽", long, "…另有 1 项，见后", "古镇"]


def test_where_an_empty_cell_is_taken_from_is_told_in_words() -> None:
    derive = field("age").replace("type: string", "type: string, derive: {rows: pets, value: name, match: {id: id}}")
    told = to_text(compare(ledger(HEAD + "1,猫,5\n"), ledger(HEAD + "1,猫,5\n", fields="id name", special=derive)))
    assert "空着时取自 无 → rows pets，value name，match id=id" in told and "Derive" not in told


def test_a_blank_where_the_text_was_wrapped_stays_in_the_comment() -> None:
    sentence = "字" * 47 + " " + "元" * 30
    lines = wrap(f"  {sentence}")
    assert lines[0].endswith(" ") and _first(["题", *lines])[-1] == f"- {sentence}"
