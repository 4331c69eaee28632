"""What all pages of a county's site are made from: the views, what is worked out of them once, the templates."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from jinja2 import Environment

from gongshi.disclosure import Disclosure
from gongshi.disclosure.clock import NoticeState, state
from gongshi.disclosure.rulings import Exemption, RuleBook
from gongshi.model import GongshiError
from gongshi.package import worded
from gongshi.repository import Reused
from gongshi.site import (
    contents,
    downloads,
    history,
    money,
    monthly,
    noticing,
    places,
    quality,
    receipts,
    topics,
    tracks,
)
from gongshi.site.gone import Removed
from gongshi.site.numbers import by_edition, people
from gongshi.site.outlines import Drawing
from gongshi.site.quality import Quality
from gongshi.site.render import chinese, environment
from gongshi.site.shell import Page

SECTIONS = {
    "funds": "funds/index.html",
    "projects": "projects/index.html",
    "townships": "townships/index.html",
    "villages": "townships/index.html",
    "notices": "notices/index.html",
    "payees": "funds/index.html",
    "property": "townships/index.html",
    "map": "map/index.html",
    "compare": "compare/index.html",
    "policies": "policies/index.html",
    "changes": "changes/index.html",
}
"""For each folder of record pages, the page of the navigation above it."""

UNCOMMITTED = "（另有未入库的修改）"
"""Stands behind the commit where the files are not its own."""

_UNPRINTED = re.compile(r"[^\w ·（）〔〕-]")
"""What does not go into the foot of a printed page, which is a string of the style sheet."""

_NAMELESS = " at 0x"
"""Where a value does not say what it is, only where it lies."""


class County:
    """What one county shows on one day."""

    reused = Reused()
    """What earlier builds made; whoever proves a site has none."""

    def __init__(
        self,
        views: Disclosure,
        on: datetime.date,
        commit: str,
        clean: bool = True,
        changed: Collection[tuple[str, str]] = (),
        books: Sequence[RuleBook] = (),
        waivers: Sequence[Exemption] = (),
        rules: str = "",
        removed: Sequence[Removed] = (),
        drawing: Drawing | None = None,
        past: Sequence[Quality] = (),
    ) -> None:
        """``changed`` are the (notice, project) whose record is not what the notice froze; ``books`` the policies,
        ``rules`` the digest of their files, ``removed`` what was taken out of the ledger, ``drawing`` the villages' outlines,
        ``past`` what the rules found when it was published before.
        """
        self._rules, self._removed = rules, removed
        self._books, self._waivers = books, waivers
        self._over_time = quality.values(quality.of_books(books, on, rules), past, books)
        self._views, self._changed = views, changed
        self._on = on
        self._commit, self._clean = commit, clean
        self._county = views.rows("county")[0]
        self._people = people(views.rows("people"))
        if not any(row.level == "县" and row.division_code == self._county.county_code for row in views.rows("people")):
            raise GongshiError(
                f"县的代码“{self._county.county_code}”不在区划表里，没有生成网站："
                "请在 records/county/divisions.csv 补登这个县，或改正 records/county/county.yaml 的县代码。"
            )
        self._residents = {row.division_code: row for row in views.rows("residents")}
        self._history = history.Changes(views)
        self._payees, self._others = money.payees(views)
        self._reach = receipts.by_village(views)
        self._map = places.Map(views, self._reach, drawing)
        self._months = monthly.months(views, on)
        self._ways = self._all_ways()
        self._map.finished = frozenset(code for code, way in self._ways.items() if way.settled)
        self._running = noticing.by_state(views.rows("notices"), on)[NoticeState.RUNNING]
        self._map.running.update(row.division_code for row in self._running)
        self._env = self._environment()

    def _environment(self) -> Environment:
        """The templates, and what all of them know."""
        env = environment(self._on)
        env.globals |= {"on": self._on, "county": self._county, "state": state, "State": NoticeState}
        env.globals |= {"counted_on": self._views.counted_on, "day_of": self._views.day, "pending": self._views.pending}
        env.globals |= {"few": self._views.threshold, "in_words": receipts.in_words}
        env.globals |= by_edition(self._on)
        about = (self._views.counted_on, self._views.pending, self._views.threshold, self._views.day("people-cause"))
        self._base = repr((self._on, self._county, about))
        return env

    @cached_property
    def _tables(self) -> Sequence[downloads.Download]:
        """What can be downloaded."""
        return downloads.tables(self._views, self._on)

    def _said(self, words: str) -> str:
        """The site's own words as they are said on its day."""
        return worded(words, self._on)

    def sections(self) -> Mapping[str, str]:
        """For every folder that holds stamped pages, the page of the navigation it belongs to."""
        return SECTIONS

    def facts(self) -> Mapping[str, object]:
        """What every page says about itself."""
        version, counted = self._commit[:12] or "未入库", self._views.counted_on
        return {
            "site_name": self._county.name + self._said("扶贫公示"),
            "on": self._on.isoformat(),
            "on_text": chinese(self._on),
            "counted_on": counted.isoformat() if counted else "",
            "counted_text": chinese(counted) if counted else "",
            "commit": self._commit,
            "commit_text": version if self._clean else version + UNCOMMITTED,
            "print_text": _UNPRINTED.sub(
                "", f"{self._county.name}{self._said('扶贫公示')} · 数据截至{chinese(self._on)} · {version}"
            ),
            "example": self._county.example,
            "office": self._county.office or "",
            "phone": self._county.office_phone or "",
            "hotline": self._said("全国扶贫监督举报"),
            "rules": self._rules,
            "rules_text": f"{sum(len(book.rulings) for book in self._books)} 条，版本 {self._rules[:12]}",
        }

    def _all_ways(self) -> Mapping[str, tracks.Way]:
        """Where each project stands."""
        stages, payments = self._group("project-stages", "project_id"), self._group("payments", "project_id")
        persons = self._group("project-persons", "project_id")
        return {
            row.project_id: tracks.way(
                row, stages.get(row.project_id, ()), payments.get(row.project_id, ()), persons.get(row.project_id, ())
            )
            for row in self._rows("projects")
        }

    def _slugs(self) -> Mapping[str, str]:
        """The first nine digits of a township's code, and its slug."""
        return {row.township_code[:9]: row.slug for row in self._rows("townships")}

    def _year(self, year: int) -> dict[str, Any]:
        others = sum((row.amount for row in self._others), Decimal(0))
        return money.values(self._views, year) | {
            "payees": self._payees,
            "others": others,
            "newest": self._on.year,
            "by_month": [one for one in self._months if one.year == year],
        }

    # -- helpers ----------------------------------------------------------------------------------------------

    def _rows(self, view: str) -> Sequence[Any]:
        return self._views.rows(view)

    def _group(self, view: str, field: str) -> Mapping[str, list[Any]]:
        groups: dict[str, list[Any]] = defaultdict(list)
        for row in self._rows(view):
            groups[getattr(row, field)].append(row)
        return groups

    def _benefits(self, view: str) -> Mapping[str, Mapping[int, Any]]:
        """Money to households by place and year."""
        return topics.benefit_years(self._rows(view), "division_code")

    def _page(self, path: str, title: str, template: str, values: Mapping[str, Any], about: str) -> Page:
        return Page(path, title, self._body(template, path, values), about)

    def _body(self, template: str, path: str, values: Mapping[str, Any]) -> str:
        """What a template makes of values, rendered only if no earlier build had these very ones: whoever gives them gives no more
        than the page shows."""
        said = repr((self._base, template, path, values)) if self.reused.keeps else _NAMELESS
        if _NAMELESS in said:
            return self._render(template, path, values)
        group = f"pages-{path.rpartition('/')[0]}"
        return self.reused.get(group, said, lambda: self._render(template, path, values).encode()).decode()

    def _render(self, template: str, path: str, values: Mapping[str, Any]) -> str:
        """``root`` is the way from the page to the site's root: every address in a template begins with it."""
        body = self._env.get_template(template).render(values, root="../" * path.count("/"))
        return contents.fill(contents.held(body))
