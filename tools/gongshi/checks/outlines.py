"""The outlines of villages for the map: ``records/county/places.geojson``, which a county may have.

A FeatureCollection (RFC 7946) with two members of its own: ``coordinate_system`` (WGS84 or GCJ-02) and ``map_approval``,
the approval number (审图号) without which no map may be published. Each feature is a Polygon or MultiPolygon and names its
village in ``properties.division_code``. What is wrong with it is told, and nothing of it is then drawn; how much is read
is bounded.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from gongshi.model import Finding, Severity
from gongshi.package import RECORDS, Database, identifier
from gongshi.package.subjects import subjects
from gongshi.repository import Tree

PATH = f"{RECORDS}/county/places.geojson"
SYSTEMS = ("WGS84", "GCJ-02")
MOST_BYTES, MOST_POINTS, MOST_TOLD = 8_000_000, 400_000, 50
WEST, EAST, SOUTH, NORTH = 73.0, 136.0, 3.0, 54.0
_APPROVAL = re.compile(r"[A-Z\u4e00-\u9fff]{1,6} ?[(（〔[][0-9]{4}[)）〕\]] ?[0-9]{1,6} ?号")
NOTHING = 1e-12
_CODE = re.compile(r"[0-9]{12}")
_ADVICE = "请照 records/README.md 里的写法改好；不改，网站画方块图。"

Point = tuple[float, float]
Ring = tuple[Point, ...]


class Outlines(NamedTuple):
    """Rings by village, in degrees; holes are rings like others, since a picture is filled by the even-odd rule."""

    system: str
    approval: str
    rings: Mapping[str, tuple[Ring, ...]]


class _Wrong(Exception):
    """Why a part of the file cannot be drawn, said to whoever mends it."""


def read_outlines(tree: Tree) -> tuple[Outlines | None, list[str]]:
    """The outlines, and what is wrong; (None, nothing) where a county has none."""
    if not tree.exists(PATH):
        return None, []
    try:
        data = _parse(tree.read(PATH))
        system, approval = _said(data)
    except _Wrong as wrong:
        return None, [str(wrong)]
    rings: dict[str, tuple[Ring, ...]] = {}
    problems: list[str] = []
    left = MOST_POINTS
    for number, feature in enumerate(data["features"], 1):
        try:
            code, found = _feature(feature, left)
            if code in rings:
                raise _Wrong(f"村 {code} 的轮廓有两个，请合成一个 MultiPolygon")
            rings[code] = found
            left -= sum(map(len, found))
        except _Wrong as wrong:
            problems.append(f"第 {number} 个轮廓：{wrong}")
        if len(problems) == MOST_TOLD:
            problems.append("错得太多，后面的没有再看")
            break
    return (None if problems else Outlines(system, approval, rings)), problems


def check_outlines(database: Database) -> list[Finding]:
    """Findings on the file of outlines; villages of it that the county has not."""
    outlines, problems = read_outlines(database.tree)
    places = subjects().place
    if outlines and places.table in database.descriptor.resources:
        village = f"SELECT {places.key} FROM {identifier(places.table)} WHERE {identifier(places.level)} = $1"
        known = {str(code) for (code,) in database.sql(village, [places.village])}
        strange = sorted(set(outlines.rings) - known)
        problems += [f"区划表里没有村 {code}，它的轮廓没有地方画" for code in strange[:MOST_TOLD]]
    return [Finding("outlines", Severity.ERROR, f"{problem}。{_ADVICE}", PATH) for problem in problems]


def _parse(content: bytes) -> dict[str, Any]:
    if len(content) > MOST_BYTES:
        raise _Wrong(f"文件超过 {MOST_BYTES // 1_000_000} MB，请把轮廓化简（一个村几十个点就够）")
    try:
        data = json.loads(content.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_once)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise _Wrong("这不是 UTF-8 的 JSON 文件，或有重复的名字、不是数的数") from None
    if (
        not isinstance(data, dict)
        or data.get("type") != "FeatureCollection"
        or not isinstance(data.get("features"), list)
    ):
        raise _Wrong("这不是 GeoJSON 的 FeatureCollection")
    return data


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name twice")
    return found


def _said(data: Mapping[str, Any]) -> tuple[str, str]:
    system, approval = data.get("coordinate_system"), data.get("map_approval")
    if system not in SYSTEMS:
        raise _Wrong("没有写明坐标系：coordinate_system 要写 WGS84 或 GCJ-02")
    if not isinstance(approval, str) or not _APPROVAL.fullmatch(approval):
        raise _Wrong("没有审图号：公开的地图要先送审，map_approval 写批下来的号，如 赣S(2024)012号")
    return str(system), approval


def _feature(feature: Any, left: int) -> tuple[str, tuple[Ring, ...]]:
    geometry, properties = (
        feature.get(name) if isinstance(feature, dict) else None for name in ("geometry", "properties")
    )
    code = properties.get(subjects().place.key) if isinstance(properties, dict) else None
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise _Wrong(f"properties 里没有 12 位的 {subjects().place.key}")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or kind not in ("Polygon", "MultiPolygon"):
        raise _Wrong(f"村 {code} 的 geometry 不是 Polygon 或 MultiPolygon")
    inside = geometry.get("coordinates")
    rings = tuple(_rings(inside, left, 1 if kind == "Polygon" else 2, code))
    if not rings:
        raise _Wrong(f"村 {code} 的轮廓是空的")
    return code, rings


def _rings(value: Any, left: int, depth: int, code: str) -> Iterator[Ring]:
    """The rings of nested lists; no more points than are ``left``."""
    if not isinstance(value, list):
        raise _Wrong(f"村 {code} 的 coordinates 层数不对")
    for part in value:
        found = [*_rings(part, left, depth - 1, code)] if depth > 1 else [_ring(part, left, code)]
        left -= sum(map(len, found))
        yield from found


def _ring(value: Any, left: int, code: str) -> Ring:
    if not isinstance(value, list) or len(value) < 4:
        raise _Wrong(f"村 {code} 有一圈不到四个点")
    if len(value) > left:
        raise _Wrong(f"全部轮廓超过 {MOST_POINTS:,} 个点，请先化简")
    ring = tuple(_point(point, code) for point in value)
    if ring[0] != ring[-1]:
        raise _Wrong(f"村 {code} 有一圈没有闭合，最后一个点要和第一个相同")
    if _area(ring) < NOTHING:
        raise _Wrong(f"村 {code} 有一圈没有面积")
    return ring


def _area(ring: Ring) -> float:
    """Twice the area, from the first point so that little is lost."""
    east, north = ring[0]
    sides = itertools.pairwise(ring)
    return abs(math.fsum((a[0] - east) * (b[1] - north) - (b[0] - east) * (a[1] - north) for a, b in sides))


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _point(value: Any, code: str) -> Point:
    if not isinstance(value, list) or not 2 <= len(value) <= 3 or not all(map(_number, value)):
        raise _Wrong(f"村 {code} 有一个点不是 [经度, 纬度]")
    east, north = value[:2]
    if not (WEST <= east <= EAST and SOUTH <= north <= NORTH):
        raise _Wrong(
            f"村 {code} 有一个点不在国内（经度 {WEST:.0f}–{EAST:.0f}，纬度 {SOUTH:.0f}–{NORTH:.0f}）；坐标要写成度，经度在前"
        )
    return float(east), float(north)
