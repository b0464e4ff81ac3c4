"""The feeds of the published tree, made from records."""

from collections.abc import Callable, Iterator

from newsmirror import lists, paths
from newsmirror.archive import record_of
from newsmirror.config import Config
from newsmirror.feeds import ENTRIES, FeedEntry, make_entry, render_feed
from newsmirror.items import OutputFile, Row
from newsmirror.marks import Marks
from newsmirror.notes import read_marks
from newsmirror.pictures import read_note, read_webp
from newsmirror.record import Record
from newsmirror.site import Site
from newsmirror.stage import Stage
from newsmirror.store import Store
from newsmirror.xhtml import Image


class FeedWriter:
    """Makes the feed of everything and those of categories, once in a run."""

    def __init__(self, store: Store, stage: Stage, site: Site, config: Config):
        self._store, self._stage, self._site, self._config = store, stage, site, config
        self._entries: dict[int, FeedEntry] = {}

    def files(self, rows: list[Row]) -> Iterator[OutputFile]:
        """The feeds that these articles touch, and those that are missing; none where feeds are off."""
        touched = {row.category or lists.OTHER for row in rows}
        return self._feeds(lambda key: self._is_missing(key) or (bool(rows) if key is None else key in touched))

    def all_files(self) -> Iterator[OutputFile]:
        """All feeds there are; none where feeds are off."""
        return self._feeds(lambda key: True)

    def _feeds(self, is_wanted: Callable[[str | None], bool]) -> Iterator[OutputFile]:
        keys = sorted(self._store.categories()) if self._config.feeds != "none" else []
        for key in (*keys, *([None] if keys else [])):
            if is_wanted(key):
                yield self._feed(key)

    def _is_missing(self, key: str | None) -> bool:
        return not self._stage.exists(paths.feed_path(key))

    def _feed(self, key: str | None) -> OutputFile:
        rows = self._store.newest(lists.Subject("category", key) if key else None, ENTRIES)
        self._make_entries([row for row in rows if row.id not in self._entries])
        entries = [self._entries[row.id] for row in rows]
        script, full = self._config.style.script, self._config.feeds == "full"
        content = render_feed(entries, category=key, site=self._site, script=script, full=full)
        return OutputFile(paths.feed_path(key), content)

    def _make_entries(self, rows: list[Row]) -> None:
        """Entries from records: as they will be committed, else as they are in the commit below."""
        for row in rows:
            content = self._stage.read(paths.record_path(row))
            self._entries[row.id] = self._entry(row, record_of(content, row))

    def _entry(self, row: Row, record: Record | None) -> FeedEntry:
        article, images = (record.article, self._images(record)) if record else (None, {})
        marks = read_marks(record.notes) if record else Marks()
        script = self._config.style.script
        return make_entry(row, article, site=self._site, script=script, find=images.get, marks=marks)

    def _images(self, record: Record) -> dict[str, Image]:
        """The pictures of an article by their address, relative to a feed."""
        if self._config.style.images != "mirror":
            return {}
        contents = {picture: self._stage.read(picture.path) for picture in read_note(record.notes)}
        return {p.src: Image(f"../{p.path}", *read_webp(content)) for p, content in contents.items() if content}
