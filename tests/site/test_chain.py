"""Forks, cuts and beginnings of the chain of manifests, as somebody sees them who kept a manifest, a sheet of paper or nothing."""

from __future__ import annotations

import datetime
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from logs import DAY, SOURCE, publish

from gongshi.cli.verify import verify
from gongshi.model import GongshiError
from gongshi.site.chain import (
    check_first,
    check_fork,
    check_history,
    check_latest,
    check_log,
    check_paper,
    check_saved,
)
from gongshi.site.manifest import Manifest, digests, read_manifest, read_paper
from gongshi.site.publishing import append, put_beside, read_log, ready
from support import rounds


def codes(findings) -> list[str]:
    for finding in findings:
        assert re.search(r"请|要", finding.message), f"says what to do: {finding.message}"
        assert "。" not in finding.message, "one sentence"
    return [finding.code for finding in findings]


def rewritten(log: list[Manifest], number: int, **changes: object) -> list[Manifest]:
    """The forger's: one manifest changed, and every one after it made to fit."""
    made = log[: number - 1]
    for manifest in log[number - 1 :]:
        previous = made[-1].digest if made else ""
        made.append(replace(manifest, previous=previous, **(changes if manifest.number == number else {})))
    return made


def write(folder: Path, log: list[Manifest]) -> Path:
    folder.mkdir()
    for manifest in log:
        (folder / manifest.name).write_bytes(manifest.encode())
    (folder / "latest.txt").write_text(f"{log[-1].label}\n", "utf-8")
    return folder


