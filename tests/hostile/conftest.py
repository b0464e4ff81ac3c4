"""Servers, certificates and whole runs against them."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.hostile.ca import Authority
from tests.hostile.fetch import Fetcher
from tests.hostile.measured import PROXIES, Attacked, run_attacked
from tests.hostile.server import HostileServer, Trap


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine's own proxies are no part of a test."""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority of this session."""
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="session")
def fetcher() -> Iterator[Fetcher]:
    """Single requests through our handlers."""
    running = Fetcher()
    running.start()
    yield running
    running.stop()


@pytest.fixture
def hostile() -> Iterator[HostileServer]:
    """A server on loopback, plain http, that answers 404 until a test gives it behaviours."""
    with HostileServer() as running:
        yield running


@pytest.fixture
def trap() -> Iterator[Trap]:
    """A listener whose hits must stay 0."""
    with Trap() as running:
        yield running


Attack = Callable[..., Attacked]


@pytest.fixture
def attack(tmp_path: Path) -> Attack:
    """Run ``scrapy crawl secretchina`` in a folder of its own and measure it, see `run_attacked`."""
    return partial(run_attacked, tmp_path)
