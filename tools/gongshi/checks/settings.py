"""What mkdocs.yml may say. MkDocs would run what the file names (hooks, plugins, templates, YAML tags), so that a commit's own
settings are only taken for the site when every key and value of them is one of these."""

from __future__ import annotations

import re
from collections import abc
from collections.abc import Iterator
from typing import TypeAlias

from gongshi.model import Finding, GongshiError, Severity
from gongshi.package.schema import shown_name
from gongshi.package.yamlfile import Mapping, Node, Scalar, Sequence, YamlProblem, parse
from gongshi.repository import Tree

SETTINGS = "mkdocs.yml"

_WORD = re.compile(r"[a-z][a-z0-9_.-]*")
_TEXT = re.compile(r"[^<>\"&{}\x00-\x1f\x7f-\x9f]{0,200}")  # the theme writes it as it is
_PAGE = re.compile(r"(?:[\w-]+/)*[\w-]+\.md")


# A pattern stands for a text, a dictionary for a mapping of these keys and no others, a list for a list of any of these.
Allowed: TypeAlias = "re.Pattern[str] | abc.Mapping[str | re.Pattern[str], Allowed] | abc.Sequence[Allowed]"
_ALLOWED: Allowed = {
    "site_name": _TEXT,
    "site_description": _TEXT,
    "site_author": _TEXT,
    "site_url": re.compile(r"https?://[\w.:-]+/(?:[\w.~-]+/)*"),
    "docs_dir": re.compile("docs"),
    "site_dir": re.compile("site"),
    "exclude_docs": _TEXT,
    "use_directory_urls": re.compile("false"),
    "theme": {
        "name": re.compile("material"),
        "language": _WORD,
        "font": re.compile("false"),
        "palette": {"scheme": _WORD, "primary": _WORD, "accent": _WORD},
        "icon": {"logo": re.compile(r"[a-z]+/[a-z0-9-]+")},
        "features": [_WORD],
    },
    "plugins": [re.compile("search|gongshi|offline"), {"gongshi": {"day": _TEXT}}],
    "extra": {"polyfills": [re.compile(r"vendor/[\w-]+\.js")]},
    "nav": [{_TEXT: _PAGE}, {_TEXT: [_PAGE, {_TEXT: _PAGE}]}],
    "validation": {
        "nav": dict.fromkeys(("omitted_files", "not_found", "absolute_links"), _WORD),
        "links": dict.fromkeys(("not_found", "anchors", "absolute_links", "unrecognized_links"), _WORD),
    },
    "markdown_extensions": [re.compile("attr_list|tables|toc|admonition|footnotes|def_list|abbr|sane_lists")],
}


def check_settings(tree: Tree) -> list[Finding]:
    """What the site's settings say that may not be, and links among its pages; nothing where there is no site."""
    links = [path for path in tree.links() if path == SETTINGS or path.startswith("docs/") or path == "docs"]
    message = "符号链接不能用来做网站，请换成真正的文件"
    found = [Finding("link", Severity.ERROR, message, path) for path in links]
    return found + (settings_findings(tree.read(SETTINGS)) if tree.exists(SETTINGS) else [])


def refuse_settings(tree: Tree) -> None:
    """GongshiError for the first of what ``check_settings`` finds."""
    for finding in check_settings(tree):
        line = f"第 {finding.line} 行：" if finding.line else "："
        raise GongshiError(f"{finding.path} {line}{finding.message}。")


def settings_findings(data: bytes) -> list[Finding]:
    """The same for the bytes of one file."""
    try:
        node = parse(data)
    except YamlProblem as problem:
        return [Finding("site-settings", Severity.ERROR, problem.message, SETTINGS, problem.line)]
    found = [
        Finding(
            "site-settings",
            Severity.ERROR,
            f"网站设置里{what}，做网站时会因此运行或带出别的东西，请改回原样",
            SETTINGS,
            line,
        )
        for what, line in _strange(node, _ALLOWED)
    ]
    if not found and "gongshi" not in _names(node):
        found.append(Finding("site-settings", Severity.ERROR, "网站设置的 plugins 里没有 gongshi，请加上", SETTINGS))
    return found


def _strange(node: Node, wanted: Allowed, key: str = "") -> Iterator[tuple[str, int]]:
    """(what is not allowed, its line) for each place."""
    if isinstance(node, Mapping) and isinstance(wanted, abc.Mapping):
        for name, value in node.items.items():
            kind = next((k for k in wanted if k == name or (isinstance(k, re.Pattern) and k.fullmatch(name))), None)
            if kind is None:
                yield f"不能有这一项{shown_name(name)}", node.lines[name]
            else:
                yield from _strange(value, wanted[kind], name)
    elif isinstance(node, Sequence) and isinstance(wanted, abc.Sequence):
        for item in node.items:
            tried = [list(_strange(item, one, key)) for one in wanted]
            yield from min(tried, key=len)
    elif not (isinstance(node, Scalar) and isinstance(wanted, re.Pattern) and wanted.fullmatch(node.value)):
        yield f"{shown_name(key)}的值不在允许之列", node.line


def _names(node: Node) -> list[str]:
    """The plugins."""
    plugins = node.items.get("plugins") if isinstance(node, Mapping) else None
    items = plugins.items if isinstance(plugins, Sequence) else []
    scalars = [item.value for item in items if isinstance(item, Scalar)]
    return scalars + [name for item in items if isinstance(item, Mapping) for name in [*item.items][:1]]
