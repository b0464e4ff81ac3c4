"""What each step of an article's way costs."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any
from unittest.mock import patch

from scrapy.http import HtmlResponse

from benchmarks.figures import Figure, Target, figure, high_end
from benchmarks.rig import PREFIX, Bench
from benchmarks.sites import TODAY, Replica, Responding, sample_articles
from newsmirror.clean import clean_article
from newsmirror.config import Config
from newsmirror.items import ScrapedArticle
from newsmirror.mirror import Mirror
from newsmirror.outcome import Report
from newsmirror.placing import make_page
from newsmirror.publish import Publisher
from newsmirror.qr import qr_png
from newsmirror.reading import article_of
from newsmirror.render import render_page
from newsmirror.spiders.secretchina import SITE
from newsmirror.validate import find_problem
from sample_site import SampleSite

ROW = "stages"
TEXT = ("extract", "clean", "validate", "render")
ONCE = {"write_lists": "lists and feeds", "commit": "commit", "follow": "working copy"}
"""Steps that a run does once, by the method that does them."""
ALL_STEPS = "all six steps of an article, mean"
TEXT_TARGET, QR_TARGET = Target(5), Target(3)
Times = dict[str, list[float]]
"""Milliseconds of each article by step."""


@dataclass
class _Clock:
    times: Times

    def run(self, step: str, work: Callable[..., Any], *words: Any, **named: Any) -> Any:
        """What the work returns; its processor time is noted."""
        start = process_time()
        result = work(*words, **named)
        self.times[step].append(1000 * (process_time() - start))
        return result


def measure(bench: Bench) -> Iterator[Figure]:
    """All articles of the site, *runs* times over, each time into a new working copy."""
    pages = list(_pages(bench))
    runs = [_run(bench.folder / f"staged-{number}", pages) for number in range(bench.runs)]
    whole = [sum(map(sum, (times[step] for step in (*TEXT, "QR code", "gate and write")))) for times in runs]
    mean = [total / len(pages) for total in whole]
    for step in (*TEXT, "QR code", "gate and write"):
        target = QR_TARGET if step == "QR code" else None
        yield _middle(runs, f"{step}, median", step, median, target, mean)
        yield _middle(runs, f"{step}, 95th percentile", step, high_end, None, mean)
    sums = [median(map(sum, zip(*(times[step] for step in TEXT), strict=True))) for times in runs]
    together = "extract, clean, validate and render together, median"
    yield figure(ROW, together, sums, "ms", reference=ALL_STEPS, against=mean, target=TEXT_TARGET)
    for step in ONCE.values():
        each = [sum(times[step]) / len(pages) for times in runs]
        yield figure(ROW, f"{step}, of {len(pages)} at once", each, "ms wall", reference=ALL_STEPS, against=mean)


def _middle(
    runs: list[Times],
    what: str,
    step: str,
    of: Callable[[list[float]], float],
    target: Target | None,
    mean: list[float],
) -> Figure:
    values = [of(times[step]) for times in runs]
    return figure(ROW, what, values, "ms", reference=ALL_STEPS, against=mean, target=target)


def _pages(bench: Bench) -> Iterator[HtmlResponse]:
    site: Responding
    if bench.replica:
        site = replica = Replica(bench.replica)
        paths = replica.articles()
    else:
        site, paths = SampleSite(TODAY), sample_articles()
    for path in paths:
        answer = site.respond(path)
        yield HtmlResponse(
            f"https://{SITE.host}{path}", body=answer.body, headers={"Content-Type": answer.content_type}
        )


def _run(repo: Path, pages: list[HtmlResponse]) -> Times:
    """Publish the articles of these pages; returns what it took."""
    clock = _Clock(defaultdict(list))
    values = {"REPO": str(repo), "PUBLIC_URL": PREFIX, "IMAGES": "embed"}
    config = Config.from_settings({f"NEWSMIRROR_{name}": value for name, value in values.items()})
    publisher = Publisher(config, SITE)
    publisher.open()
    for answer in pages:
        _publish(answer, config, publisher, clock)
    with ExitStack() as stack:
        for name, step in ONCE.items():
            stack.enter_context(patch.object(Mirror, name, _timed(name, step, clock.times)))
        result = publisher.finish(Report(lists={"read": 1}))
    publisher.close()
    if not result.commit:
        raise SystemExit(f"nothing was published: {result.reason}")
    return clock.times


def _publish(answer: HtmlResponse, config: Config, publisher: Publisher, clock: _Clock) -> None:
    scraped = clock.run(
        "extract", article_of, answer, url=answer.url, site=SITE, published=None, category=None, trusted=False
    )
    if not isinstance(scraped, ScrapedArticle):
        raise SystemExit(f"{answer.url}: {scraped.words}")
    article = clock.run("clean", clean_article, scraped, site=SITE, members_only="teaser")
    problem = clock.run("validate", find_problem, article, now=datetime.now(UTC))
    page = make_page(article, config, PREFIX)
    text = clock.run(
        "render", render_page, article, path=page.path, address=page.address, site=SITE, style=config.style
    )
    code = clock.run("QR code", qr_png, page.address)
    fault = clock.run("gate and write", publisher.add, replace(page, markdown=text, qr=code))
    if problem or fault:
        raise SystemExit(f"{answer.url}: {problem or fault}")


def _timed(name: str, step: str, times: Times) -> Callable[..., Any]:
    """The method of this name, with its time noted, waiting for git and the disk included."""
    method = getattr(Mirror, name)

    def run(*words: Any, **named: Any) -> Any:
        start = perf_counter()
        try:
            return method(*words, **named)
        finally:
            times[step].append(1000 * (perf_counter() - start))

    return run
