"""Tags and lists of a mirror as articles come, in any order: real git, real SQLite."""

import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from newsmirror import tagpages
from newsmirror.config import Config
from newsmirror.items import Article, Row
from newsmirror.paths import tag_block, tag_stem, tags_path
from newsmirror.publish import Publisher
from newsmirror.settings import NEWSMIRROR_AUTHOR
from newsmirror.spiders.secretchina import SITE
from newsmirror.tagpages import TagIndex
from tests.conftest import git
from tests.test_publish import NOW, publish, story
from tests.test_verify import findings

PAGE = "tags/c8/教育.md"
INDEX = tags_path(tag_block("教育"))


def configured(repo: Path, **settings: str) -> Config:
    values = {
        "REPO": str(repo),
        "AUTHOR": NEWSMIRROR_AUTHOR,
        "TAGS": "天气",
        "IMAGES": "embed",
        "FEEDS": "none",
    } | settings
    return Config.from_settings({f"NEWSMIRROR_{name}": value for name, value in values.items()})


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return configured(tmp_path / "mirror")


def text(config: Config, path: str) -> str:
    return (config.repo / path).read_text(encoding="utf-8")


def sound(config: Config, **settings: str) -> bool:
    return findings(config.repo, PUBLIC_URL=config.public_url or "", **{"TAGS": "天气", **settings}) == []


def test_tag_has_a_page_from_the_third_article_on(config: Config) -> None:
    publish(config, story(1), story(2))
    assert not (config.repo / PAGE).exists()
    assert "[教育](../../pages/2026/11/23/2.md) [另一篇](../../pages/2026/11/23/1.md)" in text(config, INDEX)

    publish(config, story(3))

    assert text(config, PAGE).count("\n- ") == 3
    assert "[教育](../c8/教育.md)\n" in text(config, INDEX)
    assert "[教育](tags/c8/教育.md)" in text(config, "README.md")
    assert sound(config)


def test_followed_tag_has_a_page_from_the_first_article_on(config: Config) -> None:
    publish(config, story(1, tags=("天气",)))

    assert "第1篇" in text(config, f"{tag_stem('天气')}.md")
    assert f"({'../' * 4}{tag_stem('天气')}.md)" in text(config, "pages/2026/11/23/1.md")
    assert "## 关注的标签\n\n[天气]" in text(config, "README.md")
    assert sound(config)
    assert sound(config, TAGS="")  # whoever looks through a clone does not know which tags are followed


def test_tag_that_is_followed_later_gets_its_page_without_news(config: Config) -> None:
    publish(config, story(1))
    page = text(config, "pages/2026/11/23/1.md")

    publish(configured(config.repo, TAGS="天气,教育"))

    assert "第1篇" in text(config, PAGE)
    assert "[教育](tags/c8/教育.md)" in text(config, "README.md")
    assert text(config, "pages/2026/11/23/1.md") == page
    publish(configured(config.repo, TAGS="天气,教育"), story(2))
    assert sound(config, TAGS="天气,教育")


def test_page_of_a_tag_that_loses_articles_stays_and_is_kept_up(config: Config) -> None:
    publish(config, story(1), story(2), story(3))

    publish(config, story(1, tags=()), story(2, tags=()))

    assert text(config, PAGE).count("\n- ") == 1
    assert "[教育](../../pages/2026/11/23/3.md)" in text(config, INDEX)
    assert sound(config)


def test_mirror_of_an_older_version_keeps_its_pages_and_gets_the_index(config: Config) -> None:
    publish(config, story(1), story(2, tags=("钟",)))
    for path in ("tags/all.md", INDEX, tags_path(tag_block("钟")), "README.md"):
        git(config.repo, "rm", "-q", path)
    (config.repo / PAGE).parent.mkdir(parents=True)
    (config.repo / PAGE).write_text("# 教育\n\n- 2026-11-23 [第1篇](../../pages/2026/11/23/1.md)\n", encoding="utf-8")
    git(config.repo, "add", "-A")
    git(config.repo, "-c", "user.name=o", "-c", "user.email=o@example.invalid", "commit", "-qm", "as it was")

    publish(config)
    assert sound(config)
    publish(config, story(3))

    assert text(config, PAGE).count("\n- ") == 2
    assert sound(config)


def test_index_keeps_a_page_that_no_tag_is_left_on(config: Config) -> None:
    publish(config, story(1), story(2, tags=("钟",)))

    publish(config, story(1, tags=()))

    assert text(config, INDEX).startswith("# 标签\n")
    assert "教" not in text(config, "tags/all.md")
    assert sound(config)


def test_months_name_their_neighbours(config: Config) -> None:
    def in_month(identifier: int, month: int) -> Article:
        url = f"https://www.secretchina.com/news/gb/2026/{month:02}/05/{identifier}.html"
        return story(identifier, url=url, published=datetime(2026, month, 5, 1, 0, tzinfo=UTC))

    publish(config, in_month(1, 8))
    publish(config, in_month(2, 11))
    assert "[下一月：2026-11](2026-11.md)" in text(config, "indexes/p3/2026-08.md")

    publish(config, in_month(3, 10))

    assert "[下一月：2026-10](2026-10.md)" in text(config, "indexes/p3/2026-08.md")
    middle = text(config, "indexes/p3/2026-10.md")
    assert "[下一月：2026-11](2026-11.md) | [上一月：2026-08](2026-08.md)" in middle
    assert "[上一月：2026-10](2026-10.md)" in text(config, "indexes/p3/2026-11.md")
    assert sound(config)


