"""A picture of the source → a file of the tree: asked for through Scrapy, so that gate, robots.txt and delay apply."""

import logging
from collections import Counter
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from newsmirror.exceptions import PictureError
from newsmirror.failures import explain
from newsmirror.items import OutputFile
from newsmirror.listspider import LIMITS
from newsmirror.picture_process import PictureProcess
from newsmirror.pictures import SOURCE_MAX_BYTES
from newsmirror.spider import NewsSpider

logger = logging.getLogger(__name__)

META = {"download_maxsize": SOURCE_MAX_BYTES, "download_warnsize": SOURCE_MAX_BYTES, "max_retry_times": 1}
SILENT = 5
"""After so many pictures in a row that a host does not give, it is asked for no more in this run."""


class PictureFetcher:
    """Fetches and shrinks pictures, counts what became of them, and gives up on hosts that do not answer."""

    def __init__(self, crawler: Crawler):
        self._crawler = crawler
        self._process = PictureProcess()
        self._silent: Counter[str] = Counter()
        self._failures: Counter[str] = Counter()

    async def fetch(self, src: str) -> OutputFile | None:
        """The picture at *src* as a file of the tree, None where there is none to be had."""
        try:
            response = await self._download(src)
            picture = await self._process.shrink(response.body)
        except PictureError as error:
            self._failures[str(error)] += 1
            self._count("failed")
            logger.debug("No picture (%s): %s", error, src)
            return None
        self._count("fetched")
        self._count("bytes", len(picture.content))
        return picture

    async def _download(self, src: str) -> Response:
        host = urlsplit(src).netloc
        if self._silent[host] >= SILENT:
            raise PictureError("not asked, because the host did not answer before")
        assert self._crawler.engine
        try:
            response = await self._crawler.engine.download_async(Request(src, meta=dict(META), callback=NO_CALLBACK))
        except Exception as error:  # everything that downloader and middlewares raise
            reason, words = explain(error)
            self._silent[host] += reason in ("unreachable", "identity")
            raise PictureError(words) from error
        if response.status in LIMITS:
            self._silent[host] += 1
        else:
            self._silent[host] = 0
        return self._checked(response)

    def _checked(self, response: Response) -> Response:
        assert isinstance(self._crawler.spider, NewsSpider)
        if response.status != 200:
            raise PictureError(f"status {response.status}")
        if not self._crawler.spider.site.is_picture_host(urlsplit(response.url).hostname):
            raise PictureError("sent to another host")
        return response

    def _count(self, name: str, value: int = 1) -> None:
        assert self._crawler.stats
        self._crawler.stats.inc_value(f"newsmirror/pictures/{name}", value)

    async def close(self) -> None:
        """End the decoder and say what failed."""
        await self._process.close()
        if self._failures:
            reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(self._failures.items()))
            logger.warning("%d pictures could not be mirrored and stand as links (%s)", self._failures.total(), reasons)
