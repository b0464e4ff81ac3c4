"""``scrapy fixture``: records a page of the source as a test case, and refreshes what is expected of all."""

import argparse
import gzip
import json
import re
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.http import Response, TextResponse

from newsmirror import paths
from newsmirror.clean import clean_article
from newsmirror.extract import extract_article
from newsmirror.reading import read_text
from newsmirror.render import PageStyle, render_page
from newsmirror.site import Site

CASES = Path("tests/sites")


def expected_of(text: str, url: str, site: Site) -> tuple[str, str]:
    """What a recorded page gives: the clean article as JSON and its page as Markdown."""
    scraped = extract_article(text, url=url, site=site)
    article = clean_article(scraped, site=site, members_only="teaser")
    record = {"layout": scraped.layout, **asdict(article)}
    path = paths.page_path("pages/{year}/{month}/{day}/{id}.md", article)
    page = render_page(article, path=path, address=article.url, site=site, style=PageStyle())
    return json.dumps(record, ensure_ascii=False, indent=1, default=datetime.isoformat) + "\n", page


def read_case(folder: Path) -> tuple[str, str]:
    """The recorded page and its address."""
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    return gzip.decompress((folder / "page.html.gz").read_bytes()).decode(), meta["url"]


def write_expected(folder: Path, site: Site) -> None:
    """Make ``expected.json`` and ``expected.md`` of a case anew; read the difference like code."""
    data, page = expected_of(*read_case(folder), site)
    (folder / "expected.json").write_text(data, encoding="utf-8")
    (folder / "expected.md").write_text(page, encoding="utf-8")


def record_case(folder: Path, text: str, url: str, site: Site) -> None:
    """Keep a page as a case. The gzip header holds no time, so that the same page gives the same file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "page.html.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    (folder / "meta.json").write_text(json.dumps({"url": url}, ensure_ascii=False) + "\n", encoding="utf-8")
    write_expected(folder, site)


class Command(ScrapyCommand):
    """``scrapy fixture URL`` or ``scrapy fixture --refresh``."""

    requires_project = True

    def syntax(self) -> str:
        return "[options] [url]"

    def short_desc(self) -> str:
        return "Record an article's page as a test case, or refresh the expected files of all cases"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--case", metavar="NAME", help="name of the case (the article's id)")
        parser.add_argument("--refresh", action="store_true", help="make the expected files of all cases anew")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != (0 if opts.refresh else 1) or not re.fullmatch(r"[\w.-]*", opts.case or ""):
            raise UsageError("use: scrapy fixture URL [--case NAME], or scrapy fixture --refresh")
        assert self.crawler_process
        loader = self.crawler_process.spider_loader
        spiders = [loader.load(name) for name in loader.list()]
        for spider in spiders:
            site: Site = spider.site  # type: ignore[attr-defined]  # all spiders of this project have one
            if opts.refresh:
                for case in sorted((CASES / site.name).glob("*/meta.json")):
                    write_expected(case.parent, site)
            elif known := site.article_of(args[0]):
                return self._record(spider, args[0], CASES / site.name / (opts.case or str(known[0])), site)
        if not opts.refresh:
            names = ", ".join(sorted(loader.list()))
            raise UsageError(f"'{args[0][:200]}' is no article of {names}; give the address of an article's page")
        return None

    def _record(self, spider: type[Spider], url: str, folder: Path, site: Site) -> None:
        def keep(response: Response) -> None:
            assert isinstance(response, TextResponse)
            record_case(folder, read_text(response), url, site)

        async def start(_self: Any) -> AsyncIterator[Request]:
            yield Request(url, callback=keep)

        assert self.crawler_process
        assert self.settings
        self.settings.set("ITEM_PIPELINES", {}, priority="cmdline")
        self.crawler_process.crawl(type(spider.__name__, (spider,), {"start": start}))
        self.crawler_process.start()
        if not (folder / "expected.md").exists():
            self.exitcode = 1
