"""Names → addresses that may be connected to. What is checked is what is connected to: rebinding is no way in."""

from collections.abc import Sequence
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.resolver import CachingHostnameResolver, HostResolution
from scrapy.settings import BaseSettings
from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IAddress, IHostnameResolver, IResolutionReceiver
from zope.interface import implementer

from newsmirror.addresses import is_loopback, is_public
from newsmirror.configured import config_of


def may_connect(host: str, address: str, *, front: str | None, proxy: str | None) -> bool:
    """Whether *address*, which the name *host* led to, may be connected to.

    Only public addresses may, but for the hosts that the operator has set: the *proxy* may be anywhere. The *front*
    written as an address is what is wanted; as a name of this machine it may lead to this machine.
    """
    if is_public(address) or host == proxy:
        return True
    return host == front and (host == address or (is_loopback(host) and is_loopback(address)))


@implementer(IResolutionReceiver)
class _PublicOnly:
    """Hands on the addresses that may be connected to, and remembers whether others came."""

    def __init__(self, receiver: Any, host: str, front: str | None, proxy: str | None):
        self._receiver = receiver
        self._host = host
        self._front = front
        self._proxy = proxy
        self.refused = 0
        self.passed = 0

    def resolutionBegan(self, resolution: object) -> None:  # noqa: N802
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802
        if may_connect(self._host, getattr(address, "host", ""), front=self._front, proxy=self._proxy):
            self.passed += 1
            self._receiver.addressResolved(address)
        else:
            self.refused += 1

    def resolutionComplete(self) -> None:  # noqa: N802
        self._receiver.resolutionComplete()


@implementer(IHostnameResolver)
class PublicResolver(CachingHostnameResolver):
    """Scrapy's resolver for IPv4 and IPv6 without the addresses that are not public.

    Where a proxy is set, no other name than its own is looked up: the proxy looks up the source's.
    """

    def __init__(self, reactor: ReactorBase, cache_size: int, *, front: str | None, proxy: str | None):
        super().__init__(reactor, cache_size)
        self._front = front
        self._proxy = proxy
        self._seen: dict[str, _PublicOnly] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        settings: BaseSettings = crawler.settings
        size = settings.getint("DNSCACHE_SIZE") if settings.getbool("DNSCACHE_ENABLED") else 0
        config = config_of(crawler)
        proxy = config.route.proxy
        return cls(reactor, size, front=config.front_host, proxy=proxy.host if proxy else None)

    def resolveHostName(  # noqa: N802
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> Any:
        resolution = HostResolution(hostName)
        if self._proxy and hostName != self._proxy:
            resolutionReceiver.resolutionBegan(resolution)
            resolutionReceiver.resolutionComplete()
            return resolution
        checked = self._seen[hostName] = _PublicOnly(resolutionReceiver, hostName, self._front, self._proxy)
        receiver: Any = checked
        super().resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)
        return resolution

    def has_refused(self, host: str) -> bool:
        """Whether the last look-up of *host* brought addresses and none of them was public."""
        seen = self._seen.get(host)
        return bool(seen and seen.refused and not seen.passed)


def has_refused(resolver: Any, host: str | None) -> bool:
    """As `PublicResolver.has_refused`, False for any other resolver."""
    return isinstance(resolver, PublicResolver) and bool(host) and resolver.has_refused(str(host))
