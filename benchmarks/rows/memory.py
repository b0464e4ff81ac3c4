"""How much memory a run takes, and how much more with each article."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from benchmarks.figures import Figure, Target, figure
from benchmarks.rig import Bench, crawl, crawl_bare, served

ROW = "memory"
ARTICLES = 5000
STEP = 500
PEAK, SLOPE = Target(150), Target(2)


def measure(bench: Bench) -> Iterator[Figure]:
    """One run of 5,000 articles is watched; its growth is told for every 500 after the first."""
    sizes: dict[int, float] = {}
    with served(bench, "made", "--articles", str(ARTICLES)) as site:

        def watch(process: int) -> None:
            articles = sum(target.endswith(".html") and target.count("/") > 3 for _, target in site.requests())
            if articles // STEP not in sizes and (resident := _resident(process)):
                sizes[articles // STEP] = resident

        words = ("-a", f"pages={ARTICLES}", "-s", "NEWSMIRROR_TAGS=")
        done = crawl(bench, site, bench.folder / "remembered", *words, watch=watch)
        bare = crawl_bare(bench, [site.url + target for _, target in site.requests()])
    if f"published {ARTICLES} new" not in done.said:
        raise SystemExit(f"not all articles were published:\n{done.said}")
    marks = [sizes[mark] for mark in sorted(sizes) if mark]
    slopes = [1000 / STEP * (later - earlier) for earlier, later in pairwise(marks)]
    yield figure(
        ROW, f"peak of a run of {ARTICLES:,} articles, commit included", [done.peak], "MB",
        reference="bare spider", against=[bare.peak], target=PEAK,
    )  # fmt: skip
    yield figure(ROW, "growth a 1,000 articles", slopes, "MB", target=SLOPE)


def _resident(process: int) -> float:
    """Megabytes of a process that are in memory; 0 where it has ended."""
    try:
        text = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    line = next((line for line in text.splitlines() if line.startswith("VmRSS:")), "VmRSS: 0 kB")
    return int(line.split()[1]) / 1024
