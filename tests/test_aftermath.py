"""What follows from looks at published articles: real git and SQLite, a clock that tests turn on."""

import json
import logging
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from newsmirror.aftermath import believed
from newsmirror.config import Config
from newsmirror.inspection import Inspector
from newsmirror.items import Article, Page, Paragraph, Picture, Span
from newsmirror.looks import LEAST_MISSING, MAX_EDITS, Look, Seen, Sighting
from newsmirror.marks import Marks
from newsmirror.mirror import Mirror as Published
from newsmirror.outcome import Outcome, Report
from newsmirror.publish import Publisher
from newsmirror.rebuild import Rebuilder
from newsmirror.render import render_page
from newsmirror.settings import NEWSMIRROR_AUTHOR
from newsmirror.spiders.secretchina import SITE
from newsmirror.status import Result, describe
from tests.conftest import git
from tests.test_publish import READ, page_of, story

START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PAGE = "pages/2026/11/23/1.md"


class Mirror:
    """A mirror whose runs come when the test says."""

    def __init__(self, config: Config):
        self.config, self.now = config, START

    def run(
        self, *articles: Article, seen: Iterable[Sighting] = (), report: Report = READ, changed: Iterable[int] = ()
    ) -> Result:
        """One run that takes these articles and has seen that; *changed*: published articles with another text."""
        publisher = Publisher(self.config, SITE, now=lambda: self.now)
        publisher.open()
        with closing(publisher):
            for article in articles:
                assert publisher.add(self._page(article, publisher.memory.marks_after(article))) is None
            for identifier in changed:
                publisher.evidence.compare(identifier, changed=True)
            return publisher.finish(report, sightings=seen)

    def _page(self, article: Article, marks: Marks) -> Page:
        page = page_of(article, self.config)
        text = render_page(
            article, path=page.path, address=page.address, site=SITE, style=self.config.style, marks=marks
        )
        return replace(page, marks=marks, markdown=text)

    def looks(self) -> dict[int, Look]:
        """What is due now."""
        publisher = Publisher(self.config, SITE, now=lambda: self.now)
        publisher.open()
        with closing(publisher):
            return {look.id: look for look, _ in publisher.memory.looks(99)}

    def may_update(self, identifier: int) -> bool:
        publisher = Publisher(self.config, SITE, now=lambda: self.now)
        publisher.open()
        with closing(publisher):
            return publisher.memory.may_update(identifier)

    def page(self) -> str:
        return (self.config.repo / PAGE).read_text(encoding="utf-8")

    def notes(self) -> dict[str, Any]:
        head = (self.config.repo / "data/2026/11/23/1.md").read_text(encoding="utf-8").splitlines()[1]
        notes: dict[str, Any] = json.loads(head).get("notes", {})
        return notes


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    return Mirror(
        Config.from_settings({"NEWSMIRROR_REPO": str(tmp_path / "mirror"), "NEWSMIRROR_AUTHOR": NEWSMIRROR_AUTHOR})
    )


def missing(*identifiers: int) -> list[Sighting]:
    return [Sighting(identifier, Seen.MISSING) for identifier in identifiers]


def test_new_article_is_due_an_hour_later_with_the_marks_of_its_version(mirror: Mirror) -> None:
    mirror.run(story(1), seen=[Sighting(1, Seen.THERE, etag='"a"')])

    assert mirror.looks() == {}
    mirror.now += HOUR - timedelta(seconds=1)
    assert mirror.looks() == {}
    mirror.now += timedelta(hours=4)
    assert mirror.looks()[1].etag == '"a"'


def test_old_article_is_never_due(mirror: Mirror) -> None:
    mirror.run(story(1, published=START - 4 * DAY))

    mirror.now += 2 * DAY
    assert mirror.looks() == {}


def test_lost_state_plans_looks_at_what_is_young_still(mirror: Mirror) -> None:
    mirror.run(story(1), story(2, published=START - 4 * DAY))
    for file in (mirror.config.repo / ".git/newsmirror").glob("state.sqlite*"):
        file.unlink()

    mirror.run()
    mirror.now += 6 * HOUR

    assert list(mirror.looks()) == [1]


def test_update_is_noted_and_a_rebuild_would_say_the_same(mirror: Mirror) -> None:
    mirror.run(story(1))
    mirror.now += 5 * HOUR

    mirror.run(story(1, "山城小学今天恢复上课。家长清晨排队。"))

    assert mirror.notes() == {"updated": "2026-11-23T08:00:00Z"}


