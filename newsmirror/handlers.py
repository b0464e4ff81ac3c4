"""Download handlers: Scrapy's own, with what no setting can give."""

from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, UnsupportedURLSchemeError
from scrapy.http import Response
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol

from newsmirror.addresses import origin
from newsmirror.config import Config
from newsmirror.failures import PRIVATE, RequestRefusedError
from newsmirror.patience import Patience
from newsmirror.resolver import has_refused

HEAD_LIMIT = 256 * 1024
"""Bytes of status lines and headers that one answer may have. DOWNLOAD_MAXSIZE does not count them: 200 MB of headers
took 445 MB of memory."""


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    """Gives up where an answer's head, interim answers included, does not come to its end."""

    _head = 0

    def request(self, request: Any) -> Any:
        self._head = 0
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        if self._parser is not None and self._parser.state in (STATUS, HEADER):
            self._head += len(data)
            if self._head > HEAD_LIMIT:
                self._giveUp(Failure(RequestRefusedError("refused", "the answer's headers do not end")))  # type: ignore[no-untyped-call]
                self.transport.abortConnection()  # type: ignore[union-attr]
                return
        super().dataReceived(data)  # type: ignore[no-untyped-call]


class _BoundedFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: N802
        return _BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class SiteHandler(HTTP11DownloadHandler):
    """Scrapy's handler with bounded headers and with patience; plain http only to a front on this machine."""

    def __init__(self, crawler: Crawler):
        super().__init__(crawler)
        self._pool._factory = _BoundedFactory
        self._patience = Patience(crawler)
        front = Config.from_settings(crawler.settings).site_url
        self._front = origin(front) if front else None

    async def download_request(self, request: Request) -> Response:
        scheme, host, port = origin(request.url)
        if scheme != "https" and (scheme, host, port) != self._front:
            raise UnsupportedURLSchemeError("plain http is for a front on this machine only")
        while True:
            await self._patience.admit(request)
            response = await self._download(request, host)
            if not self._patience.note_answer(request, response):
                return response

    async def _download(self, request: Request, host: str | None) -> Response:
        try:
            return await super().download_request(request)
        except CannotResolveHostError as error:
            self._patience.note_failure(request, error)
            if has_refused(self._pool._reactor.nameResolver, host):
                raise RequestRefusedError("identity", PRIVATE) from error
            raise
        except Exception as error:
            self._patience.note_failure(request, error)
            raise
