"""Articles → an Atom feed (RFC 4287). Pure.

Ids are the source's addresses and links are relative, so that a feed is the same bytes on every host.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from newsmirror import paths
from newsmirror.items import Article, Row, stamp
from newsmirror.lists import OTHER
from newsmirror.marks import NO_MARKS, Marks
from newsmirror.script import Script
from newsmirror.site import Site
from newsmirror.view import category_name, lead, render_document, view_article
from newsmirror.xhtml import Find

ENTRIES = 30
MAX_BYTES = 400_000
"""Full text is left out of the oldest entries where a feed would be larger: no published file is over 512 KB."""


@dataclass(frozen=True)
class FeedEntry:
    """An article as an element of a feed, the same in every feed."""

    updated: datetime
    full: bytes = field(repr=False)
    short: bytes = field(repr=False)
    """The same with a summary in the place of the text."""


def make_entry(
    row: Row, article: Article | None, *, site: Site, script: Script, find: Find, marks: Marks = NO_MARKS
) -> FeedEntry:
    """The entry of an article; without its record (None), title and link must do. *find* gives its pictures."""
    updated = marks.updated or row.published
    values = {
        "row": row,
        "title": script.convert(row.title),
        "published": stamp(row.published),
        "updated": stamp(updated),
        "category": row.category or OTHER,
        "label": category_name(row.category, site, script),
        "tags": [script.convert(tag) for tag in row.tags],
        "authors": [script.convert(name) for name in article.authors] if article else [],
    }
    summary = lead(article, script) if article else ""
    short = render_document("feed_entry.xml.j2", script, view=None, summary=summary, **values)
    if article is None:
        return FeedEntry(updated, short, short)
    view = view_article(article, site=site, script=script, find=find, marks=marks)
    return FeedEntry(updated, render_document("feed_entry.xml.j2", script, view=view, **values), short)


def render_feed(entries: Sequence[FeedEntry], *, category: str | None, site: Site, script: Script, full: bool) -> bytes:
    """The feed of a category (None: of everything), newest first in *entries*, with full text or summaries."""
    title = script.convert(f"{site.title}镜像")
    head = render_document(
        "feed.xml.j2", script,
        id=_feed_id(category, site),
        title=f"{title} · {category_name(category, site, script)}" if category else title,
        author=script.convert(site.title),
        updated=stamp(max(entry.updated for entry in entries)),
        file=paths.feed_path(category).rpartition("/")[2],
        page=f"../{paths.category_stem(category)}.md" if category else f"../{paths.FRONT}",
    )  # fmt: skip
    return b"".join([head, *_elements(entries, full), b"</feed>\n"])


def _elements(entries: Sequence[FeedEntry], full: bool) -> list[bytes]:
    """The elements of a feed: from the newest on with full text, as long as all of them fit."""
    room = MAX_BYTES - sum(len(entry.short) for entry in entries)
    found = []
    for entry in entries:
        room -= len(entry.full) - len(entry.short)
        full = full and room >= 0
        found.append(entry.full if full else entry.short)
    return found


def _feed_id(category: str | None, site: Site) -> str:
    """The address of the source's page that has the same articles."""
    return site.address(site.list_form.format(key=category) if category else site.home_path)
