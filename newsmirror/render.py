"""Articles and lists → the Markdown of the published tree. Pure; all words are in ``templates/``.

Templates are loaded through the package, so that they work from a zipped egg as well.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from newsmirror import paths
from newsmirror.escape import escape, guard_heading
from newsmirror.hostview import shared_name
from newsmirror.items import (
    BEIJING,
    BREAK,
    Article,
    Block,
    ListBlock,
    Paragraph,
    Picture,
    Quote,
    Row,
    Span,
    StoredPicture,
)  # fmt: skip
from newsmirror.lists import OTHER, Subject, month_path
from newsmirror.markdown import render_blocks
from newsmirror.marks import NO_MARKS, Marks
from newsmirror.script import Script
from newsmirror.site import Site
from newsmirror.text import one_line

MIDDLE_AFTER = 3
"""The operator's middle block stands after this many paragraphs."""


@dataclass(frozen=True)
class Blocks:
    """The operator's own Markdown, empty where none is set. Trusted: it is neither escaped nor converted."""

    header: str = ""
    middle: str = ""
    footer: str = ""
    links: str = ""


@dataclass(frozen=True)
class PageStyle:
    """What the operator chose for pages and lists."""

    blocks: Blocks = Blocks()
    counter_url: str | None = None
    images: str = "embed"
    """``mirror``: those in the tree; ``embed``: those at the source; ``none``. The others become caption and link."""
    script: Script = Script.SOURCE
    tags: tuple[str, ...] | None = None
    """Tags to follow, None: those of the site file. See `followed_tags`."""


def followed_tags(site: Site, style: PageStyle) -> tuple[str, ...]:
    """The tags that are read at the source as lists, and that have a page of their own from the first article on."""
    return site.tags if style.tags is None else style.tags


@cache
def _template(name: str, script: Script) -> Template:
    environment = Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        autoescape=False,  # noqa: S701  # the output is Markdown: `escape` is its guard, HTML escapes would show
    )  # fmt: skip
    source, _, _ = PackageLoader("newsmirror").get_source(environment, name)
    return environment.from_string(script.convert(source))


@cache
def words() -> dict[str, str]:
    """The short words for readers, by key."""
    text = files("newsmirror").joinpath("templates/words.j2").read_text(encoding="utf-8")
    pairs = (line.split(": ", 1) for line in text.splitlines() if ": " in line and not line.startswith("{#"))
    return {pair[0]: pair[1] for pair in pairs}


@cache
def words_in(script: Script) -> dict[str, str]:
    """The short words in a script."""
    return {key: script.convert(word) for key, word in words().items()}


def render(name: str, path: str, script: Script, **values: Any) -> str:
    """A template as a file: one blank line between blocks, LF at the end, no space at line ends."""
    to = partial(paths.relative, start=path)
    text = _template(name, script).render(to=to, **values)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"(?m)(?<![ \t])[ \t]+$", "", text)).strip("\n") + "\n"


def render_page(
    article: Article,
    *,
    path: str,
    address: str,
    site: Site,
    style: PageStyle,
    pictures: Iterable[StoredPicture] = (),
    marks: Marks = NO_MARKS,
) -> str:
    """The page of an article; *path* is its place in the tree, *address* what it is passed on by.

    *pictures* are those of its pictures that are in the tree.
    """
    script = style.script
    category = site.category(article.category)
    key = category.key if category else OTHER
    name = category.name if category else words()[OTHER]
    shown = script.convert_article(article)
    return render(
        "article.md.j2",
        path,
        script,
        title=heading_of(shown.title),
        category={"name": escape(script.convert(name)), "path": f"{paths.category_stem(key)}.md"},
        facts=[escape(fact) for fact in facts(shown, script.convert(name) if category else None, script, marks)],
        body=_body(shown, style, {stored.src: paths.relative(stored.path, path) for stored in pictures}),
        tags=[_tag(name, followed_tags(site, style), script) for name in article.tags],
        neighbours=_neighbours(article, key, name, script),
        address=address,
        qr=paths.qr_path(path),
        source_address=article.url,
        gone=bool(marks.gone),
        rights=escape(shown.rights or script.convert(site.title)),
        blocks=style.blocks,
        counter=style.counter_url.replace("{path}", path) if style.counter_url else None,
    )


