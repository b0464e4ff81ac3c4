"""What is read most: the source's own order first, the operator's counter where there is one."""

import logging
from pathlib import Path

import pytest

from newsmirror.config import Config
from newsmirror.hot import read_hot
from newsmirror.lists import Rankings
from newsmirror.mirror import Mirror
from newsmirror.publish import Publisher
from newsmirror.rebuild import Rebuilder
from newsmirror.settings import NEWSMIRROR_AUTHOR
from newsmirror.spiders.secretchina import SITE
from newsmirror.status import Result
from tests.conftest import git
from tests.test_publish import NOW, READ, page_of, story
from tests.test_verify import findings

HEAD = "# 最多人读的文章\n\n[首页](../README.md) | [更多镜像与说明](../LINKS.md)\n\n"
NEITHER = Rankings()


def configured(repo: Path, **settings: str) -> Config:
    values = {"REPO": str(repo), "AUTHOR": NEWSMIRROR_AUTHOR, "FEEDS": "none"} | settings
    return Config.from_settings({f"NEWSMIRROR_{name}": value for name, value in values.items()})


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return configured(tmp_path / "mirror")


def run(config: Config, rankings: Rankings | None, *identifiers: int) -> Result:
    publisher = Publisher(config, SITE, now=lambda: NOW)
    publisher.open()
    for identifier in identifiers:
        assert publisher.add(page_of(story(identifier), config)) is None
    publisher.evidence.rankings = rankings
    result = publisher.finish(READ)
    publisher.close()
    return result


def hot(config: Config) -> str:
    return (config.repo / "indexes/hot.md").read_text(encoding="utf-8")


def line(place: int, identifier: int) -> str:
    return f"{place}. 2026-11-23 [第{identifier}篇](../pages/2026/11/23/{identifier}.md)\n"


def test_source_decides_the_order_and_what_is_not_here_is_left_out(config: Config) -> None:
    run(config, Rankings((3, 99, 1), (2, 3)), 1, 2, 3)

    assert hot(config) == (
        f"{HEAD}## 原网站的每日排行\n\n{line(1, 3)}{line(2, 1)}\n## 原网站首页的头条\n\n{line(1, 2)}{line(2, 3)}"
    )
    assert "[最多人读的文章](indexes/hot.md)" in (config.repo / "README.md").read_text(encoding="utf-8")
    assert findings(config.repo, PUBLIC_URL="") == []


def test_ranking_alone_makes_no_commit(config: Config) -> None:
    run(config, Rankings((1, 2)), 1, 2)
    before = hot(config)

    assert run(config, Rankings((2, 1))).commit is None
    assert hot(config) == before

    run(config, Rankings((2, 1)), 3)
    assert hot(config).startswith(f"{HEAD}## 原网站的每日排行\n\n{line(1, 2)}{line(2, 1)}")


def test_list_that_is_missing_is_made_without_news(config: Config) -> None:
    run(config, None, 1)
    assert not (config.repo / "indexes/hot.md").exists()

    assert run(config, Rankings((1,))).commit
    assert hot(config) == f"{HEAD}## 原网站的每日排行\n\n{line(1, 1)}"


@pytest.mark.parametrize("rankings", [None, NEITHER, Rankings((99,), (98,))])
def test_list_stays_where_a_run_read_no_ranking(config: Config, rankings: Rankings | None) -> None:
    run(config, Rankings((1,)), 1)
    before = hot(config)

    run(config, rankings, 2)

    assert hot(config) == before


def test_mirror_without_rankings_has_no_list(config: Config) -> None:
    run(config, NEITHER, 1)
    assert not (config.repo / "indexes/hot.md").exists()
    assert "最多人读" not in (config.repo / "README.md").read_text(encoding="utf-8")


def test_list_is_short(config: Config) -> None:
    run(config, Rankings(tuple(range(1, 36))), *range(1, 36))
    assert hot(config).endswith(line(30, 30))


def test_counts_of_the_operator_stand_below(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "counts.csv"
    file.write_text(
        "path,count\npages/2026/11/23/1.md,5\npages/2026/11/23/2.md,9\npages/2026/11/23/7.md,20\n"
        "pages/2025/11/23/1.md,30\nnonsense\n",
        encoding="utf-8",
    )
    config = configured(tmp_path / "mirror", HOT_FILE=str(file))
    with caplog.at_level(logging.WARNING):
        run(config, Rankings((1,)), 1, 2)

    assert hot(config).endswith(f"## 本镜像的读者看得最多的\n\n{line(1, 2)}{line(2, 1)}")
    assert "1 lines of NEWSMIRROR_HOT_FILE are no path and count, the first is line 6" in caplog.text
    assert git(config.repo, "status", "--porcelain") == ""


def test_counts_that_vanish_during_a_run_are_done_without(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "counts.csv"
    file.write_text("pages/2026/11/23/1.md,5\n", encoding="utf-8")
    config = configured(tmp_path / "mirror", HOT_FILE=str(file))
    file.unlink()
    with caplog.at_level(logging.WARNING):
        run(config, Rankings((1,)), 1)

    assert hot(config) == f"{HEAD}## 原网站的每日排行\n\n{line(1, 1)}"
    assert "NEWSMIRROR_HOT_FILE cannot be read any more" in caplog.text


@pytest.mark.parametrize("script", ["traditional", "source"])
def test_rebuild_writes_the_list_in_the_script_that_is_set(config: Config, script: str) -> None:
    run(configured(config.repo, SCRIPT="simplified"), Rankings((3, 1), (2,)), 1, 2, 3)
    mirror = Mirror(configured(config.repo, SCRIPT=script), SITE, lambda: NOW)
    mirror.open()
    Rebuilder(mirror).run()
    mirror.close()

    assert read_hot(hot(config)) == {"most_read": [3, 1], "leads": [2]}
    assert ("網站" in hot(config)) is (script == "traditional")


def test_read_hot_leaves_out_what_it_does_not_know() -> None:
    text = "# 题\n\n## 别的\n\n1. [一](../pages/5.md)\n\n## 原网站首页的头条\n\n1. [二](../pages/7.md)\n2. 三\n"
    assert read_hot(text) == {"leads": [7]}
