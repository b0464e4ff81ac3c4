"""The index of tags: which pages a tag leads to, by its first character. Knows no git.

A tag with a page of its own is named with it; one that has too few articles for that leads to these. Tags stand on the
page of their first character's block, which every page of an article links to: it is there from the first article on,
whatever becomes of the tag.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from newsmirror import paths
from newsmirror.items import Row
from newsmirror.lists import PAGED, Subject, TagEntry, TagPage, parted
from newsmirror.store import Store

Exists = Callable[[str], bool]


class TagIndex:
    """The files of the index, made from the state."""

    def __init__(self, store: Store, followed: Iterable[str], exists: Exists):
        """*exists*: whether a path is in the tree."""
        self._store, self._followed, self._exists = store, frozenset(followed), exists

    def has_page(self, tag: str) -> bool:
        """Whether a tag has a page of its own. One that is there stays: nothing is deleted."""
        subject = Subject("tag", tag)
        is_wanted = tag in self._followed and self._store.has_tag(tag)
        return is_wanted or self._store.has_over(subject, PAGED - 1) or self._exists(f"{subject.stem}.md")

    def files(self, changed: Iterable[Row]) -> Iterator[TagPage]:
        """What these articles change, as they are and as they were; everything where there is no index yet."""
        if not self._exists(paths.tags_path()):
            yield from self.all_files()
            return
        if blocks := self._touched(changed):
            for block in sorted(blocks):
                yield from self._block(block)
            yield from self._characters()

    def all_files(self) -> Iterator[TagPage]:
        """The whole index; nothing where there are no tags."""
        for block in dict.fromkeys(map(paths.tag_block, self._store.first_characters())):
            yield from self._block(block)
        yield from self._characters()

    def _touched(self, changed: Iterable[Row]) -> set[int]:
        """The blocks of the tags that have, or had before, too few articles for a page of their own."""
        counts = Counter(tag for row in changed for tag in row.tags)
        return {
            paths.tag_block(tag)
            for tag, count in counts.items()
            if not self._store.has_over(Subject("tag", tag), PAGED - 1 + count)
        }

    def _block(self, block: int) -> Iterator[TagPage]:
        found = self._store.tags_between(chr(block), chr(block + paths.BLOCK - 1) + "\U0010ffff", PAGED)
        entries = (TagEntry(tag, self._goals(tag, articles)) for tag, articles in found.items())
        return self._parts(entries, block)

    def _goals(self, tag: str, articles: list[str]) -> tuple[str, ...]:
        if not articles or tag in self._followed:
            return (f"{paths.tag_stem(tag)}.md",)
        return tuple(articles)

    def _characters(self) -> Iterator[TagPage]:
        characters = self._store.first_characters()
        return self._parts((TagEntry(one, (paths.tags_path(paths.tag_block(one)),)) for one in characters), None)

    def _parts(self, entries: Iterable[TagEntry], block: int | None) -> Iterator[TagPage]:
        least = 0
        while self._exists(paths.tags_path(block, least + 1)):
            least += 1
        known = list(entries)
        if not known and not least:
            return
        parts = parted(known, least)
        files = tuple(paths.tags_path(block, number) for number in range(1, len(parts) + 1))
        for path, part in zip(files, parts, strict=True):
            yield TagPage(path, tuple(part), files)
