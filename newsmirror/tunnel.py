"""The handler for SOCKS5 and https proxies: Scrapy's for httpx. Imported where such a proxy is set, and only there."""

import asyncio
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers._httpx import HttpxDownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import Response
from scrapy.utils.ssl import _make_ssl_context

from newsmirror.handlers import Careful
from newsmirror.pins import pin_context


class TunnelHandler(Careful, HttpxDownloadHandler):
    """httpx bounds headers by itself (100 KiB); the time-out of the whole and the flag for cut answers are ours."""

    experimental = False  # Scrapy's warning; tests/hostile goes through this handler as well

    def __init__(self, crawler: Crawler):
        super().__init__(crawler)
        if self._route.pins:
            pin_context(self._ssl_context, self._route.pins)

    async def send(self, request: Request) -> Response:
        """Scrapy's, ended after DOWNLOAD_TIMEOUT in all; httpx counts that time anew with each byte."""
        seconds = float(request.meta.get("download_timeout", self.crawler.settings.getfloat("DOWNLOAD_TIMEOUT")))
        try:
            async with asyncio.timeout(seconds):
                return await HttpxDownloadHandler.download_request(self, request)
        except TimeoutError as error:
            raise DownloadTimeoutError(f"no answer within {seconds} seconds") from error

    async def _read_response(self, response: Any, request: Request) -> Response:
        answer = await super()._read_response(response, request)
        if not {"content-length", "transfer-encoding"} & set(response.headers) and response.status_code not in (
            204,
            304,
        ):
            answer.flags.append("partial")  # as Scrapy's usual handler does
        return answer

    def _get_client(self, proxy_url: str | None) -> Any:
        assert proxy_url, "this handler has no way without a proxy"
        return super()._get_client(proxy_url)

    def _make_client(self, proxy_url: str | None = None) -> Any:
        client = super()._make_client(proxy_url)
        if proxy_url and proxy_url.startswith("https:"):  # httpx would trust its own list of authorities
            client._transport._pool._proxy_ssl_context = _make_ssl_context(self.crawler.settings)
        return client
