"""Whether lists name every article where it belongs, and nothing else. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from newsmirror import paths
from newsmirror.checks import goal_of
from newsmirror.hostview import Shown
from newsmirror.items import Row
from newsmirror.lists import FRONT_ENTRIES, NEWEST, PAGED, Subject, subjects

INDEX = re.compile(r"(?P<stem>tags/(?:all|u[0-9a-f]+/[0-9a-f]+))(?:-\d+)?(?:/[0-9a-f]+)*\.md")
"""A page of the index of tags, or one that it leads to."""
MONTH = re.compile(r"(?P<stem>.+)/(?P<month>\d{4}-\d{2})(?:-\d+)?\.md")
ALL = ""
"""Stem of what is about every article."""


class ListCheck:
    """Collects what `data/` says and what lists show, and compares them. Holds numbers only."""

    def __init__(self) -> None:
        self._tags: dict[str, str] = {}
        """Tag by the stem of its lists."""
        self._paths: dict[int, int] = {}
        """Hash of a page's path by id."""
        self._indexed: dict[str, set[int]] = defaultdict(set)
        """Hashes of where the index leads to, by the stem of its page."""
        self._wanted: dict[str, list[tuple[int, int]]] = defaultdict(list)
        """By stem: time and id of each article."""
        self._months: dict[int, str] = {}
        self._ids: dict[int, int] = {}
        """Id by the hash of a page's path."""
        self._shown: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        """By stem and month (empty: the newest): ids in the order of the list, 0 for what is no article."""

    def want(self, row: Row) -> None:
        """Take in an article that lists must name."""
        self._ids[hash(row.path)], self._paths[row.id] = row.id, hash(row.path)
        self._tags |= {Subject("tag", tag).stem: tag for tag in row.tags}
        self._months[row.id] = paths.month_of(row.day)
        for stem in (ALL, *(subject.stem for subject in subjects(row))):
            self._wanted[stem].append((int(row.published.timestamp()), row.id))

    def knows_page(self, path: str) -> bool:
        """Whether an article has its page at *path*."""
        return hash(path) in self._ids

    def take(self, path: str, shown: Shown) -> None:
        """Take in a list that stands at *path*."""
        if path == paths.HOT:
            return  # what stands there is the source's choice, or its readers'
        if match := INDEX.fullmatch(path):
            self._indexed[match["stem"]] |= {hash(goal_of(target, path)) for target in shown.links}
            return
        match = MONTH.fullmatch(path)
        stem, month = (match["stem"], match["month"]) if match else (path.removesuffix(".md"), "")
        if path == paths.FRONT:
            stem, month = ALL, ""
        ids = [self._ids.get(hash(goal_of(target, path)), 0) for target in shown.items if target]
        self._shown[stem][month] += ids

    def faults(self) -> Iterator[tuple[str, str]]:
        """Path and fault of every list that does not show what `data/` says."""
        for stem in sorted({*self._wanted, *self._shown}):
            for month, fault in self._list_faults(stem):
                yield _path_of(stem, month), fault
        yield from self._index_faults()

    def _index_faults(self) -> Iterator[tuple[str, str]]:
        """Pages of the index that miss some of their tags."""
        missing: Counter[str] = Counter()
        everything = paths.tags_path()
        for stem, tag in self._tags.items():
            page = paths.tags_path(paths.tag_block(tag))
            missing[page] += not self._is_indexed(stem, self._indexed[page.removesuffix(".md")])
            missing[everything] += hash(page) not in self._indexed[everything.removesuffix(".md")]
        for path, count in sorted(missing.items()):
            if count:
                yield path, f"does not lead to {count} of its tags"

    def _is_indexed(self, stem: str, goals: set[int]) -> bool:
        """Whether a tag is led from: to its own page, or to all of its few articles."""
        articles = {self._paths[number] for _, number in self._wanted[stem]}
        return hash(f"{stem}.md") in goals or (len(articles) < PAGED and articles <= goals)

    def _list_faults(self, stem: str) -> Iterator[tuple[str, str]]:
        wanted, shown = sorted(self._wanted.get(stem, []), reverse=True), self._shown.get(stem, {})
        if not wanted:
            for month in shown:
                yield month, "is a list of nothing that data/ names"
            return
        if stem in self._tags and not shown and len(wanted) < PAGED:
            return  # only followed tags have a page then, and which these are is the operator's choice
        most = FRONT_ENTRIES if stem == ALL else NEWEST
        parts: dict[str, list[int]] = {"": [number for _, number in wanted[:most]]}
        if stem != ALL and (stem.startswith("indexes/") or len(wanted) > NEWEST):
            for _, number in wanted:
                parts.setdefault(self._months[number], []).append(number)
        for month in sorted({*parts, *shown}):
            yield from ((month, fault) for fault in _compare(parts.get(month, []), shown.get(month)))


def _compare(wanted: list[int], shown: list[int] | None) -> Iterator[str]:
    if shown is None:
        yield f"is missing; it should name {len(wanted)} articles"
        return
    named, belonging = set(shown), set(wanted)
    if missing := [number for number in wanted if number not in named]:
        yield f"does not name article {missing[0]}" + (f" and {len(missing) - 1} more" if missing[1:] else "")
    if strange := len(named - belonging):
        yield f"names {strange} that do not belong there"
    if len(shown) > len(named):
        yield "names an article twice"


def _path_of(stem: str, month: str) -> str:
    if stem == ALL:
        return paths.FRONT
    return f"{stem}/{month}.md" if month else f"{stem}.md"
