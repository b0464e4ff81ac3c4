"""The gate: what is wrong with a file that is about to be committed, as the host will show it. Pure."""

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import unquote, urlsplit

from newsmirror.hostview import Shown, show
from newsmirror.items import OutputFile
from newsmirror.lists import NEWEST
from newsmirror.pictures import find_picture_fault
from newsmirror.render import PageStyle
from newsmirror.site import Site

MAX_BYTES = 512 * 1024
"""Hosts stop showing Markdown somewhere above this."""
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]|\ufeff")
LISTS = ("indexes/", "tags/")
"""Where a heading may stand on a further part of a list, or not yet: a link that misses it leads to the list's head."""
FOLLOWING = "a paragraph that follows"


@dataclass(frozen=True)
class Gate:
    """What files are judged by: the tree that they will stand in, and what the operator asked for."""

    exists: Callable[[str], bool]
    """Whether a path of the tree will be there after the commit."""
    read: Callable[[str], bytes | None] = lambda path: None
    """Content of a file of the tree, None where it cannot be told yet: then its anchors are not judged."""
    may_load: Callable[[str | None], bool] = lambda host: False
    """Whether pages may load pictures from a host."""

    def faults(self, file: OutputFile) -> Iterator[str]:
        """Everything that is wrong with a file, each a short phrase; none where it is fit to be published."""
        if len(file.content) > MAX_BYTES:
            yield f"has over {MAX_BYTES} bytes"
        elif file.path.startswith("images/"):
            yield from filter(None, [find_picture_fault(file)])
        elif file.path.endswith(".md"):
            try:
                text = file.content.decode()
            except UnicodeDecodeError:
                yield "is not UTF-8"
            else:
                yield from self._text_faults(text, file.path)

    def fault(self, file: OutputFile) -> str | None:
        """The first fault of a file."""
        return next(self.faults(file), None)

    def _text_faults(self, text: str, path: str) -> Iterator[str]:
        if CONTROLS.search(text):
            yield "holds a control character"
        shown = show(text)
        if path.startswith("data/"):
            if shown.blocks != ("pre",):
                yield "is more than one block of code"
            return
        yield from shown.faults
        yield from _heading_faults(shown)
        if not path.startswith("pages/") and len(shown.items) > NEWEST:
            yield f"has a list of over {NEWEST} entries"
        yield from self.target_faults(shown, path)

    def target_faults(self, shown: Shown, path: str) -> Iterator[str]:
        """What is wrong with the links and pictures of a file that stands at *path*."""
        for target in dict.fromkeys(shown.loads):
            if fault := self._load_fault(target, path):
                yield fault
        for target in dict.fromkeys(shown.links):
            if fault := self._link_fault(target, path, shown):
                yield fault

    def _load_fault(self, target: str, path: str) -> str | None:
        scheme, host = _parts(target)
        if scheme == "http":
            return f"loads {_short(target)} without encryption"
        if host:
            return None if self.may_load(host) and scheme else f"loads {_short(target)} from another host"
        if scheme is not None or not target:
            return f"loads {_short(target)}, which hosts do not show"
        goal = goal_of(target, path)
        return None if self.exists(goal) else f"loads {_short(goal)}, which is not in the tree"

    def _link_fault(self, target: str, path: str, shown: Shown) -> str | None:
        scheme, host = _parts(target)
        if scheme in ("http", "https") and host:
            return None
        if scheme == "mailto":
            return None
        if scheme is not None:
            return f"links to {_short(target)}, which hosts do not allow"
        if host or target.startswith(("/", "\\")):
            return f"links to {_short(target)}, which is neither relative nor begins with https://"
        place, _, anchor = target.partition("#")
        goal = goal_of(place, path) if place else path
        if place and not self.exists(goal):
            return f"links to {_short(goal)}, which is not in the tree"
        if not anchor or not goal.endswith(".md") or (goal != path and goal.startswith(LISTS)):
            return None
        anchors = shown.anchors if goal == path else self._anchors(goal)
        if anchors is None or unquote(anchor) in anchors:
            return None
        place = _short(f"{goal}#{unquote(anchor)}")
        return f"links to {place}, which is no heading there on GitHub and GitLab alike"

    def _anchors(self, goal: str) -> frozenset[str] | None:
        content = self.read(goal)
        return None if content is None else show(content.decode(errors="replace")).anchors


def block_faults(block: str, path: str, gate: Gate) -> Iterator[str]:
    """What is wrong with a block of the operator's that stands somewhere in the file at *path*."""
    shown = show(f"# x\n\n{block}\n\n{FOLLOWING}\n")
    if shown.blocks[-1:] != ("p",) or shown.last != FOLLOWING:
        yield "does not close a comment, code or tag that it opens"
    yield from shown.faults
    yield from _heading_faults(shown)
    yield from gate.target_faults(shown, path)


def allowed_loads(style: PageStyle, site: Site) -> Callable[[str | None], bool]:
    """The hosts that pages may load pictures from: the counter's, and the source's where pictures stay there."""
    counter = urlsplit(style.counter_url or "").hostname
    return lambda host: bool(host) and (host == counter or (style.images == "embed" and site.is_picture_host(host)))


def _heading_faults(shown: Shown) -> Iterator[str]:
    if shown.blocks[:1] != ("h1",):
        yield "does not begin with a heading of the first level"
    levels = [level for level, _ in shown.headings]
    if levels.count(1) > 1:
        yield f"has {levels.count(1)} headings of the first level"
    for above, below in pairwise(levels):
        if below > above + 1:
            yield f"goes from a heading of level {above} to one of level {below}"


def _short(text: str) -> str:
    """An address as it stands in a message: not too long, and nothing that a terminal obeys."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text[:120])


def _parts(target: str) -> tuple[str | None, str | None]:
    """Scheme and host of an address as browsers read it; scheme "?" where they cannot."""
    try:
        parts = urlsplit(target)
        return parts.scheme or None, parts.hostname
    except ValueError:
        return "?", None


def goal_of(target: str, path: str) -> str:
    """The path in the tree that a relative link in the file at *path* leads to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(urlsplit(target).path)))
