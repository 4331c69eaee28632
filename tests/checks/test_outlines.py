"""The outlines of villages: what cannot be drawn is told in a sentence, and how much is read is bounded."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongshi.checks import outlines
from gongshi.checks.guard_files import FileRules
from gongshi.checks.layout import ALLOWED
from gongshi.checks.outlines import PATH, check_outlines, read_outlines
from support import DictTree

CODE, RING = "990101100200", [[117.5, 28.2], [117.6, 28.2], [117.6, 28.3], [117.5, 28.3], [117.5, 28.2]]


def county(rings=None, code=CODE, kind="Polygon", **said) -> dict:
    shape = {"type": kind, "coordinates": [RING] if rings is None else rings}
    feature = {"type": "Feature", "properties": {"division_code": code}, "geometry": shape}
    head = {"type": "FeatureCollection", "coordinate_system": "GCJ-02", "map_approval": "赣S(2024)012号"}
    return head | {"features": [feature]} | said


def read(data) -> tuple:
    content = data if isinstance(data, bytes) else json.dumps(data).encode()
    return read_outlines(DictTree({PATH: content}))


def test_a_village_has_its_outline_and_a_county_without_the_file_has_none():
    found, problems = read(county())
    assert problems == [] and found.system == "GCJ-02" and len(found.rings[CODE][0]) == 5
    many, _ = read(county([[RING], [RING, RING]], kind="MultiPolygon"))
    assert len(many.rings[CODE]) == 3
    assert read_outlines(DictTree({})) == (None, [])


@pytest.mark.parametrize("number", ["GS(2019)1822号", "赣S（2023）017号", "GS京(2022)1111号", "赣饶S [2021] 3 号"])
def test_approval_numbers_are_known(number):
    assert read(county(map_approval=number))[1] == []


BAD = {
    "no JSON": b"{",
    "no text": b"\xff\xfe{}",
    "a name twice": b'{"type":"FeatureCollection","type":"FeatureCollection","features":[]}',
    "no number": b'{"type":"FeatureCollection","features":[NaN]}',
    "nested without end": b"[" * 200_000,
    "a number of very many digits": b'{"features":[' + b"9" * 5000 + b"]}",
    "another kind": {"type": "Feature"},
    "no features": {"type": "FeatureCollection", "features": {}},
    "no system": county(coordinate_system=None),
    "another system": county(coordinate_system="BD-09"),
    "no approval": county(map_approval=""),
    "no number of an approval": county(map_approval="已报送"),
    "no code": county(code="99"),
    "a code that is a number": county(code=990101100200),
    "a line": county(kind="LineString"),
    "an open ring": county([RING[:-1]]),
    "three points": county([RING[:2] + RING[:1]]),
    "no area": county([[RING[0], RING[1], RING[0], RING[1], RING[0]]]),
    "the wrong way round": county([[point[::-1] for point in RING]]),
    "metres": county([[[x * 100_000, y * 100_000] for x, y in RING]]),
    "no end": county([[[1e308 * 10, 28.2], *RING[1:-1], [1e308 * 10, 28.2]]]),
    "truths": county([[[True, False], *RING]]),
    "text": county([[["117.5", "28.2"], *RING]]),
    "too deep": county([[RING]]),
    "too flat": county(RING),
    "nothing": county([]),
    "null": county(features=[None, {"properties": None, "geometry": None}]),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_drawn_is_told_in_a_sentence(name):
    content = BAD[name] if isinstance(BAD[name], bytes) else json.dumps(BAD[name]).encode()
    found, problems = read(content)
    assert found is None and problems and all(len(problem) < 120 for problem in problems)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)


@given(JSON, st.sampled_from(("features", "geometry", "coordinates", "properties")))
def test_any_content_is_drawn_or_told(value, place):
    data = county()
    if place == "features":
        data["features"] = value
    elif place == "coordinates":
        data["features"][0]["geometry"]["coordinates"] = value
    else:
        data["features"][0][place] = value
    found, problems = read(data)
    assert bool(problems) or found is not None


def test_how_much_is_read_is_bounded(monkeypatch):
    monkeypatch.setattr(outlines, "MOST_POINTS", 9)
    assert "个点" in read(county([RING, RING]))[1][0]
    monkeypatch.setattr(outlines, "MOST_BYTES", 100)
    assert "MB" in read(county())[1][0]
    assert len(read(county(features=[None] * 5000))[1]) <= outlines.MOST_TOLD + 1


def test_a_village_twice_and_one_that_is_not_there_are_findings():
    data = county()
    data["features"] *= 2
    database = SimpleNamespace(
        tree=DictTree({PATH: json.dumps(data).encode()}),
        descriptor=SimpleNamespace(resources={"divisions": 1}),
        sql=lambda *_: [("990101100201",)],
    )
    assert "两个" in check_outlines(database)[0].message
    database.tree = DictTree({PATH: json.dumps(county()).encode()})
    (finding,) = check_outlines(database)
    assert finding.code == "outlines" and finding.path == PATH and CODE in finding.message


def test_the_file_may_lie_there_and_no_other_like_it():
    rules, content = FileRules(lambda _: None), json.dumps(county()).encode()
    assert ALLOWED.fullmatch(PATH) and not ALLOWED.fullmatch("records/county/other.geojson")
    assert rules.finding(PATH, content) is None
    assert rules.finding("records/county/other.geojson", content) and rules.finding(PATH, b"\x00")
