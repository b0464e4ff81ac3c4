"""Which addresses are public."""

import pytest

from newsmirror.addresses import is_loopback, is_public, origin


@pytest.mark.parametrize(
    "address",
    ["93.184.215.14", "1.1.1.1", "172.15.255.255", "172.32.0.1", "2606:4700::6810:84e5", "64:ff9b::5db8:d70e"],
)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
        "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.7",
        "203.0.113.9", "224.0.0.1", "239.255.255.255", "243.185.187.39", "255.255.255.255",
        "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:93.184.215.14", "64:ff9b::7f00:1",
        "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2001:10::1",
        "2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1", "fd12::1", "fe80::1", "fe80::1%lo", "fec0::1", "ff02::1",
        "", "localhost", "127.1", "0x7f000001", "2130706433", "www.secretchina.com",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    ("host", "expected"), [("localhost", True), ("::1", True), ("127.9.9.9", True), ("a.b", False)]
)
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_origin_knows_the_usual_ports() -> None:
    assert origin("https://WWW.example.com/a") == ("https", "www.example.com", 443)
    assert origin("http://[::1]:8000/") == ("http", "::1", 8000)
