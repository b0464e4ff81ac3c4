"""Whether the files of an article say the same: its line of ``data/``, its record, its page and its QR code. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from newsmirror import paths
from newsmirror.checks import goal_of
from newsmirror.hostview import Shown
from newsmirror.items import Article, Row, block_lines
from newsmirror.lists import Subject, subjects
from newsmirror.qr import shows_address
from newsmirror.script import Script, can_convert
from newsmirror.site import Site


@dataclass(frozen=True)
class Judge:
    """What pages are judged by besides themselves."""

    site: Site
    script: Script
    """The one that is set; a page in another one is no fault, because a change of the setting rewrites none."""
    prefix: str | None = None
    """Of public addresses, None where none is set."""

    def line_faults(self, row: Row, line: str, path: str) -> Iterator[str]:
        """What is wrong with a line of a file of ``data/`` by itself."""
        known = self.site.article_of(row.url)
        if row.to_json() != line:
            yield f"writes article {row.id} in another form"
        if paths.data_path(row.day) != path:
            yield f"names article {row.id}, which was published on {row.day}"
        if known is None or known[0] != row.id or self.site.article_address(*known) != row.url:
            yield f"names {row.url[:120]}, which is not the address of article {row.id}"

    def page_faults(self, row: Row, shown: Shown, article: Article | None) -> Iterator[str]:
        """Where a page does not say what the line and the record say."""
        if fault := self._text_fault(row, shown, article):
            yield fault
        if row.url not in shown.links:
            yield "does not name its source address"
        goals = {goal_of(target, row.path) for target in shown.links}
        if missing := next((places for places in map(_places, subjects(row)) if goals.isdisjoint(places)), None):
            yield f"does not link to {missing[0]}"

    def _text_fault(self, row: Row, shown: Shown, article: Article | None) -> str | None:
        """Title and text may be in any script, both in the same: a title alone may read alike in two of them."""
        title = _squeezed(next((text for level, text in shown.headings if level == 1), ""))
        unshown = None
        for script in dict.fromkeys((self.script, *Script) if can_convert() else (Script.SOURCE,)):
            if _squeezed(script.convert(row.title)) == title:
                unshown = _unshown(article, shown.text, script) if article else None
                if unshown is None:
                    return None
        return f"does not show what its record holds: {unshown}" if unshown else "has another title than data/"

    def address_faults(self, row: Row, shown: Shown, code: bytes | None) -> Iterator[str]:
        """Whether page, QR code and public address belong together."""
        picture = paths.qr_path(row.path)
        address = next((link for source, link in shown.linked if goal_of(source, row.path) == picture), None)
        if address is None or shown.links.count(address) < 2:
            yield "does not show its QR code with its address"
            return
        if self.prefix and address != paths.public_address(self.prefix, row.path, row.url):
            yield f"has the address {address[:120]}, which is not below NEWSMIRROR_PUBLIC_URL"
        elif address != row.url and not address.endswith(f"/{quote(row.path)}"):
            yield f"has the address {address[:120]}, which is not its own"
        if code is None:
            yield "has no QR code"
        elif not shows_address(code, address):
            yield f"has a QR code that is not that of {address[:120]}"


def _places(subject: Subject) -> tuple[str, ...]:
    """The lists of a subject that a page may link to: which one it is depends on when the page was made."""
    own = f"{subject.stem}.md"
    return (own, paths.tags_path(paths.tag_block(subject.key))) if subject.kind == "tag" else (own,)


def _unshown(article: Article, text: str, script: Script) -> str | None:
    """The first line of an article's text that its page does not show in its place."""
    shown, position = _squeezed(text), 0
    for line in map(script.convert, block_lines(article.blocks)):
        found = shown.find(_squeezed(line), position)
        if found < 0:
            return line[:40]
        position = found + len(_squeezed(line))
    return None


def _squeezed(text: str) -> str:
    return "".join(text.split())
