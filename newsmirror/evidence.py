"""What a run saw that decides whether its articles may be committed: what is usual, quarantine, comparison."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from newsmirror.batch import COPIES, COPIES_SHARE, Facts, find_copies, find_oddities
from newsmirror.exceptions import NoSpaceError
from newsmirror.items import Article
from newsmirror.quarantine import Entry, Kept, Quarantine, key_of
from newsmirror.usual import Usual

logger = logging.getLogger(__name__)

SAMPLE = 20
"""Pages of a refused batch that are kept to look at; all its addresses are."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to become of the articles of a run."""

    stop: tuple[str, ...] = ()
    """Why none of them may be committed, as phrases."""
    odd: dict[int, str] = field(default_factory=dict)
    """Ids of single articles that are taken back, each with the reason."""


class Evidence:
    """Collects during a run; *folder* None: a crawl without pipelines, for which nothing is kept."""

    def __init__(self, folder: Path | None, now: Callable[[], datetime] = lambda: datetime.now(UTC)):
        self._path = folder / "usual.json" if folder else None
        self._now = now
        self._usual = Usual.load(self._path) if self._path else Usual()
        self.quarantine = Quarantine(folder / "quarantine") if folder else None
        self.decisions = self.quarantine.decisions() if self.quarantine else {}
        """What persons want of this run, by address: ``retry`` or ``release``."""
        self._batch: dict[int, Facts] = {}
        self._addresses: dict[int, str] = {}
        self._agreed: dict[int, bool] = {}
        self._sample: dict[str, Kept] = {}

    # What comes in

    def saw_list(self, address: str, size: int, newest: date | None) -> str | None:
        """Remember the first page of a list; returns what is odd about it, given the runs before."""
        oddity = self._usual.compare(address, size, newest)
        if self.quarantine:
            self.quarantine.forget([address])
        self._usual.add_list(address, size, newest)
        return oddity

    def keep(self, address: str, kind: str, reason: str, words: str, page: Kept | None) -> None:
        """Put an answer into quarantine; a full disk is no reason to stop here, the commit will tell."""
        if self.quarantine is None:
            return
        content_type = page.content_type if page else ""
        entry = Entry(key_of(address), address, kind, reason, words, self._now(), content_type)
        try:
            self.quarantine.keep(entry, page)
        except NoSpaceError as error:
            logger.warning("A page is not kept in quarantine: %s", error)

    def is_released(self, address: str) -> bool:
        """Whether a person decided that what stands at this address is to be published."""
        return self.decisions.get(address) == "release"

    def released_page(self, address: str) -> Kept | None:
        """The page that a person released; None where none is kept, so that the source is to be asked."""
        if self.quarantine is None or not self.is_released(address):
            return None
        entry = self.quarantine.find(address)
        body = self.quarantine.page(entry) if entry else None
        return Kept(body, entry.content_type, entry.status) if entry and body else None

    def resolve(self, address: str, *, gone: bool = False) -> None:
        """What was decided is done: forget the entry, or keep it undecided where the source has nothing (*gone*)."""
        if self.quarantine is None or address not in self.decisions:
            return
        entry = self.quarantine.find(address)
        if entry and gone:
            self.quarantine.decide(entry, "")
        else:
            self.quarantine.forget([address])

    def take(self, article: Article) -> None:
        """Count an article among those that are about to be published."""
        self._batch[article.id] = Facts.of(article)
        self._addresses[article.id] = article.url

    def sample(self, address: str, page: Kept) -> None:
        """Remember the pages of the newest articles, in case the batch is refused."""
        self._sample[address] = page
        if len(self._sample) > SAMPLE:
            del self._sample[next(iter(self._sample))]

    def agree(self, identifier: int, agrees: bool) -> None:
        """Note whether an article's title has anything in common with those that lists gave it."""
        self._agreed[identifier] = agrees

    # What follows from it

    def verdict(self) -> Verdict:
        """Judge the articles taken; those that a person released do not count."""
        batch = [facts for number, facts in self._batch.items() if not self.is_released(self._addresses[number])]
        usual = [facts for facts in self._usual.articles if facts.id not in self._batch]
        stop = find_oddities(batch, usual)
        copies = {number: "copy" for ids in find_copies(batch, usual).values() for number in ids}
        strange = {f.id: "other_title" for f in batch if self._agreed.get(f.id) is False}
        witnessed = sum(facts.id in self._agreed for facts in batch)
        for odd, total, words in (
            (copies, len(batch), "articles have one text"),
            (strange, witnessed, "articles have other titles than on the lists"),
        ):
            if len(odd) >= max(COPIES, COPIES_SHARE * total):
                stop.append(f"{len(odd)} of {total} {words}")
        return Verdict(tuple(stop), strange | copies)

    def refuse_batch(self, words: str) -> dict[str, str]:
        """Put the whole batch into quarantine; returns the reason by address."""
        for address in self._addresses.values():
            self.keep(address, "article", "batch", words, self._sample.get(address))
        return dict.fromkeys(self._addresses.values(), "batch")

    def refuse_odd(self, odd: dict[int, str]) -> dict[str, str]:
        """Put single articles of the batch into quarantine; returns the reason by address."""
        words = {"copy": "other articles have the same text", "other_title": "lists give it another title"}
        found = {}
        for number, reason in odd.items():
            address = self._addresses.pop(number)
            del self._batch[number]
            found[address] = reason
            self.keep(address, "article", reason, words[reason], self._sample.get(address))
        return found

    def settle(self) -> None:
        """The batch is committed: remember it, and let go what was kept of its addresses."""
        self._usual.add_articles(self._batch)
        if self.quarantine:
            self.quarantine.forget(self._addresses.values())

    def close(self) -> None:
        """Write what is usual, and keep the quarantine within its bounds."""
        if self._path is None or self.quarantine is None:
            return
        try:
            self.quarantine.prune(self._now())
            self._usual.save(self._path)
        except NoSpaceError as error:
            logger.warning("What is usual of lists and articles is not kept: %s", error)

    def counts(self) -> dict[str, int]:
        """Entries in quarantine by reason, for the status."""
        entries: Iterable[Entry] = self.quarantine.entries() if self.quarantine else ()
        return dict(sorted(Counter(entry.reason for entry in entries).items()))
