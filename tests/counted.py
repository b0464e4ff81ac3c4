"""A Scrapy extension that tells how often a run did what is dear; for test_costs.py."""

import json
import logging
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any, Self

import lxml.html
from jinja2 import Environment
from scrapy import signals
from scrapy.crawler import Crawler

from newsmirror.config import Config

logger = logging.getLogger(__name__)
DEAR: tuple[tuple[str, Any, str], ...] = (
    ("parses", lxml.html, "document_fromstring"),
    ("templates", Environment, "from_string"),
    ("configurations", Config, "from_settings"),
)
"""What is counted: under which name, and where the function is."""
OPTIONAL = {"PIL", "apprise", "httpx", "opencc", "playwright", "qrcode", "scrapy_playwright", "scrapyd", "tqdm"}
"""Packages that only some runs need."""


class Counted:
    """Counts calls from its own start on and writes them to the log as one line of JSON."""

    def __init__(self, crawler: Crawler):
        self.counts: Counter[str] = Counter({name: 0 for name, _, _ in DEAR})
        for name, place, function in DEAR:
            setattr(place, function, self._counting(name, getattr(place, function)))
        crawler.signals.connect(self.tell, signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def _counting(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def count(*words: Any, **named: Any) -> Any:
            self.counts[name] += 1
            return function(*words, **named)

        return count if name != "configurations" else staticmethod(count)

    def tell(self) -> None:
        loaded = sorted(OPTIONAL & {name.partition(".")[0] for name in sys.modules})
        logger.info("counted %s", json.dumps(self.counts))
        logger.info("loaded %s", json.dumps(loaded))
