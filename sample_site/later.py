"""What became of some articles after they were published: a correction, a deletion, a rewrite, another markup."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from sample_site.records import Article, load_articles

CORRECTED, DELETED, REWRITTEN, RESTYLED = 1105917, 1105881, 1105933, 1105909
CORRECTION = "更正：本文早先的版本有一处数字写错了，现已改正，特向读者致歉。"
OTHER_TEXT = "<p>此处的文字与先前那一篇毫无关系，说的是另一件事、另一个地方和另一些人，第{number}段。</p>"


def corrected(article: Article) -> Article:
    """A sentence is added at the end."""
    return replace(article, body=f"{article.body}\n<p>　　{CORRECTION}</p>")


def rewritten(article: Article) -> Article:
    """Three tenths of the text stay; the rest is about something else."""
    text = re.sub(r"<[^>]+>|\s", "", article.body)
    kept = text[: len(text) * 3 // 10]
    other = "".join(OTHER_TEXT.format(number=number) for number in range(1, 2 + len(text) * 7 // 450))
    return replace(article, body=f"<p>{kept}</p>\n{other}")


def restyled(article: Article) -> Article:
    """The same words in other markup, pictures by another way, advertising that was not there before."""
    body = article.body.replace("-ss.jpg", "-ss.jpg?v=2&amp;t=1764000000").replace("<p>", '<p class="text">　', 1)
    body = re.sub(r"<strong>(.*?)</strong>", r"<b><span>\1</span></b>", body)
    return replace(article, body=f'{body}\n<div class="adsbygoogle"><ins data-ad-slot="7"></ins></div>')


_CHANGES: Mapping[int, Callable[[Article], Article | None]] = MappingProxyType(
    {CORRECTED: corrected, DELETED: lambda article: None, REWRITTEN: rewritten, RESTYLED: restyled}
)


def later() -> dict[int, Article | None]:
    """The articles that have changed, by id; None for the one that is not there any more."""
    return {article.id: _CHANGES[article.id](article) for article in load_articles() if article.id in _CHANGES}
