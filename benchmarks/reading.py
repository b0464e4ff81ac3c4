"""A deliberately simple reading of HTML: lines of text with what stands on them, and pictures. No parser tree.

It reads what the source sent (`benchmarks.reference`) and what a renderer made of our Markdown, so that the
two can be compared. It shares no code with the package: an error there must not be repeated here.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from html.parser import HTMLParser

BLOCKS = {
    "p", "div", "center", "section", "article", "ul", "ol", "li", "table", "thead", "tbody", "tr", "td", "th", "pre",
    "blockquote", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "figure", "figcaption", "body", "iframe",
}  # fmt: skip
VOID = {"br", "img", "hr", "input", "meta", "link", "col", "source", "wbr", "area", "base", "embed"}
RAW = {"script", "style", "noscript", "template"}
KINDS = {"blockquote": "quote", "li": "item", "td": "cell", "th": "cell"} | {f"h{n}": "heading" for n in range(1, 7)}
# What nobody sees: see "Characters" in docs/quality.md. White space is not compared.
UNSEEN = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    r"\ufff9-\ufffb\ufe00-\ufe0f\U000e0000-\U000e01ef]"
)


def squeeze(text: str) -> str:
    """The characters of a text that a reader sees, without white space, in NFC."""
    return UNSEEN.sub("", unicodedata.normalize("NFC", text))


@dataclass(frozen=True)
class Line:
    """A line of text: a paragraph, or what stands between two breaks of one."""

    text: str
    kinds: frozenset[str] = frozenset()
    """What it stands in: heading, quote, item, cell."""
    paragraph: int = 0
    strong: tuple[str, ...] = ()
    """Its runs of bold text."""
    links: tuple[tuple[str, str], ...] = ()
    """Address and text of its links."""

    @property
    def bold(self) -> bool:
        """Whether all of its text is bold."""
        return "".join(self.strong) == self.text


@dataclass(frozen=True)
class Image:
    """A picture, the number of lines before it, and the paragraph it stands in."""

    src: str
    line: int
    paragraph: int


@dataclass
class Reading:
    """What a reader sees, in order."""

    lines: list[Line] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    tables: int = 0
    posts: int = 0
    """Embedded posts: quotes of a service."""

    def caption(self, image: Image) -> Line | None:
        """The line that follows a picture in its own paragraph."""
        line = self.lines[image.line] if image.line < len(self.lines) else None
        return line if line and line.paragraph == image.paragraph else None


@dataclass
class _Open:
    tag: str
    skipped: bool
    href: str | None = None


class Reader(HTMLParser):
    """Reads HTML from top to bottom. A subclass says what is skipped."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.reading = Reading()
        self._open: list[_Open] = []
        self._pieces: list[tuple[str, bool, str | None]] = []
        self._paragraph = 0
        self._breaks = 0
        """Line breaks since the last text or picture: two of them end a paragraph."""

    @classmethod
    def read(cls, text: str) -> Reading:
        reader = cls()
        reader.feed(text)
        reader.close()
        reader.end_line()
        return reader.reading

    def skips(self, _tag: str, _attributes: dict[str, str]) -> bool:
        """Whether an element is left out with all that it holds."""
        return False

    def cuts(self, _tag: str, _attributes: dict[str, str]) -> bool:
        """Whether everything up to the end of the enclosing ``div`` is left out from here on."""
        return False

    @property
    def skipping(self) -> bool:
        return any(element.skipped for element in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag in BLOCKS:
            self.end_paragraph()
        if self.cuts(tag, attributes):
            self._enclosing_div().skipped = True
        skipped = tag in RAW or self.skips(tag, attributes)
        if not skipped and not self.skipping:
            self.notice(tag, attributes)
        if tag not in VOID:
            self._open.append(_Open(tag, skipped, attributes.get("href")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)  # <div/> opens a div, as in a browser

    def notice(self, tag: str, attributes: dict[str, str]) -> None:
        """Take up an element that is not skipped."""
        if tag == "br":
            self.end_line()
            self._breaks += 1
            self._paragraph += self._breaks == 2
        elif tag == "img":
            self.end_line()
            self._breaks = 0
            self.reading.images.append(Image(attributes.get("src", ""), len(self.reading.lines), self._paragraph))
        elif tag == "table":
            self.reading.tables += 1
        elif tag == "blockquote" and re.search("twitter|instagram", attributes.get("class", "")):
            self.reading.posts += 1

    def _enclosing_div(self) -> _Open:
        return next(element for element in reversed(self._open) if element.tag == "div")

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self.end_paragraph()
        places = [index for index, element in enumerate(self._open) if element.tag == tag]
        walls = [index for index, element in enumerate(self._open) if element.tag in ("div", "td", "table")]
        if places and (tag in ("div", "td", "table") or not walls or places[-1] > walls[-1]):
            del self._open[places[-1] :]

    def handle_data(self, data: str) -> None:
        if not self.skipping and (text := squeeze(data)):
            self._breaks = 0
            tags = {element.tag for element in self._open}
            href = next((element.href for element in reversed(self._open) if element.tag == "a"), None)
            self._pieces.append((text, bool(tags & {"strong", "b"}), href))

    def end_line(self) -> None:
        text = "".join(piece[0] for piece in self._pieces)
        if text:
            kinds = frozenset(KINDS[element.tag] for element in self._open if element.tag in KINDS)
            self.reading.lines.append(Line(text, kinds, self._paragraph, self._runs(), self._links()))
        self._pieces = []

    def end_paragraph(self) -> None:
        self.end_line()
        self._paragraph += 1

    def _runs(self) -> tuple[str, ...]:
        """Bold text in runs; two that touch are one, since nobody sees where one ends."""
        runs = [""]
        for text, strong, _ in self._pieces:
            if strong:
                runs[-1] += text
            elif text:
                runs.append("")
        return tuple(filter(None, runs))

    def _links(self) -> tuple[tuple[str, str], ...]:
        found: list[tuple[str, str]] = []
        for text, _, href in self._pieces:
            if href and text:
                if found and found[-1][0] == href:
                    text = found.pop()[1] + text
                found.append((href, text))
        return tuple(found)
