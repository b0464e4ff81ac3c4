"""A page as readers see it, compared with the reference: what was kept, what was lost, what was added."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import unescape
from urllib.parse import unquote

import cmarkgfm
from cmarkgfm.cmark import Options

from benchmarks.reading import Line, Reader, Reading, squeeze
from benchmarks.reference import FIELD_LINE, link_key
from newsmirror.render import words

SUBHEAD = 40
"""Bold-only lines up to this length are sub-heads (measured on 4,491 articles)."""


@dataclass(frozen=True)
class Page:
    """The parts of a page that come from the article."""

    facts: str
    """Its line of date, category, source, authors and editor."""
    body: Reading
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """A line where the two readings differ."""

    kind: str
    lost: str
    added: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: −{self.lost!r} +{self.added!r}"


def read_page(markdown: str) -> Page:
    """A page through GitHub's renderer; the body stands between the facts and the tags or the rule."""
    html = str(cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE))
    _head, _, rest = html.partition("</h1>")
    _, facts, rest = re.split(r"</p>\n", rest, maxsplit=2)
    body, _, _ = rest.rpartition("<hr />\n<p>手机上")
    tags = re.search(r"<p>标签：(.*)</p>\n\Z", body)
    names = re.findall(r">([^<]+)</a>", tags[1]) if tags else []
    body = body[: tags.start()] if tags else body
    return Page(squeeze(re.sub("<[^>]*>", "", facts)), Reader.read(body), tuple(map(squeeze, map(unescape, names))))


def compare(source: Reading, page: Page) -> tuple[Counter[str], list[Difference]]:
    """Counts (``what:want``, ``what:kept``) and differences."""
    own = {squeeze(text) for text in words().values()}
    shown = [line for line in page.body.lines if line.text not in own]
    wanted = [line for line in source.lines if not _is_field(line, page.facts)]
    counts: Counter[str] = Counter()
    differences = [
        *_text(wanted, shown, counts),
        *_runs(wanted, shown, counts),
        *_links(wanted, shown, counts),
        *_tags(source, page, counts),
        *_pictures(source, page.body, counts),
        *_subheads(wanted, shown, counts),
        *_kinds(source, page.body, wanted, shown, counts),
    ]
    return counts, differences


def _is_field(line: Line, facts: str) -> bool:
    """Whether a credit line of the source became part of the page's line of facts."""
    names = re.split(r"(?:来源|來源|责任编辑|責任編輯):", line.text)
    return bool(FIELD_LINE.match(line.text)) and all(name in facts for name in names)


def _text(wanted: list[Line], shown: list[Line], counts: Counter[str]) -> Iterator[Difference]:
    want, have = [line.text for line in wanted], [line.text for line in shown]
    counts["text:want"] += sum(map(len, want))
    counts["text:kept"] += sum(map(len, want))
    counts["lines:want"] += len(want)
    for action, a, b, c, d in SequenceMatcher(None, want, have, autojunk=False).get_opcodes():
        counts["lines:kept"] += b - a if action == "equal" else 0
        if action != "equal":
            lost, added = _characters("".join(want[a:b]), "".join(have[c:d]))
            counts["text:kept"] -= len(lost)
            counts["foreign:kept"] += len(added)
            yield Difference("text" if lost or added else "line ends", "⏎".join(want[a:b]), "⏎".join(have[c:d]))


def _characters(want: str, have: str) -> tuple[str, str]:
    lost = added = ""
    for action, a, b, c, d in SequenceMatcher(None, want, have, autojunk=False).get_opcodes():
        if action != "equal":
            lost, added = lost + want[a:b], added + have[c:d]
    return lost, added


def _tally(name: str, want: Iterable[str], have: Iterable[str], counts: Counter[str]) -> Iterator[Difference]:
    """Count what of *want* is among *have*, and give what is on one side only."""
    wanted, found = Counter(want), Counter(have)
    counts[f"{name}:want"] += wanted.total()
    counts[f"{name}:kept"] += (wanted & found).total()
    if wanted != found:
        yield Difference(name, "⏎".join((wanted - found).elements()), "⏎".join((found - wanted).elements()))


