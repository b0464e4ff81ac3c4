"""Downloader middlewares: where requests may go, and the front that stands for the site."""

from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response

from newsmirror.config import Config
from newsmirror.site import Site
from newsmirror.spider import DEAD

HOST_KEY = "newsmirror_host"
"""Key of request.meta: the site's host whose page the front is asked for."""


def _origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port of an address. Raises ValueError for a port that is none."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)


class AddressGate:
    """Refuses every request that does not go to the site by https, or to the configured front.

    Scrapy's own off-site filter lets ``dont_filter`` requests, robots.txt and other ports pass; this one
    sees all requests, redirects included, because it is the first of the middlewares.
    """

    def __init__(self, crawler: Crawler, site: Site, front: str | None):
        self._crawler = crawler
        self._site = site
        self._front = _origin(front) if front else None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        site = getattr(crawler.spidercls, "site", None)
        if site is None:  # `scrapy shell` and `fetch` without a spider of ours
            raise NotConfigured
        return cls(crawler, site, Config.from_settings(crawler.settings).site_url)

    def process_request(self, request: Request) -> None:
        if getattr(self._crawler.spider, "source_is_dead", False):
            raise IgnoreRequest(DEAD)
        if not self._allows(request.url):
            raise IgnoreRequest("the address is not the site's")

    def _allows(self, url: str) -> bool:
        try:
            parts, origin = urlsplit(url), _origin(url)
        except ValueError:
            return False
        if parts.username is not None or parts.password is not None:
            return False
        if origin == self._front:
            return True
        scheme, host, port = origin
        return scheme == "https" and port == 443 and (self._site.is_own_host(host) or self._site.is_picture_host(host))


class Front:
    """Sends the site's requests to `NEWSMIRROR_SITE_URL`, path kept, and gives answers their canonical address back."""

    def __init__(self, site: Site, front: str):
        self._site = site
        self._front = front

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        site = getattr(crawler.spidercls, "site", None)
        front = Config.from_settings(crawler.settings).site_url if site else None
        if site is None or not front:
            raise NotConfigured
        return cls(site, front)

    def process_request(self, request: Request) -> Request | None:
        """A new request to the front; Scrapy schedules it again, so robots.txt is the front's as well."""
        if self._is_fronted(request.url):
            return None
        parts = urlsplit(request.url)
        if not (self._site.is_own_host(parts.hostname) or self._site.is_picture_host(parts.hostname)):
            return None
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        meta = request.meta | {HOST_KEY: parts.hostname}
        return request.replace(url=self._front + (path or "/"), meta=meta, dont_filter=True)

    def _is_fronted(self, url: str) -> bool:
        return url.startswith(self._front + "/")

    def process_response(self, request: Request, response: Response) -> Response:
        host = request.meta.get(HOST_KEY)
        if not host or not self._is_fronted(response.url):
            return response
        return response.replace(url=f"https://{host}{response.url.removeprefix(self._front)}")
