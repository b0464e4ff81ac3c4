"""Markdown → what a code host shows of it. Pure.

A host's own renderer reads the text, so that there is no second opinion on what is a link, a heading or markup.
What hosts then do to the HTML follows their published filters: html-pipeline's allow-list, which GitHub and GitLab
share but for details, and the rules by which both name headings.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from lxml import html

from newsmirror.gfm import render_gfm

HOST_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt", "em", "figcaption",
    "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q",
    "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "summary", "sup", "table", "tbody",
    "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var",
}  # fmt: skip
"""What hosts show of raw HTML. Other tags are dropped and their text stays, or they stand there as text."""
HIDING = {"style", "class", "hidden", "aria-hidden"}
"""Attributes that hide things elsewhere and that hosts drop: what they hide would show."""
LOADING = {"background", "poster", "data", "action", "formaction", "ping"}
"""Attributes that hosts drop and that make a clone's viewer ask another host."""
FRAME = re.compile(r"(?i)<(?:html|head|body)\b")
"""Tags that a parser of HTML takes for its own."""
COMMENT = re.compile(r"<!--.*?(?:-->|(\Z))", re.DOTALL)
"""A comment without end is one match, too: many of them are not searched to the end of the page each."""
HEADING = re.compile(r"h[1-6]")


@dataclass(frozen=True)
class Shown:
    """A Markdown file as a host shows it."""

    blocks: tuple[str, ...]
    """The tags of its top level, in order."""
    headings: tuple[tuple[int, str], ...]
    """Level and text of each heading, in order, wherever it stands."""
    links: tuple[str, ...]
    loads: tuple[str, ...]
    """Addresses of pictures, which the reader's browser asks for by itself."""
    linked: tuple[tuple[str, str], ...]
    """Address of each picture inside of a link, with the address that the link leads to."""
    names: frozenset[str]
    """Anchors that the file sets itself."""
    items: tuple[str, ...]
    """First link of each entry of the lists at the top level, empty where it has none."""
    faults: tuple[str, ...]
    """Markup that hosts do not show as it is meant."""
    last: str
    """Text of the last block."""
    text: str
    """All text, as it stands in the HTML."""

    @cached_property
    def anchors(self) -> frozenset[str]:
        """What a link after # can name, on GitHub and on GitLab alike."""
        texts = [text for _, text in self.headings]
        github, gitlab = ({*_numbered(map(name, texts))} for name in (_github_name, _gitlab_name))
        return self.names | (github & gitlab)


@dataclass(frozen=True)
class _Element:
    tag: str
    node: html.HtmlElement

    @property
    def text(self) -> str:
        return "".join(self.node.itertext()).strip()


@lru_cache(maxsize=2)  # of one file, the gate and other checks ask one after the other
def show(markdown: str) -> Shown:
    """What hosts show of a Markdown file."""
    page = render_gfm(markdown)
    root = html.fragment_fromstring(page, create_parent="div", parser=html.HTMLParser(huge_tree=True))
    elements = [_Element(node.tag, node) for node in root.iterdescendants() if isinstance(node.tag, str)]
    top = [element for element in elements if element.node.getparent() is root]
    anchors = [element.node for element in elements if element.tag == "a"]
    return Shown(
        blocks=tuple(element.tag for element in top),
        headings=tuple((int(e.tag[1]), e.text) for e in elements if HEADING.fullmatch(e.tag)),
        links=tuple(node.get("href", "") for node in anchors if "href" in node.attrib),
        loads=tuple(_loads(elements)),
        linked=tuple((image.get("src", ""), node.get("href", "")) for node in anchors for image in node.iter("img")),
        names=frozenset(name for node in anchors for name in (node.get("name"), node.get("id")) if name),
        items=tuple(next((a.get("href", "") for a in li.iter("a")), "") for li in root.xpath("./ul/li | ./ol/li")),
        faults=tuple(dict.fromkeys([*_swallowing(page), *_markup_faults(elements)])),
        last=top[-1].text if top else "",
        text="".join(root.itertext()),
    )


def _loads(elements: list[_Element]) -> Iterator[str]:
    for element in elements:
        if element.tag == "img":
            yield element.node.get("src", "")
            for candidate in filter(str.strip, element.node.get("srcset", "").split(",")):
                yield candidate.split()[0]


def _unless_open(comment: re.Match[str]) -> str:
    """Nothing in the place of a comment, and all of one without end."""
    return comment[0] if comment[1] is not None else ""


def _swallowing(page: str) -> Iterator[str]:
    """What takes the rest of a page away."""
    if match := re.search(r"<[!?]\S{0,10}", COMMENT.sub(_unless_open, page)):
        yield f"holds {match[0]}, behind which hosts show nothing or something else"
    for tag in FRAME.findall(page):
        yield f"holds {tag.lower()}>, which hosts do not show"


def _markup_faults(elements: list[_Element]) -> Iterator[str]:
    for element in elements:
        if element.tag not in HOST_TAGS:
            yield f"holds <{element.tag}>, which hosts do not show"
        for name in map(str, element.node.attrib):
            if name in HIDING:
                yield f"holds <{element.tag} {name}>: hosts drop the attribute, and what it hides would show"
            elif name.startswith("on") or name in LOADING:
                yield f"holds <{element.tag} {name}>, which hosts drop"


def _github_name(heading: str) -> str:
    """https://github.com/gjtorikian/html-pipeline: lower case, no punctuation, spaces become hyphens."""
    kept = (character for character in heading.lower() if character in "- " or _is_word(character))
    return "".join(kept).replace(" ", "-")


def github_names(headings: Iterable[str]) -> Iterator[str]:
    """The anchors that GitHub gives to headings with these texts, in order."""
    return _numbered(map(_github_name, headings))


def _gitlab_name(heading: str) -> str:
    """GitLab's string_to_anchor: like GitHub, with one hyphen in a row, and never digits alone."""
    name = re.sub("-{2,}", "-", _github_name(heading))
    return f"anchor-{name}" if name.isdecimal() else name


def shared_name(heading: str) -> str:
    """The anchor that the first heading with this text has on GitHub and on GitLab alike, empty where they differ."""
    name = _github_name(heading)
    return name if name == _gitlab_name(heading) else ""


def _is_word(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LM" or category in ("Nd", "Pc")


def _numbered(names: Iterable[str]) -> Iterator[str]:
    """Names of which the second of its kind ends with -1, the third with -2."""
    seen: Counter[str] = Counter()
    for name in names:
        yield f"{name}-{seen[name]}" if seen[name] else name
        seen[name] += 1
