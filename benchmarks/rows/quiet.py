"""What a run costs that finds nothing new: most runs do."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, Target, figure
from benchmarks.rig import Bench, Cost, Served, crawl, crawl_bare, usual_site

ROW = "nothing new"
CPU = Target(1.5)
REQUESTS = Target(1)


def measure(bench: Bench) -> Iterator[Figure]:
    """Wall, processor time, memory and requests, beside Scrapy that starts and ends and does nothing between."""
    runs: list[Cost] = []
    starts: list[Cost] = []
    requests: list[float] = []
    with usual_site(bench) as site:
        repo = bench.folder / "quiet"
        crawl(bench, site, repo)
        for _ in range(bench.runs):
            done, targets = _one(bench, site, repo)
            runs.append(done)
            requests.append(len(targets))
            starts.append(crawl_bare(bench, []))
    lists = len({target for target in targets if target != "/robots.txt"})
    above = [own.cpu - other.cpu for own, other in zip(runs, starts, strict=True)]
    held = "Scrapy's own start and end"
    yield figure(ROW, "wall", [c.wall for c in runs], "s", reference=held, against=[c.wall for c in starts])
    yield figure(ROW, "processor time", [c.cpu for c in runs], "s", reference=held, against=[c.cpu for c in starts])
    yield figure(ROW, "processor time above Scrapy's own", above, "s", target=CPU)
    yield figure(ROW, "peak memory", [c.peak for c in runs], "MB", reference=held, against=[c.peak for c in starts])
    yield figure(ROW, "requests", requests, "requests", reference="lists of the site", against=[lists])
    each = [(count - 1) / lists for count in requests]  # one is for robots.txt
    yield figure(ROW, "requests a list", each, "requests", target=REQUESTS)


def _one(bench: Bench, site: Served, repo: Path) -> tuple[Cost, list[str]]:
    before = len(site.requests())
    done = crawl(bench, site, repo, "-s", "NEWSMIRROR_LOOK_AGAIN=0")  # the clock decides which articles are
    if "nothing_new" not in done.said:
        raise SystemExit(f"a second run found something:\n{done.said}")
    return done, [target for _, target in site.requests(before)]
