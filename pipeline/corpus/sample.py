"""A bounded sample of each site's pages, on disk.

Of every site those pages are held whose digests are smallest (a bottom-k sample: Cohen and Kaplan,
"Summarizing data using bottom-k sketches", PODC 2007). The sample is fair, copies of a page count
once, and which pages are held depends neither on the order of the pages nor on how they are split
into shards: samples of shards merge into the sample of the whole.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from .lines import SitePage

PAGES = 400  # held of a site: a line on 2 of 100 pages is met in the sample 8 times


class SiteSample:
    """Pages by site, at most `pages` of each; memory is bounded by SQLite's cache and one entry a site.

    path: a file to be made or added to; without one it is a temporary file, gone in the end.
    """

    def __init__(self, path: Path | None = None, pages: int = PAGES) -> None:
        self._pages = pages
        self._db = sqlite3.connect(str(path) if path else "", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("CREATE TABLE IF NOT EXISTS pages (site TEXT, digest BLOB, body BLOB, PRIMARY KEY (site, digest)) WITHOUT ROWID")
        self._db.execute("BEGIN")
        self._held: dict[str, int] = dict(self._db.execute("SELECT site, count(*) FROM pages GROUP BY site"))
        self._last = dict[str, bytes]()  # of a site that is full: the greatest digest that may still be held

    def close(self) -> None:
        """Write what is there, and let go of the file."""
        self._db.execute("COMMIT")
        self._db.close()

    def add(self, page: SitePage) -> None:
        """Offer a page."""
        self.offer(*page.row())

    def offer(self, site: str, digest: bytes, body: bytes) -> None:
        """Offer a page as `SitePage.row` gives it."""
        if site in self._last and digest > self._last[site]:
            return
        added = self._db.execute("INSERT OR IGNORE INTO pages VALUES (?, ?, ?)", (site, digest, body)).rowcount
        self._held[site] = self._held.get(site, 0) + max(0, added)
        if self._held[site] >= 2 * self._pages:
            self._trim(site)

    def merge(self, path: Path) -> None:
        """Offer every page of another sample's file."""
        other = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            for site, digest, body in other.execute("SELECT site, digest, body FROM pages"):
                self.offer(site, digest, body)
        finally:
            other.close()

    def sites(self) -> list[str]:
        """Sites in name order."""
        return [site for (site,) in self._db.execute("SELECT DISTINCT site FROM pages ORDER BY site")]

    def pages(self, site: str) -> Iterator[SitePage]:
        """The pages held of a site, smallest digest first."""
        rows: Iterable[tuple[bytes]] = self._db.execute(
            "SELECT body FROM pages WHERE site = ? ORDER BY digest LIMIT ?", (site, self._pages)
        )
        for (body,) in rows:
            yield SitePage.unpacked(site, zlib.decompress(body).decode("utf-8", "surrogatepass"))

    def _trim(self, site: str) -> None:
        """Forget all but the pages with the smallest digests."""
        (last,) = self._db.execute(
            "SELECT digest FROM pages WHERE site = ? ORDER BY digest LIMIT 1 OFFSET ?", (site, self._pages - 1)
        ).fetchone()
        self._db.execute("DELETE FROM pages WHERE site = ? AND digest > ?", (site, last))
        self._held[site], self._last[site] = self._pages, last
