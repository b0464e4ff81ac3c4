"""What hostile inputs cost: every page, feed, picture and flood of tests/hostile, each in a process of its own.

    python -m benchmarks.hostile [--only WORD] [--pages | --floods]

A page goes the way of an article (decode, parse, recognise, clean, validate, render) or of a list, whatever its size:
the limit of a download is not counted on. A flood is a whole run against a server that misbehaves. Prints a table of
what came of each, its peak memory and the seconds of one core; ends with exit code 1 where one needs more than 256 MB,
a picture more than 512.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from scrapy.http import HtmlResponse

from newsmirror.clean import clean_article
from newsmirror.exceptions import LayoutError, PictureError
from newsmirror.identity import Refusal
from newsmirror.listing import ListPage
from newsmirror.picture_child import limit_process
from newsmirror.reading import article_of, list_of
from newsmirror.render import PageStyle, render_page
from newsmirror.shrink import shrink
from newsmirror.spiders.secretchina import SITE
from newsmirror.validate import find_problem
from tests.hostile.floods import FLOODS, LISTS
from tests.hostile.inputs import ARTICLES, FEEDS, URL
from tests.hostile.measured import ROOT, high_water, run_attacked
from tests.hostile.pictures import PICTURES
from tests.hostile.server import HostileServer
from tests.hostile.strangers import FRAMED, STRANGERS

NORMAL_MB = 256
PICTURE_MB = 512
"""For the process that decodes pictures, which is not the run's."""
LIST = f"https://{SITE.host}/news/gb/p1.html"
FEED = f"https://{SITE.host}/news/gb/p1.xml"
Take = Callable[[bytes], str]


class Figure(NamedTuple):
    """What came of one input, and what it cost."""

    row: str
    name: str
    result: str
    peak_mb: int
    seconds: float
    """Of one core; of the clock for a flood."""

    def line(self) -> str:
        return f"| {self.row} | {self.name} | {self.result} | {self.peak_mb} | {self.seconds:.1f} |"


# Pages


def take_article(body: bytes) -> str:
    """What becomes of a page in the place of an article."""
    response = HtmlResponse(URL, body=body, headers={"Content-Type": "text/html; charset=utf-8"})
    scraped = article_of(response, url=URL, site=SITE, published=None, category="p1", trusted=False)
    if isinstance(scraped, Refusal):
        return scraped.reason
    try:
        article = clean_article(scraped, site=SITE, members_only="teaser")
    except LayoutError as error:
        return error.reason
    if problem := find_problem(article, now=datetime.now(UTC)):
        return problem.value
    page = render_page(article, path="pages/x.md", address=URL, site=SITE, style=PageStyle())
    return f"published, {len(page.encode()) // 1024} KB"


def take_list(body: bytes) -> str:
    """What becomes of a page in the place of a list."""
    return _told(list_of(HtmlResponse(LIST, body=body), kind="page", site=SITE))


def take_feed(body: bytes) -> str:
    """What becomes of a feed."""
    return _told(list_of(HtmlResponse(FEED, body=body, headers={"Content-Type": "text/xml"}), kind="feed", site=SITE))


def take_picture(body: bytes) -> str:
    """What becomes of a picture, in the process that decodes it."""
    limit_process()
    try:
        return f"published, {len(shrink(body))} bytes"
    except PictureError as error:
        return str(error)


def _told(found: ListPage | Refusal) -> str:
    return found.reason if isinstance(found, Refusal) else f"a list of {len(found.links)}"


def pages() -> Iterator[tuple[str, str, Take, Callable[[], str | bytes]]]:
    """Row, name, way and maker of every page, feed and picture."""
    for name, article in ARTICLES.items():
        yield article.row, name, take_article, article.make
    for name, feed in FEEDS.items():
        yield "E11", f"feed: {name}", take_feed, lambda feed=feed: feed  # type: ignore[misc]
    for name, stranger in STRANGERS.items():
        yield "D04", f"in place of a list: {name}", take_list, lambda stranger=stranger: stranger  # type: ignore[misc]
        yield "D07", f"in place of an article: {name}", take_article, lambda stranger=stranger: stranger  # type: ignore[misc]
    for name, picture in PICTURES.items():
        yield picture.row, f"picture: {name}", take_picture, picture.make
    for name, framed in FRAMED.items():
        yield "D07", f"in the source's frame: {name}", take_article, lambda framed=framed: framed  # type: ignore[misc]


def take_one(wanted: str) -> None:
    """In the child: take one page and print what came of it and what it cost."""
    take, make = next((take, make) for _, name, take, make in pages() if name == wanted)
    made = make()
    body = made.encode(errors="surrogatepass") if isinstance(made, str) else made
    start = time.process_time()
    result = take(body)
    print(json.dumps([result, high_water("self") // 1024, time.process_time() - start]))


def measure_page(row: str, name: str) -> Figure:
    """One page in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.hostile", "--one", name]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)  # noqa: S603
    if done.returncode:
        return Figure(row, name, f"died: {done.stderr.strip().splitlines()[-1:]}", 0, 0)
    return Figure(row, name, *json.loads(done.stdout))


# Floods


def measure_flood(name: str) -> Figure:
    """A whole run in which four lists answer so."""
    keys = ",".join(path.removeprefix("/news/gb/").removesuffix(".html") for path in LISTS)
    with tempfile.TemporaryDirectory() as folder, HostileServer(dict.fromkeys(LISTS, FLOODS[name]())) as server:
        start = time.monotonic()
        done = run_attacked(Path(folder), "-a", f"category={keys}", url=server.url, settings={"DOWNLOAD_TIMEOUT": "20"})
        seconds = time.monotonic() - start
        result = f"exit {done.exit_code}, {server.bytes_sent / 1e6:.0f} MB sent"
    return Figure("E01-E03", name, result, done.peak_mb, seconds)


def measure(options: argparse.Namespace) -> Iterator[Figure]:
    for row, name, *_ in pages() if not options.floods else ():
        if options.only in name:
            yield measure_page(row, name)
    for name in FLOODS if not options.pages else ():
        if options.only in name:
            yield measure_flood(name)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default="", metavar="WORD", help="inputs whose name holds this")
    parser.add_argument("--pages", action="store_true", help="without the floods")
    parser.add_argument("--floods", action="store_true", help="the floods only")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        take_one(options.one)
        return 0
    print("| row | input | what came of it | peak MB | s |\n|---|---|---|---|---|")
    figures = []
    for figure in measure(options):
        figures.append(figure)
        print(figure.line(), flush=True)
    worst = max(figures, key=lambda figure: figure.peak_mb)
    slowest = max(figures, key=lambda figure: figure.seconds)
    dead = sum(figure.result.startswith("died") for figure in figures)
    print(f"\n{len(figures)} inputs, {dead} died; most memory {worst.peak_mb} MB ({worst.name}), "
          f"longest {slowest.seconds:.1f} s ({slowest.name})")  # fmt: skip
    over = [f.name for f in figures if f.peak_mb > (PICTURE_MB if f.name.startswith("picture: ") else NORMAL_MB)]
    return 1 if dead or over else 0


if __name__ == "__main__":
    sys.exit(main())
