"""Download handlers: Scrapy's own, with what no setting can give."""

import os
from abc import abstractmethod
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
from scrapy.utils.misc import load_object
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol

from newsmirror.addresses import origin
from newsmirror.configured import config_of
from newsmirror.failures import PRIVATE, RequestRefusedError
from newsmirror.patience import Patience
from newsmirror.pins import PinnedPolicy
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


class Careful:
    """What all our handlers add to Scrapy's: the proxy and no other, patience, and https only.

    Every request passes here last, so that no middleware, `meta` key or environment leads around the proxy. Plain
    http goes to a front on this machine only.
    """

    crawler: Crawler

    def __init__(self, crawler: Crawler):
        super().__init__(crawler)  # type: ignore[call-arg]
        config = config_of(crawler)
        self._route = config.route
        self._front = origin(config.site_url) if config.site_url else None
        self._conflict = config.conflict_with(os.environ)
        self._patience = Patience(crawler)

    async def download_request(self, request: Request) -> Response:
        if self._conflict:
            raise RequestRefusedError("refused", self._conflict)
        scheme, host, port = origin(request.url)
        if scheme != "https" and (scheme, host, port) != self._front:
            raise UnsupportedURLSchemeError("plain http is for a front on this machine only")
        self._set_proxy(request)
        while True:
            await self._patience.admit(request)
            try:
                response = await self.send(request)
            except Exception as error:
                self._patience.note_failure(request, error)
                raise
            if not self._patience.note_answer(request, response):
                return response

    def _set_proxy(self, request: Request) -> None:
        proxy = self._route.proxy
        request.meta["proxy"] = proxy.url if proxy else None
        request.headers.pop("Proxy-Authorization", None)
        if proxy and proxy.authorization:
            request.headers["Proxy-Authorization"] = proxy.authorization

    @abstractmethod
    async def send(self, request: Request) -> Response:
        """Send a request as Scrapy's handler does."""


class SiteHandler(Careful, HTTP11DownloadHandler):
    """Scrapy's usual handler with bounded headers and pins, directly or through an http proxy."""

    def __init__(self, crawler: Crawler):
        super().__init__(crawler)
        self._pool._factory = _BoundedFactory
        if self._route.pins:
            policy: Any = PinnedPolicy(self._contextFactory, self._route.pins)
            self._contextFactory = policy

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Any:
        """This handler, or the one for the proxy that is set."""
        proxy = config_of(crawler).route.proxy
        if proxy and proxy.needs_httpx:
            return load_object("newsmirror.tunnel.TunnelHandler")(crawler)
        return cls(crawler)

    async def send(self, request: Request) -> Response:
        try:
            return await HTTP11DownloadHandler.download_request(self, request)
        except CannotResolveHostError as error:
            if has_refused(self._pool._reactor.nameResolver, origin(request.url)[1]):
                raise RequestRefusedError("identity", PRIVATE) from error
            raise
