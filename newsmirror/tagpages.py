"""The index of tags: which pages a tag leads to, by its first character. Knows no git.

A tag with a page of its own is named with it; one that has too few articles for that leads to these. Tags stand on the
page of their first character's block, which every page of an article links to: it is there from the first article on,
whatever becomes of the tag.

A page names few tags, so that a new one costs the same in any archive. Where there would be more, a page leads to one
for each first character, such a one to ranges of the second character, and so on: what leads where follows from the
tags alone.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from newsmirror import paths
from newsmirror.catalog import LAST
from newsmirror.items import Row
from newsmirror.lists import PAGED, Subject, TagEntry, TagPage, parted
from newsmirror.store import Store

Exists = Callable[[str], bool]
MOST = 150
"""Tags on one page of the index."""
RANGE = 512
"""Code points of a second or later character that stand together."""


@dataclass(frozen=True, slots=True)
class Node:
    """A page of the index: the tags that begin with *prefix* and go on within a range of code points, or anyhow."""

    path: str
    prefix: str
    range: tuple[int, int] | None
    """The first and the last; nothing after the prefix counts as 0."""

    @property
    def bounds(self) -> tuple[str, str]:
        """The least text that stands here, and one behind all that does."""
        if self.range is None:
            return self.prefix, self.prefix + LAST
        first, last = self.range
        return self.prefix + (chr(first) if first else ""), self.prefix + chr(last) + LAST

    def below(self, tag: str) -> "Node":
        """The page that one of the tags here stands on where there are too many for this one."""
        following = tag[len(self.prefix) : len(self.prefix) + 1]
        number = ord(following or "\0")
        if self.range is None:
            number = number // RANGE * RANGE
            return Node(self._named(number), self.prefix, (number, number + RANGE - 1))
        return Node(self._named(number), self.prefix + following, None if following else (0, 0))

    def _named(self, number: int) -> str:
        return f"{self.path.removesuffix('.md')}/{number:x}.md"


def root_of(block: int) -> Node:
    """The page that articles link to."""
    return Node(paths.tags_path(block), "", (block, block + paths.BLOCK - 1))


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
        if touched := self._touched(changed):
            for block, tags in sorted(touched.items()):
                yield from self._pages(root_of(block), tags)
            yield from self._characters()

    def all_files(self) -> Iterator[TagPage]:
        """The whole index; nothing where there are no tags."""
        for block in dict.fromkeys(map(paths.tag_block, self._store.first_characters())):
            yield from self._pages(root_of(block), None)
        yield from self._characters()

    def _touched(self, changed: Iterable[Row]) -> dict[int, set[str]]:
        """The tags that have, or had before, too few articles for a page of their own, by their block."""
        counts = Counter(tag for row in changed for tag in row.tags)
        found: dict[int, set[str]] = {}
        for tag, count in counts.items():
            if not self._store.has_over(Subject("tag", tag), PAGED - 1 + count):
                found.setdefault(paths.tag_block(tag), set()).add(tag)
        return found

    def _pages(self, node: Node, tags: set[str] | None) -> Iterator[TagPage]:
        """The page of a node and those below that these tags touch; None: all."""
        if not self._is_parted(node):
            found = self._store.tags_between(*node.bounds, PAGED)
            entries = tuple(TagEntry(tag, self._goals(tag, articles)) for tag, articles in found.items())
            if entries or self._exists(node.path):
                yield TagPage(node.path, entries, (node.path,))
            return
        children = dict(self._children(node))
        yield TagPage(
            node.path, tuple(TagEntry(f"{least}…", (one.path,)) for one, least in children.items()), (node.path,)
        )
        touched: dict[Node, set[str]] = {}
        for tag in tags or ():
            touched.setdefault(node.below(tag), set()).add(tag)
        for child in {**children, **touched}:
            is_missing = tags is None or not self._exists(child.path)
            if is_missing or child in touched:
                yield from self._pages(child, None if is_missing else touched[child])

    def _is_parted(self, node: Node) -> bool:
        """Whether a page leads to further pages. One that has done so goes on: nothing is deleted."""
        first = next(self._children(node), None)
        return first is not None and (self._store.has_tags_over(*node.bounds, MOST) or self._exists(first[0].path))

    def _children(self, node: Node) -> Iterator[tuple[Node, str]]:
        """The pages below that have tags, each with the first of them."""
        start, end = node.bounds
        while (tag := self._store.next_tag(start, end)) is not None:
            child = node.below(tag)
            yield child, tag
            start = child.bounds[1]

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
