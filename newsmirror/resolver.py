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
from newsmirror.config import Config


def may_connect(host: str, address: str, front: str | None) -> bool:
    """Whether *address*, which the name *host* led to, may be connected to.

    Only public addresses may, but for the host of the configured *front*: written as an address it is what the
    operator wants; a name of this machine may lead to this machine.
    """
    if is_public(address):
        return True
    return host == front and (host == address or (is_loopback(host) and is_loopback(address)))


@implementer(IResolutionReceiver)
class _PublicOnly:
    """Hands on the addresses that may be connected to, and remembers whether others came."""

    def __init__(self, receiver: Any, host: str, front: str | None):
        self._receiver = receiver
        self._host = host
        self._front = front
        self.refused = 0
        self.passed = 0

    def resolutionBegan(self, resolution: object) -> None:  # noqa: N802
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802
        if may_connect(self._host, getattr(address, "host", ""), self._front):
            self.passed += 1
            self._receiver.addressResolved(address)
        else:
            self.refused += 1

    def resolutionComplete(self) -> None:  # noqa: N802
        self._receiver.resolutionComplete()


@implementer(IHostnameResolver)
class PublicResolver(CachingHostnameResolver):
    """Scrapy's resolver for IPv4 and IPv6 without the addresses that are not public."""

    def __init__(self, reactor: ReactorBase, cache_size: int, front: str | None):
        super().__init__(reactor, cache_size)
        self._front = front
        self._seen: dict[str, _PublicOnly] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        settings: BaseSettings = crawler.settings
        size = settings.getint("DNSCACHE_SIZE") if settings.getbool("DNSCACHE_ENABLED") else 0
        return cls(reactor, size, Config.from_settings(settings).front_host)

    def resolveHostName(  # noqa: N802
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> Any:
        checked = self._seen[hostName] = _PublicOnly(resolutionReceiver, hostName, self._front)
        receiver: Any = checked
        super().resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)
        return HostResolution(hostName)

    def has_refused(self, host: str) -> bool:
        """Whether the last look-up of *host* brought addresses and none of them was public."""
        seen = self._seen.get(host)
        return bool(seen and seen.refused and not seen.passed)


def has_refused(resolver: Any, host: str | None) -> bool:
    """As `PublicResolver.has_refused`, False for any other resolver."""
    return isinstance(resolver, PublicResolver) and bool(host) and resolver.has_refused(str(host))
