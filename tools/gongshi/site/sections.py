"""The pages of the navigation: what the generated part of each hand-written page shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from gongshi.disclosure.clock import NoticeState
from gongshi.site import comparing, downloads, money, noticing, packed, rulings, topics
from gongshi.site.county import County
from gongshi.site.numbers import flows, in_wan, sums
from gongshi.site.render import chinese
from gongshi.site.shell import Page


class Sections(County):
    """A county whose hand-written pages are filled."""

    def section(self, path: str) -> Page | None:
        """The generated part of a hand-written page."""
        parts: dict[str, Callable[[], Mapping[str, Any]]] = {
            "index.html": self._home,
            "funds/index.html": self._funds,
            "projects/index.html": self._projects,
            "townships/index.html": self._townships,
            "notices/index.html": self._notices,
            "data/index.html": self._data,
            "report/index.html": self._report,
            "map/index.html": lambda: self._map.values("per-head", self._map.years[0] if self._map.years else 0),
            "compare/index.html": self._compare,
            "search.html": dict,
            "experts.html": dict,
            "help/index.html": lambda: topics.help_values(self._views),
            "education/index.html": lambda: topics.education_values(self._views),
            "oversight/index.html": lambda: topics.oversight_values(self._views, self._on),
            "catalogue/index.html": self._catalogue,
            "verify/index.html": dict,
            "changes/index.html": lambda: self._history.overview(self._commit, self._clean),
            "policies/index.html": self._policies,
            "policies/rules.html": lambda: rulings.table(self._books),
        }
        if path not in parts:
            return None
        name = PurePosixPath(path.removesuffix("index.html")).stem or "home"
        name = "map-section" if name == "map" else name
        return self._page(path, "", f"{name}.html", parts[path](), self._about(name))

    def _home(self) -> dict[str, Any]:
        year = max(money.years(self._views), default=self._on.year)
        mine = [row for row in self._rows("projects") if row.year == year]
        words = Counter(self._ways[row.project_id].word for row in mine)
        return {
            "sums": money.values(self._views, year),
            "year": year,
            "projects": mine,
            "before": [row for row in self._rows("projects") if row.year == year - 1],
            "ways": self._ways,
            "words": words,
            "townships": self._rows("townships"),
            "slugs": self._slugs(),
            "notices": noticing.by_state(self._rows("notices"), self._on)[NoticeState.RUNNING],
            "map": self._map.values("per-head", self._map.years[0] if self._map.years else 0),
            "quality": self._over_time,
        }

    def _about(self, name: str) -> str:
        """One sentence with figures for whoever shares a page of the sections."""
        year = max(money.years(self._views), default=self._on.year)
        total = flows([row for row in self._rows("allocations") if row.year == year])[-1]
        villages = len(self._rows("villages"))
        said = f"{self._county.name}{year}年到县{self._said('扶贫资金')} {in_wan(total.amount)}"
        if isinstance(total.paid, Decimal):
            said += f"，已付出 {in_wan(total.paid)}"
        return f"{said}；{villages} 个村，村村可查。数据截至{chinese(self._on)}。"

    def _funds(self) -> dict[str, Any]:
        return self._year(max(money.years(self._views), default=self._on.year))

    def _report(self) -> dict[str, Any]:
        return {
            "townships": self._rows("townships"),
            "topics": self._rows("complaints"),
            "channels": self._rows("complaint-channels"),
        }

    def _compare(self) -> dict[str, Any]:
        return {"table": comparing.townships(self._views, self._people, self._map, self._on)}

    def _projects(self) -> dict[str, Any]:
        shown = topics.project_values(self._views)
        words = dict.fromkeys(self._ways[row.project_id].word for row in self._rows("projects"))
        return shown | {"total": sums(self._rows("projects")), "ways": self._ways, "words": list(words)}

    def _townships(self) -> dict[str, Any]:
        townships, benefits = self._rows("townships"), self._benefits("benefit-totals")
        return {
            "townships": townships,
            "people": self._people,
            "total": self._people[self._county.county_code],
            "residents": self._residents.get(self._county.county_code),
            "benefits": benefits,
            "received": {row: benefits[row.township_code] for row in townships if row.township_code in benefits},
            "county_code": self._county.county_code,
            "by_town": self._group("villages", "township_code"),
            "map": self._map.values("per-head", self._map.years[0] if self._map.years else 0),
        }

    def _notices(self) -> dict[str, Any]:
        rows = self._rows("notices")
        months, now = noticing.by_month(rows), noticing.NoticeMonth(self._on.year, self._on.month)
        return {
            "states": noticing.by_state(rows, self._on),
            "years": noticing.by_year(rows),
            "kinds": noticing.by_kind(rows, self._on),
            "months": months,
            "now": now,
            "after": min((month for month in months if month > now), default=None),
            "weeks": noticing.weeks(now, months.get(now, ())),
            "year_months": lambda year: [noticing.NoticeMonth(year, month) for month in range(1, 13)],
            "open": noticing.OPEN,
        }

    def _policies(self) -> dict[str, Any]:
        shown = rulings.overview(self._books, self._waivers, self._rows("indicators"), self._county.county_code)
        targets = shown["targets"]
        measured = sum(row.actual is not None for row in targets)
        shown |= {"measured": measured, "equal": sum(row.actual == row.target for row in targets)}
        return shown | {"quality": self._over_time}

    def _catalogue(self) -> dict[str, Any]:
        shown = ("documents", "lines")
        return topics.catalogue_values(self._views, self._on) | {name: self._rows(name) for name in shown}

    def _data(self) -> dict[str, Any]:
        found = self._tables
        whole = downloads.package(self._views, found, self.facts())
        shown = {"tables": found, "licence": self._county.licence, "citation": whole["citation"]}
        shown |= {"questions": packed.questions(), "archive": packed.archive_name(self._on)}
        return shown | {"embedded": packed.embedded(whole, self._on)}
