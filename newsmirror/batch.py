"""Whether the new articles of a run look like those before them. Pure.

A changed layout or a wrong answer under the right frame shows in many articles at once: hardly any text, no
tags, no pictures, no times, one body under many addresses. Single odd articles are normal, so each rule asks
how likely so many of them are by chance, given the articles before.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log
from statistics import median

from newsmirror.items import Article, Embed, Paragraph, Picture, letters

WINDOW = 20
"""Articles that a small batch is filled up to with the newest before it."""
LEAST_HISTORY = 20
KEPT = 500
"""Articles that are remembered to compare with."""
SHORT_SHARE, LONG_SHARE = 0.4, 3.0
"""Of the usual median; under or above it an article counts as short or long."""
CHANCE = 1e-6
"""What comes by chance less often than this is no chance: once in twenty years of hourly runs is 6e-6."""
COPIES = 3
COPIES_SHARE = 0.2
COPY_CHARACTERS = 300
"""Shorter bodies repeat by nature: six video notices of 177 characters among 474 articles are the same."""

EDITS, EDITS_SHARE = 10, 0.5
"""So many articles are not corrected in one run: the source has put something into all of its pages, or our reading
of them has changed. Of 14 looks an hour, each with a chance of 0.2, ten and more come once in ten years."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is compared of an article."""

    id: int
    length: int
    """Characters without white space."""
    pictured: bool
    tagged: bool
    timed: bool
    """Whether the time is known, not only the day."""
    divided: bool
    """Whether there is more than one paragraph."""
    body: str
    """16 hex digits of the text's SHA-256; empty where the text is too short to be told from others."""

    @classmethod
    def of(cls, article: Article) -> "Facts":
        text = letters(article.blocks)
        video = any(isinstance(block, Embed) for block in article.blocks)
        return cls(
            id=article.id, length=len(text), tagged=bool(article.tags), timed=not article.date_only,
            pictured=any(isinstance(block, Picture) for block in article.blocks),
            divided=sum(isinstance(block, Paragraph) for block in article.blocks) > 1,
            body="" if video or len(text) < COPY_CHARACTERS else hashlib.sha256(text.encode()).hexdigest()[:16],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Rule:
    words: str
    share: float
    """From this share of the window on the rule can be broken."""
    is_odd: Callable[[Facts, float], bool]
    """Whether an article is odd; the second value is the usual median length."""


RULES = (
    _Rule("have hardly any text", 0.5, lambda facts, usual: facts.length < SHORT_SHARE * usual),
    _Rule("are far longer", 0.5, lambda facts, usual: facts.length > LONG_SHARE * usual),
    _Rule("have no picture", 0.8, lambda facts, usual: not facts.pictured),
    _Rule("have no tags", 0.8, lambda facts, usual: not facts.tagged),
    _Rule("have no time of day", 0.8, lambda facts, usual: not facts.timed),
    _Rule("are one paragraph", 0.8, lambda facts, usual: not facts.divided),
)


def find_oddities(batch: Sequence[Facts], usual: Sequence[Facts]) -> list[str]:
    """What so many articles of a batch have in common that it is no chance, as phrases; *usual* is oldest first.

    The batch is judged alone, and together with the newest before it: runs are small.
    """
    if not batch:
        return []
    found = _compare(batch, usual)
    if not found and len(batch) < WINDOW <= len(usual):
        start = len(usual) - (WINDOW - len(batch))
        found = _compare([*usual[start:], *batch], usual[:start])
    return found


def _compare(window: Sequence[Facts], before: Sequence[Facts]) -> list[str]:
    if len(before) < LEAST_HISTORY:
        return []
    middle = median(facts.length for facts in before)
    found = []
    for rule in RULES:
        odd = sum(rule.is_odd(facts, middle) for facts in window)
        was = sum(rule.is_odd(facts, middle) for facts in before)
        expected = (was + 1) / (len(before) + 2)
        if odd >= rule.share * len(window) and _tail(odd, len(window), expected) < CHANCE:
            found.append(f"{odd} of the last {len(window)} articles {rule.words}, {was} of {len(before)} before")
    return found


def _tail(least: int, number: int, chance: float) -> float:
    """Probability of *least* or more hits in *number* tries with this chance each."""
    if chance >= 1:
        return 1.0
    terms = (
        lgamma(number + 1) - lgamma(hits + 1) - lgamma(number - hits + 1)
        + hits * log(chance) + (number - hits) * log(1 - chance)
        for hits in range(least, number + 1)
    )  # fmt: skip
    return sum(map(exp, terms))


def are_mass_edits(edits: int, compared: int) -> bool:
    """Whether so many of the published articles that were compared with their source have another text at once."""
    return edits >= EDITS and edits >= EDITS_SHARE * compared


def find_copies(batch: Sequence[Facts], usual: Sequence[Facts]) -> dict[str, list[int]]:
    """Ids of the batch that share one long body with as many others, by body; those before count as well."""
    groups: dict[str, list[int]] = defaultdict(list)
    new = {facts.id for facts in batch}
    before = Counter(facts.body for facts in usual if facts.id not in new)
    for facts in batch:
        if facts.body:
            groups[facts.body].append(facts.id)
    return {body: ids for body, ids in groups.items() if len(ids) + before[body] >= COPIES}