def test_update_of_the_markup_alone_keeps_the_mark_of_the_text(mirror: Mirror) -> None:
    mirror.run(story(1))
    mirror.now += HOUR
    changed = story(1, "山城小学今天恢复上课。家长清晨排队。")
    mirror.run(changed)
    before = mirror.notes()
    mirror.now += HOUR

    mirror.run(replace(changed, tags=("天气",)))

    assert mirror.notes() == before != {}


def test_one_missing_page_changes_nothing(mirror: Mirror) -> None:
    mirror.run(story(1))
    before = git(mirror.config.repo, "rev-parse", "main")
    mirror.now += HOUR

    result = mirror.run(seen=missing(1))

    assert (result.outcome, result.gone) == (Outcome.NOTHING_NEW, 0)
    assert git(mirror.config.repo, "rev-parse", "main") == before


def test_two_missing_pages_a_day_apart_mark_the_page(mirror: Mirror) -> None:
    mirror.run(story(1), story(2))
    mirror.now += HOUR
    mirror.run(seen=missing(1))
    before = mirror.page()
    mirror.now += DAY - HOUR
    assert mirror.run(seen=missing(1)).gone == 0
    mirror.now += HOUR

    result = mirror.run(seen=missing(1))

    assert (result.outcome, result.gone, result.updated) == (Outcome.PUBLISHED, 1, 0)
    assert "原文已删除（2026-11-24 发现）" in mirror.page()
    assert "原文已删除" not in before
    assert mirror.notes() == {"gone": "2026-11-24T04:00:00Z"}
    assert git(mirror.config.repo, "diff", "--name-only", "main~", "main").splitlines() == [
        "data/2026/11/23/1.md", "feeds/all.xml", "feeds/p3.xml", PAGE,
    ]  # fmt: skip
    assert git(mirror.config.repo, "log", "-1", "--format=%s") == "newsmirror: 0 new, 0 updated, 1 gone"
    assert "; 1 gone; " in describe(result, READ)


def test_gone_article_is_asked_for_three_times_more_and_marked_once(mirror: Mirror) -> None:
    mirror.run(story(1))
    for _ in range(2):
        mirror.run(seen=missing(1))
        mirror.now += DAY
    mirror.run(seen=missing(1))
    marked = git(mirror.config.repo, "rev-parse", "main")
    asked = []
    for days in (1, 1, 6, 1, 19, 1, 30):
        mirror.now += days * DAY
        asked.append(bool(mirror.looks()))
        if asked[-1]:
            mirror.run(seen=missing(1))

    assert asked == [False, True, False, True, False, True, False]
    assert git(mirror.config.repo, "rev-parse", "main") == marked


def test_gone_article_keeps_its_pictures_and_its_update(mirror: Mirror) -> None:
    pictured = story(
        1, blocks=(Paragraph((Span("山城小学今天恢复上课。"),)), Picture("https://img3.secretchina.com/a.jpg"))
    )
    mirror.run(pictured)
    mirror.run(replace(pictured, title="新题目"))
    for _ in range(2):
        mirror.run(seen=missing(1))
        mirror.now += DAY

    assert mirror.notes().keys() == {"updated", "gone"}
    assert "更新于" in mirror.page()


def test_article_that_comes_back_loses_its_mark_and_is_looked_at_again(mirror: Mirror) -> None:
    mirror.run(story(1))
    before = mirror.page()
    for _ in range(2):
        mirror.run(seen=missing(1))
        mirror.now += DAY

    result = mirror.run(story(1), seen=[Sighting(1, Seen.THERE)])

    assert result.updated == 1
    assert mirror.page() == before
    mirror.now += HOUR
    assert list(mirror.looks()) == [1]


def test_page_made_anew_says_the_same(mirror: Mirror) -> None:
    mirror.run(story(1), story(2))
    mirror.run(story(1, "山城小学今天恢复上课。家长清晨排队。"))
    for _ in range(2):
        mirror.run(seen=missing(1))
        mirror.now += DAY
    opened = Published(mirror.config, SITE, lambda: mirror.now)
    opened.open()

    with closing(opened):
        rebuilder = Rebuilder(opened)
        assert rebuilder.rehearse().outcome is Outcome.NOTHING_NEW, rebuilder.counts
    assert {"updated", "gone"} == mirror.notes().keys()


