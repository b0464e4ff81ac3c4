"""The lists of the published tree: what names articles is written anew from the state. Knows no git."""

from collections.abc import Iterator
from datetime import date

from newsmirror import lists, paths, render
from newsmirror.config import Config
from newsmirror.items import OutputFile, Row
from newsmirror.site import Site
from newsmirror.store import Store


class ListWriter:
    """Makes ``data/``, the lists, the front page and the address book."""

    def __init__(self, store: Store, site: Site, config: Config, prefix: str | None):
        self._store, self._site, self._config, self._prefix = store, site, config, prefix

    def files(self, rows: list[Row], before: list[Row]) -> Iterator[OutputFile]:
        """All that names these articles; *before* is what was known of those that are updated."""
        changed = [*rows, *before]
        yield from map(self._day, dict.fromkeys(row.day for row in changed))
        for subject, months in lists.touched(changed).items():
            yield from map(self._list, self._listings(subject, months))
        yield from self._always()

    def all_files(self) -> Iterator[OutputFile]:
        """All that names any article; none of it is held, whatever their number."""
        yield from map(self._day, self._store.days())
        for subject in self._store.subjects():
            yield from map(self._list, self._listings(subject, set(self._store.months(subject))))
        yield from self._always()

    def _day(self, day: date) -> OutputFile:
        lines = "".join(f"{row.to_json()}\n" for row in self._store.day(day.isoformat()))
        return OutputFile(paths.data_path(day), lines.encode())

    def _list(self, listing: lists.Listing) -> OutputFile:
        return OutputFile(listing.path, render.render_list(listing, style=self._config.style).encode())

    def _always(self) -> Iterator[OutputFile]:
        yield OutputFile(paths.FRONT, self._front().encode())
        signed = self._config.signing is not None
        links = render.render_links(site=self._site, prefix=self._prefix, style=self._config.style, signed=signed)
        yield OutputFile(paths.LINKS, links.encode())

    def _listings(self, subject: lists.Subject, months: set[str]) -> Iterator[lists.Listing]:
        """The lists of a subject that these months touch.

        A tag has lists of months only once its newest list cannot hold all of its articles; then all of
        them are made.
        """
        name = self._name(subject)
        everything = self._store.months(subject)
        if subject.kind == "tag":
            everything = everything if self._store.has_over(subject, lists.NEWEST) else []
            months = set(everything)
        newest = self._store.newest(subject, lists.NEWEST)
        yield lists.newest_list(subject, name, newest, everything)
        for month in sorted(months):
            yield from lists.month_lists(subject, name, month, self._store.month(subject, month))

    def _name(self, subject: lists.Subject) -> str:
        if subject.kind == "tag":
            return subject.key
        category = self._site.category(subject.key)
        return category.name if category else render.words()[lists.OTHER]

    def _front(self) -> str:
        present = self._store.categories()
        keys = [category.key for category in self._site.categories if category.key in present]
        keys += [lists.OTHER] if lists.OTHER in present else []
        categories = [(key, self._name(lists.Subject("category", key))) for key in keys]
        names = dict(categories)
        newest = self._store.newest(None, lists.FRONT_ENTRIES)
        followed = self._site.tags if self._config.tags is None else self._config.tags
        return render.render_front(
            site=self._site,
            entries=[lists.Entry.of(row, names.get(row.category or lists.OTHER)) for row in newest],
            categories=categories,
            tags=[tag for tag in followed if self._store.has_tag(tag)],
            feeds=self._config.feeds != "none",
            style=self._config.style,
        )