def render_moved(row: Row, *, path: str, style: PageStyle) -> str:
    """What stands at *path*, where an article had its page before: the way to where it has it now."""
    return render(
        "moved.md.j2",
        path,
        style.script,
        title=heading_of(style.script.convert(row.title)),
        target=row.path,
        source_address=row.url,
    )


def _tag(name: str, followed: Iterable[str], script: Script) -> dict[str, str]:
    """A tag as a link that leads somewhere at any time: to its page where it is followed, else to the index.

    The path follows from the name as the source writes it, whatever is shown.
    """
    shown = escape(script.convert(name), urls=False)
    if name in followed:
        return {"name": shown, "path": f"{paths.tag_stem(name)}.md", "anchor": ""}
    return {"name": shown, "path": paths.tags_path(paths.tag_block(name)), "anchor": anchor(script.convert(name[0]))}


def _neighbours(article: Article, key: str, category: str, script: Script) -> dict[str, str]:
    """Where an article stands between the one before it and the one after it: pages are never written again."""
    day = article.published.astimezone(BEIJING).date()
    path = month_path(Subject("category", key), paths.month_of(day))
    return {"name": escape(script.convert(category)), "path": path, "anchor": anchor(f"{day}")}


def anchor(heading: str) -> str:
    """The end of a link that leads to a heading; empty where hosts do not agree on its name."""
    name = shared_name(heading)
    return f"#{paths.encoded(name)}" if name else ""


def heading_of(title: str) -> str:
    return guard_heading(escape(title, urls=False))


def facts(article: Article, category: str | None, script: Script, marks: Marks = NO_MARKS) -> list[str]:
    """Date, category, source, author, editor, marks: what is known of them, in this order, as plain text."""
    text = _template("facts.j2", script).render(
        when=_day(article.published) if article.date_only else _time(article.published),
        category=category, source=article.source, authors=article.authors, editor=article.editor,
        updated=marks.updated and _time(marks.updated), gone=marks.gone and _day(marks.gone),
    )  # fmt: skip
    return [line for line in map(one_line, text.splitlines()) if line]


def _day(time: datetime) -> str:
    """The day in the source's zone, as all times that readers see."""
    return f"{time.astimezone(BEIJING):%Y-%m-%d}"


def _time(time: datetime) -> str:
    return f"{time.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def _body(article: Article, style: PageStyle, pictures: Mapping[str, str]) -> str:
    blocks = article.blocks
    words = words_in(style.script)
    if style.images != "embed":
        shown = pictures if style.images == "mirror" else {}
        blocks = tuple(_with_pictures(block, shown, words) for block in blocks)
    parts = render_blocks(blocks, words=words)
    if style.blocks.middle:
        places = [index for index, block in enumerate(blocks, 1) if isinstance(block, Paragraph)]
        parts.insert(places[MIDDLE_AFTER - 1] if len(places) >= MIDDLE_AFTER else len(parts), style.blocks.middle)
    return "\n\n".join(parts)


def _with_pictures(block: Block, shown: Mapping[str, str], words: Mapping[str, str]) -> Block:
    """A picture with the address it is *shown* from; as its caption and a link to the source where it has none."""
    match block:
        case Quote(inner):
            return Quote(tuple(_with_pictures(part, shown, words) for part in inner))
        case ListBlock(items, ordered):
            parts = tuple(tuple(_with_pictures(part, shown, words) for part in item) for item in items)
            return ListBlock(parts, ordered)
        case Picture(src, alt, caption) if src not in shown:
            link = Span(alt or words["picture"], href=src)
            return Paragraph((link, BREAK, *caption) if caption else (link,))
        case Picture(src):
            return replace(block, src=shown[src])
    return block
