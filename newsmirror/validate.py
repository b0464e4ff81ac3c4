"""Article → the first reason not to publish it, or None. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import Enum

from newsmirror.decode import is_misread
from newsmirror.items import Article, Embed, Picture, block_lines, text_length

MIN_CHARACTERS = 10
"""Without a picture or video, less text than this is no article. The shortest of 4,491 measured has 16."""
MAX_CHARACTERS = 200_000
"""The longest of 9,598 measured has 30,428."""
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


def find_problem(article: Article, *, now: datetime) -> Problem | None:
    """The first problem of an article; *now* is aware."""
    length = text_length(article.blocks)
    seen = any(isinstance(block, Picture | Embed) for block in article.blocks)
    if not article.title:
        return Problem.NO_TITLE
    if length < MIN_CHARACTERS and not seen:
        return Problem.TOO_SHORT
    if length > MAX_CHARACTERS:
        return Problem.TOO_LONG
    if article.published > now + AHEAD:
        return Problem.FUTURE
    if article.published.year < 2001:  # the source was founded in 2001
        return Problem.TOO_OLD
    if is_misread(_texts(article)):
        return Problem.MISREAD
    return None


def _texts(article: Article) -> Iterator[str]:
    yield from (article.title, *article.authors, *article.tags, *block_lines(article.blocks))
    yield from filter(None, (article.source, article.editor, article.rights))