def test_code_of_the_front_page(tmp_path: Path) -> None:
    config = configured(tmp_path / "mirror", PUBLIC_URL="https://code.example/o/r/blob/main")
    publish(config, story(1))
    file = config.repo / "README.md.png"
    code = zxingcpp.read_barcode(Image.open(file))
    assert code is not None
    assert code.text == "https://code.example/o/r/blob/main/README.md"

    file.write_bytes(file.read_bytes() + b"older zlib")
    git(config.repo, "-c", "user.name=o", "-c", "user.email=o@example.invalid", "commit", "-qam", "older")
    publish(config, story(2))
    assert file.read_bytes().endswith(b"older zlib")

    publish(configured(config.repo, PUBLIC_URL="https://other.example/r"))
    moved = zxingcpp.read_barcode(Image.open(file))
    assert moved is not None
    assert moved.text == "https://other.example/r/README.md"


def test_front_page_without_a_public_address_has_no_code(config: Config) -> None:
    publish(config, story(1))
    assert not (config.repo / "README.md.png").exists()
    assert "二维码]" not in text(config, "README.md")


@pytest.mark.parametrize("most", [tagpages.MOST, 2])
def test_any_order_of_articles_gives_the_same_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(tagpages, "MOST", most)
    names = ("教", "教育", "教师", "天气", "5G", "《红楼梦》", "钟", "教育部", "教师节", "Café")
    choose = random.Random(7)
    articles = [
        story(
            number, category=choose.choice(["p1", "p3", None]), tags=tuple(choose.sample(names, choose.randint(0, 4))),
            published=datetime(2026, choose.choice([9, 10, 11]), 5, 1, number, tzinfo=UTC),
        )
        for number in range(1, 19)
    ]  # fmt: skip
    one, many = configured(tmp_path / "one"), configured(tmp_path / "many")
    publish(one, *articles)
    choose.shuffle(articles)
    for start in range(0, len(articles), 6):
        publish(many, *articles[start : start + 6])

    assert git(one.repo, "rev-parse", "HEAD^{tree}") == git(many.repo, "rev-parse", "HEAD^{tree}")
    assert sound(many)


def test_index_is_looked_at_only_for_tags_that_few_articles_have(config: Config) -> None:
    publish(config, *(story(number, tags=("教育", f"钟{number}")) for number in range(1, 5)))
    publisher = Publisher(config, SITE, now=lambda: NOW)
    publisher.open()
    index = TagIndex(publisher._store, (), publisher._stage.exists)

    assert list(index.files([row_of(publisher, 1, tags=("教育",))])) == []
    assert [page.path for page in index.files([row_of(publisher, 1)])] == [tags_path(tag_block("钟")), "tags/all.md"]
    publisher.close()


def test_index_that_grows_leads_to_further_pages(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tagpages, "MOST", 2)
    publish(config, story(1, tags=("教育", "教师")))
    publish(config, story(2, tags=("教", "敎", "教育部")))

    characters, ranges = f"{INDEX.removesuffix('.md')}/6559.md", f"{INDEX.removesuffix('.md')}/6559/8000.md"
    assert "## 教\n\n[教…](6500/6559.md)\n" in text(config, INDEX)
    assert "[教…](6559/0.md) | [教师…](6559/5e00.md) | [教育…](6559/8000.md)" in text(config, characters)
    assert "[教育](../../../../pages/2026/11/23/1.md) | [教育部](../../../../pages/2026/11/23/2.md)" in text(
        config, ranges
    )
    assert sound(config)
    head = git(config.repo, "rev-parse", "HEAD")

    publish(config, story(3, tags=("教室",)))

    written = git(config.repo, "diff", "--name-only", head, "HEAD", "--", "tags/u6").splitlines()
    assert written == ["tags/u6/6500/6559.md", "tags/u6/6500/6559/5a00.md"]
    assert sound(config)

    publish(config, story(3, tags=()), story(2, tags=()))

    assert sound(config)


def test_pages_of_the_index_that_are_missing_are_made_again(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tagpages, "MOST", 2)
    publish(config, story(1, tags=("教育", "教师", "敎", "教育部", "教室")))
    gone = [f"{INDEX.removesuffix('.md')}/6559/{name}.md" for name in ("5a00", "8000")]
    git(config.repo, "rm", "-q", *gone)
    git(config.repo, "-c", "user.name=o", "-c", "user.email=o@example.invalid", "commit", "-qm", "by somebody")

    publish(config, story(2, tags=("教士",)))

    assert all((config.repo / path).exists() for path in gone)
    assert sound(config)


def row_of(publisher: Publisher, identifier: int, **changes: tuple[str, ...]) -> Row:
    found = publisher.memory.row(identifier)
    assert found
    return replace(found, **changes)  # type: ignore[arg-type]