def _runs(wanted: list[Line], shown: list[Line], counts: Counter[str]) -> Iterator[Difference]:
    """Bold runs; those that are a sub-head as a whole are counted there."""
    headings = {line.text for line in shown if "heading" in line.kinds}
    want = [run for line in wanted if line.text not in headings for run in line.strong]
    yield from _tally("bold runs", want, (run for line in shown for run in line.strong), counts)


def _links(wanted: list[Line], shown: list[Line], counts: Counter[str]) -> Iterator[Difference]:
    """Links with their text; bare addresses, which pages make links of, are left out."""

    def keys(lines: list[Line]) -> list[str]:
        pairs = [(link_key(href), text) for line in lines for href, text in line.links]
        return [f"{key} {text}" for key, text in pairs if key and not re.match("https?://", text)]

    yield from _tally("links", keys(wanted), keys(shown), counts)


def _tags(source: Reading, page: Page, counts: Counter[str]) -> Iterator[Difference]:
    """Tag links of the text, each name once; a page names them below its body."""
    hrefs = (href for line in source.lines if not FIELD_LINE.match(line.text) for href, _ in line.links)
    found = (re.search(r"^(?:https?://\w+\.secretchina\.com)?/news/(?:gb|b5)/tag/([^/?#]+)", href) for href in hrefs)
    names = dict.fromkeys(squeeze(unquote(match[1])) for match in found if match)
    yield from _tally("tag links", list(names), page.tags, counts)


def _pictures(source: Reading, page: Reading, counts: Counter[str]) -> Iterator[Difference]:
    """Pictures by address, and captions by the picture that they follow."""
    want = [re.sub("^https?:", "", image.src) for image in source.images]
    yield from _tally("pictures", want, (re.sub("^https?:", "", image.src) for image in page.images), counts)
    captions = {re.sub("^https?:", "", image.src): source.caption(image) for image in source.images}
    following = {
        re.sub("^https?:", "", image.src): page.lines[image.line].text
        for image in page.images
        if image.line < len(page.lines)
    }
    for src, caption in captions.items():
        if caption:
            counts["captions:want"] += 1
            counts["captions:kept"] += following.get(src) == caption.text
            if following.get(src) != caption.text:
                yield Difference("captions", caption.text, following.get(src, ""))


def _subheads(wanted: list[Line], shown: list[Line], counts: Counter[str]) -> Iterator[Difference]:
    """Lines that are all bold and short, or headings of the source, against headings of the page."""
    per_paragraph = Counter(line.paragraph for line in wanted)
    alone = [line for line in wanted if per_paragraph[line.paragraph] == 1 and not line.kinds - {"heading"}]
    want = [line.text for line in alone if "heading" in line.kinds or (line.bold and len(line.text) <= SUBHEAD)]
    yield from _tally("sub-heads", want, (line.text for line in shown if "heading" in line.kinds), counts)


def _kinds(
    source: Reading, page: Reading, wanted: list[Line], shown: list[Line], counts: Counter[str]
) -> Iterator[Difference]:
    """Lines of quotes, lists and tables, lines of verse, tables and embedded posts."""
    for kind, name in (("quote", "quote lines"), ("item", "list lines"), ("cell", "table lines")):
        want, have = ([line.text for line in lines if kind in line.kinds] for lines in (wanted, shown))
        yield from _tally(name, want, have, counts)
    counts["tables:want"] += source.tables
    counts["tables:kept"] += page.tables
    counts["posts:want"] += source.posts
    quotes = {line.paragraph for line in shown if "quote" in line.kinds}
    counts["posts:kept"] += min(source.posts, len(quotes))
    yield from _tally("verse lines", _verse(wanted), _verse(shown), counts)


def _verse(lines: list[Line]) -> Iterator[str]:
    """The lines of paragraphs of three lines or more, but for those with pictures."""
    per_paragraph = Counter(line.paragraph for line in lines)
    return (line.text for line in lines if per_paragraph[line.paragraph] >= 3)
