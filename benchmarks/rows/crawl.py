"""How fast articles come in, start and commit included, beside a bare spider that asks for the same."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.figures import Figure, Target, figure
from benchmarks.rig import WHOLE, Bench, Cost, Served, crawl, crawl_bare, slow_replica, usual_site

ROW = "crawl"
SHARE = Target(60, at_least=True)
FEW = 150
"""Articles of each run from the slow server, whose runs consist of waiting."""


@dataclass
class Pairs:
    """Runs of ours and of the bare spider in turn, so that both meet the same machine."""

    articles: int = 0
    requests: int = 0
    ours: list[Cost] = field(default_factory=list)
    bare: list[Cost] = field(default_factory=list)

    def add(self, bench: Bench, site: Served, repo: Path, *words: str) -> None:
        before = len(site.requests())
        self.ours.append(crawl(bench, site, repo, *words))
        targets = [target for _, target in site.requests(before)]
        self.articles = sum(1 for _ in repo.glob("pages/**/*.md"))
        self.requests = len(targets)
        self.bare.append(crawl_bare(bench, [site.url + target for target in targets]))

    def figures(self, what: str) -> Iterator[Figure]:
        """Rates, their ratio pair by pair, and the processor time of an article."""
        ours, bare = ([self.articles / cost.wall for cost in costs] for costs in (self.ours, self.bare))
        name = f"{what}, {self.articles} articles, {self.requests} requests"
        yield figure(ROW, name, ours, "articles/s", reference="bare spider", against=bare)
        shares = [100 * own / other for own, other in zip(ours, bare, strict=True)]
        yield figure(ROW, f"{what}: share of the bare spider's rate", shares, "%", target=SHARE)
        times = [[1000 * cost.cpu / self.articles for cost in costs] for costs in (self.ours, self.bare)]
        yield figure(
            ROW, f"{what}: processor time of an article", times[0], "ms", reference="bare spider", against=times[1]
        )


def measure(bench: Bench) -> Iterator[Figure]:
    """First from a server that takes 40 ms for an answer, as near as a source can be, then from one that takes none."""
    if bench.replica:
        yield from _compare(bench, slow_replica(bench), "source 40 ms away", "few", "-a", f"limit={FEW}")
    yield from _compare(bench, usual_site(bench), "source that answers at once", WHOLE)


def _compare(bench: Bench, site: AbstractContextManager[Served], what: str, name: str, *words: str) -> Iterator[Figure]:
    pairs = Pairs()
    with site as running:
        for number in range(bench.runs):
            pairs.add(bench, running, bench.folder / f"{name}-{number}", *words)
    yield from pairs.figures(what)
