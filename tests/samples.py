"""Small values that many tests need; every field can be changed by name."""

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from lxml import etree
from PIL import Image

from newsmirror.blocks import Addresses, parse_fragment, read_blocks
from newsmirror.items import BEIJING, Article, Block, Paragraph, Row, ScrapedArticle, Span

URL = "https://www.secretchina.com/news/gb/2021/12/17/990001.html"
WORDS = {
    "video": "视频", "audio": "音频", "post": "原帖", "members": "会员内容", "picture": "图片",
}  # fmt: skip


def article(**changes: Any) -> Article:
    """A plain article of 17 December 2021, 08:30 in Beijing."""
    plain = Article(
        id=990001,
        url=URL,
        title="河边的钟声",
        published=datetime(2021, 12, 17, 8, 30, tzinfo=BEIJING),
        date_only=False,
        category="p1",
        blocks=(Paragraph((Span("老人每天早晨到河边听钟声。"),)),),
    )
    return replace(plain, **changes)


def scraped(body: str = "<p>老人每天早晨到河边听钟声。</p>", **changes: Any) -> ScrapedArticle:
    """A scraped article around *body*."""
    plain = ScrapedArticle(
        id=990001,
        url=URL,
        title="河边的钟声",
        published=datetime(2021, 12, 17, 8, 30, tzinfo=BEIJING),
        date_only=False,
        category="p1",
        body_html=f'<div class="article_right">{body}</div>',
    )
    return replace(plain, **changes)


def row(**changes: Any) -> Row:
    """The row of an article of 17 December 2021."""
    plain = Row(
        id=990001,
        url=URL,
        path="pages/2021/12/17/990001.md",
        title="河边的钟声",
        category="p1",
        tags=(),
        published=datetime(2021, 12, 17, 0, 30, tzinfo=UTC),
        date_only=False,
        digest="d" * 64,
    )
    return replace(plain, **changes)


def blocks_of(body: str) -> tuple[Block, ...]:
    """Blocks of a body; addresses stay as they are, pictures are those of ``//img``."""
    addresses = Addresses(
        link=lambda href: href or None,
        picture=lambda src: "https:" + src if src.startswith("//img") else None,
    )
    return read_blocks(parse_fragment(body), addresses)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    """An image as a file of some kind."""
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def webp(width: int, height: int, **options: Any) -> bytes:
    """A grey WebP picture."""
    return encoded(Image.new("RGB", (width, height), "grey"), "WEBP", **options)


def paragraph(text: str, **style: Any) -> Paragraph:
    """A paragraph of one span."""
    return Paragraph((Span(text, **style),))


def shown(page: str) -> tuple[str, str]:
    """Text and bold text of HTML, both without white space."""
    root = etree.HTML(f"<div>{page}</div>")
    bold = "".join("".join(node.itertext()) for node in root.iter("strong", "b"))
    return "".join("".join(root.itertext()).split()), "".join(bold.split())
