"""The part of a crawl that reads lists: which articles there are, before any of them is asked for."""

import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from newsmirror.arguments import RunArguments
from newsmirror.asking import list_request
from newsmirror.discovery import Discovery, ListSource, list_sources
from newsmirror.failures import explain
from newsmirror.identity import Refusal
from newsmirror.ledger import Ledger
from newsmirror.listing import ListPage
from newsmirror.memory import Memory, NoMemory
from newsmirror.outcome import WRONG_LISTS
from newsmirror.reading import kept, list_of, newest_day
from newsmirror.site import Site
from newsmirror.store import Pending

logger = logging.getLogger(__name__)

LIMITS = {403, 429, 503}
GONE = {404, 410}
FURTHER = {"feed", "page", "tag"}
"""Kinds of lists that are followed to their next page."""


class ListSpider(Spider):
    """Reads feeds, list pages and tag pages into `_discovery`; `NewsSpider` goes on from there."""

    site: Site

    def __init__(self, arguments: RunArguments, tags: tuple[str, ...], **kwargs: Any):
        super().__init__(**kwargs)
        self.arguments = arguments
        self.memory: Memory = NoMemory()
        self._tags = tags
        self._discovery = Discovery(self.site)
        self._list_failures: dict[str, list[str]] = defaultdict(list)
        self._ledger = Ledger(self.site)
        self._pages_read: dict[ListSource, int] = defaultdict(int)

    async def start(self) -> AsyncIterator[Request]:
        """Requests for lists; those for articles follow when all lists are read."""
        for url in self.arguments.urls:
            self._discovery.add_pending(Pending(url, "article"))
        sources = {source.url: source for source in list_sources(self.site, self.arguments, self._tags)}
        carried = self.memory.pending()
        self._ledger.carry(carried)
        if not self.arguments.is_narrow:
            for decided in self.memory.evidence.decisions:
                self._discovery.add_pending(Pending(decided, "article"))
            for pending in carried:
                if pending.kind == "list":
                    kind = "page" if pending.category else "tag"
                    sources.setdefault(pending.url, ListSource(pending.url, kind, pending.category or ""))
                else:
                    self._discovery.add_pending(pending)
        for source in sources.values():
            self._ledger.open_list(source.url, source)
            yield list_request(source.url, source, callback=self.parse_list, errback=self.list_failed)

    def parse_list(self, response: Response, source: ListSource, address: str) -> Iterator[Request]:
        """Take the links of a list page or feed and go on to its next page while that brings news.

        @first_list
        @returns requests 0 1
        """
        if response.status >= 400:
            reason = "limited" if response.status in LIMITS else "http"
            self._note_list_failure(address, source, reason, f"{response.status}")
            return
        page = list_of(response, kind=source.kind, site=self.site)
        if isinstance(page, Refusal):
            self._note_list_failure(address, source, page.reason, page.words)
            if not source.retired:
                self.memory.evidence.keep(address, "list", page.reason, page.words, kept(response))
            return
        self._ledger.settle(address)
        self._count("lists/read")
        self._pages_read[source] += 1
        if address == source.url:
            self._compare_list(source, page)
        refresh = self.arguments.refresh
        news = self._discovery.add(source, page.links, is_known=lambda i: not refresh and self.memory.knows(i))
        if page.next_url and news and self._pages_read[source] < self.arguments.pages and source.kind in FURTHER:
            logger.debug("Next page of %s: %s", source.url, page.next_url)
            self._ledger.open_list(page.next_url, source)
            yield list_request(page.next_url, source, callback=self.parse_list, errback=self.list_failed)

    def _compare_list(self, source: ListSource, page: ListPage) -> None:
        """Look at the first page of a list beside those of the other lists and of the runs before."""
        self._discovery.note_page(source, page.title, tuple(link.id for link in page.links))
        oddity = self.memory.evidence.saw_list(source.url, len(page.links), newest_day(page.links, self.site))
        if oddity:
            logger.warning("The list %s %s", self._short(source.url), oddity)

    def list_failed(self, failure: Failure) -> None:
        """Count a list that nobody answered."""
        request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it
        reason, words = explain(failure.value or Exception())
        self._note_list_failure(request.cb_kwargs["address"], request.cb_kwargs["source"], reason, words)

    def _note_list_failure(self, address: str, source: ListSource, reason: str, words: str) -> None:
        if reason in WRONG_LISTS or words in map(str, GONE) or source.retired:
            self._ledger.settle(address)
        expected = source.retired and reason in {"http", *WRONG_LISTS}
        self._count("lists/retired" if expected else f"lists/{reason}")
        if not source.retired:
            self._list_failures[words].append(self._short(address))

    def _short(self, address: str) -> str:
        return address.removeprefix(f"https://{self.site.host}")

    def _report_lists(self) -> None:
        for source in self._discovery.repeated():
            self._count("lists/read", -1)
            self._note_list_failure(source.url, source, "foreign", "another list's page stands there")
        if not self.arguments.is_narrow:
            self.memory.evidence.rankings = self._discovery.rankings()
        for words, addresses in sorted(self._list_failures.items()):
            shown = ", ".join(addresses[:8]) + (f" and {len(addresses) - 8} more" if len(addresses) > 8 else "")
            logger.warning("%d of the lists could not be used (%s): %s", len(addresses), words, shown)

    def _count(self, name: str, by: int = 1) -> None:
        assert self.crawler.stats
        self.crawler.stats.inc_value(f"newsmirror/{name}", by)
