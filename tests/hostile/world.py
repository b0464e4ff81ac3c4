"""A network of its own for one run: `python -m tests.hostile.world CASE FOLDER`, inside ``unshare --net --mount``.

The source has a public address here (on the loopback interface) and port 443, names come from a name server that we
run, and nothing else can be reached. Prints one JSON object with what was seen. Never run it outside of a namespace.
"""

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from sample_site import SampleSite
from tests.hostile import behaviours
from tests.hostile.ca import Authority
from tests.hostile.measured import environment_with
from tests.hostile.names import NameServer
from tests.hostile.proxies import Proxy
from tests.hostile.server import HostileServer, Talk

SITE = "www.secretchina.com"
PUBLIC = "93.184.215.14"
CASES: dict[str, dict[str, object]] = {
    "genuine": {"names": [PUBLIC]},
    "other certificate": {"names": [PUBLIC], "certificate": "wrong_host"},
    "rebinding": {"names": [PUBLIC, "127.0.0.1"]},
    "http proxy": {"names": ["127.0.0.1"], "proxy": "http"},
    "socks proxy": {"names": ["127.0.0.1"], "proxy": "socks5"},
    **{
        f"poisoned {address}": {"names": [address]}
        for address in ("127.0.0.1", "0.0.0.0", "10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "::1")
    },
}
HERE = ("10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1")
"""Private addresses that this machine has in the namespace, so that a trap can stand behind them."""
SAMPLE = SampleSite()


def sample(talk: Talk) -> None:
    """The sample site."""
    answer = SAMPLE.respond(talk.request.target)
    behaviours.answer(answer.body, status=answer.status, kind=answer.content_type)(talk)


def prepare(folder: Path) -> None:
    """Addresses and files of this namespace."""
    run = ["ip", "link", "set", "lo", "up"]
    subprocess.run(run, check=True)
    for address in (PUBLIC, *HERE):
        subprocess.run(["ip", "addr", "add", f"{address}/32", "dev", "lo"], check=True)
    for name, text in {"hosts": "127.0.0.1 localhost\n", "resolv.conf": "nameserver 127.0.0.1\n"}.items():
        (folder / name).write_text(text, encoding="ascii")
        subprocess.run(["mount", "--bind", str(folder / name), f"/etc/{name}"], check=True)


def crawl(folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    settings = {"REPO": folder / "mirror", "TAGS": "", "IMAGES": "none"}
    ours = {f"NEWSMIRROR_{name}": str(value) for name, value in settings.items()}
    command = [sys.executable, "-m", "scrapy", "crawl", "secretchina", "-a", "category=p1", "-a", "limit=2"]
    quick = ["-s", "DOWNLOAD_DELAY=0", "-s", "DOWNLOAD_TIMEOUT=5"]
    return subprocess.run(
        [*command, *quick], env=environment_with(ours | environment), capture_output=True, text=True, check=False
    )


def main(case: str, folder: Path) -> None:
    """Run one case and print what was seen."""
    chosen = CASES[case]
    prepare(folder)
    authority = Authority(folder)
    names: list[str] = chosen["names"]  # type: ignore[assignment]
    with ExitStack() as stack:
        source, traps = open_servers(stack, authority.context(str(chosen.get("certificate", "good")), SITE))
        server = stack.enter_context(NameServer(names))
        environment = authority.environment
        proxy = None
        if kind := chosen.get("proxy"):
            proxy = stack.enter_context(Proxy(str(kind), {(SITE, 443): (PUBLIC, 443)}))
            scheme = "socks5h" if kind == "socks5" else kind
            environment |= {"NEWSMIRROR_PROXY": f"{scheme}://127.0.0.1:{proxy.port}"}
        done = crawl(folder, environment)
    seen = {
        "exit_code": done.returncode, "log": done.stderr, "requests": source.targets, "lookups": server.asked,
        "trap_hits": sum(trap.connections for trap in traps), "through_proxy": len(proxy.asked) if proxy else 0,
        "published": len(list((folder / "mirror").glob("pages/**/*.md"))),
    }  # fmt: skip
    print(json.dumps(seen))


def open_servers(stack: ExitStack, tls: object) -> tuple[HostileServer, list[HostileServer]]:
    """The source, and a trap at port 443 of every address that a poisoned name may lead to."""
    source = HostileServer({"*": sample}, tls=tls, host=PUBLIC, port=443)  # type: ignore[arg-type]
    traps = [HostileServer(host=host, port=443) for host in ("127.0.0.1", "::1", *HERE)]
    return stack.enter_context(source), [stack.enter_context(trap) for trap in traps]


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
