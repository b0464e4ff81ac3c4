"""Where requests may go."""

from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from newsmirror.addresses import origin
from newsmirror.configured import config_of
from newsmirror.failures import RequestRefusedError
from newsmirror.site import Site


class AddressGate:
    """Refuses every request that does not go to the site by https, or to the configured front.

    Scrapy's own off-site filter lets ``dont_filter`` requests, robots.txt and other ports pass; this one
    sees all requests, redirects included, because it is the first of the middlewares.
    """

    def __init__(self, site: Site, front: str | None):
        self._site = site
        self._front = origin(front) if front else None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        site = getattr(crawler.spidercls, "site", None)
        if site is None:  # `scrapy shell` and `fetch` without a spider of ours
            raise NotConfigured
        return cls(site, config_of(crawler).site_url)

    def process_request(self, request: Request) -> None:
        if not self._allows(request.url):
            raise RequestRefusedError("refused", "the address is not the site's")

    def _allows(self, url: str) -> bool:
        try:
            parts, (scheme, host, port) = urlsplit(url), origin(url)
        except ValueError:
            return False
        if parts.username is not None or parts.password is not None:
            return False
        if (scheme, host, port) == self._front:
            return True
        return scheme == "https" and port == 443 and self._site.serves(host)
