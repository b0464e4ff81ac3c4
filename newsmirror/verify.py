"""A whole mirror as its readers have it: what is wrong with it. Reads only, and needs neither state nor settings."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from lxml import etree

from newsmirror import paths, record
from newsmirror.agreement import Judge
from newsmirror.checks import Gate, allowed_loads
from newsmirror.clone import Clone, Entry
from newsmirror.config import Config
from newsmirror.exceptions import RefusedError
from newsmirror.hostview import show
from newsmirror.items import OutputFile, Row
from newsmirror.listcheck import ListCheck
from newsmirror.moves import earlier_paths
from newsmirror.names import name_fault
from newsmirror.site import Site

FOLDERS = ("data", "feeds", "images", "indexes", "pages", "tags")
"""What this program writes besides the files at the top; what else there is belongs to the operator."""
FILES = (paths.FRONT, paths.LINKS, paths.qr_path(paths.FRONT))
MAX_ENTRIES = 1000
"""Hosts show no more names of a folder."""


class Finding(NamedTuple):
    """What is wrong with one file or folder."""

    path: str
    fault: str


def find_site(clone: Clone, sites: Iterable[Site]) -> Site:
    """The site that a mirror is of. Raises RefusedError where it is of none, or no mirror at all."""
    known = list(sites)
    for path in clone.days():
        for line in (clone.read(path) or b"").decode(errors="replace").splitlines():
            try:
                url = Row.from_json(line).url
            except ValueError:
                continue
            if found := next((site for site in known if site.article_of(url)), None):
                return found
    raise RefusedError("this is no mirror of a known site; name a folder with the data/ of one")


@dataclass
class Verifier:
    """Goes through a mirror once, article by article and then folder by folder."""

    clone: Clone
    site: Site
    config: Config
    articles: int = 0
    files: int = 0

    def __post_init__(self) -> None:
        self._judge = Judge(self.site, self.config.style.script, self.config.public_url)
        self._lists = ListCheck()
        self._seen: set[int] = set()
        self._moved: set[int] = set()
        """Hashes of the places where pages stood before."""
        self._gate = Gate(
            exists=self.clone.exists, read=self.clone.read, may_load=allowed_loads(self.config.style, self.site)
        )

    def findings(self) -> Iterator[Finding]:
        """Everything that is wrong, in the order in which it is found."""
        for day in self.clone.days():
            yield from self._day_findings(day)
        yield from self._tree_findings()
        yield from (Finding(path, fault) for path, fault in self._lists.faults())

    # Articles

    def _day_findings(self, path: str) -> Iterator[Finding]:
        content = self.clone.read(path) or b""
        for number, line in enumerate(content.decode(errors="replace").splitlines(), 1):
            try:
                row = Row.from_json(line)
            except ValueError:
                yield Finding(path, f"has a line that cannot be read, number {number}")
                continue
            if row.id in self._seen:
                yield Finding(path, f"names article {row.id}, which data/ names before")
                continue
            self._seen.add(row.id)
            self.articles += 1
            yield from (Finding(path, fault) for fault in self._judge.line_faults(row, line, path))
            yield from self._article_findings(row)

    def _article_findings(self, row: Row) -> Iterator[Finding]:
        if not row.path.startswith("pages/") or not row.path.endswith(".md") or ".." in row.path.split("/"):
            yield Finding(paths.data_path(row.day), f"names {row.path[:120]}, which is no place of a page")
            return
        self._lists.want(row)
        stored = paths.record_path(row)
        article = None
        try:
            found = record.decode(self.clone.read(stored) or b"", row)
            article = found.article
            self._moved |= set(map(hash, earlier_paths(found.notes)))
        except ValueError as error:
            yield Finding(stored, str(error))
        content = self.clone.read(row.path)
        if content is None:
            yield Finding(row.path, f"is not there; data/ names it for article {row.id}")
            return
        yield from self._gate_findings(OutputFile(row.path, content))
        shown = show(content.decode(errors="replace"))
        code = self.clone.read(paths.qr_path(row.path))
        faults = (*self._judge.page_faults(row, shown, article), *self._judge.address_faults(row, shown, code))
        yield from (Finding(row.path, fault) for fault in faults)

    def _gate_findings(self, file: OutputFile) -> Iterator[Finding]:
        return (Finding(file.path, fault) for fault in self._gate.faults(file))

    # Files and folders

    def _tree_findings(self) -> Iterator[Finding]:
        for entry in self.clone.top():
            if entry.path in FOLDERS:
                for folder, entries in self.clone.walk(entry):
                    yield from self._folder_findings(folder, entries)
            elif entry.path in FILES:
                yield from self._file_findings(entry)

    def _folder_findings(self, folder: str, entries: list[Entry]) -> Iterator[Finding]:
        if len(entries) > MAX_ENTRIES:
            yield Finding(folder, f"has {len(entries)} entries; hosts show {MAX_ENTRIES}")
        folded: set[str] = set()
        for entry in entries:
            name = entry.path.rpartition("/")[2]
            if fault := name_fault(name):
                yield Finding(entry.path, fault)
            if name.casefold() in folded:
                yield Finding(entry.path, "has a name that Windows and macOS take for that of its neighbour")
            folded.add(name.casefold())
            if not entry.is_folder:
                yield from self._file_findings(entry)

    def _file_findings(self, entry: Entry) -> Iterator[Finding]:
        content = self.clone.read(entry.path) if entry.is_file else None
        if entry.mode is None:
            yield Finding(entry.path, "is in the newest commit and not in the folder")
        elif content is None:
            yield Finding(entry.path, "is no ordinary file" if not entry.is_file else "is too large or cannot be read")
        else:
            self.files += 1
            if self.clone.has_commit and not entry.is_content(content):
                known = "differs from the newest commit" if entry.committed else "is not in the newest commit"
                yield Finding(entry.path, known)
            yield from (Finding(entry.path, fault) for fault in self._content_faults(entry.path, content))

    def _content_faults(self, path: str, content: bytes) -> Iterator[str]:
        """What is wrong with a file that no article has been judged with."""
        _folder, _, name = path.rpartition("/")
        kind = path.partition("/")[0]
        if kind == "pages":
            page = path.removesuffix(".png")
            if hash(page) in self._moved:
                yield from self._gate.faults(OutputFile(path, content)) if page == path else ()
            elif not self._lists.knows_page(page):
                yield "belongs to no article that data/ names"
        elif kind == "data" and name.endswith(".md"):
            if not name.removesuffix(".md").isdecimal() or int(name.removesuffix(".md")) not in self._seen:
                yield "belongs to no article that data/ names"
        elif kind == "data":
            if not name.endswith(".jsonl"):
                yield "is no file of a mirror"
        elif kind == "feeds":
            yield from _feed_faults(content)
        else:
            yield from self._gate.faults(OutputFile(path, content))
            if path.endswith(".md") and path != paths.LINKS:
                self._lists.take(path, show(content.decode(errors="replace")))


def _feed_faults(content: bytes) -> Iterator[str]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        yield "is no XML"
