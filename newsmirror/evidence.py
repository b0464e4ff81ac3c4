"""What a run saw that decides whether its articles may be committed: what is usual, quarantine, comparison."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from newsmirror.batch import COPIES, COPIES_SHARE, Facts, are_mass_edits, find_copies, find_oddities
from newsmirror.exceptions import NoSpaceError
from newsmirror.items import Article
from newsmirror.lists import Rankings
from newsmirror.quarantine import Entry, Kept, Quarantine, key_of
from newsmirror.usual import Usual

logger = logging.getLogger(__name__)

SAMPLE = 20
"""Pages of a refused batch that are kept to look at; all its addresses are."""


WORDS = {
    "batch": "the articles of its run are not like those before them",
    "copy": "other articles have the same text",
    "mass_edit": "too many published articles have another text at once",
    "other_title": "lists give it another title",
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is to become of the articles of a run."""

    refused: dict[int, str] = field(default_factory=dict)
    """Reason by id of those that may not be committed."""
    failures: dict[str, str] = field(default_factory=dict)
    """The same by address."""
    sentence: str | None = None
    """Why none of them may be."""


class Evidence:
    """Collects during a run; *folder* None (no pipelines) or *keeps* False (a rehearsal): nothing is kept."""

    def __init__(
        self, folder: Path | None, now: Callable[[], datetime] = lambda: datetime.now(UTC), *, keeps: bool = True
    ):
        self._path = folder / "usual.json" if folder else None
        self._now = now
        self._usual = Usual.load(self._path) if self._path else Usual()
        self.quarantine = Quarantine(folder / "quarantine") if folder else None
        self.decisions = self.quarantine.decisions() if self.quarantine else {}
        """What persons want of this run, by address: ``retry`` or ``release``."""
        self.rankings: Rankings | None = None
        """The source's own orders, as this run has read them; None where it was not to look."""
        self._keeps = keeps
        self._batch: dict[int, Facts] = {}
        self._addresses: dict[int, str] = {}
        self._agreed: dict[int, bool] = {}
        self._compared: dict[int, bool] = {}
        self._sample: dict[str, Kept] = {}

    # What comes in

    def saw_list(self, address: str, size: int, newest: date | None) -> str | None:
        """Remember the first page of a list; returns what is odd about it, given the runs before."""
        oddity = self._usual.compare(address, size, newest)
        self._forget([address])
        self._usual.add_list(address, size, newest)
        return oddity

    def keep(self, address: str, kind: str, reason: str, words: str, page: Kept | None) -> None:
        """Put an answer into quarantine; a full disk is no reason to stop here, the commit will tell."""
        if self.quarantine is None or not self._keeps:
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
        if self.quarantine is None or address not in self.decisions or not self._keeps:
            return
        entry = self.quarantine.find(address)
        if entry and gone:
            self.quarantine.decide(entry, "")
        else:
            self._forget([address])

    def _forget(self, addresses: Iterable[str]) -> None:
        if self.quarantine and self._keeps:
            self.quarantine.forget(addresses)

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

    def compare(self, identifier: int, *, changed: bool) -> None:
        """Note whether the text of a published article is another one now."""
        self._compared[identifier] = changed

    # What follows from it

    def judge(self) -> Judgement:
        """Judge the articles taken, and put those that are refused into quarantine.

        Those that a person released do not count, and pass. To be asked once, at the end of a run.
        """
        batch = [facts for number, facts in self._batch.items() if not self.is_released(self._addresses[number])]
        usual = [facts for facts in self._usual.articles if facts.id not in self._batch]
        copies = {number: "copy" for ids in find_copies(batch, usual).values() for number in ids}
        strange = {facts.id: "other_title" for facts in batch if self._agreed.get(facts.id) is False}
        stop = find_oddities(batch, usual)
        stop += _too_many(copies, len(batch), "articles have one text")
        stop += _too_many(strange, sum(f.id in self._agreed for f in batch), "articles have other titles than on lists")
        if not stop:
            edits, why = self._mass_edits({facts.id for facts in batch})
            return self._refuse(edits | strange | copies, why)
        why = "; ".join(stop)
        return self._refuse(
            {facts.id: "batch" for facts in batch},
            f"the new articles are not like those before them ({why}); none is committed, see scrapy quarantine",
        )

    def _mass_edits(self, batch: set[int]) -> tuple[dict[int, str], str | None]:
        """Updates that come in such a number that none is taken, and why."""
        edits = {number: "mass_edit" for number, changed in self._compared.items() if changed and number in batch}
        if not are_mass_edits(len(edits), len(self._compared)):
            return {}, None
        return edits, (
            f"{len(edits)} of {len(self._compared)} published articles have another text at once; none of them is "
            "updated, see scrapy quarantine"
        )

    def _refuse(self, refused: dict[int, str], sentence: str | None) -> Judgement:
        failures = {}
        for number, reason in refused.items():
            address = self._addresses.pop(number)
            del self._batch[number]
            failures[address] = reason
            self.keep(address, "article", reason, WORDS[reason], self._sample.get(address))
        return Judgement(refused, failures, sentence)

    def settle(self) -> None:
        """The batch is committed: remember it, and let go what was kept of its addresses."""
        self._usual.add_articles(self._batch)
        self._forget(self._addresses.values())

    def close(self) -> None:
        """Write what is usual, and keep the quarantine within its bounds."""
        if self._path is None or self.quarantine is None or not self._keeps:
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


def _too_many(odd: dict[int, str], total: int, words: str) -> list[str]:
    return [f"{len(odd)} of {total} {words}"] if len(odd) >= max(COPIES, COPIES_SHARE * total) else []
