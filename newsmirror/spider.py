"""Everything about crawling that is not about one site: lists first, then what is new of their articles."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response
from scrapy.utils.defer import deferred_from_coro
from twisted.python.failure import Failure

from newsmirror.arguments import RunArguments
from newsmirror.asking import article_request
from newsmirror.config import Config
from newsmirror.discovery import Wanted
from newsmirror.failures import NotAskedError, explain
from newsmirror.identity import Refusal, titles_agree
from newsmirror.items import ScrapedArticle
from newsmirror.listspider import GONE, LIMITS, ListSpider
from newsmirror.outcome import NO_PAGE
from newsmirror.reading import Answers, article_of, kept
from newsmirror.render import followed_tags
from newsmirror.site import STAND_IN
from newsmirror.store import Pending

logger = logging.getLogger(__name__)

CUT_TRIES = "newsmirror_cut"
"""Key of request.meta: how often the page came cut."""


class NewsSpider(ListSpider):
    """Base of all spiders; a site file gives `name` and `site`."""

    def __init__(self, arguments: RunArguments, tags: tuple[str, ...], **kwargs: Any):
        super().__init__(arguments, tags, **kwargs)
        self.failures: dict[str, str] = {}
        """Reason by address of what failed in this run."""
        self._lists_done = False
        self._answers = Answers()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Build the spider. Raises ConfigError for arguments and settings that are wrong."""
        arguments = RunArguments.parse(kwargs, site=cls.site, now=datetime.now(UTC))
        style = Config.from_settings(crawler.settings).style
        spider = cls(arguments, followed_tags(cls.site, style))
        spider._set_crawler(crawler)
        crawler.signals.connect(spider.lists_are_read, signals.spider_idle)
        for signal in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(spider.item_is_done, signal)
        return spider

    def lists_are_read(self) -> None:
        """When nothing is left to do the first time: ask for the articles."""
        if self._lists_done:
            return
        self._lists_done = True
        self._report_lists()
        wanted = self._discovery.wanted(self.arguments)
        asked = [w for w in wanted if self._is_wanted(w)]
        assert self.crawler.stats
        self.crawler.stats.set_value("newsmirror/known", len(wanted) - len(asked))
        if self.arguments.limit:
            for late in asked[self.arguments.limit :]:
                self._ledger.open_article(late)
            asked = asked[: self.arguments.limit]
        logger.info("The lists name %d articles, %d of them are to be fetched", len(wanted), len(asked))
        self.crawler.stats.set_value("newsmirror/asked", len(asked))
        for article in asked:
            self._ledger.open_article(article)
            request = article_request(article, callback=self.parse_article, errback=self.article_failed)
            self.crawler.engine.crawl(request)
        if asked:
            raise DontCloseSpider

    def _is_wanted(self, wanted: Wanted) -> bool:
        if wanted.url in self.memory.evidence.decisions:
            return True
        if self.memory.knows(wanted.id):
            return self.arguments.refresh or bool(self.arguments.urls)
        return self.memory.is_due(wanted.url) or bool(self.arguments.urls)

    def parse_article(
        self,
        response: Response,
        published: datetime | None = None,
        category: str | None = None,
        address: str | None = None,
        titles: tuple[str, ...] = (),
    ) -> Iterator[ScrapedArticle | Request]:
        """The article on a page; an address that redirects keeps the id and day that the lists gave it.

        @known_article
        @returns items 1 1
        @scrapes title published body_html
        """
        asked = address = address or response.url
        if response.status >= 400:
            self.fail(address, "limited" if response.status in LIMITS else "http", f"status {response.status}")
            if response.status in GONE:
                self._ledger.settle(address)
            return
        self._answers.keep(address, response)
        given, final = self.site.article_of(address), self.site.article_of(response.url)
        if given and final and given[0] != final[0]:
            self.fail(address, "redirected", "the source answers with another article")
            return
        if given and final and given[1] == STAND_IN:
            address = self.site.article_address(*final)
            self._answers.keep(address, response)
        article = article_of(
            response, url=address, site=self.site, published=published, category=category,
            trusted=self.memory.evidence.is_released(asked),
        )  # fmt: skip
        if isinstance(article, Refusal):
            if article.reason == "cut" and (again := self._again(response)):
                yield again
            else:
                self.fail(address, article.reason, article.words)
            self._answers.drop(response)
            return
        self._ledger.settle(asked)
        if not self._is_in_time(article):
            self._answers.drop(response)
            return
        if (agrees := titles_agree(article.title, titles)) is not None:
            self.memory.evidence.agree(article.id, agrees)
        self._count("articles/scraped")
        yield article

    def _again(self, response: Response) -> Request | None:
        """A new request for a page that came cut; None where it was tried often enough."""
        asked = response.request
        settings = self.crawler.settings
        if asked is None or not settings.getbool("RETRY_ENABLED"):
            return None
        tries = int(asked.meta.get(CUT_TRIES, 0))
        if tries >= settings.getint("RETRY_TIMES"):
            return None
        return Request(
            asked.cb_kwargs.get("address", response.url), callback=asked.callback, errback=asked.errback,
            cb_kwargs=asked.cb_kwargs, meta={CUT_TRIES: tries + 1}, priority=-1, dont_filter=True,
        )  # fmt: skip

    def item_is_done(self, response: Response | None) -> None:
        """An article is published or refused: its answer need not be kept any longer."""
        for address in self._answers.drop(response):
            if response is not None:
                self.memory.evidence.sample(address, kept(response))

    def _is_in_time(self, article: ScrapedArticle) -> bool:
        if article.published is None:
            return True
        if article.date_only:
            return self.arguments.may_want_day(article.published.date(), self.site)
        return self.arguments.wants(article.published)

    def article_failed(self, failure: Failure) -> None:
        """Count an article that nobody answered; it stays pending for the next run."""
        reason, words = explain(failure.value or Exception())
        address = failure.request.cb_kwargs["address"]  # type: ignore[attr-defined]  # Scrapy sets it
        if isinstance(failure.value, NotAskedError):
            self._count(f"articles/{reason}")
            logger.debug("Not asked for (%s): %s", words, address)
            return
        self.fail(address, reason, words)

    def fail(self, address: str, reason: str, words: str) -> None:
        """Record why an article is not published; the next runs try it again with growing pauses."""
        self._count(f"articles/{reason}")
        self.failures[address] = reason
        logger.warning("Not published (%s: %s): %s", reason, words, address)
        if reason == "http":
            self.memory.evidence.resolve(address, gone=True)
        if reason not in NO_PAGE:
            self.memory.evidence.keep(address, "article", reason, words, self._answers.take(address))

    def give_up(self, reason: str) -> None:
        """Ask the source for nothing more: what comes could not be kept."""
        assert self.crawler.engine
        deferred_from_coro(self.crawler.engine.close_spider_async(reason=reason))

    def unfinished(self) -> list[Pending]:
        """What this run and those before it found and did not get to, for the next one."""
        return self._ledger.unfinished(self.memory.knows)
