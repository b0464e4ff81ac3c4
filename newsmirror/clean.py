"""Scraped article → article: the source's junk out, the author's text as blocks. Pure."""

import re
from collections.abc import Iterable

from lxml import html

from newsmirror.blocks import Addresses, parse_fragment, read_blocks, remove, replace_with_mark
from newsmirror.credits import CREDIT
from newsmirror.exceptions import LayoutError
from newsmirror.guard import selector
from newsmirror.headings import with_headings
from newsmirror.items import (
    Article,
    Block,
    Embed,
    Heading,
    Paragraph,
    ScrapedArticle,
    plain_text,
)  # fmt: skip
from newsmirror.links import picture_address, public_link
from newsmirror.site import Junk, Site
from newsmirror.text import one_line

# (视频), (图/视频), （组图视频）, (音频/图), (录音): notes of the editors; 222 of 4,491 titles have one on a video.
MEDIA = re.compile(r"[（(]((?:组图|組圖|图|圖|视频|視頻|音频|音頻|录音|錄音|[/／、\s])+)[)）]")
MAX_TAGS = 30
"""The normal maximum is 5; four of 4,491 articles have 6."""
MAX_TAG_CHARACTERS = 500
"""More is no name: a broken link that holds text."""


def clean_article(scraped: ScrapedArticle, *, site: Site, members_only: str) -> Article:
    """The article without what the source put around it.

    *members_only* is ``teaser`` (the part for paying members is left out and marked) or ``full``.
    Raises LayoutError where the article has no date at all: it could not be given a place in the tree.
    """
    if scraped.published is None:
        raise LayoutError("neither the page nor its address says when it was published")
    root = parse_fragment(scraped.body_html)
    had_video = _remove_junk(root, site.junk, members_only)
    addresses = Addresses(
        link=lambda href: public_link(href, scraped.url, site),
        picture=lambda src: picture_address(src, scraped.url, site),
    )
    blocks = _without_lines(read_blocks(root, addresses), site.junk, scraped)
    blocks = (*_announced(scraped, had_video, blocks), *blocks)
    return Article(
        id=scraped.id, url=scraped.url, title=one_line(scraped.title), published=scraped.published,
        date_only=scraped.date_only, category=scraped.category, blocks=with_headings(blocks),
        authors=tuple(filter(None, map(one_line, scraped.authors))), source=_name(scraped.source),
        editor=_name(scraped.editor), short_url=scraped.short_url,
        tags=_tags(scraped.tags), rights=_name(scraped.rights),
    )  # fmt: skip


def _tags(names: Iterable[str]) -> tuple[str, ...]:
    """The first names that can be tags, each once: an article cannot fill the tree with lists."""
    found = dict.fromkeys(name for name in map(one_line, names) if name and len(name) <= MAX_TAG_CHARACTERS)
    return tuple(found)[:MAX_TAGS]


def _announced(scraped: ScrapedArticle, had_video: bool, blocks: tuple[Block, ...]) -> tuple[Embed, ...]:
    """Links to the article at the source for each player that its title or page announces and its body lacks."""
    named = "".join(MEDIA.findall(scraped.title))
    found = {block.media for block in blocks if isinstance(block, Embed)}
    wanted = {"video": had_video or "视频" in named or "視頻" in named, "audio": bool(re.search("[音录錄]", named))}
    return tuple(
        Embed(scraped.url, media) for media in ("video", "audio") if wanted[media] and (media not in found or had_video)
    )


def _name(text: str | None) -> str | None:
    return one_line(text or "") or None


def _remove_junk(root: html.HtmlElement, junk: Junk, members_only: str) -> bool:
    """Take the site's junk out of the tree; True where a video player stood in it."""
    for email in selector(".//*[@data-cfemail]")(root):
        email.text = _decode_email(email.get("data-cfemail") or "") or email.text
    for expression in junk.elements:
        for node in selector(expression)(root):
            remove(node)
    for start in selector(junk.tail)(root):
        for node in [*start.itersiblings()]:
            node.getparent().remove(node)
        start.tail = None
        remove(start)
    for node in selector(junk.members_only)(root) if members_only == "teaser" else ():
        replace_with_mark(node)
    players = selector(junk.video)(root)
    for node in players:
        remove(node)
    return bool(players)


def _decode_email(code: str) -> str | None:
    """The address that Cloudflare hid: hex, the first byte XORed with each of the others."""
    try:
        key, *rest = bytes.fromhex(code)
        return bytes(byte ^ key for byte in rest).decode()
    except ValueError:
        return None


def _without_lines(blocks: tuple[Block, ...], junk: Junk, scraped: ScrapedArticle) -> tuple[Block, ...]:
    """Blocks without the site's own lines, and without the credit lines that became fields."""
    patterns = [re.compile(line) for line in junk.lines]
    fields = ["".join(name.split()) for name in (scraped.source, scraped.editor) if name]

    def is_junk(block: Block) -> bool:
        if not isinstance(block, Paragraph | Heading):
            return False
        text = plain_text(block.spans)
        credit = CREDIT.match(text) and any(name in "".join(text.split()) for name in fields)
        return bool(credit) or any(pattern.search(text) for pattern in patterns)

    return tuple(block for block in blocks if not is_junk(block))
