"""Article → the first reason not to publish it, or None. Pure."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import Enum

from newsmirror.decode import is_misread
from newsmirror.identity import MISSING, WALL
from newsmirror.items import (
    Article,
    Block,
    Embed,
    Heading,
    ListBlock,
    MembersOnly,
    Paragraph,
    Picture,
    Quote,
    Table,
    block_lines,
    letters,
)  # fmt: skip

MIN_CHARACTERS = 10
"""Without a picture or video, less text than this is no article. The shortest of 4,491 measured has 16."""
MAX_CHARACTERS = 200_000
"""The longest of 9,598 measured has 30,428."""
MAX_TITLE = 300
"""The longest of 4,491 measured has 53."""
MAX_FIELD = 300
"""Characters of the authors together, of the source, the editor and the rights line."""
MAX_LINKS = 500
STUB_CHARACTERS = 200
"""Texts under this length are asked whether they only say why there is no text."""
MISSING_TITLE = 25
CENSOR = re.compile(
    r"法律法[规規]|相[关關][规規]定|[运運][营營]商|文明上[网網]|[网網][络絡]安全|反[诈詐]|主管部[门門]|管理部[门門]"
    r"|[无無]法[显顯]示|[无無]法[访訪][问問]|已被?[拦攔]截|已被?屏蔽|停止[访訪][问問]|您(?:所|要)?[访訪][问問]的"
)
"""What notices say where a page is blocked; a short text with as many of them as `CENSOR_WORDS` is one."""
CENSOR_WORDS = 2
AHEAD = timedelta(days=2)
"""How far a date may lie in the future: the source's zone and a wrong clock, not more."""


class Problem(Enum):
    """Why an article goes to quarantine; the value is the reason in counts and logs."""

    NO_TITLE = "no_title"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    FUTURE = "date_in_future"
    TOO_OLD = "date_before_source"
    MISREAD = "encoding"
    LONG_TITLE = "title_too_long"
    MANY_LINKS = "too_many_links"
    LONG_FIELD = "field_too_long"
    MISSING = "missing"
    STUB = "stub"


def find_problem(article: Article, *, now: datetime) -> Problem | None:
    """The first problem of an article; *now* is aware."""
    length = len(letters(article.blocks))
    seen = any(isinstance(block, Picture | Embed) for block in article.blocks)
    if not article.title:
        return Problem.NO_TITLE
    if len(article.title) > MAX_TITLE:
        return Problem.LONG_TITLE
    if length < MIN_CHARACTERS and not seen:
        return Problem.TOO_SHORT
    if length > MAX_CHARACTERS:
        return Problem.TOO_LONG
    if any(len(field or "") > MAX_FIELD for field in _fields(article)):
        return Problem.LONG_FIELD
    if article.published > now + AHEAD:
        return Problem.FUTURE
    if article.published.year < 2001:  # the source was founded in 2001
        return Problem.TOO_OLD
    if is_misread(_texts(article)):
        return Problem.MISREAD
    if len(set(_hrefs(article.blocks))) > MAX_LINKS:
        return Problem.MANY_LINKS
    return None if seen or length > STUB_CHARACTERS else _find_stub(article)


def _fields(article: Article) -> tuple[str | None, ...]:
    return "".join(article.authors), article.source, article.editor, article.rights, article.short_url


def _find_stub(article: Article) -> Problem | None:
    """Whether a short text says that the article is gone, or what a reader has to do first."""
    if len(article.title) <= MISSING_TITLE and MISSING.search(article.title):
        return Problem.MISSING
    text = "".join(block_lines(article.blocks))
    if len(text) < STUB_CHARACTERS // 2 and WALL.search(text):
        return Problem.STUB
    return Problem.STUB if len(set(CENSOR.findall(text))) >= CENSOR_WORDS else None


def _hrefs(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Paragraph(spans) | Heading(spans) | Picture(caption=spans):
                yield from (span.href for span in spans if span.href)
            case ListBlock(items):
                for item in items:
                    yield from _hrefs(item)
            case Table(rows):
                yield from (span.href for row in rows for cell in row for span in cell if span.href)
            case Quote(inner):
                yield from _hrefs(inner)
            case Embed() | MembersOnly():
                pass


def _texts(article: Article) -> Iterator[str]:
    yield from (article.title, *article.authors, *article.tags, *block_lines(article.blocks))
    yield from filter(None, (article.source, article.editor, article.rights))
