"""What another publisher of the same mirror has pushed, and what of it may be taken over. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from newsmirror import paths
from newsmirror.items import Row
from newsmirror.record import decode
from newsmirror.site import Site
from newsmirror.text import one_line
from newsmirror.validate import find_problem

SEGMENT = r"[^/.\x00-\x1f\x7f\\\ud800-\udfff][^/\x00-\x1f\x7f\\\ud800-\udfff]*"
"""A name in a path: none that is hidden, none that a disk or a terminal takes for something else."""
PLACE = re.compile(
    rf"README\.md(?:\.png)?|LINKS\.md|(?:pages|images|indexes|tags|data|feeds|signed)/(?:{SEGMENT}/)*{SEGMENT}"
)
"""Where a mirror writes."""
NOTE = re.compile(rf"(?:{SEGMENT}/){{0,8}}{SEGMENT}\.(?:md|txt)|LICENSE|LICENCE|COPYING|CNAME")
"""What a person may add beside: text that no host runs. Workflows, attributes and modules are none of it."""
PAGE = re.compile(r"pages/(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*\.md")
DAY = re.compile(r"data/\d{4}/\d\d/\d\d\.jsonl")
LISTS = ("indexes/", "tags/", "feeds/", "signed/")
"""Folders of what is made from articles: it may go, and is made anew."""
MAX_BYTES = 512 * 1024
ORDINARY = "100644"
GONE = "000000"


@dataclass(frozen=True, slots=True)
class Entry:
    """One path that differs between two commits."""

    path: str
    mode: str
    """Git's mode in the newer commit; `GONE` where it is not there."""
    blob: str
    """Id of its content there."""
    size: int = 0
    """Bytes, 0 where it is gone."""


def find_strange(entries: Iterable[Entry]) -> str | None:
    """The first change that no publisher of a mirror makes, in words; None where all are fit."""
    for entry in entries:
        place = PLACE.fullmatch(entry.path)
        if not place and not NOTE.fullmatch(entry.path):
            return f"they change {shown(entry.path)}, which is outside of the mirror's folders"
        if entry.mode == GONE:
            if not entry.path.startswith(LISTS):
                return f"they delete {shown(entry.path)}"
        elif entry.mode != ORDINARY:
            return f"they make {shown(entry.path)} a link, a program or a submodule"
        elif entry.size > MAX_BYTES:
            return f"{shown(entry.path)} has over {MAX_BYTES} bytes"
    return None


def shown(path: str) -> str:
    """A path of strangers, short and on one line, for messages."""
    return re.sub(r"[^\w./~@+-]", "?", path)[:80]


def read_day(path: str, content: bytes) -> list[Row]:
    """The articles of a day's file. Raises ValueError with words where a line is not one of that day's."""
    try:
        rows = [Row.from_json(line) for line in content.decode().split("\n") if line]
        strangers = [row for row in rows if paths.data_path(row.day) != path]
    except ValueError as error:
        raise ValueError(f"{shown(path)} has a line that cannot be read") from error
    if strangers or len({row.id for row in rows}) != len(rows):
        raise ValueError(f"{shown(path)} has an article of another day, or one twice")
    return rows


def find_row_fault(row: Row, record: bytes | None, *, site: Site, now: datetime) -> str | None:
    """What is wrong with an article's line of ``data/``; *record* is its record in the same commit.

    A line names the article of its address, on the source's own host; a record is that of its line.
    """
    known = site.article_of(row.url)
    if known is None or known[0] != row.id or row.url != site.article_address(*known):
        return "it is of another site"
    if not PAGE.fullmatch(row.path):
        return "its page stands outside of pages/"
    if one_line(row.title) != row.title or not row.title or not all(_is_name(tag) for tag in row.tags):
        return "its title or tags cannot be used"
    if record is None:
        return None
    try:
        problem = find_problem(decode(record, row).article, now=now)
    except (ValueError, RecursionError):
        return "its record does not fit its line"
    return f"it is no fit article ({problem.value})" if problem else None


def _is_name(tag: object) -> bool:
    return isinstance(tag, str) and bool(tag) and one_line(tag) == tag


@dataclass(frozen=True)
class Delta:
    """What one side has changed since the newest commit that both hold."""

    commit: str
    at: datetime
    """When the commit was made; of two versions of an article the later commit's stays."""
    files: dict[str, str]
    """Path → id of the content, without the days of ``data/``."""
    rows: dict[int, Row]
    """Articles that are new or whose line has changed."""
    before: dict[int, Row]
    """The lines of the changed days as they were."""

    @property
    def owners(self) -> dict[str, int]:
        """Path → article, of the files that belong to a changed one."""
        return {path: row.id for row in self.rows.values() for path in files_of(row)}


def files_of(row: Row) -> tuple[str, ...]:
    """Page, QR code and record of an article."""
    return row.path, paths.qr_path(row.path), paths.record_path(row)


@dataclass(frozen=True)
class Choice:
    """What of ours goes on top of theirs."""

    paths: tuple[str, ...]
    """Files to take from our commit."""
    rows: tuple[Row, ...]
    """Articles of theirs that the state has to learn."""
    touched: tuple[Row, ...]
    """All that lists and days have to be made anew for, as it will be."""
    before: tuple[Row, ...]
    """The same articles as they were."""
    new: int
    updated: int
    """Articles of ours on top of theirs."""


def choose(ours: Delta, theirs: Delta) -> Choice:
    """Which side's version stays, article by article and file by file: where both changed one, the later commit's."""
    we_win = (ours.at, ours.commit) > (theirs.at, theirs.commit)
    both = {i for i in ours.rows.keys() & theirs.rows.keys() if ours.rows[i] != theirs.rows[i]}
    kept = {i: row for i, row in ours.rows.items() if we_win or i not in both}
    learned = {i: row for i, row in theirs.rows.items() if not (we_win and i in both)}
    after = learned | kept
    before = [side[i] for i in after for side in (ours.before, theirs.before, ours.rows, theirs.rows) if i in side]
    mine = [i for i, row in kept.items() if theirs.rows.get(i) != row]
    fresh = [i for i in mine if i not in ours.before and i not in theirs.rows]
    return Choice(
        paths=_choose_paths(ours, theirs, both, we_win),
        rows=tuple(learned.values()),
        touched=tuple(after.values()),
        before=tuple(row for row in dict.fromkeys(before) if after[row.id] != row),
        new=len(fresh),
        updated=len(mine) - len(fresh),
    )


def _choose_paths(ours: Delta, theirs: Delta, both: set[int], we_win: bool) -> tuple[str, ...]:
    """Files of an article go with its line; what belongs to none, and what both lines agree on, with the later side."""
    owners = theirs.owners | ours.owners

    def is_ours(path: str, blob: str) -> bool:
        owner = owners.get(path)
        if owner not in both and (owner in ours.rows) != (owner in theirs.rows):
            return owner in ours.rows or path not in theirs.files
        return we_win or (owner not in both and theirs.files.get(path, blob) == blob)

    chosen = [path for path, blob in ours.files.items() if is_ours(path, blob)]
    whole = [path for i in both if we_win for path in files_of(ours.rows[i])]
    return tuple(dict.fromkeys([*chosen, *whole]))
