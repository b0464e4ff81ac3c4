"""Articles read back from a repository."""

import logging
from pathlib import Path

import pytest

from newsmirror.archive import read_record, read_records
from newsmirror.config import Config
from newsmirror.git import Repository
from newsmirror.items import Article, Page, Row
from newsmirror.record import Record
from tests.conftest import git
from tests.samples import article
from tests.test_publish import publish, story


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config.from_settings({"NEWSMIRROR_REPO": str(tmp_path / "mirror")})


def rows_of(*articles: Article) -> list[Row]:
    return [Row.of(Page(item, "", "")) for item in articles]


def test_published_articles_are_read_from_a_clone(config: Config, tmp_path: Path) -> None:
    stories = [story(number) for number in range(1, 301)]
    publish(config, *stories)
    git(tmp_path, "clone", "-q", str(config.repo), "clone")

    repository = Repository(tmp_path / "clone", "main")

    assert [record for _, record in read_records(repository, rows_of(*stories))] == [Record(item) for item in stories]
    assert (found := read_record(repository, rows_of(stories[7])[0]))
    assert found.article == stories[7]


def test_a_missing_record_is_said(config: Config, caplog: pytest.LogCaptureFixture) -> None:
    publish(config, story(1))

    with caplog.at_level(logging.WARNING):
        found = read_record(Repository(config.repo, "main"), rows_of(article())[0])

    assert found is None
    assert "The record of article 990001 cannot be used: it is missing" in caplog.text
