"""Templates as a table that can be read and edited, and the way from pages to such a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..attempt import NO_LIMITS, Failure, attempt
from ..bounded import LARGEST_TABLE, read_whole
from ..document import Document
from ..engine.limits import Limits
from ..errors import ConfigError
from ..reading import Raw, read
from ..stages.repair_text import repair_text
from ..stages.strip_boilerplate import strip_boilerplate
from ..writing import write_whole
from .lines import SitePage, key_of, site_of, site_page
from .sample import SiteSample
from .site_templates import EDGE, Template, Templates, learn_all

COLUMNS = ("site", "pages", "count", "text", "after", "before")
_HEAD = """\
# Lines that sites repeat, one a row: removed from the pages of `site`, with the reason site-template.
# count of pages: on how many of the pages that were looked at the line stands.
# after, before: the lines it must stand between; empty where any will do; (edge) is the start or the end of a page.
# Capitals, numbers, months and ornaments do not matter. Delete a row to keep its line, add one to remove a line.
"""


def write_templates(path: Path, templates: Templates) -> None:
    """Write the table; the file appears whole or not at all."""
    rows = ["\t".join((r.site, str(r.pages), str(r.count), r.text, r.after or "", r.before or "")) for r in templates.rows]
    write_whole(path, (_HEAD + "\n".join(["\t".join(COLUMNS), *rows]) + "\n").encode("utf-8", "replace"))


def read_templates(path: Path) -> Templates:
    """The templates of a table. Raises ConfigError that names the line when one cannot be used."""
    lines = read_whole(path, LARGEST_TABLE, "check the path, or make one with: pharmaclean templates learn").split("\n")
    rows = ((number, line.rstrip("\r")) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#"))
    if tuple(next(rows, (0, ""))[1].split("\t")) != COLUMNS:
        raise ConfigError(f"{path}: is no table of templates", f"its first line must name the columns, parted by tabs: {' '.join(COLUMNS)}")
    return Templates(_template(line.split("\t"), f"{path}, line {number}") for number, line in rows)


def _template(cells: list[str], place: str) -> Template:
    cells += [""] * (len(COLUMNS) - len(cells))  # editors drop empty cells at the end
    site, pages, count, text, after, before = cells[: len(COLUMNS)]
    if len(cells) > len(COLUMNS) or not key_of(text):
        raise ConfigError(f"{place}: not a row of {len(COLUMNS)} cells with a text", "cells are parted by one tab; the fourth is the line")
    if not (pages.isdecimal() and count.isdecimal()):
        raise ConfigError(f"{place}: pages and count must be numbers", "for a row of your own write 1 and 1")
    return Template(site, int(pages), int(count), text, _neighbour(after), _neighbour(before))


def _neighbour(cell: str) -> str | None:
    return cell if cell == EDGE else key_of(cell) or None


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of learning: the templates, how many pages and sites were looked at, and what could not be read."""

    templates: Templates
    pages: int
    sites: int
    failures: tuple[Failure, ...] = ()


def learn_templates(
    raws: Iterable[Raw], site: str | None = None, progress: Callable[[], None] = lambda: None, limits: Limits = NO_LIMITS
) -> Learned:
    """Learn from pages; site: the key for all of them, else each page's own (see `site_of`). The limits are those of one page."""
    pages, failures = 0, list[Failure]()
    with closing(SiteSample()) as sample:
        for raw in raws:
            page = attempt(raw, partial(page_of, site=site), limits)
            if isinstance(page, Failure):
                failures.append(page)
            else:
                sample.add(page)
                pages += 1
            progress()
        sites = sample.sites()
        return Learned(templates_of(sample), pages, len(sites), tuple(failures))


def templates_of(sample: SiteSample) -> Templates:
    """The templates of all sites of a sample."""
    return Templates(learn_all((name, sample.pages(name)) for name in sample.sites()))


def page_of(raw: Raw, site: str | None = None) -> SitePage:
    """A page as learning needs it: read, repaired and cleaned alone. Raises ReadError for what cannot be read."""
    repaired = repair_text(read(raw))
    return site_page(repaired, strip_boilerplate(repaired), site or site_of(repaired))


def with_templates(strip: Callable[[Document], Document], templates: Templates, site: str | None = None) -> Callable[[Document], Document]:
    """The stage `strip`, followed by the removal of the site's lines."""

    def stage(document: Document) -> Document:
        return templates.remove(document, strip(document), site or site_of(document))

    return stage


def shown(templates: Templates, site: str | None = None) -> Iterator[tuple[str, int, list[Template]]]:
    """(site, pages, rows) of each site, or of one."""
    by_site: dict[str, list[Template]] = {}
    for row in templates.rows:
        if site in (None, row.site):
            by_site.setdefault(row.site, []).append(row)
    yield from ((name, rows[0].pages, rows) for name, rows in by_site.items())
