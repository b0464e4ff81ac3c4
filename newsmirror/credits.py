"""Who wrote an article and where it comes from: names in a page's header, in its byline, in its last lines. Pure."""

import re
from collections.abc import Iterable
from functools import cache

from lxml import html

# Credits are one line, 来源 or 责任编辑 or both; longer ones are sentences of the article.
SOURCE = re.compile(
    r"^(?:责任编辑|責任編輯)?.{0,30}?(?:来源|來源)\s*[:：]\s*(?P<name>[^:：\n]{1,40}?)\s*(?=$|\n|责任编辑|責任編輯)",
    re.DOTALL,
)
EDITOR = re.compile(r"(?:责任编辑|責任編輯)\s*[:：]\s*(?P<name>\S{1,20}?)\s*(?=$|\n|来源|來源)")
CREDIT = re.compile(r"^\s*(?:来源|來源|责任编辑|責任編輯)\s*[:：]")
HEADER_AUTHOR = re.compile(r"作者\s*[:：]\s*([^\n]+)")
BYLINE = (
    r"[（(]{outlet}(?:特[约約])?[记記]者\s*(?P<names>[\u4e00-\u9fff]{{2,5}}?(?:、[\u4e00-\u9fff]{{2,5}}?)*?)"
    r"\s*(?:[综綜]合|[编編][译譯]|[采採][访訪]|[报報][导導道]|[）)])"
)
LAST_PARAGRAPHS = 6
"""How many of the last paragraphs may name source and editor."""


def paragraphs_of(body: html.HtmlElement) -> list[str]:
    """The text of each paragraph of a body that has any, as the source breaks it into lines."""
    texts = ("".join(paragraph.itertext()).strip() for paragraph in body.iter("p"))
    return [text for text in texts if text]


@cache
def _byline(outlet: str) -> re.Pattern[str]:
    return re.compile(BYLINE.format(outlet=outlet))


def authors_of(header: Iterable[str], paragraphs: list[str], *, outlet: str) -> tuple[str, ...]:
    """Names from the header, else from a byline of the site's own reporters.

    *outlet* is the pattern of what stands before 记者 in it. It stands in one of the first three paragraphs or the
    last two.
    """
    for text in header:
        if match := HEADER_AUTHOR.search(text):
            return tuple(dict.fromkeys(match[1].split()))
    for paragraph in (*paragraphs[:3], *paragraphs[3:][-2:]):
        if match := _byline(outlet).search(paragraph):
            return tuple(match["names"].split("、"))
    return ()


def source_and_editor(paragraphs: list[str]) -> tuple[str | None, str | None]:
    """The names in the last lines; where two lines name a source, the later one is the site's own."""
    lines = [text for text in paragraphs[-LAST_PARAGRAPHS:] if CREDIT.match(text) and len(text) <= 80]
    return _last(SOURCE, lines), _last(EDITOR, lines)


def _last(pattern: re.Pattern[str], lines: list[str]) -> str | None:
    return next((m["name"].strip() for m in map(pattern.search, reversed(lines)) if m), None)
