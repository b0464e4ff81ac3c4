"""Our settings in a crawl: read once for each crawler, by whichever part of it asks first."""

from weakref import WeakKeyDictionary

from scrapy.crawler import Crawler

from newsmirror.config import Config

_known: "WeakKeyDictionary[Crawler, Config]" = WeakKeyDictionary()


def config_of(crawler: Crawler) -> Config:
    """The operator's choices, from the crawler's settings, which do not change any more.

    Reading them opens files and asks git for its remotes. Raises ConfigError as `Config.from_settings` does.
    """
    if crawler not in _known:
        _known[crawler] = Config.from_settings(crawler.settings)
    return _known[crawler]
