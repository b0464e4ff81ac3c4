"""The lists of the published tree: what names articles is written anew from the state. Knows no git."""

from collections.abc import Iterable, Iterator
from datetime import date

from newsmirror import lists, paths
from newsmirror.config import Config
from newsmirror.items import OutputFile, Row
from newsmirror.listpages import Front, render_characters, render_front, render_links, render_list, render_tags
from newsmirror.qr import qr_png
from newsmirror.render import followed_tags, words
from newsmirror.site import Site
from newsmirror.stage import Stage
from newsmirror.store import Store
from newsmirror.tagpages import TagIndex


class ListWriter:
    """Makes ``data/``, the lists, the index of tags, the front page and the address book."""

    def __init__(self, store: Store, stage: Stage, site: Site, config: Config, prefix: str | None):
        """*stage*: the tree as it will be. What is there already decides what has to stay."""
        self._store, self._stage, self._site, self._config, self._prefix = store, stage, site, config, prefix
        self._followed = followed_tags(site, config.style)
        self._index = TagIndex(store, self._followed, stage.exists)

    def files(self, rows: list[Row], before: list[Row]) -> Iterator[OutputFile]:
        """All that names these articles; *before* is what was known of those that are updated."""
        changed = [*rows, *before]
        yield from map(self._day, dict.fromkeys(row.day for row in changed))
        touched = lists.touched(changed)
        for subject, months in touched.items():
            if subject.kind == "category" or self._index.has_page(subject.key):
                yield from map(self._list, self._listings(subject, months))
        for subject in self._newly_followed():
            if subject not in touched:
                yield from map(self._list, self._listings(subject, set()))
        yield from map(self._tags, self._index.files(changed))
        yield from self._always()

    def all_files(self) -> Iterator[OutputFile]:
        """All that names any article; none of it is held, whatever their number."""
        yield from map(self._day, self._store.days())
        for subject in self._store.subjects():
            if subject.kind == "category" or self._index.has_page(subject.key):
                yield from map(self._list, self._listings(subject, set(self._store.months(subject))))
        yield from map(self._tags, self._index.all_files())
        yield from self._always()

    def _newly_followed(self) -> list[lists.Subject]:
        """Tags that are to have a page, and articles to stand on it, since the settings changed."""
        subjects = (lists.Subject("tag", tag) for tag in self._followed if self._store.has_tag(tag))
        return [subject for subject in subjects if not self._stage.exists(f"{subject.stem}.md")]

    def _day(self, day: date) -> OutputFile:
        lines = "".join(f"{row.to_json()}\n" for row in self._store.day(day.isoformat()))
        return OutputFile(paths.data_path(day), lines.encode())

    def _list(self, listing: lists.Listing) -> OutputFile:
        return OutputFile(listing.path, render_list(listing, style=self._config.style).encode())

    def _tags(self, page: lists.TagPage) -> OutputFile:
        render = render_characters if page.parts[0] == paths.tags_path() else render_tags
        return OutputFile(page.path, render(page, style=self._config.style).encode())

    def _listings(self, subject: lists.Subject, months: set[str]) -> Iterator[lists.Listing]:
        """The lists of a subject that these months touch; a month that is new touches its neighbours, which name it.

        A tag has lists of months only once its newest list cannot hold all of its articles; then all of
        them are made once.
        """
        name = self._name(subject)
        is_all = not self._store.has_over(subject, lists.NEWEST)
        everything = [] if is_all and subject.kind == "tag" else self._store.months(subject)
        if subject.kind == "tag":
            months = months if self._has_months(subject, everything) else set(everything)
        newest = self._store.newest_entries(subject, lists.NEWEST)
        yield lists.newest_list(subject, name, newest, everything, is_all=is_all)
        for month in sorted(months | self._beside_new(subject, months, everything)):
            yield from lists.month_lists(subject, name, month, self._store.month(subject, month), everything)

    def _has_months(self, subject: lists.Subject, everything: list[str]) -> bool:
        """Whether the lists of a tag's months were made before; the oldest tells it for all."""
        return bool(everything) and self._stage.exists(lists.month_path(subject, everything[-1]))

    def _beside_new(self, subject: lists.Subject, months: Iterable[str], everything: list[str]) -> set[str]:
        new = [month for month in months if not self._stage.exists(lists.month_path(subject, month))]
        return {other for month in new for other in lists.neighbours(month, everything) if other}

    def _name(self, subject: lists.Subject) -> str:
        if subject.kind == "tag":
            return subject.key
        category = self._site.category(subject.key)
        return category.name if category else words()[lists.OTHER]

    # What every run looks at

    def _always(self) -> Iterator[OutputFile]:
        front = self._front()
        if front.address and not self._shows_code(front.address):
            yield OutputFile(paths.qr_path(paths.FRONT), qr_png(front.address))
        yield OutputFile(paths.FRONT, render_front(front, site=self._site, style=self._config.style).encode())
        signed = self._config.signing is not None
        links = render_links(site=self._site, prefix=self._prefix, style=self._config.style, signed=signed)
        yield OutputFile(paths.LINKS, links.encode())

    def _shows_code(self, address: str) -> bool:
        """Whether the front page's QR code is there, of this address: it is never written again then."""
        old = self._stage.committed(paths.FRONT)
        return bool(old and f"<{address}>".encode() in old and self._stage.exists(paths.qr_path(paths.FRONT)))

    def _front(self) -> Front:
        present = self._store.categories()
        keys = [category.key for category in self._site.categories if category.key in present]
        keys += [lists.OTHER] if lists.OTHER in present else []
        categories = tuple((key, self._name(lists.Subject("category", key))) for key in keys)
        names = dict(categories)
        newest = self._store.newest(None, lists.USUAL_ARTICLES)
        followed = tuple(tag for tag in self._followed if self._store.has_tag(tag))
        return Front(
            entries=tuple(
                lists.Entry.of(row, names.get(row.category or lists.OTHER)) for row in newest[: lists.FRONT_ENTRIES]
            ),
            categories=categories,
            followed=followed,
            usual=tuple(tag for tag in lists.usual_tags(newest) if tag not in followed),
            has_tags=any(True for _ in self._store.first_characters()),
            has_hot=self._stage.exists(paths.HOT),
            feeds=self._config.feeds != "none",
            address=paths.public_address(self._prefix, paths.FRONT, "") or None,
        )
