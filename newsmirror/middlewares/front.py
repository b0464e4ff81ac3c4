"""The front that stands for the site."""

from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response

from newsmirror.configured import config_of
from newsmirror.site import Site

HOST_KEY = "newsmirror_host"
"""Key of request.meta: the site's host whose page the front is asked for."""


class Front:
    """Sends the site's requests to `NEWSMIRROR_SITE_URL`, path kept, and gives answers their canonical address back."""

    def __init__(self, site: Site, front: str):
        self._site = site
        self._front = front

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        site = getattr(crawler.spidercls, "site", None)
        front = config_of(crawler).site_url if site else None
        if site is None or not front:
            raise NotConfigured
        return cls(site, front)

    def process_request(self, request: Request) -> Request | None:
        """A new request to the front; Scrapy schedules it again, so robots.txt is the front's as well."""
        if self._is_fronted(request.url):
            return None
        parts = urlsplit(request.url)
        if not self._site.serves(parts.hostname):
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
