"""What signed statements cost: runs with and without them on the same made-up mirror, then a look through it.

    python -m benchmarks.signing [--articles 5000] [--runs 48] [--each 2]

Prints the seconds that signing an archive for the first time takes, and for runs with and without signatures the
seconds and the bytes that each adds to the repository (after ``git gc``); then time and memory of
``scrapy verify --signature``.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.feeds import packed
from benchmarks.made import Maker
from newsmirror.config import Config
from newsmirror.items import Article
from newsmirror.mirror import Mirror
from newsmirror.outcome import Report
from newsmirror.placing import make_page
from newsmirror.publish import Publisher
from newsmirror.qr import qr_png
from newsmirror.render import render_page
from newsmirror.spiders.secretchina import SITE

PREFIX = "https://github.com/example/mirror/blob/main"
AT_ONCE = 2000


def configured(folder: Path, key: Path | None) -> Config:
    values = {"REPO": str(folder), "PUBLIC_URL": PREFIX} | ({"SIGN_KEY": str(key)} if key else {})
    return Config.from_settings({f"NEWSMIRROR_{name}": value for name, value in values.items()})


def publish(config: Config, articles: Iterable[Article]) -> float:
    """One run; returns the seconds of its end, from the last article to the closed mirror."""
    publisher = Publisher(config, SITE)
    publisher.open()
    with closing(publisher):
        for article in articles:
            page = make_page(article, config, PREFIX)
            text = render_page(article, path=page.path, address=page.address, site=SITE, style=config.style)
            publisher.add(replace(page, markdown=text, qr=qr_png(page.address)))
        start = time.perf_counter()
        publisher.finish(Report(lists={"read": 1}))
    return time.perf_counter() - start


def measure(config: Config, maker: Maker, first: int, runs: int, each: int) -> tuple[float, float]:
    """Seconds and bytes a run, in the mean."""
    before, seconds = packed(config.repo), 0.0
    for number in range(first, first + runs * each, each):
        seconds += publish(config, map(maker.article, range(number, number + each)))
    return seconds / runs, (packed(config.repo) - before) / runs


def sign_all(config: Config) -> float:
    """Sign what is there; returns the seconds."""
    mirror = Mirror(config, SITE, lambda: datetime.now(UTC))
    mirror.open()
    with closing(mirror):
        start = time.perf_counter()
        mirror.commit((), "newsmirror: rebuild", size=0)
    return time.perf_counter() - start


def verify(folder: Path, key: Path) -> str:
    """Look through a mirror in a process of its own."""
    words = ["-m", "scrapy", "verify", "--signature", "--key", f"{key}.pub", str(folder)]
    start = time.monotonic()
    process = subprocess.Popen([sys.executable, *words])  # noqa: S603  # our own words
    _, status, used = os.wait4(process.pid, 0)
    return (
        f"verify --signature: exit {os.waitstatus_to_exitcode(status)}, {time.monotonic() - start:.1f} s, "
        f"{used.ru_utime + used.ru_stime:.1f} s of CPU, {used.ru_maxrss / 1024:.0f} MB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--articles", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=48)
    parser.add_argument("--each", type=int, default=2, help="new articles in a run")
    options = parser.parse_args()
    maker = Maker(SITE, options.articles)
    with tempfile.TemporaryDirectory() as name:
        key, plain, signed = (Path(name) / part for part in ("key", "plain", "signed"))
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key)], check=True)  # noqa: S603, S607
        for start in range(0, options.articles, AT_ONCE):
            publish(configured(plain, None), map(maker.article, range(start, min(options.articles, start + AT_ONCE))))
        subprocess.run(["cp", "-a", str(plain), str(signed)], check=True)  # noqa: S603, S607
        print(f"first statement over {options.articles} articles: {sign_all(configured(signed, key)):.1f} s")
        sizes = []
        for folder, with_key in ((plain, None), (signed, key)):
            seconds, size = measure(configured(folder, with_key), maker, options.articles, options.runs, options.each)
            sizes.append(size)
            print(f"{'signed' if with_key else 'plain'}: {seconds:.3f} s at the end of a run, {size:.0f} bytes a run")
        print(f"signatures: {sizes[1] - sizes[0]:.0f} bytes a run")
        print(verify(signed, key))


if __name__ == "__main__":
    main()
