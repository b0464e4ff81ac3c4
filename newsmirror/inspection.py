"""The gate of a run: judges its files by the tree that will be there after the commit."""

from dataclasses import replace

from newsmirror import paths
from newsmirror.checks import MAX_BYTES, Gate, allowed_loads, block_faults
from newsmirror.config import Config
from newsmirror.exceptions import RefusedError
from newsmirror.items import OutputFile, Page, Row
from newsmirror.listpages import render_list
from newsmirror.lists import NEWEST, OTHER, Entry, Listing, Subject, month_path
from newsmirror.render import followed_tags
from newsmirror.site import Site
from newsmirror.stage import Stage

SAMPLE_DAY = {"year": "2026", "month": "11", "day": "23", "id": "1106001", "category": "p1"}


class Inspector:
    """Says which files of a run are fit to be published; writes nothing."""

    def __init__(self, config: Config, site: Site, stage: Stage):
        self._config, self._site, self._stage = config, site, stage
        self._fit: set[str] = set()
        """Paths of files by themselves that are judged already."""
        self._gate = Gate(exists=self._is_there, read=self._read, may_load=allowed_loads(config.style, site))

    def check_blocks(self) -> None:
        """Refuse operator's blocks that load or link to what is not there: every page would carry them.

        Raises RefusedError with the block's name; what needs no tree to be judged by, `Config` has refused.
        """
        page = self._config.page_path.format(**SAMPLE_DAY)
        always = {paths.FRONT, paths.LINKS}
        gate = replace(self._gate, exists=lambda goal: goal in always or self._is_there(goal))
        blocks = self._config.style.blocks
        places = {"header": page, "middle": page, "footer": page, "links": paths.LINKS}
        for name, path in places.items():
            if fault := next(block_faults(getattr(blocks, name), path, gate), None):
                raise RefusedError(f"NEWSMIRROR_BLOCKS holds {name}.md, which {fault}; correct the block")

    def fault(self, file: OutputFile) -> str | None:
        """What is wrong with a file, None where it is fit."""
        fault = self._gate.fault(file)
        (self._fit.discard if fault else self._fit.add)(file.path)
        return fault

    def page_fault(self, page: Page) -> str | None:
        """What is wrong with a page or with the line that lists will have for it, None where both are fit."""
        row = Row.of(page)
        coming = {paths.FRONT, paths.LINKS, *self._lists_of(row), *(file.path for file in page.files())}
        gate = replace(self._gate, exists=lambda goal: goal in coming or self._is_there(goal))
        text, _, *pictures = page.files()
        if fault := next(filter(None, map(gate.fault, (text, *pictures))), None):
            return fault
        listing = Listing("indexes/other.md", OTHER, (Entry.of(row),))
        line = render_list(listing, style=self._config.style).encode()
        fault = gate.fault(OutputFile(listing.path, line))
        return f"in lists {fault}" if fault else None

    def other_faults(self, rows: list[Row]) -> list[str]:
        """What is wrong with the files written for these rows besides what is judged, each with its path."""
        judged = self._fit.union(row.path for row in rows)
        listed = dict.fromkeys(path for row in rows for path in self._lists_of(row))
        missing = [f"{path}, which is not there," for path in listed if not self._stage.exists(path)]
        files = (self._unjudged(file) for file in self._stage.files() if file.path not in judged)
        return missing + [f"{file.path}, which {fault}," for file in files if (fault := self._gate.fault(file))]

    def _unjudged(self, file: OutputFile) -> OutputFile:
        """A list without the entries that the newest commit has: they were judged when they were new."""
        old = self._stage.committed(file.path) if file.path.startswith(("indexes/", "tags/")) else None
        if old is None or file.content.count(b"\n- ") > NEWEST or len(file.content) > MAX_BYTES:
            return file
        known = set(filter(_is_entry, _pieces(old)))
        return replace(file, content=b"\n".join(piece for piece in _pieces(file.content) if piece not in known))

    def _lists_of(self, row: Row) -> list[str]:
        """The lists that an article's page links to; each stands in the tree when the article does."""
        category = Subject("category", row.category or OTHER)
        followed = followed_tags(self._site, self._config.style)
        tags = [
            f"{paths.tag_stem(tag)}.md" if tag in followed else paths.tags_path(paths.tag_block(tag))
            for tag in row.tags
        ]
        return [f"{category.stem}.md", month_path(category, paths.month_of(row.day)), *tags]

    def _is_there(self, path: str) -> bool:
        return _is_inside(path) and self._stage.exists(path)

    def _read(self, path: str) -> bytes | None:
        return self._stage.read(path) if _is_inside(path) else None


def _pieces(content: bytes) -> list[bytes]:
    """A list line by line; of a line with several links, each by itself."""
    return content.replace(b" | ", b"\n").split(b"\n")


def _is_entry(piece: bytes) -> bool:
    return piece.startswith((b"- ", b"[")) and piece.endswith(b")")


def _is_inside(path: str) -> bool:
    """Whether a path stays in the tree: git would take one that does not for something else."""
    return not path.startswith(("../", "/")) and path not in ("..", ".")
