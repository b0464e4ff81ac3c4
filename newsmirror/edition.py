"""What an edition holds: the articles of some days by category, and as many of their pictures as fit. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import zip_longest

from newsmirror.items import BEIJING, Article, Row, StoredPicture
from newsmirror.lists import OTHER
from newsmirror.marks import NO_MARKS, Marks
from newsmirror.pictures import addresses
from newsmirror.script import Script
from newsmirror.site import Site
from newsmirror.view import View, category_name, view_article
from newsmirror.xhtml import Find

PICTURE_OVERHEAD = 600
"""Bytes that a picture costs in an EPUB or a page besides its own: names in lists, headers, its element."""


@dataclass(frozen=True)
class Item:
    """An article of an edition, without text where its record cannot be read."""

    row: Row
    article: Article | None
    pictures: tuple[StoredPicture, ...] = ()
    marks: Marks = NO_MARKS

    def paths(self) -> list[str]:
        """Where its pictures stand in the tree, in reading order."""
        places = {picture.src: picture.path for picture in self.pictures}
        return [places[src] for src in addresses(self.article.blocks if self.article else ()) if src in places]


@dataclass(frozen=True)
class Edition:
    """The articles of some days, and the pictures that are taken along, by their path in the tree."""

    site: Site
    script: Script
    name: str
    """``2026-11-23`` or ``2026-W47``"""
    items: tuple[Item, ...]
    images: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def title(self) -> str:
        return f"{self.script.convert(f'{self.site.title}镜像')} {self.name}"

    @property
    def newest(self) -> datetime:
        """When the newest article was published, or an older one updated after that."""
        return max(item.marks.updated or item.row.published for item in self.items)

    def days(self) -> list[date]:
        """The days that have articles, in order."""
        return sorted({item.row.day for item in self.items})

    def of_day(self, day: date) -> "Edition":
        """The part of one day."""
        return replace(self, name=f"{day}", items=tuple(item for item in self.items if item.row.day == day))

    def sections(self) -> Iterator[tuple[str, list[Item]]]:
        """Names of categories in the site's order with their articles, newest first."""
        for key in (*(category.key for category in self.site.categories), OTHER):
            found = [item for item in self.items if self._key(item) == key]
            if found:
                found.sort(key=lambda item: (item.row.published, item.row.id), reverse=True)
                yield category_name(key, self.site, self.script), found

    def _key(self, item: Item) -> str:
        return item.row.category if self.site.category(item.row.category) and item.row.category else OTHER

    def view(self, item: Item, find: Find, *, top: int) -> View:
        """An article as templates show it."""
        article = item.article or bare_article(item.row)
        return view_article(article, site=self.site, script=self.script, find=find, top=top, marks=item.marks)


def bare_article(row: Row) -> Article:
    """What is known of an article without its record: all but the text."""
    return Article(
        id=row.id, url=row.url, title=row.title, published=row.published.astimezone(BEIJING), date_only=row.date_only,
        category=row.category, blocks=(), tags=row.tags,
    )  # fmt: skip


def choose_pictures(items: tuple[Item, ...], contents: Mapping[str, bytes], room: int) -> dict[str, bytes]:
    """As many pictures as fit into so many bytes: the first of each article, then the second of each, and so on."""
    chosen: dict[str, bytes] = {}
    for turn in zip_longest(*(item.paths() for item in items)):
        for path in filter(None, turn):
            size = len(contents.get(path, b"")) * 103 // 100 + PICTURE_OVERHEAD  # base64 packs back to some 102 %
            if path in contents and path not in chosen and size <= room:
                chosen[path] = contents[path]
                room -= size
    return chosen
