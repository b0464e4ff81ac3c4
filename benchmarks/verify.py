"""What `scrapy verify` costs: a mirror of made-up articles is published, then looked through in a process of its own.

    python -m benchmarks.verify [--articles 30000] [--folder DIR]

A folder that holds a mirror already is not made anew.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from benchmarks.made import Maker
from newsmirror.config import Config
from newsmirror.items import Article
from newsmirror.outcome import Report
from newsmirror.placing import make_page
from newsmirror.publish import Publisher
from newsmirror.qr import qr_png
from newsmirror.render import render_page
from newsmirror.spiders.secretchina import SITE

PREFIX = "https://github.com/example/mirror/blob/main"
AT_ONCE = 2000


def make_mirror(folder: Path, count: int) -> None:
    """Publish *count* articles, some thousands a commit."""
    values = {"REPO": str(folder), "AUTHOR": "mirror <mirror@example.invalid>", "PUBLIC_URL": PREFIX}
    config = Config.from_settings({f"NEWSMIRROR_{name}": value for name, value in values.items()})
    maker = Maker(SITE, count)
    for start in range(0, count, AT_ONCE):
        _publish(config, map(maker.article, range(start, min(count, start + AT_ONCE))))
        print(f"{min(count, start + AT_ONCE)} articles are published", flush=True)


def _publish(config: Config, articles: Iterable[Article]) -> None:
    publisher = Publisher(config, SITE)
    publisher.open()
    for article in articles:
        page = make_page(article, config, PREFIX)
        text = render_page(article, path=page.path, address=page.address, site=SITE, style=config.style)
        if fault := publisher.add(replace(page, markdown=text, qr=qr_png(page.address))):
            sys.exit(f"{page.path} {fault}")
    publisher.finish(Report(lists={"read": 1}))
    publisher.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure scrapy verify.")
    parser.add_argument("--articles", type=int, default=30_000)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary) / "mirror"
        if not (folder / "data").is_dir():
            make_mirror(folder, options.articles)
        start = time.monotonic()
        verify = subprocess.Popen([sys.executable, "-m", "scrapy", "verify", str(folder)])  # noqa: S603
        _, status, used = os.wait4(verify.pid, 0)
        print(
            f"exit {os.waitstatus_to_exitcode(status)}, {time.monotonic() - start:.1f} s, "
            f"{used.ru_utime + used.ru_stime:.1f} s of CPU, largest process {used.ru_maxrss / 1024:.0f} MB"
        )


if __name__ == "__main__":
    main()
