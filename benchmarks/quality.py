"""Does a page show the article, all of it and nothing else? Counted against a second reading of the source.

``python -m benchmarks.quality --corpus DIR`` takes a folder of bodies, ``--sample`` the sample site; ``--each``
prints a line an article, ``--differences`` every line where page and reference differ. Exit 1: a target is missed.
What the figures mean and which differences are meant stands in docs/quality.md.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from statistics import median, quantiles
from time import process_time

from benchmarks.compare import Difference, compare, read_page
from benchmarks.reference import read_source
from benchmarks.sources import Source, from_corpus, from_front, from_sample
from newsmirror.clean import clean_article
from newsmirror.extract import extract_article
from newsmirror.paths import page_path
from newsmirror.render import PageStyle, render_page
from newsmirror.spiders.secretchina import SITE

TARGETS = {"text": 0.999, "captions": 0.995, "links": 0.995, "pictures": 0.995, "bold runs": 0.995}
"""Smallest share kept."""
MAX_FOREIGN = 0.0005
"""Largest share of characters that the source's body does not have."""
MAX_MILLISECONDS = 5.0
"""Clean and render, the median of an article, in time of one core."""


def measure(source: Source) -> tuple[Counter[str], list[Difference], float]:
    """Counts of one article, its differences, and the milliseconds that clean and render took."""
    scraped = extract_article(source.page, url=source.url, site=SITE)
    started = process_time()
    article = clean_article(scraped, site=SITE, members_only="full")
    path = page_path("pages/{year}/{month}/{day}/{id}.md", article)
    page = render_page(article, path=path, address=article.url, site=SITE, style=PageStyle())
    took = (process_time() - started) * 1000
    counts, differences = compare(read_source(source.page), read_page(page))
    return counts, differences, took


def report(sources: Iterable[Source], *, each: bool, show: bool) -> bool:
    """Measure and print; True where all targets are met."""
    total: Counter[str] = Counter()
    times: list[float] = []
    for source in sources:
        counts, differences, took = measure(source)
        total += counts
        times.append(took)
        if each:
            figures = " ".join(f"{key}={value}" for key, value in sorted(counts.items()) if value)
            print(f"{source.name} {took:.1f} ms {figures}")
        for difference in differences if show else ():
            print(f"{source.name} {difference}")
    if not times:
        raise SystemExit("no article was found")
    return print_sum(total, times)


def print_sum(total: Counter[str], times: list[float]) -> bool:
    met = True
    print(f"{len(times)} articles")
    for name in sorted({key.partition(":")[0] for key in total}):
        want, kept = total[f"{name}:want"], total[f"{name}:kept"]
        share = kept / want if want else 1.0
        target = TARGETS.get(name)
        met &= target is None or share >= target
        goal = f"target {target:.2%}" if target else ""
        if want or kept:
            print(f"{name:14} {kept:8} of {want:8} kept {share:9.3%} {goal}")
    foreign = total["foreign:kept"] / (total["text:want"] or 1)
    print(f"characters that do not belong: {foreign:.4%} (target at most {MAX_FOREIGN:.2%})")
    slow = quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
    print(f"clean and render: median {median(times):.2f} ms, 95 % under {slow:.2f} ms, longest {max(times):.1f} ms")
    return met and foreign <= MAX_FOREIGN and median(times) <= MAX_MILLISECONDS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, help="folder with articles.jsonl and pN/ID.html")
    parser.add_argument("--front", help="with --corpus: fetch the pages of its articles from this address instead")
    parser.add_argument("--sample", action="store_true", help="the articles of the sample site")
    parser.add_argument("--article", help="only the article with this id")
    parser.add_argument("--each", action="store_true", help="print a line an article")
    parser.add_argument("--differences", action="store_true", help="print every line that differs")
    options = parser.parse_args()
    if options.sample == bool(options.corpus):
        parser.error("give --corpus DIR or --sample")
    if options.corpus and not (options.corpus / "articles.jsonl").is_file():
        parser.error(f"{options.corpus} holds no articles.jsonl")
    if options.sample:
        sources = from_sample()
    elif options.front:
        sources = from_front(options.corpus, options.front)
    else:
        sources = from_corpus(options.corpus)
    chosen = (source for source in sources if options.article in (None, source.name))
    return 0 if report(chosen, each=options.each, show=options.differences) else 1


if __name__ == "__main__":
    sys.exit(main())
