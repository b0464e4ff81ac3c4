"""The lists of the published tree: what names articles is written anew from the state. Knows no git."""

from newsmirror import lists, paths, render
from newsmirror.config import Config
from newsmirror.items import OutputFile, Row
from newsmirror.site import Site
from newsmirror.stage import Stage
from newsmirror.store import Store


class ListWriter:
    """Writes ``data/``, the lists, the front page and the address book."""

    def __init__(self, store: Store, stage: Stage, site: Site, config: Config, prefix: str | None):
        self._store, self._stage, self._site, self._config, self._prefix = store, stage, site, config, prefix

    def write(self, rows: list[Row], before: list[Row]) -> None:
        """Write all that names these articles; *before* is what was known of those that are updated."""
        for row in {row.day: row for row in [*rows, *before]}.values():
            lines = "".join(f"{known.to_json()}\n" for known in self._store.day(row.day.isoformat()))
            self._stage.write(OutputFile(paths.data_path(row.day), lines.encode()))
        for subject, months in lists.touched([*rows, *before]).items():
            for listing in self._listings(subject, months):
                self._stage.write(
                    OutputFile(listing.path, render.render_list(listing, style=self._config.style).encode())
                )
        self._stage.write(OutputFile(paths.FRONT, self._front().encode()))
        links = render.render_links(site=self._site, prefix=self._prefix, style=self._config.style)
        self._stage.write(OutputFile(paths.LINKS, links.encode()))

    def _listings(self, subject: lists.Subject, months: set[str]) -> list[lists.Listing]:
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
        found = [lists.newest_list(subject, name, newest, everything)]
        for month in sorted(months):
            found += lists.month_lists(subject, name, month, self._store.month(subject, month))
        return found

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
