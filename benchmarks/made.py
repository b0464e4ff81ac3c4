"""Made-up articles in any number, always the same ones: what the benchmarks of publishing build mirrors from.

Length, tags and their spread are those of real articles (about 1,700 characters in 18 paragraphs, three tags, most
tags named once or twice); the text is noise that compresses as Chinese does.
"""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import accumulate

from newsmirror.items import BEIJING, Article, Paragraph, Span
from newsmirror.site import Site

CHARACTERS = [chr(0x4E00 + 7 * number) for number in range(2500)]
WEIGHTS = list(accumulate(1 / (number + 8) for number in range(len(CHARACTERS))))
FREQUENT_TAGS = 3000
TAG_WEIGHTS = list(accumulate(1 / (number + 3) for number in range(FREQUENT_TAGS)))
LAST_DAY = date(2026, 11, 23)
NOISE = 200_000
"""Characters of the noise that paragraphs are cut from: to draw each one anew takes ten times as long."""


@dataclass(frozen=True)
class Maker:
    """Makes the articles of one archive; *size* of them are there, higher numbers come after them."""

    site: Site
    size: int
    per_day: int = 100
    paragraphs: int = 18
    characters: int = 95
    """Of a paragraph."""

    def article(self, number: int) -> Article:
        """The article with this number, from 0; higher numbers are younger."""
        source = random.Random(number)  # noqa: S311
        first_day = LAST_DAY - timedelta(days=(self.size - 1) // self.per_day)
        day = first_day + timedelta(days=number // self.per_day)
        minute = number % self.per_day * 1440 // self.per_day
        identifier = 100_000 + number
        return Article(
            id=identifier,
            url=f"https://{self.site.host}/news/gb/{day:%Y/%m/%d}/{identifier}.html",
            title=_text(source, source.randint(14, 28)),
            published=datetime(day.year, day.month, day.day, tzinfo=BEIJING) + timedelta(minutes=minute),
            date_only=False,
            category=source.choice(self.site.categories).key,
            blocks=tuple(
                Paragraph((Span(_cut(source, self.characters) + "。"),)) for _ in range(max(self.paragraphs, 1))
            ),
            source=_text(source, 4),
            tags=tuple(dict.fromkeys(self._tag(source) for _ in range(3))),
        )

    def _tag(self, source: random.Random) -> str:
        if source.random() < 0.45:
            number = source.choices(range(FREQUENT_TAGS), cum_weights=TAG_WEIGHTS)[0]
        else:
            number = FREQUENT_TAGS + source.randrange(self.size)
        return _text(random.Random(-1 - number), 2 + number % 4)  # noqa: S311


@cache
def _noise() -> str:
    return _text(random.Random(0), NOISE)  # noqa: S311


def _cut(source: random.Random, length: int) -> str:
    start = source.randrange(NOISE - length)
    return _noise()[start : start + length]


def _text(source: random.Random, length: int) -> str:
    return "".join(source.choices(CHARACTERS, cum_weights=WEIGHTS, k=length))
