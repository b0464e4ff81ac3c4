"""Articles and lists → the Markdown of the published tree. Pure; all words are in ``templates/``.

Templates are loaded through the package, so that they work from a zipped egg as well.
"""

import re
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from newsmirror import paths
from newsmirror.items import BEIJING, BREAK, Article, Block, ListBlock, Paragraph, Picture, Quote, Span
from newsmirror.lists import OTHER, Entry, Listing
from newsmirror.markdown import destination, escape, guard_heading, render_blocks
from newsmirror.site import Site
from newsmirror.text import one_line

MIDDLE_AFTER = 3
"""The operator's middle block stands after this many paragraphs."""


@dataclass(frozen=True)
class Blocks:
    """The operator's own Markdown, empty where none is set. Trusted: it is not escaped."""

    header: str = ""
    middle: str = ""
    footer: str = ""
    links: str = ""


@dataclass(frozen=True)
class PageStyle:
    """What the operator chose for pages."""

    blocks: Blocks = Blocks()
    counter_url: str | None = None
    pictures: bool = True
    """Whether pictures are shown (from the source) or only their captions."""


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("newsmirror"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        autoescape=False,  # noqa: S701  # the output is Markdown: `escape` is its guard, HTML escapes would show
    )  # fmt: skip
    return environment.get_template(name)


@cache
def words() -> dict[str, str]:
    """The short words for readers, by key."""
    text = files("newsmirror").joinpath("templates/words.j2").read_text(encoding="utf-8")
    pairs = (line.split(": ", 1) for line in text.splitlines() if ": " in line and not line.startswith("{#"))
    return {pair[0]: pair[1] for pair in pairs}


def _render(name: str, path: str, **values: Any) -> str:
    """A template as a file: one blank line between blocks, LF at the end, no space at line ends."""
    to = partial(paths.relative, start=path)
    text = _template(name).render(to=to, **values)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"(?m)[ \t]+$", "", text)).strip("\n") + "\n"


def render_page(article: Article, *, path: str, address: str, site: Site, style: PageStyle) -> str:
    """The page of an article; *path* is its place in the tree, *address* what it is passed on by."""
    category = site.category(article.category)
    key = category.key if category else OTHER
    name = category.name if category else words()[OTHER]
    return _render(
        "article.md.j2",
        path,
        title=_heading(article.title),
        category={"name": escape(name), "path": f"{paths.category_stem(key)}.md"},
        facts=_facts(article, category.name if category else None),
        body=_body(article, style),
        tags=[{"name": escape(tag, urls=False), "path": f"{paths.tag_stem(tag)}.md"} for tag in article.tags],
        address=address,
        qr=paths.qr_path(path),
        source_address=article.url,
        rights=escape(article.rights or site.title),
        blocks=style.blocks,
        counter=style.counter_url.replace("{path}", path) if style.counter_url else None,
    )


def _heading(title: str) -> str:
    return guard_heading(escape(title, urls=False))


def _facts(article: Article, category: str | None) -> list[str]:
    """Date, category, source, author, editor: what is known of them, in this order."""
    when = article.published.astimezone(BEIJING)
    text = _template("facts.j2").render(
        when=f"{when:%Y-%m-%d}" if article.date_only else f"{when:%Y-%m-%d %H:%M}",
        category=category, source=article.source, authors=article.authors, editor=article.editor,
    )  # fmt: skip
    return [escape(line) for line in map(one_line, text.splitlines()) if line]


def _body(article: Article, style: PageStyle) -> str:
    blocks = article.blocks
    if not style.pictures:
        blocks = tuple(_caption_only(block) for block in blocks)
    parts = render_blocks(blocks, words=words())
    if style.blocks.middle:
        places = [index for index, block in enumerate(blocks, 1) if isinstance(block, Paragraph)]
        parts.insert(places[MIDDLE_AFTER - 1] if len(places) >= MIDDLE_AFTER else len(parts), style.blocks.middle)
    return "\n\n".join(parts)


def _caption_only(block: Block) -> Block:
    """A picture as its caption and a link, for operators who want no remote picture on a page."""
    if isinstance(block, Quote):
        return Quote(tuple(map(_caption_only, block.blocks)))
    if isinstance(block, ListBlock):
        return ListBlock(tuple(tuple(map(_caption_only, item)) for item in block.items), block.ordered)
    if not isinstance(block, Picture):
        return block
    link = Span(block.alt or words()["picture"], href=block.src)
    return Paragraph((link, BREAK, *block.caption) if block.caption else (link,))


def render_list(listing: Listing) -> str:
    """A category's, tag's or month's list."""
    return _render(
        "list.md.j2",
        listing.path,
        title=_heading(listing.title),
        parent={"name": escape(listing.parent[0], urls=False), "path": listing.parent[1]} if listing.parent else None,
        entries=[_entry(entry) for entry in listing.entries],
        parts=listing.parts,
        months=[{"name": name, "path": path} for name, path in listing.months],
    )


def _entry(entry: Entry) -> dict[str, str | None]:
    return {
        "day": f"{entry.day:%Y-%m-%d}",
        "title": escape(entry.title, urls=False),
        "path": entry.path,
        "category": entry.category,
    }


def render_front(*, site: Site, entries: list[Entry], categories: list[tuple[str, str]], tags: list[str]) -> str:
    """The front page; *categories* are (key, name), all with at least one article."""
    return _render(
        "readme.md.j2",
        paths.FRONT,
        site=site.title,
        entries=[_entry(entry) for entry in entries],
        categories=[{"name": escape(name), "path": f"{paths.category_stem(key)}.md"} for key, name in categories],
        tags=[{"name": escape(tag, urls=False), "path": f"{paths.tag_stem(tag)}.md"} for tag in tags],
    )


def render_links(*, site: Site, prefix: str | None, blocks: Blocks) -> str:
    """The address book."""
    address = destination(paths.public_address(prefix, paths.FRONT, "")) or None
    return _render("links.md.j2", paths.LINKS, site=site.title, host=site.host, address=address, links=blocks.links)
