"""Moving house: real git, real state, no source."""

import shutil
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsmirror.config import Config
from newsmirror.items import Article, Page
from newsmirror.mirror import Mirror
from newsmirror.outcome import Outcome, Report
from newsmirror.placing import make_page
from newsmirror.publish import Publisher
from newsmirror.qr import qr_png
from newsmirror.rebuild import Rebuilder
from newsmirror.render import render_page
from newsmirror.spiders.secretchina import SITE
from newsmirror.status import Result
from tests.conftest import git
from tests.test_publish import story

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
OLD = "https://old.example/mirror"
NEW = "https://new.example/mirror"
FLAT = "pages/{category}/{id}.md"


def configured(repo: Path, **settings: str) -> Config:
    values = {"REPO": str(repo), "PUBLIC_URL": OLD, "IMAGES": "none"} | settings
    return Config.from_settings({f"NEWSMIRROR_{name}": value for name, value in values.items()})


def page_of(article: Article, config: Config) -> Page:
    page = make_page(article, config, config.public_url)
    text = render_page(article, path=page.path, address=page.address, site=SITE, style=config.style)
    return replace(page, markdown=text, qr=qr_png(page.address))


def publish(config: Config, *articles: Article) -> None:
    publisher = Publisher(config, SITE, now=lambda: NOW)
    publisher.open()
    with closing(publisher):
        for article in articles:
            assert publisher.add(page_of(article, config)) is None
        assert publisher.finish(Report(lists={"read": 3})).outcome is Outcome.PUBLISHED


def rebuild(config: Config) -> Result:
    mirror = Mirror(config, SITE, lambda: NOW)
    mirror.open()
    with closing(mirror):
        return Rebuilder(mirror).run()


def tree(repo: Path) -> dict[str, str]:
    lines = git(repo, "-c", "core.quotePath=false", "ls-tree", "-r", "HEAD").splitlines()
    return {line.split("\t")[1]: line.split()[2] for line in lines}


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    publish(configured(tmp_path / "mirror"), story(1), story(2, tags=("教育", "山城")), story(3, category=None))
    return tmp_path / "mirror"


def test_new_address_gives_what_a_fresh_crawl_would(repo: Path, tmp_path: Path) -> None:
    result = rebuild(configured(repo, PUBLIC_URL=NEW))
    publish(
        configured(tmp_path / "fresh", PUBLIC_URL=NEW),
        story(1), story(2, tags=("教育", "山城")), story(3, category=None),
    )  # fmt: skip

    assert (result.outcome, result.updated) == (Outcome.PUBLISHED, 3)
    assert tree(repo) == tree(tmp_path / "fresh")
    assert git(repo, "status", "--porcelain") == ""


def test_second_rebuild_makes_no_commit(repo: Path) -> None:
    rebuild(configured(repo, PUBLIC_URL=NEW, PAGE_PATH=FLAT))
    before = git(repo, "rev-parse", "HEAD")

    assert rebuild(configured(repo, PUBLIC_URL=NEW, PAGE_PATH=FLAT)).outcome is Outcome.NOTHING_NEW
    assert git(repo, "rev-parse", "HEAD") == before


def test_a_clone_without_state_is_enough(repo: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(repo), "clone")
    git(tmp_path / "clone", "remote", "remove", "origin")

    assert rebuild(configured(tmp_path / "clone", PUBLIC_URL=NEW)).updated == 3
    shutil.rmtree(repo)
    assert NEW in (tmp_path / "clone/pages/2026/11/23/1.md").read_text(encoding="utf-8")


def test_moved_pages_are_found_from_every_earlier_place(repo: Path, tmp_path: Path) -> None:
    rebuild(configured(repo, PAGE_PATH=FLAT))
    rebuild(configured(repo, PAGE_PATH="pages/{id}.md"))
    publish(
        configured(tmp_path / "fresh", PAGE_PATH="pages/{id}.md"),
        story(1), story(2, tags=("教育", "山城")), story(3, category=None),
    )  # fmt: skip

    first = (repo / "pages/2026/11/23/1.md").read_text(encoding="utf-8")
    assert "(../../../1.md)" in first
    assert "(../1.md)" in (repo / "pages/p3/1.md").read_text(encoding="utf-8")
    assert (repo / "pages/2026/11/23/1.md.png").exists()
    fresh, ours = tree(tmp_path / "fresh"), tree(repo)
    records = {path for path in fresh if path.startswith("data/") and path.endswith(".md")}
    assert {path: ours[path] for path in fresh if path not in records} == {
        path: blob for path, blob in fresh.items() if path not in records
    }


def test_moving_back_turns_the_way_around(repo: Path) -> None:
    before = tree(repo)
    rebuild(configured(repo, PAGE_PATH=FLAT))
    rebuild(configured(repo))

    after = tree(repo)
    assert {path: after[path] for path in before if path.startswith(("pages/", "indexes/"))} == {
        path: blob for path, blob in before.items() if path.startswith(("pages/", "indexes/"))
    }
    assert "(../2026/11/23/1.md)" in (repo / "pages/p3/1.md").read_text(encoding="utf-8")


def test_an_update_keeps_the_way_from_earlier_places(repo: Path) -> None:
    rebuild(configured(repo, PAGE_PATH=FLAT))

    publish(configured(repo, PAGE_PATH=FLAT), story(1, title="改过的标题"))

    assert "改过的标题" in (repo / "pages/2026/11/23/1.md").read_text(encoding="utf-8")
    assert rebuild(configured(repo, PAGE_PATH=FLAT)).outcome is Outcome.NOTHING_NEW


def test_dry_run_counts_and_changes_nothing(repo: Path) -> None:
    before = tree(repo)
    mirror = Mirror(configured(repo, PUBLIC_URL=NEW), SITE, lambda: NOW)
    mirror.open()
    with closing(mirror):
        rebuilder = Rebuilder(mirror)
        result = rebuilder.rehearse()

    assert (result.dry_run, result.outcome) == (True, Outcome.PUBLISHED)
    assert (rebuilder.counts["pages"], rebuilder.counts["codes"], rebuilder.counts["lists"]) == (3, 3, 3)
    assert tree(repo) == before
