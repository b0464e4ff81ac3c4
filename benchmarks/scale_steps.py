"""The steps that `benchmarks.scale` measures, each in a process of its own."""

import hashlib
import random
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain, cycle
from pathlib import Path

from benchmarks.made import Maker
from benchmarks.scale import PREFIX
from newsmirror import paths
from newsmirror.config import Config
from newsmirror.feedwriter import FeedWriter
from newsmirror.git import Repository
from newsmirror.indexes import ListWriter
from newsmirror.items import Article, OutputFile, Page, Row, block_lines
from newsmirror.mirror import Mirror
from newsmirror.outcome import Report
from newsmirror.placing import make_page
from newsmirror.publish import Publisher
from newsmirror.push import Pusher
from newsmirror.pushing import Pushing
from newsmirror.qr import qr_png
from newsmirror.record import Record, record_file
from newsmirror.remotes import Remote
from newsmirror.render import render_page
from newsmirror.spiders.secretchina import SITE
from newsmirror.stage import Stage
from sample_site import SampleServer, SampleSite
from sample_site import records as sample

RENDERED = 2000
"""So many of the newest articles are what a run would have made. Older ones have a page, a code and a record of the
same size and kind that no run looks at, made in a twentieth of the time."""
LISTED = 400
"""Articles that the source's lists name."""


def config_of(folder: Path, **further: str) -> Config:
    values = {
        "REPO": str(folder),
        "AUTHOR": "mirror <mirror@example.invalid>",
        "PUBLIC_URL": PREFIX,
        "TAGS": "",
    } | further
    return Config.from_settings({f"NEWSMIRROR_{name}": value for name, value in values.items()})


def now() -> datetime:
    return datetime.now(UTC)


# Building


def build(folder: Path, count: int) -> None:
    """Make a mirror of *count* articles in one commit, with its lists and feeds, its state and its working copy."""
    config = config_of(folder)
    archive = Archive(Maker(SITE, count), config)
    mirror = Mirror(config, SITE, now)
    mirror.open()
    mirror.store.rebuild(archive.rows(), "")
    with mirror.store.transaction(), closing(Stage(mirror.repository, mirror.base)) as stage:
        lists = ListWriter(mirror.store, stage, SITE, config, PREFIX).all_files()
        mirror.commit(chain(archive.files(), lists), f"newsmirror: {count} new, 0 updated", size=count * 7000)
    mirror.follow()
    mirror.close()
    _add_feeds(config)


def _add_feeds(config: Config) -> None:
    mirror = Mirror(config, SITE, now)
    mirror.open()
    stage = Stage(mirror.repository, mirror.base)
    for file in FeedWriter(mirror.store, stage, SITE, config).all_files():
        stage.write(file)
    with mirror.store.transaction():
        mirror.commit(stage.files(), "newsmirror: 0 new, 0 updated", size=stage.size)
    mirror.follow()
    stage.close()
    mirror.close()


class Archive:
    """The articles of a mirror as files and as rows of the state."""

    def __init__(self, maker: Maker, config: Config):
        self._maker, self._config = maker, config
        self._first = max(maker.size - RENDERED, 0)
        """The first of those that are rendered."""

    def rows(self) -> Iterator[Row]:
        return (self._row(number, self._maker.article(number)) for number in range(self._maker.size))

    def files(self) -> Iterator[OutputFile]:
        for number in range(self._maker.size):
            article = self._maker.article(number)
            yield from (_laid_out if number < self._first else self._rendered)(article, self._page(article))

    def _rendered(self, article: Article, page: Page) -> tuple[OutputFile, ...]:
        text, code = finish(page, self._config).files()
        return text, record_file(Record(article)), code

    def _page(self, article: Article) -> Page:
        return make_page(article, self._config, PREFIX)

    def _row(self, number: int, article: Article) -> Row:
        if number >= self._first:
            return Row.of(self._page(article))
        return Row(
            id=article.id, url=article.url, path=paths.page_path(self._config.page_path, article), title=article.title,
            category=article.category, tags=article.tags, published=article.published.astimezone(UTC),
            date_only=False, digest=hashlib.sha256(article.title.encode()).hexdigest(),
        )  # fmt: skip


