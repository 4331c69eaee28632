"""The public site's pages, made from the disclosure views alone."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from gongshi.disclosure import NOT_YET, Disclosure
from gongshi.disclosure.clock import State, state
from gongshi.disclosure.rulings import Book, Exemption
from gongshi.disclosure.views import counts_people
from gongshi.site import downloads, gone, history, noticing, rulings, topics
from gongshi.site.gone import Removed
from gongshi.site.numbers import by_field, flows, people, stages, sums
from gongshi.site.render import chinese, environment
from gongshi.site.shell import Page

SECTIONS = {
    "funds": "funds/index.html",
    "projects": "projects/index.html",
    "townships": "townships/index.html",
    "villages": "townships/index.html",
    "notices": "notices/index.html",
    "policies": "policies/index.html",
    "changes": "changes/index.html",
}
"""For each folder of record pages, the page of the navigation above it."""


class Site:
    """Every page of one county on one day."""

    def __init__(
        self,
        views: Disclosure,
        on: datetime.date,
        commit: str,
        clean: bool = True,
        changed: Collection[tuple[str, str]] = (),
        books: Sequence[Book] = (),
        waivers: Sequence[Exemption] = (),
        rules: str = "",
        removed: Sequence[Removed] = (),
    ) -> None:
        """``changed`` are the (notice, project) whose record is not what the notice froze; ``books`` the policies,
        ``rules`` the digest of their files, ``removed`` what was taken out of the ledger.
        """
        self._rules, self._removed = rules, removed
        self._books, self._waivers = books, waivers
        self._views, self._changed = views, changed
        self._on = on
        self._commit, self._clean = commit, clean
        self._county = views.rows("county")[0]
        self._people = people(views.rows("people"))
        self._residents = {row.division_code: row for row in views.rows("residents")}
        self._history = history.Changes(views)
        self._env = environment()
        self._env.globals |= {"on": on, "county": self._county, "state": state, "State": State}
        self._env.globals |= {"counted_on": views.counted_on, "day_of": views.day, "pending": views.pending}
        self._env.globals |= {"few": views.threshold}

    def sections(self) -> Mapping[str, str]:
        """For every folder that holds stamped pages, the page of the navigation it belongs to."""
        return SECTIONS

    def facts(self) -> Mapping[str, object]:
        """What every page says about itself."""
        version, counted = self._commit[:12] or "未入库", self._views.counted_on
        return {
            "site_name": f"{self._county.name}扶贫公示",
            "on": self._on.isoformat(),
            "on_text": chinese(self._on),
            "counted_on": counted.isoformat() if counted else "",
            "counted_text": chinese(counted) if counted else "",
            "commit": self._commit,
            "commit_text": version if self._clean else f"{version}（另有未入库的修改）",
            "example": self._county.example,
            "rules": self._rules,
            "rules_text": f"{sum(len(book.rulings) for book in self._books)} 条，版本 {self._rules[:12]}",
        }

    def names(self) -> Iterable[str]:
        """Names of places, which the search must not cut in two."""
        return [self._county.name, *(row.name for view in ("townships", "villages") for row in self._rows(view))]

    def files(self) -> Iterator[tuple[str, Iterable[bytes]]]:
        """The downloads and the feed."""
        yield from downloads.files(self._views, self.facts())
        yield "data/rules.csv", rulings.download(self._books)
        yield noticing.FEED, noticing.feed(self._rows("notices"), self.facts(), self._county)

    def section(self, path: str) -> Page | None:
        """The generated part of a hand-written page."""
        parts = {
            "index.html": self._home,
            "funds/index.html": self._funds,
            "projects/index.html": self._projects,
            "townships/index.html": self._townships,
            "notices/index.html": self._notices,
            "data/index.html": self._data,
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
        return Page(path, "", self._render(f"{name}.html", path, parts[path]()))

    def pages(self) -> Iterator[Page]:
        """Every record page, in the order of the views."""
        yield from self._fund_pages()
        yield from self._project_pages()
        yield from self._township_pages()
        yield from self._village_pages()
        yield from self._notice_pages()
        for path, title, values, words in rulings.pages(
            self._books, self._rows("indicators"), self._county.county_code
        ):
            yield self._page(path, title, "policy.html", values, words)
        for group in (*self._history.months(), *self._history.tables()):
            yield self._page(group.path, group.title, "changes-list.html", {"group": group}, "变更")

        yield from self._gone_pages()

    # -- what the sections show -------------------------------------------------------------------------------

    def _home(self) -> dict[str, Any]:
        return {
            "people": self._people[self._county.county_code],
            "helped": [(row.helped, row.households) for row in self._rows("help")]
            or [("有", NOT_YET), ("无", NOT_YET)],
            "benefits": topics.benefit_years(self._rows("benefits"), "benefit"),
            "benefit_total": self._benefits("benefit-totals").get(self._county.county_code, {}),
            "flows": flows(self._rows("allocations")),
            "stages": stages(self._rows("projects")),
            "categories": by_field(self._rows("projects"), "category"),
            "projects": self._rows("projects"),
            "planned": sums(self._rows("projects")),
            "townships": self._rows("townships"),
            "notices": noticing.by_state(self._rows("notices"), self._on)[State.RUNNING],
            "steps": self._latest(),
            "changes": self._history.latest(history.HOME),
        }

    def _funds(self) -> dict[str, Any]:
        values = {"allocations": self._rows("allocations"), "flows": flows(self._rows("allocations"))}
        return values | topics.funds_values(self._views)

    def _projects(self) -> dict[str, Any]:
        return topics.project_values(self._views) | {"total": sums(self._rows("projects"))}

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
        }

    def _notices(self) -> dict[str, Any]:
        rows = self._rows("notices")
        months, now = noticing.by_month(rows), noticing.Month(self._on.year, self._on.month)
        return {
            "states": noticing.by_state(rows, self._on),
            "years": noticing.by_year(rows),
            "kinds": noticing.by_kind(rows, self._on),
            "months": months,
            "now": now,
            "after": min((month for month in months if month > now), default=None),
            "weeks": noticing.weeks(now, months.get(now, ())),
            "year_months": lambda year: [noticing.Month(year, month) for month in range(1, 13)],
            "open": noticing.OPEN,
        }

    def _policies(self) -> dict[str, Any]:
        shown = rulings.overview(self._books, self._waivers, self._rows("indicators"), self._county.county_code)
        targets = shown["targets"]
        measured = sum(row.actual is not None for row in targets)
        return shown | {"measured": measured, "equal": sum(row.actual == row.target for row in targets)}

    def _catalogue(self) -> dict[str, Any]:
        shown = ("documents", "lines")
        return topics.catalogue_values(self._views) | {name: self._rows(name) for name in shown}

    def _latest(self) -> list[tuple[Any, Any]]:
        """The last steps of projects, with the project."""
        projects = {row.project_id: row for row in self._rows("projects")}
        rows = [row for row in self._rows("project-stages") if row.done_on <= self._on and row.project_id in projects]
        rows.sort(key=lambda row: (row.done_on, row.project_id), reverse=True)
        return [(row, projects[row.project_id]) for row in rows[:6]]

    def _data(self) -> dict[str, Any]:
        return {"tables": downloads.tables(self._views), "licence": self._county.licence}

    # -- record pages -----------------------------------------------------------------------------------------

    def _fund_pages(self) -> Iterator[Page]:
        budget, paid = self._group("project-budget", "allocation_id"), self._group("payments", "allocation_id")
        persons = self._group("project-persons", "allocation_id")
        names = {row.project_id: row.name for row in self._rows("projects")}
        for row in self._rows("allocations"):
            code = row.allocation_id
            values = {"fund": row, "budget": budget[code], "payments": paid[code], "names": names}
            values |= {"persons": persons[code]}
            yield self._page(
                f"funds/{code}.html", row.name, "fund.html", values, f"{code} {row.source_level} {row.doc_no or ''}"
            )

    def _project_pages(self) -> Iterator[Page]:
        names = ("project-villages", "project-budget", "project-stages", "project-changes", "project-persons")
        parts = {name: self._group(name, "project_id") for name in (*names, "payments", "assets", "notice-projects")}
        notices = {row.notice_id: row for row in self._rows("notices")}
        for row in self._rows("projects"):
            code = row.project_id
            mine = {name.replace("project-", "").replace("-", "_"): parts[name][code] for name in parts}
            mine["notices"] = [notices[link.notice_id] for link in mine.pop("notice_projects")]
            mine["history"] = self._history.by_project.get(code, ())
            places = " ".join(place.village or "" for place in mine["villages"] if row.township_code)
            words = f"{code} {row.category} {row.township or ''} {places} {row.owner or ''} {row.approval_doc or ''}"
            mine |= {"project": row, "path": topics.steps(mine.pop("stages")), "links": notices}
            yield self._page(f"projects/{code}.html", row.name, "project.html", mine, words)

    def _township_pages(self) -> Iterator[Page]:
        villages = self._group("villages", "township_code")
        projects = self._group("projects", "township_code")
        notices = self._group("notices", "division_code")
        groups, dividends = self._group("benefit-groups", "division_code"), self._group("dividends", "division_code")
        benefits = self._benefits("benefit-totals")
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
            }
            yield self._page(f"townships/{row.slug}.html", row.name, "township.html", values, "乡镇", 20)

    def _village_pages(self) -> Iterator[Page]:
        links = self._group("project-villages", "village_code")
        projects = {row.project_id: row for row in self._rows("projects")}
        assets, notices = self._group("assets", "village_code"), self._group("notices", "division_code")
        titles = {column.name: column for column in self._views.columns("villages")}
        benefits = self._benefits("benefit-totals")
        placed = {link.project_id for link in self._rows("project-villages")}
        wide = [row for code, row in projects.items() if not row.township_code and code not in placed]
        wide = [row for row in wide if counts_people(row.quantity_unit or "")]  # its villages are not told
        for row in self._rows("villages"):
            code = row.village_code
            values = {
                "village": row,
                "titles": titles,
                "eight": topics.eight(row),
                "plan": next((f"policies/{book.policy}.html" for book in self._books if book.plan == 13), None),
                "people": self._people[code],
                "benefits": benefits.get(code, {}),
                "projects": [
                    *(projects[link.project_id] for link in links[code] if link.project_id in projects),
                    *wide,
                ],
                "assets": assets[code],
                "notices": notices[code],
            }
            words = f"{row.township or ''} {row.village_class}"
            yield self._page(f"villages/{code}.html", row.name, "village.html", values, words, 5)

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
            words = f"{code} {row.notice_kind} {row.scope or ''} {row.doc_no or ''}"
            yield self._page(f"notices/{code}.html", row.title, "notice.html", values, words)
        yield from self._notice_lists()

    def _notice_lists(self) -> Iterator[Page]:
        """A page for each year and month, and what stands at the address of a notice that was withdrawn."""
        for year, rows in noticing.by_year(self._rows("notices")).items():
            title = f"{year}年的公示公告"
            values = {"notices": rows, "title": title}
            yield self._page(f"notices/{year}.html", title, "notices-year.html", values, "公示公告")
        months = noticing.by_month(self._rows("notices"))
        order = sorted(months)
        for place, month in enumerate(order):
            title = f"{month.title}公示日历"
            values = {"month": month, "notices": months[month], "title": title}
            values |= {"weeks": noticing.weeks(month, months[month])}
            values |= {"before": order[place - 1] if place else None, "after": (*order, None)[place + 1]}
            yield self._page(month.path, title, "notices-month.html", values, "公示日历")
        for row in self._rows("notices-withdrawn"):
            title = f"公示 {row.notice_id} 已撤回"
            values = {"notice": row, "title": title}
            yield self._page(f"notices/{row.notice_id}.html", title, "withdrawn.html", values, row.notice_id)

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

    def _group(self, view: str, field: str) -> Mapping[str, list]:
        groups: dict[str, list] = defaultdict(list)
        for row in self._rows(view):
            groups[getattr(row, field)].append(row)
        return groups

    def _benefits(self, view: str) -> Mapping[str, Mapping[int, Any]]:
        """Money to households by place and year."""
        return topics.benefit_years(self._rows(view), "division_code")

    def _page(self, path: str, title: str, template: str, values: Mapping, words: str, boost: int = 1) -> Page:
        return Page(path, title, self._render(template, path, values), words, boost)

    def _render(self, template: str, path: str, values: Mapping) -> str:
        """``root`` is the way from the page to the site's root: every address in a template begins with it."""
        return self._env.get_template(template).render(values, root="../" * path.count("/"))
