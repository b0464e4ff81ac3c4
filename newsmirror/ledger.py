"""What a run has asked for and not had yet: the next run goes on from there. Pure."""

from collections.abc import Callable, Iterable

from newsmirror.discovery import ListSource, Wanted
from newsmirror.site import Site
from newsmirror.store import Pending


class Ledger:
    """Lists and articles by address; what is settled is taken out."""

    def __init__(self, site: Site):
        self._site = site
        self._lists: dict[str, ListSource] = {}
        self._articles: dict[str, Wanted] = {}
        self._carried: dict[str, Pending] = {}

    def carry(self, pending: Iterable[Pending]) -> None:
        """Take over what earlier runs left; it stays until it is settled, whether this run asks for it or not."""
        self._carried = {one.url: one for one in pending}

    def open_list(self, address: str, source: ListSource) -> None:
        """Note a list that is asked for."""
        self._lists[address] = source

    def open_article(self, article: Wanted) -> None:
        """Note an article that is asked for, or would be if the run were longer."""
        self._articles[article.url] = article

    def settle(self, address: str) -> None:
        """Take out what came, or what will never come."""
        self._lists.pop(address, None)
        self._articles.pop(address, None)
        self._carried.pop(address, None)

    def unfinished(self, is_published: Callable[[int], bool]) -> list[Pending]:
        """What is left for the next run; first pages of lists are asked for by every run and not among it."""
        carried = [one for one in self._carried.values() if not self._is_done(one, is_published)]
        articles = [Pending(w.url, "article", w.category, w.published) for w in self._articles.values()]
        further = [(url, source) for url, source in self._lists.items() if url != source.url]
        pages = [Pending(url, "list", s.key if s.kind == "page" else None) for url, s in further]
        return [*carried, *articles, *pages]

    def _is_done(self, pending: Pending, is_published: Callable[[int], bool]) -> bool:
        known = self._site.article_of(pending.url)
        return known is not None and is_published(known[0])
