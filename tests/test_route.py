"""Proxy, pins, and what the environment asks for."""

import pytest

from newsmirror.route import Proxy, Route, find_conflict, proxies_of, read_route

PIN = "sha256/" + "A" * 43 + "="


def read(proxy: str = "", pins: str = "") -> tuple[Route, list[str]]:
    problems: list[str] = []
    route = read_route({"PROXY": proxy, "PINS": pins}.__getitem__, lambda name, what: problems.append(f"{name} {what}"))
    return route, problems


@pytest.mark.parametrize(
    ("value", "proxy"),
    [
        ("http://127.0.0.1:3128", Proxy("http", "127.0.0.1", 3128)),
        ("http://proxy.example", Proxy("http", "proxy.example", 8080)),
        ("https://proxy.example/", Proxy("https", "proxy.example", 443)),
        ("socks5h://127.0.0.1:9050", Proxy("socks5", "127.0.0.1", 9050)),
        ("socks5://[::1]", Proxy("socks5", "::1", 1080)),
        ("socks5h://us%40er:p%3Aw@h:1", Proxy("socks5", "h", 1, "us@er", "p:w")),
    ],
)
def test_proxies_are_read(value: str, proxy: Proxy) -> None:
    assert read(value) == (Route(proxy), [])


@pytest.mark.parametrize(
    "value",
    [
        "127.0.0.1:9050", "socks4://127.0.0.1:9050", "socks4a://h:1", "ftp://h:1", "http://", "http://h:0", "http://h:x",
        "http://h:1/path", "http://h:1?q", "http://a b:1", "http://[::1", "socks5h//h:1", "yes",
    ],
)  # fmt: skip
def test_wrong_proxy_is_refused(value: str) -> None:
    assert read(value) == (
        Route(),
        ["PROXY must be an address like socks5h://127.0.0.1:9050 or http://host:8080, or direct"],
    )


def test_direct_is_said() -> None:
    assert read("direct") == (Route(is_direct=True), [])
    assert read() == (Route(), [])


def test_credentials_stay_out_of_texts() -> None:
    proxy = read("http://user:secret@127.0.0.1:3128")[0].proxy

    assert proxy is not None
    assert proxy.url == "http://127.0.0.1:3128"
    assert proxy.authorization == b"Basic dXNlcjpzZWNyZXQ="
    assert "secret" not in repr(proxy) + str(proxy) + proxy.url
    assert "user" not in repr(proxy)


def test_pins_are_read() -> None:
    assert read(pins=f" {PIN}, {PIN.replace('A', 'B', 1)}")[0].pins == frozenset(
        [bytes(32), b"\x04" + bytes(31)],
    )
    assert read(pins=PIN.replace("/", "//"))[0].pins == frozenset([bytes(32)])


@pytest.mark.parametrize("value", ["A" * 43 + "=", "sha1/abc=", "sha256/short=", "sha256/" + "A" * 44])
def test_wrong_pin_is_refused(value: str) -> None:
    assert read(pins=value)[1] == [
        f"PINS holds '{value}', which is no sha256/ and 44 characters of base64; see docs/operate.md"
    ]


def test_environment_is_read_in_any_case() -> None:
    environment = {"ALL_PROXY": "socks5://127.0.0.1:9050", "https_proxy": "x", "HTTP_PROXY": " ", "NO_PROXY": "*"}

    assert proxies_of(environment) == ["ALL_PROXY", "https_proxy"]


def test_proxy_of_the_environment_is_not_ignored_in_silence() -> None:
    environment = {"ALL_PROXY": "socks5://127.0.0.1:9050", "NO_PROXY": "*"}

    assert find_conflict(Route(), environment, front_is_here=False) == (
        "the environment asks for a proxy (ALL_PROXY), which is not used unasked; "
        "set NEWSMIRROR_PROXY to its address, or to direct to go without"
    )
    assert find_conflict(Route(), {}, front_is_here=False) is None
    assert find_conflict(Route(), environment, front_is_here=True) is None
    assert find_conflict(Route(is_direct=True), environment, front_is_here=False) is None
    assert find_conflict(Route(Proxy("http", "h", 1)), environment, front_is_here=False) is None