def say(root: Path, *arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(verify, [str(argument) for argument in arguments], obj=root)
    if not isinstance(done.exception, None | SystemExit | GongshiError):
        raise done.exception
    return done.exit_code, done.output if not isinstance(done.exception, GongshiError) else str(done.exception)


# -- the chain itself ---------------------------------------------------------------------------------------------


def test_a_whole_chain_has_nothing_wrong(log):
    assert check_log(read_log(log)) == []
    assert check_latest(log / "latest.txt", read_log(log)) == []


def test_a_cut_a_gap_a_twin_a_set_back_clock_and_another_county_are_caught(log):
    chain = read_log(log)
    one, two, three = chain
    assert codes(check_log([one, three])) == ["chain-gap"]
    assert codes(check_log([two, three])) == ["chain-gap"]
    assert codes(check_log([one, replace(two, day="2020-07-01"), three])) == ["chain-cut"]
    assert codes(check_log([one, two, replace(two, commit="e" * 40), three])) == ["chain-forked"]
    assert codes(check_log([one, one])) == ["chain-forked"]
    assert codes(check_log([replace(one, previous="f" * 64)])) == ["chain-cut"]
    assert codes(check_log(rewritten(chain, 3, day="2020-06-29"))) == ["chain-set-back"]
    assert codes(check_log(rewritten(chain, 2, county="990102000000"))) == ["chain-other-county"] * 2


def test_a_chain_cut_at_its_end_is_seen_by_its_latest_and_by_who_kept_more(log):
    chain = read_log(log)
    assert check_log(chain[:2]) == [], "nothing in itself tells"
    assert codes(check_latest(log / "latest.txt", chain[:2])) == ["latest-differs"]
    assert codes(check_saved(chain[2], chain[:2])) == ["chain-short"]
    assert codes(check_paper(read_paper(chain[2].label), chain[:2])) == ["chain-short"]
    (log / "latest.txt").write_text(f"{chain[1].label}\n", "utf-8")
    assert check_latest(log / "latest.txt", chain) == [], "killed before it was brought up to date"


def test_a_chain_made_anew_is_whole_and_only_who_kept_something_sees_it(log):
    chain = read_log(log)
    forged = rewritten(chain, 1, files={"index.html": "0" * 64})
    assert check_log(forged) == []
    for kept in chain:
        assert codes(check_saved(kept, forged)) == ["chain-rewritten"] and check_saved(kept, chain) == []
        assert codes(check_paper(read_paper(kept.label), forged)) == ["chain-rewritten"]
        assert codes(check_paper(read_paper(kept.digest[:32]), forged)) == ["chain-absent"]
        assert check_paper(read_paper(kept.digest[:32]), chain) == []


@pytest.mark.parametrize("number", [1, 2, 3])
def test_two_logs_are_told_where_they_fork(log, number):
    chain = read_log(log)
    other = rewritten(chain, number, files={})
    (found,) = check_fork(chain, other)
    assert codes([found]) == ["chain-forked"] and f"从第 {number} 份起" in found.message
    assert check_fork(chain, chain[:2]) == [] == check_fork(chain[:2], chain), "one is only older"


def test_the_ledger_knows_where_its_chain_begins(log):
    chain = read_log(log)
    assert check_first(chain, "") == [] == check_first(chain, chain[0].label)
    assert codes(check_first(rewritten(chain, 1, files={}), chain[0].label)) == ["chain-anew"]


def test_a_publication_that_goes_back_in_history_is_caught(log):
    chain = rewritten(read_log(log), 2, commit="c" * 40)
    order = ["a" * 40, "c" * 40]

    def follows(one: str, other: str) -> bool:
        return order.index(one) <= order.index(other)

    assert check_history(chain[:2], order, follows) == []
    found = check_history(chain, order, follows)
    assert codes(found) == ["history-set-back"] and "第 3 份" in found[0].message
    assert codes(check_history(chain, order[:1], follows)) == ["history-rewritten"]


# -- what is written ----------------------------------------------------------------------------------------------


def test_the_newest_digest_stands_in_latest_and_in_a_feed_without_a_page(log, site):
    newest = read_log(log)[-1]
    assert (log / "latest.txt").read_text("utf-8") == f"{newest.label}\n"
    space = "{http://www.w3.org/2005/Atom}"
    feed = ElementTree.fromstring((log / "feed.xml").read_bytes())
    entries = feed.findall(f"{space}entry")
    assert [entry.findtext(f"{space}summary") for entry in entries] == [made.label for made in reversed(read_log(log))]
    assert (log / entries[0].find(f"{space}link").get("href")).is_file()
    before = digests(site)
    put_beside(log, site)
    assert digests(site) == before, "beside the pages, and no part of them"
    assert {path.name for path in (site / "manifests").iterdir()} == {path.name for path in log.iterdir()}


def test_a_countys_name_cannot_break_the_feed(site, tmp_path):
    append(tmp_path / "m", SOURCE, DAY, site, '<b>&"县')
    assert '<b>&"县' in ElementTree.fromstring((tmp_path / "m/feed.xml").read_bytes())[0].text


def test_a_day_before_the_last_and_another_county_are_not_added(log, site):
    before = {path: path.read_bytes() for path in log.iterdir()}
    (site / "index.html").write_text("又", "utf-8")
    with pytest.raises(GongshiError, match="时钟被拨回"):
        publish(log, site, day=DAY - datetime.timedelta(1))
    with pytest.raises(GongshiError, match="混入了别的清单"):
        publish(log, site, county="990102000000")
    assert before == {path: path.read_bytes() for path in log.iterdir()}


def test_a_broken_log_is_not_added_to(log, site):
    next(log.glob("000002*.json")).unlink()
    with pytest.raises(GongshiError, match="没有加新清单"):
        publish(log, site)


def test_a_chain_is_not_begun_where_one_is_known(log, tmp_path):
    chain = read_log(log)
    names = [made.name for made in chain]
    assert ready(tmp_path / "none", "", {}) == [], "nothing is known: the first publication"
    assert ready(log, chain[0].label, {"本机": names}) == chain
    for place, first, known in (
        (tmp_path / "none", chain[0].label, {}),
        (tmp_path / "none", "", {"本机": names[:1]}),
        (log, "", {"本机": [*names, "000004-2020-07-01-0123456789ab.json"]}),
        (log, f"000001-2020-06-30-{'e' * 64}", {}),
    ):
        with pytest.raises(GongshiError, match=r"没有发布.*请先把完整的清单目录取到"):
            ready(place, first, known)


def test_a_killed_publication_leaves_the_old_log_or_the_new(log, site, tmp_path):
    """Killed at each call that changes the disk; in the suite at every third."""
    program = (
        f"import os, sys; sys.path[:0] = [{str(Path(__file__).parent)!r}]; from pathlib import Path; from logs import publish\n"
        "left = int(sys.argv[1])\n"
        "def counted(call):\n"
        "    def done(*a, **k):\n"
        "        global left; left -= 1\n"
        "        if left < 0: os.kill(os.getpid(), 9)\n"
        "        return call(*a, **k)\n"
        "    return done\n"
        "for name in ('open', 'fsync', 'chmod', 'replace', 'mkdir', 'fdopen'): setattr(os, name, counted(getattr(os, name)))\n"
        "publish(Path(sys.argv[2]), Path(sys.argv[3]))\n"
    )
    (site / "index.html").write_text("第3次", "utf-8")
    old, seen = read_log(log), set()
    for left in range(0, 42, rounds(3, 1)):
        copy = shutil.copytree(log, tmp_path / f"log{left}")
        done = subprocess.run([sys.executable, "-c", program, str(left), copy, site], stderr=subprocess.DEVNULL)
        now = read_log(copy)
        assert now[:3] == old and len(now) in (3, 4) and check_log(now) == []
        assert check_latest(copy / "latest.txt", now) == []
        publish(copy, site)
        assert len(read_log(copy)) == 4 and read_log(copy)[3].label in (copy / "feed.xml").read_text("utf-8")
        seen.add((done.returncode, len(now)))
        if done.returncode == 0:
            break
    assert seen == {(-9, 3), (-9, 4), (0, 4)}


# -- hostile files ------------------------------------------------------------------------------------------------


def test_hostile_manifests_are_refused_in_one_sentence(log):
    fields = json.loads(next(log.glob("000001*.json")).read_bytes())

    def spelled(**more: object) -> bytes:
        return (json.dumps(fields | more, ensure_ascii=False, indent=1) + "\n").encode()

    assert read_manifest(spelled(), "x").number == 1
    digest = "0" * 64
    for content in (
        b"[" * 1_000_000, b'{"a":' * 100_000, b"9" * 100_000,
        spelled(number=True), spelled(number=10**7), spelled(number=1.0), spelled(number="1"),
        spelled(day="20200630"), spelled(day="2020-W27-2"), spelled(day=20200630), spelled(day="２０２０-06-30"),
        spelled(files={"../../etc/passwd": digest}), spelled(files={"/etc/passwd": digest}),
        spelled(files={"a/../b": digest}), spelled(files={"a\\b": digest}), spelled(files={"": digest}),
        spelled(files={"a\n::stop-commands::x": digest}), spelled(files={"\x1b[2J": digest}), spelled(files={"a\u202eb": digest}),
        spelled(files={"a": "链接"}), spelled(files={"a": None}), spelled(files=None), spelled(files=[["a", digest]]),
        spelled(libraries={"mkdocs": "1.6.1\x1b[2J"}), spelled(libraries={"mkdocs": ["1"]}), spelled(libraries=[]),
        spelled(engine=""), spelled(engine="0.1.0; rm -rf /"), spelled(county="\n"), spelled(schemas="x"),
        spelled(format=True), spelled(format=3), spelled(format=1), spelled(format=[]), spelled(previous=None),
        spelled().replace(b'"engine"', b'"files": {}, "engine"'), b"\xef\xbb\xbf" + spelled(), spelled().replace(b"\n", b"\r\n"),
    ):  # fmt: skip
        with pytest.raises(GongshiError, match="不是完整的发布清单"):
            read_manifest(content, "x\x1b.json")


def test_manifests_of_the_first_format_are_still_read(site, tmp_path):
    old = Manifest(1, "2020-06-30", "a" * 40, "b" * 64, "", digests(site))
    assert set(json.loads(old.encode())) == {"format", "number", "day", "commit", "tool", "previous", "files"}
    log = write(tmp_path / "m", [old])
    assert read_log(log) == [old]
    (site / "index.html").write_text("二", "utf-8")
    assert publish(log, site).number == 2 and check_log(read_log(log)) == []
    assert say(tmp_path, "--log", log, "--site", site)[0] == 0


def test_files_in_a_log_that_are_not_what_they_are_called(log, tmp_path):
    one, two, _ = sorted(log.glob("*.json"))
    kept = one.read_bytes()
    one.write_bytes(two.read_bytes())
    code, words = say(tmp_path, "--log", log)
    assert code and "被改名或调换过" in words
    one.unlink()
    os.mkfifo(one)
    code, words = say(tmp_path, "--log", log)
    assert code == 1 and "chain-gap" in words, "a pipe is not read, which would never end"
    one.unlink()
    with one.open("wb") as stream:
        stream.truncate(1 << 30)
    code, words = say(tmp_path, "--log", log)
    assert code and "太大" in words
    one.write_bytes(kept)
    assert say(tmp_path, "--log", log)[0] == 0


def test_a_link_in_a_log_is_never_read_nor_published(log, site, tmp_path):
    """The log comes from a branch: whoever pushed it must not get the files of the machine that publishes."""
    secret = tmp_path / "id_ed25519"
    secret.write_text("秘密", "utf-8")
    newest = sorted(log.glob("*.json"))[-1]
    for name in (f"{newest.name}.sig", "000004-2020-06-30-0123456789ab.json", "more.txt", "more.json"):
        (log / name).symlink_to(secret)
    for name in ("latest.txt", "feed.xml"):
        (log / name).unlink()
        (log / name).symlink_to(secret)
    publish(log, site)
    put_beside(log, site)
    assert not [path for path in (site / "manifests").iterdir() if "秘密" in path.read_text("utf-8")]
    assert secret.read_text("utf-8") == "秘密" and len(list((site / "manifests").iterdir())) == 5
    newest.unlink()
    newest.symlink_to(secret)
    assert "chain-short" not in codes(check_log(read_log(log))) and len(read_log(log)) == 2


# -- who kept what ------------------------------------------------------------------------------------------------


def test_one_saved_manifest_and_a_copy_of_the_site_are_enough(log, site, tmp_path):
    home = tmp_path / "下载"
    home.mkdir()
    saved = shutil.copy(sorted(log.glob("*.json"))[2], home)
    code, words = say(tmp_path, saved, "--site", site)
    assert code == 0 and "核验通过" in words and "手头只有这一份清单" in words and "与第 3 份清单" in words, words
    for told in ("未签", "没有核对历史", "要到村里看"):
        assert f"没有证明：{told}" in words or told in words, words
    (site / "index.html").write_text("改", "utf-8")
    code, words = say(tmp_path, saved, "--site", site)
    assert code == 1 and "index.html: 错误: 内容与清单不同" in words and "共 1 处" in words
    renamed = shutil.copy(saved, home / "我存的.json")
    assert "共 1 处" in say(tmp_path, renamed, "--site", site)[1]


def test_an_older_saved_manifest_is_found_again_in_the_chain_beside_the_site(log, site, tmp_path):
    home = tmp_path / "kept"
    home.mkdir()
    saved = shutil.copy(sorted(log.glob("*.json"))[0], home)
    put_beside(log, site)
    code, words = say(tmp_path, saved, "--site", site)
    assert code == 0 and "清单链 3 份" in words and "与第 3 份清单" in words, words
    forged = rewritten(read_log(log), 1, day="2020-06-29")
    shutil.rmtree(site / "manifests")
    write(site / "manifests", forged)
    code, words = say(tmp_path, saved, "--site", site)
    assert code == 1 and "chain-rewritten" in words and "第 1 份" in words and "分叉" in words


def test_a_site_that_went_back_is_told_to_who_kept_a_newer_manifest(log, site, tmp_path):
    saved = sorted(log.glob("*.json"))[2]
    (site / "index.html").write_text("第1次", "utf-8")
    code, words = say(tmp_path, saved, "--site", site)
    assert code == 1 and "site-older" in words and "第 2 份" in words
    code, words = say(tmp_path, "--log", log, "--site", site)
    assert code == 0 and "网站不是最新的" in words, "who kept nothing learns that it is not the newest"


def test_paper_tells_the_true_chain_from_a_forged_one(log, site, tmp_path):
    chain = read_log(log)
    forged = write(tmp_path / "forged", rewritten(chain, 2, commit="e" * 40))
    label = chain[1].label
    spaced = " ".join(label[at : at + 4] for at in range(0, len(label), 4)).upper()
    for typed in (label, spaced, chain[1].digest, chain[1].digest[:40]):
        code, words = say(tmp_path, "--log", log, "--digest", typed)
        assert code == 0 and "第 2 份清单（2020-06-30），它和它以前的都没有被换过" in words, words
        assert "第 2 份以后的清单还没有纸可对" in words
        assert say(tmp_path, typed, "--log", log)[0] == 0, "or in the place of the file"
        code, words = say(tmp_path, "--log", forged, "--digest", typed)
        assert code == 1 and "分叉" in words and re.search("chain-(rewritten|absent)", words), words
    for typed in ("", "abc", "g" * 64, "0" * 31, "0" * 65, "000002-2020-06-30", "x" * 500, "\x1b[2J"):
        for arguments in (("--digest", typed), (typed,)):
            code, words = say(tmp_path, "--log", log, *arguments)
            assert (code and words.count("。") == 1 and "\x1b" not in words) or typed == "", words
    code, words = say(tmp_path, label)
    assert code and "--log" in words


def test_two_folders_are_told_apart(log, tmp_path):
    chain = read_log(log)
    forged = write(tmp_path / "forged", rewritten(chain, 2, commit="e" * 40))
    code, words = say(tmp_path, "--log", log, "--log", forged)
    assert code == 1 and "chain-forked" in words and "从第 2 份起不同" in words
    older = write(tmp_path / "older", chain[:2])
    code, words = say(tmp_path, "--log", older, "--log", log)
    assert code == 0 and "清单链 3 份" in words
    for path in forged.glob("*.json"):
        shutil.copy(path, log)
    code, words = say(tmp_path, "--log", log)
    assert code == 1 and "有两份第 2 份清单" in words, "the two in one folder"


def test_a_cut_log_is_never_taken_for_a_single_manifest(log, tmp_path):
    files = sorted(log.glob("*.json"))
    files[1].unlink()
    assert "chain-gap" in say(tmp_path, files[2])[1]
    files[0].unlink()
    code, words = say(tmp_path, files[2])
    assert code == 1 and "chain-gap" in words, "latest.txt says that it is a log"
    (log / "latest.txt").unlink()
    assert say(tmp_path, files[2])[0] == 0
    assert "chain-gap" in say(tmp_path, files[2], "--log", log)[1]


def test_nothing_at_hand_is_said_in_one_sentence(tmp_path, site):
    for arguments in ((), ("--site", site), ("nowhere.json",), ("--log", site)):
        code, words = say(tmp_path, *arguments)
        assert code and words.count("。") == 1, words
