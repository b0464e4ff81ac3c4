"""What looks at published articles cost: comparing two versions, and finding what is due among a million articles.

``python -m benchmarks.looks`` compares texts of growing length, ordinary and hostile ones; time that grows with the
square of the length would show. ``--articles N`` sets the size of the state for the second part (0 leaves it out).
``--corpus DIR`` compares every pair of neighbours among the bodies of a folder: how much two articles share by chance.
"""

import argparse
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from time import process_time

from benchmarks.sources import from_corpus
from newsmirror.clean import clean_article
from newsmirror.extract import extract_article
from newsmirror.items import BEIJING, Article, Paragraph, Row, Span, letters
from newsmirror.looks import MAX_LOOKS, Look
from newsmirror.revision import CHANGE, lost_share, same_text
from newsmirror.spiders.secretchina import SITE
from newsmirror.store import Store

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
A_DAY = 81
"""Articles that the source brings a day."""
COMMON = "".join(map(chr, range(0x4E00, 0x4E00 + 3000)))


def article(text: str) -> Article:
    """An article of one paragraph."""
    return Article(
        id=1, url="https://www.secretchina.com/news/gb/2026/11/23/1.html", title="题", date_only=False, category=None,
        published=datetime(2026, 11, 23, tzinfo=BEIJING), blocks=(Paragraph((Span(text),)),),
    )  # fmt: skip


def ordinary(size: int) -> str:
    return "".join(random.Random(size).choices(COMMON, k=size))  # noqa: S311  # text, no secret


SHAPES: dict[str, Callable[[int], tuple[str, str]]] = {
    "the same text": lambda size: (ordinary(size), ordinary(size)),
    "two texts": lambda size: (ordinary(size), ordinary(size + 1)),
    "every tenth character another": lambda size: (ordinary(size), "异".join(_tens(ordinary(size)))),
    "one letter": lambda size: ("一" * size, "一" * (size - 1)),
    "two letters in turn": lambda size: ("一二" * (size // 2), "二一" * (size // 2)),
}


def _tens(text: str) -> Iterator[str]:
    return (text[start : start + 9] for start in range(0, len(text), 10))


def time_comparisons() -> None:
    """Milliseconds of both questions that are asked of a pair, by length and shape."""
    sizes = (1_000, 10_000, 33_000, 100_000, 200_000)
    print(f"{'milliseconds, characters:':34}" + "".join(f"{size:>10,}" for size in sizes))
    for name, shape in SHAPES.items():
        print(f"{name:34}" + "".join(f"{_milliseconds(*shape(size)):>10.1f}" for size in sizes))


def _milliseconds(old: str, new: str) -> float:
    before, after = article(old), article(new)
    started = process_time()
    same_text(before, after)
    lost_share(before, after)
    return (process_time() - started) * 1000


def compare_strangers(folder: Path) -> None:
    """What is lost where another article stands in the place of one, over all neighbours in a folder."""
    found = [
        clean_article(extract_article(source.page, url=source.url, site=SITE), site=SITE, members_only="full")
        for source in from_corpus(folder)
    ]
    shares = sorted(lost_share(old, new) for old, new in pairwise(found))
    taken = sum(share <= CHANGE for share in shares)
    print(f"{len(found)} articles, each in the place of its neighbour: {shares[len(shares) // 2]:.1%} of the text lost")
    print(f"in the middle; {taken} pass for a correction (notices of videos have one text)")
    longest = max(found, key=lambda one: len(letters(one.blocks)))
    least = min(lost_share(old, longest) for old in found if old is not longest and len(letters(old.blocks)) > 200)
    print(f"The longest of them in the place of each other one: {least:.1%} lost at least")


def rows(number: int) -> Iterator[Row]:
    """So many articles, the newest of them an hour old."""
    for count in range(number):
        when = NOW - timedelta(hours=1) - timedelta(days=count / A_DAY)
        day = when.astimezone(BEIJING)
        yield Row(
            id=2_000_000 - count, url=f"https://www.secretchina.com/news/gb/{day:%Y/%m/%d}/{2_000_000 - count}.html",
            path=f"pages/{day:%Y/%m/%d}/{2_000_000 - count}.md", title="题目", category="p1", tags=(),
            published=when.replace(microsecond=0), date_only=False, digest=f"{count:064x}",
        )  # fmt: skip


def time_state(number: int) -> None:
    """Milliseconds of what a run asks the state of a mirror of that size."""
    with tempfile.TemporaryDirectory() as folder, closing(Store(Path(folder) / "state.sqlite")) as store:
        store.rebuild(rows(number), "0" * 40)
        with store.transaction():
            first = _timed(lambda: store.plan_looks(NOW))
        with store.transaction():
            again = _timed(lambda: store.plan_looks(NOW))
        due = _timed(lambda: store.due_looks(NOW + timedelta(hours=7), MAX_LOOKS))
        planned = len(store.due_looks(NOW + timedelta(days=3), number))
        with store.transaction():
            change = _timed(lambda: _write_looks(store))
    print(f"{number:,} articles, {planned} looks: planning the first time {first:.1f} ms, in each run {again:.2f} ms; "
          f"what is due {due:.2f} ms; {MAX_LOOKS} looks written {change:.1f} ms")  # fmt: skip


def _write_looks(store: Store) -> None:
    for number in range(MAX_LOOKS):
        store.set_look(number, Look(number, NOW, NOW, NOW))


def _timed(task: Callable[[], object]) -> float:
    started = process_time()
    task()
    return (process_time() - started) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.looks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--corpus", type=Path)
    options = parser.parse_args()
    time_comparisons()
    if options.corpus:
        compare_strangers(options.corpus)
    if options.articles:
        time_state(options.articles)


if __name__ == "__main__":
    main()