def finish(page: Page, config: Config) -> Page:
    """A page with its Markdown and its QR code."""
    text = render_page(page.article, path=page.path, address=page.address, site=SITE, style=config.style)
    return replace(page, markdown=text, qr=qr_png(page.address))


def _laid_out(article: Article, page: Page) -> tuple[OutputFile, ...]:
    """An article's files as `Archive` makes them for those that nobody looks at."""
    body = "\n\n".join(block_lines(article.blocks))
    tags = " | ".join(f"[{tag}](../../../../{paths.tag_stem(tag)}.md)" for tag in article.tags)
    text = (
        f"# {article.title}\n\n[首页](../../../../README.md) | [更多镜像与说明](../../../../LINKS.md)\n\n"
        f"{article.published:%Y-%m-%d %H:%M} · 来源：{article.source}\n\n{body}\n\n标签：{tags}\n\n---\n\n"
        f"手机上长按并复制下列链接或二维码分享本文章：\n\n<{page.address}>\n\n"
        f"[![本页二维码]({article.id}.md.png)]({page.address})\n\n原文地址（需翻墙访问）：<{article.url}>\n"
    )
    record = f'~~~ newsmirror 1\n{{"source":"{article.source}"}}\n\n{body}\n~~~\n'
    code = qr_png_like(article.id)
    return (
        OutputFile(page.path, text.encode()),
        OutputFile(paths.record_path(article), record.encode()),
        OutputFile(paths.qr_path(page.path), code),
    )


def qr_png_like(number: int) -> bytes:
    """As many bytes as a QR code has, which compress as little."""
    return b"\x89PNG\r\n\x1a\n" + random.Random(number).randbytes(433)  # noqa: S311


# Runs


def publish(folder: Path, size: int, first: int, count: int) -> None:
    """A run with so many new articles, from the clean article on: page, QR code, gate, lists, feeds, commit."""
    config = config_of(folder)
    maker = Maker(SITE, size)
    publisher = Publisher(config, SITE)
    publisher.open()
    for number in range(first, first + count):
        page = make_page(maker.article(number), config, PREFIX)
        if fault := publisher.add(finish(page, config)):
            sys.exit(f"{page.path} {fault}")
    result = publisher.finish(Report(lists={"read": 1}))
    publisher.close()
    if result.new != count:
        sys.exit(f"the run published {result.new} of {count} articles: {result.outcome.label}")


def push(folder: Path, far: Path) -> None:
    """What a run does after its commit, for one remote."""
    pushes = Pusher(Repository(folder, "main"), Pushing((Remote("far", str(far), "file"),))).run()
    if not pushes[0].result.holds:
        sys.exit(f"the remote did not take it: {pushes[0].sentence}")


class MadeSite(SampleSite):
    """The source with the newest of the made articles on its lists."""

    def __init__(self, size: int):
        super().__init__()
        maker = Maker(SITE, size)
        newest = [maker.article(number) for number in range(size - 1, max(size - LISTED, 0) - 1, -1)]
        known = [article for article in newest if article.category in sample.CATEGORIES]
        self._newest_first = tuple(map(_as_sample, known, cycle(sample.load_articles())))
        self.articles = {article.id: article for article in self._newest_first}


def _as_sample(article: Article, words: sample.Article) -> sample.Article:
    """An article for lists, with words that nobody takes for noise."""
    return replace(words, id=article.id, category=article.category or "", published=article.published)


def serve(size: int) -> None:
    """Serve the lists on a port of loopback, which is printed, until the input ends."""
    with SampleServer(MadeSite(size)) as server:
        print(server.url, flush=True)
        sys.stdin.read()


def main() -> None:
    """``python -m benchmarks.scale_steps STEP WORD…``, as `benchmarks.scale` calls it."""
    match sys.argv[1:]:
        case ["build", folder, size]:
            build(Path(folder), int(size))
        case ["publish", folder, size, first, count]:
            publish(Path(folder), int(size), int(first), int(count))
        case ["push", folder, far]:
            push(Path(folder), Path(far))
        case ["serve", size]:
            serve(int(size))
        case _:
            sys.exit("these are the steps of python -m benchmarks.scale")


if __name__ == "__main__":
    main()
