"""The public site's pages, made from the disclosure views alone."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gongshi.disclosure import Disclosure
from gongshi.site import downloads
from gongshi.site.numbers import flows, people, stages, sums
from gongshi.site.render import environment
from gongshi.site.shell import Page

SECTIONS = {
    "funds": "funds/index.html",
    "projects": "projects/index.html",
    "townships": "townships/index.html",
    "villages": "townships/index.html",
    "notices": "notices/index.html",
}
"""For each folder of record pages, the page of the navigation above it."""


class Site:
    """Every page of one county on one day."""

    def __init__(self, views: Disclosure, on: datetime.date, commit: str, clean: bool = True) -> None:
        self._views = views
        self._on = on
        self._commit, self._clean = commit, clean
        self._county = views.rows("county")[0]
        self._people = people(views.rows("people"))
        self._env = environment()
        self._env.globals |= {"on": on, "county": self._county}

    def sections(self) -> Mapping[str, str]:
        """For every folder that holds stamped pages, the page of the navigation it belongs to."""
        return SECTIONS

    def facts(self) -> Mapping[str, object]:
        """What every page says about itself."""
        version = self._commit[:12] or "未入库"
        return {
            "site_name": f"{self._county.name}扶贫公示",
            "on": self._on.isoformat(),
            "on_text": f"{self._on.year}年{self._on.month}月{self._on.day}日",
            "commit": self._commit,
            "commit_text": version if self._clean else f"{version}（另有未入库的修改）",
            "example": self._county.example,
        }

    def names(self) -> Iterable[str]:
        """Names of places, which the search must not cut in two."""
        return [self._county.name, *(row.name for view in ("townships", "villages") for row in self._rows(view))]

    def files(self) -> Iterator[tuple[str, Iterable[bytes]]]:
        """The downloads."""
        return downloads.files(self._views, self.facts())

    def section(self, path: str) -> Page | None:
        """The generated part of a hand-written page."""
        parts = {
            "index.html": self._home,
            "funds/index.html": self._funds,
            "projects/index.html": self._projects,
            "townships/index.html": self._townships,
            "notices/index.html": self._notices,
            "data/index.html": self._data,
        }
        if path not in parts:
            return None
        name = path.removesuffix("index.html").strip("/") or "home"
        return Page(path, "", self._render(f"{name}.html", path, parts[path]()))

    def pages(self) -> Iterator[Page]:
        """Every record page, in the order of the views."""
        yield from self._fund_pages()
        yield from self._project_pages()
        yield from self._township_pages()
        yield from self._village_pages()
        yield from self._notice_pages()

    # -- what the sections show -------------------------------------------------------------------------------

    def _home(self) -> dict[str, Any]:
        return {
            "people": self._people[self._county.county_code],
            "flows": flows(self._rows("allocations")),
            "stages": stages(self._rows("projects")),
            "projects": self._rows("projects"),
            "townships": self._rows("townships"),
            "villages": self._rows("villages"),
            "notices": [row for row in self._rows("notices") if row.starts_on <= self._on <= row.ends_on],
            "payments": self._rows("payments")[:8],
        }

    def _funds(self) -> dict[str, Any]:
        return {"allocations": self._rows("allocations"), "flows": flows(self._rows("allocations"))}

    def _projects(self) -> dict[str, Any]:
        return {"projects": self._rows("projects"), "total": sums(self._rows("projects"))}

    def _townships(self) -> dict[str, Any]:
        return {
            "townships": self._rows("townships"),
            "people": self._people,
            "total": self._people[self._county.county_code],
        }

    def _notices(self) -> dict[str, Any]:
        return {"notices": self._rows("notices")}

    def _data(self) -> dict[str, Any]:
        return {"tables": downloads.tables(self._views), "licence": self._county.licence}

    # -- record pages -----------------------------------------------------------------------------------------

    def _fund_pages(self) -> Iterator[Page]:
        budget, paid = self._group("project-budget", "allocation_id"), self._group("payments", "allocation_id")
        names = {row.project_id: row.name for row in self._rows("projects")}
        for row in self._rows("allocations"):
            code = row.allocation_id
            values = {"fund": row, "budget": budget[code], "payments": paid[code], "names": names}
            yield self._page(f"funds/{code}.html", row.name, "fund.html", values, f"{code} {row.source_level}")

    def _project_pages(self) -> Iterator[Page]:
        names = ("project-villages", "project-budget", "project-stages", "project-changes", "payments")
        parts = {name: self._group(name, "project_id") for name in (*names, "assets", "notice-projects")}
        notices = {row.notice_id: row for row in self._rows("notices")}
        for row in self._rows("projects"):
            code = row.project_id
            mine = {name.replace("project-", "").replace("-", "_"): parts[name][code] for name in parts}
            mine["notices"] = [notices[link.notice_id] for link in mine.pop("notice_projects")]
            places = " ".join(place.village or "" for place in mine["villages"] if row.township_code)
            words = f"{code} {row.category} {row.township or ''} {places} {row.owner or ''}"
            yield self._page(f"projects/{code}.html", row.name, "project.html", {"project": row} | mine, words)

    def _township_pages(self) -> Iterator[Page]:
        villages = self._group("villages", "township_code")
        projects = self._group("projects", "township_code")
        notices = self._group("notices", "division_code")
        for row in self._rows("townships"):
            code = row.township_code
            values = {
                "township": row,
                "villages": villages[code],
                "projects": projects[code],
                "total": sums(projects[code]),
                "notices": notices[code],
                "people": self._people,
            }
            yield self._page(f"townships/{row.slug}.html", row.name, "township.html", values, "乡镇")

    def _village_pages(self) -> Iterator[Page]:
        links = self._group("project-villages", "village_code")
        projects = {row.project_id: row for row in self._rows("projects")}
        assets, notices = self._group("assets", "village_code"), self._group("notices", "division_code")
        titles = {column.name: column for column in self._views.columns("villages")}
        for row in self._rows("villages"):
            code = row.village_code
            values = {
                "village": row,
                "titles": titles,
                "people": self._people[code],
                "projects": [projects[link.project_id] for link in links[code] if link.project_id in projects],
                "assets": assets[code],
                "notices": notices[code],
            }
            words = f"{row.township or ''} {row.village_class}"
            yield self._page(f"villages/{code}.html", row.name, "village.html", values, words)

    def _notice_pages(self) -> Iterator[Page]:
        projects = self._group("notice-projects", "notice_id")
        objections = self._group("notice-objections", "notice_id")
        slugs = {row.township_code: row.slug for row in self._rows("townships")}
        for row in self._rows("notices"):
            code = row.notice_id
            values = {
                "notice": row,
                "projects": projects[code],
                "objections": objections[code],
                "slug": slugs.get(row.division_code),
            }
            words = f"{code} {row.notice_kind} {row.scope or ''}"
            yield self._page(f"notices/{code}.html", row.title, "notice.html", values, words)

    # -- helpers ----------------------------------------------------------------------------------------------

    def _rows(self, view: str) -> Sequence[Any]:
        return self._views.rows(view)

    def _group(self, view: str, field: str) -> Mapping[str, list]:
        groups: dict[str, list] = defaultdict(list)
        for row in self._rows(view):
            groups[getattr(row, field)].append(row)
        return groups

    def _page(self, path: str, title: str, template: str, values: Mapping, words: str) -> Page:
        return Page(path, title, self._render(template, path, values), words)

    def _render(self, template: str, path: str, values: Mapping) -> str:
        """``root`` is the way from the page to the site's root: every address in a template begins with it."""
        return self._env.get_template(template).render(values, root="../" * path.count("/"))
