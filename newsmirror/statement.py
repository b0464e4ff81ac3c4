"""What a publisher signs: one small text that a whole mirror follows from. Pure.

The head are comment lines to ``sha256sum``, the rest names the lists of hashes at the top, see `manifests`.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from newsmirror.items import stamp
from newsmirror.manifests import encode_manifest, is_own, parse_manifest
from newsmirror.site import Site

TITLE = "# newsmirror statement 1"
MAX_BYTES = 64 * 1024
HEAD = re.compile(
    r"""\# \ newsmirror \ statement \ 1 \n
    \# \ site: \ (?P<site>[a-z0-9_]{1,40}) \n
    \# \ source: \ (?P<source>https://[a-z0-9.-]{1,100}/) \n
    \# \ number: \ (?P<number>[1-9][0-9]{0,11}) \n
    \# \ time: \ (?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) \n
    \# \ expires: \ (?P<expires>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) \n
    \# \ articles: \ (?P<articles>0|[1-9][0-9]{0,11}) \n
    \# \ files: \ (?P<files>0|[1-9][0-9]{0,11}) \n
    (?P<previous>(?:\# \ previous: \ [0-9a-f]{64}\n){0,2})
    \# \ tree: \ (?P<tree>[0-9a-f]{40}(?:[0-9a-f]{24})?) \n
    \# \ content: \ (?P<content>[0-9a-f]{768}) \n""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class About:
    """What a statement says besides the files."""

    site: str
    source: str
    """Where the articles come from; never the front that they were fetched through."""
    when: datetime
    articles: int

    @classmethod
    def of(cls, site: Site, when: datetime, articles: int) -> "About":
        return cls(site.name, f"https://{site.host}/", when, articles)


@dataclass(frozen=True)
class Statement:
    """What one commit of a mirror holds, who it is of and what it follows."""

    site: str
    source: str
    number: int
    """One more than that of the statement before."""
    time: datetime
    expires: datetime
    """After this time the absence of a newer statement is itself suspicious."""
    articles: int
    files: int
    """Ordinary files outside of `manifests.FOLDER`."""
    previous: tuple[str, ...]
    """Digests of the statements that this one follows: none for the first, two where two publishers were joined."""
    tree: str
    """Git's id of the tree without `manifests.FOLDER`."""
    content: str
    """The `treehash` of the files."""
    manifests: Mapping[str, str]
    """The lists of hashes at the top, path → SHA-256."""

    def encode(self) -> bytes:
        """The bytes that are signed."""
        head = [TITLE, f"# site: {self.site}", f"# source: {self.source}", f"# number: {self.number}"]
        head += [f"# time: {stamp(self.time)}", f"# expires: {stamp(self.expires)}"]
        head += [f"# articles: {self.articles}", f"# files: {self.files}"]
        head += [f"# previous: {digest}" for digest in self.previous]
        head += [f"# tree: {self.tree}", f"# content: {self.content}"]
        return "".join(f"{line}\n" for line in head).encode() + encode_manifest(self.manifests)

    @property
    def digest(self) -> str:
        """The name by which the next statement calls this one."""
        return hashlib.sha256(self.encode()).hexdigest()


def decode(content: bytes) -> Statement:
    """Read a statement. Raises ValueError for anything that `Statement.encode` does not write."""
    if len(content) > MAX_BYTES:
        raise ValueError("no statement of this program")
    words = content.decode()
    head = HEAD.match(words)
    if head is None:
        raise ValueError("no statement of this program")
    statement = Statement(
        site=head["site"], source=head["source"], number=int(head["number"]),
        time=_time(head["time"]), expires=_time(head["expires"]),
        articles=int(head["articles"]), files=int(head["files"]),
        previous=tuple(re.findall("[0-9a-f]{64}", head["previous"])),
        tree=head["tree"], content=head["content"], manifests=parse_manifest(words[head.end() :].encode()),
    )  # fmt: skip
    if statement.encode() != content or not all(map(is_own, statement.manifests)):
        raise ValueError("no statement of this program")
    return statement


def _time(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
