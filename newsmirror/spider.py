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
from newsmirror.asking import article_request, look_request
from newsmirror.configured import config_of
from newsmirror.discovery import Wanted
from newsmirror.failures import NotAskedError, explain
from newsmirror.identity import Refusal, titles_agree
from newsmirror.items import Article, ScrapedArticle
from newsmirror.listspider import GONE, LIMITS, ListSpider
from newsmirror.lookout import Lookout
from newsmirror.looks import MAX_EDITS, MAX_LOOKS, Sighting
from newsmirror.outcome import NO_PAGE
from newsmirror.patience import UNCHANGED
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
        self._looks_again = True
        self._answers = Answers()
        self._lookout = Lookout(self.site, asks_for_changes=True)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Build the spider. Raises ConfigError for arguments and settings that are wrong."""
        arguments = RunArguments.parse(kwargs, site=cls.site, now=datetime.now(UTC))
        config = config_of(crawler)
        spider = cls(arguments, followed_tags(cls.site, config.style))
        spider._looks_again = config.look_again
        spider._lookout = Lookout(cls.site, asks_for_changes=config.route.proxy is None)  # they tie runs together
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
            if self.memory.knows(article.id):
                self._lookout.expect(article.id)
            request = article_request(article, callback=self.parse_article, errback=self.article_failed)
            self.crawler.engine.crawl(request)
        if self._look_again({article.id for article in asked}) or asked:
            raise DontCloseSpider

    def _look_again(self, asked: set[int]) -> int:
        """Ask for the published articles whose look is due, after those that are new; returns how many.

        Not in a run that is about certain lists or articles, and not where no list came: nobody may answer at all.
        """
        assert self.crawler.stats
        is_deaf = not self.crawler.stats.get_value("newsmirror/lists/read")
        if not self._looks_again or self.arguments.is_narrow or is_deaf:
            return 0
        due = [(look, row) for look, row in self.memory.looks(MAX_LOOKS) if self.arguments.wants(row.published)]
        due = [(look, row) for look, row in due if row.id not in asked]
        if self.arguments.limit:
            due = due[: max(0, self.arguments.limit - len(asked))]
        for rank, (look, row) in enumerate(due):
            headers = self._lookout.plan(look)
            self.crawler.engine.crawl(
                look_request(row, rank, headers, callback=self.parse_article, errback=self.article_failed)
            )
        if due:
            logger.info("%d published articles are looked at again", len(due))
            self._count("looks/asked", len(due))
        return len(due)

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
        asked = address or response.url
        if not self._is_page(asked, response) or (address := self._final_address(asked, response)) is None:
            return
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
        self._lookout.note_there(address, response)
        if (agrees := titles_agree(article.title, titles)) is not None:
            self.memory.evidence.agree(article.id, agrees)
        if not self._lookout.is_planned(address):
            self._count("articles/scraped")
        yield article

    def _is_page(self, address: str, response: Response) -> bool:
        """Whether an answer has a page to read; what else follows from its status is seen to."""
        if self._lookout.is_unchanged(address, response):
            self._lookout.note_there(address, response)
            self._count("looks/unchanged")
            return False
        if response.status == UNCHANGED or response.status >= 400:
            self._refuse_status(address, response.status)
            return False
        return True

    def _final_address(self, address: str, response: Response) -> str | None:
        """The article's address: the one it was asked by, or, where only the id was known, where the source led to."""
        self._answers.keep(address, response)
        given, final = self.site.article_of(address), self.site.article_of(response.url)
        if given and final and given[0] != final[0]:
            self.fail(address, "redirected", "the source answers with another article")
            return None
        if given and final and given[1] == STAND_IN:
            address = self.site.article_address(*final)
            self._answers.keep(address, response)
        return address

    def _refuse_status(self, address: str, status: int) -> None:
        reason = "limited" if status in LIMITS else "http"
        self.fail(address, reason, f"status {status}", status=status)
        if status in GONE:
            self._ledger.settle(address)

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
            self._count(self._group(address) + reason)
            logger.debug("Not asked for (%s): %s", words, address)
            return
        self.fail(address, reason, words)

    def fail(self, address: str, reason: str, words: str, *, status: int = 0) -> None:
        """Record why an article is not published; the next runs try it again with growing pauses.

        A look that was due has its own pauses, and one that brought nothing is nothing to be warned of.
        """
        self._count(self._group(address) + reason)
        self._lookout.note_failure(address, reason, status)
        if self._lookout.is_planned(address) and reason in NO_PAGE:
            logger.info("Looked again in vain (%s: %s): %s", reason, words, address)
        else:
            logger.warning("Not published (%s: %s): %s", reason, words, address)
        if not self._lookout.is_planned(address):
            self.failures[address] = reason
        if reason == "http":
            self.memory.evidence.resolve(address, gone=True)
        if reason not in NO_PAGE:
            self.memory.evidence.keep(address, "article", reason, words, self._answers.take(address))

    def _group(self, address: str) -> str:
        """Where an address is counted: looks that were due tell nothing of how well the run goes."""
        return "looks/" if self._lookout.is_planned(address) else "articles/"

    def compared(self, article: Article, *, changed: bool) -> None:
        """Note that a published article was compared with what stands there now."""
        self.memory.evidence.compare(article.id, changed=changed)
        if self._lookout.is_planned(article.url):
            self._count("looks/changed" if changed else "looks/unchanged")
            if changed:
                self._count("articles/scraped")

    def hold(self, address: str) -> None:
        """Leave another version of an article for a later look, because there have been too many of them."""
        self._lookout.note_held(address)
        self._count("looks/held")
        logger.info("Updated %d times in a day already, so the newest version waits: %s", MAX_EDITS, address)

    @property
    def sightings(self) -> tuple[Sighting, ...]:
        """What this run saw of published articles, and the source's marks of new ones."""
        return self._lookout.sightings

    def give_up(self, reason: str) -> None:
        """Ask the source for nothing more: what comes could not be kept."""
        assert self.crawler.engine
        deferred_from_coro(self.crawler.engine.close_spider_async(reason=reason))

    def unfinished(self) -> list[Pending]:
        """What this run and those before it found and did not get to, for the next one."""
        return self._ledger.unfinished(self.memory.knows)
