"""Network addresses: where a URL points, and which addresses are on the public internet. Pure."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
PORTS = {"https": 443, "http": 80}

# IANA's registries of special-purpose addresses, as of 2026. Python's own `is_global` differs between the versions
# that we run on and calls 2002::/16 and 64:ff9b::/96 global, whatever they lead to.
NOT_PUBLIC_V4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        ),
    )
)  # fmt: skip
PUBLIC_V6 = IPv6Network("2000::/3")
NOT_PUBLIC_V6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")))
NAT64 = IPv6Network("64:ff9b::/96")
"""On networks without IPv4 the name server wraps IPv4 addresses so; the last 32 bits count."""


def is_public(address: str) -> bool:
    """Whether *address* (an IP address as text) is one that a public web site can have; False for anything else."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return not any(parsed in network for network in NOT_PUBLIC_V4)
    if parsed in NAT64:
        return is_public(str(IPv4Address(int(parsed) & 0xFFFFFFFF)))
    return _is_public_v6(parsed)


def _is_public_v6(address: IPv6Address) -> bool:
    if address.scope_id or address not in PUBLIC_V6:
        return False
    return not any(address in network for network in NOT_PUBLIC_V6)


def is_loopback(host: str) -> bool:
    """Whether *host* is a name or an address of this machine itself."""
    if host in LOOPBACK:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port of an address. Raises ValueError for a port that is none."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme)
