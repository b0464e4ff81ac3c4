"""Over real articles and the sample site nothing is taken for a stranger, cut, or odd."""

import importlib.util
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from scrapy.http import HtmlResponse

from newsmirror.batch import Facts, find_copies, find_oddities
from newsmirror.clean import clean_article
from newsmirror.identity import Refusal, titles_agree
from newsmirror.items import Article, ScrapedArticle
from newsmirror.listing import ListPage
from newsmirror.reading import article_of, list_of
from newsmirror.spiders.secretchina import SITE
from newsmirror.validate import find_problem

SHARED = Path(__file__).resolve().parents[3] / "shared"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
ERAS = ["mixed", *(pytest.param(era, marks=pytest.mark.hostile) for era in ("2020", "2021", "2026"))]

pytestmark = pytest.mark.skipif(
    not (SHARED / "corpus").is_dir(), reason="no corpus of real articles beside the project"
)


@cache
def replica() -> ModuleType:
    spec = importlib.util.spec_from_file_location("replica", SHARED / "bin" / "replica.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["replica"] = module
    spec.loader.exec_module(module)
    return module


@cache
def site(era: str, today: date = date(2026, 11, 24)):  # type: ignore[no-untyped-def]  # a class of the replica
    return replica().Site(SHARED / "corpus", today, era, 20, False)


def answer(address: str, text: str) -> HtmlResponse:
    url = address if address.startswith("http") else f"https://www.secretchina.com{address}"
    return HtmlResponse(url, body=text.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def read(url: str, text: str) -> ScrapedArticle | Refusal:
    return article_of(answer(url, text), url=url, site=SITE, published=None, category=None, trusted=False)


@cache
def articles(era: str) -> tuple[tuple[Article, str], ...]:
    """Each article of the replica as it is cleaned, with the title that lists give it, oldest first."""
    found = []
    records = sorted(site(era).articles.values(), key=lambda record: record["published"])
    for record in records:
        scraped = read(record["url"], site(era).article(record))
        assert isinstance(scraped, ScrapedArticle), (record["id"], scraped)
        found.append((clean_article(scraped, site=SITE, members_only="teaser"), record["title"][:28]))
    return tuple(found)


@pytest.mark.parametrize("era", ERAS)
def test_no_article_has_a_problem(era: str) -> None:
    problems = {article.id: problem for article, _ in articles(era) if (problem := find_problem(article, now=NOW))}
    strange = [article.id for article, listed in articles(era) if titles_agree(article.title, [listed]) is False]

    assert (problems, strange) == ({}, [])
    assert len(articles(era)) == 474


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("size", [1, 3, 10, 52, 146])
def test_no_run_has_an_odd_batch(era: str, size: int) -> None:
    facts = [Facts.of(article) for article, _ in articles(era)]
    assert list(oddities(facts, size)) == []


def test_no_category_read_alone_is_an_odd_batch() -> None:
    every = articles("mixed")
    for category in SITE.categories:
        alone = [Facts.of(article) for article, _ in every if article.category == category.key]
        others = [Facts.of(article) for article, _ in every if article.category != category.key]
        assert (find_oddities(alone, others), find_copies(alone, others)) == ([], {}), category.key


def oddities(facts: Sequence[Facts], size: int) -> Iterator[object]:
    for start in range(0, len(facts), size):
        batch, usual = facts[start : start + size], facts[max(0, start - 500) : start]
        yield from find_oddities(batch, usual)
        yield from find_copies(batch, usual)


def lists(today: date) -> Iterator[tuple[str, str, str]]:
    shown = site("mixed", today)
    yield "home", "/", shown.home()
    for key, name in replica().CATEGORIES.items():
        yield "page", f"/news/gb/{key}.html", shown.listing(name, f"/news/gb/{key}.html", shown.lists[key], 1)
        yield "feed", f"/news/gb/{key}.xml", shown.feed(key)
    for name, records in shown.tags.items():
        yield "tag", f"/news/gb/tag/{name}", shown.listing(name, f"/news/gb/tag/{name}", records, 1)


@pytest.mark.parametrize("today", [date(2026, 11, 24), date(2020, 7, 1), date(2020, 5, 10)])
def test_no_list_is_taken_for_something_else(today: date) -> None:
    found = {path: list_of(answer(path, text), kind=kind, site=SITE) for kind, path, text in lists(today)}

    refused = {
        path: page for path, page in found.items() if isinstance(page, Refusal) and "no articles" not in page.words
    }
    assert refused == {}
    if today.year == 2026:
        assert all(isinstance(page, ListPage) for page in found.values())
        assert len(found) > 900
