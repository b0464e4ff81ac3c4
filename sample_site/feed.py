"""The feeds of the sample site."""

from collections.abc import Sequence
from datetime import UTC
from email.utils import format_datetime
from html import escape

from sample_site.records import CATEGORIES, HOST, Article

HEAD_ITEMS = 6
"""Items in front that stand again among the latest ones."""
LATEST_ITEMS = 20


def category_feed(key: str, articles: Sequence[Article]) -> str:
    """RSS with the latest of *articles*, which come newest first."""
    latest = articles[:LATEST_ITEMS]
    items = "\n".join(map(_item, (*latest[:HEAD_ITEMS], *latest)))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<rss xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel>\n'
        f"<title>看中國 {CATEGORIES[key]} http://www.secretchina.com</title>\n<link>{HOST}</link>\n"
        f"<description>{CATEGORIES[key]}</description>\n"
        f"<copyright>Copyright @ 2002-2026, secretchina.com</copyright>\n{items}\n</channel></rss>\n"
    )


def _item(article: Article) -> str:
    moment = article.published.astimezone(UTC)
    return (
        f"<item><title>{escape(article.title)}</title><link>{article.url}</link>"
        f"<description>{escape(article.summary)}</description>"
        f"<pubDate>{format_datetime(moment, usegmt=True)}</pubDate><guid>{article.url}</guid>"
        f"<dc:creator>www.secretchina.com</dc:creator><dc:date>{moment:%Y-%m-%dT%H:%M:%SZ}</dc:date></item>"
    )
