"""The public site's pages, made from the disclosure views alone."""

from __future__ import annotations

import datetime
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from jinja2 import Environment

from gongshi.disclosure import Disclosure
from gongshi.disclosure.clock import NoticeState, state
from gongshi.disclosure.rulings import Exemption, RuleBook
from gongshi.model import GongshiError
from gongshi.package import worded
from gongshi.site import (
    comparing,
    contents,
    downloads,
    gazetteer,
    gone,
    history,
    money,
    monthly,
    noticing,
    packed,
    places,
    receipts,
    rulings,
    topics,
    tracks,
)
from gongshi.site.gone import Removed
from gongshi.site.numbers import by_edition, flows, people, sums
from gongshi.site.outlines import Drawing
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

_UNPRINTED = re.compile(r"[^\w ·（）〔〕-]")
"""What does not go into the foot of a printed page, which is a string of the style sheet."""


class Site:
    """Every page of one county on one day."""

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
    ) -> None:
        """``changed`` are the (notice, project) whose record is not what the notice froze; ``books`` the policies,
        ``rules`` the digest of their files, ``removed`` what was taken out of the ledger, ``drawing`` the villages' outlines.
        """
        self._rules, self._removed = rules, removed
        self._books, self._waivers = books, waivers
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
        return env

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
            "commit_text": version if self._clean else f"{version}（另有未入库的修改）",
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

    def files(self, site_url: str = "") -> Iterator[tuple[str, Iterable[bytes]]]:
        """The downloads, the feeds and the names that the search looks in."""
        yield from packed.files(self._views, self.facts(), site_url)
        yield "data/rules.csv", rulings.download(self._books)
        yield "data/names.js", gazetteer.script(self._views, {payee.name: payee.path for payee in self._payees})
        rows = self._rows("notices")
        yield noticing.FEED, noticing.feed(rows, self.facts(), self._county, site_url)
        for town in self._rows("townships"):
            mine = [row for row in rows if row.division_code[:9] == town.township_code[:9]]
            path = noticing.TOWN_FEED.format(town.slug)
            yield path, noticing.feed(mine, self.facts(), self._county, site_url, town)

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
        return Page(path, "", self._render(f"{name}.html", path, parts[path]()), self._about(name))

    def pages(self) -> Iterator[Page]:
        """Every record page, in the order of the views."""
        yield from self._fund_pages()
        yield from self._project_pages()
        yield from self._township_pages()
        yield from self._village_pages()
        yield from self._asset_pages()
        yield from self._notice_pages()
        for path, title, values, words in rulings.pages(
            self._books, self._rows("indicators"), self._county.county_code
        ):
            yield self._page(path, title, "policy.html", values, words)
        for group in (*self._history.months(), *self._history.tables()):
            yield self._page(
                group.path, group.title, "changes-list.html", {"group": group}, f"公开台账的变更：{group.title}。"
            )

        yield from self._gone_pages()

    # -- what the sections show -------------------------------------------------------------------------------

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
        }

    def _slugs(self) -> Mapping[str, str]:
        """The first nine digits of a township's code, and its slug."""
        return {row.township_code[:9]: row.slug for row in self._rows("townships")}

    def _about(self, name: str) -> str:
        """One sentence with figures for whoever shares a page of the sections."""
        year = max(money.years(self._views), default=self._on.year)
        total = flows([row for row in self._rows("allocations") if row.year == year])[-1]
        villages = len(self._rows("villages"))
        said = f"{self._county.name}{year}年到县{self._said('扶贫资金')} {total.amount / 10000:,.2f} 万元"
        if isinstance(total.paid, Decimal):
            said += f"，已付出 {total.paid / 10000:,.2f} 万元"
        return f"{said}；{villages} 个村，村村可查。数据截至{chinese(self._on)}。"

    def _funds(self) -> dict[str, Any]:
        return self._year(max(money.years(self._views), default=self._on.year))

    def _year(self, year: int) -> dict[str, Any]:
        others = sum((row.amount for row in self._others), Decimal(0))
        return money.values(self._views, year) | {
            "payees": self._payees,
            "others": others,
            "newest": self._on.year,
            "by_month": [one for one in self._months if one.year == year],
        }

    def _report(self) -> dict[str, Any]:
        return {
            "townships": self._rows("townships"),
            "topics": self._rows("complaints"),
            "channels": self._rows("complaint-channels"),
        }

    def _compare(self) -> dict[str, Any]:
        return {"table": comparing.townships(self._views, self._people, self._map, self._on)}

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
        return shown | {"measured": measured, "equal": sum(row.actual == row.target for row in targets)}

    def _catalogue(self) -> dict[str, Any]:
        shown = ("documents", "lines")
        return topics.catalogue_values(self._views, self._on) | {name: self._rows(name) for name in shown}

    def _data(self) -> dict[str, Any]:
        found = downloads.tables(self._views, self._on)
        whole = downloads.package(self._views, found, self.facts())
        shown = {"tables": found, "licence": self._county.licence, "citation": whole["citation"]}
        shown |= {"questions": packed.questions(), "archive": packed.archive_name(self._on)}
        return shown | {"embedded": packed.embedded(whole, self._on)}

    # -- record pages -----------------------------------------------------------------------------------------

    def _fund_pages(self) -> Iterator[Page]:
        budget, paid = self._group("project-budget", "allocation_id"), self._group("payments", "allocation_id")
        persons = self._group("project-persons", "allocation_id")
        projects = {row.project_id: row for row in self._rows("projects")}
        for row in self._rows("allocations"):
            code = row.allocation_id
            values = {"fund": row, "budget": budget[code], "payments": paid[code], "projects": projects}
            values |= {"persons": persons[code], "yuan_of": money.one_yuan(row, paid[code], persons[code])}
            about = (
                f"{row.year}年{row.source_level}资金，用于{row.programme}，下达 {(row.amount or 0) / 10000:,.2f} 万元。"
            )
            yield self._page(f"funds/{code}.html", row.name, "fund.html", values, about)
        for year in money.years(self._views)[1:]:
            about = f"{self._county.name}{year}年的{self._said('扶贫资金')}：到县、安排、付出、没付。"
            yield self._page(f"funds/{year}.html", f"{year}年的钱", "funds-year.html", self._year(year), about)
        for path, title, shown, about in monthly.pages(self._months):
            yield self._page(path, title, "funds-month.html", shown, about)
        for payee in self._payees:
            about = f"{self._said('扶贫资金')}付给{payee.name} {len(payee.payments)} 笔，共 {payee.total / 10000:,.2f} 万元。"
            yield self._page(payee.path, payee.name, "payee.html", {"payee": payee}, about)
        for path, key, year in self._map.pages():
            values = self._map.values(key, year)
            title = f"全县的图：{values['measure'].title}" + (f"，{year}年" if year else "")
            yield self._page(path, title, "map-page.html", values, f"{self._county.name}{title}。")
        table = comparing.villages(self._views, self._people, self._reach, self._map, self._on)
        about = f"{self._county.name} {len(table.places)} 个村比一比：自己的项目、到户补助、每人多少。"
        yield self._page("compare/villages.html", "各村比一比", "compare-villages.html", {"table": table}, about)

    def _project_pages(self) -> Iterator[Page]:
        names = ("project-villages", "project-budget", "project-stages", "project-changes", "project-persons")
        parts = {name: self._group(name, "project_id") for name in (*names, "payments", "assets", "notice-projects")}
        notices = {row.notice_id: row for row in self._rows("notices")}
        kinds = comparing.unit_costs(self._rows("projects"), self._ways)
        costs = {cost.project.project_id: (kind, cost) for kind in kinds for cost in kind.costs}
        about = f"{self._county.name}同类工程每单位多少钱，和全县中位比；高出或低于一半以上的列在前面。"
        yield self._page("projects/unit-costs.html", "同类工程的单价", "unit-costs.html", {"kinds": kinds}, about)
        towns = {row.township_code: row for row in self._rows("townships")}
        for row in self._rows("projects"):
            code = row.project_id
            mine: dict[str, Any] = {name.replace("project-", "").replace("-", "_"): parts[name][code] for name in parts}
            mine["notices"] = [notices[link.notice_id] for link in mine.pop("notice_projects")]
            mine["history"] = self._history.by_project.get(code, ())
            town = towns.get(row.township_code)
            mine |= {"project": row, "way": self._ways[code], "links": notices, "town": town, "cost": costs.get(code)}
            mine.pop("stages")
            yield self._page(f"projects/{code}.html", row.name, "project.html", mine, self._ways[code].sentence)

    def _township_pages(self) -> Iterator[Page]:
        villages = self._group("villages", "township_code")
        projects = self._group("projects", "township_code")
        notices = self._group("notices", "division_code")
        groups, dividends = self._group("benefit-groups", "division_code"), self._group("dividends", "division_code")
        benefits, year = self._benefits("benefit-totals"), max(self._map.years, default=0)
        for row in self._rows("townships"):
            code = row.township_code
            values = {
                "township": row,
                "villages": villages[code],
                "eight": {village.village_code: topics.eight(village) for village in villages[code]},
                "projects": projects[code],
                "total": sums(projects[code]),
                "notices": notices[code],
                "people": self._people,
                "groups": topics.benefit_years(groups[code], "group"),
                "benefits": benefits,
                "received": {v: benefits[v.village_code] for v in villages[code] if v.village_code in benefits},
                "dividends": dividends[code],
                "ways": self._ways,
                "running": [notice for notice in self._running if notice.division_code[:9] == code[:9]],
            }
            head = self._map.head(code, year)
            values["sentence"] = about = receipts.of_township(row, values["total"], benefits.get(code, {}), year, head)
            yield self._page(f"townships/{row.slug}.html", row.name, "township.html", values, about)

    def _village_pages(self) -> Iterator[Page]:
        assets, notices = self._group("assets", "village_code"), self._group("notices", "division_code")
        titles = {column.name: column for column in self._views.columns("villages")}
        benefits, year = self._benefits("benefit-totals"), max(self._map.years, default=0)
        towns = {row.township_code: row for row in self._rows("townships")}
        heads = self._map.heads(year)
        known = {row.village_code: row.township_code for row in self._rows("villages")}
        for row in self._rows("villages"):
            code, town = row.village_code, towns.get(row.township_code)
            near = [value for other, value in heads.items() if known[other] == row.township_code]
            values = {
                "village": row,
                "town": town,
                "titles": titles,
                "eight": topics.eight(row),
                "plan": next((f"policies/{book.policy}.html" for book in self._books if book.plan == 13), None),
                "people": self._people[code],
                "benefits": benefits.get(code, {}),
                "reach": self._reach[code],
                "ways": self._ways,
                "assets": assets[code],
                "notices": notices[code],
                "running": [one for one in self._running if one.division_code in (code, row.township_code)],
                "year": year,
                "head": heads[code],
                "strip": receipts.strip(heads[code], near, list(heads.values())),
            }
            values["sentence"] = about = receipts.sentence(values, self._on)
            yield self._page(f"villages/{code}.html", row.name, "village.html", values, about)

    def _asset_pages(self) -> Iterator[Page]:
        """One for each asset: "assets" is the theme's own folder."""
        villages = {row.village_code: row for row in self._rows("villages")}
        projects = {row.project_id: row for row in self._rows("projects")}
        towns = {row.township_code: row for row in self._rows("townships")}
        beside = self._group("assets", "village_code")
        for row in self._rows("assets"):
            village = villages.get(row.village_code)
            values = {
                "asset": row,
                "sentence": receipts.of_asset(row),
                "village": village,
                "town": towns.get(village.township_code) if village else None,
                "project": projects.get(row.project_id),
                "others": [one for one in beside[row.village_code] if one is not row],
            }
            yield self._page(f"property/{row.asset_no}.html", row.name, "asset.html", values, values["sentence"])

    def _notice_pages(self) -> Iterator[Page]:
        projects = self._group("notice-projects", "notice_id")
        objections = self._group("notice-objections", "notice_id")
        commitments = self._group("notice-commitments", "notice_id")
        known = {row.project_id for row in self._rows("projects")}
        for row in self._rows("notices"):
            code = row.notice_id
            values = {
                "notice": row,
                "over": noticing.over(row, self._on),
                "projects": projects[code],
                "known": known,
                "changed": {project for notice, project in self._changed if notice == code},
                "objections": objections[code],
                "commitments": commitments[code],
            }
            about = f"{row.scope or ''}{row.notice_kind}，{chinese(row.starts_on)}至{chinese(row.ends_on)}。"
            yield self._page(f"notices/{code}.html", row.title, "notice.html", values, about)
        for path, title, template, more, about in noticing.lists(
            self._rows("notices"), self._rows("notices-withdrawn")
        ):
            yield self._page(path, title, template, {"title": title, **more}, about)

    def _gone_pages(self) -> Iterator[Page]:
        """At the addresses of records that are no more, what became of them."""
        towns = {row.township_code: f"townships/{row.slug}.html" for row in self._rows("townships")}
        places = towns | {row.village_code: f"villages/{row.village_code}.html" for row in self._rows("villages")}
        there = set(places.values()) | {f"projects/{row.project_id}.html" for row in self._rows("projects")}
        for view in ("notices", "notices-withdrawn"):
            there |= {f"notices/{row.notice_id}.html" for row in self._rows(view)}
        for stub in gone.unless(gone.stubs(self._removed, self._rows("divisions-closed"), places), there):
            yield self._page(stub.path, stub.title, "gone.html", {"stub": stub}, stub.title)

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
        return Page(path, title, self._render(template, path, values), about)

    def _render(self, template: str, path: str, values: Mapping[str, Any]) -> str:
        """``root`` is the way from the page to the site's root: every address in a template begins with it."""
        return contents.fill(self._env.get_template(template).render(values, root="../" * path.count("/")))