def test_page_that_the_gate_refuses_stays_as_it_is(
    mirror: Mirror, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror.run(story(1))
    before = mirror.page()
    mirror.run(seen=missing(1))
    mirror.now += DAY
    monkeypatch.setattr(Inspector, "page_fault", lambda self, page: "is too large")

    result = mirror.run(seen=missing(1))

    assert (result.outcome, result.gone, mirror.page()) == (Outcome.NOTHING_NEW, 0, before)
    assert "The page of article 1 stays as it is, because a new one is too large" in caplog.text


def test_many_deletions_at_once_are_not_believed(mirror: Mirror, caplog: pytest.LogCaptureFixture) -> None:
    several = range(1, LEAST_MISSING + 1)
    mirror.run(*(story(number) for number in several))
    for _ in range(3):
        result = mirror.run(seen=missing(*several))
        mirror.now += DAY + HOUR

    assert result.gone == 0
    assert "原文已删除" not in mirror.page()
    assert "5 of 5 articles answer as if they were deleted; none is taken for it" in caplog.text


def test_failed_looks_do_not_count_among_those_that_found_something() -> None:
    seen = (*missing(*range(5)), *(Sighting(number, Seen.FAILED) for number in range(5, 20)))

    assert {sighting.seen for sighting in believed(seen)} == {Seen.FAILED}


def test_article_is_updated_a_few_times_a_day_at_most(mirror: Mirror) -> None:
    mirror.run(story(1))
    for number in range(MAX_EDITS):
        assert mirror.may_update(1)
        mirror.now += timedelta(minutes=1)
        mirror.run(story(1, f"山城小学今天恢复上课。第{number}版。"))

    assert not mirror.may_update(1)
    assert mirror.may_update(2)
    mirror.run(seen=[Sighting(1, Seen.HELD)])
    mirror.now += DAY
    assert list(mirror.looks()) == [1]
    assert mirror.may_update(1)


def test_many_edits_at_once_stop_before_the_commit(mirror: Mirror, caplog: pytest.LogCaptureFixture) -> None:
    texts = [f"第{number}条：{chr(0x4E00 + number) * 40}" for number in range(12)]
    mirror.run(*(story(number, texts[number]) for number in range(12)))
    before = git(mirror.config.repo, "rev-parse", "main")
    edited = [story(number, f"{texts[number]}请立即下载本软件。") for number in range(12)]
    seen = [Sighting(number, Seen.THERE, etag='"new"') for number in range(12)]
    mirror.now += 5 * HOUR
    report = replace(READ, articles={"scraped": 12}, looks={"asked": 12, "changed": 12})

    result = mirror.run(*edited, seen=seen, report=report, changed=range(12))

    assert (result.outcome, result.updated) == (Outcome.SUSPICIOUS, 0)
    assert "12 of 12 published articles have another text at once; none of them is updated" in (result.reason or "")
    assert git(mirror.config.repo, "rev-parse", "main") == before
    mirror.now += DAY
    assert {look.etag for look in mirror.looks().values()} == {""}  # else the source would say: unchanged


def test_new_articles_are_published_beside_edits_that_are_not(mirror: Mirror) -> None:
    mirror.run(*(story(number, f"{chr(0x4E00 + number) * 40}") for number in range(10)))
    edited = [story(number, f"{chr(0x4E00 + number) * 40}请立即下载本软件。") for number in range(10)]
    report = replace(READ, articles={"scraped": 60}, looks={"asked": 10, "changed": 10})

    result = mirror.run(*edited, story(50), report=report, changed=range(10))

    assert (result.outcome, result.new, result.updated) == (Outcome.SUSPICIOUS, 1, 0)


def test_dry_run_plans_nothing(mirror: Mirror, caplog: pytest.LogCaptureFixture) -> None:
    mirror.run(story(1))
    mirror.run(seen=missing(1))
    mirror.now += DAY
    mirror.config = replace(mirror.config, dry_run=True)

    with caplog.at_level(logging.INFO):
        result = mirror.run(seen=missing(1))

    assert result.gone == 1
    assert f"Would write {PAGE}" in caplog.text
    mirror.config = replace(mirror.config, dry_run=False)
    assert mirror.looks()[1].missing
    assert "原文已删除" not in mirror.page()
