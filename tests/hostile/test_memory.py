"""Peak memory of whole runs against floods and bombs. Rows E01 to E03 and K5; `make hostile`.

`pytest -m hostile -s` prints the figures that docs/hardening.md shows.
"""

import pytest

from tests.hostile.conftest import Attack
from tests.hostile.floods import FLOODS, LISTS
from tests.hostile.proxies import Proxy
from tests.hostile.server import HostileServer

pytestmark = pytest.mark.hostile
NORMAL_MB = 256


@pytest.mark.parametrize("flood", FLOODS)
def test_flood_stays_within_the_normal_ceiling(attack: Attack, hostile: HostileServer, flood: str) -> None:
    behaviour = FLOODS[flood]()
    hostile.behaviours |= dict.fromkeys(LISTS, behaviour)
    keys = ",".join(path.removeprefix("/news/gb/").removesuffix(".html") for path in LISTS)

    done = attack("-a", f"category={keys}", url=hostile.url, settings={"DOWNLOAD_TIMEOUT": "20"})

    print(f"{flood}: {done.peak_mb} MB, {hostile.bytes_sent / 1e6:.1f} MB sent, exit {done.exit_code}")
    assert done.exit_code == 11, done.log
    assert done.peak_mb < NORMAL_MB
    assert "Traceback" not in done.log


@pytest.mark.parametrize("flood", ["200 MB of headers", "a body without end", "a bomb of 1,000 MB (gzip)"])
def test_flood_through_socks_stays_within_the_normal_ceiling(
    attack: Attack, hostile: HostileServer, flood: str
) -> None:
    hostile.behaviours |= dict.fromkeys(LISTS, FLOODS[flood]())
    keys = ",".join(path.removeprefix("/news/gb/").removesuffix(".html") for path in LISTS)
    with Proxy("socks5") as proxy:
        way = {"DOWNLOAD_TIMEOUT": "20", "NEWSMIRROR_PROXY": f"socks5h://127.0.0.1:{proxy.port}"}
        done = attack("-a", f"category={keys}", url=hostile.url, settings=way)

    print(f"{flood}, through SOCKS5: {done.peak_mb} MB, {hostile.bytes_sent / 1e6:.1f} MB sent")
    assert done.exit_code == 11, done.log
    assert done.peak_mb < NORMAL_MB
