"""The published articles that a run asks for again, and what it finds of them."""

import re

from scrapy.http import Response

from newsmirror.listspider import GONE
from newsmirror.looks import Look, Seen, Sighting
from newsmirror.reading import RELEASED
from newsmirror.site import Site

ETAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]{1,64}"')
MODIFIED = re.compile(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT")

LASTING = ("rewritten", "gate", "missing", "stub")
"""Reasons for which the source's own answer is not taken; it does not get better within the hour."""


class Lookout:
    """Keeps what was seen by article. *asks_for_changes* False: no mark of the source is kept or sent back to it."""

    def __init__(self, site: Site, *, asks_for_changes: bool):
        self._site = site
        self._asks_for_changes = asks_for_changes
        self._planned: dict[int, Look] = {}
        self._known: set[int] = set()
        self._sightings: dict[int, Sighting] = {}

    def plan(self, look: Look) -> dict[str, str]:
        """Expect the answer to a look that is due; returns the headers of its request."""
        self._planned[look.id] = look
        self._known.add(look.id)
        headers = {"If-None-Match": look.etag, "If-Modified-Since": look.modified} if self._asks_for_changes else {}
        return {name: value for name, value in headers.items() if value}

    def expect(self, identifier: int) -> None:
        """Expect the answer for a published article that a person asked for."""
        self._known.add(identifier)

    def is_planned(self, address: str) -> bool:
        """Whether an address was asked for because its look was due."""
        return self._id(address) in self._planned

    def is_unchanged(self, address: str, response: Response) -> bool:
        """Whether an answer says that the version seen before stands there still."""
        look = self._planned.get(self._id(address))
        own = self._id(response.url) == self._id(address)
        return response.status == 304 and own and look is not None and bool(look.etag or look.modified)

    def note_there(self, address: str, response: Response) -> None:
        """The article came, or the source's word that it has not changed; a page out of quarantine says nothing."""
        if RELEASED in response.flags:
            return
        number = self._id(address)
        look = self._planned.get(number)
        etag, modified = _marks(response) if self._asks_for_changes else ("", "")
        if look and response.status == 304:
            etag, modified = etag or look.etag, modified or look.modified
        self._sightings[number] = Sighting(number, Seen.THERE, etag, modified)

    def note_failure(self, address: str, reason: str, status: int) -> None:
        """Nothing came that may be published; *status* is that of the answer, 0 where it does not matter."""
        number = self._id(address)
        self._sightings.pop(number, None)
        if number in self._known:
            seen = Seen.REFUSED if reason in LASTING else Seen.MISSING if status in GONE else Seen.FAILED
            self._sightings[number] = Sighting(number, seen)

    def note_held(self, address: str) -> None:
        """Another version came, which has to wait."""
        number = self._id(address)
        self._sightings[number] = Sighting(number, Seen.HELD)

    @property
    def sightings(self) -> tuple[Sighting, ...]:
        """What was seen; the marks of articles that are new are among it."""
        return tuple(self._sightings.values())

    def _id(self, address: str) -> int:
        known = self._site.article_of(address)
        return known[0] if known else 0


def _marks(response: Response) -> tuple[str, str]:
    """The source's marks of a version, as far as they look like marks: they are sent back to it as they are."""
    etag = (response.headers.get("ETag") or b"").decode("latin-1")
    modified = (response.headers.get("Last-Modified") or b"").decode("latin-1")
    return etag if ETAG.fullmatch(etag) else "", modified if MODIFIED.fullmatch(modified) else ""
