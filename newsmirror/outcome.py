"""What a run can end as, and how that is decided from what was counted. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum


class Outcome(Enum):
    """Name, exit code and sentence of each end of a run; a later member is not worse, `judge` decides."""

    PUBLISHED = ("published", 0, "the new articles are committed")
    NOTHING_NEW = ("nothing_new", 0, "the source has nothing that is not published already")
    FAILED = ("failed", 1, "something unexpected went wrong; the lines above say what")
    REFUSED = ("refused", 2, "settings, arguments or the working copy do not allow a run")
    BUSY = ("busy", 10, "another run holds the lock of this working copy")
    UNREACHABLE = ("unreachable", 11, "no list could be fetched; check the network and the source's address")
    IDENTITY = ("identity", 12, "whoever answered is not the source; somebody may be answering in its place")
    SUSPICIOUS = ("suspicious", 13, "answers came, but they are not the source's lists or articles")
    LAYOUT_CHANGED = ("layout_changed", 14, "articles were not recognised; the source has changed its pages")
    LIMITED = ("limited", 15, "robots.txt or a rate limit keeps the source's pages from being read")
    NO_SPACE = ("no_space", 20, "the disk is full or the folder cannot be written")
    COMMIT_FAILED = ("commit_failed", 23, "git did not take the commit")
    PARTLY_PUSHED = ("partly_pushed", 30, "committed, but not every remote holds it; the next run tries again")
    NOT_PUSHED = ("not_pushed", 31, "committed, but no remote holds it; the next run tries again")
    INTERRUPTED = ("interrupted", 40, "stopped by a signal; what was complete is published")

    def __init__(self, label: str, exit_code: int, sentence: str):
        self.label = label
        self.exit_code = exit_code
        self.sentence = sentence

    @classmethod
    def named(cls, label: str) -> "Outcome":
        """The outcome with this name. Raises StopIteration for an unknown one."""
        return next(outcome for outcome in cls if outcome.label == label)


class PushResult(Enum):
    """How the push to one remote ended: name, whether the remote holds our newest commit, sentence."""

    PUSHED = ("pushed", True, "the remote took the newest commit")
    CURRENT = ("current", True, "the remote held the newest commit already")
    UNREACHABLE = ("unreachable", False, "the remote cannot be reached")
    SILENT = ("silent", False, "the remote did not answer in time")
    DENIED = ("denied", False, "the remote does not accept the login")
    REJECTED = ("rejected", False, "the remote does not take the commit")
    UNCONFIRMED = ("unconfirmed", False, "the remote said that it took the commit, but does not hold it")
    DIVERGED = ("diverged", False, "the remote holds another history; nothing there was changed")
    RACED = ("raced", False, "another publisher was faster each time; the next run tries again")
    UNFINISHED = ("unfinished", False, "only a part was pushed in the time allowed; the next run goes on")
    STOPPED = ("stopped", False, "stopped by a signal before the remote had it")
    BROKEN = ("broken", False, "git cannot push from the working copy; run git fsck there")

    def __init__(self, label: str, holds: bool, sentence: str):
        self.label = label
        self.holds = holds
        self.sentence = sentence


WRONG_LISTS = ("empty", "blocked", "foreign", "hostile", "encoding")
"""Results of lists that were answered, but not with the source's list."""
NO_PAGE = ("http", "unreachable", "identity", "limited", "refused")
"""Results of articles of which nothing came that could be looked at."""
EMPTY_SHARE = 0.5
"""From this share of the answered lists on, lists without articles are suspicious and not a few odd ones."""
QUARANTINE_SHARE = 0.2
"""From this share of the articles on, quarantine is an outcome and not a warning (docs/operate.md); a limit too."""


@dataclass(frozen=True)
class Report:
    """What a crawl counted; lists and articles by result."""

    lists: Mapping[str, int] = field(default_factory=dict)
    """``read``, and the reasons of failure: `WRONG_LISTS`, ``unreachable identity limited http refused retired``."""
    articles: Mapping[str, int] = field(default_factory=dict)
    """``scraped`` and the reasons of failure; all but `NO_PAGE` are quarantine."""
    looks: Mapping[str, int] = field(default_factory=dict)
    """Looks at published articles: ``asked``, ``unchanged``, ``changed``, ``held`` and the reasons of failure."""
    pictures: Mapping[str, int] = field(default_factory=dict)
    """``fetched`` and ``failed``, and the ``bytes`` of those that were fetched, as published."""
    limit: str | None = None
    """Who turns this run away and until when, where anybody does."""
    interrupted: bool = False
    failed: bool = False

    def refusing(self, reasons: Iterable[str]) -> "Report":
        """The same, with articles that were taken at first refused after all, one for each of the reasons."""
        refused = Counter(reasons)
        changed = Counter(self.articles) + refused
        changed["scraped"] -= refused.total()
        return replace(self, articles=dict(changed)) if refused else self

    @property
    def quarantined(self) -> int:
        """Articles that came, but were not taken."""
        return sum(count for reason, count in self.articles.items() if reason not in ("scraped", *NO_PAGE))


def judge(report: Report) -> Outcome | None:
    """The worst that happened on the way to the articles, None where all went well."""
    if report.failed:
        return Outcome.FAILED
    if report.lists.get("identity"):
        return Outcome.IDENTITY
    if problem := _judge_lists(report.lists):
        return problem
    if problem := _judge_articles(report):
        return problem
    return Outcome.INTERRUPTED if report.interrupted else None


def _judge_lists(lists: Mapping[str, int]) -> Outcome | None:
    read, wrong = lists.get("read", 0), sum(lists.get(reason, 0) for reason in WRONG_LISTS)
    if wrong and wrong >= EMPTY_SHARE * (read + wrong):
        return Outcome.SUSPICIOUS
    if read or not sum(lists.values()):
        return None
    if lists.get("limited", 0) >= max(lists.get("unreachable", 0), lists.get("http", 0), 1):
        return Outcome.LIMITED
    return Outcome.UNREACHABLE


def _judge_articles(report: Report) -> Outcome | None:
    articles = report.articles
    if articles.get("mass_edit"):
        return Outcome.SUSPICIOUS
    total = articles.get("scraped", 0) + report.quarantined
    if report.quarantined and report.quarantined >= QUARANTINE_SHARE * total:
        mostly_layout = articles.get("layout", 0) * 2 >= report.quarantined
        return Outcome.LAYOUT_CHANGED if mostly_layout else Outcome.SUSPICIOUS
    if articles.get("identity"):
        return Outcome.IDENTITY
    limited = articles.get("limited", 0)
    if limited and limited >= QUARANTINE_SHARE * sum(articles.values()):
        return Outcome.LIMITED
    tried = {reason: count for reason, count in articles.items() if count}
    if tried and not articles.get("scraped") and not report.quarantined:
        return Outcome.LIMITED if tried.get("limited") else Outcome.UNREACHABLE
    return None


def judge_pushes(outcome: Outcome, pushes: Iterable[PushResult]) -> Outcome:
    """The outcome of a run after its pushes: what failed before them decides, else whether all remotes hold it."""
    held = [push.holds for push in pushes]
    if outcome not in (Outcome.PUBLISHED, Outcome.NOTHING_NEW) or all(held):
        return outcome
    return Outcome.PARTLY_PUSHED if any(held) else Outcome.NOT_PUSHED
