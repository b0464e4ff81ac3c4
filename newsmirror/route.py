"""The way to the source: a proxy or none, and the keys that its certificates must have. Pure."""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from urllib.parse import unquote, urlsplit

PORTS = {"http": 8080, "https": 443, "socks5": 1080}
SCHEMES = {"http": "http", "https": "https", "socks5": "socks5", "socks5h": "socks5"}
"""socks5 and socks5h are the same here: names are always resolved by the proxy."""
DIRECT = "direct"
PIN = re.compile(r"sha256/+([A-Za-z0-9+/]{43}=)")
VARIABLES = ("http_proxy", "https_proxy", "all_proxy")


@dataclass(frozen=True)
class Proxy:
    """A proxy; its credentials are in no text form of it."""

    scheme: str
    """``http``, ``https`` or ``socks5``."""
    host: str
    port: int
    user: str | None = field(default=None, repr=False)
    password: str = field(default="", repr=False)

    @property
    def url(self) -> str:
        """Its address without the credentials."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def authorization(self) -> bytes | None:
        """Value of the header ``Proxy-Authorization``."""
        if self.user is None:
            return None
        return b"Basic " + base64.b64encode(f"{self.user}:{self.password}".encode())

    @property
    def needs_httpx(self) -> bool:
        """Whether Scrapy's usual handler cannot go this way."""
        return self.scheme != "http"


@dataclass(frozen=True)
class Route:
    """How the source is reached."""

    proxy: Proxy | None = None
    is_direct: bool = False
    """The operator said that no proxy is to be used."""
    pins: frozenset[bytes] = frozenset()
    """SHA-256 of public keys, one of which must be in the source's chain of certificates; empty: any will do."""


def read_route(text: Callable[[str], str], refuse: Callable[[str, str], None]) -> Route:
    """Read ``PROXY`` and ``PINS``; *text* gives a setting, *refuse* takes what is wrong with one."""
    value = text("PROXY")
    pins = _pins(text("PINS"), refuse)
    if value == DIRECT:
        return Route(is_direct=True, pins=pins)
    return Route(_proxy(value, refuse) if value else None, pins=pins)


def _proxy(value: str, refuse: Callable[[str, str], None]) -> Proxy | None:
    try:
        parts = urlsplit(value)
        scheme, port = SCHEMES.get(parts.scheme), parts.port
    except ValueError:
        scheme, port, parts = None, None, urlsplit("")
    rest = parts.path.strip("/") or parts.query or parts.fragment
    if not scheme or not parts.hostname or port == 0 or rest or re.search(r"\s", value):
        refuse("PROXY", "must be an address like socks5h://127.0.0.1:9050 or http://host:8080, or direct")
        return None
    if scheme != "http" and not (find_spec("httpx") and find_spec("socksio")):
        refuse("PROXY", "needs the package httpx with its extra socks; install requirements.txt")
    user = unquote(parts.username) if parts.username is not None else None
    return Proxy(scheme, parts.hostname, port or PORTS[scheme], user, unquote(parts.password or ""))


def _pins(value: str, refuse: Callable[[str, str], None]) -> frozenset[bytes]:
    pins = set()
    for pin in filter(None, (part.strip() for part in value.split(","))):
        if match := PIN.fullmatch(pin):
            pins.add(base64.b64decode(match[1]))
        else:
            refuse("PINS", f"holds '{pin}', which is no sha256/ and 44 characters of base64; see docs/operate.md")
    return frozenset(pins)


def proxies_of(environment: Mapping[str, str]) -> list[str]:
    """Names of the variables by which *environment* asks for a proxy, sorted."""
    return sorted(name for name, value in environment.items() if name.lower() in VARIABLES and value.strip())


def find_conflict(route: Route, environment: Mapping[str, str], *, front_is_here: bool) -> str | None:
    """A sentence where *environment* asks for a proxy and nobody said whether it is to be used, None otherwise.

    A program that ignored ALL_PROXY would show the operator's address to the source and its censor; one that used it
    unasked could not keep names and credentials to itself. A front on this machine is reached without a proxy.
    """
    names = proxies_of(environment)
    if not names or route.proxy or route.is_direct or front_is_here:
        return None
    return (
        f"the environment asks for a proxy ({', '.join(names)}), which is not used unasked; "
        "set NEWSMIRROR_PROXY to its address, or to direct to go without"
    )
