"""Writes the newest commit of a mirror as a static site, and later only what has changed since."""

import hashlib
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from newsmirror import paths
from newsmirror.config import Config
from newsmirror.durable import writing
from newsmirror.exceptions import GitError, RefusedError
from newsmirror.git import Change, Repository
from newsmirror.outputs import outside_of, write_output
from newsmirror.pictures import read_webp
from newsmirror.search import Found, make_index
from newsmirror.site import Site
from newsmirror.state import read_rows
from newsmirror.webpage import SEARCH, STYLE, render_page, render_web_page, rewrite_feed, site_path

MARKER = ".newsmirror-site.json"
"""Says from which commit a folder was made; without it a folder is not ours to write to."""
OURS_TO_FIND = {"CNAME", "LICENSE", "README.md"}
"""What a host may have put into a new folder for a site, besides names with a dot at their start."""


@dataclass
class Written:
    """What a run of `Website.write` did; files that were there already with the same content do not count."""

    pages: int = 0
    files: int = 0
    removed: int = 0


class Website:
    """A folder that holds a mirror as a static site; its addresses are those of the tree, with ``.html``."""

    def __init__(self, repository: Repository, site: Site, config: Config, folder: Path):
        """Take a new or empty folder, or one of ours. Raises RefusedError for another."""
        self._repository, self._site, self._script = repository, site, config.style.script
        self._folder = outside_of(folder, config.repo)
        self._name = self._script.convert(f"{site.title}镜像")
        self._sizes: dict[str, tuple[int, int] | None] = {}
        self.written = Written()
        marker = self._folder / MARKER
        others = self._folder.is_dir() and {p.name for p in self._folder.iterdir() if p.name[0] != "."} - OURS_TO_FIND
        if others and not marker.exists():
            raise RefusedError(f"'{folder}' holds other files; name an empty or a new folder")

    def write(self) -> Written:
        """Bring the folder up to the newest commit."""
        tip = self._repository.tip()
        assert tip
        form = self._form()
        if self._known() == {"commit": tip, "form": form}:
            return self.written
        changes = [change for change in self._changes(tip, form) if site_path(change.path)]
        self._mark(None, form)  # until all is written, the next call begins anew
        self._write_files([change for change in changes if not change.path.endswith(".md")])
        self._write_pages([change for change in changes if change.path.endswith(".md")])
        self._write_search(tip)
        for name in (STYLE, "search.js"):
            self._write(name, _asset("site.css" if name == STYLE else name))
        self._write(".nojekyll", b"")  # hosts would leave out what begins with an underscore
        self._mark(tip, form)
        return self.written

    def _changes(self, tip: str, form: str) -> list[Change]:
        """What differs from the commit that the folder was made from; everything where that is not known."""
        known = self._known()
        if known.get("form") == form and known.get("commit"):
            try:
                return self._repository.changes(str(known["commit"]), tip)
            except GitError:
                pass
        return self._repository.changes(None, tip)

    def _form(self) -> str:
        """What pages look like: another program or another script makes all of them anew."""
        parts = sorted(entry.name for entry in files("newsmirror").joinpath("templates").iterdir())
        digest = hashlib.sha256(self._script.value.encode())
        for name in parts:
            digest.update(name.encode() + _asset(name))
        return digest.hexdigest()

    def _known(self) -> dict[str, object]:
        try:
            found = json.loads((self._folder / MARKER).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _mark(self, commit: str | None, form: str) -> None:
        write_output(self._folder, MARKER, json.dumps({"commit": commit, "form": form}).encode() + b"\n")

    # Parts

    def _write_files(self, changes: list[Change]) -> None:
        """Pictures, QR codes and feeds as they are in the tree; links in feeds lead to the site."""
        for change, content in self._contents(changes):
            path = change.path
            self.written.files += self._write(path, rewrite_feed(content) if path.endswith(".xml") else content)

    def _write_pages(self, changes: list[Change]) -> None:
        for change, content in self._contents(changes):
            path = change.path
            page = render_web_page(
                content.decode(errors="replace"), path, name=self._name, script=self._script, size=self._size,
                feed=self._feed(path),
            )  # fmt: skip
            self.written.pages += self._write(site_path(path) or path, page)

    def _contents(self, changes: list[Change]) -> Iterator[tuple[Change, bytes]]:
        """The new content of what changed; what is gone is removed."""
        for change in changes:
            if change.after is None:
                with writing("the site"):
                    (self._folder / (site_path(change.path) or change.path)).unlink(missing_ok=True)
                self.written.removed += 1
        there = [change for change in changes if change.after]
        found = self._repository.blobs(str(change.after) for change in there)
        for change, content in zip(there, found, strict=True):
            if content is not None:
                yield change, content

    def _write_search(self, tip: str) -> None:
        names = self._repository.data_names(tip)
        rows = read_rows(self._repository.blobs(f"{tip}:{name}" for name in names))
        entries = (
            Found(self._script.convert(row.title), site_path(row.path) or row.path, f"{row.day}")
            for row in sorted(rows, key=lambda row: (row.published, row.id))
        )
        for file in make_index(entries):
            self.written.files += self._write(file.path, file.content)
        self._write(SEARCH, render_page("site_search.html.j2", SEARCH, self._script, name=self._name))

    def _write(self, path: str, content: bytes) -> bool:
        return write_output(self._folder, path, content)

    def _feed(self, path: str) -> str | None:
        """The feed that has the articles of a list."""
        if path == paths.FRONT:
            feed = paths.feed_path(None)
        elif path.startswith("indexes/"):
            feed = paths.feed_path(path.removeprefix("indexes/").removesuffix(".md"))
        else:
            return None
        return feed if (self._folder / feed).is_file() else None

    def _size(self, path: str) -> tuple[int, int] | None:
        """Width and height of a picture, which stands in the folder already."""
        if path not in self._sizes:
            try:
                self._sizes[path] = measure((self._folder / path).read_bytes())
            except OSError:
                self._sizes[path] = None
        return self._sizes[path]


def measure(content: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG or WebP file, None for another."""
    if content[:8] == b"\x89PNG\r\n\x1a\n" and len(content) > 24:
        return struct.unpack(">II", content[16:24])
    try:
        return read_webp(content)
    except ValueError:
        return None


def _asset(name: str) -> bytes:
    return files("newsmirror").joinpath("templates").joinpath(name).read_bytes()
