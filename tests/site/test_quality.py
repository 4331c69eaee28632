"""The quality of the records over time: what a publication says of it, and what the pages make of what earlier ones said."""

from __future__ import annotations

import datetime
import json
import random
import shutil

import pytest
from logs import publish

from gongshi.model import GongshiError
from gongshi.site.manifest import QUALITY, digests, quality_name
from gongshi.site.publishing import put_beside, read_log
from gongshi.site.quality import MOST, Quality, RuleCount, earlier, encode, missing, read, values

FIRST = datetime.date(2020, 1, 31)


def quality(day: datetime.date, broke: int, rules: str = "a" * 12) -> Quality:
    counts = {"f01a": RuleCount("警告", 100, broke), "f01b": RuleCount("错误", 9, 0), "x": RuleCount("提示", 4, 1)}
    return Quality(day, rules, counts)


@pytest.fixture
def place(tmp_path):
    """A site to publish from, and where its log is; ``at`` publishes one day with so many rows that break a rule."""
    site, log = tmp_path / "site", tmp_path / "log"
    (site / "data").mkdir(parents=True)

    def at(day: datetime.date, broke: int):
        (site / QUALITY).write_bytes(encode(quality(day, broke)))
        return publish(log, site, day)

    return site, log, at


def test_a_publication_is_read_back_and_anything_else_is_refused():
    found = quality(FIRST, 7)
    assert read(encode(found), "x") == found and (found.looked, found.broke) == (113, 8)
    assert found.severities == {"警告": 7, "提示": 1}
    said = json.loads(encode(found))
    rule = said["rules"]["x"]
    for broken in (
        b"", b"[]", b"nonsense", b"[" * 100_000, b"\xff", *(json.dumps(said | more).encode() for more in (
            {"format": 2}, {"day": "2020-02-31"}, {"day": None}, {"rules": []}, {"rules": {"x": 1}},
            {"rules": {"x": rule | {"broke": -1}}}, {"rules": {"x": rule | {"looked": True}}},
            {"rules": {"x": rule | {"severity": "<b>"}}}, {"rules": {"x": rule | {"name": "人"}}},
        )),
    ):  # fmt: skip
        with pytest.raises(GongshiError, match="不是记录质量的数字"):
            read(broken, "x")


def test_the_last_publication_of_each_earlier_day_counts(place):
    site, log, at = place
    for days, broke in ((0, 5), (0, 4), (3, 2), (9, 1)):
        at(FIRST + datetime.timedelta(days), broke)
    chain = read_log(log)
    found = earlier(log, chain, FIRST + datetime.timedelta(9))
    assert [(one.day, one.broke, one.manifest) for one in found] == [
        (FIRST, 5, chain[1].name),
        (FIRST + datetime.timedelta(3), 3, chain[2].name),
    ]
    put_beside(log, site)
    assert {path.name for path in (site / "manifests").iterdir()} == {path.name for path in log.iterdir()}
    assert QUALITY in digests(site) and not [path for path in digests(site) if path.startswith("manifests/")]


def test_of_many_days_the_last_of_each_month_is_left(place):
    _, log, at = place
    chance, day = random.Random(19), FIRST
    for number in range(MOST + 15):
        at(day, number)
        day += datetime.timedelta(chance.randint(2, 9))
    chain = read_log(log)
    found = earlier(log, chain, day)
    months = [one.day.strftime("%Y-%m") for one in found]
    assert len(found) <= MOST and months == sorted(set(months)) and found[-1].manifest == chain[-1].name
    every = {made.day[:7]: made.name for made in chain}
    assert [one.manifest for one in found] == list(every.values())[-MOST:]


@pytest.mark.parametrize("harm", ["gone", "changed", "link"])
def test_a_copy_that_is_not_what_its_manifest_lists_is_told(place, harm):
    _, log, at = place
    made = at(FIRST, 3)
    copy = log / made.quality_name
    if harm == "changed":
        copy.write_bytes(encode(quality(FIRST, 0)))
    else:
        shutil.move(copy, log.parent / "elsewhere")
        if harm == "link":
            copy.symlink_to(log.parent / "elsewhere")
    (found,) = missing(log, read_log(log))
    assert found.code == "quality-missing" and found.path == quality_name(made.name)
    with pytest.raises(GongshiError, match="旁边没有它的记录质量"):
        earlier(log, read_log(log), FIRST + datetime.timedelta(1))
    assert earlier(log, read_log(log), FIRST) == [], "of the same day nothing is read"


def test_manifests_of_before_say_nothing(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site/index.html").write_text("旧", "utf-8")
    publish(tmp_path / "log", tmp_path / "site", FIRST)
    chain = read_log(tmp_path / "log")
    assert missing(tmp_path / "log", chain) == [] == earlier(tmp_path / "log", chain, datetime.date(2021, 1, 1))


def test_where_the_rules_were_changed_the_drawing_says_so():
    days = [FIRST + datetime.timedelta(30 * number) for number in range(4)]
    past = [quality(days[0], 2), quality(days[1], 40), quality(days[2], 40, "b" * 12)]
    shown = values(quality(days[3], 0, "b" * 12), past, ())
    chart = shown["chart"]
    assert shown["turned"] == [False, False, True, False] and len(chart.turns) == 1
    assert [number for *_, number in chart.marks] == [3, 1, 41] and chart.line.count("V") == 3
    (moved, still) = shown["moved"]
    assert (still.rule, still.numbers) == ("f01a", [40, 40, 0]) and (moved.rule, moved.numbers) == ("x", [1, 1, 1])
    assert values(quality(FIRST, 0), (), ())["chart"] is None
