"""How long it takes to begin: ``scrapy list``, and a run up to its first request."""

from collections.abc import Iterator

from benchmarks.figures import Figure, figure
from benchmarks.rig import Bench, Cost, Served, crawl, crawl_bare, scrapy, served

ROW = "start-up"


def measure(bench: Bench) -> Iterator[Figure]:
    """Ours in turn with the same of a bare project."""
    ours: list[Cost] = []
    bare: list[Cost] = []
    first: tuple[list[float], list[float]] = ([], [])
    with served(bench, "sample") as site:
        crawl(bench, site, bench.folder / "started")
        for _ in range(bench.runs):
            ours.append(scrapy(bench, "newsmirror.settings", "list"))
            bare.append(scrapy(bench, "benchmarks.bare.settings", "list"))
            before = len(site.requests())
            first[0].append(_until_asked(site, crawl(bench, site, bench.folder / "started"), before))
            before = len(site.requests())
            first[1].append(_until_asked(site, crawl_bare(bench, [site.url + "/robots.txt"]), before))
    held = "bare project"
    yield figure(ROW, "scrapy list, wall", [c.wall for c in ours], "s", reference=held, against=[c.wall for c in bare])
    yield figure(
        ROW, "scrapy list, processor time", [c.cpu for c in ours], "s", reference=held, against=[c.cpu for c in bare]
    )
    yield figure(ROW, "until the first request, wall", first[0], "s", reference=held, against=first[1])


def _until_asked(site: Served, done: Cost, before: int) -> float:
    """Seconds from the start of a run to the first request after the *before* first ones."""
    return site.requests(before)[0][0] - done.began
