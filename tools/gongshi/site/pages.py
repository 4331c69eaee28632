"""The public site: a page for every record, its sections, and its files, made from the disclosure views alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from gongshi.site import (
    comparing,
    gazetteer,
    gone,
    money,
    monthly,
    noticing,
    packed,
    quality,
    receipts,
    rulings,
    topics,
)
from gongshi.site.manifest import QUALITY
from gongshi.site.numbers import in_wan, sums
from gongshi.site.render import chinese
from gongshi.site.sections import Sections
from gongshi.site.shell import Page


class Site(Sections):
    """Every page of one county on one day."""

    def files(self, site_url: str = "") -> Iterator[tuple[str, Iterable[bytes]]]:
        """The downloads, the feeds and the names that the search looks in."""
        yield from packed.files(self._views, self.facts(), site_url, self.reused, self._tables)
        yield "data/rules.csv", rulings.download(self._books)
        yield QUALITY, [quality.encode(self._over_time["now"])]
        yield (
            "data/names.js",
            gazetteer.script(self._views, {payee.name: payee.path for payee in self._payees}, self.reused),
        )
        rows = self._rows("notices")
        yield noticing.FEED, noticing.feed(rows, self.facts(), self._county, site_url)
        for town in self._rows("townships"):
            mine = [row for row in rows if row.division_code[:9] == town.township_code[:9]]
            path = noticing.TOWN_FEED.format(town.slug)
            yield path, noticing.feed(mine, self.facts(), self._county, site_url, town)

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
        about = f"{self._county.name}台账的记录，规则每次发布查出多少处不符合，变多还是变少。"
        yield self._page(quality.PAGE, "记录的质量", "over-time.html", {"quality": self._over_time}, about)
        for group in (*self._history.months(), *self._history.tables()):
            yield self._page(
                group.path, group.title, "changes-list.html", {"group": group}, f"公开台账的变更：{group.title}。"
            )

        yield from self._gone_pages()

    def _fund_pages(self) -> Iterator[Page]:
        budget, paid = self._group("project-budget", "allocation_id"), self._group("payments", "allocation_id")
        persons = self._group("project-persons", "allocation_id")
        projects = {row.project_id: row for row in self._rows("projects")}
        for row in self._rows("allocations"):
            code = row.allocation_id
            mine = {line.project_id: projects[line.project_id] for line in budget[code] if line.project_id in projects}
            values = {"fund": row, "budget": budget[code], "payments": paid[code], "projects": mine}
            values |= {"persons": persons[code], "yuan_of": money.one_yuan(row, paid[code], persons[code])}
            about = (
                f"{row.year}年{row.source_level}资金，用于{row.programme}，下达 {in_wan(row.amount or Decimal(0))}。"
            )
            yield self._page(f"funds/{code}.html", row.name, "fund.html", values, about)
        for year in money.years(self._views)[1:]:
            about = f"{self._county.name}{year}年的{self._said('扶贫资金')}：到县、安排、付出、没付。"
            yield self._page(f"funds/{year}.html", f"{year}年的钱", "funds-year.html", self._year(year), about)
        names = {row.allocation_id: row.name for row in self._rows("allocations")}
        for path, title, shown, about in monthly.pages(self._months):
            yield self._page(path, title, "funds-month.html", {**shown, "funds": names}, about)
        for payee in self._payees:
            about = f"{self._said('扶贫资金')}付给{payee.name} {len(payee.payments)} 笔，共 {in_wan(payee.total)}。"
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
        costs = {cost.project.project_id: cost.beside(kind) for kind in kinds for cost in kind.costs}
        about = f"{self._county.name}同类工程每单位多少钱，和全县中位比；高出或低于一半以上的列在前面。"
        yield self._page("projects/unit-costs.html", "同类工程的单价", "unit-costs.html", {"kinds": kinds}, about)
        towns = {row.township_code: row for row in self._rows("townships")}
        for row in self._rows("projects"):
            code = row.project_id
            mine: dict[str, Any] = {name.replace("project-", "").replace("-", "_"): parts[name][code] for name in parts}
            mine["notices"] = [notices[link.notice_id] for link in mine.pop("notice_projects")]
            mine["history"] = self._history.by_project.get(code, ())
            town = towns.get(row.township_code)
            named = (row.notice_before, row.notice_after, *(change.notice_id for change in mine["changes"]))
            links = {one: notices[one] for one in named if one in notices}
            mine |= {"project": row, "way": self._ways[code], "links": links, "town": town, "cost": costs.get(code)}
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
            here = (code, *(village.village_code for village in villages[code]))
            values = {
                "township": row,
                "villages": villages[code],
                "eight": {village.village_code: topics.eight(village) for village in villages[code]},
                "projects": projects[code],
                "total": sums(projects[code]),
                "notices": notices[code],
                "people": {place: self._people[place] for place in here},
                "groups": topics.benefit_years(groups[code], "group"),
                "benefits": {place: benefits[place] for place in here if place in benefits},
                "received": {v: benefits[v.village_code] for v in villages[code] if v.village_code in benefits},
                "dividends": dividends[code],
                "ways": {one.project_id: self._ways[one.project_id] for one in projects[code]},
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
        strips = receipts.Strips(heads, {row.village_code: row.township_code for row in self._rows("villages")})
        for row in self._rows("villages"):
            code, town = row.village_code, towns.get(row.township_code)
            reach = self._reach[code]
            mine = [*reach.own, *(shared for shared, _ in reach.shared)]
            values = {
                "village": row,
                "town": town,
                "titles": titles,
                "eight": topics.eight(row),
                "plan": next((f"policies/{book.policy}.html" for book in self._books if book.plan == 13), None),
                "people": self._people[code],
                "benefits": benefits.get(code, {}),
                "reach": reach,
                "ways": {one.project_id: self._ways[one.project_id] for one in mine},
                "assets": assets[code],
                "notices": notices[code],
                "running": [one for one in self._running if one.division_code in (code, row.township_code)],
                "year": year,
                "head": heads[code],
                "strip": strips.of(code),
            }
            values["sentence"] = receipts.sentence(values, self._on)
            about = f"{row.name}：{values['sentence']}"
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
                "known": [row.project_id for row in projects[code] if row.project_id in known],
                "changed": sorted(project for notice, project in self._changed if notice == code),
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
